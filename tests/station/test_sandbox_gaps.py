"""What a fence of files does not see: rights of files, limits and turns of processes, helpers, the current folder."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ektp_core.boundary.card_printer import DriverError
from ektp_station import bubblewrap, call_filter, confining, sandbox
from ektp_station.driver_link import DriverLink
from ektp_station.landlock import landlock_version
from ektp_station.sandbox import Closed, Kind, Wanted, closed_by
from tests.station.station_bench import until
from tests.station.steering_driver import HARMLESS, TRIES

pytestmark = pytest.mark.processes

ROOT = Path(__file__).parents[2]
MS = 60_000
PLUGIN = "tests.station.steering_driver"


@pytest.fixture
def printer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A printer's folder; beside it a station's, and a process that is nobody's business."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    for name in ("station", "printer"):
        (tmp_path / name).mkdir()
    key = tmp_path / "station" / "station.key"
    key.write_text("the key")
    os.setxattr(key, "user.there", b"1")
    victim = subprocess.Popen(["/bin/sleep", "600"])
    told = {
        "victim": victim.pid, "folder": str(key.parent), "key": str(key), "printer": str(tmp_path / "printer"),
    }  # fmt: skip
    (tmp_path / "printer" / "wanted.json").write_text(json.dumps(told))
    yield tmp_path / "printer"
    victim.kill()
    victim.wait()


@pytest.fixture
def opened(printer: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Kind, Wanted], DriverLink]]:
    links: list[DriverLink] = []

    def link(kind: Kind, wanted: Wanted = Wanted.USE) -> DriverLink:
        _only(kind, monkeypatch)
        folder = printer.parent / "station"
        links.append(DriverLink("steering", f"steering:{printer}", "S-1", (PLUGIN,), folder=folder, sandbox=wanted))
        assert links[-1].held.kind is kind
        return links[-1]

    yield link
    for one in links:
        one.close()


def _only(kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    is_here = {Kind.BUBBLEWRAP: bubblewrap.works(), Kind.LANDLOCK: landlock_version(), Kind.NONE: True}[kind]
    if not is_here:
        pytest.skip(f"no {kind.value} on this machine")
    if kind is not Kind.BUBBLEWRAP:
        monkeypatch.setattr("ektp_station.bubblewrap.works", lambda: None)
    if kind is Kind.NONE:
        monkeypatch.setattr(sandbox, "landlock_version", lambda: 0)


def _tried(link: DriverLink) -> dict[str, str]:
    said: dict[str, str] = json.loads(link.call("identify", timeout_ms=MS).firmware)
    assert said.keys() == {*TRIES, *HARMLESS}
    return said


# -- calls ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [Kind.LANDLOCK, Kind.NONE])
def test_no_file_is_marked_and_no_other_process_is_steered_without_name_spaces(
    opened: Callable[..., DriverLink], kind: Kind, printer: Path
) -> None:
    station = printer.parent / "station"
    before = (station.stat().st_mode, (station / "station.key").stat())
    said = _tried(opened(kind))
    assert {name: said[name] for name in TRIES} == dict.fromkeys(TRIES, "failed: 1")
    assert {name: said[name] for name in HARMLESS} == dict.fromkeys(HARMLESS, "did")
    assert (station.stat().st_mode, (station / "station.key").stat()) == before


def test_without_the_filter_all_of_it_would_succeed(opened: Callable[..., DriverLink]) -> None:
    said = _tried(opened(Kind.NONE, Wanted.OFF))
    assert [name for name, how in said.items() if how != "did"] == []


@pytest.mark.parametrize("machine", [(0, 0xC000003E, 0x40000000), (1, 0xC00000B7, 0)])
def test_no_call_is_in_two_tables_of_one_machine(machine: tuple[int, int, int]) -> None:
    groups = (call_filter._SHUT, call_filter._LEAVING, call_filter._SIGNALS, call_filter._STEERED)
    numbers = [one[machine[0]] for group in groups for one in group.values() if one[machine[0]] >= 0]
    assert len(numbers) == len(set(numbers))
    steps = call_filter.program(*machine, (0, 7), has_own_processes=False)
    assert len(steps) <= 4096 and all(max(one.if_so, one.if_not) <= 255 for one in steps)


# -- what outlives it -------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [Kind.BUBBLEWRAP, Kind.LANDLOCK, Kind.NONE])
def test_a_helper_ends_with_a_station_that_was_killed(
    kind: Kind, printer: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _only(kind, monkeypatch)
    code = (
        "import sys\nfrom pathlib import Path\nfrom ektp_station import bubblewrap, sandbox\n"
        "from ektp_station.driver_link import DriverLink\n"
        + ("" if kind is Kind.BUBBLEWRAP else "bubblewrap.works = lambda: None\n")
        + ("sandbox.landlock_version = lambda: 0\n" if kind is Kind.NONE else "")
        + f"link = DriverLink('steering', 'steering:{printer}', 'S-1', ({PLUGIN!r},))\n"
        "link.call('reserve', 'x', timeout_ms=5000)\nprint('ready', flush=True)\nsys.stdin.read()\n"
    )
    station = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert station.stdout is not None and station.stdin is not None
    assert station.stdout.readline().strip() == "ready"
    sign = printer / "helper"
    until(lambda: sign.exists() and bool(sign.read_text()), "the helper works")
    station.kill()
    station.wait()
    until(lambda: _is_still(sign), "the helper is gone")
    station.stdin.close()
    station.stdout.close()


def _is_still(sign: Path) -> bool:
    """Nobody writes it any more; a helper that lives does so twenty times a second."""
    before = sign.stat().st_mtime_ns
    time.sleep(0.5)
    return sign.stat().st_mtime_ns == before


def test_without_a_guard_other_processes_are_not_said_to_be_shut_off() -> None:
    assert Closed.PROCESSES in closed_by(Kind.LANDLOCK, 7, True, True, guarded=True)
    assert Closed.PROCESSES not in closed_by(Kind.LANDLOCK, 7, True, True, guarded=False)
    assert Closed.PROCESSES not in closed_by(Kind.LANDLOCK, 7, False, True, guarded=True)
    assert Closed.PROCESSES not in closed_by(Kind.NONE, 0, True, True, guarded=True)


# -- memory and limits ------------------------------------------------------------------------


def test_in_a_box_what_can_be_filled_has_an_end_and_the_driver_ends_before_the_station(
    opened: Callable[..., DriverLink],
) -> None:
    with pytest.raises(DriverError) as caught:
        opened(Kind.BUBBLEWRAP).call("release", timeout_ms=MS)
    first, sizes = json.loads(str(caught.value))
    assert first == "1000"
    assert sizes == {"/dev/shm": bubblewrap.SHARED, "/tmp": bubblewrap.TMP}  # noqa: S108  # inside the box


def test_the_limit_of_processes_counts_what_the_user_already_runs() -> None:
    before = confining._running_now()
    assert before >= 1
    one = subprocess.Popen(["/bin/sleep", "60"])
    try:
        assert confining._running_now() >= 2
    finally:
        one.kill()
        one.wait()


# -- the current folder -----------------------------------------------------------------------


@pytest.mark.parametrize("kind", [Kind.BUBBLEWRAP, Kind.LANDLOCK])
@pytest.mark.parametrize("path", ["", os.pathsep, f".{os.pathsep}"])
def test_nothing_is_imported_from_the_current_folder(
    opened: Callable[..., DriverLink], printer: Path, monkeypatch: pytest.MonkeyPatch, kind: Kind, path: str
) -> None:
    planted = printer.parent / "here"
    (planted / "ektp_station").mkdir(parents=True)
    for name in ("ektp_station/__init__.py", "argparse.py", "sitecustomize.py"):
        (planted / name).write_text(f"open({str(printer / 'planted')!r}, 'w').write(__name__)\n")
    monkeypatch.chdir(planted)
    monkeypatch.setenv("PYTHONPATH", f"{path}{ROOT}")
    assert opened(kind).held.kind is kind
    assert not (printer / "planted").exists()
