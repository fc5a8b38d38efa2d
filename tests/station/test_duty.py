"""When a printer may take a card: settings decide, the book counts, and what nobody knows stops nothing."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ektp_core.boundary.card_printer import Can, Capabilities, CardPosition, Condition, Notice, Severity, Status, Supply
from ektp_core.flow.care_events import TestState
from ektp_core.flow.care_rows import PrinterWork, Testing
from ektp_core.flow.rows import Printer
from ektp_core.vocabulary.local_calendar import day_number
from ektp_station.duty import (
    SENTENCES,
    Facts,
    Limits,
    Reason,
    Seen,
    Told,
    a_working_day,
    cards_today,
    what_is_due,
    why_not_given,
    why_printer_waits,
)

STATION, MINUTE, DAY = "station/52.03/1", 60_000, 86_400_000
NOW = 1_700_000_000_000
TODAY = day_number(NOW, STATION)
LOADED = Printer(STATION, "A", 0, "S", 1, 10)


def can(*flags: Can) -> Capabilities:
    found = Can.NOTHING
    for one in flags:
        found |= one
    return Capabilities(found, 1016, 648, 300)


def seen(temperature_c: int | None = None, *notices: Notice, supplies: tuple[Supply, ...] = ()) -> Seen:
    return Seen(NOW, Status(notices, CardPosition.NONE, 1, False, temperature_c), supplies)


def work(*days: tuple[int, int], **more: int) -> PrinterWork:
    """Cards by how many days ago."""
    past = tuple((TODAY - ago, cards) for ago, cards in days)
    return PrinterWork(STATION, "A", past, total=sum(cards for _, cards in past), **more)


def facts(limits: Limits = Limits(), **more: Any) -> Facts:  # noqa: B008  # a value
    known: dict[str, Any] = {"row": LOADED, "has_blank": True, **more}
    return Facts("A", STATION, limits, **known)


def reason(one: Facts, now_ms: int = NOW) -> Reason | None:
    found = why_printer_waits(one, now_ms)
    return found.reason if found else None


# -- nothing blocks that nobody can tell -------------------------------------------------------


@given(
    st.builds(Limits, *[st.integers(0, 1000)] * 3, *[st.integers(-1, 400)] * 2, *[st.integers(0, 1000)] * 3),
    st.sampled_from([(), (Can.READS_TEMPERATURE,), (Can.READS_TEMPERATURE, Can.RETRANSFER)]),
)
def test_a_printer_of_which_nothing_is_known_takes_cards_whatever_the_limits(
    limits: Limits, flags: tuple[Can, ...]
) -> None:
    for known in (None, can(*flags)):
        for look in (Seen(), seen(None)):
            one = facts(limits, can=known, seen=look)
            assert why_printer_waits(one, NOW) is None
            assert what_is_due(one, NOW) == ()


@given(st.integers(0, 300), st.integers(0, 300))
def test_the_cap_stops_at_the_cap_and_the_next_day_begins_anew(cap: int, cards: int) -> None:
    one = facts(Limits(daily_cap=cap), work=work((1, 500), (0, cards)))
    assert cards_today(one, NOW) == cards
    assert reason(one) is (Reason.DAILY_CAP if 0 < cap <= cards else None)
    assert reason(one, NOW + DAY) is None


@given(st.integers(1, 50), st.integers(0, 200), st.integers(0, 120))
def test_a_printer_rests_after_each_so_many_cards_and_never_longer_than_its_rest(
    every: int, cards: int, minutes: int
) -> None:
    limits = Limits(rest_every=every, rest_ms=30 * MINUTE)
    one = facts(limits, work=work((0, cards), last_ms=NOW - minutes * MINUTE))
    rests = cards > 0 and cards % every == 0 and minutes < 30
    assert reason(one) is (Reason.RESTS if rests else None)
    if rests:
        assert f"{30 - minutes} more minutes" in getattr(why_printer_waits(one, NOW), "text")  # noqa: B009  # it waits, so there is one


def test_a_clock_set_back_does_not_stretch_a_rest() -> None:
    one = facts(Limits(rest_every=5, rest_ms=MINUTE), work=work((0, 5), last_ms=NOW + 7 * DAY))
    found = why_printer_waits(one, NOW)
    assert found is not None and found.facts["minutes"] == 1


# -- temperature -----------------------------------------------------------------------------------


RETRANSFER = can(Can.READS_TEMPERATURE, Can.RETRANSFER)
DIRECT = can(Can.READS_TEMPERATURE)


@pytest.mark.parametrize(
    ("device", "now_c", "low", "high", "expected"),
    [
        (RETRANSFER, 159, 0, 0, Reason.TOO_COLD),
        (RETRANSFER, 160, 0, 0, None),
        (RETRANSFER, 170, 0, 0, None),
        (RETRANSFER, 171, 0, 0, Reason.TOO_HOT),
        (RETRANSFER, 20, -1, -1, None),
        (RETRANSFER, 175, 0, 180, None),
        (DIRECT, 20, 0, 0, None),
        (DIRECT, 200, 0, 0, None),
        (DIRECT, 61, 0, 60, Reason.TOO_HOT),
        (DIRECT, 9, 10, 0, Reason.TOO_COLD),
        (can(Can.RETRANSFER), 20, 0, 0, None),
        (RETRANSFER, None, 0, 0, None),
    ],
)
def test_the_temperature_gate(
    device: Capabilities, now_c: int | None, low: int, high: int, expected: Reason | None
) -> None:
    one = facts(Limits(min_c=low, max_c=high), can=device, seen=seen(now_c))
    assert reason(one) is expected
    assert why_not_given(one, NOW) == why_printer_waits(one, NOW)


# -- the other reasons, in order -----------------------------------------------------------------------


JAM = Notice(Condition.JAM, Severity.ERROR)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, None),
        ({"is_there": False}, Reason.NOT_THERE),
        ({"row": Printer(STATION, "A", 0, "S", 1, 10, "a fork")}, Reason.CLOSED),
        ({"row": Printer(STATION, "A", 0, "S", 1, 10, paused_why="a new ribbon")}, Reason.PAUSED),
        ({"seen": Seen(NOW, why="unplugged")}, Reason.NO_ANSWER),
        ({"asks": True}, Reason.LOOK),
        ({"row": None}, Reason.NOT_LOADED),
        ({"row": Printer(STATION, "A", 0)}, Reason.NOT_LOADED),
        ({"has_blank": False}, Reason.NO_BLANK),
        ({"seen": seen(None, JAM)}, Reason.DEVICE),
        ({"testing": Testing(STATION, "A", TestState.ORDERED)}, Reason.TEST),
        ({"testing": Testing(STATION, "A", TestState.WASTE)}, None),
        ({"is_there": False, "asks": True, "row": None}, Reason.NOT_THERE),
    ],
)
def test_each_reason_has_its_sentence(changes: dict[str, Any], expected: Reason | None) -> None:
    found = why_printer_waits(facts(**changes), NOW)
    assert (found.reason if found else None) is expected
    if found:
        assert "{" not in found.text and "A" in found.text


def test_what_people_have_to_settle_is_no_matter_of_duty() -> None:
    """The device and the book refuse that themselves, and a look at a card is no reason to keep it."""
    assert why_not_given(facts(asks=True, seen=seen(None, JAM), row=None), NOW) is None


def test_every_reason_has_a_sentence() -> None:
    assert set(SENTENCES) == set(Reason)


# -- what is due ------------------------------------------------------------------------------------


def due(one: Facts) -> list[Reason]:
    return [told.reason for told in what_is_due(one, NOW)]


@pytest.mark.parametrize("condition", [Condition.CLEANING_DUE, Condition.CLEANING_NEEDED])
def test_a_device_that_asks_to_be_cleaned_is_heard_and_goes_on(condition: Condition) -> None:
    one = facts(seen=seen(None, Notice(condition, Severity.REPORT)))
    assert due(one) == [Reason.CLEAN_SAID]
    assert reason(one) is None


def test_a_cleaning_is_due_after_so_many_cards_since_the_last() -> None:
    limits = Limits(clean_every=100, idle_days=0)
    assert due(facts(limits, work=work((1, 150), cleaned_total=51))) == []
    assert due(facts(limits, work=work((1, 150), cleaned_total=50))) == [Reason.CLEAN_COUNTED]


def test_supplies_are_forecast_in_working_days_of_this_printer_and_never_stop_it() -> None:
    supplies = (Supply("ribbon", 150), Supply("film", 0), Supply("blanks", None))
    one = facts(seen=seen(None, supplies=supplies), work=work((9, 100), (3, 60), (0, 80)))
    assert a_working_day(one.work) == 80
    found = what_is_due(one, NOW)
    assert [(told.reason, told.facts["supply"], told.facts["days"]) for told in found] == [
        (Reason.LOW, "ribbon", 1),
        (Reason.LOW, "film", 0),
    ]
    assert len({told.key for told in found}) == 2, "each is told once by itself"
    assert reason(one) is None


def test_without_work_no_days_are_forecast() -> None:
    assert due(facts(seen=seen(None, supplies=(Supply("ribbon", 0),)))) == []


@pytest.mark.parametrize(("days", "expected"), [(6, []), (7, [Reason.IDLE]), (60, [Reason.IDLE])])
def test_an_idle_printer_is_remembered(days: int, expected: list[Reason]) -> None:
    one = facts(work=PrinterWork(STATION, "A", ((TODAY - days, 3),), 3, 0, NOW - days * DAY))
    assert due(one) == expected
    assert Told(Reason.IDLE, {"printer": "A", "days": 7}).text.startswith("Printer A has not printed for 7 days")
