"""A printer on a string: bytes in, bytes out, with replies that can be changed one by one."""

from collections.abc import Callable
from functools import cache
from io import BytesIO

from attrs import define, field
from PIL import Image

from ektp_core.boundary.card_printer import Artwork, DriverLost, DriverTimeout
from ektp_driver_evolis import language
from ektp_usb.device_id import DeviceId
from ektp_usb.port_status import PortStatus
from ektp_usb.troubles import ShortWrite

SERIAL = "EV-0001"
FINE = PortStatus(paper_empty=False, selected=True, error=False, raw=0x18)
DEVICE_ID = DeviceId((("MFG", "Evolis"), ("MDL", "Primacy"), ("SN", SERIAL)))
LOST = None


@cache
def drawn() -> Artwork:
    """A white card with one black and one red dot."""
    image = Image.new("RGB", (1016, 648), "white")
    image.putpixel((3, 5), (0, 0, 0))
    image.putpixel((10, 7), (255, 0, 0))
    file = BytesIO()
    image.save(file, "PNG")
    return Artwork(file.getvalue())


@define(eq=False, slots=False)
class ScriptedLine:
    """Plays a printer of one card at a time. `said` are the commands it got, without their data."""

    inside: bool = False
    fed: int = 7
    panels: int = 50
    ribbon: str = "ymcko"
    modes: dict[str, str] = field(factory=lambda: {"Rem": "0;0", "Rmi": "F", "Rmk": "s;i"})
    answers: dict[str, str] = field(factory=dict)  # question -> another reply than the usual
    faults: dict[str, list[Callable[[bytes], bytes | None]]] = field(factory=dict)
    port: PortStatus = FINE
    said: list[str] = field(factory=list)
    pictures: dict[str, bytes] = field(factory=dict)
    waiting: str = ""
    last: str = "OK"
    short_after: int | None = None
    gone: bool = False
    closed: bool = False
    resets: int = 0
    swallows: bool = False  # takes everything for a part of a picture, until the time-out's answer was read
    out: bytearray = field(factory=bytearray)
    _rest: bytes = b""

    def lose(self, command: str) -> None:
        """The next reply to this command never comes."""
        self.garble(command, lambda _reply: LOST)

    def garble(self, command: str, change: Callable[[bytes], bytes | None]) -> None:
        """Change the next reply to this command."""
        self.faults.setdefault(command, []).append(change)

    # -- the line ---------------------------------------------------------------------------

    def write(self, data: bytes, timeout_ms: int) -> None:
        if self.gone:
            raise DriverLost("gone")
        if self.short_after is not None:
            sent, self.short_after = min(self.short_after, len(data)), None
            if sent < len(data):
                raise ShortWrite("short", sent, sent)
        if self.swallows:
            self.out += b"ERR TIMEOUT\0"
            self.swallows = False
            return
        self._rest += data
        while (end := self._end()) is not None:
            raw, self._rest = self._rest[:end], self._rest[end:]
            self._carry_out(language.parse(raw))

    def read(self, timeout_ms: int, most: int = 4096) -> bytes:
        if self.gone:
            raise DriverLost("gone")
        if not self.out:
            raise DriverTimeout("nothing came")
        came = bytes(self.out[:most])
        del self.out[:most]
        return came

    def device_id(self, timeout_ms: int) -> DeviceId:
        return DEVICE_ID

    def port_status(self, timeout_ms: int) -> PortStatus:
        return self.port

    def soft_reset(self, timeout_ms: int) -> None:
        self.resets += 1
        self._rest = b""
        self.out.clear()

    def close(self) -> None:
        self.closed = True

    # -- the printer --------------------------------------------------------------------------

    def _end(self) -> int | None:
        parts = self._rest.split(b";", 3)
        if parts[0] == b"\x1bDb" and len(parts) == 4:
            whole = len(b";".join(parts[:3])) + 1 + language.size_of(int(parts[2])) + 1
            return whole if len(self._rest) >= whole else None
        found = self._rest.find(b"\r")
        return None if found < 0 else found + 1

    def _carry_out(self, command: language.Command) -> None:
        self.said.append(command.text)
        reply = self.answers.get(command.text)
        if reply is None or not reply.startswith("ERR"):
            usual = self._do(command)
            reply = usual if reply is None else reply
        if not command.name.startswith("R") and command.name != "Sk":
            self.last = reply
        raw: bytes | None = reply.encode() + b"\0"
        if self.faults.get(command.text):
            raw = self.faults[command.text].pop(0)(raw or b"")
        self.out += raw or b""

    def _do(self, command: language.Command) -> str:
        match command.text.split(";"):
            case ["Pem", mode, "s"]:
                self.modes["Rem"] = f"{mode};{mode}"
            case ["Pmi", mode]:
                self.modes["Rmi"] = mode
            case ["Pmk", speed, ejection]:
                self.modes["Rmk"] = f"{speed};{ejection}"
            case ["Si" | "Sis" | "Sic"]:
                self.fed += not self.inside
                self.inside = True
            case ["Db", panel, _levels]:
                self.pictures[panel] = command.data
                self.panels += bool(self.waiting)
                self.waiting = panel
            case ["Se"]:
                self.panels += bool(self.waiting)
                self.waiting, self.inside = "", False
            case ["Ser"]:
                self.waiting, self.inside = "", False
            case ["Wcb", "a"]:
                self.pictures.clear()
            case _:
                return self._value(command)
        return "OK"

    def _value(self, command: language.Command) -> str:
        values = {
            "Rtp": "Evolis Primacy",
            "Rsn": SERIAL,
            "Rfv": "1519",
            "Rkn": "123456789",
            "Rr": self.ribbon,
            "Rco;c": str(self.fed),
            "Rco;p": str(self.panels),
            "Rco;l": "120",
            "Rlr": self.last,
            "Rlr;p": "ERR CARD" if self.inside else "NO CARD",
            "Rlr;r": self.last,
            "Sk;f": "0",
            "Rstw": "ERR COMMAND",
        }
        if command.name in self.modes:
            return self.modes[command.name]
        if command.name in {"Rc", "Rl", "Rx", "Ry", "Rnl", "Rrm", "Rsc"}:
            return "10"
        return values.get(command.text, "OK")
