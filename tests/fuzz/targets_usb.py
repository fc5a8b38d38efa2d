"""What comes over USB, and over the socket of a bus made of software (byte dari jalur USB)."""

import json
import socket
from collections.abc import Callable
from typing import Any, cast

from attrs import define, field

from ektp_core.boundary.card_printer import DriverError
from ektp_usb import device_id, port_status, wire
from ektp_usb.bus import BusError, Device, Endpoint, Interface, Setup, printer_interface
from ektp_usb.device_id import DeviceId
from ektp_usb.line import UsbLine
from ektp_usb.port_status import PortStatus
from ektp_usb.remote_bus import RemoteBus
from ektp_usb.software_bus import SoftwareBus
from ektp_usb.transport import find, open_line
from tests.drivers.usb.toy import Toy
from tests.fuzz.engine import Meter, Target, at_call

SERIAL = "EV-0001"
DEVICE = Device(0x0F49, 0x0A00, SERIAL, "1-1", (printer_interface(),), "Evolis", "Primacy")
IDS = (
    b"\x00\x3aMFG:Evolis;MDL:Primacy;CLS:PRINTER;CMD:ESC;SN:EV-0001;",
    b"\x1c\x00MFG:Evolis;MDL:Primacy;SN:1", b"\x04\x00manufacturer:a;Model: b ;COMMAND SET:ESC,PCL",
)  # fmt: skip
ID_WORDS = (b":", b";", b"::", b";;", b"SN:", b"MDL:", b"\0", b"\xff\xff", b"\x00\x02", b"\x02\x00", b"\xe9")
VALUES: dict[str, Any] = {
    "devices": (DEVICE,), "open": 1, "close": None, "configuration": 1, "has_kernel_driver": False,
    "control": b"\x18", "write": 5, "read": b"OK\0",
}  # fmt: skip
ANSWERS = tuple(wire.answer(name, value)[wire.HEADER_BYTES :] for name, value in VALUES.items())
NO = wire.refusal(110)[wire.HEADER_BYTES :]
JSON_WORDS = (
    b"[", b"]", b"[[", b'"ok"', b'"no"', b"null", b"true", b"1e999", b"-1", b"9" * 30, b'"\\ud800"', b"{}", b",", b'"',
    b"NaN", b"\xff\xfe", b"65536", b"70000", b"256", b"4294967295", b'""', b'"A==="',
)  # fmt: skip
NAMES = tuple(wire.CALLS)


def _id_law(data: bytes, value: DeviceId) -> str:
    """Nothing is in a field that did not come, and what was announced and did not come is said to be missing."""
    shown = "".join(sign for sign in data.decode("latin-1") if sign >= " ").upper()
    if any(key not in shown or text.upper() not in shown for key, text in value.fields):
        return "a field that did not come"
    announced = min(int.from_bytes(data[:2], "big"), int.from_bytes(data[:2], "little"))
    return "a truncated id passed for whole" if announced > len(data) and not value.truncated else ""


def _port_law(data: bytes, value: PortStatus) -> str:
    is_fine = value.selected and not value.error and not value.paper_empty
    return "all is well without the bits that say so" if is_fine and data[0] & 0x38 != 0x18 else ""


def _answer_of(data: bytes) -> Any:
    """The first byte names the call that was asked."""
    name = NAMES[data[0] % len(NAMES)] if data else "read"
    try:
        return name, wire.read_answer(name, data[1:])
    except BusError as error:
        assert type(error.errno) is int and 0 <= error.errno < 2**31, "a number no bus says no with"
        raise


def _answer_law(data: bytes, value: Any) -> str:
    name, found = value
    raw = json.loads(data[1:])
    if raw[0] != "ok":
        return "a no was taken for a yes"
    again = wire.read_answer(name, wire.answer(name, found)[wire.HEADER_BYTES :])
    return "" if again == found else "what was read cannot be written again"


def _question_law(_data: bytes, value: tuple[str, tuple[Any, ...]]) -> str:
    name, arguments = value
    kinds, _answer = wire.CALLS[name]
    fits = {"int": int, "bytes": bytes, "device": Device, "setup": Setup}
    good = len(arguments) == len(kinds) and all(isinstance(one, fits[kind]) for kind, one in zip(kinds, arguments, strict=True))
    return "" if good else "an argument of another kind"


@define(eq=False)
class FedSocket:
    """Gives bytes in pieces, then is closed."""

    data: bytes
    pieces: int = 7
    meter: Meter = field(factory=lambda: Meter(2_000))
    sent: bytearray = field(factory=bytearray)

    def settimeout(self, _s: float | None) -> None:
        self.meter.step()

    def sendall(self, data: bytes) -> None:
        self.meter.step()
        self.sent += data

    def recv(self, most: int) -> bytes:
        self.meter.step()
        part, self.data = self.data[: min(most, self.pieces)], self.data[min(most, self.pieces) :]
        return part

    def shutdown(self, _how: int) -> None:
        """Nothing."""

    def close(self) -> None:
        """What was not read yet comes on the next connection."""


