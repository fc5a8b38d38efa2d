"""Mishaps of the machine that no chosen card waits for (kejadian pada mesin), told in words at the panel.

An open cover, a hopper that shows no card, a feed that slips or takes two, settings that change by
themselves, somebody else's card, a person at the cancel button, counters that come to their end.
"""

from attrs import define

from ektp_core.boundary.card_printer import Condition, Notice, Severity

COUNTER_BITS = 32
_COVER = Notice(Condition.COVER_OPEN, Severity.WARNING, 3, "V301", "cover open")
_UNSEEN = Notice(Condition.HOPPER_EMPTY, Severity.WARNING, 808, "V112", "no cards")


@define
class Mishaps:
    """What is wrong with the machine now, or will be at the next act of its kind."""

    cover_open: bool = False
    hopper_unseen: bool = False
    slips: int = 0
    doubles: int = 0
    cancels: int = 0
    drifted: int = 0
    stubborn: bool = False  # takes no setting, and says yes

    def notices(self) -> tuple[Notice, ...]:
        """What the sensors show of it."""
        return (_COVER,) * self.cover_open + (_UNSEEN,) * self.hopper_unseen

    def slips_now(self) -> bool:
        """Whether this feed brings no card."""
        is_due, self.slips = self.slips > 0, max(0, self.slips - 1)
        return is_due

    def doubles_now(self) -> bool:
        """Whether this feed takes two cards."""
        is_due, self.doubles = self.doubles > 0, max(0, self.doubles - 1)
        return is_due

    def is_cancelled(self) -> bool:
        """Whether a person cancels this print at the panel."""
        is_due, self.cancels = self.cancels > 0, max(0, self.cancels - 1)
        return is_due
