"""A driver that tries everything: shut in it fails, and as a plain process it succeeds, so that this can fail."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ektp_core.boundary.card_printer import DriverError
from ektp_station import bubblewrap, sandbox
from ektp_station.driver_link import DriverLink
from ektp_station.landlock import landlock_version
from ektp_station.sandbox import Box, Closed, Kind, Wanted, box_for
from ektp_station.sandbox_paths import reach_of
from tests.station.hostile_driver import TRIES
from tests.station.station_bench import until

pytestmark = pytest.mark.processes

ROOT = Path(__file__).parents[2]
MS = 60_000
PLUGIN = ("tests.station.hostile_driver",)
#: Landlock hides no abstract or named socket, and has no name spaces: the same attempts fail there.
KINDS = (Kind.BUBBLEWRAP, Kind.LANDLOCK)
#: Shut by the filter of calls alone, and by limits alone, whatever else is there.
CLONING = ("make a name space", "clone into a name space", "clone3 into a name space", "call by the other table")
LIMITED = ("take memory", "dump", "open many files", "make a large file")


@pytest.fixture
def wanted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """A station with secrets, an open port, a process to attack, and a folder that is the printer's."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT), prepend=os.pathsep)
    monkeypatch.setenv("EKTP_CANARY", "a canary of the station")
    folder, printer = tmp_path / "station", tmp_path / "printer"
    folder.mkdir()
    printer.mkdir()
    (folder / "station.key").write_text("the key")
    (folder / "station.db").write_text("the book")
    (tmp_path / "private").write_text("private")
    listening = socket.create_server(("127.0.0.1", 0))
    datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    datagrams.bind(("127.0.0.1", 0))

    def answer() -> None:
        try:
            while True:
                with listening.accept()[0] as line:
                    line.sendall(b"hello")
        except OSError:
            return

    threading.Thread(target=answer, daemon=True).start()
    victim = subprocess.Popen(["/bin/sleep", "600"])
    told = {
        "port": listening.getsockname()[1],
        "udp": datagrams.getsockname()[1],
        "key": str(folder / "station.key"),
        "book": str(folder / "station.db"),
        "folder": str(folder),
        "home": str(Path.home()),
        "private": str(tmp_path / "private"),
        "outside": str(tmp_path / "written"),
        "large": str(printer / "large"),
        "station": os.getpid(),
        "victim": victim.pid,
        "mark": f"mark-{os.getpid()}-{tmp_path.name}",
    }
    (printer / "wanted.json").write_text(json.dumps(told))
    yield told
    victim.kill()
    victim.wait()
    listening.close()
    datagrams.close()
    for pid in marked(str(told["mark"])):
        os.kill(pid, signal.SIGKILL)


@pytest.fixture
def opened(wanted: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Kind], DriverLink]]:
    """Start the hostile driver in a box of that kind."""
    links: list[DriverLink] = []

    def link(kind: Kind) -> DriverLink:
        need(kind)
        if kind is Kind.LANDLOCK:
            monkeypatch.setattr("ektp_station.bubblewrap.works", lambda: None)
        folder = Path(wanted["folder"])
        hint = f"hostile:{folder.parent / 'printer'}"
        how = Wanted.OFF if kind is Kind.NONE else Wanted.USE
        links.append(DriverLink("hostile", hint, "H-1", PLUGIN, sandbox=how, folder=folder))
        assert links[-1].held.kind is kind
        return links[-1]

    yield link
    for one in links:
        one.close()


def need(kind: Kind) -> None:
    """Skip where there is none of that kind; under CI both have to be there."""
    is_here = bool(bubblewrap.works() if kind is Kind.BUBBLEWRAP else landlock_version())
    if kind is not Kind.NONE and not is_here:
        assert kind is Kind.LANDLOCK or "CI" not in os.environ, "bwrap is not there, or may not be used here"
        pytest.skip(f"no {kind.value} on this machine")


def marked(mark: str) -> tuple[int, ...]:
    """Processes of this machine with that word on their command line."""
    found = []
    for one in Path("/proc").iterdir():
        try:
            if one.name.isdigit() and mark in (one / "cmdline").read_text().split("\0"):
                found.append(int(one.name))
        except OSError:
            continue
    return tuple(found)


def tried(link: DriverLink) -> dict[str, str]:
    said: dict[str, str] = json.loads(link.call("identify", timeout_ms=MS).firmware)
    assert said.keys() == TRIES.keys()
    return said


