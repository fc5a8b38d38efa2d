"""A software bus behind the real libusb (jembatan ke umockdev): ioctls of usbfs in, calls of a `UsbBus` out.

A process of its own, run by the system's Python, which is the one that has `gi`:

    python3 -m ektp_testing.umock_bridge /path/to/usb.sock

It builds a umockdev test bed with the devices of that bus, says `ready FOLDER` on its output,
follows what is plugged in and out, and ends when its input ends. Programs started with
umockdev's preload and `UMOCKDEV_DIR=FOLDER` see the devices through libusb as if they were
real (`ektp_testing.umockdev` does all that). Thin on purpose: it decides nothing a device
decides. Linux only; imports nothing that must be compiled for one Python.
"""

import errno
import struct
import sys
import threading
import time
from collections import deque
from typing import Any

import gi
from attrs import define, field

from ektp_usb import bus as words
from ektp_usb import descriptors
from ektp_usb.bus import BusError, Device, Setup, UsbBus
from ektp_usb.remote_bus import RemoteBus

gi.require_version("UMockdev", "1.0")
from gi.repository import UMockdev  # noqa: E402 - the version must be chosen first

FOLLOW_S = 0.02
TRY_AGAIN_S = 0.003  # how often a transfer that waits is tried again
REST_S = 0.0005  # libusb polls a plain file without pause

_URB = struct.Struct("@BBiIPiiiiiIP")
_STATUS_AT, _ACTUAL_AT, _BUFFER_AT = 4, 28, 16
_CONTROL, _BULK = 2, 3
_SETUP = struct.Struct("<BBHHH")
_POINTER = struct.Struct("P")
_PAIR = struct.Struct("II")

_READ, _WRITE, _BOTH = 2, 1, 3


def _ioctl(direction: int, number: int, size: int) -> int:
    return direction << 30 | size << 16 | ord("U") << 8 | number


# linux/usbdevice_fs.h; directions as seen from the program
_NAMES = {
    _ioctl(_READ, 10, _URB.size): "submit",
    _ioctl(0, 11, 0): "discard",
    _ioctl(_WRITE, 12, 8): "reap",
    _ioctl(_WRITE, 13, 8): "reap",
    _ioctl(_WRITE, 8, 260): "driver",
    _ioctl(_READ, 15, 4): "claim",
    _ioctl(_READ, 16, 4): "release",
    _ioctl(_BOTH, 18, 16): "driver_order",
    _ioctl(0, 20, 0): "reset",
    _ioctl(_READ, 21, 4): "clear_halt",
    _ioctl(_READ, 5, 4): "configure",
    _ioctl(_READ, 4, 8): "alternate",
    _ioctl(_READ, 26, 4): "capabilities",
    _ioctl(_READ, 27, 264): "claim_from_driver",
    _ioctl(0, 31, 0): "speed",
}
_DETACH, _ATTACH = _ioctl(0, 22, 0), _ioctl(0, 23, 0)
_ZERO_PACKET, _REAP_AFTER_DISCONNECT = 0x01, 0x10
_HIGH_SPEED = 3


@define(eq=False)
class Transfer:
    """One URB on its way."""

    urb: Any
    room: Any
    kind: int
    endpoint: int
    length: int
    went: int = 0
    tried_at: float = 0.0


@define(eq=False)
class Client:
    """One open file of one program: its handle on the bus and its transfers."""

    handle: int
    flying: dict[int, Transfer] = field(factory=dict)
    done: deque[Any] = field(factory=deque)


