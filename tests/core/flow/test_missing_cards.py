"""A count that misses cards: they are stopped, reported with their persons, and found again without losing the line."""

import pytest

from ektp_core.boundary.store import Work
from ektp_core.errors import Refusal
from ektp_core.flow.complaints import Complain
from ektp_core.flow.counting import CountDay, PileCount
from ektp_core.flow.destroying import Destroy
from ektp_core.flow.events import Moved
from ektp_core.flow.finding import ReturnFound
from ektp_core.flow.founding import NewOfficer, Register
from ektp_core.flow.old_cards import TakeOldCard
from ektp_core.flow.opening import OpenBalance, OpeningLine
from ektp_core.flow.rows import Person, Record, Revoked
from ektp_core.flow.settling import Found, Settle
from ektp_core.flow.taking_back import TakeBack
from ektp_core.ledger.count import Pile
from ektp_core.spoilage.report import Line
from ektp_core.vocabulary.bucket import Bucket, Condition
from ektp_core.vocabulary.destruction_method import Method
from ektp_core.vocabulary.old_card import OldCardReason
from ektp_core.vocabulary.role import Role
from ektp_core.vocabulary.state import LockState
from ektp_core.vocabulary.verdict import Cause
from tests.core.flow.office_cards import (
    BAD,
    GOOD,
    UNKNOWN,
    allot,
    attempt,
    entered,
    held,
    place_of,
    printed,
    reported,
    state,
    stocked,
    supply,
    true_report,
    unlocked,
)
from tests.core.flow.offices import (
    CLASS,
    HOUR_MS,
    NOW,
    OFFICE,
    ONE,
    OPERATOR,
    PAIR,
    SERIES,
    VERIFIER_2,
    Offices,
    accepted,
    ask,
    exchange,
    facts,
    founded,
    maybe,
    new_key,
    refusal,
    row,
    signed,
)
from tests.core.flow.soundness import agree, check_books, check_refold

pytestmark = pytest.mark.rule(16)

CHECKER = "key-checker"
SIGNED, DAY, WHY = (OPERATOR, VERIFIER_2), "2018-11-19", "the cupboard was open"


def in_store() -> tuple[Offices, str, str, int, int]:
    """A good and a spoiled card, taken back into the office's store: records and numbers."""
    books = stocked(10)
    checker = NewOfficer("checker", "Checker", OFFICE, (Role.CHECKER,))
    accepted(ask(books.hub, Register(officers=(checker,), keys=(new_key(CHECKER, "checker"),)), *PAIR))
    good, bad = entered(books, 1), entered(books, 2)
    printed(books, good, GOOD)
    printed(books, bad, BAD)
    g, w = attempt(books.hub, good).number, attempt(books.hub, bad).number
    for paper, condition, number in (("P-1", Condition.GOOD, g), ("P-2", Condition.WASTE, w)):
        accepted(ask(books.hub, TakeBack(ONE, paper, condition, ((SERIES, number, number),)), *SIGNED))
    exchange(books)
    return books, good, bad, g, w


def gone(books: Offices, *piles: Pile, by: tuple[str, ...] = SIGNED) -> None:
    """A count that finds nothing in these piles of the store."""
    counted = tuple(PileCount(pile, CLASS, 0, explanation=WHY) for pile in piles)
    accepted(ask(books.hub, CountDay(OFFICE, DAY, books.hub.position().seq, counted, (), "BA-1"), *by))


@pytest.mark.rule(15)
def test_a_missing_card_is_lost_and_its_person_gets_another_after_the_report() -> None:
    books, record, _, number, _ = in_store()
    gone(books, Pile.FINISHED, Pile.WASTE, by=(OPERATOR, CHECKER))
    exchange(books)
    assert place_of(books.hub, number) == (OFFICE, Bucket.LOST_GOOD)
    assert maybe(books.hub, Revoked, f"{SERIES} {number}") is not None
    assert state(books.hub, record) is state(books.stations[ONE], record) is LockState.MISPRINTED
    assert agree(books, ONE)
    person = row(books.hub, Record, record).person
    assert row(books.hub, Person, person).open_record == record
    (line,) = [one for one in true_report(books, "R").lines if one.number == number]
    assert line == Line(SERIES, number, person.hex(), record, 1, Cause.LOST.value, is_lost=True)
    reported(books, "R-1")
    unlocked(books, record, 1)
    assert state(books.hub, record) is LockState.READY
    check_books(books)
    check_refold(books.hub)


@pytest.mark.rule(15)
def test_missing_waste_is_on_the_stop_list_and_its_line_stays_the_persons() -> None:
    """A misprint in somebody's pocket looks like a card."""
    books, _, record, _, number = in_store()
    gone(books, Pile.FINISHED, Pile.WASTE)
    assert place_of(books.hub, number) == (OFFICE, Bucket.LOST_WASTE)
    assert maybe(books.hub, Revoked, f"{SERIES} {number}") is not None
    (line,) = [one for one in true_report(books, "R").lines if one.number == number]
    assert (line.record, line.is_lost) == (record, True) and line.person


