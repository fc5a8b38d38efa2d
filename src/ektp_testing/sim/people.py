"""The people of the country (para petugas): they look at plastic, paper and screens, and sign.

An operator judges a card by looking at it, clears machines and opens them again with a second
person; the office settles suspects by the card on the table, files the report, has records
opened again. Nobody here knows what a machine did unless the card shows it, and nobody judges
whether an answer was right: that is the auditor's.
"""

from collections.abc import Callable, Sequence

from attrs import define, field

from ektp_core.errors import Refusal, Refused
from ektp_core.flow.custody import Receive
from ektp_core.flow.finding import CloseSuspectBlank
from ektp_core.flow.piles import piles_at
from ektp_core.flow.pressing import Conclude
from ektp_core.flow.printing import Recall
from ektp_core.flow.reporting import Unlock
from ektp_core.flow.rows import Attempt, Bound, Consignment, Holding, Lock, Printer, Report
from ektp_core.flow.settling import FailCard, Settle
from ektp_core.flow.settling import Found as FoundToBe
from ektp_core.flow.station_book import ClosePrinter, LoadPrinter
from ektp_core.flow.view import View
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.serial import SerialRange, SerialSet
from ektp_core.vocabulary.state import LockState
from ektp_core.vocabulary.verdict import BlankPlace, Cause, Certainty, Outcome
from ektp_core.wire.asks import HUB, ReportLine, SpoilageReport
from ektp_station.press_state import Phase
from ektp_testing.sim import cast
from ektp_testing.sim.country import Country
from ektp_testing.sim.plastic import ON_THE_TABLE, Card
from ektp_testing.sim.printer import Machine
from ektp_testing.sim.station_node import StationNode

_UNJUDGED = (Bucket.STOCK, Bucket.IN_TRANSIT)

#: After a loss of power a printer is left alone for so long: it shows its counter again, the station reads it.
_WARM_MS = 10_000

#: Who closes what is suspect: one of the office, one of the centre.
_SETTLERS = ("checker", "verifier")


