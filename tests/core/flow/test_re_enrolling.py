"""A station goes on under a new key, with a new book and a new chain (lock.md, Fork)."""

import pytest

from ektp_core.errors import Refusal
from ektp_core.flow.absorb import FORK, AbsorbCommit
from ektp_core.flow.apply import apply
from ektp_core.flow.custody import Issue
from ektp_core.flow.decide import Decider
from ektp_core.flow.evidence import of_an_earlier_book
from ektp_core.flow.founding import Found, NewKey, NewStation, Register
from ektp_core.flow.pen import EMPTY
from ektp_core.flow.pressing import StartCard
from ektp_core.flow.printing import Authorise
from ektp_core.flow.re_enrolling import ReEnrol
from ektp_core.flow.rows import (
    Consignment,
    Contact,
    Desk,
    Dispute,
    Evidence,
    FeedRow,
    Holding,
    Key,
    Lock,
    Pen,
    Station,
    TakenEntry,
)
from ektp_core.flow.settling import Found as SettledAs
from ektp_core.flow.settling import Settle
from ektp_core.flow.silence import DeclareStationLost
from ektp_core.flow.station_book import LoadPrinter, TakeFeed
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.role import Hand
from ektp_core.vocabulary.state import LockState, Profile
from ektp_core.wire.chain import read_header
from ektp_store.memory import MemoryStore
from tests.core.flow import offices
from tests.core.flow.office_cards import (
    GOOD,
    allot,
    authorised,
    card,
    entered,
    held,
    issue,
    place_of,
    printed,
    state,
    stocked,
    supply,
)
from tests.core.flow.offices import (
    HOUR_MS,
    HUB_KEY,
    NOW,
    OFFICE,
    ONE,
    OPERATOR,
    PAIR,
    PRINTER,
    REGIONS,
    SERIES,
    VERIFIER_1,
    Offices,
    accepted,
    ask,
    digest_of,
    exchange,
    maybe,
    refusal,
    registrations,
    row,
    rows,
    station_key,
)
from tests.core.flow.soundness import check_books

pytestmark = pytest.mark.rule(21)
NEW_KEY = "key-new"
PUBLIC = digest_of(NEW_KEY.encode()).hex()
LEASE_MS = 8 * HOUR_MS
LONG_AFTER = NOW + LEASE_MS + 25 * HOUR_MS


def re_enrol(*blanks: tuple[int, int]) -> ReEnrol:
    """The ask of the two people, with the blanks they counted."""
    return ReEnrol(ONE, NEW_KEY, PUBLIC, "BA-9", tuple((SERIES, lo, hi) for lo, hi in blanks))


def forked() -> tuple[Offices, str, str]:
    """A station that printed one card, holds one authorisation, and was found to have two histories."""
    books = stocked(6)
    done = entered(books, 1)
    printed(books, done, GOOD)
    waiting = entered(books, 2)
    authorised(books, waiting)
    first = books.stations[ONE].sealed_since(1, 1)[0]
    header = read_header(first.header)
    other = AbsorbCommit(ONE, first.n, header.previous, digest_of(b"other"), NOW, b"", ())
    accepted(ask(books.hub, other, station_key(ONE)))
    assert row(books.hub, Station, ONE).frozen_why == FORK
    return books, done, waiting


def founded_anew(books: Offices) -> Offices:
    """The station's new book, as its founding export says."""
    everybody = registrations()
    feed_m = row(books.hub, Contact, ONE).feed_m
    first = Register(
        everybody.parties,
        everybody.officers,
        (*(key for key in everybody.keys if key.owner != ONE), NewKey(NEW_KEY, ONE, Hand.STATION, PUBLIC)),
        tuple(NewStation(one.station, one.name, one.classes, feed_m) for one in everybody.stations if one.station == ONE),
        (),
        everybody.policy,
    )
    store = MemoryStore(Decider(REGIONS, owner=ONE), apply, owner=ONE)
    accepted(ask(store, Found(first), ask_id="founding"))
    return Offices(books.hub, {**books.stations, ONE: store})


