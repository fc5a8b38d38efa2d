"""The limits of a wait and of what is kept: the last millisecond, the longest request, what a reset throws away."""

from collections.abc import Iterator

import pytest
from usb.backend import libusb1

from ektp_core.boundary.card_printer import DriverError, DriverTimeout
from ektp_usb import line as lines
from ektp_usb.bus import Endpoint, Interface, Setup
from ektp_usb.line import CONTROL_MS
from ektp_usb.software_bus import SoftwareBus
from ektp_usb.transport import UsbLine, find, open_line
from ektp_usb.troubles import ShortWrite
from tests.drivers.usb.toy import Toy, anything, plugged

MS = 2000


@pytest.fixture
def bus() -> SoftwareBus:
    return SoftwareBus()


@pytest.fixture
def toy_and_line(bus: SoftwareBus) -> Iterator[tuple[Toy, UsbLine]]:
    toy, _ = plugged(bus)
    line = open_line("T-1", anything, bus)
    yield toy, line
    line.close()


def test_what_was_read_before_a_soft_reset_is_not_given_out_after_it(toy_and_line: tuple[Toy, UsbLine]) -> None:
    toy, line = toy_and_line
    toy.said.append(b"OK\x00of before")
    assert line.read(MS, most=3) == b"OK\x00"
    line.soft_reset(MS)
    toy.said.append(b"of now")
    assert line.read(MS) == b"of now"


@pytest.mark.parametrize("knows", [(0x21,), (0x23,)])
def test_a_reset_that_was_declined_keeps_what_was_read_and_one_of_either_kind_does_not(
    toy_and_line: tuple[Toy, UsbLine], knows: tuple[int, ...]
) -> None:
    toy, line = toy_and_line
    toy.said.append(b"OK\x00rest")
    line.read(MS, most=3)
    toy.knows_reset = ()
    with pytest.raises(DriverError, match="declined"):
        line.soft_reset(MS)
    assert line.read(MS, most=2) == b"re"
    toy.knows_reset = knows
    line.soft_reset(MS)
    toy.said.append(b"new")
    assert line.read(MS) == b"new"


def test_what_is_there_in_the_last_millisecond_is_read_and_no_wait_is_for_ever(
    toy_and_line: tuple[Toy, UsbLine], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wait of 0 ms has no end to a real libusb, so what is less than one is one."""
    toy, line = toy_and_line
    ways = SoftwareBus.read, SoftwareBus.write
    waits: list[int] = []

    def read(bus: SoftwareBus, handle: int, endpoint: int, most: int, timeout_ms: int) -> bytes:
        waits.append(timeout_ms)
        return ways[0](bus, handle, endpoint, most, timeout_ms)

    def write(bus: SoftwareBus, handle: int, endpoint: int, data: bytes, timeout_ms: int) -> int:
        waits.append(timeout_ms)
        return ways[1](bus, handle, endpoint, data, timeout_ms)

    monkeypatch.setattr(SoftwareBus, "read", read)
    monkeypatch.setattr(SoftwareBus, "write", write)
    moments = iter([0.0, 0.0004, 1.0, 1.0004])
    monkeypatch.setattr(lines, "monotonic", lambda: next(moments))
    toy.said.append(b"OK")
    assert line.read(1) == b"OK"
    line.write(b"x", 1)
    assert bytes(toy.taken) == b"x"
    assert waits == [1, 1]


def test_a_wait_that_is_over_asks_the_bus_for_nothing(
    toy_and_line: tuple[Toy, UsbLine], monkeypatch: pytest.MonkeyPatch
) -> None:
    toy, line = toy_and_line
    moments = iter([0.0, 0.001, 1.0, 1.5])
    monkeypatch.setattr(lines, "monotonic", lambda: next(moments))
    toy.said.append(b"OK")
    with pytest.raises(DriverTimeout):
        line.read(1)
    with pytest.raises(ShortWrite):
        line.write(b"x", 1)
    assert len(toy.said) == 1 and not toy.taken


@pytest.mark.parametrize(("timeout_ms", "waited_ms"), [(60_000, 5_000), (5_001, 5_000), (4_999, 4_999)])
def test_a_request_is_not_waited_for_longer_than_a_device_may_take(
    toy_and_line: tuple[Toy, UsbLine], monkeypatch: pytest.MonkeyPatch, timeout_ms: int, waited_ms: int
) -> None:
    _, line = toy_and_line
    control = SoftwareBus.control
    waits: list[int] = []

    def note(bus: SoftwareBus, handle: int, setup: Setup, data: bytes, timeout_ms: int) -> bytes:
        waits.append(timeout_ms)
        return control(bus, handle, setup, data, timeout_ms)

    monkeypatch.setattr(SoftwareBus, "control", note)
    line.device_id(timeout_ms)
    line.port_status(timeout_ms)
    assert waits == [waited_ms, waited_ms] and CONTROL_MS == 5_000
    line.soft_reset(60_000)
    assert waits[2] == CONTROL_MS


def test_bits_beside_a_packets_size_are_no_part_of_it(bus: SoftwareBus, monkeypatch: pytest.MonkeyPatch) -> None:
    plugged(bus, "T-1", "1-1", Interface(0, 7, 1, 2, (Endpoint(1, 64), Endpoint(0x81, 0x1800 | 64))))
    line = open_line("T-1", anything, bus)
    asked: list[int] = []

    def one_byte(_bus: object, _handle: int, _endpoint: int, most: int, _timeout_ms: int) -> bytes:
        asked.append(most)
        return b"x"

    monkeypatch.setattr(SoftwareBus, "read", one_byte)
    assert line.read(MS, most=65) == b"x"
    assert asked == [128]


class Kept:
    """The one backend that pyusb keeps, and those that are made of it; none sees a device."""

    def __init__(self, lib: list["Kept"]) -> None:
        self.lib = lib
        self.looked = 0
        lib.append(self)

    def enumerate_devices(self) -> Iterator[object]:
        self.looked += 1
        return iter(())


def test_each_look_at_the_real_bus_has_a_libusb_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one that pyusb keeps lives through every fork and unplugging; nobody looks through it here."""
    made: list[Kept] = []
    kept = Kept(made)
    monkeypatch.setattr(libusb1, "get_backend", lambda: kept)
    for _ in range(2):
        assert find(anything) == ()
    with pytest.raises(DriverError, match="plugged in"):
        open_line("T-1", anything)
    assert [one.looked for one in made] == [0, 1, 1, 1]


def test_a_system_without_libusb_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libusb1, "get_backend", lambda: None)
    with pytest.raises(DriverError, match="on Debian it comes with the package libusb"):
        find(anything)
