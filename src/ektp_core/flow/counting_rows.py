"""Rows of counting (baris opname): openings shown apart for ever, use by count, counts, what was found too many."""

from typing import ClassVar

from attrs import frozen

from ektp_core.ledger.count import Pile
from ektp_core.vocabulary.bucket import Condition

#: (pile, blank class, counted, expected, found, lost, explanation), one a pile and class.
CountedLines = tuple[tuple[Pile, str, int, int, int, int, str], ...]


@frozen
class Counting:
    """How far a party's counting has come: its last placeholder number, the minutes of its last count.

    `settled_seq`: the position before which the book has not yet what was counted then; `opened_in`: (class, group)
    of opening counts that held this party's blanks among others'.
    """

    TABLE: ClassVar[int] = 30
    KEY: ClassVar[int] = 1
    party: str
    placeholder: int = 0
    minutes: str = ""
    settled_seq: int = 0
    opened_in: tuple[tuple[str, str], ...] = ()


@frozen
class Opening:
    """The opening count of a party by class and condition; never changed (rule 9)."""

    TABLE: ClassVar[int] = 31
    KEY: ClassVar[int] = 3
    party: str
    blank_class: str
    condition: Condition
    count: int
    assumed: int
    minutes: str
    minutes_date: str


@frozen
class DeclaredUse:
    """Blanks used on one day, by count, without records (rule 10)."""

    TABLE: ClassVar[int] = 32
    KEY: ClassVar[int] = 3
    party: str
    blank_class: str
    day: str
    count: int
    paper: str


@frozen
class FoundBlank:
    """Blanks found too many, and the pile they were found in (rule 11)."""

    TABLE: ClassVar[int] = 33
    KEY: ClassVar[int] = 4
    party: str
    pile: Pile
    series: str
    lo: int
    hi: int
    minutes: str


@frozen
class Count:
    """An accepted count of a party (rule 33)."""

    TABLE: ClassVar[int] = 34
    KEY: ClassVar[int] = 2
    party: str
    minutes: str
    day: str
    cut_seq: int
    lines: CountedLines
    by: tuple[str, ...]
