"""Rows that answer a question by key (baris indeks): written by the fold beside what they point to.

They hold nothing that does not stand in another row or event; without them the question
would cost a walk over all locks or all blanks.
"""

from typing import ClassVar

from attrs import frozen

from ektp_core.vocabulary.verdict import Cause


@frozen
class Lease:
    """A lock that lies with a station: authorised or in its press."""

    TABLE: ClassVar[int] = 24
    KEY: ClassVar[int] = 2
    station: str
    record: str
    n: int


@frozen
class Ready:
    """A record of an office that waits to be authorised."""

    TABLE: ClassVar[int] = 28
    KEY: ClassVar[int] = 2
    office: str
    record: str


@frozen
class ChipOf:
    """The chip of a blank, where it is known."""

    TABLE: ClassVar[int] = 25
    KEY: ClassVar[int] = 2
    series: str
    number: int
    uid: str


@frozen
class Spoil:
    """Why a blank or card went bad, and the attempt; `of_person`: it counts with a NIK."""

    TABLE: ClassVar[int] = 26
    KEY: ClassVar[int] = 2
    series: str
    number: int
    record: str
    n: int
    cause: Cause
    of_person: bool


@frozen
class TakenEntry:
    """The digest of a feed entry that was taken."""

    TABLE: ClassVar[int] = 27
    KEY: ClassVar[int] = 2
    station: str
    m: int
    digest: bytes


@frozen
class Bound:
    """The attempt that took this blank last."""

    TABLE: ClassVar[int] = 29
    KEY: ClassVar[int] = 2
    series: str
    number: int
    record: str
    n: int
