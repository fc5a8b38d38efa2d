"""How a message becomes bytes on the socket (bingkai pesan), the same on both sides.

A frame is a header of 16 bytes and a body. Header, big-endian: `VP`, version, kind, number,
length of the body, CRC-32 over kind, number and body. The number ties an answer to its
question, so a late answer is never taken for the next one's. Anything that is not exactly
this raises `DriverError`; nothing here waits, opens or guesses.

>>> decode(encode(Frame(7, messages.Mark("r1/1/1"))))
Frame(number=7, message=Mark(job_key='r1/1/1'))
"""

import struct
import zlib

import msgspec
from attrs import frozen

from ektp_core.boundary import card_printer
from ektp_core.boundary.card_printer import DriverError
from ektp_driver_virtual import messages

MAGIC = b"VP"
VERSION = 1
LIMIT_BYTES = 4 * 1024 * 1024
HEADER = struct.Struct(">2sBBIII")
_SEALED = struct.Struct(">BI")

#: Kinds on the wire. A number is never given twice; gaps are left between the families.
KINDS: dict[int, type] = {
    **dict(enumerate(messages.COMMANDS, 1)),
    **dict(enumerate(messages.PANEL_COMMANDS, 64)),
    128: messages.Done,
    129: messages.Text,
    130: messages.Content,
    131: messages.Declined,
    132: messages.PanelView,
    133: messages.ChipContent,
    160: card_printer.Identity,
    161: card_printer.Settings,
    162: card_printer.Status,
    163: card_printer.Counters,
    164: tuple[card_printer.Supply, ...],
    165: card_printer.JobRecord,
    166: card_printer.Look,
}
_SUPPLIES = 164
_NUMBERS = {kind: number for number, kind in KINDS.items() if number != _SUPPLIES}


@frozen
class Frame:
    """One message and the number that ties question and answer."""

    number: int
    message: object


def _checksum(kind: int, number: int, body: bytes) -> int:
    return zlib.crc32(body, zlib.crc32(_SEALED.pack(kind, number)))


def encode(frame: Frame) -> bytes:
    """Make the bytes of a frame.

    Raises:
        DriverError: the message is none of `KINDS`, too large, or holds what bytes cannot.
    """
    kind = _SUPPLIES if isinstance(frame.message, tuple) else _NUMBERS.get(type(frame.message))
    if kind is None:
        raise DriverError("this value is no message of the printer")
    try:
        body = msgspec.msgpack.encode(frame.message)
    except (ValueError, OverflowError) as error:
        problem = type(error).__name__
        raise DriverError(f"a message of kind {kind} cannot be written ({problem})") from None
    if len(body) > LIMIT_BYTES:
        raise DriverError(f"the message has {len(body)} bytes; at most {LIMIT_BYTES} are taken")
    number = frame.number & 0xFFFFFFFF
    seal = _checksum(kind, number, body)
    return HEADER.pack(MAGIC, VERSION, kind, number, len(body), seal) + body


def body_length(header: bytes) -> int:
    """How many bytes follow this header.

    Raises:
        DriverError: it is no header of this protocol, or the body would be too large.
    """
    if len(header) < HEADER.size:
        raise DriverError(f"a header has {HEADER.size} bytes; found {len(header)}")
    magic, version, _kind, _number, length, _seal = HEADER.unpack_from(header)
    if magic != MAGIC or version != VERSION:
        raise DriverError(f"this is not version {VERSION} of the printer's language")
    if length > LIMIT_BYTES:
        raise DriverError(f"the message has {length} bytes; at most {LIMIT_BYTES} are taken")
    return int(length)


def decode(data: bytes) -> Frame:
    """Read one whole frame.

    Raises:
        DriverError: whatever is wrong with it; the text never quotes the content.
    """
    length = body_length(data)
    _magic, _version, kind, number, _length, seal = HEADER.unpack_from(data)
    body = bytes(data[HEADER.size :])
    if len(body) != length:
        raise DriverError(f"the message should have {length} bytes; found {len(body)}")
    if _checksum(kind, number, body) != seal:
        raise DriverError("the message was changed on its way")
    if kind not in KINDS:
        raise DriverError(f"there is no message of kind {kind}")
    try:
        return Frame(number, msgspec.msgpack.decode(body, type=KINDS[kind]))
    except (ValueError, RecursionError, OverflowError) as error:
        problem = type(error).__name__
    raise DriverError(f"a message of kind {kind} has another shape ({problem})")