@define(eq=False)
class Node:
    """One device file under /dev/bus/usb."""

    bus: UsbBus
    device: Device
    gone: bool = False
    clients: dict[Any, Client] = field(factory=dict)

    def handle_ioctl(self, _base: object, client: Any) -> bool:
        """Answer one ioctl; called by umockdev, one at a time."""
        name = _NAMES.get(client.get_request() & 0xFFFFFFFF, "")
        try:
            result = self._answer(name, client)
        except BusError as error:
            client.complete(-1, errno.ENODEV if error.errno in {words.GONE, words.INVALID} else error.errno)
        except Exception as error:  # noqa: BLE001 - an exception here would hang the program under test
            sys.stderr.write(f"bridge: {name}: {type(error).__name__}: {error}\n")
            client.complete(-1, errno.EIO)
        else:
            client.complete(result, 0)
        return True

    def forget_the_gone(self) -> None:
        """Let go of what programs held that closed their file or died; umockdev has signals for it that never come."""
        for client, known in tuple(self.clients.items()):
            if not client.get_property("connected") and self.clients.pop(client, None) is not None:
                self.bus.close(known.handle)

    def _client(self, client: Any) -> Client:
        known = self.clients.get(client)
        if known is None:
            known = self.clients[client] = Client(self.bus.open(self.device))
        return known

    def _answer(self, name: str, client: Any) -> int:
        argument = client.get_arg()
        if name == "reap":
            return self._reap(client, argument)
        if name == "discard":
            return self._discard(client, _POINTER.unpack(bytes(argument.retrieve())[: _POINTER.size])[0])
        if self.gone:
            raise BusError(words.GONE)
        if name in {"claim", "claim_from_driver"}:
            self.forget_the_gone()  # a kernel has let go before the next one asks
        if name == "speed":
            return _HIGH_SPEED
        if name == "submit":
            return self._submit(self._client(client), argument)
        if name == "":
            raise BusError(errno.ENOTTY)
        return self._simple(name, self._client(client).handle, argument)

    def _simple(self, name: str, handle: int, argument: Any) -> int:
        bus = self.bus
        if name == "reset":
            bus.reset(handle)
            return 0
        size = {"alternate": 8, "driver": 260, "driver_order": 16, "claim_from_driver": 264}.get(name, 4)
        data = argument.resolve(0, size)
        raw = bytes(data.retrieve())
        first, second = _PAIR.unpack(raw[: _PAIR.size].ljust(_PAIR.size, b"\0"))
        match name:
            case "capabilities":
                data.update(0, struct.pack("I", _ZERO_PACKET | _REAP_AFTER_DISCONNECT))
            case "driver":
                if not bus.has_kernel_driver(handle, first):
                    raise BusError(errno.ENODATA)
                data.update(4, b"usblp\0")
            case "driver_order" if second == _DETACH:
                bus.detach(handle, first)
            case "driver_order" if second == _ATTACH:
                bus.attach(handle, first)
                return 1
            case "claim_from_driver":
                if bus.has_kernel_driver(handle, first):
                    bus.detach(handle, first)
                bus.claim(handle, first)
            case "alternate":
                bus.alternate(handle, first, second)
            case "claim" | "release" | "clear_halt" | "configure":
                getattr(bus, name)(handle, first)
            case _:
                raise BusError(errno.ENOTTY)
        return 0

    # -- transfers --------------------------------------------------------------------------

    def _submit(self, client: Client, argument: Any) -> int:
        urb = argument.resolve(0, _URB.size)
        kind, endpoint, _status, _flags, _buffer, length, *_rest = _URB.unpack(bytes(urb.retrieve()))
        room = urb.resolve(_BUFFER_AT, length) if length else None
        client.flying[urb.client_addr] = Transfer(urb, room, kind, endpoint, length)
        return 0

    def _discard(self, client: Any, address: int) -> int:
        known = self._client(client) if not self.gone else self.clients.get(client)
        transfer = None if known is None else known.flying.get(address)
        if known is None or transfer is None:
            raise BusError(errno.EINVAL)
        self._finish(known, transfer, -errno.ENOENT, transfer.went)
        return 0

    def _reap(self, client: Any, argument: Any) -> int:
        known = self.clients.get(client)
        if known is None:
            raise BusError(words.GONE if self.gone else errno.EAGAIN)
        for transfer in tuple(known.flying.values()):
            self._advance(known, transfer)
        if not known.done:
            time.sleep(REST_S)
            raise BusError(words.GONE if self.gone else errno.EAGAIN)
        argument.resolve(0, _POINTER.size).set_ptr(0, known.done.popleft())
        return 0

    def _finish(self, client: Client, transfer: Transfer, status: int, actual: int, data: bytes = b"") -> None:
        del client.flying[transfer.urb.client_addr]
        if data and transfer.room is not None:
            transfer.room.update(_SETUP.size if transfer.kind == _CONTROL else 0, data)
        transfer.urb.update(_STATUS_AT, struct.pack("i", status))
        transfer.urb.update(_ACTUAL_AT, struct.pack("i", actual))
        client.done.append(transfer.urb)

    def _advance(self, client: Client, transfer: Transfer) -> None:
        now = time.monotonic()
        if self.gone:
            self._finish(client, transfer, -errno.ESHUTDOWN, transfer.went)
            return
        if now - transfer.tried_at < TRY_AGAIN_S:
            return
        transfer.tried_at = now
        try:
            if transfer.kind == _CONTROL:
                self._control(client, transfer)
            elif transfer.endpoint & words.INPUT:
                data = self.bus.read(client.handle, transfer.endpoint, transfer.length, 0)
                self._finish(client, transfer, 0, len(data), data)
            else:
                self._push(client, transfer)
        except BusError as error:
            if error.errno == words.GONE:
                self.gone = True
            if error.errno != words.TIMED_OUT:
                status = errno.ESHUTDOWN if self.gone else error.errno
                self._finish(client, transfer, -status, transfer.went)

    def _push(self, client: Client, transfer: Transfer) -> None:
        data = bytes(transfer.room.retrieve()) if transfer.room is not None else b""
        transfer.went += self.bus.write(client.handle, transfer.endpoint, data[transfer.went :], 0)
        if transfer.went >= transfer.length:
            self._finish(client, transfer, 0, transfer.went)

    def _control(self, client: Client, transfer: Transfer) -> None:
        raw = bytes(transfer.room.retrieve())
        setup = Setup(*_SETUP.unpack(raw[: _SETUP.size]))
        if (setup.request_type, setup.request, setup.value >> 8) == (0x80, 6, 3):
            text = descriptors.string_bytes(self.device, setup.value & 0xFF)
            if text is None:
                raise BusError(words.STALL)
            answer = text[: setup.length]
        else:
            answer = self.bus.control(client.handle, setup, raw[_SETUP.size :], 0)
        self._finish(client, transfer, 0, len(answer) if setup.is_input else setup.length, answer)


