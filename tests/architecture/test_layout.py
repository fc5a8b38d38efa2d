"""The folders, the wheel's list, the contracts and the locks tell the same story; files stay small."""

import ast
import io
import re
import tokenize
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
FOLDERS = ("src", "daemon", "plugins")
MODULES = sorted(file for folder in FOLDERS for file in (ROOT / folder).rglob("*.py"))
OTHERS = sorted(file for folder in ("tests", "docs") for file in (ROOT / folder).rglob("*.py"))
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
CONTRACTS = {contract["id"]: contract for contract in PROJECT["tool"]["importlinter"]["contracts"]}

MODULE_LINES_MAX = 400
FUNCTION_LINES_MAX = 60

#: A file of this name holds whatever nobody found a place for.
SHAPELESS = frozenset({"base", "common", "helper", "helpers", "misc", "util", "utils"})


def packages_on_disk() -> dict[str, str]:
    """Every folder with Python in it, one level below the three: its name, and where it stands."""
    return {
        path.name: f"{folder}/{path.name}"
        for folder in FOLDERS
        for path in (ROOT / folder).iterdir()
        if path.is_dir() and any(path.rglob("*.py"))
    }


def relative(file: Path) -> str:
    return str(file.relative_to(ROOT))


# -- folders, wheel, contracts ----------------------------------------------------------------


def test_the_wheel_lists_every_package_on_disk() -> None:
    listed = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert sorted(listed) == sorted(packages_on_disk().values())


def test_the_contracts_know_every_package_on_disk() -> None:
    assert sorted(PROJECT["tool"]["importlinter"]["root_packages"]) == sorted(packages_on_disk())


def test_every_package_stands_on_one_floor() -> None:
    names = [name.strip() for layer in CONTRACTS["floors"]["layers"] for name in layer.split("|")]
    assert sorted(names) == sorted(packages_on_disk())


def test_no_package_escapes_the_contracts_that_bind_all() -> None:
    everyone = set(packages_on_disk())
    assert set(CONTRACTS["usb-in-one-place"]["source_modules"]) == everyone - {"ektp_usb"}
    assert set(CONTRACTS["harness-stays-outside"]["source_modules"]) == everyone - {"ektp_testing"}


def test_every_driver_is_named_where_drivers_are_forbidden() -> None:
    drivers = {name for name in packages_on_disk() if name.startswith("ektp_driver_")}
    assert set(CONTRACTS["no-driver-by-name"]["forbidden_modules"]) == drivers


@pytest.mark.parametrize("package", sorted(packages_on_disk().values()))
def test_every_package_says_what_it_is_and_that_it_is_typed(package: str) -> None:
    assert (ROOT / package / "__init__.py").is_file()
    assert (ROOT / package / "py.typed").is_file()


# -- files ------------------------------------------------------------------------------------


