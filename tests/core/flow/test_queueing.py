"""One order at the hub and at the station, in which nobody waits for ever (rules 5, 23, 31)."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ektp_core.allotment.policy import Policy
from ektp_core.allotment.priority import Waiting, queue
from ektp_core.errors import Refusal
from ektp_core.flow.codec import decode_event, encode_event
from ektp_core.flow.events import Authorised
from ektp_core.flow.founding import policy_in_force
from ektp_core.flow.lifting import LiftRecord, printing_order
from ektp_core.flow.pressing import ReturnCard, StartCard
from ektp_core.flow.queueing import due, rests_until
from ektp_core.flow.queueing_here import CancelCard
from ektp_core.flow.rechecking import Recheck
from ektp_core.flow.rows import Record
from ektp_core.vocabulary.hold import HoldKind
from ektp_core.vocabulary.prr import PreviousCard, Reason
from ektp_core.vocabulary.state import LockState, Profile
from tests.core.flow.counter_people import SECTION, hold
from tests.core.flow.office_cards import attempt, entered, state
from tests.core.flow.offices import (
    HOUR_MS,
    NOW,
    OFFICE,
    ONE,
    OPERATOR,
    PRINTER,
    Offices,
    accepted,
    ask,
    exchange,
    refusal,
    row,
    station_key,
)
from tests.core.flow.queue_people import DAY_MS, authorise, order_here, policy, queued_people
from tests.core.flow.soundness import check_books, check_refold

pytestmark = pytest.mark.rule(31)

CLASSES = (Reason.FIRST.term, Reason.RECORDING_ERROR.term, Reason.DATA_CHANGE.term)
SURRENDERED = {Reason.DATA_CHANGE: PreviousCard.AT_HANDOVER, Reason.RECORDING_ERROR: PreviousCard.AT_HANDOVER}


def of(books: Offices, number: int, reason: Reason, waited_days: int = 0) -> str:
    changes: dict[str, Any] = {"reason": reason, "previous": SURRENDERED.get(reason, PreviousCard.NONE)}
    return entered(books, number, **changes, checked_ms=NOW - waited_days * DAY_MS)


def order_at_hub(books: Offices, at_ms: int = NOW) -> list[str]:
    with books.hub.read() as view:
        return list(printing_order(view, OFFICE, at_ms))


def due_now(books: Offices, at_ms: int = NOW) -> list[str]:
    with books.hub.read() as view:
        return list(due(view, OFFICE, policy_in_force(view), at_ms))


people = st.lists(
    st.tuples(st.sampled_from([Reason.FIRST, Reason.DATA_CHANGE, Reason.RECORDING_ERROR]), st.integers(0, 25)),
    min_size=1, max_size=5,
)  # fmt: skip


@settings(max_examples=12, deadline=None)
@given(people, st.sampled_from([(), CLASSES]), st.integers(0, 10), st.data())
def test_the_station_begins_cards_in_the_order_the_hub_would_print_them(
    waiting: list[tuple[Reason, int]], classes: tuple[str, ...], ageing: int, data: st.DataObject
) -> None:
    books = queued_people()
    policy(books, priority_classes=classes, priority_ageing_days=ageing)
    records = [of(books, number, *one) for number, one in enumerate(waiting, 1)]
    for one in data.draw(st.lists(st.sampled_from(records), unique=True, max_size=2)):
        accepted(ask(books.hub, LiftRecord(one, "sakit keras"), SECTION))
    wanted = order_at_hub(books)
    authorise(books, *data.draw(st.permutations(records)))
    assert order_here(books) == wanted
    check_books(books)


@given(
    st.integers(1, 30), st.integers(0, 2),
    st.lists(st.tuples(st.sampled_from([*CLASSES, "other"]), st.integers(0, 400)), max_size=20),
)  # fmt: skip
def test_with_ageing_nobody_waits_for_ever(ageing: int, place: int, others: list[tuple[str, int]]) -> None:
    """After the last class's time only those who waited longer, and nobody who comes later, is before a person."""
    rules = Policy(name="p", priority_classes=CLASSES, priority_ageing_days=ageing)
    me = Waiting("me", CLASSES[place], 0)
    at_ms = (len(CLASSES) * ageing) * DAY_MS
    crowd = [Waiting(f"{number}", name, day * DAY_MS) for number, (name, day) in enumerate(others)]
    order = [one.record for one in queue(rules, [me, *crowd], at_ms).order]
    before = order[: order.index("me")]
    assert all(crowd[int(one)].since_at_ms <= 0 for one in before)


def test_a_policy_ages_unless_it_says_never() -> None:
    assert Policy(name="p").priority_ageing_days == 30


