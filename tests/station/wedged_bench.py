"""A printer on the bench whose jam stays: the rollers do not move the card, and the error waits for the host.

It can also be as people and printers are: take the order to forget with the card still in it, say that it is empty
though it is not, or be silent. Its truth is that of `ektp_testing.sim.printer.Machine`.
"""

from random import Random
from typing import Any

from attrs import define, evolve, field

from ektp_core.boundary.card_printer import (
    Bin,
    CardPosition,
    Condition,
    DriverError,
    Notice,
    Recovery,
    Severity,
    Status,
)
from ektp_core.boundary.store import Accepted
from ektp_core.errors import Refused
from ektp_core.flow.recovering import FreeBy, RecoverPrinter
from ektp_core.flow.rows import Tally
from ektp_station.duty import Limits
from ektp_station.freeing import FreeEnd, Freeing, Stage
from ektp_testing.sim.printer import Machine
from tests.station.press_bench import KEY, NEVER, PRINTER, STATION, Bench


@define(eq=False)
class WedgedMachine(Machine):
    """See the module's text. `jams_at`: the act at which the next card is stuck."""

    jams_at: str = ""
    is_latched: bool = False
    is_wedged: bool = False
    obeys: bool = False
    is_liar: bool = False
    lies: bool = False
    raises: DriverError | None = None
    moves_after_ms: int = 0
    ordered: list[Recovery] = field(factory=list)

    def _maybe_jam(self, what: str) -> None:
        if what != self.jams_at or self.inside is None:
            return
        self.jams_at, self.is_latched, self.is_wedged = "", True, True
        self.inside.flaw, self.position = "bent in a jam", CardPosition.JAMMED
        raise DriverError("jam")

    def _status(self) -> Status:
        found = super()._status()
        if self.lies and self.inside:
            return evolve(found, notices=(), position=CardPosition.NONE)
        stuck = (Notice(Condition.JAM, Severity.ERROR),) if self.is_latched else ()
        return evolve(found, notices=(*stuck, *found.notices))

    def recover(self, action: Recovery, timeout_ms: int) -> None:
        """What a person ordered; or the one who sets an interrupted card aside."""
        self.ordered.append(action)
        with self.act("recover"):
            if self.raises:
                raise self.raises
            if action is Recovery.REJECT_CARD:
                if self.inside is None or self.is_wedged:
                    raise DriverError("nothing that the rollers could move")
                self._out(Bin.REJECT)
            elif self.inside and not self.obeys:
                raise DriverError("the stuck card must come out first")
            self.is_latched = False
            if self.moves_after_ms:
                self.late = (self.now() + self.moves_after_ms, lambda: None)
            self.lies = self.is_liar and self.inside is not None


class WedgedBench(Bench):
    """A station with that printer, and a person beside it."""

    def __init__(self, records: int = 2, **settings: Any) -> None:
        super().__init__(records=records, limits={PRINTER: Limits()}, **settings)
        old = self.machine
        self.machine: WedgedMachine = WedgedMachine(
            PRINTER, Random(1), lambda: self.now_ms, lambda _: None, NEVER, old.log, old.blind, old.hopper
        )  # fmt: skip

    def start(self) -> None:
        """As any bench's; its idle printer is looked at first."""
        self.up()
        self.tick()
        self.work()
        self.tick()

    def until_idle(self, ticks: int = 20) -> None:
        """Time goes by and everything happens that wants to."""
        for _ in range(ticks):
            self.settle()
            self.tick()
        self.settle()

    def jam(self, at: str = "print") -> None:
        """The first card is stuck for good; the printer waits for people."""
        self.machine.jams_at = at
        self.start()
        self.until_idle()

    def free(self, by: FreeBy, ticks: int = 4) -> None:
        """A person orders it."""
        self.ask(RecoverPrinter(PRINTER, by), KEY)
        for _ in range(ticks):
            self.tick()
            self.settle()

    @property
    def freed(self) -> Freeing:
        """What came of the last order."""
        return self.state.freed[PRINTER]

    @property
    def end(self) -> FreeEnd | None:
        """How it ended."""
        assert self.freed.stage is Stage.OVER
        return self.freed.end

    def answer(self) -> Accepted | Refused:
        """The last one a person got."""
        return self.replies[-1].answer

    def blanks(self) -> int:
        """Every blank of the book, wherever it is."""
        with self.store.read() as view:
            return sum(one.count for one in view.rows(Tally, STATION))

    def marks(self) -> list[str]:
        """Jobs that were printed, on whatever card."""
        return [one.job for one in self.cards if one.job]
