"""Several cards of one person: which is the last, and which are still out (rules 3, 4, 14, 16)."""

from typing import Any

import pytest

from ektp_core.errors import Refusal
from ektp_core.flow.activating import Activate
from ektp_core.flow.cards import card_state
from ektp_core.flow.custody_rows import OldCards
from ektp_core.flow.destroying import HoldForInquiry
from ektp_core.flow.imported import CardSeen, EnterLocked
from ektp_core.flow.printing import Enter, Withdraw
from ektp_core.flow.rows import Person, Revoked
from ektp_core.flow.settling import FailCard, VoidCard
from ektp_core.handover.activation import Finding
from ektp_core.handover.delivery import OldCard
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.prr import PreviousCard, Reason
from ektp_core.vocabulary.state import CardState
from ektp_core.vocabulary.verdict import Cause
from tests.core.flow.counter_people import CLERK, HEAD, OTHER, SECTION, UIDS, card_of, hand, staffed
from tests.core.flow.office_cards import attempt, entered, entry, person, place_of, printed, reported, unlocked
from tests.core.flow.offices import (
    NOW,
    OFFICE,
    ONE,
    OPERATOR,
    PAIR,
    REGISTRY_KEY,
    Offices,
    accepted,
    ask,
    exchange,
    facts,
    maybe,
    refusal,
    row,
    rows,
)
from tests.core.flow.soundness import check_books, check_refold

LETTER: dict[str, Any] = {"letter": "B/1", "letter_date": "2018-11-19"}
LOST: dict[str, Any] = {"reason": Reason.LOST, "previous": PreviousCard.DECLARED_LOST, **LETTER}
CHANGE: dict[str, Any] = {"reason": Reason.DATA_CHANGE, "previous": PreviousCard.AT_HANDOVER}
SURRENDERED: dict[str, Any] = {"reason": Reason.DAMAGED, "previous": PreviousCard.SURRENDERED}
DAMAGED: dict[str, Any] = {"reason": Reason.DAMAGED, "previous": PreviousCard.AT_HANDOVER}


def activated(books: Offices, record: str) -> None:
    accepted(ask(books.hub, Activate(Finding.FITS, record, 1), OPERATOR))


def voided(books: Offices, record: str) -> None:
    accepted(ask(books.hub, VoidCard(record, 1, "superseded"), *PAIR))
    exchange(books)


def known(books: Offices) -> Person:
    return row(books.hub, Person, person(1))


def before() -> str:
    return f"before/{person(1).hex()}"


@pytest.mark.rule(3)
def test_voiding_an_older_card_leaves_the_newer_one_the_last() -> None:
    books = staffed()
    older = card_of(books, 1, UIDS[0])
    newer = card_of(books, 1, UIDS[1], **CHANGE)
    voided(books, older)
    assert (known(books).last_record, known(books).ended) == (newer, "")
    accepted(hand(books, newer))
    activated(books, newer)
    third = ask(books.hub, entry(1), REGISTRY_KEY)
    assert refusal(third) is Refusal.PREVIOUS_CARD_OPEN and facts(third) == {"record": newer}
    accepted(ask(books.hub, entry(1, **LOST), OPERATOR))
    check_books(books)
    check_refold(books.hub)


@pytest.mark.rule(3)
@pytest.mark.rule(16)
def test_a_card_declared_lost_and_found_in_the_tray_says_nothing_about_the_living_one() -> None:
    books = staffed()
    first = card_of(books, 1, UIDS[0])
    accepted(hand(books, first))
    second = card_of(books, 1, UIDS[1], **CHANGE)
    activated(books, second)
    third = card_of(books, 1, UIDS[2], **LOST)
    voided(books, second)
    assert (known(books).last_record, known(books).ended) == (third, "")
    owed = hand(books, third)
    assert refusal(owed) is Refusal.PREVIOUS_CARD_OPEN and facts(owed) == {"record": first}
    accepted(hand(books, third, old=OldCard.SURRENDERED))
    activated(books, third)
    assert refusal(ask(books.hub, entry(1), OPERATOR)) is Refusal.PREVIOUS_CARD_OPEN
    with books.hub.read() as view:
        states = [card_state(view, attempt(books.hub, one)) for one in (first, second, third)]
    assert states == [CardState.REVOKED, CardState.REVOKED, CardState.ACTIVE]
    check_books(books)


