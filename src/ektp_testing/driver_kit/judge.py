"""Judging a driver (menilai driver): every check, one after the other, and what came of each.

A check that asks for something this device or bench has not is excused with its reason. What a
driver raises out of place fails the check; nothing ends the judgement.
"""

import shutil
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from ektp_core.boundary.card_printer import Capabilities, DriverError
from ektp_core.boundary.driver_bench import Bench, MakeBench
from ektp_testing.driver_kit.check import Caught, Check, Result, Strikes, Verdict, Verdicts
from ektp_testing.driver_kit.checks import CHECKS
from ektp_testing.driver_kit.found import Driver
from ektp_testing.driver_kit.stage import ACT_MS, Stage


class Judgement:
    """One driver's judgement: benches in folders of their own, and what the device declared.

    Use it in a `with`, or call `close`.
    """

    def __init__(self, driver: Driver, make_bench: MakeBench) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="ektp-kit-"))
        self._make, self._benches = make_bench, 0
        self.strikes, self.capabilities = self._declared(driver)
        self._looking = Stage(driver, self._bench, self.capabilities)
        self._moving = Stage(driver, self._bench, self.capabilities)

    def __enter__(self) -> "Judgement":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def of(self, check: Check) -> Verdict:
        """Run one check, or excuse the device from it."""
        reason = check.asks(self.capabilities, self.strikes)
        if reason:
            return Verdict(check, Result.EXCUSED, reason)
        stage = self._moving if check.moves else self._looking
        stage.check = check.name
        stage.errors.clear()
        try:
            check.run(stage)
        except Caught as caught:
            return Verdict(check, Result.FAILED, caught.what)
        except DriverError as error:
            return Verdict(check, Result.FAILED, f"{type(error).__name__}: {error}", fell_over=True)
        except Exception as error:  # noqa: BLE001  # foreign code: a driver or a bench that breaks fails its check
            return Verdict(check, Result.FAILED, f"it broke with {type(error).__name__}: {error}", fell_over=True)
        finally:
            if check.moves:
                stage.close()
            else:
                stage.leave()
        return Verdict(check, Result.PASSED)

    def close(self) -> None:
        """End every device and remove the benches' folders."""
        self._looking.close()
        self._moving.close()
        shutil.rmtree(self._folder, ignore_errors=True)

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
                return frozenset(bench.strikes), printer.capabilities(ACT_MS)
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
