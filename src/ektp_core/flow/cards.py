"""What is known of a card and its blank (kartu dan blangkonya): the last card, its chip, the stop list.

The stop list holds chips and serials. A card is stopped by everything that names it, so that
it is recognised whether its chip or only its printed number can be read (rule 15).
"""

from collections.abc import Iterator

from ektp_core.flow.cards_rows import CardFacts
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


def good_card(view: View, record: str) -> Attempt | None:
    """The attempt of a record that made its last good card, whatever became of the card since."""
    made = [attempt for attempt in view.rows(Attempt, record) if attempt.outcome in _GOOD and attempt.number]
    return made[-1] if made else None


def open_card(view: View, record: str) -> Attempt | None:
    """The attempt of a record whose good card was neither surrendered nor declared lost, if there is one."""
    last = good_card(view, record)
    return None if last is None or stop_of(view, last) else last


def stop_of(view: View, card: Attempt) -> Revoked | None:
    """The entry of the stop list that names a card by its serial or its chip."""
    by_serial = view.row(Revoked, serial_text((card.series, card.number)))
    return by_serial or (view.row(Revoked, card.uid) if card.uid else None)


def card_state(view: View, card: Attempt) -> CardState:
    """Whether a good card is inactive, active or revoked (rule 3); also of one whose chip nobody read."""
    if stop_of(view, card):
        return CardState.REVOKED
    facts = view.row(CardFacts, card.record, card.n)
    return CardState.ACTIVE if facts and facts.activated_ms else CardState.INACTIVE
