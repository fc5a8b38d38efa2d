"""Test cards and cleanings (uji cetak, pembersihan): asks, what is decided, what can be held against them.

A person orders a test card; the station begins and ends it as any other card: its blank goes
into the machine before the feed, and then among the waste with the cause `uji-cetak`, which
the spoilage report counts as bad without NIK (rule 24). Where nothing was fed the blank goes
back to stock; where nobody can tell it is suspect, and two people close it. A printer whose hopper
may hold the suspect blank is out of service by the same commit: no crash can come in between.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from attrs import frozen

from ektp_core.errors import Refusal, Refused
from ektp_core.flow.ask import Ask
from ektp_core.flow.blanks import moves
from ektp_core.flow.cards import is_stopped
from ektp_core.flow.care_events import BlankTested, PrinterCleaned, TestState
from ektp_core.flow.care_rows import Testing
from ektp_core.flow.closing_day import refuse_resting
from ektp_core.flow.events import ChipRead, Event, Moved, PrinterClosed
from ektp_core.flow.permits import PERMITS, Act
from ektp_core.flow.pressing import next_blank, open_printer
from ektp_core.flow.rows import Chip, ChipOf, Printer, Station
from ektp_core.flow.signers import require
from ektp_core.flow.view import View
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.objection import Objection
from ektp_core.vocabulary.serial import SerialRange, SerialSet
from ektp_core.vocabulary.uid import checked_uid

_STOCK, _MACHINE, _WASTE, _SUSPECT = Bucket.STOCK, Bucket.IN_MACHINE, Bucket.WASTE_HELD, Bucket.SUSPECT

#: Where the blank is after each step.
_THERE = {
    TestState.BEGUN: _MACHINE,
    TestState.WASTE: _WASTE,
    TestState.UNUSED: _STOCK,
    TestState.DOUBT: _SUSPECT,
}
_PREFIX = "test/"

#: Why a printer is out of service.
SUSPECT_IN_HOPPER = "the hopper may hold a blank that is suspect"
FOREIGN_IN_HOPPER = f"{Refusal.FOREIGN_BLANK.value}: the hopper may hold blanks that the book has elsewhere"


@frozen
class OrderTest:
    """Let a printer print one test card; it costs a blank."""

    printer: str


@frozen
class NoteCleaning:
    """Note that a printer was cleaned."""

    printer: str


@frozen
class BeginTest:
    """Intent to feed the test card's blank. `counter`: cards fed so far, -1 if it cannot tell."""

    printer: str
    counter: int


@frozen
class EndTest:
    """What became of the test card's blank.

    Attributes:
        uid: its chip, where it was read.
        closing: why the printer is out of service from here on; only where the blank is in doubt.
    """

    printer: str
    end: TestState
    counter: int = -1
    uid: str = ""
    closing: str = ""


@frozen
class DoubtTest:
    """Say that nobody can tell where a test card's blank is: its printer is away, or gone for good."""

    printer: str


#: Names of the asks on the wire.
KINDS: Mapping[str, type[Any]] = {"order-test": OrderTest, "note-cleaning": NoteCleaning, "doubt-test": DoubtTest}


def station_families(owner: str) -> Mapping[type[Any], Callable[[View, Ask, Any], tuple[Event, ...]]]:
    """Who decides each ask in the book of this station."""
    return {
        OrderTest: lambda view, ask, body: decide_order_test(view, ask, body, owner),
        NoteCleaning: lambda view, ask, body: decide_cleaning(view, ask, body, owner),
        BeginTest: lambda view, ask, body: decide_begin_test(view, ask, body, owner),
        EndTest: lambda view, ask, body: decide_end_test(view, ask, body, owner),
        DoubtTest: lambda view, ask, body: decide_doubt_test(view, ask, body, owner),
    }


def reference_of(printer: str) -> str:
    """What the movements of a printer's test blanks refer to."""
    return f"{_PREFIX}{printer}"


def decide_order_test(view: View, ask: Ask, body: OrderTest, owner: str) -> tuple[Event, ...]:
    """An operator's order; the printer takes it before its next card."""
    who = require(view, ask, PERMITS[Act.CARE_FOR_PRINTER])
    station, printer = _station(view, owner), open_printer(view, owner, body.printer)
    testing = view.row(Testing, owner, body.printer)
    if testing and testing.state.is_open:
        raise Refused(Refusal.PRINTER_CLOSED, {"printer": body.printer, "why": "a test card is under way"})
    next_blank(view, station, printer)
    return (BlankTested(owner, body.printer, TestState.ORDERED, at_ms=ask.at_ms, by=who.names),)


