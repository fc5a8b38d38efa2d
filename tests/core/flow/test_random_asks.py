"""Whatever is asked, in whatever order, sound or not: the books stay sound.

Hypothesis plays the people, the printers and the line between hub and stations: asks of every
kind, most of them refused, facts that are true and facts that are not, uploads and feeds that
come late, twice or not at all. After each turn the books are counted the slow way.
"""

from collections import Counter
from collections.abc import Sequence

from attrs import evolve
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from ektp_core.boundary.store import Accepted, Answer, Store, Work
from ektp_core.flow.absorb import AbsorbCommit
from ektp_core.flow.ask import Body
from ektp_core.flow.custody import Dispatch, Grant, Issue, Receive, TakeSupply
from ektp_core.flow.events import CardMade, ChipRead, Entered, Event, FeedTaken, GivenOut, Moved, Pressed, Stepped
from ektp_core.flow.pressing import Conclude, NoteStep, ReturnCard, StartCard
from ektp_core.flow.printing import Authorise, Enter, Recall, Withdraw
from ektp_core.flow.reporting import Unlock
from ektp_core.flow.reversal import ReverseMovement
from ektp_core.flow.rows import Allotment, Attempt, Desk, Holding, Lease, Lock, Pen, Record, Report, Revoked, Station
from ektp_core.flow.settling import FailCard, Found, Settle, VoidCard
from ektp_core.flow.station_book import LoadPrinter
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.prr import PreviousCard, Reason
from ektp_core.vocabulary.state import LockEvent, LockState, PressStep, Profile
from ektp_core.vocabulary.verdict import BlankPlace, Cause, Certainty, Outcome
from ektp_core.wire.chain import read_header
from tests.core.flow.office_cards import (
    BAD,
    GOOD,
    UNFED,
    UNKNOWN,
    Ending,
    allot,
    attempt,
    authorised,
    card,
    entered,
    entry,
    issue,
    load,
    place_of,
    supply,
    true_report,
)
from tests.core.flow.offices import (
    CLASS,
    HOUR_MS,
    HUB_KEY,
    NOW,
    OFFICE,
    ONE,
    OPERATOR,
    PAIR,
    PRINTER,
    REGISTRY_KEY,
    SERIES,
    SUPPLIER,
    TWO,
    VERIFIER_1,
    VERIFIER_2,
    Offices,
    ask,
    deliver,
    exchange,
    forged,
    founded,
    maybe,
    row,
    rows,
    ship,
    signed,
    station_key,
)
from tests.core.flow.soundness import agree, check_books, check_refold

UIDS = tuple(f"04{number:012X}" for number in range(1, 41))
KEYS = (OPERATOR, VERIFIER_1, VERIFIER_2, HUB_KEY, REGISTRY_KEY, station_key(ONE), station_key(TWO), "key-nobody")
USUAL = st.sampled_from([PAIR, (OPERATOR, VERIFIER_2), (HUB_KEY,), (OPERATOR,), (VERIFIER_1,)])
SIGNED_BY = st.one_of(USUAL, st.lists(st.sampled_from(KEYS), max_size=3).map(tuple))

PERSONS = 6
NUMBERS = st.integers(1, 45)
ATTEMPTS = st.integers(0, 3)
NAMES = st.sampled_from(["A-1", "A-2", "I-1", "I-2", "R-1", "R-2", "road/A-1", "road/A-2"])
STATIONS = st.sampled_from([ONE, TWO])
RECORDS = st.integers(1, PERSONS + 1).map(lambda number: f"52.03-{number:06d}")
TIMES = st.sampled_from([NOW, NOW, NOW, NOW + 7 * HOUR_MS, NOW + 9 * HOUR_MS])
CAUSES = st.sampled_from(Cause)
UID = st.sampled_from([*UIDS, "", "04FFFFFFFFFFFF"])
RANGES = st.lists(st.tuples(st.just(SERIES), NUMBERS, NUMBERS), min_size=1, max_size=2).map(tuple)

