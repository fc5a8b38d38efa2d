"""Where a queue is (alamat antrean): `windows:QUEUE NAME`, the name that Windows shows for the printer.

`?unguarded` behind the name lets the queue run to the end of each card (README.md says what
that exposes). `windows-scripted:/path` names the socket of a spooler made of software.

>>> read_hint("windows:Fargo HDP5000")
Hint(queue='Fargo HDP5000', socket='', is_guarded=True)
>>> read_hint("windows-scripted:/run/s.sock?unguarded")
Hint(queue='', socket='/run/s.sock', is_guarded=False)
"""

from attrs import frozen

from ektp_core.boundary.card_printer import DriverError

QUEUE, SCRIPTED = "windows:", "windows-scripted:"
UNGUARDED = "?unguarded"
#: A name of a printer holds neither of these; with them it would lead to another machine or carry orders.
_NOT_IN_A_NAME = frozenset("\\,\r\n\t\0!")
_MOST = 220


@frozen
class Hint:
    """One queue. `is_guarded`: it is stopped again as soon as a card's job is under way."""

    queue: str
    socket: str = ""
    is_guarded: bool = True


def read_hint(hint: str) -> Hint:
    """Read it.

    Raises:
        DriverError: it has another form; says which one is taken.
    """
    text = hint.strip()
    is_guarded = not text.endswith(UNGUARDED)
    text = text.removesuffix(UNGUARDED)
    if text.startswith(SCRIPTED):
        path = text.removeprefix(SCRIPTED)
        if path.startswith("/") and "\0" not in path:
            return Hint("", path, is_guarded)
        raise DriverError(f"the address of a scripted spooler is {SCRIPTED}/path/of/socket")
    name = text.removeprefix(QUEUE).strip()
    if not text.startswith(QUEUE) or not name or len(name) > _MOST or _NOT_IN_A_NAME & set(name):
        raise DriverError(
            f"the address of a queue is {QUEUE}QUEUE NAME, as Windows shows it, of a printer of this machine"
        )
    return Hint(name, "", is_guarded)


def is_meant(hint: str) -> bool:
    """Whether a hint speaks of a Windows queue at all; another driver's hint is no error here."""
    return hint.strip().startswith((QUEUE, SCRIPTED))
