"""Where a queue is (alamat antrean): `cups:/run/cups/cups.sock#card`, and nothing else.

A driver's process has no network, so a queue is reached by its spooler's unix socket only.
`cups:/run/cups/cups.sock#card?unguarded` takes a queue without the backend `ektp-once`
before its printer, for an office that accepts what README.md says of that.

>>> read_hint("cups:/run/cups/cups.sock#card")
Hint(socket='/run/cups/cups.sock', queue='card', is_guarded=True)
"""

import re

from attrs import frozen

from ektp_core.boundary.card_printer import DriverError

FORM = "cups:/run/cups/cups.sock#QUEUE"
#: Both names are of signs that can be seen and typed: all of US-ASCII between the space and the last sign.
_HINT = re.compile(r"cups:(?P<socket>/[!-\"$->@-~]{1,106})#(?P<queue>[!-\"$-.0->@-~]{1,127})(?P<free>\?unguarded)?")
_NETWORK = ("ipp:", "ipps:", "http:", "https:", "usb:", "socket:", "lpd:", "cups:")


@frozen
class Hint:
    """A queue of a spooler. `is_guarded`: it must have `ektp-once` before its printer."""

    socket: str
    queue: str
    is_guarded: bool = True


def read_hint(hint: str) -> Hint:
    """Read it.

    Raises:
        DriverError: it has another form; says which one is taken.
    """
    found = _HINT.fullmatch(hint.strip())
    if found is None:
        shape = f"{hint.partition(':')[0][:12]}:" if ":" in hint else "no scheme"
        raise DriverError(f"the address of a queue is {FORM}, a unix socket and the queue's name; this one has {shape}")
    return Hint(found["socket"], found["queue"], found["free"] is None)


def is_meant(hint: str) -> bool:
    """Whether a hint speaks of a print queue at all; another driver's hint is no error here."""
    return hint.strip().startswith(_NETWORK)
