"""Where a driver is told to look for its printer (petunjuk alamat).

`usb` is the real bus. `bus:/path/to/socket` is a bus made of software, reached through a unix
socket. The hint may stand among others, separated by commas.
"""

from ektp_core.boundary.card_printer import DriverError
from ektp_usb.bus import UsbBus
from ektp_usb.remote_bus import RemoteBus

REAL = "usb"
_SCHEME = "bus:"


def bus_of(hint: str) -> UsbBus | None:
    """The bus a hint names; None for the real one.

    Raises:
        DriverError: it names no bus, or two. A bus nobody serves is found out at the first call.
    """
    named = [part.strip() for part in hint.split(",") if is_usb(part)]
    if len(named) != 1:
        raise DriverError(f"the address names {len(named)} USB buses; write usb, or bus: and the path of a socket")
    if named[0] == REAL:
        return None
    return RemoteBus(named[0].removeprefix(_SCHEME))


def is_usb(hint: str) -> bool:
    """Whether this part of a hint names a USB bus.

    >>> is_usb("bus:/run/printer/usb.sock"), is_usb("usb"), is_usb("cups:/run/cups/cups.sock#P1")
    (True, True, False)
    """
    part = hint.strip()
    return part == REAL or (part.startswith(_SCHEME) and part != _SCHEME)
