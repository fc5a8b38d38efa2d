"""A small printer of our own on a software bus: echoes lines, can be told to misbehave."""

from collections import deque

from attrs import define, field

from ektp_usb import device_id, port_status
from ektp_usb.bus import STALL, BusError, Device, Interface, Setup, printer_interface
from ektp_usb.device_id import DeviceId
from ektp_usb.software_bus import Plugged, SoftwareBus

VENDOR, PRODUCT = 0x0F49, 0x0A00
ID = DeviceId((("MFG", "Toy"), ("MDL", "Card One"), ("CMD", "ESC,ECHO"), ("SN", "T-1")))


@define
class Toy:
    """What the printer does. `taken` is what it got, `said` what it will say."""

    taken: bytearray = field(factory=bytearray)
    said: deque[bytes] = field(factory=deque)
    status: bytes = field(factory=port_status.write)
    id_answer: bytes | None = field(factory=lambda: device_id.write(ID))
    room: int | None = None  # how many bytes it takes at once; 0: none for now; None: all
    stop_after: int | None = None  # takes no more than so many bytes in all
    stall_out: bool = False
    stall_in: bool = False
    resets: list[int] = field(factory=list)
    knows_reset: tuple[int, ...] = (0x21,)
    controls: list[Setup] = field(factory=list)

    def control(self, setup: Setup, data: bytes) -> bytes | None:
        self.controls.append(setup)
        match setup.request_type, setup.request:
            case 0xA1, 0:
                return self.id_answer
            case 0xA1, 1:
                return self.status
            case (0x21 | 0x23), 2:
                self.resets.append(setup.request_type)
                return b"" if setup.request_type in self.knows_reset else None
        return None

    def take(self, endpoint: int, data: bytes) -> int:
        if self.stall_out:
            self.stall_out = False
            raise BusError(STALL)
        most = len(data) if self.room is None else min(self.room, len(data))
        if self.stop_after is not None:
            most = min(most, self.stop_after - len(self.taken))
        self.taken += data[:most]
        if data[:most].endswith(b"?\r"):
            self.said.append(b"heard " + data[:most])
        return most

    def give(self, endpoint: int, most: int) -> bytes | None:
        if self.stall_in:
            self.stall_in = False
            raise BusError(STALL)
        if not self.said:
            return None
        first = self.said.popleft()
        if len(first) > most:
            self.said.appendleft(first[most:])
        return first[:most]


def device(serial: str | None = "T-1", port: str = "1-1", *faces: Interface, product: int = PRODUCT) -> Device:
    return Device(VENDOR, product, serial, port, faces or (printer_interface(),), "Toy", "Card One")


def plugged(bus: SoftwareBus, serial: str | None = "T-1", port: str = "1-1", *faces: Interface, **how: bool) -> tuple[Toy, Plugged]:
    toy = Toy()
    return toy, bus.plug(device(serial, port, *faces), toy, **how)


def anything(_seen: object) -> bool:
    return True
