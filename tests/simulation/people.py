"""The people of the small country (para petugas): they look at plastic, paper and screens, and sign.

An operator judges a card by looking at it, clears machines and reopens them with a second
person; the office settles suspects by the card on the table, files the report and unlocks.
Nobody here knows what a machine did unless the card shows it.
"""

from hashlib import sha256

from attrs import define

from ektp_core.boundary.store import Work
from ektp_core.flow.apply import apply
from ektp_core.flow.ask import Ask, Body
from ektp_core.flow.custody import Dispatch, Grant, Issue, Receive, TakeSupply
from ektp_core.flow.decide import Decider
from ektp_core.flow.founding import Found, NewKey, NewOfficer, NewParty, NewStation, Register
from ektp_core.flow.piles import piles_at
from ektp_core.flow.pressing import Conclude
from ektp_core.flow.printing import Enter, Recall
from ektp_core.flow.reporting import FileReport, Unlock
from ektp_core.flow.rows import Attempt, Consignment, Lock, Policy, Printer, Report
from ektp_core.flow.settling import FailCard, Settle
from ektp_core.flow.settling import Found as FoundToBe
from ektp_core.flow.station_book import ClosePrinter, LoadPrinter
from ektp_core.flow.view import View
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.role import Hand, Role
from ektp_core.vocabulary.serial import SerialRange, SerialSet
from ektp_core.vocabulary.state import LockState
from ektp_core.vocabulary.verdict import BlankPlace, Cause, Certainty, Outcome
from ektp_station.press import Phase
from ektp_store.memory import MemoryStore
from tests.simulation.card_machine import Card, Machine, Trouble
from tests.simulation.small_world import EPOCH_MS, HUB_KEY, REGIONS, Bad, Station, World

OFFICE, SERIES, CLASS = "office/52.03", "A", "v5"
_OFFICERS = {
    "operator": (Role.PRINT_OPERATOR, OFFICE),
    "storekeeper": (Role.STOREKEEPER, OFFICE),
    "checker": (Role.CHECKER, OFFICE),
    "verifier": (Role.CENTRE_VERIFIER, "centre/1"),
    "second": (Role.CENTRE_VERIFIER, "centre/2"),
    "store": (Role.CENTRE_STORE, "centre/3"),
}
FAULTY = {
    "lost": 0.15, "doubled": 0.15, "delay_ms": 1_500, "crash": 0.06, "hub_crash": 0.04, "after_commit": 0.01,
    "mischief": 0.05,
}  # fmt: skip


def signed(name: str, body: Body, keys: tuple[str, ...], at_ms: int) -> Work:
    """An ask as it comes from the edge."""
    return Work(Ask(name, body, tuple(f"key/{key}" for key in keys), at_ms, sha256(repr(body).encode()).digest()))


def new_world(seed: int) -> World:
    """A founded country with blanks, records, stations and machines; nothing has been printed."""
    world = World(seed)
    dice = world.dice
    names = [f"station/52.03/{number}" for number in range(1, dice.randint(1, 2) + 1)]
    records, blanks = dice.randint(3, 7), dice.randint(8, 14)
    world.is_mixed = world.chance(0.15)
    knows_chips = world.is_mixed or world.chance(0.5)
    _found_hub(world, names, records, blanks, knows_chips)
    for index, name in enumerate(names):
        _add_station(world, name, names, range(index * blanks + 1, (index + 1) * blanks + 1))
    world.hub.start()
    for station in world.stations:
        station.start()
    world.say(f"{len(names)} stations, {records} records, {blanks} blanks each, chips known: {knows_chips}")
    return world


def _registrations(names: list[str]) -> Register:
    people = tuple(NewOfficer(who, who, unit, (role,)) for who, (role, unit) in _OFFICERS.items())
    public = "00" * 32
    return Register(
        parties=(NewParty("centre", "Pusat"), NewParty("supplier/PNRI", "PNRI"), NewParty(OFFICE, "Dinas")),
        officers=people,
        keys=(
            NewKey(HUB_KEY, "hub", Hand.HUB, public),
            NewKey("key/registry", "registry", Hand.REGISTRY, public),
            *(NewKey(f"key/{name}", name, Hand.STATION, public) for name in names),
            *(NewKey(f"key/{who}", who, Hand.OFFICER, public) for who in _OFFICERS),
        ),
        stations=tuple(NewStation(name, name, (CLASS,)) for name in names),
        policy=Policy("default", 1, lease_count=3, lease_ms=25_000),
    )


