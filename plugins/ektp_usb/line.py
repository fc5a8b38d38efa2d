"""One open printer (jalur terbuka): bytes out, bytes in, and the three requests of its class.

Waits are slices within the deadline, so that `close` or a signal ends them. Nothing is tried
twice. What pyusb raises is told apart in `ektp_usb.troubles`; this file does not import it.
"""

from collections.abc import Callable
from contextlib import suppress
from threading import Lock
from time import monotonic, sleep
from typing import Any

from attrs import define, field

from ektp_core.boundary.card_printer import DriverError, DriverTimeout
from ektp_usb import device_id, port_status
from ektp_usb.bus import Endpoint, Setup
from ektp_usb.device_id import DeviceId
from ektp_usb.faces import Face
from ektp_usb.port_status import PortStatus
from ektp_usb.quirks import Quirks
from ektp_usb.seen import Seen
from ektp_usb.troubles import (
    ODD,
    LineBroken,
    LineLost,
    LineStalled,
    ShortWrite,
    Trouble,
    error_for,
    meaning_of,
    number_of,
)

SLICE_MS = 200
CHUNK_BYTES = 16 * 1024  # what a bus that dies leaves in doubt; a multiple of every packet size
CONTROL_MS = 5000  # the longest a device may take (USB 2.0, 9.2.6.1)
PAUSE_S = 0.01  # after a transfer that moved nothing and did not say why
LONGEST_ID = 1024


