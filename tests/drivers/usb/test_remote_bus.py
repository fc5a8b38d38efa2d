"""A bus in another process: the same as one here, and gone when its server is."""

import contextlib
import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ektp_core.boundary.card_printer import DriverError, DriverLost
from ektp_usb import bus as words
from ektp_usb import wire
from ektp_usb.bus import BusError, Device, Endpoint, Interface, Setup, UsbBus
from ektp_usb.bus_server import BusServer, serve
from ektp_usb.remote_bus import RemoteBus
from ektp_usb.software_bus import SoftwareBus
from ektp_usb.transport import find, open_line
from ektp_usb.troubles import DeviceAbsent, LineBusy, LineStalled, ShortWrite
from tests.drivers.usb.toy import anything, plugged

MS = 2000
numbers = st.integers(min_value=0, max_value=0xFFFF)
pipes = st.builds(Endpoint, numbers, numbers, numbers)
faces = st.builds(Interface, numbers, numbers, numbers, numbers, st.lists(pipes, max_size=3).map(tuple), numbers)
devices = st.builds(Device, numbers, numbers, st.none() | st.text(max_size=9), st.text(max_size=9), st.lists(faces, max_size=3).map(tuple), st.text(max_size=5), st.text(max_size=5), numbers, numbers, numbers)
bytes_ = st.integers(min_value=0, max_value=255)
values = {
    "int": st.integers(min_value=0, max_value=2**31 - 1),
    "bool": st.booleans(),
    "none": st.none(),
    "bytes": st.binary(max_size=80),
    "setup": st.builds(Setup, bytes_, bytes_, numbers, numbers, numbers),
    "device": devices,
    "devices": st.lists(devices, max_size=3).map(tuple),
}


@pytest.fixture
def bus() -> SoftwareBus:
    return SoftwareBus()


@pytest.fixture
def server(bus: SoftwareBus, tmp_path: Path) -> Iterator[BusServer]:
    one = serve(bus, tmp_path / "usb.sock")
    yield one
    one.close()


@pytest.fixture
def remote(server: BusServer) -> RemoteBus:
    return RemoteBus(str(server.path))


@given(st.sampled_from(sorted(wire.CALLS)), st.data())
def test_every_call_and_answer_is_read_as_it_was_written(name: str, data: st.DataObject) -> None:
    kinds, answer = wire.CALLS[name]
    arguments = tuple(data.draw(values[kind]) for kind in kinds)
    assert wire.read_question(wire.question(name, arguments)[wire.HEADER_BYTES :]) == (name, arguments)
    value = data.draw(values[answer])
    assert wire.read_answer(name, wire.answer(name, value)[wire.HEADER_BYTES :]) == value


json_values = st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=10), max_leaves=30)


@given(st.binary(max_size=60) | json_values.map(lambda one: json.dumps(one).encode()), st.sampled_from(sorted(wire.CALLS)))
def test_any_frame_is_a_call_an_answer_or_a_bus_error(body: bytes, name: str) -> None:
    with contextlib.suppress(BusError):
        wire.read_question(body)
    with contextlib.suppress(BusError):
        wire.read_answer(name, body)


@given(json_values, st.sampled_from(sorted(wire.CALLS)))
def test_any_value_answered_is_of_its_kind_or_a_bus_error(value: object, name: str) -> None:
    with contextlib.suppress(BusError):
        wire.read_answer(name, json.dumps(["ok", value]).encode())


def test_deep_nesting_and_long_numbers_are_no_frames() -> None:
    for body in (b"[" * 100_000, b"[" + b"9" * 10_000 + b"]"):
        with pytest.raises(BusError):
            wire.read_question(body)


def test_both_buses_have_every_call_of_the_protocol(bus: SoftwareBus, remote: RemoteBus) -> None:
    both: list[object] = [bus, remote]
    assert all(isinstance(one, UsbBus) for one in both)
    assert set(wire.CALLS) == {name for name in vars(UsbBus) if not name.startswith("_")}


def test_a_printer_behind_a_socket_is_used_like_one_here(bus: SoftwareBus, remote: RemoteBus) -> None:
    toy, one = plugged(bus, kernel_driver=True)
    assert find(anything, remote)[0].serial == "T-1"
    line = open_line("T-1", anything, remote)
    line.write(bytes(100_000) + b"who?\r", 30_000)
    assert line.device_id(MS).model == "Card One"
    assert line.port_status(MS).raw == 0x18
    line.soft_reset(MS)
    assert line.read(MS).endswith(b"who?\r")
    line.close()
    assert len(toy.taken) == 100_005
    assert one.kernel_driver and not one.claimed_by


def test_troubles_travel(bus: SoftwareBus, remote: RemoteBus) -> None:
    toy, _ = plugged(bus)
    line = open_line("T-1", anything, remote)
    toy.stall_out = True
    with pytest.raises(LineStalled):
        line.write(b"x", MS)
    toy.stop_after = 7
    with pytest.raises(ShortWrite) as caught:
        line.write(bytes(50), 50)
    assert caught.value.sent == 7
    line.close()


def test_two_drivers_on_one_printer_are_told_apart(bus: SoftwareBus, remote: RemoteBus, server: BusServer) -> None:
    plugged(bus)
    first = open_line("T-1", anything, remote)
    with pytest.raises(LineBusy):
        open_line("T-1", anything, RemoteBus(str(server.path)))
    first.close()


