"""Real conversations to start from (percakapan yang direkam): made with the models at each run, so never out of date."""

import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from attrs import define, field

from ektp_core.boundary.card_printer import Bin, DriverError, Found, PrintToken, Settings, Station
from ektp_driver_evolis.conversation import Line
from ektp_driver_evolis.driver import EvolisPrinter
from ektp_driver_virtual import messages, panel
from ektp_driver_virtual.body import Body
from ektp_driver_virtual.chip import uid_of
from ektp_driver_virtual.device import Device
from ektp_driver_virtual.truth_log import Pictures, TruthLog
from ektp_firmware_evolis.printer import EvolisPrinter as FirmwareModel
from ektp_usb.device_id import DeviceId
from ektp_usb.port_status import PortStatus
from ektp_usb.transport import open_line
from tests.drivers.evolis.scripted_line import drawn
from tests.drivers.firmware.line import Line as Host

MS = 20_000


@define(eq=False)
class Listening:
    """A line that keeps every reply."""

    line: Line
    heard: bytearray = field(factory=bytearray)

    def write(self, data: bytes, timeout_ms: int) -> None:
        self.line.write(data, timeout_ms)

    def read(self, timeout_ms: int, most: int = 4096) -> bytes:
        came = self.line.read(timeout_ms, most)
        self.heard += came
        return came

    def device_id(self, timeout_ms: int) -> DeviceId:
        return self.line.device_id(timeout_ms)

    def port_status(self, timeout_ms: int) -> PortStatus:
        return self.line.port_status(timeout_ms)

    def soft_reset(self, timeout_ms: int) -> None:
        self.line.soft_reset(timeout_ms)

    def close(self) -> None:
        self.line.close()


@cache
def evolis_replies() -> tuple[bytes, ...]:
    """What the firmware model says while a card is made, with and without status words, and while one jams."""
    heard: list[bytes] = []
    for shows_words, mishap in ((False, ""), (True, ""), (False, "jam panel")):
        with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
            heard += _one_card(Path(folder), mishap, shows_words=shows_words)
    return tuple(sorted(set(heard)))


def _one_card(folder: Path, mishap: str, *, shows_words: bool) -> list[bytes]:
    model = Host(FirmwareModel(folder, shows_words=shows_words, download_stops_ms=100))
    model.printer.switch_on()
    model.load(2)
    line = Listening(open_line(model.printer.serial, lambda _seen: True, model.printer.bus))
    printer = EvolisPrinter(Found("evolis", "bus", model.printer.serial), line)
    if mishap:
        model.tell(mishap)
    _all_done(
        lambda: printer.identify(MS),
        lambda: printer.configure(Settings(), MS),
        lambda: printer.status(MS),
        lambda: printer.feed(MS),
        lambda: printer.prepare(drawn(), MS),
        lambda: printer.move(Station.HEAD, MS),
        lambda: printer.mark(PrintToken("r1", 1, 1), MS),
        lambda: printer.deliver(Bin.OUTPUT, MS),
        lambda: printer.look("r1/1/1", MS),
        lambda: printer.supplies(MS),
    )
    printer.close()
    model.printer.close()
    return bytes(line.heard).split(b"\0")[:-1]


def _all_done(*steps: Callable[[], Any]) -> None:
    for step in steps:
        try:
            step()
        except DriverError:
            continue  # a jam ends some of them; what was said is what is wanted


@cache
def virtual_messages() -> tuple[object, ...]:
    """What the virtual printer answers while a card is made, and while one jams."""
    said: list[object] = []
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        log = TruthLog.open(Path(folder))
        device = Device(Body("VP-1", log, Pictures(Path(folder)), lambda: 0, lambda _ms: None))
        device.start()
        uids = tuple(uid_of("T-1", number, "seed") for number in range(1, 5))
        panel.perform(device.body, messages.LoadBlanks("T-1", 1, uids))
        for jams in (False, True):
            if jams:
                panel.perform(device.body, messages.SetFault(messages.FaultKind.JAM, messages.Step.MARK))
            said += [device.perform(one) for one in _card_orders()]
        log.close()
    return tuple(said)


def _card_orders() -> tuple[object, ...]:
    return (
        messages.Identify(), messages.Configure(Settings()), messages.AskStatus(), messages.Feed(),
        messages.Move(Station.CONTACTLESS), messages.ReadUid(), messages.Encode(b"EK"), messages.ReadChip(),
        messages.Prepare(drawn().front_png), messages.Mark("r1/1/1"), messages.AskLook("r1/1/1"),
        messages.Deliver(Bin.OUTPUT), messages.AskLook("r1/1/1"), messages.Observe("r1/1/1"), messages.AskCounters(),
        messages.AskSupplies(),
    )  # fmt: skip
