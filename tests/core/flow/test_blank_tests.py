"""Test cards: each costs one real blank, which is in the report as bad without NIK; nothing else moves by them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ektp_core.errors import Refusal
from ektp_core.flow.apply_care import DAYS_KEPT, card_fed
from ektp_core.flow.blank_tests import SUSPECT_IN_HOPPER, BeginTest, DoubtTest, EndTest, NoteCleaning, OrderTest
from ektp_core.flow.care_events import BlankTested, PrinterCleaned, TestState
from ektp_core.flow.care_rows import PrinterWork, Testing
from ektp_core.flow.events import Event, Moved
from ektp_core.flow.finding import CloseSuspectBlank
from ektp_core.flow.overlay import Overlay
from ektp_core.flow.rows import Dispute, Printer, Spoil
from ektp_core.flow.settling import Found
from ektp_core.flow.station_book import ClosePrinter
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.objection import Objection
from ektp_core.vocabulary.verdict import Cause
from tests.core.flow.office_cards import place_of, stocked, true_report
from tests.core.flow.offices import (
    NOW,
    ONE,
    OPERATOR,
    PAIR,
    PRINTER,
    SERIES,
    VERIFIER_1,
    Offices,
    accepted,
    ask,
    exchange,
    forged,
    maybe,
    refusal,
    row,
    rows,
    station_key,
)
from tests.core.flow.soundness import check_books

UIDS = tuple(f"04{number:012X}" for number in range(1, 11))
KEY = station_key(ONE)
ENDS = (TestState.WASTE, TestState.UNUSED, TestState.DOUBT)


def ordered(books: Offices) -> None:
    accepted(ask(books.stations[ONE], OrderTest(PRINTER), OPERATOR))


def begun(books: Offices, counter: int = 0) -> None:
    ordered(books)
    accepted(ask(books.stations[ONE], BeginTest(PRINTER, counter), KEY))


def ended(books: Offices, end: TestState, counter: int = 1, uid: str = "") -> None:
    accepted(ask(books.stations[ONE], EndTest(PRINTER, end, counter, uid), KEY))


# -- what becomes of the blank ----------------------------------------------------------------


@pytest.mark.rule(24)
@pytest.mark.parametrize(
    ("end", "bucket"),
    [
        (TestState.WASTE, Bucket.WASTE_HELD),
        (TestState.UNUSED, Bucket.STOCK),
        (TestState.DOUBT, Bucket.SUSPECT),
    ],
)
def test_a_test_blank_is_in_the_machine_before_the_feed_and_then_where_it_went(end: TestState, bucket: Bucket) -> None:
    books = stocked()
    begun(books)
    assert place_of(books.stations[ONE], 1) == (ONE, Bucket.IN_MACHINE)
    ended(books, end)
    exchange(books)
    for store in (books.hub, books.stations[ONE]):
        assert place_of(store, 1) == (ONE, bucket)
        assert row(store, Testing, ONE, PRINTER).by == ("operator",)
    assert rows(books.hub, Dispute) == []
    check_books(books)


@pytest.mark.rule(24)
def test_a_test_card_is_reported_as_bad_without_a_person_and_with_its_cause() -> None:
    books = stocked()
    begun(books)
    ended(books, TestState.WASTE)
    exchange(books)
    assert row(books.hub, Spoil, SERIES, 1) == Spoil(SERIES, 1, "", 0, Cause.TEST, of_person=False)
    found = true_report(books, "BA-1").columns
    assert (found.bad_without, found.bad_of_person, found.remaining, found.difference) == (1, 0, 19, 0)


@pytest.mark.rule(7)
def test_the_blank_whose_chip_was_read_is_the_one_that_was_used() -> None:
    books = stocked(10, UIDS)
    begun(books)
    ended(books, TestState.WASTE, uid=UIDS[2])
    exchange(books)
    for store in (books.hub, books.stations[ONE]):
        assert place_of(store, 1) == (ONE, Bucket.STOCK)
        assert place_of(store, 3) == (ONE, Bucket.WASTE_HELD)
    assert rows(books.hub, Dispute) == []
    check_books(books)


@pytest.mark.rule(6)
def test_a_chip_nobody_knew_is_bound_to_the_test_blank() -> None:
    books = stocked(10)
    begun(books)
    ended(books, TestState.WASTE, uid=UIDS[4])
    exchange(books)
    assert place_of(books.hub, 1) == (ONE, Bucket.WASTE_HELD)
    assert rows(books.hub, Dispute) == []


@pytest.mark.rule(7)
def test_a_foreign_chip_makes_the_test_blank_suspect() -> None:
    books = stocked(10, UIDS)
    begun(books)
    ended(books, TestState.WASTE, uid="04FFFFFFFFFFFF")
    exchange(books)
    assert place_of(books.hub, 1) == (ONE, Bucket.SUSPECT)
    assert row(books.hub, Testing, ONE, PRINTER).state is TestState.DOUBT
    assert row(books.hub, Printer, ONE, PRINTER).closed_why.startswith(Refusal.FOREIGN_BLANK.value)


@pytest.mark.rule(7)
def test_a_blank_in_doubt_shuts_the_hopper_that_may_hold_it_in_the_same_commit() -> None:
    books = stocked()
    begun(books)
    book = books.stations[ONE]
    before = book.position().n
    accepted(ask(book, EndTest(PRINTER, TestState.DOUBT, closing=SUSPECT_IN_HOPPER), KEY))
    assert book.position().n == before + 1
    assert row(book, Printer, ONE, PRINTER).closed_why == SUSPECT_IN_HOPPER
    ended_well = stocked()
    begun(ended_well)
    accepted(ask(ended_well.stations[ONE], EndTest(PRINTER, TestState.WASTE, 1, closing=SUSPECT_IN_HOPPER), KEY))
    assert row(ended_well.stations[ONE], Printer, ONE, PRINTER).closed_why == ""


@pytest.mark.rule(11)
def test_people_put_the_blank_of_a_printer_that_died_in_doubt_and_two_close_it() -> None:
    books = stocked()
    book = books.stations[ONE]
    assert refusal(ask(book, DoubtTest(PRINTER), OPERATOR)) is Refusal.BAD_VALUE
    ordered(books)
    assert refusal(ask(book, DoubtTest(PRINTER), OPERATOR)) is Refusal.BAD_VALUE, "an order alone took no blank"
    accepted(ask(book, BeginTest(PRINTER, 0), KEY))
    for key in (KEY, VERIFIER_1):
        assert refusal(ask(book, DoubtTest(PRINTER), key)) is Refusal.NOT_ALLOWED
    accepted(ask(book, DoubtTest(PRINTER), OPERATOR))
    exchange(books)
    assert rows(books.hub, Dispute) == []
    assert place_of(books.hub, 1) == (ONE, Bucket.SUSPECT)
    assert row(books.hub, Printer, ONE, PRINTER).closed_why == SUSPECT_IN_HOPPER
    assert row(book, Testing, ONE, PRINTER).by == ("operator",)
    accepted(ask(books.hub, CloseSuspectBlank(SERIES, 1, Found.UNUSED, "BA-RAGU/1"), *PAIR))
    exchange(books)
    assert refusal(ask(book, OrderTest(PRINTER), OPERATOR)) is Refusal.PRINTER_CLOSED
    check_books(books)


@pytest.mark.rule(11)
@pytest.mark.parametrize(("before", "after", "is_fed"), [(0, 1, True), (4, 6, True), (0, 0, False), (3, -1, False), (-1, 3, False), (3, 0, False)])
def test_a_test_blank_that_the_counter_shows_as_fed_is_never_unused(before: int, after: int, is_fed: bool) -> None:
    books = stocked()
    if before > 0:
        accepted(ask(books.stations[ONE], ClosePrinter(PRINTER, "", before), *PAIR))
    begun(books, before)
    ended(books, TestState.DOUBT, after)
    exchange(books)
    answer = ask(books.hub, CloseSuspectBlank(SERIES, 1, Found.UNUSED, "BA-RAGU/1"), *PAIR)
    if is_fed:
        assert refusal(answer) is Refusal.WAS_FED
    else:
        accepted(answer)


@pytest.mark.rule(11)
@pytest.mark.parametrize(("found", "bucket"), [(Found.BAD, Bucket.WASTE_HELD), (Found.LOST, Bucket.LOST)])
def test_two_people_close_a_test_blank_in_doubt(found: Found, bucket: Bucket) -> None:
    books = stocked()
    begun(books)
    ended(books, TestState.DOUBT)
    exchange(books)
    accepted(ask(books.hub, CloseSuspectBlank(SERIES, 1, found, "BA-RAGU/1"), *PAIR))
    exchange(books)
    assert place_of(books.hub, 1) == (ONE, bucket)
    check_books(books)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.sampled_from(ENDS), max_size=5))
def test_whatever_becomes_of_test_cards_no_blank_is_lost_and_the_hub_agrees(ends: list[TestState]) -> None:
    books = stocked(8)
    for number, end in enumerate(ends):
        begun(books, number)
        ended(books, end, number + 1)
    exchange(books)
    check_books(books)
    assert rows(books.hub, Dispute) == []
    found = true_report(books, "BA-1").columns
    assert (found.bad_without, found.suspect) == (ends.count(TestState.WASTE), ends.count(TestState.DOUBT))
    assert found.difference == 0


# -- who, when, and where -----------------------------------------------------------------------


@pytest.mark.rule(39)
def test_only_people_of_the_printer_order_a_test_card_or_note_a_cleaning() -> None:
    book = stocked().stations[ONE]
    for body in (OrderTest(PRINTER), NoteCleaning(PRINTER)):
        for key in (KEY, VERIFIER_1):
            assert refusal(ask(book, body, key)) is Refusal.NOT_ALLOWED
    assert refusal(ask(book, BeginTest(PRINTER, 0), OPERATOR)) is Refusal.NOT_ALLOWED


def test_a_test_card_waits_for_an_open_printer_with_a_blank() -> None:
    books = stocked(1)
    book = books.stations[ONE]
    assert refusal(ask(book, OrderTest("another"), OPERATOR)) is Refusal.PRINTER_CLOSED
    assert refusal(ask(book, NoteCleaning("another"), OPERATOR)) is Refusal.PRINTER_CLOSED
    ordered(books)
    assert refusal(ask(book, OrderTest(PRINTER), OPERATOR)) is Refusal.PRINTER_CLOSED
    assert refusal(ask(book, BeginTest(PRINTER, 5), KEY)) is Refusal.COUNTER_UNEXPLAINED
    accepted(ask(book, BeginTest(PRINTER, 0), KEY))
    assert refusal(ask(book, EndTest(PRINTER, TestState.BEGUN), KEY)) is Refusal.BAD_VALUE
    ended(books, TestState.WASTE)
    assert refusal(ask(book, EndTest(PRINTER, TestState.WASTE), KEY)) is Refusal.BAD_VALUE
    assert refusal(ask(book, OrderTest(PRINTER), OPERATOR)) is Refusal.NO_BLANK
    accepted(ask(book, ClosePrinter(PRINTER, "a fork"), KEY))
    assert refusal(ask(book, OrderTest(PRINTER), OPERATOR)) is Refusal.PRINTER_CLOSED


def test_an_order_that_lapses_moves_nothing() -> None:
    books = stocked()
    ordered(books)
    ended(books, TestState.UNUSED, -1)
    exchange(books)
    assert place_of(books.hub, 1) == (ONE, Bucket.STOCK)
    assert rows(books.hub, Dispute) == []
    ordered(books)


def test_the_counter_of_a_test_card_is_explained() -> None:
    books = stocked()
    begun(books, 0)
    ended(books, TestState.WASTE, 1)
    assert row(books.stations[ONE], Printer, ONE, PRINTER).explained == 1


# -- what a lying station cannot say ---------------------------------------------------------------


def step(state: TestState, number: int = 0, station: str = ONE) -> BlankTested:
    return BlankTested(station, PRINTER, state, SERIES if number else "", number, at_ms=NOW, by=("operator",))


def move(number: int, source: Bucket, target: Bucket, hi: int = 0) -> Moved:
    return Moved(SERIES, number, hi or number, ONE, source, ONE, target, f"test/{PRINTER}")


ORDER = step(TestState.ORDERED)
BEGIN: tuple[Event, ...] = (move(1, Bucket.STOCK, Bucket.IN_MACHINE), step(TestState.BEGUN, 1))
NO_STEP, NO_PEN = Objection.NO_SUCH_STEP, Objection.NOT_UNDER_YOUR_PEN


@pytest.mark.rule(24)
@pytest.mark.parametrize(
    ("said", "held"),
    [
        ((ORDER, *BEGIN, move(1, Bucket.IN_MACHINE, Bucket.WASTE_HELD), step(TestState.WASTE, 1)), []),
        (BEGIN, [NO_STEP, NO_STEP]),
        ((ORDER, ORDER), [NO_STEP]),
        ((ORDER, BEGIN[1]), [NO_PEN]),
        ((ORDER, BEGIN[0]), [NO_STEP]),
        ((ORDER, move(1, Bucket.STOCK, Bucket.WASTE_HELD), step(TestState.BEGUN, 1)), [NO_PEN, NO_PEN]),
        ((ORDER, move(1, Bucket.STOCK, Bucket.IN_MACHINE, 3), step(TestState.BEGUN, 1)), [NO_STEP, NO_PEN]),
        ((ORDER, *BEGIN, move(2, Bucket.STOCK, Bucket.WASTE_HELD), step(TestState.WASTE, 2)), [NO_PEN, NO_PEN]),
        ((ORDER, *BEGIN, step(TestState.WASTE, 1)), [NO_PEN]),
        ((ORDER, *BEGIN, move(1, Bucket.IN_MACHINE, Bucket.GOOD_HELD), step(TestState.WASTE, 1)), [NO_PEN, NO_PEN]),
        ((ORDER, *BEGIN, step(TestState.UNUSED)), [NO_STEP]),
        ((step(TestState.ORDERED, station="station/52.03/2"),), [Objection.WRONG_STATION]),
        ((PrinterCleaned("station/52.03/2", PRINTER, NOW),), [Objection.WRONG_STATION]),
    ],
)
def test_what_a_station_says_of_test_cards_is_judged(said: tuple[Event, ...], held: list[Objection]) -> None:
    books = stocked()
    accepted(forged(books, ONE, *said))
    assert [one.objection for one in rows(books.hub, Dispute)] == held


# -- cards a day -------------------------------------------------------------------------------------


def test_a_printers_cards_are_counted_by_local_day_and_a_restart_forgets_nothing() -> None:
    midnight_ms = 1_542_643_200_000  # 20 November 2018, 00:00 in Lombok (WITA)
    with stocked().stations[ONE].read() as view:
        book = Overlay(view)
        for at_ms in (midnight_ms - 1, midnight_ms, midnight_ms + 5):
            card_fed(book, ONE, PRINTER, at_ms)
        work = book.row(PrinterWork, ONE, PRINTER)
        assert work is not None
        assert [count for _, count in work.days] == [1, 2]
        assert (work.total, work.last_ms) == (3, midnight_ms + 5)
        for day in range(40):
            card_fed(book, ONE, PRINTER, midnight_ms + day * 86_400_000)
        work = book.row(PrinterWork, ONE, PRINTER)
    assert work is not None and len(work.days) == DAYS_KEPT and work.total == 43


def test_a_cleaning_counts_from_here() -> None:
    books = stocked()
    begun(books)
    ended(books, TestState.WASTE)
    accepted(ask(books.stations[ONE], NoteCleaning(PRINTER), OPERATOR))
    work = row(books.stations[ONE], PrinterWork, ONE, PRINTER)
    assert (work.total, work.cleaned_total) == (1, 1)
    exchange(books)
    assert row(books.hub, PrinterWork, ONE, PRINTER) == work
    assert maybe(books.hub, PrinterWork, ONE, "another") is None
