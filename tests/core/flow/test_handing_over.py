"""Handing a card to its holder, and missing one in custody (rules 3, 16, 35)."""

import pytest

from ektp_core.errors import Refusal
from ektp_core.flow.activating import Activate
from ektp_core.flow.cards_rows import CardFacts
from ektp_core.flow.custody_rows import OldCards
from ektp_core.flow.handing_over import DeclareCardMissing, HandOver
from ektp_core.flow.office_rows import Suket
from ektp_core.flow.rows import Chip, Person, Revoked
from ektp_core.flow.settling import FailCard, VoidCard
from ektp_core.flow.suket import RegisterSuket
from ektp_core.flow.taking_back import TakeBack
from ektp_core.handover.activation import Finding
from ektp_core.handover.delivery import OldCard, Receiver
from ektp_core.vocabulary.bucket import Bucket, Condition
from ektp_core.vocabulary.old_card import OldCardReason
from ektp_core.vocabulary.prr import PreviousCard, Reason
from ektp_core.vocabulary.state import CardState, LockState
from ektp_core.vocabulary.verdict import Cause
from tests.core.flow.counter_people import CLERK, CLOSERS, GIVER, SECTION, UIDS, card_of, hand, staffed
from tests.core.flow.office_cards import BAD, entered, entry, person, place_of, printed, state
from tests.core.flow.offices import (
    HUB_KEY,
    NOW,
    OFFICE,
    ONE,
    OPERATOR,
    PAIR,
    SERIES,
    VERIFIER_1,
    Offices,
    accepted,
    ask,
    exchange,
    facts,
    maybe,
    refusal,
    row,
)
from tests.core.flow.soundness import agree, check_books, check_refold

LETTER = ("B/7", "2018-11-18")


def sound(books: Offices) -> None:
    """Both books know the same, and the station may go on."""
    exchange(books)
    assert agree(books, ONE)
    check_books(books)
    for store in (books.hub, books.stations[ONE]):
        check_refold(store)


# -- the hand-over ---------------------------------------------------------------------------


@pytest.mark.rule(35)
@pytest.mark.parametrize("uid", [UIDS[0], ""])
def test_a_card_goes_to_its_holder_in_both_books_and_the_lock_stays_printed(uid: str) -> None:
    books = staffed()
    record = card_of(books, 1, uid)
    accepted(hand(books, record))
    sound(books)
    for store in (books.hub, books.stations[ONE]):
        assert place_of(store, 1) == (ONE, Bucket.HANDED_OVER)
    given = row(books.hub, CardFacts, record, 1)
    assert (given.handed_ms, given.handed_by, given.receiver) == (NOW, ("giver",), Receiver.HOLDER)
    assert given.activated_ms == 0
    assert state(books.hub, record) is LockState.PRINTED


@pytest.mark.rule(35)
def test_a_card_is_handed_over_once() -> None:
    books = staffed()
    record = card_of(books, 1)
    accepted(hand(books, record))
    assert refusal(hand(books, record)) is Refusal.ALREADY_KNOWN


@pytest.mark.rule(39)
@pytest.mark.parametrize("key", [OPERATOR, SECTION, HUB_KEY, VERIFIER_1])
def test_only_who_hands_cards_over_does_so(key: str) -> None:
    books = staffed()
    assert refusal(hand(books, card_of(books, 1), key=key)) is Refusal.NOT_ALLOWED


@pytest.mark.rule(20)
def test_a_card_is_handed_over_by_the_office_where_it_lies() -> None:
    books = staffed()
    assert refusal(hand(books, card_of(books, 1), key=CLERK)) is Refusal.NOT_ALLOWED


def test_what_is_not_printed_is_not_handed_over() -> None:
    books = staffed()
    ready, bad = entered(books, 1), entered(books, 2)
    printed(books, bad, BAD)
    for record, n, place in ((ready, 0, "READY"), (bad, 1, "MISPRINTED")):
        answer = hand(books, record, n=n)
        assert refusal(answer) is Refusal.NO_SUCH_STEP
        assert facts(answer)["state"] == place
    assert refusal(hand(books, "52.03-000009")) is Refusal.UNKNOWN_RECORD
    assert refusal(hand(books, card_of(books, 3), n=2)) is Refusal.STALE_ATTEMPT


@pytest.mark.parametrize(
    ("receiver", "letter"), [(Receiver.PROXY, ""), (Receiver.HOLDER, "K/1"), (Receiver.FAMILY, "K/1")]
)
def test_a_proxy_and_nobody_else_brings_a_letter(receiver: Receiver, letter: str) -> None:
    books = staffed()
    record = card_of(books, 1)
    answer = ask(books.hub, HandOver(record, 1, receiver, proxy_letter=letter), GIVER)
    assert refusal(answer) is Refusal.BAD_VALUE and facts(answer)["field"] == "proxy_letter"
    accepted(ask(books.hub, HandOver(record, 1, Receiver.PROXY, proxy_letter="K/1"), GIVER))


