"""Card printers on USB (jalur USB): find, open, read, write. The only file that knows pyusb.

A device is known by its serial, never by its place on the bus. Every search takes a fresh
libusb context, since a context kept on a system without udev goes on listing what was pulled
out. Opening never resets and never sets a configuration that is already there: both cost the
card a printer is working on. What the system's usblp holds is detached and given back at
`close`. Waits are slices within the deadline, so that `close` or a signal ends them.

Nothing here is tried twice and no error means that the device did nothing: a write that
failed says how many bytes went out (`ektp_usb.troubles`). Works on any system pyusb works on.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

import usb.core
import usb.util
from usb.backend import libusb1

from ektp_core.boundary.card_printer import DriverError
from ektp_usb import descriptors
from ektp_usb.bus import Endpoint, Interface, UsbBus
from ektp_usb.carried import Carried
from ektp_usb.faces import Face, printer_face
from ektp_usb.line import UsbLine as UsbLine
from ektp_usb.quirks import TABLE, Quirk, Quirks, quirks_of
from ektp_usb.seen import Seen as Seen
from ektp_usb.troubles import ODD, DeviceAbsent, error_for, meaning_of, number_of

STRING_MS = 500

Wanted = Callable[[Seen], bool]


def find(wanted: Wanted, bus: UsbBus | None = None, quirks: Iterable[Quirk] = TABLE) -> tuple[Seen, ...]:
    """The printers plugged in now that are `wanted`, on the real bus or on one made of software.

    Raises:
        DriverError: libusb is not installed, or the bus cannot be listed.
    """
    found = []
    for device in _printers(bus):
        try:
            seen = _look_at(device, quirks_of(device.idVendor, device.idProduct, quirks))
        finally:
            _let_go(device)
        if wanted(seen):
            found.append(seen)
    return tuple(found)


def open_line(serial: str, wanted: Wanted, bus: UsbBus | None = None, quirks: Iterable[Quirk] = TABLE) -> UsbLine:
    """Open the one wanted printer of that serial.

    Raises:
        DeviceAbsent: none is there. LineBusy: another program has it. NotPermitted: no right.
        DriverError: two say they have this serial, or the device cannot be opened.
    """
    table = tuple(quirks)
    matching = []
    for device in _printers(bus):
        one = quirks_of(device.idVendor, device.idProduct, table)
        seen = _look_at(device, one)
        if seen.serial == serial and wanted(seen):
            matching.append((device, seen, one))
        else:
            _let_go(device)
    if len(matching) == 1:
        return _open(*matching[0])
    for device, _seen, _quirks in matching:
        _let_go(device)
    if not matching:
        raise DeviceAbsent("no USB printer of that serial is plugged in")
    raise DriverError(f"{len(matching)} USB printers say that they have this serial; unplug all but one")


# -- finding and opening ------------------------------------------------------------------


def _printers(bus: UsbBus | None) -> list[Any]:
    backend = _fresh_backend() if bus is None else Carried(bus)
    printers = []
    with _meaning("listing the bus"):
        for raw in backend.enumerate_devices():
            with suppress(*ODD):  # pulled out meanwhile, or descriptors that make no sense
                device = usb.core.Device(raw, backend)
                if any(printer_face(_interfaces(configuration)) for configuration in device):
                    printers.append(device)
    return printers


def _fresh_backend() -> Any:
    first = libusb1.get_backend()
    if first is None:
        raise DriverError("libusb 1.0 is not installed; on Debian it comes with the package libusb-1.0-0")
    with _meaning("starting libusb"):
        return type(first)(first.lib)  # pyusb keeps one for ever; another one has a context of its own


def _interfaces(configuration: Any) -> tuple[Interface, ...]:
    return tuple(
        Interface(
            one.bInterfaceNumber,
            one.bInterfaceClass,
            one.bInterfaceSubClass,
            one.bInterfaceProtocol,
            tuple(Endpoint(pipe.bEndpointAddress, pipe.wMaxPacketSize & 0x7FF, pipe.bmAttributes & 3) for pipe in one),
            one.bAlternateSetting,
        )
        for one in configuration
    )


def _look_at(device: Any, quirks: Quirks) -> Seen:
    places = ".".join(str(one) for one in device.port_numbers or ())
    port = f"{device.bus}-{places or device.address}"
    if quirks.broken_serial:
        return Seen(device.idVendor, device.idProduct, "", port, note="its serial number is known to be of no use")
    device.default_timeout = STRING_MS
    serial, note = _string(device, device.iSerialNumber)
    make, model = ("", "") if note else (_string(device, one)[0] for one in (device.iManufacturer, device.iProduct))
    return Seen(device.idVendor, device.idProduct, serial, port, make, model, note)


def _string(device: Any, index: int) -> tuple[str, str]:
    """A text of the device and "", or "" and why not."""
    if not index:
        return "", ""
    try:
        language = (*device.langids, descriptors.ENGLISH)[0]
        text = usb.util.get_string(device, index, language) or ""
    except ODD as error:
        return "", str(error_for(meaning_of(number_of(error)), "reading its serial number"))
    return "".join(sign for sign in text if sign.isprintable()).strip(), ""


def _open(device: Any, seen: Seen, quirks: Quirks) -> UsbLine:
    number, bound = -1, False
    try:
        index, face = _active_face(device)
        number = face.number
        bound = _detach(device, number)
        with _meaning("claiming the interface"):
            usb.util.claim_interface(device, number)
            if face.has_alternates:
                device.set_interface_altsetting(number, face.alternate)
    except BaseException:
        _give_back(device, number, reattach=bound)
        raise
    release = partial(_give_back, device, number, reattach=bound and not quirks.no_reattach)
    return UsbLine(seen, device, face, quirks, index, release)


def _active_face(device: Any) -> tuple[int, Face]:
    with _meaning("reading its configuration"):
        try:
            active = device.get_active_configuration()
        except usb.core.USBError as error:
            if number_of(error):
                raise
            active = next(one for one in device if printer_face(_interfaces(one)))
            device.set_configuration(active.bConfigurationValue)  # it has none yet, so nothing is lost
        face = printer_face(_interfaces(active))
    if face is None:
        raise DriverError("the configuration in force has no printer in it, and changing it would reset the device")
    return int(active.index), face


def _detach(device: Any, number: int) -> bool:
    with _meaning("taking the interface from the system's driver"):
        try:
            if not device.is_kernel_driver_active(number):
                return False
        except NotImplementedError:
            return False  # a system where no driver stands between
        device.detach_kernel_driver(number)
        return True


def _give_back(device: Any, number: int, *, reattach: bool) -> None:
    if number >= 0:
        with suppress(*ODD):
            usb.util.release_interface(device, number)
        if reattach:
            with suppress(*ODD):
                device.attach_kernel_driver(number)
    _let_go(device)


def _let_go(device: Any) -> None:
    with suppress(*ODD):
        usb.util.dispose_resources(device)


@contextmanager
def _meaning(doing: str) -> Iterator[None]:
    try:
        yield
    except DriverError:
        raise
    except ODD as error:
        raise error_for(meaning_of(number_of(error)), doing) from error
