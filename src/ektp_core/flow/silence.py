"""Stations that stopped speaking (mesin cetak yang diam): silent after T and grace, or declared lost.

Lock.md rows 6 and 11 and rule 21. Silence frees nothing: what the station held becomes
suspect, and only evidence or two people close it. A declared loss also ends the station's key.
The site count then says what was there, and one minute closes all the rest as lost.
"""

from collections.abc import Iterable, Iterator

from attrs import frozen

from ektp_core.errors import Refusal, Refused
from ektp_core.flow import feed
from ektp_core.flow.absorb import stop_lock
from ektp_core.flow.apply import apply
from ektp_core.flow.ask import Ask
from ektp_core.flow.blanks import moves, runs_of
from ektp_core.flow.codec import decode_event
from ektp_core.flow.events import Event, GivenOut, KeyRevoked, StationFrozen
from ektp_core.flow.founding import policy_in_force
from ektp_core.flow.on_the_road import rest_of
from ektp_core.flow.overlay import Overlay
from ektp_core.flow.papers import checked_text
from ektp_core.flow.periods import Paper, paper_date_checked
from ektp_core.flow.permits import PERMITS, Act
from ektp_core.flow.recalling import called_back
from ektp_core.flow.rows import Attempt, Consignment, Contact, Desk, FeedRow, Key, Lease, Lock, LostStation, Station
from ektp_core.flow.signers import require
from ektp_core.flow.station_loss_events import StationLost
from ektp_core.flow.view import View
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.dates import checked_date
from ektp_core.vocabulary.party import CENTRE
from ektp_core.vocabulary.serial import SerialRange, SerialSet
from ektp_core.vocabulary.state import LockState

LOST = "declared lost"
_THERE = (Bucket.STOCK, Bucket.IN_MACHINE, Bucket.IN_TRANSIT)
#: States in which a record's data still lies with the station that printed it, while the card does (rule 40).
_DATA_HELD = frozenset({LockState.PRINTED, LockState.MISPRINTED})


@frozen
class DisputeSilent:
    """Stop the authorisations of a station that has not spoken since their time ended."""

    station: str


@frozen
class DeclareStationLost:
    """Declare a station gone: stolen, burnt, not found. Number and date of the centre's letter."""

    station: str
    letter: str
    letter_date: str


def decide_silent(view: View, ask: Ask, body: DisputeSilent) -> tuple[Event, ...]:
    """Every authorisation past its time and grace becomes suspect; the others go on.

    Of a station that was heard after that time, silence says nothing: it is asked first, by calling the
    authorisation back, and becomes suspect when the grace has passed once more without an answer.
    """
    require(view, ask, PERMITS[Act.DISPUTE_SILENT])
    _known(view, body.station)
    waits = {lock.record: _waits_until(view, lock) for lock in _open_locks(view, body.station)}
    late = [lock for lock in _open_locks(view, body.station) if waits[lock.record] < ask.at_ms]
    if not late:
        raise Refused(Refusal.NOT_SILENT, {"station": body.station, "until": max(waits.values(), default=0)})
    book = Overlay(view)
    asked = [lock for lock in late if _speaks(view, lock) and not _is_recalled(view, lock)]
    called = tuple(_applied(book, (event for lock in asked for event in called_back(book, lock, ask.at_ms))))
    found = [event for lock in late if lock not in asked for event in stop_lock(book, lock)]
    if not found:
        return called
    return (*called, *found, feed.queued(book, body.station, feed.DISPUTED, found, ask.at_ms))


def _waits_until(view: View, lock: Lock) -> int:
    """Until when an answer is waited for: the grace after its time, or after a station that speaks was asked."""
    grace_ms = policy_in_force(view).grace_ms
    if not _speaks(view, lock) or not _is_recalled(view, lock):
        return _ended_ms(view, lock) + grace_ms
    return max(_ended_ms(view, lock), _asked_ms(view, lock)) + grace_ms


def _speaks(view: View, lock: Lock) -> bool:
    """Whether the station was heard after this authorisation's time had ended."""
    contact = view.row(Contact, lock.station)
    return contact is not None and contact.heard_ms > _ended_ms(view, lock)


def _is_recalled(view: View, lock: Lock) -> bool:
    attempt = view.row(Attempt, lock.record, lock.n)
    return attempt is not None and attempt.recalled


def _asked_ms(view: View, lock: Lock) -> int:
    """When the call went into its feed; looked for among the entries since the authorisation."""
    attempt, desk = view.row(Attempt, lock.record, lock.n), view.row(Desk, lock.station) or Desk(lock.station)
    for m in range(desk.queued_m, attempt.feed_m if attempt else 0, -1):
        entry = view.row(FeedRow, lock.station, m)
        if entry and (entry.kind, entry.record, entry.n) == (feed.RECALL, lock.record, lock.n):
            return feed.read_entry(entry.body).at_ms
    return 0


