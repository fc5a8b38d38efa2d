"""What opens an issuance again, and who was recorded twice (rules 2, 3, 16)."""

import pytest

from ektp_core.boundary.store import Answer
from ektp_core.errors import Refusal
from ektp_core.flow.activating import Activate
from ektp_core.flow.cards_events import DuplicateNoted
from ektp_core.flow.cards_rows import Adjudication
from ektp_core.flow.imported import Adjudicate
from ektp_core.flow.printing import Authorise, Enter, Withdraw
from ektp_core.flow.rows import Lock, Person, Revoked
from ektp_core.flow.settling import FailCard, VoidCard
from ektp_core.handover.activation import Finding
from ektp_core.handover.delivery import OldCard
from ektp_core.vocabulary.card_words import Judgement
from ektp_core.vocabulary.prr import PreviousCard, Reason
from ektp_core.vocabulary.verdict import Cause
from tests.core.flow.counter_people import CLERK, OTHER, card_of, hand, staffed
from tests.core.flow.office_cards import entered, entry, person, printed, reported, stocked
from tests.core.flow.offices import (
    HUB_KEY,
    NOW,
    ONE,
    OPERATOR,
    PAIR,
    REGISTRY_KEY,
    SERIES,
    VERIFIER_1,
    Offices,
    accepted,
    ask,
    digest_of,
    exchange,
    facts,
    log,
    maybe,
    refusal,
    row,
    rows,
)
from tests.core.flow.soundness import check_books, check_refold

# -- withdrawn and void (rule 16) -----------------------------------------------------------


@pytest.mark.rule(16)
def test_what_was_withdrawn_or_voided_is_opened_again_by_the_registry_alone() -> None:
    books = stocked(3)
    withdrawn, voided = entered(books, 1), entered(books, 2)
    accepted(ask(books.hub, Withdraw(withdrawn, "died"), VERIFIER_1))
    printed(books, voided)
    accepted(ask(books.hub, VoidCard(voided, 1, "died"), *PAIR))
    for number, record in ((1, withdrawn), (2, voided)):
        answer = ask(books.hub, entry(number), OPERATOR)
        assert refusal(answer) is Refusal.NEEDS_REGISTRY
        assert facts(answer) == {"record": record}
        accepted(ask(books.hub, entry(number), REGISTRY_KEY))
        assert row(books.hub, Person, person(number)).ended == ""
    check_refold(books.hub)


@pytest.mark.rule(3)
def test_when_the_new_card_fails_and_is_given_up_the_old_one_is_the_last_again() -> None:
    books = staffed()
    first = card_of(books, 1)
    second = card_of(books, 1, reason=Reason.DATA_CHANGE, previous=PreviousCard.AT_HANDOVER)
    accepted(ask(books.hub, FailCard(second, 1, Cause.DATA_WRONG), OPERATOR))
    reported(books, "R-1")
    accepted(ask(books.hub, Withdraw(second, "not wanted"), VERIFIER_1))
    assert row(books.hub, Person, person(1)).last_record == first
    again = entry(1, reason=Reason.DAMAGED, previous=PreviousCard.SURRENDERED)
    accepted(ask(books.hub, again, REGISTRY_KEY))
    assert row(books.hub, Revoked, f"{SERIES} 1").why == "surrendered"
    check_books(books)


@pytest.mark.rule(3)
def test_when_the_new_card_fails_and_is_printed_again_it_is_the_last() -> None:
    books = staffed()
    first = card_of(books, 1)
    second = card_of(books, 1, reason=Reason.DATA_CHANGE, previous=PreviousCard.AT_HANDOVER)
    accepted(ask(books.hub, VoidCard(second, 1, "data wrong"), *PAIR))
    exchange(books)
    change = entry(1, reason=Reason.DATA_CHANGE, previous=PreviousCard.AT_HANDOVER)
    third = str(accepted(ask(books.hub, change, REGISTRY_KEY)).events[-1].record)  # type: ignore[union-attr]  # Entered
    printed(books, third)
    known = row(books.hub, Person, person(1))
    assert (known.last_record, known.before) == (third, first)


@pytest.mark.rule(3)
def test_a_card_that_waits_to_be_exchanged_is_not_itself_to_be_exchanged_at_hand_over() -> None:
    books = staffed()
    accepted(hand(books, card_of(books, 1)))
    second = card_of(books, 1, reason=Reason.DATA_CHANGE, previous=PreviousCard.AT_HANDOVER)
    accepted(ask(books.hub, Activate(Finding.FITS, second, 1), OPERATOR))
    third = entry(1, reason=Reason.DATA_CHANGE, previous=PreviousCard.AT_HANDOVER)
    answer = ask(books.hub, third, OPERATOR)
    assert refusal(answer) is Refusal.PREVIOUS_CARD_OPEN and facts(answer) == {"record": second}
    accepted(hand(books, second, old=OldCard.SURRENDERED))
    accepted(ask(books.hub, third, OPERATOR))
    check_books(books)


