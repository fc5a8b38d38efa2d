"""A device that answers anything at all: only errors of the contract come out, and every wait ends."""

from collections.abc import Callable
from typing import Any

from attrs import define, field
from hypothesis import given
from hypothesis import strategies as st

from ektp_core.boundary.card_printer import DriverError
from ektp_usb.bus import BusError, Device, Endpoint, Interface, Setup
from ektp_usb.transport import UsbLine, find, open_line
from tests.drivers.usb.toy import anything

MS = 4
numbers = st.integers(min_value=0, max_value=255)
errors = st.integers(min_value=-5, max_value=120).map(BusError)
pipes = st.builds(Endpoint, numbers, st.sampled_from([0, 1, 8, 64, 512, 2047]), st.sampled_from([0, 1, 2, 2, 2, 3]))
settings = st.builds(Interface, st.integers(0, 3), st.sampled_from([7, 7, 7, 8]), st.sampled_from([1, 1, 2]), st.integers(1, 4), st.lists(pipes, max_size=3).map(tuple), st.integers(0, 2))
usual = Interface(0, 7, 1, 2, (Endpoint(1), Endpoint(0x82)))
texts = st.none() | st.just("S") | st.text(max_size=200) | st.characters(categories=["Cs"])
devices = st.builds(Device, numbers, numbers, texts, st.text(max_size=6), st.lists(st.just(usual) | settings, min_size=1, max_size=3).map(tuple), st.text(max_size=4), st.text(max_size=4), configuration=st.one_of(*[st.just(1)] * 9, st.integers(1, 3)))


def mostly(good: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(*[good] * 9, errors)


bytes_answers = mostly(st.binary(max_size=40))
counts = mostly(st.integers(min_value=-3, max_value=40))
yes_or_no = mostly(st.just(None))


@define
class OddBus:
    """Does and says whatever was drawn for it."""

    found: tuple[Device, ...]
    data: st.DataObject
    calls: int = 0
    closed: list[int] = field(factory=list)

    def _draw(self, kind: st.SearchStrategy[object]) -> object:
        self.calls += 1
        if self.calls > 60:
            raise BusError(19)
        try:
            answer = self.data.draw(kind)
        except BaseException:  # the example ended; what is let go afterwards draws no more
            self.calls = 1000
            raise
        if isinstance(answer, BusError):
            raise answer
        return answer

    def devices(self) -> tuple[Device, ...]:
        return self.found

    def open(self, device: Device) -> int:
        self._draw(yes_or_no)
        return 1

    def close(self, handle: int) -> None:
        self.closed.append(handle)

    def configuration(self, handle: int) -> object:
        return self._draw(mostly(st.one_of(*[st.just(1)] * 9, st.integers(0, 3))))

    def configure(self, handle: int, value: int) -> None:
        self._draw(yes_or_no)

    def alternate(self, handle: int, interface: int, alternate: int) -> None:
        self._draw(yes_or_no)

    def has_kernel_driver(self, handle: int, interface: int) -> object:
        return self._draw(mostly(st.booleans()))

    def detach(self, handle: int, interface: int) -> None:
        self._draw(yes_or_no)

    def attach(self, handle: int, interface: int) -> None:
        self._draw(yes_or_no)

    def claim(self, handle: int, interface: int) -> None:
        self._draw(yes_or_no)

    def release(self, handle: int, interface: int) -> None:
        self._draw(yes_or_no)

    def control(self, handle: int, setup: Setup, data: bytes, timeout_ms: int) -> object:
        return self._draw(bytes_answers)

    def write(self, handle: int, endpoint: int, data: bytes, timeout_ms: int) -> object:
        return self._draw(counts)

    def read(self, handle: int, endpoint: int, most: int, timeout_ms: int) -> object:
        return self._draw(bytes_answers)

    def clear_halt(self, handle: int, endpoint: int) -> None:
        self._draw(yes_or_no)

    def reset(self, handle: int) -> None:
        raise AssertionError("nobody ordered a reset")


def use(line: UsbLine, data: st.DataObject) -> None:
    calls: list[Callable[[], object]] = [
        lambda: line.write(b"0123456789" * 3, MS),
        lambda: line.read(MS, data.draw(st.integers(-1, 600))),
        lambda: line.device_id(MS),
        lambda: line.port_status(MS),
        lambda: line.soft_reset(MS),
    ]
    for call in data.draw(st.lists(st.sampled_from(calls), max_size=5)):
        try:
            call()
        except DriverError as error:
            assert 0 <= getattr(error, "sent", 0) <= getattr(error, "at_most", 0) <= 30


@given(st.lists(devices, min_size=1, max_size=2).map(tuple), st.data())
def test_only_errors_of_the_contract_come_out_and_everything_is_let_go(found: tuple[Device, ...], data: st.DataObject) -> None:
    bus = OddBus(found, data)
    try:
        seen = find(anything, bus)  # type: ignore[arg-type]  # it answers what no bus may
        line = open_line(seen[0].serial if seen else "", anything, bus)  # type: ignore[arg-type]  # as above
    except DriverError:
        return
    try:
        use(line, data)
    except BaseException:
        bus.calls = 1000
        raise
    held = len(bus.closed)
    line.close()
    assert len(bus.closed) == held + 1
