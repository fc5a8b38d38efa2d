"""What is told to go wrong, and when (gangguan yang diperintahkan).

Faults are orders from outside, given at the front panel before the card comes; each
happens once. They live as long as the printer's process, not in its folder.
"""

from attrs import Factory, define, frozen

from ektp_driver_virtual.messages import FaultKind, Flaw, SetFault, Step

#: Where each fault can strike; the first is where it strikes when nobody says.
STEPS: dict[FaultKind, tuple[Step, ...]] = {
    FaultKind.MISPRINT: (Step.MARK,),
    FaultKind.JAM: (Step.MARK, Step.FEED, Step.ENCODE, Step.EJECT),
    FaultKind.RUN_OUT: (Step.FEED, Step.ENCODE, Step.MARK, Step.EJECT),
    FaultKind.POWER_LOSS: (Step.MARK, Step.FEED, Step.ENCODE, Step.EJECT),
    FaultKind.DEAD_CHIP: (Step.ENCODE,),
}


@frozen
class Fault:
    """One fault waiting for its card: the one that makes the fed-counter show `at_fed`."""

    kind: FaultKind
    step: Step
    at_fed: int
    flaw: Flaw

    def __str__(self) -> str:
        return f"{self.kind.value} at {self.step.value} of card {self.at_fed}"


@define
class Faults:
    """All faults that wait."""

    waiting: list[Fault] = Factory(list)
    dead_chips: set[str] = Factory(set)

    def arm(self, order: SetFault, fed: int) -> None:
        """Let a fault wait for the `at_card`-th card from now."""
        self.waiting.append(Fault(order.kind, order.step, fed + order.at_card, order.flaw))

    def due(self, step: Step, fed: int, *kinds: FaultKind) -> Fault | None:
        """Take out the fault of one of these kinds that strikes at this step of this card."""
        for fault in self.waiting:
            if fault.step is step and fault.at_fed <= fed and (not kinds or fault.kind in kinds):
                self.waiting.remove(fault)
                return fault
        return None
