"""A station that lies under its own key: what it cannot say, and that its chain goes on whatever it says.

Only the station's key was needed for these commits. Every one is absorbed; what does not fit
the hub's copy is kept as evidence, stops its lock, and frees neither a record nor a blank.
"""

import pytest
from attrs import evolve

from ektp_core.boundary.store import Accepted, Work
from ektp_core.flow.absorb import AbsorbCommit
from ektp_core.flow.ask import Ask
from ektp_core.flow.codec import encode_event
from ektp_core.flow.custody import Issue
from ektp_core.flow.events import ChipRead, Event, FeedTaken, Moved, Pressed, PrinterClosed, Received, Stepped
from ektp_core.flow.printing import Recall
from ektp_core.flow.rows import Consignment, Desk, Dispute, FeedRow, Printer
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.objection import Objection
from ektp_core.vocabulary.state import LockEvent, LockState, PressStep, Profile
from ektp_core.vocabulary.verdict import Cause, Certainty
from ektp_core.wire.chain import Header, seal
from tests.core.flow.office_cards import allot, attempt, authorised, entered, place_of, state, stocked, supply
from tests.core.flow.offices import (
    CLASS,
    NOW,
    ONE,
    OPERATOR,
    PRINTER,
    SERIES,
    VERIFIER_1,
    Offices,
    accepted,
    ask,
    digest_of,
    exchange,
    forged,
    founded,
    row,
    rows,
    station_key,
)
from tests.core.flow.soundness import check_books

FIRST, SECOND = "52.03-000001", "52.03-000002"
UIDS = tuple(f"04{number:012X}" for number in range(1, 11))
NO_STEP, NO_PEN, STATION, ATTEMPT = (
    Objection.NO_SUCH_STEP,
    Objection.NOT_UNDER_YOUR_PEN,
    Objection.WRONG_STATION,
    Objection.WRONG_ATTEMPT,
)
Facts = tuple[Event, ...]


def move(number: int, source: Bucket, target: Bucket, reference: str = f"{FIRST}/1") -> Moved:
    return Moved(SERIES, number, number, ONE, source, ONE, target, reference)


def start(number: int, record: str = FIRST) -> Facts:
    return (
        Stepped(record, 1, LockEvent.START, LockState.IN_PRESS),
        move(number, Bucket.STOCK, Bucket.IN_MACHINE, f"{record}/1"),
        Pressed(record, 1, PressStep.START, PRINTER, -1, SERIES, number, at_ms=NOW, profile=Profile.NO_CHIP),
    )


def noted(*steps: PressStep, record: str = FIRST) -> tuple[Pressed, ...]:
    return tuple(Pressed(record, 1, step, PRINTER) for step in steps)


def verdict(event: LockEvent, target: LockState, *by: str) -> Stepped:
    return Stepped(FIRST, 1, event, target, Cause.NONE, by, certainty=Certainty.COUNTER_POSITION)


FED, MARK, EJECTED, OUTCOME = PressStep.FED, PressStep.INTENT_MARK, PressStep.EJECTED, PressStep.OUTCOME
BEGIN = start(1)
TO_MACHINE = move(1, Bucket.STOCK, Bucket.IN_MACHINE)
BEGUN = Pressed(FIRST, 1, PressStep.START, PRINTER, -1, SERIES, 1, at_ms=NOW, profile=Profile.NO_CHIP)
SAID_GOOD = verdict(LockEvent.VERDICT_GOOD, LockState.PRINTED)
INKED: Facts = (*BEGIN, *noted(FED, MARK, EJECTED))
NOT_FED: Facts = (verdict(LockEvent.PROVE_NOT_FED, LockState.AUTHORISED), move(1, Bucket.IN_MACHINE, Bucket.STOCK))
TO_WASTE = move(1, Bucket.IN_MACHINE, Bucket.WASTE_HELD)
FAILED: Facts = (verdict(LockEvent.BLANK_FAILED, LockState.AUTHORISED), TO_WASTE)
GOOD: Facts = (SAID_GOOD, move(1, Bucket.IN_MACHINE, Bucket.GOOD_HELD))
SEEN_GOOD: Facts = (evolve(SAID_GOOD, certainty=Certainty.OPERATOR), GOOD[1])
BAD = verdict(LockEvent.VERDICT_BAD, LockState.MISPRINTED)
EXCHANGE: Facts = (
    move(1, Bucket.IN_MACHINE, Bucket.STOCK),
    move(3, Bucket.STOCK, Bucket.IN_MACHINE),
    Pressed(FIRST, 1, PressStep.UID_BOUND, PRINTER, -1, SERIES, 3, UIDS[2]),
)

