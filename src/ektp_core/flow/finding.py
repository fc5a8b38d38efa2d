"""What was lost is found, and what nobody expected (temuan; rule 11), and suspect blanks no open lock holds.

A lost blank returns to stock only if it was never fed and is not on the stop list; a lost card
goes to the void ones, never to stock; what is on the stop list stays there. What was held as found
when it was lost is held as found again. A blank of an
unknown serial comes in from a source account of its own and is held apart. A late or senseless
fact leaves a blank suspect while its lock has moved on: two people of different units close it, one of
them of its home office or of the centre, none of them an operator of that office.
"""

from collections.abc import Iterator, Mapping, Sequence

from attrs import frozen

from ektp_core.errors import Refusal, Refused
from ektp_core.flow import feed
from ektp_core.flow.ask import Ask
from ektp_core.flow.blanks import as_ranges, serials_of
from ektp_core.flow.cards import serial_text, stopped
from ektp_core.flow.counting import found_events
from ektp_core.flow.counting_events import LostFound, SurplusFound, SuspectBlankClosed
from ektp_core.flow.events import Event, GivenOut, Moved
from ektp_core.flow.opening import known_class
from ektp_core.flow.papers import checked_text
from ektp_core.flow.periods import Paper, paper_date_checked
from ektp_core.flow.permits import PERMITS, Act
from ektp_core.flow.placeholders import checked_count, counted_party, each_of, is_placeholder, not_stopped
from ektp_core.flow.rows import (
    Attempt,
    Bound,
    Desk,
    FedBlank,
    FeedRow,
    FoundBlank,
    Holding,
    Key,
    Lock,
    Officer,
    Party,
    Ranges,
)
from ektp_core.flow.settling import Found
from ektp_core.flow.signers import Signers, of_office, require, signers
from ektp_core.flow.view import View
from ektp_core.ledger.count import Pile
from ektp_core.vocabulary.bucket import LOST, Bucket, Condition
from ektp_core.vocabulary.dates import checked_date
from ektp_core.vocabulary.party import CENTRE, PartyId, is_station
from ektp_core.vocabulary.role import Role
from ektp_core.vocabulary.serial import SerialRange, SerialSet
from ektp_core.vocabulary.state import LockState, PressStep

#: Where what is found again goes, by what it is now. A card that was lost is never used again.
_BACK_TO: Mapping[Condition, Bucket] = {
    Condition.BLANK: Bucket.STOCK,
    Condition.GOOD: Bucket.VOID_HELD,
    Condition.WASTE: Bucket.WASTE_HELD,
    Condition.VOID: Bucket.VOID_HELD,
}
_CLOSED_AS: Mapping[Found, Bucket] = {
    Found.UNUSED: Bucket.STOCK,
    Found.BAD: Bucket.WASTE_HELD,
    Found.GOOD: Bucket.VOID_HELD,  # no record waits for it: a good card that must not be used (rule 16)
    Found.LOST: Bucket.LOST,
}
#: The pile in which a found thing of this condition lies.
_PILES: Mapping[Condition, Pile] = {
    Condition.BLANK: Pile.UNPRINTED,
    Condition.GOOD: Pile.FINISHED,
    Condition.WASTE: Pile.WASTE,
    Condition.VOID: Pile.WASTE,
}
#: More strange serials than this are no find but a mistake, and would block a supplier's.
MOST_FOUND = 10_000
#: Of the centre's people one suffices, whatever their unit is called.
_CENTRAL = frozenset({Role.CENTRE_VERIFIER, Role.CENTRE_STORE})
_OPEN = frozenset({LockState.AUTHORISED, LockState.IN_PRESS, LockState.SUSPECT})


@frozen
class ReturnFound:
    """Take back blanks or cards that were lost and lie there again; `condition`: what they are now."""

    party: str
    ranges: Ranges
    condition: Condition
    minutes: str


@frozen
class TakeFound:
    """Take in blanks or cards found in a pile whose serials no book knows."""

    party: str
    pile: Pile
    blank_class: str
    ranges: Ranges
    minutes: str
    minutes_date: str


@frozen
class CloseSuspectBlank:
    """Close a suspect blank that no open lock holds, as it was found."""

    series: str
    number: int
    found: Found
    minutes: str


def decide_return_found(view: View, ask: Ask, body: ReturnFound) -> tuple[Event, ...]:
    """From lost to where it is kept; a station's goes to its store, not back under the station's pen."""
    who = require(view, ask, PERMITS[Act.FIND])
    if view.row(Party, body.party) is None:
        raise Refused(Refusal.UNKNOWN_PARTY, {"party": body.party})
    home = PartyId(body.party).home.value
    counted_party(view, home)
    of_office(who, home)
    checked_text("minutes", body.minutes)
    serials = serials_of(body.ranges)
    if not serials:
        raise Refused(Refusal.BAD_VALUE, {"field": "ranges", "shape": "empty", "expected": "serials"})
    runs = _lost_runs(view, body.party, serials)
    _same_condition(runs, body.condition)
    if body.condition is Condition.BLANK:
        never_fed(view, serials)
        not_stopped(view, serials)
    was_found = found_before(view, home) & serials
    back = list(_back(runs, home, body, was_found))
    told = LostFound(body.party, body.condition, as_ranges(serials), body.minutes, who.names)
    again = _found_as_card(view, home, body, was_found)
    return (told, *back, *again, *_told(view, ask, body.party, back))


