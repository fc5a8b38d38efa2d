"""A hold is on the person: no other record walks round it (rule 5)."""

import pytest

from ektp_core.errors import Refusal
from ektp_core.flow.cards_rows import HeldPerson, Hold
from ektp_core.flow.holds import PlaceHold
from ektp_core.flow.imported import CardSeen, EnterLocked
from ektp_core.flow.printing import Authorise, Withdraw
from ektp_core.flow.settling import FailCard
from ektp_core.vocabulary.hold import HoldKind
from ektp_core.vocabulary.prr import PreviousCard, Reason
from ektp_core.vocabulary.verdict import Cause
from tests.core.flow.counter_people import HEAD, SECTION, UIDS, card_of, hand, hold, lift, staffed
from tests.core.flow.office_cards import entered, entry, person, reported, unlocked
from tests.core.flow.offices import (
    HUB_KEY,
    NOW,
    OFFICE,
    ONE,
    OPERATOR,
    PAIR,
    REGISTRY_KEY,
    accepted,
    ask,
    exchange,
    facts,
    refusal,
    row,
    rows,
)
from tests.core.flow.soundness import check_refold

pytestmark = pytest.mark.rule(5)

LOST = {"reason": Reason.LOST, "previous": PreviousCard.DECLARED_LOST, "letter": "B/1", "letter_date": "2018-11-19"}


@pytest.mark.parametrize(
    ("kind", "setter", "lifters"),
    [
        (HoldKind.INQUIRY, HEAD, PAIR),
        (HoldKind.DEATH_REPORT, SECTION, (SECTION,)),
        (HoldKind.DUPLICATE_CHECK, SECTION, PAIR[:1]),
        (HoldKind.IDENTITY, SECTION, (SECTION,)),
    ],
)
def test_another_card_of_a_held_person_is_held_too_until_the_hold_is_lifted_where_it_lies(
    kind: HoldKind, setter: str, lifters: tuple[str, ...]
) -> None:
    books = staffed()
    older, waiting = card_of(books, 1, UIDS[0]), entered(books, 2)
    newer = card_of(books, 1, UIDS[1], **LOST)
    accepted(hold(books, older, kind, setter))
    answer = hand(books, newer)
    assert refusal(answer) is Refusal.ON_HOLD
    assert (facts(answer)["record"], facts(answer)["hold"]) == (older, kind.name)
    accepted(ask(books.hub, Authorise(waiting, ONE), HUB_KEY))  # nobody else is held
    accepted(lift(books, older, kind, *lifters))
    accepted(hand(books, newer))
    assert rows(books.hub, HeldPerson) == []
    check_refold(books.hub)


def test_a_record_withdrawn_and_entered_again_is_held_as_before() -> None:
    books = staffed()
    record = entered(books, 1)
    accepted(hold(books, record, HoldKind.DUPLICATE_CHECK))
    accepted(ask(books.hub, Withdraw(record, "entered wrongly"), SECTION))
    again = str(accepted(ask(books.hub, entry(1), REGISTRY_KEY)).events[-1].record)  # type: ignore[union-attr]  # Entered
    assert refusal(ask(books.hub, Authorise(again, ONE), HUB_KEY)) is Refusal.ON_HOLD


def test_a_card_of_the_old_system_that_is_seen_frees_nobody_of_a_hold() -> None:
    books = staffed()
    body = EnterLocked(OFFICE, person(1), b"\x01" * 32, 8, checked_ms=NOW)
    record = str(accepted(ask(books.hub, body, OPERATOR)).events[-1].record)  # type: ignore[union-attr]  # EnteredLocked
    accepted(hold(books, record, HoldKind.INQUIRY, HEAD))
    accepted(ask(books.hub, CardSeen(record, "counter 3"), OPERATOR))
    again = entered(books, 1, **LOST)
    assert refusal(ask(books.hub, Authorise(again, ONE), HUB_KEY)) is Refusal.ON_HOLD


def test_a_card_that_failed_after_its_hand_over_may_be_held_again() -> None:
    books = staffed()
    record = card_of(books, 1)
    accepted(hand(books, record))
    assert refusal(hold(books, record, HoldKind.DEATH_REPORT)) is Refusal.NO_SUCH_STEP
    accepted(ask(books.hub, FailCard(record, 1, Cause.DATA_WRONG), OPERATOR))
    exchange(books)
    accepted(hold(books, record, HoldKind.DEATH_REPORT))
    reported(books, "R-1")
    unlocked(books, record, 1)
    assert refusal(ask(books.hub, Authorise(record, ONE), HUB_KEY)) is Refusal.ON_HOLD


@pytest.mark.parametrize("day", ["2000-01-01", "2018-11-19"])
def test_a_birthday_that_has_come_holds_nobody_and_is_refused(day: str) -> None:
    books = staffed()
    answer = hold(books, entered(books, 1), HoldKind.UNDER_AGE, OPERATOR, until=day)
    assert refusal(answer) is Refusal.BAD_VALUE
    assert (facts(answer)["field"], facts(answer)["shape"]) == ("until", "a day that has come")


def test_a_hold_that_lifted_itself_does_not_stand_in_the_way_of_the_right_one() -> None:
    books = staffed()
    record = entered(books, 1)
    accepted(hold(books, record, HoldKind.UNDER_AGE, OPERATOR, until="2018-11-20"))
    assert refusal(hold(books, record, HoldKind.UNDER_AGE, until="2019-05-01")) is Refusal.ALREADY_KNOWN
    accepted(lift(books, record, HoldKind.UNDER_AGE))
    accepted(hold(books, record, HoldKind.UNDER_AGE, until="2019-05-01"))
    assert row(books.hub, Hold, record, HoldKind.UNDER_AGE).until == "2019-05-01"
    assert refusal(ask(books.hub, Authorise(record, ONE), HUB_KEY, at_ms=NOW + 86_400_000)) is Refusal.ON_HOLD


def test_a_hold_that_ran_out_is_replaced() -> None:
    books = staffed()
    record = entered(books, 1)
    accepted(hold(books, record, HoldKind.UNDER_AGE, OPERATOR, until="2018-11-20"))
    later = PlaceHold(record, HoldKind.UNDER_AGE, "the date was wrong", "2019-05-01")
    accepted(ask(books.hub, later, SECTION, at_ms=NOW + 2 * 86_400_000))
    assert row(books.hub, Hold, record, HoldKind.UNDER_AGE).until == "2019-05-01"
