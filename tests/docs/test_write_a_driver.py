"""The page on drivers, typed as it stands in an environment of its own: what it makes is installed beside ours and holds.

The environment is a new one. It reads what is installed for these tests, and nothing is fetched.
"""

import json
import os
import re
import subprocess
import sysconfig
import venv
from importlib.util import find_spec
from pathlib import Path

import pytest
from attrs import frozen

from ektp_testing.driver_kit import CHECKS

pytestmark = [pytest.mark.processes, pytest.mark.rule(22)]

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "write-a-driver.md").read_text("utf-8")
OURS = ("ektp_core", "ektp_cli", "ektp_driver_virtual")  # one package of each folder
STATION = "centre/station-52.03-1"
PATIENCE_S = 500

_BLOCK = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)
_OFFLINE = re.compile(r"where no registry is reached.*?\n?`(--[^`]+)`", re.DOTALL)
_ENDED = re.compile(r"^=== (\d+) ended with (\d+)$", re.MULTILINE)

#: What a station does with a driver of somebody else, as it starts it for a printer.
OPENS = """
import sys, tempfile
from pathlib import Path
from ektp_core.boundary.card_printer import DriverError
from ektp_driver_acme.bench import make_bench
from ektp_station.config import load_config
from ektp_station.driver_link import DriverLink
from ektp_station.driver_list import permits
from ektp_station.sandbox import Wanted
folder = Path(sys.argv[1])
try:
    permits("acme", "", ())
except DriverError as error:
    print("without a yes:", error)
try:
    permitted = permits("acme", "", load_config(folder).drivers)
except DriverError as error:
    sys.exit(f"refused: {error}")
with tempfile.TemporaryDirectory() as place:
    bench = make_bench(place)
    link = DriverLink("acme", bench.hint, bench.serial, sandbox=Wanted.USE, folder=folder, permits=permitted)
    print("opened:", link.call("identify", timeout_ms=20_000).serial)
    link.close()
    bench.close()
"""


@frozen
class Typed:
    """One command of the page, and the output the page shows below it."""

    command: str
    shown: tuple[str, ...]

    @property
    def as_typed(self) -> str:
        """With what the page says to add offline, and the answer it says to give."""
        if " pip install " in self.command:
            (options,) = _OFFLINE.findall(PAGE)
            return f"{self.command} {options}"
        return f"{self.command} <<< y" if "allow-driver" in self.command else self.command

    @property
    def is_to_fail(self) -> bool:
        return any(line.startswith("failed ") for line in self.shown)


@frozen
class Done:
    """What became of it."""

    typed: Typed
    status: int
    output: str


