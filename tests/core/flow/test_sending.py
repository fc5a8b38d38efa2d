"""Consignments: who fetched them, by which way they go, what they carry."""

import pytest
from attrs import evolve

from ektp_core.errors import Refusal
from ektp_core.flow.allotting import RequestBlanks
from ektp_core.flow.allotting_rows import Request
from ektp_core.flow.custody import Dispatch, Grant, TakeSupply
from ektp_core.flow.custody_events import Consigned
from ektp_core.flow.on_the_road import Claim, claims
from ektp_core.flow.reversal import ReverseMovement
from ektp_core.flow.rows import Allotment, Consignment
from ektp_core.flow.sending import Send
from ektp_core.flow.taking_back import TakeBack
from ektp_core.vocabulary.bucket import Bucket, Condition
from ektp_core.vocabulary.request_state import RequestState
from tests.core.flow.custody_offices import (
    OTHER,
    PROVINCE,
    PROVINCIAL,
    STOREMAN,
    filed,
    receive,
    refused_at,
    run,
    send,
    sending,
    two_offices,
    widened,
)
from tests.core.flow.office_cards import BAD, allot, entered, issue, load, place_of, printed, reported, supply
from tests.core.flow.offices import (
    CLASS,
    NOW,
    OFFICE,
    ONE,
    OPERATOR,
    PAIR,
    SERIES,
    SUPPLIER,
    VERIFIER_1,
    Offices,
    accepted,
    ask,
    exchange,
    facts,
    log,
    refusal,
    row,
)
from tests.core.flow.soundness import check_books, check_refold

pytestmark = pytest.mark.rule(13)


def allotted() -> Offices:
    """Ten blanks held apart at the centre for Lombok Timur."""
    books = widened()
    supply(books, 1, 10)
    accepted(ask(books.hub, Grant("A-1", OFFICE, CLASS, 10), VERIFIER_1))
    return books


def test_an_allotment_travels_by_the_provinces_store_and_in_parts() -> None:
    books = allotted()
    send(books, VERIFIER_1, "C-1", "centre", PROVINCE, run(1, 6), reference="A-1")
    assert place_of(books.hub, 6) == (PROVINCE, Bucket.IN_TRANSIT)
    receive(books, "C-1", PROVINCE)
    assert place_of(books.hub, 6) == (PROVINCE, Bucket.STOCK)
    send(books, PROVINCIAL, "C-2", PROVINCE, OFFICE, run(1, 4), reference="A-1")
    receive(books, "C-2", OFFICE)
    send(books, VERIFIER_1, "C-3", "centre", OFFICE, run(7, 10), reference="A-1")
    receive(books, "C-3", OFFICE)
    assert [place_of(books.hub, number) for number in (4, 5, 10)] == [
        (OFFICE, Bucket.STOCK),
        (PROVINCE, Bucket.STOCK),
        (OFFICE, Bucket.STOCK),
    ]
    check_books(books)
    check_refold(books.hub)


def test_the_papers_say_who_fetched_it_by_which_vehicle_under_which_seals() -> None:
    books = allotted()
    send(books, VERIFIER_1, "C-1", "centre", OFFICE, run(1, 6), reference="A-1", seals=("S-1", "S-2"))
    papers = Consigned(
        "C-1", Condition.BLANK, "Bapak Amir, staf gudang", "SK-7/2018", "truk DR 1234 A", "BAST-7", ("S-1", "S-2"),
        "A-1", "", ("verifier-1",),
    )  # fmt: skip
    assert log(books.hub, Consigned) == [papers]


@pytest.mark.parametrize("name", ["collector", "letter", "vehicle", "minutes", "fault"])
def test_a_paper_that_shows_a_citizens_number_is_refused_without_showing_it(name: str) -> None:
    books = allotted()
    body = sending("C-1", "centre", OFFICE, run(1, 6), reference="A-1", **{name: "KTP 52.0305.4408990001"})
    answer = refused_at(books, body, VERIFIER_1)
    assert refusal(answer) is Refusal.BAD_VALUE
    assert facts(answer)["field"] == name and "4408990001" not in str(answer)


BAD_PAPERS: list[dict[str, object]] = [
    {"collector": ""}, {"letter": " "}, {"vehicle": ""}, {"minutes": ""}, {"seals": ("S-1", "S-1")}, {"seals": ("",)},
    {"collector": "a\nb"}, {"letter": "x" * 121}, {"fault": "chips dead"},
]  # fmt: skip


