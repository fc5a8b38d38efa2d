"""A field day (hari sibuk): an office prints all day while line, power and printers fail.

Each seed is one day of one office, lived through twice: once with its faults, once without any.
Judged is the plastic: which cards are good, whose they are, and whether the books say of every
blank what the blank shows. After the day the faults end, people go on until all is settled, and
then every book is audited as in any story of the simulator.
"""

import argparse
import json
import os
import statistics
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from attrs import asdict, evolve, frozen

from ektp_core.errors import EktpError
from ektp_testing.sim import findings
from ektp_testing.sim.closing_audit import audit_at_the_end, what_is_open
from ektp_testing.sim.field_day_count import Day, Watching, counted
from ektp_testing.sim.field_day_office import Plan, new_office, options_of
from ektp_testing.sim.field_day_people import Crew
from ektp_testing.sim.field_day_picture import MINUTES_A_SIGN, SIGNS, Recorder
from ektp_testing.sim.field_day_trouble import Trouble
from ektp_testing.sim.findings import Violation
from ektp_testing.sim.misfortune import heal
from ektp_testing.sim.operator_times import CENTRE_ANSWERS_S, REPORT_EVERY_S, TIMES
from ektp_testing.sim.world import World

_OPENING_MS, _EVENING_MS = 120_000, 6 * 3_600_000


def day(seed: int, plan: Plan) -> Day:
    """One day of one office with the faults of the plan."""
    world = World(seed, options_of(plan))
    watch, trouble = Watching(), Trouble(world, plan)
    office = new_office(world, plan, watch, trouble.strikes)
    watch.country = office
    crew = Crew(office, plan, trouble)
    recorder = Recorder(office, trouble, plan)
    check = text = ""
    found = Day(seed)
    try:
        office.start()
        world.run(_OPENING_MS)
        crew.count_in()
        world.run(_OPENING_MS)
        for machine in office.stations[0].machines.values():
            machine.powered_from_ms = world.now_ms
        trouble.begin(office)
        crew.begin()
        recorder.begin()
        world.run(plan.day_ms)
        found = counted(seed, crew, recorder)
        heal(office)
        world.run(_EVENING_MS, lambda: not what_is_open(office))
        audit_at_the_end(watch.auditor)
    except Violation as violation:
        check, text = violation.check, violation.text
    except EktpError as error:
        check, text = findings.PROGRAM_FAILS, f"{type(error).__name__}: {error}"
    found = evolve(found, finding=f"{check}: {text}" if check else "", **watch.at_the_end())
    office.stop()
    return evolve(found, digest=world.digest)


@frozen
class Pair:
    """A day with its faults, and the same day without any."""

    real: Day
    ideal: Day

    @property
    def ratio(self) -> float:
        """Good cards, of those of the ideal day."""
        return self.real.good / self.ideal.good if self.ideal.good else 0.0

    @property
    def printed_ratio(self) -> float:
        """Cards printed, good or not, of those of the ideal day."""
        return self.real.printed / self.ideal.printed if self.ideal.printed else 0.0

    @property
    def is_clean(self) -> bool:
        """Every blank accounted for, no double, nothing found by the audit of either day."""
        return not (self.real.unaccounted or self.real.double_prints or self.real.finding or self.ideal.finding)


def pair(seed: int, plan: Plan) -> Pair:
    """One seed lived through twice."""
    return Pair(day(seed, plan), day(seed, plan.without_faults()))


def pairs(seeds: Sequence[int], plan: Plan, jobs: int) -> Iterator[Pair]:
    """Seeds one after the other, or on several processors; in their order."""
    lived = partial(pair, plan=plan)
    if jobs == 1:
        yield from map(lived, seeds)
        return
    with get_context("spawn").Pool(jobs) as pool:
        yield from pool.imap(lived, seeds)


def plain(plan: Plan, found: Sequence[Pair]) -> dict[str, Any]:
    """All figures as plain values."""
    return {
        "counted": "good: good cards on the table when the office closes, that a book holds as good",
        "plan": asdict(plan),
        "seconds_by_act": {act.value: asdict(one) for act, one in TIMES.items()},
        "centre_answers_s": CENTRE_ANSWERS_S,
        "report_every_s": REPORT_EVERY_S,
        "ratio": _spread([one.ratio for one in found]),
        "printed_ratio": _spread([one.printed_ratio for one in found]),
        "unaccounted": sum(one.real.unaccounted for one in found),
        "double_prints": sum(one.real.double_prints for one in found),
        "printer_minutes": dict(sum((Counter(one.real.waits) for one in found), Counter[str]())),
        "people_minutes_a_day": {
            name: round(statistics.mean(one.real.minutes[name] for one in found), 1) for name in found[0].real.minutes
        },
        "findings": [text for one in found for text in (one.real.finding, one.ideal.finding) if text],
        "days": [
            {"ratio": round(one.ratio, 4), "ideal_good": one.ideal.good, "ideal_all_done_h": one.ideal.all_done_h}
            | asdict(one.real)
            for one in found
        ],
    }