AT_HUB: st.SearchStrategy[Body] = st.one_of(
    st.builds(
        entry,
        st.integers(1, PERSONS),
        reason=st.sampled_from(Reason),
        previous=st.sampled_from([one for one in PreviousCard if one is not PreviousCard.AT_HANDOVER]),
    ),
    st.builds(Authorise, RECORDS, STATIONS),
    st.builds(Withdraw, RECORDS, st.just("died")),
    st.builds(Recall, RECORDS, st.just("died")),
    st.builds(Grant, NAMES, st.just(OFFICE), st.just(CLASS), st.integers(0, 12)),
    st.builds(Dispatch, NAMES, NAMES),
    st.builds(Issue, NAMES, STATIONS, st.just(CLASS), st.integers(0, 6)),
    st.builds(Receive, NAMES, st.just(OFFICE), RANGES, st.just(())),
    st.builds(ReverseMovement, st.integers(0, 90), st.just("wrong")),
    st.builds(Settle, RECORDS, ATTEMPTS, st.sampled_from(Found), st.just("BA"), st.just(SERIES), NUMBERS, UID, CAUSES),
    st.builds(Settle, RECORDS, ATTEMPTS, st.sampled_from(Found), st.just("BA")),
    st.builds(FailCard, RECORDS, ATTEMPTS, CAUSES),
    st.builds(VoidCard, RECORDS, ATTEMPTS, st.just("died")),
    st.builds(TakeSupply, st.just(SUPPLIER), st.just(CLASS), RANGES, st.just("B"), st.just("2018-11-01")),
)
AT_STATION: st.SearchStrategy[Body] = st.one_of(
    st.builds(StartCard, RECORDS, ATTEMPTS, st.just(PRINTER), st.sampled_from([-1, 0, 1]), st.sampled_from(Profile)),
    st.builds(NoteStep, RECORDS, ATTEMPTS, st.sampled_from(PressStep), st.just(-1), UID),
    st.builds(
        Conclude, RECORDS, ATTEMPTS, st.sampled_from(Outcome), st.sampled_from(BlankPlace), st.sampled_from(Certainty),
        CAUSES,
    ),
    st.builds(ReturnCard, RECORDS, ATTEMPTS, st.just("no time")),
    st.builds(LoadPrinter, st.just(PRINTER), RANGES, st.just(0)),
)  # fmt: skip
SAID: st.SearchStrategy[Event] = st.one_of(
    st.builds(Stepped, RECORDS, ATTEMPTS, st.sampled_from(LockEvent), st.sampled_from(LockState),
              certainty=st.sampled_from([None, *Certainty])),
    st.builds(Moved, st.just(SERIES), NUMBERS, NUMBERS, STATIONS, st.sampled_from(Bucket), STATIONS,
              st.sampled_from(Bucket), st.builds("{}/{}".format, RECORDS, ATTEMPTS)),
    st.builds(Pressed, RECORDS, ATTEMPTS, st.sampled_from(PressStep), st.just(PRINTER), st.just(-1),
              st.just(SERIES), NUMBERS, UID),
    st.builds(ChipRead, UID, st.just(SERIES), NUMBERS),
    st.builds(CardMade, UID, RECORDS, ATTEMPTS),
    st.builds(FeedTaken, STATIONS, st.integers(0, 9), st.just(b""), RECORDS, ATTEMPTS, st.integers(0, 3)),
    st.builds(GivenOut, st.just(SERIES), NUMBERS, NUMBERS, STATIONS, st.sampled_from(Bucket)),
)  # fmt: skip


def office() -> Offices:
    """Two stations with blanks, some records, all of it known everywhere."""
    books = founded()
    supply(books, 1, 20, UIDS[:20])
    supply(books, 21, 40)
    allot(books, "A-1", 30)
    load(books, issue(books, "I-1", 8))
    load(books, issue(books, "I-2", 8, TWO), TWO)
    for number, station in ((1, ONE), (2, ONE), (3, TWO)):
        authorised(books, entered(books, number), station)
    entered(books, 4)
    return books


def ready(store: Store) -> set[tuple[str, int]]:
    """Records that may be printed, with the number of attempts behind them."""
    return {(one.record, one.n) for one in rows(store, Lock) if one.state is LockState.READY}


def opened(answers: Sequence[Answer]) -> set[str]:
    """Records that these answers made READY; none by a step that may not."""
    ways = (LockEvent.RETURN, LockEvent.SETTLE_UNUSED, LockEvent.UNLOCK)
    events = [event for answer in answers if isinstance(answer, Accepted) for event in answer.events]
    steps = [event for event in events if isinstance(event, Stepped) and event.state is LockState.READY]
    assert all(step.event in ways for step in steps)
    return {event.record for event in events if isinstance(event, Entered)} | {step.record for step in steps}


def good_cards(books: Offices) -> Counter[bytes]:
    """How many good cards each person has that are not on the stop list."""
    stopped = {one.thing for one in rows(books.hub, Revoked)}
    made = [one for one in rows(books.hub, Attempt) if one.outcome in (LockEvent.VERDICT_GOOD, LockEvent.SETTLE_GOOD)]
    return Counter(
        row(books.hub, Record, one.record).person for one in made if f"{one.series} {one.number}" not in stopped
    )