#: What the station says in one commit, and everything that is held against it, by place.
LIES: list[tuple[str, Facts, list[tuple[int, Objection]]]] = [
    ("not fed, and begun anew, and good: all in one commit",
     (*BEGIN, *noted(OUTCOME), *NOT_FED, *INKED, *noted(OUTCOME), *GOOD), []),
    ("a blank that failed before ink", (*BEGIN, *noted(FED, OUTCOME), *FAILED), []),
    ("two cards, one after the other",
     (*INKED, *noted(OUTCOME), *GOOD, *start(2, SECOND), *noted(FED, record=SECOND)), []),
    ("the blank whose chip was read", (*BEGIN, *noted(FED), *EXCHANGE, *noted(MARK)), []),
    ("not fed, after it came out", (*INKED, *NOT_FED), [(6, NO_STEP), (7, NO_PEN)]),
    ("not fed, after it was fed", (*BEGIN, *noted(FED), *NOT_FED), [(4, NO_STEP), (5, NO_PEN)]),
    ("a blank failed after ink", (*INKED, *FAILED), [(6, NO_STEP), (7, NO_PEN)]),
    ("an operator's look at a card that is out", (*INKED, *noted(OUTCOME), *SEEN_GOOD), []),
    ("an operator's look at a card inside the printer",
     (*BEGIN, *noted(FED, MARK, OUTCOME), *SEEN_GOOD), [(6, NO_STEP), (7, NO_PEN)]),
    ("an operator's look at a blank that was not fed",
     (*BEGIN, *noted(OUTCOME), evolve(BAD, certainty=Certainty.OPERATOR), TO_WASTE), [(4, NO_STEP), (5, NO_PEN)]),
    ("good, and never printed", (*BEGIN, *noted(FED), *GOOD), [(4, NO_STEP), (5, NO_PEN)]),
    ("good by somebody nobody knows",
     (*INKED, evolve(SAID_GOOD, by=("nobody",)), GOOD[1]), [(6, NO_STEP), (7, NO_PEN)]),
    ("steps of a card that go back", (*INKED, *noted(FED), *FAILED), [(6, NO_STEP), (7, NO_STEP), (8, NO_PEN)]),
    ("a card begun twice", (*INKED, BEGIN[2]), [(6, NO_STEP)]),
    ("a card of no profile", (*BEGIN[:2], evolve(BEGUN, profile=None)), [(2, NO_STEP)]),
    ("a start without its blank", (BEGIN[0], BEGIN[2]), [(0, NO_STEP), (1, NO_STEP)]),
    ("a start that names no blank", BEGIN[:2], [(1, NO_PEN)]),
    ("a start that names another blank",
     (*BEGIN[:2], evolve(BEGUN, number=2)), [(1, NO_PEN), (2, NO_STEP)]),
    ("good, and the blank stays in the machine", (*INKED, GOOD[0]), [(6, NO_STEP)]),
    ("bad, and a fresh blank in its stead",
     (*INKED, BAD, move(2, Bucket.STOCK, Bucket.WASTE_HELD)), [(6, NO_STEP), (7, NO_PEN)]),
    ("waste in the tray of a good card",
     (*INKED, GOOD[0], move(1, Bucket.IN_MACHINE, Bucket.WASTE_HELD)), [(6, NO_STEP), (7, NO_PEN)]),
    ("another blank put into the machine", (*BEGIN, move(2, Bucket.STOCK, Bucket.IN_MACHINE)), [(3, NO_PEN)]),
    ("its own blank back to stock with no word", (*BEGIN, move(1, Bucket.IN_MACHINE, Bucket.STOCK)), [(3, NO_PEN)]),
    ("the blank of another attempt back to stock",
     (*INKED, *start(2, SECOND), move(1, Bucket.IN_MACHINE, Bucket.STOCK, f"{SECOND}/1")), [(9, NO_PEN)]),
    ("the blank of another attempt for its card",
     (*BEGIN, *start(2, SECOND), evolve(noted(FED)[0], series=SERIES, number=2)), [(6, NO_PEN)]),
    ("an exchange after ink", (*INKED, *EXCHANGE), [(6, NO_PEN), (7, NO_STEP), (8, NO_STEP)]),
    ("half an exchange", (*BEGIN, *noted(FED), EXCHANGE[0], EXCHANGE[2]), [(4, NO_PEN), (5, NO_STEP)]),
    ("a movement for no attempt",
     (BEGIN[0], evolve(TO_MACHINE, reference="because")), [(0, NO_STEP), (1, STATION)]),
    ("a movement for nobody's record",
     (BEGIN[0], evolve(TO_MACHINE, reference="52.03-000009/1")), [(0, NO_STEP), (1, STATION)]),
    ("a movement for a later attempt",
     (BEGIN[0], evolve(TO_MACHINE, reference=f"{FIRST}/2")), [(0, NO_STEP), (1, ATTEMPT)]),
    ("a movement for half an attempt",
     (BEGIN[0], evolve(TO_MACHINE, reference=f"{FIRST}/²")), [(0, NO_STEP), (1, ATTEMPT)]),
    ("a movement for an attempt beyond all numbers",
     (BEGIN[0], evolve(TO_MACHINE, reference=f"{FIRST}/{10**30}")), [(0, NO_STEP), (1, ATTEMPT)]),
    ("a blank beyond all numbers", (ChipRead("04FFFFFFFFFFFF", SERIES, (1 << 64) - 1),), [(0, NO_PEN)]),
    ("blanks of no series",
     (Moved("", -1, -5, ONE, Bucket.STOCK, ONE, Bucket.STOCK, "1/²"),), [(0, NO_PEN)]),
    ("a feed entry that swallows the universe", (FeedTaken(ONE, 99, b"", "", 0, 10**12),), [(0, NO_STEP)]),
]  # fmt: skip


