"""Custody of blanks (penatausahaan blangko): supply, dispatch of an allotment, issue to a station.

Rules 6, 7, 12, 13 and 24: a supplier's delivery comes in by serial; an allotment that was
granted (`granting`) is sent whole to its office; the office's store issues to a station by the
feed. Counting in is `receiving`, every other departure `sending`.
"""

from attrs import field, frozen

from ektp_core.errors import Refusal, Refused
from ektp_core.flow import feed
from ektp_core.flow.ask import Ask
from ektp_core.flow.blanks import as_ranges, moves, serials_of
from ektp_core.flow.consigning import known_party, new_consignment
from ektp_core.flow.events import ChipLinked, Dispatched, Event, TakenIn
from ektp_core.flow.granting import Grant as Grant
from ektp_core.flow.granting import decide_grant as decide_grant
from ektp_core.flow.papers import checked_text
from ektp_core.flow.periods import Paper, paper_date_checked
from ektp_core.flow.permits import PERMITS, Act
from ektp_core.flow.placeholders import is_assumed, no_placeholders
from ektp_core.flow.receiving import Receive as Receive
from ektp_core.flow.receiving import decide_receive as decide_receive
from ektp_core.flow.rows import Allotment, Chip, ChipOf, Ranges, Station
from ektp_core.flow.signers import of_office, require
from ektp_core.flow.view import View
from ektp_core.flow.waste import free_blanks, not_evidence
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.party import CENTRE, PartyId
from ektp_core.vocabulary.serial import SerialSet
from ektp_core.vocabulary.uid import checked_uid

CHIPS_PER_EVENT = 500


@frozen
class TakeSupply:
    """Take in a supplier's manifest. `chips` (serial order of the ranges) may be empty: box only (rule 6)."""

    supplier: str
    blank_class: str
    ranges: Ranges
    paper: str
    paper_date: str
    chips: tuple[str, ...] = field(default=(), repr=False)


@frozen
class Dispatch:
    """Send an allotment's reserved blanks to the office it was granted to."""

    consignment: str
    allotment: str


@frozen
class Issue:
    """Issue blanks from an office's store to one of its stations (rule 12)."""

    consignment: str
    station: str
    blank_class: str
    count: int


def decide_supply(view: View, ask: Ask, body: TakeSupply) -> tuple[Event, ...]:
    """Blanks come into the country's book; each serial and chip once, ever."""
    require(view, ask, PERMITS[Act.TAKE_SUPPLY])
    known_party(view, body.supplier)
    checked_text("paper", body.paper, needed=False)
    serials = serials_of(body.ranges)
    if not serials:
        raise Refused(Refusal.BAD_VALUE, {"field": "ranges", "shape": "empty", "expected": "serials"})
    no_placeholders(serials, "ranges")
    known = [run for part in serials for run in view.overlapping(part.series, part.lo, part.hi)]
    if known:
        shown = (serials_of((run.series, run.lo, run.hi) for run in known) & serials).shown()
        raise Refused(Refusal.SERIAL_KNOWN, {"serials": shown[:20]})
    came = [
        TakenIn(
            part.series,
            part.lo,
            part.hi,
            CENTRE.value,
            Bucket.STOCK,
            body.blank_class,
            body.supplier,
            body.paper,
            body.paper_date,
        )
        for part in serials
    ]
    late = paper_date_checked(view, CENTRE.value, Paper("the manifest", body.paper, body.paper_date), ask.at_ms)
    return (*came, *_chips(view, serials, body.chips), *late)


