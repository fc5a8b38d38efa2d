"""Absorbing a station's chain: a fact is never refused, at worst disputed, and a dispute never frees."""

import pytest
from attrs import evolve

from ektp_core.boundary.store import Answer, Work
from ektp_core.errors import Refusal
from ektp_core.flow.absorb import DISPUTE, FORK, AbsorbCommit
from ektp_core.flow.codec import decode_event, encode_event
from ektp_core.flow.custody import Issue
from ektp_core.flow.events import (
    Absorbed,
    Authorised,
    CardMade,
    CardRevoked,
    ChipRead,
    Event,
    FeedQueued,
    FeedTaken,
    GivenOut,
    KeyTrusted,
    Moved,
    OfficerNamed,
    Pressed,
    PrinterClosed,
    PrinterLoaded,
    Received,
    Reported,
    StationFrozen,
    Stepped,
    TakenIn,
)
from ektp_core.flow.feed import read_entry
from ektp_core.flow.founding import Register
from ektp_core.flow.printing import Authorise
from ektp_core.flow.rows import (
    AbsorbedCommit,
    Chip,
    Desk,
    Dispute,
    Evidence,
    FeedRow,
    Key,
    Lock,
    Officer,
    Revoked,
    Station,
)
from ektp_core.flow.settling import Found, Settle
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.objection import Objection
from ektp_core.vocabulary.role import Hand
from ektp_core.vocabulary.state import CardState, LockEvent, LockState, PressStep, Profile
from ektp_core.vocabulary.verdict import Certainty
from ektp_core.wire.chain import read_header
from tests.core.flow.offices import (
    BAD,
    CLASS,
    GOOD,
    HOUR_MS,
    HUB_KEY,
    NOW,
    OFFICE,
    ONE,
    OPERATOR,
    PAIR,
    PRINTER,
    SERIES,
    TWO,
    Offices,
    absorbed,
    accepted,
    allot,
    ask,
    ask_all,
    attempt,
    authorised,
    card,
    entered,
    exchange,
    facts,
    feed_ask,
    forged,
    founded,
    issue,
    load,
    maybe,
    place_of,
    printed,
    refusal,
    row,
    rows,
    ship,
    signed,
    state,
    station_key,
    stocked,
    supply,
)
from tests.core.flow.soundness import agree, check_books

UIDS = tuple(f"04{number:012X}" for number in range(1, 21))
RECORD = "52.03-000001"


def leased(chips: tuple[str, ...] = ()) -> Offices:
    """Record 1 authorised at station one, both books agreeing."""
    books = stocked(10, chips)
    assert entered(books, 1) == RECORD
    authorised(books, RECORD)
    return books


def objections(books: Offices, station: str = ONE) -> list[Objection]:
    return [one.objection for one in rows(books.hub, Dispute, station)]


def unabsorbed(books: Offices, station: str = ONE) -> list[AbsorbCommit]:
    """What the station sealed and the hub has not taken."""
    desk, found = row(books.hub, Desk, station), []
    for one in books.stations[station].sealed_since(desk.chain_n, 1_000):
        header = read_header(one.header)
        found.append(AbsorbCommit(station, one.n, header.previous, one.head, header.at_ms, header.pen, one.events))
    return found


def absorb(books: Offices, body: AbsorbCommit, *keys: str) -> Answer:
    return ask(books.hub, body, *(keys or (station_key(body.station),)))


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


# -- a fork -------------------------------------------------------------------------------


def forked() -> tuple[Offices, AbsorbCommit]:
    """A copy of the station's book made a good card that the hub never heard of; the original went on."""
    books = leased(UIDS[:10])
    desk = row(books.hub, Desk, ONE)
    second = entered(books, 2)
    authorised(books, second)
    name = f"{RECORD}/1"
    branch: Facts = (
        Stepped(RECORD, 1, LockEvent.START, LockState.IN_PRESS),
        Moved(SERIES, 5, 5, ONE, Bucket.STOCK, ONE, Bucket.IN_MACHINE, name),
        Pressed(RECORD, 1, PressStep.UID_BOUND, PRINTER, -1, SERIES, 5, UIDS[4]),
    )
    n = desk.chain_n + 1
    return books, AbsorbCommit(ONE, n, desk.chain_head, b"\x07" * 32, NOW, b"", tuple(map(encode_event, branch)))


