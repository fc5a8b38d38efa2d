"""A district's list, answered line by line (rule 34)."""

import json
from typing import Any

import pytest

from ektp_core.errors import Refusal
from ektp_core.flow.allotting_rows import Lifted
from ektp_core.flow.events import Stepped
from ektp_core.flow.founding import NewOfficer, Register
from ektp_core.flow.lifting import LiftRecord, printing_order
from ektp_core.flow.printing import Enter
from ektp_core.flow.proposals import MOST_LINES, AnswerProposal, Propose
from ektp_core.flow.rows import Proposal, Station
from ektp_core.vocabulary.hold import HoldKind
from ektp_core.vocabulary.role import Role
from ektp_core.vocabulary.state import LockEvent, LockState
from tests.core.flow.counter_people import CLERK, SECTION, card_of, hold
from tests.core.flow.office_cards import entered, person
from tests.core.flow.offices import (
    NOW,
    OFFICE,
    ONE,
    OPERATOR,
    PAIR,
    TWO,
    VERIFIER_1,
    Offices,
    accepted,
    ask,
    exchange,
    forged,
    new_key,
    refusal,
    row,
    rows,
)
from tests.core.flow.queue_people import DISTRICT, authorise, queued_people
from tests.core.flow.soundness import check_books, check_refold

pytestmark = pytest.mark.rule(34)


def proposed(books: Offices, *numbers: int, key: str = DISTRICT, name: str = "USUL-1") -> Any:
    lines = tuple((person(number), f"reason {number}") for number in numbers)
    return ask(books.hub, Propose(name, OFFICE, lines), key)


def answered(books: Offices, *declined: tuple[int, str], key: str = SECTION) -> Any:
    return ask(books.hub, AnswerProposal("USUL-1", OFFICE, declined), key)


def answers(books: Offices) -> list[str]:
    return [code for code, _, _ in row(books.hub, Proposal, OFFICE, "district/USUL-1").answers]


def test_every_line_is_answered_and_those_who_wait_are_lifted() -> None:
    books = queued_people()
    printed = card_of(books, 1)
    waits, held, lifted, leased, declined = (entered(books, number) for number in range(2, 7))
    accepted(hold(books, held, HoldKind.IDENTITY, SECTION))
    accepted(ask(books.hub, LiftRecord(lifted, "sakit"), SECTION))
    authorise(books, leased)
    elsewhere = accepted(ask(books.hub, Enter("office/52.01", person(7), b"7" * 32, checked_ms=NOW), CLERK))
    assert elsewhere.events
    accepted(proposed(books, 1, 2, 3, 4, 5, 6, 7, 8, 2))
    assert rows(books.hub, Lifted, OFFICE) == rows(books.hub, Lifted, OFFICE, lifted)  # nothing is moved by asking
    accepted(answered(books, (6, "no papers")))
    assert answers(books) == [
        "to-hand-over", "lifted-now", "held", "lifted", "lifted-now", "declined", "open-elsewhere", "not-known",
        "named-twice",
    ]  # fmt: skip
    found = row(books.hub, Proposal, OFFICE, "district/USUL-1").answers
    assert [record for _, record, _ in found] == [printed, waits, held, lifted, leased, declined, "", "", ""]
    assert json.loads(found[5][2]) == {"record": declined, "why": "no papers"}
    assert row(books.hub, Lifted, OFFICE, waits).why == "reason 2"
    with books.hub.read() as view:
        order = list(printing_order(view, OFFICE, NOW))
    assert order[:2] == sorted([waits, lifted]) and declined in order[2:]
    exchange(books)
    assert row(books.stations[ONE], Lifted, OFFICE, leased).why == "reason 5"
    check_books(books)
    check_refold(books.hub)


@pytest.mark.parametrize("key", [SECTION, VERIFIER_1, CLERK])
def test_a_district_or_a_counter_of_the_office_proposes(key: str) -> None:
    books = queued_people()
    entered(books, 1)
    assert refusal(proposed(books, 1, key=key)) is Refusal.NOT_ALLOWED
    accepted(proposed(books, 1, key=OPERATOR))


