"""Granting an allotment (pemberian jatah): when an office may have one, how many, and why. Rules 27 and 28.

A grant waits until the last allotment of its party and class has an accepted report as at a cut
no older than the policy says, and for whatever else the policy asks. It is no more than was asked,
than the office can print, than the quota, and leaves the reserve alone; a *push*, a letter and two
people of the centre, lifts these four. Only an *exception*, a letter and two people too, lifts
the waiting, and a push waits like any other grant. Loans are no grants, and neither party of one
waits for it (rule 30). What an office opened with is accounted for too: its first grant does not wait for
that, since nobody granted it anything before; from the second on it must have been reported once.

What binds here are counts of the book. Need and days of use rest on what is expected, so
they are told beside the grant and refuse nothing: the centre divides by `allotment.plan`, and who
signs a grant answers for it (rule 29).
"""

from attrs import evolve, frozen

from ektp_core.allotment import grants
from ektp_core.allotment.capacity import monthly_capacity
from ektp_core.allotment.figures import OfficeFigures
from ektp_core.allotment.limits import NO_LIMIT, Sized, names, sizes
from ektp_core.allotment.policy import Policy
from ektp_core.allotment.rule import WAITS, Rule
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.allotment_policies import InForce, policy_on
from ektp_core.flow.allotting import asking_party
from ektp_core.flow.allotting_events import GrantExplained
from ektp_core.flow.allotting_rows import Request
from ektp_core.flow.ask import Ask
from ektp_core.flow.blanks import as_ranges, moves
from ektp_core.flow.consigning import known_party
from ektp_core.flow.events import Event, Granted
from ektp_core.flow.office_figures import figures_of, open_requests
from ektp_core.flow.opening import opening_account
from ektp_core.flow.papers import checked_text
from ektp_core.flow.periods import Paper, paper_date_checked
from ektp_core.flow.permits import PERMITS, Act
from ektp_core.flow.report_cut import allotments_of
from ektp_core.flow.rows import Allotment, Opening, Report, Tally
from ektp_core.flow.signers import require
from ektp_core.flow.view import View
from ektp_core.flow.waste import free_blanks
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.local_calendar import date_of
from ektp_core.vocabulary.party import CENTRE
from ektp_core.vocabulary.request_state import RequestState


@frozen
class Grant:
    """Grant an office `count` blanks of a class as one allotment.

    Attributes:
        request: the request it answers; empty = every open one of the party and class.
        push: number of the letter by which more is sent than the rules would give; empty = no push.
        exception: number of the letter by which it does not wait (rule 27); empty = no exception.
    """

    allotment: str
    party: str
    blank_class: str
    count: int
    paper: str = ""
    paper_date: str = ""
    request: str = ""
    push: str = ""
    exception: str = ""


@frozen
class _Case:
    """All a grant is judged by."""

    body: Grant
    policy: Policy
    is_set: bool
    figures: OfficeFigures
    sized: Sized
    previous: Allotment | None
    reserve_left: int

    def limit(self, rule: Rule) -> int:
        """What a rule alone would give; NO_LIMIT when it has no say."""
        return dict(zip(names(self.policy), self.sized.own, strict=True)).get(rule, NO_LIMIT)


def decide_grant(view: View, ask: Ask, body: Grant) -> tuple[Event, ...]:
    """Blanks of the centre are held apart for one office, with the reason beside them."""
    is_signed = bool(body.push or body.exception)
    who = require(view, ask, PERMITS[Act.GRANT_SIGNED if is_signed else Act.GRANT])
    known_party(view, body.party)
    asking_party(body.party)
    checked_text("allotment", body.allotment)
    for name in ("paper", "push", "exception"):
        checked_text(name, getattr(body, name), needed=False)
    if view.row(Allotment, body.allotment):
        raise Refused(Refusal.ALREADY_KNOWN, {"what": "the allotment", "id": body.allotment})
    requests = _answered(view, body)
    chosen = free_blanks(view, CENTRE.value, Bucket.STOCK, body.blank_class, body.count)
    case = _case(view, ask, body, requests)
    _refuse_early(view, case)
    if not body.push:
        _refuse_excess(case)
    elif not case.policy.push_allowed:
        expected = "no push: the policy allows none"
        raise Refused(Refusal.BAD_VALUE, {"field": "push", "shape": "a letter", "expected": expected})
    source, target = (CENTRE.value, Bucket.STOCK), (CENTRE.value, Bucket.RESERVED)
    granted = Granted(body.allotment, body.party, body.blank_class, as_ranges(chosen), body.paper, body.paper_date)
    late = paper_date_checked(view, CENTRE.value, Paper("the grant", body.paper, body.paper_date), ask.at_ms)
    told = _explained(case, requests, who.names, ask.at_ms)
    return (*moves(view, chosen, source, target, body.allotment), granted, told, *late)


