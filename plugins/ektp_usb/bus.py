"""A USB bus as plain values and calls (bus USB), without pyusb.

Who provides a device made of software implements `UsbBus` and never meets pyusb or libusb;
`ektp_usb.transport` carries it under pyusb, so that the same driver code runs on a model and
on a real printer. A bus says no with `BusError`, whose numbers are Linux's on every system
(they also travel over a socket, `ektp_usb.remote_bus`).

`ektp_usb.software_bus` is a ready bus for devices that are written here; most models need
only its `Function`.

>>> BusError(GONE)
BusError(19 the device is gone)
"""

from typing import Protocol, runtime_checkable

from attrs import frozen

from ektp_core.errors import EktpError

# -- what a bus can say no with: Linux's numbers, everywhere --------------------------------

NOT_FOUND = 2
INPUT_OUTPUT = 5  # a real bus says this when the cable is pulled in the middle of a read
NO_PERMISSION = 13
BUSY = 16
GONE = 19
INVALID = 22
STALL = 32
PROTOCOL = 71
OVERFLOW = 75
SHUT_DOWN = 108
TIMED_OUT = 110

_WORDS = {
    NOT_FOUND: "there is no such interface or endpoint",
    INPUT_OUTPUT: "input or output error",
    NO_PERMISSION: "no permission",
    BUSY: "somebody else has the interface",
    GONE: "the device is gone",
    INVALID: "the request makes no sense",
    STALL: "the device declined (stall)",
    PROTOCOL: "the bus garbled the exchange",
    OVERFLOW: "the device sent more than was asked for",
    SHUT_DOWN: "the bus was shut down",
    TIMED_OUT: "nothing moved within the time",
}


@frozen(str=False, repr=False)
class BusError(EktpError):
    """The bus or the device declined one transfer.

    Attributes:
        errno: one of the numbers of this module (another number is taken as INPUT_OUTPUT).
    """

    errno: int

    def __str__(self) -> str:
        return f"{self.errno} {_WORDS.get(self.errno, 'input or output error')}"

    def __repr__(self) -> str:
        return f"BusError({self})"


# -- what a device shows of itself -----------------------------------------------------------

BULK = 2
INPUT = 0x80  # this bit of an endpoint's address says that the device sends
PRINTER_CLASS = 7


@frozen
class Endpoint:
    """One pipe of an interface.

    Attributes:
        address: 1 to 15, with `INPUT` added where the device sends.
        max_packet: bytes of one packet.
        kind: transfer type: 0 control, 1 isochronous, 2 bulk, 3 interrupt.
    """

    address: int
    max_packet: int = 512
    kind: int = BULK

    @property
    def is_input(self) -> bool:
        """Whether the device sends through it."""
        return bool(self.address & INPUT)


@frozen
class Interface:
    """One alternate setting of one interface (class, subclass and protocol as the device says)."""

    number: int
    class_code: int
    subclass: int
    protocol: int
    endpoints: tuple[Endpoint, ...]
    alternate: int = 0


@frozen
class Device:
    """One device on the bus. Two devices may differ in nothing but serial and port.

    Attributes:
        port: where it is plugged in, "1-4.2"; only ever shown to people. Unique on its bus.
        address: what the bus called it, new at each plugging in (1 to 127).
        serial: text of its serial number; "" if it has none, None if asking for it fails.
        configuration: value of its only configuration.
    """

    vendor: int
    product: int
    serial: str | None
    port: str
    interfaces: tuple[Interface, ...]
    make: str = ""
    model: str = ""
    release: int = 0x0100
    address: int = 1
    configuration: int = 1


@frozen
class Setup:
    """The eight bytes that begin a control transfer (USB 2.0, 9.3)."""

    request_type: int
    request: int
    value: int
    index: int
    length: int

    @property
    def is_input(self) -> bool:
        """Whether the device answers with data."""
        return bool(self.request_type & INPUT)


def printer_interface(output: int = 0x01, inward: int | None = 0x82, max_packet: int = 512) -> Interface:
    """The usual face of a printer: class 7, subclass 1, two bulk pipes (one where `inward` is None)."""
    pipes = (
        (Endpoint(output, max_packet),)
        if inward is None
        else (Endpoint(output, max_packet), Endpoint(inward, max_packet))
    )
    return Interface(0, PRINTER_CLASS, 1, 1 if inward is None else 2, pipes)


# -- what a bus does ------------------------------------------------------------------------


@runtime_checkable
class UsbBus(Protocol):
    """One bus with its devices. Calls may come from several threads.

    Every call raises `BusError`, and nothing else; a device that was pulled out answers `GONE`
    to everything but `release`, `attach` and `close`, which then do nothing. `timeout_ms` of 0
    asks whether it is possible now and does not wait. Standard requests (descriptors, strings,
    configuration) are answered from `Device` by whoever carries the bus, never passed to `control`.
    """

    def devices(self) -> tuple[Device, ...]:
        """What is plugged in now."""

    def open(self, device: Device) -> int:
        """Get a handle (NO_PERMISSION, GONE). The device is known by port and address."""

    def close(self, handle: int) -> None:
        """Let go; what was claimed is released. Never raises."""

    def configuration(self, handle: int) -> int:
        """Value of the configuration in force; 0 when there is none."""

    def configure(self, handle: int, value: int) -> None:
        """Set the configuration; a device treats it as a light reset even if it had it already."""

    def alternate(self, handle: int, interface: int, alternate: int) -> None:
        """Choose an alternate setting."""

    def has_kernel_driver(self, handle: int, interface: int) -> bool:
        """Whether the system's own driver (usblp) holds the interface."""

    def detach(self, handle: int, interface: int) -> None:
        """Take the interface from the system's driver."""

    def attach(self, handle: int, interface: int) -> None:
        """Give it back."""

    def claim(self, handle: int, interface: int) -> None:
        """Take the interface (BUSY when somebody has it)."""

    def release(self, handle: int, interface: int) -> None:
        """Give the interface free."""

    def control(self, handle: int, setup: Setup, data: bytes, timeout_ms: int) -> bytes:
        """One class or vendor request; returns the answer of an input request, else b"" (STALL, TIMED_OUT)."""

    def write(self, handle: int, endpoint: int, data: bytes, timeout_ms: int) -> int:
        """Send; returns how many bytes went out within the time, and raises TIMED_OUT only for none at all."""

    def read(self, handle: int, endpoint: int, most: int, timeout_ms: int) -> bytes:
        """Receive what one transfer brings; b"" is a zero-length packet, TIMED_OUT means that none came."""

    def clear_halt(self, handle: int, endpoint: int) -> None:
        """End a stall of one pipe."""

    def reset(self, handle: int) -> None:
        """Reset the port; the device may come back under another address."""
