"""How calls to a bus become bytes on a socket (bingkai bus), the same on both sides.

A frame is its length (4 bytes, big-endian) and a JSON list. A question is the call's name and
its arguments, an answer `["ok", value]` or `["no", errno]`. Bytes travel in base64. JSON, and
nothing that must be compiled, so that the system's own Python can speak it too (the bridge to
umockdev runs under that one). Pure functions; anything that is not exactly this raises
`BusError(PROTOCOL)`, and nothing else.
"""

import base64
import json
from collections.abc import Callable
from typing import Any

from ektp_usb.bus import PROTOCOL, BusError, Device, Endpoint, Interface, Setup

HEADER_BYTES = 4
LIMIT_BYTES = 1 << 20
_LARGEST = 1 << 31

#: Every call: the kinds of its arguments and of its answer.
CALLS: dict[str, tuple[tuple[str, ...], str]] = {
    "devices": ((), "devices"),
    "open": (("device",), "int"),
    "close": (("int",), "none"),
    "configuration": (("int",), "int"),
    "configure": (("int", "int"), "none"),
    "alternate": (("int", "int", "int"), "none"),
    "has_kernel_driver": (("int", "int"), "bool"),
    "detach": (("int", "int"), "none"),
    "attach": (("int", "int"), "none"),
    "claim": (("int", "int"), "none"),
    "release": (("int", "int"), "none"),
    "control": (("int", "setup", "bytes", "int"), "bytes"),
    "write": (("int", "int", "bytes", "int"), "int"),
    "read": (("int", "int", "int", "int"), "bytes"),
    "clear_halt": (("int", "int"), "none"),
    "reset": (("int",), "none"),
}


def question(name: str, arguments: tuple[object, ...]) -> bytes:
    """The frame of one call."""
    kinds, _answer = CALLS[name]
    return _frame([name, *(_put(kind, one) for kind, one in zip(kinds, arguments, strict=True))])


def read_question(body: bytes) -> tuple[str, tuple[Any, ...]]:
    """Name and arguments of a call."""
    whole = _list(body)
    name = whole[0] if whole else None
    if not isinstance(name, str) or name not in CALLS:
        raise BusError(PROTOCOL)
    kinds, _answer = CALLS[name]
    if len(whole) != len(kinds) + 1:
        raise BusError(PROTOCOL)
    return name, tuple(_take(kind, one) for kind, one in zip(kinds, whole[1:], strict=True))


def answer(name: str, value: object) -> bytes:
    """The frame of a good answer."""
    return _frame(["ok", _put(CALLS[name][1], value)])


def refusal(errno: int) -> bytes:
    """The frame of an answer that says no."""
    return _frame(["no", errno])


def read_answer(name: str, body: bytes) -> Any:
    """The value answered to a call; raises the `BusError` it says no with."""
    whole = _list(body)
    if len(whole) != 2 or whole[0] not in ("ok", "no"):  # a list cannot be looked up in a set
        raise BusError(PROTOCOL)
    if whole[0] == "no":
        raise BusError(_number(whole[1]))
    return _take(CALLS[name][1], whole[1])


def body_length(header: bytes) -> int:
    """How many bytes follow a header."""
    length = int.from_bytes(header, "big")
    if len(header) != HEADER_BYTES or length > LIMIT_BYTES:
        raise BusError(PROTOCOL)
    return length


def _frame(whole: list[object]) -> bytes:
    body = json.dumps(whole).encode("ascii")
    if len(body) > LIMIT_BYTES:
        raise BusError(PROTOCOL)
    return len(body).to_bytes(HEADER_BYTES, "big") + body


def _list(body: bytes) -> list[Any]:
    try:
        whole = json.loads(body)
    except (ValueError, RecursionError):
        raise BusError(PROTOCOL) from None
    if not isinstance(whole, list):
        raise BusError(PROTOCOL)
    return whole


def _put(kind: str, value: Any) -> object:
    match kind:
        case "bytes":
            return base64.b64encode(value).decode("ascii")
        case "setup":
            return [value.request_type, value.request, value.value, value.index, value.length]
        case "device":
            return _put_device(value)
        case "devices":
            return [_put_device(one) for one in value]
        case _:
            return value


def _take(kind: str, raw: Any) -> Any:
    return _TAKE[kind](raw)


def _number(raw: Any) -> int:
    if type(raw) is not int or not 0 <= raw < _LARGEST:
        raise BusError(PROTOCOL)
    return raw


def _truth(raw: Any) -> bool:
    if type(raw) is not bool:
        raise BusError(PROTOCOL)
    return raw


def _nothing(raw: Any) -> None:
    if raw is not None:
        raise BusError(PROTOCOL)


def _text(raw: Any) -> str:
    if type(raw) is not str:
        raise BusError(PROTOCOL)
    return raw


def _bytes(raw: Any) -> bytes:
    try:
        return base64.b64decode(_text(raw), validate=True)
    except ValueError:
        raise BusError(PROTOCOL) from None


def _parts(raw: Any, count: int | None = None) -> list[Any]:
    if type(raw) is not list or (count is not None and len(raw) != count):
        raise BusError(PROTOCOL)
    return raw


def _setup(raw: Any) -> Setup:
    kind, request, value, index, length = (_number(one) for one in _parts(raw, 5))
    if max(kind, request) > 0xFF or max(value, index, length) > 0xFFFF:
        raise BusError(PROTOCOL)
    return Setup(kind, request, value, index, length)


def _put_device(device: Device) -> object:
    faces = [
        [one.number, one.class_code, one.subclass, one.protocol, one.alternate, _put_pipes(one)]
        for one in device.interfaces
    ]
    numbers = [device.vendor, device.product, device.release, device.address, device.configuration]
    return [*numbers, device.serial, device.port, device.make, device.model, faces]


def _put_pipes(one: Interface) -> list[list[int]]:
    return [[pipe.address, pipe.max_packet, pipe.kind] for pipe in one.endpoints]


def _device(raw: Any) -> Device:
    vendor, product, release, address, configuration, serial, port, make, model, faces = _parts(raw, 10)
    return Device(
        vendor=_number(vendor) & 0xFFFF,
        product=_number(product) & 0xFFFF,
        serial=None if serial is None else _text(serial),
        port=_text(port),
        interfaces=tuple(_interface(one) for one in _parts(faces)),
        make=_text(make),
        model=_text(model),
        release=_number(release) & 0xFFFF,
        address=_number(address),
        configuration=_number(configuration),
    )


def _interface(raw: Any) -> Interface:
    number, class_code, subclass, protocol, alternate, pipes = _parts(raw, 6)
    endpoints = tuple(Endpoint(*(_number(one) for one in _parts(pipe, 3))) for pipe in _parts(pipes))
    return Interface(
        _number(number), _number(class_code), _number(subclass), _number(protocol), endpoints, _number(alternate)
    )


def _devices(raw: Any) -> tuple[Device, ...]:
    return tuple(_device(one) for one in _parts(raw))


_TAKE: dict[str, Callable[[Any], Any]] = {
    "int": _number,
    "bool": _truth,
    "none": _nothing,
    "bytes": _bytes,
    "setup": _setup,
    "device": _device,
    "devices": _devices,
}