def test_a_missing_card_of_the_opening_is_stopped_and_concerns_nobody() -> None:
    books = founded()
    lines = (OpeningLine(Condition.GOOD, CLASS, (("OLD", 1, 2),)),)
    accepted(ask(books.hub, OpenBalance(OFFICE, lines, "SA", DAY), *SIGNED))
    gone(books, Pile.FINISHED)
    assert maybe(books.hub, Revoked, "OLD 2") is not None
    assert held(books.hub, (OFFICE, Bucket.LOST_GOOD)) == 2


@pytest.mark.rule(11)
def test_a_lost_card_that_is_found_keeps_its_line_and_its_person_is_unlocked() -> None:
    books = stocked(10)
    record = entered(books, 1)
    printed(books, record, UNKNOWN)
    exchange(books)
    number = attempt(books.hub, record).number
    late = NOW + 60 * HOUR_MS
    accepted(ask(books.hub, Settle(record, 1, Found.LOST, "BA-1", SERIES, number), *PAIR, at_ms=late))
    body = ReturnFound(ONE, ((SERIES, number, number),), Condition.GOOD, "BA-2")
    accepted(ask(books.hub, body, *SIGNED))
    assert place_of(books.hub, number) == (OFFICE, Bucket.VOID_HELD)
    report = true_report(books, "R-1")
    assert (report.columns.good, report.columns.bad_of_person, report.columns.lost) == (0, 1, 0)
    reported(books, "R-1")
    unlocked(books, record, 1)
    assert state(books.hub, record) is LockState.READY
    burn = Destroy(OFFICE, "BP", "2018-12-20", Method.BURN, ((SERIES, number, number),), 0, ("Pak Lurah",))
    accepted(ask(books.hub, burn, *SIGNED, at_ms=NOW + 40 * 24 * HOUR_MS))
    after = true_report(books, "R-2").columns
    assert (after.bad_of_person, after.good) == (1, 0), "a burnt one keeps its line as well"


# -- counts -------------------------------------------------------------------------------


@pytest.mark.rule(33)
def test_a_store_that_was_emptied_is_counted_as_empty() -> None:
    """All its serials are known, and all of them are gone."""
    books = founded()
    supply(books, 1, 20)
    allot(books, "A-1", 20)
    gone(books, Pile.UNPRINTED)
    assert held(books.hub, (OFFICE, Bucket.LOST)) == 20
    check_books(books)


@pytest.mark.rule(33)
def test_a_shortage_is_not_settled_again_by_a_count_as_at_an_earlier_cut() -> None:
    """Other asks were sealed in one commit with the first count."""
    books = founded()
    line = OpeningLine(Condition.BLANK, CLASS, count=100)
    accepted(ask(books.hub, OpenBalance(OFFICE, (line,), "SA", DAY), *SIGNED))
    cut = books.hub.position().seq
    piles = (PileCount(Pile.UNPRINTED, CLASS, 90, explanation=WHY),)
    first = CountDay(OFFICE, DAY, cut, piles, (), "B-1")
    works = [Work(signed(Complain(f"C-{n}", OFFICE, DAY, "koran"), OPERATOR)) for n in range(6)]
    for answer in books.hub.commit([*works, Work(signed(first, *SIGNED))], NOW):
        accepted(answer)
    (settled,) = [seq for seq, one in books.hub.events() if isinstance(one, Moved) and one.reference == "B-1"]
    for earlier in range(cut, settled):
        answer = ask(books.hub, CountDay(OFFICE, DAY, earlier, piles, (), "B-2"), *SIGNED)
        assert refusal(answer) is Refusal.STALE_CUT
    accepted(ask(books.hub, CountDay(OFFICE, DAY, settled, piles, (), "B-2"), *SIGNED))
    assert held(books.hub, (OFFICE, Bucket.STOCK)) == 90 and held(books.hub, (OFFICE, Bucket.LOST)) == 10


@pytest.mark.rule(14)
def test_old_cards_that_were_counted_short_cannot_be_destroyed() -> None:
    books = founded()
    for reason, count in ((OldCardReason.DAMAGED, 4), (OldCardReason.OTHER, 6)):
        accepted(ask(books.hub, TakeOldCard(OFFICE, reason, DAY, True, count), OPERATOR))
    piles = (PileCount(Pile.OLD_CARDS, "", 7, explanation=WHY),)
    accepted(ask(books.hub, CountDay(OFFICE, DAY, books.hub.position().seq, piles, (), "B-1"), *SIGNED))
    late = NOW + 40 * 24 * HOUR_MS
    burn = Destroy(OFFICE, "BP", "2018-12-20", Method.BURN, (), 10, ("Pak Lurah",))
    answer = ask(books.hub, burn, *SIGNED, at_ms=late)
    assert (refusal(answer), facts(answer)["held"]) == (Refusal.TOO_FEW, 7)
    more = (PileCount(Pile.OLD_CARDS, "", 9, explanation=WHY),)
    accepted(ask(books.hub, CountDay(OFFICE, DAY, books.hub.position().seq, more, (), "B-2"), *SIGNED))
    same = (PileCount(Pile.OLD_CARDS, "", 9),)
    accepted(ask(books.hub, CountDay(OFFICE, DAY, books.hub.position().seq, same, (), "B-3"), *SIGNED))
    check_refold(books.hub)