def two_leased() -> Offices:
    """Two records authorised at station one, which holds ten blanks with known chips."""
    books = stocked(10, UIDS)
    for number in (1, 2):
        authorised(books, entered(books, number))
    return books


def held_against(books: Offices) -> list[tuple[int, Objection]]:
    return [(one.index, one.objection) for one in rows(books.hub, Dispute, ONE)]


@pytest.mark.parametrize(("said", "expected"), [lie[1:] for lie in LIES], ids=[lie[0] for lie in LIES])
def test_what_is_held_against_a_commit(said: Facts, expected: list[tuple[int, Objection]]) -> None:
    books = two_leased()
    before = row(books.hub, Desk, ONE).chain_n
    accepted(forged(books, ONE, *said))
    assert held_against(books) == expected
    assert row(books.hub, Desk, ONE).chain_n == before + 1
    if expected:
        assert LockState.PRINTED not in {state(books.hub, FIRST), state(books.hub, SECOND)}
        assert LockState.READY not in {state(books.hub, FIRST), state(books.hub, SECOND)}
    check_books(books)


def test_a_blank_that_may_bear_ink_never_goes_back_among_the_blanks() -> None:
    books = two_leased()
    accepted(forged(books, ONE, *INKED))
    accepted(forged(books, ONE, *NOT_FED))
    assert (state(books.hub, FIRST), place_of(books.hub, 1)) == (LockState.SUSPECT, (ONE, Bucket.SUSPECT))


def test_an_attempt_spends_no_more_blanks_than_the_policy_gives_it() -> None:
    books = two_leased()
    for number in (1, 2, 3):
        failed: Facts = (FAILED[0], evolve(TO_WASTE, lo=number, hi=number))
        accepted(forged(books, ONE, *start(number), *noted(FED), *failed))
    assert held_against(books) == [(4, NO_STEP), (5, NO_PEN)]
    assert (attempt(books.hub, FIRST).tries, state(books.hub, FIRST)) == (2, LockState.SUSPECT)


@pytest.mark.parametrize("m", [0, 1])
def test_a_feed_entry_hides_no_fact_of_the_stations_own(m: int) -> None:
    """Whether the entry is there (m = 0: the next one) or made up, only the hub's own words are skipped."""
    books = two_leased()
    accepted(forged(books, ONE, *INKED))
    accepted(ask(books.hub, Recall(FIRST, "by mistake"), VERIFIER_1))
    coming = row(books.hub, Desk, ONE).taken_m + 1
    digest = digest_of(row(books.hub, FeedRow, ONE, coming).body)
    accepted(forged(books, ONE, *GOOD, FeedTaken(ONE, coming + m, digest, "", 0, 2)))
    assert held_against(books) == [(2, NO_STEP)] * m
    assert (state(books.hub, FIRST), place_of(books.hub, 1)) == (LockState.PRINTED, (ONE, Bucket.GOOD_HELD))


def test_what_cannot_be_read_is_kept_and_takes_no_other_ask_with_it() -> None:
    books = two_leased()
    desk = row(books.hub, Desk, ONE)
    closed = encode_event(PrinterClosed(ONE, PRINTER, "worn"))
    raw = (b"\x93\xcd\xff\xff\x01\x90", closed, b"")
    one = seal(Header(desk.chain_n + 1, desk.chain_head, NOW, pen=b""), raw)
    body = AbsorbCommit(ONE, one.n, desk.chain_head, one.head, NOW, b"", one.events)
    other = Work(Ask("", Recall(SECOND, "by mistake"), (VERIFIER_1,), NOW, b"another"))
    answers = books.hub.commit([other, Work(Ask("", body, (station_key(ONE),), NOW, one.head))], NOW)
    assert all(isinstance(answer, Accepted) for answer in answers)
    assert held_against(books) == [(0, NO_STEP), (2, NO_STEP)]
    assert [kept.event for kept in rows(books.hub, Dispute, ONE)] == [raw[0], raw[2]]
    assert row(books.hub, Printer, ONE, PRINTER).closed_why == "worn"


@pytest.mark.parametrize("by", [(), ("operator",), ("operator", "operator"), ("operator", "nobody")])
def test_two_people_whom_the_hub_knows_count_a_consignment_in(by: tuple[str, ...]) -> None:
    books = founded()
    supply(books, 1, 10)
    allot(books, "A-1", 10)
    accepted(ask(books.hub, Issue("I-1", ONE, CLASS, 10), OPERATOR))
    exchange(books)
    counted = Moved(SERIES, 1, 10, ONE, Bucket.IN_TRANSIT, ONE, Bucket.STOCK, "I-1")
    accepted(forged(books, ONE, Received("I-1", ONE, by), counted))
    assert held_against(books) == [(0, NO_STEP), (1, NO_PEN)]
    assert not row(books.hub, Consignment, "I-1").is_received
    assert place_of(books.hub, 1) != (ONE, Bucket.STOCK)
