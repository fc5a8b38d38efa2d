"""The kit that judges drivers (penguji driver): small named checks of any card printer's driver.

It needs no pytest and no subclassing: a driver, a bench with a device on it, and `judge`. What the
driver says is compared with what the device did, which only the bench knows.
"""

from ektp_testing.driver_kit.check import Caught, Check, Result, Verdict, Verdicts
from ektp_testing.driver_kit.checks import CHECKS
from ektp_testing.driver_kit.found import Driver, bench_of, installed
from ektp_testing.driver_kit.judge import judge
from ektp_testing.driver_kit.stage import Stage

__all__ = [
    "CHECKS",
    "Caught",
    "Check",
    "Driver",
    "Result",
    "Stage",
    "Verdict",
    "Verdicts",
    "bench_of",
    "installed",
    "judge",
]
