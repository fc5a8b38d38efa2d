"""Destruction, and what stands in its way (pemusnahan dan penahanan barang bukti): rule 26.

Waste burns only after a report naming it is accepted, void cards and old cards with it under
the same minutes; never what an inquiry holds. Outside witnesses are named on paper and have no
account. How and where is dated policy (`ektp_core.spoilage.destruction`).
"""

from collections.abc import Iterator
from functools import partial

from attrs import frozen

from ektp_core.errors import Refusal, Refused
from ektp_core.flow import feed
from ektp_core.flow.ask import Ask
from ektp_core.flow.blanks import as_ranges, moves, serials_of
from ektp_core.flow.consigning import known_party, some
from ektp_core.flow.custody_events import Destroyed, InquiryLifted, InquiryOpened
from ektp_core.flow.custody_rows import Destruction, Inquiry, OldCards
from ektp_core.flow.events import Event
from ektp_core.flow.papers import checked_text, checked_texts
from ektp_core.flow.periods import Paper, paper_date_checked, posted_in
from ektp_core.flow.permits import PERMITS, Act
from ektp_core.flow.rows import Officer, Ranges
from ektp_core.flow.signers import Signers, of_office, require
from ektp_core.flow.view import View
from ektp_core.flow.waste import all_named, not_evidence
from ektp_core.spoilage import destruction
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.dates import checked_date
from ektp_core.vocabulary.destruction_method import Method
from ektp_core.vocabulary.party import PartyId, is_station
from ektp_core.vocabulary.role import Role
from ektp_core.vocabulary.serial import SerialRange, SerialSet

_KEPT = (Bucket.WASTE_HELD, Bucket.VOID_HELD)


@frozen
class Destroy:
    """Destroy cards: waste and void by serial, old cards by count, each in its own column of the minutes."""

    party: str
    minutes: str
    date: str
    method: Method
    ranges: Ranges
    old_cards: int
    witnesses: tuple[str, ...]


@frozen
class HoldForInquiry:
    """Keep blanks and cards as evidence, wherever they are."""

    inquiry: str
    ranges: Ranges
    why: str


@frozen
class LiftInquiry:
    """End an inquiry that needs its evidence no more."""

    inquiry: str
    why: str


def decide_destroy(view: View, ask: Ask, body: Destroy) -> tuple[Event, ...]:
    """The cards are no more; the minutes say so, even for one card."""
    who = require(view, ask, PERMITS[Act.DESTROY])
    known_party(view, body.party)
    of_office(who, body.party)
    checked_text("minutes", body.minutes)
    if view.row(Destruction, body.party, body.minutes):
        raise Refused(Refusal.ALREADY_KNOWN, {"what": "the minutes", "id": body.minutes})
    late = paper_date_checked(view, body.party, Paper("the minutes", body.minutes, body.date), ask.at_ms, "date")
    _by_policy(view, body, who)
    serials = serials_of(body.ranges)
    _check_counts(view, body, serials)
    not_evidence(view, serials)
    waste, void = (_kept(view, serials, body.party, bucket) for bucket in _KEPT)
    gone = (body.party, Bucket.DESTROYED)
    # What is in neither pile is named by the search for waste, where most of it should be.
    moved = [
        *moves(view, serials - void, (body.party, Bucket.WASTE_HELD), gone, body.minutes),
        *moves(view, void, (body.party, Bucket.VOID_HELD), gone, body.minutes),
    ]
    all_named(view, waste)
    counts = (len(waste), len(void), body.old_cards)
    month = posted_in(view, body.party, body.date, ask.at_ms)
    said = Destroyed(body.party, body.minutes, body.date, body.method, *counts, body.witnesses, who.names, month)
    return (*moved, said, *late)


def _by_policy(view: View, body: Destroy, who: Signers) -> None:
    rule = destruction.in_force(checked_date(body.date, "date"))
    if not rule.allows(PartyId(body.party).kind, body.method):
        where = " / ".join(sorted(kind.value for kind in rule.by))
        how = " / ".join(method.term for method in rule.methods)
        expected = f"as the rule of that day has it: {how}, by {where}"
        raise _bad("method", f"{body.method.term} by {PartyId(body.party).kind.value}", expected)
    checked_texts("witnesses", body.witnesses)
    if len(body.witnesses) < rule.witnesses:
        raise _bad("witnesses", f"{len(body.witnesses)} named", f"{rule.witnesses} or more from outside")
    inside = {_plain(text) for one in _of_the_house(view, body.party, who) for text in (one.officer, one.name)}
    if any(view.row(Officer, name) or _plain(name) in inside for name in body.witnesses):
        raise _bad("witnesses", "an officer of the system", "people from outside, by name")


def _of_the_house(view: View, party: str, who: Signers) -> Iterator[Officer]:
    """Who signs, and everybody registered with the party: none of them comes from outside."""
    yield from who.officers
    yield from (officer for officer in view.rows(Officer) if officer.unit == party)


def _plain(name: str) -> str:
    """A name however it is written: one blank between words, no capitals."""
    return " ".join(name.casefold().split())