def decide_cleaning(view: View, ask: Ask, body: NoteCleaning, owner: str) -> tuple[Event, ...]:
    """Somebody cleaned it."""
    who = require(view, ask, PERMITS[Act.CARE_FOR_PRINTER])
    if view.row(Printer, owner, body.printer) is None:
        raise Refused(Refusal.PRINTER_CLOSED, {"printer": body.printer, "why": "it was never loaded"})
    return (PrinterCleaned(owner, body.printer, ask.at_ms, who.names),)


def decide_begin_test(view: View, ask: Ask, body: BeginTest, owner: str) -> tuple[Event, ...]:
    """The blank goes into the machine, durable before the feed."""
    require(view, ask, PERMITS[Act.STATION_WORK])
    _at(view, owner, body.printer, TestState.ORDERED)
    refuse_resting(view, owner, body.printer, ask.at_ms)
    station, printer = _station(view, owner), open_printer(view, owner, body.printer, body.counter)
    blank = next_blank(view, station, printer)
    name = reference_of(body.printer)
    begun = BlankTested(owner, body.printer, TestState.BEGUN, blank.series, blank.lo, body.counter, ask.at_ms)
    return *moves(view, _one(blank.series, blank.lo), (owner, _STOCK), (owner, _MACHINE), name), begun


def decide_end_test(view: View, ask: Ask, body: EndTest, owner: str) -> tuple[Event, ...]:
    """The blank leaves the machine in the book too; a hopper that may hold it in doubt is shut with it."""
    require(view, ask, PERMITS[Act.STATION_WORK])
    states = (TestState.BEGUN, TestState.ORDERED) if body.end is TestState.UNUSED else (TestState.BEGUN,)
    testing = _at(view, owner, body.printer, *states)
    if body.end.is_open:
        raise Refused(Refusal.BAD_VALUE, {"field": "end", "shape": body.end.value, "expected": "an end of the test"})
    if testing.state is TestState.ORDERED:
        return (BlankTested(owner, body.printer, TestState.UNUSED, at_ms=ask.at_ms),)
    end, series, number, read = _really_used(view, testing, body, owner)
    name, placed = reference_of(body.printer), _one(testing.series, testing.number)
    machine = (owner, _MACHINE)
    ended = BlankTested(owner, body.printer, end, series, number, body.counter, ask.at_ms)
    if (series, number) == (testing.series, testing.number):
        why = _why_shut(body, end)
        shut = (PrinterClosed(owner, body.printer, why),) if why else ()
        return *read, *moves(view, placed, machine, (owner, _THERE[end]), name), ended, *shut
    back = moves(view, placed, machine, (owner, _STOCK), name)
    used = moves(view, _one(series, number), (owner, _STOCK), machine, name)
    spent = Moved(series, number, number, owner, _MACHINE, owner, _WASTE, name)
    return *back, *used, spent, ended


def _why_shut(body: EndTest, end: TestState) -> str:
    """Why the printer is out of service; of a card that was to be waste its chip is not ours."""
    if end is not TestState.DOUBT:
        return ""
    return body.closing if body.end is TestState.DOUBT else FOREIGN_IN_HOPPER


def decide_doubt_test(view: View, ask: Ask, body: DoubtTest, owner: str) -> tuple[Event, ...]:
    """A person's word for a printer that does not come back; two others close the blank (rule 11)."""
    who = require(view, ask, PERMITS[Act.JUDGE])
    testing = _at(view, owner, body.printer, TestState.BEGUN)
    placed, name = _one(testing.series, testing.number), reference_of(body.printer)
    blank = (testing.series, testing.number)
    ended = BlankTested(owner, body.printer, TestState.DOUBT, *blank, at_ms=ask.at_ms, by=who.names)
    shut = PrinterClosed(owner, body.printer, SUSPECT_IN_HOPPER)
    return *moves(view, placed, (owner, _MACHINE), (owner, _SUSPECT), name), ended, shut


