"""The printer as a process (proses pencetak): two doors, one machine, and the power.

One thread a connection; the machine is touched under one lock, which its waits give up, so
that people at the panel can act while a card moves. One driver has the machine at a time;
the next waits until the first is gone and its order is finished. A driver that goes away
changes nothing: its order is carried out to the end. When the power goes, every driver's
line breaks, and after a while the machine starts again by itself, unless it was switched
off.
"""

import socket
from collections.abc import Callable
from pathlib import Path
from threading import Condition, Event, Thread, Timer
from time import time_ns

from attrs import define, field

from ektp_core.boundary.card_printer import DriverError
from ektp_driver_virtual import messages, panel, wire
from ektp_driver_virtual.body import RIBBON_CARDS, Body, PowerLost
from ektp_driver_virtual.device import Device
from ektp_driver_virtual.messages import Declined, Done, Reason
from ektp_driver_virtual.protocol import Frame
from ektp_driver_virtual.truth_log import Pictures, TruthLog

REBOOT_MS = 300
SEAT_S = 5.0


def _now_ms() -> int:
    return time_ns() // 1_000_000


@define(eq=False)
class PrinterProcess:
    """One running printer."""

    folder: Path
    serial: str
    card_ms: int = 60
    reboot_ms: int = REBOOT_MS
    ribbon_cards: int = RIBBON_CARDS
    device: Device = field(init=False)
    _log: TruthLog = field(init=False)
    _lock: Condition = field(init=False, factory=Condition)
    _stop: Event = field(init=False, factory=Event)
    _switched_off: bool = field(init=False, default=False)
    _seat: socket.socket | None = field(init=False, default=None)
    _drivers: set[socket.socket] = field(init=False, factory=set)
    _addresses: list[str] = field(init=False, factory=list)

    def start(self) -> wire.Addresses:
        """Switch the machine on and open its doors.

        Raises:
            DriverError: another process runs a printer in this folder.
        """
        self._log = TruthLog.open(self.folder)
        pictures = Pictures(self.folder)
        body = Body(self.serial, self._log, pictures, _now_ms, self._pause, self.card_ms, self.ribbon_cards)
        self.device = Device(body)
        self.device.start()
        driver = self._open_door("driver", self._serve_driver)
        found = wire.Addresses(self.serial, driver, self._open_door("panel", self._serve_panel))
        wire.write_addresses(self.folder, found)
        return found

    def wait(self) -> None:
        """Run until told to stop."""
        self._stop.wait()

    def stop(self) -> None:
        """End the process's work; for a card on its way this is a power cut."""
        with self._lock:
            self.device.body.cut_power("the printer's process was ended")
            self._lock.notify_all()
        (self.folder / wire.ADDRESS_FILE).unlink(missing_ok=True)
        for address in self._addresses:
            wire.forget(address)
        self._stop.set()

    # -- doors --------------------------------------------------------------------------

    def _open_door(self, name: str, serve: Callable[[socket.socket], None]) -> str:
        door, address = wire.listen(self.folder, name)
        self._addresses.append(address)
        Thread(target=self._welcome, args=(door, serve), daemon=True).start()
        return address

    def _welcome(self, door: socket.socket, serve: Callable[[socket.socket], None]) -> None:
        while True:
            line, _ = door.accept()
            Thread(target=serve, args=(line,), daemon=True).start()

    def _serve_driver(self, line: socket.socket) -> None:
        owner = ""
        with self._lock:
            self._drivers.add(line)
        try:
            while True:
                question = wire.receive(line)
                with self._lock:
                    answer = self._drive(line, question.message, owner)
                if isinstance(question.message, messages.Reserve) and isinstance(answer, Done):
                    owner = question.message.owner
                wire.send(line, Frame(question.number, answer))
        except (DriverError, PowerLost):
            pass  # the line is closed below; the machine stays as it is
        finally:
            with self._lock:
                self._let_go(line)
            line.close()

    def _drive(self, line: socket.socket, command: object, owner: str) -> object:
        if not isinstance(command, messages.Identify):
            free = self._lock.wait_for(lambda: self._seat in (None, line), SEAT_S)
            if not free:
                return Declined(Reason.BUSY, "another driver has the printer")
            self._seat = line
        if not self.device.body.powered:
            raise PowerLost
        try:
            return self.device.perform(command, owner)
        except PowerLost:
            self._after_power_loss()
            raise

    def _let_go(self, line: socket.socket) -> None:
        self._drivers.discard(line)
        if self._seat is line:
            self._seat = None
            self.device.reserved_by = ""  # a claim ends with its handle
            self._lock.notify_all()

    def _serve_panel(self, line: socket.socket) -> None:
        try:
            while True:
                question = wire.receive(line)
                with self._lock:
                    answer = self._at_panel(question.message)
                wire.send(line, Frame(question.number, answer))
        except DriverError:
            line.close()

    def _at_panel(self, order: object) -> object:
        if isinstance(order, messages.SwitchPower):
            return self._switch(order.on)
        return panel.perform(self.device.body, order)

    # -- power --------------------------------------------------------------------------

    def _pause(self, wait_ms: float) -> None:
        body = self.device.body
        cuts = body.cuts
        self._lock.wait_for(lambda: body.cuts != cuts, wait_ms / 1000)

    def _switch(self, on: bool) -> Done:
        body = self.device.body
        self._switched_off = not on
        if on and not body.powered:
            self.device.start()
        if not on:
            body.cut_power("switched off")
            self._break_lines()
        self._lock.notify_all()
        return Done()

    def _after_power_loss(self) -> None:
        if self.device.body.powered:
            return  # somebody switched it on again meanwhile
        self._break_lines()
        timer = Timer(self.reboot_ms / 1000, self._come_back)
        timer.daemon = True
        timer.start()

    def _break_lines(self) -> None:
        for line in self._drivers:
            try:
                line.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # it is gone already
        self._seat = None

    def _come_back(self) -> None:
        with self._lock:
            if not (self._switched_off or self._stop.is_set() or self.device.body.powered):
                self.device.start()
