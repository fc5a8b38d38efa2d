"""Activation: no gate, one active card a person, and a finger that does not fit (rules 3, 18)."""

from collections.abc import Callable

import pytest

from ektp_core.boundary.store import Answer
from ektp_core.errors import Refusal
from ektp_core.flow.activating import Activate, SetCardPolicy
from ektp_core.flow.cards import card_state
from ektp_core.flow.cards_rows import CardFacts, CardPolicy, Hold
from ektp_core.flow.handing_over import DeclareCardMissing
from ektp_core.flow.rows import Attempt, Chip, Revoked, Spoil
from ektp_core.flow.uncollected import activation_timing, longest_wait_days
from ektp_core.handover.activation import Finding, Timing, When
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.hold import HoldKind
from ektp_core.vocabulary.prr import PreviousCard, Reason
from ektp_core.vocabulary.state import CardState, LockState
from ektp_core.vocabulary.verdict import Cause
from tests.core.flow.counter_people import CLERK, CLOSERS, GIVER, SECTION, UIDS, card_of, hand, hold, lift, staffed
from tests.core.flow.office_cards import entered, place_of, state
from tests.core.flow.offices import (
    HOUR_MS,
    HUB_KEY,
    NOW,
    ONE,
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
    rows,
)
from tests.core.flow.soundness import agree, check_books, check_refold

pytestmark = pytest.mark.rule(18)

DAY_MS = 24 * HOUR_MS


def activate(
    books: Offices, record: str, finding: Finding = Finding.FITS, *keys: str, reason: str = "", n: int = 1
) -> Answer:
    return ask(books.hub, Activate(finding, record, n, reason=reason), *(keys or (GIVER,)))


def state_of(books: Offices, record: str, n: int = 1) -> CardState:
    with books.hub.read() as view:
        card = view.row(Attempt, record, n)
        assert card is not None
        return card_state(view, card)


@pytest.mark.parametrize("uid", [UIDS[0], ""])
@pytest.mark.parametrize("first", ["activated", "handed"])
def test_a_card_is_activated_before_or_after_hand_over_and_neither_waits_for_the_other(uid: str, first: str) -> None:
    books = staffed()
    record = card_of(books, 1, uid)
    assert state_of(books, record) is CardState.INACTIVE
    acts: list[Callable[[Offices, str], Answer]] = [activate, hand]
    for act in acts if first == "activated" else reversed(acts):
        accepted(act(books, record))
    assert state_of(books, record) is CardState.ACTIVE
    done = row(books.hub, CardFacts, record, 1)
    assert (done.activated_ms, done.activated_by, done.handed_ms) == (NOW, ("giver",), NOW)
    if uid:
        assert row(books.hub, Chip, uid).state is CardState.ACTIVE
    assert refusal(activate(books, record)) is Refusal.ALREADY_KNOWN
    check_books(books)
    check_refold(books.hub)


def test_a_card_is_named_by_its_chip_too() -> None:
    books = staffed()
    record = card_of(books, 1, UIDS[0])
    accepted(ask(books.hub, Activate(Finding.FITS, uid=UIDS[0]), GIVER))
    assert state_of(books, record) is CardState.ACTIVE


@pytest.mark.parametrize(
    "body",
    [
        Activate(Finding.FITS, uid=UIDS[1]),
        Activate(Finding.FITS, uid="04FFFFFFFFFFFF"),
        Activate(Finding.FITS, uid="nonsense"),
        Activate(Finding.FITS, "52.03-000009", 1, UIDS[0]),
    ],
)
def test_a_chip_of_no_card_or_of_another_is_refused(body: Activate) -> None:
    books = staffed()
    card_of(books, 1, UIDS[0])
    answer = ask(books.hub, body, GIVER)
    assert refusal(answer) is Refusal.BAD_VALUE and facts(answer)["field"] == "uid"


