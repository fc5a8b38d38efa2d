"""Reads msgpack by hand (pembaca msgpack polos): shares nothing with the reader it helps to judge.

Only what frames hold is known: nil, truth, whole numbers, texts, bytes, lists, maps. Texts are
read byte for byte. A key that stands twice in a map makes the map `AMBIGUOUS`: nothing is meant by it.
"""

from typing import Any

AMBIGUOUS = "a key stands twice"
_FIXED = {0xC0: None, 0xC2: False, 0xC3: True}
_NUMBERS = {0xCC: (1, False), 0xCD: (2, False), 0xCE: (4, False), 0xCF: (8, False), 0xD0: (1, True), 0xD1: (2, True), 0xD2: (4, True), 0xD3: (8, True), 0xCA: (4, False), 0xCB: (8, False)}  # fmt: skip
_EXTENSIONS = {0xD4: 1, 0xD5: 2, 0xD6: 4, 0xD7: 8, 0xD8: 16}
_WIDTHS = {0xD9: 1, 0xDA: 2, 0xDB: 4, 0xC4: 1, 0xC5: 2, 0xC6: 4, 0xDC: 2, 0xDD: 4, 0xDE: 2, 0xDF: 4}


def read(data: bytes) -> Any:
    """The one value these bytes hold; LookupError if they hold none."""
    value, end = _value(data, 0)
    if end != len(data):
        raise LookupError("bytes behind the value")
    return value


def _value(data: bytes, at: int) -> tuple[Any, int]:
    head, at = data[at], at + 1
    if head < 0x80 or head >= 0xE0:
        return head if head < 0x80 else head - 256, at
    if head in _FIXED:
        return _FIXED[head], at
    if head in _NUMBERS:
        width, signed = _NUMBERS[head]
        return int.from_bytes(data[at : at + width], "big", signed=signed), at + width
    if head in _EXTENSIONS:
        return None, at + 1 + _EXTENSIONS[head]
    if 0xC7 <= head <= 0xC9:
        width = 1 << head - 0xC7
        return None, at + width + 1 + int.from_bytes(data[at : at + width], "big")
    if head < 0xC0:
        kind, count = head & 0xE0 if head >= 0xA0 else head & 0xF0, head & (0x1F if head >= 0xA0 else 0x0F)
    else:
        width = _WIDTHS[head]
        kind = 0xA0 if head in (0xD9, 0xDA, 0xDB, 0xC4, 0xC5, 0xC6) else 0x90 if head in (0xDC, 0xDD) else 0x80
        count, at = int.from_bytes(data[at : at + width], "big"), at + width
    if kind == 0xA0:
        part = data[at : at + count]
        return part if head in (0xC4, 0xC5, 0xC6) else part.decode("latin-1"), at + count
    if kind == 0x90:
        return _list(data, at, count)
    return _map(data, at, count)


def _list(data: bytes, at: int, count: int) -> tuple[Any, int]:
    found = []
    for _ in range(count):
        one, at = _value(data, at)
        found.append(one)
    return found, at


def _map(data: bytes, at: int, count: int) -> tuple[Any, int]:
    found: dict[Any, Any] = {}
    for _ in range(count):
        key, at = _value(data, at)
        one, at = _value(data, at)
        key = str(key)
        found[key] = AMBIGUOUS if key in found else one
    return found, at
