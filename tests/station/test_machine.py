"""A printer in its worker's hands: checked before it is used, and never left without a result."""

from collections.abc import Callable
from typing import Any

import pytest
from attrs import evolve

from ektp_core.boundary.card_printer import (
    Artwork,
    Can,
    Capabilities,
    CardPosition,
    Counters,
    DriverError,
    DriverLost,
    Identity,
    Look,
    PrintToken,
    Settings,
    Status,
)
from ektp_core.errors import Refusal, Refused
from ektp_station import machine
from ektp_station.acts import Act, Done, Failed, Order
from ektp_station.config import PrinterConfig
from ektp_station.machine import Machine
from ektp_station.sandbox import Held

CONFIG = PrinterConfig("A", "virtual", "/nowhere", "VP-0001", 1_000)
TOKEN = PrintToken("52.03-000001", 1, 1)
ABLE = Capabilities(Can(0), 1016, 648, 300)
NIK = "5203014101900001"


class Device:
    """A driver process as its link shows it; every call and every new line is noted."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.settings = Settings()
        self.fails: dict[str, Exception] = {}
        self.lost = True
        self.pid = 1
        self.serial = "VP-0001"
        self.killed = 0
        self.held = Held()
        self.permits: object = None
        self.can = ABLE

    def link(self, *_: object, starts: bool, **__: object) -> "Device":
        assert not starts, "it could not be killed while it starts"
        return self

    def restart(self) -> None:
        self.said.append("line")
        if "line" in self.fails:
            raise self.fails["line"]
        self.lost = False

    def kill(self) -> None:
        self.killed += 1
        self.lost = True

    def close(self) -> None:
        self.said.append("close")
        self.lost = True

    def call(self, name: str, *_: object, timeout_ms: int) -> Any:
        assert not self.lost, "a call on a line that was given up"
        self.said.append(name)
        if name in self.fails:
            raise self.fails[name]
        found: dict[str, Any] = {
            "configure": evolve(self.settings, digest="as the device has it"),
            "capabilities": self.can,
            "identify": Identity("EKTP", "Virtual", self.serial),
            "look": Look(Status((), CardPosition.NONE, 1, False), Counters(())),
            "status": Status((), CardPosition.NONE, 1, False),
        }
        return found.get(name)


@pytest.fixture
def device(monkeypatch: pytest.MonkeyPatch) -> Device:
    made = Device()
    monkeypatch.setattr(machine, "DriverLink", made.link)
    return made


def drawn(digest: bytes) -> Artwork:
    return Artwork(b"picture of " + digest)


def made(draw: Callable[[bytes], Artwork] = drawn) -> Machine:
    return Machine(CONFIG, draw)


def order(act: Act) -> Order:
    return Order(act, TOKEN, b"digest")


def test_a_device_is_checked_and_reserved_before_it_is_used(device: Device) -> None:
    assert made().open() == ABLE
    assert device.said == ["line", "identify", "configure", "reserve", "capabilities"]


@pytest.mark.parametrize("where", ["line", "identify", "configure", "reserve", "capabilities"])
def test_a_device_that_does_not_open_is_let_go_of(device: Device, where: str) -> None:
    device.fails = {where: DriverLost("unplugged")}
    ours = made()
    with pytest.raises(DriverLost):
        ours.open()
    assert device.lost
    device.fails = {}
    assert ours.open() == ABLE


def test_a_device_that_keeps_a_dangerous_habit_carries_out_no_order_ever(device: Device) -> None:
    ours = made()
    ours.open()
    device.close()  # its driver died
    device.settings = Settings(device_retries=3)
    device.said.clear()
    for _ in range(3):
        result = ours.carry_out(order(Act.FEED))
        assert isinstance(result, Failed) and "print by itself" in result.why
    assert "feed" not in device.said
    assert device.said.count("configure") == 3


def test_a_lost_line_is_replaced_and_checked_again(device: Device) -> None:
    ours = made()
    ours.open()
    device.lost = True
    device.said.clear()
    assert isinstance(ours.carry_out(order(Act.LOOK)), Done)
    assert device.said == ["line", "identify", "configure", "reserve", "look"]


def test_after_a_failed_order_the_next_one_has_a_new_line(device: Device) -> None:
    ours = made()
    ours.open()
    device.fails = {"deliver": DriverError("jammed")}
    assert ours.carry_out(order(Act.EJECT)) == Failed("jammed")
    assert device.lost
    assert isinstance(ours.carry_out(order(Act.LOOK)), Done)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (DriverError("the personal data of this record is not here"), "not here"),
        (Refused(Refusal.BOOK_DAMAGED, {"place": "payload"}), "BOOK_DAMAGED"),
        (KeyError(NIK), "a fault of this program at "),
    ],
)
def test_a_picture_that_cannot_be_drawn_costs_no_blank_and_names_nobody(
    device: Device, error: Exception, said: str
) -> None:
    def draw(_: bytes) -> Artwork:
        raise error

    ours = made(draw)
    ours.open()
    result = ours.carry_out(order(Act.FEED))
    assert isinstance(result, Failed) and said in result.why and NIK not in result.why
    assert "feed" not in device.said


@pytest.mark.parametrize("act", list(Act))
def test_whatever_a_driver_raises_there_is_a_result(device: Device, act: Act) -> None:
    ours = made()
    ours.open()
    for name in ("look", "feed", "move", "prepare", "encode", "mark", "deliver", "status", "read_uid"):
        device.fails[name] = RuntimeError(NIK)
    result = ours.carry_out(order(act))
    assert isinstance(result, Failed) and result.why.startswith("a fault of this program at ") and NIK not in result.why


def test_a_card_is_drawn_once_for_feed_and_download(device: Device) -> None:
    asked: list[bytes] = []

    def draw(digest: bytes) -> Artwork:
        asked.append(digest)
        return drawn(digest)

    ours = made(draw)
    ours.open()
    for act in (Act.FEED, Act.READ_UID, Act.PREPARE):
        ours.carry_out(order(act))
    assert asked == [b"digest"]
    ours.carry_out(order(Act.PREPARE))
    assert asked == [b"digest"] * 2


def test_the_picture_of_another_card_is_not_used(device: Device) -> None:
    asked: list[bytes] = []

    def draw(digest: bytes) -> Artwork:
        asked.append(digest)
        return drawn(digest)

    ours = made(draw)
    ours.open()
    ours.carry_out(order(Act.FEED))
    ours.carry_out(evolve(order(Act.PREPARE), payload=b"another"))
    assert asked == [b"digest", b"another"]


def test_a_printer_that_was_swapped_is_not_used(device: Device) -> None:
    ours = made()
    device.serial = "VP-0009"
    with pytest.raises(DriverError, match="says it is VP-0009 and not VP-0001"):
        ours.open()
    assert device.said[:3] == ["line", "identify", "close"], "nothing was set and nothing reserved"
    device.serial = "VP-0001"
    assert ours.open() == ABLE
    device.close()
    device.serial = "VP-0009"
    result = ours.carry_out(order(Act.FEED))
    assert isinstance(result, Failed) and "VP-0009" in result.why and "feed" not in device.said


def test_a_killed_machine_starts_no_driver_again(device: Device) -> None:
    ours = made()
    ours.open()
    ours.kill()
    assert device.killed == 1
    result = ours.carry_out(order(Act.LOOK))
    assert isinstance(result, Failed) and "the station ends" in result.why
    assert device.said.count("line") == 1


def test_a_test_card_is_drawn_of_nobody(device: Device) -> None:
    def draw(_: bytes) -> Artwork:
        raise AssertionError("nobody's data is asked for")

    ours = made(draw)
    ours.open()
    for act in (Act.FEED, Act.PREPARE):
        assert isinstance(ours.carry_out(Order(act, TOKEN)), Done)
