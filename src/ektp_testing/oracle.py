"""A second opinion of the print lock and its blank (pembanding kunci cetak), written by hand.

The lock table is data, and everything else is derived from it, so a mistake in the table would
be everywhere at once. This file says the same from the rules alone: in plain dictionaries
and ifs, without reading the table. Where both agree on long random lives, both are probably
right. It is meant for other people's implementations too: whatever holds print locks, drive
it and an `OracleRecord` with the same events, and compare what is allowed, the state, and
where the blanks are.

It knows one record: no signatures, no books, no clock. What others must have checked is told
to it in `Said`, and the defaults of `Said` are the harmless ones: nothing shown, nobody asked.

>>> record = OracleRecord()
>>> record.do(LockEvent.ENTER, Said(registry=True))
>>> record.do(LockEvent.AUTHORISE, Said(station="station/52.03/1", free_blanks=1))
>>> record.do(LockEvent.START, Said(station="station/52.03/1", blank=7, in_time=True))
>>> record.can(LockEvent.AUTHORISE, Said(station="station/52.03/1", free_blanks=1))
False
>>> record.do(LockEvent.DOUBT, Said(station="station/52.03/1"))
>>> record.state.name, record.blanks[7].name
('SUSPECT', 'SUSPECT')
"""

from collections.abc import Callable, Mapping

from attrs import define, field, frozen

from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.state import LockEvent, LockState

Event, State = LockEvent, LockState

#: Blanks one attempt may take before ink is on one of them (rule 17).
BLANKS_PER_ATTEMPT = 3


class Impossible(Exception):
    """The rules do not allow this event now."""


@frozen
class Signer:
    """A person who signed, and the unit this person works in."""

    name: str
    unit: str


@frozen
class Said:
    """What comes with an event.

    Attributes:
        station: who is authorised, or which station speaks.
        n: the attempt spoken of; None is the current one.
        blank: the blank taken, or the suspect one named where none is bound.
        registry: the registry's signature, or the importing officer's (rule 42).
        people: who signed for the centre.
        operator, reporter: who ran the attempt; who made the report.
        free_blanks: blanks the station has beyond its open authorisations.
        is_held: a hold lies on the record (rule 5).
        in_time: before the end of the permission.
        position_and_counter: both show that no blank was fed, on a device that is not blind.
        shows_good: better than accepted bytes: position and counter, job record, or a look.
        before_ink, in_hand: of a failed blank (rule 17).
        station_is_done: it took the recall, said doubt, or is revoked and past its permission.
        uid_read: the card's chip was read on an enrolled reader (rule 39).
        report: digest of the spoilage report; balances: it does.
    """

    station: str = ""
    n: int | None = None
    blank: int = 0
    registry: bool = False
    people: tuple[Signer, ...] = ()
    operator: str = ""
    reporter: str = ""
    free_blanks: int = 0
    is_held: bool = False
    in_time: bool = False
    position_and_counter: bool = False
    shows_good: bool = False
    before_ink: bool = False
    in_hand: bool = False
    station_is_done: bool = False
    uid_read: bool = False
    report: str = ""
    balances: bool = False


_POSSIBLE: Mapping[LockState | None, frozenset[LockEvent]] = {
    None: frozenset({Event.ENTER, Event.ENTER_LOCKED}),
    State.READY: frozenset({Event.AUTHORISE, Event.WITHDRAW}),
    State.AUTHORISED: frozenset({Event.RETURN, Event.START, Event.DISPUTE}),
    State.IN_PRESS: frozenset(
        {
            Event.PROVE_NOT_FED,
            Event.VERDICT_GOOD,
            Event.VERDICT_BAD,
            Event.BLANK_FAILED,
            Event.DOUBT,
            Event.DISPUTE,
        }
    ),
    State.SUSPECT: frozenset({Event.SETTLE_GOOD, Event.SETTLE_BAD, Event.SETTLE_LOST, Event.SETTLE_UNUSED}),
    State.PRINTED: frozenset({Event.FAIL_CARD, Event.VOID}),
    State.MISPRINTED: frozenset({Event.ACCEPT_REPORT}),
    State.REPORTED: frozenset({Event.UNLOCK, Event.WITHDRAW}),
    State.LOCKED_BEFORE: frozenset({Event.OPEN, Event.CARD_SEEN}),
    State.WITHDRAWN: frozenset(),
}