def test_two_people_of_the_centre_end_the_old_key_and_let_it_go_on() -> None:
    books, done, waiting = forked()
    accepted(ask(books.hub, re_enrol(), *PAIR))
    assert row(books.hub, Station, ONE).frozen_why == ""
    assert row(books.hub, Key, station_key(ONE)).revoked and not row(books.hub, Key, NEW_KEY).revoked
    assert (state(books.hub, done), state(books.hub, waiting)) == (LockState.PRINTED, LockState.SUSPECT)


@pytest.mark.parametrize(
    ("signers", "why"),
    [
        ((VERIFIER_1,), Refusal.NEEDS_PEOPLE),
        ((OPERATOR, VERIFIER_1), Refusal.NOT_ALLOWED),
        ((station_key(ONE),), Refusal.NOT_ALLOWED),
    ],
)
def test_nobody_else_may(signers: tuple[str, ...], why: Refusal) -> None:
    books, _, _ = forked()
    assert refusal(ask(books.hub, re_enrol(), *signers)) is why


def test_unknown_or_lost_stations_known_keys_and_missing_minutes_are_refused() -> None:
    books, _, _ = forked()
    for body, why in (
        (ReEnrol("station/52.03/9", NEW_KEY, PUBLIC, "BA-9"), Refusal.UNKNOWN_STATION),
        (ReEnrol(ONE, station_key(ONE), PUBLIC, "BA-9"), Refusal.ALREADY_KNOWN),
        (ReEnrol(ONE, NEW_KEY, "00", "BA-9"), Refusal.BAD_VALUE),
        (ReEnrol(ONE, NEW_KEY, PUBLIC, ""), Refusal.BAD_VALUE),
    ):
        assert refusal(ask(books.hub, body, *PAIR)) is why
    accepted(ask(books.hub, DeclareStationLost(ONE, "B-1", "2018-11-18"), *PAIR))
    assert refusal(ask(books.hub, re_enrol(), *PAIR)) is Refusal.STATION_IS_LOST


def test_counted_blanks_go_to_the_store_the_rest_is_suspect_and_the_pen_is_empty() -> None:
    books, _, _ = forked()
    accepted(ask(books.hub, re_enrol((3, 5)), *PAIR))
    assert held(books.hub, (OFFICE, Bucket.STOCK)) == 3
    assert place_of(books.hub, 6) == (ONE, Bucket.SUSPECT) and place_of(books.hub, 1) == (ONE, Bucket.GOOD_HELD)
    assert row(books.hub, Pen, ONE).digest == EMPTY
    assert sum(len(run) for run in rows(books.hub, Holding)) == 6
    desk = row(books.hub, Desk, ONE)
    assert (desk.chain_n, desk.chain_head, desk.outstanding, desk.taken_m) == (0, b"", 0, desk.queued_m)


def test_a_blank_that_was_printed_on_is_not_counted_back() -> None:
    books, _, _ = forked()
    assert refusal(ask(books.hub, re_enrol((1, 5)), *PAIR)) is Refusal.NOT_HELD


def test_what_was_on_the_road_to_it_is_counted_too_and_the_consignment_is_closed() -> None:
    books = stocked(6)
    supply(books, 11, 14)
    allot(books, "A-2", 4)
    accepted(ask(books.hub, Issue("I-2", ONE, "v5", 4), OPERATOR))
    accepted(ask(books.hub, re_enrol((11, 14), (1, 6)), *PAIR))
    assert row(books.hub, Consignment, "I-2").is_received
    assert held(books.hub, (OFFICE, Bucket.STOCK)) == 10


def test_the_new_book_is_given_blanks_and_prints(monkeypatch: pytest.MonkeyPatch) -> None:
    books, _, waiting = forked()
    accepted(ask(books.hub, re_enrol((3, 5)), *PAIR))
    books = founded_anew(books)
    monkeypatch.setattr(offices, "station_key", lambda station: NEW_KEY)  # it signs with its new key from here on
    exchange(books)
    ranges = issue(books, "I-9", 3)
    accepted(ask(books.stations[ONE], LoadPrinter(PRINTER, ranges, 0), NEW_KEY))
    exchange(books)
    record = entered(books, 7)
    accepted(ask(books.hub, Authorise(record, ONE), HUB_KEY))
    exchange(books)
    for body in card(record, 1, GOOD):
        accepted(ask(books.stations[ONE], body, NEW_KEY))
    exchange(books)
    assert state(books.hub, record) is LockState.PRINTED
    assert rows(books.hub, Dispute) == [one for one in rows(books.hub, Dispute) if one.n == 2]  # the branch's alone
    assert row(books.hub, Station, ONE).frozen_why == ""
    assert row(books.hub, Pen, ONE).digest == row(books.stations[ONE], Pen, ONE).digest
    assert state(books.hub, waiting) is LockState.SUSPECT


