"""Blanks from the supplier to the station: each by serial, each in one place, each counted by two."""

from collections.abc import Callable

import pytest

from ektp_core.boundary.store import Answer
from ektp_core.errors import Refusal
from ektp_core.flow.ask import Body
from ektp_core.flow.custody import CHIPS_PER_EVENT, Dispatch, Grant, Issue, Receive, TakeSupply
from ektp_core.flow.events import ChipLinked, Received, TakenIn
from ektp_core.flow.founding import NewStation, Register
from ektp_core.flow.opening import OpenBalance, OpeningLine
from ektp_core.flow.rows import Allotment, Chip, ChipOf, Consignment, Holding, Ranges, Station
from ektp_core.vocabulary.bucket import Bucket, Condition
from tests.core.flow.office_cards import allot, grant, held, issue, place_of, supply
from tests.core.flow.offices import (
    CLASS,
    OFFICE,
    ONE,
    OPERATOR,
    PAIR,
    SERIES,
    SUPPLIER,
    TWO,
    VERIFIER_1,
    VERIFIER_2,
    Offices,
    accepted,
    ask,
    exchange,
    facts,
    founded,
    log,
    maybe,
    refusal,
    row,
    rows,
)
from tests.core.flow.soundness import check_books


def manifest(*ranges: tuple[str, int, int], chips: tuple[str, ...] = (), supplier: str = SUPPLIER) -> TakeSupply:
    return TakeSupply(supplier, CLASS, ranges, "BAST-1", "2018-11-01", chips)


def uid(number: int) -> str:
    return f"04{number:012X}"


def test_a_carton_of_twenty_million_blanks_costs_one_row() -> None:
    books = founded()
    accepted(ask(books.hub, manifest((SERIES, 1, 20_000_000)), VERIFIER_1))
    assert rows(books.hub, Holding) == [Holding(SERIES, 1, 20_000_000, "centre", Bucket.STOCK, CLASS)]


@pytest.mark.rule(38)
def test_the_number_and_date_of_the_paper_stand_in_the_event() -> None:
    books = founded()
    supply(books, 1, 5)
    taken = log(books.hub, TakenIn)[0]
    assert (taken.paper, taken.paper_date) == ("BAST-1", "2018-11-01")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (manifest(), Refusal.BAD_VALUE),
        (manifest((SERIES, 5, 4)), Refusal.BAD_VALUE),
        (manifest((SERIES, 0, 4)), Refusal.BAD_VALUE),
        (manifest(("no series", 1, 4)), Refusal.BAD_VALUE),
        (manifest((SERIES, 101, 110), (SERIES, 110, 120)), Refusal.SERIALS_OVERLAP),
        (manifest((SERIES, 95, 105)), Refusal.SERIAL_KNOWN),
        (manifest((SERIES, 101, 102), supplier="supplier/NOBODY"), Refusal.UNKNOWN_PARTY),
        (manifest((SERIES, 101, 102), chips=(uid(1),)), Refusal.BAD_VALUE),
        (manifest((SERIES, 101, 102), chips=(uid(1), uid(1))), Refusal.BAD_VALUE),
        (manifest((SERIES, 101, 102), chips=(uid(1), "04XX")), Refusal.BAD_VALUE),
        (manifest((SERIES, 101, 102), chips=(uid(1), uid(90))), Refusal.UID_KNOWN),
    ],
)
def test_a_manifest_that_cannot_be_right_is_refused_whole(body: TakeSupply, expected: Refusal) -> None:
    books = founded()
    supply(books, 81, 100, tuple(uid(number) for number in range(81, 101)))
    before = books.hub.position()
    assert refusal(ask(books.hub, body, VERIFIER_1)) is expected
    assert books.hub.position() == before


def test_blanks_known_already_are_named() -> None:
    books = founded()
    supply(books, 1, 10)
    answer = ask(books.hub, manifest((SERIES, 8, 12)), VERIFIER_1)
    assert facts(answer)["serials"] == ("PNRI-2018 8-10",)


@pytest.mark.rule(6)
def test_a_suppliers_list_binds_chips_in_the_order_of_serials() -> None:
    books = founded()
    uids = tuple(uid(7 * number % 1_009) for number in range(1, 1_003))
    accepted(ask(books.hub, manifest((SERIES, 1, 501), ("PNRI-2019", 1, 501), chips=uids), VERIFIER_1))
    assert row(books.hub, Chip, uids[0]) == Chip(uids[0], SERIES, 1)
    assert row(books.hub, ChipOf, SERIES, 501).uid == uids[500]
    assert row(books.hub, ChipOf, "PNRI-2019", 1).uid == uids[501]
    sizes = [len(event.uids) for event in log(books.hub, ChipLinked)]
    assert sizes == [CHIPS_PER_EVENT, 1, CHIPS_PER_EVENT, 1]


@pytest.mark.rule(6)
def test_the_chips_of_issued_blanks_go_to_the_station_with_them() -> None:
    books = founded()
    supply(books, 1, 600, tuple(uid(number) for number in range(1, 601)))
    allot(books, "A-1", 600)
    issue(books, "I-1", 550)
    station = books.stations[ONE]
    assert row(station, Chip, uid(550)) == Chip(uid(550), SERIES, 550)
    assert maybe(station, Chip, uid(551)) is None
    assert len(log(station, ChipLinked)) == 2