@pytest.mark.rule(16)
def test_a_void_while_the_next_record_waits_is_over_once_its_card_is_made() -> None:
    books = staffed()
    older = card_of(books, 1)
    newer = entered(books, 1, **LOST)
    voided(books, older)
    assert known(books).ended == older
    printed(books, newer)
    assert known(books).ended == ""
    accepted(ask(books.hub, entry(1, **LOST), OPERATOR))


def seen(books: Offices) -> str:
    body = EnterLocked(OFFICE, person(1), b"\x01" * 32, 8, checked_ms=NOW)
    record = str(accepted(ask(books.hub, body, OPERATOR)).events[-1].record)  # type: ignore[union-attr]  # EnteredLocked
    accepted(ask(books.hub, CardSeen(record, "counter 3"), OPERATOR))
    return record


@pytest.mark.rule(3)
@pytest.mark.rule(4)
def test_a_card_of_the_old_system_that_was_seen_is_closed_before_another_is_made() -> None:
    books = staffed()
    record = seen(books)
    answer = ask(books.hub, entry(1), OPERATOR)
    assert refusal(answer) is Refusal.PREVIOUS_CARD_OPEN and facts(answer) == {"record": record}
    accepted(ask(books.hub, entry(1, **LOST), OPERATOR))
    assert row(books.hub, Revoked, before()).why == "declared lost"
    assert known(books).card_before == ""
    check_refold(books.hub)


@pytest.mark.rule(4)
def test_a_card_of_the_old_system_is_surrendered_at_the_counter_or_at_hand_over() -> None:
    books = staffed()
    seen(books)
    accepted(ask(books.hub, entry(1, **SURRENDERED), OPERATOR))
    assert known(books).card_before == ""
    again = staffed()
    seen(again)
    record = card_of(again, 1, **DAMAGED)
    assert refusal(hand(again, record)) is Refusal.PREVIOUS_CARD_OPEN
    accepted(hand(again, record, old=OldCard.SURRENDERED))
    assert known(again).card_before == "" and len(rows(again.hub, OldCards)) == 1


@pytest.mark.rule(3)
def test_an_old_card_that_is_owed_is_asked_for_when_the_next_card_is_handed_over() -> None:
    """The card it was to be given for was lost before anybody fetched it."""
    books = staffed()
    promised = card_of(books, 1, UIDS[0], **DAMAGED)
    change = ask(books.hub, entry(1, **CHANGE), OPERATOR)
    assert refusal(change) is Refusal.PREVIOUS_CARD_OPEN and facts(change) == {"record": promised}
    record = card_of(books, 1, UIDS[1], **LOST)
    owed = hand(books, record)
    assert refusal(owed) is Refusal.PREVIOUS_CARD_OPEN and facts(owed) == {"record": promised}
    accepted(hand(books, record, old=OldCard.DECLARED_LOST))
    assert row(books.hub, Revoked, before()).why == "declared lost"
    check_books(books)


@pytest.mark.rule(3)
def test_a_card_made_again_after_its_hand_over_is_not_given_for_the_old_card_twice() -> None:
    books = staffed()
    record = card_of(books, 1, **DAMAGED)
    accepted(hand(books, record, old=OldCard.SURRENDERED))
    accepted(ask(books.hub, FailCard(record, 1, Cause.DATA_WRONG), OPERATOR))
    exchange(books)
    reported(books, "R-1")
    unlocked(books, record, 1)
    printed(books, record)
    accepted(hand(books, record, n=2))
    assert sum(one.count for one in rows(books.hub, OldCards)) == 1


