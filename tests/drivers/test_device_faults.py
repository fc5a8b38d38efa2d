"""The machine jams, runs out, misprints and loses power: what it knows of it, and where its card is then."""

import io
from pathlib import Path

import pytest

from ektp_core.boundary.card_printer import Bin, CardPosition, Condition, Look, Recovery, ResetLevel, Severity, Station
from ektp_core.vocabulary.verdict import BlankPlace, Outcome
from ektp_driver_virtual import eye, messages, panel
from ektp_driver_virtual.body import PowerLost
from ektp_driver_virtual.chip import uid_of
from ektp_driver_virtual.messages import Done, FaultKind, Flaw, Reason, Step, TakeFrom
from ektp_driver_virtual.truth import Place
from tests.drivers.virtual_device import Machine, reason
from tests.drivers.virtual_device import machine as machine  # a fixture


@pytest.mark.parametrize("flaw", [Flaw.PANEL_MISSING, Flaw.STREAKS, Flaw.LETTERS_MISSING])
def test_a_misprint_is_seen_by_people_and_not_by_the_printer(machine: Machine, flaw: Flaw) -> None:
    machine.fault(FaultKind.MISPRINT, Step.MARK, flaw=flaw)
    machine.card()
    assert machine.observe().verdict.outcome is Outcome.GOOD
    assert machine.status().stops == ()
    card = machine.body.truth.cards["T-1 1"]
    assert (card.printed_good, card.spoiled, card.why) == (False, True, f"misprint: {flaw.value}")
    assert machine.looks() != ""


def test_a_fault_waits_for_its_card(machine: Machine) -> None:
    machine.fault(FaultKind.MISPRINT, Step.MARK, at_card=2)
    machine.card("r1/1/1")
    machine.card("r2/1/1")
    machine.card("r3/1/1")
    good = [machine.body.truth.cards[f"T-1 {n}"].printed_good for n in (1, 2, 3)]
    assert good == [True, False, True]


def test_a_jam_while_marking_spoils_the_card_and_the_printer_knows(machine: Machine) -> None:
    machine.fault(FaultKind.JAM, Step.MARK)
    assert reason(machine.card()) is Reason.JAM
    verdict = machine.observe().verdict
    assert (verdict.outcome, verdict.blank) == (Outcome.SPOILED, BlankPlace.IN_PRINTER)
    status = machine.status()
    assert status.position is CardPosition.JAMMED
    assert [(n.condition, n.severity) for n in status.stops] == [(Condition.JAM, Severity.ERROR)]
    assert machine.looks() == "the picture stops half way"


@pytest.mark.parametrize("action", [Recovery.RESUME_SAME_CARD, Recovery.CLEAR_ERROR])
def test_a_stuck_card_is_neither_resumed_nor_wished_away(machine: Machine, action: Recovery) -> None:
    machine.fault(FaultKind.JAM, Step.MARK)
    machine.card()
    assert reason(machine.do(messages.Recover(action))) is Reason.JAM
    assert reason(machine.do(messages.Deliver(Bin.OUTPUT))) is Reason.JAM
    assert reason(machine.feed()) is Reason.CARD_INSIDE


def test_an_operator_can_order_a_stuck_card_into_the_reject_tray(machine: Machine) -> None:
    machine.fault(FaultKind.JAM, Step.MARK)
    machine.card()
    assert machine.do(messages.Recover(Recovery.REJECT_CARD)) == Done()
    assert machine.body.truth.cards["T-1 1"].place is Place.REJECT
    assert machine.status().stops == ()


def test_a_person_can_pull_a_stuck_card_out(machine: Machine) -> None:
    machine.fault(FaultKind.JAM, Step.MARK)
    machine.card()
    shown = panel.perform(machine.body, messages.TakeOut((TakeFrom.JAMMED,)))
    assert isinstance(shown, messages.PanelView) and shown.taken == ("T-1 1",)
    assert machine.status().position is CardPosition.NONE
    assert machine.body.truth.cards["T-1 1"].place is Place.JAMMED_REMOVED
    assert machine.observe().verdict.blank is BlankPlace.UNKNOWN
    assert machine.do(messages.Recover(Recovery.CLEAR_ERROR)) == Done()


@pytest.mark.parametrize("step", [Step.FEED, Step.ENCODE])
def test_a_jam_before_marking_bends_a_card_no_ink_touched(machine: Machine, step: Step) -> None:
    machine.fault(FaultKind.JAM, step)
    machine.feed()
    if step is Step.ENCODE:
        machine.do(messages.Move(Station.CONTACTLESS))
        assert reason(machine.do(messages.Encode(b"x"))) is Reason.JAM
    card = machine.body.truth.cards["T-1 1"]
    assert (card.fed, card.marked, card.spoiled, card.picture) == (True, False, True, "")
    assert machine.body.truth.counters == {"fed": 1, "printed": 0, "ejected": 0, "rejected": 0, "errors": 1}


def test_a_jam_on_the_way_out_turns_a_good_card_bad(machine: Machine) -> None:
    machine.fault(FaultKind.JAM, Step.EJECT)
    assert reason(machine.card()) is Reason.JAM
    assert machine.observe().verdict.outcome is Outcome.SPOILED
    assert not machine.body.truth.good


