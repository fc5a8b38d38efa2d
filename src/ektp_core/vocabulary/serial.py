"""Printed serials of blanks as ranges (nomor seri blangko).

A serial is (series, number); a series is one supplier's contract; a range never crosses a
series. A `SerialSet` is canonical: its ranges are sorted, disjoint and never adjacent, so
equal sets are equal values, and a carton of 20 million costs one range.

>>> carton = SerialSet.of(SerialRange("PNRI-2018", 1, 20_000_000))
>>> used = SerialSet.of(SerialRange("PNRI-2018", 5, 9))
>>> carton - used
SerialSet(PNRI-2018 1-4, PNRI-2018 10-20000000)
>>> (carton - used) | used == carton, len(used), used.isdisjoint(carton - used)
(True, 5, True)
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from attrs import field, frozen

from ektp_core.errors import Refusal, Refused

HIGHEST = 10**12
_SERIES = re.compile(r"[A-Z0-9][A-Z0-9.-]{0,31}")


@lru_cache(maxsize=256)
def _is_series(text: str) -> bool:
    return _SERIES.fullmatch(text) is not None


@frozen(order=True)
class SerialRange:
    """Serials `lo` to `hi`, both included, of one series."""

    series: str
    lo: int
    hi: int

    def __attrs_post_init__(self) -> None:
        if not _is_series(self.series):
            raise _bad("series", f"{len(self.series)} characters", "up to 32 of A-Z 0-9 . -")
        if not 0 < self.lo <= self.hi <= HIGHEST:
            raise _bad("serials", f"{self.lo}-{self.hi}", f"1 <= first <= last <= {HIGHEST}")

    @classmethod
    def one(cls, series: str, number: int) -> "SerialRange":
        """A single blank."""
        return cls(series, number, number)

    def __len__(self) -> int:
        return self.hi - self.lo + 1

    def __str__(self) -> str:
        return f"{self.series} {self.lo}" + (f"-{self.hi}" if self.hi > self.lo else "")


def _bad(name: str, shape: str, expected: str) -> Refused:
    return Refused(Refusal.BAD_VALUE, {"field": name, "shape": shape, "expected": expected})


def _canonical(ranges: Iterable[SerialRange]) -> tuple[SerialRange, ...]:
    parts = tuple(ranges)
    if len(parts) < 2:
        return parts
    joined: list[SerialRange] = []
    for part in sorted(parts):
        last = joined[-1] if joined else None
        if last and last.series == part.series and part.lo <= last.hi + 1:
            joined[-1] = SerialRange(last.series, last.lo, max(last.hi, part.hi))
        else:
            joined.append(part)
    return tuple(joined)


@frozen(repr=False)
class SerialSet:
    """A set of blanks, held as canonical ranges."""

    ranges: tuple[SerialRange, ...] = field(default=(), converter=_canonical)

    @classmethod
    def of(cls, *ranges: SerialRange) -> "SerialSet":
        """The union of the ranges."""
        return cls(ranges)

    def __len__(self) -> int:
        return sum(len(part) for part in self.ranges)

    def __bool__(self) -> bool:
        return bool(self.ranges)

    def __iter__(self) -> Iterator[SerialRange]:
        return iter(self.ranges)

    def __or__(self, other: "SerialSet") -> "SerialSet":
        if not self.ranges or not other.ranges:
            return self if self.ranges else other
        return SerialSet(self.ranges + other.ranges)

    def __sub__(self, other: "SerialSet") -> "SerialSet":
        if not self.ranges or not other.ranges or self.ranges == other.ranges:
            return self if not other.ranges else SerialSet()
        left: list[SerialRange] = []
        holes = iter(other.ranges)
        hole = next(holes, None)
        for part in self.ranges:
            lo = part.lo
            while hole and (hole.series, hole.hi) < (part.series, lo):
                hole = next(holes, None)
            while hole and hole.series == part.series and hole.lo <= part.hi:
                if hole.lo > lo:
                    left.append(SerialRange(part.series, lo, hole.lo - 1))
                lo = hole.hi + 1
                if lo > part.hi:
                    break
                hole = next(holes, None)
            if lo <= part.hi:
                left.append(SerialRange(part.series, lo, part.hi))
        return SerialSet(left)

    def __and__(self, other: "SerialSet") -> "SerialSet":
        return self - (self - other)

    def isdisjoint(self, other: "SerialSet") -> bool:
        """Whether no blank is in both."""
        return not (self & other)

    def __contains__(self, serial: tuple[str, int]) -> bool:
        series, number = serial
        return any(part.series == series and part.lo <= number <= part.hi for part in self.ranges)

    def shown(self) -> tuple[str, ...]:
        """The ranges as people write them."""
        return tuple(str(part) for part in self.ranges)

    def __repr__(self) -> str:
        return f"SerialSet({', '.join(self.shown())})"


_WRITTEN = re.compile(r"([^:]+):([0-9]{1,13})(?:-([0-9]{1,13}))?")


def parse_range(text: str, field: str = "serials") -> SerialRange:
    """A range as people type it: `PNRI-18:1-250`, or `PNRI-18:7` for one blank.

    Raises:
        Refused: BAD_VALUE.
    """
    found = _WRITTEN.fullmatch(text)
    if not found:
        raise _bad(field, f"{len(text)} characters", "SERIES:FROM-TO, such as PNRI-18:1-250")
    series, lo, hi = found.groups()
    return SerialRange(series, int(lo), int(hi or lo))


def disjoint_union(ranges: Iterable[SerialRange]) -> SerialSet:
    """The union of ranges that must not overlap.

    Raises:
        Refused: SERIALS_OVERLAP, naming the blanks given twice.
    """
    seen = SerialSet()
    for part in ranges:
        alone = SerialSet.of(part)
        twice = seen & alone
        if twice:
            raise Refused(Refusal.SERIALS_OVERLAP, {"serials": twice.shown()})
        seen = seen | alone
    return seen
