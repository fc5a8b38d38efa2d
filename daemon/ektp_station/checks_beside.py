"""What stands beside a station's folder (pemeriksaan sekitar): its book's own word, the hub, printers, the service.

The hub's open page is not signed; what it says only makes us more careful. A printer is opened only
when no station runs, because a device is reserved for one at a time.
"""

import shutil
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from attrs import evolve

from ektp_core.boundary.card_printer import DriverError
from ektp_core.boundary.hookspecs import ENTRY_POINTS
from ektp_core.errors import Fact, Refused
from ektp_core.flow.founding import policy_in_force
from ektp_core.flow.moving import waits
from ektp_core.flow.moving_events import Coming
from ektp_core.flow.rows import BookPlace, Desk, Key, Printer, Station
from ektp_core.flow.view import View
from ektp_core.wire.upload import read_receipt
from ektp_station.arriving import Arriving, note_in
from ektp_station.book_reading import BookRead, book_read
from ektp_station.checks import Finding, Looked, Mark, refusal
from ektp_station.checks_chip import chip_findings
from ektp_station.checks_driver import LOOK, advice, driver_findings, seen_in
from ektp_station.config import PrinterConfig, StationConfig
from ektp_station.driver_seen import note_of
from ektp_station.hub_page import HubSeen, look_at_hub
from ektp_station.machine import House, Machine, house_of
from ektp_station.restoring import compare

UNITS = (Path("/etc/systemd/system"), Path("/usr/lib/systemd/system"), Path("/lib/systemd/system"))
UNIT = "ektp-station@.service"

#: How far a clock may be off before somebody should set it.
CLOCK_MS = 30_000

_CALL = do = "Call the centre: two people there must look at this station."


def look_around(looked: Looked, page: dict[str, Any] | None, now_ms: int) -> Iterator[Finding]:
    """All of it. `page`: what the running station says, or None where none runs."""
    config = looked.config
    if config is None:
        return
    seen = look_at_hub(config.hub, config.station)
    digests: dict[str, bytes | None] = {}
    if looked.has_book:
        with book_read(looked.folder, looked.key) as book:
            digests = {one.name: book.note(note_of(one.name)) for one in config.printers}
            yield from own_word(book, config.station, note_in(looked.folder))
            yield from _hub(config, seen, book.view, now_ms)
            yield from _loaded(book.view, config)
    else:
        yield from _hub(config, seen, None, now_ms)
    for one in config.printers:
        if page is not None:
            yield _running(one, page)
            yield from driver_findings(seen_in(page, one.name))
        else:
            house = house_of(config, looked.folder, digests.get(one.name))
            yield from _opened(one, evolve(house, tells=looked.is_verbose))
        yield from chip_findings(one, config, looked.folder)
    yield from _service()


def own_word(book: BookRead, station: str, note: Arriving | None = None) -> Iterator[Finding]:
    """What the book itself says of this station. `note`: how the book came here, until its first start says so."""
    view = book.view
    row = view.row(Station, station)
    stopped, receipt = book.note("stopped"), book.note("receipt")
    acked_n = read_receipt(receipt).n if receipt else 0
    if row is None:
        facts: dict[str, Fact] = {"station": station}
        do = "Use the folder of that station."
        yield Finding(Mark.STOP, "book", "It is not the book of {station}.", do, facts)
    elif row.frozen_why:
        yield Finding(Mark.STOP, "book", "The centre stopped this station: {why}.", _CALL, {"why": row.frozen_why})
    if stopped:
        yield Finding(Mark.STOP, "book", "Printing is stopped: {why}", _CALL, {"why": stopped.decode()})
    place = view.row(BookPlace, station) if note else None
    if note and place and place.is_packed and (note.how, note.token) == (Coming.MOVED, place.token):
        yield Finding(Mark.WELL, "book", "It was packed elsewhere and goes on here from the first start.")
    elif note and note.how is Coming.RESTORED:
        do = "Start it with a line to the hub; then two people open each printer: `ektp station open`."
        yield Finding(Mark.MEND, "book", "It is a backup that was restored, and was not started yet.", do)
    elif why := waits(view, station, acked_n):
        do = "Let it reach the hub, or work where its book goes on."
        yield Finding(Mark.STOP, "book", "No card is begun: {why}", do, {"why": why})
    if any(key.owner == station and key.revoked for key in view.rows(Key)):
        yield Finding(Mark.MEND, "book", "A key of this station was withdrawn.", _CALL)
    owed = view.position.n - acked_n
    if owed > 0:
        do = "Let it run with a line to the hub."
        yield Finding(Mark.MEND, "chain", "{owed} commits have not reached the hub.", do, {"owed": owed})