def refused_grant(books: Offices, body: Body, *keys: str) -> Refusal:
    before = books.hub.position()
    found = refusal(ask(books.hub, body, *keys))
    assert books.hub.position() == before
    return found


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (Grant("A-2", OFFICE, CLASS, 11), Refusal.TOO_FEW),
        (Grant("A-2", OFFICE, "v4.8", 1), Refusal.TOO_FEW),
        (Grant("A-2", OFFICE, CLASS, 0), Refusal.BAD_VALUE),
        (Grant("A-2", "office/52.01", CLASS, 1), Refusal.UNKNOWN_PARTY),
        (Grant("A-2", ONE, CLASS, 1), Refusal.BAD_VALUE),
        (Grant("A-2", SUPPLIER, CLASS, 1), Refusal.BAD_VALUE),
        (Grant("A-1", OFFICE, CLASS, 1), Refusal.ALREADY_KNOWN),
        (Dispatch("road/9", "A-9"), Refusal.UNKNOWN_ALLOTMENT),
        (Dispatch("road/9", "A-1"), Refusal.NOT_HELD),
        (Dispatch("road/A-1", "A-1"), Refusal.ALREADY_KNOWN),
    ],
)
def test_a_grant_or_dispatch_that_cannot_be_is_refused(body: Body, expected: Refusal) -> None:
    books = founded()
    supply(books, 1, 20)
    allot(books, "A-1", 10)
    assert refused_grant(books, body, VERIFIER_1) is expected


def test_an_allotment_takes_the_lowest_blanks_and_holds_them_apart() -> None:
    books = founded()
    supply(books, 1, 20)
    accepted(ask(books.hub, Grant("A-1", OFFICE, CLASS, 5, "SK-9", "2018-11-02"), VERIFIER_1))
    assert row(books.hub, Allotment, "A-1").ranges == ((SERIES, 1, 5),)
    assert held(books.hub, ("centre", Bucket.RESERVED)) == 5
    grant(books, "A-2", 5)
    assert row(books.hub, Allotment, "A-2").ranges == ((SERIES, 6, 10),)
    check_books(books)


@pytest.mark.parametrize(
    ("body", "keys", "expected"),
    [
        (Issue("I-1", "station/52.03/9", CLASS, 1), (OPERATOR,), Refusal.UNKNOWN_STATION),
        (Issue("I-1", ONE, "v4.8", 1), (OPERATOR,), Refusal.CLASS_UNFIT),
        (Issue("I-1", ONE, CLASS, 11), (OPERATOR,), Refusal.TOO_FEW),
        (Issue("road/A-1", ONE, CLASS, 1), (OPERATOR,), Refusal.ALREADY_KNOWN),
        (Issue("I-1", ONE, CLASS, 1), (VERIFIER_1,), Refusal.NOT_ALLOWED),
    ],
)
def test_an_issue_that_cannot_be_is_refused(body: Issue, keys: tuple[str, ...], expected: Refusal) -> None:
    books = founded()
    supply(books, 1, 10)
    allot(books, "A-1", 10)
    assert refused_grant(books, body, *keys) is expected


def test_a_station_is_issued_the_classes_it_can_print_only() -> None:
    books = founded()
    old = NewStation("station/52.03/3", "Old printer", ("v4.8",))
    accepted(ask(books.hub, Register(stations=(old,)), *PAIR))
    supply(books, 1, 10)
    allot(books, "A-1", 10)
    assert facts(ask(books.hub, Issue("I-1", old.station, CLASS, 1), OPERATOR)) == {
        "station": "station/52.03/3",
        "blank_class": "v5",
    }


# -- receipt ------------------------------------------------------------------------------


def on_the_road() -> Offices:
    """An allotment of ten on the road to the office."""
    books = founded()
    supply(books, 1, 10)
    accepted(ask(books.hub, Grant("A-1", OFFICE, CLASS, 10), VERIFIER_1))
    accepted(ask(books.hub, Dispatch("road/A-1", "A-1"), VERIFIER_1))
    return books


def receive(books: Offices, found: Ranges, short: Ranges = (), damaged: Ranges = ()) -> Answer:
    return ask(books.hub, Receive("road/A-1", OFFICE, found, short, damaged), OPERATOR, VERIFIER_2)


def run(lo: int, hi: int) -> Ranges:
    return ((SERIES, lo, hi),)


def test_what_was_counted_goes_to_stock_lost_and_waste() -> None:
    books = on_the_road()
    accepted(receive(books, run(1, 7), run(8, 9), run(10, 10)))
    assert [place_of(books.hub, number) for number in (7, 8, 10)] == [
        (OFFICE, Bucket.STOCK),
        (OFFICE, Bucket.LOST),
        (OFFICE, Bucket.WASTE_HELD),
    ]
    assert log(books.hub, Received) == [Received("road/A-1", OFFICE, ("operator", "verifier-2"))]
    check_books(books)


