"""Absorbing a station's chain: in order, each commit once, under its own key, and compared with the hub's copy."""

import pytest
from attrs import evolve

from ektp_core.boundary.store import Work
from ektp_core.errors import Refusal
from ektp_core.flow.absorb import AbsorbCommit
from ektp_core.flow.events import (
    Absorbed,
    FeedQueued,
    FeedTaken,
    KeyTrusted,
    OfficerNamed,
    Pressed,
    StationFrozen,
    Stepped,
)
from ektp_core.flow.founding import Register
from ektp_core.flow.rows import AbsorbedCommit, Desk, Dispute, Key, Officer, Station
from ektp_core.flow.settling import Found, Settle
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.objection import Objection
from ektp_core.vocabulary.role import Hand
from ektp_core.vocabulary.state import LockEvent, LockState, PressStep
from tests.core.flow.absorbing import RECORD, absorb, leased, objections, unabsorbed
from tests.core.flow.office_cards import GOOD, card, entered, place_of, printed, state
from tests.core.flow.offices import (
    HOUR_MS,
    HUB_KEY,
    NOW,
    ONE,
    OPERATOR,
    PAIR,
    PRINTER,
    SERIES,
    TWO,
    absorbed,
    accepted,
    ask,
    ask_all,
    exchange,
    facts,
    feed_ask,
    forged,
    founded,
    maybe,
    refusal,
    row,
    rows,
    ship,
    signed,
    station_key,
)
from tests.core.flow.soundness import agree, check_books

# -- the chain ----------------------------------------------------------------------------


def test_commits_are_taken_in_order_each_once() -> None:
    books = leased()
    ask_all(books.stations[ONE], card(RECORD, 1, GOOD)[:1], station_key(ONE))
    ask_all(books.stations[ONE], card(RECORD, 1, GOOD)[1:], station_key(ONE))
    first, second = unabsorbed(books)
    answer = absorb(books, second)
    assert refusal(answer) is Refusal.CHAIN_GAP
    assert facts(answer) == {"absorbed": first.n - 1, "found": second.n, "next": first.n}
    taken = accepted(absorb(books, first))
    assert taken.events[-1] == Absorbed(ONE, first.n, first.head, taken.n, NOW)
    assert absorbed(books, ONE, first.n) == AbsorbedCommit(ONE, first.n, first.head, taken.n)
    before = books.hub.position()
    assert accepted(absorb(books, first)).events == ()
    assert books.hub.position() == before
    accepted(absorb(books, second))
    assert accepted(absorb(books, first)).events == ()
    assert state(books.hub, RECORD) is LockState.PRINTED


def test_a_group_of_commits_is_absorbed_in_one() -> None:
    books = leased()
    for body in card(RECORD, 1, GOOD):
        accepted(ask(books.stations[ONE], body, station_key(ONE)))
    answers = ship(books)
    assert [accepted(one).n for one in answers] == [books.hub.position().n] * 5
    assert not objections(books) and state(books.hub, RECORD) is LockState.PRINTED


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ((), Refusal.NOT_ALLOWED),
        ((HUB_KEY,), Refusal.NOT_ALLOWED),
        ((OPERATOR,), Refusal.NOT_ALLOWED),
        ((station_key(TWO),), Refusal.NOT_ALLOWED),
        (("key-nobody",), Refusal.UNKNOWN_KEY),
    ],
)
@pytest.mark.rule(1)
def test_a_chain_is_brought_under_its_own_stations_key(keys: tuple[str, ...], expected: Refusal) -> None:
    books = leased()
    ask_all(books.stations[ONE], card(RECORD, 1, GOOD), station_key(ONE))
    body = unabsorbed(books)[0]
    assert refusal(books.hub.commit([Work(signed(body, *keys))], NOW)[0]) is expected


def test_a_withdrawn_key_brings_nothing() -> None:
    books = leased()
    ask_all(books.stations[ONE], card(RECORD, 1, GOOD), station_key(ONE))
    accepted(ask(books.hub, Register(revoked_keys=(station_key(ONE),)), *PAIR))
    assert refusal(absorb(books, unabsorbed(books)[0])) is Refusal.REVOKED_KEY


@pytest.mark.parametrize("n", [0, -1])
def test_a_commit_has_a_number_from_one(n: int) -> None:
    books = leased()
    ask_all(books.stations[ONE], card(RECORD, 1, GOOD), station_key(ONE))
    assert refusal(absorb(books, evolve(unabsorbed(books)[0], n=n))) is Refusal.MALFORMED
    assert row(books.hub, Station, ONE).frozen_why == ""


