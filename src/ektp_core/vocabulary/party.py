"""Who holds blanks (pihak): supplier, centre, province, office, station, and named groups.

A party's id says what it is and where: `centre`, `supplier/PNRI`, `province/52`,
`office/52.03`, `station/52.03/1`. The region must be one of the current list (rule 41);
a station belongs to one office, its home store (rule 12). A group, `group/52/lombok`, stands
for offices of which only one figure together is known (rule 10, paper 003).

>>> PartyId.parse("station/52.03/1").home
PartyId(value='office/52.03')
>>> PartyId.parse("office/52.03").region
'52.03'
"""

import re
from enum import Enum

from attrs import frozen

from ektp_core.errors import Refusal, Refused

_SHAPES = re.compile(
    r"centre|supplier/[A-Z0-9-]{1,20}|province/\d\d|office/\d\d\.\d\d|station/\d\d\.\d\d/[1-9]\d?"
    r"|group/\d\d(?:\.\d\d)?/[a-z][a-z0-9-]{0,19}",
    re.ASCII,
)


class PartyKind(Enum):
    """What kind of party."""

    SUPPLIER = "supplier"  # pemasok
    CENTRE = "centre"  # pusat
    PROVINCE = "province"  # provinsi
    OFFICE = "office"  # dinas kabupaten/kota
    STATION = "station"  # mesin cetak
    GROUP = "group"  # gabungan beberapa dinas, hanya diketahui jumlahnya


@frozen(order=True)
class PartyId:
    """Name of a party. Make one with `parse`, which checks its shape."""

    value: str

    @classmethod
    def parse(cls, text: str, field: str = "party") -> "PartyId":
        """Read a party's id.

        Raises:
            Refused: BAD_VALUE when the shape is not one of these.
        """
        if not _SHAPES.fullmatch(text):
            expected = "centre, supplier/NAME, province/52, office/52.03, station/52.03/1 or group/52/name"
            raise Refused(
                Refusal.BAD_VALUE,
                {"field": field, "shape": f"{len(text)} characters", "expected": expected},
            )
        return cls(text)

    @property
    def kind(self) -> PartyKind:
        """What kind of party this is."""
        return PartyKind(self.value.split("/")[0])

    @property
    def region(self) -> str:
        """Region code, or nothing for the centre and suppliers."""
        if self.kind in (PartyKind.CENTRE, PartyKind.SUPPLIER):
            return ""
        return self.value.split("/")[1]

    @property
    def home(self) -> "PartyId":
        """The store a station belongs to; any other party is its own home."""
        return PartyId(f"office/{self.region}") if is_station(self.value) else self

    def __str__(self) -> str:
        return self.value


CENTRE = PartyId("centre")


def is_station(party: str) -> bool:
    """Whether a party's id names a station; its stock is under that station's pen."""
    return party.startswith("station/")