# -- what a driver tries ----------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_a_hostile_driver_tries_succeeds(
    opened: Callable[[Kind], DriverLink], kind: Kind, wanted: dict[str, Any]
) -> None:
    said = tried(opened(kind))
    assert not Path(wanted["outside"]).exists()
    if kind is Kind.BUBBLEWRAP:  # it writes into a /tmp of its own, and of a home it sees the way to this Python
        assert said.pop("write outside") == "did: a driver was here"
        home = said.pop("list a home")
        on_the_way = [part for part in Path(sys.base_prefix).parts if part in home.removeprefix('did: ').strip('[]').replace("'", '').split(', ')]
        assert home.startswith("failed: ") or home == f"did: {on_the_way}"
    assert [name for name, how in said.items() if not how.startswith("failed: ")] == []


def test_without_a_sandbox_all_of_it_would_succeed(
    opened: Callable[[Kind], DriverLink], wanted: dict[str, Any]
) -> None:
    said = tried(opened(Kind.NONE))
    assert (said["connect"], said["datagram"]) == ("did: hello", "did: sent")
    assert (said["read the key"], said["read the book"]) == ("did: the key", "did: the book")
    assert "station.key" in said["list the station's folder"] and said["list a home"].startswith("did: ")
    assert said["read another's file"] == "did: private" and said["write outside"] == "did: a driver was here"
    assert said["look into the station"].startswith("did: ")
    assert (said["signal"], said["trace"]) == ("did: reached", "did: attached")
    assert said["take memory"] == "did: reserved"
    assert (said["open many files"], said["make a large file"]) == ("did: 600 files", "did: 257 MiB")
    assert (said["call by the other table"], said["netlink"]) == ("did: asked", "did: open")
    if subprocess.run(["/usr/bin/unshare", "--user", "/bin/true"], capture_output=True, check=False).returncode == 0:
        for name in ("make a name space", "clone into a name space", "clone3 into a name space"):
            assert said[name].startswith("did: "), name


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_driver_starts_ends_with_it_even_in_a_session_of_its_own(
    opened: Callable[[Kind], DriverLink], kind: Kind, wanted: dict[str, Any]
) -> None:
    link = opened(kind)
    with pytest.raises(DriverError) as caught:
        link.call("reserve", "x", timeout_ms=MS)
    started = marked(wanted["mark"])
    # Where sessions are how helpers are ended, a driver may not leave its own.
    assert started if kind is Kind.BUBBLEWRAP else "PermissionError" in str(caught.value)
    link.close()
    until(lambda: not marked(wanted["mark"]), "its child is gone")


def test_without_a_sandbox_a_child_in_a_session_of_its_own_would_stay(
    opened: Callable[[Kind], DriverLink], wanted: dict[str, Any]
) -> None:
    link = opened(Kind.NONE)
    with pytest.raises(DriverError):
        link.call("reserve", "x", timeout_ms=MS)
    link.close()
    assert len(marked(wanted["mark"])) == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root's are not counted; test_sandbox_limits goes on as another user")
def test_a_driver_cannot_start_processes_without_end(opened: Callable[[Kind], DriverLink]) -> None:
    with pytest.raises(DriverError, match="forked") as caught:
        opened(Kind.BUBBLEWRAP).call("release", timeout_ms=MS)
    assert int(str(caught.value).split()[1]) < 300


@pytest.mark.parametrize("kind", KINDS)
def test_a_driver_ends_with_a_station_that_was_killed_whatever_it_does(
    kind: Kind, wanted: dict[str, Any], tmp_path: Path
) -> None:
    """The kernel does it: the driver here holds its interpreter and hears nothing."""
    need(kind)
    code = (
        "import sys\nfrom pathlib import Path\n"
        "from ektp_station import bubblewrap\nfrom ektp_station.driver_link import DriverLink\n"
        + ("bubblewrap.works = lambda: None\n" if kind is Kind.LANDLOCK else "")
        + f"link = DriverLink('virtual', {wanted['mark']!r}, 'S', ('tests.station.busy_driver',))\n"
        "print(link.held.kind.value, flush=True)\nsys.stdin.read()\n"
    )
    pipe = subprocess.PIPE
    station = subprocess.Popen([sys.executable, "-c", code], stdin=pipe, stdout=pipe, text=True)
    assert station.stdout is not None and station.stdin is not None
    assert station.stdout.readline().strip() == kind.value
    assert marked(wanted["mark"])
    station.kill()
    station.wait()
    until(lambda: not marked(wanted["mark"]), "its driver is gone too")
    station.stdin.close()
    station.stdout.close()


# -- which sandbox there is -------------------------------------------------------------------