@pytest.mark.parametrize("key", [DISTRICT, OPERATOR, CLERK, VERIFIER_1])
def test_only_the_section_head_of_the_office_answers(key: str) -> None:
    books = queued_people()
    accepted(proposed(books, 1))
    assert refusal(answered(books, key=key)) is Refusal.NOT_ALLOWED


def test_a_list_is_sent_once_and_answered_once() -> None:
    books = queued_people()
    assert refusal(answered(books)) is Refusal.UNKNOWN_LIST
    accepted(proposed(books, 1))
    assert refusal(proposed(books, 2)) is Refusal.ALREADY_KNOWN
    accepted(answered(books))
    assert refusal(answered(books)) is Refusal.ALREADY_KNOWN


@pytest.mark.parametrize("declined", [((2, "x"),), ((0, "x"),), ((1, "x"), (1, "y")), ((1, ""),)])
def test_a_declined_line_is_one_of_the_list_named_once_with_a_reason(declined: Any) -> None:
    books = queued_people()
    accepted(proposed(books, 1))
    assert refusal(answered(books, *declined)) is Refusal.BAD_VALUE


@pytest.mark.parametrize(
    ("name", "office", "lines", "expected"),
    [
        ("USUL-1", "office/52.99", ((person(1), "x"),), Refusal.UNKNOWN_PARTY),
        ("", OFFICE, ((person(1), "x"),), Refusal.BAD_VALUE),
        ("USUL-1", OFFICE, (), Refusal.BAD_VALUE),
        ("USUL-1", OFFICE, ((person(1), "x"),) * (MOST_LINES + 1), Refusal.BAD_VALUE),
        ("USUL-1", OFFICE, ((person(1), ""),), Refusal.BAD_VALUE),
        ("USUL-1", OFFICE, ((person(1), "NIK 5203054408990001"),), Refusal.BAD_VALUE),
    ],
)
def test_a_list_names_people_of_an_office_each_with_a_reason(
    name: str, office: str, lines: Any, expected: Refusal
) -> None:
    books = queued_people()
    assert refusal(ask(books.hub, Propose(name, office, lines), DISTRICT)) is expected


def test_each_district_numbers_its_own_lists() -> None:
    books = queued_people()
    more = NewOfficer("sakra", "Camat Sakra", OFFICE, (Role.DISTRICT,))
    accepted(ask(books.hub, Register(officers=(more,), keys=(new_key("key-sakra", "sakra"),)), *PAIR))
    entered(books, 1)
    for key in (DISTRICT, "key-sakra"):
        accepted(proposed(books, 1, key=key))
        assert refusal(proposed(books, 2, key=key)) is Refusal.ALREADY_KNOWN
    found = {one.proposal: one.district for one in rows(books.hub, Proposal, OFFICE)}
    assert found == {"district/USUL-1": "district", "sakra/USUL-1": "sakra"}
    assert refusal(answered(books)) is Refusal.UNKNOWN_LIST  # two are called so
    for name in found:
        accepted(ask(books.hub, AnswerProposal(name, OFFICE), SECTION))
    assert all(one.answered_ms for one in rows(books.hub, Proposal, OFFICE))


def test_who_waits_while_all_stations_are_stopped_is_lifted_too() -> None:
    books = queued_people()
    record = entered(books, 1)
    for station in (ONE, TWO):
        accepted(forged(books, station, Stepped("no-record", 1, LockEvent.START, LockState.IN_PRESS), pen=b"x" * 32))
    assert all(one.frozen_why for one in rows(books.hub, Station))
    accepted(proposed(books, 1))
    accepted(answered(books))
    assert answers(books) == ["lifted-now"] and row(books.hub, Lifted, OFFICE, record).why == "reason 1"