def test_a_ribbon_that_ends_before_a_card_stops_feeding(machine: Machine) -> None:
    machine.fault(FaultKind.RUN_OUT, Step.FEED)
    assert reason(machine.feed()) is Reason.NOT_READY
    assert machine.body.fed == 0
    assert [(n.condition, n.severity) for n in machine.status().stops] == [(Condition.RIBBON_EMPTY, Severity.WARNING)]
    panel.perform(machine.body, messages.NewRibbon())
    assert machine.feed() == Done()


def test_a_ribbon_that_ends_in_a_card_spoils_it(machine: Machine) -> None:
    machine.fault(FaultKind.RUN_OUT, Step.MARK)
    assert reason(machine.card()) is Reason.RIBBON
    assert machine.observe().verdict.outcome is Outcome.SPOILED
    assert [n.severity for n in machine.status().stops] == [Severity.ERROR]
    assert machine.do(messages.Recover(Recovery.REJECT_CARD)) == Done()
    assert [n.severity for n in machine.status().stops] == [Severity.WARNING]


def test_a_dead_chip_gives_no_uid_and_takes_no_content_for_ever(machine: Machine) -> None:
    machine.fault(FaultKind.DEAD_CHIP, Step.ENCODE)
    machine.feed()
    machine.do(messages.Move(Station.CONTACTLESS))
    assert machine.do(messages.ReadUid()).value == ""
    assert reason(machine.do(messages.Encode(b"x"))) is Reason.NO_CHIP
    assert machine.do(messages.ReadUid()).value == ""


@pytest.mark.parametrize(("step", "position"), [
    (Step.FEED, CardPosition.HOPPER_EXIT),
    (Step.ENCODE, CardPosition.CONTACTLESS),
    (Step.MARK, CardPosition.HEAD),
    (Step.EJECT, CardPosition.EXIT),
])  # fmt: skip
def test_after_a_power_loss_the_card_lies_where_it_was(machine: Machine, step: Step, position: CardPosition) -> None:
    machine.fault(FaultKind.POWER_LOSS, step)

    def whole_card() -> None:
        machine.feed()
        machine.do(messages.Move(Station.CONTACTLESS))
        machine.do(messages.Encode(b"x"))
        machine.mark()
        machine.do(messages.Deliver(Bin.OUTPUT))

    with pytest.raises(PowerLost):
        whole_card()
    with pytest.raises(PowerLost):
        machine.status()
    machine.device.start()
    status = machine.status()
    assert (status.position, status.rebooted, status.session) == (position, True, 2)
    assert not machine.status().rebooted
    assert machine.body.fed == 1
    card = machine.body.truth.cards["T-1 1"]
    assert (card.spoiled, card.printed_good) == (step is Step.MARK, step is Step.EJECT)
    assert machine.observe().verdict.outcome is Outcome.UNKNOWN
    assert machine.looks() == {Step.MARK: "the picture stops half way", Step.EJECT: ""}.get(step, "there is no picture on the card")


def test_after_a_restart_the_uid_must_be_read_again(machine: Machine) -> None:
    machine.feed()
    machine.do(messages.Move(Station.CONTACTLESS))
    machine.do(messages.ReadUid())
    look = machine.do(messages.AskLook("r1/1/1"))
    assert isinstance(look, Look) and look.uid == uid_of("T-1", 1, "seed")
    machine = machine.killed()
    assert machine.do(messages.AskLook("")).uid == ""
    assert machine.do(messages.ReadUid()).value == uid_of("T-1", 1, "seed")


def test_a_reboot_that_was_ordered_is_a_power_loss(machine: Machine) -> None:
    with pytest.raises(PowerLost):
        machine.do(messages.Reset(ResetLevel.REBOOT))
    machine.device.start()
    assert machine.status().session == 2
    assert machine.do(messages.Reset(ResetLevel.SOFT)) == Done()
    assert machine.status().session == 2


def test_a_switch_thrown_while_marking_half_prints_the_card(tmp_path: Path, picture: bytes) -> None:
    running: list[Machine] = []

    def cut_at_the_head(_ms: float) -> None:
        if running[0].body.truth.position is CardPosition.HEAD:
            running[0].body.cut_power("switched off")

    machine = Machine(tmp_path, picture, cut_at_the_head)
    running.append(machine)
    machine.load(1)
    with pytest.raises(PowerLost):
        machine.card()
    card = machine.body.truth.cards["T-1 1"]
    assert (card.marked, card.spoiled, card.place) == (True, True, Place.INSIDE)
    assert not machine.body.truth.powered


def test_a_picture_that_cannot_be_drawn_half_leaves_an_empty_card(tmp_path: Path, picture: bytes) -> None:
    machine = Machine(tmp_path, picture[:40] + bytes(100))
    machine.load(1)
    machine.fault(FaultKind.JAM, Step.MARK)
    machine.card()
    found = (tmp_path / machine.body.truth.cards["T-1 1"].picture).read_bytes()
    assert eye.what_is_wrong(picture, found) == "there is no picture on the card"
    assert io.BytesIO(found).read(4) == b"\x89PNG"
