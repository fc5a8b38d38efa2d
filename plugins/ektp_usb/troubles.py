"""What a failed transfer means (gangguan jalur), in the contract's own errors.

Numbers come from a real libusb, from a bus made of software, or over a socket. They are
taken apart here once, into five meanings, and become errors a driver may raise. Each error
of a write says how much went out: `sent` bytes surely did; at most `at_most` may have, since
a bus that dies in the middle of a transfer does not tell how far it came.

None of these means that the device did nothing.
"""

import struct
from enum import Enum

from ektp_core.boundary.card_printer import DriverError, DriverLost, DriverTimeout
from ektp_usb import bus

UDEV_HINT = (
    "no permission for this USB device: give the station's user the right by a udev rule, for example "
    'SUBSYSTEM=="usb", ATTR{idVendor}=="0f49", GROUP="ektp", MODE="0660", then plug the device in again'
)

#: libusb's own numbers, which are the same on every system, in the numbers of `ektp_usb.bus`.
_FROM_LIBUSB = {
    -1: bus.INPUT_OUTPUT,
    -2: bus.INVALID,
    -3: bus.NO_PERMISSION,
    -4: bus.GONE,
    -5: bus.NOT_FOUND,
    -6: bus.BUSY,
    -7: bus.TIMED_OUT,
    -8: bus.OVERFLOW,
    -9: bus.STALL,
}

#: What comes out of pyusb and of a bus made of software: its USBError is an OSError; the others
#: come when a device's answers make no sense, or the system lacks a call.
ODD = (OSError, bus.BusError, ValueError, LookupError, ArithmeticError, NotImplementedError, TypeError, struct.error)


class Trouble(Enum):
    """The meanings a number can have."""

    GONE = "gone"
    STALLED = "stalled"
    TIMED_OUT = "timed-out"
    OVERFLOW = "overflow"
    BUSY = "busy"
    NO_PERMISSION = "no-permission"
    OTHER = "other"


#: A cable pulled in the middle of a read was seen as 5 on a real stack, then 19; 71 and 108 are its kin.
_MEANINGS = {
    bus.INPUT_OUTPUT: Trouble.GONE,
    bus.GONE: Trouble.GONE,
    bus.PROTOCOL: Trouble.GONE,
    bus.SHUT_DOWN: Trouble.GONE,
    bus.STALL: Trouble.STALLED,
    bus.TIMED_OUT: Trouble.TIMED_OUT,
    bus.OVERFLOW: Trouble.OVERFLOW,
    bus.BUSY: Trouble.BUSY,
    bus.NO_PERMISSION: Trouble.NO_PERMISSION,
}


def meaning_of(number: int) -> Trouble:
    """What a number of `ektp_usb.bus` means; unknown ones are OTHER."""
    return _MEANINGS.get(number, Trouble.OTHER)


def number_of(error: BaseException) -> int:
    """The number of `ektp_usb.bus` an error stands for; 0 when it has none."""
    if isinstance(error, bus.BusError):
        return error.errno
    if isinstance(error, OSError):
        return _FROM_LIBUSB.get(getattr(error, "backend_error_code", None) or 0) or 0
    return bus.INVALID


class ShortWrite(DriverTimeout):
    """The deadline passed before all bytes went out.

    Attributes:
        sent: bytes that surely went out.
        at_most: bytes that may have gone out, if more than that is possible.
    """

    def __init__(self, text: str, sent: int = 0, at_most: int = 0) -> None:
        super().__init__(text)
        self.sent = sent
        self.at_most = max(sent, at_most)


class LineLost(DriverLost):
    """The device is gone. This line is dead; a new one must be opened by serial. Counts as `ShortWrite`."""

    def __init__(self, text: str, sent: int = 0, at_most: int = 0) -> None:
        super().__init__(text)
        self.sent = sent
        self.at_most = max(sent, at_most)


class LineBroken(DriverError):
    """The transfer failed in another way. Counts as `ShortWrite`."""

    def __init__(self, text: str, sent: int = 0, at_most: int = 0) -> None:
        super().__init__(text)
        self.sent = sent
        self.at_most = max(sent, at_most)


class LineStalled(LineBroken):
    """The device declined the transfer (stall)."""


class LineBusy(DriverError):
    """Another program, or another driver process, has the interface."""


class NotPermitted(DriverError):
    """The system does not let this user reach the device."""


class DeviceAbsent(DriverLost):
    """No device of that serial is plugged in."""


def error_for(trouble: Trouble, doing: str, sent: int = 0, at_most: int = 0) -> DriverError:
    """The error a driver raises for this trouble; `doing` says in words what was tried."""
    match trouble:
        case Trouble.GONE:
            return LineLost(f"the USB device went away while {doing}", sent, at_most)
        case Trouble.STALLED:
            return LineStalled(f"the USB device declined while {doing}", sent, at_most)
        case Trouble.TIMED_OUT:
            return ShortWrite(f"nothing moved on USB within the time while {doing}", sent, at_most)
        case Trouble.OVERFLOW:
            return LineBroken(f"the USB device sent more than was asked for while {doing}", sent, at_most)
        case Trouble.BUSY:
            return LineBusy(f"another program has the USB interface ({doing})")
        case Trouble.NO_PERMISSION:
            return NotPermitted(UDEV_HINT)
        case _:
            return LineBroken(f"the USB transfer failed while {doing}", sent, at_most)
