"""The machine and its firmware: what it does, what it declines, what it cannot see."""

import io
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from ektp_core.boundary.card_printer import (
    Bin,
    CardPosition,
    Condition,
    JobRecord,
    Look,
    Recovery,
    ResetLevel,
    Settings,
    Severity,
    Station,
    Status,
)
from ektp_core.vocabulary.verdict import BlankPlace, Certainty, Outcome
from ektp_driver_virtual import eye, messages, panel
from ektp_driver_virtual.body import Body, PowerLost
from ektp_driver_virtual.chip import uid_of
from ektp_driver_virtual.device import Device
from ektp_driver_virtual.messages import Declined, Done, FaultKind, Flaw, Reason, Step, TakeFrom
from ektp_driver_virtual.truth import Place, read_truth
from ektp_driver_virtual.truth_log import Pictures, TruthLog


class Machine:
    """A device without a process: no time passes, the folder is real."""

    def __init__(self, folder: Path, picture: bytes, during: Callable[[float], None] = lambda _ms: None) -> None:
        self.folder, self.picture = folder, picture
        self.log = TruthLog.open(folder)
        self.device = Device(Body("VP-1", self.log, Pictures(folder), lambda: 0, during))
        self.device.start()

    @property
    def body(self) -> Body:
        return self.device.body

    def do(self, command: object) -> Any:
        return self.device.perform(command)

    def load(self, count: int, first: int = 1) -> Any:
        uids = tuple(uid_of("T-1", n, "seed") for n in range(first, first + count))
        return panel.perform(self.body, messages.LoadBlanks("T-1", first, uids))

    def fault(self, kind: FaultKind, step: Step, at_card: int = 1, flaw: Flaw = Flaw.ANY) -> Any:
        return panel.perform(self.body, messages.SetFault(kind, step, at_card, flaw))

    def feed(self) -> Any:
        return self.do(messages.Feed())

    def mark(self, key: str = "r1/1/1") -> Any:
        self.do(messages.Prepare(self.picture))
        return self.do(messages.Mark(key))

    def card(self, key: str = "r1/1/1", to: Bin = Bin.OUTPUT) -> Any:
        assert self.feed() == Done()
        marked = self.mark(key)
        return marked if isinstance(marked, Declined) else self.do(messages.Deliver(to))

    def observe(self, job: str = "r1/1/1") -> JobRecord:
        record = self.do(messages.Observe(job))
        assert isinstance(record, JobRecord)
        return record

    def status(self) -> Status:
        status = self.do(messages.AskStatus())
        assert isinstance(status, Status)
        return status

    def looks(self, serial: str = "T-1 1") -> str:
        found = self.body.truth.cards[serial].picture
        return eye.what_is_wrong(self.picture, (self.folder / found).read_bytes() if found else b"")

    def killed(self) -> "Machine":
        """The process ends without a word, and another one starts in the folder."""
        self.log.close()
        return Machine(self.folder, self.picture)


@pytest.fixture
def machine(tmp_path: Path, picture: bytes) -> Machine:
    made = Machine(tmp_path, picture)
    made.load(5)
    made.status()
    return made


def reason(answer: object) -> Reason:
    assert isinstance(answer, Declined), answer
    return answer.reason


# -- a good card ------------------------------------------------------------------------


def test_a_card_is_fed_read_encoded_marked_and_delivered(machine: Machine) -> None:
    assert machine.feed() == Done()
    assert machine.status().position is CardPosition.HOPPER_EXIT
    assert machine.do(messages.Move(Station.CONTACTLESS)) == Done()
    assert machine.do(messages.ReadUid()).value == uid_of("T-1", 1, "seed")
    assert machine.do(messages.Encode(b"content")).value == b"content"
    assert machine.mark().value == "1-1"
    assert machine.status().position is CardPosition.EXIT
    assert machine.do(messages.Deliver(Bin.OUTPUT)) == Done()
    card = machine.body.truth.cards["T-1 1"]
    assert (card.printed_good, card.place, card.record, card.attempt) == (True, Place.OUTPUT, "r1", 1)
    assert machine.looks() == ""


def test_a_chip_shows_what_was_written_also_after_a_restart(machine: Machine) -> None:
    machine.feed()
    machine.do(messages.Move(Station.CONTACTLESS))
    assert machine.do(messages.ReadChip()).value == b""
    machine.do(messages.Encode(b"content"))
    again = machine.killed()
    assert again.do(messages.ReadChip()).value == b"content"


@pytest.mark.parametrize("kind", [FaultKind.POWER_LOSS, FaultKind.JAM])
def test_a_chip_whose_writing_was_interrupted_reads_as_neither_whole_nor_empty(machine: Machine, kind: FaultKind) -> None:
    machine.fault(kind, Step.ENCODE)
    machine.feed()
    machine.do(messages.Move(Station.CONTACTLESS))
    with suppress(PowerLost):
        machine.do(messages.Encode(b"content"))
    card = machine.body.truth.cards["T-1 1"]
    assert (card.half_encoded, card.chip, card.encoded) == (True, b"", "")
    if kind is FaultKind.POWER_LOSS:
        assert machine.killed().do(messages.ReadChip()).value is None


def test_a_dead_chip_or_a_card_elsewhere_is_not_read(machine: Machine) -> None:
    machine.fault(FaultKind.DEAD_CHIP, Step.ENCODE)
    machine.feed()
    assert reason(machine.do(messages.ReadChip())) is Reason.WRONG_PLACE
    machine.do(messages.Move(Station.CONTACTLESS))
    assert reason(machine.do(messages.ReadChip())) is Reason.NO_CHIP


