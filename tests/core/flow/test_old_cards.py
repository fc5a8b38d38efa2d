"""Surrendered old cards: ours by chip to the void cards, all others by count to the old-card book."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ektp_core.errors import Refusal
from ektp_core.flow.custody_events import OldCardTaken
from ektp_core.flow.custody_rows import OldCards
from ektp_core.flow.handing_over import HandOver
from ektp_core.flow.old_cards import TakeOldCard, old_cards
from ektp_core.flow.rows import Revoked, Station
from ektp_core.spoilage.report import Columns
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.old_card import OldCardReason
from tests.core.flow.counter_people import CLERK, GIVER, OTHER, UIDS, card_of, staffed
from tests.core.flow.custody_offices import refused_at
from tests.core.flow.office_cards import person, place_of, true_report
from tests.core.flow.offices import (
    OFFICE,
    ONE,
    OPERATOR,
    Offices,
    accepted,
    ask,
    exchange,
    facts,
    log,
    maybe,
    refusal,
    row,
)
from tests.core.flow.soundness import agree, check_books, check_refold

pytestmark = pytest.mark.rule(14)

DAY = "2018-11-19"


def taken(**changes: Any) -> TakeOldCard:
    fields: dict[str, Any] = {"reason": OldCardReason.DAMAGED, "date": DAY, "punched": True, **changes}
    return TakeOldCard(fields.pop("office", OFFICE), **fields)


@pytest.mark.parametrize("count", [0, -1, 1_000_001, 2**62])
def test_nobody_takes_more_old_cards_than_there_are_in_an_office(count: int) -> None:
    books = staffed()
    answer = refused_at(books, taken(count=count), OPERATOR)
    assert refusal(answer) is Refusal.BAD_VALUE and facts(answer)["field"] == "count"
    for _ in range(5):
        accepted(ask(books.hub, taken(count=1_000_000), OPERATOR))
    assert row(books.hub, OldCards, OFFICE, OldCardReason.DAMAGED).count == 5_000_000


def handed_over() -> Offices:
    """Citizen 1 has a card of ours, blank 1, in hand."""
    books = staffed()
    record = card_of(books, 1, UIDS[0])
    accepted(ask(books.hub, HandOver(record, 1), GIVER))
    exchange(books)
    assert place_of(books.hub, 1) == (ONE, Bucket.HANDED_OVER)
    return books


def test_a_card_of_ours_goes_to_the_void_cards_and_is_stopped() -> None:
    books = handed_over()
    accepted(ask(books.hub, taken(uid=UIDS[0]), OPERATOR))
    exchange(books)
    assert place_of(books.hub, 1) == (OFFICE, Bucket.VOID_HELD)
    assert {row(books.hub, Revoked, UIDS[0]).why, row(books.hub, Revoked, "PNRI-2018 1").why} == {"surrendered"}
    assert maybe(books.stations[ONE], Revoked, UIDS[0]) is not None
    with books.hub.read() as view:
        assert old_cards(view, OFFICE) == ()
    assert agree(books, ONE) and row(books.hub, Station, ONE).frozen_why == ""
    check_books(books)
    check_refold(books.hub)


@pytest.mark.rule(24)
def test_a_card_surrendered_at_another_office_is_good_in_the_report_of_the_one_that_printed_it() -> None:
    books = handed_over()
    accepted(ask(books.hub, taken(uid=UIDS[0], office=OTHER), CLERK))
    assert place_of(books.hub, 1) == (OTHER, Bucket.VOID_HELD)
    assert true_report(books, "R-1").columns == Columns(received=8, good=1, remaining=7)


def test_any_other_card_is_counted_by_reason() -> None:
    books = staffed()
    holder = person(7)
    for body in (
        taken(count=40),
        taken(count=5, punched=False),
        taken(reason=OldCardReason.DIED, uid="04AAAAAAAAAAAA", person=holder),
    ):
        accepted(ask(books.hub, body, OPERATOR))
    with books.hub.read() as view:
        assert old_cards(view, OFFICE) == (
            OldCards(OFFICE, OldCardReason.DAMAGED, 45, 40),
            OldCards(OFFICE, OldCardReason.DIED, 1, 1),
        )
        assert old_cards(view, OTHER) == ()
    last = log(books.hub, OldCardTaken)[-1]
    assert last == OldCardTaken(OFFICE, OldCardReason.DIED, DAY, holder, True, 1, "04AAAAAAAAAAAA", True, ("operator",))
    check_refold(books.hub)


def test_a_card_that_is_not_in_the_citizens_hand_by_the_book_is_refused_with_its_place() -> None:
    books = staffed()
    card_of(books, 1, UIDS[0])
    answer = refused_at(books, taken(uid=UIDS[0]), OPERATOR)
    assert refusal(answer) is Refusal.HELD_ELSEWHERE
    assert all(word in str(facts(answer)["found"]) for word in ("PNRI-2018 1", "GOOD_HELD", ONE))


def test_a_card_is_surrendered_once() -> None:
    books = handed_over()
    accepted(ask(books.hub, taken(uid=UIDS[0]), OPERATOR))
    assert refusal(refused_at(books, taken(uid=UIDS[0]), OPERATOR)) is Refusal.HELD_ELSEWHERE


REFUSED: list[tuple[dict[str, Any], str, Refusal]] = [
    ({"count": 0}, OPERATOR, Refusal.BAD_VALUE),
    ({"count": -3}, OPERATOR, Refusal.BAD_VALUE),
    ({"count": 2, "uid": "04AAAAAAAAAAAA"}, OPERATOR, Refusal.BAD_VALUE),
    ({"count": 2, "person": bytes(32)}, OPERATOR, Refusal.BAD_VALUE),
    ({"person": b"5203054408990001"}, OPERATOR, Refusal.BAD_VALUE),
    ({"uid": "04XX"}, OPERATOR, Refusal.BAD_VALUE),
    ({"date": ""}, OPERATOR, Refusal.BAD_VALUE),
    ({"date": "2018-11-31"}, OPERATOR, Refusal.BAD_VALUE),
    ({"date": "2018-11-30"}, OPERATOR, Refusal.BAD_VALUE),
    ({"office": "office/52.09"}, OPERATOR, Refusal.UNKNOWN_PARTY),
    ({"office": ONE}, OPERATOR, Refusal.BAD_VALUE),
    ({"office": OTHER}, OPERATOR, Refusal.NOT_ALLOWED),
    ({}, "key-checker", Refusal.NOT_ALLOWED),
]


@pytest.mark.parametrize(("changes", "key", "expected"), REFUSED, ids=str)
def test_an_old_card_that_cannot_be_is_refused(changes: dict[str, Any], key: str, expected: Refusal) -> None:
    assert refusal(refused_at(staffed(), taken(**changes), key)) is expected


def test_no_refusal_shows_whose_card_it_was() -> None:
    answer = refused_at(staffed(), taken(person=b"5203054408990001"), OPERATOR)
    assert "5203054408990001" not in f"{answer} {taken(person=b'5203054408990001')}"


@given(st.lists(st.tuples(st.sampled_from(OldCardReason), st.integers(1, 60), st.booleans()), max_size=8))
def test_the_book_holds_what_was_taken(days: list[tuple[OldCardReason, int, bool]]) -> None:
    books = staffed()
    for reason, count, punched in days:
        accepted(ask(books.hub, taken(reason=reason, count=count, punched=punched), OPERATOR))
    with books.hub.read() as view:
        piles = old_cards(view, OFFICE)
    for pile in piles:
        of_reason = [(count, punched) for reason, count, punched in days if reason is pile.reason]
        assert pile.count == sum(count for count, _ in of_reason)
        assert pile.punched == sum(count for count, punched in of_reason if punched)
    assert {pile.reason for pile in piles} == {reason for reason, _, _ in days}
