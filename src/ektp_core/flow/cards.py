"""What is known of a card and its blank (kartu dan blangkonya): the last card, its chip, the stop list.

The stop list holds chips and serials. A card is stopped by everything that names it, so that
it is recognised whether its chip or only its printed number can be read (rule 15).
"""

from collections.abc import Iterator

from ektp_core.flow.events import CardRevoked
from ektp_core.flow.rows import Attempt, Chip, ChipOf, Revoked
from ektp_core.flow.view import View
from ektp_core.vocabulary.state import CardState, LockEvent

_GOOD = frozenset({LockEvent.VERDICT_GOOD, LockEvent.SETTLE_GOOD})

Blank = tuple[str, int]


def serial_text(blank: Blank) -> str:
    """How the stop list names a blank."""
    return f"{blank[0]} {blank[1]}"


def is_stopped(view: View, uid: str) -> bool:
    """Whether a chip must never be accepted again, also one that no blank is known for."""
    chip = view.row(Chip, uid)
    return (chip is not None and chip.state is CardState.REVOKED) or view.row(Revoked, uid) is not None


def stopped(view: View, record: str, uid: str, blank: Blank | None, why: str) -> Iterator[CardRevoked]:
    """Entries of the stop list for a card: the chip read, the chip listed for its blank, and its serial."""
    listed = view.row(ChipOf, *blank) if blank else None
    things = [uid, listed.uid if listed else "", serial_text(blank) if blank else ""]
    for thing in dict.fromkeys(filter(None, things)):
        yield CardRevoked(thing, why, record)


def open_card(view: View, record: str) -> Attempt | None:
    """The attempt of a record whose good card was neither surrendered nor declared lost, if there is one."""
    made = [attempt for attempt in view.rows(Attempt, record) if attempt.outcome in _GOOD and attempt.number]
    last = made[-1] if made else None
    if last is None or view.row(Revoked, serial_text((last.series, last.number))):
        return None
    return last