@pytest.mark.parametrize("changes", BAD_PAPERS, ids=str)
def test_papers_that_cannot_be_right_are_refused(changes: dict[str, object]) -> None:
    body = sending("C-1", "centre", OFFICE, run(1, 6), **{"reference": "A-1", **changes})
    answer = refused_at(allotted(), body, VERIFIER_1)
    assert refusal(answer) is Refusal.BAD_VALUE and facts(answer)["field"] in changes


REFUSED: list[tuple[Send, str, Refusal]] = [
    (sending("C-1", "centre", OFFICE, (), reference="A-1"), VERIFIER_1, Refusal.BAD_VALUE),
    (sending("C-1", "centre", OFFICE, run(1, 6)), VERIFIER_1, Refusal.UNKNOWN_ALLOTMENT),
    (sending("C-1", "centre", OTHER, run(1, 6), reference="A-1"), VERIFIER_1, Refusal.BAD_VALUE),
    (sending("C-1", "centre", OFFICE, run(1, 11), reference="A-1"), VERIFIER_1, Refusal.NOT_HELD),
    (sending("C-1", "centre", ONE, run(1, 6), reference="A-1"), VERIFIER_1, Refusal.BAD_VALUE),
    (sending("C-1", SUPPLIER, OFFICE, run(1, 6), reference="A-1"), VERIFIER_1, Refusal.BAD_VALUE),
    (sending("C-1", "centre", "centre", run(1, 6), reference="A-1"), VERIFIER_1, Refusal.BAD_VALUE),
    (sending("C-1", "centre", "office/52.07", run(1, 6), reference="A-1"), VERIFIER_1, Refusal.UNKNOWN_PARTY),
    (sending("station/52.03/1/9", "centre", OFFICE, run(1, 6), reference="A-1"), VERIFIER_1, Refusal.BAD_VALUE),
    (sending("C-1", "centre", OFFICE, run(1, 6), reference="A-1"), OPERATOR, Refusal.NOT_ALLOWED),
    (sending("C-1", "centre", OFFICE, run(1, 6), reference="A-1"), "key-head", Refusal.NOT_ALLOWED),
    (sending("C-1", OFFICE, PROVINCE, run(1, 6)), OPERATOR, Refusal.NOT_HELD),
    (sending("C-1", OFFICE, PROVINCE, run(1, 6), reference="A-1"), OPERATOR, Refusal.BAD_VALUE),
    (sending("C-1", OFFICE, PROVINCE, run(1, 6)), STOREMAN, Refusal.NOT_ALLOWED),
    (sending("C-1", OFFICE, PROVINCE, run(1, 6), carries=Condition.GOOD, reference="A-1"), OPERATOR,
     Refusal.BAD_VALUE),
]  # fmt: skip


@pytest.mark.parametrize(("body", "key", "expected"), REFUSED)
def test_a_consignment_that_cannot_be_is_refused(body: Send, key: str, expected: Refusal) -> None:
    assert refusal(refused_at(allotted(), body, key)) is expected


def test_a_consignments_name_is_used_once() -> None:
    books = allotted()
    send(books, VERIFIER_1, "C-1", "centre", OFFICE, run(1, 6), reference="A-1")
    again = sending("C-1", "centre", OFFICE, run(7, 8), reference="A-1")
    assert refusal(refused_at(books, again, VERIFIER_1)) is Refusal.ALREADY_KNOWN
    assert refusal(refused_at(books, Dispatch("C-1", "A-1"), VERIFIER_1)) is Refusal.ALREADY_KNOWN


def test_each_class_travels_by_itself() -> None:
    books = two_offices()
    accepted(ask(books.hub, sending("C-1", OFFICE, PROVINCE, run(1, 2)), OPERATOR))
    receive(books, "C-1", PROVINCE)
    other = TakeSupply(SUPPLIER, "v4.8", (("PNRI-2012", 1, 4),), "BAST-2", "2018-11-01")
    accepted(ask(books.hub, other, VERIFIER_1))
    accepted(ask(books.hub, Grant("P-1", PROVINCE, "v4.8", 4), VERIFIER_1))
    accepted(ask(books.hub, Dispatch("road/P-1", "P-1"), VERIFIER_1))
    receive(books, "road/P-1", PROVINCE)
    mixed = sending("C-2", PROVINCE, OFFICE, (("PNRI-2012", 1, 2), (SERIES, 1, 2)))
    answer = refused_at(books, mixed, PROVINCIAL)
    assert refusal(answer) is Refusal.BAD_VALUE and facts(answer)["shape"] == "blanks of 2 classes"


