"""A driver that tries everything a driver must not do; its serial number says what succeeded.

It is loaded into a real driver's process. The hint is `hostile:FOLDER`; in the folder stands `wanted.json`,
what to try: where a port of this machine is open, which files are secret, which process is the station.
"""

import ctypes
import json
import os
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ektp_core.boundary.card_printer import DriverError, Found, Identity
from ektp_core.boundary.hookspecs import hookimpl

PTRACE_ATTACH, PTRACE_DETACH = 16, 17
NEW_USERS, CHILD_ENDED = 0x10000000, 17
CLONE, CLONE3, GETPID = {"x86_64": (56, 435, 39), "aarch64": (220, 435, 172)}[os.uname().machine]
#: Of x86_64: the second table of calls, with the same deeds under other numbers.
OTHER_TABLE = 0x40000000


def _connects(wanted: dict[str, Any]) -> str:
    with socket.create_connection(("127.0.0.1", wanted["port"]), timeout=5) as line:
        return line.recv(5).decode()


def _sends_datagram(wanted: dict[str, Any]) -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.sendto(b"here", ("127.0.0.1", wanted["udp"]))
    return "sent"


def _reads(name: str) -> Callable[[dict[str, Any]], str]:
    return lambda wanted: Path(wanted[name]).read_bytes().decode()


def _lists(name: str) -> Callable[[dict[str, Any]], str]:
    return lambda wanted: str(os.listdir(wanted[name]))


def _writes(wanted: dict[str, Any]) -> str:
    place = Path(wanted["outside"])
    place.write_text("a driver was here")
    return place.read_text()


def _looks_into(wanted: dict[str, Any]) -> str:
    return Path(f"/proc/{wanted['station']}/environ").read_bytes().decode(errors="replace")


def _signals(wanted: dict[str, Any]) -> str:
    os.kill(wanted["victim"], 18)  # SIGCONT does nothing to one that runs
    command = Path(f"/proc/{wanted['victim']}/cmdline")
    return "reached" if not command.exists() or "sleep" in command.read_text() else "somebody else of that number"


def _traces(wanted: dict[str, Any]) -> str:
    library = ctypes.CDLL(None, use_errno=True)
    if library.ptrace(PTRACE_ATTACH, wanted["victim"], None, None):
        raise OSError(ctypes.get_errno(), "ptrace")
    os.waitpid(wanted["victim"], 0x40000000)
    library.ptrace(PTRACE_DETACH, wanted["victim"], None, None)
    return "attached"


def _dumps(_: dict[str, Any]) -> str:
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (1 << 20, 1 << 20))
    return "allowed"


def _takes_memory(_: dict[str, Any]) -> str:
    import mmap

    mmap.mmap(-1, 16 << 30, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000).close()  # reserved, not used
    return "reserved"


def _mounts(wanted: dict[str, Any]) -> str:
    done = subprocess.run(
        ["/usr/bin/unshare", "--user", "--map-root-user", "--mount", "/bin/true"], capture_output=True, check=False
    )
    if done.returncode:
        raise OSError(done.stderr.decode())
    return "a name space of its own"


def _call(number: int, *arguments: object) -> int:
    """A system call, with the interpreter held: what is cloned here goes on in Python."""
    library = ctypes.PyDLL(None, use_errno=True)
    answer = int(library.syscall(ctypes.c_long(number), *arguments))
    if answer < 0:
        raise OSError(ctypes.get_errno(), f"system call {number}")
    return answer


def _waits_for(child: int) -> str:
    if child == 0:
        os._exit(7)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    return "a child in a name space of its own"


def _clones(_: dict[str, Any]) -> str:
    return _waits_for(_call(CLONE, ctypes.c_long(NEW_USERS | CHILD_ENDED), *[ctypes.c_long(0)] * 4))


def _clones_the_new_way(_: dict[str, Any]) -> str:
    asked = struct.pack("8Q", NEW_USERS, 0, 0, 0, CHILD_ENDED, 0, 0, 0)
    return _waits_for(_call(CLONE3, asked, ctypes.c_long(len(asked))))


def _calls_by_the_other_table(_: dict[str, Any]) -> str:
    try:
        _call(OTHER_TABLE + GETPID)
    except PermissionError:
        raise
    except OSError:  # this kernel was built without it, and was asked
        pass
    return "asked"


def _speaks_to_the_kernels_network(_: dict[str, Any]) -> str:
    socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, 0).close()
    return "open"


def _opens_many_files(_: dict[str, Any]) -> str:
    import resource

    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    opened: list[int] = []
    try:
        while len(opened) < 600:
            opened.append(os.open("/dev/null", os.O_RDONLY))
    finally:
        for one in opened:
            os.close(one)
    return "600 files"


def _makes_a_large_file(wanted: dict[str, Any]) -> str:
    with Path(wanted["large"]).open("wb") as file:
        try:
            os.ftruncate(file.fileno(), 257 << 20)  # a hole: it takes no room
        finally:
            os.unlink(wanted["large"])
    return "257 MiB"


def _leaves_a_child(wanted: dict[str, Any]) -> str:
    code = "import time; time.sleep(600)"
    child = subprocess.Popen([sys.executable, "-c", code, wanted["mark"]], start_new_session=True)
    time.sleep(0.2)
    return str(child.pid)


TRIES: dict[str, Callable[[dict[str, Any]], str]] = {
    "connect": _connects,
    "datagram": _sends_datagram,
    "read the key": _reads("key"),
    "read the book": _reads("book"),
    "list the station's folder": _lists("folder"),
    "list a home": _lists("home"),
    "read another's file": _reads("private"),
    "write outside": _writes,
    "look into the station": _looks_into,
    "signal": _signals,
    "trace": _traces,
    "dump": _dumps,
    "take memory": _takes_memory,
    "make a name space": _mounts,
    "clone into a name space": _clones,
    "clone3 into a name space": _clones_the_new_way,
    "call by the other table": _calls_by_the_other_table,
    "netlink": _speaks_to_the_kernels_network,
    "open many files": _opens_many_files,
    "make a large file": _makes_a_large_file,
}


class Hostile:
    """Tries what it is asked to by `reserve`, whose argument names the deed."""

    def __init__(self, wanted: dict[str, Any]) -> None:
        self.wanted = wanted

    def identify(self, timeout_ms: int) -> Identity:
        """Who it says it is; as firmware what worked."""
        said = {}
        for name, attempt in TRIES.items():
            try:
                said[name] = f"did: {attempt(self.wanted)}"
            except Exception as error:  # noqa: BLE001  # every failure is what it is about
                said[name] = f"failed: {type(error).__name__}"
        return Identity("hostile", "hostile", "H-1", firmware=json.dumps(said))

    def reserve(self, owner: str, timeout_ms: int) -> None:
        """Start something that shall outlive it."""
        raise DriverError(_leaves_a_child(self.wanted))

    def release(self, timeout_ms: int) -> None:
        """Fork as often as it can; says how often."""
        children: list[int] = []
        try:
            while len(children) < 600:
                if (child := os.fork()) == 0:
                    time.sleep(60)
                    os._exit(0)
                children.append(child)
        except OSError:
            pass
        for child in children:
            os.kill(child, 9)
        raise DriverError(f"forked {len(children)}")

    def close(self) -> None:
        """Nothing to close."""


@hookimpl
def ektp_discover_printers(hint: str) -> list[Found]:
    """Itself."""
    return [Found("hostile", hint, "H-1")]


@hookimpl
def ektp_open_printer(found: Found) -> Any:
    """It opens."""
    return Hostile(json.loads((Path(found.address.partition(":")[2]) / "wanted.json").read_text()))
