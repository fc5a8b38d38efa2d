"""The machine and its firmware: what it does, what it declines, what it cannot see."""

from contextlib import suppress

import pytest

from ektp_core.boundary.card_printer import Bin, CardPosition, Condition, Settings, Station
from ektp_core.vocabulary.verdict import BlankPlace, Certainty, Outcome
from ektp_driver_virtual import messages
from ektp_driver_virtual.body import PowerLost
from ektp_driver_virtual.chip import uid_of
from ektp_driver_virtual.messages import Done, FaultKind, Reason, Step
from ektp_driver_virtual.truth import Place
from tests.drivers.virtual_device import Machine, reason
from tests.drivers.virtual_device import machine as machine  # a fixture

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
