"""A printed card that fails is waste of its person; a void one counts as good."""

import pytest
from attrs import evolve

from ektp_core.errors import Refusal
from ektp_core.flow.rows import Chip, Person
from ektp_core.flow.settling import FailCard, VoidCard
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.prr import PreviousCard, Reason
from ektp_core.vocabulary.state import CardState, LockState
from ektp_core.vocabulary.verdict import Cause
from tests.core.flow.office_cards import (
    BAD,
    UNKNOWN,
    Ending,
    entered,
    person,
    place_of,
    printed,
    reported,
    state,
    stocked,
    true_report,
    unlocked,
)
from tests.core.flow.offices import ONE, OPERATOR, PAIR, VERIFIER_1, accepted, ask, facts, refusal, row
from tests.core.flow.suspect_cards import UIDS, both


@pytest.mark.rule(3)
def test_a_failed_card_is_waste_revoked_and_reported_with_its_person() -> None:
    books = stocked(5, UIDS[:5])
    record = entered(books, 1)
    printed(books, record, uid=UIDS[0])
    accepted(ask(books.hub, FailCard(record, 1, Cause.ACTIVATION_FAILED), OPERATOR))
    for store in both(books):
        assert (state(store, record), place_of(store, 1)) == (LockState.MISPRINTED, (ONE, Bucket.WASTE_HELD))
        assert row(store, Chip, UIDS[0]).state is CardState.REVOKED
    assert row(books.hub, Person, person(1)).open_record == record
    reported(books, "R-1")
    unlocked(books, record, 1)
    assert printed(books, record, uid=UIDS[1]) == 2


@pytest.mark.rule(3)
def test_a_card_does_not_fail_while_the_person_has_another_record_open() -> None:
    books = stocked(5)
    first = entered(books, 1)
    printed(books, first)
    second = entered(books, 1, reason=Reason.DAMAGED, previous=PreviousCard.AT_HANDOVER)
    body = FailCard(first, 1, Cause.DATA_WRONG)
    assert refusal(ask(books.hub, body, OPERATOR)) is Refusal.PERSON_HAS_OPEN_RECORD
    printed(books, second)
    answer = ask(books.hub, body, OPERATOR)
    assert refusal(answer) is Refusal.PREVIOUS_CARD_OPEN and facts(answer) == {"record": second}
    accepted(ask(books.hub, evolve(body, record=second), OPERATOR))


@pytest.mark.rule(16)
def test_a_void_card_counts_as_good_and_its_record_is_closed() -> None:
    books = stocked(5, UIDS[:5])
    record = entered(books, 1)
    printed(books, record, uid=UIDS[0])
    body = VoidCard(record, 1, "died")
    assert refusal(ask(books.hub, body, VERIFIER_1)) is Refusal.NEEDS_PEOPLE
    accepted(ask(books.hub, body, *PAIR))
    for store in both(books):
        assert (state(store, record), place_of(store, 1)) == (LockState.WITHDRAWN, (ONE, Bucket.VOID_HELD))
        assert row(store, Chip, UIDS[0]).state is CardState.REVOKED
    report = true_report(books, "R-1")
    assert (report.columns.good, report.columns.remaining, report.lines) == (1, 4, ())
    assert refusal(ask(books.hub, body, *PAIR)) is Refusal.NO_SUCH_STEP


@pytest.mark.parametrize("ending", [BAD, UNKNOWN])
def test_only_a_printed_card_fails_or_is_void(ending: Ending) -> None:
    books = stocked(5)
    record = entered(books, 1)
    printed(books, record, ending)
    for body, keys in ((FailCard(record, 1, Cause.DATA_WRONG), (OPERATOR,)), (VoidCard(record, 1, "died"), PAIR)):
        assert refusal(ask(books.hub, body, *keys)) is Refusal.NO_SUCH_STEP
