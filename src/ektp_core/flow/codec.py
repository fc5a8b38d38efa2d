"""Events and rows to bytes and back (sandi): the exact bytes that are hashed are the bytes stored.

Each is one MessagePack array `[kind, version, field, ...]` in the order of the class. A
changed event gets a higher version in `VERSIONS` and an upcaster in `UPCASTERS` that turns
the older fields into today's; old bytes are never rewritten and fold for ever.

One wrapper turns every decoding error into a refusal that names the field and what was
expected, never the value: the underlying library quotes bad values, and a value can be a
citizen's number.

>>> from ektp_core.flow.events import KeyRevoked
>>> decode_event(encode_event(KeyRevoked("k1", "lost"))) == KeyRevoked("k1", "lost")
True
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from operator import attrgetter
from typing import Any, NamedTuple, TypeVar, get_args, get_type_hints

import attrs
import msgspec

from ektp_core.errors import Refusal, Refused
from ektp_core.flow import events, rows
from ektp_core.flow.events import Event
from ektp_core.flow.rows import Row

T = TypeVar("T")
R = TypeVar("R", bound=Row)

#: Version of the fold: of the rows that today's `apply` makes and of how they are written. It rises
#: when the same events would lead to other bytes; rows of an older fold are made again from the log.
FOLD = 4

#: Versions above 1, by kind number.
VERSIONS: Mapping[int, int] = {1: 2, 5: 2, 26: 2, 19: 2, 20: 2, 25: 2, 30: 2, 33: 2, 23: 2, 72: 2}

#: (kind, old version) -> the fields of the next version.
UPCASTERS: Mapping[tuple[int, int], Callable[[list[Any]], list[Any]]] = {
    (1, 1): lambda fields: [*fields, False],  # blanks taken in before runs could be assumed were read
    (5, 1): lambda fields: [*fields, 0, 0, 0, 0],  # authorisations from before they told their place in the queue
    (19, 1): lambda fields: [*fields, 0],  # consignments from before the hour was noted
    (20, 1): lambda fields: [*fields, [], "", ""],  # counts from before one could stay open and had its minutes
    (23, 1): lambda fields: [*fields, 0],  # commits from before it was noted when they came: not known
    (25, 1): lambda fields: [*fields, 0],  # reports from before the cut's time was kept: not known
    (30, 1): lambda fields: [*fields, []],  # openings from before a group named its members
    (33, 1): lambda fields: [*fields, [], [], []],  # readings from before the papers followed them
    (72, 1): lambda fields: [*fields, []],  # releases from before they named who typed the code
    (26, 1): lambda fields: [*fields, 24 * 3_600_000],  # policies from before silence had a grace
}

_LIST = msgspec.msgpack.Decoder(list[Any])
_SHORT_ARRAY = 0x90  # MessagePack: an array of up to 15 values, the count in the lower half
_encoder = msgspec.msgpack.Encoder(order="deterministic")
_PLACE = re.compile(r" - at `\$?([^`]*)`$")

Fields = Callable[[Any], tuple[Any, ...]]


def _fields(names: Sequence[str]) -> Fields:
    """Reads these attributes of a value, all at once: one call a value and not one a field."""
    if len(names) > 1:
        return attrgetter(*names)
    one = attrgetter(*names) if names else None
    return (lambda value: (one(value),)) if one else lambda value: ()


class _Shape(NamedTuple):
    cls: type[Any]
    fields: Fields
    decoder: msgspec.msgpack.Decoder[Any]
    version: int


def _shape(cls: type[Any], version: int, leading: tuple[type, ...]) -> _Shape:
    hints = get_type_hints(cls)
    names = tuple(a.name for a in attrs.fields(cls))
    fields = (*leading, *(hints[name] for name in names))
    return _Shape(cls, _fields(names), msgspec.msgpack.Decoder(tuple[fields]), version)  # type: ignore[valid-type]  # built at run time


def _fields_decoder(cls: Any, start: int) -> msgspec.msgpack.Decoder[Any]:
    hints = get_type_hints(cls)
    fields = tuple(hints[a.name] for a in attrs.fields(cls)[start:])
    return msgspec.msgpack.Decoder(tuple[fields])  # type: ignore[valid-type]  # built at run time


_EVENTS = {c.KIND: _shape(c, VERSIONS.get(c.KIND, 1), (int, int)) for c in get_args(events.Event)}
_ROW_VALUES = {c.TABLE: _fields_decoder(c, c.KEY) for c in get_args(rows.Row)}
_KEY_OF = {c: _fields([a.name for a in attrs.fields(c)[: c.KEY]]) for c in get_args(rows.Row)}
_VALUE_OF = {c: _fields([a.name for a in attrs.fields(c)[c.KEY :]]) for c in get_args(rows.Row)}
_NAME_OF = {c: attrgetter("__class__", *(a.name for a in attrs.fields(c)[: c.KEY])) for c in get_args(rows.Row)}
_ROW_KEYS = {
    c.TABLE: msgspec.msgpack.Decoder(tuple[(int, *(get_type_hints(c)[a.name] for a in attrs.fields(c)[: c.KEY]))])  # type: ignore[misc]  # built at run time
    for c in get_args(rows.Row)
}


_WRONG = (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError, ValueError, RecursionError)


@contextmanager
def decoding(what: str) -> Iterator[None]:
    """Turn any decoding error inside into MALFORMED with field and shape, never the value."""
    try:
        yield
    except _WRONG as error:
        raise _told(what, error) from None


def _told(what: str, error: Exception) -> Refused:
    """What a decoding error says, without the value it quotes."""
    if not isinstance(error, msgspec.ValidationError):
        return _malformed(what, "well-formed bytes")
    text = str(error)
    place = _PLACE.search(text)
    name = what + (place.group(1) if place else "")
    return _malformed(re.sub(r"`?\[\.\.\.\]`?", "[]", name), _expected(text))


def _expected(text: str) -> str:
    found = re.match(r"Expected `([^`]*)`", text)
    if found:
        return found.group(1)
    if "required field" in text:
        return "a value (the field is missing)"
    return "one of the known words" if "enum" in text else "a value in range"


def _malformed(name: str, expected: str) -> Refused:
    return Refused(Refusal.MALFORMED, {"field": name, "expected": expected, "shape": "something else"})


def encode_event(event: Event) -> bytes:
    """The bytes of an event, as hashed and stored."""
    shape = _EVENTS[event.KIND]
    return _encoder.encode((event.KIND, shape.version, *shape.fields(event)))


def decode_event(raw: bytes) -> Event:
    """The event these bytes hold, brought to today's version.

    Raises:
        Refused: MALFORMED for bytes that are no event of a known kind and version.
    """
    shape = _EVENTS.get(raw[1]) if len(raw) > 2 and raw[0] & 0xF0 == _SHORT_ARRAY else None
    if shape is None or raw[2] != shape.version:
        return _decode_with_care(raw)
    try:  # the usual case: a short array whose kind and version are one byte each
        found: Event = shape.cls(*shape.decoder.decode(raw)[2:])
    except _WRONG as error:
        raise _told("event", error) from None
    return found


def _decode_with_care(raw: bytes) -> Event:
    """Long arrays, older versions, and what is no event at all."""
    with decoding("event"):
        head = _LIST.decode(raw)
        kind, version = (*head[:2], None, None)[:2]
        shape = _EVENTS.get(kind) if isinstance(kind, int) and isinstance(version, int) else None
        if shape is None or not 1 <= version <= shape.version:
            raise _malformed("event", "a known kind and version")
        if version == shape.version:
            found: Event = shape.cls(*shape.decoder.decode(raw)[2:])
            return found
        fields = head[2:]
        for old in range(version, shape.version):
            fields = UPCASTERS[kind, old](fields)
        upcast: Event = shape.cls(*msgspec.convert([kind, version, *fields], shape.decoder.type)[2:])
        return upcast


def row_key(row: Row) -> bytes:
    """The key of a row: its table number and key fields."""
    return _encoder.encode((row.TABLE, *_KEY_OF[type(row)](row)))[1:]


def row_name(row: Row) -> tuple[Any, ...]:
    """Kind and key fields of a row: what `key_bytes` takes."""
    found: tuple[Any, ...] = _NAME_OF[type(row)](row)
    return found


def key_bytes(kind: type[Any], *key: object) -> bytes:
    """The key of the row of that kind with these key fields (a prefix of them: a prefix of the key)."""
    return _encoder.encode((kind.TABLE, *key))[1:]  # an array without its first byte


def split_key(kind: type[R], raw: bytes) -> tuple[object, ...]:
    """The key fields that `key_bytes` wrote: a key is an array without its first byte."""
    try:  # as `decoding`, without its cost: rows are read millions of times
        fields: tuple[object, ...] = _ROW_KEYS[kind.TABLE].decode(bytes([0x91 + kind.KEY]) + raw)
    except _WRONG as error:
        raise _told(kind.__name__, error) from None
    return fields[1:]


def row_value(row: Row) -> bytes:
    """The value of a row: all fields that are not its key."""
    return _encoder.encode(_VALUE_OF[type(row)](row))


def make_row(kind: type[R], key: tuple[object, ...], value: bytes) -> R:
    """A row from its key fields and value bytes."""
    build: Callable[..., R] = kind
    try:
        return build(*key, *_ROW_VALUES[kind.TABLE].decode(value))
    except _WRONG as error:
        raise _told(kind.__name__, error) from None


def from_json(raw: bytes, kind: type[T], what: str) -> T:
    """Strict JSON into an attrs class: no unknown and no repeated fields, no huge integers.

    Raises:
        Refused: MALFORMED naming the field and what was expected.
    """
    with decoding(what):
        msgspec.json.decode(raw)  # refuses what is no text at all, such as half a character
        return fill(json.loads(raw, object_pairs_hook=_unrepeated), kind, what)


def fill(plain: object, kind: type[T], what: str) -> T:
    """Plain values into an attrs class, as strictly as `from_json`."""
    with decoding(what):
        made = msgspec.convert(plain, kind)
        extra = _unknown_fields(plain, msgspec.to_builtins(made))
    if extra:
        raise _malformed(f"{what} ({extra} unknown)", "only the documented fields")
    return made


def _unknown_fields(plain: object, known: object) -> int:
    """How many fields the sender wrote that the class does not have, at any depth."""
    if isinstance(plain, dict) and isinstance(known, dict):
        deeper = sum(_unknown_fields(plain[name], known[name]) for name in plain if name in known)
        return len(plain.keys() - known.keys()) + deeper
    if isinstance(plain, list | tuple) and isinstance(known, list | tuple):
        return sum(_unknown_fields(one, other) for one, other in zip(plain, known, strict=False))
    return 0


def _unrepeated(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("repeated field")
    if any(isinstance(value, int) and abs(value) >= 1 << 63 for value in found.values()):
        raise ValueError("integer out of range")
    return found


def to_json(value: object) -> bytes:
    """Plain, deterministic JSON of an attrs value."""
    return msgspec.json.encode(value, order="sorted")
