"""What was lost is found, and what nobody expected (rules 11, 15, 16)."""

import pytest
from attrs import evolve

from ektp_core.boundary.store import Answer
from ektp_core.errors import Refusal
from ektp_core.flow.counting import CountDay, PileCount
from ektp_core.flow.counting_events import LostFound
from ektp_core.flow.custody import Issue, Receive
from ektp_core.flow.events import CardRevoked
from ektp_core.flow.finding import ReturnFound, TakeFound
from ektp_core.flow.opening import OpenBalance, OpeningLine
from ektp_core.flow.rows import Attempt, FoundBlank, Revoked
from ektp_core.flow.settling import Found, Settle
from ektp_core.ledger.count import Pile
from ektp_core.vocabulary.bucket import Bucket, Condition
from tests.core.flow.office_cards import UNKNOWN, allot, entered, place_of, printed, stocked, supply
from tests.core.flow.offices import (
    CLASS,
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
    log,
    refusal,
    row,
    rows,
)
from tests.core.flow.planting import founded_for_planting, plant
from tests.core.flow.soundness import agree, check_books, check_refold

pytestmark = pytest.mark.rule(11)

SIGNED = (OPERATOR, VERIFIER_2)
OLD = "OLD-17"
NIK = "5203054408990001"
UIDS = tuple(f"04{number:012X}" for number in range(1, 9))


def sound(books: Offices) -> None:
    check_books(books)
    for store in (books.hub, *books.stations.values()):
        check_refold(store)


def office() -> Offices:
    """A count found five blanks, two cards, one spoiled and one void card missing: 16-20, 102-103, 201, 301."""
    books = founded_for_planting()
    lines = (
        OpeningLine(Condition.BLANK, CLASS, ((OLD, 1, 20),)),
        OpeningLine(Condition.GOOD, CLASS, ((OLD, 101, 103),)),
        OpeningLine(Condition.WASTE, CLASS, ((OLD, 201, 202),)),
        OpeningLine(Condition.VOID, CLASS, ((OLD, 301, 302),)),
    )
    accepted(ask(books.hub, OpenBalance(OFFICE, lines, "BA-1", "2018-11-01"), *SIGNED))
    piles = (
        PileCount(Pile.UNPRINTED, CLASS, 15, ((OLD, 1, 15),), "not known"),
        PileCount(Pile.FINISHED, CLASS, 1, ((OLD, 101, 101),), "not known"),
        PileCount(Pile.WASTE, CLASS, 2, ((OLD, 202, 202), (OLD, 302, 302)), "not known"),
    )
    at = books.hub.position().seq
    accepted(ask(books.hub, CountDay(OFFICE, "2018-11-19", at, piles, (), "BA-2"), *SIGNED))
    return books


def back(books: Offices, lo: int, hi: int, condition: Condition, *keys: str, party: str = OFFICE) -> Answer:
    body = ReturnFound(party, ((OLD, lo, hi),), condition, "BA-TEMU/1")
    return ask(books.hub, body, *(keys or SIGNED))


# -- found again --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lo", "hi", "condition", "bucket"),
    [
        (16, 20, Condition.BLANK, Bucket.STOCK),
        (16, 17, Condition.WASTE, Bucket.WASTE_HELD),
        (16, 16, Condition.GOOD, Bucket.VOID_HELD),
        (102, 103, Condition.GOOD, Bucket.VOID_HELD),
        (201, 201, Condition.WASTE, Bucket.WASTE_HELD),
        (301, 301, Condition.VOID, Bucket.VOID_HELD),
    ],
)
def test_what_is_found_again_goes_where_it_belongs(lo: int, hi: int, condition: Condition, bucket: Bucket) -> None:
    """A blank to stock; a card that was lost never back to those to be handed over."""
    books = office()
    accepted(back(books, lo, hi, condition))
    assert {place_of(books.hub, number, OLD) for number in range(lo, hi + 1)} == {(OFFICE, bucket)}
    (told,) = log(books.hub, LostFound)
    assert told.by == ("operator", "verifier-2")
    sound(books)


def test_a_lost_card_is_no_blank_when_it_is_found() -> None:
    books = office()
    for lo in (102, 201, 301):
        answer = back(books, lo, lo, Condition.BLANK)
        assert refusal(answer) is Refusal.BAD_VALUE
        assert facts(answer)["field"] == "condition"
    assert refusal(back(books, 201, 201, Condition.GOOD)) is Refusal.BAD_VALUE


@pytest.mark.rule(15)
def test_what_is_on_the_stop_list_stays_there() -> None:
    books = office()
    accepted(back(books, 102, 103, Condition.GOOD))
    assert {one.thing for one in rows(books.hub, Revoked)} == {f"{OLD} {n}" for n in (102, 103, 201, 301)}


@pytest.mark.rule(15)
def test_a_stopped_blank_never_returns_to_stock() -> None:
    books = office()
    plant(books, CardRevoked(f"{OLD} 18", "lost with its station", ""))
    answer = back(books, 16, 20, Condition.BLANK)
    assert (refusal(answer), facts(answer)["serials"]) == (Refusal.STOP_LISTED, (f"{OLD} 18",))
    accepted(back(books, 18, 18, Condition.WASTE))