@pytest.mark.parametrize(
    ("found", "short", "damaged", "expected"),
    [
        (run(1, 9), (), (), Refusal.COUNT_DIFFERS),
        (run(1, 11), (), (), Refusal.COUNT_DIFFERS),
        (run(1, 10), run(10, 10), (), Refusal.SERIALS_OVERLAP),
        (run(1, 9), run(10, 10), run(5, 5), Refusal.SERIALS_OVERLAP),
    ],
)
def test_every_blank_is_found_short_or_damaged_and_only_one_of_them(
    found: Ranges, short: Ranges, damaged: Ranges, expected: Refusal
) -> None:
    books = on_the_road()
    before = books.hub.position()
    assert refusal(receive(books, found, short, damaged)) is expected
    assert books.hub.position() == before


def test_a_count_that_differs_names_the_blanks() -> None:
    answer = receive(on_the_road(), run(1, 4), run(11, 12))
    assert facts(answer) == {
        "consignment": "road/A-1",
        "sent": 10,
        "counted": 6,
        "difference": ("not named: PNRI-2018 5-10", "not of this consignment: PNRI-2018 11-12"),
    }


def test_a_consignment_is_received_once_by_two_people_of_the_one_it_was_sent_to() -> None:
    books = on_the_road()
    body = Receive("road/A-1", OFFICE, run(1, 10))
    assert refusal(ask(books.hub, body, OPERATOR)) is Refusal.NEEDS_PEOPLE
    other = Receive("road/A-1", "office/52.01", run(1, 10))
    assert refusal(ask(books.hub, other, OPERATOR, VERIFIER_2)) is Refusal.UNKNOWN_CONSIGNMENT
    accepted(ask(books.hub, body, OPERATOR, VERIFIER_2))
    assert refusal(ask(books.hub, body, OPERATOR, VERIFIER_2)) is Refusal.UNKNOWN_CONSIGNMENT


def wrong_books() -> list[tuple[Callable[[Offices], Answer], str]]:
    def station_at_hub(books: Offices) -> Answer:
        return ask(books.hub, Receive("I-1", ONE, run(1, 5)), OPERATOR, VERIFIER_2)

    def office_at_station(books: Offices) -> Answer:
        return ask(books.stations[ONE], Receive("road/A-1", OFFICE, run(1, 5)), OPERATOR, VERIFIER_2)

    def other_station(books: Offices) -> Answer:
        return ask(books.stations[TWO], Receive("I-1", ONE, run(1, 5)), OPERATOR, VERIFIER_2)

    return [(station_at_hub, ONE), (office_at_station, OFFICE), (other_station, ONE)]


@pytest.mark.rule(1)
@pytest.mark.parametrize(("scenario", "meant"), wrong_books())
def test_each_consignment_is_received_in_the_book_it_belongs_to(
    scenario: Callable[[Offices], Answer], meant: str
) -> None:
    answer = scenario(founded())
    assert refusal(answer) is Refusal.WRONG_ADDRESSEE and facts(answer)["meant"] == meant


def test_what_a_station_counted_in_is_the_same_in_both_books() -> None:
    books = founded()
    supply(books, 1, 10)
    allot(books, "A-1", 10)
    accepted(ask(books.hub, Issue("I-1", ONE, CLASS, 10), OPERATOR))
    assert place_of(books.hub, 1) == (ONE, Bucket.IN_TRANSIT)
    exchange(books)
    station = books.stations[ONE]
    body = Receive("I-1", ONE, run(1, 6), run(7, 7), run(8, 10))
    assert refusal(ask(station, body, OPERATOR)) is Refusal.NEEDS_PEOPLE
    accepted(ask(station, body, OPERATOR, VERIFIER_2))
    exchange(books)
    for store in (books.hub, station):
        assert [place_of(store, number) for number in (1, 7, 8)] == [
            (ONE, Bucket.STOCK),
            (ONE, Bucket.LOST),
            (ONE, Bucket.WASTE_HELD),
        ]
        assert row(store, Consignment, "I-1").is_received
    check_books(books)


@pytest.mark.rule(10)
def test_numbers_that_stand_for_a_count_are_nobodys_delivery() -> None:
    books = founded()
    body = TakeSupply(SUPPLIER, CLASS, (("COUNT.52.03", 1, 5),), "BAST-9", "2018-11-01")
    answer = ask(books.hub, body, VERIFIER_1)
    assert (refusal(answer), facts(answer)["field"]) == (Refusal.BAD_VALUE, "ranges")


@pytest.mark.rule(10)
def test_blanks_that_were_only_counted_are_only_counted_at_the_station_too() -> None:
    """Both books say so, or their digests would part and the station would be stopped."""
    books = founded()
    line = OpeningLine(Condition.BLANK, CLASS, count=30)
    accepted(ask(books.hub, OpenBalance(OFFICE, (line,), "BA-1", "2018-11-01"), OPERATOR, VERIFIER_2))
    issue(books, "I-1", 10)
    exchange(books)
    assert [run.assumed for run in rows(books.stations[ONE], Holding)] == [True]
    assert row(books.hub, Station, ONE).frozen_why == ""
    check_books(books)