def _spread(values: Sequence[float]) -> dict[str, float]:
    return {
        "min": round(min(values), 4), "median": round(statistics.median(values), 4), "max": round(max(values), 4),
    }  # fmt: skip


def shown(plan: Plan, found: Pair) -> str:
    """One day as a small table with its picture."""
    real, ideal = found.real, found.ideal
    waits = ", ".join(f"{name} {count}" for name, count in real.waits.items() if count)
    faults = ", ".join(f"{name} {count}" for name, count in real.struck.items())
    lines = [
        f"Seed {real.seed}: {plan.citizens} citizens, {plan.hours:g} hours, {plan.seconds_a_card} s a card,"
        f" line there {real.link:.0%} of the day; {faults}",
        f"  good cards            {real.good:4}   of {ideal.good} on the ideal day: {found.ratio:.1%}"
        f"   ({real.made_again} of them made again after report and unlock)",
        f"  printed, good or not  {real.printed:4}   of {ideal.printed}: {found.printed_ratio:.1%};"
        f" spoiled {real.spoiled}; blanks fed {real.fed}",
        f"  all citizens done     {_after(real)}; on the ideal day {_after(ideal)}",
        f"  blanks unaccounted    {real.unaccounted:4}",
        f"  double prints         {real.double_prints:4}",
        f"  cards in doubt        {real.suspects_opened:4}   open at close {real.suspects_open_at_close},"
        f" in the end {real.suspects_left}; reports taken {real.reports}",
        "  minutes of people     " + ", ".join(f"{name} {value:g}" for name, value in real.minutes.items() if value),
        f"  minutes of printers   {waits}",
        *(f"  {row}" for row in real.picture),
        f"  one sign is {MINUTES_A_SIGN} minutes: " + ", ".join(f"{sign} {text}" for sign, text in SIGNS.items()),
    ]
    lines += [f"  FOUND: {text}" for text in (real.finding, ideal.finding) if text]
    return "\n".join(lines)


def _after(found: Day) -> str:
    return f"after {found.all_done_h:.1f} h" if found.all_done_h else "not this day"


def main(arguments: list[str] | None = None) -> int:
    """Live through field days, show them, write `field-day.json`; 1 if the bar is missed or something was found."""
    parser = argparse.ArgumentParser(prog="make field-day", description="An office prints while everything fails.")
    parser.add_argument("--seed", type=int, default=1, help="the first day's seed")
    parser.add_argument("--days", type=int, default=1, help="how many days, each of an office and a seed of its own")
    parser.add_argument("--seconds-a-card", type=int, default=Plan().seconds_a_card, help="what a printer takes")
    parser.add_argument("--citizens", type=int, default=Plan().citizens, help="how many wait in the morning")
    parser.add_argument("--bar", type=float, default=0.90, help="good cards, of those of the ideal day, in the median")
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1), help="on how many processors")
    parser.add_argument("--json", type=Path, default=Path("field-day.json"), help="where the figures go")
    chosen = parser.parse_args(arguments)
    plan = Plan(citizens=chosen.citizens, seconds_a_card=chosen.seconds_a_card)
    found: list[Pair] = []
    seeds = range(chosen.seed, chosen.seed + chosen.days)
    for one in pairs(seeds, plan, min(chosen.jobs, chosen.days)):
        found.append(one)
        sys.stdout.write(shown(plan, one) + "\n\n")
        sys.stdout.flush()
    figures = plain(plan, found)
    chosen.json.write_text(f"{json.dumps(figures, indent=2)}\n", "utf-8")
    ratio = figures["ratio"]
    sys.stdout.write(
        f"{len(found)} days: good cards of the ideal {ratio['min']:.1%} to {ratio['max']:.1%},"
        f" median {ratio['median']:.1%}; unaccounted {figures['unaccounted']},"
        f" double prints {figures['double_prints']}\n"
    )
    return 0 if ratio["median"] >= chosen.bar and all(one.is_clean for one in found) else 1


if __name__ == "__main__":
    sys.exit(main())