@pytest.mark.parametrize("finding", [Finding.CHIP_DEAD, Finding.DATA_WRONG])
@pytest.mark.parametrize("is_handed", [False, True])
def test_a_dead_chip_or_wrong_data_is_a_failed_card_with_cause_activation(finding: Finding, is_handed: bool) -> None:
    books = staffed()
    record = card_of(books, 1, UIDS[0])
    if is_handed:
        accepted(hand(books, record))
    accepted(activate(books, record, finding))
    exchange(books)
    assert state(books.hub, record) is LockState.MISPRINTED
    assert place_of(books.hub, 1) == (ONE, Bucket.WASTE_HELD)
    assert row(books.hub, Spoil, SERIES, 1).cause is Cause.ACTIVATION_FAILED
    assert row(books.hub, Chip, UIDS[0]).state is CardState.REVOKED
    assert agree(books, ONE)
    check_books(books)


def test_a_finger_that_does_not_fit_holds_the_card_and_is_never_waste() -> None:
    books = staffed()
    record = card_of(books, 1)
    accepted(activate(books, record, Finding.FINGER_DIFFERS))
    assert row(books.hub, Hold, record, HoldKind.IDENTITY).by == ("giver",)
    assert place_of(books.hub, 1) == (ONE, Bucket.GOOD_HELD)
    assert state(books.hub, record) is LockState.PRINTED
    for answer in (hand(books, record), activate(books, record)):
        assert refusal(answer) is Refusal.ON_HOLD and facts(answer)["hold"] == "IDENTITY"
    assert refusal(activate(books, record, Finding.FINGER_DIFFERS)) is Refusal.ALREADY_KNOWN


def test_the_section_head_activates_in_spite_of_the_finger_and_says_why() -> None:
    books = staffed()
    record = card_of(books, 1)
    accepted(activate(books, record, Finding.FINGER_DIFFERS))
    assert refusal(activate(books, record, Finding.EXCEPTION, reason="burnt fingers")) is Refusal.NOT_ALLOWED
    no_reason = activate(books, record, Finding.EXCEPTION, SECTION)
    assert refusal(no_reason) is Refusal.BAD_VALUE and facts(no_reason)["field"] == "reason"
    accepted(activate(books, record, Finding.EXCEPTION, SECTION, reason="burnt fingers"))
    assert maybe(books.hub, Hold, record, HoldKind.IDENTITY) is None
    assert row(books.hub, CardFacts, record, 1).exception == "burnt fingers"
    accepted(hand(books, record))
    check_refold(books.hub)


def test_a_reason_belongs_to_an_exception_only() -> None:
    books = staffed()
    answer = activate(books, card_of(books, 1), reason="just so")
    assert refusal(answer) is Refusal.BAD_VALUE and facts(answer)["field"] == "reason"


def test_when_the_question_of_identity_is_settled_the_card_is_activated_as_any_other() -> None:
    books = staffed()
    record = card_of(books, 1)
    accepted(activate(books, record, Finding.FINGER_DIFFERS))
    accepted(lift(books, record, HoldKind.IDENTITY))
    accepted(activate(books, record))


@pytest.mark.rule(5)
def test_other_holds_stop_the_hand_over_and_not_the_activation() -> None:
    books = staffed()
    record = card_of(books, 1)
    accepted(hold(books, record, HoldKind.DEATH_REPORT))
    accepted(activate(books, record))
    assert refusal(hand(books, record)) is Refusal.ON_HOLD


@pytest.mark.parametrize("key", [VERIFIER_1, HUB_KEY, CLERK])
def test_who_does_not_activate_cards_of_this_office_is_refused(key: str) -> None:
    books = staffed()
    assert refusal(activate(books, card_of(books, 1), Finding.FITS, key)) is Refusal.NOT_ALLOWED


def test_what_is_not_printed_or_must_not_be_used_is_not_activated() -> None:
    books = staffed()
    assert refusal(activate(books, entered(books, 1), n=0)) is Refusal.NO_SUCH_STEP
    record = card_of(books, 2)
    accepted(ask(books.hub, DeclareCardMissing(record, 1, "BA-5"), *CLOSERS))
    assert refusal(activate(books, record)) is Refusal.CARD_STOPPED


# -- one active card a person (rule 3) ----------------------------------------------------------


