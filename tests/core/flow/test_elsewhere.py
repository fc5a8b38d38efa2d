"""A card away from home (rule 20)."""

from typing import Any

import pytest
from attrs import evolve

from ektp_core.errors import Refusal
from ektp_core.flow.cards_rows import Elsewhere
from ektp_core.flow.founding import NewOfficer, NewParty, Register
from ektp_core.flow.printing import Enter
from ektp_core.flow.rows import Person, Record
from ektp_core.vocabulary.prr import PreviousCard, Reason
from ektp_core.vocabulary.role import Role
from tests.core.flow.office_cards import authorised, entered, entry, person, stocked
from tests.core.flow.offices import (
    NOW,
    OFFICE,
    ONE,
    PAIR,
    Offices,
    accepted,
    ask,
    exchange,
    facts,
    maybe,
    new_key,
    refusal,
    row,
    rows,
)

pytestmark = pytest.mark.rule(20)
AWAY, COUNTER = "office/52.01", "key-counter"
LETTER = {"letter": "LP/12", "letter_date": "2018-11-18"}


def offices() -> Offices:
    books = stocked(3)
    away = Register(
        (NewParty(AWAY, "Lombok Barat"),),
        (NewOfficer("counter", "Counter", AWAY, (Role.COUNTER,)),),
        (new_key(COUNTER, "counter"),),
    )
    accepted(ask(books.hub, away, *PAIR))
    return books


def traveller(reason: Reason = Reason.LOST, purpose: str = "flight tomorrow", **changes: Any) -> Enter:
    lost: dict[str, Any] = {"previous": PreviousCard.DECLARED_LOST, **LETTER} if reason is Reason.LOST else {}
    away = {"office": AWAY, "home": "52.03", "reason": reason, "purpose": purpose, **lost, **changes}
    return evolve(entry(1), **away)


def test_a_lost_card_is_opened_away_from_home_and_why_is_kept() -> None:
    books = offices()
    accepted(ask(books.hub, traveller(), COUNTER))
    (kept,) = rows(books.hub, Elsewhere)
    assert (kept.record, kept.office, kept.home, kept.purpose) == ("52.01-000001", AWAY, "52.03", "flight tomorrow")
    assert kept.by == ("counter",)
    assert row(books.hub, Record, kept.record).office == AWAY, "blank, report and hand-over are the printing office's"


@pytest.mark.parametrize("reason", [reason for reason in Reason if reason not in (Reason.LOST, Reason.DAMAGED)])
def test_first_cards_and_changes_of_data_are_made_at_home(reason: Reason) -> None:
    books = offices()
    answer = ask(books.hub, traveller(reason), COUNTER)
    assert refusal(answer) is Refusal.NOT_HOME_OFFICE
    assert facts(answer) == {"office": AWAY, "home": OFFICE}
    assert maybe(books.hub, Person, person(1)) is None, "nothing was written"


def test_a_purpose_is_said() -> None:
    books = offices()
    answer = ask(books.hub, traveller(purpose=""), COUNTER)
    assert (refusal(answer), facts(answer)["field"]) == (Refusal.BAD_VALUE, "purpose")


def test_at_home_nothing_more_is_asked() -> None:
    books = offices()
    accepted(ask(books.hub, entry(1, home="52.03"), "key-operator"))
    assert rows(books.hub, Elsewhere) == []


def test_a_record_that_lies_at_another_offices_station_is_refused_with_whom_to_call() -> None:
    books = offices()
    record = entered(books, 1)
    authorised(books, record)
    exchange(books)
    answer = ask(books.hub, traveller(), COUNTER)
    assert refusal(answer) is Refusal.OPEN_ELSEWHERE
    assert facts(answer) == {"record": record, "office": OFFICE, "station": ONE, "since": NOW}


def test_a_record_that_waits_at_home_is_open_as_before() -> None:
    books = offices()
    entered(books, 1)
    assert refusal(ask(books.hub, traveller(), COUNTER)) is Refusal.PERSON_HAS_OPEN_RECORD
