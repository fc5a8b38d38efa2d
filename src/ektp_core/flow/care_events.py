"""What happened to a printer beside people's cards (perawatan pencetak): test cards and cleanings.

A test card uses up a real blank (rule 24: bad without NIK), so each of its steps stands in
the book as a citizen's card does: ordered by a person, begun before the feed, and ended with
what became of the blank.
"""

from enum import Enum
from typing import ClassVar

from attrs import frozen


class TestState(Enum):
    """How far a test card is."""

    __test__ = False  # no test of this program

    ORDERED = "ordered"
    BEGUN = "begun"  # its blank may be in the machine
    WASTE = "waste"  # printed or spoiled: it lies among the waste
    UNUSED = "unused"  # nothing was fed, or the order lapsed
    DOUBT = "doubt"  # nobody can tell where its blank is

    @property
    def is_open(self) -> bool:
        """Whether the printer has still to do with it."""
        return self in (TestState.ORDERED, TestState.BEGUN)


@frozen
class BlankTested:
    """A test card came one step further. `number` 0: no blank yet; `counter` -1: not known; `by`: who asked for it."""

    KIND: ClassVar[int] = 96
    station: str
    printer: str
    state: TestState
    series: str = ""
    number: int = 0
    counter: int = -1
    at_ms: int = 0
    by: tuple[str, ...] = ()


@frozen
class PrinterCleaned:
    """Somebody cleaned a printer; its cards are counted anew from here."""

    KIND: ClassVar[int] = 97
    station: str
    printer: str
    at_ms: int
    by: tuple[str, ...] = ()


CareEvent = BlankTested | PrinterCleaned
