"""Half-finished lives of the old system: locked on arrival, opened by two, or closed when seen (rule 4)."""

import pytest

from ektp_core.boundary.store import Answer
from ektp_core.errors import Refusal
from ektp_core.flow.cards_events import DuplicateNoted
from ektp_core.flow.holds import PlaceHold
from ektp_core.flow.imported import CardSeen, EnterLocked, OpenImported
from ektp_core.flow.printing import Authorise, Withdraw
from ektp_core.flow.rows import Holding, Lock, Person, Ready, Record, Revoked
from ektp_core.vocabulary.hold import HoldKind
from ektp_core.vocabulary.imported_status import ImportedStatus
from ektp_core.vocabulary.prr import PreviousCard, Reason
from ektp_core.vocabulary.state import LockState
from tests.core.flow.counter_people import CLERK, GIVER, OTHER, SECTION, card_of, staffed
from tests.core.flow.office_cards import entered, entry, lock, person, printed, state
from tests.core.flow.offices import (
    HUB_KEY,
    NOW,
    OFFICE,
    ONE,
    OPERATOR,
    PAIR,
    REGISTRY_KEY,
    VERIFIER_1,
    Offices,
    accepted,
    ask,
    digest_of,
    facts,
    maybe,
    refusal,
    row,
    rows,
)
from tests.core.flow.soundness import check_books, check_refold

pytestmark = pytest.mark.rule(4)

RECORD = "52.03-000001"
HALF_FINISHED = (4, 6, 7, 8)


def life(number: int, status: int = 4, office: str = OFFICE, **changes: object) -> EnterLocked:
    """A half-finished life of a made-up citizen."""
    fields: dict[str, object] = {"checked_ms": NOW, **changes}
    return EnterLocked(office, person(number), digest_of(b"a record"), status, **fields)  # type: ignore[arg-type]  # by name


def locked(books: Offices, number: int, status: int = 4) -> str:
    answer = accepted(ask(books.hub, life(number, status), OPERATOR))
    return str(getattr(answer.events[-1], "record"))  # noqa: B009  # any of the events


def opened(books: Offices, record: str, *keys: str) -> Answer:
    return ask(books.hub, OpenImported(record, "BA-3"), *(keys or PAIR))


@pytest.mark.parametrize("status", HALF_FINISHED)
def test_a_half_finished_life_comes_in_locked_without_a_blank_of_ours(status: int) -> None:
    books = staffed()
    before = rows(books.hub, Holding)
    record = locked(books, 1, status)
    assert lock(books.hub, record) == Lock(record, LockState.LOCKED_BEFORE)
    assert row(books.hub, Person, person(1)).open_record == record
    assert maybe(books.hub, Ready, OFFICE, record) is None
    assert rows(books.hub, Holding) == before and before
    assert refusal(ask(books.hub, Authorise(record, ONE), HUB_KEY)) is Refusal.NO_SUCH_STEP
    assert refusal(ask(books.hub, Withdraw(record, "died"), VERIFIER_1)) is Refusal.NO_SUCH_STEP
    check_books(books)
    check_refold(books.hub)


@pytest.mark.parametrize("status", [code for code in range(-1, 11) if code not in HALF_FINISHED])
def test_every_other_status_is_refused_and_says_what_it_is(status: int) -> None:
    books = staffed()
    answer = ask(books.hub, life(1, status), OPERATOR)
    assert refusal(answer) is Refusal.BAD_VALUE
    assert facts(answer)["field"] == "status"
    assert rows(books.hub, Lock) == []


def test_the_codes_are_those_of_the_village_system() -> None:
    """Typed by hand from its list."""
    assert [(code.value, code.name) for code in ImportedStatus] == [
        (1, "NOT_DUE"),
        (2, "NOT_RECORDED"),
        (3, "RECORDED"),
        (4, "CARD_PRINTED"),
        (5, "PRINT_READY_RECORD"),
        (6, "CARD_SHIPPED"),
        (7, "SENT_FOR_CARD_PRINTING"),
        (8, "CARD_ISSUED"),
    ]
    assert tuple(code.value for code in ImportedStatus if code.is_half_finished) == HALF_FINISHED


def test_two_people_of_the_centre_open_it_and_then_it_is_printed_like_any_other() -> None:
    books = staffed()
    record = locked(books, 1)
    accepted(opened(books, record))
    assert state(books.hub, record) is LockState.READY
    assert row(books.hub, Revoked, f"before/{person(1).hex()}").why == "opened by the centre"
    printed(books, record)
    assert state(books.hub, record) is LockState.PRINTED
    assert row(books.hub, Person, person(1)).last_record == record
    check_books(books)


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ((VERIFIER_1,), Refusal.NEEDS_PEOPLE),
        ((OPERATOR, VERIFIER_1), Refusal.NOT_ALLOWED),
        ((SECTION,), Refusal.NOT_ALLOWED),
        ((HUB_KEY,), Refusal.NOT_ALLOWED),
    ],
)
def test_nobody_else_opens_it(keys: tuple[str, ...], expected: Refusal) -> None:
    books = staffed()
    record = locked(books, 1)
    assert refusal(opened(books, record, *keys)) is expected
    assert state(books.hub, record) is LockState.LOCKED_BEFORE


