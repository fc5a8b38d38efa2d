"""The feed (antaran): numbered messages from the hub to one station, as stored.

An entry carries copies of the hub's events for the station to take into its own book, the
station's last absorbed commit as the hub knows it (so that an older copy of the station's
book is noticed), and the hub's own checkpoint. Its bytes are fixed when it is queued; they
are signed when they are sent. An authorisation says everything the station must check.
"""

from collections.abc import Sequence

from attrs import frozen

from ektp_core.flow.codec import encode_event, from_json, to_json
from ektp_core.flow.events import Event, FeedQueued
from ektp_core.flow.rows import Desk
from ektp_core.flow.view import View

FORMAT = 1
AUTHORISED, DISPATCHED, RECALL, DISPUTED, SETTLED, GIVEN, POLICY, KEYS, FROZEN, INQUIRY, LIFTED = (
    "authorised",
    "dispatched",
    "recall",
    "disputed",
    "settled",
    "given",
    "policy",
    "keys",
    "frozen",
    "inquiry",
    "lifted",
)


@frozen
class Authorisation:
    """Leave for one station to print one record once. Digests and keys are hexadecimal."""

    id: str
    record: str
    n: int
    person: str
    payload: str
    station: str
    record_key: str
    not_before_ms: int
    until_ms: int
    policy_version: int


@frozen
class FeedEntry:
    """One entry. `events` are encoded events, hexadecimal, in the order to be applied."""

    v: int
    station: str
    m: int
    kind: str
    at_ms: int
    chain_n: int
    chain_head: str
    hub_n: int
    hub_root: str
    events: tuple[str, ...]
    authorisation: Authorisation | None = None


def queued(
    view: View,
    station: str,
    kind: str,
    events: Sequence[Event],
    at_ms: int,
    *,
    record: str = "",
    n: int = 0,
    authorisation: Authorisation | None = None,
) -> FeedQueued:
    """The event that queues the station's next entry with these events in it."""
    desk = view.row(Desk, station) or Desk(station)
    place = view.position
    entry = FeedEntry(
        FORMAT,
        station,
        desk.queued_m + 1,
        kind,
        at_ms,
        desk.chain_n,
        desk.chain_head.hex(),
        place.n,
        place.root.hex(),
        tuple(encode_event(event).hex() for event in events),
        authorisation,
    )
    return FeedQueued(station, entry.m, kind, record, n, to_json(entry))


def read_entry(body: bytes) -> FeedEntry:
    """The entry these bytes hold.

    Raises:
        Refused: MALFORMED.
    """
    return from_json(body, FeedEntry, "feed entry")
