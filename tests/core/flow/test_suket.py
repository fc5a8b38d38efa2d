"""The register of interim letters (rule 36)."""

from typing import Any

import pytest
from attrs import evolve

from ektp_core.errors import Refusal
from ektp_core.flow.apply import apply
from ektp_core.flow.office_events import SuketRegistered, SuketWithdrawn
from ektp_core.flow.office_rows import Suket
from ektp_core.flow.overlay import Overlay
from ektp_core.flow.periods import late_papers
from ektp_core.flow.suket import RegisterSuket, WithdrawSuket, is_valid, is_warned, letters_of, withdrawn_at_hand_over
from ektp_core.vocabulary.prr import Reason
from tests.core.flow.office_cards import person, stocked
from tests.core.flow.office_life import AUDITOR, CLERK, HEAD, OTHER, at, closed, with_people
from tests.core.flow.offices import (
    OFFICE,
    ONE,
    OPERATOR,
    VERIFIER_1,
    Offices,
    accepted,
    ask,
    facts,
    founded,
    log,
    refusal,
    row,
)
from tests.core.flow.soundness import check_refold

pytestmark = pytest.mark.rule(36)

DAY = "2018-11-19"
LETTER = RegisterSuket(OFFICE, "470/1/2018", DAY, Reason.FIRST, "PRR", person(1))


@pytest.fixture
def books() -> Offices:
    return with_people(founded())


def letter(books: Offices, number: str = LETTER.number, office: str = OFFICE) -> Suket:
    return row(books.hub, Suket, office, number)


@pytest.mark.rule(40)
def test_no_citizens_number_is_kept_in_a_letters_number_or_reason(books: Offices) -> None:
    nik = "5203054408990001"
    for number in (nik, f"470/{nik}", "52.03.05.440899.0001"):
        answer = ask(books.hub, evolve(LETTER, number=number), OPERATOR)
        assert refusal(answer) is Refusal.BAD_VALUE and facts(answer)["field"] == "number"
        assert nik not in str(answer)
    accepted(ask(books.hub, LETTER, OPERATOR))
    answer = ask(books.hub, WithdrawSuket(OFFICE, LETTER.number, f"NIK {nik} salah"), OPERATOR)
    assert refusal(answer) is Refusal.BAD_VALUE and facts(answer)["field"] == "why"


def test_a_letter_is_good_for_six_months_and_holds_no_number_of_a_citizen(books: Offices) -> None:
    accepted(ask(books.hub, LETTER, OPERATOR))
    found = letter(books)
    assert (found.expiry, found.status, found.reason, found.person) == ("2019-05-19", "PRR", Reason.FIRST, person(1))
    assert is_valid(found, at("2019-05-19")) and not is_valid(found, at("2019-05-20"))
    check_refold(books.hub)


def test_a_policy_may_give_another_expiry(books: Offices) -> None:
    accepted(ask(books.hub, evolve(LETTER, expiry="2018-12-31"), OPERATOR))
    assert letter(books).expiry == "2018-12-31"


def test_a_letter_given_while_the_office_has_usable_blanks_is_taken_with_a_warning() -> None:
    books = stocked(4)
    accepted(ask(books.hub, LETTER, OPERATOR))
    assert letter(books).usable == 4 and is_warned(letter(books))


def test_a_letter_given_by_an_empty_office_bears_no_warning(books: Offices) -> None:
    accepted(ask(books.hub, LETTER, OPERATOR))
    assert letter(books).usable == 0 and not is_warned(letter(books))


def test_a_letter_is_over_when_the_card_is_handed_over(books: Offices) -> None:
    accepted(ask(books.hub, LETTER, OPERATOR))
    with books.hub.read() as view:
        found = withdrawn_at_hand_over(view, person(1), "52.03-000001")
        assert found == (SuketWithdrawn(OFFICE, LETTER.number, "handed over", "52.03-000001"),)
        assert withdrawn_at_hand_over(view, person(2), "52.03-000002") == ()
        after = Overlay(view)
        apply(after, found[0])
        over = after.row(Suket, OFFICE, LETTER.number)
        assert over is not None and over.withdrawn and not is_valid(over, at(DAY))
        assert withdrawn_at_hand_over(after, person(1), "52.03-000001") == ()


