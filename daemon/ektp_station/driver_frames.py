"""What a station and its driver process say to each other (bingkai driver).

A frame is four bytes of length and a msgpack body, on the child's standard input and
output. Calls and values are packed by the type hints of `CardPrinter` itself, so a new
operation there needs nothing here. Both ends are this program's own; still, every misshapen
frame is a `DriverError` that does not quote it.

>>> operation("mark").takes
(<class 'ektp_core.boundary.card_printer.PrintToken'>,)
"""

import struct
from functools import cache
from typing import Any, BinaryIO, TypeVar, get_type_hints

import msgspec
from attrs import frozen

from ektp_core.boundary.card_printer import CardPrinter, DriverError, DriverLost, DriverTimeout

Kind = TypeVar("Kind")

LIMIT_BYTES = 16 * 1024 * 1024
_LENGTH = struct.Struct(">I")
#: What a driver may raise, by the name that crosses the pipe.
FAILURES: dict[str, type[DriverError]] = {
    "timeout": DriverTimeout,
    "lost": DriverLost,
    "error": DriverError,
}


@frozen
class Operation:
    """One method of `CardPrinter`: what it takes (but the deadline) and what it returns."""

    name: str
    takes: tuple[Any, ...]
    gives: Any
    timed: bool


@frozen
class Call:
    """Do this."""

    number: int
    operation: str
    arguments: bytes
    timeout_ms: int


@frozen
class Answer:
    """It was done, or `failed` says how it ended. Number 0 is the greeting after opening."""

    number: int
    value: bytes = b""
    failed: str = ""
    text: str = ""


@cache
def operation(name: str) -> Operation:
    """The operation of that name.

    Raises:
        DriverError: `CardPrinter` has none of that name.
    """
    method = None if name.startswith("_") else getattr(CardPrinter, name, None)
    if method is None:
        raise DriverError("a card printer has no such operation")
    hints = dict(get_type_hints(method))
    gives = hints.pop("return")
    timed = hints.pop("timeout_ms", None) is not None
    return Operation(name, tuple(hints.values()), gives, timed)


def pack(value: object) -> bytes:
    """Bytes of a call, an answer, arguments, or a value.

    Raises:
        DriverError: it is nothing that can be written.
    """
    try:
        return msgspec.msgpack.encode(value)
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        problem = type(error).__name__
    raise DriverError(f"a value of the driver cannot be written ({problem})")


def unpack(data: bytes, kind: type[Kind]) -> Kind:
    """Read what `pack` wrote.

    Raises:
        DriverError: it has another shape, or a key that nobody knows.
    """
    try:
        found = msgspec.msgpack.decode(data, type=kind)
        has_more = _has_more(msgspec.msgpack.decode(data), msgspec.msgpack.decode(msgspec.msgpack.encode(found)))
        problem = "an unknown key" if has_more else ""
    except (TypeError, ValueError, RecursionError, OverflowError) as error:
        problem = type(error).__name__
    if problem:
        raise DriverError(f"a value of the driver has another shape ({problem})")
    return found


def _has_more(raw: Any, known: Any) -> bool:
    """Whether what came has a key that was not taken over; one that is missing has its default."""
    if isinstance(raw, dict) and isinstance(known, dict):
        return any(key not in known or _has_more(value, known[key]) for key, value in raw.items())
    if isinstance(raw, list) and isinstance(known, list):
        return any(map(_has_more, raw, known))
    return False


def unpack_arguments(found: Operation, data: bytes) -> tuple[Any, ...]:
    """Read an operation's arguments."""
    takes: Any = tuple[found.takes] if found.takes else tuple[()]  # type: ignore[name-defined]  # built at run time
    arguments: tuple[Any, ...] = unpack(data, takes)
    return arguments


def failure_of(error: DriverError) -> str:
    """The name under which an error crosses the pipe."""
    return next(name for name, kind in FAILURES.items() if isinstance(error, kind))


def write_frame(pipe: BinaryIO, body: bytes) -> None:
    """Send one frame."""
    pipe.write(_LENGTH.pack(len(body)) + body)
    pipe.flush()


def read_frame(pipe: BinaryIO) -> bytes:
    """Wait for one frame.

    Raises:
        DriverLost: the other end closed. DriverError: the frame would be too large.
    """
    (length,) = _LENGTH.unpack(_exactly(pipe, _LENGTH.size))
    if length > LIMIT_BYTES:
        raise DriverError(f"a frame of {length} bytes; at most {LIMIT_BYTES} are taken")
    return _exactly(pipe, length)


def _exactly(pipe: BinaryIO, count: int) -> bytes:
    data = b""
    while len(data) < count:
        part = pipe.read(count - len(data))
        if not part:
            raise DriverLost("the other end of the driver's pipe closed")
        data += part
    return data
