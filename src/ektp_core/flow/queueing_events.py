"""Events of the queue and the counter (kejadian antrean dan loket): kinds 90 to 94; rules 5, 31, 34 and 35."""

from typing import ClassVar

from attrs import frozen

from ektp_core.vocabulary.counter_paper import CounterPaper
from ektp_core.vocabulary.prr import Reason


@frozen
class PrinterPaused:
    """At a station: a printer begins no card until somebody lets it go on; an empty reason lets it go on."""

    KIND: ClassVar[int] = 90
    station: str
    printer: str
    why: str
    by: tuple[str, ...]
    at_ms: int


@frozen
class ProposalMade:
    """A district asked that these people be printed first: a person and a reason a line (rule 34).

    `district`: the officer who speaks for it; `proposal` begins with that name, since each numbers its own lists.
    """

    KIND: ClassVar[int] = 91
    proposal: str
    office: str
    district: str
    lines: tuple[tuple[bytes, str], ...]
    by: tuple[str, ...]
    at_ms: int


@frozen
class ProposalAnswered:
    """The section head answered: for each line a code, the record, and facts as JSON."""

    KIND: ClassVar[int] = 92
    proposal: str
    office: str
    answers: tuple[tuple[str, str, str], ...]
    by: tuple[str, ...]
    at_ms: int


@frozen
class BatchChosen:
    """An office prints this batch before all others; no name: none any more."""

    KIND: ClassVar[int] = 93
    office: str
    batch: str
    by: tuple[str, ...]
    at_ms: int


@frozen
class PapersTaken:
    """At a counter: these papers were shown for a record, and a receipt was given. Nothing in it is a citizen's data.

    `other`: what kind of paper `OTHER` was; `urgency`: a class of the policy of that day, empty where none was asked.
    """

    KIND: ClassVar[int] = 94
    record: str
    office: str
    receipt: str
    number: int
    reason: Reason
    papers: tuple[CounterPaper, ...]
    other: str
    urgency: str
    by: tuple[str, ...]
    at_ms: int


QueueingEvent = PrinterPaused | ProposalMade | ProposalAnswered | BatchChosen | PapersTaken
