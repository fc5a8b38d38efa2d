"""What the book knows of a printer's work (kerja pencetak): its test card, and how many cards a day it fed."""

from typing import ClassVar

from attrs import frozen

from ektp_core.flow.care_events import TestState


@frozen
class Testing:
    """The last test card of a printer; its blank once it is begun, and who ordered it."""

    __test__ = False  # no test of this program

    TABLE: ClassVar[int] = 66
    KEY: ClassVar[int] = 2
    station: str
    printer: str
    state: TestState
    series: str = ""
    number: int = 0
    counter: int = -1
    at_ms: int = 0
    by: tuple[str, ...] = ()


@frozen
class PrinterWork:
    """Cards a printer fed, test cards too: of the last days it worked, in all, and until it was last cleaned.

    `days`: pairs of a local day (days since 1970) and its cards, the newest last. `last_ms`: the start of the last.
    """

    TABLE: ClassVar[int] = 67
    KEY: ClassVar[int] = 2
    station: str
    printer: str
    days: tuple[tuple[int, int], ...] = ()
    total: int = 0
    cleaned_total: int = 0
    last_ms: int = 0


CareRow = Testing | PrinterWork