def test_blanks_between_offices_go_by_a_loan_only() -> None:
    body = sending("C-1", OFFICE, OTHER, run(1, 2))
    assert refusal(refused_at(two_offices(), body, OPERATOR)) is Refusal.UNKNOWN_LOAN


def test_what_a_province_sends_on_is_reported_by_the_office_under_the_consignments_name() -> None:
    books = widened()
    supply(books, 1, 10)
    accepted(ask(books.hub, Grant("P-1", PROVINCE, CLASS, 10), VERIFIER_1))
    accepted(ask(books.hub, Dispatch("road/P-1", "P-1"), VERIFIER_1))
    receive(books, "road/P-1", PROVINCE)
    send(books, PROVINCIAL, "C-1", PROVINCE, OTHER, run(1, 4))
    receive(books, "C-1", OTHER)
    found = row(books.hub, Allotment, "C-1")
    assert (found.party, found.blank_class, found.count, found.ranges) == (OTHER, CLASS, 4, run(1, 4))
    again = sending("P-1", PROVINCE, OTHER, run(5, 6))
    assert refusal(refused_at(books, again, PROVINCIAL)) is Refusal.ALREADY_KNOWN


def with_waste() -> Offices:
    """Lombok Timur: blank 1 went bad at its station, unreported, and lies in the office's store."""
    books = widened()
    supply(books, 1, 10)
    allot(books, "A-1", 10)
    load(books, issue(books, "I-1", 5))
    exchange(books)
    printed(books, entered(books, 1), BAD)
    accepted(ask(books.hub, TakeBack(ONE, "P-1", Condition.WASTE, run(1, 1)), OPERATOR, "key-head"))
    return books


@pytest.mark.rule(26)
def test_waste_leaves_only_after_a_report_names_it_and_keeps_its_condition() -> None:
    books = with_waste()
    body = sending("C-1", OFFICE, "centre", run(1, 1), carries=Condition.WASTE)
    answer = refused_at(books, body, OPERATOR)
    assert refusal(answer) is Refusal.WASTE_NOT_REPORTED and facts(answer)["serials"] == ("PNRI-2018 1",)
    reported(books, "R-1")
    accepted(ask(books.hub, body, OPERATOR))
    assert place_of(books.hub, 1) == ("centre", Bucket.IN_TRANSIT_WASTE)
    receive(books, "C-1", "centre")
    assert place_of(books.hub, 1) == ("centre", Bucket.WASTE_HELD)
    check_books(books)


@pytest.mark.rule(26)
def test_a_factory_fault_returned_upward_is_a_claim() -> None:
    books = two_offices()
    send(books, OPERATOR, "C-1", OFFICE, "centre", run(9, 10), fault="no chip inside")
    send(books, OPERATOR, "C-2", OFFICE, "centre", run(8, 8))
    with books.hub.read() as view:
        assert claims(view) == claims(view, OFFICE) == (Claim("C-1", OFFICE, 2, "no chip inside"),)
        assert claims(view, OTHER) == ()


@pytest.mark.rule(26)
def test_a_claim_that_the_province_passes_on_is_made_once() -> None:
    books = two_offices()
    send(books, OPERATOR, "C-1", OFFICE, PROVINCE, run(9, 10), fault="no chip inside")
    receive(books, "C-1", PROVINCE)
    send(books, STOREMAN, "C-2", OTHER, PROVINCE, run(20, 20))
    receive(books, "C-2", PROVINCE)
    both = sending("U-1", PROVINCE, "centre", (*run(9, 10), *run(20, 20)), fault="no chip inside")
    accepted(ask(books.hub, both, PROVINCIAL, at_ms=NOW + 1))
    with books.hub.read() as view:
        first, passed_on = Claim("C-1", OFFICE, 2, "no chip inside"), Claim("U-1", PROVINCE, 1, "no chip inside")
        assert claims(view) == (first, passed_on)
        assert (claims(view, OFFICE), claims(view, PROVINCE)) == ((first,), (passed_on,))


# -- a province's store -------------------------------------------------------------------


def upward() -> Offices:
    """Lombok Timur's ten blanks lie in the province's store; Lombok Barat has not reported its own."""
    books = two_offices()
    send(books, OPERATOR, "U-1", OFFICE, PROVINCE, run(1, 10))
    receive(books, "U-1", PROVINCE)
    return books