@define(eq=False)
class TestBed:
    """The devices of one bus as files of a umockdev test bed."""

    bus: UsbBus
    bed: Any = field(factory=UMockdev.Testbed.new)
    nodes: dict[tuple[str, int], Node] = field(factory=dict)
    _kept: list[Any] = field(factory=list)

    def follow(self) -> None:
        """Add what was plugged in, take away what was pulled out."""
        try:
            here = {(one.port, one.address): one for one in self.bus.devices()}
        except BusError:
            here = {}
        for name in [name for name, node in self.nodes.items() if name not in here]:
            node = self.nodes.pop(name)
            node.gone = True
            self.bed.remove_device("/sys" + _place(node.device))
        for node in self.nodes.values():
            node.forget_the_gone()
        for name, device in here.items():
            if name not in self.nodes:
                self.nodes[name] = self._add(device)

    def _add(self, device: Device) -> Node:
        node, base = Node(self.bus, device), UMockdev.IoctlBase()
        base.connect("handle-ioctl", node.handle_ioctl)
        self._kept.append(base)
        self.bed.attach_ioctl(_file(device), base)
        self.bed.add_from_string(_record(device))
        return node


def _bus_number(device: Device) -> int:
    first = device.port.partition("-")[0]
    return int(first) if first.isdecimal() else 1


def _place(device: Device) -> str:
    return f"/devices/pci0000:00/0000:00:14.0/usb{_bus_number(device)}/{device.port}"


def _file(device: Device) -> str:
    return f"/dev/bus/usb/{_bus_number(device):03d}/{device.address:03d}"


def _record(device: Device) -> str:
    number, file = _bus_number(device), _file(device)
    raw = descriptors.device_bytes(device) + descriptors.configuration_bytes(device)
    lines = [
        f"P: {_place(device)}",
        f"N: {file.removeprefix('/dev/')}",
        "E: SUBSYSTEM=usb",
        "E: DRIVER=usb",
        "E: DEVTYPE=usb_device",
        f"E: BUSNUM={number:03d}",
        f"E: DEVNUM={device.address:03d}",
        f"E: DEVNAME={file}",
        f"A: bConfigurationValue={device.configuration}\\n",
        f"A: busnum={number}\\n",
        f"A: devnum={device.address}\\n",
        "A: speed=480\\n",
        f"A: idVendor={device.vendor:04x}\\n",
        f"A: idProduct={device.product:04x}\\n",
        f"H: descriptors={raw.hex()}",
    ]
    return "\n".join(lines) + "\n"


def _run(path: str) -> None:
    ended = threading.Event()

    def wait_for_the_end() -> None:
        sys.stdin.buffer.read()
        ended.set()

    threading.Thread(target=wait_for_the_end, daemon=True).start()
    bed = TestBed(RemoteBus(path))
    bed.follow()
    sys.stdout.write(f"ready {bed.bed.get_root_dir()}\n")
    sys.stdout.flush()
    while not ended.wait(FOLLOW_S):
        bed.follow()


if __name__ == "__main__":
    _run(sys.argv[1])