# -- recorded twice (rule 2) ----------------------------------------------------------------


def elsewhere(number: int, **changes: object) -> Enter:
    """The same citizen, recorded by the other office."""
    body = entry(number, payload=digest_of(b"another recording"), **changes)
    return Enter(OTHER, body.person, body.payload, body.reason, body.previous, body.letter, body.letter_date, NOW)


def recorded_twice(books: Offices) -> Answer:
    return ask(books.hub, elsewhere(1), CLERK)


@pytest.mark.rule(2)
def test_a_second_recording_elsewhere_is_a_line_to_be_judged_and_no_record() -> None:
    books = staffed()
    first = entered(books, 1)
    answer = accepted(recorded_twice(books))
    assert [type(event) for event in answer.events] == [DuplicateNoted]
    assert [lock.record for lock in rows(books.hub, Lock)] == [first]
    line = row(books.hub, Adjudication, first, OTHER)
    assert (line.office, line.signer, line.judgement) == (OTHER, CLERK, None)
    check_books(books)


@pytest.mark.rule(2)
def test_the_line_is_written_once_and_later_tries_are_refused() -> None:
    books = staffed()
    first = entered(books, 1)
    accepted(recorded_twice(books))
    again = recorded_twice(books)
    assert refusal(again) is Refusal.PERSON_HAS_OPEN_RECORD
    assert facts(again) == {"record": first}
    assert len(rows(books.hub, Adjudication)) == 1


@pytest.mark.rule(2)
def test_a_person_with_a_card_out_is_recorded_twice_too() -> None:
    books = staffed()
    first = card_of(books, 1)
    accepted(recorded_twice(books))
    assert row(books.hub, Adjudication, first, OTHER).office == OTHER
    assert refusal(recorded_twice(books)) is Refusal.PREVIOUS_CARD_OPEN


@pytest.mark.rule(2)
def test_only_a_first_recording_is_a_double_recording() -> None:
    books = staffed()
    entered(books, 1)
    moved = elsewhere(1, reason=Reason.MOVED, previous=PreviousCard.SURRENDERED)
    assert refusal(ask(books.hub, moved, CLERK)) is Refusal.PERSON_HAS_OPEN_RECORD
    assert rows(books.hub, Adjudication) == []


@pytest.mark.rule(2)
@pytest.mark.parametrize("judgement", Judgement)
def test_the_centre_judges_a_line_once_and_nothing_becomes_printable(judgement: Judgement) -> None:
    books = staffed()
    first = entered(books, 1)
    accepted(recorded_twice(books))
    body = Adjudicate(first, OTHER, judgement, "BA-17")
    assert refusal(ask(books.hub, body, OPERATOR)) is Refusal.NOT_ALLOWED
    accepted(ask(books.hub, body, VERIFIER_1))
    line = row(books.hub, Adjudication, first, OTHER)
    assert (line.judgement, line.by, line.reference) == (judgement, ("verifier-1",), "BA-17")
    assert refusal(ask(books.hub, body, VERIFIER_1)) is Refusal.ALREADY_KNOWN
    assert len(rows(books.hub, Lock)) == 1
    check_refold(books.hub)


@pytest.mark.rule(2)
def test_a_judgement_needs_a_line_and_a_paper() -> None:
    books = staffed()
    first = entered(books, 1)
    nothing = ask(books.hub, Adjudicate(first, OTHER, Judgement.SAME_PERSON, "BA-17"), VERIFIER_1)
    assert refusal(nothing) is Refusal.BAD_VALUE and facts(nothing)["field"] == "office"
    accepted(recorded_twice(books))
    no_paper = ask(books.hub, Adjudicate(first, OTHER, Judgement.SAME_PERSON, " "), VERIFIER_1)
    assert refusal(no_paper) is Refusal.BAD_VALUE and facts(no_paper)["field"] == "reference"
    unknown = ask(books.hub, Adjudicate("52.03-000009", OTHER, Judgement.SAME_PERSON, "BA"), VERIFIER_1)
    assert refusal(unknown) is Refusal.UNKNOWN_RECORD


@pytest.mark.rule(2)
def test_the_first_recording_goes_on_to_be_printed() -> None:
    books = staffed()
    first = entered(books, 1)
    accepted(recorded_twice(books))
    accepted(ask(books.hub, Authorise(first, ONE), HUB_KEY))
    assert len(log(books.hub, DuplicateNoted)) == 1
    assert maybe(books.hub, Adjudication, first, "office/52.03") is None
