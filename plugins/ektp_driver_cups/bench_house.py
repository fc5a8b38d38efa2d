"""Processes of the bench (proses meja uji): a private cupsd and an ippeveprinter, all below one folder.

The spooler listens on a unix socket in the folder and nowhere else; the printer on a loopback
port. The spooler never runs as root: started by root, it runs as `nobody`. Processes are started in
sessions of their own, because the device must go on when a driver is killed, and their ids
stand in the folder: a printer's program may kill and start the spooler, as a power cut does.
"""

import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep, time
from typing import Any

from attrs import frozen

from ektp_core.boundary.card_printer import DriverError

QUEUE = "card"
SOCKET = "cups.sock"
SERVER_BIN = "/usr/lib/cups"
START_S = 60.0  # long, as a machine may have much else to do
#: How long a bench waits for what a spooler writes each second; one that writes seldom is not waited for.
WRITTEN_S = 5.0
_AS_NOBODY: dict[str, Any] = {"user": "nobody", "group": "nogroup", "extra_groups": []}
_HERE = Path(__file__).parent
_FORMATS = "application/pdf,image/png,application/octet-stream"
_FOLDERS = ("etc", "spool", "spool/tmp", "cache", "run", "log", "printed", "bin/backend")


@frozen
class Manner:
    """How the office set its spooler up.

    Attributes:
        is_guarded: `ektp-once` stands before the printer.
        flush_s: how soon the spooler writes its state to the disk.
        denied: operations nobody may ask for, by their names in cupsd.conf.
        keeps_history, keeps_files: what it keeps of finished jobs.
        policy: what it does with a failed job.
    """

    is_guarded: bool = True
    flush_s: int = 1
    denied: tuple[str, ...] = ()
    keeps_history: bool = True
    keeps_files: bool = False
    policy: str = "retry-job"
    sheets: str = "none none"
    state: str = "Idle"
    accepts: bool = True


def missing() -> str:
    """Which program of the system is not here; empty if all are."""
    wanted = (("cupsd", "cups"), ("ippeveprinter", "cups-ipp-utils"), ("gcc", "gcc"))
    return next((f"{name} (system package {package})" for name, package in wanted if not _which(name)), "")


def furnish(folder: Path, manner: Manner, serial: str) -> None:
    """Write all that the two programs need. `folder` is short, as a socket's path must be."""
    for name in _FOLDERS:
        (folder / name).mkdir(parents=True, exist_ok=True)
    for one in Path(SERVER_BIN).iterdir():
        if one.name != "backend":
            (folder / "bin" / one.name).symlink_to(one)
    for one in (Path(SERVER_BIN) / "backend").iterdir():
        with suppress(PermissionError):
            (folder / "bin/backend" / one.name).symlink_to(one)
    shutil.copy(_HERE / "backend" / "ektp-once", folder / "bin/backend/ektp-once")
    (folder / "bin/backend/ektp-once").chmod(0o744)  # as an office installs it
    port = _free_port()
    (folder / "port").write_text(str(port), encoding="ascii")
    (folder / "serial").write_text(serial, encoding="ascii")
    write_configuration(folder, manner)
    (folder / "etc/printers.conf").write_text(_printers_conf(folder, manner), encoding="ascii")
    _write_program(folder)
    stub = [_which("gcc"), "-shared", "-fPIC", "-o", str(folder / "headless.so"), str(_HERE / "bench_headless.c")]
    subprocess.run(stub, check=True, capture_output=True)
    if os.geteuid() == 0:
        for one in (folder, *folder.rglob("*")):
            shutil.chown(one, "nobody") if not one.is_symlink() else None
        folder.chmod(0o755)


def device_uri(folder: Path, is_guarded: bool) -> str:
    """Where the queue sends its jobs, with the device's serial as a USB address would have it."""
    port, serial = (folder / "port").read_text(), (folder / "serial").read_text()
    plain = f"ipp://localhost:{port}/ipp/print?serial={serial}"
    return f"ektp-once:{plain}" if is_guarded else plain


def write_configuration(folder: Path, manner: Manner) -> None:
    """Write the spooler's own two files; it reads them when it starts."""
    denied = "".join(
        f"  <Limit {one}>\n    AuthType Default\n    Require user somebody-else\n  </Limit>\n" for one in manner.denied
    )
    (folder / "cupsd.conf").write_text(
        f"Listen {folder / SOCKET}\nBrowsing Off\nWebInterface No\nDefaultAuthType None\nLogLevel info\n"
        f"MaxLogSize 0\nPreserveJobHistory {'Yes' if manner.keeps_history else 'No'}\n"
        f"PreserveJobFiles {'Yes' if manner.keeps_files else 'No'}\nDirtyCleanInterval {manner.flush_s}\n"
        "<Location />\n  Order allow,deny\n  Allow all\n</Location>\n"
        "<Location /admin>\n  Order allow,deny\n  Allow all\n</Location>\n"
        "<Policy default>\n  JobPrivateAccess all\n  JobPrivateValues none\n"
        f"{denied}  <Limit All>\n    Order deny,allow\n  </Limit>\n</Policy>\n",
        encoding="ascii",
    )
    (folder / "cups-files.conf").write_text(
        f"ServerRoot {folder}/etc\nRequestRoot {folder}/spool\nTempDir {folder}/spool/tmp\nCacheDir {folder}/cache\n"
        f"StateDir {folder}/run\nServerBin {folder}/bin\nDataDir /usr/share/cups\nAccessLog {folder}/log/access\n"
        f"ErrorLog {folder}/log/error\nPageLog {folder}/log/page\nPrintcap\nSystemGroup root\n",
        encoding="ascii",
    )


