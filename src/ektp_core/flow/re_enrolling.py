"""A station goes on under a new key, a new book and a new chain (pendaftaran ulang): lock.md, Fork.

Two histories of one book, a book that was set back, a disk that died: what the old key signs can
no longer be told from what a copy of it signs. So the key ends, every open attempt becomes
suspect, and people count what is there: unused blanks go back to the office's store, the rest is
suspect. The new book begins with nothing and is given blanks as any other.

The feed's numbers go on where they were, so that no old entry is ever the next one; the chain
begins at 1. What the old key signs later is evidence and changes nothing, and an attempt of the
old book is closed as one of a station that is gone: not before its time and the grace are over.
"""

from collections.abc import Iterator

from attrs import frozen

from ektp_core.errors import Refusal, Refused
from ektp_core.flow.apply import apply
from ektp_core.flow.ask import Ask
from ektp_core.flow.events import Event, KeyRevoked, KeyTrusted, Received, StationFrozen
from ektp_core.flow.founding import public_of
from ektp_core.flow.lost_site import to_store
from ektp_core.flow.overlay import Overlay
from ektp_core.flow.papers import checked_text
from ektp_core.flow.permits import PERMITS, Act
from ektp_core.flow.rows import Consignment, Desk, Key, LostStation, Ranges, Station
from ektp_core.flow.signers import require
from ektp_core.flow.silence import suspected
from ektp_core.flow.station_loss_events import StationReEnrolled
from ektp_core.flow.view import View
from ektp_core.vocabulary.role import Hand

RE_ENROLLED = "re-enrolled under another key"


@frozen
class ReEnrol:
    """Let a station go on under a new key with a new book.

    `key`, `public`: id and hexadecimal of the new key. `blanks`: unused blanks two people found there; `minutes`:
    the number of their paper.
    """

    station: str
    key: str
    public: str
    minutes: str
    blanks: Ranges = ()


def decide_re_enrol(view: View, ask: Ask, body: ReEnrol) -> tuple[Event, ...]:
    """The old key ends, what it held is suspect or counted back, and the new chain may begin."""
    who = require(view, ask, PERMITS[Act.RE_ENROL])
    _check(view, body)
    book = Overlay(view)
    found: list[Event] = []

    def take(events: Iterator[Event] | tuple[Event, ...]) -> None:
        for event in events:
            apply(book, event)
            found.append(event)

    found += suspected(view, body.station)
    for event in found:
        apply(book, event)
    take(to_store(book, body.station, body.blanks, body.minutes) if body.blanks else ())
    take(_roads_closed(book, body, who.names))
    take(tuple(KeyRevoked(name, RE_ENROLLED) for name in _keys(view, body.station)))
    desk = view.row(Desk, body.station) or Desk(body.station)
    take(
        (
            KeyTrusted(body.key, body.station, Hand.STATION, public_of(body.public)),
            StationReEnrolled(body.station, body.key, desk.queued_m, body.minutes, who.names),
            StationFrozen(body.station, ""),
        )
    )
    return tuple(found)


def _check(view: View, body: ReEnrol) -> None:
    if view.row(Station, body.station) is None:
        raise Refused(Refusal.UNKNOWN_STATION, {"station": body.station})
    lost = view.row(LostStation, body.station)
    if lost:
        raise Refused(Refusal.STATION_IS_LOST, {"station": lost.station, "letter": lost.letter})
    if not body.key or view.row(Key, body.key):
        raise Refused(Refusal.ALREADY_KNOWN, {"what": "the key", "id": body.key})
    checked_text("minutes", body.minutes)


def _keys(view: View, station: str) -> list[str]:
    return [key.key for key in view.rows(Key) if key.owner == station and not key.revoked]


def _roads_closed(view: View, body: ReEnrol, by: tuple[str, ...]) -> Iterator[Event]:
    """What was on the road to it was counted or is suspect; the new book never heard of these consignments."""
    for one in list(view.rows(Consignment)):
        if one.receiver == body.station and not one.is_received:
            yield Received(one.consignment, body.station, by, (), body.minutes)
