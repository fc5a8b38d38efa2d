"""One whole printer: power, cable, firmware (pencetak utuh), on a bus made of software.

It runs in two ways. Alone, without time and in the thread that writes: every byte is worked off while it is
written, which is what fast tests want. Or `threaded`, with a worker of its own, where cards
take their time and people can open the cover meanwhile (`process`). Everything is done
under the bus's one lock, which the machine's waits give up.
"""

from collections.abc import Callable
from pathlib import Path
from threading import Thread, Timer
from time import monotonic, time_ns

from attrs import define, field

from ektp_driver_virtual.body import RIBBON_CARDS, Body, PowerLost
from ektp_driver_virtual.truth_log import Pictures, TruthLog
from ektp_firmware_evolis import mishap_acts, reading, settings, usb_face
from ektp_firmware_evolis.body import Machine
from ektp_firmware_evolis.firmware import Firmware
from ektp_firmware_evolis.memory import Memory
from ektp_firmware_evolis.mishaps import Kind, Mishap, Waiting, When
from ektp_firmware_evolis.tongue import Command
from ektp_firmware_evolis.usb_face import UsbFace
from ektp_firmware_evolis.words import Hung, Trouble
from ektp_usb.software_bus import Plugged, SoftwareBus

DOWNLOAD_STOPS_MS = 5_000
RESTART = "Srs"
LOOK_AGAIN_S = 0.02
FOREIGN_S = 5.0
SOMEBODY_ELSE = "somebody-else"  # stands in the truth where another host's job key would


def _now_ms() -> int:
    return time_ns() // 1_000_000


