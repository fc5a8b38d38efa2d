"""Counting a consignment in (penerimaan kiriman): found, short, damaged, over; whole or part by part.

Rules 11 and 13: two people count. What is short is lost with the condition it had, damaged
blanks are waste, and what nobody sent comes from an account of its own. A consignment stays
open until every blank of it is accounted for. What a station gave back leaves the station's
copy by its feed (rule 12).
"""

from collections.abc import Iterator

from attrs import frozen

from ektp_core.errors import Refusal, Refused
from ektp_core.flow import feed
from ektp_core.flow.ask import Ask
from ektp_core.flow.blanks import as_ranges, moves, serials_of
from ektp_core.flow.cards import stopped
from ektp_core.flow.counting_events import SurplusFound
from ektp_core.flow.declaring import shown_run
from ektp_core.flow.events import Event, GivenOut, Moved, Received, TakenIn
from ektp_core.flow.founding import policy_in_force
from ektp_core.flow.lending import returned_in_kind
from ektp_core.flow.on_the_road import carries, held_as, rest_of, road_of
from ektp_core.flow.papers import checked_text
from ektp_core.flow.periods import Paper, paper_date_checked
from ektp_core.flow.permits import PERMITS, Act
from ektp_core.flow.placeholders import no_placeholders
from ektp_core.flow.rows import Attempt, Bound, Consignment, Ranges
from ektp_core.flow.signers import Permit, Signers, of_office, require
from ektp_core.flow.view import View
from ektp_core.flow.waste import named_by_minutes
from ektp_core.ledger.count import PILE_OF
from ektp_core.vocabulary.bucket import Bucket, Condition
from ektp_core.vocabulary.party import PartyId, PartyKind, is_station
from ektp_core.vocabulary.serial import SerialSet

FOUND = "found"  # the source account of what nobody sent


@frozen
class Receive:
    """Count a consignment in. Unless `is_partial`, every blank of it is found, short or damaged.

    `over`: serials that came with it and are not of it; `minutes`, `minutes_date`: number and date
    (ISO text) of the paper, empty where there is none.
    """

    consignment: str
    party: str
    found: Ranges
    short: Ranges = ()
    damaged: Ranges = ()
    over: Ranges = ()
    is_partial: bool = False
    minutes: str = ""
    minutes_date: str = ""


def decide_receive(view: View, ask: Ask, body: Receive, owner: str) -> tuple[Event, ...]:
    """Two people counted a consignment in; what is short is lost, what is damaged is waste.

    A station's consignments are received in the station's own book, everything else at the
    hub: `owner` is the station whose book this is, or nothing at the hub.
    """
    if owner != (body.party if is_station(body.party) else ""):
        raise Refused(Refusal.WRONG_ADDRESSEE, {"meant": body.party, "here": owner or "the hub"})
    who = _counters(view, ask)
    consignment = view.row(Consignment, body.consignment)
    if consignment is None or consignment.is_received or consignment.receiver != body.party:
        raise Refused(Refusal.UNKNOWN_CONSIGNMENT, {"consignment": body.consignment, "party": body.party})
    _one_of_its_own(who, PartyId(body.party).home)
    checked_text("minutes", body.minutes, needed=False)
    minutes = Paper("the minutes", body.minutes, body.minutes_date)
    late = paper_date_checked(view, PartyId(body.party).home.value, minutes, ask.at_ms, "minutes_date")
    found, short, damaged = (serials_of(part) for part in (body.found, body.short, body.damaged))
    serials_of((*body.found, *body.short, *body.damaged, *body.over))
    rest, counted = rest_of(view, consignment), found | short | damaged
    _same_blanks(body, rest, counted)
    condition = carries(view, consignment)
    _only_blanks_are_damaged(condition, damaged)
    came = _placed(view, body, road_of(consignment, condition), (found, short, damaged))
    paper = (body.minutes, body.minutes_date)
    counted_in = Received(body.consignment, body.party, who.names, as_ranges(rest - counted), *paper)
    beside: list[Event] = [*came, *_over(view, body, counted, condition, owner), *late]
    beside += named_by_minutes(body.party, damaged, body.minutes)
    if condition in (Condition.GOOD, Condition.WASTE):
        beside += _stopped(view, short)
    beside += returned_in_kind(view, consignment, len(found))
    return (counted_in, *beside, *_told(view, ask, consignment, came))