@pytest.mark.rule(22)
def test_two_histories_stop_the_station_and_everything_it_had_open() -> None:
    books, branch = forked()
    accepted(absorb(books, branch))
    assert row(books.hub, Station, ONE).frozen_why == FORK
    assert [state(books.hub, f"52.03-00000{n}") for n in (1, 2)] == [LockState.SUSPECT] * 2
    assert place_of(books.hub, 5) == (ONE, Bucket.SUSPECT)
    assert row(books.hub, Revoked, UIDS[4]).why == "fork"
    assert len(rows(books.hub, Dispute, ONE, branch.n)) == 3, "the whole branch is kept"
    third = entered(books, 3)
    assert refusal(ask(books.hub, Authorise(third, ONE), HUB_KEY)) is Refusal.STATION_FROZEN
    check_books(books)


def test_the_same_branch_again_is_refused_and_the_receipt_of_the_first_history_stays() -> None:
    books, branch = forked()
    accepted(absorb(books, branch))
    answer = absorb(books, branch)
    assert refusal(answer) is Refusal.CHAIN_FORK and facts(answer) == {"n": branch.n, "station": ONE}
    taken = absorbed(books, ONE, branch.n)
    assert taken is not None and taken.head != branch.head


def test_the_whole_branch_is_kept_not_only_where_it_left_the_first_history() -> None:
    books, branch = forked()
    accepted(absorb(books, branch))
    read = encode_event(Moved(SERIES, 7, 7, ONE, Bucket.STOCK, ONE, Bucket.IN_MACHINE, "52.03-000002/1"))
    further = AbsorbCommit(ONE, branch.n + 1, branch.head, b"\x0a" * 32, NOW, b"", (read,))
    far = evolve(further, n=branch.n + 5, head=b"\x0b" * 32, previous=b"between")
    accepted(absorb(books, further))
    accepted(absorb(books, far))
    kept = rows(books.hub, Evidence, ONE)
    assert {(one.n, one.head) for one in kept} == {(one.n, one.head) for one in (branch, further, far)}
    assert place_of(books.hub, 7) == (ONE, Bucket.SUSPECT)
    check_books(books)


@pytest.mark.rule(22)
def test_a_card_that_was_printed_before_the_fork_stays_printed() -> None:
    books = stocked(5, UIDS[:5])
    record = entered(books, 1)
    printed(books, record, uid=UIDS[0])
    made = CardMade(UIDS[0], record, 1)
    accepted(absorb(books, AbsorbCommit(ONE, 2, b"x", b"\x08" * 32, NOW, b"", (encode_event(made),))))
    assert state(books.hub, record) is LockState.PRINTED
    assert row(books.hub, Chip, UIDS[0]).state is CardState.INACTIVE


def test_a_commit_that_hangs_on_another_head_is_a_fork() -> None:
    books = leased()
    n = row(books.hub, Desk, ONE).chain_n + 1
    accepted(absorb(books, AbsorbCommit(ONE, n, b"another", b"\x09" * 32, NOW, b"", ())))
    assert row(books.hub, Station, ONE).frozen_why == FORK


@pytest.mark.rule(22)
def test_nothing_of_a_forked_station_is_freed_before_its_key_is_gone_and_its_time_over() -> None:
    books, branch = forked()
    accepted(absorb(books, branch))
    exchange(books)
    body = Settle(RECORD, 1, Found.UNUSED, "BA-1")
    assert refusal(ask(books.hub, body, *PAIR)) is Refusal.STILL_LEASED
    accepted(ask(books.hub, Register(revoked_keys=(station_key(ONE),)), *PAIR))
    assert refusal(ask(books.hub, body, *PAIR, at_ms=NOW + 9 * HOUR_MS)) is Refusal.STILL_LEASED, "the grace"
    accepted(ask(books.hub, body, *PAIR, at_ms=NOW + 33 * HOUR_MS))


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


