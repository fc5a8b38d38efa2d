"""A station's book goes on elsewhere: packed once, opened once; and a restored one, which may be older (paper 004)."""

import pytest

from ektp_core.boundary.store import Work
from ektp_core.errors import Refusal
from ektp_core.flow.absorb import AbsorbCommit
from ektp_core.flow.ask import Ask
from ektp_core.flow.blank_tests import BeginTest, EndTest, OrderTest
from ektp_core.flow.care_events import TestState
from ektp_core.flow.care_rows import Testing
from ektp_core.flow.codec import to_json
from ektp_core.flow.moving import ArriveBook, MoveBook
from ektp_core.flow.moving_events import BookArrived, BookMoved, Coming
from ektp_core.flow.old_copy import RESTORED
from ektp_core.flow.pressing import ReturnCard, StartCard
from ektp_core.flow.printing import Authorise
from ektp_core.flow.releasing import BurnForCode
from ektp_core.flow.rows import BookPlace, Dispute, Printer, Station
from ektp_core.flow.station_book import ClosePrinter, LoadPrinter
from ektp_core.vocabulary.state import LockState, Profile
from ektp_core.wire.chain import read_header
from tests.core.flow.office_cards import GOOD, authorised, card, entered, state, stocked
from tests.core.flow.offices import (
    HOUR_MS,
    NOW,
    ONE,
    OPERATOR,
    PAIR,
    PRINTER,
    SERIES,
    TWO,
    VERIFIER_1,
    Offices,
    accepted,
    ask,
    deliver,
    exchange,
    facts,
    log,
    maybe,
    refusal,
    row,
    rows,
    ship,
    station_key,
)

TOKEN = "0123456789abcdef"
KEY = station_key(ONE)
MOVE = MoveBook("Kantor Kecamatan Sakra", TOKEN)
ARRIVE = ArriveBook(Coming.MOVED, TOKEN)
RESTORE = ArriveBook(Coming.RESTORED, "backup of today", (PRINTER,))
START = Profile.ENCODE_FIRST


def packed() -> Offices:
    books = stocked(10)
    authorised(books, entered(books, 1))
    accepted(ask(books.stations[ONE], MOVE, OPERATOR))
    return books


@pytest.mark.rule(22)
@pytest.mark.parametrize(
    "body",
    [
        MOVE, StartCard("52.03-000001", 1, PRINTER, 0, START), ReturnCard("52.03-000001", 1, "x"),
        LoadPrinter(PRINTER, ((SERIES, 1, 2),), 0), ClosePrinter(PRINTER, "x"), BurnForCode("52.03-000001", 1),
    ],
    ids=lambda body: type(body).__name__,
)  # fmt: skip
def test_a_packed_book_decides_nothing_more(body: object) -> None:
    books = packed()
    before = books.stations[ONE].position()
    answer = ask(books.stations[ONE], body, KEY, OPERATOR)
    assert refusal(answer) is Refusal.BOOK_MOVED
    assert facts(answer) == {"station": ONE, "to": "Kantor Kecamatan Sakra"}
    assert books.stations[ONE].position() == before


@pytest.mark.rule(22)
def test_a_packed_book_takes_no_feed() -> None:
    books = packed()
    entered(books, 2)
    ship(books)
    accepted(ask(books.hub, Authorise("52.03-000002", ONE), VERIFIER_1))
    assert {refusal(one) for one in deliver(books)} == {Refusal.BOOK_MOVED}


def test_the_opened_copy_goes_on_where_the_packed_one_ended() -> None:
    books = packed()
    book = books.stations[ONE]
    n = book.position().n
    accepted(ask(book, ARRIVE, KEY))
    assert row(book, BookPlace, ONE) == BookPlace(ONE, False, MOVE.to, TOKEN, Coming.MOVED, n + 1)
    assert log(book, BookArrived) == [BookArrived(ONE, Coming.MOVED, TOKEN, n + 1)]
    printer = row(book, Printer, ONE, PRINTER)
    assert (printer.lo, printer.closed_why) == (0, "")  # whoever unpacks says again what lies in the hopper
    accepted(ask(book, LoadPrinter(PRINTER, ((SERIES, 1, 10),), 0), KEY))
    exchange(books)
    assert rows(books.hub, Dispute) == []
    assert row(books.hub, BookPlace, ONE) == row(book, BookPlace, ONE)
    for body in card("52.03-000001", 1, GOOD):
        accepted(ask(book, body, KEY))
    exchange(books)
    assert state(books.hub, "52.03-000001") is LockState.PRINTED


def test_the_same_file_is_opened_once() -> None:
    books = packed()
    accepted(ask(books.stations[ONE], ARRIVE, KEY))
    assert refusal(ask(books.stations[ONE], ARRIVE, KEY)) is Refusal.ALREADY_KNOWN


def test_the_file_of_another_move_is_not_taken_for_it() -> None:
    books = packed()
    other = ArriveBook(Coming.MOVED, TOKEN[::-1])
    assert refusal(ask(books.stations[ONE], other, KEY)) is Refusal.ALREADY_KNOWN