@pytest.mark.rule(27)
def test_what_a_province_gives_waits_for_the_report_of_the_last_as_any_grant() -> None:
    books = upward()
    body = sending("P-1", PROVINCE, OTHER, run(1, 4))
    answer = refused_at(books, body, PROVINCIAL)
    assert refusal(answer) is Refusal.ALLOTMENT_UNREPORTED and facts(answer)["allotment"] == "A-2"
    filed(books, "R-2", "A-2")
    accepted(ask(books.hub, body, PROVINCIAL))
    receive(books, "P-1", OTHER)
    again = refused_at(books, sending("P-2", PROVINCE, OTHER, run(5, 6)), PROVINCIAL)
    assert refusal(again) is Refusal.ALLOTMENT_UNREPORTED and facts(again)["allotment"] == "P-1"
    check_refold(books.hub)


@pytest.mark.rule(27)
def test_what_a_province_gives_binds_the_next_grant_of_the_centre() -> None:
    books = upward()
    filed(books, "R-2", "A-2")
    send(books, PROVINCIAL, "P-1", PROVINCE, OTHER, run(1, 4))
    supply(books, 101, 110)
    answer = refused_at(books, Grant("A-3", OTHER, CLASS, 5), VERIFIER_1)
    assert refusal(answer) is Refusal.ALLOTMENT_UNREPORTED and facts(answer)["allotment"] == "P-1"


@pytest.mark.rule(27)
def test_a_signed_exception_sends_in_spite_of_the_report_and_is_kept() -> None:
    books = upward()
    body = sending("P-1", PROVINCE, OTHER, run(1, 4), exception="SK-9/2018")
    for keys, expected in (
        ((PROVINCIAL,), Refusal.NEEDS_PEOPLE),
        ((PROVINCIAL, OPERATOR), Refusal.NOT_ALLOWED),
        ((STOREMAN, VERIFIER_1), Refusal.NOT_ALLOWED),
    ):
        assert refusal(refused_at(books, body, *keys)) is expected
    accepted(ask(books.hub, body, PROVINCIAL, VERIFIER_1))
    found = row(books.hub, Allotment, "P-1")
    assert (found.exception, found.previous, found.granted_ms) == ("SK-9/2018", "A-2", NOW)


@pytest.mark.rule(27)
@pytest.mark.parametrize(
    "body",
    [
        sending("C-1", OFFICE, PROVINCE, run(1, 2), exception="SK-9"),
        sending("C-1", PROVINCE, OFFICE, run(1, 2), exception="SK-9", reference="A-1"),
        sending("C-1", PROVINCE, OFFICE, run(1, 2), exception="5203054408990001"),
    ],
)
def test_an_exception_is_for_what_would_wait_and_nothing_else(body: Send) -> None:
    answer = refused_at(two_offices(), body, *PAIR)
    assert refusal(answer) is Refusal.BAD_VALUE and facts(answer)["field"] == "exception"


@pytest.mark.rule(27)
def test_what_a_province_gives_answers_the_open_request() -> None:
    books = upward()
    filed(books, "R-2", "A-2")
    accepted(ask(books.hub, RequestBlanks("U-7", OTHER, CLASS, 4), STOREMAN))
    send(books, PROVINCIAL, "P-1", PROVINCE, OTHER, run(1, 4))
    assert row(books.hub, Request, OTHER, RequestState.GRANTED, "U-7").allotment == "P-1"


@pytest.mark.rule(38)
def test_minutes_of_a_departure_have_a_date_and_none_of_the_future() -> None:
    books = two_offices()
    body = sending("C-1", OFFICE, PROVINCE, run(1, 2), minutes_date="2018-11-20")
    answer = refused_at(books, body, OPERATOR)
    assert refusal(answer) is Refusal.BAD_VALUE and facts(answer)["field"] == "minutes_date"
    accepted(ask(books.hub, evolve(body, minutes_date="2018-11-18"), OPERATOR))
    said = log(books.hub, Consigned)[-1]
    assert said.minutes_date == "2018-11-18"


def test_a_part_called_back_leaves_the_rest_open() -> None:
    books = allotted()
    send(books, VERIFIER_1, "C-1", "centre", OFFICE, (*run(1, 3), *run(7, 8)), reference="A-1")
    receive(books, "C-1", OFFICE, run(7, 8), is_partial=True)
    moved = [seq for seq, event in books.hub.events() if getattr(event, "reference", "") == "C-1"]
    accepted(ask(books.hub, ReverseMovement(moved[0], "wrong lorry"), *PAIR))
    assert place_of(books.hub, 1) == ("centre", Bucket.RESERVED)
    assert row(books.hub, Consignment, "C-1") == Consignment("C-1", "centre", OFFICE, run(7, 8), is_received=True)
    check_refold(books.hub)