def decide_station_lost(view: View, ask: Ask, body: DeclareStationLost) -> tuple[Event, ...]:
    """Its key and permissions stop; its open attempts, stock and machines become suspect."""
    who = require(view, ask, PERMITS[Act.DECLARE_STATION_LOST])
    _known(view, body.station)
    if view.row(LostStation, body.station):
        raise Refused(Refusal.ALREADY_KNOWN, {"what": "the loss of the station", "id": body.station})
    checked_text("letter", body.letter)
    letter = Paper("the letter of the loss", body.letter, checked_date(body.letter_date, "letter_date"))
    late = paper_date_checked(view, CENTRE.value, letter, ask.at_ms, "letter_date")
    exposed = tuple(sorted(_exposed(view, body.station)))
    keys = [key.key for key in view.rows(Key) if key.owner == body.station and not key.revoked]
    return (
        StationLost(body.station, body.letter, body.letter_date, who.names, exposed),
        StationFrozen(body.station, LOST),
        *(KeyRevoked(key, LOST) for key in keys),
        *suspected(view, body.station),
        *late,
    )


def _known(view: View, station: str) -> None:
    if view.row(Station, station) is None:
        raise Refused(Refusal.UNKNOWN_STATION, {"station": station})


def _open_locks(view: View, station: str) -> list[Lock]:
    found = (view.row(Lock, lease.record) for lease in view.rows(Lease, station))
    return [lock for lock in found if lock]


def _ended_ms(view: View, lock: Lock) -> int:
    attempt = view.row(Attempt, lock.record, lock.n)
    return attempt.until_ms if attempt else 0


def _exposed(view: View, station: str) -> Iterator[str]:
    """Records whose name, NIK or face the station may still hold: what is open there, and cards that lie there.

    A card that left is erased there as soon as the station knows; that it does not know yet stands in its feed.
    """
    untold = _given_out_untold(view, station)
    for lock in view.rows(Lock):
        if lock.station != station:
            continue
        is_open = lock.state in (LockState.AUTHORISED, LockState.IN_PRESS, LockState.SUSPECT)
        if is_open or (lock.state in _DATA_HELD and _lies_there(view, lock, untold)):
            yield lock.record


def _lies_there(view: View, lock: Lock, untold: SerialSet) -> bool:
    attempt = view.row(Attempt, lock.record, lock.n)
    if attempt is None or not attempt.number:
        return attempt is not None
    run = view.covering(attempt.series, attempt.number)
    is_there = run is not None and run.party == lock.station
    return is_there or bool(untold & SerialSet.of(SerialRange.one(attempt.series, attempt.number)))


def _given_out_untold(view: View, station: str) -> SerialSet:
    """Cards and blanks that left the station, by entries of its feed that it has not taken."""
    desk = view.row(Desk, station) or Desk(station)
    coming = (view.row(FeedRow, station, m) for m in range(desk.taken_m + 1, desk.queued_m + 1))
    raws = (raw for row in coming if row for raw in feed.read_entry(row.body).events)
    events = (decode_event(bytes.fromhex(raw)) for raw in raws)
    gone = (event for event in events if isinstance(event, GivenOut))
    return SerialSet(SerialRange(event.series, event.lo, event.hi) for event in gone)


def suspected(view: View, station: str) -> Iterator[Event]:
    """Open attempts first, then every blank the station's pen held, and what was on the road to it.

    What it gave back before is on the road to the office's store and is counted in there.
    """
    book = Overlay(view)
    returned = given_back(view, station)
    for lock in _open_locks(view, station):
        yield from _applied(book, tuple(stop_lock(book, lock)))
    classes = (view.row(Station, station) or Station(station, ())).classes
    for bucket in _THERE:
        for blank_class in classes:
            runs = list(runs_of(book, station, bucket, blank_class))
            there = SerialSet(SerialRange(run.series, run.lo, run.hi) for run in runs)
            there = there - returned if bucket is Bucket.IN_TRANSIT else there
            for event in moves(book, there, (station, bucket), (station, Bucket.SUSPECT), LOST):
                yield from _applied(book, (event,))


def given_back(view: View, station: str) -> SerialSet:
    """What is still on the road of the station's own consignments; losses are few, so all are looked at.

    Of a consignment counted in by parts only the rest: what was counted in may be at the station again.
    """
    gone = (one for one in view.rows(Consignment) if one.sender == station and not one.is_received)
    return SerialSet(part for one in gone for part in rest_of(view, one).ranges)


def _applied(book: Overlay, found: Iterable[Event]) -> Iterator[Event]:
    for event in found:
        apply(book, event)
        yield event
