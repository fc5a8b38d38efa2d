"""An urgency noted at the counter moves a person as the policy of the day says, and no further (rule 31)."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ektp_core.allotment.policy import Policy
from ektp_core.errors import Refusal
from ektp_core.flow.counter_taking import TakePapers
from ektp_core.flow.lifting import LiftRecord, printing_order
from ektp_core.flow.queueing_class import urgent_classes
from ektp_core.vocabulary.counter_paper import CounterPaper
from ektp_core.vocabulary.prr import PreviousCard, Reason
from tests.core.flow.counter_people import SECTION
from tests.core.flow.office_cards import attempt, entered
from tests.core.flow.offices import NOW, OFFICE, OPERATOR, Offices, accepted, ask, facts, refusal
from tests.core.flow.queue_people import DAY_MS, authorise, order_here, policy, queued_people
from tests.core.flow.soundness import check_books

pytestmark = [pytest.mark.rule(31), pytest.mark.rule(34)]

CLASSES = ("mendesak", "baru", "bencana", "perubahan")
SHOWN = (CounterPaper.FAMILY_CARD, CounterPaper.OLD_CARD)


def of(books: Offices, number: int, reason: Reason = Reason.FIRST) -> str:
    previous = PreviousCard.NONE if reason is Reason.FIRST else PreviousCard.AT_HANDOVER
    return entered(books, number, reason=reason, previous=previous)


def take(books: Offices, record: str, urgency: str, reason: Reason = Reason.FIRST) -> Any:
    return ask(books.hub, TakePapers(record, reason, SHOWN, urgency=urgency), OPERATOR)


def order(books: Offices, at_ms: int = NOW) -> list[str]:
    with books.hub.read() as view:
        return list(printing_order(view, OFFICE, at_ms))


def test_urgent_people_come_first_where_the_policy_says_so() -> None:
    books = queued_people()
    policy(books, priority_classes=("mendesak",))
    first, second, third = (of(books, number) for number in (1, 2, 3))
    accepted(take(books, third, "mendesak"))
    accepted(take(books, second, ""))
    assert order(books) == [third, first, second]


def test_the_station_is_told_the_place_of_the_urgency() -> None:
    books = queued_people()
    policy(books, priority_classes=CLASSES)
    first, second = of(books, 1), of(books, 2)
    accepted(take(books, second, "mendesak"))
    authorise(books, first, second)
    assert (attempt(books.hub, first).place, attempt(books.hub, second).place) == (1, 0)
    assert order_here(books) == [second, first]
    check_books(books)


def test_the_section_heads_lift_is_still_before_everybody() -> None:
    books = queued_people()
    policy(books, priority_classes=CLASSES)
    first, second = of(books, 1), of(books, 2)
    accepted(take(books, first, "mendesak"))
    accepted(ask(books.hub, LiftRecord(second, "sakit"), SECTION))
    assert order(books) == [second, first]


def test_an_urgency_never_moves_anybody_back() -> None:
    books = queued_people()
    policy(books, priority_classes=CLASSES)
    first, plain, changed = of(books, 1), of(books, 2), of(books, 3, Reason.DATA_CHANGE)
    before = of(books, 4, Reason.DATA_CHANGE)
    accepted(take(books, first, "bencana"))  # which comes after a first card
    assert order(books) == [first, plain, changed, before]
    accepted(take(books, before, "bencana", Reason.DATA_CHANGE))  # and before a change
    assert order(books) == [first, plain, before, changed]


def test_an_urgency_ends_with_the_policy_that_named_it() -> None:
    books = queued_people()
    policy(books, name="2015", priority_classes=("mendesak",), valid_from="2018-01-01", valid_to="2018-11-19")
    first, second = of(books, 1), of(books, 2)
    accepted(take(books, second, "mendesak"))
    assert order(books) == [second, first]
    policy(books, name="2018", priority_classes=("baru",), valid_from="2018-11-20")
    assert order(books, NOW + DAY_MS) == [first, second]


def test_what_the_policy_refuses_later_waits_though_it_was_urgent() -> None:
    books = queued_people()
    policy(books, name="a", priority_classes=("mendesak",), valid_from="2018-01-01", valid_to="2018-11-19")
    record = of(books, 1)
    accepted(take(books, record, "mendesak"))
    policy(books, name="b", priority_classes=("mendesak",), refused_classes=("baru",), valid_from="2018-11-20")
    assert order(books) == [record] and order(books, NOW + DAY_MS) == []


@pytest.mark.parametrize(
    ("keys", "urgency", "expected"),
    [
        ({}, "mendesak", "no urgency; the section head may lift one person"),
        ({"priority_classes": ("baru",)}, "baru", "no urgency; the section head may lift one person"),
        ({"priority_classes": CLASSES}, "haji", "mendesak, bencana"),
        ({"priority_classes": CLASSES}, "baru", "mendesak, bencana"),
        ({"priority_classes": ("mendesak",), "refused_classes": ("baru",)}, "mendesak", "no urgency"),
    ],
)
def test_only_what_the_policy_calls_urgent_is_urgent(keys: dict[str, Any], urgency: str, expected: str) -> None:
    books = queued_people()
    policy(books, **keys)
    said = take(books, of(books, 1), urgency)
    assert refusal(said) is Refusal.BAD_VALUE
    assert (facts(said)["field"], facts(said)["expected"]) == ("urgency", expected)


@settings(max_examples=10, deadline=None)
@given(
    st.permutations(CLASSES), st.lists(st.sampled_from(["", "mendesak", "bencana"]), min_size=1, max_size=5), st.data(),
)  # fmt: skip
def test_hub_and_station_agree_on_the_order_with_urgency(
    classes: list[str], urgencies: list[str], data: st.DataObject
) -> None:
    books = queued_people()
    policy(books, priority_classes=tuple(classes))
    records = [of(books, number) for number, _ in enumerate(urgencies, 1)]
    for record, urgency in zip(records, urgencies, strict=True):
        accepted(take(books, record, urgency))
    wanted = order(books)
    authorise(books, *data.draw(st.permutations(records)))
    assert order_here(books) == wanted


def test_urgent_classes_are_those_no_reason_is_called_by() -> None:
    assert urgent_classes(Policy(name="p", priority_classes=CLASSES)) == ("mendesak", "bencana")
