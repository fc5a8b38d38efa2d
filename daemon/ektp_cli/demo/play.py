"""The play (lakon peragaan): import, delivery, printing with faults, report, unlock, reprint.

Three misprints, one jam, one kill -9 of the station in mid print, one outage of the hub (`story`).
Nobody here knows what was armed: the operator judges cards by looking at them, the office
counts its piles, and the centre believes only what balances.
"""

import csv
import io
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from attrs import define, evolve, field

from ektp_cli.demo.eyes import Operator
from ektp_cli.demo.failed import DemoFailed
from ektp_cli.demo.hands import OPERATOR, SECOND, VERIFIER, Hands
from ektp_cli.demo.house import OFFICE, SEED, STATION, House
from ektp_cli.demo.show import Show
from ektp_cli.demo.story import FEWEST, Story, story_of
from ektp_core.boundary.driver_bench import Lies
from ektp_core.boundary.uplink import UplinkError
from ektp_core.errors import Refused
from ektp_core.flow.custody import Dispatch, Grant, Issue, Receive, TakeSupply
from ektp_core.flow.reporting import Unlock
from ektp_core.flow.settling import Found, Settle
from ektp_core.flow.station_book import LoadPrinter
from ektp_core.spoilage.report import Columns
from ektp_core.vocabulary.prr import to_payload
from ektp_core.vocabulary.serial import SerialRange, SerialSet
from ektp_core.wire.asks import HUB, EnterRecord, ReportLine, SpoilageReport
from ektp_data.csv_records import Batch, read_records
from ektp_data.regions import load_regions
from ektp_data.texts import message
from ektp_driver_virtual.chip import uid_of
from ektp_driver_virtual.eye import what_is_wrong

SERIES, SUPPLIED, GRANTED = "PNRI-2018", 300, 240
CLASS, ALLOTMENT, REPORT = "v5", "J-2018-04", "BA-2018-04-1"
MANIFEST = SerialSet.of(SerialRange(SERIES, 1, SUPPLIED))
IN_HOPPER = {"A": (1, 120), "B": (121, 240)}
#: How long nothing at all may happen.
LIMIT_S = 120.0
KILLS = 20

#: What is said of a suspect two people closed: where it lay, and whether it is good.
SETTLED = {
    (Lies.REJECT, True): message("suspect {record}: card {serial} in the reject tray is good; closed by two people"),
    (Lies.REJECT, False): message("suspect {record}: card {serial} in the reject tray is bad; closed by two people"),
    (Lies.OUTPUT, True): message("suspect {record}: card {serial} in the output tray is good; closed by two people"),
    (Lies.OUTPUT, False): message("suspect {record}: card {serial} in the output tray is bad; closed by two people"),
    (Lies.TAKEN, True): message(
        "suspect {record}: card {serial}, taken out of the printer by hand, is good; closed by two people"
    ),
    (Lies.TAKEN, False): message(
        "suspect {record}: card {serial}, taken out of the printer by hand, is bad; closed by two people"
    ),
}

#: Lamps of a printer whose interrupted card is concluded, or waits for a person's eyes.
JUDGED = frozenset({"idle", "sizing", "starting", "acting", "noting", "asking", "resting"})


