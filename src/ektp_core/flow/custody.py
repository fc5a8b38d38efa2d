"""Custody of blanks (penatausahaan blangko): supply, grant, dispatch, receipt, issue, reversal.

Rules 6, 7, 12, 13 and 24: a supplier's delivery comes in by serial; an allotment is granted
from the centre's stock and held apart; a consignment leaves and is counted in by two people,
every blank found, short or damaged; the office's store issues to a station by the feed.
"""

from attrs import field, frozen

from ektp_core.errors import Refusal, Refused
from ektp_core.flow import feed
from ektp_core.flow.ask import Ask
from ektp_core.flow.blanks import as_ranges, lowest_blanks, moves, serials_of
from ektp_core.flow.events import (
    ChipLinked,
    Dispatched,
    Event,
    Granted,
    Moved,
    Received,
    TakenIn,
)
from ektp_core.flow.founding import policy_in_force
from ektp_core.flow.permits import PERMITS, Act
from ektp_core.flow.rows import Allotment, Chip, ChipOf, Consignment, Party, Ranges, Station
from ektp_core.flow.signers import Permit, of_office, require
from ektp_core.flow.view import View
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.party import CENTRE, PartyId, PartyKind, is_station
from ektp_core.vocabulary.serial import SerialSet
from ektp_core.vocabulary.uid import checked_uid

CHIPS_PER_EVENT = 500


@frozen
class TakeSupply:
    """A supplier's manifest. `chips` (serial order of the ranges) may be empty: box only (rule 6)."""

    supplier: str
    blank_class: str
    ranges: Ranges
    paper: str
    paper_date: str
    chips: tuple[str, ...] = field(default=(), repr=False)


@frozen
class Grant:
    """Grant an office `count` blanks of a class as one allotment."""

    allotment: str
    party: str
    blank_class: str
    count: int
    paper: str = ""
    paper_date: str = ""


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


@frozen
class Receive:
    """The count of a consignment: every blank of it is found, short or damaged."""

    consignment: str
    party: str
    found: Ranges
    short: Ranges = ()
    damaged: Ranges = ()


def decide_supply(view: View, ask: Ask, body: TakeSupply) -> tuple[Event, ...]:
    """Blanks come into the country's book; each serial and chip once, ever."""
    require(view, ask, PERMITS[Act.TAKE_SUPPLY])
    _known_party(view, body.supplier)
    serials = serials_of(body.ranges)
    if not serials:
        raise Refused(Refusal.BAD_VALUE, {"field": "ranges", "shape": "empty", "expected": "serials"})
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
    return (*came, *_chips(view, serials, body.chips))


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


def decide_grant(view: View, ask: Ask, body: Grant) -> tuple[Event, ...]:
    """Blanks of the centre are held apart for one office."""
    require(view, ask, PERMITS[Act.GRANT])
    _known_party(view, body.party)
    if PartyId.parse(body.party).kind not in (PartyKind.OFFICE, PartyKind.PROVINCE):
        expected = "an office or province such as office/52.03"
        raise Refused(Refusal.BAD_VALUE, {"field": "party", "shape": "another party", "expected": expected})
    if view.row(Allotment, body.allotment):
        raise Refused(Refusal.ALREADY_KNOWN, {"what": "the allotment", "id": body.allotment})
    chosen = lowest_blanks(view, CENTRE.value, Bucket.STOCK, body.blank_class, body.count)
    source, target = (CENTRE.value, Bucket.STOCK), (CENTRE.value, Bucket.RESERVED)
    granted = Granted(body.allotment, body.party, body.blank_class, as_ranges(chosen), body.paper, body.paper_date)
    return (*moves(view, chosen, source, target, body.allotment), granted)