@pytest.mark.rule(18)
def test_a_card_handed_over_may_still_turn_out_dead_and_is_printed_anew() -> None:
    books = staffed()
    record = card_of(books, 1, UIDS[0])
    accepted(hand(books, record))
    accepted(ask(books.hub, FailCard(record, 1, Cause.ACTIVATION_FAILED), OPERATOR))
    sound(books)
    assert place_of(books.hub, 1) == (ONE, Bucket.WASTE_HELD)
    assert refusal(hand(books, record)) is Refusal.NO_SUCH_STEP


@pytest.mark.rule(12)
def test_a_card_taken_back_to_the_store_is_handed_over_from_there() -> None:
    books = staffed()
    record = card_of(books, 1, UIDS[0])
    accepted(ask(books.hub, TakeBack(ONE, "BA-9", Condition.GOOD, ((SERIES, 1, 1),)), OPERATOR, SECTION))
    accepted(hand(books, record))
    sound(books)
    assert place_of(books.hub, 1) == (OFFICE, Bucket.HANDED_OVER)
    assert place_of(books.stations[ONE], 1) is None


@pytest.mark.rule(36)
def test_the_holders_interim_letter_is_over_when_the_card_is_handed_over() -> None:
    books = staffed()
    record = card_of(books, 1)
    for number in (1, 2):
        letter = RegisterSuket(OFFICE, f"470/{number}", "2018-11-19", Reason.FIRST, "PRR", person(number))
        accepted(ask(books.hub, letter, OPERATOR))
    accepted(hand(books, record))
    assert row(books.hub, Suket, OFFICE, "470/1").withdrawn == "handed over"
    assert row(books.hub, Suket, OFFICE, "470/2").withdrawn == ""
    sound(books)


# -- the old card is due ----------------------------------------------------------------------


def exchanged(books: Offices, first_uid: str = UIDS[0], second_uid: str = UIDS[1]) -> tuple[str, str]:
    """A card that is out, and the next one, to be given for it."""
    first = card_of(books, 1, first_uid)
    accepted(hand(books, first))
    second = card_of(books, 1, second_uid, reason=Reason.DATA_CHANGE, previous=PreviousCard.AT_HANDOVER)
    return first, second


@pytest.mark.rule(3)
def test_the_new_card_is_not_given_while_the_old_one_is_kept() -> None:
    books = staffed()
    first, second = exchanged(books)
    answer = hand(books, second)
    assert refusal(answer) is Refusal.PREVIOUS_CARD_OPEN and facts(answer) == {"record": first}
    assert place_of(books.hub, 2) == (ONE, Bucket.GOOD_HELD)


@pytest.mark.rule(3, 14)
def test_a_surrendered_old_card_of_ours_is_void_and_stopped_in_both_books() -> None:
    books = staffed()
    first, second = exchanged(books)
    accepted(hand(books, second, old=OldCard.SURRENDERED))
    sound(books)
    for store in (books.hub, books.stations[ONE]):
        assert place_of(store, 1) == (ONE, Bucket.VOID_HELD)
        assert place_of(store, 2) == (ONE, Bucket.HANDED_OVER)
        assert row(store, Chip, UIDS[0]).state is CardState.REVOKED
        assert row(store, Revoked, f"{SERIES} 1").why == "surrendered"
    assert row(books.hub, Chip, UIDS[1]).state is not CardState.REVOKED
    assert row(books.hub, Person, person(1)).last_record == second != first


@pytest.mark.rule(3)
def test_an_old_card_lost_meanwhile_needs_its_letter_and_stays_with_whoever_has_it() -> None:
    books = staffed()
    _, second = exchanged(books)
    for letter in (("", ""), ("B/7", ""), ("", "2018-11-18"), ("B/7", "18 November")):
        answer = ask(books.hub, HandOver(second, 1, Receiver.HOLDER, OldCard.DECLARED_LOST, *letter), GIVER)
        assert refusal(answer) is Refusal.BAD_VALUE
    accepted(hand(books, second, old=OldCard.DECLARED_LOST))
    sound(books)
    assert place_of(books.hub, 1) == (ONE, Bucket.HANDED_OVER)
    assert row(books.hub, Revoked, f"{SERIES} 1").why == "declared lost"


@pytest.mark.rule(3)
def test_an_old_card_of_the_time_before_is_due_all_the_same() -> None:
    books = staffed()
    record = card_of(books, 1, reason=Reason.DAMAGED, previous=PreviousCard.AT_HANDOVER)
    assert refusal(hand(books, record)) is Refusal.PREVIOUS_CARD_OPEN
    accepted(hand(books, record, old=OldCard.DECLARED_LOST))
    assert row(books.hub, Revoked, f"before/{person(1).hex()}").why == "declared lost"


@pytest.mark.rule(14)
@pytest.mark.parametrize(
    ("reason", "expected"), [(Reason.DAMAGED, OldCardReason.DAMAGED), (Reason.RECORDING_ERROR, OldCardReason.OTHER)]
)
def test_an_old_card_that_is_none_of_ours_is_counted_in_the_old_card_book(
    reason: Reason, expected: OldCardReason
) -> None:
    books = staffed()
    accepted(hand(books, card_of(books, 1, reason=reason, previous=PreviousCard.AT_HANDOVER), old=OldCard.SURRENDERED))
    assert row(books.hub, OldCards, OFFICE, expected).count == 1
    assert maybe(books.hub, Revoked, f"before/{person(1).hex()}") is None
    sound(books)


