"""From the station back to the store: the station gives first, the hub moves, the station lets go."""

import pytest
from attrs import evolve

from ektp_core.boundary.store import Answer
from ektp_core.errors import Refusal
from ektp_core.flow.custody import Issue, Receive
from ektp_core.flow.custody_events import TakenBack
from ektp_core.flow.events import Dispatched, Event, Moved
from ektp_core.flow.printing import Authorise
from ektp_core.flow.rows import Consignment, Dispute, Holding, Station
from ektp_core.flow.settling import FailCard
from ektp_core.flow.silence import DeclareStationLost
from ektp_core.flow.taking_back import GiveBack, TakeBack
from ektp_core.vocabulary.bucket import Bucket, Condition
from ektp_core.vocabulary.objection import Objection
from ektp_core.vocabulary.verdict import Cause
from tests.core.flow.custody_offices import STOREMAN, STOREMAN_2, run, two_offices
from tests.core.flow.office_cards import BAD, entered, issue, load, place_of, printed
from tests.core.flow.offices import (
    CLASS,
    HUB_KEY,
    NOW,
    OFFICE,
    ONE,
    OPERATOR,
    PAIR,
    SERIES,
    TWO,
    VERIFIER_2,
    Offices,
    accepted,
    ask,
    exchange,
    facts,
    forged,
    log,
    refusal,
    row,
    rows,
)
from tests.core.flow.soundness import agree, check_books, check_refold

pytestmark = pytest.mark.rule(12)

NAME = f"{ONE}/P-1"


def at_work() -> Offices:
    """Station one holds blanks 1 to 8 in its printer, of which 1 became a good card and 2 waste."""
    books = two_offices()
    load(books, issue(books, "I-1", 8))
    exchange(books)
    printed(books, entered(books, 1))
    printed(books, entered(books, 2), BAD)
    return books


def give(books: Offices, lo: int, hi: int, *keys: str) -> Answer:
    return ask(books.stations[ONE], GiveBack("P-1", run(lo, hi)), *(keys or (OPERATOR,)))


def test_the_rest_goes_back_at_close_and_is_in_one_place_all_the_way() -> None:
    books = at_work()
    accepted(give(books, 3, 8))
    assert place_of(books.stations[ONE], 3) == (ONE, Bucket.IN_TRANSIT)
    assert place_of(books.hub, 3) == (ONE, Bucket.STOCK)  # the hub has not heard of it
    early = Receive(NAME, OFFICE, run(3, 8))
    assert refusal(ask(books.hub, early, OPERATOR, VERIFIER_2)) is Refusal.UNKNOWN_CONSIGNMENT
    exchange(books)
    assert place_of(books.hub, 3) == (ONE, Bucket.IN_TRANSIT)
    back = Receive(NAME, OFFICE, run(3, 6), short=run(7, 7), damaged=run(8, 8))
    accepted(ask(books.hub, back, OPERATOR, VERIFIER_2))
    assert [place_of(books.hub, number) for number in (3, 7, 8)] == [
        (OFFICE, Bucket.STOCK),
        (OFFICE, Bucket.LOST),
        (OFFICE, Bucket.WASTE_HELD),
    ]
    exchange(books)
    assert [place_of(books.stations[ONE], number) for number in (3, 7, 8)] == [None] * 3
    assert not rows(books.hub, Dispute) and agree(books, ONE)
    check_books(books)
    check_refold(books.hub)


def test_what_went_back_can_be_issued_again() -> None:
    books = at_work()
    accepted(give(books, 3, 8))
    exchange(books)
    accepted(ask(books.hub, Receive(NAME, OFFICE, run(3, 8)), OPERATOR, VERIFIER_2))
    accepted(ask(books.hub, Issue("I-2", ONE, CLASS, 4), OPERATOR))
    exchange(books)
    accepted(ask(books.stations[ONE], Receive("I-2", ONE, run(3, 6)), OPERATOR, VERIFIER_2))
    exchange(books)
    assert place_of(books.stations[ONE], 3) == place_of(books.hub, 3) == (ONE, Bucket.STOCK)
    assert agree(books, ONE)
    check_books(books)


