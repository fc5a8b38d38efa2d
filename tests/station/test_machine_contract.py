"""What a printer must show before it makes cards: no dangerous habit, settings as they were, a chip where one is due."""

from typing import Any

import pytest
from attrs import evolve

from ektp_core.boundary.card_printer import Can, Capabilities, DriverError, Settings
from ektp_core.boundary.hookspecs import ENTRY_POINTS
from ektp_core.vocabulary.state import Profile
from ektp_station import machine
from ektp_station.acts import Act, Done, Failed
from ektp_station.driver_list import Permit
from ektp_station.driver_seen import DriverSeen, drift_of, note_of, shown
from ektp_station.machine import House, Machine
from ektp_station.messages import Remember
from tests.station.press_bench import PRINTER, Bench
from tests.station.test_machine import ABLE, CONFIG, Device, drawn, order

DIGEST = "as the device has it"


class Told(Device):
    """A device whose digest can be chosen."""

    digest = DIGEST

    def call(self, name: str, *arguments: object, timeout_ms: int) -> Any:
        found = super().call(name, *arguments, timeout_ms=timeout_ms)
        return evolve(found, digest=self.digest) if name == "configure" else found


@pytest.fixture
def device(monkeypatch: pytest.MonkeyPatch) -> Told:
    made = Told()
    monkeypatch.setattr(machine, "DriverLink", made.link)
    return made


def ours(house: House | None = None, **config: Any) -> Machine:
    return Machine(evolve(CONFIG, **config), drawn, house or House())


# -- dangerous habits -------------------------------------------------------------------------


@pytest.mark.parametrize(("kept", "says"), [
    (Settings(host_handles_errors=False), "settles errors by itself"),
    (Settings(device_retries=1), "tries again by itself"),
    (Settings(copies=2), "more than one copy"),
    (Settings(keeps_bitmaps=True), "prints from memory"),
])  # fmt: skip
def test_each_dangerous_habit_that_is_read_back_refuses_the_device(device: Told, kept: Settings, says: str) -> None:
    device.settings = kept
    with pytest.raises(DriverError, match=f"print by itself: .*{says}"):
        ours().open()
    assert "reserve" not in device.said and device.lost
    device.settings = Settings()
    assert ours().open() == ABLE


@pytest.mark.parametrize("habit", [Can.RETRIES_BY_ITSELF, Can.PRINTS_FROM_MEMORY])
def test_a_device_with_a_dangerous_habit_must_show_its_settings(device: Told, habit: Can) -> None:
    device.can = Capabilities(habit, 1016, 648, 300)
    device.digest = ""
    with pytest.raises(DriverError, match="does not show its settings"):
        ours().open()
    device.digest = DIGEST
    assert ours().open().can is habit


# -- settings that changed --------------------------------------------------------------------


def test_the_first_digest_seen_is_taken_and_told(device: Told) -> None:
    one = ours()
    one.open()
    assert one.seen and (one.seen.digest, one.seen.drift) == (DIGEST, "")


def test_settings_that_changed_between_two_lines_stop_the_next_card_and_no_look(device: Told) -> None:
    one = ours()
    one.open()
    device.close()
    device.digest = "something else"
    device.said.clear()
    assert isinstance(one.carry_out(order(Act.LOOK)), Done)
    result = one.carry_out(order(Act.FEED))
    assert isinstance(result, Failed) and f"settings were {DIGEST} and are something else now" in result.why
    assert "feed" not in device.said


def test_settings_that_changed_while_the_station_was_off_stop_the_next_card(device: Told) -> None:
    one = ours(House(digest="what the book noted"))
    one.open()
    assert one.seen and "what the book noted" in one.seen.drift
    assert isinstance(one.carry_out(order(Act.FEED)), Failed)


def test_settings_that_were_set_back_still_want_a_look(device: Told) -> None:
    one = ours()
    one.open()
    for digest in ("something else", DIGEST):
        device.close()
        device.digest = digest
        one.carry_out(order(Act.LOOK))
        assert one.seen and "something else" in one.seen.drift


def test_a_digest_that_a_person_wrote_down_is_the_one_that_counts(device: Told) -> None:
    confirmed = ours(House(digest="old"), settings_digest=DIGEST)
    confirmed.open()
    assert confirmed.seen and confirmed.seen.drift == ""
    assert isinstance(confirmed.carry_out(order(Act.FEED)), Done)
    other = ours(settings_digest="pinned")
    other.open()
    assert other.seen and "station.toml says pinned" in other.seen.drift