def test_a_newer_letter_takes_the_place_of_the_older_also_at_another_office(books: Offices) -> None:
    accepted(ask(books.hub, LETTER, OPERATOR))
    accepted(ask(books.hub, evolve(LETTER, office=OTHER, number="9"), CLERK))
    assert (letter(books).withdrawn, letter(books, "9", OTHER).withdrawn) == ("replaced", "")
    with books.hub.read() as view:
        assert {one.number for one in letters_of(view, person(1))} == {LETTER.number, "9"}
    check_refold(books.hub)


def test_a_letter_may_be_taken_back_without_a_card(books: Offices) -> None:
    accepted(ask(books.hub, LETTER, OPERATOR))
    accepted(ask(books.hub, WithdrawSuket(OFFICE, LETTER.number, "given in error"), HEAD))
    assert letter(books).withdrawn == "given in error"
    again = ask(books.hub, WithdrawSuket(OFFICE, LETTER.number, "again"), HEAD)
    assert (refusal(again), facts(again)["shape"]) == (Refusal.BAD_VALUE, "withdrawn already")
    assert len(log(books.hub, SuketWithdrawn)) == 1


@pytest.mark.parametrize(
    ("body", "expected", "field"),
    [
        (WithdrawSuket(OFFICE, "470/9", "lost"), Refusal.BAD_VALUE, "number"),
        (WithdrawSuket(OFFICE, LETTER.number, " "), Refusal.BAD_VALUE, "why"),
        (WithdrawSuket(ONE, LETTER.number, "lost"), Refusal.BAD_VALUE, "office"),
    ],
)
def test_what_takes_no_letter_back_is_refused(books: Offices, body: WithdrawSuket, expected: Refusal, field: str) -> None:
    accepted(ask(books.hub, LETTER, OPERATOR))
    answer = ask(books.hub, body, HEAD)
    assert (refusal(answer), facts(answer)["field"]) == (expected, field)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"office": ONE}, "office"),
        ({"number": " "}, "number"),
        ({"number": "9" * 61}, "number"),
        ({"date": ""}, "date"),
        ({"date": "2018-11-31"}, "date"),
        ({"date": "2018-11-20"}, "date"),
        ({"status": "XYZ"}, "status"),
        ({"status": "prr"}, "status"),
        ({"person": b""}, "person"),
        ({"expiry": "2018-11-19"}, "expiry"),
        ({"expiry": "2019-11-20"}, "expiry"),
        ({"expiry": "soon"}, "expiry"),
    ],
)
def test_what_is_no_letter_is_refused_by_its_field(books: Offices, changes: dict[str, Any], field: str) -> None:
    answer = ask(books.hub, evolve(LETTER, **changes), OPERATOR, at_ms=at(DAY))
    assert (refusal(answer), facts(answer)["field"]) == (Refusal.BAD_VALUE, field)
    assert log(books.hub, SuketRegistered) == []


def test_a_number_is_given_once_in_an_office(books: Offices) -> None:
    accepted(ask(books.hub, LETTER, OPERATOR))
    assert refusal(ask(books.hub, evolve(LETTER, person=person(2)), OPERATOR)) is Refusal.ALREADY_KNOWN
    accepted(ask(books.hub, evolve(LETTER, office=OTHER, person=person(2)), CLERK))


@pytest.mark.parametrize("key", [CLERK, AUDITOR, VERIFIER_1])
def test_only_the_offices_own_counter_keeps_its_register(books: Offices, key: str) -> None:
    assert refusal(ask(books.hub, LETTER, key)) is Refusal.NOT_ALLOWED


def test_an_office_nobody_registered_gives_no_letters() -> None:
    assert refusal(ask(founded().hub, evolve(LETTER, office=OTHER), OPERATOR)) is Refusal.UNKNOWN_PARTY


@pytest.mark.rule(38)
def test_a_letter_of_a_closed_month_is_listed_as_late() -> None:
    books = stocked(4)
    closed(books, "2018-11", "BA-O-1", "2018-11-30")
    accepted(ask(books.hub, LETTER, OPERATOR, at_ms=at("2018-12-02")))
    with books.hub.read() as view:
        assert [one.paper for one in late_papers(view, OFFICE)] == [LETTER.number]