def test_blanks_that_went_back_cover_no_authorisation() -> None:
    books = at_work()
    accepted(give(books, 3, 8))
    exchange(books)
    answer = ask(books.hub, Authorise(entered(books, 3), ONE), HUB_KEY)
    assert refusal(answer) is Refusal.NO_BLANK


@pytest.mark.parametrize(
    ("body", "keys", "expected"),
    [
        (GiveBack("P-1", run(1, 3)), (OPERATOR,), Refusal.NOT_HELD),
        (GiveBack("P-1", ()), (OPERATOR,), Refusal.BAD_VALUE),
        (GiveBack("", run(3, 3)), (OPERATOR,), Refusal.BAD_VALUE),
        (GiveBack("5203054408990001", run(3, 3)), (OPERATOR,), Refusal.BAD_VALUE),
        (GiveBack("P-1", run(3, 3)), (VERIFIER_2,), Refusal.NOT_ALLOWED),
    ],
)
def test_a_giving_back_that_cannot_be_is_refused(body: GiveBack, keys: tuple[str, ...], expected: Refusal) -> None:
    assert refusal(ask(at_work().stations[ONE], body, *keys)) is expected


def test_a_paper_is_given_back_by_once_and_only_at_the_station() -> None:
    books = at_work()
    accepted(give(books, 3, 4))
    assert refusal(give(books, 5, 6)) is Refusal.ALREADY_KNOWN
    assert refusal(ask(books.hub, GiveBack("P-2", run(5, 6)), OPERATOR)) is Refusal.WRONG_ADDRESSEE


# -- cards and waste ----------------------------------------------------------------------


def take(books: Offices, carries: Condition, lo: int, hi: int, *keys: str) -> Answer:
    return ask(books.hub, TakeBack(ONE, "P-9", carries, run(lo, hi)), *(keys or (OPERATOR, VERIFIER_2)))


def test_cards_and_waste_leave_by_the_hubs_word_and_then_the_stations_copy() -> None:
    books = at_work()
    accepted(take(books, Condition.GOOD, 1, 1))
    accepted(take(books, Condition.WASTE, 2, 2))
    assert place_of(books.hub, 1) == (OFFICE, Bucket.GOOD_HELD)
    assert place_of(books.hub, 2) == (OFFICE, Bucket.WASTE_HELD)
    exchange(books)
    kept = [one for one in rows(books.stations[ONE], Holding) if one.bucket is not Bucket.STOCK]
    assert kept == [] and agree(books, ONE)
    check_books(books)
    check_refold(books.hub)


def test_the_paper_its_date_and_both_signers_stand_in_the_book() -> None:
    books = at_work()
    body = TakeBack(ONE, "P-9", Condition.WASTE, run(2, 2), "2018-11-20")
    answer = ask(books.hub, body, OPERATOR, VERIFIER_2)
    assert refusal(answer) is Refusal.BAD_VALUE and facts(answer)["field"] == "paper_date"
    accepted(ask(books.hub, evolve(body, paper_date="2018-11-19"), OPERATOR, VERIFIER_2))
    both = ("operator", "verifier-2")
    assert log(books.hub, TakenBack) == [TakenBack(ONE, "P-9", "2018-11-19", Condition.WASTE, run(2, 2), both)]


def test_a_card_in_the_store_can_still_be_declared_failed() -> None:
    books = at_work()
    accepted(take(books, Condition.GOOD, 1, 1))
    accepted(ask(books.hub, FailCard("52.03-000001", 1, Cause.DATA_WRONG), OPERATOR))
    exchange(books)
    assert place_of(books.hub, 1) == (OFFICE, Bucket.WASTE_HELD)
    assert agree(books, ONE) and row(books.hub, Station, ONE).frozen_why == ""
    check_books(books)


