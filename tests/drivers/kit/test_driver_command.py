"""`ektp driver`: what is listed, judged and written."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from ektp_core.boundary.card_printer import DriverError
from ektp_testing.driver_kit import Driver, bench_of, installed, judge
from ektp_testing.driver_kit.command import driver
from ektp_testing.driver_kit.new_driver import write_new_driver


def run(*arguments: str, code: int = 0) -> str:
    done = CliRunner().invoke(driver, arguments)
    assert done.exit_code == code, done.output
    return done.output


def test_the_list_says_who_brings_a_driver_and_whether_it_has_a_bench() -> None:
    (line,) = [line for line in run("list").splitlines() if line.startswith("virtual ")]
    assert "ektp 0" in line
    assert line.endswith("has a bench")


def test_every_check_is_shown_with_what_it_holds() -> None:
    shown = run("check", "virtual", "--list-checks", "--check", "token-once")
    assert " ".join(shown.split()) == "token-once A leave to print is good for one print."


@pytest.mark.processes
def test_a_driver_is_judged_by_the_checks_named(tmp_path: Path) -> None:
    file = tmp_path / "verdicts.json"
    shown = run("check", "virtual", "--check", "identity", "--check", "spooler-killed", "--json", str(file))
    assert "passed   identity" in shown
    assert "virtual: 1 passed, 0 failed, 1 excused." in shown
    assert [one["result"] for one in json.loads(file.read_text())["checks"]] == ["passed", "excused"]


@pytest.mark.processes
def test_to_be_excused_from_everything_is_not_to_hold() -> None:
    run("check", "virtual", "--check", "spooler-killed", code=1)


def test_what_is_not_installed_is_named() -> None:
    assert "no driver is installed for nobody" in run("check", "nobody", code=1)
    assert "There is no check called jams." in run("check", "virtual", "--check", "jams", code=1)
    with pytest.raises(DriverError, match="no bench"):
        bench_of("nobody")
    assert installed("virtual").name == "virtual"


@pytest.mark.parametrize("name", ["", "Acme", "9x", "a-b", "a/b", "x" * 31])
def test_a_name_that_is_none_is_declined(name: str, tmp_path: Path) -> None:
    with pytest.raises(DriverError, match="a driver's name"):
        write_new_driver(name, tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_nothing_is_written_over_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    assert "has something in it" in run("new", "acme", "--folder", str(tmp_path), code=1)
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_a_new_driver_is_short_and_says_how_to_go_on(tmp_path: Path) -> None:
    shown = run("new", "zeta", "--folder", str(tmp_path / "z"))
    assert "ektp driver check zeta" in shown
    written = (tmp_path / "z/src/ektp_driver_zeta/driver.py").read_text()
    assert len(written.splitlines()) < 150
    assert not any("acme" in path.read_text().lower() for path in (tmp_path / "z").rglob("*.*"))


@pytest.mark.processes
def test_a_new_driver_passes_every_check_that_applies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_new_driver("omega", tmp_path / "new")
    source = tmp_path / "new/src"
    monkeypatch.syspath_prepend(str(source))
    monkeypatch.setenv("PYTHONPATH", str(source))
    from importlib import import_module

    plugin = import_module("ektp_driver_omega.plugin")
    bench = import_module("ektp_driver_omega.bench")
    verdicts = judge(Driver("omega", plugin, ("ektp_driver_omega.plugin",)), bench.make_bench)
    assert verdicts.hold, verdicts.table()
    assert len(verdicts.passed) > 50
    reasons = {one.why for one in verdicts.excused}
    assert reasons <= {why for why in reasons if why.startswith(("the bench cannot", "the device has no"))}


def test_the_new_drivers_own_tests_are_python(tmp_path: Path) -> None:
    files = write_new_driver("acme", tmp_path / "new")
    sources = [str(path) for path in files if path.suffix == ".py"]
    assert len(sources) == 6
    subprocess.run([sys.executable, "-m", "py_compile", *sources], check=True)
