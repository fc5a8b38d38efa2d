"""The printer as a device on the bus (muka USB): two pipes, the 1284 id, port status, soft reset.

Source: PROTOCOL.md of the driver, sections 2 (while busy) and 8. Answers come in packets of 64 bytes
and stay until they are read, lost only by a restart, a pulled cable, or SOFT_RESET.
"""

from collections.abc import Callable

from attrs import define, field

from ektp_usb.bus import TIMED_OUT, BusError, Device, Setup, printer_interface

VENDOR, PRODUCT = 0x0F49, 0x0A00
PACKET = 64
ROOM = 16_384  # bytes that wait while a command is carried out
OPEN_ROOM = 1 << 20  # a download goes straight to where it is kept
ANSWERS_ROOM = 65_536

_GET_ID, _GET_STATUS, _SOFT_RESET = 0, 1, 2
_ASKS, _TELLS = (0xA1,), (0x21, 0x23)


def device(serial: str, model: str, port: str = "1-1") -> Device:
    """How it shows itself on the bus."""
    return Device(VENDOR, PRODUCT, serial, port, (printer_interface(max_packet=PACKET),), "Evolis", model)


def device_id(serial: str, model: str) -> bytes:
    """The IEEE 1284 id, with its length before it."""
    text = f"MFG:Evolis;MDL:{model};CLS:PRINTER;CMD:ESC;SN:{serial};".encode("ascii")
    return (len(text) + 2).to_bytes(2, "big") + text


@define(eq=False)
class UsbFace:
    """Implements `ektp_usb.software_bus.Function`.

    Attributes:
        came: called when bytes came in, so that the printer goes on.
        asked: called when the host waits for an answer.
        is_busy: whether what comes has to wait.
        status: the byte of GET_PORT_STATUS.
        soft_reset: the class request.
        deaf: takes nothing and answers nothing.
        most: how many bytes more it takes before it takes no more; None for no limit.
    """

    serial: str
    model: str
    came: Callable[[], None]
    asked: Callable[[], None]
    is_busy: Callable[[], bool]
    status: Callable[[], int]
    soft_reset: Callable[[], None]
    deaf: bool = False
    most: int | None = None
    inbox: bytearray = field(factory=bytearray)
    outbox: bytearray = field(factory=bytearray)

    def control(self, setup: Setup, data: bytes) -> bytes | None:
        """The three class requests; SOFT_RESET under both recipients."""
        if self.deaf:
            raise BusError(TIMED_OUT)
        match (setup.request_type, setup.request):
            case (kind, request) if kind in _ASKS and request == _GET_ID:
                return device_id(self.serial, self.model)
            case (kind, request) if kind in _ASKS and request == _GET_STATUS:
                return bytes([self.status()])
            case (kind, request) if kind in _TELLS and request == _SOFT_RESET:
                self.empty()
                self.soft_reset()
                return b""
        return None

    def take(self, endpoint: int, data: bytes) -> int:
        """Take what there is room for."""
        if self.deaf:
            return 0
        room = (ROOM if self.is_busy() else OPEN_ROOM) - len(self.inbox)
        if self.most is not None:
            room = min(room, self.most)
        taken = bytes(data[: max(room, 0)])
        if self.most is not None:
            self.most -= len(taken)
        self.inbox += taken
        if taken:
            self.came()
        return len(taken)

    def give(self, endpoint: int, most: int) -> bytes | None:
        """One packet of what was answered."""
        if self.deaf:
            return None
        self.asked()
        if not self.outbox:
            return None
        part = bytes(self.outbox[: min(most, PACKET)])
        del self.outbox[: len(part)]
        return part

    def say(self, answer: bytes) -> None:
        """Let an answer wait for its reader."""
        if len(self.outbox) + len(answer) <= ANSWERS_ROOM:
            self.outbox += answer

    def empty(self) -> None:
        """Throw away what waits in either direction."""
        self.inbox.clear()
        self.outbox.clear()
        self.most = None
