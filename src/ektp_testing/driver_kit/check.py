"""A named check and what came of it (pemeriksaan bernama).

A check is a value: a name, a sentence, a question whether it applies to this device at all, and a
function. It raises `Caught` when the driver does not hold; nothing else decides. A check that does
not apply is excused with its reason, which is shown: an excuse nobody can read is a hole. A check that
waited for something which never happened is `not met`: nothing was seen, so nothing has passed.
"""

from collections.abc import Callable
from enum import Enum
from typing import TYPE_CHECKING, Any

from attrs import frozen

from ektp_core.boundary.card_printer import Capabilities
from ektp_core.boundary.driver_bench import Moment, Strike

if TYPE_CHECKING:
    from ektp_testing.driver_kit.stage import Stage

Strikes = frozenset[tuple[Strike, Moment]]
#: Why a check does not apply to a device of these capabilities on this bench; empty: it applies.
Asks = Callable[[Capabilities, Strikes], str]


class Caught(AssertionError):
    """The driver does not hold: `check` found `what`."""

    def __init__(self, check: str, what: str) -> None:
        super().__init__(f"{check}: {what}")
        self.check = check
        self.what = what


class Excused(Exception):
    """Asked, the device says that it does not have what the check is about; the words say what."""


class NotMet(Exception):
    """What the check waits for never happened, so nothing was compared; the words say what."""


@frozen
class Check:
    """One thing every driver is held to.

    Attributes:
        name: as it is asked for and shown.
        says: what holds, in one sentence.
        asks: gives the reason why a device is excused, or nothing.
        run: raises `Caught`, `Excused` or `NotMet`, or returns.
        moves: whether cards may move; checks that only look share one bench.
    """

    name: str
    says: str
    asks: Asks
    run: "Callable[[Stage], None]"
    moves: bool = True


class Result(Enum):
    """How a check ended."""

    PASSED = "passed"
    FAILED = "failed"
    EXCUSED = "excused"
    NOT_MET = "not met"


@frozen
class Verdict:
    """One check's end.

    Attributes:
        why: what was found, the reason of the excuse, or what never happened.
        fell_over: the driver raised where it should not have; nothing was compared.
    """

    check: Check
    result: Result
    why: str = ""
    fell_over: bool = False


@frozen
class Verdicts:
    """What came of every check for one driver."""

    driver: str
    all: tuple[Verdict, ...]

    @property
    def hold(self) -> bool:
        """Whether no check failed, each that applies saw what it waits for, and at least one passed."""
        return not self.failed and not self.not_met and bool(self.passed)

    @property
    def passed(self) -> tuple[Verdict, ...]:
        """Those that passed."""
        return self._those(Result.PASSED)

    @property
    def failed(self) -> tuple[Verdict, ...]:
        """Those that failed, each with what was found."""
        return self._those(Result.FAILED)

    @property
    def excused(self) -> tuple[Verdict, ...]:
        """Those that do not apply, each with the reason."""
        return self._those(Result.EXCUSED)

    @property
    def not_met(self) -> tuple[Verdict, ...]:
        """Those that waited for something which never happened, each with what it was."""
        return self._those(Result.NOT_MET)

    def of(self, name: str) -> Verdict:
        """The verdict of the check of that name. Raises: KeyError when it was not run."""
        return {one.check.name: one for one in self.all}[name]

    def table(self) -> str:
        """One line a check, and a last one with the sums."""
        width = max((len(one.check.name) for one in self.all), default=0)
        lines = [line_of(one, width) for one in self.all]
        sums = f"{len(self.passed)} passed, {len(self.failed)} failed, {len(self.excused)} excused"
        sums += f", {len(self.not_met)} not met" if self.not_met else ""
        return "\n".join([*lines, f"{self.driver}: {sums}"])

    def plain(self) -> dict[str, Any]:
        """The same for a JSON file."""
        return {
            "driver": self.driver,
            "passed": len(self.passed),
            "failed": len(self.failed),
            "excused": len(self.excused),
            "not_met": len(self.not_met),
            "checks": [
                {"name": one.check.name, "says": one.check.says, "result": one.result.value, "why": one.why}
                for one in self.all
            ],
        }

    def _those(self, result: Result) -> tuple[Verdict, ...]:
        return tuple(one for one in self.all if one.result is result)


def line_of(one: Verdict, width: int = 0) -> str:
    """The table's line of one verdict."""
    told = one.why if one.why else one.check.says
    return f"{one.result.value:8} {one.check.name:{width}}  {told}"
