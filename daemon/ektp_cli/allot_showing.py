"""Shows plans of allotment (tampilan rencana alokasi): the table, the reasons in words, the loans, the rest.

A number alone convinces no office. Under the table stands for every office that gets less than
it asked for which rule bound it, with the figures, and what each other rule would have given.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

import click

from ektp_cli.allotting import Division, days_after, is_not_begun, limit_of, need_of, office_name
from ektp_cli.showing import console, say, show_table, words
from ektp_core.allotment.grants import Grant, Loan
from ektp_core.allotment.policy import Policy, UsedUp
from ektp_core.allotment.rule import Rule
from ektp_core.errors import Fact
from ektp_data.csv_sheet import write_sheet
from ektp_data.texts import message

_UNKNOWN = "-"
#: How far a line stands in that belongs to the line above.
INDENT = "   "
_NAMED = 10

#: With more offices than this a screen is no place for reasons: they stand in the files.
SPOKEN_MAX = 100
#: Every regency of the country has its row on the screen, every district has not.
ROWS_MAX = 600
_PLACE = re.compile(r"\{(\w+)\}")

#: Why, in words, for every office and class.
Reasons = Mapping[tuple[str, str], str]

#: Rules by which a grant waits (rule 27): what they would give is no count.
_NOT_YET = frozenset({
    Rule.REPORT_MISSING, Rule.NOT_USED_UP, Rule.ABOVE_THRESHOLD, Rule.NOT_NEARLY_EMPTY, Rule.TOO_SOON,
})  # fmt: skip
_AS_ASKED = frozenset({Rule.REQUEST, Rule.NOT_ASKED})

#: Heads of the CSV file.
PLAN_COLUMNS = (
    message("office"), message("name"), message("class"), message("asked"), message("need"), message("can take"),
    message("gets"), message("bound by"), message("why"), message("by other rules"), message("days of blanks"),
)  # fmt: skip

#: When an office may have the next grant, by policy.
WHEN = {
    UsedUp.NONE: message("at any time"),
    UsedUp.USED_UP_FIRST: message("when the last allotment is used up"),
    UsedUp.BELOW_THRESHOLD: message("below {threshold} blanks"),
    UsedUp.BEFORE_EMPTY: message("before it runs out"),
    UsedUp.WEEKLY: message("every {days} days"),
}


def number(count: int | None) -> str:
    """A count with its thousands set apart; a dash where nothing is known."""
    return _UNKNOWN if count is None else words().number(count)


def period(policy: Policy) -> str:
    """From when to when a policy holds."""
    if not policy.valid_from and not policy.valid_to:
        return say("always")
    if not policy.valid_to:
        return say("from {first}", first=policy.valid_from)
    if not policy.valid_from:
        return say("until {last}", last=policy.valid_to)
    return say("{first} to {last}", first=policy.valid_from, last=policy.valid_to)


def show_plan(division: Division, told: Reasons, today: str = "") -> None:
    """Everything a plan says, for people.

    `told` has the reasons; `today` is the day it is read on (ISO text), where that matters.
    """
    found = division.plan
    show_policy(found.policy, today)
    for blank_class in division.classes:
        show_grants(blank_class, [one for one in found.grants if one.blank_class == blank_class])
    if len(found.grants) > SPOKEN_MAX:
        click.echo()
        count = number(len(found.grants))
        show_text(say("Why each of the {count} gets this many stands in the files of --csv and --json.", count=count))
    else:
        _show_reasons(found.grants, told)
    _show_loans(found.loans)
    _show_rest(division)


def show_policy(policy: Policy, today: str = "") -> None:
    """Name, period and source of a policy; loudly when it has not begun."""
    told = say("Policy {policy}; holds: {period}", policy=policy.name, period=period(policy))
    show_text(say("{what}; source: {source}", what=told, source=policy.paper) if policy.paper else told)
    show_not_begun(policy, today)


def show_not_begun(policy: Policy, today: str) -> None:
    """A warning for a policy that nobody may plan by yet."""
    if today and is_not_begun(policy, today):
        facts = {"policy": policy.name, "first": policy.valid_from, "today": today}
        text = say("ATTENTION: policy {policy} holds only from {first}; today is {today}.", **facts)
        console().print(text, style="bold red", soft_wrap=True)


def show_grants(blank_class: str, grants: Sequence[Grant]) -> None:
    """The table of one class."""
    if not grants:
        return
    head = ("office", "asked", "need", "can take", "gets", "bound by")
    rows = [
        (office(one.office), number(one.figures.requested), number(need_of(one)),
         number(limit_of(one, Rule.CAPACITY)), number(one.count), words().text(one.bound_by.label))
        for one in grants[:ROWS_MAX]
    ]  # fmt: skip
    sums = (sum(one.figures.requested for one in grants), sum(one.count for one in grants))
    rows.append((say("all"), number(sums[0]), "", "", number(sums[1]), ""))
    show_table(say("Grants of class {blank_class}", blank_class=blank_class), head, rows, head[1:5])
    show_rest_of_table(len(grants))


def show_rest_of_table(count: int) -> None:
    """Says how many of so many rows are not in the table, though in its sums."""
    if count > ROWS_MAX:
        rest = number(count - ROWS_MAX)
        show_text(say("{count} more rows are in the sums and in the files, not in this table.", count=rest))


def office(party: str) -> str:
    """An office by code and name."""
    kind, _, rest = party.partition("/")
    return office_name(party) if kind == "group" else f"{rest} {office_name(party)}"


def reason(grant: Grant) -> str:
    """Why an office gets this many and no more, in one sentence."""
    text, facts = grant.text, grant.facts
    named = {name: facts[name] for name in _PLACE.findall(text)}
    return words().text(text, **_facts(named, office=office_name(grant.office)))


def others(grant: Grant) -> str:
    """What each other rule would have given."""
    return "; ".join(_other(rule, count) for rule, count in grant.would_give)


def _other(rule: Rule, count: int) -> str:
    label = words().text(rule.label)
    if rule in _NOT_YET:
        return say("{rule}: not yet", rule=label)
    if rule is Rule.NOT_ASKED:
        return label
    return say("{rule} {count}", rule=label, count=number(count))


def more(grant: Grant) -> Iterator[str]:
    """What else is worth saying of a grant."""
    figures = grant.figures
    if grant.would_give:
        yield say("By other rules alone: {list}.", list=others(grant))
    if grant.bound_by is Rule.NEED and figures.own_backlog not in {0, figures.backlog}:
        own = number(figures.own_backlog)
        yield say("By its own count {own} people wait; the centre's count decides.", own=own)
    if grant.unknown:
        missing = ", ".join(words().text(rule.label) for rule in grant.unknown)
        yield say("No figures for: {list}. That rule did not bind.", list=missing)
    if len(grant.deliveries) > 1:
        yield say("In deliveries: {list}.", list="; ".join(_delivery(*one) for one in grant.deliveries))


def _delivery(day: int, count: int) -> str:
    return say("{count} after {days} days", count=number(count), days=number(day)) if day else number(count)


def _show_reasons(grants: Sequence[Grant], said: Reasons) -> None:
    as_asked = [one for one in grants if one.bound_by is Rule.REQUEST and not _is_odd(one)]
    silent = [one for one in grants if one.bound_by is Rule.NOT_ASKED]
    told = [one for one in grants if one.bound_by not in _AS_ASKED or (one.bound_by is Rule.REQUEST and _is_odd(one))]
    if told:
        show_heading(say("Why"))
    for one in told:
        facts = {"office": office(one.office), "count": number(one.count), "asked": number(one.figures.requested)}
        show_text(say("{office}: {count}, asked for {asked}.", **facts))
        for line in (said[one.office, one.blank_class], *more(one)):
            show_text(line, INDENT)
    if as_asked:
        show_text(say("All they asked for: {list}.", list=_names(as_asked)))
    if silent:
        show_text(say("Have not asked: {list}.", list=_names(silent)))


def _is_odd(grant: Grant) -> bool:
    """Whether there is more to say of a grant than that it is all that was asked for."""
    return bool(grant.unknown) or len(grant.deliveries) > 1


def _names(grants: Sequence[Grant]) -> str:
    names = [office(one.office) for one in grants[:_NAMED]]
    rest = len(grants) - len(names)
    return ", ".join(names) + (f", + {number(rest)}" if rest else "")


def _show_loans(loans: Sequence[Loan]) -> None:
    if not loans:
        return
    show_heading(say("Loans proposed, the first to be made first"))
    for one in loans[:SPOKEN_MAX]:
        names = {"lender": office_name(one.lender), "borrower": office_name(one.borrower)}
        facts = _facts(one.facts, **names)
        show_text(say("{rank}. {lender} lends {count} of class {blank_class} to {borrower}, due in {due_days} days.",
                  rank=str(one.rank), **facts))  # fmt: skip
        show_text(words().text(one.text, **facts), INDENT)
    if len(loans) > SPOKEN_MAX:
        show_text(say("{count} more loans stand in the file of --json.", count=number(len(loans) - SPOKEN_MAX)))


def _show_rest(division: Division) -> None:
    show_heading(say("What is left"))
    found = division.plan
    for blank_class in division.classes:
        granted = sum(one.count for one in found.grants if one.blank_class == blank_class)
        facts: dict[str, Fact] = {"blank_class": blank_class, "granted": number(granted)}
        if not division.is_supply_known:
            told = say("Class {blank_class}: {granted} granted; without --supply there is enough for all.", **facts)
        elif blank_class not in found.supply_by_class:
            told = say("Class {blank_class}: none, for no supply of it was given.", **facts)
        else:
            facts |= {"left": number(found.left[blank_class]), "supply": number(found.supply_by_class[blank_class])}
            told = say("Class {blank_class}: {granted} of {supply} granted, {left} left at the centre.", **facts)
        show_text(told)
    if found.policy.central_reserve and division.is_supply_known:
        kept = number(found.policy.central_reserve)
        show_text(say("The policy keeps back {reserve} of each class as the reserve.", reserve=kept))


# -- for other programs -------------------------------------------------------------------


def plan_sheet(division: Division, told: Reasons) -> bytes:
    """A CSV file of the grants: counts without separators, so that a spreadsheet can sum them."""
    rows = [
        (one.office, office_name(one.office), one.blank_class, one.figures.requested, _empty(need_of(one)),
         _empty(limit_of(one, Rule.CAPACITY)), one.count, words().text(one.bound_by.label),
         told[one.office, one.blank_class], others(one), _empty(days_after(one)))
        for one in division.plan.grants
    ]  # fmt: skip
    return write_sheet([words().text(name) for name in PLAN_COLUMNS], rows, words().language.value)


def reasons(division: Division) -> dict[tuple[str, str], str]:
    """Why, for every grant."""
    return {(one.office, one.blank_class): reason(one) for one in division.plan.grants}


def _empty(count: int | None) -> int | str:
    return "" if count is None else count


def show_policies(policies: Sequence[Policy]) -> None:
    """A list of policies: when each holds, and when an office may have the next grant under it."""
    for one in policies:
        show_text(say("{policy} (holds: {period})", policy=one.name, period=period(one)))
        show_text(say("Next grant: {when}. Limits: {list}.", when=_when(one), list=_limits(one)), INDENT)
        if one.paper:
            show_text(say("Source: {source}", source=one.paper), INDENT)


def _when(policy: Policy) -> str:
    facts = {"threshold": number(policy.reorder_threshold), "days": number(policy.interval_days)}
    return words().text(WHEN[policy.used_up], **facts)


def _limits(policy: Policy) -> str:
    """Names of the rules that limit a grant under a policy."""
    on = (
        (Rule.REPORT_MISSING, policy.report_needed),
        (Rule.NEED, policy.need_binds),
        (Rule.CAPACITY, policy.capacity_binds),
        (Rule.QUOTA, policy.quota),
        (Rule.COVER, policy.max_cover_days),
    )
    return ", ".join(words().text(rule.label) for rule, is_on in on if is_on)


# -- lines --------------------------------------------------------------------------------


def _facts(facts: Mapping[str, Fact], **named: str) -> dict[str, Fact]:
    """Facts for a sentence: numbers with thousands set apart, offices by name."""
    shown: dict[str, Fact] = {
        name: words().number(fact) if isinstance(fact, int) else fact for name, fact in facts.items()
    }
    return shown | named


def show_heading(text: str) -> None:
    """A heading above lines, which is said already."""
    screen = console()
    screen.print()
    screen.print(text, style="bold", soft_wrap=True)


def show_text(text: str, indent: str = "") -> None:
    """A line of text that is said already, folded between words where the screen ends."""
    from rich.padding import Padding
    from rich.text import Text

    console().print(Padding(Text(text), (0, 0, 0, len(indent)), expand=False))
