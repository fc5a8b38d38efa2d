"""Administrative regions (wilayah): codes of province, regency, district and village.

A code is a path: `52` province, `52.03` regency or city, `52.03.05` district,
`52.03.05.2001` village. Its shape is checked here; whether it exists is asked of `Regions`,
a lookup over a mapping handed in: this file knows no data and reads none.

>>> code = RegionCode.parse("52.03.05.2001")
>>> code.level.term, str(code.parent), str(code.cut(RegionLevel.REGENCY))
('desa/kelurahan', '52.03.05', '52.03')
>>> Regions({"52": "Nusa Tenggara Barat"}).name("52")
'Nusa Tenggara Barat'
"""

import re
from collections.abc import Mapping
from enum import IntEnum

from attrs import field, frozen

from ektp_core.errors import Refusal, Refused

_SHAPE = re.compile(r"[0-9]{2}(\.[0-9]{2}(\.[0-9]{2}(\.[0-9]{4})?)?)?")
_EXPECTED = "a region code such as 52, 52.03, 52.03.05 or 52.03.05.2001"


class RegionLevel(IntEnum):
    """How deep a code goes: the number of its parts."""

    PROVINCE = 1
    REGENCY = 2
    DISTRICT = 3
    VILLAGE = 4

    @property
    def term(self) -> str:
        """The level's Indonesian name."""
        return _TERMS[self]


_TERMS = {
    RegionLevel.PROVINCE: "provinsi",
    RegionLevel.REGENCY: "kabupaten/kota",
    RegionLevel.DISTRICT: "kecamatan",
    RegionLevel.VILLAGE: "desa/kelurahan",
}


@frozen(order=True)
class RegionCode:
    """A code of the right shape, existing or not. Make one with `parse`."""

    value: str

    @classmethod
    def parse(cls, text: str, field: str = "region") -> "RegionCode":
        """Read a code.

        Raises:
            Refused: BAD_VALUE when the shape is not one of the four.
        """
        if not _SHAPE.fullmatch(text):
            shape = f"{len(text)} characters"
            raise Refused(Refusal.BAD_VALUE, {"field": field, "shape": shape, "expected": _EXPECTED})
        return cls(text)

    @property
    def level(self) -> RegionLevel:
        """Province, regency, district or village."""
        return RegionLevel(self.value.count(".") + 1)

    @property
    def parent(self) -> "RegionCode | None":
        """The region around this one; a province has none."""
        around, _, _ = self.value.rpartition(".")
        return RegionCode(around) if around else None

    def cut(self, level: RegionLevel) -> "RegionCode":
        """The region of that level around this one (itself when it is not deeper)."""
        return RegionCode(".".join(self.value.split(".")[:level]))

    def __str__(self) -> str:
        return self.value


@frozen
class Regions:
    """The current list of regions: code to name."""

    _names: Mapping[str, str] = field(repr=False)

    def name(self, code: RegionCode | str) -> str:
        """Name of a region.

        Raises:
            Refused: UNKNOWN_REGION when the list does not hold it.
        """
        return self._names[self.require(str(code)).value]

    def require(self, code: str, field: str = "region") -> RegionCode:
        """The code, well formed and in the list.

        Raises:
            Refused: BAD_VALUE for its shape, UNKNOWN_REGION when the list does not hold it.
        """
        found = RegionCode.parse(code, field)
        if found.value not in self._names:
            raise Refused(Refusal.UNKNOWN_REGION, {"region": found.value, "field": field})
        return found

    def within(self, around: RegionCode | str, level: RegionLevel) -> tuple[RegionCode, ...]:
        """Every region of one level inside another, in the order of the codes."""
        start = f"{around}."
        inside = (RegionCode(code) for code in self._names if code.startswith(start))
        return tuple(sorted(code for code in inside if code.level is level))

    def count(self, level: RegionLevel) -> int:
        """How many regions of a level the list holds."""
        return sum(code.count(".") + 1 == level for code in self._names)

    def __contains__(self, code: object) -> bool:
        return isinstance(code, (str, RegionCode)) and str(code) in self._names