def framed(bodies: tuple[bytes, ...]) -> bytes:
    """Bodies, each behind its true length: the mutations make them lie."""
    return b"".join(len(one).to_bytes(4, "big") + one for one in bodies)


class FedBus(RemoteBus):
    """A bus whose server says what it was fed, over however many connections."""

    fed: FedSocket

    def _connected(self) -> socket.socket:
        if self._line is None:
            self._line, self._generation = cast(socket.socket, self.fed), self._generation + 1
        return self._line


def _over_the_socket(data: bytes) -> object:
    """Frames of a bus's server, to a driver that lists printers, opens one, and reads of it."""
    bus = FedBus("/nowhere")
    bus.fed = FedSocket(data, 64)
    try:
        return _use(open_line(SERIAL, lambda _seen: True, bus))
    finally:
        bus.hang_up()


def _use(line: UsbLine) -> object:
    try:
        return line.device_id(50), line.port_status(50)
    finally:
        line.close()


@define(eq=False)
class ListedBus:
    """Lists what a server's frame says, and declines everything else."""

    found: tuple[Device, ...]

    def devices(self) -> tuple[Device, ...]:
        return self.found

    def __getattr__(self, _name: str) -> Callable[..., Any]:
        return lambda *_arguments: 1


def _list(data: bytes) -> tuple[Any, ...]:
    bus: Any = ListedBus(wire.read_answer("devices", data))
    return find(lambda _seen: True, bus)


def _list_law(data: bytes, seen: tuple[Any, ...]) -> str:
    listed = ["".join(sign for sign in one[5] or "" if sign.isprintable()) for one in json.loads(data)[1]]
    ghosts = [one for one in seen if one.serial and not any(one.serial in text for text in listed)]
    return "a printer nobody listed" if ghosts else ""


@define(eq=False)
class Recorded:
    """A bus, and what its server would answer to each call."""

    bus: SoftwareBus
    bodies: list[bytes] = field(factory=list)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call = getattr(self.bus, name)

        def recording(*arguments: Any) -> Any:
            try:
                value = call(*arguments)
            except BusError as error:
                self.bodies.append(wire.refusal(error.errno)[wire.HEADER_BYTES :])
                raise
            self.bodies.append(wire.answer(name, value)[wire.HEADER_BYTES :])
            return value

        return recording


def _opening() -> tuple[bytes, ...]:
    """Every answer of a bus to a driver that opens a printer and asks who it is."""
    recorded: Any = Recorded(SoftwareBus())
    recorded.bus.plug(DEVICE, Toy())
    _use(open_line(SERIAL, lambda _seen: True, recorded))
    return tuple(recorded.bodies)


def _device_bodies() -> tuple[bytes, ...]:
    faces = (
        (printer_interface(),),
        (Interface(0, 7, 1, 2, (Endpoint(1, 64), Endpoint(0x82, 64)), 0), Interface(0, 7, 1, 1, (Endpoint(1),), 1)),
        (Interface(1, 255, 0, 0, ()),),
    )
    made = [Device(0x0F49, 0x0A00, SERIAL, "1-4.2", one, "Evolis", "Primacy") for one in faces]
    return (*(wire.answer("devices", (one,))[4:] for one in made), wire.answer("devices", tuple(made))[4:])


def targets() -> tuple[Target, ...]:
    """Device ids, port status, frames of the bus's socket in both directions, and a whole opening."""
    numbered = tuple(bytes([NAMES.index(name)]) + body for name, body in zip(VALUES, ANSWERS, strict=True))
    questions = tuple(
        wire.question(name, arguments)[4:]
        for name, arguments in (
            ("devices", ()), ("open", (DEVICE,)), ("control", (1, Setup(0xA1, 0, 0, 0, 1024), b"", 50)),
            ("write", (1, 1, b"\x1bRsn\r", 50)), ("read", (1, 0x82, 512, 50)), ("close", (1,)),
        )
    )  # fmt: skip
    talk = _opening()
    opening = (framed(talk), framed(talk), framed(talk[:5]), framed((*talk[:4], NO, *talk[5:])))
    contract = (DriverError, BusError)
    return (
        Target("usb device id", 50, lambda: IDS, at_call(device_id, "parse"), _id_law, ID_WORDS),
        Target("usb port status", 10, lambda: (b"\x18", b"\x38", b"\x10", b"\x18\x00"), at_call(port_status, "parse"), _port_law),
        Target("usb bus answer", 40, lambda: (*numbered, b"\x0c" + NO), _answer_of, _answer_law, JSON_WORDS, contract),
        Target("usb bus question", 30, lambda: questions, at_call(wire, "read_question"), _question_law, JSON_WORDS, contract),
        Target("usb listing", 6, _device_bodies, _list, _list_law, JSON_WORDS, contract, plain=0.02),
        Target("usb opening by frames", 4, lambda: opening, _over_the_socket, tokens=JSON_WORDS, allowed=contract, plain=0.02),
    )
