"""What of this machine a driver's process can reach (yang terlihat oleh driver): paths, and only these.

To read: the system's programs and libraries, this Python and what is installed beside it, the few files of
/etc a C library needs, /sys. To use: what the printer's address names, the bus of USB devices, the socket of
the smart card service where a chip reader belongs to the printer. The station's folder is in neither list, and
is refused where an address leads to it or holds it. An address names a path from its first slash to a `#`;
several stand behind commas.
"""

import os
import site
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from attrs import frozen

from ektp_core.boundary.card_printer import DriverError

_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/sys", "/run/udev")
_OF_ETC = (
    "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "nsswitch.conf", "localtime", "passwd", "group", "alternatives",
    "fonts", "libccid_Info.plist", "reader.conf.d",
)  # fmt: skip
_DEVICES = ("/dev/bus/usb",)
_CARD_SERVICE = "/run/pcscd"
CARD_SERVICE_AT = "PCSCLITE_CSOCK_NAME"

#: No address of a printer is as wide as this.
_TOO_WIDE = ("/", "/bin", "/boot", "/dev", "/etc", "/home", "/lib", "/proc", "/root", "/run", "/tmp", "/usr", "/var")  # noqa: S108  # named to be refused


@frozen
class Reach:
    """Paths a driver's process has. `hidden`: folders that stay shut where they lie inside a readable one."""

    read: tuple[str, ...]
    use: tuple[str, ...]
    hidden: tuple[str, ...] = ()

    def uncovers(self) -> str:
        """The readable path in which something hidden lies; empty where there is none."""
        real = {path: os.path.realpath(path) for path in self.read}
        inside = (
            path for path in self.read for one in self.hidden if os.path.commonpath((one, real[path])) == real[path]
        )
        return next(inside, "")


def reach_of(hint: str, folder: Path | None, files: Iterable[str] = (), *, reads_chips: bool = False) -> Reach:
    """What the driver of a printer at `hint` reaches. `files`: of its chip reader, to read. `folder`: the station's.
    `reads_chips`: it has a chip reader, so the smart card service too.

    Raises:
        DriverError: the address leads to the station's own folder, or to half of this machine.
    """
    hidden = (str(folder.resolve()),) if folder else ()
    use = tuple(_checked(path, hidden) for path in paths_in(hint))
    use += _DEVICES
    if reads_chips:
        service = os.environ.get(CARD_SERVICE_AT, "")
        use += (_CARD_SERVICE, *([service] if service.startswith("/") else []))
    read = (*_SYSTEM, *(f"/etc/{name}" for name in _OF_ETC), *_python(), *(one for one in files if one))
    return Reach(_once(path for path in read if path not in _TOO_WIDE or path in _SYSTEM), _once(use), hidden)


def paths_in(hint: str) -> tuple[str, ...]:
    """The paths an address names: `bus:/p`, `cups:/p#queue`, `unix:/p`, a plain folder; several by commas.

    >>> paths_in("cups:/run/cups/cups.sock#Fargo HDP5000, /var/lib/vp1")
    ('/run/cups/cups.sock', '/var/lib/vp1')
    >>> paths_in("usb")
    ()
    """
    found = []
    for part in hint.split(","):
        before, slash, after = part.strip().partition("/")
        if slash and before in {"", ".", ".."} | {before if before.endswith((":", "@")) else ""}:
            path = (before if before in {".", ".."} else "") + slash + after.partition("#")[0]
            found.append(os.path.abspath(path))
        elif part.strip() and os.path.exists(part.strip()):  # a plain folder beside us
            found.append(os.path.abspath(part.strip()))
    return _once(found)


def _checked(path: str, hidden: tuple[str, ...]) -> str:
    real = os.path.realpath(path)
    if real in _TOO_WIDE:
        raise DriverError(f"the printer's address names {path}, which is more than a printer")
    for one in hidden:
        if os.path.commonpath((real, one)) == real:
            raise DriverError("the printer's address holds the station's own folder; put them apart")
        if os.path.commonpath((real, one)) == one and not os.path.isdir(real) and os.path.lexists(real):
            raise DriverError("the printer's address names a file of the station's own folder")
    return path


def _python() -> Iterator[str]:
    """This interpreter, what is installed for it, and where installations that can be edited lie."""
    yield from (sys.prefix, sys.base_prefix, sys.exec_prefix, os.path.realpath(sys.executable))
    folders = [*site.getsitepackages(), *([site.getusersitepackages()] if site.ENABLE_USER_SITE else [])]
    yield from folders
    for folder in folders:
        for file in sorted(Path(folder).glob("*.pth")):
            lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
            yield from (line.strip() for line in lines if line.strip().startswith("/"))
    yield from (path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path.startswith("/"))


def _once(paths: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(path for path in paths if path))