@pytest.mark.rule(3)
@pytest.mark.parametrize("uids", [UIDS[:2], ("", "")])
def test_activating_the_new_card_revokes_the_old_one_in_the_same_commit_and_in_both_books(
    uids: tuple[str, str],
) -> None:
    books = staffed()
    first = card_of(books, 1, uids[0])
    accepted(activate(books, first))
    accepted(hand(books, first))
    second = card_of(books, 1, uids[1], reason=Reason.DATA_CHANGE, previous=PreviousCard.AT_HANDOVER)
    assert (state_of(books, first), state_of(books, second)) == (CardState.ACTIVE, CardState.INACTIVE)
    accepted(activate(books, second))
    assert (state_of(books, first), state_of(books, second)) == (CardState.REVOKED, CardState.ACTIVE)
    exchange(books)
    for store in (books.hub, books.stations[ONE]):
        assert row(store, Revoked, f"{SERIES} 1").why == "superseded"
    assert agree(books, ONE)
    assert refusal(activate(books, first)) is Refusal.CARD_STOPPED
    assert place_of(books.hub, 1) == (ONE, Bucket.HANDED_OVER), "where it lies does not change"


@pytest.mark.rule(3)
def test_the_old_card_may_be_activated_as_long_as_the_new_one_is_not() -> None:
    books = staffed()
    first = card_of(books, 1)
    second = card_of(books, 1, reason=Reason.DATA_CHANGE, previous=PreviousCard.AT_HANDOVER)
    accepted(activate(books, first))
    assert state_of(books, second) is CardState.INACTIVE
    accepted(activate(books, second))
    assert state_of(books, first) is CardState.REVOKED


# -- policy ---------------------------------------------------------------------------------------


def policy(books: Offices, since: str, when: When, *keys: str, days: int = 60, reference: str = "SE-1") -> Answer:
    return ask(books.hub, SetCardPolicy(since, when, days, reference), *(keys or PAIR))


def test_a_policy_is_set_by_two_and_each_begins_after_the_one_before() -> None:
    books = staffed()
    assert refusal(policy(books, "2018-11-01", When.AT, VERIFIER_1)) is Refusal.NEEDS_PEOPLE
    accepted(policy(books, "2018-11-01", When.AT))
    accepted(policy(books, "2019-01-01", When.BEFORE, days=30))
    for since in ("2019-01-01", "2018-12-31"):
        answer = policy(books, since, When.AFTER)
        assert refusal(answer) is Refusal.BAD_VALUE and facts(answer)["field"] == "since"
    assert [one.since for one in rows(books.hub, CardPolicy)] == ["2018-11-01", "2019-01-01"]
    with books.hub.read() as view:
        waits = [longest_wait_days(view, day) for day in ("2018-10-31", "2018-12-31", "2019-01-01")]
    assert waits == [90, 60, 30]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"since": "2018-13-01"}, "since"),
        ({"days": 0}, "uncollected_days"),
        ({"days": 3651}, "uncollected_days"),
        ({"reference": ""}, "reference"),
    ],
)
def test_a_senseless_policy_is_refused_by_its_field(changes: dict[str, object], field: str) -> None:
    values = {"since": "2018-11-01", "days": 60, "reference": "SE-1", **changes}
    body = SetCardPolicy(str(values["since"]), When.AT, int(str(values["days"])), str(values["reference"]))
    answer = ask(staffed().hub, body, *PAIR)
    assert refusal(answer) is Refusal.BAD_VALUE and facts(answer)["field"] == field


@pytest.mark.parametrize(
    ("when", "late_ms", "expected"),
    [
        (When.AT, 0, Timing.IN_TIME),
        (When.AT, DAY_MS, Timing.LATE),
        (When.BEFORE, DAY_MS, Timing.LATE),
        (When.AFTER, DAY_MS, Timing.IN_TIME),
        (When.ANY, DAY_MS, Timing.IN_TIME),
    ],
)
def test_an_activation_at_another_time_than_policy_wants_is_taken_and_remarked(
    when: When, late_ms: int, expected: Timing
) -> None:
    books = staffed()
    accepted(policy(books, "2018-11-01", when))
    record = card_of(books, 1)
    accepted(hand(books, record))
    with books.hub.read() as view:
        due = activation_timing(view, view.row(CardFacts, record, 1) or CardFacts(record, 1))
    assert (due is Timing.DUE) is (when in (When.AT, When.BEFORE))
    accepted(ask(books.hub, Activate(Finding.FITS, record, 1), GIVER, at_ms=NOW + late_ms))
    with books.hub.read() as view:
        assert activation_timing(view, view.row(CardFacts, record, 1) or CardFacts(record, 1)) is expected