def _counters(view: View, ask: Ask) -> Signers:
    permit = PERMITS[Act.RECEIVE]
    people = max(permit.people, policy_in_force(view).receive_people)
    return require(view, ask, Permit(permit.roles, people=people))


def _one_of_its_own(who: Signers, home: PartyId) -> None:
    """Whoever counts is of the receiver or the centre; for an office or province one at least is its own.

    Raises:
        Refused: NOT_ALLOWED.
    """
    of_office(who, home.value)
    units = {officer.unit for officer in who.officers}
    if home.kind in (PartyKind.OFFICE, PartyKind.PROVINCE) and home.value not in units:
        raise Refused(Refusal.NOT_ALLOWED, {"who": who.names[0], "needs": home.value})


def _same_blanks(body: Receive, rest: SerialSet, counted: SerialSet) -> None:
    missing, foreign = rest - counted, counted - rest
    if body.is_partial:
        missing = SerialSet()
    if not counted or missing or foreign:
        words = [f"not named: {s}" for s in missing.shown()[:10]]
        words += [f"not of this consignment: {s}" for s in foreign.shown()[:10]]
        raise Refused(
            Refusal.COUNT_DIFFERS,
            {
                "consignment": body.consignment,
                "sent": len(rest),
                "counted": len(counted),
                "difference": tuple(words),
            },
        )


def _only_blanks_are_damaged(condition: Condition, damaged: SerialSet) -> None:
    if damaged and condition is not Condition.BLANK:
        expected = "cards as found; a good card that came damaged is then declared failed by its record"
        raise Refused(Refusal.BAD_VALUE, {"field": "damaged", "shape": f"{len(damaged)} cards", "expected": expected})


def _placed(
    view: View, body: Receive, road: tuple[str, Bucket], parts: tuple[SerialSet, SerialSet, SerialSet]
) -> list[Moved]:
    held = road[1].found
    assert held is not None, "a road that leads nowhere"
    placed: list[Moved] = []
    for part, bucket in zip(parts, (held, road[1].lost, Bucket.WASTE_HELD), strict=True):
        placed += moves(view, part, road, (body.party, bucket), body.consignment)
    return placed


def _stopped(view: View, short: SerialSet) -> Iterator[Event]:
    """A card missed on the road must never be taken as anybody's (rule 15)."""
    for part in short:
        for number in range(part.lo, part.hi + 1):
            bound = view.row(Bound, part.series, number)
            attempt = view.row(Attempt, bound.record, bound.n) if bound else None
            record, uid = (attempt.record, attempt.uid) if attempt else ("", "")
            yield from stopped(view, record, uid, (part.series, number), "lost on the road")


def _over(view: View, body: Receive, counted: SerialSet, condition: Condition, owner: str) -> Iterator[Event]:
    """Serials the book does not know are held apart, as what came with them; one it has elsewhere is refused."""
    over = serials_of(body.over)
    if over and owner:
        # Only the hub's book can tell whose they are.
        expected = "none; the office's store counts in what came too many"
        raise Refused(Refusal.BAD_VALUE, {"field": "over", "shape": f"{len(over)} blanks", "expected": expected})
    no_placeholders(over, "over")
    first = counted.ranges[0]
    road = view.covering(first.series, first.lo)
    assert road is not None, "a count of blanks the book does not know"
    for part in over:
        runs = view.overlapping(part.series, part.lo, part.hi)
        if runs:
            clipped = (run.part(max(run.lo, part.lo), min(run.hi, part.hi)) for run in runs[:20])
            raise Refused(Refusal.HELD_ELSEWHERE, {"found": tuple(map(shown_run, clipped))})
        blank_class, paper = road.blank_class, body.minutes or body.consignment
        place = (body.party, Bucket.FOUND_HELD, blank_class, FOUND, paper)
        yield TakenIn(part.series, part.lo, part.hi, *place)
        yield SurplusFound(body.party, PILE_OF[held_as(condition)], part.series, part.lo, part.hi, paper)


def _told(view: View, ask: Ask, consignment: Consignment, came: list[Moved]) -> Iterator[Event]:
    """What a station gave back leaves its copy now that it was counted in."""
    if is_station(consignment.sender):
        out = [GivenOut(m.series, m.lo, m.hi, m.party, m.bucket, m.reference) for m in came]
        yield feed.queued(view, consignment.sender, feed.GIVEN, out, ask.at_ms)
