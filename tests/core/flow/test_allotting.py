"""Requests lie until they are answered; the printer register is the office's, the capacity the centre's (rules 27, 28)."""

from typing import Any

import pytest

from ektp_core.errors import Refusal
from ektp_core.flow.allotting import RegisterPrinters, RequestBlanks, SetCapacity, WithdrawRequest, decide_request
from ektp_core.flow.allotting_rows import Request, Standing
from ektp_core.flow.apply import apply
from ektp_core.flow.office_events import PaperPostedLate, PeriodClosed
from ektp_core.flow.overlay import Overlay
from ektp_core.vocabulary.request_state import RequestState
from tests.core.flow.allotment_offices import (
    HEAD,
    OTHER,
    OTHER_HEAD,
    PROVINCE,
    PROVINCIAL,
    asked,
    granted,
    registered,
    with_heads,
)
from tests.core.flow.offices import (
    CLASS,
    NOW,
    OFFICE,
    ONE,
    OPERATOR,
    PAIR,
    SUPPLIER,
    VERIFIER_1,
    accepted,
    ask,
    facts,
    founded,
    maybe,
    refusal,
    row,
    rows,
    signed,
)
from tests.core.flow.soundness import check_refold

pytestmark = pytest.mark.rule(27)


def test_a_second_request_may_be_lodged_at_any_time() -> None:
    books = with_heads()
    accepted(asked(books, "U-1", 10))
    accepted(granted(books, "A-1", 10))
    accepted(asked(books, "U-2", 20, paper="470/7", paper_date="2018-11-18", why="stok habis"))
    open_one = Request(OFFICE, RequestState.OPEN, "U-2", CLASS, 20, NOW, "470/7")
    assert rows(books.hub, Request, OFFICE) == [
        open_one,
        Request(OFFICE, RequestState.GRANTED, "U-1", CLASS, 10, NOW, "", "A-1"),
    ]
    check_refold(books.hub)


@pytest.mark.parametrize(
    ("changes", "key", "expected"),
    [
        ({"party": "office/52.99"}, HEAD, Refusal.UNKNOWN_PARTY),
        ({"party": ONE}, HEAD, Refusal.BAD_VALUE),
        ({"party": SUPPLIER}, HEAD, Refusal.BAD_VALUE),
        ({"party": OTHER}, HEAD, Refusal.NOT_ALLOWED),
        ({}, OTHER_HEAD, Refusal.NOT_ALLOWED),
        ({"blank_class": "v9"}, HEAD, Refusal.UNKNOWN_CLASS),
        ({"blank_class": ""}, HEAD, Refusal.UNKNOWN_CLASS),
        ({"count": 0}, HEAD, Refusal.BAD_VALUE),
        ({"count": -1}, HEAD, Refusal.BAD_VALUE),
        ({"count": 10_000_001}, HEAD, Refusal.BAD_VALUE),
        ({"count": 10**18}, HEAD, Refusal.BAD_VALUE),
        ({"request": ""}, HEAD, Refusal.BAD_VALUE),
        ({"request": "U-0"}, HEAD, Refusal.ALREADY_KNOWN),
        ({"why": "untuk 5203054408990001"}, HEAD, Refusal.BAD_VALUE),
        ({"paper_date": "2018-02-30"}, HEAD, Refusal.BAD_VALUE),
        ({"paper_date": "2018-11-20"}, HEAD, Refusal.BAD_VALUE),
    ],
)
def test_a_request_that_cannot_be_is_refused(changes: dict[str, Any], key: str, expected: Refusal) -> None:
    books = with_heads()
    accepted(asked(books, "U-0", 5))
    before = books.hub.position()
    fields = {"request": "U-1", "party": OFFICE, "blank_class": CLASS, "count": 10, **changes}
    answer = ask(books.hub, RequestBlanks(**fields), key)
    assert refusal(answer) is expected and books.hub.position() == before
    assert "5203054408990001" not in str(answer)


def test_a_name_is_used_once_also_after_it_was_answered_or_taken_back() -> None:
    books = with_heads()
    accepted(asked(books, "U-1", 5))
    accepted(ask(books.hub, WithdrawRequest("U-1", OFFICE, "salah hitung"), HEAD))
    assert refusal(asked(books, "U-1", 6)) is Refusal.ALREADY_KNOWN


def test_a_class_the_centre_never_had_may_be_asked_for_where_a_station_declares_it() -> None:
    books = with_heads(blanks=0)
    accepted(asked(books, "U-1", 5))
    assert refusal(asked(books, "U-2", 5, blank_class="v4.8")) is Refusal.UNKNOWN_CLASS


def test_the_province_asks_for_its_own_store() -> None:
    books = with_heads()
    accepted(ask(books.hub, RequestBlanks("U-1", PROVINCE, CLASS, 10), PROVINCIAL))
    assert row(books.hub, Request, PROVINCE, RequestState.OPEN, "U-1").count == 10


def test_a_request_that_was_taken_back_binds_nothing_any_more() -> None:
    books = with_heads()
    accepted(asked(books, "U-1", 5))
    accepted(ask(books.hub, WithdrawRequest("U-1", OFFICE, "salah hitung"), HEAD))
    assert row(books.hub, Request, OFFICE, RequestState.WITHDRAWN, "U-1").count == 5
    accepted(granted(books, "A-1", 6))