@define(eq=False)
class Play:
    """Everything that happens, in order."""

    house: House
    show: Show
    files: tuple[Path, ...]
    people: int = 0  # how many records are brought; 0: all
    hands: Hands = field(init=False)
    operator: Operator = field(init=False)
    entered: dict[str, str] = field(init=False, factory=dict)  # record -> NIK, as the office's own list has it
    suspects: int = 0
    story: Story = field(init=False, factory=Story)
    _told_put_right: int = field(init=False, default=0)

    # -- before printing ------------------------------------------------------------------

    def open(self) -> None:
        """Start hub and station."""
        self.house.start_hub()
        self.hands = Hands(self.house)
        self.house.start_station()
        urls = {"hub": self.house.hub_url, "address": self.house.station_url()}
        self.show.say("hub {hub}, station {address}, two printers, each its own process", **urls)
        for line in self.house.kind.shown:
            self.show.say(line)

    def bring_records(self) -> None:
        """Import the files; bad rows are listed, good rows proceed."""
        for path in self.files:
            if self.people and len(self.entered) >= self.people:
                break
            batch = read_records(path.read_bytes(), load_regions())
            batch = evolve(batch, rows=batch.rows[: self.people - len(self.entered)]) if self.people else batch
            refused = self._enter(batch)
            taken, bad = len(batch.rows) - len(refused), len(batch.bad) + len(refused)
            self.show.say(
                "{file}: {taken} records taken, {bad} rows listed as bad", file=path.name, taken=taken, bad=bad
            )
            for row in batch.bad:
                why = self.show.words.what(row.refusal)
                self.show.detail("line {line}, {field}: {reason}", line=row.line, field=row.column, reason=why)
            for line, answer in refused.items():
                self.show.detail("line {line}: {reason}", line=line, reason=self.show.words.what(answer))
        if len(self.entered) < FEWEST:
            raise DemoFailed(f"{len(self.entered)} records are too few for this story; it takes {FEWEST} or more")
        self.story = story_of(len(self.entered))

    def _enter(self, batch: Batch) -> dict[int, Refused]:
        """Send the good rows; what the hub refused, by line."""
        now = time.time_ns() // 1_000_000
        bodies = [EnterRecord(OFFICE, to_payload(row.record).decode(), now) for row in batch.rows]
        answers = self.hands.hub.ask([self.hands.envelope(HUB, body, [OPERATOR]) for body in bodies])
        refused: dict[int, Refused] = {}
        for row, answer in zip(batch.rows, answers, strict=True):
            if isinstance(answer, Refused):
                refused[row.line] = answer
                continue
            for event in answer.events:
                if event.get("record"):
                    self.entered[str(event["record"])] = row.record.nik.reveal()
        return refused

    def deliver(self) -> None:
        """Blanks from the supplier to the hoppers, each step counted and signed."""
        chips = tuple(uid_of(SERIES, number, SEED) for number in range(1, SUPPLIED + 1))
        supplied = TakeSupply("supplier/PNRI", CLASS, ((SERIES, 1, SUPPLIED),), "SJ-118", "2018-04-02", chips)
        self.hands.ask_hub(supplied, VERIFIER)
        self.hands.ask_hub(Grant(ALLOTMENT, OFFICE, CLASS, GRANTED, "SK-77", "2018-04-03"), VERIFIER)
        self.hands.ask_hub(Dispatch("K-1", ALLOTMENT), VERIFIER)
        whole = ((SERIES, 1, GRANTED),)
        self.hands.ask_hub(Receive("K-1", OFFICE, whole), OPERATOR, SECOND)
        self.hands.ask_hub(Issue("K-2", STATION, CLASS, GRANTED), OPERATOR)
        self.until(
            lambda: self.hands.see().get("counts", {}).get("IN_TRANSIT") == GRANTED, "the station learns of its blanks"
        )
        self.hands.ask_station(STATION, Receive("K-2", STATION, whole), OPERATOR, SECOND)
        for name, (lo, hi) in IN_HOPPER.items():
            self.house.machines[name].load(SERIES, lo, hi - lo + 1)
            self.hands.ask_station(STATION, LoadPrinter(name, ((SERIES, lo, hi),), 0), "station")
        self.show.say(
            "{supplied} blanks supplied, {granted} granted, received by two people, loaded into two hoppers",
            supplied=SUPPLIED, granted=GRANTED,
        )  # fmt: skip

    def arm(self) -> None:
        """Make things go wrong later, from outside."""
        for name, machine in self.house.machines.items():
            jam = 0 if self.story.jams_late else self.story.jams.get(name, 0)
            machine.arrange(self.story.misprints.get(name, ()), jam)

    # -- printing -------------------------------------------------------------------------

    def print_all(self) -> None:
        """Print everything, through a dead hub and a dead station."""
        self.operator = Operator(self.hands)
        total = len(self.entered)
        with self.show.printing(total) as bar:
            self._until_judged(bar, total // 4)
            self._outage(bar)
            self._until_judged(bar, total // 2)
            self._kill_in_mid_print(bar)
            self._until_drained(bar)
        self.operator.go_home()

    def _until_judged(self, bar: Any, count: int) -> None:
        """The operator rests then, so that the same cards are left on a slow machine and on a fast one."""

        def there() -> bool:
            self._see(bar)
            return self.operator.looked >= count

        self.operator.rest_at(count)
        self.until(there, "cards are printed")

    def _see(self, bar: Any) -> None:
        """Show how far it is, and what the operator did at a printer meanwhile."""
        bar.at(self.operator.looked, len(self.operator.notebook))
        for printer, done in self.operator.put_right[self._told_put_right :]:
            self._told_put_right += 1
            self.show.trouble(done, printer=printer)

    def _outage(self, bar: Any) -> None:
        self.house.kill("hub")
        without = self.story.without_hub
        self._until_judged(bar, self.operator.looked + without)
        self.show.trouble("hub killed; {count} cards printed without it; hub started again", count=without)
        self.house.start_hub()

    def _kill_in_mid_print(self, bar: Any) -> None:
        """Printer B waits for its operator; A is printing: then the station is killed.

        So exactly one card is in the press, whatever the machine's pace: B's is out and noted, and
        nobody gives the word to begin another. On a slow machine the signal may come when A's card is
        out and noted too, and nothing is in doubt; then it is done once more. A blind printer leaves B's
        card in doubt as well.
        """
        self.operator.leave("B")
        for _ in range(KILLS):
            self._until_waiting(bar, "B")
            before = self._in_doubt()
            self._until_marking("A")
            self.house.kill("station")
            self.show.trouble("station killed (kill -9) while printer A was printing; station started again")
            self.house.start_station()
            if self._in_doubt(*self.house.machines) > before + self.house.kind.blind:
                break
        for name, jam in self.story.jams.items() if self.story.jams_late else ():
            self.house.machines[name].arrange((), jam)
        self.operator.come_back()

    def _until_waiting(self, bar: Any, name: str) -> None:
        def there() -> bool:
            self._see(bar)
            return self._waits(name)

        self.until(there, "printer B waits")

    def _waits(self, name: str) -> bool:
        """Whether a card nobody has judged lies in this printer's tray."""
        printer = self._printer(name)
        return printer.get("phase") == "asking" and not self.operator.has_judged(printer["card"])

    def _in_doubt(self, *printers: str) -> int:
        """How many cards are in doubt; waits until it is known of those that were in these printers' presses."""
        shown: dict[str, Any] = {}

        def judged() -> bool:  # one look tells both, or a card begun in between would be taken for it
            shown.update(self.hands.see())
            lamps = {one["name"]: one["phase"] for one in shown.get("printers", [])}
            return bool(lamps) and all(lamps.get(name) in JUDGED for name in printers)

        self.until(judged, "the cards that were in the printers are judged")
        return int(shown["counts"].get("SUSPECT", 0))

    def _until_marking(self, printer: str) -> None:
        machine = self.house.machines[printer]
        marks = machine.marks_begun()
        self.operator.rest_at(None)
        self.until(lambda: machine.marks_begun() > marks, "a card is being printed", every_s=0.001)

    def _until_drained(self, bar: Any) -> None:
        def done() -> bool:
            self._see(bar)
            return self._all_absorbed() and not self._open_states(("READY", "AUTHORISED", "IN_PRESS"))

        self.until(done, "all cards are printed and all facts have arrived")

    # -- after printing -------------------------------------------------------------------

    def settle_suspects(self) -> None:
        """Two people look for the card, inside the printer too, and close the suspect."""
        for name, machine in self.house.machines.items():
            if done := machine.put_right(is_away=False):
                self.show.trouble(done, printer=name)
        cards = {serial: one for machine in self.house.machines.values() for serial, one in machine.cards().items()}
        found = self.hands.hub.get("/v1/suspects")["suspects"]
        self.suspects = len(found)
        for one in found:
            serial = f"{one['series']} {one['number']}"
            card = cards[serial]
            is_good = card.picture is not None and not what_is_wrong(
                self.hands.expected_picture(one["record"]), card.picture.read_bytes()
            )
            settled = Found.GOOD if is_good else Found.BAD
            body = Settle(
                one["record"], one["n"], settled, "BA-S-1", one["series"], one["number"], card.uid if is_good else ""
            )
            self.hands.ask_hub(body, VERIFIER, SECOND)
            names = {"record": one["record"], "serial": serial}
            if card.lies not in {place for place, _ in SETTLED}:
                raise DemoFailed(
                    f"the suspect card {serial} is still in the {card.lies.value}: nobody can judge it there"
                )
            self.show.say(SETTLED[card.lies, is_good], **names)

    def report(self) -> None:
        """The office's report: first one blank off, then right."""
        draft = self.hands.hub.get("/v1/allotments", {"id": ALLOTMENT})
        columns = Columns(**draft["columns"])
        lines = tuple(self._line(line) for line in draft["lines"])
        self._compare_piles(draft)
        off = Columns(**{**draft["columns"], "good": columns.good - 1})
        try:
            self.hands.ask_hub(SpoilageReport("BA-0", ALLOTMENT, draft["cut"], off, lines), OPERATOR)
        except Refused as refused:
            why = self.show.words.what(refused)
            self.show.say("a report that is one card off is refused: {reason}", reason=why)
        whole = SpoilageReport(REPORT, ALLOTMENT, draft["cut"], columns, lines, paper=REPORT, paper_date="2018-04-10")
        self.hands.ask_hub(whole, OPERATOR)
        self._keep_report(draft)
        counts = {"good": columns.good, "bad": columns.bad_of_person}
        self.show.say("report {report} accepted: {good} good, {bad} bad with NIK", report=REPORT, **counts)

    def _line(self, line: dict[str, Any]) -> ReportLine:
        nik = self.entered.get(line["record"], "") if line["needs_nik"] else ""
        return ReportLine(line["series"], line["number"], "", nik, line["n"], line["cause"], line["is_lost"])

    def _compare_piles(self, draft: dict[str, Any]) -> None:
        """The office's own count of its trays must agree with what the centre's book says."""
        trays = {
            serial
            for machine in self.house.machines.values()
            for serial, card in machine.cards().items()
            if card.fed and not card.good
        }
        named = {f"{line['series']} {line['number']}" for line in draft["lines"]}
        if trays != named:
            raise DemoFailed(f"spoiled cards in the trays {sorted(trays)} are not those of the book {sorted(named)}")

    def _keep_report(self, draft: dict[str, Any]) -> None:
        text = io.StringIO()
        rows = csv.writer(text)
        rows.writerow(["series", "number", "record", "attempt", "cause"])
        for line in draft["lines"]:
            rows.writerow([line["series"], line["number"], line["record"], line["n"], line["cause"]])
        (self.house.folder / "report.csv").write_text(text.getvalue(), encoding="utf-8")

    def unlock(self) -> None:
        """Two people of the centre open what was reported."""
        found = self.hands.hub.get("/v1/reports", {"id": REPORT})
        for one in found["reported"]:
            self.hands.ask_hub(Unlock(one["record"], one["n"], found["digest"]), VERIFIER, SECOND)
        count = len(found["reported"])
        self.show.say("{count} records unlocked by two people, neither of them the reporter", count=count)

    def reprint(self) -> None:
        """The unlocked records are printed again."""
        self.operator = Operator(self.hands)
        wanted = ("READY", "AUTHORISED", "IN_PRESS", "REPORTED", "MISPRINTED", "SUSPECT")
        self.until(lambda: self._all_absorbed() and not self._open_states(wanted), "the cards are reprinted")
        self.operator.go_home()
        self.show.say("every record has its card")

    def table(self) -> dict[str, Any]:
        """Where every blank is, by the hub."""
        return self.hands.hub.get("/v1/accountability")

    # -- waiting --------------------------------------------------------------------------

    def until(self, there: Callable[[], bool], what: str, every_s: float = 0.02) -> None:
        """Wait for something, but not for ever: so long as cards are judged, and `LIMIT_S` without one."""
        looked, deadline = -1, 0.0
        while (now := self._looked()) != looked or time.monotonic() < deadline:
            if now != looked:  # cards come out: on a slow machine all of it takes longer
                looked, deadline = now, time.monotonic() + LIMIT_S
            try:
                if there():
                    return
            except UplinkError:
                pass
            time.sleep(every_s)
        raise DemoFailed(f"waited {LIMIT_S:.0f} s in vain until {what}; see the logs in {self.house.folder}")

    def _printer(self, name: str) -> dict[str, Any]:
        found = (one for one in self.hands.see().get("printers", []) if one["name"] == name)
        return next(found, {})

    def _looked(self) -> int:
        """How many cards were judged so far."""
        return self.operator.looked if hasattr(self, "operator") else 0

    def _all_absorbed(self) -> bool:
        shown = self.hands.see()
        return bool(shown) and shown["commits"] == shown["acknowledged"] and shown["held"] == 0

    def _open_states(self, names: tuple[str, ...]) -> int:
        states = self.hands.hub.get("/v1/states")["states"]
        return sum(states.get(name, 0) for name in names)
