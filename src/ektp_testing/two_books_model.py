"""A hub's and a station's book in small (dua buku tiruan), written by hand: two pictures and two queues.

Each side has its own picture of every person's lock and of the station's blanks. What one side
does first changes its own picture at once and the other's when it is carried there, in order. It
imports no lock table and no ledger, so that it cannot share their mistakes.
"""

from collections.abc import Mapping

from attrs import define, field, frozen

from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.state import LockEvent, LockState

Event, State = LockEvent, LockState

#: Where a card's event takes the lock, and its blank from where to where.
_STEPS: Mapping[LockEvent, tuple[LockState, Bucket, Bucket]] = {
    Event.START: (State.IN_PRESS, Bucket.STOCK, Bucket.IN_MACHINE),
    Event.PROVE_NOT_FED: (State.AUTHORISED, Bucket.IN_MACHINE, Bucket.STOCK),
    Event.VERDICT_GOOD: (State.PRINTED, Bucket.IN_MACHINE, Bucket.GOOD_HELD),
    Event.VERDICT_BAD: (State.MISPRINTED, Bucket.IN_MACHINE, Bucket.WASTE_HELD),
    Event.DOUBT: (State.SUSPECT, Bucket.IN_MACHINE, Bucket.SUSPECT),
    Event.SETTLE_BAD: (State.MISPRINTED, Bucket.SUSPECT, Bucket.WASTE_HELD),
    Event.SETTLE_LOST: (State.MISPRINTED, Bucket.SUSPECT, Bucket.LOST),
}

#: What can become of a card in the machine, and of a suspect.
ENDINGS = (Event.VERDICT_GOOD, Event.VERDICT_BAD, Event.DOUBT, Event.PROVE_NOT_FED)
SETTLEMENTS = (Event.SETTLE_BAD, Event.SETTLE_LOST)

#: Buckets that are looked at.
BUCKETS = (
    Bucket.STOCK,
    Bucket.IN_MACHINE,
    Bucket.SUSPECT,
    Bucket.GOOD_HELD,
    Bucket.WASTE_HELD,
    Bucket.LOST,
)


@frozen
class Fact:
    """Something that happened to one person's lock; `event` None: called back."""

    person: int
    event: LockEvent | None


@define(eq=False)
class Picture:
    """What one book knows."""

    states: dict[int, LockState] = field(factory=dict)
    blanks: dict[Bucket, int] = field(factory=dict)

    def follow(self, fact: Fact) -> None:
        """Let the picture follow a fact."""
        if fact.event is Event.ENTER or fact.event is Event.RETURN:
            self.states[fact.person] = State.READY
        elif fact.event is Event.AUTHORISE:
            self.states[fact.person] = State.AUTHORISED
        elif fact.event is not None:
            state, source, target = _STEPS[fact.event]
            self.states[fact.person] = state
            self.blanks[source] = self.blanks.get(source, 0) - 1
            self.blanks[target] = self.blanks.get(target, 0) + 1

    def people(self, *states: LockState) -> list[int]:
        """Everybody in one of these states."""
        return [person for person, state in self.states.items() if state in states]


@define(eq=False)
class TwoBooksModel:
    """Both pictures, what is on its way, and how much of it has arrived.

    Attributes:
        feed: entries of the hub's feed; `taken` of them have arrived.
        chain: the station's commits, each the facts in it; `absorbed` of them have arrived.
        recalled: people whose recall the station has taken.
    """

    hub: Picture
    station: Picture
    feed: list[Fact] = field(factory=list)
    chain: list[tuple[Fact, ...]] = field(factory=list)
    taken: int = 0
    absorbed: int = 0
    recalled: set[int] = field(factory=set)
    overstepped: set[int] = field(factory=set)
    disputes: int = 0

    @classmethod
    def with_stock(cls, stock: int) -> "TwoBooksModel":
        """Both books know so many blanks in the station's stock."""
        return cls(Picture(blanks={Bucket.STOCK: stock}), Picture(blanks={Bucket.STOCK: stock}))

    # -- what must be possible ------------------------------------------------------------

    @property
    def free_blanks(self) -> int:
        """Blanks in stock as the hub knows it, less what it has authorised beyond what it knows was started."""
        return self.hub.blanks[Bucket.STOCK] - len(self.hub.people(State.AUTHORISED))

    def may_enter(self, person: int) -> bool:
        """One open record a person; a finished card is not closed in this small world."""
        return person not in self.hub.states

    def may_authorise(self, person: int) -> bool:
        """Ready at the hub, and a free blank."""
        return self.hub.states.get(person) is State.READY and self.free_blanks >= 1

    def may_recall(self, person: int) -> bool:
        """What lies with the station, as the hub knows it."""
        return self.hub.states.get(person) in (State.AUTHORISED, State.IN_PRESS)

    def may_start(self, person: int) -> bool:
        """Authorised at the station, not called back, a blank in stock and none in the machine."""
        has_blank = self.station.blanks[Bucket.STOCK] >= 1
        is_empty = not self.station.people(State.IN_PRESS)
        is_authorised = self.station.states.get(person) is State.AUTHORISED
        return is_authorised and person not in self.recalled and has_blank and is_empty

    def may_finish(self, person: int) -> bool:
        """The card in the machine."""
        return self.station.states.get(person) is State.IN_PRESS

    def may_give_back(self, person: int) -> bool:
        """Not started."""
        return self.station.states.get(person) is State.AUTHORISED

    def may_settle(self, person: int) -> bool:
        """Suspect at the hub."""
        return self.hub.states.get(person) is State.SUSPECT

    # -- what follows ---------------------------------------------------------------------

    def hub_does(self, fact: Fact, *, is_fed: bool) -> None:
        """The hub writes first; the station hears of it by the feed."""
        self.hub.follow(fact)
        if is_fed:
            self.feed.append(fact)

    def station_does(self, fact: Fact) -> None:
        """The station writes first; the hub hears of it by the chain."""
        self.station.follow(fact)
        self.chain.append((fact,))

    def station_oversteps(self) -> None:
        """The station seals what it may not say: a commit that changes neither picture."""
        self.chain.append(())
        self.overstepped.add(len(self.chain))

    def carry_feed(self, m: int) -> None:
        """Entry m arrives; an old one has no effect. Taking it is a commit of the station's."""
        if m != self.taken + 1:
            return
        fact = self.feed[m - 1]
        self.taken = m
        if fact.event is None:
            self.recalled.add(fact.person)
        else:
            if fact.event is Event.AUTHORISE:
                self.recalled.discard(fact.person)
            self.station.follow(fact)
        self.chain.append(())

    def carry_chain(self, n: int) -> None:
        """Commit n arrives; an old one has no effect."""
        if n != self.absorbed + 1:
            return
        self.absorbed = n
        self.disputes += n in self.overstepped
        for fact in self.chain[n - 1]:
            self.hub.follow(fact)
