"""What was found is held apart until two people say what it is; a card never becomes a blank (rule 11)."""

import pytest
from attrs import evolve

from ektp_core.errors import Refusal
from ektp_core.flow.closing_found import CloseFound
from ektp_core.flow.counting import CountDay, PileCount
from ektp_core.flow.destroying import Destroy
from ektp_core.flow.events import Moved
from ektp_core.flow.finding import ReturnFound, TakeFound
from ektp_core.flow.founding import NewOfficer, Register
from ektp_core.flow.rows import Allotment, FoundBlank, Revoked
from ektp_core.ledger.count import Pile
from ektp_core.spoilage.report import Columns
from ektp_core.vocabulary.bucket import Bucket, Condition
from ektp_core.vocabulary.destruction_method import Method
from ektp_core.vocabulary.role import Role
from tests.core.flow.office_cards import place_of, true_report
from tests.core.flow.offices import (
    CLASS,
    HOUR_MS,
    NOW,
    OFFICE,
    OPERATOR,
    PAIR,
    VERIFIER_1,
    VERIFIER_2,
    Offices,
    accepted,
    ask,
    facts,
    founded,
    log,
    maybe,
    new_key,
    refusal,
    row,
    rows,
)
from tests.core.flow.soundness import check_books, check_refold

pytestmark = pytest.mark.rule(11)

DAY, CHECKER = "2018-11-19", "key-checker"
SIGNED = (OPERATOR, VERIFIER_2)
CLOSE = CloseFound(OFFICE, (("ALIEN", 1, 2),), Condition.VOID, "BA-T/1")
WHYS = {Pile.UNPRINTED: Condition.BLANK, Pile.FINISHED: Condition.GOOD, Pile.WASTE: Condition.WASTE}


def found(pile: Pile, count: int = 4) -> Offices:
    """Strange serials ALIEN 1.. in one pile of an office that has nothing else, and a checker."""
    books = founded()
    checker = NewOfficer("checker", "Checker", OFFICE, (Role.CHECKER,))
    accepted(ask(books.hub, Register(officers=(checker,), keys=(new_key(CHECKER, "checker"),)), *PAIR))
    accepted(ask(books.hub, TakeFound(OFFICE, pile, CLASS, (("ALIEN", 1, count),), "BA-F", DAY), *SIGNED))
    return books


def gone_again(books: Offices, pile: Pile) -> None:
    """The next count misses all of it."""
    piles = (PileCount(pile, CLASS, 0, explanation="gone again"),)
    accepted(ask(books.hub, CountDay(OFFICE, DAY, books.hub.position().seq, piles, (), "BA-C"), *SIGNED))


def sound(books: Offices) -> None:
    check_books(books)
    check_refold(books.hub)


@pytest.mark.parametrize(
    ("pile", "lost"),
    [(Pile.UNPRINTED, Bucket.LOST), (Pile.FINISHED, Bucket.LOST_GOOD), (Pile.WASTE, Bucket.LOST_WASTE)],
)
def test_what_was_found_lost_and_found_again_is_held_as_found_and_never_in_stock(pile: Pile, lost: Bucket) -> None:
    books = found(pile)
    gone_again(books, pile)
    assert place_of(books.hub, 1, "ALIEN") == (OFFICE, lost)
    if pile is not Pile.UNPRINTED:
        answer = ask(books.hub, ReturnFound(OFFICE, (("ALIEN", 1, 1),), Condition.BLANK, "BA-R"), *SIGNED)
        assert refusal(answer) is Refusal.BAD_VALUE
    accepted(ask(books.hub, ReturnFound(OFFICE, (("ALIEN", 1, 2),), WHYS[pile], "BA-R"), *SIGNED))
    assert place_of(books.hub, 1, "ALIEN") == (OFFICE, Bucket.FOUND_HELD)
    assert not [one for one in log(books.hub, Moved) if one.to_bucket is Bucket.STOCK]
    sound(books)


def test_what_was_taken_for_a_blank_and_comes_back_printed_is_a_card_from_then_on() -> None:
    books = found(Pile.UNPRINTED)
    gone_again(books, Pile.UNPRINTED)
    accepted(ask(books.hub, ReturnFound(OFFICE, (("ALIEN", 1, 2),), Condition.GOOD, "BA-R"), *SIGNED))
    usable = ask(books.hub, evolve(CLOSE, condition=Condition.BLANK), *PAIR)
    assert (refusal(usable), facts(usable)["field"]) == (Refusal.BAD_VALUE, "condition")
    accepted(ask(books.hub, CLOSE, CHECKER, VERIFIER_1))
    assert place_of(books.hub, 1, "ALIEN") == (OFFICE, Bucket.VOID_HELD)