@pytest.mark.rule(3)
def test_an_old_card_never_fetched_is_taken_out_of_the_tray() -> None:
    books = staffed()
    first = card_of(books, 1)
    second = card_of(books, 1, reason=Reason.DATA_CHANGE, previous=PreviousCard.AT_HANDOVER)
    accepted(hand(books, second, old=OldCard.SURRENDERED))
    sound(books)
    assert place_of(books.hub, 1) == (ONE, Bucket.VOID_HELD)
    assert refusal(hand(books, first)) is Refusal.CARD_STOPPED


@pytest.mark.rule(3)
def test_an_old_card_that_is_void_already_is_not_asked_for() -> None:
    books = staffed()
    first = card_of(books, 1)
    second = card_of(books, 1, reason=Reason.DATA_CHANGE, previous=PreviousCard.AT_HANDOVER)
    accepted(ask(books.hub, VoidCard(first, 1, "superseded"), *PAIR))
    accepted(hand(books, second))
    sound(books)


@pytest.mark.rule(3)
def test_an_old_card_that_was_not_to_be_exchanged_is_not_named() -> None:
    books = staffed()
    answer = hand(books, card_of(books, 1), old=OldCard.SURRENDERED)
    assert refusal(answer) is Refusal.BAD_VALUE and facts(answer)["field"] == "old_card"


@pytest.mark.rule(3)
def test_an_old_card_stopped_by_the_new_ones_activation_is_still_surrendered() -> None:
    books = staffed()
    _, second = exchanged(books)
    accepted(ask(books.hub, Activate(Finding.FITS, second, 1), OPERATOR))
    assert refusal(hand(books, second)) is Refusal.PREVIOUS_CARD_OPEN
    accepted(hand(books, second, old=OldCard.SURRENDERED))
    sound(books)
    assert place_of(books.hub, 1) == (ONE, Bucket.VOID_HELD)
    assert row(books.hub, Revoked, f"{SERIES} 1").why == "superseded"


# -- missing in custody -----------------------------------------------------------------------


@pytest.mark.rule(16)
def test_a_card_missing_in_custody_is_lost_as_a_good_card_and_the_lock_is_untouched() -> None:
    books = staffed()
    record = card_of(books, 1, UIDS[0])
    accepted(ask(books.hub, DeclareCardMissing(record, 1, "BA-5"), *CLOSERS))
    sound(books)
    for store in (books.hub, books.stations[ONE]):
        assert place_of(store, 1) == (ONE, Bucket.LOST_GOOD)
        assert row(store, Chip, UIDS[0]).state is CardState.REVOKED
    assert row(books.hub, CardFacts, record, 1).missed == "BA-5"
    assert state(books.hub, record) is LockState.PRINTED
    assert refusal(ask(books.hub, FailCard(record, 1, Cause.DATA_WRONG), OPERATOR)) is Refusal.CARD_STOPPED
    assert refusal(ask(books.hub, VoidCard(record, 1, "died"), *PAIR)) is Refusal.NOT_HELD
    answer = hand(books, record)
    assert refusal(answer) is Refusal.CARD_STOPPED and facts(answer)["why"] == "missing"


@pytest.mark.rule(3, 16)
def test_whoever_waits_for_a_missing_card_gets_a_new_issuance() -> None:
    books = staffed()
    record = card_of(books, 1)
    accepted(ask(books.hub, DeclareCardMissing(record, 1, "BA-5"), *CLOSERS))
    lost = entry(1, reason=Reason.LOST, previous=PreviousCard.DECLARED_LOST, letter="B/1", letter_date="2018-11-19")
    accepted(ask(books.hub, lost, OPERATOR))
    again = row(books.hub, Person, person(1)).open_record
    printed(books, again)
    accepted(hand(books, again))
    sound(books)


@pytest.mark.rule(16)
@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (CLOSERS[:1], Refusal.NEEDS_PEOPLE),
        ((GIVER, VERIFIER_1), Refusal.NOT_ALLOWED),
        ((SECTION, CLOSERS[0]), Refusal.SAME_UNIT),
    ],
)
def test_two_people_of_two_units_declare_a_card_missing(keys: tuple[str, ...], expected: Refusal) -> None:
    books = staffed()
    record = card_of(books, 1)
    assert refusal(ask(books.hub, DeclareCardMissing(record, 1, "BA-5"), *keys)) is expected


@pytest.mark.rule(16)
def test_only_a_held_card_is_missed_in_custody_and_with_minutes() -> None:
    books = staffed()
    record = card_of(books, 1)
    assert refusal(ask(books.hub, DeclareCardMissing(record, 1, " "), *CLOSERS)) is Refusal.BAD_VALUE
    accepted(hand(books, record))
    assert refusal(ask(books.hub, DeclareCardMissing(record, 1, "BA-5"), *CLOSERS)) is Refusal.NOT_HELD
    assert maybe(books.hub, Revoked, f"{SERIES} 1") is None
