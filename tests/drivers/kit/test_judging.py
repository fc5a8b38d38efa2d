"""How a judgement goes: excuses with reasons, findings, a driver that falls over, and the tables."""

import importlib
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from attrs import define

from ektp_core.boundary.card_printer import Can, Capabilities, DriverError, Found
from ektp_core.boundary.driver_bench import Bench, MakeBench, Moment, Strike
from ektp_core.boundary.hookspecs import hookimpl
from ektp_driver_virtual import plugin as virtual
from ektp_testing.driver_kit import CHECKS, Check, Driver, Result, Stage, judge
from ektp_testing.driver_kit.asking import always, both, needs, offers, steps
from ektp_testing.driver_kit.picture import CANARY, picture
from tests.drivers.kit.mutant import Broken

judging = importlib.import_module("ektp_testing.driver_kit.judge")  # the name in the package is the function
NOTHING: frozenset[tuple[Strike, Moment]] = frozenset()


def can(*what: Can) -> Capabilities:
    declared = Can.NOTHING
    for one in what:
        declared |= one
    return Capabilities(declared, 1016, 648, 300)


def test_there_are_many_checks_and_no_two_are_called_the_same() -> None:
    assert len({check.name for check in CHECKS}) == len(CHECKS) >= 35
    assert all(check.says.endswith(".") for check in CHECKS)


def test_an_excuse_names_what_the_device_has_not_or_the_bench_cannot() -> None:
    assert always(can(), NOTHING) == ""
    assert needs(Can.FLIP)(can(), NOTHING) == "the device has no FLIP"
    assert needs(Can.FLIP)(can(Can.FLIP), NOTHING) == ""
    assert "queue" in steps(can(Can.OPAQUE_QUEUE), NOTHING)
    assert offers(Strike.JAM)(can(), NOTHING) == "the bench cannot make this happen: jam"
    assert offers(Strike.JAM)(can(), frozenset({(Strike.JAM, Moment.MARK)})) == ""
    assert offers(Strike.JAM, Moment.FEED)(can(), frozenset({(Strike.JAM, Moment.MARK)})).endswith("jam at feed")
    assert both(always, needs(Can.FLIP), needs(Can.MAGNETIC))(can(), NOTHING) == "the device has no FLIP"


def test_a_blind_queue_is_held_to_something() -> None:
    asked = [check for check in CHECKS if not check.asks(can(Can.OPAQUE_QUEUE), NOTHING)]
    assert len(asked) > 20


