"""Limits as docs/how-to/keep-a-station-safe.md promises them, and what lies where every driver may read."""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from ektp_core.boundary.card_printer import DriverError
from ektp_station import bubblewrap, confining, sandbox
from ektp_station.sandbox import Kind, Wanted, box_for
from ektp_station.sandbox_paths import reach_of

pytestmark = pytest.mark.processes

#: Users of their own, one for each kind, whose processes nobody else starts.
SOMEBODY = {Kind.NONE: 54_321, Kind.BUBBLEWRAP: 54_322}
#: Shut in as a driver's process is, after another of the same user started threads; says how many it could fork.
CROWDED = """
import codecs, ctypes, fcntl, json, os, resource, signal, sys, threading
from ektp_station import confining
from ektp_station.sandbox import Kind, Told
codecs.lookup('ascii')  # another user may not read this Python's files: all is imported before
kind, threads, user = Kind(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
if user:
    os.setgroups([]); os.setgid(user); os.setuid(user)
    ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # the kernel shows what changed its user as root's, until told not to
os.setsid()
hold, release = os.pipe()
ready, tell = os.pipe()
if os.fork() == 0:  # what the station's user runs already
    threading.stack_size(65536)
    os.close(release)
    for _ in range(threads):
        threading.Thread(target=os.read, args=(hold, 1), daemon=True).start()
    os.write(tell, b'1')
    os.read(hold, 1)
    os._exit(0)
os.read(ready, 1)
shut = os.fork()
if shut == 0:
    os.setsid()
    confining.confine(Told(kind))
    limits = {name: resource.getrlimit(getattr(resource, name)) for name in
              ('RLIMIT_AS', 'RLIMIT_FSIZE', 'RLIMIT_NOFILE', 'RLIMIT_CORE')}
    stay, leave = os.pipe()
    children = []
    try:
        while len(children) < 700:
            if (child := os.fork()) == 0:
                os.close(leave)
                os.read(stay, 1)
                os._exit(0)
            children.append(child)
    except OSError:
        pass
    os.close(leave)
    for child in children:
        os.waitpid(child, 0)
    print(json.dumps([len(children), limits]), flush=True)
    os._exit(0)
os.waitpid(shut, 0)
os.close(release)
os.wait()
"""


def _crowded(kind: Kind, threads: int) -> tuple[int, dict[str, list[int]]]:
    user = SOMEBODY[kind] if os.geteuid() == 0 else 0
    command = [sys.executable, "-c", CROWDED, kind.value, str(threads), str(user)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    count, limits = json.loads(done.stdout)
    return count, limits


def test_a_driver_starts_as_many_processes_as_are_promised_however_many_its_user_runs() -> None:
    """With the other 400 counted in, a limit that forgot them would let it start none."""
    count, _ = _crowded(Kind.NONE, 400)
    assert abs(count - confining.PROCESSES) < 32  # one or two end or begin meanwhile


def test_in_a_name_space_of_users_its_processes_are_its_own_and_no_more() -> None:
    count, _ = _crowded(Kind.BUBBLEWRAP, 0)
    least = confining.PROCESSES - 32 if os.geteuid() == 0 else 0  # what this user runs beside counts: there is no box
    assert least <= count <= confining.PROCESSES


def test_the_limits_are_those_the_page_names_and_cannot_be_raised() -> None:
    _, limits = _crowded(Kind.NONE, 0)
    wanted = {"RLIMIT_AS": 4 << 30, "RLIMIT_FSIZE": 256 << 20, "RLIMIT_NOFILE": 512, "RLIMIT_CORE": 0}
    highest = {name: resource.getrlimit(getattr(resource, name))[1] for name in wanted}
    for name, value in wanted.items():
        most = value if highest[name] == resource.RLIM_INFINITY else min(value, highest[name])
        assert limits[name] == [most, most], name
    page = " ".join((Path(__file__).parents[2] / "docs/how-to/keep-a-station-safe.md").read_text().split())
    assert "Limits: 4 GiB of addresses, files of 256 MiB, 512 open files, 256 processes and threads" in page


# -- a station's folder inside what drivers may read ------------------------------------------


@pytest.fixture
def readable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder from which Python imports, so that each driver may read it; in it the station's."""
    folder = tmp_path / "installed" / "station"
    folder.mkdir(parents=True)
    (folder / "station.key").write_text("the key")
    monkeypatch.setenv("PYTHONPATH", str(folder.parent), prepend=os.pathsep)
    return folder


def test_behind_landlock_no_driver_starts_while_the_stations_folder_lies_where_all_may_read(
    readable: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ektp_station.bubblewrap.works", lambda: None)
    monkeypatch.setattr(sandbox, "landlock_version", lambda: 7)
    with pytest.raises(DriverError, match=f"lies in {readable.parent}, which every driver may read; move it"):
        box_for(Wanted.USE, "usb", readable)
    with pytest.raises(DriverError, match="which every driver may read"):
        box_for(Wanted.USE, "usb", tmp_path / "installed")  # the very folder
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    assert box_for(Wanted.USE, "usb", elsewhere).kind is Kind.LANDLOCK


def test_in_a_box_a_stations_folder_in_such_a_place_is_empty(readable: Path) -> None:
    if not (start := bubblewrap.works()):
        assert "CI" not in os.environ, "bwrap is not there, or may not be used here"
        pytest.skip("no bubblewrap on this machine")
    (readable.parent / "library.py").write_text("a library")
    assert _seen(start, readable, readable) == ["station", []]
    assert _seen(start, None, readable) == ["station", ["station.key"]]  # it would be seen


def _seen(start: tuple[str, ...], hidden: Path | None, folder: Path) -> list[object]:
    """The folder's name as seen in a box, and what is in it."""
    code = "import json, os, sys; print(json.dumps([os.path.basename(sys.argv[1]), os.listdir(sys.argv[1])]))"
    reading, told = os.pipe()
    reach = reach_of("usb", hidden)
    command = [*bubblewrap.boxed(start, reach, told), sys.executable, "-c", code, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, pass_fds=(told,))
    os.close(told)
    os.close(reading)
    seen: list[object] = json.loads(done.stdout)
    return seen
