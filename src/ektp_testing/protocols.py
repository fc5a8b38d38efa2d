"""What somebody else's implementation must offer to be judged (antarmuka uji): small protocols, nothing to inherit.

Methods answer with a plain bool: whether it was taken. A refusal must change nothing. Whatever
is raised counts as a failure. Buckets, lock states and lock events are those of
`ektp_core.vocabulary`; a blank is (series, number).

What an implementation can do beyond the least is found by the methods it has: a ledger with
`reidentify` is also judged on placeholders (rule 10), one with `take_in_once` on repeated papers.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol, runtime_checkable

from attrs import frozen

from ektp_core.allotment.figures import OfficeFigures
from ektp_core.allotment.policy import Policy
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.state import LockEvent, LockState
from ektp_testing.oracle import Said


class Spot(NamedTuple):
    """Whose blanks, and in which bucket."""

    party: str
    bucket: Bucket

    def __str__(self) -> str:
        return f"{self.party} {self.bucket.name}"


@frozen
class Blanks:
    """Blanks of one series, first and last included, as one line of a paper names them; not always a sound range.

    A series is up to 32 of A-Z 0-9 . - and is compared as it stands: A, A.1 and A-1 are three. No series in
    small letters is ever asked about, so whether a ledger tells `a` from `A` is not judged.
    """

    series: str
    lo: int
    hi: int

    def serials(self) -> Iterator[tuple[str, int]]:
        """Each blank."""
        return ((self.series, number) for number in range(self.lo, self.hi + 1))

    def __str__(self) -> str:
        return f"{self.series} {self.lo}-{self.hi}"


@frozen(cache_hash=True)
class Place:
    """Where a blank is, and of which class it is."""

    party: str
    bucket: Bucket
    blank_class: str

    @property
    def spot(self) -> Spot:
        """Without the class."""
        return Spot(self.party, self.bucket)

    def __str__(self) -> str:
        return f"{self.spot} {self.blank_class}"


class LedgerUnderTest(Protocol):
    """A book of blanks, empty when it is made."""

    def take_in(self, blanks: Blanks, place: Place) -> bool:
        """Blanks come into the book; refused when one of them is in it, or there are none."""

    def move(self, blanks: Blanks, source: Spot, target: Spot) -> bool:
        """All of them go elsewhere, with their class; refused unless each is at the source.

        To where they are already they may go or not, as the ledger likes; nothing changes.
        """

    def give_out(self, blanks: Blanks, source: Spot) -> bool:
        """All of them leave the book; refused unless each is at the source."""

    def place_of(self, series: str, number: int) -> Place | None:
        """Where a blank is; None for one that is not in the book."""

    def count(self, place: Place) -> int:
        """How many blanks are there."""


@runtime_checkable
class KnowsPlaceholders(Protocol):
    """A ledger that holds runs nobody read (rule 10)."""

    def take_in_assumed(self, blanks: Blanks, place: Place) -> bool:
        """As `take_in`, but these numbers stand for a count."""

    def is_assumed(self, series: str, number: int) -> bool:
        """Whether a blank of the book is a placeholder."""

    def reidentify(self, series: str, number: int, in_place_of: int) -> bool:
        """A placeholder's serial was read where another placeholder (`in_place_of`) was thought to be.

        The two exchange places. The one that was read is a fact from now on, the other stays a
        placeholder. Refused unless both are placeholders of one class in the book.
        """


@runtime_checkable
class KnowsPapers(Protocol):
    """A ledger that takes each paper once, by its name."""

    def take_in_once(self, paper: str, blanks: Blanks, place: Place) -> bool:
        """As `take_in`. The same paper again is answered as before and changes nothing; another content is refused."""


class LockUnderTest(Protocol):
    """The print lock of one record, its attempt and its blanks; without a state when it is made."""

    @property
    def state(self) -> LockState | None:
        """The lock's state."""

    @property
    def n(self) -> int:
        """Number of the last attempt; 0 before the first."""

    def do(self, event: LockEvent, said: Said) -> bool:
        """An event, with everything that was shown with it."""

    def bucket_of(self, blank: int) -> Bucket | None:
        """Where a blank is that the record took; None for one it never had."""

    def is_stopped(self, blank: int) -> bool:
        """Whether a blank is on the stop list."""


