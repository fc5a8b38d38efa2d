"""One station with one printer on a bench: the real step, a book in memory, a machine that does as told.

Commits and orders wait until the test lets them happen one by one, so that a test can stop at
any moment between two of them, or throw the station's memory away.
"""

from random import Random
from typing import Any

from attrs import evolve, frozen

from ektp_core.boundary.card_printer import Artwork, Can
from ektp_core.boundary.store import Work
from ektp_core.errors import Refused
from ektp_core.flow.apply import apply
from ektp_core.flow.ask import Ask, Body
from ektp_core.flow.decide import Decider
from ektp_core.flow.events import (
    Authorised,
    Entered,
    Event,
    FeedTaken,
    KeyTrusted,
    OfficerNamed,
    StationEnrolled,
    TakenIn,
)
from ektp_core.flow.rows import Attempt, Lock, Printer
from ektp_core.flow.station_book import LoadPrinter
from ektp_core.flow.view import View
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.prr import PreviousCard, Reason
from ektp_core.vocabulary.region import Regions
from ektp_core.vocabulary.role import Hand, Role
from ektp_core.vocabulary.state import LockState
from ektp_station import messages
from ektp_station.acts import perform
from ektp_station.messages import Input, Settings, StationState
from ektp_station.press import Phase, Press
from ektp_station.step import step
from ektp_store.memory import MemoryStore
from ektp_testing.sim.plastic import Card
from ektp_testing.sim.printer import Machine

#: A printer to which nothing happens.
NEVER = frozenset[str]().__contains__

STATION, KEY, PRINTER, NOW, LEASE_MS = "station/52.03/1", "key/station", "p1", 1_700_000_000_000, 60_000
OPERATOR, CHECKER, VERIFIER = "key/operator", "key/checker", "key/verifier"
FIRST, SECOND = "52.03-000001", "52.03-000002"


@frozen
class Happened:
    """Events written as they stand, to set the book up."""

    events: tuple[Event, ...]


def _decide(view: View, ask: Ask) -> tuple[Event, ...] | Refused:
    if isinstance(ask.body, Happened):
        return ask.body.events
    return Decider(Regions({"52": "NTB", "52.03": "Lombok Timur"}), STATION)(view, ask)


def authorisation(number: int) -> tuple[Event, ...]:
    """What the station's book holds once it took the authorisation of a record."""
    name = f"52.03-{number:06d}"
    first = (Reason.FIRST, PreviousCard.NONE, "", "")
    return (
        Entered(name, b"person %d" % number, "office/52.03", *first, b"payload", "key/registry", NOW),
        Authorised(name, 1, STATION, NOW + LEASE_MS, number),
        FeedTaken(STATION, number, b"digest", name, 1, 2),
    )


