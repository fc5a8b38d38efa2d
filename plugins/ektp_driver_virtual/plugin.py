"""The hooks of the virtual printer's driver (kait plugin)."""

import sys

from ektp_core.boundary.card_printer import DriverError, Found
from ektp_core.boundary.hookspecs import hookimpl
from ektp_driver_virtual import wire
from ektp_driver_virtual.driver import NAME, VirtualPrinter

ASK_MS = 1_000


@hookimpl
def ektp_discover_printers(hint: str) -> list[Found]:
    """Ask every printer the hint names: sockets or printers' folders, separated by commas."""
    places = [place.strip() for place in hint.split(",") if place.strip()]
    return [found for place in places if (found := _ask(place)) is not None]


@hookimpl
def ektp_open_printer(found: Found) -> VirtualPrinter | None:
    """Open a printer this driver found; another that took its place is not opened."""
    if found.driver != NAME:
        return None
    printer = VirtualPrinter(found)
    try:
        serial = printer.identify(ASK_MS).serial
        if serial != found.serial:
            raise DriverError(f"the printer there is {serial} and not {found.serial}")
    except DriverError:
        printer.close()
        raise
    return printer


def _ask(place: str) -> Found | None:
    try:
        address = wire.driver_address(place)
        printer = VirtualPrinter(Found(NAME, address, ""), connect_ms=ASK_MS)
    except DriverError as error:
        _say(error)
        return None
    try:
        return Found(NAME, address, printer.identify(ASK_MS).serial)
    except DriverError as error:
        _say(error)
        return None
    finally:
        printer.close()


def _say(error: DriverError) -> None:
    sys.stderr.write(f"{error}\n")  # the station tells people so
