"""Rows of the queue (baris antrean): districts' proposals, and the batch an office prints. Tables 68 and 69."""

from typing import ClassVar

from attrs import frozen


@frozen
class Proposal:
    """A district's list (usulan kecamatan): a person and a reason a line; an answer a line once it was answered.

    `district`: the officer who speaks for it; `proposal` begins with that name.
    """

    TABLE: ClassVar[int] = 68
    KEY: ClassVar[int] = 2
    office: str
    proposal: str
    district: str
    lines: tuple[tuple[bytes, str], ...]
    by: tuple[str, ...]
    at_ms: int
    answers: tuple[tuple[str, str, str], ...] = ()
    answered_by: tuple[str, ...] = ()
    answered_ms: int = 0


@frozen
class PrintingBatch:
    """The batch an office prints before all others (rule 35)."""

    TABLE: ClassVar[int] = 69
    KEY: ClassVar[int] = 1
    office: str
    batch: str
    by: tuple[str, ...]
    since_ms: int


QueueingRow = Proposal | PrintingBatch
