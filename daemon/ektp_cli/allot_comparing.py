"""Shows two policies side by side (perbandingan kebijakan): the same figures, divided twice.

What a change of policy does to an office is the difference of two plans. It is shown office by
office with the rules that made it, and in sum: blanks granted, offices served, offices left with
less than a week of blanks.
"""

from collections.abc import Sequence

import click

from ektp_cli.allot_showing import (
    INDENT,
    ROWS_MAX,
    SPOKEN_MAX,
    number,
    office,
    period,
    show_heading,
    show_not_begun,
    show_rest_of_table,
    show_text,
)
from ektp_cli.allotting import Division, days_after
from ektp_cli.showing import say, show_table, words
from ektp_core.allotment.grants import Grant
from ektp_core.errors import Fact
from ektp_data.texts import message

Pairs = Sequence[tuple[Grant, Grant]]

_HEAD = (
    message("office"), message("asked"), message("A gives"), message("B gives"), message("B less A"),
    message("days A"), message("days B"),
)  # fmt: skip


def show_comparison(first: Division, second: Division, names: tuple[str, str], today: str = "") -> None:
    """Two plans for the same figures, read on a day (ISO text), if that is known."""
    for letter, name, one in zip("AB", names, (first, second), strict=True):
        when = period(one.plan.policy)
        show_text(say("{letter}: policy {policy}; holds: {period}", letter=letter, policy=name, period=when))
        show_not_begun(one.plan.policy, today)
    pairs = list(zip(first.plan.grants, second.plan.grants, strict=True))
    for blank_class in first.classes:
        _show_pairs(blank_class, [pair for pair in pairs if pair[0].blank_class == blank_class])
    _show_changes(pairs)
    head = ("all", "A", "B")
    rows = (
        (say("blanks granted"), number(first.granted), number(second.granted)),
        (say("offices that get any"), number(_served(first)), number(_served(second))),
        (say("offices left with less than 7 days of blanks"), number(first.nearly_empty), number(second.nearly_empty)),
        (say("loans proposed"), number(len(first.plan.loans)), number(len(second.plan.loans))),
    )
    click.echo()
    show_table(say("In sum"), head, rows, ("A", "B"))


def _served(division: Division) -> int:
    return sum(grant.count > 0 for grant in division.plan.grants)


def _show_pairs(blank_class: str, pairs: Pairs) -> None:
    if not pairs:
        return
    rows = [
        (office(one.office), number(one.figures.requested), number(one.count), number(other.count),
         signed(other.count - one.count), number(days_after(one)), number(days_after(other)))
        for one, other in pairs[:ROWS_MAX]
    ]  # fmt: skip
    a, b = sum(one.count for one, _ in pairs), sum(other.count for _, other in pairs)
    asked = sum(one.figures.requested for one, _ in pairs)
    rows.append((say("all"), number(asked), number(a), number(b), signed(b - a), "", ""))
    show_table(say("Grants of class {blank_class}", blank_class=blank_class), _HEAD, rows, _HEAD[1:])
    show_rest_of_table(len(pairs))
    show_text(say("Days: how long the blanks of an office last after the grant."))


def _show_changes(pairs: Pairs) -> None:
    changed = sorted(
        ((other.count - one.count, one, other) for one, other in pairs if other.count != one.count),
        key=lambda change: (-change[0], change[1].office),
    )
    gain = [change for change in changed if change[0] > 0]
    lose = [change for change in reversed(changed) if change[0] < 0]
    show_heading(say("Who gets more or less under B"))
    counts = {"more": number(len(gain)), "less": number(len(lose)), "same": number(len(pairs) - len(changed))}
    show_text(say("{more} offices get more, {less} less, {same} the same.", **counts))
    half = SPOKEN_MAX // 2
    for difference, one, other in (*gain[:half], *lose[:half]):
        facts: dict[str, Fact] = {"office": office(one.office), "difference": signed(difference)}
        facts |= {"rule_a": words().text(one.bound_by.label), "rule_b": words().text(other.bound_by.label)}
        show_text(say("{office}: {difference}; bound by {rule_a} under A, by {rule_b} under B.", **facts), INDENT)
    if rest := len(gain[half:]) + len(lose[half:]):
        show_text(say("{count} more offices stand in the table and in the file of --json.", count=number(rest)))


def signed(difference: int) -> str:
    """A difference with its sign; nothing for none."""
    return "=" if not difference else ("+" if difference > 0 else "-") + words().number(abs(difference))