def test_an_authorisation_tells_the_place_since_when_and_the_last_check() -> None:
    books = queued_people()
    policy(books, priority_classes=CLASSES, priority_ageing_days=9)
    record = of(books, 1, Reason.DATA_CHANGE, waited_days=4)
    authorise(books, record)
    found = attempt(books.stations[ONE], record)
    assert (found.place, found.since_ms, found.ageing_days) == (2, NOW - 4 * DAY_MS, 9)


def test_authorisations_from_before_they_told_their_place_are_read() -> None:
    """By hand: kind 5 as it was written before, without the four fields."""
    old = b"\x97\x05\x01\xa1r\x01\xa1s\x02\x03"
    assert decode_event(old) == Authorised("r", 1, "s", 2, 3)
    assert encode_event(Authorised("r", 1, "s", 2, 3))[1:3] == b"\x05\x02"


@pytest.mark.rule(23)
def test_a_second_check_does_not_send_anybody_back() -> None:
    books = queued_people()
    policy(books, priority_classes=CLASSES)
    first, second = of(books, 1, Reason.FIRST, waited_days=20), of(books, 2, Reason.FIRST, waited_days=10)
    accepted(ask(books.hub, Recheck(first, NOW), OPERATOR))
    assert order_at_hub(books) == [first, second]
    accepted(ask(books.hub, Recheck(first, NOW + HOUR_MS), OPERATOR, at_ms=NOW + HOUR_MS))
    assert row(books.hub, Record, first).since_ms == NOW - 20 * DAY_MS
    check_refold(books.hub)


@pytest.mark.rule(23)
def test_a_station_refuses_to_begin_what_was_checked_too_long_ago() -> None:
    books = queued_people()
    record = of(books, 1, Reason.FIRST, waited_days=29)
    authorise(books, record)
    start, late = StartCard(record, 1, PRINTER, -1, Profile.NO_CHIP), NOW + 25 * HOUR_MS
    key = station_key(ONE)
    # The time to print is over as well by then: what is told is the first of the two.
    assert refusal(ask(books.stations[ONE], start, key, at_ms=late)) is Refusal.LEASE_OVER
    accepted(ask(books.stations[ONE], start, key, at_ms=NOW + HOUR_MS))


@pytest.mark.rule(23)
def test_a_check_that_grows_too_old_within_the_permission_stops_the_start() -> None:
    books = queued_people()
    record = of(books, 1, Reason.FIRST, waited_days=30)
    authorise(books, record)
    start = StartCard(record, 1, PRINTER, -1, Profile.NO_CHIP)
    answer = ask(books.stations[ONE], start, station_key(ONE), at_ms=NOW + HOUR_MS)
    assert refusal(answer) is Refusal.SOURCE_STALE
    accepted(ask(books.stations[ONE], ReturnCard(record, 1, "SOURCE_STALE"), station_key(ONE)))
    exchange(books)
    later = NOW + 2 * HOUR_MS
    accepted(ask(books.hub, Recheck(record, later), OPERATOR, at_ms=later))
    authorise(books, record, at_ms=later)
    assert row(books.stations[ONE], Record, record).checked_ms == later
    again = StartCard(record, 2, PRINTER, -1, Profile.NO_CHIP)
    accepted(ask(books.stations[ONE], again, station_key(ONE), at_ms=later))
    exchange(books, at_ms=later)
    check_books(books)
    check_refold(books.stations[ONE])


@pytest.mark.rule(5)
def test_who_may_not_be_printed_now_keeps_the_place_and_holds_nobody_up() -> None:
    books = queued_people()
    held, stale, free = of(books, 1, Reason.FIRST), of(books, 2, Reason.FIRST, 31), of(books, 3, Reason.FIRST)
    accepted(hold(books, held, HoldKind.IDENTITY, SECTION))
    assert due_now(books) == [free]
    accepted(ask(books.hub, Recheck(stale, NOW), OPERATOR))
    assert due_now(books) == [stale, free]


def test_what_people_gave_back_rests_until_its_time_would_have_ended() -> None:
    books = queued_people()
    record, other = of(books, 1, Reason.FIRST), of(books, 2, Reason.FIRST)
    authorise(books, record)
    accepted(ask(books.stations[ONE], CancelCard(record, 1, "the person is not here"), OPERATOR))
    exchange(books)
    assert state(books.hub, record) is LockState.READY
    until_ms = attempt(books.hub, record).until_ms
    with books.hub.read() as view:
        assert rests_until(view, record, NOW) == until_ms
        assert rests_until(view, record, until_ms + 1) == 0
        assert rests_until(view, other, NOW) == 0
    assert due_now(books) == [other] and due_now(books, until_ms + 1) == [record, other]


def test_what_the_station_itself_gave_back_does_not_rest() -> None:
    books = queued_people()
    record = of(books, 1, Reason.FIRST)
    authorise(books, record)
    accepted(ask(books.stations[ONE], ReturnCard(record, 1, "NO_BLANK"), station_key(ONE)))
    exchange(books)
    assert due_now(books) == [record]
