"""What single devices cannot bear (kekhususan perangkat): a table, each line with its source.

Lines for every product of a vendor have no product. The lines of a device are joined; what
no line says is the class's usual behaviour. A driver may add its own by `open_line(quirks=)`.
"""

from collections.abc import Iterable

from attrs import fields, frozen

CUPS = "OpenPrinting/cups, backend/org.cups.usb-quirks"
GUTENPRINT = "gutenprint, dye-sub back end for HiTi"


@frozen
class Quirk:
    """What not to do with a device, and who found out.

    Attributes:
        vendor: USB vendor id.
        product: USB product id; None for all of this vendor.
        no_clear_halt: the firmware dies of CLEAR_HALT; a stall is reported and left.
        unidirectional: never read; the second pipe is not to be trusted.
        no_reattach: never give the interface back to usblp; the system's driver upsets it.
        broken_serial: its serial string is missing, the same on all, or upsets it; not asked.
        source: where this is told.
    """

    vendor: int
    product: int | None
    source: str
    no_clear_halt: bool = False
    unidirectional: bool = False
    no_reattach: bool = False
    broken_serial: bool = False


@frozen
class Quirks:
    """All lines of one device together."""

    no_clear_halt: bool = False
    unidirectional: bool = False
    no_reattach: bool = False
    broken_serial: bool = False


TABLE: tuple[Quirk, ...] = (
    Quirk(0x0D16, 0x0502, GUTENPRINT, no_clear_halt=True),  # HiTi P520L/P525L
    Quirk(0x0A5F, None, CUPS, unidirectional=True, no_reattach=True),  # all Zebra
    Quirk(0x2D84, None, CUPS, unidirectional=True, no_reattach=True),  # all Arkscan
    Quirk(0x067E, None, CUPS, no_reattach=True),  # all Intermec
    Quirk(0x0519, None, CUPS, unidirectional=True),  # all Star Micronics
    Quirk(0x067B, 0x2305, CUPS, unidirectional=True, no_reattach=True),  # PL2305, USB to parallel
    Quirk(0x1A86, 0x7584, CUPS, no_reattach=True),  # CH340S, USB to parallel
)


def quirks_of(vendor: int, product: int, table: Iterable[Quirk] = TABLE) -> Quirks:
    """What is known of this device.

    >>> quirks_of(0x0A5F, 1).unidirectional
    True
    """
    lines = [line for line in table if line.vendor == vendor and line.product in {None, product}]
    return Quirks(*(any(getattr(line, one.name) for line in lines) for one in fields(Quirks)))
