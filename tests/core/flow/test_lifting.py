"""Who is printed next, and one person moved to the front by the section head (rule 31)."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ektp_core.errors import Refusal
from ektp_core.flow.allotting_rows import Lifted
from ektp_core.flow.lifting import LiftRecord, lifted_on, printing_order
from ektp_core.flow.pressing import ReturnCard
from ektp_core.flow.printing import Authorise, Recall, Withdraw
from ektp_core.vocabulary.prr import PreviousCard, Reason
from tests.core.flow.allotment_offices import DAY_MS, HEAD, OTHER_HEAD, policy_set, with_heads
from tests.core.flow.office_cards import GOOD, allot, entered, issue, load, printed
from tests.core.flow.offices import (
    HUB_KEY,
    NOW,
    OFFICE,
    ONE,
    OPERATOR,
    VERIFIER_1,
    Offices,
    accepted,
    ask,
    exchange,
    facts,
    refusal,
    rows,
    station_key,
)
from tests.core.flow.soundness import check_refold

pytestmark = pytest.mark.rule(31)


def record(number: int) -> str:
    return f"52.03-{number:06d}"


def order(books: Offices, day: int = 0) -> list[int]:
    with books.hub.read() as view:
        return [int(one[-6:]) for one in printing_order(view, OFFICE, NOW + day * DAY_MS)]


def lift(books: Offices, number: int, why: str = "sakit keras", key: str = HEAD, day: int = 0) -> Any:
    return ask(books.hub, LiftRecord(record(number), why), key, at_ms=NOW + day * DAY_MS)


def of_reason(books: Offices, number: int, reason: Reason, waited_days: int = 0) -> None:
    previous = {Reason.DATA_CHANGE: PreviousCard.AT_HANDOVER, Reason.RECORDING_ERROR: PreviousCard.AT_HANDOVER}
    changes: dict[str, Any] = {"reason": reason, "previous": previous.get(reason, PreviousCard.NONE)}
    entered(books, number, **changes, checked_ms=NOW - waited_days * DAY_MS)


def waiting(count: int) -> Offices:
    books = with_heads()
    for number in range(1, count + 1):
        entered(books, number)
    return books


def test_without_a_policy_the_lowest_number_is_first_and_a_lifted_one_before_it() -> None:
    books = waiting(4)
    assert order(books) == [1, 2, 3, 4]
    accepted(lift(books, 3))
    accepted(lift(books, 2, day=1))
    assert order(books) == [2, 3, 1, 4]
    check_refold(books.hub)


@pytest.mark.parametrize("has_classes", [False, True])
def test_the_lifted_are_reordered_by_lifting_one_of_them_again(has_classes: bool) -> None:
    books = with_heads()
    if has_classes:
        policy_set(books, priority_classes=("salah-rekam", "baru"))
    for number in range(1, 5):
        of_reason(books, number, Reason.FIRST)
    for day, number in enumerate((1, 2, 3)):
        accepted(lift(books, number, day=day))
    assert order(books) == [3, 2, 1, 4]
    assert refusal(lift(books, 3, day=3)) is Refusal.ALREADY_KNOWN  # it is the first one already
    accepted(lift(books, 1, day=3))
    assert order(books) == [1, 3, 2, 4]


def test_a_policy_orders_by_reason_then_by_waiting_and_leaves_out_what_it_refuses() -> None:
    books = with_heads()
    policy_set(books, priority_classes=("salah-rekam", "baru"), refused_classes=("pindah",))
    of_reason(books, 1, Reason.DATA_CHANGE)
    of_reason(books, 2, Reason.FIRST, waited_days=1)
    of_reason(books, 3, Reason.FIRST, waited_days=5)
    of_reason(books, 4, Reason.RECORDING_ERROR)
    of_reason(books, 5, Reason.MOVED)
    assert order(books) == [4, 3, 2, 1]
    accepted(lift(books, 1))
    assert order(books) == [1, 4, 3, 2]


def test_whoever_waits_long_enough_rises_a_class() -> None:
    books = with_heads()
    policy_set(books, priority_classes=("baru", "salah-rekam"), priority_ageing_days=10)
    of_reason(books, 1, Reason.FIRST)
    of_reason(books, 2, Reason.RECORDING_ERROR, waited_days=9)
    assert order(books) == [1, 2]
    assert order(books, day=1) == [2, 1]


def test_what_the_policy_refuses_cannot_be_lifted() -> None:
    books = with_heads()
    policy_set(books, refused_classes=("pindah",))
    of_reason(books, 1, Reason.MOVED)
    answer = lift(books, 1)
    assert refusal(answer) is Refusal.BAD_VALUE and facts(answer)["field"] == "priority_class"


@pytest.mark.parametrize(
    ("number", "why", "key", "expected"),
    [
        (9, "sakit", HEAD, Refusal.UNKNOWN_RECORD),
        (1, "", HEAD, Refusal.BAD_VALUE),
        (1, "  ", HEAD, Refusal.BAD_VALUE),
        (1, "x" * 121, HEAD, Refusal.BAD_VALUE),
        (1, "NIK 5203054408990001", HEAD, Refusal.BAD_VALUE),
        (1, "sakit", OTHER_HEAD, Refusal.NOT_ALLOWED),
        (1, "sakit", OPERATOR, Refusal.NOT_ALLOWED),
        (1, "sakit", VERIFIER_1, Refusal.NOT_ALLOWED),
        (2, "sakit", HEAD, Refusal.ALREADY_KNOWN),
        (3, "sakit", HEAD, Refusal.NO_SUCH_STEP),
    ],
)
def test_a_lift_that_cannot_be_is_refused(number: int, why: str, key: str, expected: Refusal) -> None:
    books = waiting(3)
    accepted(lift(books, 2))
    accepted(ask(books.hub, Withdraw(record(3), "died"), VERIFIER_1))
    before = books.hub.position()
    assert refusal(lift(books, number, why, key)) is expected
    assert books.hub.position() == before


def test_a_permission_given_back_leaves_the_person_in_front() -> None:
    books = with_heads()
    allot(books, "A-1", 5)
    load(books, issue(books, "I-1", 5))
    for number in (1, 2):
        entered(books, number)
    accepted(lift(books, 2))
    accepted(ask(books.hub, Authorise(record(2), ONE), HUB_KEY))
    assert order(books) == [1]
    exchange(books)
    accepted(ask(books.hub, Recall(record(2), "paper jam"), VERIFIER_1))
    exchange(books)
    accepted(ask(books.stations[ONE], ReturnCard(record(2), 1, "recalled"), station_key(ONE)))
    exchange(books)
    assert order(books) == [2, 1]


def test_the_daily_report_lists_who_was_lifted_with_the_reason() -> None:
    books = waiting(3)
    accepted(lift(books, 1, "operasi"))
    accepted(lift(books, 2, "beasiswa", day=1))
    with books.hub.read() as view:
        first, second = lifted_on(view, OFFICE, "2018-11-19"), lifted_on(view, OFFICE, "2018-11-20")
    assert first == (Lifted(OFFICE, record(1), "operasi", ("section-head",), NOW),)
    assert [one.why for one in second] == ["beasiswa"]


def test_a_lift_is_kept_a_month_and_as_long_as_its_person_waits() -> None:
    books = with_heads()
    allot(books, "A-1", 5)
    load(books, issue(books, "I-1", 5))
    for number in (1, 2, 3, 4):
        entered(books, number)
    for number in (1, 2):
        accepted(lift(books, number))
    printed(books, record(1), GOOD)
    accepted(lift(books, 3, day=31))
    assert [one.record for one in rows(books.hub, Lifted)] == [record(1), record(2), record(3)]
    accepted(lift(books, 4, day=32))
    assert [one.record for one in rows(books.hub, Lifted)] == [record(2), record(3), record(4)]
    check_refold(books.hub)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(list(Reason)), st.integers(0, 40)), max_size=6), st.booleans(), st.data())
def test_everybody_stands_in_the_order_once_unless_refused(
    people: list[tuple[Reason, int]], is_set: bool, data: st.DataObject
) -> None:
    books = with_heads()
    refused = {"rusak"} if is_set else set[str]()
    if is_set:
        policy_set(books, priority_classes=("baru", "pindah"), refused_classes=("rusak",), priority_ageing_days=7)
    numbers: list[tuple[int, Reason]] = []
    for reason, days in people:
        if reason in (Reason.FIRST, Reason.DATA_CHANGE, Reason.RECORDING_ERROR, Reason.MOVED):
            numbers.append((len(numbers) + 1, reason))
            of_reason(books, len(numbers), reason, days)
    lifted = data.draw(st.lists(st.sampled_from(numbers), unique=True)) if numbers else []
    for number, _ in lifted:
        accepted(lift(books, number))
    found = order(books)
    assert sorted(found) == [number for number, reason in numbers if reason.term not in refused]
    assert set(found[: len(lifted)]) == {number for number, _ in lifted}