def test_the_job_record_says_completed_and_where_the_card_is(machine: Machine) -> None:
    machine.feed()
    machine.mark()
    verdict = machine.observe("1-1").verdict
    assert (verdict.outcome, verdict.blank) == (Outcome.GOOD, BlankPlace.IN_PRINTER)
    assert verdict.certainty is Certainty.DEVICE_JOB_RECORD
    machine.do(messages.Deliver(Bin.REJECT))
    assert machine.observe("r1/1/1").verdict.blank is BlankPlace.REJECT


def test_counters_say_what_was_fed_printed_ejected_and_rejected(machine: Machine) -> None:
    machine.card("r1/1/1")
    machine.card("r2/1/1", Bin.REJECT)
    counts = {counter.name.value: counter.value for counter in machine.do(messages.AskCounters()).values}
    assert counts == {"fed": 2, "printed": 2, "ejected": 1, "rejected": 1, "errors": 0}


def test_supplies_go_down_with_every_card(machine: Machine) -> None:
    machine.card()
    ribbon, blanks = machine.do(messages.AskSupplies())
    assert (ribbon.remaining, blanks.remaining) == (999, 4)


# -- what it declines -------------------------------------------------------------------


def test_a_card_is_never_marked_twice(machine: Machine) -> None:
    machine.feed()
    machine.mark()
    assert reason(machine.mark("r1/1/2")) is Reason.ALREADY_MARKED


def test_a_job_key_is_never_marked_twice_even_after_a_restart(machine: Machine) -> None:
    machine.card()
    machine = machine.killed()
    machine.feed()
    assert reason(machine.mark()) is Reason.JOB_KNOWN
    assert machine.body.inside is not None and not machine.body.inside.marked


def test_the_picture_is_forgotten_after_one_card(machine: Machine) -> None:
    machine.card()
    machine.feed()
    assert reason(machine.do(messages.Mark("r2/1/1"))) is Reason.NO_PICTURE


def test_a_picture_of_another_size_or_kind_is_declined(machine: Machine) -> None:
    assert reason(machine.do(messages.Prepare(b"no picture"))) is Reason.BAD_PICTURE
    assert reason(machine.do(messages.Prepare(machine.picture[:16] + bytes(8)))) is Reason.BAD_PICTURE


def test_orders_without_a_card_inside_are_declined(machine: Machine) -> None:
    machine.do(messages.Prepare(machine.picture))
    orders = (messages.Move(Station.HEAD), messages.ReadUid(), messages.Mark("r1/1/1"), messages.Deliver(Bin.OUTPUT))
    assert [reason(machine.do(order)) for order in orders] == [Reason.NO_CARD] * 4


def test_the_chip_is_only_reached_at_its_station(machine: Machine) -> None:
    machine.feed()
    assert reason(machine.do(messages.ReadUid())) is Reason.WRONG_PLACE
    assert reason(machine.do(messages.Encode(b"x"))) is Reason.WRONG_PLACE
    assert reason(machine.do(messages.Move(Station.CONTACT))) is Reason.UNSUPPORTED


def test_a_second_card_is_not_fed_behind_the_first(machine: Machine) -> None:
    machine.feed()
    assert reason(machine.feed()) is Reason.CARD_INSIDE


def test_an_empty_hopper_feeds_nothing_and_counts_nothing(machine: Machine) -> None:
    for n in range(5):
        machine.card(f"r{n}/1/1")
    assert [notice.condition for notice in machine.status().stops] == [Condition.HOPPER_EMPTY]
    assert reason(machine.feed()) is Reason.NOT_READY
    assert machine.body.fed == 5


def test_another_host_is_kept_out_by_a_reservation(machine: Machine) -> None:
    machine.device.perform(messages.Reserve("station/52.03/1"))
    assert reason(machine.device.perform(messages.Feed(), "other")) is Reason.RESERVED
    assert reason(machine.device.perform(messages.Reserve("other"))) is Reason.RESERVED
    assert machine.device.perform(messages.Feed(), "station/52.03/1") == Done()
    machine.device.perform(messages.Release(), "station/52.03/1")
    assert machine.device.perform(messages.Deliver(Bin.REJECT), "other") == Done()


def test_settings_are_read_back_as_the_machine_has_them(machine: Machine) -> None:
    back = machine.do(messages.Configure(Settings(device_retries=3, copies=2, keeps_bitmaps=True)))
    assert (back.device_retries, back.copies, back.keeps_bitmaps) == (0, 1, False)
    assert len(back.digest) == 64


@pytest.mark.parametrize("order", ["feed", 7, None, messages.LoadBlanks("T-1", 1, ())])
def test_what_is_no_order_for_the_driver_is_declined(machine: Machine, order: object) -> None:
    assert reason(machine.do(order)) is Reason.BAD_ORDER


# -- faults -----------------------------------------------------------------------------


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


# -- the panel --------------------------------------------------------------------------


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


def test_a_picture_that_cannot_be_drawn_half_leaves_an_empty_card(tmp_path: Path, picture: bytes) -> None:
    machine = Machine(tmp_path, picture[:40] + bytes(100))
    machine.load(1)
    machine.fault(FaultKind.JAM, Step.MARK)
    machine.card()
    found = (tmp_path / machine.body.truth.cards["T-1 1"].picture).read_bytes()
    assert eye.what_is_wrong(picture, found) == "there is no picture on the card"
    assert io.BytesIO(found).read(4) == b"\x89PNG"
