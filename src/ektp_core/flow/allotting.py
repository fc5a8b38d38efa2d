"""Requests for blanks and the printer register (usulan blangko dan daftar pencetak). Rules 27 and 28, paper 004.

An office may ask at any time, for a class that exists; only the grant waits. What it can print
is registered by its own head; the best month really printed and a capacity signed by letter are
the centre's word, of two people, and an office's new entry leaves them as they are. A printer
is registered with one class, or its capacity would count twice.
"""

from attrs import evolve, frozen

from ektp_core.allotment.figures import COUNT_MAX, MONTH_DAYS_MAX
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.allotting_events import BlanksRequested, PrintersRegistered, RequestWithdrawn
from ektp_core.flow.allotting_rows import Request, Standing
from ektp_core.flow.ask import Ask
from ektp_core.flow.consigning import known_party
from ektp_core.flow.events import Event
from ektp_core.flow.papers import checked_text
from ektp_core.flow.periods import Paper, paper_date_checked
from ektp_core.flow.permits import PERMITS, Act
from ektp_core.flow.rows import Station, Tally
from ektp_core.flow.signers import of_office, require
from ektp_core.flow.view import View
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.party import CENTRE, PartyId, PartyKind
from ektp_core.vocabulary.request_state import RequestState

#: More blanks than all people of the country could need are a slip (mission: 247,111 in a large regency).
REQUEST_MAX = 10_000_000
PRINTERS_MAX = 10_000

_ASKING = frozenset({PartyKind.OFFICE, PartyKind.PROVINCE})


@frozen
class RequestBlanks:
    """Ask the centre for `count` blanks of a class (usulan). `why` as the letter says it."""

    request: str
    party: str
    blank_class: str
    count: int
    paper: str = ""
    paper_date: str = ""
    why: str = ""


@frozen
class WithdrawRequest:
    """Take a request back that was not answered yet."""

    request: str
    party: str
    why: str


@frozen
class RegisterPrinters:
    """Register an office's printers of one class by their state; `daily_cap`: cards one of them makes in a day."""

    party: str
    blank_class: str
    good: int
    poor: int
    broken: int
    missing: int
    daily_cap: int
    working_days: int = 21


@frozen
class SetCapacity:
    """Set, for the centre, what an office prints in a month: its best month, a signed capacity; 0 = none."""

    party: str
    blank_class: str
    best_month: int
    signed_capacity: int
    letter: str


def decide_request(view: View, ask: Ask, body: RequestBlanks) -> tuple[Event, ...]:
    """The request lies open until it is answered or taken back."""
    who = require(view, ask, PERMITS[Act.REQUEST_BLANKS])
    known_party(view, body.party)
    asking_party(body.party)
    of_office(who, body.party)
    checked_text("request", body.request)
    if any(view.row(Request, body.party, state, body.request) for state in RequestState):
        raise Refused(Refusal.ALREADY_KNOWN, {"what": "the request", "id": body.request})
    _class_exists(view, body.party, body.blank_class)
    _within("count", body.count, 1, REQUEST_MAX)
    checked_text("paper", body.paper, needed=False)
    checked_text("why", body.why, needed=False)
    late = paper_date_checked(view, body.party, Paper("the request", body.paper, body.paper_date), ask.at_ms)
    asked = (body.request, body.party, body.blank_class, body.count, body.paper, body.paper_date, body.why)
    return (BlanksRequested(*asked, who.names, ask.at_ms), *late)


def decide_withdraw_request(view: View, ask: Ask, body: WithdrawRequest) -> tuple[Event, ...]:
    """The request is closed without an answer."""
    who = require(view, ask, PERMITS[Act.REQUEST_BLANKS])
    known_party(view, body.party)
    of_office(who, body.party)
    if view.row(Request, body.party, RequestState.OPEN, body.request) is None:
        raise Refused(Refusal.UNKNOWN_REQUEST, {"request": body.request, "party": body.party, "blank_class": "-"})
    checked_text("why", body.why)
    return (RequestWithdrawn(body.request, body.party, body.why, who.names),)


def decide_printers(view: View, ask: Ask, body: RegisterPrinters) -> tuple[Event, ...]:
    """The register as it is from here on; what the centre set stays."""
    who = require(view, ask, PERMITS[Act.REGISTER_PRINTERS])
    known = _printing(view, body.party, body.blank_class)
    of_office(who, body.party)
    for name in ("good", "poor", "broken", "missing"):
        _within(name, getattr(body, name), 0, PRINTERS_MAX)
    _within("daily_cap", body.daily_cap, 1, COUNT_MAX // PRINTERS_MAX)
    _within("working_days", body.working_days, 1, MONTH_DAYS_MAX)
    printers = evolve(known, good=body.good, poor=body.poor, broken=body.broken, missing=body.missing)
    entry = evolve(printers, daily_cap=body.daily_cap, working_days=body.working_days)
    return (_registered(entry, who.names, ask.at_ms),)


def decide_capacity(view: View, ask: Ask, body: SetCapacity) -> tuple[Event, ...]:
    """The centre's figures beside the register; the printers stay."""
    who = require(view, ask, PERMITS[Act.SET_CAPACITY])
    known = _printing(view, body.party, body.blank_class)
    _within("best_month", body.best_month, 0, COUNT_MAX)
    _within("signed_capacity", body.signed_capacity, 0, COUNT_MAX)
    checked_text("letter", body.letter)
    entry = evolve(known, best_month=body.best_month, signed_capacity=body.signed_capacity, letter=body.letter)
    return (_registered(entry, who.names, ask.at_ms),)


def _registered(entry: Standing, by: tuple[str, ...], at_ms: int) -> Event:
    return PrintersRegistered(
        entry.party,
        entry.blank_class,
        entry.good,
        entry.poor,
        entry.broken,
        entry.missing,
        entry.daily_cap,
        entry.working_days,
        entry.best_month,
        entry.signed_capacity,
        entry.letter,
        by,
        at_ms,
    )


def asking_party(party: str) -> None:
    """Refuse who can have no allotment.

    Raises:
        Refused: BAD_VALUE.
    """
    if PartyId.parse(party).kind not in _ASKING:
        expected = "an office or province such as office/52.03"
        raise Refused(Refusal.BAD_VALUE, {"field": "party", "shape": "another party", "expected": expected})


def _printing(view: View, party: str, blank_class: str) -> Standing:
    """The entry of an office that may print; a province's store prints nothing (rule 28)."""
    known_party(view, party)
    if PartyId.parse(party).kind is not PartyKind.OFFICE:
        expected = "an office such as office/52.03"
        raise Refused(Refusal.BAD_VALUE, {"field": "party", "shape": "another party", "expected": expected})
    _class_exists(view, party, blank_class)
    return view.row(Standing, party, blank_class) or Standing(party, blank_class)


def _class_exists(view: View, party: str, blank_class: str) -> None:
    """A class exists when the centre or the party has blanks of it or had a grant, or a station declares it."""
    held = any(view.row(Tally, holder, Bucket.STOCK, blank_class) for holder in (CENTRE.value, party))
    known = held or view.row(Standing, party, blank_class)
    if not known and not any(blank_class in station.classes for station in view.rows(Station)):
        raise Refused(Refusal.UNKNOWN_CLASS, {"blank_class": blank_class[:40], "party": party})


def _within(name: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        expected = f"a whole number from {least} to {most}"
        raise Refused(Refusal.BAD_VALUE, {"field": name, "shape": str(value), "expected": expected})