def _printers_conf(folder: Path, manner: Manner) -> str:
    return (
        f"<Printer {QUEUE}>\nPrinterId 1\nUUID urn:uuid:36c4ddc5-d17f-37c2-65c3-9bc86dffba73\nInfo {QUEUE}\n"
        f"MakeModel Bench Card Printer\nDeviceURI {device_uri(folder, manner.is_guarded)}\nState {manner.state}\n"
        f"StateTime 1\nConfigTime 1\nType 4\nAccepting {'Yes' if manner.accepts else 'No'}\nShared No\n"
        f"JobSheets {manner.sheets}\nQuotaPeriod 0\nPageLimit 0\nKLimit 0\nOpPolicy default\n"
        f"ErrorPolicy {manner.policy}\n</Printer>\n"
    )


def _write_program(folder: Path) -> None:
    paths = os.pathsep.join(one for one in sys.path if one)
    command = shlex.join([sys.executable, "-m", "ektp_driver_cups.bench_card", str(folder)])
    text = f'#!/bin/sh\nPYTHONPATH={shlex.quote(paths)} PYTHONDONTWRITEBYTECODE=1 exec {command} "$1"\n'
    program = folder / "card.sh"
    program.write_text(text, encoding="utf-8")
    program.chmod(0o755)


def start_spooler(folder: Path) -> None:
    """Start cupsd, unless it runs, and wait until it listens."""
    if is_running(folder, "spooler"):
        return
    (folder / SOCKET).unlink(missing_ok=True)
    command = [_which("cupsd"), "-f", "-c", str(folder / "cupsd.conf"), "-s", str(folder / "cups-files.conf")]
    _start(folder, "spooler", command, {}, _AS_NOBODY if os.geteuid() == 0 else {})
    _wait(lambda: _listens(str(folder / SOCKET)), folder, "cupsd")


def kill_spooler(folder: Path, how: int = signal.SIGKILL) -> None:
    """End cupsd as a power cut does, or as told."""
    _end(folder, "spooler", how)


def wait_written(folder: Path, since_s: float | None = None) -> bool:
    """Wait until the spooler has on its disk what it knew at a moment (Unix seconds; now where none is given).

    A spooler that dies before it wrote that a job is under way knows nothing of the job when it starts, and so
    cannot print it again. False: it wrote nothing in time.
    """
    since_s = time() if since_s is None else since_s
    end = monotonic() + WRITTEN_S
    while monotonic() < end:
        jobs = sorted((folder / "spool").glob("c" + "[0-9]" * 5))  # the last job is written last of all
        if jobs and min(one.stat().st_mtime for one in (jobs[-1], folder / "etc/printers.conf")) >= since_s:
            return True
        sleep(0.05)
    return False


def start_printer(folder: Path) -> None:
    """Start the printer and wait until it listens."""
    port = (folder / "port").read_text()
    command = [_which("ippeveprinter"), "-n", "localhost", "-p", port, "-r", "off", "-d", str(folder / "printed")]
    command += ["-c", str(folder / "card.sh"), "-f", _FORMATS, "Bench"]
    _start(folder, "printer", command, {"LD_PRELOAD": str(folder / "headless.so")}, {})
    _wait(lambda: _answers(int(port)), folder, "ippeveprinter")


def kill_printer(folder: Path) -> None:
    """End the printer's own program."""
    _end(folder, "printer", signal.SIGKILL)


def is_running(folder: Path, name: str) -> bool:
    """Whether the process of that name runs."""
    process_id = _process_id(folder, name)
    return process_id is not None and _is_there(process_id)


def tell(folder: Path, name: str, what: int) -> None:
    """Send a signal to a process of the bench."""
    process_id = _process_id(folder, name)
    if process_id is not None:
        with suppress(ProcessLookupError):
            os.kill(process_id, what)


def _start(folder: Path, name: str, command: list[str], more: dict[str, str], who: dict[str, Any]) -> None:
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(folder), "LC_ALL": "C", **more}
    with (folder / "log" / name).open("ab") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment, cwd=folder,
            start_new_session=True, **who,
        )  # fmt: skip
    (folder / f"{name}.pid").write_text(str(process.pid), encoding="ascii")
    process.returncode = 0  # it is followed by its id, also from other processes: no child of this object


def _end(folder: Path, name: str, how: int) -> None:
    process_id = _process_id(folder, name)
    tell(folder, name, how)
    tell(folder, name, signal.SIGCONT)
    deadline = monotonic() + START_S
    while process_id is not None and _is_there(process_id) and monotonic() < deadline:
        sleep(0.01)


def _process_id(folder: Path, name: str) -> int | None:
    try:
        return int((folder / f"{name}.pid").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None


def _is_there(process_id: int) -> bool:
    """Whether it runs; a child of ours that ended is let go."""
    with suppress(ChildProcessError):
        os.waitpid(process_id, os.WNOHANG)
    try:
        state = Path(f"/proc/{process_id}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def _wait(is_up: Any, folder: Path, name: str) -> None:
    deadline = monotonic() + START_S
    while not is_up():
        if monotonic() > deadline:
            raise DriverError(f"{name} did not start; see {folder / 'log'}")
        sleep(0.02)


def _listens(path: str) -> bool:
    with socket.socket(socket.AF_UNIX) as line, suppress(OSError):
        line.connect(path)
        return True
    return False


def _answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("localhost", port), 1):
        return True
    return False


def _free_port() -> int:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return int(line.getsockname()[1])


def _which(name: str) -> str:
    return shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin") or ""
