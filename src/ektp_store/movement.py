"""What a movement says, as flat columns (mutasi): for the checks below the fold.

The schema and the checks of the memory store look at these columns and never at the fields
of an event, so that they share no code with the fold whose mistakes they are to find. A
missing source means blanks came in, a missing target means they left.
"""

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any, NamedTuple

from ektp_core.flow.events import Event, GivenOut, Moved, TakenIn
from ektp_core.vocabulary.bucket import Bucket


class Movement(NamedTuple):
    """One run of serials on its way from one place to another: the columns of the table `moving`."""

    series: str
    lo: int
    hi: int
    party: str | None
    bucket: Bucket | None
    to_party: str | None
    to_bucket: Bucket | None


_MOVEMENTS: Mapping[type[Any], Callable[[Any], tuple[Any, ...]]] = {
    Moved: attrgetter("series", "lo", "hi", "party", "bucket", "to_party", "to_bucket"),
    TakenIn: lambda event: (event.series, event.lo, event.hi, None, None, event.party, event.bucket),
    GivenOut: lambda event: (event.series, event.lo, event.hi, event.party, event.bucket, None, None),
}

#: The kinds of event that move blanks, by the number that begins their bytes.
MOVING_KINDS = range(min(kind.KIND for kind in _MOVEMENTS), max(kind.KIND for kind in _MOVEMENTS) + 1)
assert len(MOVING_KINDS) == len(_MOVEMENTS), "the schema takes them for one stretch of numbers"


def movement_of(event: Event) -> Movement | None:
    """The movement an event is, or None when it moves no blank."""
    columns = _MOVEMENTS.get(type(event))
    return Movement._make(columns(event)) if columns else None


def columns_of(event: Event) -> tuple[Any, ...] | None:
    """The same as a plain tuple, for the table."""
    columns = _MOVEMENTS.get(type(event))
    return columns(event) if columns else None


def may_move(body: bytes) -> bool:
    """Whether these bytes are an event that moves blanks: the second byte is the kind (`ektp_core.flow.codec`)."""
    return body[1] in MOVING_KINDS