class AnyAsks(RuleBasedStateMachine):
    """Hub, two stations, and everybody who asks; the stations say what happened."""

    def __init__(self) -> None:
        super().__init__()
        self.books = office()
        self.ready = ready(self.books.hub)

    def seen(self, answers: Sequence[Answer]) -> None:
        """Nothing may be printed now that was not opened by a step that may open."""
        now = ready(self.books.hub)
        assert {record for record, _ in now - self.ready} <= opened(answers)
        self.ready = now

    @rule(body=AT_HUB, keys=SIGNED_BY, at_ms=TIMES)
    def somebody_asks_the_hub(self, body: Body, keys: tuple[str, ...], at_ms: int) -> None:
        self.seen([ask(self.books.hub, body, *keys, at_ms=at_ms)])

    @rule(body=AT_HUB)
    def the_right_people_ask_the_hub(self, body: Body) -> None:
        singles = {Authorise: HUB_KEY, Enter: OPERATOR, Issue: OPERATOR, FailCard: OPERATOR}
        keys = (singles[type(body)],) if type(body) in singles else (OPERATOR, VERIFIER_2)
        self.seen([ask(self.books.hub, body, *(keys if type(body) in (*singles, Receive) else PAIR))])

    @rule(body=AT_STATION, station=STATIONS, keys=SIGNED_BY, at_ms=TIMES)
    def somebody_asks_a_station(self, body: Body, station: str, keys: tuple[str, ...], at_ms: int) -> None:
        ask(self.books.stations[station], body, *keys, at_ms=at_ms)

    @rule(body=AT_STATION, station=STATIONS, late_ms=st.sampled_from([0, 0, 9 * HOUR_MS]))
    def a_station_works(self, body: Body, station: str, late_ms: int) -> None:
        work = Work(signed(body, station_key(station)))
        self.books.stations[station].commit([work], NOW + late_ms)

    @rule(
        station=STATIONS,
        ending=st.sampled_from([GOOD, BAD, UNKNOWN, UNFED]),
        uid=st.one_of(st.just(""), UID),
        late_ms=st.sampled_from([0, 0, 0, 9 * HOUR_MS]),
        data=st.data(),
    )
    def a_station_prints(self, station: str, ending: Ending, uid: str, late_ms: int, data: st.DataObject) -> None:
        """One of the cards it has leave for, sealed in time or too late."""
        book = self.books.stations[station]
        leases = rows(book, Lease, station)
        if not leases:
            return
        lease = data.draw(st.sampled_from(leases))
        start, fed, *rest = card(lease.record, lease.n, ending)
        read = [NoteStep(lease.record, lease.n, PressStep.UID_BOUND, uid=uid)] if uid else []
        for body in (start, fed, *read, *rest):
            book.commit([Work(signed(body, station_key(station)))], NOW + late_ms)

    @rule(station=STATIONS, limit=st.integers(1, 4))
    def the_feed_comes(self, station: str, limit: int) -> None:
        deliver(self.books, station, limit=limit)

    @rule(station=STATIONS)
    def the_chain_goes(self, station: str) -> None:
        self.seen(ship(self.books, station))

    @rule(station=STATIONS)
    def the_line_is_good_today(self, station: str) -> None:
        for _ in range(2):
            deliver(self.books, station)
            self.seen(ship(self.books, station))

    @rule(station=STATIONS, data=st.data())
    def an_old_commit_comes_again(self, station: str, data: st.DataObject) -> None:
        n = data.draw(st.integers(1, row(self.books.hub, Desk, station).chain_n))
        for one in self.books.stations[station].sealed_since(n - 1, 1):
            header = read_header(one.header)
            body = AbsorbCommit(station, n, header.previous, one.head, header.at_ms, header.pen, one.events)
            self.seen([ask(self.books.hub, body, station_key(station))])

    @rule(allotment=st.sampled_from(["A-1", "A-2"]), wrong=st.sampled_from([0, 0, 1]))
    def the_office_reports(self, allotment: str, wrong: int) -> None:
        if maybe(self.books.hub, Allotment, allotment) is None:
            return
        true = true_report(self.books, f"R-{next(self.books.numbers)}", allotment)
        body = evolve(true, columns=evolve(true.columns, good=true.columns.good + wrong))
        answer = ask(self.books.hub, body, OPERATOR)
        assert isinstance(answer, Accepted) is not bool(wrong)
        self.seen([answer])

    def in_state(self, *states: LockState) -> list[Lock]:
        """Locks of the hub in one of these states; there may be none."""
        return [one for one in rows(self.books.hub, Lock) if one.state in states]

    @rule(data=st.data(), station=STATIONS, delivered=st.booleans())
    def the_hub_authorises(self, data: st.DataObject, station: str, delivered: bool) -> None:
        found = self.in_state(LockState.READY)
        if found:
            record = data.draw(st.sampled_from(found)).record
            self.seen([ask(self.books.hub, Authorise(record, station), HUB_KEY)])
        if delivered:
            deliver(self.books, station)

    @rule(data=st.data(), keys=st.one_of(st.just(PAIR), SIGNED_BY))
    def people_unlock(self, data: st.DataObject, keys: tuple[str, ...]) -> None:
        found = self.in_state(LockState.REPORTED, LockState.MISPRINTED)
        if found:
            one = data.draw(st.sampled_from(found))
            report = maybe(self.books.hub, Report, attempt(self.books.hub, one.record, one.n).report)
            body = Unlock(one.record, one.n, report.digest.hex() if report else "00")
            self.seen([ask(self.books.hub, body, *keys)])

    @rule(data=st.data(), outcome=st.sampled_from(Found), uid=st.one_of(st.just(""), UID))
    def two_people_settle(self, data: st.DataObject, outcome: Found, uid: str) -> None:
        found = self.in_state(LockState.SUSPECT)
        if not found:
            return
        one = data.draw(st.sampled_from(found))
        body = Settle(one.record, one.n, outcome, "BA", uid=uid)
        apart = [
            run for run in rows(self.books.hub, Holding) if (run.party, run.bucket) == (one.station, Bucket.SUSPECT)
        ]
        if apart and not attempt(self.books.hub, one.record, one.n).number:
            run = data.draw(st.sampled_from(apart))
            body = evolve(body, series=run.series, number=data.draw(st.integers(run.lo, run.hi)))
        self.seen([ask(self.books.hub, body, *PAIR)])

    @rule(data=st.data(), dies=st.booleans())
    def a_printed_card_is_taken_back(self, data: st.DataObject, dies: bool) -> None:
        found = self.in_state(LockState.PRINTED)
        if found:
            one = data.draw(st.sampled_from(found))
            body = VoidCard(one.record, one.n, "died") if dies else FailCard(one.record, one.n, Cause.DATA_WRONG)
            self.seen([ask(self.books.hub, body, *(PAIR if dies else (OPERATOR,)))])

    @rule(
        number=st.integers(1, PERSONS), previous=st.sampled_from([PreviousCard.SURRENDERED, PreviousCard.DECLARED_LOST])
    )
    def a_citizen_comes_again(self, number: int, previous: PreviousCard) -> None:
        body = entry(number, reason=Reason.DAMAGED, previous=previous, letter="B/1", letter_date="2018-11-19")
        self.seen([ask(self.books.hub, body, OPERATOR)])

    @invariant()
    def the_books_are_sound(self) -> None:
        check_books(self.books)

    def teardown(self) -> None:
        for store in (self.books.hub, *self.books.stations.values()):
            check_refold(store)


