"""Calls to a device that hangs (pencetak yang diam): each ends by its deadline, whatever it asks for.

Acts that move a card are timed where they are struck (`silence`); here are those that only ask, agree or let
go, which a station does most of all when a device is silent.
"""

from collections.abc import Callable

from ektp_core.boundary.card_printer import CardPrinter, DriverError, Settings
from ektp_core.boundary.driver_bench import Moment, Strike
from ektp_testing.driver_kit.asking import offers
from ektp_testing.driver_kit.check import Check
from ektp_testing.driver_kit.stage import OWNER, Stage
from ektp_testing.driver_kit.timing import SILENT_MS, SLACK_S

_CALLS: dict[str, Callable[[CardPrinter], object]] = {
    "identify": lambda printer: printer.identify(SILENT_MS),
    "capabilities": lambda printer: printer.capabilities(SILENT_MS),
    "status": lambda printer: printer.status(SILENT_MS),
    "counters": lambda printer: printer.counters(SILENT_MS),
    "supplies": lambda printer: printer.supplies(SILENT_MS),
    "look": lambda printer: printer.look("kit-0/1/1", SILENT_MS),
    "observe": lambda printer: printer.observe("kit-0/1/1", SILENT_MS),
    "configure": lambda printer: printer.configure(Settings(), SILENT_MS),
    "reserve": lambda printer: printer.reserve(OWNER, SILENT_MS),
    "release": lambda printer: printer.release(SILENT_MS),
    "close": lambda printer: printer.close(),
}
#: Nobody can know these of a device that says nothing.
_NEED_THE_DEVICE = ("status", "look")


def _ends_in_time(stage: Stage) -> None:
    """Each call on a line of its own: after one deadline a driver may believe nothing more on that line."""
    for name, call in _CALLS.items():
        printer = stage.done(stage.open, f"it cannot be opened before {name}")
        stage.strike(Strike.SILENCE, Moment.NOW)
        limit_s = SILENT_MS / 1000 + SLACK_S
        answer = stage.within(lambda: call(printer), limit_s, f"{name} did not end by its deadline")  # noqa: B023  # called here
        is_known = name in _NEED_THE_DEVICE and not isinstance(answer, DriverError)
        stage.expect(not is_known, f"{name} answered for a device that says nothing")
        if name != "close":
            closing = f"closing after {name} had no answer did not end"
            stage.within(lambda: stage.let_go(printer), SLACK_S, closing)  # noqa: B023  # called here
        stage.bench.mend()


TIME_CHECKS = (
    Check(
        "ends-in-time",
        "No question, agreement or close outlasts its deadline on a device that hangs.",
        offers(Strike.SILENCE, Moment.NOW),
        _ends_in_time,
    ),
)
