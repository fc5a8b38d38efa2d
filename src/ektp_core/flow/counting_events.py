"""What counting and finding brought to light (kejadian opname): openings, use by count, readings, counts, finds.

Movements of blanks are written beside these as `TakenIn`, `Moved` and `GivenOut`; these say
who signed, by which minutes, and what the totals were (rules 9, 10, 11 and 33).
"""

from typing import ClassVar

from attrs import frozen

from ektp_core.flow.counting_rows import CountedLines
from ektp_core.flow.rows import Ranges
from ektp_core.ledger.count import Pile
from ektp_core.vocabulary.bucket import Bucket, Condition


@frozen
class BalanceOpened:
    """A party's book began for a class: `lines` are (condition, blanks, of which assumed), signed by two (rule 9).

    `members`: the offices whose blanks a group's one figure holds (rule 10).
    """

    KIND: ClassVar[int] = 30
    party: str
    blank_class: str
    lines: tuple[tuple[Condition, int, int], ...]
    minutes: str
    minutes_date: str
    by: tuple[str, ...]
    members: tuple[str, ...] = ()


@frozen
class PlaceholdersMade:
    """Numbers of the party's own series up to `last` now stand for a count (rule 10)."""

    KIND: ClassVar[int] = 31
    party: str
    last: int


@frozen
class UseDeclared:
    """Blanks were used on a day, by count, without records (rule 10).

    `doubted`: blanks whose serials were known; which of them are left is known no more.
    """

    KIND: ClassVar[int] = 32
    party: str
    blank_class: str
    count: int
    day: str
    paper: str
    by: tuple[str, ...]
    doubted: Ranges = ()


@frozen
class Reidentified:
    """Serials were read where only a count stood; placeholders took their former places (rule 10).

    Attributes:
        came: of `read`, those the book did not know.
        went: as many placeholders, which are no more; each of `came` stands for one of them, in their order.
        papers: where those were named: ("allotment", its name, ""), ("loan", borrower, loan) or
            ("waybill", the party it is filed under, consignment).
    """

    KIND: ClassVar[int] = 33
    party: str
    bucket: Bucket
    blank_class: str
    read: Ranges
    replaced: Ranges
    minutes: str
    by: tuple[str, ...]
    came: Ranges = ()
    went: Ranges = ()
    papers: tuple[tuple[str, str, str], ...] = ()


@frozen
class SurplusFound:
    """Blanks or cards were there that the book did not expect; held apart (rule 11)."""

    KIND: ClassVar[int] = 34
    party: str
    pile: Pile
    series: str
    lo: int
    hi: int
    minutes: str


@frozen
class Counted:
    """The piles of a party were counted by two people, as at a cut (rule 33); what differed is moved beside this.

    `settled_seq`: not before this position has the book what was counted (later, when other asks were sealed with
    it); no later count is as at an earlier cut, nor as at one before a movement that bears these minutes.
    """

    KIND: ClassVar[int] = 35
    party: str
    minutes: str
    day: str
    cut_seq: int
    settled_seq: int
    lines: CountedLines
    seals: tuple[str, ...]
    by: tuple[str, ...]


@frozen
class LostFound:
    """What was lost is there again (rule 11)."""

    KIND: ClassVar[int] = 36
    party: str
    condition: Condition
    ranges: Ranges
    minutes: str
    by: tuple[str, ...]


@frozen
class SuspectBlankClosed:
    """Two people closed a suspect blank that no open lock holds."""

    KIND: ClassVar[int] = 37
    series: str
    number: int
    bucket: Bucket
    minutes: str
    by: tuple[str, ...]


@frozen
class FoundClosed:
    """What was found and held apart is what two people say it is (rule 11); it is found no more."""

    KIND: ClassVar[int] = 38
    party: str
    condition: Condition
    ranges: Ranges
    minutes: str
    by: tuple[str, ...]


CountingEvent = (
    BalanceOpened
    | PlaceholdersMade
    | UseDeclared
    | Reidentified
    | SurplusFound
    | Counted
    | LostFound
    | SuspectBlankClosed
    | FoundClosed
)
