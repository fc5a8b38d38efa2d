"""Reading and writing: what went out is told, waits end, a stall is cleared, a gone device stays gone."""

import threading
from collections.abc import Iterator

import pytest

from ektp_core.boundary.card_printer import DriverError, DriverLost, DriverTimeout
from ektp_usb import bus as words
from ektp_usb import port_status
from ektp_usb.bus import BusError, Endpoint, Interface
from ektp_usb.line import CHUNK_BYTES, SLICE_MS
from ektp_usb.quirks import Quirk
from ektp_usb.software_bus import Plugged, SoftwareBus
from ektp_usb.transport import UsbLine, open_line
from ektp_usb.troubles import LineBroken, LineLost, LineStalled, ShortWrite
from tests.drivers.usb.toy import VENDOR, Toy, anything, plugged

MS = 2000
SHORT_MS = 30
Opened = tuple[Toy, Plugged, UsbLine]


@pytest.fixture
def bus() -> SoftwareBus:
    return SoftwareBus()


@pytest.fixture
def toy_and_line(bus: SoftwareBus) -> Iterator[Opened]:
    toy, one = plugged(bus)
    line = open_line("T-1", anything, bus)
    yield toy, one, line
    line.close()


def test_a_long_write_goes_out_whole_and_in_order(toy_and_line: Opened) -> None:
    toy, _, line = toy_and_line
    data = bytes(range(256)) * 2000
    line.write(data, 10_000)
    assert bytes(toy.taken) == data


def test_short_writes_are_gone_on_with_from_where_they_ended(toy_and_line: Opened) -> None:
    toy, _, line = toy_and_line
    toy.room = 3
    line.write(b"0123456789", MS)
    assert bytes(toy.taken) == b"0123456789"


def test_a_write_of_nothing_sends_nothing_and_needs_no_time(toy_and_line: Opened) -> None:
    toy, _, line = toy_and_line
    line.write(b"", 0)
    assert not toy.taken


def test_a_timeout_keeps_the_count_of_what_went_out(toy_and_line: Opened) -> None:
    toy, _, line = toy_and_line
    toy.stop_after = CHUNK_BYTES + 7
    with pytest.raises(ShortWrite) as caught:
        line.write(bytes(3 * CHUNK_BYTES), 60)
    assert caught.value.sent == len(toy.taken) == CHUNK_BYTES + 7
    assert isinstance(caught.value, DriverTimeout)


def test_a_deadline_that_passed_sends_nothing(toy_and_line: Opened) -> None:
    toy, _, line = toy_and_line
    with pytest.raises(ShortWrite) as caught:
        line.write(b"x", 0)
    assert (caught.value.sent, bytes(toy.taken)) == (0, b"")


def test_a_device_pulled_out_mid_write_says_how_much_surely_went_out_and_how_much_may_have(toy_and_line: Opened, bus: SoftwareBus) -> None:
    toy, one, line = toy_and_line
    toy.stop_after = CHUNK_BYTES + 100
    timer = threading.Timer(0.05, bus.unplug, [one])
    timer.start()
    with pytest.raises(LineLost) as caught:
        line.write(bytes(4 * CHUNK_BYTES), 10_000)
    timer.join()
    assert caught.value.sent <= len(toy.taken) <= caught.value.at_most
    assert isinstance(caught.value, DriverLost)


