"""Emptiness reported by the public stands beside the book's stock and is answered (rule 37, paper 001)."""

import pytest
from attrs import evolve

from ektp_core.errors import Refusal
from ektp_core.flow.complaints import AnswerComplaint, Complain, alarms, open_complaints
from ektp_core.flow.office_rows import Complaint, StockAlarm
from tests.core.flow.office_cards import entered, printed, stocked
from tests.core.flow.office_life import AUDITOR, CLERK, GOVERNOR, HEAD, HEAD_2, OTHER, PROVINCE, at, with_people
from tests.core.flow.offices import (
    OFFICE,
    OPERATOR,
    VERIFIER_1,
    Offices,
    accepted,
    ask,
    facts,
    founded,
    refusal,
    row,
    rows,
)
from tests.core.flow.soundness import check_refold

pytestmark = pytest.mark.rule(37)

DAY = "2018-11-19"
EMPTY = Complain("K-1", OFFICE, DAY, "Suara NTB, page 3")


def test_blanks_in_the_book_and_a_complaint_of_none_are_an_alarm_until_answered() -> None:
    books = with_people(stocked(4))
    printed(books, entered(books, 1))
    accepted(ask(books.hub, EMPTY, GOVERNOR))
    with books.hub.read() as view:
        assert alarms(view) == (StockAlarm(OFFICE, "K-1", 3),)
        assert [one.complaint for one in open_complaints(view)] == ["K-1"]
    accepted(ask(books.hub, AnswerComplaint("K-1", "The counter had closed; three blanks are in the safe."), HEAD))
    with books.hub.read() as view:
        assert (alarms(view), open_complaints(view)) == ((), ())
    found = row(books.hub, Complaint, "K-1")
    assert (found.usable, found.answered_by, found.by) == (3, ("head",), ("governor",))
    check_refold(books.hub)


def test_a_complaint_against_an_office_that_is_empty_is_no_alarm_and_must_be_answered() -> None:
    books = with_people(founded())
    accepted(ask(books.hub, EMPTY, VERIFIER_1))
    with books.hub.read() as view:
        assert alarms(view) == ()
        assert [one.usable for one in open_complaints(view)] == [0]


def test_what_the_book_had_at_that_moment_stays_beside_the_complaint() -> None:
    books = with_people(stocked(2))
    accepted(ask(books.hub, EMPTY, VERIFIER_1))
    printed(books, entered(books, 1))
    printed(books, entered(books, 2))
    assert row(books.hub, Complaint, "K-1").usable == 2


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"complaint": ""}, "complaint"),
        ({"office": PROVINCE}, "office"),
        ({"date": ""}, "date"),
        ({"date": "2018-11-20"}, "date"),
        ({"date": "yesterday"}, "date"),
        ({"source": " "}, "source"),
        ({"source": "x" * 501}, "source"),
        ({"source": "told by 5203054408990001"}, "source"),
    ],
)
def test_what_is_no_complaint_is_refused_by_its_field(changes: dict[str, str], field: str) -> None:
    books = with_people(founded())
    answer = ask(books.hub, evolve(EMPTY, **changes), VERIFIER_1, at_ms=at(DAY))
    assert (refusal(answer), facts(answer)["field"]) == (Refusal.BAD_VALUE, field)
    assert "5203054408990001" not in str(answer)
    assert rows(books.hub, Complaint) == []


def complained() -> Offices:
    books = with_people(stocked(2))
    accepted(ask(books.hub, EMPTY, VERIFIER_1))
    return books


def test_a_complaint_is_noted_once_and_of_a_known_office() -> None:
    books = complained()
    assert refusal(ask(books.hub, evolve(EMPTY, source="another"), VERIFIER_1)) is Refusal.ALREADY_KNOWN
    unknown = evolve(EMPTY, complaint="K-2", office="office/53.01")
    assert refusal(ask(books.hub, unknown, VERIFIER_1)) is Refusal.UNKNOWN_PARTY


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (AnswerComplaint("K-9", "not ours"), "complaint"),
        (AnswerComplaint("K-1", ""), "answer"),
        (AnswerComplaint("K-1", "we gave it to 5203054408990001"), "answer"),
    ],
)
def test_what_is_no_answer_is_refused_by_its_field(body: AnswerComplaint, field: str) -> None:
    answer = ask(complained().hub, body, HEAD)
    assert (refusal(answer), facts(answer)["field"]) == (Refusal.BAD_VALUE, field)


def test_an_answer_is_given_once() -> None:
    books = complained()
    accepted(ask(books.hub, AnswerComplaint("K-1", "first"), HEAD))
    answer = ask(books.hub, AnswerComplaint("K-1", "second"), HEAD)
    assert (refusal(answer), facts(answer)["shape"]) == (Refusal.BAD_VALUE, "answered already")


@pytest.mark.parametrize("key", [OPERATOR, HEAD_2, VERIFIER_1])
def test_only_a_head_of_that_office_answers(key: str) -> None:
    assert refusal(ask(complained().hub, AnswerComplaint("K-1", "we looked"), key)) is Refusal.NOT_ALLOWED


def test_an_auditor_notes_nothing_and_any_office_may_note_it_of_another() -> None:
    books = complained()
    again = evolve(EMPTY, complaint="K-2")
    assert refusal(ask(books.hub, again, AUDITOR)) is Refusal.NOT_ALLOWED
    accepted(ask(books.hub, again, CLERK))
    accepted(ask(books.hub, evolve(EMPTY, complaint="K-3", office=OTHER), CLERK))