# -- one objection after the other --------------------------------------------------------

START = Stepped(RECORD, 1, LockEvent.START, LockState.IN_PRESS)
TO_MACHINE = Moved(SERIES, 1, 1, ONE, Bucket.STOCK, ONE, Bucket.IN_MACHINE, f"{RECORD}/1")
BEGUN = Pressed(RECORD, 1, PressStep.START, PRINTER, -1, SERIES, 1, at_ms=NOW, profile=Profile.NO_CHIP)
IN_PRESS = (START, TO_MACHINE, BEGUN)
MARK = Pressed(RECORD, 1, PressStep.INTENT_MARK, PRINTER)
INKED = (*IN_PRESS, MARK)
GOOD_SAID = Stepped(RECORD, 1, LockEvent.VERDICT_GOOD, LockState.PRINTED, certainty=Certainty.COUNTER_POSITION)
TO_GOOD = Moved(SERIES, 1, 1, ONE, Bucket.IN_MACHINE, ONE, Bucket.GOOD_HELD, f"{RECORD}/1")
READ = Pressed(RECORD, 1, PressStep.UID_BOUND, PRINTER, uid=UIDS[0])
BACK = evolve(TO_MACHINE, bucket=Bucket.IN_MACHINE, to_bucket=Bucket.STOCK)
RECEIVED = Received("I-1", ONE, ("operator", "verifier-2"))

Facts = tuple[Event, ...]

