"""Judging a driver (menilai driver): every check, one after the other, and what came of each.

A check that asks for something this device or bench has not is excused with its reason. What a
driver raises out of place fails the check; nothing ends the judgement.
"""

import shutil
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import TypeVar

from attrs import evolve

from ektp_core.boundary.card_printer import Capabilities, DriverError
from ektp_core.boundary.driver_bench import Bench, MakeBench
from ektp_testing.driver_kit.check import Caught, Check, Excused, NotMet, Result, Strikes, Verdict, Verdicts
from ektp_testing.driver_kit.checks import CHECKS
from ektp_testing.driver_kit.found import Driver
from ektp_testing.driver_kit.hearing import Ear
from ektp_testing.driver_kit.stage import ACT_MS, Stage

T = TypeVar("T")

#: How long one check may take; it strikes at several moments, each on a device of its own.
LIMIT_S = 300.0
#: How long it may take afterwards to let go of the device.
TIDY_S = 60.0


class _Endless(Exception):
    """It did not end."""


def in_time(call: Callable[[], T], limit_s: float | None = None) -> T:
    """Run foreign code that may never return.

    Raises:
        _Endless: it did not end within the limit; it may still be running.
    """
    answers: list[T] = []
    raised: list[BaseException] = []

    def run() -> None:
        try:
            answers.append(call())
        except BaseException as error:  # noqa: BLE001  # handed on to whoever waits
            raised.append(error)

    thread = Thread(target=run, daemon=True)
    thread.start()
    thread.join(limit_s or LIMIT_S)
    if raised:
        raise raised[0]
    if not answers:
        raise _Endless("a call never came back")
    return answers[0]


class Judgement:
    """One driver's judgement: benches in folders of their own, and what the device declared.

    Use it in a `with`, or call `close`.
    """

    def __init__(self, driver: Driver, make_bench: MakeBench) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="ektp-kit-"))
        self._ear = Ear()
        self._driver, self._make, self._benches = evolve(driver, ear=self._ear), make_bench, 0
        try:
            self.strikes, self.capabilities = in_time(lambda: self._declared(driver))
        except BaseException as error:
            self._ear.close()
            shutil.rmtree(self._folder, ignore_errors=True)
            if isinstance(error, DriverError | KeyboardInterrupt):
                raise
            raise DriverError(f"the driver or its bench broke with {type(error).__name__}: {error}") from error
        self._looking, self._moving = self._stage(), self._stage()

    def __enter__(self) -> "Judgement":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def of(self, check: Check) -> Verdict:
        """Run one check, or excuse the device from it; in each the driver may not say what it was given to print."""
        if reason := check.asks(self.capabilities, self.strikes):
            return Verdict(check, Result.EXCUSED, reason)
        stage = self._moving if check.moves else self._looking
        stage.check = check.name
        with self._ear.listening():
            try:
                verdict = self._came_of(check, stage)
            finally:
                self._tidy(stage, check)
        told = self._ear.found()
        if not told:
            return verdict
        is_caught = verdict.result is Result.FAILED and not verdict.fell_over
        return Verdict(check, Result.FAILED, f"{verdict.why}; {told}" if is_caught else told)

    def _came_of(self, check: Check, stage: Stage) -> Verdict:
        try:
            in_time(lambda: check.run(stage))
        except Caught as caught:
            return Verdict(check, Result.FAILED, caught.what)
        except Excused as excused:
            return Verdict(check, Result.EXCUSED, str(excused))
        except NotMet as unmet:
            return Verdict(check, Result.NOT_MET, str(unmet))
        except KeyboardInterrupt:
            raise
        except DriverError as error:
            return Verdict(check, Result.FAILED, f"{type(error).__name__}: {error}", fell_over=True)
        except _Endless:
            self._looking, self._moving = self._stage(), self._stage()  # a call still holds the one before
            return Verdict(check, Result.FAILED, f"it did not end in {LIMIT_S:.0f} s", fell_over=True)
        except BaseException as error:  # noqa: BLE001  # foreign code: what breaks, or exits, fails its check
            return Verdict(check, Result.FAILED, f"it broke with {type(error).__name__}: {error}", fell_over=True)
        return Verdict(check, Result.PASSED)

    def close(self) -> None:
        """End every device and remove the benches' folders."""
        self._looking.close()
        self._moving.close()
        self._ear.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _stage(self) -> Stage:
        return Stage(self._driver, self._bench, self.capabilities, ear=self._ear)

    def _tidy(self, stage: Stage, check: Check) -> None:
        with suppress(Exception, SystemExit):  # its bench may be what broke
            in_time(stage.close if check.moves else stage.leave, TIDY_S)

    def _bench(self) -> Bench:
        self._benches += 1
        folder = self._folder / str(self._benches)
        folder.mkdir()
        return self._make(str(folder))

    def _declared(self, driver: Driver) -> tuple[Strikes, Capabilities]:
        bench = self._bench()
        try:
            found = [one for one in driver.discover(bench.hint) if one.serial == bench.serial]
            if not found:
                raise DriverError(f"the driver {driver.name} does not see the device on its bench, {bench.serial}")
            printer = driver.open(found[0])
            try:
                declared = printer.capabilities(ACT_MS)
                if not isinstance(declared, Capabilities):
                    raise DriverError(f"capabilities gives {type(declared).__name__}")
                return frozenset(bench.strikes), declared
            finally:
                with suppress(DriverError):
                    printer.close()
        finally:
            bench.close()


def judge(
    driver: Driver,
    make_bench: MakeBench,
    checks: Sequence[Check] = CHECKS,
    told: Callable[[Verdict], None] = lambda _: None,
) -> Verdicts:
    """Judge a driver on fresh benches by every check; `told` hears each verdict as it comes.

    Raises:
        DriverError: the device on the bench cannot be opened at all.
    """
    verdicts = []
    with Judgement(driver, make_bench) as judgement:
        for check in checks:
            verdicts.append(judgement.of(check))
            told(verdicts[-1])
    return Verdicts(driver.name, tuple(verdicts))
