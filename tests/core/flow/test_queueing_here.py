"""Lift, cancel and pause at a station, also without a line (rules 5, 31, 35)."""

from typing import Any

import pytest

from ektp_core.errors import Refusal
from ektp_core.flow.allotting_events import RecordLifted
from ektp_core.flow.allotting_rows import Lifted
from ektp_core.flow.events import Disputed, PrinterPaused
from ektp_core.flow.lifting import LiftRecord, lifted_on
from ektp_core.flow.pressing import StartCard
from ektp_core.flow.queueing_here import CancelCard, PausePrinter
from ektp_core.flow.rows import Attempt, Dispute, Printer
from ektp_core.vocabulary.objection import Objection
from ektp_core.vocabulary.state import LockState, Profile
from tests.core.flow.counter_people import CLERK, SECTION
from tests.core.flow.office_cards import entered, state
from tests.core.flow.offices import (
    NOW,
    OFFICE,
    ONE,
    OPERATOR,
    PRINTER,
    VERIFIER_1,
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
    ship,
    station_key,
)
from tests.core.flow.queue_people import authorise, order_here, queued_people
from tests.core.flow.soundness import check_books, check_refold

pytestmark = pytest.mark.rule(31)


def held(count: int = 3) -> tuple[Offices, list[str]]:
    books = queued_people()
    records = [entered(books, number) for number in range(1, count + 1)]
    authorise(books, *records)
    return books, records


def at_station(books: Offices, body: Any, key: str) -> Any:
    return ask(books.stations[ONE], body, key)


def test_a_person_lifted_at_the_station_is_next_and_the_hub_lists_it_when_the_line_is_back() -> None:
    books, (first, second, third) = held()
    accepted(at_station(books, LiftRecord(third, "sakit keras"), SECTION))
    assert order_here(books) == [third, first, second]
    exchange(books)
    with books.hub.read() as view:
        assert [(one.record, one.why, one.by) for one in lifted_on(view, OFFICE, "2018-11-19")] == [
            (third, "sakit keras", ("section",))
        ]
    assert [state(books.hub, one) for one in (first, second, third)] == [LockState.AUTHORISED] * 3
    check_books(books)
    check_refold(books.hub)


def test_a_lift_at_the_hub_reaches_the_station_that_holds_the_authorisation() -> None:
    books, (first, second, third) = held()
    accepted(ask(books.hub, LiftRecord(second, "sakit keras"), SECTION))
    assert order_here(books) == [first, second, third]  # nothing was carried yet
    exchange(books)
    assert order_here(books) == [second, first, third]
    check_books(books)
    check_refold(books.stations[ONE])


def test_a_station_and_the_hub_put_whoever_was_lifted_last_before_all_others() -> None:
    books, records = held()
    for later, number in enumerate((0, 1, 2, 0)):
        body = LiftRecord(records[number], f"reason {later}")
        accepted(ask(books.stations[ONE], body, SECTION, at_ms=NOW + later))
    assert order_here(books) == [records[0], records[2], records[1]]
    assert refusal(at_station(books, LiftRecord(records[0], "again"), SECTION)) is Refusal.ALREADY_KNOWN
    exchange(books)
    assert row(books.hub, Lifted, OFFICE, records[0]).why == "reason 3" and not rows(books.hub, Dispute)


@pytest.mark.parametrize(
    ("key", "why", "expected"),
    [
        (OPERATOR, "sakit", Refusal.NOT_ALLOWED),
        (CLERK, "sakit", Refusal.NOT_ALLOWED),
        (VERIFIER_1, "sakit", Refusal.NOT_ALLOWED),
        (SECTION, "", Refusal.BAD_VALUE),
        (SECTION, "NIK 5203054408990001", Refusal.BAD_VALUE),
    ],
)
def test_a_lift_at_the_station_needs_its_section_head_and_a_reason(key: str, why: str, expected: Refusal) -> None:
    books, (first, *_) = held()
    assert refusal(at_station(books, LiftRecord(first, why), key)) is expected


def test_only_what_is_held_and_not_begun_can_be_lifted_and_once() -> None:
    books, (first, *_) = held()
    accepted(at_station(books, LiftRecord(first, "sakit"), SECTION))
    assert refusal(at_station(books, LiftRecord(first, "sakit"), SECTION)) is Refusal.ALREADY_KNOWN
    accepted(at_station(books, StartCard(first, 1, PRINTER, -1, Profile.NO_CHIP), station_key(ONE)))
    assert refusal(at_station(books, LiftRecord(first, "sakit"), SECTION)) is Refusal.NO_SUCH_STEP
    assert refusal(at_station(books, LiftRecord("52.03-000009", "sakit"), SECTION)) is Refusal.UNKNOWN_RECORD