def _found_hub(world: World, names: list[str], records: int, blanks: int, knows_chips: bool) -> None:
    whole = ((SERIES, 1, blanks * len(names)),)
    chips = tuple(uid_of(number) for number in range(1, whole[0][2] + 1)) if knows_chips else ()
    asks: list[tuple[Body, tuple[str, ...]]] = [
        (Found(_registrations(names)), ()),
        (TakeSupply("supplier/PNRI", CLASS, whole, "DO-1", "2023-11-01", chips), ("store",)),
        (Grant("allotment", OFFICE, CLASS, whole[0][2]), ("verifier",)),
        (Dispatch("to-office", "allotment"), ("store",)),
        (Receive("to-office", OFFICE, whole), ("storekeeper", "checker")),
        *((Issue(f"to-{name}", name, CLASS, blanks), ("storekeeper",)) for name in names),
        *(
            (Enter(OFFICE, b"person %d" % one, b"payload %d" % one, checked_ms=EPOCH_MS), ("registry",))
            for one in range(records)
        ),
    ]
    for number, (body, keys) in enumerate(asks):
        _must(world.hub.store.commit([signed(f"first/{number}", body, keys, EPOCH_MS)], EPOCH_MS))


def _must(answers: tuple[object, ...]) -> None:
    assert all(not isinstance(answer, Exception) for answer in answers), answers


def uid_of(number: int) -> str:
    """The chip of a blank."""
    return f"{0x04A0000000 + number * 7:014X}"


def _add_station(world: World, name: str, names: list[str], numbers: range) -> None:
    dice = world.dice
    station = Station(world, name, MemoryStore(Decider(REGIONS, name), apply, owner=name), key=f"key/{name}")
    _must(station.store.commit([signed("founding", Found(_registrations(names)), (), EPOCH_MS)], EPOCH_MS))
    count = dice.randint(1, 2)
    half = len(numbers) // count
    for one in range(count):
        log = dice.choice(("volatile", "kept", "complete"))
        machine = Machine(
            f"{name[8:]}-{one + 1}",
            dice,
            lambda: world.now_ms,
            world.say,
            log,
            world.chance(0.2) and not world.is_mixed,
        )
        station.machines[machine.name] = machine
        for number in numbers[one * half : (one + 1) * half if one + 1 < count else None]:
            card = Card(
                number, uid_of(number), "hopper", machine.name, has_dead_chip=world.chance(0.04) and not world.is_mixed
            )
            world.cards[number] = card
            machine.hopper.append(card)
        if world.is_mixed:
            dice.shuffle(machine.hopper)
    world.stations.append(station)


def make_bad(world: World) -> None:
    """Let everything go wrong now and then; how much differs by seed."""
    how = world.dice.choice((0.3, 1.0, 1.0, 2.0))
    world.bad = Bad(**{name: value if name == "delay_ms" else value * how for name, value in FAULTY.items()})  # type: ignore[arg-type]  # one of them is whole
    if world.is_mixed:
        # Blanks in another order than their serials: what fails before its chip is read goes by the wrong serial.
        world.bad.mischief = 0.0
        world.say("the blanks in the hoppers are mixed; the machines work")
        return
    world.bad.trouble = Trouble(
        power=0.012 * how, jam=0.015 * how, slow=0.02 * how, silent=0.02 * how, misprint=0.06 * how
    )
    _set_trouble(world)


def heal(world: World) -> None:
    """From here on nothing goes wrong."""
    world.say("--- from here on nothing goes wrong ---")
    world.bad = Bad()
    _set_trouble(world)


def _set_trouble(world: World) -> None:
    for station in world.stations:
        for machine in station.machines.values():
            machine.trouble = world.bad.trouble