def test_a_whole_sandbox_lacks_nothing(opened: Callable[[Kind], DriverLink]) -> None:
    held = opened(Kind.BUBBLEWRAP).held
    assert held.missing == () and held.in_words == "bubblewrap"


def test_a_weaker_sandbox_names_what_is_missing(opened: Callable[[Kind], DriverLink]) -> None:
    held = opened(Kind.LANDLOCK).held
    assert held.missing == (Closed.SOCKETS,)
    assert held.in_words == "landlock, without: sockets of other programs"


@pytest.mark.parametrize("kind", [Kind.LANDLOCK, Kind.NONE])
def test_a_station_that_requires_a_whole_sandbox_loads_no_driver_without(
    wanted: dict[str, Any], monkeypatch: pytest.MonkeyPatch, kind: Kind
) -> None:
    need(kind)
    monkeypatch.setattr("ektp_station.bubblewrap.works", lambda: None)
    if kind is Kind.NONE:
        monkeypatch.setattr(sandbox, "landlock_version", lambda: 0)
    hint = str(Path(wanted["folder"]).parent / "printer")
    with pytest.raises(DriverError, match="requires a whole one"):
        DriverLink("hostile", hint, "H-1", ("no_such_module",), sandbox=Wanted.REQUIRE)


def test_where_no_sandbox_is_a_driver_works_behind_the_filter_and_the_rest_is_said_to_be_missing(
    opened: Callable[[Kind], DriverLink], monkeypatch: pytest.MonkeyPatch, wanted: dict[str, Any]
) -> None:
    monkeypatch.setattr("ektp_station.bubblewrap.works", lambda: None)
    monkeypatch.setattr(sandbox, "landlock_version", lambda: 0)
    hint = f"hostile:{Path(wanted['folder']).parent / 'printer'}"
    link = DriverLink("hostile", hint, "H-1", PLUGIN)
    try:
        # The filter of calls holds all the same: no network, no attack on another process through it.
        assert link.held.kind is Kind.NONE
        assert link.held.missing == (Closed.FILES, Closed.PROCESSES, Closed.SOCKETS)
        said = tried(link)
        assert said["read the key"] == "did: the key"
        for name in ("connect", "datagram", "trace", "signal", "netlink", *CLONING, *LIMITED):
            assert said[name].startswith("failed: "), name
    finally:
        link.close()


def test_off_means_off() -> None:
    assert box_for(Wanted.OFF, "/") == Box(Kind.NONE)


# -- what it reaches --------------------------------------------------------------------------


@pytest.mark.parametrize("hint", ["/", "/home", "bus:/etc", "cups:/run#queue", "usb,/var", "/usr/.."])
def test_an_address_that_is_half_the_machine_is_refused(hint: str) -> None:
    with pytest.raises(DriverError, match="more than a printer"):
        reach_of(hint, None)


def test_an_address_that_holds_the_stations_folder_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "station"
    folder.mkdir()
    (folder / "station.key").write_text("key")
    (tmp_path / "link").symlink_to(tmp_path)
    for hint in (str(tmp_path), str(folder), f"unix:{tmp_path / 'link'}"):
        with pytest.raises(DriverError, match="holds the station's own folder"):
            reach_of(hint, folder)
    with pytest.raises(DriverError, match="a file of the station's own folder"):
        reach_of(str(folder / "station.key"), folder)


@pytest.mark.parametrize(("hint", "paths"), [
    ("usb", ()),
    ("bus:/run/bus", ("/run/bus",)),
    ("cups:/run/cups/cups.sock#Fargo HDP 5000", ("/run/cups/cups.sock",)),
    ("unix:/a/b, windows-scripted:/c", ("/a/b", "/c")),
    ("/srv/vp1", ("/srv/vp1",)),
    ("windows:Fargo #2", ()),
    ("", ()),
])  # fmt: skip
def test_an_address_names_its_paths(hint: str, paths: tuple[str, ...]) -> None:
    assert tuple(one for one in reach_of(hint, None).use if not one.startswith("/dev")) == paths


def test_no_secret_of_the_system_is_readable() -> None:
    read = reach_of("usb", None).read
    assert not {"/etc", "/etc/shadow", "/etc/ssl", "/root", "/home", "/var", "/"} & set(read)


def test_the_smart_card_service_is_reached_only_with_a_chip_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PCSCLITE_CSOCK_NAME", "/run/elsewhere/pcscd.comm")
    assert reach_of("usb", None).use == ("/dev/bus/usb",)
    with_reader = reach_of("usb", None, reads_chips=True).use
    assert with_reader == ("/dev/bus/usb", "/run/pcscd", "/run/elsewhere/pcscd.comm")