def test_the_picture_has_its_size_and_carries_a_number() -> None:
    png = picture(1016, 648).front_png
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert (int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")) == (1016, 648)
    assert CANARY.encode() in png
    assert len(CANARY) == 16


def _check(name: str, run: Callable[[Stage], None]) -> Check:
    return Check(name, "It holds.", always, run, moves=False)


def _catches(stage: Stage) -> None:
    stage.refused(lambda: stage.raw().identify(5_000), "it answered")


def _breaks(_stage: Stage) -> None:
    raise RuntimeError("a bench that breaks")


def _not_there(_stage: Stage) -> None:
    raise DriverError("out of place")


def _has_none(stage: Stage) -> None:
    stage.excuse("the device has no word for it")


def _never_happens(stage: Stage) -> None:
    stage.attempt(lambda: stage.unmet("nobody came"))


@pytest.mark.processes
def test_what_never_happened_is_neither_passed_nor_excused_and_keeps_a_driver_from_holding(
    ektp_driver: Driver, ektp_bench: MakeBench
) -> None:
    sound = _check("holds", lambda stage: None)
    excused, unmet = _check("has-none", _has_none), _check("never-happens", _never_happens)
    assert judge(ektp_driver, ektp_bench, (sound, excused)).hold
    verdicts = judge(ektp_driver, ektp_bench, (sound, excused, unmet))
    assert not verdicts.hold and not verdicts.failed
    assert (verdicts.of("has-none").result, verdicts.of("has-none").why) == (Result.EXCUSED, "the device has no word for it")
    assert (verdicts.of("never-happens").result, verdicts.of("never-happens").why) == (Result.NOT_MET, "nobody came")
    assert verdicts.table().splitlines()[-1] == "virtual: 1 passed, 0 failed, 1 excused, 1 not met"
    assert verdicts.plain()["not_met"] == 1


class SleepyBench:
    """A bench that promises a fault and does not make it."""

    def __init__(self, bench: Bench, *asleep: Strike) -> None:
        self._bench, self._asleep = bench, asleep

    def __getattr__(self, name: str) -> Any:
        return getattr(self._bench, name)

    def strike(self, what: Strike, at: Moment) -> None:
        if what not in self._asleep:
            self._bench.strike(what, at)


@pytest.mark.processes
@pytest.mark.parametrize(
    ("what", "names"),
    [
        (Strike.JAM, ("jam", "jam-is-an-error", "recover-prints-nothing")),
        (Strike.MISPRINT, ("misprint",)),
        (Strike.DOUBLE_FEED, ("double-feed",)),
        (Strike.COUNTER_WRAP, ("counter-wrap",)),
        (Strike.FOREIGN_PRINT, ("foreign-print",)),
        (Strike.POWER_CUT, ("power-cut", "counters-kept")),
    ],
)
def test_a_fault_that_was_ordered_and_never_came_is_not_met(
    what: Strike, names: tuple[str, ...], ektp_driver: Driver, ektp_bench: MakeBench
) -> None:
    checks = [check for check in CHECKS if check.name in names]
    assert len(checks) == len(names)
    def asleep(folder: str) -> Bench:
        return SleepyBench(ektp_bench(folder), what)

    verdicts = judge(ektp_driver, asleep, checks)
    assert {one.check.name for one in verdicts.not_met} == set(names), verdicts.table()


@pytest.mark.processes
def test_a_verdict_says_what_was_found_and_whether_anything_was_compared(ektp_driver: Driver, ektp_bench: MakeBench) -> None:
    checks = (
        _check("holds", lambda stage: None),
        _check("catches", _catches),
        _check("breaks", _breaks),
        _check("not-there", _not_there),
        Check("excused", "It flips.", needs(Can.FLIP), _breaks),
    )
    heard: list[str] = []
    verdicts = judge(ektp_driver, ektp_bench, checks, lambda one: heard.append(one.check.name))
    assert heard == ["holds", "catches", "breaks", "not-there", "excused"]
    assert not verdicts.hold
    assert (verdicts.of("catches").why, verdicts.of("catches").fell_over) == ("it answered", False)
    assert verdicts.of("breaks").fell_over
    assert verdicts.of("not-there").fell_over
    assert verdicts.of("excused").result is Result.EXCUSED
    assert verdicts.table().splitlines()[-1] == "virtual: 1 passed, 3 failed, 1 excused"
    plain = json.loads(json.dumps(verdicts.plain()))
    assert plain["checks"][1] == {"name": "catches", "says": "It holds.", "result": "failed", "why": "it answered"}


def _exits(_stage: Stage) -> None:
    sys.exit(0)


def _never_ends(_stage: Stage) -> None:
    Event().wait(60)


def _answers_by_exit(stage: Stage) -> None:
    stage.attempt(lambda: sys.exit(0))


@pytest.mark.processes
def test_a_driver_that_exits_or_never_answers_fails_and_the_judgement_goes_on(
    ektp_driver: Driver, ektp_bench: MakeBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judging, "LIMIT_S", 5.0)
    checks = (
        _check("exits", _exits),
        _check("answers-by-exit", _answers_by_exit),
        _check("never-ends", _never_ends),
        _check("holds", lambda stage: stage.expect(stage.raw().identify(5_000).serial, "it has no serial")),
    )
    verdicts = judge(ektp_driver, ektp_bench, checks)
    assert [one.result for one in verdicts.all] == [*[Result.FAILED] * 3, Result.PASSED]
    assert "SystemExit" in verdicts.of("exits").why and "SystemExit" in verdicts.of("answers-by-exit").why
    assert "did not end" in verdicts.of("never-ends").why


@define
class Odd:
    """The virtual printer's driver, whose `capabilities` does something else."""

    does: Callable[[], object]

    @hookimpl
    def ektp_discover_printers(self, hint: str) -> list[Found]:
        return virtual.ektp_discover_printers(hint)

    @hookimpl
    def ektp_open_printer(self, found: Found) -> object:
        printer = virtual.ektp_open_printer(found)
        assert printer is not None
        return Broken(printer, {"capabilities": lambda ms: self.does()})


@pytest.mark.processes
@pytest.mark.parametrize("does", [lambda: sys.exit(0), lambda: int("x"), lambda: "many", lambda: Event().wait(60)])
def test_a_device_that_declares_nothing_cannot_be_judged_and_leaves_nothing_behind(
    does: Callable[[], object], ektp_bench: MakeBench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(judging, "LIMIT_S", 5.0)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(DriverError):
        judge(Driver("virtual", Odd(does)), ektp_bench)
    assert not list(tmp_path.glob("ektp-kit-*"))


@pytest.mark.processes
def test_a_device_that_its_driver_does_not_see_cannot_be_judged(
    ektp_driver: Driver, ektp_bench: MakeBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def elsewhere(folder: str) -> Bench:
        bench = ektp_bench(folder)
        monkeypatch.setattr(bench, "hint", f"{bench.hint}-nothing")
        return bench

    with pytest.raises(DriverError, match="does not see the device"):
        judge(ektp_driver, elsewhere)


@pytest.mark.processes
def test_a_bench_declines_what_it_cannot_make_happen(ektp_bench: MakeBench, tmp_path: Path) -> None:
    bench = ektp_bench(str(tmp_path))
    try:
        with pytest.raises(DriverError, match="cannot make spooler-killed happen at mark"):
            bench.strike(Strike.SPOOLER_KILLED, Moment.MARK)
        bench.load(2)
        assert [card.number for card in bench.cards()] == [1, 2]
        for what, at in sorted(bench.strikes, key=str):
            bench.strike(what, at)
            bench.mend()
    finally:
        bench.close()
