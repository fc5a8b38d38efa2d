"""Frames over a connected socket, and where a printer's sockets are (alamat).

Every wait has a deadline when one is given. A socket lies in the printer's folder where unix
sockets exist, so that who may reach the folder reaches the printer and needs no other path. A
socket's address holds near 100 bytes; of a longer path the folder is opened and named by its
number, and only where a system has no such names (/proc) it lies in a short temporary folder.
Else it is on the loopback interface; `address` in the folder says which, and is written when
the printer answers.
"""

import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic

import msgspec
from attrs import frozen

from ektp_core.boundary.card_printer import DriverError, DriverLost, DriverTimeout
from ektp_driver_virtual import protocol

LONGEST_PATH = 100
ADDRESS_FILE = "address"
_SHORT = "ektp-"
#: Files this process has open, by number.
_BY_NUMBER = "/proc/self/fd"


@frozen
class Addresses:
    """Where one printer is reached."""

    serial: str
    driver: str
    panel: str


def deadline_in(timeout_ms: int) -> float:
    """The moment, on the monotonic clock, that is `timeout_ms` away."""
    return monotonic() + timeout_ms / 1000


def connect(address: str, deadline: float) -> socket.socket:
    """Reach a printer.

    Raises:
        DriverLost: nobody answers there. DriverTimeout: nobody did in time.
    """
    family, where = _family(address)
    line = socket.socket(family, socket.SOCK_STREAM)
    try:
        line.settimeout(_left(deadline))
        with _fitting(where) as fits:
            line.connect(fits)
    except TimeoutError as error:
        line.close()
        raise DriverTimeout("the printer did not answer in time") from error
    except (OSError, DriverTimeout) as error:
        line.close()
        if isinstance(error, DriverTimeout):
            raise
        raise DriverLost(f"no printer at {address}: {error.strerror or error}") from error
    return line


def listen(folder: Path, name: str) -> tuple[socket.socket, str]:
    """Open a listening socket for a printer and say where it is."""
    if not hasattr(socket, "AF_UNIX"):
        door = socket.create_server(("127.0.0.1", 0))
        return door, f"tcp:127.0.0.1:{door.getsockname()[1]}"
    path = folder / f"{name}.sock"
    if len(str(path.absolute())) > LONGEST_PATH and not os.path.isdir(_BY_NUMBER):
        path = Path(tempfile.mkdtemp(prefix=_SHORT)) / f"{name}.sock"
    path.unlink(missing_ok=True)
    door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    with _fitting(str(path.absolute())) as fits:
        door.bind(fits)
    door.listen(8)
    return door, f"unix:{path.absolute()}"


def forget(address: str) -> None:
    """Remove what `listen` left on the disk."""
    scheme, _, rest = address.partition(":")
    if scheme == "unix":
        path = Path(rest)
        path.unlink(missing_ok=True)
        if path.parent.name.startswith(_SHORT):
            with suppress(OSError):
                path.parent.rmdir()


def send(line: socket.socket, frame: protocol.Frame, deadline: float | None = None) -> None:
    """Send one frame.

    Raises:
        DriverTimeout, DriverLost, DriverError: as their names say.
    """
    data = protocol.encode(frame)
    try:
        line.settimeout(_left(deadline))
        line.sendall(data)
    except TimeoutError as error:
        raise DriverTimeout("the printer did not take the order in time") from error
    except OSError as error:
        raise DriverLost("the line to the printer broke") from error


def receive(line: socket.socket, deadline: float | None = None) -> protocol.Frame:
    """Read one frame.

    Raises:
        DriverTimeout, DriverLost, DriverError: as their names say.
    """
    header = _exactly(line, protocol.HEADER.size, deadline)
    body = _exactly(line, protocol.body_length(header), deadline)
    return protocol.decode(header + body)


def write_addresses(folder: Path, found: Addresses) -> None:
    """Say in the folder where the printer is reached."""
    draft = folder / f"{ADDRESS_FILE}.new"
    draft.write_bytes(msgspec.json.encode(found))
    draft.replace(folder / ADDRESS_FILE)


def read_addresses(folder: Path) -> Addresses:
    """Where the printer of this folder is reached.

    Raises:
        DriverLost: no printer ever answered from this folder, or the note is not readable.
    """
    try:
        return msgspec.json.decode((folder / ADDRESS_FILE).read_bytes(), type=Addresses)
    except (OSError, ValueError) as error:
        raise DriverLost(f"no printer runs in {folder}") from error


def driver_address(hint: str) -> str:
    """The driver's door behind a hint: an address, a socket's path, or a printer's folder.

    Raises:
        DriverLost: the hint is a folder without a printer.
    """
    if hint.startswith(("unix:", "tcp:")):
        return hint
    path = Path(hint)
    return read_addresses(path).driver if path.is_dir() else f"unix:{path.absolute()}"


@contextmanager
def _fitting(where: str | tuple[str, int]) -> Iterator[str | tuple[str, int]]:
    """An address as it is, or, of a socket whose path is too long for it, through its opened folder."""
    if not isinstance(where, str) or len(where) <= LONGEST_PATH or not os.path.isdir(_BY_NUMBER):
        yield where
        return
    folder, name = os.path.split(where)
    opened = os.open(folder, os.O_RDONLY)
    try:
        yield f"{_BY_NUMBER}/{opened}/{name}"
    finally:
        os.close(opened)


def _family(address: str) -> tuple[int, str | tuple[str, int]]:
    scheme, _, rest = address.partition(":")
    host, _, port = rest.rpartition(":")
    if scheme == "tcp" and port.isdigit():
        return socket.AF_INET, (host, int(port))
    if scheme == "unix" and hasattr(socket, "AF_UNIX"):
        return socket.AF_UNIX, rest
    raise DriverLost(f"{address} is no address of a printer")


def _left(deadline: float | None) -> float | None:
    if deadline is None:
        return None
    left = deadline - monotonic()
    if left <= 0:
        raise DriverTimeout("the deadline passed")
    return left


def _exactly(line: socket.socket, count: int, deadline: float | None) -> bytes:
    data = bytearray()
    while len(data) < count:
        try:
            line.settimeout(_left(deadline))
            part = line.recv(min(count - len(data), 1 << 20))
        except TimeoutError as error:
            if isinstance(error, DriverError):
                raise
            raise DriverTimeout("the printer did not answer in time") from error
        except OSError as error:
            raise DriverLost("the line to the printer broke") from error
        if not part:
            raise DriverLost("the printer closed the line")
        data += part
    return bytes(data)