def found_before(view: View, party: str) -> SerialSet:
    """Everything found in the piles of a party of which nobody has said yet what it is."""
    return SerialSet(SerialRange(one.series, one.lo, one.hi) for one in view.rows(FoundBlank, party))


def _back(runs: Sequence[Holding], home: str, body: ReturnFound, was_found: SerialSet) -> Iterator[Moved]:
    """To where a thing of that condition is kept; what was held as found is held so again (rule 11)."""
    for run in runs:
        whole = SerialSet.of(SerialRange(run.series, run.lo, run.hi))
        for parts, bucket in ((whole - was_found, _BACK_TO[body.condition]), (whole & was_found, Bucket.FOUND_HELD)):
            for part in parts:
                yield Moved(part.series, part.lo, part.hi, run.party, run.bucket, home, bucket, body.minutes)


def _found_as_card(view: View, home: str, body: ReturnFound, was_found: SerialSet) -> Iterator[SurplusFound]:
    """What was taken for a blank when it was found first, and is seen to be a card now, lies among the cards."""
    pile = _PILES[body.condition]
    if pile is Pile.UNPRINTED:
        return
    among = SerialSet(
        SerialRange(one.series, one.lo, one.hi)
        for other in (Pile.FINISHED, Pile.WASTE)
        for one in view.rows(FoundBlank, home, other)
    )
    for part in was_found - among:
        yield SurplusFound(home, pile, part.series, part.lo, part.hi, body.minutes)


def _lost_runs(view: View, party: str, serials: SerialSet) -> list[Holding]:
    """The parts of this party's lost runs that hold these."""
    runs = [
        run.part(max(run.lo, part.lo), min(run.hi, part.hi))
        for part in serials
        for run in view.overlapping(part.series, part.lo, part.hi)
        if run.party == party and run.bucket in LOST
    ]
    missing = serials - serials_of((run.series, run.lo, run.hi) for run in runs)
    if missing:
        raise Refused(Refusal.NOT_HELD, {"serials": missing.shown()[:20], "party": party, "bucket": Bucket.LOST.name})
    return runs


def _same_condition(runs: Sequence[Holding], condition: Condition) -> None:
    """What was a card or waste when it was lost is nothing else when it is found; a blank may have been printed."""
    for run in runs:
        was = run.bucket.condition
        if was not in (Condition.BLANK, condition):
            expected = was.value if was else "known"
            raise Refused(Refusal.BAD_VALUE, {"field": "condition", "shape": condition.value, "expected": expected})


def never_fed(view: View, serials: SerialSet) -> None:
    """Refuse blanks that an attempt took, or that a fact says were in a printer, though it was disputed (rule 11).

    Raises:
        Refused: WAS_FED.
    """
    fed = [one for one in each_of(serials) if view.row(Bound, *one) or view.row(FedBlank, *one)]
    if fed:
        raise Refused(Refusal.WAS_FED, {"serials": tuple(map(serial_text, fed[:20]))})


def decide_take_found(view: View, ask: Ask, body: TakeFound) -> tuple[Event, ...]:
    """Unknown serials come in and are held apart; one the book has elsewhere is refused."""
    who = require(view, ask, PERMITS[Act.FIND])
    counted_party(view, body.party)
    of_office(who, body.party)
    checked_text("minutes", body.minutes)
    checked_date(body.minutes_date, "minutes_date")
    paper = Paper("the minutes of a find", body.minutes, body.minutes_date)
    late = paper_date_checked(view, body.party, paper, ask.at_ms, "minutes_date")
    known_class(view, body.party, body.blank_class)
    serials = serials_of(body.ranges)
    if not serials or body.pile is Pile.OLD_CARDS or any(is_placeholder(part.series) for part in serials):
        expected = "printed serials of blanks or cards of ours"
        raise Refused(Refusal.BAD_VALUE, {"field": "ranges", "shape": "none, or of another kind", "expected": expected})
    checked_count(len(serials), "ranges", 1, MOST_FOUND)
    known = [run for part in serials for run in view.overlapping(part.series, part.lo, part.hi)]
    if known:
        shown = (serials_of((run.series, run.lo, run.hi) for run in known) & serials).shown()
        raise Refused(Refusal.SERIAL_KNOWN, {"serials": shown[:20]})
    key, papers = (body.pile, body.blank_class), (body.minutes, body.minutes_date)
    found = (event for part in serials for event in found_events(body.party, key, part, *papers))
    return (*found, *late)