@define(eq=False)
class UsbLine:
    """An open printer. One thread reads and writes; `close` may come from any."""

    seen: Seen
    _device: Any
    _face: Face
    _quirks: Quirks
    _configuration_index: int
    _release: Callable[[], None]
    _lock: Lock = field(init=False, factory=Lock)
    _rest: bytes = field(init=False, default=b"")
    _dead: str = field(init=False, default="")
    _closed: bool = field(init=False, default=False)

    @property
    def can_read(self) -> bool:
        """Whether the printer has a way back that may be used."""
        return self._face.inward is not None and not self._quirks.unidirectional

    def write(self, data: bytes, timeout_ms: int) -> None:
        """Send all of it.

        Raises:
            ShortWrite: not all went out in time. LineLost: the device is gone. LineStalled,
            LineBroken: it declined, or the transfer failed. Each says how much went out (`sent`).
        """
        end = monotonic() + timeout_ms / 1000
        sent = 0
        while sent < len(data):
            slice_ms = _slice_ms(end)
            if slice_ms == 0:
                raise ShortWrite(f"{sent} of {len(data)} bytes went out within the time", sent)
            part = data[sent : sent + CHUNK_BYTES]
            went = self._slice(self._face.output, part, slice_ms, sent) or 0
            if not 0 <= went <= len(part):
                raise LineBroken("the bus says that more went out than there was", sent, sent + len(part))
            sent += went
            if not went:
                sleep(min(PAUSE_S, max(0.0, end - monotonic())))

    def read(self, timeout_ms: int, most: int = 4096) -> bytes:
        """What the printer sends next, 1 to `most` bytes.

        Raises:
            DriverTimeout: nothing came in time. LineLost, LineStalled, LineBroken: as they say.
            DriverError: this printer has no way back.
        """
        inward = self._face.inward
        if inward is None or not self.can_read:
            raise DriverError("this USB printer has no way back; it cannot be read")
        end = monotonic() + timeout_ms / 1000
        while not self._rest:
            slice_ms = _slice_ms(end)
            if slice_ms == 0:
                raise DriverTimeout("the USB printer sent nothing within the time")
            packet = max(1, inward.max_packet)
            whole = -(-max(1, most) // packet) * packet  # else a full packet would overflow
            self._rest = self._slice(inward, whole, slice_ms) or b""
            if not self._rest:  # a zero-length packet, again and again on some devices
                sleep(min(PAUSE_S, max(0.0, end - monotonic())))
        data, self._rest = self._rest[:most], self._rest[most:]
        return data

    def device_id(self, timeout_ms: int) -> DeviceId:
        """Ask for the IEEE 1284 device id (GET_DEVICE_ID).

        This one request carries the alternate setting where all others carry the interface, and pyusb claims what
        stands there. So of a device whose printer is not its first interface that other one is claimed too, until
        `close`; where another program has it, LineBusy is raised though the printer itself is ours.
        """
        where = self._face.number << 8 | self._face.alternate
        setup = Setup(0xA1, 0, self._configuration_index, where, LONGEST_ID)
        return device_id.parse(self._control("asking for its id", setup, timeout_ms))

    def port_status(self, timeout_ms: int) -> PortStatus:
        """Ask for the port status (GET_PORT_STATUS)."""
        setup = Setup(0xA1, 1, 0, self._face.number, 1)
        return port_status.parse(self._control("asking for its port status", setup, timeout_ms))

    def soft_reset(self, timeout_ms: int) -> None:
        """Flush the printer's buffers (SOFT_RESET); only when ordered, never with a card inside.

        A device that declines it as the class has it since 1.1 is asked as 1.0 had it.
        """
        end = monotonic() + timeout_ms / 1000
        try:
            self._order(0x21, end)
        except LineStalled:
            self._order(0x23, end)
        self._rest = b""

    def close(self) -> None:
        """Let go of the device: always, also of one that is gone; ends a wait within a slice."""
        self._closed = True
        with self._lock:
            if self._device is not None:
                self._device = None
                self._release()

    # -- within ---------------------------------------------------------------------------

    def _slice(self, pipe: Endpoint, payload: bytes | int, slice_ms: int, sent: int = 0) -> Any:
        """One transfer: bytes to send or how many to ask for; None when its time passed and nothing moved."""
        doing = "reading" if isinstance(payload, int) else "writing"
        under_way = 0 if isinstance(payload, int) else len(payload)
        with self._lock:
            self._must_be_alive(doing, sent)
            try:
                if isinstance(payload, int):
                    return bytes(self._device.read(pipe.address, payload, slice_ms))
                return int(self._device.write(pipe.address, payload, slice_ms))
            except ODD as error:
                trouble = self._note(error)
                if trouble is Trouble.TIMED_OUT:
                    return None
                if trouble is Trouble.STALLED and not self._quirks.no_clear_halt:
                    with suppress(*ODD):
                        self._device.clear_halt(pipe.address)
                raise error_for(trouble, doing, sent, sent + under_way) from error

    def _note(self, error: BaseException) -> Trouble:
        trouble = meaning_of(number_of(error))
        if trouble is Trouble.GONE:
            self._dead = "the USB device went away"
        return trouble

    def _must_be_alive(self, doing: str, sent: int = 0) -> None:
        if self._closed or self._device is None:
            raise LineLost(f"the line was closed before {doing}", sent)
        if self._dead:
            raise LineLost(f"{self._dead} before {doing}; open it again by its serial", sent)

    def _order(self, request_type: int, end: float) -> None:
        setup = Setup(request_type, 2, 0, self._face.number, 0)
        self._control("resetting its buffers", setup, int((end - monotonic()) * 1000))

    def _control(self, doing: str, setup: Setup, timeout_ms: int) -> bytes:
        if timeout_ms <= 0:
            raise DriverTimeout(f"the deadline passed before {doing}")
        room: int | bytes = setup.length if setup.is_input else b""
        with self._lock:
            self._must_be_alive(doing)
            try:
                answer = self._device.ctrl_transfer(
                    setup.request_type, setup.request, setup.value, setup.index, room, min(timeout_ms, CONTROL_MS)
                )
            except ODD as error:
                raise error_for(self._note(error), doing) from error
        return bytes(answer) if setup.is_input else b""


def _slice_ms(end: float) -> int:
    """Milliseconds of the next wait; 0 when the deadline passed (libusb takes 0 for ever)."""
    left = end - monotonic()
    return 0 if left <= 0 else max(1, min(SLICE_MS, int(left * 1000)))
