"""Mishaps of the virtual machine that are told in words: what its sensors show, and what truly happens."""

from pathlib import Path

import pytest

from ektp_core.boundary.card_printer import Bin, Condition, CounterName, ResetLevel, Settings, Station, Status
from ektp_driver_virtual import messages, panel
from ektp_driver_virtual.body import Body
from ektp_driver_virtual.device import Device
from ektp_driver_virtual.messages import Declined, LoadBlanks, Reason, Tell
from ektp_driver_virtual.truth import Place
from ektp_driver_virtual.truth_log import Pictures, TruthLog


@pytest.fixture
def device(tmp_path: Path) -> Device:
    body = Body("VP-9", TruthLog.open(tmp_path), Pictures(tmp_path), clock=lambda: 0, pause=lambda _: None)
    made = Device(body)
    made.start()
    panel.perform(body, LoadBlanks("A", 1, ("04000000000001", "04000000000002", "04000000000003")))
    return made


def tell(device: Device, *words: str) -> object:
    return panel.perform(device.body, Tell(words))


def conditions(device: Device) -> set[Condition]:
    status = device.perform(messages.AskStatus())
    assert isinstance(status, Status)
    return {notice.condition for notice in status.stops}


@pytest.mark.parametrize(("word", "condition"), [("cover-open", Condition.COVER_OPEN), ("hopper-unseen", Condition.HOPPER_EMPTY)])
def test_what_a_sensor_shows_stops_the_feed_until_it_is_mended(device: Device, word: str, condition: Condition) -> None:
    tell(device, word)
    assert conditions(device) == {condition}
    declined = device.perform(messages.Feed())
    assert isinstance(declined, Declined)
    assert declined.reason is Reason.NOT_READY
    tell(device, "mended")
    assert conditions(device) == set()
    assert device.perform(messages.Feed()) == messages.Done()


def test_a_stubborn_machine_keeps_dangerous_settings_until_a_person_comes(device: Device) -> None:
    safe = device.perform(messages.Configure(Settings()))
    tell(device, "stubborn")
    kept = device.perform(messages.Configure(Settings()))
    assert isinstance(kept, Settings)
    assert (kept.host_handles_errors, kept.device_retries, kept.keeps_bitmaps) == (False, 1, True)
    tell(device, "mended")
    assert device.perform(messages.Configure(Settings())) == safe


def test_a_slip_brings_no_card_once(device: Device) -> None:
    tell(device, "slip")
    assert isinstance(device.perform(messages.Feed()), Declined)
    assert device.body.inside is None
    assert device.perform(messages.Feed()) == messages.Done()


def test_a_double_feed_jams_two_cards_of_which_one_is_counted(device: Device) -> None:
    tell(device, "double")
    declined = device.perform(messages.Feed())
    assert isinstance(declined, Declined)
    assert declined.reason is Reason.JAM
    assert len(device.body.truth.lying(Place.INSIDE)) == 2
    assert device.body.fed == 1
    panel.perform(device.body, messages.TakeOut((messages.TakeFrom.JAMMED,)))
    assert device.body.truth.lying(Place.INSIDE) == ()


def test_somebody_elses_card_is_counted_and_belongs_to_no_job(device: Device) -> None:
    tell(device, "foreign-print")
    (card,) = device.body.truth.lying(Place.OUTPUT)
    assert (card.marks, card.job_keys) == (1, ("",))
    assert device.body.truth.counters[CounterName.EJECTED.value] == 1
    assert device.perform(messages.Feed()) == messages.Done()
    assert isinstance(tell(device, "foreign-print"), Declined)


def test_counters_at_their_end_go_on_from_nothing(device: Device) -> None:
    tell(device, "counters-at-end")
    shown = []
    for _ in range(3):
        device.perform(messages.Feed())
        counters = device.perform(messages.AskCounters())
        shown.append(counters.get(CounterName.FED).value)  # type: ignore[attr-defined]  # it is told by its type
        device.perform(messages.Deliver(Bin.OUTPUT))
    assert shown == [(1 << 32) - 1, 0, 1]


def test_a_machine_that_knows_no_such_word_says_so(device: Device) -> None:
    declined = tell(device, "fly")
    assert isinstance(declined, Declined)
    assert declined.reason is Reason.BAD_ORDER


def test_a_reset_with_a_card_inside_is_declined(device: Device) -> None:
    device.perform(messages.Feed())
    for level in ResetLevel:
        declined = device.perform(messages.Reset(level))
        assert isinstance(declined, Declined)
        assert declined.reason is Reason.CARD_INSIDE
    assert device.body.powered


def test_a_uid_is_shown_only_of_the_card_that_is_still_inside(device: Device) -> None:
    device.perform(messages.Feed())
    device.perform(messages.Move(Station.CONTACTLESS))
    device.perform(messages.ReadUid())
    assert device.perform(messages.AskLook("")).uid == "04000000000001"  # type: ignore[attr-defined]  # asked for a look, it gives one
    device.perform(messages.Deliver(Bin.OUTPUT))
    assert device.perform(messages.AskLook("")).uid == ""  # type: ignore[attr-defined]  # as above