@define(eq=False)
class EvolisPrinter:
    """A printer that can be plugged into, loaded, and made to fail.

    Attributes:
        reboot_ms: how long it is off after the power went; None: until somebody switches it on.
        shows_words: whether it has the status words of newer printers.
        threaded: whether the worker carries commands out, and not the thread that writes them.
        foreign_cards: how many cards another host wants to print now.
    """

    folder: Path
    serial: str = "EV-0001"
    card_ms: int = 0
    reboot_ms: int | None = None
    shows_words: bool = False
    download_stops_ms: int = DOWNLOAD_STOPS_MS
    ribbon_cards: int = RIBBON_CARDS
    threaded: bool = False
    clock: Callable[[], float] = monotonic
    bus: SoftwareBus = field(init=False, factory=SoftwareBus)
    body: Body = field(init=False)
    machine: Machine = field(init=False)
    firmware: Firmware = field(init=False)
    face: UsbFace = field(init=False)
    waiting: Waiting = field(init=False, factory=Waiting)
    hung: bool = field(init=False, default=False)
    cable_out: bool = field(init=False, default=False)
    switched_off: bool = field(init=False, default=False)
    foreign_cards: int = field(init=False, default=0)
    _log: TruthLog = field(init=False)
    _plugged: Plugged | None = field(init=False, default=None)
    _ended: bool = field(init=False, default=False)
    _working: bool = field(init=False, default=False)
    _last_byte: float = field(init=False, default=0.0)

    def __attrs_post_init__(self) -> None:
        """Build it; `switch_on` makes it answer.

        Raises:
            DriverError: another process runs a printer in this folder.
        """
        self._log = TruthLog.open(self.folder)
        pictures = Pictures(self.folder)
        self.body = Body(self.serial, self._log, pictures, _now_ms, self._pause, self.card_ms, self.ribbon_cards)
        self.machine = Machine(self.body, self.strike, self.waiting)
        memory = Memory(self.folder)
        self.firmware = Firmware(self.machine, memory, self._pause, shows_words=self.shows_words)
        self.face = UsbFace(
            self.serial,
            self.firmware.model,
            came=self._came,
            asked=self._asked,
            is_busy=lambda: self.threaded and (self.firmware.is_busy or self.firmware.retries is not None),
            status=lambda: reading.port_status(self.firmware),
            soft_reset=self.firmware.soft_reset,
        )

    # -- power and cable ------------------------------------------------------------------

    def switch_on(self) -> None:
        """Power comes: a new session, and the printer appears on the bus."""
        with self.bus.lock:
            self.hung = self.face.deaf = False
            self.face.empty()
            self.body.switch_on()
            self.firmware.start()
            self.plug()
            self.bus.changed()

    def switch_on_again(self) -> None:
        """The power was off for a moment."""
        self.machine.give_up("half printed: power lost")
        self.unplug()
        self.switch_on()

    def cut_power(self, why: str) -> None:
        """Power goes, whatever is being done."""
        with self.bus.lock:
            self.body.cut_power(why)
            self._after_power_loss()

    def close(self) -> None:
        """End it; for a card on its way this is a power cut."""
        with self.bus.lock:
            self._ended = True
            self.cut_power("the printer was ended")
            self._log.close()

    def plug(self) -> None:
        """Show itself on the bus, if there is power and a cable."""
        if self._plugged is None and self.body.powered and not self.cable_out:
            self._plugged = self.bus.plug(usb_face.device(self.serial, self.firmware.model), self.face)

    def unplug(self) -> None:
        """Be gone from the bus."""
        if self._plugged is not None:
            plugged, self._plugged = self._plugged, None
            self.bus.unplug(plugged)

    def _after_power_loss(self) -> None:
        if self.body.powered:
            return  # it is on again already
        self.machine.give_up("half printed: power lost")
        self.unplug()
        self.face.empty()
        self.bus.changed()
        if self.reboot_ms is not None and not self._ended:
            timer = Timer(self.reboot_ms / 1000, self._come_back)
            timer.daemon = True
            timer.start()

    def _come_back(self) -> None:
        with self.bus.lock:
            if not (self.switched_off or self._ended or self.body.powered):
                self.switch_on()

    # -- working off what comes -----------------------------------------------------------

    def start_worker(self) -> None:
        """Let a thread of its own do the work, until `close`."""
        Thread(target=self._work, daemon=True).start()

    def turn(self) -> None:
        """Something changed that the machine may have waited for."""
        if not self.threaded:
            self._work_off()
        self.bus.changed()

    def _work(self) -> None:
        with self.bus.lock:
            while not self._ended:
                self._work_off()
                self.bus.lock.wait(LOOK_AGAIN_S)

    def _came(self) -> None:
        self._last_byte = self.clock()
        self.turn()

    def _asked(self) -> None:
        if not self.threaded:
            self._work_off()

    def _work_off(self) -> None:
        if self._working or not self.body.powered or self.hung:
            return
        self._working = True
        try:
            self._work_off_all()
        except PowerLost:
            self._after_power_loss()
        except Hung:
            self._hang()
        finally:
            self._working = False

    def _work_off_all(self) -> None:
        firmware, inbox = self.firmware, self.face.inbox
        if firmware.retries and self.machine.is_well:
            self._say(firmware.try_again())
        while self.foreign_cards and firmware.sequence is None and not firmware.tongue.in_download:
            self._print_for_somebody_else()
        while inbox and self._runs and not firmware.retries:
            piece = bytes(inbox[: self.waiting.next_at(When.BYTE)])
            taken, command = firmware.tongue.read(piece)
            del inbox[:taken]
            self.bus.changed()
            for mishap in self.waiting.due(When.BYTE, passed=taken):
                self._strike_at_byte(mishap)
            if command is not None and self._runs:
                self._carry_out(command)
        quiet_s = self.clock() - self._last_byte
        if firmware.tongue.in_download and not inbox and quiet_s * 1000 >= self.download_stops_ms:
            self._say(firmware.stop_download())

    def _strike_at_byte(self, mishap: Mishap) -> None:
        """Between two acts: what is being printed ends by it, and the next command hears of it."""
        try:
            self.strike(mishap)
        except Trouble as trouble:
            if self.firmware.mode != settings.PRINTER:
                self.firmware.end_sequence(f"half printed: {trouble}")

    @property
    def _runs(self) -> bool:
        return self.body.powered and not self.hung

    def _carry_out(self, command: Command) -> None:
        if command.name == RESTART:
            self.body.cut_power("restart ordered")
            self.switch_on_again()
            return
        self._say(self.firmware.carry_out(command))

    def _print_for_somebody_else(self) -> None:
        self.foreign_cards -= 1
        firmware = self.firmware
        firmware.fill(firmware.ribbon, 0x33)
        self.machine.somebody_else = SOMEBODY_ELSE
        try:
            firmware.whole_card()  # on the card inside, if one lies there: the machine asks nobody whose it is
        except Trouble as trouble:
            firmware.end_sequence(f"half printed: {trouble}")
        finally:
            self.machine.somebody_else = ""
        self.bus.changed()

    def _say(self, answer: str) -> None:
        if not answer:
            return
        text = answer.encode("ascii") + b"\0"
        for mishap in self.waiting.due(When.REPLY):
            text = b"" if mishap.kind is Kind.LOST_REPLY else _garbled(text)
        struck = self.waiting.due(When.ANSWER, passed=len(text))
        for mishap in struck:
            at = mishap.number - 1
            is_garbled = mishap.kind is Kind.GARBLED_REPLY
            text = text[:at] + (_another(text[at : at + 1]) + text[at + 1 :] if is_garbled else b"")
        if text and not self.cable_out:
            self.face.say(text)
        self.bus.changed()
        for mishap in struck:
            if mishap.kind not in (Kind.LOST_REPLY, Kind.GARBLED_REPLY):
                self.strike(mishap)

    def _pause(self, wait_ms: float) -> None:
        if self.threaded and wait_ms > 0:
            cuts = self.body.cuts
            self.bus.lock.wait_for(lambda: self.body.cuts != cuts, wait_ms / 1000)

    # -- what goes wrong ------------------------------------------------------------------

    def order(self, mishap: Mishap) -> None:
        """Let it happen now, or wait for its occasion."""
        with self.bus.lock:
            if mishap.kind is Kind.SHORT_WRITE and mishap.at is When.BYTE:
                self.face.most = mishap.number
                return
            if mishap.at is not When.NOW:
                self.waiting.ones.append(mishap)
                return
            try:
                self.strike(mishap)
            except PowerLost:
                self._after_power_loss()
            except Hung:
                self._hang()
            except Trouble:
                pass  # nobody had asked for anything
            self.turn()
            if self.threaded:
                self.bus.lock.wait_for(lambda: not self.foreign_cards or not self._runs, FOREIGN_S)

    def strike(self, mishap: Mishap) -> None:
        """It happens.

        Raises:
            PowerLost, Hung, Trouble: what is being done ends by it.
        """
        mishap_acts.ACTS[mishap.kind](self, mishap)

    def _hang(self) -> None:
        self.hung = self.face.deaf = True


def _garbled(text: bytes) -> bytes:
    """An answer that was damaged on its way: its first character is none of the language."""
    return bytes([text[0] | 0x80]) + text[1:]


def _another(sign: bytes) -> bytes:
    """Another sign of the language in its place: a digit for a digit, else a letter. Nobody can see that by itself."""
    return str((int(sign) + 1) % 10).encode() if sign.isdigit() else b"X" if sign != b"X" else b"Y"
