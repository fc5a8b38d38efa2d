"""What becomes of lock, blank and chip when a fact is disputed."""

import pytest
from attrs import evolve

from ektp_core.flow.codec import decode_event
from ektp_core.flow.custody import Issue
from ektp_core.flow.events import ChipRead, FeedQueued, Moved, Stepped
from ektp_core.flow.feed import read_entry
from ektp_core.flow.rows import Chip, Desk, FeedRow
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.objection import Objection
from ektp_core.vocabulary.state import LockState
from ektp_core.vocabulary.verdict import Certainty
from tests.core.flow.absorbing import RECORD, UIDS, leased, objections
from tests.core.flow.office_cards import BAD, allot, attempt, card, entered, place_of, printed, state, stocked, supply
from tests.core.flow.offices import (
    CLASS,
    ONE,
    OPERATOR,
    SERIES,
    accepted,
    ask,
    ask_all,
    exchange,
    forged,
    founded,
    row,
    station_key,
)
from tests.core.flow.soundness import check_books
from tests.core.flow.station_words import GOOD_SAID, IN_PRESS, INKED, RECEIVED, TO_GOOD, TO_MACHINE


@pytest.mark.parametrize("behind", [0, 1])
def test_a_start_sealed_after_the_end_of_the_lease_is_past_t(behind: int) -> None:
    books = leased()
    until = attempt(books.hub, RECORD).until_ms
    accepted(forged(books, ONE, *IN_PRESS, at_ms=until + behind))
    assert objections(books)[:1] == [Objection.PAST_T] * behind
    assert state(books.hub, RECORD) is (LockState.SUSPECT if behind else LockState.IN_PRESS)


def test_a_disputed_step_stops_the_lock_and_keeps_its_blank_apart() -> None:
    books = leased()
    low = evolve(GOOD_SAID, certainty=Certainty.TRANSPORT)
    taken = accepted(forged(books, ONE, *INKED, low, TO_GOOD)).events
    assert objections(books) == [Objection.CERTAINTY_TOO_LOW, Objection.NOT_UNDER_YOUR_PEN]
    assert (state(books.hub, RECORD), place_of(books.hub, 1)) == (LockState.SUSPECT, (ONE, Bucket.SUSPECT))
    assert sum(isinstance(event, FeedQueued) for event in taken) == 1
    entry = read_entry(row(books.hub, FeedRow, ONE, row(books.hub, Desk, ONE).queued_m).body)
    assert (entry.kind, [type(decode_event(bytes.fromhex(raw))) for raw in entry.events]) == (
        "disputed",
        [Stepped, Moved],
    )
    check_books(books)


def test_a_late_fact_on_a_closed_attempt_leaves_the_lock_and_takes_the_blank_apart() -> None:
    books = leased()
    ask_all(books.stations[ONE], card(RECORD, 1, BAD), station_key(ONE))
    exchange(books)
    accepted(forged(books, ONE, evolve(TO_MACHINE, lo=2, hi=2)))
    assert state(books.hub, RECORD) is LockState.MISPRINTED
    assert place_of(books.hub, 2) == (ONE, Bucket.SUSPECT)


@pytest.mark.rule(6)
def test_what_a_chip_became_is_not_forgotten_when_it_is_read_again() -> None:
    books = stocked(5)
    printed(books, entered(books, 1), uid=UIDS[0])
    before = row(books.hub, Chip, UIDS[0])
    accepted(forged(books, ONE, ChipRead(UIDS[0], SERIES, 1)))
    assert objections(books) == [Objection.UID_KNOWN]
    assert row(books.hub, Chip, UIDS[0]) == before


def test_counted_in_blanks_are_those_of_the_consignment() -> None:
    books = founded()
    supply(books, 1, 20)
    allot(books, "A-1", 20)
    for name in ("I-1", "I-2"):
        accepted(ask(books.hub, Issue(name, ONE, CLASS, 10), OPERATOR))
    exchange(books)
    move = Moved(SERIES, 11, 20, ONE, Bucket.IN_TRANSIT, ONE, Bucket.STOCK, "I-1")
    accepted(forged(books, ONE, RECEIVED, move))
    foreign = [Objection.NO_SUCH_STEP, Objection.NOT_UNDER_YOUR_PEN]
    assert objections(books) == foreign
    accepted(forged(books, ONE, evolve(move, reference="I-2")))
    assert objections(books) == [*foreign, Objection.NOT_UNDER_YOUR_PEN]
    assert place_of(books.hub, 11) == (ONE, Bucket.IN_TRANSIT)