def test_an_old_entry_is_never_the_next_one_for_the_new_book() -> None:
    books, _, _ = forked()
    accepted(ask(books.hub, re_enrol(), *PAIR))
    last = row(books.hub, Desk, ONE).queued_m
    new = founded_anew(books).stations[ONE]
    for m in range(1, last + 1):
        body = row(books.hub, FeedRow, ONE, m).body
        assert refusal(ask(new, TakeFeed(body, digest_of(body)), HUB_KEY)) is Refusal.FEED_FORK
    assert rows(new, TakenEntry) == [] and rows(new, Lock) == []


def test_what_the_old_key_signs_later_is_evidence_and_changes_nothing() -> None:
    books, _, waiting = forked()
    accepted(ask(books.hub, re_enrol((3, 5)), *PAIR))
    before = [rows(books.hub, kind) for kind in (Lock, Holding, Desk, Station)]
    accepted(ask(books.stations[ONE], StartCard(waiting, 1, PRINTER, -1, Profile.NO_CHIP), station_key(ONE)))
    for one in books.stations[ONE].sealed_since(0, 1_000):
        header = read_header(one.header)
        body = AbsorbCommit(ONE, one.n, header.previous, one.head, header.at_ms, header.pen, one.events)
        accepted(ask(books.hub, body, station_key(ONE)))
    assert [rows(books.hub, kind) for kind in (Lock, Holding, Desk, Station)] == before
    last = books.stations[ONE].position()
    assert maybe(books.hub, Evidence, ONE, last.n, last.head) is not None


def test_the_new_key_does_not_go_on_with_the_old_chain() -> None:
    books, _, _ = forked()
    accepted(ask(books.hub, re_enrol(), *PAIR))
    last = books.stations[ONE].sealed_since(books.stations[ONE].position().n - 1, 1)[0]
    header = read_header(last.header)
    body = AbsorbCommit(ONE, last.n, header.previous, last.head, NOW, header.pen, last.events)
    assert refusal(ask(books.hub, body, NEW_KEY)) is Refusal.CHAIN_GAP


def test_an_attempt_of_the_old_book_is_not_closed_before_its_time_and_the_grace_are_over() -> None:
    books, _, waiting = forked()
    accepted(ask(books.hub, re_enrol((3, 5)), *PAIR))
    settle = Settle(waiting, 1, SettledAs.UNUSED, "BA-10")
    assert refusal(ask(books.hub, settle, *PAIR)) is Refusal.STILL_LEASED
    accepted(ask(books.hub, settle, *PAIR, at_ms=LONG_AFTER))
    assert state(books.hub, waiting) is LockState.READY


def test_what_happens_to_an_old_attempt_does_not_trouble_the_new_book(monkeypatch: pytest.MonkeyPatch) -> None:
    books, _, waiting = forked()
    accepted(ask(books.hub, re_enrol((3, 5)), *PAIR))
    books = founded_anew(books)
    monkeypatch.setattr(offices, "station_key", lambda station: NEW_KEY)  # it signs with its new key from here on
    accepted(ask(books.hub, Settle(waiting, 1, SettledAs.UNUSED, "BA-10"), *PAIR, at_ms=LONG_AFTER))
    exchange(books, at_ms=LONG_AFTER)
    assert rows(books.stations[ONE], Lock) == []
    assert row(books.hub, Station, ONE).frozen_why == ""


def test_only_a_founding_export_says_where_the_feed_was() -> None:
    books = stocked(2)
    new = Register(stations=(NewStation("station/52.03/7", "Seven", ("v5",), 5),))
    assert refusal(ask(books.hub, new, *PAIR)) is Refusal.BAD_VALUE


def test_of_a_station_that_was_never_re_enrolled_nothing_is_of_an_earlier_book() -> None:
    books = stocked(2)
    with books.hub.read() as view:
        assert not of_an_earlier_book(view, ONE, 1)
    check_books(books)