@pytest.mark.parametrize("number", [words.INPUT_OUTPUT, words.GONE, words.PROTOCOL, words.SHUT_DOWN])
def test_every_number_of_a_gone_device_ends_the_line_for_good(toy_and_line: Opened, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    _, _, line = toy_and_line

    def fail(*_arguments: object) -> bytes:
        raise BusError(number)

    monkeypatch.setattr(SoftwareBus, "read", fail)
    with pytest.raises(LineLost):
        line.read(MS)
    monkeypatch.undo()
    with pytest.raises(LineLost, match="open it again"):
        line.write(b"x", MS)


@pytest.mark.parametrize("number", [words.OVERFLOW, words.INVALID, words.NOT_FOUND, 4711])
def test_other_numbers_fail_the_transfer_but_not_the_line(toy_and_line: Opened, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    toy, _, line = toy_and_line

    def fail(*_arguments: object) -> bytes:
        raise BusError(number)

    monkeypatch.setattr(SoftwareBus, "write", fail)
    with pytest.raises(LineBroken):
        line.write(b"x", MS)
    monkeypatch.undo()
    line.write(b"y", MS)
    assert bytes(toy.taken) == b"y"


def test_a_stall_is_told_and_cleared_and_nothing_is_sent_again(toy_and_line: Opened) -> None:
    toy, one, line = toy_and_line
    toy.stall_out = True
    with pytest.raises(LineStalled) as caught:
        line.write(b"first", MS)
    assert (caught.value.sent, bytes(toy.taken), one.cleared) == (0, b"", 1)
    line.write(b"second", MS)
    assert bytes(toy.taken) == b"second"


def test_a_stall_while_reading_is_cleared_too(toy_and_line: Opened) -> None:
    toy, one, line = toy_and_line
    toy.stall_in = True
    toy.said.append(b"later")
    with pytest.raises(LineStalled):
        line.read(MS)
    assert (line.read(MS), one.cleared) == (b"later", 1)


def test_a_device_that_dies_of_clear_halt_is_left_halted(bus: SoftwareBus) -> None:
    toy, one = plugged(bus)
    line = open_line("T-1", anything, bus, (Quirk(VENDOR, None, "test", no_clear_halt=True),))
    toy.stall_out = True
    for _ in range(2):
        with pytest.raises(LineStalled):
            line.write(b"x", MS)
    assert one.cleared == 0


def test_reading_gives_what_came_and_keeps_the_rest(toy_and_line: Opened) -> None:
    toy, _, line = toy_and_line
    toy.said.append(b"OK\x00rest")
    assert line.read(MS, most=3) == b"OK\x00"
    assert line.read(MS, most=100) == b"rest"


def test_nothing_read_within_the_time_is_a_timeout(toy_and_line: Opened) -> None:
    _, _, line = toy_and_line
    with pytest.raises(DriverTimeout):
        line.read(SHORT_MS)


def test_what_arrives_while_waiting_is_read(toy_and_line: Opened, bus: SoftwareBus) -> None:
    toy, _, line = toy_and_line

    def speak() -> None:
        toy.said.append(b"now")
        bus.changed()

    timer = threading.Timer(2.5 * SLICE_MS / 1000, speak)
    timer.start()
    assert line.read(10_000) == b"now"
    timer.join()


def test_zero_length_packets_end_at_the_deadline(toy_and_line: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    _, _, line = toy_and_line
    asked = []

    def nothing(_bus: SoftwareBus, _handle: object, _endpoint: object, _most: int, timeout_ms: int) -> bytes:
        asked.append(timeout_ms)
        return b""

    monkeypatch.setattr(SoftwareBus, "read", nothing)
    with pytest.raises(DriverTimeout):
        line.read(100)
    assert 1 <= len(asked) <= 20  # it rests between them


def test_a_zero_length_packet_before_an_answer_is_passed_over(toy_and_line: Opened) -> None:
    toy, _, line = toy_and_line
    toy.said.extend([b"", b"", b"OK"])
    assert line.read(MS) == b"OK"


def test_a_read_never_asks_for_a_part_of_a_packet(bus: SoftwareBus, monkeypatch: pytest.MonkeyPatch) -> None:
    plugged(bus, "T-1", "1-1", Interface(0, 7, 1, 2, (Endpoint(1, 64), Endpoint(0x81, 64))))
    line = open_line("T-1", anything, bus)
    asked = []

    def one_byte(_bus: object, _handle: int, _endpoint: int, most: int, _timeout_ms: int) -> bytes:
        asked.append(most)
        return b"x"

    monkeypatch.setattr(SoftwareBus, "read", one_byte)
    assert line.read(MS, most=1) + line.read(MS, most=65) + line.read(MS, most=128) == b"xxx"
    assert asked == [64, 128, 128]


@pytest.mark.parametrize("went", [-1, 6])
def test_a_bus_that_counts_wrongly_is_not_believed(toy_and_line: Opened, monkeypatch: pytest.MonkeyPatch, went: int) -> None:
    _, _, line = toy_and_line
    monkeypatch.setattr(SoftwareBus, "write", lambda *_arguments: went)
    with pytest.raises(LineBroken):
        line.write(b"12345", MS)


def test_closing_ends_a_wait_of_another_thread(toy_and_line: Opened) -> None:
    _, one, line = toy_and_line
    ended: list[BaseException] = []

    def wait() -> None:
        try:
            line.read(600_000)
        except DriverError as error:
            ended.append(error)

    thread = threading.Thread(target=wait)
    thread.start()
    line.close()
    thread.join(timeout=30)
    assert not thread.is_alive()
    assert isinstance(ended[0], DriverLost)
    assert not one.claimed_by


def test_waits_are_slices_of_the_deadline(toy_and_line: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    _, _, line = toy_and_line
    asked = []

    def nothing(_bus: SoftwareBus, _handle: object, _endpoint: object, __most: int, timeout_ms: int) -> bytes:
        asked.append(timeout_ms)
        raise BusError(words.TIMED_OUT)

    monkeypatch.setattr(SoftwareBus, "read", nothing)
    with pytest.raises(DriverTimeout):
        line.read(50)
    assert all(1 <= one <= SLICE_MS for one in asked)  # 0 would wait for ever on a real bus


def test_the_class_requests_are_as_the_standard_has_them(toy_and_line: Opened) -> None:
    toy, _, line = toy_and_line
    assert line.device_id(MS).serial == "T-1"
    assert line.port_status(MS).raw == 0x18
    line.soft_reset(MS)
    asked = [(one.request_type, one.request, one.value, one.index, one.length) for one in toy.controls]
    assert asked == [(0xA1, 0, 0, 0, 1024), (0xA1, 1, 0, 0, 1), (0x21, 2, 0, 0, 0)]


def test_the_interface_stands_where_the_standard_wants_it(bus: SoftwareBus) -> None:
    """GET_DEVICE_ID has it in the high byte with the alternate setting below, the others in the low one."""
    other = Interface(0, 6, 1, 1, (Endpoint(5), Endpoint(0x85)))
    first = Interface(2, 7, 1, 1, (Endpoint(1),), alternate=0)
    second = Interface(2, 7, 1, 2, (Endpoint(1), Endpoint(0x81)), alternate=3)
    toy, _ = plugged(bus, "T-1", "1-1", other, first, second)
    line = open_line("T-1", anything, bus)
    line.device_id(MS)
    line.port_status(MS)
    assert [one.index for one in toy.controls] == [2 << 8 | 3, 2]


def test_a_printer_of_version_1_0_is_reset_as_1_0_had_it(toy_and_line: Opened) -> None:
    toy, _, line = toy_and_line
    toy.knows_reset = (0x23,)
    line.soft_reset(MS)
    assert toy.resets == [0x21, 0x23]


def test_a_printer_that_knows_no_soft_reset_says_so(toy_and_line: Opened) -> None:
    toy, _, line = toy_and_line
    toy.knows_reset = ()
    with pytest.raises(LineStalled):
        line.soft_reset(MS)


def test_paper_out_is_seen(toy_and_line: Opened) -> None:
    toy, _, line = toy_and_line
    toy.status = port_status.write(paper_empty=True, error=True)
    status = line.port_status(MS)
    assert (status.paper_empty, status.selected, status.error) == (True, True, True)


@pytest.mark.parametrize("answer", [None, b"", b"\x00", b"\x00\x04??"])
def test_a_device_id_that_is_none_is_a_driver_error(toy_and_line: Opened, answer: bytes | None) -> None:
    toy, _, line = toy_and_line
    toy.id_answer = answer
    with pytest.raises(DriverError):
        line.device_id(MS)


def test_requests_after_the_deadline_are_not_sent(toy_and_line: Opened) -> None:
    toy, _, line = toy_and_line
    for ask in (line.device_id, line.port_status, line.soft_reset):
        with pytest.raises(DriverTimeout):
            ask(0)
    assert not toy.controls