#: What the station says, and what is held against the last of it.
CASES: list[tuple[str, Facts, Objection | None]] = [
    ("an honest start", IN_PRESS, None),
    ("an honest end", (*INKED, GOOD_SAID, TO_GOOD), None),
    ("a step of nobody's record", (evolve(START, record="52.03-000009"),), Objection.WRONG_STATION),
    ("a step of another station's record", (evolve(START, record="52.03-000002"),), Objection.WRONG_STATION),
    ("a step of an attempt to come", (evolve(START, n=2),), Objection.WRONG_ATTEMPT),
    ("a verdict on a card never started", (GOOD_SAID,), Objection.NO_SUCH_STEP),
    ("a step to a state the table does not have", (evolve(START, state=LockState.PRINTED),), Objection.NO_SUCH_STEP),
    ("a dispute, which is the hub's to say",
     (Stepped(RECORD, 1, LockEvent.DISPUTE, LockState.SUSPECT),), Objection.NO_SUCH_STEP),
    ("a second verdict", (*INKED, GOOD_SAID, TO_GOOD, GOOD_SAID), Objection.NO_SUCH_STEP),
    ("good on an idle lamp",
     (*INKED, evolve(GOOD_SAID, certainty=Certainty.STATUS_IDLE)), Objection.CERTAINTY_TOO_LOW),
    ("good on nothing", (*INKED, evolve(GOOD_SAID, certainty=None)), Objection.CERTAINTY_TOO_LOW),
    ("not fed, on a counter alone",
     (*IN_PRESS, Stepped(RECORD, 1, LockEvent.PROVE_NOT_FED, LockState.AUTHORISED, certainty=Certainty.COUNTER)),
     Objection.CERTAINTY_TOO_LOW),
    ("not fed, on nothing",
     (*IN_PRESS, Stepped(RECORD, 1, LockEvent.PROVE_NOT_FED, LockState.AUTHORISED)), Objection.CERTAINTY_TOO_LOW),
    ("another party's blanks", (evolve(TO_MACHINE, party=OFFICE, to_party=OFFICE),), Objection.WRONG_STATION),
    ("its blank given to the office", (evolve(TO_MACHINE, to_party=OFFICE),), Objection.WRONG_STATION),
    ("a blank it does not hold", (START, evolve(TO_MACHINE, lo=99, hi=99)), Objection.NOT_UNDER_YOUR_PEN),
    ("a blank of the other station", (START, evolve(TO_MACHINE, lo=15, hi=15)), Objection.NOT_UNDER_YOUR_PEN),
    ("more blanks than one run holds", (START, evolve(TO_MACHINE, lo=1, hi=15)), Objection.NOT_UNDER_YOUR_PEN),
    ("a run that ends before it begins", (START, evolve(TO_MACHINE, lo=5, hi=4)), Objection.NOT_UNDER_YOUR_PEN),
    ("a run that ends below nothing", (START, evolve(TO_MACHINE, lo=5, hi=-4)), Objection.NOT_UNDER_YOUR_PEN),
    ("a chip that is none", (ChipRead("", SERIES, 1),), Objection.UID_KNOWN),
    ("a blank from where it is not",
     (*IN_PRESS, evolve(TO_MACHINE, to_bucket=Bucket.IN_MACHINE)), Objection.NOT_UNDER_YOUR_PEN),
    ("two blanks for one card", (START, evolve(TO_MACHINE, hi=2)), Objection.NOT_UNDER_YOUR_PEN),
    ("a movement the hub alone writes",
     (*IN_PRESS, evolve(TO_GOOD, to_bucket=Bucket.SUSPECT, reference=DISPUTE)), Objection.WRONG_STATION),
    ("a blank in the machine before the start", (TO_MACHINE,), Objection.NO_SUCH_STEP),
    ("good in the tray, with no verdict", (*IN_PRESS, TO_GOOD), Objection.NO_SUCH_STEP),
    ("a step in no machine", (evolve(BEGUN, number=0, series=""),), Objection.NO_SUCH_STEP),
    ("a card of another station",
     (evolve(BEGUN, record="52.03-000002"),), Objection.WRONG_STATION),
    ("a card of another attempt", (*IN_PRESS, evolve(BEGUN, n=7)), Objection.WRONG_ATTEMPT),
    ("a chip where none is read", (*IN_PRESS, evolve(READ, step=PressStep.FED)), Objection.UID_KNOWN),
    ("a chip bound that was never read", (*IN_PRESS, READ), Objection.UID_KNOWN),
    ("a chip read", (*IN_PRESS, ChipRead(UIDS[0], SERIES, 1), READ), None),
    ("a chip read in a blank it does not have", (ChipRead(UIDS[0], SERIES, 15),), Objection.NOT_UNDER_YOUR_PEN),
    ("a chip read in a blank nobody has", (ChipRead(UIDS[0], SERIES, 99),), Objection.NOT_UNDER_YOUR_PEN),
    ("a chip read in two blanks",
     (ChipRead(UIDS[0], SERIES, 1), ChipRead(UIDS[0], SERIES, 2)), Objection.UID_KNOWN),
    ("two chips read in one blank",
     (ChipRead(UIDS[0], SERIES, 1), ChipRead(UIDS[1], SERIES, 1)), Objection.UID_KNOWN),
    ("another blank's chip bound",
     (*IN_PRESS, ChipRead(UIDS[0], SERIES, 2), READ), Objection.UID_KNOWN),
    ("a card of a chip", (*IN_PRESS, ChipRead(UIDS[0], SERIES, 1), READ, MARK, GOOD_SAID, TO_GOOD,
                          CardMade(UIDS[0], RECORD, 1)), None),
    ("a card made twice", (*IN_PRESS, ChipRead(UIDS[0], SERIES, 1), READ, MARK, GOOD_SAID, TO_GOOD,
                           CardMade(UIDS[0], RECORD, 1), CardMade(UIDS[0], RECORD, 1)), Objection.UID_KNOWN),
    ("a card of a chip that was not bound",
     (*INKED, GOOD_SAID, TO_GOOD, CardMade(UIDS[0], RECORD, 1)), Objection.NO_SUCH_STEP),
    ("a card before the verdict",
     (*IN_PRESS, ChipRead(UIDS[0], SERIES, 1), READ, CardMade(UIDS[0], RECORD, 1)), Objection.WRONG_ATTEMPT),
    ("a card of another station's record", (CardMade(UIDS[0], "52.03-000002", 1),), Objection.WRONG_STATION),
    ("a feed entry of another station", (FeedTaken(TWO, 1, b"", "", 0, 0),), Objection.WRONG_STATION),
    ("a feed entry out of turn", (FeedTaken(ONE, 9, b"", "", 0, 0),), Objection.NO_SUCH_STEP),
    ("a feed entry taken before", (FeedTaken(ONE, 1, b"", "", 0, 0),), Objection.NO_SUCH_STEP),
    ("a consignment counted in twice", (RECEIVED,), Objection.NO_SUCH_STEP),
    ("another's consignment", (evolve(RECEIVED, consignment="I-2"),), Objection.WRONG_STATION),
    ("a consignment for the office", (evolve(RECEIVED, party=OFFICE),), Objection.WRONG_STATION),
    ("another station's printer", (PrinterLoaded(TWO, PRINTER, 0, SERIES, 1, 2),), Objection.WRONG_STATION),
    ("another station's printer closed", (PrinterClosed(TWO, PRINTER, "x"),), Objection.WRONG_STATION),
    ("its own printer closed", (PrinterClosed(ONE, PRINTER, "x"),), None),
    ("blanks from nowhere", (TakenIn(SERIES, 500, 500, ONE, Bucket.STOCK, "v5", "me"),), Objection.NO_SUCH_STEP),
    ("blanks into nowhere", (GivenOut(SERIES, 1, 1, ONE, Bucket.STOCK),), Objection.NO_SUCH_STEP),
    ("an authorisation to itself", (Authorised(RECORD, 2, ONE, NOW, 9),), Objection.NO_SUCH_STEP),
    ("a report about itself", (Reported("R", "A-1", 1, b"", "operator", 1, 0, 0, True),), Objection.NO_SUCH_STEP),
    ("a chip taken off the stop list", (CardRevoked(UIDS[0], "", RECORD),), Objection.NO_SUCH_STEP),
]  # fmt: skip