def long_functions(source: str) -> Iterator[tuple[str, int]]:
    """Every function longer than allowed, with its length; decorators do not count."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES_MAX:
                yield node.name, length


#: What tells a tool to look away, and after it the reason why.
LOOK_AWAY = re.compile(r"#\s*(?:ruff:\s*|flake8:\s*)?noqa\b|#\s*type:\s*ignore\b")
WITH_CODES = re.compile(r"(?:noqa:\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*|type:\s*ignore\[[a-z-]+(?:,\s*[a-z-]+)*\])")
REASON = re.compile(WITH_CODES.pattern + r"(?:  # | - )\S.*\w.*$")


def unreasoned(source: str) -> list[int]:
    """The lines on which a tool is told to look away and nobody says why."""
    comments = [one for one in tokenize.generate_tokens(io.StringIO(source).readline) if one.type == tokenize.COMMENT]
    return [one.start[0] for one in comments if LOOK_AWAY.search(one.string) and not REASON.search(one.string)]


def test_no_file_is_longer_than_a_sitting() -> None:
    lengths = {relative(file): len(file.read_text().splitlines()) for file in (*MODULES, *OTHERS)}
    assert {file: n for file, n in lengths.items() if n > MODULE_LINES_MAX} == {}


def test_no_function_is_longer_than_a_screen() -> None:
    found = {relative(file): list(long_functions(file.read_text())) for file in MODULES}
    assert {file: functions for file, functions in found.items() if functions} == {}


def test_a_long_function_is_seen() -> None:
    body = "    pass\n" * FUNCTION_LINES_MAX
    assert list(long_functions(f"async def wait():\n{body}")) == [("wait", FUNCTION_LINES_MAX + 1)]
    assert list(long_functions(f"def act():\n{body[:-9]}")) == []


def test_whoever_tells_a_tool_to_look_away_says_why() -> None:
    found = {relative(file): unreasoned(file.read_text()) for file in (*MODULES, *OTHERS)}
    assert {file: lines for file, lines in found.items() if lines} == {}


@pytest.mark.parametrize("comment", [
    "# noqa", "# noqa: S608", "# noqa: S608  #", "# noqa: S608 # one space", "# noqa  # any of them", "#noqa:S608",
    "# type: ignore", "# type: ignore[arg-type]", "# type: ignore  # no code", "# type: ignore[misc, assignment]",
    "# noqa: S608  # -", "# ruff: noqa: D102", "# flake8: noqa",
])  # fmt: skip
def test_looking_away_without_a_reason_is_seen(comment: str) -> None:
    assert unreasoned(f"one = 1\ntwo = 2  {comment}\n") == [2]


@pytest.mark.parametrize("comment", [
    "# noqa: S608  # made of constants", "# noqa: E402 - the version first", "# noqa: B009, S608  # both meant",
    "# type: ignore[arg-type]  # as much of one as is needed", "# type: ignore[misc, assignment]  # the write is the test",
    "# ruff: noqa: D102 - the protocol says it", "# nothing to look away from",
])  # fmt: skip
def test_looking_away_with_a_reason_may_be(comment: str) -> None:
    assert unreasoned(f"one = 1\ntwo = 2  {comment}\n") == []
    assert unreasoned('text = "# noqa"\n') == []


def test_every_module_says_what_it_is() -> None:
    assert [relative(f) for f in MODULES if not ast.get_docstring(ast.parse(f.read_text()))] == []


def test_every_file_is_named_after_what_it_holds() -> None:
    assert [relative(f) for f in MODULES if f.stem.strip("_") in SHAPELESS] == []


# -- locks ------------------------------------------------------------------------------------


LOCKS = sorted((ROOT / "locks").glob("*.txt"))
PINNED = re.compile(r"^(?P<name>[a-z0-9-]+)==(?P<version>[^\s;]+)(?P<rest>(?:.*\\\n)*.*)", re.MULTILINE)


def pins(lock: Path) -> dict[str, str]:
    """What a lock names, and at which version."""
    return {pin["name"]: pin["version"] for pin in PINNED.finditer(lock.read_text())}


def unmet(lock: Path, requirements: list[str]) -> list[str]:
    """The requirements that a lock does not satisfy."""
    pinned = pins(lock)
    wanted = [Requirement(text) for text in requirements]
    return [str(w) for w in wanted if w.name not in pinned or not w.specifier.contains(pinned[w.name])]


#: Extras that are compiled when they are installed: they are in no lock of wheels, and not in `all`.
COMPILED = {"chip"}


def declared() -> list[str]:
    project = PROJECT["project"]
    extras = [texts for name, texts in project["optional-dependencies"].items() if name not in {"all"} | COMPILED]
    return [
        *project["dependencies"],
        *(text for texts in extras for text in texts),
        *PROJECT["dependency-groups"]["dev"],
    ]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_no_lock_names_a_place_to_install_from(lock: Path) -> None:
    assert re.findall(r"\S+://\S*|^-.*|\s@\s.*", lock.read_text(), re.MULTILINE) == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_pin_of_a_lock_has_a_hash(lock: Path) -> None:
    entries = list(PINNED.finditer(lock.read_text()))
    assert len(entries) >= 3
    assert [entry["name"] for entry in entries if "--hash=sha256:" not in entry["rest"]] == []


def test_the_locks_satisfy_what_pyproject_asks_for() -> None:
    assert unmet(ROOT / "locks" / "dev.txt", declared()) == []
    assert unmet(ROOT / "locks" / "base.txt", PROJECT["project"]["dependencies"]) == []


def test_a_requirement_that_a_lock_does_not_meet_is_seen() -> None:
    dev = ROOT / "locks" / "dev.txt"
    assert unmet(dev, ["attrs>=9000", "no-such-thing"]) == ["attrs>=9000", "no-such-thing"]


def test_all_means_all_extras() -> None:
    extras = PROJECT["project"]["optional-dependencies"]
    assert Requirement(*extras["all"]).extras == set(extras) - {"all"} - COMPILED


# -- translations -----------------------------------------------------------------------------


def stale_catalogues(folder: Path) -> list[str]:
    """Every .po whose .mo is missing or says something else."""
    stale = []
    for po in sorted(folder.rglob("*.po")):
        mo = po.with_suffix(".mo")
        if not mo.exists() or _texts(mo) != _compiled(po):
            stale.append(po.name)
    return stale


def _texts(mo: Path) -> dict[Any, Any]:
    with mo.open("rb") as file:
        return {(message.context, message.id): message.string for message in read_mo(file) if message.id}


def _compiled(po: Path) -> dict[Any, Any]:
    with po.open("rb") as file:
        catalogue = read_po(file)
    return {(m.context, m.id): m.string for m in catalogue if m.id and m.string and not m.fuzzy}


def test_no_compiled_translation_is_out_of_date() -> None:
    assert [name for folder in FOLDERS for name in stale_catalogues(ROOT / folder)] == []


def test_a_translation_that_was_not_compiled_again_is_seen(tmp_path: Path) -> None:
    po = tmp_path / "ektp.po"
    po.write_text('msgid "blank"\nmsgstr "blangko"\n')
    assert stale_catalogues(tmp_path) == ["ektp.po"]
    with po.open("rb") as source, po.with_suffix(".mo").open("wb") as target:
        write_mo(target, read_po(source))
    assert stale_catalogues(tmp_path) == []
    po.write_text('msgid "blank"\nmsgstr "keping"\n')
    assert stale_catalogues(tmp_path) == ["ektp.po"]