def test_a_found_card_is_void_and_on_the_stop_list() -> None:
    books = found(Pile.FINISHED)
    accepted(ask(books.hub, CLOSE, CHECKER, VERIFIER_2))
    assert place_of(books.hub, 2, "ALIEN") == (OFFICE, Bucket.VOID_HELD)
    assert {one.thing for one in rows(books.hub, Revoked)} == {"ALIEN 1", "ALIEN 2"}
    assert [(one.lo, one.hi) for one in rows(books.hub, FoundBlank, OFFICE)] == [(3, 4)]
    sound(books)


@pytest.mark.rule(24)
@pytest.mark.rule(26)
def test_found_waste_has_a_report_of_its_own_and_burns_after_it() -> None:
    books = found(Pile.WASTE)
    accepted(ask(books.hub, evolve(CLOSE, condition=Condition.WASTE), CHECKER, VERIFIER_2))
    late = NOW + 40 * 24 * HOUR_MS
    burn = Destroy(OFFICE, "BP-1", "2018-12-20", Method.BURN, (("ALIEN", 1, 2),), 0, ("Pak Lurah",))
    assert refusal(ask(books.hub, burn, CHECKER, VERIFIER_2, at_ms=late)) is Refusal.WASTE_NOT_REPORTED
    name = f"found/{OFFICE}/{CLASS}/1"
    report = true_report(books, "R-1", name)
    assert report.columns == Columns(received=2, bad_without=2)
    accepted(ask(books.hub, report, OPERATOR))
    accepted(ask(books.hub, burn, CHECKER, VERIFIER_2, at_ms=late))


def test_only_two_of_the_centre_make_a_found_blank_usable() -> None:
    books = found(Pile.UNPRINTED)
    usable = evolve(CLOSE, condition=Condition.BLANK)
    assert refusal(ask(books.hub, usable, CHECKER, VERIFIER_2)) is Refusal.NOT_ALLOWED
    accepted(ask(books.hub, usable, *PAIR))
    assert place_of(books.hub, 1, "ALIEN") == (OFFICE, Bucket.STOCK)
    assert row(books.hub, Allotment, f"found/{OFFICE}/{CLASS}/1").count == 2
    accepted(ask(books.hub, evolve(usable, ranges=(("ALIEN", 3, 4),)), *PAIR))
    assert maybe(books.hub, Allotment, f"found/{OFFICE}/{CLASS}/2") is not None
    sound(books)


@pytest.mark.parametrize(
    ("pile", "body", "keys", "expected"),
    [
        (Pile.FINISHED, evolve(CLOSE, condition=Condition.BLANK), PAIR, Refusal.BAD_VALUE),
        (Pile.WASTE, evolve(CLOSE, condition=Condition.BLANK), PAIR, Refusal.BAD_VALUE),
        (Pile.FINISHED, evolve(CLOSE, condition=Condition.GOOD), PAIR, Refusal.BAD_VALUE),
        (Pile.UNPRINTED, CLOSE, PAIR, Refusal.BAD_VALUE),
        (Pile.FINISHED, evolve(CLOSE, ranges=()), PAIR, Refusal.BAD_VALUE),
        (Pile.FINISHED, evolve(CLOSE, minutes=""), PAIR, Refusal.BAD_VALUE),
        (Pile.FINISHED, evolve(CLOSE, ranges=(("ALIEN", 1, 9),)), PAIR, Refusal.NOT_HELD),
        (Pile.FINISHED, evolve(CLOSE, party="office/52.99"), PAIR, Refusal.UNKNOWN_PARTY),
        (Pile.FINISHED, CLOSE, (VERIFIER_1,), Refusal.NEEDS_PEOPLE),
        (Pile.FINISHED, CLOSE, (OPERATOR, VERIFIER_1), Refusal.NOT_ALLOWED),
    ],
)
def test_what_found_things_cannot_be(pile: Pile, body: CloseFound, keys: tuple[str, ...], expected: Refusal) -> None:
    assert refusal(ask(found(pile).hub, body, *keys)) is expected


def test_more_strange_serials_than_anybody_finds_are_refused() -> None:
    """They would block the supplier's own."""
    body = TakeFound(OFFICE, Pile.UNPRINTED, CLASS, (("ALIEN", 1, 10**12),), "BA-F", DAY)
    answer = ask(founded().hub, body, *SIGNED)
    assert (refusal(answer), facts(answer)["field"]) == (Refusal.BAD_VALUE, "ranges")
