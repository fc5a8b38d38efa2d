"""Who works on a field day (petugas hari sibuk): one operator, a storekeeper, two people of the centre.

Everybody does one thing at a time, and each thing takes the seconds of `operator_times`. The
operator looks at cards first, then sees to machines; the storekeeper settles cards in doubt with
somebody of the centre who signs from afar, opens printers again, and reports. What the centre
must know waits for the line. They judge a card by looking at it, and know nothing of a machine
but what can be seen.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial

from attrs import Factory, define, field

from ektp_core.boundary.store import Accepted
from ektp_core.flow.custody import Receive
from ektp_core.flow.piles import piles_at
from ektp_core.flow.pressing import Conclude
from ektp_core.flow.reporting import Unlock
from ektp_core.flow.rows import Attempt, Consignment, Lock, Printer, Report
from ektp_core.flow.station_book import ClosePrinter, LoadPrinter
from ektp_core.flow.view import View
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.serial import SerialRange, SerialSet
from ektp_core.vocabulary.state import LockState
from ektp_core.vocabulary.verdict import BlankPlace, Cause, Certainty, Outcome
from ektp_core.wire.asks import ReportLine, SpoilageReport
from ektp_station.press_state import Phase, Press
from ektp_testing.sim import cast
from ektp_testing.sim.country import Country
from ektp_testing.sim.field_day_office import BUNDLE, Plan, drawer
from ektp_testing.sim.field_day_trouble import Trouble
from ektp_testing.sim.operator_times import CENTRE_ANSWERS_S, REPORT_EVERY_S, TIMES, Act
from ektp_testing.sim.people import People, place_of
from ektp_testing.sim.printer import Machine
from ektp_testing.sim.station_node import StationNode

_LOOK_AROUND_MS, _CENTRE_MS = 2_000, 60_000

#: Until an answer is on the screen.
_ANSWER_MS = 500

_WAITS = (Phase.IDLE, Phase.RESTING, Phase.SHUT)
_IN_PLACE = (Bucket.STOCK, Bucket.IN_TRANSIT)


@define
class Task:
    """One thing to do: what it is, and how it ends."""

    act: Act
    done: Callable[[], None]


@define(eq=False)
class Crew:
    """Everybody at work.

    Attributes:
        spent_s: seconds of people, by act; the centre's under `Act.UNLOCK`.
        acts: how often each was done. reports: accepted.
    """

    country: Country
    plan: Plan
    trouble: Trouble
    spent_s: Counter[Act] = Factory(Counter)
    acts: Counter[Act] = Factory(Counter)
    reports: int = 0
    _people: People = field(init=False)
    _next_report_ms: int = 0
    _reported_ms: dict[str, int] = Factory(dict)
    _outbox: set[str] = Factory(set)
    _locks: tuple[Lock, ...] = ()
    _locks_n: int = -1

    def __attrs_post_init__(self) -> None:
        self._people = People(self.country)

    @property
    def station(self) -> StationNode:
        """The office's station."""
        return self.country.stations[0]

    def count_in(self) -> None:
        """Before the office opens: two people count the blanks that came, once the station has been told of them."""
        station = self.station
        assert station.store is not None, "the office opens with its station running"
        with station.store.read() as view:
            came = list(view.rows(Consignment))
        for sent in came:
            body = Receive(sent.consignment, station.name, sent.ranges)
            self._people.ask(station, f"receive/{sent.consignment}", body, ("storekeeper", "checker"))
        for machine in station.machines.values():
            self._loaded(machine)

    def begin(self) -> None:
        """The office opens."""
        now_ms = self.country.world.now_ms
        self._next_report_ms = now_ms + REPORT_EVERY_S * 1000
        self._operator()
        self._storekeeper()
        self._centre()

    # -- the operator -----------------------------------------------------------------------

    def _operator(self) -> None:
        world = self.country.world
        task = next(self._tasks(), None)
        if task is None:
            world.at(_LOOK_AROUND_MS, self._operator)
            return
        self._does(task, self._operator)

    def _does(self, task: Task, then: Callable[[], None]) -> None:
        """Somebody is busy with this, then goes on a moment later."""
        world, takes = self.country.world, TIMES[task.act]
        self.spent_s[task.act] += takes.seconds * takes.people
        self.acts[task.act] += 1

        def end() -> None:
            task.done()
            world.at(_ANSWER_MS, then)

        world.at(takes.seconds * 1000, end)

    def _tasks(self) -> Iterator[Task]:
        """What the operator sees to do, the most urgent first."""
        world, station, trouble = self.country.world, self.station, self.trouble
        if trouble.dark_until_ms:
            if world.now_ms >= trouble.dark_until_ms:
                yield Task(Act.RESTART, trouble.switch_on)
            return
        if station.keeper is None or station.store is None:
            return
        for press in station.keeper.state.presses.values():
            if press.phase is Phase.ASKING:
                yield Task(Act.LOOK, partial(self._judged, press.record, press.n))
        for machine, _ in self._waiting(station):
            if not machine.hopper and not machine.inside and drawer(self.country):
                yield Task(Act.LOAD, partial(self._loaded, machine))
            elif not self._is_noted(machine):
                yield Task(Act.LOAD, partial(self._noted, machine))
            if machine.inside or self._wrong_blanks(machine):
                yield Task(Act.CLEAR, partial(self._cleared, machine))

    def _waiting(self, station: StationNode) -> Iterator[tuple[Machine, Press]]:
        """Printers that have no card of the book under way."""
        assert station.keeper is not None, "looked at while it is down"
        for name, machine in station.machines.items():
            press = station.keeper.state.presses.get(name)
            if press and press.phase in _WAITS and not press.record and machine.is_on:
                yield machine, press

    def _can_tell_centre(self) -> bool:
        return not self.station.line.is_cut and not self.trouble.dark_until_ms

    def _judged(self, record: str, n: int) -> None:
        """By the card in the tray that bears this record; where there is none, nobody can tell."""
        made = (card for card in self.country.cards.values() if card.attempt == f"{record}/{n}")
        seen = next((card for card in made if card.place == "output"), None)
        outcome = Outcome.UNKNOWN if seen is None else Outcome.GOOD if seen.is_good else Outcome.SPOILED
        place = BlankPlace.OUTPUT if seen else BlankPlace.LOST
        cause = Cause.MISPRINT if outcome is Outcome.SPOILED else Cause.NONE
        body = Conclude(record, n, outcome, place, Certainty.OPERATOR, cause)
        self._people.ask(self.station, f"judge/{record}/{n}/{outcome.value}", body, ("operator",))

    def _loaded(self, machine: Machine) -> None:
        """The next blanks of the drawer go into the hopper, as many as follow each other, and are noted."""
        first = drawer(self.country)[:BUNDLE]
        cards = [card for place, card in enumerate(first) if card.number == first[0].number + place]
        for card in cards:
            card.place, card.machine = "hopper", machine.name
            machine.hopper.append(card)
        self._noted(machine)

    def _noted(self, machine: Machine) -> None:
        """What is in the hopper is noted at the station; in the dark nobody hears it, and it is done again."""
        low, high = machine.hopper[0].number, machine.hopper[-1].number
        body = LoadPrinter(machine.name, ((cast.SERIES, low, high),), 0)
        self._people.ask(self.station, f"load/{machine.name}/{low}", body, (self.station.name,))

    def _is_noted(self, machine: Machine) -> bool:
        """Whether the station's screen shows the blank on top as loaded here."""
        store = self.station.store
        if store is None or not machine.hopper:
            return True
        with store.read() as view:
            row = view.row(Printer, self.station.name, machine.name)
        return row is not None and row.lo <= machine.hopper[0].number <= row.hi

    def _wrong_blanks(self, machine: Machine) -> list[int]:
        """Serials on top of a hopper that the station's screen calls something else than stock."""
        store = self.station.store
        if store is None:
            return []
        with store.read() as view:
            top = machine.hopper[:2]
            places = {card.number: place_of(view, card.number) for card in top}
        return [number for number, place in places.items() if place and place[1] not in _IN_PLACE]

    def _cleared(self, machine: Machine) -> None:
        """The card inside comes out, and so do blanks the book calls suspect."""
        machine.catch_up()
        card = machine.taken_out()
        if card:
            self.country.world.say(f"the operator takes card {card.number} out of {machine.name}")
        wrong = set(self._wrong_blanks(machine))
        for blank in [one for one in machine.hopper if one.number in wrong]:
            machine.hopper.remove(blank)
            blank.place = "table"

    def _is_shut(self, press: Press) -> bool:
        store = self.station.store
        if store is None:
            return False
        with store.read() as view:
            row = view.row(Printer, self.station.name, press.name)
        return bool(row and row.closed_why)

    def _reopened(self, machine: Machine) -> None:
        fed = machine.counters(0).values
        body = ClosePrinter(machine.name, "", fed[0].value if fed else -1)
        ask_id = f"open/{machine.name}/{self.country.world.now_ms}"
        self._people.ask(self.station, ask_id, body, ("checker", "verifier"))

    def _at_centre(self, state: LockState) -> list[Lock]:
        """Records that are in this state at the centre; its list is read again when its book has moved."""
        hub = self.country.hub.store
        if hub is not None and hub.position().n != self._locks_n:
            self._locks_n = hub.position().n
            with hub.read() as view:
                self._locks = tuple(view.rows(Lock))
        return [lock for lock in self._locks if lock.state is state]

    def _settlings(self) -> Iterator[Task]:
        hub = self.country.hub.store
        for lock in self._at_centre(LockState.SUSPECT):
            if hub is None:
                return
            with hub.read() as view:
                attempt = view.row(Attempt, lock.record, lock.n)
            asks = self._people.settled(attempt) if attempt else []
            if attempt and asks and not any(ask_id in self._outbox for ask_id, _, _ in asks):
                yield Task(Act.SETTLE, partial(self._settled, attempt))

    def _settled(self, attempt: Attempt) -> None:
        for ask_id, body, who in self._people.settled(attempt):
            self._outbox.add(ask_id)
            self._to_centre(ask_id, body, who)

    def _to_centre(self, ask_id: str, body: object, who: tuple[str, ...]) -> None:
        """An ask waits in the outbox until the line is there."""
        if self._can_tell_centre():
            self._outbox.discard(ask_id)
            self._people.ask(None, ask_id, body, who)
        else:
            self.country.world.at(_LOOK_AROUND_MS, lambda: self._to_centre(ask_id, body, who))

    # -- the storekeeper and the centre ------------------------------------------------------

    def _storekeeper(self) -> None:
        task = next(self._second_tasks(), None)
        if task is None:
            self.country.world.at(_LOOK_AROUND_MS, self._storekeeper)
            return
        self._does(task, self._storekeeper)

    def _second_tasks(self) -> Iterator[Task]:
        """What the office's second person sees to do; the other signature is given from the centre (rule 39)."""
        station = self.station
        if not self._can_tell_centre() or station.keeper is None:
            return
        for machine, press in self._waiting(station):
            if press.phase is Phase.SHUT and not machine.inside and self._is_shut(press):
                yield Task(Act.REOPEN, partial(self._reopened, machine))
        yield from self._settlings()
        world = self.country.world
        if world.now_ms >= self._next_report_ms and self._at_centre(LockState.MISPRINTED):
            self._next_report_ms = world.now_ms + REPORT_EVERY_S * 1000
            yield Task(Act.REPORT, self._report)

    def _report(self) -> None:
        hub = self.country.hub.store
        if hub is None or not self._can_tell_centre():
            self.country.world.at(_LOOK_AROUND_MS, self._report)
            return
        with hub.read() as view:
            body = self._written(view)
        raw = self.country.letters.signed(body.report, "hub", body, ("storekeeper",), self.country.world.now_ms)
        self.country.hub.ask([raw], self._report_answered)

    def _report_answered(self, answers: object) -> None:
        is_taken = isinstance(answers, tuple) and isinstance(answers[0], Accepted)
        self.reports += is_taken
        if not is_taken:
            self.country.world.say(f"the report is not taken: {answers}")

    def _written(self, view: View) -> SpoilageReport:
        cut, whole = view.position.seq, SerialSet.of(SerialRange(cast.SERIES, 1, self.plan.blanks))
        columns, lines = piles_at(view, whole, cast.OFFICE, cut)
        numbers = cast.nik_by_person(self.plan.citizens)
        written = tuple(
            ReportLine(
                one.series, one.number, "", numbers[bytes.fromhex(one.person)] if one.person else "", one.n, one.cause,
                one.is_lost,
            )
            for one in lines
        )  # fmt: skip
        return SpoilageReport(f"report/{cut}", cast.ALLOTMENT, cut, columns, written)

    def _centre(self) -> None:
        """Two people of the centre go through what was reported, one record after the other."""
        world, hub = self.country.world, self.country.hub.store
        if hub is not None:
            for lock in self._at_centre(LockState.REPORTED):
                since_ms = self._reported_ms.setdefault(f"{lock.record}/{lock.n}", world.now_ms)
                if world.now_ms >= since_ms + CENTRE_ANSWERS_S * 1000:
                    with hub.read() as view:
                        unlocked = self._unlocks(view, lock)
                    self._does(Task(Act.UNLOCK, unlocked), self._centre)
                    return
        world.at(_CENTRE_MS, self._centre)

    def _unlocks(self, view: View, lock: Lock) -> Callable[[], None]:
        attempt = view.row(Attempt, lock.record, lock.n)
        report = view.row(Report, attempt.report) if attempt else None
        assert report is not None, "reported without a report"
        body = Unlock(lock.record, lock.n, report.digest.hex())
        return lambda: self._people.ask(None, f"unlock/{lock.record}/{lock.n}", body, ("verifier", "second"))
