"""A driver that opens and then holds its interpreter for ever: no thread of its process is heard any more."""

import ctypes
import threading
import time
from typing import Any

from ektp_core.boundary.card_printer import Found
from ektp_core.boundary.hookspecs import hookimpl


class Busy:
    """Nothing works."""

    def close(self) -> None:
        """Nothing to close."""


def _hold() -> None:
    time.sleep(0.3)  # the greeting goes out first
    ctypes.PyDLL(None).sleep(600)  # a call that keeps the interpreter's lock


@hookimpl
def ektp_discover_printers(hint: str) -> list[Found]:
    """Itself, under the name of a driver that is installed."""
    return [Found("virtual", "busy", "S")] if hint.startswith("mark-") else []


@hookimpl(tryfirst=True)
def ektp_open_printer(found: Found) -> Any:
    """It opens."""
    threading.Thread(target=_hold, daemon=True).start()
    return Busy()
