"""The station's own book: its feed once and in order, its hoppers, its printers' counters."""

from typing import Any

import pytest
from attrs import evolve

from ektp_core.boundary.store import Answer, Work
from ektp_core.errors import Refusal
from ektp_core.flow.apply import apply
from ektp_core.flow.codec import encode_event, to_json
from ektp_core.flow.decide import Decider
from ektp_core.flow.events import (
    Authorised,
    CardMade,
    Entered,
    Event,
    FeedTaken,
    KeyRevoked,
    KeyTrusted,
    Moved,
    Recalled,
    Stepped,
    TakenIn,
)
from ektp_core.flow.feed import read_entry
from ektp_core.flow.founding import Found
from ektp_core.flow.pressing import ReturnCard
from ektp_core.flow.printing import Authorise
from ektp_core.flow.rows import Desk, Dispute, FeedRow, Lock, Printer, Ranges
from ektp_core.flow.station_book import ClosePrinter, LoadPrinter, TakeFeed
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.role import Hand
from ektp_core.vocabulary.state import LockEvent, LockState
from ektp_core.wire.chain import read_header
from ektp_store.memory import MemoryStore
from tests.core.flow.office_cards import (
    BAD,
    authorised,
    entered,
    entry,
    load,
    lock,
    printed,
    reported,
    stocked,
    unlocked,
)
from tests.core.flow.offices import (
    CLASS,
    HUB_KEY,
    NOW,
    ONE,
    OPERATOR,
    PAIR,
    PRINTER,
    REGIONS,
    SERIES,
    TWO,
    VERIFIER_1,
    Offices,
    accepted,
    ask,
    digest_of,
    exchange,
    facts,
    feed_ask,
    log,
    maybe,
    refusal,
    registrations,
    row,
    rows,
    signed,
    station_key,
)


def taken(books: Offices, body: TakeFeed, station: str = ONE, key: str = HUB_KEY) -> Answer:
    return ask(books.stations[station], body, key)


def altered(books: Offices, m: int, station: str = ONE, **changes: Any) -> TakeFeed:
    """Entry m, changed and signed again."""
    body = to_json(evolve(read_entry(row(books.hub, FeedRow, station, m).body), **changes))
    return TakeFeed(body, digest_of(body))


def authorised_but_not_taken() -> Offices:
    """One authorisation queued for station one: entry 2, after the blanks."""
    books = stocked(5)
    record = entered(books, 1)
    accepted(ask(books.hub, Authorise(record, ONE), HUB_KEY))
    assert row(books.hub, Desk, ONE).queued_m == 2
    return books


def test_an_entry_is_taken_once_and_its_effect_with_it() -> None:
    books = authorised_but_not_taken()
    body = feed_ask(books, ONE, 2)
    answer = accepted(taken(books, body))
    assert [type(event) for event in answer.events] == [Entered, Authorised, FeedTaken]
    assert answer.events[-1] == FeedTaken(ONE, 2, body.digest, "52.03-000001", 1, 2)
    before = books.stations[ONE].position()
    assert accepted(taken(books, body)).events == ()
    assert books.stations[ONE].position() == before


def test_entries_are_taken_in_order() -> None:
    books = authorised_but_not_taken()
    record = entered(books, 2)
    accepted(ask(books.hub, Authorise(record, ONE), HUB_KEY))
    answer = taken(books, feed_ask(books, ONE, 3))
    assert refusal(answer) is Refusal.FEED_GAP and facts(answer) == {"taken": 1, "found": 3, "next": 2}


def test_another_entry_under_a_number_that_was_taken_stops_everything() -> None:
    books = authorised_but_not_taken()
    accepted(taken(books, feed_ask(books, ONE, 2)))
    answer = taken(books, altered(books, 2, at_ms=NOW + 1))
    assert refusal(answer) is Refusal.FEED_FORK and facts(answer) == {"m": 2}


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ((), Refusal.NOT_ALLOWED),
        ((OPERATOR,), Refusal.NOT_ALLOWED),
        ((station_key(ONE),), Refusal.NOT_ALLOWED),
        (("key-nobody",), Refusal.UNKNOWN_KEY),
    ],
)
def test_the_feed_is_the_hubs_word(keys: tuple[str, ...], expected: Refusal) -> None:
    books = authorised_but_not_taken()
    assert refusal(ask(books.stations[ONE], feed_ask(books, ONE, 2), *keys)) is expected


def test_another_stations_entry_is_not_taken() -> None:
    books = authorised_but_not_taken()
    answer = taken(books, feed_ask(books, ONE, 2), TWO)
    assert refusal(answer) is Refusal.WRONG_ADDRESSEE and facts(answer) == {"meant": ONE, "here": TWO}


