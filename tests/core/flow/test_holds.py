"""Holds: several on a record, each with who may set it and who may lift it (rules 5, 35)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ektp_core.errors import Refusal
from ektp_core.flow.cards_rows import Hold
from ektp_core.flow.holds import POWERS, LiftHold, PlaceHold
from ektp_core.flow.printing import Authorise, Withdraw
from ektp_core.flow.rows import Attempt, Desk
from ektp_core.vocabulary.hold import HoldKind
from ektp_core.vocabulary.role import Role
from ektp_core.vocabulary.state import LockState
from tests.core.flow.counter_people import CLERK, GIVER, HEAD, SECTION, card_of, hand, hold, lift, staffed
from tests.core.flow.office_cards import BAD, authorised, entered, printed, state
from tests.core.flow.offices import (
    HOUR_MS,
    HUB_KEY,
    NOW,
    ONE,
    OPERATOR,
    PAIR,
    REGISTRY_KEY,
    VERIFIER_1,
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

pytestmark = pytest.mark.rule(5)

BY_HAND = [kind for kind in HoldKind if kind is not HoldKind.BATCH]
PLACER = {
    HoldKind.UNDER_AGE: (SECTION,),
    HoldKind.DUPLICATE_CHECK: (VERIFIER_1,),
    HoldKind.DEATH_REPORT: (OPERATOR,),
    HoldKind.INQUIRY: (HEAD,),
    HoldKind.IDENTITY: (GIVER,),
}
LIFTER = {
    HoldKind.UNDER_AGE: (SECTION,),
    HoldKind.DUPLICATE_CHECK: (VERIFIER_1,),
    HoldKind.DEATH_REPORT: (HEAD,),
    HoldKind.INQUIRY: PAIR,
    HoldKind.IDENTITY: (SECTION,),
}
BIRTHDAY = "2018-11-30"


def until(kind: HoldKind) -> str:
    return BIRTHDAY if kind is HoldKind.UNDER_AGE else ""


@pytest.mark.parametrize("kind", BY_HAND, ids=lambda kind: kind.name)
def test_a_held_record_is_neither_authorised_nor_handed_over_until_somebody_who_may_lifts_it(kind: HoldKind) -> None:
    books = staffed()
    waiting, ready = entered(books, 1), card_of(books, 2)
    for record in (waiting, ready):
        accepted(hold(books, record, kind, *PLACER[kind], until=until(kind)))
    for answer in (ask(books.hub, Authorise(waiting, ONE), HUB_KEY), hand(books, ready)):
        assert refusal(answer) is Refusal.ON_HOLD
        assert (facts(answer)["hold"], facts(answer)["since"]) == (kind.name, "2018-11-19")
        assert facts(answer)["needs"] == POWERS[kind].lift.needs
    for record in (waiting, ready):
        accepted(lift(books, record, kind, *LIFTER[kind]))
    accepted(ask(books.hub, Authorise(waiting, ONE), HUB_KEY))
    accepted(hand(books, ready))
    check_books(books)
    check_refold(books.hub)


@given(held=st.sets(st.sampled_from(BY_HAND), min_size=1), order=st.permutations(BY_HAND))
def test_several_holds_lie_on_one_record_and_the_last_one_lifted_frees_it(
    held: set[HoldKind], order: list[HoldKind]
) -> None:
    books = staffed(2)
    record = entered(books, 1)
    for kind in held:
        accepted(hold(books, record, kind, *PLACER[kind], until=until(kind)))
    assert {one.kind for one in rows(books.hub, Hold, record)} == held
    for kind in (one for one in order if one in held):
        assert refusal(ask(books.hub, Authorise(record, ONE), HUB_KEY)) is Refusal.ON_HOLD
        accepted(lift(books, record, kind, *LIFTER[kind]))
    accepted(ask(books.hub, Authorise(record, ONE), HUB_KEY))


def test_under_seventeen_lifts_itself_on_the_local_birthday() -> None:
    books = staffed()
    record = card_of(books, 1)
    accepted(hold(books, record, HoldKind.UNDER_AGE, until="2018-11-20"))
    midnight_wita_ms = 1_542_643_200_000  # 2018-11-19 16:00 UTC is 2018-11-20 00:00 in East Lombok
    assert refusal(hand(books, record, at_ms=midnight_wita_ms - 1)) is Refusal.ON_HOLD
    accepted(hand(books, record, at_ms=midnight_wita_ms))


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        (HoldKind.UNDER_AGE, GIVER),
        (HoldKind.DUPLICATE_CHECK, OPERATOR),
        (HoldKind.DEATH_REPORT, GIVER),
        (HoldKind.INQUIRY, SECTION),
        (HoldKind.IDENTITY, VERIFIER_1),
    ],
    ids=lambda value: value.name if isinstance(value, HoldKind) else "",
)
def test_whom_the_table_does_not_name_sets_no_hold(kind: HoldKind, key: str) -> None:
    books = staffed()
    record = entered(books, 1)
    assert refusal(hold(books, record, kind, key, until=until(kind))) is Refusal.NOT_ALLOWED
    assert rows(books.hub, Hold) == []


@pytest.mark.parametrize(
    ("kind", "keys", "expected"),
    [
        (HoldKind.UNDER_AGE, (OPERATOR,), Refusal.NOT_ALLOWED),
        (HoldKind.DUPLICATE_CHECK, (SECTION,), Refusal.NOT_ALLOWED),
        (HoldKind.DEATH_REPORT, (OPERATOR,), Refusal.NOT_ALLOWED),
        (HoldKind.INQUIRY, (HEAD,), Refusal.NOT_ALLOWED),
        (HoldKind.INQUIRY, (VERIFIER_1,), Refusal.NEEDS_PEOPLE),
        (HoldKind.IDENTITY, (GIVER,), Refusal.NOT_ALLOWED),
    ],
    ids=lambda value: value.name if isinstance(value, HoldKind) else "",
)
def test_whom_the_table_does_not_name_lifts_no_hold(kind: HoldKind, keys: tuple[str, ...], expected: Refusal) -> None:
    books = staffed()
    record = entered(books, 1)
    accepted(hold(books, record, kind, *PLACER[kind], until=until(kind)))
    assert refusal(lift(books, record, kind, *keys)) is expected
    assert len(rows(books.hub, Hold, record)) == 1


def test_a_head_of_another_office_neither_sets_nor_lifts() -> None:
    books = staffed()
    record = entered(books, 1)
    assert refusal(hold(books, record, HoldKind.DEATH_REPORT, CLERK)) is Refusal.NOT_ALLOWED
    accepted(hold(books, record, HoldKind.DEATH_REPORT))
    assert refusal(lift(books, record, HoldKind.DEATH_REPORT, CLERK)) is Refusal.NOT_ALLOWED


def test_the_registry_reports_a_death_by_its_own_key() -> None:
    books = staffed()
    record = entered(books, 1)
    accepted(hold(books, record, HoldKind.DEATH_REPORT, REGISTRY_KEY))
    assert row(books.hub, Hold, record, HoldKind.DEATH_REPORT).by == ()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (PlaceHold("52.03-000001", HoldKind.DEATH_REPORT, " "), "why"),
        (PlaceHold("52.03-000001", HoldKind.UNDER_AGE, "17"), "until"),
        (PlaceHold("52.03-000001", HoldKind.UNDER_AGE, "17", "2018-02-30"), "until"),
        (PlaceHold("52.03-000001", HoldKind.DEATH_REPORT, "died", "2018-12-01"), "until"),
        (PlaceHold("52.03-000001", HoldKind.BATCH, "wait"), "kind"),
        (LiftHold("52.03-000001", HoldKind.DEATH_REPORT, "alive"), "kind"),
        (LiftHold("52.03-000001", HoldKind.UNDER_AGE, ""), "why"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_senseless_hold_is_refused_by_its_field(body: PlaceHold | LiftHold, field: str) -> None:
    books = staffed()
    entered(books, 1)
    answer = ask(books.hub, body, SECTION)
    assert refusal(answer) is Refusal.BAD_VALUE
    assert facts(answer)["field"] == field


def test_one_kind_lies_once_and_only_on_a_record_there_is() -> None:
    books = staffed()
    record = entered(books, 1)
    accepted(hold(books, record, HoldKind.DEATH_REPORT))
    assert refusal(hold(books, record, HoldKind.DEATH_REPORT)) is Refusal.ALREADY_KNOWN
    assert refusal(hold(books, "52.03-000009", HoldKind.DEATH_REPORT)) is Refusal.UNKNOWN_RECORD
    assert refusal(lift(books, "52.03-000009", HoldKind.DEATH_REPORT)) is Refusal.UNKNOWN_RECORD


def test_a_hold_may_lie_in_any_state_before_delivery_and_in_none_after() -> None:
    books = staffed()
    misprinted, delivered, withdrawn = entered(books, 1), card_of(books, 2), entered(books, 3)
    printed(books, misprinted, BAD)
    assert state(books.hub, misprinted) is LockState.MISPRINTED
    accepted(hold(books, misprinted, HoldKind.DEATH_REPORT))
    accepted(hand(books, delivered))
    accepted(ask(books.hub, Withdraw(withdrawn, "moved"), VERIFIER_1))
    for record, place in ((delivered, "HANDED_OVER"), (withdrawn, "WITHDRAWN")):
        answer = hold(books, record, HoldKind.DEATH_REPORT)
        assert refusal(answer) is Refusal.NO_SUCH_STEP
        assert facts(answer)["state"] == place


def test_a_hold_calls_back_what_a_station_has_not_begun() -> None:
    books = staffed()
    record = entered(books, 1)
    authorised(books, record)
    accepted(hold(books, record, HoldKind.DEATH_REPORT))
    exchange(books)
    assert row(books.stations[ONE], Attempt, record, 1).recalled
    desk = row(books.hub, Desk, ONE)
    assert desk.taken_m == desk.queued_m
    check_books(books)


def test_a_hold_that_binds_no_more_stays_in_the_book_until_somebody_lifts_it() -> None:
    books = staffed()
    record = entered(books, 1)
    accepted(hold(books, record, HoldKind.UNDER_AGE, until=BIRTHDAY))
    late_ms = NOW + 30 * 24 * HOUR_MS - HOUR_MS
    accepted(ask(books.hub, Authorise(record, ONE), HUB_KEY, at_ms=late_ms))
    assert maybe(books.hub, Hold, record, HoldKind.UNDER_AGE) is not None


def test_every_kind_has_people_who_set_it_and_people_who_lift_it() -> None:
    assert set(POWERS) == set(HoldKind)
    for power in POWERS.values():
        assert power.place.roles and power.lift.roles
        assert not {Role.AUDITOR, Role.IT_ADMIN} & (power.place.roles | power.lift.roles)