def _chips(view: View, serials: SerialSet, chips: tuple[str, ...]) -> list[Event]:
    if not chips:
        return []
    if len(chips) != len(serials) or len(set(chips)) != len(chips):
        raise Refused(
            Refusal.BAD_VALUE,
            {"field": "chips", "shape": f"{len(set(chips))} different", "expected": f"{len(serials)}, one a blank"},
        )
    for uid in chips:
        checked_uid(uid)
        if view.row(Chip, uid):
            raise Refused(Refusal.UID_KNOWN, {"uid": uid})
    linked: list[Event] = []
    rest = chips
    for part in serials:
        mine, rest = rest[: len(part)], rest[len(part) :]
        for start in range(0, len(mine), CHIPS_PER_EVENT):
            linked.append(ChipLinked(part.series, part.lo + start, mine[start : start + CHIPS_PER_EVENT]))
    return linked


def decide_dispatch(view: View, ask: Ask, body: Dispatch) -> tuple[Event, ...]:
    """The allotment's reserved blanks go on the road to the office."""
    require(view, ask, PERMITS[Act.DISPATCH])
    allotment = view.row(Allotment, body.allotment)
    if allotment is None:
        raise Refused(Refusal.UNKNOWN_ALLOTMENT, {"allotment": body.allotment})
    new_consignment(view, body.consignment)
    serials = serials_of(allotment.ranges)
    if not serials:
        raise Refused(Refusal.TOO_FEW, {"party": CENTRE.value, "bucket": Bucket.RESERVED.name, "held": 0, "asked": 1})
    not_evidence(view, serials)
    source, target = (CENTRE.value, Bucket.RESERVED), (allotment.party, Bucket.IN_TRANSIT)
    sent = Dispatched(body.consignment, CENTRE.value, allotment.party, as_ranges(serials), ask.at_ms)
    return (*moves(view, serials, source, target, body.consignment), sent)


def decide_issue(view: View, ask: Ask, body: Issue) -> tuple[Event, ...]:
    """Blanks of the office's store go to its station; the station takes them by its feed."""
    who = require(view, ask, PERMITS[Act.ISSUE])
    station = view.row(Station, body.station)
    if station is None:
        raise Refused(Refusal.UNKNOWN_STATION, {"station": body.station})
    if station.frozen_why:
        raise Refused(Refusal.STATION_FROZEN, {"station": body.station, "why": station.frozen_why})
    if body.blank_class not in station.classes:
        raise Refused(Refusal.CLASS_UNFIT, {"station": body.station, "blank_class": body.blank_class})
    new_consignment(view, body.consignment)
    home = PartyId(body.station).home.value
    of_office(who, home)
    chosen = free_blanks(view, home, Bucket.STOCK, body.blank_class, body.count)
    moved = moves(view, chosen, (home, Bucket.STOCK), (body.station, Bucket.IN_TRANSIT), body.consignment)
    sent = Dispatched(body.consignment, home, body.station, as_ranges(chosen), ask.at_ms)
    copies: list[Event] = [
        TakenIn(
            m.series, m.lo, m.hi, body.station, Bucket.IN_TRANSIT, body.blank_class, home, assumed=is_assumed(view, m)
        )
        for m in moved
    ]
    copies += [*_known_chips(view, chosen), sent]
    entry = feed.queued(view, body.station, feed.DISPATCHED, copies, ask.at_ms)
    return (*moved, sent, entry)


def _known_chips(view: View, serials: SerialSet) -> list[Event]:
    linked: list[Event] = []
    for part in serials:
        for number in range(part.lo, part.hi + 1):
            chip = view.row(ChipOf, part.series, number)
            if chip:
                linked.append(ChipLinked(part.series, number, (chip.uid,)))
    return _packed(linked)


def _packed(linked: list[Event]) -> list[Event]:
    """Neighbouring chips in one event each, so that an issue of 500 blanks is one event."""
    packed: list[ChipLinked] = []
    for one in linked:
        assert isinstance(one, ChipLinked)
        last = packed[-1] if packed else None
        follows = last and (last.series, last.lo + len(last.uids)) == (one.series, one.lo)
        if last and follows and len(last.uids) < CHIPS_PER_EVENT:
            packed[-1] = ChipLinked(last.series, last.lo, last.uids + one.uids)
        else:
            packed.append(one)
    return list(packed)
