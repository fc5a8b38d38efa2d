"""Every import contract holds, and every one of them is able to go red."""

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen

ROOT = Path(__file__).parents[2]
FOLDERS = ("src", "daemon", "plugins")
CONTRACTS: list[dict[str, Any]] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"][
    "importlinter"
]["contracts"]


@frozen
class Plant:
    """One file of the copy gets these lines; the contract must then name the offence."""

    contract: str
    file: str
    lines: str
    named: tuple[str, ...]


def _every_import(contract: str, file: str, source: str) -> Plant:
    """Plant all modules a contract forbids at once; each must be named, not only the first."""
    forbidden = next(c for c in CONTRACTS if c["id"] == contract)["forbidden_modules"]
    lines = "\n".join(f"import {module}" for module in forbidden)
    return Plant(contract, file, lines, tuple(f"{source} is not allowed to import {m}" for m in forbidden))


def _one_import(contract: str, importer: str, file: str, imported: str) -> Plant:
    return Plant(contract, file, f"import {imported}", (f"{importer} is not allowed to import {imported}",))


PLANTS = [
    _one_import("floors", "ektp_store", "src/ektp_store/planted.py", "ektp_station"),
    _one_import("floors", "ektp_core", "src/ektp_core/errors.py", "ektp_keys"),
    _one_import("floors", "ektp_store", "src/ektp_store/planted.py", "ektp_keys"),
    _one_import("floors", "ektp_station", "daemon/ektp_station/planted.py", "ektp_cli"),
    _one_import("floors", "ektp_cli", "daemon/ektp_cli/planted.py", "ektp_testing"),
    _one_import("core-floors", "ektp_core.errors", "src/ektp_core/errors.py", "ektp_core.vocabulary"),
    _one_import("core-floors", "ektp_core.ledger", "src/ektp_core/ledger/planted.py", "ektp_core.lock"),
    _one_import("core-floors", "ektp_core.daily", "src/ektp_core/daily/planted.py", "ektp_core.ledger"),
    _one_import("core-floors", "ektp_core.press", "src/ektp_core/press/planted.py", "ektp_core.flow"),
    _one_import("core-floors", "ektp_core.boundary", "src/ektp_core/boundary/planted.py", "ektp_core.wire"),
    Plant("core-floors", "src/ektp_core/planted/__init__.py", "", ("- ektp_core.planted",)),
    _every_import("core-is-pure", "src/ektp_core/vocabulary/planted.py", "ektp_core"),
    _every_import("pluggy-in-one-place", "src/ektp_core/boundary/planted.py", "ektp_core"),
    _every_import("no-driver-by-name", "daemon/ektp_station/planted.py", "ektp_station"),
    _every_import("no-driver-by-name", "daemon/ektp_hub/planted.py", "ektp_hub"),
    _every_import("no-driver-by-name", "src/ektp_store/planted.py", "ektp_store"),
    _every_import("usb-in-one-place", "plugins/ektp_driver_virtual/planted.py", "ektp_driver_virtual"),
    _every_import("usb-in-one-file", "plugins/ektp_usb/planted.py", "ektp_usb"),
    _every_import("firmware-by-hand", "plugins/ektp_firmware_evolis/planted.py", "ektp_firmware_evolis"),
    _every_import("harness-stays-outside", "daemon/ektp_hub/planted.py", "ektp_hub"),
    _one_import("station-and-hub-apart", "ektp_station", "daemon/ektp_station/planted.py", "ektp_hub"),
    _one_import(
        "oracle-by-hand", "ektp_testing.oracle", "src/ektp_testing/oracle.py", "ektp_core.lock.table"
    ),
    *(
        _every_import("models-by-hand", f"src/ektp_testing/{name}.py", f"ektp_testing.{name}")
        for name in ("allotment_model", "ledger_model", "two_books_model")
    ),
    _every_import("steps-are-pure", "daemon/ektp_station/step.py", "ektp_station.step"),
    _every_import("steps-are-pure", "daemon/ektp_hub/step.py", "ektp_hub.step"),
    _every_import("threads-in-wiring", "daemon/ektp_hub/planted.py", "ektp_hub"),
    _every_import("threads-in-wiring", "daemon/ektp_station/planted.py", "ektp_station"),
]


def _lint(tree: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run import-linter on a tree; the tree's own packages come first, before installed ones."""
    run = "from importlinter.cli import lint_imports_command as run; run()"
    return subprocess.run(
        [sys.executable, "-c", run, "--no-logo", "--no-cache", *arguments],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(str(tree / folder) for folder in FOLDERS)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sources alone, in a place where they may be spoiled."""
    tree = tmp_path_factory.mktemp("tree")
    shutil.copy(ROOT / "pyproject.toml", tree)
    for file in (file for folder in FOLDERS for file in (ROOT / folder).rglob("*.py")):
        target = tree / file.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target)
    return tree


def test_every_contract_holds(copy: Path) -> None:
    result = _lint(copy)
    assert result.returncode == 0, result.stdout + result.stderr
    assert f"{len(CONTRACTS)} kept, 0 broken" in result.stdout


def test_every_contract_has_a_plant_that_breaks_it() -> None:
    assert {plant.contract for plant in PLANTS} == {contract["id"] for contract in CONTRACTS}


@contextmanager
def _planted(tree: Path, name: str, lines: str) -> Iterator[None]:
    """Add lines to a file of the copy, which may be new, and take them out again."""
    file = tree / name
    before = file.read_text() if file.exists() else None
    made = [folder for folder in file.parents if not folder.exists()]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"{before or ''}\n{lines}\n")
    try:
        yield
    finally:
        if before is None:
            file.unlink()
        else:
            file.write_text(before)
        for folder in made:
            folder.rmdir()


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: f"{plant.contract}:{plant.file}")
def test_a_bad_import_breaks_its_contract_and_is_named(copy: Path, plant: Plant) -> None:
    with _planted(copy, plant.file, plant.lines):
        result = _lint(copy, "--contract", plant.contract)
    assert result.returncode == 1
    assert "0 kept, 1 broken" in result.stdout, result.stdout + result.stderr
    told = " ".join(result.stdout.split())  # long lines are folded to the terminal's width
    assert [offence for offence in plant.named if offence not in told] == []


@pytest.mark.parametrize("daemon", ["ektp_hub", "ektp_station"])
def test_wiring_may_use_what_the_rest_of_a_daemon_may_not(copy: Path, daemon: str) -> None:
    with _planted(copy, f"daemon/{daemon}/wiring.py", "import asyncio\nimport socket\nimport threading"):
        result = _lint(copy, "--contract", "threads-in-wiring")
    assert "1 kept, 0 broken" in result.stdout, result.stdout + result.stderr