class TwoBooksUnderTest(Protocol):
    """A hub's book and one station's, and the line between them. People are numbered from 1.

    When it is made the station has blanks in stock, known to both, and nothing is on the line.
    Nothing is carried unless `carry_feed` or `carry_chain` says so.
    """

    def enter(self, person: int) -> bool:
        """At the hub: a print-ready record of this person comes in; refused while one is open."""

    def authorise(self, person: int) -> bool:
        """At the hub: the station may print it; refused without a blank that is free at the station."""

    def recall(self, person: int) -> bool:
        """At the hub: the authorisation is called back; the station answers when it hears of it."""

    def start(self, person: int) -> bool:
        """At the station: a blank is fed for this person, the only one in the machine."""

    def finish(self, person: int, event: LockEvent) -> bool:
        """At the station: VERDICT_GOOD, VERDICT_BAD, DOUBT or PROVE_NOT_FED of the card in the machine."""

    def give_back(self, person: int) -> bool:
        """At the station: an authorisation that was not started goes back."""

    def settle(self, person: int, event: LockEvent) -> bool:
        """At the hub, by two people: SETTLE_BAD or SETTLE_LOST of a suspect."""

    def overstep(self) -> bool:
        """At the station: against the rules it seals a fact that no station may state, and that moves no lock or blank.

        That it names a party, for instance. Its chain goes on; when the commit arrives the hub takes it
        and counts one dispute.
        """

    def carry_feed(self, m: int) -> bool:
        """Entry m of the hub's feed reaches the station; refused when one before it did not."""

    def carry_chain(self, n: int) -> bool:
        """Commit n of the station's chain reaches the hub; refused when one before it did not."""

    def feed(self) -> tuple[int, int]:
        """How many entries the hub queued, and how many the station has taken."""

    def chain(self) -> tuple[int, int]:
        """How many commits the station sealed, and how many the hub has absorbed."""

    def states(self, person: int) -> tuple[LockState | None, LockState | None]:
        """State of the person's open or last lock: as the hub has it, as the station has it."""

    def counts(self, bucket: Bucket) -> tuple[int, int]:
        """Blanks of the station in a bucket: as the hub has them, as the station has them."""

    def disputes(self) -> int:
        """Facts of the station the hub could not take as they stood."""


class GrantedBlanks(Protocol):
    """What one office gets of one class; `ektp_core.allotment.grants.Grant` is one."""

    @property
    def office(self) -> str:
        """The office."""

    @property
    def blank_class(self) -> str:
        """The class of blank."""

    @property
    def count(self) -> int:
        """How many."""

    @property
    def bound_by(self) -> object:
        """The rule that bound it, one of those in `limits`: a `Rule` of the core, or its code."""

    @property
    def limits(self) -> Sequence[tuple[object, int]]:
        """Each rule that has a say, and what it would give by itself."""

    @property
    def deliveries(self) -> Sequence[tuple[int, int]]:
        """Days from now and blanks of each delivery."""


class ProposedLoan(Protocol):
    """A loan between two offices; `ektp_core.allotment.grants.Loan` is one."""

    @property
    def lender(self) -> str:
        """Who lends."""

    @property
    def borrower(self) -> str:
        """Who borrows."""

    @property
    def blank_class(self) -> str:
        """The class of blank."""

    @property
    def count(self) -> int:
        """How many."""

    @property
    def lender_stock(self) -> int:
        """What the lender has when this loan's turn comes: loans before it in the list are taken off."""

    @property
    def lender_keeps(self) -> int:
        """What it keeps for itself."""


class Division(Protocol):
    """A whole plan; `ektp_core.allotment.grants.Plan` is one."""

    @property
    def grants(self) -> Sequence[GrantedBlanks]:
        """One answer an office and class, those that get nothing too."""

    @property
    def loans(self) -> Sequence[ProposedLoan]:
        """Loans proposed; none is an answer."""

    @property
    def left(self) -> Mapping[str, int]:
        """What is left of each class supplied, the reserve included."""


class AllotmentUnderTest(Protocol):
    """Divides blanks among offices."""

    def divide(self, policy: Policy, supply: Mapping[str, int], offices: Sequence[OfficeFigures]) -> Division | None:
        """The plan; None where it is refused: an office that stands twice, a negative supply."""
