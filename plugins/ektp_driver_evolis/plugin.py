"""The hooks of the Evolis driver (kait plugin): printers are found by their serial on a USB bus."""

import sys
from functools import cache

from ektp_core.boundary.card_printer import DriverError, Found, PrintToken
from ektp_core.boundary.hookspecs import hookimpl
from ektp_driver_evolis import models
from ektp_driver_evolis.driver import NAME, EvolisPrinter
from ektp_usb.hints import bus_of, is_usb
from ektp_usb.seen import Seen

VENDOR = 0x0F49


def _is_evolis(seen: Seen) -> bool:
    return seen.vendor == VENDOR


@hookimpl
def ektp_discover_printers(hint: str) -> list[Found]:
    """Every Evolis printer with a serial on the buses the hint names; `usb` or `bus:/path/to/socket`.

    `has:contact`, `has:contactless` and `has:reject` beside them say what is built into it.
    """
    places = [place.strip() for place in hint.split(",") if is_usb(place)]
    return [found for place in places for found in _on(place, models.said_in(hint))]


@hookimpl
def ektp_open_printer(found: Found) -> EvolisPrinter | None:
    """Open a printer this driver found; nothing is said to it yet."""
    if found.driver != NAME:
        return None
    try:
        from ektp_usb.transport import open_line  # pyusb is an extra; who has none still lists other drivers
    except ImportError:
        raise DriverError("pyusb is not installed: install ektp with its extra usb") from None
    line = open_line(found.serial, _is_evolis, bus_of(found.address))
    return EvolisPrinter(found, line, _used_on(found.serial, found.address))


@cache
def _used_on(_serial: str, _address: str) -> set[PrintToken]:
    """The tokens this process used on a printer, kept while it lives: closing and opening makes none fresh."""
    return set()


def _on(place: str, said: str) -> list[Found]:
    try:
        from ektp_usb.transport import find

        return [Found(NAME, place + said, seen.serial) for seen in find(_is_evolis, bus_of(place)) if seen.serial]
    except (ImportError, DriverError) as error:
        why = "pyusb is not installed: install ektp with its extra usb" if isinstance(error, ImportError) else error
        sys.stderr.write(f"{why}\n")  # the station tells people so
        return []
