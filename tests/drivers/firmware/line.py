"""A host written by hand, byte by byte: it shares nothing with the driver it helps to judge."""

from pathlib import Path
from typing import Any

from attrs import define

from ektp_driver_virtual import messages
from ektp_driver_virtual.chip import uid_of
from ektp_firmware_evolis.mishaps import read_words
from ektp_firmware_evolis.person import at_panel
from ektp_firmware_evolis.printer import EvolisPrinter
from ektp_usb.bus import BusError, Setup

OUT, IN = 0x01, 0x82
SIZES = {"y": 576_072, "m": 576_072, "c": 576_072, "k": 82_296, "o": 82_296}
LEVELS = {"y": "128", "m": "128", "c": "128", "k": "2", "o": "2"}
HOST = ("Pem;2;s", "Pmi;B", "Pmk;s;s")


def command(text: str) -> bytes:
    """One command without data."""
    return b"\x1b" + text.encode() + b"\r"


def download(colour: str, data: bytes | None = None) -> bytes:
    """One colour; grey where no data are given."""
    given = b"\x55" * SIZES[colour] if data is None else data
    return f"\x1bDb;{colour};{LEVELS[colour]};".encode() + given + b"\r"


def card(colours: str = "ymcko") -> list[bytes]:
    """The whole conversation of one card."""
    begin = [command(one) for one in ("Si", "Wcb;a", "Ss", "Sr")]
    return [*begin, *(download(one) for one in colours), command("Se"), command("Wcb;a"), command("Rlr")]


@define
class Line:
    """An open printer and the person beside it."""

    printer: EvolisPrinter
    handle: int = 0
    heard: bytes = b""

    def open(self) -> "Line":
        """Find it on the bus and claim it."""
        self.handle = self.printer.bus.open(self.printer.bus.devices()[0])
        self.printer.bus.claim(self.handle, 0)
        return self

    def send(self, data: bytes, timeout_ms: int = 20) -> int:
        """Write; how many bytes went out."""
        return self.printer.bus.write(self.handle, OUT, data, timeout_ms)

    def hear(self, timeout_ms: int = 5) -> str:
        """One answer to its NUL; what came of it if no more comes."""
        while b"\0" not in self.heard:
            try:
                self.heard += self.printer.bus.read(self.handle, IN, 512, timeout_ms)
            except BusError:
                left, self.heard = self.heard, b""
                return left.decode("latin-1") or "nothing"
        answer, _, self.heard = self.heard.partition(b"\0")
        return answer.decode("latin-1")

    def ask(self, text: str) -> str:
        """A command and its answer."""
        self.send(command(text))
        return self.hear()

    def say(self, data: bytes) -> str:
        """Bytes and their answer."""
        self.send(data)
        return self.hear()

    def host_mode(self) -> "Line":
        """Settings as a careful host sets them."""
        assert [self.ask(one) for one in HOST] == ["OK"] * 3
        return self

    def print_card(self, colours: str = "ymcko") -> list[str]:
        """One card; every answer."""
        return [self.say(one) for one in card(colours)]

    def control(self, kind: int, request: int, length: int = 0) -> bytes:
        """A class request."""
        return self.printer.bus.control(self.handle, Setup(kind, request, 0, 0, length), b"", 10)

    # -- the person ------------------------------------------------------------------------

    def load(self, count: int, lo: int = 1) -> None:
        """Blanks into the hopper."""
        uids = tuple(uid_of("T", number) for number in range(lo, lo + count))
        self.panel(messages.LoadBlanks("T", lo, uids))

    def panel(self, order: object) -> Any:
        """An order at the panel."""
        answer = at_panel(self.printer, order)
        assert not isinstance(answer, messages.Declined), answer
        return answer

    def tell(self, words: str) -> Any:
        """A word at the panel that only this machine knows."""
        return self.panel(messages.Tell(tuple(words.split())))

    def order(self, words: str) -> None:
        """A mishap."""
        self.printer.order(read_words(words.split()))

    @property
    def truth(self) -> Any:
        """What happened."""
        return self.printer.body.truth


def printer_in(folder: Path, blanks: int = 3, ribbon: str = "ymcko", **options: Any) -> Line:
    """A printer that is on, loaded, and set as a careful host sets it."""
    printer = EvolisPrinter(folder, **options)
    printer.switch_on()
    line = Line(printer)
    if ribbon != "ymcko":
        line.tell(f"ribbon {ribbon}")
    line.load(blanks)
    return line.open().host_mode()
