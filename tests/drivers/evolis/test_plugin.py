"""Finding printers: by hint and serial, and never with an error."""

import builtins
from contextlib import closing
from pathlib import Path

import pytest

from ektp_core.boundary.card_printer import Artwork, Bin, DriverError, Found, PrintToken, Settings
from ektp_driver_evolis import plugin
from ektp_usb.bus import Device, Setup, printer_interface
from ektp_usb.bus_server import serve
from ektp_usb.software_bus import SoftwareBus
from tests.drivers.evolis.scripted_line import SERIAL, ScriptedLine


class Mute:
    """A device that takes everything and says nothing."""

    def control(self, setup: Setup, data: bytes) -> bytes | None:
        return None

    def take(self, endpoint: int, data: bytes) -> int:
        return len(data)

    def give(self, endpoint: int, most: int) -> bytes | None:
        return None


@pytest.mark.parametrize("hint", ["", "cups:/run/x", "bus:", "/run/printer.sock", ",,", "bus:/nowhere/at/all.sock"])
def test_where_no_bus_is_there_is_no_printer(hint: str) -> None:
    assert plugin.ektp_discover_printers(hint) == []


def test_other_printers_and_printers_without_serial_are_not_named(tmp_path: Path) -> None:
    bus = SoftwareBus()
    for vendor, serial, port in ((0x0F49, "EV-1", "1-1"), (0x0F49, "EV-2", "1-2"), (0x0F49, "", "1-3"), (1, "X", "1-4")):
        bus.plug(Device(vendor, 0x0A00, serial, port, (printer_interface(),)), Mute())
    path = str(tmp_path / "usb.sock")
    with closing(serve(bus, path)):
        found = plugin.ektp_discover_printers(f"bus:{path}")
    assert [(one.driver, one.serial, one.address) for one in found] == [
        ("evolis", "EV-1", f"bus:{path}"), ("evolis", "EV-2", f"bus:{path}")
    ]  # fmt: skip


def test_what_a_person_says_is_built_in_stays_with_the_printer(tmp_path: Path) -> None:
    bus = SoftwareBus()
    bus.plug(Device(0x0F49, 0x0A00, "EV-1", "1-1", (printer_interface(),)), Mute())
    path = str(tmp_path / "usb.sock")
    with closing(serve(bus, path)):
        (found,) = plugin.ektp_discover_printers(f" has:contactless, bus:{path}")
        assert found.address == f"bus:{path},has:contactless"
        printer = plugin.ektp_open_printer(found)
        assert printer is not None
        printer.close()


@pytest.mark.rule(22)
def test_a_token_used_before_the_printer_was_closed_and_opened_again_marks_nothing(
    tmp_path: Path, art: Artwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = ScriptedLine()
    monkeypatch.setattr("ektp_usb.transport.open_line", lambda *_: line)
    token, address = PrintToken("again", 1, 1), f"bus:{tmp_path}/usb.sock"
    for matches in ("", "used before"):
        printer = plugin.ektp_open_printer(Found("evolis", address, SERIAL))
        assert printer is not None
        printer.configure(Settings(), 5_000)
        printer.feed(5_000)
        printer.prepare(art, 5_000)
        if matches:
            with pytest.raises(DriverError, match=matches):
                printer.mark(token, 5_000)
            break
        printer.mark(token, 5_000)
        printer.deliver(Bin.OUTPUT, 5_000)
        printer.close()
    assert line.panels == 55


def test_a_printer_of_another_driver_is_not_opened() -> None:
    assert plugin.ektp_open_printer(Found("virtual", "usb", "VP-0001")) is None


def test_one_that_is_not_there_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(DriverError):
        plugin.ektp_open_printer(Found("evolis", f"bus:{tmp_path / 'none.sock'}", "EV-1"))


def test_without_pyusb_no_printer_is_seen_and_opening_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = builtins.__import__

    def without(name: str, *more: object, **named: object) -> object:
        if name == "ektp_usb.transport":
            raise ImportError(name)
        return usual(name, *more, **named)  # type: ignore[arg-type]  # passed on as it came

    monkeypatch.setattr(builtins, "__import__", without)
    assert plugin.ektp_discover_printers("usb") == []
    with pytest.raises(DriverError, match="extra usb"):
        plugin.ektp_open_printer(Found("evolis", "usb", "EV-1"))