def test_a_station_nobody_enrolled_has_no_chain() -> None:
    books = leased()
    body = AbsorbCommit("station/52.03/9", 1, b"", b"h", NOW, b"", ())
    assert refusal(absorb(books, body, station_key(ONE))) is Refusal.UNKNOWN_STATION


def test_bytes_that_are_no_event_are_kept_as_they_are_and_the_rest_is_taken() -> None:
    books = leased()
    ask_all(books.stations[ONE], card(RECORD, 1, GOOD), station_key(ONE))
    body = unabsorbed(books)[0]
    accepted(absorb(books, evolve(body, events=(b"\xc1", *body.events))))
    kept = rows(books.hub, Dispute, ONE)
    assert [(one.index, one.objection, one.event) for one in kept] == [(0, Objection.NO_SUCH_STEP, b"\xc1")]
    assert state(books.hub, RECORD) is LockState.PRINTED


def test_the_first_commit_of_a_station_founds_its_own_book_and_is_no_dispute() -> None:
    books = founded()
    assert not rows(books.hub, Dispute)
    assert row(books.hub, Desk, ONE).chain_n == row(books.hub, Desk, TWO).chain_n == 1


def test_registrations_in_a_later_commit_are_disputed() -> None:
    books = founded()
    accepted(forged(books, ONE, KeyTrusted("mine", "operator", Hand.OFFICER, b"k"), OfficerNamed("x", "x", "x", ())))
    assert objections(books) == [Objection.NO_SUCH_STEP] * 2
    assert maybe(books.hub, Key, "mine") is None and maybe(books.hub, Officer, "x") is None


# -- the pen ------------------------------------------------------------------------------


def test_a_book_that_is_not_what_its_facts_make_it_stops_its_station() -> None:
    books = leased()
    assert agree(books, ONE)
    taken = accepted(forged(books, ONE, pen=b"\x01" * 32))
    assert [type(event) for event in taken.events] == [StationFrozen, FeedQueued, Absorbed]
    assert "commit" in row(books.hub, Station, ONE).frozen_why
    assert state(books.hub, RECORD) is LockState.AUTHORISED, "stopping frees nothing"
    assert [type(e) for e in accepted(forged(books, ONE, pen=b"\x02" * 32)).events] == [Absorbed], "told once"


def test_after_a_dispute_the_books_are_compared_again_when_the_station_was_told() -> None:
    books = leased()
    accepted(forged(books, ONE, Pressed(RECORD, 1, PressStep.FED, PRINTER), pen=b"\x01" * 32))
    assert objections(books) == [Objection.NO_SUCH_STEP]
    assert row(books.hub, Station, ONE).frozen_why == ""
    m = row(books.hub, Desk, ONE).queued_m
    entry = feed_ask(books, ONE, m)
    aligned = Stepped(RECORD, 1, LockEvent.DISPUTE, LockState.SUSPECT)
    taken = FeedTaken(ONE, m, entry.digest, "", 0, 1)
    accepted(forged(books, ONE, aligned, taken, pen=b"\x01" * 32))
    assert "differs" in row(books.hub, Station, ONE).frozen_why


def test_a_disputed_station_takes_the_hubs_word_and_both_books_agree_again() -> None:
    books = leased()
    station, key = books.stations[ONE], station_key(ONE)
    start, *rest = card(RECORD, 1, GOOD)
    late = NOW + 9 * HOUR_MS
    accepted(station.commit([Work(signed(start, key))], late)[0])
    for body in rest:
        accepted(ask(station, body, key, at_ms=late))
    ship(books)
    assert objections(books)[0] is Objection.PAST_T
    assert (state(books.hub, RECORD), place_of(books.hub, 1)) == (LockState.SUSPECT, (ONE, Bucket.SUSPECT))
    assert (state(station, RECORD), place_of(station, 1)) == (LockState.PRINTED, (ONE, Bucket.GOOD_HELD))
    exchange(books)
    assert (state(station, RECORD), place_of(station, 1)) == (LockState.SUSPECT, (ONE, Bucket.SUSPECT))
    assert agree(books, ONE) and row(books.hub, Station, ONE).frozen_why == ""
    accepted(ask(books.hub, Settle(RECORD, 1, Found.GOOD, "BA-1", SERIES, 1), *PAIR))
    exchange(books)
    assert (state(station, RECORD), place_of(station, 1)) == (LockState.PRINTED, (ONE, Bucket.GOOD_HELD))
    second = entered(books, 2)
    printed(books, second)
    check_books(books)
