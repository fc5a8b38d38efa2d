"""A small decision to try a store with (buku kecil): blanks come in, move and leave.

It uses the real events and the real fold, and a `decide` of twenty lines that a reader can
hold in mind. The asks that break rules on purpose are here too: a store must not trust what
stands above it.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256

from attrs import frozen

from ektp_core.boundary.store import Payload, Work
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.ask import Ask
from ektp_core.flow.events import Event, GivenOut, Moved, PartyNamed, TakenIn
from ektp_core.flow.view import Book, View
from ektp_core.vocabulary.bucket import Bucket

Apply = Callable[[Book, Event], None]


@frozen
class TakeIn:
    """Blanks come into the book."""

    lo: int
    hi: int
    series: str = "A"
    party: str = "centre"


@frozen
class Move:
    """Blanks go from one place to another, if they are all there in one run."""

    lo: int
    hi: int
    party: str
    to_party: str
    to_bucket: Bucket = Bucket.STOCK
    bucket: Bucket = Bucket.STOCK
    series: str = "A"


@frozen
class GiveOut:
    """Blanks leave the book."""

    lo: int
    hi: int
    party: str
    bucket: Bucket = Bucket.STOCK
    series: str = "A"


@frozen
class Name:
    """Parties are registered: no blank moves."""

    parties: tuple[str, ...]


@frozen
class Unchecked:
    """Events as they stand: what a mistaken `decide` might say."""

    events: tuple[Event, ...]


@frozen
class Broken:
    """An ask over which `decide` falls."""


def decide(view: View, ask: Ask) -> tuple[Event, ...] | Refused:
    """Decide one ask of this small world."""
    match ask.body:
        case TakeIn(lo, hi, series, party):
            if view.overlapping(series, lo, hi):
                return Refused(Refusal.SERIAL_KNOWN, {"serials": f"{series} {lo}-{hi}"})
            return (TakenIn(series, lo, hi, party, Bucket.STOCK, "v5", "supplier/PNRI"),)
        case Move(lo, hi, party, to_party, to_bucket, bucket, series):
            _must_hold(view, ask.body)
            return (Moved(series, lo, hi, party, bucket, to_party, to_bucket),)
        case GiveOut(lo, hi, party, bucket, series):
            _must_hold(view, ask.body)
            return (GivenOut(series, lo, hi, party, bucket),)
        case Name(parties):
            return tuple(PartyNamed(party, f"name of {party}") for party in parties)
        case Unchecked(events):
            return events
    raise RuntimeError("decide falls")


def _must_hold(view: View, body: Move | GiveOut) -> None:
    run = view.covering(body.series, body.lo)
    if run is None or run.hi < body.hi or (run.party, run.bucket) != (body.party, body.bucket):
        serials = f"{body.series} {body.lo}-{body.hi}"
        raise Refused(Refusal.NOT_HELD, {"party": body.party, "bucket": body.bucket.name, "serials": serials})


def asked(name: str, body: object, payloads: Sequence[Payload] = ()) -> Work:
    """Work for a store: the digest is that of the body, as a signed payload's would be."""
    return Work(Ask(name, body, ("key-1",), 1_700_000_000_000, sha256(repr(body).encode()).digest()), tuple(payloads))