def decide_close_suspect(view: View, ask: Ask, body: CloseSuspectBlank) -> tuple[Event, ...]:
    """A suspect blank without a suspect lock, closed by people who neither ran nor reported its attempt."""
    here = view.covering(body.series, body.number)
    who = _closers(view, ask, body, PartyId(here.party).home.value if here else "")
    checked_text("minutes", body.minutes)
    (run,) = _suspect(view, body)
    blank, bound = (body.series, body.number), view.row(Bound, body.series, body.number)
    _no_open_lock(view, blank, bound)
    _station_knows(view, run.party)
    home = PartyId(run.party).home.value
    if body.found is Found.UNUSED:
        _unused(view, blank, bound)
    party = home if body.found is Found.UNUSED else run.party
    target = (party, _CLOSED_AS[body.found])
    moved = Moved(*blank, body.number, run.party, run.bucket, *target, body.minutes)
    stops = []
    if body.found in (Found.GOOD, Found.LOST):
        stops = list(stopped(view, bound.record if bound else "", "", blank, body.found.value))
    closed = SuspectBlankClosed(*blank, _CLOSED_AS[body.found], body.minutes, who.names)
    return (closed, moved, *stops, *_told(view, ask, run.party, [moved, *stops]))


def _closers(view: View, ask: Ask, body: CloseSuspectBlank, home: str) -> Signers:
    """Two people of two units, one of them of the home office or the centre.

    Whoever ran or reported the attempt that took the blank is barred; so are all operators of the home office, since
    a blank that no attempt took may have been in anybody's hand.
    """
    bound = view.row(Bound, body.series, body.number)
    attempt = view.row(Attempt, bound.record, bound.n) if bound else None
    barred = (*attempt.operator, *attempt.reporter) if attempt else ()
    here = (one for one in signers(view, ask).officers if one.unit == home)
    operators = tuple(one.officer for one in here if Role.PRINT_OPERATOR in one.roles)
    who = require(view, ask, PERMITS[Act.SETTLE], (*barred, *operators))
    if not any(_is_concerned(officer, home) for officer in who.officers):
        raise Refused(Refusal.NOT_ALLOWED, {"who": who.names[0], "needs": f"{home} or {CENTRE.value}"})
    return who


def _is_concerned(officer: Officer, home: str) -> bool:
    return officer.unit == home or bool(_CENTRAL & set(officer.roles))


def _suspect(view: View, body: CloseSuspectBlank) -> list[Holding]:
    serials = serials_of([(body.series, body.number, body.number)])
    runs = [run for run in view.overlapping(body.series, body.number, body.number) if run.bucket is Bucket.SUSPECT]
    if not runs:
        party = next((run.party for run in view.overlapping(body.series, body.number, body.number)), "nobody")
        raise Refused(Refusal.NOT_HELD, {"serials": serials.shown(), "party": party, "bucket": Bucket.SUSPECT.name})
    return runs


def _no_open_lock(view: View, blank: tuple[str, int], bound: Bound | None) -> None:
    lock = view.row(Lock, bound.record) if bound else None
    if bound and lock and lock.n == bound.n and lock.state in _OPEN:
        raise Refused(Refusal.HELD_BY_RECORD, {"record": bound.record, "n": bound.n, "serial": serial_text(blank)})


def _station_knows(view: View, party: str) -> None:
    """A station that has not fetched the notice may still use the blank, unless all its keys are withdrawn."""
    if not is_station(party):
        return
    desk = view.row(Desk, party) or Desk(party)
    coming = (view.row(FeedRow, party, m) for m in range(desk.taken_m + 1, desk.queued_m + 1))
    waits = any(entry and entry.kind == feed.DISPUTED for entry in coming)
    if waits and not all(key.revoked for key in view.rows(Key) if key.owner == party):
        raise Refused(Refusal.STATION_NOT_TOLD, {"station": party})


def _unused(view: View, blank: tuple[str, int], bound: Bound | None) -> None:
    """A blank that came out of a printer was used, whatever it looks like, and whether or not the fact was disputed.

    A stopped one is never used again.
    """
    attempt = view.row(Attempt, bound.record, bound.n) if bound else None
    came_out = attempt and (attempt.series, attempt.number) == blank and attempt.reached is PressStep.EJECTED
    if came_out or view.row(FedBlank, *blank):
        raise Refused(Refusal.WAS_FED, {"serials": (serial_text(blank),)})
    not_stopped(view, serials_of([(*blank, blank[1])]))


def _told(view: View, ask: Ask, party: str, done: Sequence[Event]) -> list[Event]:
    """The station's copy follows by its feed; what left the station is given out there."""
    if not is_station(party):
        return []
    copies: list[Event] = [
        GivenOut(one.series, one.lo, one.hi, one.party, one.bucket, one.reference)
        if isinstance(one, Moved) and one.to_party != party
        else one
        for one in done
    ]
    return [feed.queued(view, party, feed.SETTLED, copies, ask.at_ms)]
