"""Rows of the queue and the counter (baris antrean dan loket): tables 68, 69, 73 and 74.

Districts' proposals, the batch an office prints, what was taken in at the counter.
"""

from typing import ClassVar

from attrs import frozen

from ektp_core.vocabulary.counter_paper import CounterPaper


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


@frozen
class CounterReceipt:
    """What was taken in for a record, and under which number; gone when the card is handed over or withdrawn."""

    TABLE: ClassVar[int] = 73
    KEY: ClassVar[int] = 2
    office: str
    record: str
    receipt: str
    papers: tuple[CounterPaper, ...]
    other: str
    urgency: str
    by: tuple[str, ...]
    at_ms: int


@frozen
class ReceiptsGiven:
    """The last running number an office gave: it only rises, so that no receipt has the number of another."""

    TABLE: ClassVar[int] = 74
    KEY: ClassVar[int] = 1
    office: str
    last: int


QueueingRow = Proposal | PrintingBatch | CounterReceipt | ReceiptsGiven
