"""The hooks of the driver for CUPS queues (kait plugin)."""

import sys

from ektp_core.boundary.card_printer import DriverError, Found
from ektp_core.boundary.hookspecs import hookimpl
from ektp_driver_cups.driver import NAME, CupsPrinter
from ektp_driver_cups.hint import is_meant, read_hint

ASK_MS = 5_000


@hookimpl
def ektp_discover_printers(hint: str) -> list[Found]:
    """Ask the one queue the hint names. A hint that means a queue and is not well formed is refused in words."""
    if not is_meant(hint):
        return []
    read_hint(hint)
    printer = CupsPrinter(Found(NAME, hint, ""))
    try:
        return [Found(NAME, hint, printer.identify(ASK_MS).serial)]
    except DriverError as error:
        sys.stderr.write(f"{error}\n")  # the station tells people so
        return []
    finally:
        printer.close()


@hookimpl
def ektp_open_printer(found: Found) -> CupsPrinter | None:
    """Open a queue this driver found, if the printer behind it is still the one that was found."""
    if found.driver != NAME:
        return None
    printer = CupsPrinter(found)
    try:
        printer.capabilities(ASK_MS)
    except DriverError:
        printer.close()
        raise
    return printer
