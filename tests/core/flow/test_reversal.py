"""Reversal: only by a new movement, only while the blanks lie where the old one put them."""

import pytest

from ektp_core.errors import Refusal
from ektp_core.flow.custody import Dispatch, Grant, Receive
from ektp_core.flow.events import Event, Moved, TakenIn
from ektp_core.flow.reversal import ReverseMovement
from ektp_core.flow.rows import Allotment, Consignment
from ektp_core.vocabulary.bucket import Bucket
from tests.core.flow.office_cards import held, place_of, stocked, supply
from tests.core.flow.offices import (
    CLASS,
    OFFICE,
    ONE,
    OPERATOR,
    PAIR,
    SERIES,
    VERIFIER_1,
    VERIFIER_2,
    Offices,
    accepted,
    ask,
    exchange,
    facts,
    founded,
    refusal,
    row,
)
from tests.core.flow.soundness import check_books


def numbered(books: Offices, kind: type[Event]) -> list[int]:
    """Numbers of the events of a kind, newest first."""
    return [seq for seq, event in books.hub.events() if isinstance(event, kind)][::-1]


def undo(books: Offices, seq: int) -> None:
    accepted(ask(books.hub, ReverseMovement(seq, "typed wrong"), *PAIR))
    check_books(books)


def granted(count: int = 5) -> Offices:
    books = founded()
    supply(books, 1, 10)
    accepted(ask(books.hub, Grant("A-1", OFFICE, CLASS, count), VERIFIER_1))
    return books


def test_a_grant_is_undone_by_a_movement_back_and_the_old_one_stays() -> None:
    books = granted()
    undo(books, numbered(books, Moved)[0])
    assert held(books.hub, ("centre", Bucket.STOCK)) == 10
    assert (row(books.hub, Allotment, "A-1").count, len(numbered(books, Moved))) == (0, 2)


def test_an_allotment_that_was_taken_back_whole_cannot_be_sent() -> None:
    books = granted()
    undo(books, numbered(books, Moved)[0])
    assert refusal(ask(books.hub, Dispatch("R-1", "A-1"), VERIFIER_1)) is Refusal.TOO_FEW


def test_a_dispatch_is_undone_and_can_be_sent_again() -> None:
    books = granted()
    accepted(ask(books.hub, Dispatch("R-1", "A-1"), VERIFIER_1))
    undo(books, numbered(books, Moved)[0])
    assert place_of(books.hub, 1) == ("centre", Bucket.RESERVED)
    answer = ask(books.hub, Receive("R-1", OFFICE, ((SERIES, 1, 5),)), OPERATOR, VERIFIER_2)
    assert refusal(answer) is Refusal.UNKNOWN_CONSIGNMENT
    accepted(ask(books.hub, Dispatch("R-2", "A-1"), VERIFIER_1))
    accepted(ask(books.hub, Receive("R-2", OFFICE, ((SERIES, 1, 5),)), OPERATOR, VERIFIER_2))
    check_books(books)


def in_two_runs() -> Offices:
    """A consignment that left as two movements."""
    books = founded()
    supply(books, 1, 3)
    supply(books, 11, 13)
    accepted(ask(books.hub, Grant("A-1", OFFICE, CLASS, 6), VERIFIER_1))
    accepted(ask(books.hub, Dispatch("R-1", "A-1"), VERIFIER_1))
    return books


def test_of_a_consignment_undone_in_part_the_rest_can_be_received() -> None:
    books = in_two_runs()
    undo(books, numbered(books, Moved)[0])
    assert row(books.hub, Consignment, "R-1").ranges == ((SERIES, 1, 3),)
    accepted(ask(books.hub, Receive("R-1", OFFICE, ((SERIES, 1, 3),)), OPERATOR, VERIFIER_2))
    check_books(books)


def test_a_consignment_undone_part_by_part_is_closed_at_the_last() -> None:
    books = in_two_runs()
    second, first = numbered(books, Moved)[:2]
    undo(books, first)
    undo(books, second)
    assert row(books.hub, Consignment, "R-1").is_received
    assert held(books.hub, ("centre", Bucket.RESERVED)) == 6


def test_an_allotment_and_a_consignment_of_one_name_are_not_mixed_up() -> None:
    books = founded()
    supply(books, 1, 10)
    accepted(ask(books.hub, Grant("same", OFFICE, CLASS, 5), VERIFIER_1))
    accepted(ask(books.hub, Dispatch("same", "same"), VERIFIER_1))
    undo(books, numbered(books, Moved)[0])
    assert row(books.hub, Allotment, "same").count == 5
    assert row(books.hub, Consignment, "same").is_received


def test_a_movement_is_not_undone_twice() -> None:
    books = granted()
    seq = numbered(books, Moved)[0]
    undo(books, seq)
    assert refusal(ask(books.hub, ReverseMovement(seq, "again"), *PAIR)) is Refusal.CANNOT_REVERSE


def test_blanks_that_came_back_by_another_grant_belong_to_that_one() -> None:
    books = granted()
    seq = numbered(books, Moved)[0]
    undo(books, seq)
    accepted(ask(books.hub, Grant("A-2", OFFICE, CLASS, 5), VERIFIER_1))
    answer = ask(books.hub, ReverseMovement(seq, "again"), *PAIR)
    assert refusal(answer) is Refusal.CANNOT_REVERSE and "moved again" in str(facts(answer)["why"])
    assert row(books.hub, Allotment, "A-2").count == 5


def test_what_was_sent_on_is_not_undone() -> None:
    books = granted()
    seq = numbered(books, Moved)[0]
    accepted(ask(books.hub, Dispatch("R-1", "A-1"), VERIFIER_1))
    assert refusal(ask(books.hub, ReverseMovement(seq, "late"), *PAIR)) is Refusal.CANNOT_REVERSE


@pytest.mark.rule(1)
def test_a_stations_blanks_and_receipts_are_closed_by_their_own_acts() -> None:
    books = stocked(5)
    exchange(books)
    for seq in numbered(books, Moved):
        assert refusal(ask(books.hub, ReverseMovement(seq, "no"), *PAIR)) is Refusal.CANNOT_REVERSE
    assert held(books.hub, (ONE, Bucket.STOCK)) == 5


@pytest.mark.parametrize("seq", [-1, 0, 1, 10_000])
def test_what_is_no_movement_is_not_undone(seq: int) -> None:
    assert refusal(ask(granted().hub, ReverseMovement(seq, "no"), *PAIR)) is Refusal.CANNOT_REVERSE


def test_a_supply_is_not_undone() -> None:
    books = granted()
    assert refusal(ask(books.hub, ReverseMovement(numbered(books, TakenIn)[0], "no"), *PAIR)) is Refusal.CANNOT_REVERSE


def test_a_reversal_takes_two_people() -> None:
    books = granted()
    body = ReverseMovement(numbered(books, Moved)[0], "typed wrong")
    assert refusal(ask(books.hub, body, VERIFIER_1)) is Refusal.NEEDS_PEOPLE