def older_copy(books: Offices, commits: int) -> MemoryStore:
    """The station's book as it was after so many commits."""
    copy = MemoryStore(Decider(REGIONS, owner=ONE), apply, owner=ONE)
    accepted(ask(copy, Found(registrations()), ask_id="founding"))
    for m in range(1, commits):
        accepted(ask(copy, feed_ask(books, ONE, m), HUB_KEY))
    return copy


def test_an_older_copy_of_the_book_is_noticed_by_the_next_entry() -> None:
    books = authorised_but_not_taken()
    copy = older_copy(books, 2)
    answer = ask(copy, feed_ask(books, ONE, 2), HUB_KEY)
    assert refusal(answer) is Refusal.ROLLED_BACK
    assert facts(answer) == {"n": row(books.hub, Desk, ONE).chain_n}
    assert maybe(copy, Lock, "52.03-000001") is None


def test_a_book_with_another_history_is_noticed_by_the_next_entry() -> None:
    books = authorised_but_not_taken()
    answer = taken(books, altered(books, 2, chain_head="ab" * 32))
    assert refusal(answer) is Refusal.ROLLED_BACK


def halves() -> list[dict[str, Any]]:
    """Authorisations whose halves say different things."""
    return [
        {"record": "52.03-000002"},
        {"n": 2},
        {"person": "00" * 32},
        {"payload": "00" * 32},
        {"station": TWO},
        {"record_key": HUB_KEY},
        {"until_ms": NOW},
    ]


@pytest.mark.rule(42)
@pytest.mark.parametrize("changes", halves(), ids=lambda changes: next(iter(changes)))
def test_an_authorisation_and_its_record_say_the_same_or_nothing_is_printed(changes: dict[str, Any]) -> None:
    books = authorised_but_not_taken()
    leave = read_entry(row(books.hub, FeedRow, ONE, 2).body).authorisation
    assert leave is not None
    answer = taken(books, altered(books, 2, authorisation=evolve(leave, **changes)))
    assert refusal(answer) is Refusal.NOT_BOTH_SIGNED


@pytest.mark.rule(42)
def test_neither_half_alone_prints() -> None:
    books = authorised_but_not_taken()
    entry = read_entry(row(books.hub, FeedRow, ONE, 2).body)
    for changes in ({"authorisation": None}, {"events": entry.events[:1]}, {"events": entry.events[1:]}):
        assert refusal(taken(books, altered(books, 2, **changes))) is Refusal.NOT_BOTH_SIGNED


@pytest.mark.parametrize(
    ("kind", "event"),
    [
        ("authorised", KeyRevoked("key-hub", "x")),
        ("dispatched", Authorised("52.03-000001", 1, ONE, NOW, 2)),
        ("recall", Stepped("52.03-000001", 1, LockEvent.UNLOCK, LockState.READY)),
        ("settled", TakenIn("X", 1, 5, ONE, Bucket.STOCK, CLASS, "nobody")),
        ("disputed", CardMade("04000000000001", "52.03-000001", 1)),
        ("keys", Recalled("52.03-000001", 1)),
        ("policy", KeyTrusted("k", "o", Hand.HUB, b"")),
        ("frozen", KeyRevoked("key-hub", "x")),
        ("given", Moved(SERIES, 1, 1, ONE, Bucket.STOCK, ONE, Bucket.LOST)),
        ("unheard-of", Recalled("52.03-000001", 1)),
    ],
)
def test_an_entry_carries_what_its_kind_may_carry(kind: str, event: Event) -> None:
    books = authorised_but_not_taken()
    body = altered(books, 2, kind=kind, events=(encode_event(event).hex(),))
    assert refusal(taken(books, body)) is Refusal.MALFORMED


@pytest.mark.parametrize("raw", [b"", b"{}", b"[]", b"\xff", b"null", b"[" * 5_000])
def test_bytes_that_are_no_entry_are_refused(raw: bytes) -> None:
    assert refusal(taken(stocked(1), TakeFeed(raw, digest_of(raw)))) is Refusal.MALFORMED


@pytest.mark.parametrize("events", [("zz",), ("",), ("c1",), (encode_event(KeyRevoked("a", "b")).hex() + "00",)])
def test_an_entry_with_broken_events_is_refused(events: tuple[str, ...]) -> None:
    books = authorised_but_not_taken()
    assert refusal(taken(books, altered(books, 2, events=events))) is Refusal.MALFORMED


def test_the_digest_is_that_of_the_entry() -> None:
    books = authorised_but_not_taken()
    assert refusal(taken(books, evolve(feed_ask(books, ONE, 2), digest=b"\x00" * 32))) is Refusal.MALFORMED