def explained_when_due(view: View, ask: Ask, body: Grant, by: tuple[str, ...]) -> GrantExplained:
    """What a province sends an office out of its own store, judged and explained as any grant is (rule 27).

    It waits as one, unless an exception is signed, and answers the same requests. How many a province
    gives is its own to say: capacity, quota and reserve bind the centre's grants.

    Raises:
        Refused: ALLOTMENT_UNREPORTED or NEXT_NOT_DUE.
    """
    requests = _answered(view, body)
    case = _case(view, ask, body, requests)
    _refuse_early(view, case)
    return _explained(case, requests, by, ask.at_ms)


def _answered(view: View, body: Grant) -> tuple[Request, ...]:
    """The requests a grant answers."""
    if not body.request:
        return open_requests(view, body.party, body.blank_class)
    named = view.row(Request, body.party, RequestState.OPEN, body.request)
    if named is None or named.blank_class != body.blank_class:
        facts = {"request": body.request, "party": body.party, "blank_class": body.blank_class}
        raise Refused(Refusal.UNKNOWN_REQUEST, facts)
    return (named,)


def _case(view: View, ask: Ask, body: Grant, requests: tuple[Request, ...]) -> _Case:
    force: InForce = policy_on(view, date_of(ask.at_ms, body.party))
    found = figures_of(view, body.party, body.blank_class, ask.at_ms)
    figures = evolve(found, requested=sum(one.count for one in requests))
    held = view.row(Tally, CENTRE.value, Bucket.STOCK, body.blank_class)
    left = (held.count if held else 0) - force.policy.central_reserve
    previous = next(allotments_of(view, body.party, body.blank_class), None)
    return _Case(body, force.policy, force.is_set, figures, sizes(force.policy, [figures])[0], previous, max(0, left))


# -- when ---------------------------------------------------------------------------------


def _refuse_early(view: View, case: _Case) -> None:
    """Rule 27: not before the last one is reported, nor before the policy says so."""
    body, last, policy = case.body, case.previous, case.policy
    if body.exception or last is None:
        return
    facts = {"party": body.party, "allotment": last.allotment}
    if case.limit(Rule.REPORT_MISSING) == 0:
        report = view.row(Report, last.report) if last.report else None
        cut = date_of(report.cut_ms, body.party) if report and report.cut_ms else "-"
        since = date_of(last.granted_ms, body.party)
        days = policy.report_max_age_days
        raise Refused(Refusal.ALLOTMENT_UNREPORTED, {**facts, "since": since, "days": days, "cut": cut})
    _refuse_unopened(view, case)
    waits = [rule for rule in names(policy) if rule in WAITS and case.limit(rule) == 0]
    if waits:
        one = case.figures
        has = {"stock": one.stock, "in_transit": one.in_transit, "remaining": one.remaining_of_last}
        raise Refused(Refusal.NEXT_NOT_DUE, {**facts, **has, "policy": policy.name, "rule": waits[0].value})


def _refuse_unopened(view: View, case: _Case) -> None:
    """What the office began with has had an accepted report once, as at whatever cut (rules 9 and 27)."""
    name = opening_account(case.body.party, case.body.blank_class)
    opening = view.row(Allotment, name)
    if opening is None or opening.report:
        return
    counted = next(view.rows(Opening, case.body.party, case.body.blank_class))
    facts = {"party": case.body.party, "allotment": name, "since": counted.minutes_date}
    raise Refused(Refusal.ALLOTMENT_UNREPORTED, {**facts, "days": case.policy.report_max_age_days, "cut": "-"})