def decide_dispatch(view: View, ask: Ask, body: Dispatch) -> tuple[Event, ...]:
    """The allotment's reserved blanks go on the road to the office."""
    require(view, ask, PERMITS[Act.DISPATCH])
    allotment = view.row(Allotment, body.allotment)
    if allotment is None:
        raise Refused(Refusal.UNKNOWN_ALLOTMENT, {"allotment": body.allotment})
    _new_consignment(view, body.consignment)
    serials = serials_of(allotment.ranges)
    if not serials:
        raise Refused(Refusal.TOO_FEW, {"party": CENTRE.value, "bucket": Bucket.RESERVED.name, "held": 0, "asked": 1})
    source, target = (CENTRE.value, Bucket.RESERVED), (allotment.party, Bucket.IN_TRANSIT)
    sent = Dispatched(body.consignment, CENTRE.value, allotment.party, as_ranges(serials))
    return (*moves(view, serials, source, target, body.consignment), sent)


def decide_issue(view: View, ask: Ask, body: Issue) -> tuple[Event, ...]:
    """Blanks of the office's store go to its station; the station takes them by its feed."""
    who = require(view, ask, PERMITS[Act.ISSUE])
    station = view.row(Station, body.station)
    if station is None:
        raise Refused(Refusal.UNKNOWN_STATION, {"station": body.station})
    if body.blank_class not in station.classes:
        raise Refused(Refusal.CLASS_UNFIT, {"station": body.station, "blank_class": body.blank_class})
    _new_consignment(view, body.consignment)
    home = PartyId(body.station).home.value
    of_office(who, home)
    chosen = lowest_blanks(view, home, Bucket.STOCK, body.blank_class, body.count)
    moved = moves(view, chosen, (home, Bucket.STOCK), (body.station, Bucket.IN_TRANSIT), body.consignment)
    sent = Dispatched(body.consignment, home, body.station, as_ranges(chosen))
    copies: list[Event] = [
        TakenIn(m.series, m.lo, m.hi, body.station, Bucket.IN_TRANSIT, body.blank_class, home) for m in moved
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


def decide_receive(view: View, ask: Ask, body: Receive, owner: str) -> tuple[Event, ...]:
    """Two people counted a consignment in; what is short is lost, what is damaged is waste.

    A station's consignments are received in the station's own book, everything else at the
    hub: `owner` is the station whose book this is, or nothing at the hub.
    """
    if owner != (body.party if is_station(body.party) else ""):
        raise Refused(Refusal.WRONG_ADDRESSEE, {"meant": body.party, "here": owner or "the hub"})
    permit = PERMITS[Act.RECEIVE]
    people = max(permit.people, policy_in_force(view).receive_people)
    who = require(view, ask, Permit(permit.roles, people=people))
    consignment = view.row(Consignment, body.consignment)
    if consignment is None or consignment.is_received or consignment.receiver != body.party:
        raise Refused(Refusal.UNKNOWN_CONSIGNMENT, {"consignment": body.consignment, "party": body.party})
    of_office(who, PartyId(body.party).home.value)
    found, short, damaged = (serials_of(part) for part in (body.found, body.short, body.damaged))
    serials_of((*body.found, *body.short, *body.damaged))
    _same_blanks(body.consignment, serials_of(consignment.ranges), found | short | damaged)
    road = (body.party, Bucket.IN_TRANSIT)
    counted: list[Moved] = []
    for part, bucket in ((found, Bucket.STOCK), (short, Bucket.LOST), (damaged, Bucket.WASTE_HELD)):
        counted += moves(view, part, road, (body.party, bucket), body.consignment)
    return (Received(body.consignment, body.party, who.names), *counted)


def _same_blanks(consignment: str, sent: SerialSet, counted: SerialSet) -> None:
    missing, foreign = sent - counted, counted - sent
    if missing or foreign:
        words = [f"not named: {s}" for s in missing.shown()[:10]]
        words += [f"not of this consignment: {s}" for s in foreign.shown()[:10]]
        raise Refused(
            Refusal.COUNT_DIFFERS,
            {"consignment": consignment, "sent": len(sent), "counted": len(counted), "difference": tuple(words)},
        )


def _known_party(view: View, party: str) -> None:
    if view.row(Party, party) is None:
        raise Refused(Refusal.UNKNOWN_PARTY, {"party": party})


def _new_consignment(view: View, consignment: str) -> None:
    if view.row(Consignment, consignment):
        raise Refused(Refusal.ALREADY_KNOWN, {"what": "the consignment", "id": consignment})
