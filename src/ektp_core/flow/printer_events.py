"""Events of a station's printers (kejadian pencetak): kinds 27 and 28."""

from typing import ClassVar

from attrs import frozen


@frozen
class PrinterLoaded:
    """A printer's hopper was filled, or its counter was first read."""

    KIND: ClassVar[int] = 27
    station: str
    printer: str
    explained: int
    series: str
    lo: int
    hi: int


@frozen
class PrinterClosed:
    """A printer is out of service, or (empty reason) back in service."""

    KIND: ClassVar[int] = 28
    station: str
    printer: str
    why: str