class HonestStations(AnyAsks):
    """Stations that say what happened: whatever else happens, both books come to agree."""

    @invariant()
    def nobody_has_two_good_cards(self) -> None:
        assert all(count == 1 for count in good_cards(self.books).values())

    @invariant()
    def a_printed_record_has_its_card_in_a_tray(self) -> None:
        for one in rows(self.books.hub, Lock):
            if one.state is LockState.PRINTED:
                made = attempt(self.books.hub, one.record, one.n)
                place = place_of(self.books.hub, made.number, made.series)
                assert place is not None and place[1] in (Bucket.GOOD_HELD, Bucket.VOID_HELD)

    def teardown(self) -> None:
        super().teardown()
        for station in (ONE, TWO):
            exchange(self.books, station)
            assert row(self.books.hub, Station, station).frozen_why == ""
            assert agree(self.books, station)
        check_books(self.books)


class LyingStations(AnyAsks):
    """Stations whose key signs anything: nothing is freed, and no blank is lost."""

    @rule(
        said=st.lists(SAID, max_size=4), station=STATIONS, pen=st.booleans(), late_ms=st.sampled_from([0, 9 * HOUR_MS])
    )
    def a_station_lies(self, said: list[Event], station: str, pen: bool, late_ms: int) -> None:
        kept = row(self.books.hub, Pen, station).digest if pen else b"\x01" * 32
        self.seen([forged(self.books, station, *said, pen=kept, at_ms=NOW + late_ms)])


TURNS = settings(max_examples=30, stateful_step_count=40, deadline=None)

TestHonestStations = HonestStations.TestCase
TestHonestStations.settings = TURNS
TestLyingStations = LyingStations.TestCase
TestLyingStations.settings = TURNS