def test_a_book_that_was_never_packed_does_not_arrive() -> None:
    books = stocked(5)
    assert refusal(ask(books.stations[ONE], ARRIVE, KEY)) is Refusal.ALREADY_KNOWN


def test_a_card_in_a_machine_comes_out_first() -> None:
    books = stocked(5)
    record = entered(books, 1)
    authorised(books, record)
    accepted(ask(books.stations[ONE], StartCard(record, 1, PRINTER, 0, START), KEY))
    answer = ask(books.stations[ONE], MOVE, OPERATOR)
    assert refusal(answer) is Refusal.NO_SUCH_STEP and facts(answer)["record"] == record
    assert log(books.stations[ONE], BookMoved) == []


@pytest.mark.rule(17)
def test_a_test_card_in_a_machine_comes_out_first() -> None:
    book = stocked(5).stations[ONE]
    accepted(ask(book, OrderTest(PRINTER), OPERATOR))
    accepted(ask(book, BeginTest(PRINTER, 0), KEY))
    answer = ask(book, MOVE, OPERATOR)
    assert refusal(answer) is Refusal.PRINTER_CLOSED and facts(answer)["printer"] == PRINTER
    assert log(book, BookMoved) == []
    accepted(ask(book, EndTest(PRINTER, TestState.WASTE, 1), KEY))
    accepted(ask(book, MOVE, OPERATOR))


def test_a_test_card_that_was_only_ordered_is_given_up_by_the_move() -> None:
    books = stocked(5)
    book = books.stations[ONE]
    accepted(ask(book, OrderTest(PRINTER), OPERATOR))
    accepted(ask(book, MOVE, OPERATOR))
    assert row(book, Testing, ONE, PRINTER).state is TestState.UNUSED
    exchange(books)
    assert rows(books.hub, Dispute) == []


def test_only_people_of_the_office_pack() -> None:
    books = stocked(5)
    for key in (VERIFIER_1, KEY, station_key(TWO)):
        assert refusal(ask(books.stations[ONE], MOVE, key)) in (Refusal.NOT_ALLOWED, Refusal.UNKNOWN_KEY)
    assert refusal(ask(books.stations[ONE], MoveBook("here", "short"), OPERATOR)) is Refusal.BAD_VALUE


@pytest.mark.rule(22)
def test_a_file_that_was_opened_twice_is_two_histories() -> None:
    books = packed()
    copy = books.stations[ONE].sealed_since(0, 1_000)
    accepted(ask(books.stations[ONE], ARRIVE, KEY))
    exchange(books)
    twin = stocked(10)
    authorised(twin, entered(twin, 1))
    accepted(ask(twin.stations[ONE], MOVE, OPERATOR))
    assert [one.head for one in twin.stations[ONE].sealed_since(0, 1_000)] == [one.head for one in copy]
    accepted(ask(twin.stations[ONE], ARRIVE, KEY, at_ms=NOW + 1))
    twin = Offices(books.hub, twin.stations)
    last = twin.stations[ONE].sealed_since(len(copy), 1)[0]
    assert last.head != books.stations[ONE].sealed_since(len(copy), 1)[0].head
    # The hub has taken the first opening's commit of that number: the second one is a branch.
    header = read_header(last.header)
    body = AbsorbCommit(ONE, last.n, header.previous, last.head, header.at_ms, header.pen, last.events)
    books.hub.commit([Work(Ask("", body, (KEY,), NOW, last.head))], NOW)
    assert row(books.hub, Station, ONE).frozen_why


# -- restored ---------------------------------------------------------------------------------


def restored() -> Offices:
    books = stocked(10)
    authorised(books, entered(books, 1))
    accepted(ask(books.stations[ONE], RESTORE, KEY))
    return books


@pytest.mark.rule(22)
def test_a_restored_book_starts_no_card_before_two_people_compared_the_counter() -> None:
    book = restored().stations[ONE]
    assert row(book, Printer, ONE, PRINTER).closed_why == RESTORED
    assert refusal(ask(book, StartCard("52.03-000001", 1, PRINTER, 0, START), KEY)) is Refusal.PRINTER_CLOSED
    accepted(ask(book, ClosePrinter(PRINTER, "", 0), *PAIR))
    accepted(ask(book, StartCard("52.03-000001", 1, PRINTER, 0, START), KEY))


@pytest.mark.rule(19)
def test_a_restored_book_gives_nothing_back_that_may_be_printed() -> None:
    """What this copy believes is not begun may have been begun after it was made."""
    book = restored().stations[ONE]
    for body in (ReturnCard("52.03-000001", 1, "LEASE_OVER"), BurnForCode("52.03-000001", 1)):
        assert refusal(ask(book, body, KEY)) is Refusal.PRINTER_CLOSED
    accepted(ask(book, ClosePrinter(PRINTER, "", 0), *PAIR))
    accepted(ask(book, ReturnCard("52.03-000001", 1, "RECALLED"), KEY, at_ms=NOW + 100 * HOUR_MS))


