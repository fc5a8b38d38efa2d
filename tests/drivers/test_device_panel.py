"""The machine's panel, where people load, take out and set faults; and its truth after that."""

import pytest

from ektp_driver_virtual import messages, panel
from ektp_driver_virtual.chip import uid_of
from ektp_driver_virtual.messages import FaultKind, Reason, Step, TakeFrom
from ektp_driver_virtual.truth import Place, read_truth
from tests.drivers.virtual_device import Machine, reason
from tests.drivers.virtual_device import machine as machine  # a fixture


@pytest.mark.parametrize("order", [
    messages.LoadBlanks("T-1", 1, (uid_of("T-1", 1, "other"),)),
    messages.LoadBlanks("T-1", 9, (uid_of("T-1", 1, "seed"),)),
    messages.LoadBlanks("T-1", 9, ("04aa",)),
    messages.LoadBlanks("T-1", 9, ()),
    messages.LoadBlanks("t 1", 9, (uid_of("T-1", 9, "seed"),)),
    messages.LoadBlanks("T-1", 8, (uid_of("T-1", 8), uid_of("T-1", 8))),
])  # fmt: skip
def test_blanks_that_cannot_be_are_not_loaded(machine: Machine, order: messages.LoadBlanks) -> None:
    before = machine.body.truth.events
    assert reason(panel.perform(machine.body, order)) is Reason.BAD_ORDER
    assert machine.body.truth.events == before


def test_unused_blanks_can_be_taken_out_and_come_back(machine: Machine) -> None:
    shown = panel.perform(machine.body, messages.TakeOut((TakeFrom.HOPPER,)))
    assert isinstance(shown, messages.PanelView) and shown.in_hopper == 0 and len(shown.taken) == 5
    assert isinstance(machine.load(5), messages.PanelView)
    machine.card()
    assert reason(machine.load(1)) is Reason.BAD_ORDER


def test_finished_cards_that_were_taken_stay_in_the_truth(machine: Machine) -> None:
    machine.card()
    panel.perform(machine.body, messages.TakeOut((TakeFrom.OUTPUT,)))
    card = machine.body.truth.cards["T-1 1"]
    assert (card.place, card.taken, card.printed_good) == (Place.OUTPUT, True, True)
    assert panel.view(machine.body).in_output == 0


@pytest.mark.parametrize(("kind", "step"), [(FaultKind.MISPRINT, Step.FEED), (FaultKind.DEAD_CHIP, Step.MARK)])
def test_a_fault_that_cannot_be_is_declined(machine: Machine, kind: FaultKind, step: Step) -> None:
    assert reason(machine.fault(kind, step)) is Reason.UNSUPPORTED


def test_the_panel_does_not_take_the_drivers_orders(machine: Machine) -> None:
    assert reason(panel.perform(machine.body, messages.Feed())) is Reason.BAD_ORDER


def test_the_file_and_the_machine_agree_after_all_this(machine: Machine) -> None:
    machine.fault(FaultKind.JAM, Step.MARK, at_card=2)
    machine.card("r1/1/1")
    machine.card("r2/1/1")
    assert read_truth(machine.folder) == machine.body.truth