_LEADS_TO: Mapping[LockEvent, LockState] = {
    Event.ENTER: State.READY,
    Event.ENTER_LOCKED: State.LOCKED_BEFORE,
    Event.OPEN: State.READY,
    Event.CARD_SEEN: State.WITHDRAWN,
    Event.AUTHORISE: State.AUTHORISED,
    Event.RETURN: State.READY,
    Event.START: State.IN_PRESS,
    Event.PROVE_NOT_FED: State.AUTHORISED,
    Event.BLANK_FAILED: State.AUTHORISED,
    Event.VERDICT_GOOD: State.PRINTED,
    Event.VERDICT_BAD: State.MISPRINTED,
    Event.DOUBT: State.SUSPECT,
    Event.DISPUTE: State.SUSPECT,
    Event.SETTLE_GOOD: State.PRINTED,
    Event.SETTLE_BAD: State.MISPRINTED,
    Event.SETTLE_LOST: State.MISPRINTED,
    Event.SETTLE_UNUSED: State.READY,
    Event.FAIL_CARD: State.MISPRINTED,
    Event.VOID: State.WITHDRAWN,
    Event.ACCEPT_REPORT: State.REPORTED,
    Event.UNLOCK: State.READY,
    Event.WITHDRAW: State.WITHDRAWN,
}

_BLANK_GOES_TO: Mapping[LockEvent, Bucket] = {
    Event.START: Bucket.IN_MACHINE,
    Event.PROVE_NOT_FED: Bucket.STOCK,
    Event.VERDICT_GOOD: Bucket.GOOD_HELD,
    Event.VERDICT_BAD: Bucket.WASTE_HELD,
    Event.BLANK_FAILED: Bucket.WASTE_HELD,
    Event.DOUBT: Bucket.SUSPECT,
    Event.DISPUTE: Bucket.SUSPECT,
    Event.SETTLE_GOOD: Bucket.GOOD_HELD,
    Event.SETTLE_BAD: Bucket.WASTE_HELD,
    Event.SETTLE_LOST: Bucket.LOST,
    Event.SETTLE_UNUSED: Bucket.STOCK,
    Event.FAIL_CARD: Bucket.WASTE_HELD,
    Event.VOID: Bucket.VOID_HELD,
}

_STATION_SAYS = frozenset(
    {
        Event.RETURN,
        Event.START,
        Event.PROVE_NOT_FED,
        Event.VERDICT_GOOD,
        Event.VERDICT_BAD,
        Event.BLANK_FAILED,
        Event.DOUBT,
    }
)
_TWO_PEOPLE = frozenset(
    {
        Event.SETTLE_GOOD,
        Event.SETTLE_BAD,
        Event.SETTLE_LOST,
        Event.SETTLE_UNUSED,
        Event.VOID,
        Event.UNLOCK,
        Event.OPEN,
    }
)
_NEEDS_A_CARD = frozenset({Event.SETTLE_GOOD, Event.SETTLE_BAD})
_SETTLES = _NEEDS_A_CARD | {Event.SETTLE_LOST, Event.SETTLE_UNUSED}


