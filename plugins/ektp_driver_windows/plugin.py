"""The hooks of the driver for Windows queues (kait plugin)."""

import sys

from ektp_core.boundary.card_printer import DriverError, Found
from ektp_core.boundary.hookspecs import hookimpl
from ektp_driver_windows.driver import NAME, WindowsPrinter
from ektp_driver_windows.hint import is_meant, read_hint

ASK_MS = 5_000


@hookimpl
def ektp_discover_printers(hint: str) -> list[Found]:
    """Ask the one queue the hint names. A hint that means a queue and is not well formed is refused in words."""
    if not is_meant(hint):
        return []
    read_hint(hint)
    try:
        printer = WindowsPrinter(Found(NAME, hint, ""))
        try:
            return [Found(NAME, hint, printer.identify(ASK_MS).serial)]
        finally:
            printer.close()
    except DriverError as error:
        sys.stderr.write(f"{error}\n")  # the station tells people so
        return []


@hookimpl
def ektp_open_printer(found: Found) -> WindowsPrinter | None:
    """Open a queue this driver found, if it still leads to the same printer."""
    if found.driver != NAME:
        return None
    printer = WindowsPrinter(found)
    try:
        printer.identify(ASK_MS)
    except DriverError:
        printer.close()
        raise
    return printer