def test_a_device_without_a_digest_has_no_drift() -> None:
    assert drift_of("", "", "") == ""
    assert "unknown" in drift_of("", "once known", "") and "unknown" in drift_of("pinned", "", "")


def test_a_digest_that_is_no_digest_is_not_shown(device: Told) -> None:
    device.digest = "\x1b" + "x" * 1000
    one = ours()
    one.open()
    assert one.seen and one.seen.digest == "too long"


def test_no_card_is_begun_on_a_printer_whose_settings_changed() -> None:
    bench = Bench()
    bench.put(DriverSeen(PRINTER, "bubblewrap", "", "new", "its settings were old and are new now"))
    bench.start()
    assert bench.performs == [] and not [one for one in bench.others if isinstance(one, Remember)]
    assert shown(bench.state, PRINTER)["driver"]["drift"]
    bench.put(DriverSeen(PRINTER, "bubblewrap", "", "new"))
    bench.tick()
    assert Remember(note_of(PRINTER), b"new") in bench.others
    assert [one.order.act for one in bench.performs] == [Act.LOOK]


def test_a_queue_is_not_used_with_a_time_in_which_no_card_is_ready(device: Told) -> None:
    """When its time is over a card is cancelled, and the usual one is shorter than a card takes."""
    device.can = Capabilities(Can.OPAQUE_QUEUE, 1016, 648, 300)
    for timeout_ms in (30_000, 59_999):
        with pytest.raises(DriverError, match=f"{timeout_ms} ms.*timeout_ms = 180000"):
            ours(timeout_ms=timeout_ms).open()
        assert device.lost
    assert ours(timeout_ms=60_000).open() == device.can
    device.can = Capabilities(Can.NOTHING, 1016, 648, 300)
    assert ours(timeout_ms=30_000).open() == device.can


# -- a chip -----------------------------------------------------------------------------------


@pytest.mark.parametrize("profile", list(Profile))
def test_a_queue_makes_only_cards_without_a_chip_and_nobody_is_sent_to_a_reader(device: Told, profile: Profile) -> None:
    device.can = Capabilities(Can.OPAQUE_QUEUE | Can.READS_UID | Can.HOLD_AFTER_PRINT, 1016, 648, 300)
    one = ours(House(profile=profile), timeout_ms=180_000)
    if profile is Profile.NO_CHIP:
        assert Can.OPAQUE_QUEUE in one.open().can
        return
    with pytest.raises(DriverError, match="print on another printer") as failed:
        one.open()
    assert "encoder" not in str(failed.value)


@pytest.mark.parametrize("profile", list(Profile))
def test_a_printer_that_reaches_no_chip_makes_only_cards_without(device: Told, profile: Profile) -> None:
    one = ours(House(profile=profile))
    if profile is Profile.NO_CHIP:
        assert one.open() == ABLE
    else:
        with pytest.raises(DriverError, match='set profile = "no-chip", or give it a chip reader'):
            one.open()
        assert device.lost
    device.can = Capabilities(Can.READS_UID | Can.HOLD_AFTER_PRINT, 1016, 648, 300)
    assert Can.READS_UID in ours(House(profile=profile)).open().can


@pytest.mark.parametrize("profile", list(Profile))
def test_only_a_printer_that_keeps_a_printed_card_inside_prints_before_it_encodes(
    device: Told, profile: Profile
) -> None:
    device.can = Capabilities(Can.READS_UID, 1016, 648, 300)
    one = ours(House(profile=profile))
    if profile is not Profile.PRINT_FIRST:
        assert one.open().can is Can.READS_UID
        return
    with pytest.raises(DriverError, match='set profile = "encode-first"'):
        one.open()


# -- drivers ----------------------------------------------------------------------------------


def test_a_station_passes_no_plugin_and_names_the_distribution(device: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, Any] = {}

    def link(*arguments: Any, **more: Any) -> Device:
        given.update(more, arguments=arguments)
        return device

    monkeypatch.setattr(machine, "DriverLink", link)
    ours().open()
    assert "plugins" not in given and len(given["arguments"]) == 3
    assert device.permits == (Permit(ENTRY_POINTS, "virtual", "ektp"),)


def test_a_driver_that_is_not_allowed_is_never_started(device: Told) -> None:
    with pytest.raises(DriverError, match="no driver is called nobody"):
        ours(driver="nobody").open()
    assert "line" not in device.said