@define(eq=False)
class People:
    """Everybody who acts, once every few seconds."""

    country: Country
    _beat_ms: int = field(init=False)
    _seen_n: int = 0
    _shown: dict[str, tuple[object, ...]] = field(factory=dict)
    _looks: int = 0
    _known_otherwise: set[str] = field(factory=set)

    def __attrs_post_init__(self) -> None:
        self._beat_ms = self.country.world.options.people_ms

    def begin(self) -> None:
        """Start their working day."""
        self.country.world.at(self._beat_ms // 4, self._turn)

    def _turn(self) -> None:
        world = self.country.world
        for station in self.country.stations:
            if station.store is not None and station.keeper is not None and self._has_moved(station):
                self._at_station(station)
        hub = self.country.hub
        if hub.store is not None and self._is_new(hub.store.position().n):
            self._at_hub()
        world.at(world.dice("people").randint(self._beat_ms // 2, self._beat_ms), self._turn)

    def _has_moved(self, station: StationNode) -> bool:
        """Whether anything at a station is another than at the last look; now and then they look all the same."""
        assert station.store is not None and station.keeper is not None, "looked at while it is down"
        presses = station.keeper.state.presses.values()
        insides = tuple(machine.inside is not None for machine in station.machines.values())
        shown = (station.store.position().n, tuple((one.phase, one.record) for one in presses), insides)
        is_new = (
            self._shown.get(station.label) != shown
            or not self._looks % 4
            or any(one.phase is Phase.ASKING for one in presses)
        )
        self._shown[station.label] = shown
        return is_new

    def _is_new(self, n: int) -> bool:
        """Whether the hub's book is another than at the last look; now and then they look all the same."""
        self._looks += 1
        is_new, self._seen_n = n != self._seen_n or not self._looks % 4, n
        return is_new

    def ask(
        self,
        station: StationNode | None,
        ask_id: str,
        body: object,
        who: tuple[str, ...],
        refused: Callable[[Refused], None] = lambda _: None,
    ) -> None:
        """Sign and send; sometimes somebody tries alone what needs two."""
        country = self.country
        to = station.name if station else HUB
        signers = [(ask_id, who)]
        if len(who) > 1 and country.world.strikes("lone_signature"):
            country.world.say(f"{who[0]} signs alone: {ask_id}")
            signers.insert(0, (f"{ask_id}/alone", who[:1]))
        raws = [country.letters.signed(name, to, body, by, country.world.now_ms) for name, by in signers]
        if station is None:
            country.hub.ask(raws, lambda answers: self._answered(ask_id, answers, refused))
            return
        for raw in raws:
            station.people_ask(raw)

    def _answered(self, ask_id: str, answers: object, refused: Callable[[Refused], None]) -> None:
        """What the centre refused stands in the story."""
        for answer in answers if isinstance(answers, tuple) else ():
            if isinstance(answer, Refused):
                self.country.world.say(f"the hub refuses {ask_id}: {answer.refusal.value}")
                if answer.refusal in (
                    Refusal.BAD_VALUE,
                    Refusal.UID_KNOWN,
                    Refusal.FOREIGN_BLANK,
                    Refusal.WAS_FED,
                ) and ask_id.startswith("settle/"):
                    self._known_otherwise.add(ask_id)
                refused(answer)

    # -- at a station -------------------------------------------------------------------------

    def _at_station(self, station: StationNode) -> None:
        assert station.store is not None, "looked at while it is down"
        with station.store.read() as view:
            asks = [*self._custody(station, view), *self._machines(station, view)]
        for ask_id, body, who in asks:
            self.ask(station, ask_id, body, who)

    def _custody(self, station: StationNode, view: View) -> list[tuple[str, object, tuple[str, ...]]]:
        if station.is_away:
            return []
        for sent in view.rows(Consignment):
            if not sent.is_received:
                return [self._counted_in(station, sent)]
        found: list[tuple[str, object, tuple[str, ...]]] = []
        for machine in station.machines.values():
            numbers = sorted(card.number for card in machine.hopper)
            is_here = numbers and place_of(view, numbers[0]) == (station.name, Bucket.STOCK)
            if is_here and view.row(Printer, station.name, machine.name) is None:
                body = LoadPrinter(machine.name, ((cast.SERIES, numbers[0], numbers[-1]),), 0)
                found.append((f"load/{machine.name}", body, (station.name,)))
        return found

    def _counted_in(self, station: StationNode, sent: Consignment) -> tuple[str, object, tuple[str, ...]]:
        who = ("storekeeper", "checker")
        if self.country.world.strikes("wrong_count"):
            self.country.world.say(f"the blanks for {station.label} are miscounted")
            ((series, lo, hi),) = sent.ranges
            wrong = Receive(sent.consignment, station.name, ((series, lo, hi - 1),))
            return f"receive/{sent.consignment}/wrong", wrong, who
        return f"receive/{sent.consignment}", Receive(sent.consignment, station.name, sent.ranges), who

    def _machines(self, station: StationNode, view: View) -> list[tuple[str, object, tuple[str, ...]]]:
        found = []
        assert station.keeper is not None, "looked at while it is down"
        for name, machine in station.machines.items():
            press = station.keeper.state.presses.get(name)
            if press is None or press.phase is Phase.AWAY:
                continue
            if press.phase is Phase.ASKING:
                found.append(self._judged(station, press.record, press.n))
            elif not press.record and not station.is_away:
                self._clear(machine, view)
                found += self._reopened(station, view, machine)
        return found

    def _judged(self, station: StationNode, record: str, n: int) -> tuple[str, object, tuple[str, ...]]:
        """The card in the tray that bears this record; if there is none, nobody can tell."""
        tray = "away" if station.is_away else "output"
        made = (card for card in self.country.cards.values() if card.attempt == f"{record}/{n}")
        seen = next((card for card in made if card.place == tray), None)
        outcome = Outcome.UNKNOWN if seen is None else Outcome.GOOD if seen.is_good else Outcome.SPOILED
        place = BlankPlace.OUTPUT if seen else BlankPlace.LOST
        cause = Cause.MISPRINT if outcome is Outcome.SPOILED else Cause.NONE
        self.country.world.say(f"the operator at {station.label} finds {record}/{n} {outcome.value}")
        body = Conclude(record, n, outcome, place, Certainty.OPERATOR, cause)
        return f"judge/{record}/{n}/{outcome.value}", body, ("operator",)

    def _clear(self, machine: Machine, view: View) -> None:
        """Take out what lies in an idle machine, and blanks of the hopper that the book calls suspect."""
        machine.catch_up()
        if machine.late:
            return
        card = machine.taken_out()
        if card:
            self.country.world.say(f"the operator takes card {card.number} out of {machine.name}")
        for blank in list(machine.hopper):
            where = place_of(view, blank.number)
            if where and where[1] not in _UNJUDGED:
                machine.hopper.remove(blank)
                blank.place = "table"
                self.country.world.say(f"the operator takes blank {blank.number} out of the hopper of {machine.name}")

    def _reopened(
        self, station: StationNode, view: View, machine: Machine
    ) -> list[tuple[str, object, tuple[str, ...]]]:
        row = view.row(Printer, station.name, machine.name)
        # Whoever set a machine's disk back knows why its printer's counter does not fit: the centre decides.
        is_warm = self.country.world.now_ms >= machine.powered_from_ms + _WARM_MS
        if row is None or not row.closed_why or machine.late or station.was_set_back or not is_warm:
            return []
        fed = machine.counters(0).values
        body = ClosePrinter(machine.name, "", fed[0].value if fed else -1)
        self.country.world.say(f"two people open {machine.name} again")
        return [(f"open/{machine.name}/{self.country.world.now_ms}", body, ("checker", "verifier"))]

    # -- at the hub -----------------------------------------------------------------------------

    def _at_hub(self) -> None:
        hub = self.country.hub
        assert hub.store is not None, "looked at while it is down"
        with hub.store.read() as view:
            locks = list(view.rows(Lock))
            asks = [ask for lock in locks for ask in self._for_lock(view, lock)]
            asks += self._of_nobody(view)
            if any(lock.state is LockState.MISPRINTED for lock in locks):
                asks.append(self._report(view))
            self._to_the_safe(view)
        for ask_id, body, who in asks:
            self.ask(None, ask_id, body, who)

    def _for_lock(self, view: View, lock: Lock) -> list[tuple[str, object, tuple[str, ...]]]:
        world = self.country.world
        attempt = view.row(Attempt, lock.record, lock.n)
        match lock.state:
            case LockState.SUSPECT if attempt:
                return self.settled(attempt) if attempt.number else self._unbound(attempt)
            case LockState.REPORTED if attempt:
                report = view.row(Report, attempt.report)
                assert report is not None, "reported without a report"
                body = Unlock(lock.record, lock.n, report.digest.hex())
                return [(f"unlock/{lock.record}/{lock.n}", body, ("verifier", "second"))]
            case LockState.AUTHORISED if world.strikes("recall"):
                world.say(f"{lock.record}/{lock.n} is called back")
                return [(f"recall/{lock.record}/{lock.n}", Recall(lock.record, "an inquiry"), ("verifier",))]
            case LockState.PRINTED if attempt and attempt.station not in world.harmed and world.strikes("late_failure"):
                world.say(f"the card of {lock.record} turns out bad later")
                failed = FailCard(lock.record, lock.n, Cause.DATA_WRONG)
                return [(f"fail/{lock.record}/{lock.n}", failed, ("operator",))]
            case _:
                return []

    def settled(self, attempt: Attempt) -> list[tuple[str, object, tuple[str, ...]]]:
        """Two people look at the card on the table. What is still in a machine they wait for."""
        card = self.country.cards.get(attempt.number)
        if card is None or card.place in ("hopper", "inside", "drawer", "safe", "away"):
            return []
        if card.job and card.attempt != f"{attempt.record}/{attempt.n}":
            return []
        if card.place == "gone" and attempt.station in self.country.world.harmed:
            return []  # the minutes of the whole loss name it
        found, uid = found_to_be(card), ""
        if found is FoundToBe.GOOD:
            uid = card.uid if attempt.uid else ""
        if f"settle/{attempt.record}/{attempt.n}/{found.value}" in self._known_otherwise:
            if attempt.station in self.country.world.harmed:
                return []  # the book has another card for it: the minutes of the whole loss name this one
            found, uid = (
                FoundToBe.BAD,
                "",
            )  # a blank of an attempt that came out, or a card whose chip is stopped: waste
        name = f"settle/{attempt.record}/{attempt.n}/{found.value}"
        if name not in self.country.letters.sent:
            self.country.world.say(f"two people find card {card.number} of {attempt.record}/{attempt.n} {found.value}")
        body = Settle(attempt.record, attempt.n, found, "minutes", cast.SERIES, card.number, uid)
        return [(name, body, ("checker", "verifier"))]

    def _unbound(self, attempt: Attempt) -> list[tuple[str, object, tuple[str, ...]]]:
        """An attempt for which no blank was taken: the card that bears it, or two people say that there is none."""
        if attempt.station in self.country.world.harmed:
            return []  # what is known of it stands in the minutes of the whole loss
        name = f"{attempt.record}/{attempt.n}"
        card = next((card for card in self.country.cards.values() if card.attempt == name), None)
        if card is None:
            body = Settle(attempt.record, attempt.n, FoundToBe.UNUSED, "minutes")
            return [(self._told_once(f"settle/{name}/none", f"no card of {name}"), body, _SETTLERS)]
        if card.place not in (*ON_THE_TABLE, "gone"):
            return []
        found = found_to_be(card)
        body = Settle(attempt.record, attempt.n, found, "minutes", cast.SERIES, card.number)
        what = f"card {card.number} of {name} {found.value}"
        return [(self._told_once(f"settle/{name}/{found.value}", what), body, _SETTLERS)]

    def _of_nobody(self, view: View) -> list[tuple[str, object, tuple[str, ...]]]:
        """Suspect blanks that no open attempt took: two people look at each by itself."""
        asks: list[tuple[str, object, tuple[str, ...]]] = []
        for run in view.rows(Holding):
            if run.bucket is not Bucket.SUSPECT or run.party in self.country.world.harmed:
                continue
            for number in range(run.lo, run.hi + 1):
                card = self.country.cards[number]
                if card.place not in (*ON_THE_TABLE, "gone") or _is_held(view, number):
                    continue
                found = found_to_be(card)
                if f"settle/blank/{number}/{found.value}" in self._known_otherwise:
                    found = FoundToBe.BAD  # it was fed: waste, whatever it looks like
                body = CloseSuspectBlank(cast.SERIES, number, found, "minutes")
                name = self._told_once(f"settle/blank/{number}/{found.value}", f"blank {number} {found.value}")
                asks.append((name, body, _SETTLERS))
        return asks

    def _told_once(self, ask_id: str, what: str) -> str:
        """What two people find stands in the story when they sign it first."""
        if ask_id not in self.country.letters.sent:
            self.country.world.say(f"two people find {what}")
        return ask_id

    def _report(self, view: View) -> tuple[str, object, tuple[str, ...]]:
        cut = view.position.seq
        columns, lines = piles_at(view, SerialSet.of(SerialRange(cast.SERIES, 1, self._whole)), cast.OFFICE, cut)
        numbers = cast.nik_by_person()
        written = tuple(
            ReportLine(
                one.series, one.number, "", numbers[bytes.fromhex(one.person)] if one.person else "", one.n, one.cause,
                one.is_lost,
            )
            for one in lines
        )  # fmt: skip
        body = SpoilageReport(f"report/{cut}", cast.ALLOTMENT, cut, columns, written)
        return body.report, body, ("storekeeper",)

    @property
    def _whole(self) -> int:
        return max(self.country.cards)

    def _to_the_safe(self, view: View) -> None:
        """Blanks found unused are carried to the store's safe, as the book says they belong there."""
        for card in self.country.cards.values():
            if card.place in ON_THE_TABLE and place_of(view, card.number) == (cast.OFFICE, Bucket.STOCK):
                card.place = "safe"


def found_to_be(card: Card) -> FoundToBe:
    """What two people see."""
    if card.place == "gone":
        return FoundToBe.LOST
    if card.is_good:
        return FoundToBe.GOOD
    return FoundToBe.UNUSED if card.is_untouched else FoundToBe.BAD


def _is_held(view: View, number: int) -> bool:
    """Whether an attempt that took this blank is not closed yet."""
    bound = view.row(Bound, cast.SERIES, number)
    lock = view.row(Lock, bound.record) if bound else None
    return bool(bound and lock and lock.n == bound.n and lock.state in (LockState.SUSPECT, LockState.IN_PRESS))


def place_of(view: View, number: int) -> tuple[str, Bucket] | None:
    """Where a book has a blank."""
    run = view.covering(cast.SERIES, number)
    return (run.party, run.bucket) if run else None


def ranges_of(numbers: Sequence[int]) -> tuple[tuple[str, int, int], ...]:
    """Serials as ranges."""
    return tuple(
        (part.series, part.lo, part.hi) for part in SerialSet(SerialRange(cast.SERIES, one, one) for one in numbers)
    )