def _check_counts(view: View, body: Destroy, serials: SerialSet) -> None:
    held = sum(pile.count for pile in view.rows(OldCards, body.party))
    if body.old_cards < 0 or not (serials or body.old_cards):
        raise _bad("old_cards", str(body.old_cards), "serials to destroy, or 1 old card or more")
    if body.old_cards > held:
        raise Refused(
            Refusal.TOO_FEW,
            {"party": body.party, "bucket": "the old-card book", "held": held, "asked": body.old_cards},
        )


def _kept(view: View, serials: SerialSet, party: str, bucket: Bucket) -> SerialSet:
    return SerialSet(
        SerialRange(run.series, max(run.lo, part.lo), min(run.hi, part.hi))
        for part in serials
        for run in view.overlapping(part.series, part.lo, part.hi)
        if (run.party, run.bucket) == (party, bucket)
    )


def decide_hold_for_inquiry(view: View, ask: Ask, body: HoldForInquiry) -> tuple[Event, ...]:
    """From here on nothing of it is sent, issued or destroyed; stations that have some of it are told by their feed."""
    who = require(view, ask, PERMITS[Act.HOLD_FOR_INQUIRY])
    checked_text("inquiry", body.inquiry)
    checked_text("why", body.why)
    if view.row(Inquiry, False, body.inquiry) or view.row(Inquiry, True, body.inquiry):
        raise Refused(Refusal.ALREADY_KNOWN, {"what": "the inquiry", "id": body.inquiry})
    serials = some(serials_of(body.ranges))
    runs = [run for part in serials for run in view.overlapping(part.series, part.lo, part.hi)]
    for home in sorted({PartyId(run.party).home for run in runs}):
        _within(who, home)
    known = SerialSet(SerialRange(run.series, run.lo, run.hi) for run in runs)
    if serials - known:
        raise Refused(
            Refusal.NOT_HELD,
            {"serials": (serials - known).shown()[:20], "party": "anybody", "bucket": "any place"},
        )
    stations = tuple(sorted({run.party for run in runs if is_station(run.party)}))
    opened = InquiryOpened(body.inquiry, as_ranges(serials), body.why, who.names, stations)
    return (opened, *_told(view, ask, opened, stations))


def _told(view: View, ask: Ask, event: Event, stations: tuple[str, ...]) -> Iterator[Event]:
    for station in stations:
        yield feed.queued(view, station, feed.INQUIRY, (event,), ask.at_ms)


def _within(who: Signers, home: PartyId) -> None:
    """A province's people hold what lies in its offices, an office's its own."""
    province = f"province/{home.region[:2]}"
    if any(officer.unit != province for officer in who.officers):
        of_office(who, home.value)


def decide_lift_inquiry(view: View, ask: Ask, body: LiftInquiry) -> tuple[Event, ...]:
    """Two people whom it concerns let go of the evidence, one of them of the centre or of those who opened it."""
    who = require(view, ask, PERMITS[Act.LIFT_INQUIRY])
    checked_text("why", body.why)
    inquiry = view.row(Inquiry, False, body.inquiry)
    if inquiry is None:
        raise Refused(Refusal.UNKNOWN_INQUIRY, {"inquiry": body.inquiry})
    _may_lift(view, who, inquiry)
    lifted = InquiryLifted(body.inquiry, body.why, who.names)
    return (lifted, *_told(view, ask, lifted, inquiry.stations))


def _may_lift(view: View, who: Signers, inquiry: Inquiry) -> None:
    """Rule 5: who set it says who may lift it. A head of an office where nothing of it lies has no say.

    Raises:
        Refused: NOT_ALLOWED.
    """
    openers = {officer.unit for officer in map(partial(view.row, Officer), inquiry.by) if officer}
    runs = (run for series, lo, hi in inquiry.ranges for run in view.overlapping(series, lo, hi))
    homes = {PartyId(run.party).home for run in runs}
    concerned = openers | {home.value for home in homes} | {f"province/{home.region[:2]}" for home in homes}
    for officer in who.officers:
        if not _is_central(officer) and officer.unit not in concerned:
            raise Refused(Refusal.NOT_ALLOWED, {"who": officer.officer, "needs": " / ".join(sorted(concerned))})
    if not any(_is_central(officer) or officer.unit in openers for officer in who.officers):
        raise Refused(Refusal.NOT_ALLOWED, {"who": who.names[0], "needs": " / ".join(sorted(openers))})


def _is_central(officer: Officer) -> bool:
    return Role.CENTRE_VERIFIER in officer.roles


def destroyed_in(view: View, month: str) -> destruction.RollUp:
    """The minutes posted in a month (`2019-01`), added up from office to province to centre; a reader."""
    return destruction.roll_up(
        month,
        (
            destruction.Minutes(one.party, one.month, destruction.Destroyed(one.waste, one.void, one.old_cards))
            for one in view.rows(Destruction)
        ),
    )


def _bad(name: str, shape: str, expected: str) -> Refused:
    return Refused(Refusal.BAD_VALUE, {"field": name, "shape": shape, "expected": expected})
