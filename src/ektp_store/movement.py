"""What a movement says, as flat columns (mutasi): for the checks below the fold.

The schema and the checks of the memory store look at these columns and never at the bytes
of an event, so that they share no code with the fold whose mistakes they are to find. A
missing source means blanks came in, a missing target means they left.
"""

from attrs import frozen

from ektp_core.flow.events import Event, GivenOut, Moved, TakenIn
from ektp_core.vocabulary.bucket import Bucket


@frozen
class Movement:
    """One run of serials on its way from one place to another."""

    series: str
    lo: int
    hi: int
    party: str | None
    bucket: Bucket | None
    to_party: str | None
    to_bucket: Bucket | None

    def columns(self) -> tuple[str | int | None, ...]:
        """The columns of the event table, in their order."""
        source = None if self.bucket is None else int(self.bucket)
        target = None if self.to_bucket is None else int(self.to_bucket)
        return (self.series, self.lo, self.hi, self.party, source, self.to_party, target)


#: The columns of an event that moves no blank.
NO_COLUMNS: tuple[str | int | None, ...] = (None,) * 7


def movement_of(event: Event) -> Movement | None:
    """The movement an event is, or None when it moves no blank."""
    match event:
        case Moved(series, lo, hi, party, bucket, to_party, to_bucket):
            return Movement(series, lo, hi, party, bucket, to_party, to_bucket)
        case TakenIn(series, lo, hi, party, bucket):
            return Movement(series, lo, hi, None, None, party, bucket)
        case GivenOut(series, lo, hi, party, bucket):
            return Movement(series, lo, hi, party, bucket, None, None)
    return None