@define
class OracleRecord:
    """One record: its lock, its attempt, its blanks and its cards.

    Attributes:
        n: number of the last attempt; never used again.
        bound: the blank of the attempt, 0 while there is none.
        taken: blanks the attempt has taken.
        good: blanks that are a good card of this person; at most one.
        revoked: blanks on the stop list.
    """

    state: LockState | None = None
    n: int = 0
    station: str = ""
    bound: int = 0
    taken: int = 0
    operator: str = ""
    reporter: str = ""
    report: str = ""
    blanks: dict[int, Bucket] = field(factory=dict)
    good: set[int] = field(factory=set)
    revoked: set[int] = field(factory=set)

    @property
    def is_locked(self) -> bool:
        """Locked is every state but READY."""
        return self.state is not LockState.READY

    def can(self, event: LockEvent, said: Said) -> bool:
        """Whether the rules allow this event, said like this, now."""
        if event not in _POSSIBLE[self.state]:
            return False
        if said.n is not None and said.n != self.n:
            return False
        if event in _STATION_SAYS and said.station != self.station:
            return False
        if event in _TWO_PEOPLE and not self._enough_people(event, said):
            return False
        if event in _SETTLES and not self._names_a_suspect(event, said):
            return False
        guard = _GUARDS.get(event)
        return guard is None or guard(self, said)

    def do(self, event: LockEvent, said: Said) -> None:
        """Carry the event out.

        Raises:
            Impossible: nothing was changed.
        """
        if not self.can(event, said):
            state = self.state.name if self.state else "no state"
            raise Impossible(f"{event.name} at {state}")
        if event is Event.AUTHORISE:
            self._new_attempt(said)
        if event is Event.START or (event in _SETTLES and not self.bound):
            self.bound = said.blank
        self.state = _LEADS_TO[event]
        if self.bound and event in _BLANK_GOES_TO:
            self.blanks[self.bound] = _BLANK_GOES_TO[event]
        self._remember(event, said)
        self._card_follows(event)

    def hand_over(self) -> None:
        """The citizen takes the card: a fact of the card, not of the lock."""
        if self.state is not State.PRINTED or self.blanks.get(self.bound) is not Bucket.GOOD_HELD:
            raise Impossible("there is no good card to hand over")
        self.blanks[self.bound] = Bucket.HANDED_OVER

    def _enough_people(self, event: LockEvent, said: Said) -> bool:
        """Two or more, none the operator or reporter, one from another unit (rules 25 and 39)."""
        names = {person.name for person in said.people}
        if names & {self.operator, self.reporter}:
            return False
        if event is Event.SETTLE_GOOD and said.uid_read:
            return len(names) >= 1
        return len(names) >= 2 and len({person.unit for person in said.people}) >= 2

    def _names_a_suspect(self, event: LockEvent, said: Said) -> bool:
        if self.bound:
            return said.blank in (0, self.bound)
        if not said.blank:
            return event not in _NEEDS_A_CARD
        return self.blanks.get(said.blank, Bucket.SUSPECT) is Bucket.SUSPECT

    def _new_attempt(self, said: Said) -> None:
        self.n += 1
        self.station = said.station
        self.bound = self.taken = 0
        self.operator = self.reporter = self.report = ""

    def _remember(self, event: LockEvent, said: Said) -> None:
        if event is Event.START:
            self.taken += 1
        elif event is Event.PROVE_NOT_FED:
            self.taken -= 1
            self.bound = 0
        elif event is Event.BLANK_FAILED:
            self.bound = 0
        elif event is Event.ACCEPT_REPORT:
            self.reporter, self.report = said.reporter, said.report
        if event in _STATION_SAYS and said.operator:
            self.operator = said.operator

    def _card_follows(self, event: LockEvent) -> None:
        if event in (Event.VERDICT_GOOD, Event.SETTLE_GOOD):
            self.good.add(self.bound)
        elif event in (Event.FAIL_CARD, Event.VOID, Event.SETTLE_LOST) and self.bound:
            self.good.discard(self.bound)
            self.revoked.add(self.bound)


def _may_enter(_: OracleRecord, said: Said) -> bool:
    return said.registry


def _may_authorise(_: OracleRecord, said: Said) -> bool:
    return bool(said.station) and said.free_blanks >= 1 and not said.is_held


def _may_start(record: OracleRecord, said: Said) -> bool:
    is_stock = record.blanks.get(said.blank, Bucket.STOCK) is Bucket.STOCK
    return said.in_time and said.blank > 0 and is_stock


def _may_take_another(record: OracleRecord, said: Said) -> bool:
    return said.before_ink and said.in_hand and record.taken < BLANKS_PER_ATTEMPT


def _may_free_unused(_: OracleRecord, said: Said) -> bool:
    return said.station_is_done


def _may_fail(record: OracleRecord, _: Said) -> bool:
    return record.blanks.get(record.bound) in (Bucket.GOOD_HELD, Bucket.HANDED_OVER)


def _may_void(record: OracleRecord, _: Said) -> bool:
    return record.blanks.get(record.bound) is Bucket.GOOD_HELD


def _may_report(_: OracleRecord, said: Said) -> bool:
    return said.balances and bool(said.report) and bool(said.reporter)


def _may_unlock(record: OracleRecord, said: Said) -> bool:
    return said.report == record.report


_GUARDS: Mapping[LockEvent, Callable[[OracleRecord, Said], bool]] = {
    Event.ENTER: _may_enter,
    Event.ENTER_LOCKED: _may_enter,
    Event.AUTHORISE: _may_authorise,
    Event.START: _may_start,
    Event.PROVE_NOT_FED: lambda _, said: said.position_and_counter,
    Event.VERDICT_GOOD: lambda _, said: said.shows_good,
    Event.BLANK_FAILED: _may_take_another,
    Event.SETTLE_UNUSED: _may_free_unused,
    Event.FAIL_CARD: _may_fail,
    Event.VOID: _may_void,
    Event.ACCEPT_REPORT: _may_report,
    Event.UNLOCK: _may_unlock,
}