@pytest.mark.parametrize(
    ("body", "keys", "expected"),
    [
        (TakeBack(ONE, "P-9", Condition.GOOD, run(2, 2)), (OPERATOR, VERIFIER_2), Refusal.NOT_HELD),
        (TakeBack(ONE, "P-9", Condition.BLANK, run(3, 3)), (OPERATOR, VERIFIER_2), Refusal.BAD_VALUE),
        (TakeBack(ONE, "P-9", Condition.GOOD, ()), (OPERATOR, VERIFIER_2), Refusal.BAD_VALUE),
        (TakeBack(ONE, "", Condition.GOOD, run(1, 1)), (OPERATOR, VERIFIER_2), Refusal.BAD_VALUE),
        (TakeBack("station/52.03/9", "P-9", Condition.GOOD, run(1, 1)), (OPERATOR, VERIFIER_2),
         Refusal.UNKNOWN_STATION),
        (TakeBack(ONE, "P-9", Condition.GOOD, run(1, 1)), (OPERATOR,), Refusal.NEEDS_PEOPLE),
        (TakeBack(ONE, "P-9", Condition.GOOD, run(1, 1)), (STOREMAN, STOREMAN_2), Refusal.NOT_ALLOWED),
    ],
)  # fmt: skip
def test_a_taking_back_that_cannot_be_is_refused(body: TakeBack, keys: tuple[str, ...], expected: Refusal) -> None:
    assert refusal(ask(at_work().hub, body, *keys)) is expected


def test_what_is_on_the_way_to_the_store_when_its_station_is_lost_is_counted_in() -> None:
    books = at_work()
    accepted(give(books, 3, 5))
    exchange(books)
    accepted(ask(books.hub, DeclareStationLost(ONE, "L/1", "2018-11-19"), *PAIR))
    assert [place_of(books.hub, number) for number in (3, 6)] == [(ONE, Bucket.IN_TRANSIT), (ONE, Bucket.SUSPECT)]
    accepted(ask(books.hub, Receive(NAME, OFFICE, run(3, 5)), OPERATOR, VERIFIER_2))
    assert place_of(books.hub, 3) == (OFFICE, Bucket.STOCK)
    check_books(books)


# -- a station that says what is not so ---------------------------------------------------

LEAVES = Moved(SERIES, 3, 4, ONE, Bucket.STOCK, ONE, Bucket.IN_TRANSIT, NAME)
PAPER = Dispatched(NAME, ONE, OFFICE, run(3, 4), NOW)

LIES: list[tuple[str, tuple[Event, ...], Objection]] = [
    ("blanks without a paper", (LEAVES,), Objection.NOT_UNDER_YOUR_PEN),
    ("a paper without blanks", (PAPER,), Objection.NO_SUCH_STEP),
    ("a paper of more blanks", (Dispatched(NAME, ONE, OFFICE, run(3, 5), NOW), LEAVES), Objection.NO_SUCH_STEP),
    ("to another office", (Dispatched(NAME, ONE, "office/52.01", run(3, 4), NOW), LEAVES), Objection.WRONG_STATION),
    ("of the other station", (Dispatched(NAME, TWO, OFFICE, run(3, 4), NOW), LEAVES), Objection.WRONG_STATION),
    ("a name that is not its own", (Dispatched("C-1", ONE, OFFICE, run(3, 4), NOW), LEAVES), Objection.NO_SUCH_STEP),
]  # fmt: skip


@pytest.mark.parametrize(("what", "said", "expected"), LIES, ids=[name for name, *_ in LIES])
def test_a_station_gives_back_only_what_it_holds_to_its_own_store(
    what: str, said: tuple[Event, ...], expected: Objection
) -> None:
    books = at_work()
    accepted(forged(books, ONE, *said))
    assert rows(books.hub, Dispute)[0].objection is expected
    assert place_of(books.hub, 3) != (ONE, Bucket.IN_TRANSIT)
    assert not [one for one in rows(books.hub, Consignment) if one.sender == ONE]
    check_books(books)


def test_a_refused_give_back_says_where_the_blanks_are_not() -> None:
    answer = give(at_work(), 1, 2)
    assert facts(answer)["serials"] == ("PNRI-2018 1-2",)