@define(eq=False)
class People:
    """Everybody who acts in the story, once every second or so."""

    world: World

    def begin(self) -> None:
        """Start their working day."""
        self.world.at(500, self._turn)

    def _turn(self) -> None:
        world = self.world
        for station in world.stations:
            if station.is_up:
                self._at_station(station)
            if world.chance(world.bad.crash) and station.is_up:
                station.crash()
            if world.chance(world.bad.mischief):
                self._mischief(station)
        if world.hub.is_up:
            self._at_hub()
        if world.hub.is_up and world.chance(world.bad.hub_crash):
            world.hub.crash()
        world.at(world.dice.randint(600, 1_400), self._turn)

    # -- at a station -------------------------------------------------------------------------

    def _at_station(self, station: Station) -> None:
        with station.store.read() as view:
            works = [*self._custody(station, view), *self._machines(station, view)]
        for work in works:
            station.ask(work)

    def _custody(self, station: Station, view: View) -> list[Work]:
        for sent in view.rows(Consignment):
            if not sent.is_received:
                body = Receive(sent.consignment, station.name, sent.ranges)
                return [signed(f"receive/{sent.consignment}", body, ("storekeeper", "checker"), self.world.now_ms)]
        works = []
        for machine in station.machines.values():
            numbers = sorted(card.number for card in machine.hopper)
            is_here = numbers and _place(view, numbers[0]) == (station.name, Bucket.STOCK)
            if is_here and view.row(Printer, station.name, machine.name) is None:
                body_ = LoadPrinter(machine.name, ((SERIES, numbers[0], numbers[-1]),), 0)
                works.append(signed(f"load/{machine.name}", body_, (station.name,), self.world.now_ms))
        return works

    def _machines(self, station: Station, view: View) -> list[Work]:
        works = []
        for name, machine in station.machines.items():
            press = station.state.presses.get(name)
            if press is None or press.phase is Phase.AWAY:
                continue
            if press.phase is Phase.ASKING:
                works.append(self._judged(press.record, press.n))
            elif not press.record:
                self._clear(machine, view, station.name)
                works += self._reopened(station, view, machine)
        return works

    def _judged(self, record: str, n: int) -> Work:
        """The card in the tray that bears this record; if there is none, nobody can tell."""
        found = [card for card in self.world.cards.values() if card.job.startswith(f"{record}/{n}/")]
        seen = next((card for card in found if card.place == "output"), None)
        outcome = Outcome.UNKNOWN if seen is None else Outcome.GOOD if seen.is_good else Outcome.SPOILED
        place = BlankPlace.OUTPUT if seen else BlankPlace.LOST
        cause = Cause.MISPRINT if outcome is Outcome.SPOILED else Cause.NONE
        self.world.say(f"the operator finds {record}/{n} {outcome.value}")
        body = Conclude(record, n, outcome, place, Certainty.OPERATOR, cause)
        return signed(f"judge/{record}/{n}/{outcome.value}", body, ("operator",), self.world.now_ms)

    def _clear(self, machine: Machine, view: View, station: str) -> None:
        """Take out what lies in an idle machine, and blanks of the hopper that the book calls suspect."""
        machine.catch_up()
        if machine.late:
            return
        card = machine.taken_out()
        if card:
            self.world.say(f"the operator takes card {card.number} out of {machine.name}")
        for blank in list(machine.hopper):
            where = _place(view, blank.number)
            if where and where[1] not in (Bucket.STOCK, Bucket.IN_TRANSIT):
                machine.hopper.remove(blank)
                blank.place = "table"
                self.world.say(f"the operator takes blank {blank.number} out of the hopper of {machine.name}")

    def _reopened(self, station: Station, view: View, machine: Machine) -> list[Work]:
        row = view.row(Printer, station.name, machine.name)
        if row is None or not row.closed_why or machine.late:
            return []
        fed = machine.counters(0).values
        body = ClosePrinter(machine.name, "", fed[0].value if fed else -1)
        name = f"open/{machine.name}/{self.world.now_ms}"
        self.world.say(f"two people open {machine.name} again")
        return [signed(name, body, ("checker", "verifier"), self.world.now_ms)]

    def _mischief(self, station: Station) -> None:
        """A card is gone, somebody opens a machine that the station cannot see, a record is called back."""
        dice, world = self.world.dice, self.world
        with station.store.read() as view:
            open_ = [
                card
                for card in world.cards.values()
                if card.place in ("output", "reject", "table")
                and (_place(view, card.number) or ("", None))[1] in (Bucket.IN_MACHINE, Bucket.SUSPECT)
            ]
        if open_ and dice.random() < 0.3:
            card = dice.choice(open_)
            card.place = "gone"
            world.say(f"card {card.number} is gone")
        machine = dice.choice(list(station.machines.values()))
        if not station.is_up and dice.random() < 0.5 and machine.taken_out():
            world.say(f"somebody takes the card out of {machine.name} while its station is down")

    # -- at the hub -----------------------------------------------------------------------------

    def _at_hub(self) -> None:
        with self.world.hub.store.read() as view:
            locks = list(view.rows(Lock))
            works = [work for lock in locks for work in self._for_lock(view, lock)]
            if any(lock.state is LockState.MISPRINTED for lock in locks):
                works.append(self._report(view))
        if works:
            self.world.hub.ask(tuple(works))

    def _for_lock(self, view: View, lock: Lock) -> list[Work]:
        world, now = self.world, self.world.now_ms
        attempt = view.row(Attempt, lock.record, lock.n)
        match lock.state:
            case LockState.SUSPECT if attempt:
                return self._settled(attempt)
            case LockState.REPORTED if attempt:
                report = view.row(Report, attempt.report)
                assert report is not None, "reported without a report"
                body = Unlock(lock.record, lock.n, report.digest.hex())
                return [signed(f"unlock/{lock.record}/{lock.n}", body, ("verifier", "second"), now)]
            case LockState.AUTHORISED if world.chance(world.bad.mischief):
                world.say(f"{lock.record}/{lock.n} is called back")
                name = f"recall/{lock.record}/{lock.n}"
                return [signed(name, Recall(lock.record, "an inquiry"), ("verifier",), now)]
            case LockState.PRINTED if world.chance(world.bad.mischief / 8):
                world.say(f"the card of {lock.record} turns out bad later")
                failed = FailCard(lock.record, lock.n, Cause.DATA_WRONG)
                return [signed(f"fail/{lock.record}/{lock.n}", failed, ("operator",), now)]
            case _:
                return []

    def _settled(self, attempt: Attempt) -> list[Work]:
        """Two people look at the card on the table. What is still in a machine they wait for."""
        card = self.world.cards[attempt.number]
        if card.place in ("hopper", "inside", "drawer"):
            return []
        if card.job and not card.job.startswith(f"{attempt.record}/{attempt.n}/"):
            self.world.say(f"card {card.number} of {attempt.record}/{attempt.n} bears another name: {card.job}")
            return []
        found, uid = FoundToBe.BAD, ""
        if card.place == "gone":
            found = FoundToBe.LOST
        elif card.is_good:
            found, uid = FoundToBe.GOOD, attempt.uid and card.uid
        elif card.is_untouched:
            found = FoundToBe.UNUSED
        name = f"settle/{attempt.record}/{attempt.n}/{found.value}"
        self.world.say(f"two people find card {card.number} of {attempt.record}/{attempt.n} {found.value}")
        body = Settle(attempt.record, attempt.n, found, "minutes", SERIES, card.number, uid)
        return [signed(name, body, ("checker", "verifier"), self.world.now_ms)]

    def _report(self, view: View) -> Work:
        cut = view.position.seq
        last = max(number for number in self.world.cards)
        columns, lines = piles_at(view, SerialSet.of(SerialRange(SERIES, 1, last)), OFFICE, cut)
        body = FileReport(f"report/{cut}", "allotment", cut, columns, lines)
        return signed(body.report, body, ("storekeeper",), self.world.now_ms)


def _place(view: View, number: int) -> tuple[str, Bucket] | None:
    run = view.covering(SERIES, number)
    return (run.party, run.bucket) if run else None
