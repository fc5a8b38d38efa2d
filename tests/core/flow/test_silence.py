"""A station that speaks and does not answer is asked first; one that is silent is not (lock.md, rows 6 and 11)."""

import pytest

from ektp_core.errors import Refusal
from ektp_core.flow.pressing import ReturnCard, StartCard
from ektp_core.flow.rows import Attempt, Contact, Dispute
from ektp_core.flow.silence import DisputeSilent
from ektp_core.flow.station_book import LoadPrinter
from ektp_core.vocabulary.state import LockState, Profile
from tests.core.flow.office_cards import authorised, entered, state, stocked
from tests.core.flow.offices import (
    HOUR_MS,
    HUB_KEY,
    NOW,
    ONE,
    PRINTER,
    SERIES,
    VERIFIER_1,
    Offices,
    accepted,
    ask,
    deliver,
    exchange,
    maybe,
    refusal,
    row,
    rows,
    ship,
    station_key,
)
from tests.core.flow.soundness import check_books

pytestmark = pytest.mark.rule(21)
END = NOW + 8 * HOUR_MS
GRACE_MS = 24 * HOUR_MS
AFTER = END + GRACE_MS + 1


def held(began: bool = False) -> tuple[Offices, str]:
    """A station that took one authorisation, and perhaps began it."""
    books = stocked(4)
    record = entered(books, 1)
    authorised(books, record)
    if began:
        accepted(ask(books.stations[ONE], StartCard(record, 1, PRINTER, -1, Profile.NO_CHIP), station_key(ONE)))
        exchange(books)
    return books, record


def spoke(books: Offices, at_ms: int) -> None:
    """The station is heard again, and says nothing of the record."""
    accepted(ask(books.stations[ONE], LoadPrinter(PRINTER, ((SERIES, 2, 4),), 0), station_key(ONE), at_ms=at_ms))
    for answer in ship(books, at_ms=at_ms):
        accepted(answer)


def test_a_station_not_heard_since_its_time_is_silent() -> None:
    books, record = held()
    assert row(books.hub, Contact, ONE).heard_ms == NOW
    accepted(ask(books.hub, DisputeSilent(ONE), VERIFIER_1, at_ms=AFTER))
    assert state(books.hub, record) is LockState.SUSPECT


def test_one_that_was_heard_is_asked_first_and_its_answer_is_no_dispute() -> None:
    books, record = held()
    spoke(books, END + HOUR_MS)
    accepted(ask(books.hub, DisputeSilent(ONE), HUB_KEY, at_ms=AFTER))
    assert state(books.hub, record) is LockState.AUTHORISED and row(books.hub, Attempt, record, 1).recalled
    deliver(books, at_ms=AFTER)
    accepted(ask(books.stations[ONE], ReturnCard(record, 1, "recalled"), station_key(ONE), at_ms=AFTER))
    exchange(books, at_ms=AFTER)
    assert state(books.hub, record) is LockState.READY and rows(books.hub, Dispute) == []
    check_books(books)


@pytest.mark.parametrize("began", [False, True])
def test_one_that_was_asked_and_does_not_answer_is_suspect_after_the_grace_once_more(began: bool) -> None:
    books, record = held(began)
    spoke(books, END + HOUR_MS)
    accepted(ask(books.hub, DisputeSilent(ONE), HUB_KEY, at_ms=AFTER))
    spoke(books, AFTER + HOUR_MS)
    again = ask(books.hub, DisputeSilent(ONE), HUB_KEY, at_ms=AFTER + HOUR_MS)
    assert refusal(again) is Refusal.NOT_SILENT
    accepted(ask(books.hub, DisputeSilent(ONE), HUB_KEY, at_ms=AFTER + GRACE_MS + 1))
    assert state(books.hub, record) is LockState.SUSPECT


def test_of_two_permissions_each_is_treated_by_itself() -> None:
    books, first = held()
    spoke(books, END + HOUR_MS)
    second = entered(books, 2, checked_ms=END)
    authorised(books, second, at_ms=END)
    later = END + 8 * HOUR_MS + GRACE_MS + 1
    accepted(ask(books.hub, DisputeSilent(ONE), HUB_KEY, at_ms=later))
    assert row(books.hub, Attempt, first, 1).recalled
    assert maybe(books.hub, Attempt, second, 1) is not None
    assert state(books.hub, second) is LockState.SUSPECT
    check_books(books)
