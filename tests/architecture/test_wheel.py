"""The wheel an office installs holds everything it needs and nothing else; the checkout is not asked."""

import configparser
import importlib.metadata
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
PACKAGES: list[str] = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
ENTRY_POINTS: dict[str, dict[str, str]] = {
    "console_scripts": PROJECT["project"]["scripts"],
    **PROJECT["project"]["entry-points"],
}

#: Run with only the two folders given on the path: imports every module of the core, and says
#: where each came from.
IMPORT_THE_CORE = """
import sys
sys.path[:0] = sys.argv[1:]
import pkgutil
import ektp_core
for module in pkgutil.walk_packages(ektp_core.__path__, "ektp_core."):
    __import__(module.name)
print("\\n".join(str(m.__file__) for n, m in sorted(sys.modules.items()) if n.startswith("ektp")))
"""


def _run(*arguments: str | Path) -> str:
    result = subprocess.run(
        [sys.executable, *map(str, arguments)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built as a release builds it, without any network."""
    folder = tmp_path_factory.mktemp("wheel")
    _run("-m", "hatchling", "build", "-t", "wheel", "-d", folder)
    (built,) = folder.glob("ektp-*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which the wheel, and nothing else, was installed."""
    folder = tmp_path_factory.mktemp("installed")
    options = ("--quiet", "--disable-pip-version-check", "--no-index", "--no-deps", "--no-compile")
    _run("-m", "pip", "install", *options, "--target", folder, wheel)
    return folder


@pytest.fixture(scope="module")
def base_dependencies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what locks/base.txt names, and nothing else of this environment."""
    folder = tmp_path_factory.mktemp("base")
    for name in re.findall(r"^([a-z0-9-]+)==", (ROOT / "locks" / "base.txt").read_text(), re.MULTILINE):
        distribution = importlib.metadata.distribution(name)
        for top in {file.parts[0] for file in distribution.files or () if file.parts[0] != ".."}:
            (folder / top).symlink_to(str(distribution.locate_file(top)))
    return folder


def test_the_wheel_holds_every_file_of_its_packages_and_nothing_else(wheel: Path) -> None:
    on_disk = {
        str(file.relative_to((ROOT / package).parent))
        for package in PACKAGES
        for file in (ROOT / package).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    with zipfile.ZipFile(wheel) as archive:
        inside = {name for name in archive.namelist() if not name.startswith("ektp-")}
    assert sorted(inside - on_disk) == []
    assert sorted(on_disk - inside) == []


def test_the_wheel_carries_its_entry_points(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/entry_points.txt"))
        told = configparser.ConfigParser(delimiters=("=",))
        told.read_string(archive.read(name).decode())
    assert {group: dict(told[group]) for group in told.sections()} == ENTRY_POINTS


@pytest.mark.parametrize(
    ("group", "name"), [(group, name) for group, names in ENTRY_POINTS.items() for name in names]
)
def test_every_entry_point_leads_to_something(group: str, name: str) -> None:
    entry = importlib.metadata.EntryPoint(name, ENTRY_POINTS[group][name], group)
    assert entry.load() is not None


def test_the_core_runs_from_the_wheel_on_its_base_dependencies_alone(
    installed: Path, base_dependencies: Path
) -> None:
    """-I and -S: neither the checkout nor this environment's other packages can be seen."""
    places = _run("-I", "-S", "-c", IMPORT_THE_CORE, installed, base_dependencies).splitlines()
    assert len(places) > 5
    assert [place for place in places if not place.startswith(str(installed))] == []
