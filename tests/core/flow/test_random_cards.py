"""Whatever is asked about records and cards, in whatever order: one issuance open, one card active, one in the hand.

Hypothesis plays the counters of two offices, the centre, the registry and an honest station;
most of what it asks is refused. The promises are counted from rows and stop list the slow way.
"""

from collections import Counter
from collections.abc import Iterable

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from ektp_core.boundary.store import Accepted
from ektp_core.flow.activating import Activate
from ektp_core.flow.cards_rows import CardFacts, Hold
from ektp_core.flow.handing_over import DeclareCardMissing, HandOver
from ektp_core.flow.holds import LiftHold, PlaceHold
from ektp_core.flow.imported import CardSeen, EnterLocked, OpenImported
from ektp_core.flow.listing import BringBack, MakeBatch, OpenBatch, SendOut
from ektp_core.flow.pressing import NoteStep
from ektp_core.flow.printing import Authorise, Enter, Withdraw
from ektp_core.flow.rows import Attempt, Chip, Holding, Lock, Record, Report, Revoked
from ektp_core.flow.settling import FailCard, Found, Settle, VoidCard
from ektp_core.handover.activation import Finding
from ektp_core.handover.delivery import OldCard, Receiver
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.hold import HoldKind
from ektp_core.vocabulary.prr import PreviousCard, Reason
from ektp_core.vocabulary.state import CardState, LockEvent, LockState, PressStep
from ektp_core.vocabulary.verdict import Cause
from tests.core.flow.counter_people import CLERK, CLOSERS, GIVER, HEAD, OTHER, SECTION, UIDS, card_of, hand, staffed
from tests.core.flow.office_cards import (
    BAD,
    GOOD,
    UNKNOWN,
    Ending,
    attempt,
    card,
    entered,
    person,
    place_of,
    reported,
    unlocked,
)
from tests.core.flow.offices import (
    HUB_KEY,
    NOW,
    OFFICE,
    ONE,
    OPERATOR,
    PAIR,
    REGISTRY_KEY,
    VERIFIER_1,
    accepted,
    ask,
    digest_of,
    exchange,
    maybe,
    row,
    rows,
    station_key,
)
from tests.core.flow.soundness import agree, check_books, check_refold

BLANKS = 20
PERSONS = st.integers(1, 2)
RECORDS = st.integers(1, 7).map(lambda number: f"52.03-{number:06d}")
MADE = (LockEvent.VERDICT_GOOD, LockEvent.SETTLE_GOOD)
OVER = (LockState.PRINTED, LockState.WITHDRAWN)
LETTER = ("B/1", "2018-11-18")


