"""A bus made of software (bus buatan), for devices that are written here.

The device brings only what is its own: `Function`, three answers and never a wait. The bus
keeps what every bus keeps: who has claimed what, whether the system's driver is bound, which
pipe is halted, what is plugged in, and the waiting.

A model calls `changed()` when something it would not give before can be given now; a bus
that is never told looks again every 20 ms.
"""

from collections.abc import Callable
from threading import Condition
from time import monotonic
from typing import Protocol, TypeVar

from attrs import define, evolve, field

from ektp_usb.bus import BUSY, GONE, INVALID, NO_PERMISSION, NOT_FOUND, STALL, TIMED_OUT, BusError, Device, Setup

LOOK_AGAIN_S = 0.02

T = TypeVar("T")


class Function(Protocol):
    """What one device does. Called under the bus's lock, one call at a time; none may wait."""

    def control(self, setup: Setup, data: bytes) -> bytes | None:
        """Answer a class or vendor request; None declines it (stall)."""

    def take(self, endpoint: int, data: bytes) -> int:
        """Take bytes from the host; how many it took (0: not now). STALL as `BusError` halts the pipe."""

    def give(self, endpoint: int, most: int) -> bytes | None:
        """Give the host one transfer of `most` bytes at most; None: nothing now."""


@define(eq=False)
class Plugged:
    """One device in the bus and what the bus knows of it."""

    device: Device
    function: Function
    kernel_driver: bool = False
    permitted: bool = True
    configuration: int = 1
    claimed_by: dict[int, int] = field(factory=dict)  # interface -> handle
    alternates: dict[int, int] = field(factory=dict)
    halted: set[int] = field(factory=set)
    resets: int = 0
    configured: int = 0  # how often somebody set the configuration
    cleared: int = 0  # how often somebody cleared a halt


