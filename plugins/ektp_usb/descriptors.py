"""The descriptors of a device made of software (deskriptor), as bytes (USB 2.0, 9.6).

Whoever carries a `UsbBus` answers the standard requests with these: the adapter to pyusb, and
the bridge that puts a model behind a real libusb.
"""

import struct
from collections.abc import Iterable
from itertools import groupby

from ektp_usb.bus import Device, Endpoint, Interface

#: Indexes of the three strings. A device without a text has index 0 in its descriptor.
MAKE, MODEL, SERIAL = 1, 2, 3
ENGLISH = 0x0409

_DEVICE = struct.Struct("<BBHBBBBHHHBBBB")
_CONFIGURATION = struct.Struct("<BBHBBBBB")
_INTERFACE = struct.Struct("<BBBBBBBBB")
_ENDPOINT = struct.Struct("<BBBBHB")
_SELF_POWERED = 0xC0
_LONGEST_TEXT = 126


def device_bytes(device: Device) -> bytes:
    """The device descriptor (18 bytes)."""
    return _DEVICE.pack(
        *(_DEVICE.size, 1, 0x0200, 0, 0, 0, 64),
        *(device.vendor, device.product, device.release),
        *(MAKE if device.make else 0, MODEL if device.model else 0, 0 if device.serial == "" else SERIAL),
        1,
    )


def configuration_bytes(device: Device) -> bytes:
    """The only configuration with all its interfaces and endpoints."""
    body = b"".join(_interface_bytes(one) for one in device.interfaces)
    numbers = {one.number for one in device.interfaces}
    length = _CONFIGURATION.size + len(body)
    return _CONFIGURATION.pack(9, 2, length, len(numbers), device.configuration, 0, _SELF_POWERED, 0) + body


def string_bytes(device: Device, index: int) -> bytes | None:
    """A string descriptor, or the list of languages at index 0; None declines."""
    if index == 0:
        return struct.pack("<BBH", 4, 3, ENGLISH)
    text = {MAKE: device.make, MODEL: device.model, SERIAL: device.serial}.get(index)
    if not text:
        return None
    coded = text[:_LONGEST_TEXT].encode("utf-16-le", "surrogatepass")
    return bytes([2 + len(coded), 3]) + coded


def by_number(interfaces: Iterable[Interface]) -> tuple[tuple[Interface, ...], ...]:
    """The interfaces, each with its alternate settings."""
    ordered = sorted(interfaces, key=lambda one: (one.number, one.alternate))
    return tuple(tuple(group) for _number, group in groupby(ordered, key=lambda one: one.number))


def _interface_bytes(one: Interface) -> bytes:
    head = _INTERFACE.pack(
        *(9, 4, one.number, one.alternate, len(one.endpoints)),
        *(one.class_code, one.subclass, one.protocol, 0),
    )
    return head + b"".join(_endpoint_bytes(pipe) for pipe in one.endpoints)


def _endpoint_bytes(pipe: Endpoint) -> bytes:
    return _ENDPOINT.pack(7, 5, pipe.address, pipe.kind, pipe.max_packet, 0)
