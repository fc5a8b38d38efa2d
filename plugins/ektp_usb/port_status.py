"""The one byte of GET_PORT_STATUS (status port), USB Printing Class 1.1, 4.2.2.

Bit 5: paper empty, bit 4: selected, bit 3: not an error; 0x18 means that all is well. Bits 6
and 7 are not defined; some devices show a jam or an open cover there, others noise, so they
are kept in `raw` and never believed.
"""

from attrs import frozen

from ektp_core.boundary.card_printer import DriverError

_PAPER_EMPTY = 0x20
_SELECTED = 0x10
_NOT_ERROR = 0x08


@frozen
class PortStatus:
    """What the port says. One bit alone proves nothing about a card."""

    paper_empty: bool
    selected: bool
    error: bool
    raw: int


def parse(data: bytes) -> PortStatus:
    """Read the answer.

    Raises:
        DriverError: nothing came. More than one byte: the first counts.
    """
    if not data:
        raise DriverError("the device answered nothing when asked for its port status")
    raw = data[0]
    return PortStatus(bool(raw & _PAPER_EMPTY), bool(raw & _SELECTED), not raw & _NOT_ERROR, raw)


def write(*, paper_empty: bool = False, selected: bool = True, error: bool = False) -> bytes:
    """Make the answer (models need it)."""
    return bytes([paper_empty * _PAPER_EMPTY | selected * _SELECTED | (not error) * _NOT_ERROR])