def test_a_record_known_from_an_earlier_attempt_is_not_entered_twice() -> None:
    books = stocked(5)
    record = entered(books, 1)
    printed(books, record, BAD)
    reported(books, "R-1")
    unlocked(books, record, 1)
    authorised(books, record)
    entered_events = log(books.stations[ONE], Entered)
    assert len(entered_events) == 1
    assert lock(books.stations[ONE], record).n == 2


def test_a_station_asks_its_own_book_only() -> None:
    books = stocked(1)
    for store, body in (
        (books.stations[ONE], Authorise("52.03-000001", ONE)),
        (books.stations[ONE], entry(1)),
        (books.hub, LoadPrinter(PRINTER, ((SERIES, 1, 1),), 0)),
        (books.hub, ReturnCard("52.03-000001", 1, "x")),
    ):
        assert refusal(ask(store, body, HUB_KEY)) is Refusal.WRONG_ADDRESSEE


# -- hoppers and counters -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("ranges", "expected"),
    [
        ((), Refusal.BAD_VALUE),
        (((SERIES, 1, 1), (SERIES, 3, 3)), Refusal.BAD_VALUE),
        (((SERIES, 1, 2), (SERIES, 2, 3)), Refusal.SERIALS_OVERLAP),
        (((SERIES, 4, 6),), Refusal.NOT_HELD),
        (((SERIES, 6, 7),), Refusal.NOT_HELD),
        ((("OTHER", 1, 2),), Refusal.NOT_HELD),
    ],
)
def test_a_hopper_holds_one_run_of_the_stations_stock(ranges: Ranges, expected: Refusal) -> None:
    books = stocked(5)
    before = books.stations[ONE].position()
    answer = ask(books.stations[ONE], LoadPrinter("VP-2", ranges, 0), station_key(ONE))
    assert refusal(answer) is expected
    assert books.stations[ONE].position() == before


def test_blanks_that_are_not_in_stock_are_named() -> None:
    answer = ask(stocked(5).stations[ONE], LoadPrinter("VP-2", ((SERIES, 4, 9),), 0), station_key(ONE))
    assert facts(answer)["serials"] == ("PNRI-2018 6-9",)


def test_used_blanks_are_not_loaded_again() -> None:
    books = stocked(5)
    printed(books, entered(books, 1))
    answer = ask(books.stations[ONE], LoadPrinter(PRINTER, ((SERIES, 1, 5),), 0), station_key(ONE))
    assert refusal(answer) is Refusal.NOT_HELD
    load(books, ((SERIES, 2, 5),))


@pytest.mark.parametrize(("counter", "explained"), [(0, 0), (77, 77), (-1, 0)])
def test_a_counter_is_explained_from_its_first_reading_on(counter: int, explained: int) -> None:
    books = stocked(5)
    load(books, ((SERIES, 1, 5),), printer="VP-2", counter=counter)
    assert row(books.stations[ONE], Printer, ONE, "VP-2").explained == explained
    load(books, ((SERIES, 1, 5),), printer="VP-2", counter=counter + 5)
    assert row(books.stations[ONE], Printer, ONE, "VP-2").explained == explained, "loading explains nothing"


def test_a_printer_is_closed_by_the_station_and_opened_by_two_people() -> None:
    books = stocked(5)
    station, key = books.stations[ONE], station_key(ONE)
    accepted(ask(station, ClosePrinter(PRINTER, "two cards too many"), key))
    load(books, ((SERIES, 1, 5),))
    assert row(station, Printer, ONE, PRINTER).closed_why == "two cards too many", "loading opens nothing"
    assert refusal(ask(station, ClosePrinter(PRINTER), key)) is Refusal.NOT_ALLOWED
    assert refusal(ask(station, ClosePrinter(PRINTER), VERIFIER_1)) is Refusal.NEEDS_PEOPLE
    assert refusal(ask(station, ClosePrinter("VP-9"), *PAIR)) is Refusal.PRINTER_CLOSED
    accepted(ask(station, ClosePrinter(PRINTER, counter=2), *PAIR))
    assert row(station, Printer, ONE, PRINTER) == Printer(ONE, PRINTER, 2, SERIES, 1, 5)
    exchange(books)
    assert not rows(books.hub, Dispute)


@pytest.mark.rule(38)
def test_every_commit_says_when_it_was_recorded() -> None:
    books = authorised_but_not_taken()
    accepted(books.stations[ONE].commit([Work(signed(feed_ask(books, ONE, 2), HUB_KEY))], NOW + 5)[0])
    last = books.stations[ONE].sealed_since(books.stations[ONE].position().n - 1, 1)[0]
    assert read_header(last.header).at_ms == NOW + 5
