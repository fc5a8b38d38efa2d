"""Which face of a device is the printer (antarmuka pencetak): chosen from its descriptors alone.

USB Printing Class 1.1: class 7, subclass 1; protocol 1 sends only, 2 has a way back, 3 packs
everything in IEEE 1284.4, 4 speaks IPP and belongs to another program. Endpoints are always
taken from the descriptors: they were seen at other numbers on the same model.
"""

from collections.abc import Iterable

from attrs import frozen

from ektp_usb.bus import BULK, PRINTER_CLASS, Endpoint, Interface

_SUBCLASS = 1
_ONE_WAY = 1
_BOTH_WAYS = 2
_PREFERRED = (_BOTH_WAYS, _ONE_WAY)  # 3 and 4 are not raw bytes


@frozen
class Face:
    """The interface to claim and its two pipes.

    Attributes:
        has_alternates: whether the alternate setting must be chosen; one alone is never set.
    """

    number: int
    alternate: int
    output: Endpoint
    inward: Endpoint | None
    has_alternates: bool


def printer_face(interfaces: Iterable[Interface]) -> Face | None:
    """The best face to print through; None when the device has none."""
    settings = tuple(interfaces)
    for protocol in _PREFERRED:
        for one in settings:
            if (one.class_code, one.subclass, one.protocol) == (PRINTER_CLASS, _SUBCLASS, protocol):
                face = _face(one, settings)
                if face is not None:
                    return face
    return None


def _face(one: Interface, settings: tuple[Interface, ...]) -> Face | None:
    bulk = [pipe for pipe in one.endpoints if pipe.kind == BULK]
    output = next((pipe for pipe in bulk if not pipe.is_input), None)
    if output is None:
        return None
    inward = next((pipe for pipe in bulk if pipe.is_input), None)
    alternates = {other.alternate for other in settings if other.number == one.number}
    back = inward if one.protocol == _BOTH_WAYS else None
    return Face(one.number, one.alternate, output, back, len(alternates) > 1)
