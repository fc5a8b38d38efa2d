"""From a station back to its store (pengembalian ke gudang): rule 12, one paper, two signatures.

Unprinted blanks are under the station's pen: the station writes first that it gave them out
(`GiveBack`, they are on the way), and the hub counts them in when it has absorbed that
(`Receive`). Cards and waste are under the hub's: the hub moves them (`TakeBack`). In both
cases the station's copy lets go when its feed says so (Given).
"""

from attrs import frozen

from ektp_core.errors import Refusal, Refused
from ektp_core.flow import feed
from ektp_core.flow.ask import Ask
from ektp_core.flow.blanks import as_ranges, moves, serials_of
from ektp_core.flow.consigning import not_used, some
from ektp_core.flow.custody_events import TakenBack
from ektp_core.flow.events import Dispatched, Event, GivenOut
from ektp_core.flow.on_the_road import held_as
from ektp_core.flow.papers import checked_text
from ektp_core.flow.periods import Paper, paper_date_checked
from ektp_core.flow.permits import PERMITS, Act
from ektp_core.flow.rows import Ranges, Station
from ektp_core.flow.signers import of_office, require
from ektp_core.flow.view import View
from ektp_core.flow.waste import not_evidence
from ektp_core.vocabulary.bucket import Bucket, Condition
from ektp_core.vocabulary.party import PartyId


@frozen
class GiveBack:
    """At the station: give unprinted blanks back to the office's store. `paper`: the number both people sign."""

    paper: str
    ranges: Ranges


@frozen
class TakeBack:
    """At the hub: take finished cards, waste or void cards of a station to the office's store."""

    station: str
    paper: str
    carries: Condition
    ranges: Ranges
    paper_date: str = ""


def given_back_as(station: str, paper: str) -> str:
    """The name of the consignment by which a station gives blanks back."""
    return f"{station}/{paper}"


def decide_give_back(view: View, ask: Ask, body: GiveBack, owner: str) -> tuple[Event, ...]:
    """The station's word that these blanks left its hands; until they are counted in they are on the way."""
    who = require(view, ask, PERMITS[Act.GIVE_BACK])
    home = PartyId(owner).home.value
    of_office(who, home)
    checked_text("paper", body.paper)
    name = given_back_as(owner, body.paper)
    not_used(view, name)
    serials = some(serials_of(body.ranges))
    not_evidence(view, serials)
    moved = moves(view, serials, (owner, Bucket.STOCK), (owner, Bucket.IN_TRANSIT), name)
    return (Dispatched(name, owner, home, as_ranges(serials), ask.at_ms), *moved)


def decide_take_back(view: View, ask: Ask, body: TakeBack) -> tuple[Event, ...]:
    """What came out of the printers goes to the store, with its condition."""
    who = require(view, ask, PERMITS[Act.TAKE_BACK])
    if view.row(Station, body.station) is None:
        raise Refused(Refusal.UNKNOWN_STATION, {"station": body.station})
    home = PartyId(body.station).home.value
    of_office(who, home)
    checked_text("paper", body.paper)
    if body.carries is Condition.BLANK:
        expected = "cards or waste; unprinted blanks are given back by the station, then counted in"
        raise Refused(Refusal.BAD_VALUE, {"field": "carries", "shape": body.carries.value, "expected": expected})
    paper = Paper("the return of a station", body.paper, body.paper_date)
    late = paper_date_checked(view, home, paper, ask.at_ms)
    serials, held = some(serials_of(body.ranges)), held_as(body.carries)
    not_evidence(view, serials)
    moved = moves(view, serials, (body.station, held), (home, held), body.paper)
    out = [GivenOut(m.series, m.lo, m.hi, m.party, m.bucket, m.reference) for m in moved]
    told = TakenBack(body.station, body.paper, body.paper_date, body.carries, as_ranges(serials), who.names)
    return (*moved, told, feed.queued(view, body.station, feed.GIVEN, out, ask.at_ms), *late)