@define(eq=False)
class SoftwareBus:
    """Implements `ektp_usb.bus.UsbBus`."""

    lock: Condition = field(factory=Condition)
    _plugged: list[Plugged] = field(init=False, factory=list)
    _handles: dict[int, Plugged] = field(init=False, factory=dict)
    _next_handle: int = field(init=False, default=1)
    _next_address: int = field(init=False, default=2)

    # -- for whoever owns the devices -----------------------------------------------------

    def plug(
        self, device: Device, function: Function, *, kernel_driver: bool = False, permitted: bool = True
    ) -> Plugged:
        """Put a device in; the bus gives it an address."""
        with self.lock:
            addressed = evolve(device, address=self._next_address)
            self._next_address = self._next_address % 127 + 1
            plugged = Plugged(addressed, function, kernel_driver, permitted, device.configuration)
            self._plugged.append(plugged)
            self.lock.notify_all()
            return plugged

    def unplug(self, plugged: Plugged) -> None:
        """Pull it out: everything that waits for it ends with GONE."""
        with self.lock:
            if plugged in self._plugged:
                self._plugged.remove(plugged)
            self.lock.notify_all()

    def changed(self) -> None:
        """Say that a device may answer otherwise now."""
        with self.lock:
            self.lock.notify_all()

    # -- UsbBus ---------------------------------------------------------------------------

    def devices(self) -> tuple[Device, ...]:
        """What is plugged in now."""
        with self.lock:
            return tuple(one.device for one in self._plugged)

    def open(self, device: Device) -> int:
        """Get a handle."""
        with self.lock:
            name = (device.port, device.address)
            found = next((one for one in self._plugged if (one.device.port, one.device.address) == name), None)
            if found is None:
                raise BusError(GONE)
            if not found.permitted:
                raise BusError(NO_PERMISSION)
            handle, self._next_handle = self._next_handle, self._next_handle + 1
            self._handles[handle] = found
            return handle

    def close(self, handle: int) -> None:
        """Let go."""
        with self.lock:
            plugged = self._handles.pop(handle, None)
            if plugged is not None:
                for interface in [one for one, owner in plugged.claimed_by.items() if owner == handle]:
                    del plugged.claimed_by[interface]
                self.lock.notify_all()

    def configuration(self, handle: int) -> int:
        """Value of the configuration in force."""
        with self.lock:
            return self._at(handle).configuration

    def configure(self, handle: int, value: int) -> None:
        """Set the configuration."""
        with self.lock:
            plugged = self._at(handle)
            plugged.configuration = value
            plugged.configured += 1
            plugged.alternates.clear()

    def alternate(self, handle: int, interface: int, alternate: int) -> None:
        """Choose an alternate setting."""
        with self.lock:
            plugged = self._at(handle)
            if not any((one.number, one.alternate) == (interface, alternate) for one in plugged.device.interfaces):
                raise BusError(NOT_FOUND)
            plugged.alternates[interface] = alternate

    def has_kernel_driver(self, handle: int, interface: int) -> bool:
        """Whether the system's own driver holds the interface."""
        with self.lock:
            return self._at(handle).kernel_driver

    def detach(self, handle: int, interface: int) -> None:
        """Take the interface from the system's driver."""
        with self.lock:
            plugged = self._at(handle)
            if not plugged.kernel_driver:
                raise BusError(NOT_FOUND)
            plugged.kernel_driver = False

    def attach(self, handle: int, interface: int) -> None:
        """Give it back."""
        with self.lock:
            plugged = self._handles.get(handle)
            if plugged is None or plugged not in self._plugged:
                return
            if interface in plugged.claimed_by:
                raise BusError(BUSY)
            plugged.kernel_driver = True

    def claim(self, handle: int, interface: int) -> None:
        """Take the interface."""
        with self.lock:
            plugged = self._at(handle)
            if plugged.kernel_driver or plugged.claimed_by.get(interface, handle) != handle:
                raise BusError(BUSY)
            plugged.claimed_by[interface] = handle

    def release(self, handle: int, interface: int) -> None:
        """Give the interface free."""
        with self.lock:
            plugged = self._handles.get(handle)
            if plugged is not None and plugged.claimed_by.get(interface) == handle:
                del plugged.claimed_by[interface]

    def control(self, handle: int, setup: Setup, data: bytes, timeout_ms: int) -> bytes:
        """One class or vendor request."""
        with self.lock:
            answer = self._at(handle).function.control(setup, data)
            if answer is None:
                raise BusError(STALL)
            return answer[: setup.length] if setup.is_input else b""

    def write(self, handle: int, endpoint: int, data: bytes, timeout_ms: int) -> int:
        """Send."""
        went = 0

        def push() -> int | None:
            nonlocal went
            plugged = self._with_pipe(handle, endpoint)
            taken = self._halting(plugged, endpoint, lambda: plugged.function.take(endpoint, data[went:]))
            went += taken
            return went if went == len(data) else None

        with self.lock:
            try:
                return self._until(push, timeout_ms)
            except BusError as error:
                if error.errno == TIMED_OUT and went:
                    return went
                raise

    def read(self, handle: int, endpoint: int, most: int, timeout_ms: int) -> bytes:
        """Receive."""

        def pull() -> bytes | None:
            plugged = self._with_pipe(handle, endpoint)
            return self._halting(plugged, endpoint, lambda: plugged.function.give(endpoint, most))

        with self.lock:
            return self._until(pull, timeout_ms)

    def clear_halt(self, handle: int, endpoint: int) -> None:
        """End a stall of one pipe."""
        with self.lock:
            plugged = self._at(handle)
            plugged.halted.discard(endpoint)
            plugged.cleared += 1
            self.lock.notify_all()

    def reset(self, handle: int) -> None:
        """Reset the port."""
        with self.lock:
            self._at(handle).resets += 1

    # -- within ---------------------------------------------------------------------------

    def _at(self, handle: int) -> Plugged:
        plugged = self._handles.get(handle)
        if plugged is None:
            raise BusError(INVALID)
        if plugged not in self._plugged:
            raise BusError(GONE)
        return plugged

    def _with_pipe(self, handle: int, endpoint: int) -> Plugged:
        plugged = self._at(handle)
        owner = next(
            (one for one in plugged.device.interfaces if endpoint in {pipe.address for pipe in one.endpoints}), None
        )
        if owner is None:
            raise BusError(NOT_FOUND)
        if plugged.claimed_by.get(owner.number) != handle:
            raise BusError(INVALID)
        if endpoint in plugged.halted:
            raise BusError(STALL)
        return plugged

    def _halting(self, plugged: Plugged, endpoint: int, act: Callable[[], T]) -> T:
        try:
            return act()
        except BusError as error:
            if error.errno == STALL:
                plugged.halted.add(endpoint)
            raise

    def _until(self, attempt: Callable[[], T | None], timeout_ms: int) -> T:
        end = monotonic() + timeout_ms / 1000
        while True:
            done = attempt()
            if done is not None:
                return done
            left = end - monotonic()
            if left <= 0:
                raise BusError(TIMED_OUT)
            self.lock.wait(min(left, LOOK_AGAIN_S))
