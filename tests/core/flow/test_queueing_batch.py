"""Printing one batch before all others (rules 31, 35)."""

import pytest

from ektp_core.errors import Refusal
from ektp_core.flow.founding import policy_in_force
from ektp_core.flow.lifting import LiftRecord
from ektp_core.flow.listing import MakeBatch, OpenBatch, SendOut
from ektp_core.flow.queueing import due
from ektp_core.flow.queueing_batch import PrintBatch
from ektp_core.vocabulary.hold import HoldKind
from ektp_core.vocabulary.prr import PreviousCard, Reason
from tests.core.flow.counter_people import CLERK, GIVER, HEAD, OTHER, SECTION, card_of, hold
from tests.core.flow.office_cards import entered
from tests.core.flow.offices import NOW, OFFICE, OPERATOR, Offices, accepted, ask, refusal
from tests.core.flow.queue_people import authorise, policy, queued_people
from tests.core.flow.soundness import check_refold

pytestmark = pytest.mark.rule(35)


def batched() -> tuple[Offices, list[str]]:
    """Four who wait; the last two are the batch `KEL-1`, which is printed first."""
    books = queued_people()
    records = [entered(books, number) for number in range(1, 5)]
    accepted(ask(books.hub, MakeBatch("KEL-1", OFFICE, tuple(records[2:])), GIVER))
    accepted(ask(books.hub, PrintBatch(OFFICE, "KEL-1"), SECTION))
    return books, records


def due_now(books: Offices) -> list[str]:
    with books.hub.read() as view:
        return list(due(view, OFFICE, policy_in_force(view), NOW))


def test_while_a_batch_is_printed_only_its_members_and_the_lifted_are_authorised() -> None:
    books, (first, second, third, fourth) = batched()
    assert due_now(books) == [third, fourth]
    accepted(ask(books.hub, LiftRecord(second, "sakit keras"), SECTION))
    assert due_now(books) == [second, third, fourth]
    accepted(ask(books.hub, PrintBatch(OFFICE), SECTION))
    assert due_now(books) == [second, first, third, fourth]
    check_refold(books.hub)


def test_when_nothing_of_the_batch_waits_any_more_everybody_is_printed_in_turn() -> None:
    books, (first, second, third, fourth) = batched()
    authorise(books, third, fourth)
    assert due_now(books) == [first, second]


def test_members_that_cannot_be_printed_hold_nobody_up() -> None:
    books, (first, second, third, fourth) = batched()
    accepted(hold(books, third, HoldKind.IDENTITY, SECTION))
    assert due_now(books) == [fourth]
    accepted(hold(books, fourth, HoldKind.IDENTITY, SECTION))
    assert due_now(books) == [first, second]


def test_members_the_policy_refuses_hold_nobody_up() -> None:
    books = queued_people()
    other = entered(books, 1)
    moved = entered(books, 2, reason=Reason.DATA_CHANGE, previous=PreviousCard.AT_HANDOVER)
    accepted(ask(books.hub, MakeBatch("KEL-1", OFFICE, (moved,)), GIVER))
    accepted(ask(books.hub, PrintBatch(OFFICE, "KEL-1"), SECTION))
    assert due_now(books) == [moved]
    policy(books, refused_classes=(Reason.DATA_CHANGE.term,))
    assert due_now(books) == [other]


def test_a_batch_that_is_opened_is_printed_first_no_more() -> None:
    books, records = batched()
    accepted(ask(books.hub, OpenBatch("KEL-1", tuple(records[2:])), HEAD))
    assert due_now(books) == records


@pytest.mark.parametrize(
    ("office", "name", "key", "expected"),
    [
        (OFFICE, "KEL-1", SECTION, Refusal.ALREADY_KNOWN),
        (OFFICE, "KEL-9", SECTION, Refusal.UNKNOWN_LIST),
        (OFFICE, "KEL-2", CLERK, Refusal.NOT_ALLOWED),
        (OFFICE, "KEL-2", GIVER, Refusal.NOT_ALLOWED),
        (OTHER, "KEL-1", CLERK, Refusal.UNKNOWN_LIST),
        (OTHER, "", CLERK, Refusal.ALREADY_KNOWN),
        ("office/52.99", "KEL-1", SECTION, Refusal.UNKNOWN_PARTY),
    ],
)
def test_only_an_open_batch_of_the_own_office_is_chosen(office: str, name: str, key: str, expected: Refusal) -> None:
    books, _ = batched()
    assert refusal(ask(books.hub, PrintBatch(office, name), key)) is expected


def test_a_list_carried_out_is_no_batch_to_print() -> None:
    books = queued_people()
    record = card_of(books, 1)
    accepted(ask(books.hub, SendOut("LUAR-1", OFFICE, "Selong", (record,)), GIVER))
    assert refusal(ask(books.hub, PrintBatch(OFFICE, "LUAR-1"), OPERATOR)) is Refusal.UNKNOWN_LIST
