"""A person's hand on the front panel, from another process (tangan di panel depan).

>>> FrontPanel(Path("/nowhere")).view()
Traceback (most recent call last):
    ...
ektp_core.boundary.card_printer.DriverLost: no printer runs in /nowhere
"""

from collections.abc import Sequence
from pathlib import Path

from attrs import frozen

from ektp_core.boundary.card_printer import DriverError
from ektp_driver_virtual import chip, messages, wire
from ektp_driver_virtual.faults import STEPS
from ektp_driver_virtual.messages import FaultKind, Flaw, PanelView, Step, TakeFrom
from ektp_driver_virtual.protocol import Frame

EVERYWHERE = (TakeFrom.OUTPUT, TakeFrom.REJECT, TakeFrom.JAMMED)


@frozen
class FrontPanel:
    """The panel of the printer of one folder. Every method is one short connection.

    Raises:
        DriverLost, DriverTimeout: no printer runs there. DriverError: the machine declines.
    """

    folder: Path
    timeout_ms: int = 5_000

    def view(self) -> PanelView:
        """What the display shows."""
        return self._shown(messages.AskPanel())

    def load(
        self, series: str, lo: int, count: int, seed: str | int = chip.DEFAULT_SEED, uids: Sequence[str] = ()
    ) -> PanelView:
        """Put blanks into the hopper; their chips' UIDs follow from the seed unless given."""
        given = tuple(uids) or tuple(chip.uid_of(series, lo + i, seed) for i in range(count))
        if len(given) != count:
            raise DriverError(f"{count} blanks need {count} UIDs; {len(given)} are given")
        return self._shown(messages.LoadBlanks(series, lo, given))

    def new_ribbon(self) -> None:
        """Put in a fresh ribbon."""
        self._ask(messages.NewRibbon())

    def fault(self, kind: FaultKind, at_card: int = 1, step: Step | None = None, flaw: Flaw = Flaw.ANY) -> None:
        """Make something go wrong at the `at_card`-th card fed from now; 0 is the one inside."""
        self._ask(messages.SetFault(kind, step or STEPS[kind][0], at_card, flaw))

    def take(self, *places: TakeFrom) -> tuple[str, ...]:
        """Take cards out; without a place, all finished, rejected and stuck ones."""
        return self._shown(messages.TakeOut(places or EVERYWHERE)).taken

    def power(self, on: bool) -> None:
        """Switch the machine on or off."""
        self._ask(messages.SwitchPower(on))

    def tell(self, *words: str) -> PanelView:
        """An order that only this kind of machine knows; the others decline it."""
        return self._shown(messages.Tell(words))

    def _shown(self, order: object) -> PanelView:
        answer = self._ask(order)
        if not isinstance(answer, PanelView):
            raise DriverError("the printer answered something else")
        return answer

    def _ask(self, order: object) -> object:
        deadline = wire.deadline_in(self.timeout_ms)
        line = wire.connect(wire.read_addresses(self.folder).panel, deadline)
        with line:
            wire.send(line, Frame(1, order), deadline)
            answer = wire.receive(line, deadline).message
        if isinstance(answer, messages.Declined):
            raise DriverError(f"{answer.reason.value}: {answer.text}")
        return answer
