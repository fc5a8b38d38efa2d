"""A driver of the virtual printer whose jams are for people: `DEED@FOLDER`, and what goes wrong in `recover`.

The rollers do not move what is jammed, and the error stays until the host clears it: a file beside the printer
remembers it, because each new line is a new process. DEED: `plain`, `crash`, `hang`.
"""

import os
import time
from pathlib import Path
from typing import Any

from attrs import evolve

from ektp_core.boundary.card_printer import (
    CardPosition,
    Condition,
    DriverError,
    Found,
    Look,
    Notice,
    Recovery,
    Severity,
    Status,
)
from ektp_core.boundary.hookspecs import hookimpl
from ektp_driver_virtual import plugin

NAME = "wedging"
LATCH = "uncleared"
_STUCK = Notice(Condition.JAM, Severity.ERROR, 8, "V235", "a card was stuck")


class Wedging:
    """The virtual printer's own driver, but for jams."""

    def __init__(self, device: Any, deed: str, folder: str) -> None:
        self.device, self.deed, self.latch = device, deed, Path(folder) / LATCH

    def __getattr__(self, name: str) -> Any:
        return getattr(self.device, name)

    def mark(self, *arguments: Any) -> Any:
        """A jam is remembered."""
        try:
            return self.device.mark(*arguments)
        except DriverError:
            if self.device.status(5_000).position is CardPosition.JAMMED:
                self.latch.touch()
            raise

    def status(self, timeout_ms: int) -> Status:
        """With the error that nobody cleared."""
        return self._shown(self.device.status(timeout_ms))

    def look(self, job_id: str, timeout_ms: int) -> Look:
        """With the error that nobody cleared."""
        found: Look = self.device.look(job_id, timeout_ms)
        return evolve(found, status=self._shown(found.status))

    def recover(self, action: Recovery, timeout_ms: int) -> None:
        """What is stuck comes out by hand alone."""
        if action is Recovery.REJECT_CARD:
            raise DriverError("the rollers do not move it")
        if self.deed == "crash":
            os._exit(139)
        if self.deed == "hang":
            time.sleep(60)
        self.device.recover(action, timeout_ms)
        self.latch.unlink(missing_ok=True)

    def _shown(self, status: Status) -> Status:
        notices = (_STUCK,) if self.latch.exists() and _STUCK.condition not in _conditions(status) else ()
        return evolve(status, notices=(*notices, *status.notices))


def _conditions(status: Status) -> set[Condition]:
    return {one.condition for one in status.notices}


@hookimpl
def ektp_discover_printers(hint: str) -> list[Found]:
    """What the virtual driver sees there, under another name."""
    deed, at, folder = hint.partition("@")
    if not at:
        return []
    return [evolve(one, driver=NAME, address=f"{deed}@{folder}") for one in plugin.ektp_discover_printers(folder)]


@hookimpl
def ektp_open_printer(found: Found) -> Any:
    """The virtual printer, with its jams."""
    if found.driver != NAME:
        return None
    deed, _, folder = found.address.partition("@")
    (one,) = plugin.ektp_discover_printers(folder)
    return Wedging(plugin.ektp_open_printer(one), deed, folder)
