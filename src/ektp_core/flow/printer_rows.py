"""The row of a station's printer (baris pencetak): table 21."""

from typing import ClassVar

from attrs import frozen


@frozen
class Printer:
    """A printer of a station: the range loaded, the fed-card count explained, the record whose card is `inside`."""

    TABLE: ClassVar[int] = 21
    KEY: ClassVar[int] = 2
    station: str
    printer: str
    explained: int
    series: str = ""
    lo: int = 0
    hi: int = 0
    closed_why: str = ""
    inside: str = ""
    paused_why: str = ""
