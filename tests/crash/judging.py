"""What a run is judged by: the printer's own truth against both books, and what people and the hub were told.

Nothing here asks the station what it thinks happened.
"""

from collections import Counter
from enum import Enum

from attrs import frozen

from ektp_core.boundary.store import Store
from ektp_core.flow.care_events import TestState
from ektp_core.flow.care_rows import Testing
from ektp_core.flow.rows import Attempt, Dispute, Holding, Lock, Station
from ektp_core.flow.view import View
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.state import LockState, PressStep, Profile
from ektp_core.vocabulary.verdict import Outcome
from ektp_core.wire.upload import read_receipt
from ektp_driver_virtual.messages import FaultKind
from ektp_driver_virtual.truth import CardTruth, Place
from tests.crash.scenes import Scene
from tests.crash.world import World


class Row(Enum):
    """What a restart finds in the book: the journal's row of the crash matrix."""

    NOTHING = "J0 nothing known"
    TESTING = "a test card begun"
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
        is_testing = any(one.state is TestState.BEGUN for one in view.rows(Testing))
    if is_testing:
        return Row.TESTING
    if lock is None or attempt is None:
        return Row.NOTHING
    if lock.state is LockState.AUTHORISED:
        return Row.AUTHORISED
    if lock.state is LockState.IN_PRESS and attempt.step is not None:
        return Row[attempt.step.name] if attempt.step is not PressStep.OUTCOME else Row.OUTCOME
    receipt = book.link("receipt")
    told = receipt is not None and not book.sealed_since(read_receipt(receipt).n, 1)
    return Row.ACKED if told else Row.OUTCOME


def serial_in_act(book: Store) -> str:
    """The serial of the card that is on its way through the printer, as far as the book knows; empty where none is."""
    with book.read() as view:
        lock = next(iter(view.rows(Lock)), None)
        attempt = view.row(Attempt, lock.record, lock.n) if lock else None
        is_testing = any(one.state is TestState.BEGUN for one in view.rows(Testing))
    if attempt is None or is_testing or attempt.step in (None, PressStep.OUTCOME):
        return ""
    return f"{attempt.series} {attempt.number}"


@frozen
class Struck:
    """What was true of the cards when the station was struck: ink begun, out of the machine, taken since, spoiled."""

    inked: bool = False
    out: bool = False
    taken: bool = False
    spoiled: bool = False


def struck_now(cards: dict[str, CardTruth]) -> Struck:
    """The truth of now, as far as ends depend on it."""
    mine = [card for card in cards.values() if not is_a_test(card)]
    inked = any(card.marked for card in mine)
    out = any(card.marked and card.place is Place.OUTPUT for card in mine)
    return Struck(inked, out, spoiled=any(card.marked and card.spoiled for card in mine))


def ends(scene: Scene, row: Row, struck: Struck) -> frozenset[str]:
    """How a card must end: of each scene at each row one end, or two where the strike may fall before or after the act.

    Doubt is allowed where the matrix has no evidence, and nowhere else: a station that doubts everything is no use.
    """
    if struck.taken and scene.end == "PRINTED":
        return frozenset({"SUSPECT"} if row not in (Row.OUTCOME, Row.ACKED) else {scene.end})
    if row is Row.INTENT_MARK:
        if not struck.inked:  # an order that was on its way may still be carried out, and nobody heard of it
            return frozenset({scene.end, "SUSPECT"})
        if scene.fault is FaultKind.JAM:  # the device's own record has the jam, once it has happened
            return frozenset({scene.end} if struck.spoiled else {"SUSPECT", scene.end})
        return frozenset({"SUSPECT"})
    if row is Row.INTENT_ENCODE and scene.profile is Profile.PRINT_FIRST and struck.out:
        return frozenset({"SUSPECT"})  # it left the machine, and that it did was not written down
    return frozenset({scene.end})


def left_inside(scene: Scene, cards: dict[str, CardTruth]) -> list[str]:
    """Cards that lie in the machine when all has settled: nobody looks there. What will not move is for people."""
    return [] if scene.is_stuck else [f"{card.serial} is left inside" for card in cards.values() if card.place is Place.INSIDE]


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


def is_a_test(card: CardTruth) -> bool:
    """Whether it bears the ink of a test card."""
    return card.record.startswith("test/")


def _fits(bucket: Bucket, card: CardTruth) -> bool:
    match bucket:
        case Bucket.STOCK:
            return not card.fed
        case Bucket.GOOD_HELD:
            return card.printed_good and card.place is Place.OUTPUT and not is_a_test(card)
        case Bucket.WASTE_HELD:
            return card.fed and (not card.printed_good or is_a_test(card))
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


def not_allowed(
    scene: Scene, row: Row, state: str, cards: dict[str, CardTruth], struck: Struck = Struck()
) -> list[str]:
    """An end that the matrix does not allow for this row, or that the printer's truth denies."""
    found = []
    good = [card for card in cards.values() if card.printed_good and not is_a_test(card)]
    if state == "PRINTED" and not good:
        found.append("PRINTED, and there is no good card")
    if state == "MISPRINTED" and good:
        found.append("MISPRINTED, and there is a good card")
    wanted = ends(scene, row, struck)
    if scene.tests and any(card.marked and not card.printed_good and not is_a_test(card) for card in cards.values()):
        wanted = frozenset({"SUSPECT"})  # the test card was never printed, and what was meant for it struck the next one
    if state not in wanted:
        found.append(f"{state} after {row.value}; expected {' or '.join(sorted(wanted))}")
    return [*found, *left_inside(scene, cards)]
