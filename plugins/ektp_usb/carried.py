"""A bus made of software under pyusb (bus buatan di bawah pyusb): what pyusb calls a backend.

pyusb asks for no base class, so this file needs no pyusb; errors stay `BusError` on their way
through. Standard requests are answered from the device's values.
"""

from array import array
from collections.abc import Iterator
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

from attrs import define

from ektp_usb import descriptors
from ektp_usb.bus import OVERFLOW, STALL, BusError, Device, Endpoint, Interface, Setup, UsbBus

_GET_DESCRIPTOR = (0x80, 6)
_STRING = 3


@define(eq=False)
class Carried:
    """Has the calls of `usb.backend.IBackend` that printers need."""

    _bus: UsbBus

    # -- descriptors ----------------------------------------------------------------------

    def enumerate_devices(self) -> Iterator[Device]:
        """Every device."""
        return iter(self._bus.devices())

    def get_device_descriptor(self, device: Device) -> SimpleNamespace:
        """The device's own numbers."""
        return SimpleNamespace(
            bLength=18,
            bDescriptorType=1,
            bcdUSB=0x0200,
            bDeviceClass=0,
            bDeviceSubClass=0,
            bDeviceProtocol=0,
            bMaxPacketSize0=64,
            idVendor=device.vendor,
            idProduct=device.product,
            bcdDevice=device.release,
            iManufacturer=descriptors.MAKE if device.make else 0,
            iProduct=descriptors.MODEL if device.model else 0,
            iSerialNumber=0 if device.serial == "" else descriptors.SERIAL,
            bNumConfigurations=1,
            address=device.address,
            bus=_bus_number(device.port),
            port_number=None,
            port_numbers=_port_numbers(device.port),
            speed=3,
        )

    def get_configuration_descriptor(self, device: Device, index: int) -> SimpleNamespace:
        """The only configuration."""
        if index:
            raise IndexError
        return SimpleNamespace(
            bLength=9,
            bDescriptorType=2,
            wTotalLength=len(descriptors.configuration_bytes(device)),
            bNumInterfaces=len(descriptors.by_number(device.interfaces)),
            bConfigurationValue=device.configuration,
            iConfiguration=0,
            bmAttributes=0xC0,
            bMaxPower=0,
            extra_descriptors=[],
        )

    def get_interface_descriptor(
        self, device: Device, index: int, alternate: int, _configuration: int
    ) -> SimpleNamespace:
        """One setting of one interface."""
        one = self._interface(device, index, alternate)
        return SimpleNamespace(
            bLength=9,
            bDescriptorType=4,
            bInterfaceNumber=one.number,
            bAlternateSetting=one.alternate,
            bNumEndpoints=len(one.endpoints),
            bInterfaceClass=one.class_code,
            bInterfaceSubClass=one.subclass,
            bInterfaceProtocol=one.protocol,
            iInterface=0,
            extra_descriptors=[],
        )

    def get_endpoint_descriptor(
        self, device: Device, endpoint: int, index: int, alternate: int, _configuration: int
    ) -> SimpleNamespace:
        """One pipe."""
        pipe: Endpoint = self._interface(device, index, alternate).endpoints[endpoint]
        return SimpleNamespace(
            bLength=7,
            bDescriptorType=5,
            bEndpointAddress=pipe.address,
            bmAttributes=pipe.kind,
            wMaxPacketSize=pipe.max_packet,
            bInterval=0,
            bRefresh=0,
            bSynchAddress=0,
            extra_descriptors=[],
        )

    def _interface(self, device: Device, index: int, alternate: int) -> Interface:
        return descriptors.by_number(device.interfaces)[index][alternate]

    # -- calls ----------------------------------------------------------------------------

    def open_device(self, device: Device) -> tuple[int, Device]:
        """Get a handle."""
        return self._bus.open(device), device

    def close_device(self, handle: tuple[int, Device]) -> None:
        """Let go."""
        self._bus.close(handle[0])

    def get_configuration(self, handle: tuple[int, Device]) -> int:
        """The configuration in force."""
        return self._bus.configuration(handle[0])

    def set_configuration(self, handle: tuple[int, Device], value: int) -> None:
        """Set the configuration."""
        self._bus.configure(handle[0], value)

    def set_interface_altsetting(self, handle: tuple[int, Device], interface: int, alternate: int) -> None:
        """Choose an alternate setting."""
        self._bus.alternate(handle[0], interface, alternate)

    def claim_interface(self, handle: tuple[int, Device], interface: int) -> None:
        """Take the interface."""
        self._bus.claim(handle[0], interface)

    def release_interface(self, handle: tuple[int, Device], interface: int) -> None:
        """Give it free; what goes wrong then must not keep the handle from being closed."""
        with suppress(BusError):
            self._bus.release(handle[0], interface)

    def is_kernel_driver_active(self, handle: tuple[int, Device], interface: int) -> bool:
        """Whether the system's driver holds it."""
        return self._bus.has_kernel_driver(handle[0], interface)

    def detach_kernel_driver(self, handle: tuple[int, Device], interface: int) -> None:
        """Take it from the system's driver."""
        self._bus.detach(handle[0], interface)

    def attach_kernel_driver(self, handle: tuple[int, Device], interface: int) -> None:
        """Give it back to the system's driver."""
        self._bus.attach(handle[0], interface)

    def clear_halt(self, handle: tuple[int, Device], endpoint: int) -> None:
        """End a stall."""
        self._bus.clear_halt(handle[0], endpoint)

    def reset_device(self, handle: tuple[int, Device]) -> None:
        """Reset the port."""
        self._bus.reset(handle[0])

    # -- transfers ------------------------------------------------------------------------

    def bulk_write(
        self, handle: tuple[int, Device], endpoint: int, _interface: int, data: "array[int]", timeout_ms: int
    ) -> int:
        """Send."""
        return self._bus.write(handle[0], endpoint, bytes(data), timeout_ms)

    def bulk_read(
        self, handle: tuple[int, Device], endpoint: int, _interface: int, room: "array[int]", timeout_ms: int
    ) -> int:
        """Receive into the room given."""
        return _fill(room, self._bus.read(handle[0], endpoint, len(room), timeout_ms))

    intr_write = iso_write = bulk_write  # asked for by name, whatever the pipe's kind
    intr_read = iso_read = bulk_read

    def ctrl_transfer(self, handle: tuple[int, Device], *request: Any) -> int:
        """One request: type, number, value, index, data or room, milliseconds. Strings are answered here."""
        kind, number, value, index, data, timeout_ms = request
        setup = Setup(kind, number, value, index, len(data))
        if (setup.request_type, setup.request) == _GET_DESCRIPTOR and setup.value >> 8 == _STRING:
            self._bus.configuration(handle[0])  # a device that is gone answers no string either
            text = descriptors.string_bytes(handle[1], setup.value & 0xFF)
            if text is None:
                raise BusError(STALL)
            return _fill(data, text[: len(data)])
        if not setup.is_input:
            self._bus.control(handle[0], setup, bytes(data), timeout_ms)
            return len(data)
        return _fill(data, self._bus.control(handle[0], setup, b"", timeout_ms))


def _fill(room: "array[int]", data: bytes) -> int:
    if len(data) > len(room):
        raise BusError(OVERFLOW)
    room[: len(data)] = array("B", data)
    return len(data)


def _bus_number(port: str) -> int:
    first = port.partition("-")[0]
    return int(first) if first.isascii() and first.isdigit() else 0


def _port_numbers(port: str) -> tuple[int, ...]:
    return tuple(int(one) for one in port.partition("-")[2].split(".") if one.isascii() and one.isdigit())
