"""The day's close while finished cards are out with a list (rules 33 and 35)."""

import pytest

from ektp_core.errors import Refusal
from ektp_core.flow.counting import CountDay, PileCount
from ektp_core.flow.listing import SendOut
from ektp_core.flow.taking_back import TakeBack
from ektp_core.ledger.count import Pile
from ektp_core.vocabulary.bucket import Bucket, Condition
from tests.core.flow.counter_people import GIVER, SECTION, UIDS, card_of, hand, staffed
from tests.core.flow.office_cards import place_of
from tests.core.flow.offices import CLASS, OFFICE, ONE, OPERATOR, SERIES, Offices, accepted, ask, refusal
from tests.core.flow.soundness import check_books

pytestmark = [pytest.mark.rule(33), pytest.mark.rule(35)]


def one_out() -> tuple[Offices, str]:
    """Two finished cards of the office; one was carried to a village."""
    books = staffed()
    record = card_of(books, 1, UIDS[0])
    card_of(books, 2, UIDS[1])
    accepted(ask(books.hub, TakeBack(ONE, "BA-9", Condition.GOOD, ((SERIES, 1, 2),)), OPERATOR, SECTION))
    accepted(ask(books.hub, SendOut("O-1", OFFICE, "Desa Suela", (record,)), GIVER))
    return books, record


def counted(books: Offices, *finished: PileCount) -> CountDay:
    return CountDay(OFFICE, "2018-11-19", books.hub.position().seq, finished, (), "OPN-1")


@pytest.mark.parametrize("present", [(), ((SERIES, 2, 2),)])
def test_a_card_that_is_out_with_a_list_is_not_missing_from_the_drawer(present: tuple[tuple[str, int, int], ...]) -> None:
    books, record = one_out()
    accepted(ask(books.hub, counted(books, PileCount(Pile.FINISHED, CLASS, 1, present)), OPERATOR, SECTION))
    assert place_of(books.hub, 1) == (OFFICE, Bucket.GOOD_HELD)
    accepted(hand(books, record))
    check_books(books)


def test_the_card_that_should_be_in_the_drawer_is_still_missed() -> None:
    books, _ = one_out()
    empty = PileCount(Pile.FINISHED, CLASS, 0, explanation="the drawer was forced")
    assert refusal(ask(books.hub, counted(books, PileCount(Pile.FINISHED, CLASS, 0)), OPERATOR, SECTION)) in (
        Refusal.COUNT_UNEXPLAINED,
        Refusal.SERIALS_NEEDED,
    )
    accepted(ask(books.hub, counted(books, empty), OPERATOR, SECTION))
    assert [place_of(books.hub, number) for number in (1, 2)] == [
        (OFFICE, Bucket.GOOD_HELD), (OFFICE, Bucket.LOST_GOOD),
    ]  # fmt: skip
