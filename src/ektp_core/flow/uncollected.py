"""Finished cards nobody fetched, and activations beside their policy (kartu belum diambil): readers, no asks.

Both read what the book has now: a holder's held cards by its runs, and one card's facts
beside the policy in force on the day it was handed over (rules 18, 35).
"""

from collections.abc import Iterator

from ektp_core.flow.blanks import runs_of
from ektp_core.flow.cards_rows import CardFacts, CardPolicy
from ektp_core.flow.holds import office_of
from ektp_core.flow.rows import Attempt, Bound, Holding
from ektp_core.flow.view import View
from ektp_core.handover.activation import Rule, Timing, in_force, timing
from ektp_core.handover.ageing import Waiting
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.local_calendar import date_of
from ektp_core.vocabulary.serial import SerialRange, SerialSet


def uncollected(view: View, party: str, blank_class: str) -> Iterator[Waiting]:
    """The finished cards that lie with a party (a station or an office), waiting since they were begun."""
    run: Holding | None = view.lowest(party, Bucket.GOOD_HELD, blank_class)
    while run:
        for number in range(run.lo, run.hi + 1):
            card = _card_of(view, run.series, number)
            if card:
                facts = view.row(CardFacts, card.record, card.n)
                yield Waiting(card.record, card.started_ms, facts.out_on if facts else "")
        run = view.lowest(party, Bucket.GOOD_HELD, blank_class, (run.series, run.lo))


def cards_out(view: View, party: str, blank_class: str) -> SerialSet:
    """Finished cards of a party that were carried out with a list and not brought back: in no drawer (rule 35)."""
    out: list[SerialRange] = []
    for run in runs_of(view, party, Bucket.GOOD_HELD, blank_class):
        for number in range(run.lo, run.hi + 1):
            card = _card_of(view, run.series, number)
            facts = view.row(CardFacts, card.record, card.n) if card else None
            if facts and facts.out_on:
                out.append(SerialRange.one(run.series, number))
    return SerialSet(out)


def _card_of(view: View, series: str, number: int) -> Attempt | None:
    bound = view.row(Bound, series, number)
    return view.row(Attempt, bound.record, bound.n) if bound else None


def activation_timing(view: View, facts: CardFacts) -> Timing:
    """How a card's activation stands beside the policy of the day it was handed over (of its activation, before)."""
    office = office_of(view, facts.record)
    activated = date_of(facts.activated_ms, office) if facts.activated_ms else ""
    handed = date_of(facts.handed_ms, office) if facts.handed_ms else ""
    rules = (Rule(row.since, row.activation) for row in view.rows(CardPolicy))
    return timing(in_force(rules, handed or activated).when, activated, handed)


def longest_wait_days(view: View, day: str) -> int:
    """After how many days a waiting card is overdue, by the policy of that local date; 90 before one was set."""
    begun = [row for row in view.rows(CardPolicy) if row.since <= day]
    return begun[-1].uncollected_days if begun else 90
