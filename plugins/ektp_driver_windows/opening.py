"""Which spooler a hint leads to (pilihan spooler): Windows itself, loaded only there, or one made of software."""

import sys

from ektp_core.boundary.card_printer import DriverLost
from ektp_driver_windows.hint import Hint
from ektp_driver_windows.scripted import ScriptedSpooler
from ektp_driver_windows.spooler import Spooler


def spooler_of(hint: Hint) -> Spooler:
    """Open it.

    Raises:
        DriverLost: this machine has no such spooler.
    """
    if hint.socket:
        return ScriptedSpooler(hint.socket)
    if sys.platform == "win32":
        from ektp_driver_windows.winspool import Winspool

        return Winspool(hint.queue)
    raise DriverLost("a Windows queue can be reached from Windows only")
