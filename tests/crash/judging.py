"""What a run is judged by: the printer's own truth against both books, and what people and the hub were told.

Nothing here asks the station what it thinks happened.
"""

from collections import Counter
from enum import Enum

from ektp_core.boundary.store import Store
from ektp_core.flow.rows import Attempt, Dispute, Holding, Lock, Station
from ektp_core.flow.view import View
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.state import LockState, PressStep
from ektp_core.vocabulary.verdict import Outcome
from ektp_core.wire.upload import read_receipt
from ektp_driver_virtual.truth import CardTruth, Place
from tests.crash.scenes import GOOD, HALF_PRINTED, MISPRINT, Scene
from tests.crash.world import World


class Row(Enum):
    """What a restart finds in the book: the journal's row of the crash matrix."""

    NOTHING = "J0 nothing known"
    AUTHORISED = "J1 authorised"
    START = "J2 intent to feed"
    FED = "J2 fed"
    UID_BOUND = "J3 chip bound"
    INTENT_ENCODE = "J4 intent to encode"
    INTENT_MARK = "J5 intent to mark"
    EJECTED = "J6 ejected"
    OUTCOME = "J7 outcome, not told"
    ACKED = "J9 acknowledged"
    WENT_ON = "the station went on"  # it found room and wrote again, or what failed was no commit


def row_of(book: Store) -> Row:
    """The row a book stands at."""
    with book.read() as view:
        lock = next(iter(view.rows(Lock)), None)
        attempt = view.row(Attempt, lock.record, lock.n) if lock else None
    if lock is None or attempt is None:
        return Row.NOTHING
    if lock.state is LockState.AUTHORISED:
        return Row.AUTHORISED
    if lock.state is LockState.IN_PRESS and attempt.step is not None:
        return Row[attempt.step.name] if attempt.step is not PressStep.OUTCOME else Row.OUTCOME
    receipt = book.link("receipt")
    told = receipt is not None and not book.sealed_since(read_receipt(receipt).n, 1)
    return Row.ACKED if told else Row.OUTCOME


#: What a card that is otherwise good, misprinted or half printed may end as; only a station that
#: was interrupted between the intent to mark and the note that it came out may be in doubt.
_ENDS = {GOOD.name: "PRINTED", MISPRINT.name: "MISPRINTED", HALF_PRINTED.name: "SUSPECT"}


def state_of(world: World) -> str:
    """How the record ended."""
    return next(iter(world.hub.locks().values()))


def double_prints(cards: dict[str, CardTruth]) -> int:
    """Attempts with two cards that bear ink, and people with two good cards."""
    marked = Counter((card.record, card.attempt) for card in cards.values() if card.marked)
    good = Counter(card.record for card in cards.values() if card.printed_good)
    return sum(count > 1 for count in marked.values()) + sum(count > 1 for count in good.values())


def lost_blanks(world: World) -> list[str]:
    """Blanks that a book has where they cannot be. The station must not be running."""
    cards, found = world.printer.truth().cards, []
    book = world.open_book()
    try:
        with world.hub.store.read() as hub, book.read() as own:
            for serial, card in cards.items():
                series, number = serial.rsplit(" ", 1)
                for name, view in (("hub", hub), ("station", own)):
                    found += _misplaced(f"{serial} at the {name}", view.covering(series, int(number)), card)
            found += _not_one_mind(hub, own)
    finally:
        book.close()
    return found


def _misplaced(where: str, run: Holding | None, card: CardTruth) -> list[str]:
    if run is None:
        return [f"{where} is in no place"]
    return [] if _fits(run.bucket, card) else [f"{where} is {run.bucket.name}, in truth {card}"]


def _fits(bucket: Bucket, card: CardTruth) -> bool:
    match bucket:
        case Bucket.STOCK:
            return not card.fed
        case Bucket.GOOD_HELD:
            return card.printed_good and card.place is Place.OUTPUT
        case Bucket.WASTE_HELD:
            return card.fed and not card.printed_good
        case Bucket.SUSPECT:
            return card.fed
        case _:
            return False


def _not_one_mind(hub: View, own: View) -> list[str]:
    """Hub and station agree, and neither disputes what the other says."""
    found = [f"frozen: {one.frozen_why}" for one in hub.rows(Station) if one.frozen_why]
    found += [f"disputed: {one}" for one in hub.rows(Dispute)]
    theirs, ours = ({one.record: one.state.name for one in view.rows(Lock)} for view in (hub, own))
    return found if theirs == ours else [*found, f"hub has {theirs}, station {ours}"]


def lost_words(world: World) -> list[str]:
    """Verdicts that an operator was told are taken, and that the books do not have."""
    expected = {Outcome.GOOD: "PRINTED", Outcome.SPOILED: "MISPRINTED", Outcome.UNKNOWN: "SUSPECT"}
    state = state_of(world)
    return [f"told {one.outcome.name}, now {state}" for one in world.told if expected[one.outcome] != state]


def not_allowed(scene: Scene, row: Row, state: str, cards: dict[str, CardTruth]) -> list[str]:
    """An end that the matrix does not allow for this row, or that the printer's truth denies."""
    found = []
    good = [card for card in cards.values() if card.printed_good]
    if state == "PRINTED" and not good:
        found.append("PRINTED, and there is no good card")
    if state == "MISPRINTED" and good:
        found.append("MISPRINTED, and there is a good card")
    wanted = _ENDS.get(scene.name)
    doubtful = row is Row.INTENT_MARK and state == "SUSPECT"
    if wanted and state != wanted and not doubtful:
        found.append(f"{state} after {row.value}; expected {wanted}")
    return found