def test_a_lost_blank_that_was_fed_never_returns_to_stock() -> None:
    """Two people closed it as lost, and it turns up unprinted."""
    books = stocked(8, UIDS)
    record = entered(books, 1)
    n = printed(books, record, UNKNOWN)
    accepted(ask(books.hub, Settle(record, n, Found.LOST, "BA"), *PAIR))
    exchange(books)
    one = row(books.hub, Attempt, record, n)
    body = ReturnFound(ONE, ((one.series, one.number, one.number),), Condition.BLANK, "BA-TEMU/1")
    assert refusal(ask(books.hub, body, *SIGNED)) is Refusal.WAS_FED
    accepted(ask(books.hub, evolve(body, condition=Condition.GOOD), *SIGNED))
    exchange(books)
    assert place_of(books.hub, one.number) == (OFFICE, Bucket.VOID_HELD)
    assert place_of(books.stations[ONE], one.number) is None
    assert agree(books, ONE)
    sound(books)


def test_a_blank_short_at_a_stations_receipt_returns_to_the_store() -> None:
    books = founded()
    supply(books, 1, 10)
    allot(books, "A-1", 10)
    from_store = issue_short(books)
    body = ReturnFound(ONE, ((SERIES, from_store, from_store),), Condition.BLANK, "BA-TEMU/1")
    accepted(ask(books.hub, body, *SIGNED))
    exchange(books)
    assert place_of(books.hub, from_store) == (OFFICE, Bucket.STOCK)
    assert place_of(books.stations[ONE], from_store) is None
    assert agree(books, ONE)
    sound(books)


def issue_short(books: Offices) -> int:
    """Ten blanks for the station, of which the last is not found; its number."""
    accepted(ask(books.hub, Issue("I-1", ONE, CLASS, 10), OPERATOR))
    exchange(books)
    body = Receive("I-1", ONE, ((SERIES, 1, 9),), short=((SERIES, 10, 10),))
    accepted(ask(books.stations[ONE], body, *SIGNED))
    exchange(books)
    return 10


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (ReturnFound(OFFICE, ((OLD, 15, 16),), Condition.BLANK, "B"), Refusal.NOT_HELD),
        (ReturnFound(OFFICE, ((OLD, 900, 901),), Condition.BLANK, "B"), Refusal.NOT_HELD),
        (ReturnFound(ONE, ((OLD, 16, 16),), Condition.BLANK, "B"), Refusal.NOT_HELD),
        (ReturnFound(OFFICE, (), Condition.BLANK, "B"), Refusal.BAD_VALUE),
        (ReturnFound(OFFICE, ((OLD, 16, 16),), Condition.BLANK, ""), Refusal.BAD_VALUE),
        (ReturnFound(OFFICE, ((OLD, 16, 16),), Condition.BLANK, NIK), Refusal.BAD_VALUE),
        (ReturnFound("office/52.01", ((OLD, 16, 16),), Condition.BLANK, "B"), Refusal.UNKNOWN_PARTY),
        (ReturnFound("supplier/PNRI", ((OLD, 16, 16),), Condition.BLANK, "B"), Refusal.BAD_VALUE),
    ],
)
def test_what_was_not_lost_there_is_not_found_there(body: ReturnFound, expected: Refusal) -> None:
    assert refusal(ask(office().hub, body, *SIGNED)) is expected


def test_found_blanks_need_two_people() -> None:
    assert refusal(back(office(), 16, 16, Condition.BLANK, OPERATOR)) is Refusal.NEEDS_PEOPLE


# -- nobody expected them -----------------------------------------------------------------

STRANGE = TakeFound(OFFICE, Pile.FINISHED, CLASS, (("XX", 1, 3),), "BA-TEMU/2", "2018-11-19")


def test_unknown_serials_are_held_apart_and_expected_in_their_pile() -> None:
    books = office()
    accepted(ask(books.hub, STRANGE, *SIGNED))
    assert place_of(books.hub, 2, "XX") == (OFFICE, Bucket.FOUND_HELD)
    assert [(one.pile, one.lo, one.hi) for one in rows(books.hub, FoundBlank, OFFICE)] == [(Pile.FINISHED, 1, 3)]
    assert refusal(ask(books.hub, STRANGE, *SIGNED)) is Refusal.SERIAL_KNOWN
    sound(books)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (evolve(STRANGE, ranges=()), Refusal.BAD_VALUE),
        (evolve(STRANGE, ranges=(("COUNT.52.03", 1, 3),)), Refusal.BAD_VALUE),
        (evolve(STRANGE, pile=Pile.OLD_CARDS), Refusal.BAD_VALUE),
        (evolve(STRANGE, blank_class="v9"), Refusal.BAD_VALUE),
        (evolve(STRANGE, minutes=""), Refusal.BAD_VALUE),
        (evolve(STRANGE, minutes_date="20-11-2018"), Refusal.BAD_VALUE),
        (evolve(STRANGE, minutes_date="2018-11-20"), Refusal.BAD_VALUE),
        (evolve(STRANGE, party=ONE), Refusal.WRONG_ADDRESSEE),
        (evolve(STRANGE, ranges=((OLD, 20, 21),)), Refusal.SERIAL_KNOWN),
    ],
)
def test_a_senseless_find_is_refused(body: TakeFound, expected: Refusal) -> None:
    assert refusal(ask(office().hub, body, *SIGNED)) is expected