@pytest.mark.parametrize(
    ("request_name", "party", "why", "key", "expected"),
    [
        ("U-9", OFFICE, "x", HEAD, Refusal.UNKNOWN_REQUEST),
        ("U-1", OTHER, "x", OTHER_HEAD, Refusal.UNKNOWN_REQUEST),
        ("U-1", OFFICE, "x", OTHER_HEAD, Refusal.NOT_ALLOWED),
        ("U-1", "office/52.99", "x", HEAD, Refusal.UNKNOWN_PARTY),
        ("U-1", OFFICE, "", HEAD, Refusal.BAD_VALUE),
    ],
)
def test_a_request_is_taken_back_by_its_office_with_a_reason(
    request_name: str, party: str, why: str, key: str, expected: Refusal
) -> None:
    books = with_heads()
    accepted(asked(books, "U-1", 5))
    assert refusal(ask(books.hub, WithdrawRequest(request_name, party, why), key)) is expected


def test_an_answered_request_is_not_taken_back() -> None:
    books = with_heads()
    accepted(asked(books, "U-1", 5))
    accepted(granted(books, "A-1", 5))
    assert refusal(ask(books.hub, WithdrawRequest("U-1", OFFICE, "x"), HEAD)) is Refusal.UNKNOWN_REQUEST


@pytest.mark.rule(38)
def test_a_request_of_a_closed_month_is_listed_as_late() -> None:
    body = RequestBlanks("U-1", OFFICE, CLASS, 1, "470/1", "2018-10-30")
    with with_heads().hub.read() as view:
        book = Overlay(view)
        apply(book, PeriodClosed(OFFICE, "2018-10", "BA-1", "2018-11-01", (), ("head",)))
        found = decide_request(book, signed(body, HEAD), body)
    assert [event.paper_date for event in found if isinstance(event, PaperPostedLate)] == ["2018-10-30"]


# -- the printer register -----------------------------------------------------------------


@pytest.mark.rule(28)
def test_the_register_is_the_offices_and_the_capacity_the_centres() -> None:
    books = with_heads()
    accepted(registered(books, 2, 100, poor=1, broken=3, missing=1))
    accepted(ask(books.hub, SetCapacity(OFFICE, CLASS, 4_000, 5_000, "ND-7"), *PAIR))
    accepted(registered(books, 3, 90, 20))
    assert row(books.hub, Standing, OFFICE, CLASS) == Standing(
        OFFICE, CLASS, "", 3, 0, 0, 0, 90, 20, 4_000, 5_000, "ND-7", NOW
    )
    check_refold(books.hub)


@pytest.mark.rule(28)
def test_a_grant_leaves_the_register_and_the_register_the_last_grant() -> None:
    books = with_heads()
    accepted(registered(books, 2, 100))
    accepted(granted(books, "A-1", 5))
    accepted(registered(books, 1, 100))
    standing = row(books.hub, Standing, OFFICE, CLASS)
    assert (standing.allotment, standing.good) == ("A-1", 1)


@pytest.mark.rule(28)
@pytest.mark.parametrize(
    ("changes", "keys", "expected"),
    [
        ({"good": -1}, (HEAD,), Refusal.BAD_VALUE),
        ({"missing": 10_001}, (HEAD,), Refusal.BAD_VALUE),
        ({"daily_cap": 0}, (HEAD,), Refusal.BAD_VALUE),
        ({"daily_cap": 10**9}, (HEAD,), Refusal.BAD_VALUE),
        ({"working_days": 0}, (HEAD,), Refusal.BAD_VALUE),
        ({"working_days": 32}, (HEAD,), Refusal.BAD_VALUE),
        ({"party": PROVINCE}, (VERIFIER_1,), Refusal.BAD_VALUE),
        ({"party": "office/52.99"}, (HEAD,), Refusal.UNKNOWN_PARTY),
        ({"blank_class": "v9"}, (HEAD,), Refusal.UNKNOWN_CLASS),
        ({}, (OTHER_HEAD,), Refusal.NOT_ALLOWED),
        ({}, (OPERATOR,), Refusal.NOT_ALLOWED),
    ],
)
def test_an_entry_of_the_register_that_cannot_be_is_refused(
    changes: dict[str, Any], keys: tuple[str, ...], expected: Refusal
) -> None:
    books = with_heads()
    fields: dict[str, Any] = {
        "party": OFFICE, "blank_class": CLASS, "good": 1, "poor": 0, "broken": 0, "missing": 0, "daily_cap": 9,
    }  # fmt: skip
    assert refusal(ask(books.hub, RegisterPrinters(**{**fields, **changes}), *keys)) is expected
    assert maybe(books.hub, Standing, OFFICE, CLASS) is None


@pytest.mark.rule(28)
@pytest.mark.parametrize(
    ("figures", "keys", "expected"),
    [
        ((OFFICE, CLASS, 1, 1, "ND-1"), (VERIFIER_1,), Refusal.NEEDS_PEOPLE),
        ((OFFICE, CLASS, 1, 1, "ND-1"), (HEAD, VERIFIER_1), Refusal.NOT_ALLOWED),
        ((OFFICE, CLASS, -1, 1, "ND-1"), PAIR, Refusal.BAD_VALUE),
        ((OFFICE, CLASS, 1, 2_000_000_000, "ND-1"), PAIR, Refusal.BAD_VALUE),
        ((OFFICE, CLASS, 1, 1, ""), PAIR, Refusal.BAD_VALUE),
        ((PROVINCE, CLASS, 1, 1, "ND-1"), PAIR, Refusal.BAD_VALUE),
    ],
)
def test_a_capacity_is_set_by_two_of_the_centre_with_a_letter(
    figures: tuple[Any, ...], keys: tuple[str, ...], expected: Refusal
) -> None:
    assert refusal(ask(with_heads().hub, SetCapacity(*figures), *keys)) is expected


def test_the_centre_alone_cannot_ask_for_an_office() -> None:
    answer = ask(founded().hub, RequestBlanks("U-1", OFFICE, CLASS, 1), VERIFIER_1)
    assert refusal(answer) is Refusal.NOT_ALLOWED and facts(answer)["who"] == "verifier-1"