@pytest.mark.rule(22)
def test_a_counter_that_shows_more_than_the_restored_book_knows_keeps_the_printer_shut() -> None:
    book = restored().stations[ONE]
    answer = ask(book, ClosePrinter(PRINTER, "", 1), *PAIR)
    assert refusal(answer) is Refusal.COUNTER_UNEXPLAINED
    assert facts(answer) == {"printer": PRINTER, "found": 1, "explained": 0}


@pytest.mark.rule(22)
@pytest.mark.parametrize("counter", [1, 4711])
def test_a_printer_the_copy_never_knew_is_shut_and_opened_only_if_it_fed_nothing(counter: int) -> None:
    book = stocked(5).stations[ONE]
    accepted(ask(book, ArriveBook(Coming.RESTORED, "b", ("new", PRINTER)), KEY))
    assert {one.printer for one in rows(book, Printer, ONE) if one.closed_why == RESTORED} == {"new", PRINTER}
    answer = ask(book, ClosePrinter("new", "", counter), *PAIR)
    assert refusal(answer) is Refusal.COUNTER_UNEXPLAINED
    accepted(ask(book, ClosePrinter("new", "", 0), *PAIR))


@pytest.mark.rule(22)
def test_a_printer_that_was_counted_before_is_not_opened_without_its_counter() -> None:
    book = stocked(10).stations[ONE]
    accepted(ask(book, LoadPrinter("B", ((SERIES, 1, 10),), 7), KEY))
    accepted(ask(book, RESTORE, KEY))
    answer = ask(book, ClosePrinter("B", ""), *PAIR)
    assert refusal(answer) is Refusal.COUNTER_UNEXPLAINED and facts(answer)["found"] == -1


@pytest.mark.rule(22)
def test_no_card_is_begun_and_nothing_given_back_before_the_last_printer_was_compared() -> None:
    books = stocked(10)
    authorised(books, entered(books, 1))
    book = books.stations[ONE]
    accepted(ask(book, ArriveBook(Coming.RESTORED, "b", (PRINTER, "B")), KEY))
    accepted(ask(book, ClosePrinter(PRINTER, "", 0), *PAIR))
    for body in (
        StartCard("52.03-000001", 1, PRINTER, 0, START), ReturnCard("52.03-000001", 1, "x"), BurnForCode("52.03-000001", 1),
    ):  # fmt: skip
        answer = ask(book, body, KEY)
        assert refusal(answer) is Refusal.PRINTER_CLOSED and facts(answer)["printer"] == "B"
    accepted(ask(book, ClosePrinter("B", "", 0), *PAIR))
    accepted(ask(book, StartCard("52.03-000001", 1, PRINTER, 0, START), KEY))


@pytest.mark.rule(22)
def test_another_reason_to_shut_a_printer_does_not_hide_that_its_counter_must_be_compared() -> None:
    book = restored().stations[ONE]
    accepted(ask(book, ClosePrinter(PRINTER, "the hopper may hold blanks of others"), KEY))
    assert row(book, Printer, ONE, PRINTER).closed_why == f"{RESTORED}; the hopper may hold blanks of others"
    assert refusal(ask(book, ReturnCard("52.03-000001", 1, "x"), KEY)) is Refusal.PRINTER_CLOSED
    assert refusal(ask(book, ClosePrinter(PRINTER, "", 1), *PAIR)) is Refusal.COUNTER_UNEXPLAINED


@pytest.mark.rule(22)
@pytest.mark.parametrize("is_moved_after", [False, True])
def test_a_restored_book_loads_no_printer_it_never_knew_before_two_people_compared_it(is_moved_after: bool) -> None:
    book = restored().stations[ONE]
    accepted(ask(book, ClosePrinter(PRINTER, "", 0), *PAIR))
    if is_moved_after:
        accepted(ask(book, MOVE, OPERATOR))
        accepted(ask(book, ARRIVE, KEY))
    load = LoadPrinter("renamed", ((SERIES, 1, 10),), 0)
    assert refusal(ask(book, load, KEY)) is Refusal.PRINTER_CLOSED
    accepted(ask(book, ClosePrinter("renamed", RESTORED), KEY))  # as the station says it at its next start
    assert refusal(ask(book, StartCard("52.03-000001", 1, PRINTER, 0, START), KEY)) is Refusal.PRINTER_CLOSED
    accepted(ask(book, ClosePrinter("renamed", "", 0), *PAIR))
    accepted(ask(book, load, KEY))


def test_a_packed_book_is_not_restored() -> None:
    assert refusal(ask(packed().stations[ONE], RESTORE, KEY)) is Refusal.BOOK_MOVED


def test_a_restored_station_and_its_hub_agree() -> None:
    books = restored()
    accepted(ask(books.stations[ONE], ClosePrinter(PRINTER, "", 0), *PAIR))
    exchange(books)
    assert rows(books.hub, Dispute) == [] and maybe(books.hub, BookPlace, ONE) is not None


def test_no_text_of_a_move_is_lost_on_the_way() -> None:
    assert b"Sakra" in to_json(MOVE)