class Bench:
    """See the module's text. Attributes: what the step wanted and nobody has done yet."""

    def __init__(
        self, records: int = 1, log: str = "kept", blind: bool = False, lacks: Can = Can.NOTHING, **settings: Any
    ) -> None:
        self.now_ms = NOW
        self.lacks = lacks
        self.alarms: list[messages.Alarm] = []
        self.replies: list[messages.Reply] = []
        self.others: list[messages.Effect] = []
        self.persists: list[messages.Persist] = []
        self.performs: list[messages.Perform] = []
        self.settings = Settings(STATION, KEY, **settings)
        self.state = StationState(self.settings)
        self.store = MemoryStore(_decide, apply, owner=STATION)
        self.machine = Machine(PRINTER, Random(1), lambda: self.now_ms, lambda _: None, NEVER, log, blind)
        self.machine.hopper = [Card(number, f"{number:014X}", "hopper") for number in range(1, 11)]
        self.cards = list(self.machine.hopper)
        people = (
            (OPERATOR, Role.PRINT_OPERATOR, "a"),
            (CHECKER, Role.CHECKER, "a"),
            (VERIFIER, Role.CENTRE_VERIFIER, "b"),
        )
        self.happen(
            StationEnrolled(STATION, ("v5",)),
            KeyTrusted(KEY, STATION, Hand.STATION, b""),
            KeyTrusted("key/hub", "hub", Hand.HUB, b""),
            *(KeyTrusted(key, key[4:], Hand.OFFICER, b"") for key, _, _ in people),
            *(OfficerNamed(key[4:], key[4:], unit, (role,)) for key, role, unit in people),
            TakenIn("A", 1, 10, STATION, Bucket.STOCK, "v5", "office/52.03"),
            *(event for number in range(1, records + 1) for event in authorisation(number)),
        )
        self.load()

    # -- the book -------------------------------------------------------------------------

    def happen(self, *events: Event) -> None:
        """Write events."""
        self.store.commit([Work(Ask("", Happened(events), (), self.now_ms, b""))], self.now_ms)

    def load(self) -> None:
        """Blanks into the hopper."""
        work = Work(Ask("", LoadPrinter(PRINTER, (("A", 1, 10),), 0), (KEY,), self.now_ms, b""))
        self.store.commit([work], self.now_ms)

    def lock(self, record: str = FIRST) -> Lock:
        """A record's lock."""
        with self.store.read() as view:
            found = view.row(Lock, record)
        assert found is not None
        return found

    def lock_state(self, record: str = FIRST) -> LockState:
        """Its state."""
        return self.lock(record).state

    def attempt(self, record: str = FIRST) -> Attempt:
        """Its first attempt."""
        with self.store.read() as view:
            found = view.row(Attempt, record, 1)
        assert found is not None
        return found

    def bucket(self, number: int) -> Bucket | None:
        """Where the book has a blank."""
        with self.store.read() as view:
            run = view.covering("A", number)
        return run.bucket if run else None

    def printer(self) -> Printer:
        """The printer's row."""
        with self.store.read() as view:
            found = view.row(Printer, STATION, PRINTER)
        assert found is not None
        return found

    # -- the step -------------------------------------------------------------------------

    @property
    def press(self) -> Press:
        """The press of the one printer."""
        return self.state.presses[PRINTER]

    @property
    def phase(self) -> Phase:
        """What it waits for."""
        return self.press.phase

    def put(self, what: Input) -> None:
        """One input; effects wait."""
        with self.store.read() as view:
            self.state, effects = step(self.state, view, what, self.now_ms)
        for effect in effects:
            place: list[Any] = self.others
            if isinstance(effect, messages.Persist):
                place = self.persists
            elif isinstance(effect, messages.Perform):
                place = self.performs
            elif isinstance(effect, messages.Alarm):
                place = self.alarms
            elif isinstance(effect, messages.Reply):
                place = self.replies
            place.append(effect)

    def up(self) -> None:
        """The driver opened its device."""
        can = self.machine.capabilities(0)
        self.put(messages.PrinterUp(PRINTER, evolve(can, can=can.can & ~self.lacks)))

    def tick(self, ms: int = 1_100) -> None:
        """Time goes by."""
        self.now_ms += ms
        self.put(messages.Ticked())

    def commit(self) -> None:
        """Commit what waits longest, and let the answer come."""
        one = self.persists.pop(0)
        self.put(messages.Persisted(one.token, self.store.commit(one.works, self.now_ms)))

    def work(self) -> messages.Perform:
        """Carry out the order that waits, and let the result come."""
        order = self.performs.pop(0)
        self.put(messages.Drove(PRINTER, perform(self.machine, order.order, Artwork(b"picture"), 1_000)))
        return order

    def work_unseen(self) -> None:
        """Carry out the order that waits; nobody hears of it."""
        perform(self.machine, self.performs.pop(0).order, Artwork(b"picture"), 1_000)

    def settle(self) -> None:
        """Let everything happen that waits, without letting time go by."""
        while self.persists or self.performs:
            if self.persists:
                self.commit()
            else:
                self.work()

    def start(self) -> None:
        """Printer up, first record under way: the order that follows the first look waits."""
        self.up()
        self.tick()

    def run_to(self, wanted: Any) -> None:
        """Let things happen one by one until the book has this step of the card in the press."""
        self.start()
        while self.attempt().step is not wanted:
            if self.persists:
                self.commit()
            else:
                self.work()

    def kill(self) -> None:
        """The process dies; what it had not written is gone. It starts again and finds its printer."""
        self.performs, self.persists = [], []
        self.state = StationState(self.settings)
        self.machine.catch_up()
        self.up()

    def ask(self, body: Body, *keys: str) -> None:
        """People at the station ask."""
        name = f"ask/{len(self.replies)}/{self.now_ms}"
        self.put(messages.AskArrived(7, Work(Ask(name, body, keys, self.now_ms, name.encode()))))

    def has_alarm(self, what: str) -> int:
        """How often something was told."""
        return sum(one.what == what for one in self.alarms)

    def reset_lease(self, until_ms: int) -> None:
        """Move the end of the first record's lease."""
        self.happen(Authorised(FIRST, 1, STATION, until_ms, 1), FeedTaken(STATION, 9, b"digest", FIRST, 1, 1))