def _hub(config: StationConfig, seen: HubSeen | None, view: View | None, now_ms: int) -> Iterator[Finding]:
    if seen is None:
        do = "Look at the line and at hub in station.toml; cards already authorised are printed without it."
        yield Finding(Mark.MEND, "hub", "{hub} does not answer.", do, {"hub": config.hub})
        return
    yield Finding(Mark.WELL, "hub", "{hub} answers.", facts={"hub": config.hub})
    yield from _clock(seen, view, now_ms)
    if seen.station is None:
        do = "Enrol it: `ektp station enrol`."
        yield Finding(Mark.STOP, "hub", "The hub does not know {station}.", do, {"station": config.station})
        return
    if seen.station.get("frozen"):
        why = str(seen.station["frozen"])
        yield Finding(Mark.STOP, "hub", "The centre stopped this station: {why}.", _CALL, {"why": why})
    if view is None:
        return
    try:
        compare(view, seen.station)
    except Refused as refused:
        yield refusal("hub", refused)
    desk = view.row(Desk, config.station)
    behind = int(seen.station.get("feed_queued", 0)) - (desk.taken_m if desk else 0)
    if behind > 0:
        do = "Let it run with a line to the hub."
        yield Finding(Mark.MEND, "feed", "{count} entries of the hub are not taken yet.", do, {"count": behind})


def _clock(seen: HubSeen, view: View | None, now_ms: int) -> Iterator[Finding]:
    off_ms = abs(seen.clock_ms - now_ms) if seen.clock_ms else 0
    limit_ms = policy_in_force(view).message_ms if view else 15 * 60_000
    facts: dict[str, Fact] = {"seconds": off_ms // 1000}
    do = "Set this machine's clock, and let it follow a time server."
    if off_ms > limit_ms:
        yield Finding(Mark.STOP, "clock", "It is {seconds} s away from the hub's; messages are refused.", do, facts)
    elif off_ms > CLOCK_MS:
        yield Finding(Mark.MEND, "clock", "It is {seconds} s away from the hub's.", do, facts)


def _loaded(view: View, config: StationConfig) -> Iterator[Finding]:
    for one in config.printers:
        row = view.row(Printer, config.station, one.name)
        facts: dict[str, Fact] = {"printer": one.name}
        if row and row.closed_why:
            do = "Two people look at it, then: `ektp station open`."
            yield Finding(
                Mark.STOP, "printer", "{printer} is out of service: {why}.", do, facts | {"why": row.closed_why}
            )
        elif row is None or not row.lo:
            do = "Fill its hopper and say so: `ektp station load`."
            yield Finding(Mark.MEND, "printer", "No blanks are noted as loaded into {printer}.", do, facts)


def _running(one: PrinterConfig, page: dict[str, Any]) -> Finding:
    """What the running station says of a printer."""
    facts: dict[str, Fact] = {"printer": one.name}
    trouble = dict(page.get("troubles", {})).get(f"printer {one.name}")
    if trouble:
        do = advice(str(trouble), one.serial)
        return Finding(Mark.STOP, "printer", "{printer}: {why}", do, facts | {"why": str(trouble)})
    phases = {shown.get("name"): str(shown.get("phase")) for shown in page.get("printers", ())}
    if one.name not in phases:
        return Finding(Mark.STOP, "printer", "{printer} has not answered yet.", LOOK, facts)
    return Finding(Mark.WELL, "printer", "{printer} {phase}.", facts=facts | {"phase": phases[one.name]})


def _opened(one: PrinterConfig, house: House) -> Iterator[Finding]:
    """Open the device, see that its dangerous settings are off, and let it go again."""
    facts: dict[str, Fact] = {"printer": one.name, "serial": one.serial, "driver": one.driver}
    if one.driver not in {found.name for found in entry_points(group=ENTRY_POINTS)}:
        do = "Install the driver, or correct driver in station.toml."
        yield Finding(Mark.STOP, "printer", "There is no driver {driver} for {printer}.", do, facts)
        return
    machine = Machine(one, _draws_nothing, house)
    try:
        can = machine.open()
    except DriverError as error:
        do = advice(str(error), one.serial)
        yield Finding(Mark.STOP, "printer", "{printer} {serial}: {why}", do, facts | {"why": str(error)})
        yield from driver_findings(machine.seen)
        return
    finally:
        machine.let_go()
    if can.is_blind:
        do = "After every interruption people must look for its card; keep a note of its counter."
        yield Finding(
            Mark.MEND, "printer", "{printer} {serial} answers, and cannot tell what became of a card.", do, facts
        )
    else:
        yield Finding(Mark.WELL, "printer", "{printer} {serial} answers; its dangerous settings are off.", facts=facts)
    yield from driver_findings(machine.seen)


def _draws_nothing(_: bytes) -> Any:
    raise DriverError("nothing is printed while a station is looked at")


def _service() -> Iterator[Finding]:
    """Where systemd is, the station should be started and watched by it."""
    if shutil.which("systemctl") is None:
        return
    if any((folder / UNIT).is_file() for folder in UNITS):
        yield Finding(Mark.WELL, "service", "{unit} is installed.", facts={"unit": UNIT})
        return
    do = "Install it, so that the station starts with the machine: docs/how-to/run-a-station.md."
    yield Finding(Mark.MEND, "service", "{unit} is not installed.", do, {"unit": UNIT})