class AnyCards(RuleBasedStateMachine):
    """Two offices, one printer, two citizens: one with an active card and the next one printed, to be given for it."""

    def __init__(self) -> None:
        super().__init__()
        self.books = staffed(BLANKS)
        self.hub = self.books.hub
        first = card_of(self.books, 1, UIDS[0])
        accepted(hand(self.books, first))
        accepted(ask(self.hub, Activate(Finding.FITS, first, 1), GIVER))
        card_of(self.books, 1, UIDS[1], reason=Reason.DATA_CHANGE, previous=PreviousCard.AT_HANDOVER)
        entered(self.books, 2)

    def told(self) -> None:
        exchange(self.books)

    def drawn(self, data: st.DataObject, *states: LockState) -> Lock | None:
        found = [lock for lock in rows(self.hub, Lock) if lock.state in states]
        return data.draw(st.sampled_from(found)) if found else None

    @rule(
        number=PERSONS,
        reason=st.sampled_from(Reason),
        previous=st.sampled_from(PreviousCard),
        by=st.sampled_from([(OFFICE, OPERATOR), (OFFICE, REGISTRY_KEY), (OTHER, CLERK)]),
        status=st.sampled_from([0, 0, 0, 4, 8]),
    )
    def a_record_comes_in(
        self, number: int, reason: Reason, previous: PreviousCard, by: tuple[str, str], status: int
    ) -> None:
        office, key = by
        payload = digest_of(f"{number} {office}".encode())
        said = (reason, previous, *LETTER, NOW)
        ordinary = Enter(office, person(number), payload, *said)
        ask(self.hub, EnterLocked(office, person(number), payload, status, *said) if status else ordinary, key)

    @rule(number=PERSONS, key=st.sampled_from([OPERATOR, REGISTRY_KEY]))
    def a_citizen_wants_another_card(self, number: int, key: str) -> None:
        said = (Reason.DATA_CHANGE, PreviousCard.AT_HANDOVER, "", "", NOW)
        ask(self.hub, Enter(OFFICE, person(number), digest_of(b"another"), *said), key)

    @rule(record=RECORDS, opened=st.booleans())
    def an_imported_life_is_opened_or_seen(self, record: str, opened: bool) -> None:
        ask(self.hub, OpenImported(record, "BA") if opened else CardSeen(record, "seen"), *PAIR)

    @rule(data=st.data(), ending=st.sampled_from([GOOD, GOOD, GOOD, BAD, UNKNOWN]), read=st.booleans())
    def a_card_is_printed(self, data: st.DataObject, ending: Ending, read: bool) -> None:
        lock = self.drawn(data, LockState.READY)
        if lock is None:
            return
        held = [one for one in rows(self.hub, Hold, lock.record) if one.kind is not HoldKind.BATCH and not one.until]
        answer = ask(self.hub, Authorise(lock.record, ONE), HUB_KEY)
        assert not (held and isinstance(answer, Accepted))
        if not isinstance(answer, Accepted):
            return
        self.told()
        station, key = self.books.stations[ONE], station_key(ONE)
        start, fed, *rest = card(lock.record, lock.n + 1, ending)
        accepted(ask(station, start, key))
        accepted(ask(station, fed, key))
        if read:
            number = attempt(station, lock.record, lock.n + 1).number
            chip = NoteStep(lock.record, lock.n + 1, PressStep.UID_BOUND, uid=UIDS[number - 1])
            accepted(ask(station, chip, key))
        for body in rest:
            accepted(ask(station, body, key))
        self.told()

    @rule(data=st.data(), found=st.sampled_from([Found.GOOD, Found.BAD, Found.LOST]))
    def a_suspect_is_settled(self, data: st.DataObject, found: Found) -> None:
        lock = self.drawn(data, LockState.SUSPECT)
        if lock:
            ask(self.hub, Settle(lock.record, lock.n, found, "BA"), *PAIR)
            self.told()

    @rule(data=st.data())
    def a_misprint_is_reported_and_unlocked(self, data: st.DataObject) -> None:
        lock = self.drawn(data, LockState.MISPRINTED, LockState.REPORTED)
        if lock and lock.state is LockState.MISPRINTED:
            reported(self.books, f"R-{len(rows(self.hub, Report))}")
        if lock and row(self.hub, Lock, lock.record).state is LockState.REPORTED:
            unlocked(self.books, lock.record, lock.n)

    @rule(data=st.data(), act=st.sampled_from(["fail", "void", "missing", "withdraw"]))
    def a_card_or_record_ends(self, data: st.DataObject, act: str) -> None:
        lock = self.drawn(data, LockState.PRINTED, LockState.READY, LockState.REPORTED)
        if lock is None:
            return
        name = (lock.record, lock.n)
        acts = {
            "fail": (FailCard(*name, Cause.DATA_WRONG), (OPERATOR,)),
            "void": (VoidCard(*name, "superseded"), PAIR),
            "missing": (DeclareCardMissing(*name, "BA"), CLOSERS),
            "withdraw": (Withdraw(lock.record, "moved"), (VERIFIER_1,)),
        }
        body, keys = acts[act]
        ask(self.hub, body, *keys)
        self.told()

    @rule(data=st.data(), finding=st.sampled_from([Finding.FITS, Finding.FITS, Finding.FITS, *Finding]), key=st.sampled_from([GIVER, SECTION]))
    def a_card_is_activated(self, data: st.DataObject, finding: Finding, key: str) -> None:
        lock = self.drawn(data, LockState.PRINTED)
        if lock:
            reason = "burnt fingers" if finding is Finding.EXCEPTION else ""
            ask(self.hub, Activate(finding, lock.record, lock.n, reason=reason), key)
            self.told()

    @rule(data=st.data(), old=st.sampled_from(OldCard))
    def a_card_is_handed_over(self, data: st.DataObject, old: OldCard) -> None:
        lock = self.drawn(data, LockState.PRINTED)
        if lock is None:
            return
        held = [one for one in rows(self.hub, Hold, lock.record) if one.kind is not HoldKind.BATCH and not one.until]
        answer = ask(self.hub, HandOver(lock.record, lock.n, Receiver.HOLDER, old, *LETTER), GIVER)
        assert not (held and isinstance(answer, Accepted))
        self.told()

    @rule(data=st.data(), kind=st.sampled_from(HoldKind), placed=st.sampled_from([True, True, False]))
    def a_hold_comes_or_goes(self, data: st.DataObject, kind: HoldKind, placed: bool) -> None:
        record = data.draw(st.sampled_from(rows(self.hub, Lock))).record
        until = "2018-11-25" if kind is HoldKind.UNDER_AGE else ""
        body = PlaceHold(record, kind, "x", until) if placed else LiftHold(record, kind, "x")
        for keys in ((SECTION,), (HEAD,), PAIR):
            ask(self.hub, body, *keys)
        self.told()

    @rule(
        records=st.lists(RECORDS, min_size=1, max_size=3, unique=True),
        name=st.sampled_from("AB"),
        act=st.sampled_from(["batch", "open", "out", "back"]),
    )
    def a_list_is_made_or_closed(self, records: list[str], name: str, act: str) -> None:
        found = tuple(records)
        acts = {
            "batch": MakeBatch(name, OFFICE, found, found[:1]),
            "open": OpenBatch(name, found),
            "out": SendOut(name, OFFICE, "village", found),
            "back": BringBack(name, found),
        }
        ask(self.hub, acts[act], SECTION)

    def unstopped(self, cards: Iterable[Attempt]) -> Counter[bytes]:
        """How many of these cards each person has that are not on the stop list."""
        stopped = {one.thing for one in rows(self.hub, Revoked)}
        free = (one for one in cards if f"{one.series} {one.number}" not in stopped)
        return Counter(row(self.hub, Record, one.record).person for one in free)

    @invariant()
    def nobody_has_two_active_cards(self) -> None:
        made = [one for one in rows(self.hub, Attempt) if one.outcome in MADE]
        facts = {(one.record, one.n): maybe(self.hub, CardFacts, one.record, one.n) for one in made}
        active = [one for one in made if (known := facts[one.record, one.n]) and known.activated_ms]
        assert all(count == 1 for count in self.unstopped(active).values())
        chips = Counter(
            row(self.hub, Record, chip.record).person for chip in rows(self.hub, Chip) if chip.state is CardState.ACTIVE
        )
        assert all(count == 1 for count in chips.values())

    @invariant()
    def nobody_has_two_cards_in_the_hand(self) -> None:
        made = [one for one in rows(self.hub, Attempt) if one.outcome in MADE]
        places = {one: place_of(self.hub, one.number, one.series) for one in made}
        out = [one for one, place in places.items() if place and place[1] is Bucket.HANDED_OVER]
        assert all(count == 1 for count in self.unstopped(out).values())

    @invariant()
    def nobody_has_two_issuances_open(self) -> None:
        still_open = [lock.record for lock in rows(self.hub, Lock) if lock.state not in OVER]
        people = Counter(row(self.hub, Record, record).person for record in still_open)
        assert all(count == 1 for count in people.values())

    @invariant()
    def the_books_are_sound_and_agree(self) -> None:
        check_books(self.books)
        assert agree(self.books, ONE)
        assert rows(self.hub, Holding)

    def teardown(self) -> None:
        for store in (self.hub, self.books.stations[ONE]):
            check_refold(store)


TestAnyCards = AnyCards.TestCase
TestAnyCards.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