def test_it_is_closed_when_the_card_is_seen_and_the_person_is_free_without_the_registry() -> None:
    books = staffed()
    record = locked(books, 1, 8)
    accepted(ask(books.hub, CardSeen(record, "loket 3"), GIVER))
    assert state(books.hub, record) is LockState.WITHDRAWN
    known = row(books.hub, Person, person(1))
    assert (known.open_record, known.ended) == ("", "")
    entered(books, 1, reason=Reason.DAMAGED, previous=PreviousCard.SURRENDERED)
    check_refold(books.hub)


def test_a_card_is_seen_by_its_own_office() -> None:
    books = staffed()
    record = locked(books, 1, 8)
    assert refusal(ask(books.hub, CardSeen(record, "loket 3"), CLERK)) is Refusal.NOT_ALLOWED
    assert refusal(ask(books.hub, CardSeen(record, " "), GIVER)) is Refusal.BAD_VALUE


@pytest.mark.parametrize("body", [OpenImported("52.03-000001", ""), OpenImported("52.03-000001", "  ")])
def test_opening_needs_its_minutes(body: OpenImported) -> None:
    books = staffed()
    locked(books, 1)
    answer = ask(books.hub, body, *PAIR)
    assert refusal(answer) is Refusal.BAD_VALUE and facts(answer)["field"] == "minutes"


@pytest.mark.parametrize("body", [OpenImported(RECORD, "BA-3"), CardSeen(RECORD, "loket")])
def test_only_a_record_of_the_old_system_is_opened_or_seen(body: OpenImported | CardSeen) -> None:
    books = staffed()
    entered(books, 1)
    assert refusal(ask(books.hub, body, *PAIR)) is Refusal.NO_SUCH_STEP
    assert refusal(ask(staffed().hub, body, *PAIR)) is Refusal.UNKNOWN_RECORD


@pytest.mark.rule(3)
def test_at_most_one_issuance_is_open_imported_or_not() -> None:
    books = staffed()
    record = locked(books, 1)
    assert refusal(ask(books.hub, entry(1), OPERATOR)) is Refusal.PERSON_HAS_OPEN_RECORD
    second = ask(books.hub, life(1), OPERATOR)
    assert refusal(second) is Refusal.PERSON_HAS_OPEN_RECORD and facts(second) == {"record": record}


@pytest.mark.rule(3)
def test_a_person_with_a_card_of_ours_has_no_half_finished_life() -> None:
    books = staffed()
    card_of(books, 1)
    assert refusal(ask(books.hub, life(1), OPERATOR)) is Refusal.PREVIOUS_CARD_OPEN


@pytest.mark.rule(2)
def test_a_half_finished_life_that_another_office_has_too_is_a_line_to_be_judged() -> None:
    books = staffed()
    locked(books, 1)
    answer = accepted(ask(books.hub, life(1, office=OTHER), CLERK))
    assert [type(event) for event in answer.events] == [DuplicateNoted]
    assert len(rows(books.hub, Lock)) == 1


@pytest.mark.rule(42)
@pytest.mark.parametrize(
    ("keys", "expected"), [((HUB_KEY,), Refusal.SIGNER_NOT_REGISTRY), ((SECTION,), Refusal.NOT_ALLOWED)]
)
def test_the_importing_officer_or_the_registry_signs_it(keys: tuple[str, ...], expected: Refusal) -> None:
    books = staffed()
    assert refusal(ask(books.hub, life(1), *keys)) is expected
    accepted(ask(books.hub, life(1), REGISTRY_KEY))
    assert row(books.hub, Record, RECORD).signer == REGISTRY_KEY


def test_an_office_there_is_not_brings_nothing_in() -> None:
    assert refusal(ask(staffed().hub, life(1, office="office/52.99"), REGISTRY_KEY)) is Refusal.UNKNOWN_PARTY


@pytest.mark.rule(5)
def test_a_hold_may_lie_on_it_and_binds_when_it_is_opened() -> None:
    books = staffed()
    record = locked(books, 1)
    accepted(ask(books.hub, PlaceHold(record, HoldKind.DEATH_REPORT, "a neighbour said so"), SECTION))
    accepted(opened(books, record))
    assert refusal(ask(books.hub, Authorise(record, ONE), HUB_KEY)) is Refusal.ON_HOLD