def both_stations() -> Offices:
    """Record 1 at station one, record 2 at station two, each with ten blanks."""
    books = founded()
    supply(books, 1, 20)
    allot(books, "A-1", 20)
    load(books, issue(books, "I-1", 10))
    load(books, issue(books, "I-2", 10, TWO), TWO)
    for number, station in ((1, ONE), (2, TWO)):
        authorised(books, entered(books, number), station)
    return books


@pytest.mark.rule(22)
@pytest.mark.parametrize(("said", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_is_held_against_a_fact(said: Facts, expected: Objection | None) -> None:
    books = both_stations()
    ready = {one.record for one in rows(books.hub, Lock) if one.state is LockState.READY}
    unlocked_states = (LockState.READY, LockState.REPORTED)
    taken = accepted(forged(books, ONE, *said))
    assert isinstance(taken.events[-1], Absorbed), "the chain goes on whatever was said"
    found = [(one.index, one.objection) for one in rows(books.hub, Dispute, ONE)]
    assert found == ([] if expected is None else [(len(said) - 1, expected)])
    kept = [one.event for one in rows(books.hub, Dispute, ONE)]
    assert kept == ([] if expected is None else [encode_event(said[-1])])
    opened = {one.record for one in rows(books.hub, Lock) if one.state in unlocked_states} - ready
    assert not opened, "a dispute never frees"
    check_books(books)


@pytest.mark.parametrize("objection", Objection)
def test_every_objection_is_provoked(objection: Objection) -> None:
    provoked = {expected for _, _, expected in CASES} | {Objection.PAST_T}  # PAST_T has a test of its own
    assert objection in provoked
    assert objection.meaning.endswith(".")


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