def test_a_lift_told_after_the_record_went_back_restricts_nothing() -> None:
    books, (first, *_) = held()
    accepted(at_station(books, LiftRecord(first, "sakit"), SECTION))
    accepted(at_station(books, CancelCard(first, 1, "not here"), OPERATOR))
    ship(books)
    assert log(books.hub, Disputed) == [] and state(books.hub, first) is LockState.READY


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (PrinterPaused("station/52.03/2", PRINTER, "x", ("operator",), NOW), Objection.WRONG_STATION),
        (PrinterPaused(ONE, PRINTER, "x", (), NOW), Objection.NO_SUCH_STEP),
        (PrinterPaused(ONE, PRINTER, "x", ("nobody",), NOW), Objection.NO_SUCH_STEP),
        (RecordLifted("52.03-000009", OFFICE, "x", ("section",), NOW), Objection.WRONG_STATION),
        (RecordLifted("52.03-000001", "office/52.01", "x", ("section",), NOW), Objection.NO_SUCH_STEP),
        (RecordLifted("52.03-000001", OFFICE, "x", (), NOW), Objection.NO_SUCH_STEP),
    ],
)
def test_a_lift_or_a_pause_nobody_signed_is_disputed_and_stops_no_lock(event: Any, expected: Objection) -> None:
    books, records = held()
    accepted(forged(books, ONE, event))
    (found,) = log(books.hub, Disputed)
    assert getattr(found, "objection") is expected  # noqa: B009  # any of the events
    assert all(state(books.hub, one) is LockState.AUTHORISED for one in records)


def test_a_cancelled_card_goes_back_with_who_and_why() -> None:
    books, (first, second, third) = held()
    accepted(at_station(books, CancelCard(second, 1, "the person is not here"), OPERATOR))
    assert order_here(books) == [first, third]
    exchange(books)
    assert state(books.hub, second) is LockState.READY
    assert row(books.hub, Attempt, second, 1).operator == ("operator",)
    check_books(books)


@pytest.mark.parametrize(
    ("key", "n", "why", "expected"),
    [
        (CLERK, 1, "x", Refusal.NOT_ALLOWED),
        (VERIFIER_1, 1, "x", Refusal.NOT_ALLOWED),
        (OPERATOR, 2, "x", Refusal.STALE_ATTEMPT),
        (OPERATOR, 1, " ", Refusal.BAD_VALUE),
    ],
)
def test_a_cancel_needs_somebody_of_the_office_the_attempt_and_a_reason(
    key: str, n: int, why: str, expected: Refusal
) -> None:
    books, (first, *_) = held()
    assert refusal(at_station(books, CancelCard(first, n, why), key)) is expected


def test_a_card_that_was_begun_cannot_be_cancelled() -> None:
    books, (first, *_) = held()
    accepted(at_station(books, StartCard(first, 1, PRINTER, -1, Profile.NO_CHIP), station_key(ONE)))
    assert refusal(at_station(books, CancelCard(first, 1, "x"), OPERATOR)) is Refusal.NO_SUCH_STEP


@pytest.mark.rule(35)
def test_a_paused_printer_begins_nothing_until_one_person_lets_it_go_on() -> None:
    books, (first, *_) = held()
    start = StartCard(first, 1, PRINTER, -1, Profile.NO_CHIP)
    accepted(at_station(books, PausePrinter(PRINTER, "paper dust"), OPERATOR))
    assert row(books.stations[ONE], Printer, ONE, PRINTER).paused_why == "paper dust"
    answer = at_station(books, start, station_key(ONE))
    assert refusal(answer) is Refusal.PRINTER_CLOSED and facts(answer)["why"] == "paper dust"
    accepted(at_station(books, PausePrinter(PRINTER), OPERATOR))
    accepted(at_station(books, start, station_key(ONE)))
    exchange(books)
    assert row(books.hub, Printer, ONE, PRINTER).paused_why == ""
    check_books(books)
    check_refold(books.stations[ONE])


@pytest.mark.parametrize(
    ("printer", "why", "key", "expected"),
    [
        ("never-loaded", "x", OPERATOR, Refusal.PRINTER_CLOSED),
        (PRINTER, "", OPERATOR, Refusal.BAD_VALUE),
        (PRINTER, "x", VERIFIER_1, Refusal.NOT_ALLOWED),
        (PRINTER, "x", station_key(ONE), Refusal.NOT_ALLOWED),
    ],
)
def test_a_pause_needs_a_printer_a_person_and_something_to_change(
    printer: str, why: str, key: str, expected: Refusal
) -> None:
    books, _ = held(1)
    assert refusal(at_station(books, PausePrinter(printer, why), key)) is expected


def test_a_printer_is_paused_once() -> None:
    books, _ = held(1)
    accepted(at_station(books, PausePrinter(PRINTER, "x"), OPERATOR))
    assert refusal(at_station(books, PausePrinter(PRINTER, "y"), SECTION)) is Refusal.ALREADY_KNOWN
