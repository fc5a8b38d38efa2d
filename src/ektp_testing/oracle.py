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


@frozen
class Condition:
    """One thing an event needs, by name: whether what the record is and what was said meet it."""

    name: str
    holds: "Callable[[OracleRecord, LockEvent, Said], bool]"


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

STATION_SAYS = frozenset(
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
TWO_PEOPLE = frozenset(
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
SETTLES = _NEEDS_A_CARD | {Event.SETTLE_LOST, Event.SETTLE_UNUSED}


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
        return event in _POSSIBLE[self.state] and all(one.holds(self, event, said) for one in self.asked(event))

    def asked(self, event: LockEvent) -> "tuple[Condition, ...]":
        """What this event needs beside the state it comes from."""
        return CONDITIONS[event]

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
        if event is Event.START or (event in SETTLES and not self.bound):
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
        if event in STATION_SAYS and said.operator:
            self.operator = said.operator

    def _card_follows(self, event: LockEvent) -> None:
        if event in (Event.VERDICT_GOOD, Event.SETTLE_GOOD):
            self.good.add(self.bound)
        elif event in (Event.FAIL_CARD, Event.VOID, Event.SETTLE_LOST) and self.bound:
            self.good.discard(self.bound)
            self.revoked.add(self.bound)


_Holds = Callable[[OracleRecord, LockEvent, Said], bool]


def _names(said: Said) -> set[str]:
    return {person.name for person in said.people}


def _one_will_do(event: LockEvent, said: Said) -> bool:
    """The chip was read: one person may settle it as good, nothing else (rule 39)."""
    return event is Event.SETTLE_GOOD and said.uid_read and bool(said.people)


def _names_a_suspect(record: OracleRecord, event: LockEvent, said: Said) -> bool:
    if record.bound:
        return said.blank in (0, record.bound)
    if not said.blank:
        return event not in _NEEDS_A_CARD
    return record.blanks.get(said.blank, Bucket.SUSPECT) is Bucket.SUSPECT


def _bound(*buckets: Bucket) -> _Holds:
    return lambda record, _, __: record.blanks.get(record.bound) in buckets


def _said(says: Callable[[Said], bool]) -> _Holds:
    return lambda _, __, said: says(said)


_ATTEMPT = Condition("the attempt is the last", lambda record, _, said: said.n in (None, record.n))
_STATION = Condition("the station is the one authorised", lambda record, _, said: said.station == record.station)
#: Two or more, none the operator or the reporter, one from another unit (rules 25 and 39).
_PEOPLE = (
    Condition("the operator does not sign", lambda record, _, said: record.operator not in _names(said) - {""}),
    Condition("the reporter does not sign", lambda record, _, said: record.reporter not in _names(said) - {""}),
    Condition("two people sign", lambda _, event, said: len(_names(said)) >= 2 or _one_will_do(event, said)),
    Condition(
        "they are of two units",
        lambda _, event, said: len({one.unit for one in said.people}) >= 2 or _one_will_do(event, said),
    ),
)
_SUSPECT = Condition("the blank named is the suspect", _names_a_suspect)
_REGISTRY = (Condition("the registry signed", _said(lambda said: said.registry)),)

_GUARDS: Mapping[LockEvent, tuple[Condition, ...]] = {
    Event.ENTER: _REGISTRY,
    Event.ENTER_LOCKED: _REGISTRY,
    Event.AUTHORISE: (
        Condition("a station is named", _said(lambda said: bool(said.station))),
        Condition("the station has a free blank", _said(lambda said: said.free_blanks >= 1)),
        Condition("no hold lies on the record", _said(lambda said: not said.is_held)),
    ),
    Event.START: (
        Condition("the permission has not ended", _said(lambda said: said.in_time)),
        Condition("a blank is named", _said(lambda said: said.blank > 0)),
        Condition(
            "the blank is in stock",
            lambda record, _, said: record.blanks.get(said.blank, Bucket.STOCK) is Bucket.STOCK,
        ),
    ),
    Event.PROVE_NOT_FED: (Condition("position and counter show it", _said(lambda said: said.position_and_counter)),),
    Event.VERDICT_GOOD: (Condition("better is shown than accepted bytes", _said(lambda said: said.shows_good)),),
    Event.BLANK_FAILED: (
        Condition("there is no ink on it", _said(lambda said: said.before_ink)),
        Condition("it is in hand", _said(lambda said: said.in_hand)),
        Condition("a blank more may be taken", lambda record, _, __: record.taken < BLANKS_PER_ATTEMPT),
    ),
    Event.SETTLE_UNUSED: (Condition("the station is done with it", _said(lambda said: said.station_is_done)),),
    Event.FAIL_CARD: (Condition("it is a good card", _bound(Bucket.GOOD_HELD, Bucket.HANDED_OVER)),),
    Event.VOID: (Condition("the good card is held", _bound(Bucket.GOOD_HELD)),),
    Event.ACCEPT_REPORT: (
        Condition("the report balances", _said(lambda said: said.balances)),
        Condition("there is a report", _said(lambda said: bool(said.report))),
        Condition("somebody made it", _said(lambda said: bool(said.reporter))),
    ),
    Event.UNLOCK: (
        Condition("it is the report that was accepted", lambda record, _, said: said.report == record.report),
    ),
}


def _conditions(event: LockEvent) -> tuple[Condition, ...]:
    return (
        _ATTEMPT,
        *((_STATION,) if event in STATION_SAYS else ()),
        *(_PEOPLE if event in TWO_PEOPLE else ()),
        *((_SUSPECT,) if event in SETTLES else ()),
        *_GUARDS.get(event, ()),
    )


#: What each event needs beside the state it comes from. It must all hold.
CONDITIONS: Mapping[LockEvent, tuple[Condition, ...]] = {event: _conditions(event) for event in LockEvent}
