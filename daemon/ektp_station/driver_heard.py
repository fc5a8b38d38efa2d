"""What a driver says while it looks for its device (kata driver saat mencari): the reason why none is there.

A discovery raises nothing: a device that does not answer is not there. Why it is not there the driver says on
standard error, and people need that more than anything: a spooler that does not run is no loose cable. So the
last line is kept, masked, and goes on to the log all the same, where a driver that hangs or dies is read too.
"""

import sys
from contextlib import redirect_stderr
from io import StringIO
from typing import TextIO

import pluggy

from ektp_core.boundary.card_printer import Found
from ektp_core.errors import masked

#: How much of a driver's reason people are told.
LONGEST = 200


def discovered(manager: pluggy.PluginManager, hint: str) -> tuple[list[Found], str]:
    """Every device the loaded drivers see there, and the last line they said of it; empty if they said nothing."""
    heard = Heard(sys.stderr)
    with redirect_stderr(heard):
        seen = [one for answers in manager.hook.ektp_discover_printers(hint=hint) for one in answers]
    return seen, heard.last


class Heard(StringIO):
    """Standard error that is listened to. `through`: where it goes on to."""

    def __init__(self, through: TextIO) -> None:
        super().__init__()
        self.through, self._text = through, ""

    def write(self, text: str, /) -> int:
        """Pass it on and keep the end of it."""
        self._text = (self._text + text)[-4 * LONGEST :]
        return self.through.write(text)

    def flush(self) -> None:
        """Pass that on too."""
        self.through.flush()

    @property
    def last(self) -> str:
        """The last line with something in it, masked, without what would steer a screen."""
        lines = [" ".join(one.split()) for one in self._text.splitlines()]
        line = next((one for one in reversed(lines) if one), "")
        return str(masked("".join(one if one.isprintable() else " " for one in line)))[:LONGEST]
