"""What a lost station left, and the end of the rest (sisa mesin cetak yang hilang): rule 21.

People count the site, one of them from the centre: blanks in the safe go back to the office's
store, finished cards present become PRINTED by their chip. One minute then closes every other
attempt as lost, and all that remains in the station's name; all of it goes on the stop list, so
that each blank and card is recognised when it turns up.
"""

from collections.abc import Iterator

from attrs import evolve, frozen

from ektp_core.errors import Refusal, Refused
from ektp_core.flow.apply import apply
from ektp_core.flow.ask import Ask
from ektp_core.flow.blanks import moves, runs_of, serials_of
from ektp_core.flow.cards import serial_text, stopped
from ektp_core.flow.disputed_facts import blank_came_out
from ektp_core.flow.events import CardRevoked, Event, Moved
from ektp_core.flow.founding import policy_in_force
from ektp_core.flow.locks import row_for, stepped
from ektp_core.flow.overlay import Overlay
from ektp_core.flow.papers import checked_text
from ektp_core.flow.permits import PERMITS, Act
from ektp_core.flow.placeholders import not_stopped
from ektp_core.flow.rows import Attempt, Bound, Chip, ChipOf, Holding, Lock, LostStation, Ranges, Station
from ektp_core.flow.settling import Found, Settle, decide_settle, named_blank
from ektp_core.flow.signers import Signers, require
from ektp_core.flow.silence import LOST, given_back
from ektp_core.flow.station_loss_events import LostSiteCounted, LostStationClosed
from ektp_core.flow.view import View
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.party import PartyId
from ektp_core.vocabulary.role import Role
from ektp_core.vocabulary.serial import SerialRange, SerialSet
from ektp_core.vocabulary.state import LockEvent, LockState, PressStep
from ektp_core.vocabulary.verdict import Cause

_CENTRES = frozenset({Role.CENTRE_VERIFIER, Role.CENTRE_STORE})
#: What may still lie in a lost station's name when it is closed.
_LEFT = (Bucket.SUSPECT, Bucket.GOOD_HELD, Bucket.WASTE_HELD, Bucket.VOID_HELD, Bucket.IN_TRANSIT)


@frozen
class CardThere:
    """A finished card found at the site: its attempt, and its chip or serial."""

    record: str
    n: int
    uid: str = ""
    series: str = ""
    number: int = 0


@frozen
class CountLostSite:
    """Say what was found where a lost station stood: unused blanks, finished cards."""

    station: str
    minutes: str
    blanks: Ranges = ()
    cards: tuple[CardThere, ...] = ()


@frozen
class CloseLostStation:
    """Close all that a lost station held and that was not found."""

    station: str
    minutes: str


def decide_lost_site(view: View, ask: Ask, body: CountLostSite) -> tuple[Event, ...]:
    """Blanks back to the store, cards to PRINTED; each card is settled as any other suspect."""
    who = require(view, ask, PERMITS[Act.COUNT_LOST_SITE])
    _one_of_the_centre(who)
    _lost(view, body.station, body.minutes)
    if not body.blanks and not body.cards:
        raise Refused(Refusal.BAD_VALUE, {"field": "blanks", "shape": "empty", "expected": "blanks or cards found"})
    book = Overlay(view)
    found: list[Event] = [
        LostSiteCounted(body.station, body.minutes, who.names),
        *to_store(view, body.station, body.blanks, body.minutes),
    ]
    for event in found:
        apply(book, event)
    for card in body.cards:
        settled = Settle(card.record, card.n, Found.GOOD, body.minutes, *_blank_of(book, card, body.station), card.uid)
        for event in decide_settle(book, ask, settled):
            apply(book, event)
            found.append(event)
    return tuple(found)


def _one_of_the_centre(who: Signers) -> None:
    """Refuse a count that nobody of the centre took part in."""
    if not any(_CENTRES & set(officer.roles) for officer in who.officers):
        needs = " / ".join(role.value for role in Role if role in _CENTRES)
        raise Refused(Refusal.NOT_ALLOWED, {"who": who.officers[0].officer, "needs": needs})


def to_store(view: View, station: str, blanks: Ranges, minutes: str) -> tuple[Moved, ...]:
    """Suspect blanks of a station that people found unused go to its office's store.

    Raises:
        Refused: NOT_HELD, WAS_FED, STOP_LISTED naming what cannot go back.
    """
    serials = serials_of(blanks)
    home = PartyId(station).home.value
    back = moves(view, serials, (station, Bucket.SUSPECT), (home, Bucket.STOCK), minutes)
    for part in serials:
        for number in range(part.lo, part.hi + 1):
            _unused(view, station, part.series, number)
    not_stopped(view, serials)
    return back


def _lost(view: View, station: str, minutes: str) -> LostStation:
    if view.row(Station, station) is None:
        raise Refused(Refusal.UNKNOWN_STATION, {"station": station})
    lost = view.row(LostStation, station)
    if lost is None:
        raise Refused(Refusal.STATION_NOT_LOST, {"station": station})
    checked_text("minutes", minutes)
    if lost.closed:
        raise Refused(Refusal.ALREADY_KNOWN, {"what": "the close of the lost station", "id": lost.closed})
    return lost