def test_a_driver_that_dies_leaves_the_printer_free(bus: SoftwareBus, remote: RemoteBus, server: BusServer) -> None:
    _, one = plugged(bus)
    line = open_line("T-1", anything, remote)
    remote.hang_up()  # what a kill does to the connection
    with pytest.raises(DriverLost):
        line.write(b"x", MS)
    line.close()
    with bus.lock:
        bus.lock.wait_for(lambda: not one.claimed_by, 30)
    again = None
    while again is None:
        with contextlib.suppress(LineBusy):
            again = open_line("T-1", anything, RemoteBus(str(server.path)))
    again.write(b"x", MS)
    again.close()


def test_a_server_that_ends_takes_every_device_with_it(bus: SoftwareBus, remote: RemoteBus, server: BusServer) -> None:
    plugged(bus)
    line = open_line("T-1", anything, remote)
    server.close()
    with pytest.raises(DriverLost):
        line.write(b"x", MS)
    line.close()
    with pytest.raises(DriverError):
        open_line("T-1", anything, remote)


def test_an_old_handle_never_reaches_a_later_server(bus: SoftwareBus, remote: RemoteBus, server: BusServer) -> None:
    plugged(bus)
    old = open_line("T-1", anything, remote)
    server.close()
    fresh = SoftwareBus()
    toy, _ = plugged(fresh)
    second = serve(fresh, server.path)
    with pytest.raises(DriverLost):
        old.write(b"old", MS)
    new = open_line("T-1", anything, remote)
    with pytest.raises(DriverLost):
        old.write(b"old", MS)
    new.write(b"new", MS)
    assert bytes(toy.taken) == b"new"
    new.close()
    old.close()
    second.close()


def test_a_handle_from_before_is_gone_though_the_later_server_gave_the_same_number(
    bus: SoftwareBus, remote: RemoteBus, server: BusServer
) -> None:
    plugged(bus)
    before = remote.open(remote.devices()[0])
    server.close()
    fresh = SoftwareBus()
    _, one = plugged(fresh)
    second = serve(fresh, server.path)
    with pytest.raises(BusError):
        remote.claim(before, 0)  # finds out that the connection is gone
    after = remote.open(remote.devices()[0])
    with pytest.raises(BusError) as caught:
        remote.claim(before, 0)
    assert (caught.value.errno, one.claimed_by) == (words.GONE, {})
    for handle in (before, after):
        remote.close(handle)
    second.close()


def test_nobody_serving_is_an_absent_bus(tmp_path: Path) -> None:
    with pytest.raises(DriverError):
        find(anything, RemoteBus(str(tmp_path / "nothing.sock")))


def test_a_handle_of_another_connection_is_not_taken(bus: SoftwareBus, remote: RemoteBus, server: BusServer) -> None:
    plugged(bus)
    handle = remote.open(remote.devices()[0])
    line = socket.socket(socket.AF_UNIX)
    line.connect(str(server.path))
    line.sendall(wire.question("claim", (handle, 0)))
    with pytest.raises(BusError) as caught:
        wire.read_answer("claim", line.recv(1000)[wire.HEADER_BYTES :])
    assert caught.value.errno == words.INVALID
    line.close()
    remote.close(handle)


@pytest.mark.parametrize("said", [b"", b"\x00", b"\xff\xff\xff\xff", b"\x00\x00\x00\x02{}", b"\x00\x00\x00\x04[1]x", b"\x00\x00\x00\x0f['ok', 'wrong']"])
def test_a_server_that_talks_nonsense_is_a_driver_error(tmp_path: Path, said: bytes) -> None:
    path = tmp_path / "odd.sock"
    door = socket.socket(socket.AF_UNIX)
    door.bind(str(path))
    door.listen()

    def talk() -> None:
        line, _ = door.accept()
        line.recv(1000)
        line.sendall(said)
        line.close()

    thread = threading.Thread(target=talk)
    thread.start()
    with pytest.raises(DriverError):
        find(anything, RemoteBus(str(path)))
    thread.join()
    door.close()


def test_two_servers_do_not_share_a_path(bus: SoftwareBus, server: BusServer) -> None:
    with pytest.raises(DriverError, match="already"):
        serve(bus, server.path)


def test_a_socket_left_behind_is_taken_over(bus: SoftwareBus, tmp_path: Path) -> None:
    path = tmp_path / "left.sock"
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(path))
    left.close()
    plugged(bus)
    server = serve(bus, path)
    assert len(RemoteBus(str(path)).devices()) == 1
    server.close()


def test_a_path_too_long_for_a_socket_is_refused_in_words(bus: SoftwareBus, tmp_path: Path) -> None:
    with pytest.raises(DriverError, match="at most"):
        serve(bus, tmp_path / ("x" * 100))


def test_an_absent_serial_is_absent_there_too(remote: RemoteBus) -> None:
    with pytest.raises(DeviceAbsent):
        open_line("T-1", anything, remote)


def test_looking_round_in_one_thread_does_not_cut_the_line_of_another(bus: SoftwareBus, remote: RemoteBus) -> None:
    plugged(bus)
    ended = threading.Event()

    def look_round() -> None:
        while not ended.is_set():
            remote.devices()

    thread = threading.Thread(target=look_round)
    thread.start()
    try:
        for _ in range(100):
            line = open_line("T-1", anything, remote)
            assert line.port_status(MS).raw == 0x18
            line.close()
    finally:
        ended.set()
        thread.join()