@pytest.mark.rule(3)
def test_a_superseded_card_surrendered_at_the_counter_is_in_hand() -> None:
    books = staffed()
    first = card_of(books, 1, UIDS[0])
    accepted(hand(books, first))
    second = card_of(books, 1, UIDS[1], **CHANGE)
    activated(books, second)
    voided(books, second)
    accepted(ask(books.hub, entry(1, **SURRENDERED), REGISTRY_KEY))
    assert place_of(books.hub, 1) == (ONE, Bucket.VOID_HELD)
    check_books(books)


@pytest.mark.rule(14)
def test_a_card_surrendered_at_another_office_lies_there_in_both_books() -> None:
    books = staffed()
    accepted(hand(books, card_of(books, 1, UIDS[0])))
    body = entry(1, **SURRENDERED)
    travelling = "damaged while travelling"
    there = Enter(OTHER, body.person, body.payload, body.reason, body.previous, "", "", NOW, "52.03", travelling)
    accepted(ask(books.hub, there, CLERK))
    exchange(books)
    assert place_of(books.hub, 1) == (OTHER, Bucket.VOID_HELD)
    assert place_of(books.stations[ONE], 1) is None
    check_books(books)


@pytest.mark.rule(2)
def test_a_second_recording_is_not_printable_by_a_letter_either() -> None:
    books = staffed()
    first = card_of(books, 1)
    body = Enter(OTHER, person(1), b"\x02" * 32, checked_ms=NOW)
    accepted(ask(books.hub, body, CLERK))
    said = Enter(OTHER, person(1), b"\x02" * 32, Reason.FIRST, PreviousCard.DECLARED_LOST, "B/1", "2018-11-19", NOW)
    answer = ask(books.hub, said, CLERK)
    assert refusal(answer) is Refusal.PREVIOUS_CARD_OPEN and facts(answer) == {"record": first}


@pytest.mark.rule(3)
@pytest.mark.parametrize(("day", "is_fine"), [("2018-11-19", True), ("2018-11-20", False)])
def test_a_letter_is_not_from_the_future(day: str, is_fine: bool) -> None:
    books = staffed()
    answer = ask(books.hub, entry(1, **{**LOST, "letter_date": day}), OPERATOR)
    if is_fine:
        accepted(answer)
    else:
        assert refusal(answer) is Refusal.BAD_VALUE and facts(answer)["field"] == "previous_letter_date"


@pytest.mark.rule(26)
def test_a_card_that_an_inquiry_holds_is_not_handed_over() -> None:
    books = staffed()
    record = card_of(books, 1)
    accepted(ask(books.hub, HoldForInquiry("LP-1", (("PNRI-2018", 1, 1),), "evidence"), HEAD))
    assert refusal(hand(books, record)) is Refusal.UNDER_INQUIRY


@pytest.mark.rule(20)
def test_a_half_finished_life_is_brought_in_by_the_home_office() -> None:
    books = staffed()
    there = EnterLocked(OTHER, person(1), b"\x01" * 32, 8, checked_ms=NOW, home="52.03")
    answer = ask(books.hub, there, CLERK)
    assert refusal(answer) is Refusal.NOT_HOME_OFFICE and facts(answer)["home"] == OFFICE
    accepted(ask(books.hub, EnterLocked(OFFICE, person(1), b"\x01" * 32, 8, checked_ms=NOW, home="52.03"), OPERATOR))


@pytest.mark.rule(3)
def test_a_record_withdrawn_leaves_what_it_said_of_the_old_card() -> None:
    books = staffed()
    record = entered(books, 1, **DAMAGED)
    accepted(ask(books.hub, Withdraw(record, "the wrong name"), SECTION))
    assert refusal(ask(books.hub, entry(1), REGISTRY_KEY)) is Refusal.PREVIOUS_CARD_OPEN
    again = str(accepted(ask(books.hub, entry(1, **DAMAGED), REGISTRY_KEY)).events[-1].record)  # type: ignore[union-attr]  # Entered
    printed(books, again)
    assert maybe(books.hub, Revoked, before()) is None
    assert refusal(hand(books, again)) is Refusal.PREVIOUS_CARD_OPEN