def _unused(view: View, station: str, series: str, number: int) -> None:
    """A blank that an open attempt took is that attempt's to settle; one that came out was used."""
    bound = view.row(Bound, series, number)
    lock = view.row(Lock, bound.record) if bound else None
    if bound and lock and (lock.n, lock.state) == (bound.n, LockState.SUSPECT):
        raise Refused(
            Refusal.NOT_HELD,
            {"serials": (f"{series} {number}",), "party": station, "bucket": f"doubt of {bound.record}"},
        )
    attempt = view.row(Attempt, bound.record, bound.n) if bound else None
    was_seen = attempt is not None and (attempt.series, attempt.number) == (series, number)
    if (was_seen and attempt and attempt.reached is PressStep.EJECTED) or blank_came_out(view, series, number):
        raise Refused(Refusal.WAS_FED, {"serials": (serial_text((series, number)),)})


def _blank_of(view: View, card: CardThere, station: str) -> tuple[str, int]:
    """The serial of a card that was found, by its chip where only that can be read."""
    lock = view.row(Lock, card.record)
    if lock is None or lock.station != station:
        raise Refused(Refusal.UNKNOWN_RECORD, {"record": card.record})
    chip = view.row(Chip, card.uid) if card.uid and not card.number else None
    return (chip.series, chip.number) if chip else (card.series, card.number)


def decide_close_lost(view: View, ask: Ask, body: CloseLostStation) -> tuple[Event, ...]:
    """Every suspect attempt of the station is lost, and all that remains in its name."""
    who = require(view, ask, PERMITS[Act.CLOSE_LOST_STATION])
    lost = _lost(view, body.station, body.minutes)
    locks = (view.row(Lock, name) for name in lost.exposed)
    book = Overlay(view)
    found: list[Event] = []
    for lock in [one for one in locks if one and (one.station, one.state) == (body.station, LockState.SUSPECT)]:
        for event in _given_up(book, ask, lock, who.names, body.minutes):
            apply(book, event)
            found.append(event)
    closed = LostStationClosed(body.station, body.minutes, who.names)
    return (*found, *_rest_lost(book, body), closed)


def _given_up(view: View, ask: Ask, lock: Lock, by: tuple[str, ...], minutes: str) -> Iterator[Event]:
    """The attempt is lost with its blank, or with one of the station's where none was bound (lock.md, row 14).

    Where no blank of the station is left, people settle the attempt by what they know: it stays suspect here.
    """
    attempt = view.row(Attempt, lock.record, lock.n)
    assert attempt is not None, "a suspect without an attempt"
    if ask.at_ms <= attempt.until_ms + policy_in_force(view).grace_ms:
        raise Refused(Refusal.STILL_LEASED, {"station": lock.station, "record": lock.record})
    blank = (attempt.series, attempt.number) if attempt.number else _a_suspect(view, lock.station)
    if blank is None:
        return
    row = row_for(lock, LockEvent.SETTLE_LOST)
    yield from named_blank(view, attempt, blank, attempt.uid)
    yield from stepped(view, lock, row, blank, cause=Cause.LOST, by=by, reference=minutes)
    yield from stopped(view, lock.record, attempt.uid, blank, "lost")


def _runs(view: View, station: str, bucket: Bucket) -> Iterator[Holding]:
    for blank_class in (view.row(Station, station) or Station(station, ())).classes:
        yield from runs_of(view, station, bucket, blank_class)


def _a_suspect(view: View, station: str) -> tuple[str, int] | None:
    """The lowest suspect blank of the station that no attempt took."""
    for run in _runs(view, station, Bucket.SUSPECT):
        for number in range(run.lo, run.hi + 1):
            if view.row(Bound, run.series, number) is None:
                return run.series, number
    return None


def _rest_lost(view: View, body: CloseLostStation) -> Iterator[Event]:
    """What was neither found nor taken back: blanks, finished cards, waste; each on the stop list."""
    # What it gave back before is on the road to the office's store, which counts it in, also after this.
    returned = given_back(view, body.station)
    for bucket in _LEFT:
        there = SerialSet(SerialRange(run.series, run.lo, run.hi) for run in _runs(view, body.station, bucket))
        for part in (there - returned if bucket is Bucket.IN_TRANSIT else there).ranges:
            yield from moves(
                view, SerialSet.of(part), (body.station, bucket), (body.station, bucket.lost), body.minutes
            )
            for number in range(part.lo, part.hi + 1):
                yield from _stopped_one(view, part.series, number)


def _stopped_one(view: View, series: str, number: int) -> Iterator[CardRevoked]:
    bound = view.row(Bound, series, number)
    record = bound.record if bound else ""
    listed = view.row(ChipOf, series, number)
    one = CardRevoked(serial_text((series, number)), LOST, record)
    yield one
    if listed:
        yield evolve(one, thing=listed.uid)