# -- how many -----------------------------------------------------------------------------


def _refuse_excess(case: _Case) -> None:
    """Rule 28: no more than was asked, than fits the printers, than the quota; the reserve stays."""
    body, one = case.body, case.figures
    facts: dict[str, str | int] = {"party": body.party, "count": body.count}
    fits = case.limit(Rule.CAPACITY)
    if body.count > fits:
        capacity = monthly_capacity(one, case.policy.poor_printer_percent) or 0
        has = {"stock": one.stock, "in_transit": one.in_transit}
        raise Refused(Refusal.ABOVE_CAPACITY, {**facts, **has, "capacity": capacity, "limit": fits})
    limits = (
        (Rule.NOT_ASKED, case.limit(Rule.NOT_ASKED) if case.is_set else NO_LIMIT),
        (Rule.REQUEST, one.requested or NO_LIMIT),
        (Rule.QUOTA, case.limit(Rule.QUOTA)),
        (Rule.RESERVE, case.reserve_left),
    )
    for rule, limit in limits:
        if body.count > limit:
            raise Refused(Refusal.ABOVE_LIMIT, {**facts, "rule": rule.value, "limit": limit})


# -- why ----------------------------------------------------------------------------------


def _explained(case: _Case, requests: tuple[Request, ...], by: tuple[str, ...], at_ms: int) -> GrantExplained:
    """The rules that had a say, and the one that bound it: whose limit is just what was granted."""
    body = case.body
    said = tuple((rule, count) for rule, count in zip(names(case.policy), case.sized.own, strict=True))
    limits = tuple((rule.value, count) for rule, count in said if count < NO_LIMIT and _has_say(case, rule))
    exceeded = body.push and any(count < body.count for _, count in limits)
    bound_by = next((code for code, count in limits if count == body.count), "")
    return GrantExplained(
        body.allotment,
        body.party,
        body.blank_class,
        at_ms,
        case.previous.allotment if case.previous else "",
        case.policy.name,
        Rule.PUSH.value if exceeded else bound_by,
        limits,
        _facts(case),
        tuple(one.request for one in requests),
        body.push,
        body.exception,
        by,
    )


def _has_say(case: _Case, rule: Rule) -> bool:
    """Without a policy set nobody need have asked."""
    return rule is not Rule.NOT_ASKED or case.is_set


def _facts(case: _Case) -> tuple[tuple[str, int], ...]:
    """The numbers the sentences of all rules name, as `allotment.grants` gives them."""
    body = case.body
    terms = grants.Terms(case.policy, case.reserve_left + case.policy.central_reserve, case.reserve_left, body.count)
    told = grants.Grant(body.party, body.blank_class, body.count, Rule.PUSH, case.sized, terms)
    return tuple((name, fact) for name, fact in told.facts.items() if isinstance(fact, int))


@frozen
class Told:
    """Why an allotment is as big as it is: what an office is told.

    Attributes:
        bound_by: the rule that bound it, None when the centre gave less than every rule would.
        would_give: every other rule that had a say, and what it alone would have given.
        facts: what stands in the places of `Rule.text`.
    """

    bound_by: Rule | None
    would_give: tuple[tuple[Rule, int], ...]
    facts: dict[str, str | int]


def told_of(view: View, allotment: str) -> Told | None:
    """What the office is told of an allotment; None for one unknown, or granted before reasons were kept."""
    found = view.row(Allotment, allotment)
    if found is None or not found.granted_ms:
        return None
    rules = {rule.value: rule for rule in Rule}
    bound_by = rules[found.bound_by] if found.bound_by else None
    said = tuple((rules[code], count) for code, count in found.limits)
    facts: dict[str, str | int] = {"office": found.party, "blank_class": found.blank_class, **dict(found.facts)}
    return Told(bound_by, tuple(one for one in said if one[0] is not bound_by), facts)