def _really_used(
    view: View, testing: Testing, body: EndTest, owner: str
) -> tuple[TestState, str, int, tuple[ChipRead, ...]]:
    """The end, and the blank whose chip was read (rules 6 and 7); a chip that is not ours makes it doubtful."""
    placed = (testing.series, testing.number)
    if body.end is not TestState.WASTE or not body.uid:
        return body.end, *placed, ()
    uid = checked_uid(body.uid)
    chip = view.row(Chip, uid)
    if chip is None and not view.row(ChipOf, *placed) and not is_stopped(view, uid):
        return body.end, *placed, (ChipRead(uid, *placed),)
    if chip is not None and not chip.record and not is_stopped(view, uid):
        run = view.covering(chip.series, chip.number)
        if (chip.series, chip.number) == placed or (run and (run.party, run.bucket) == (owner, _STOCK)):
            return body.end, chip.series, chip.number, ()
    return TestState.DOUBT, *placed, ()


def _station(view: View, owner: str) -> Station:
    station = view.row(Station, owner)
    if station is None or station.frozen_why:
        why = station.frozen_why if station else "it is not enrolled"
        raise Refused(Refusal.STATION_FROZEN, {"station": owner, "why": why})
    return station


def _at(view: View, owner: str, printer: str, *states: TestState) -> Testing:
    testing = view.row(Testing, owner, printer)
    if testing is None or testing.state not in states:
        shape = testing.state.value if testing else "no test card"
        expected = " or ".join(one.value for one in states)
        raise Refused(Refusal.BAD_VALUE, {"field": "test card", "shape": shape, "expected": expected})
    return testing


def _one(series: str, number: int) -> SerialSet:
    return SerialSet.of(SerialRange.one(series, number))


# -- what can be held against a station's word (see flow.objections) ---------------------------


def is_of_a_test(event: Moved) -> bool:
    """Whether a movement says that it is of a test card."""
    in_here = Bucket.IN_TRANSIT not in (event.bucket, event.to_bucket)  # a consignment may have any name
    return in_here and event.reference.startswith(_PREFIX)


def move_objection(view: View, station: str, event: Moved, after: Sequence[Event | None]) -> Objection | None:
    """A movement of a blank held by the station: one step of a test card, which stands after it, must ask for it."""
    ended = next((one for one in after if isinstance(one, BlankTested)), None)
    if ended is None or (ended.station, reference_of(ended.printer)) != (station, event.reference):
        return Objection.NO_SUCH_STEP
    testing = view.row(Testing, station, ended.printer)
    if testing is None or not _may_follow(testing.state, ended.state) or event.lo != event.hi:
        return Objection.NO_SUCH_STEP
    mine, way = (event.series, event.lo), (event.bucket, event.to_bucket)
    used, placed = (ended.series, ended.number), (testing.series, testing.number)
    if ended.state is TestState.BEGUN:
        fits = mine == used and way == (_STOCK, _MACHINE)
    elif mine == used and way == (_MACHINE, _THERE.get(ended.state)):
        fits = ended.state is TestState.WASTE or used == placed
    else:
        exchange = {(placed, (_MACHINE, _STOCK)), (used, (_STOCK, _MACHINE))}
        fits = ended.state is TestState.WASTE and used != placed and (mine, way) in exchange
    return None if fits else Objection.NOT_UNDER_YOUR_PEN


def objection_to_test(view: View, commit: Any, event: BlankTested) -> Objection | None:
    """A step of a test card: in order, and its blank where the step says."""
    if event.station != commit.station:
        return Objection.WRONG_STATION
    testing = view.row(Testing, event.station, event.printer)
    if not _may_follow(testing.state if testing else None, event.state):
        return Objection.NO_SUCH_STEP
    if not event.number:
        lapsed = event.state is TestState.UNUSED and testing is not None and testing.state is TestState.ORDERED
        return None if event.state is TestState.ORDERED or lapsed else Objection.NO_SUCH_STEP
    run = view.covering(event.series, event.number)
    there = _THERE.get(event.state)
    return None if run and (run.party, run.bucket) == (event.station, there) else Objection.NOT_UNDER_YOUR_PEN


def objection_to_cleaning(view: View, commit: Any, event: PrinterCleaned) -> Objection | None:
    """Only of the station's own printers."""
    return None if event.station == commit.station else Objection.WRONG_STATION


def _may_follow(before: TestState | None, after: TestState) -> bool:
    if after is TestState.ORDERED:
        return before is None or not before.is_open
    if after is TestState.BEGUN or (after is TestState.UNUSED and before is TestState.ORDERED):
        return before is TestState.ORDERED
    return before is TestState.BEGUN
