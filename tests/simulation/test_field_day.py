"""The field day: an office prints while line, power and printers fail; counted from the plastic."""

import json
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from ektp_testing.sim import field_day
from ektp_testing.sim.auditor import Auditor
from ektp_testing.sim.field_day import Pair, day, main
from ektp_testing.sim.field_day_count import Day
from ektp_testing.sim.field_day_office import Plan
from ektp_testing.sim.field_day_picture import SIGNS
from ektp_testing.sim.field_day_trouble import moments_of_cuts, spells_without_line
from ektp_testing.sim.operator_times import TIMES, Act
from ektp_testing.sim.options import Options
from ektp_testing.sim.world import World

#: A short day with much trouble: enough of everything, in a few seconds.
SHORT = Plan(hours=1.0, citizens=24, blanks=60, seconds_a_card=120, misprint=0.2, jam=0.01, link_spells=6, power_cuts=1)


@cache
def _day(seed: int) -> Day:
    return day(seed, SHORT)


@cache
def _ideal() -> Day:
    return day(1, SHORT.without_faults())


@pytest.mark.rule(8)
@pytest.mark.rule(22)
@pytest.mark.parametrize("seed", [1, 2])
def test_after_a_day_of_faults_every_blank_is_accounted_for_and_no_card_is_double(seed: int) -> None:
    found = _day(seed)
    assert (found.finding, found.unaccounted, found.double_prints, found.suspects_left) == ("", 0, 0, 0)
    assert found.good > 0
    assert found.struck["power_cut"] == 1 and found.struck["misprint"] > 0


def test_jams_leave_cards_in_doubt_which_two_people_settle() -> None:
    found = [_day(seed) for seed in (1, 2)]
    assert sum(one.struck.get("printer_jam", 0) for one in found) > 0
    assert sum(one.suspects_opened for one in found) > 0
    assert sum(one.minutes[Act.SETTLE.value] for one in found) > 0


def test_without_faults_every_citizen_has_a_card_the_same_day() -> None:
    found = _ideal()
    assert (found.good, found.printed, found.spoiled, found.finding) == (24, 24, 0, "")
    assert found.all_done_h > 0 and not found.struck
    assert found.minutes[Act.LOOK.value] == pytest.approx(24 * TIMES[Act.LOOK].seconds / 60)


def test_a_seed_is_the_same_day_again() -> None:
    assert day(1, SHORT) == _day(1)


def test_the_minutes_of_people_are_their_acts_times_the_table() -> None:
    found = _day(1)
    for act in Act:
        takes = TIMES[act]
        minutes = found.acts[act.value] * takes.seconds * takes.people / 60
        assert found.minutes[act.value] == pytest.approx(minutes, abs=0.1)


def test_every_printer_is_somewhere_in_every_minute() -> None:
    assert sum(_day(1).waits.values()) == 2 * 60
    assert set("".join(row[6:] for row in _day(1).picture[2:])) <= set(SIGNS)


def _with_a_copy(auditor: Auditor) -> None:
    """Somebody made a second good card of an attempt on a blank the book has in stock."""
    cards = auditor.country.cards.values()
    good, blank = next(one for one in cards if one.is_good), next(one for one in cards if one.is_untouched)
    blank.job, blank.is_complete = good.job, True


@pytest.mark.rule(22)
def test_a_second_good_card_and_a_blank_that_is_none_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(field_day, "audit_at_the_end", _with_a_copy)
    found = day(1, SHORT.without_faults())
    assert (found.double_prints, found.unaccounted) == (1, 1)


def test_a_finding_of_the_audit_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    from ektp_testing.sim.closing_audit import audit_at_the_end

    def _tampered(auditor: Auditor) -> None:
        _with_a_copy(auditor)
        audit_at_the_end(auditor)

    monkeypatch.setattr(field_day, "audit_at_the_end", _tampered)
    assert "two good cards" in day(1, SHORT.without_faults()).finding


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.1, 0.9), st.integers(2, 40))
def test_the_line_is_there_for_its_share_of_the_day(seed: int, link: float, count: int) -> None:
    plan = evolve(Plan(), link=link, link_spells=count)
    spells = spells_without_line(World(seed, Options()), plan)
    assert len(spells) == count and spells == sorted(spells)
    assert all(start < end for start, end in spells)
    assert all(end <= start for (_, end), (start, _) in pairwise(spells))
    assert spells[0][0] >= 0 and spells[-1][1] <= plan.day_ms + 1
    assert sum(end - start for start, end in spells) == pytest.approx((1 - link) * plan.day_ms, abs=count)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000))
def test_power_cuts_are_apart_and_within_the_day(seed: int) -> None:
    moments = moments_of_cuts(World(seed, Options()), Plan())
    assert len(moments) == 3
    assert moments[0] >= 900_000 and moments[-1] <= Plan().day_ms - 900_000
    assert all(later - before >= 2_400_000 for before, later in pairwise(moments))


def test_every_act_of_people_has_seconds_and_says_where_they_come_from() -> None:
    assert set(TIMES) == set(Act)
    assert all(one.seconds > 0 and one.people > 0 and one.source for one in TIMES.values())


def _pair(good: int, **more: Any) -> Pair:
    real = evolve(Day(1, good=good, printed=good, picture=("link =",)), **more)
    return Pair(real, Day(1, good=100, printed=100))


@pytest.mark.parametrize(
    ("found", "code"),
    [
        (_pair(90), 0),
        (_pair(89), 1),
        (_pair(100, unaccounted=1), 1),
        (_pair(100, double_prints=1), 1),
        (_pair(100, finding="a record does not come to its end: x"), 1),
    ],
)
def test_the_bar_is_nine_of_ten_with_nothing_lost_and_nothing_double(
    found: Pair, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(field_day, "pair", lambda seed, plan: found)
    file = tmp_path / "field-day.json"
    assert main(["--json", str(file)]) == code
    figures = json.loads(file.read_text())
    assert figures["ratio"]["median"] == pytest.approx(found.real.good / 100)
    assert figures["unaccounted"] == found.real.unaccounted
    assert "good cards" in capsys.readouterr().out
