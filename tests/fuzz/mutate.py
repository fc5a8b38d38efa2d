"""Made-up inputs from good ones (mutasi): random bytes, and edits that know what parsers trip over.

Lengths that lie, NULs, numbers that are huge, negative or of another script, replies without
an end, parts twice or missing, two good inputs spliced. The same `random.Random` gives the
same inputs for ever.
"""

from collections.abc import Callable
from random import Random

from attrs import define, field

_BYTES = (0x00, 0x01, 0x0A, 0x0D, 0x1B, 0x20, 0x30, 0x39, 0x7F, 0x80, 0xC0, 0xFF)
_NUMBERS = (
    b"0", b"-1", b"+1", b"1_0", b" 7", b"4294967295", b"4294967296", b"99999999999999999999", b"9" * 400, b"1e9",
    b"0x10", b"NaN", "٣".encode(), "１".encode(), "²".encode(), b"1.0", b"00000000001",
)  # fmt: skip
_WIDE = (0, 1, 2, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
_DIGITS = b"0123456789"
_LONGEST = 4096


@define
class Mutator:
    """Makes inputs, one after the other."""

    rng: Random
    seeds: tuple[bytes, ...]
    tokens: tuple[bytes, ...]
    plain: float
    _edits: tuple[Callable[[bytes, int], bytes], ...] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._edits = (
            self._flip, self._put, self._cut, self._end_early, self._twice, self._token, self._swap, self._number,
            self._length, self._splice, self._insert,
        )  # fmt: skip

    def make(self) -> bytes:
        """The next input."""
        chance = self.rng.random
        if chance() < self.plain:
            return self.rng.randbytes(int(chance() ** 3 * 80))
        data = self.seeds[int(chance() * len(self.seeds))]
        many = int(chance() * 4.2)  # none at all now and then: good inputs must stay good
        for _ in range(many):
            edit = self._edits[int(chance() * len(self._edits))]
            data = edit(data, int(chance() * (len(data) + 1)))
        return data[:_LONGEST] if len(data) > _LONGEST else data

    def _flip(self, data: bytes, at: int) -> bytes:
        if at >= len(data):
            return data
        return data[:at] + bytes([data[at] ^ 1 << int(self.rng.random() * 8)]) + data[at + 1 :]

    def _put(self, data: bytes, at: int) -> bytes:
        return data[:at] + bytes([_BYTES[int(self.rng.random() * len(_BYTES))]]) + data[at + 1 :]

    def _insert(self, data: bytes, at: int) -> bytes:
        return data[:at] + self.rng.randbytes(1 + int(self.rng.random() * 4)) + data[at:]

    def _cut(self, data: bytes, at: int) -> bytes:
        return data[:at] + data[at + 1 + int(self.rng.random() ** 2 * 12) :]

    def _end_early(self, data: bytes, at: int) -> bytes:
        return data[:at]

    def _twice(self, data: bytes, at: int) -> bytes:
        part = data[at : at + 1 + int(self.rng.random() * 16)]
        return data[:at] + part * (2 + int(self.rng.random() ** 4 * 60)) + data[at + len(part) :]

    def _token(self, data: bytes, at: int) -> bytes:
        return data[:at] + self._word() + data[at:]

    def _swap(self, data: bytes, at: int) -> bytes:
        word = self._word()
        return data[:at] + word + data[at + len(word) :]

    def _number(self, data: bytes, at: int) -> bytes:
        """Put another number in place of the digits at `at` (or where the next ones stand)."""
        while at < len(data) and data[at] not in _DIGITS:
            at += 1
        end = at
        while end < len(data) and data[end] in _DIGITS:
            end += 1
        return data[:at] + _NUMBERS[int(self.rng.random() * len(_NUMBERS))] + data[end:]

    def _length(self, data: bytes, at: int) -> bytes:
        """Put a number of 2 or 4 bytes, either byte order, where a length may stand."""
        width = 4 if self.rng.random() < 0.5 else 2
        value = _WIDE[int(self.rng.random() * len(_WIDE))] & ((1 << 8 * width) - 1)
        if self.rng.random() < 0.5:
            at = 0
        field_ = value.to_bytes(width, "big" if self.rng.random() < 0.8 else "little")
        return data[:at] + field_ + data[at + width :]

    def _splice(self, data: bytes, at: int) -> bytes:
        other = self.seeds[int(self.rng.random() * len(self.seeds))]
        return data[:at] + other[int(self.rng.random() * (len(other) + 1)) :]

    def _word(self) -> bytes:
        words = self.tokens or _NUMBERS
        return words[int(self.rng.random() * len(words))]
