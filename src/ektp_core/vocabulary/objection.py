"""Why a station's fact cannot be taken as it stands (keberatan): a closed list.

A fact is never refused; it is recorded as disputed with one of these, and a dispute only
restricts: it stops the lock it concerns, it never frees one.
"""

from enum import IntEnum


class Objection(IntEnum):
    """In order of precedence: the first that applies is recorded. Numbers are stored."""

    WRONG_STATION = 1  # names a lock or blank of another station
    WRONG_ATTEMPT = 2  # about a closed or older attempt
    NO_SUCH_STEP = 3  # the lock table has no such step
    NOT_UNDER_YOUR_PEN = 4  # the blank is not the station's to move
    UID_KNOWN = 5  # the chip belongs to another card
    CERTAINTY_TOO_LOW = 6  # GOOD on accepted bytes alone
    PAST_T = 7  # started after the end of its lease

    @property
    def meaning(self) -> str:
        """What the objection says, for people."""
        return _MEANING[self]


_MEANING = {
    Objection.WRONG_STATION: "It names a record or blank that another station holds.",
    Objection.WRONG_ATTEMPT: "It is about an attempt that is closed or older than the current one.",
    Objection.NO_SUCH_STEP: "The lock table has no such step from the state the record is in.",
    Objection.NOT_UNDER_YOUR_PEN: "The blank is not in this station's stock or machine.",
    Objection.UID_KNOWN: "The chip belongs to another card already.",
    Objection.CERTAINTY_TOO_LOW: "A good card is claimed on accepted bytes alone.",
    Objection.PAST_T: "The card was started after its permission had ended.",
}