@frozen
class Bench:
    """A folder in which the page was typed from its first to its last command."""

    folder: Path
    environment: dict[str, str]
    done: tuple[Done, ...]

    def python(self, program: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run a program in the new environment."""
        return subprocess.run(
            ["python", "-c", program, *arguments],
            cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=PATIENCE_S, check=False,
        )  # fmt: skip


def typed_on_the_page() -> tuple[Typed, ...]:
    found: list[Typed] = []
    for block in _BLOCK.findall(PAGE):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append(Typed(line[2:], ()))
            elif line:
                found[-1] = Typed(found[-1].command, (*found[-1].shown, line))
    return tuple(found)


def new_environment(folder: Path) -> dict[str, str]:
    """Make an environment that reads ours, and say how a shell enters it."""
    venv.create(folder, symlinks=True)
    paths = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    for name in OURS:
        spec = find_spec(name)
        assert spec is not None and spec.origin is not None
        paths.add(str(Path(spec.origin).parents[1]))
    inside = {"base": str(folder), "platbase": str(folder)}
    packages = Path(sysconfig.get_path("purelib", "venv", inside))
    (packages / "what_the_tests_have.pth").write_text("".join(f"{path}\n" for path in sorted(paths)))
    programs = Path(sysconfig.get_path("scripts", "venv", inside))
    (programs / "ektp").write_text(f"#!{programs / 'python'}\nfrom ektp_cli.main import main\nmain()\n")
    (programs / "ektp").chmod(0o755)
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTEST_", "PYTHON", "PIP_", "VIRTUAL_ENV", "EKTP_"))
    }
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    return kept | {"PATH": path, "PIP_NO_INDEX": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "EKTP_LANG": "en"}


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    folder = tmp_path_factory.mktemp("page")
    environment = new_environment(folder / "environment")
    typed = typed_on_the_page()
    script = "".join(f"{one.as_typed}\nprintf '\\n=== {n} ended with %s\\n' $?\n" for n, one in enumerate(typed))
    ran = subprocess.run(
        ["bash", "-c", script],
        cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=PATIENCE_S,
        check=False,
    )  # fmt: skip
    parts = _ENDED.split(ran.stdout)
    assert len(parts) == 3 * len(typed) + 1, ran.stdout[-3000:]
    done = tuple(Done(one, int(parts[3 * n + 2]), parts[3 * n]) for n, one in enumerate(typed))
    return Bench(folder, environment, done)


@pytest.fixture(scope="module")
def written(bench: Bench) -> Path:
    return bench.folder / "ektp-driver-acme"


def test_every_command_ends_as_the_page_says_and_shows_what_the_page_shows(bench: Bench) -> None:
    for one in bench.done:
        assert one.status == int(one.typed.is_to_fail), (one.typed.command, one.output[-3000:])
        rest = " ".join(one.output.split())
        for line in one.typed.shown:
            _, found, rest = rest.partition(" ".join(line.split()))
            assert found, (one.typed.command, line, one.output[-3000:])


def test_the_page_goes_from_a_new_driver_to_one_that_a_station_loads() -> None:
    commands = [one.command for one in typed_on_the_page()]
    steps = ("driver new acme", "pip install", "driver list", "driver check acme", "pytest", "station allow-driver")
    places = [next(n for n, command in enumerate(commands) if step in command) for step in steps]
    assert places == sorted(places)


def test_the_installed_driver_was_judged_by_every_check_and_each_excuse_has_its_reason(bench: Bench) -> None:
    (judged,) = [one for one in bench.done if one.typed.command == "ektp driver check acme"]
    lines = [line.split(maxsplit=2) for line in judged.output.splitlines() if line]
    verdicts = {line[1]: (line[0], line[2]) for line in lines if line[0] in ("passed", "failed", "excused")}
    assert list(verdicts) == [check.name for check in CHECKS]
    assert {"whole-card", "token-once", "killed-at-mark", "power-cut", "two-drivers"} <= {
        name for name, (result, _) in verdicts.items() if result == "passed"
    }
    reasons = {why for result, why in verdicts.values() if result == "excused"}
    assert all(why.startswith(("the bench cannot make this happen: ", "the device has no ")) for why in reasons)
    named = json.loads((bench.folder / "verdicts.json").read_text())["checks"]
    assert [one["result"] for one in named] == ["passed", "passed"]


def test_the_driver_lies_outside_of_ours_and_is_short(bench: Bench, written: Path) -> None:
    where = bench.python("import ektp_driver_acme.driver as d; print(d.__file__)").stdout.strip()
    assert Path(where) == written / "src/ektp_driver_acme/driver.py"
    assert len(Path(where).read_text("utf-8").splitlines()) < 150
    assert find_spec("ektp_driver_acme") is None, "these tests know nothing of it"


def test_a_station_opens_it_in_its_sandbox_once_it_was_allowed_and_not_when_a_file_changed(bench: Bench, written: Path) -> None:
    opened = bench.python(OPENS, STATION)
    assert opened.returncode == 0, opened.stderr[-3000:]
    before, after = opened.stdout.splitlines()
    assert before.startswith("without a yes: driver acme of ektp-driver-acme is not allowed here")
    assert after == "opened: ACME-1"
    source = written / "src/ektp_driver_acme/driver.py"
    text = source.read_text("utf-8")
    source.write_text(f"{text}\n", "utf-8")
    try:
        changed = bench.python(OPENS, STATION)
    finally:
        source.write_text(text, "utf-8")
    assert changed.returncode == 1
    assert "was changed since it was allowed" in changed.stderr
