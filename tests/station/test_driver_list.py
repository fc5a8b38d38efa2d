"""Which drivers may be loaded: made distributions on a path of their own, as an installer would leave them."""

import base64
import hashlib
import importlib
import importlib.metadata
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ektp_core.boundary.card_printer import DriverError
from ektp_core.boundary.hookspecs import ENCODERS, ENTRY_POINTS
from ektp_core.errors import Refused
from ektp_station import driver_host, driver_list
from ektp_station.allowing import allow, with_driver
from ektp_station.commands import station
from ektp_station.config import load_config
from ektp_station.driver_link import DriverLink
from ektp_station.driver_list import AllowedDriver, Permit, fingerprint, load, names_of, permit, permits, the_claim

SOURCE = """
from ektp_core.boundary.card_printer import Found, Identity
from ektp_core.boundary.hookspecs import hookimpl

class Acme:
    def identify(self, timeout_ms):
        return Identity("acme", {word!r}, "A-1")
    def close(self):
        pass

@hookimpl
def ektp_discover_printers(hint):
    return [Found("acme", hint, "A-1")]

@hookimpl
def ektp_open_printer(found):
    return Acme() if found.driver == "acme" else None
"""
SETTINGS = """# what people wrote
station = "station/52.03/1" # beside it too
hub = "http://hub"

[[printers]]
name = "A"
driver = "acme"
address = "usb"
serial = "A-1"
"""

Install = Callable[..., Path]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Make a distribution with one driver, as an installer leaves it, and put its folder on the path."""

    def made(  # noqa: PLR0917  # named where they matter
        distribution: str = "acme-cards", package: str = "acme_cards", driver: str = "acme", word: str = "one",
        where: str = "site", group: str = ENTRY_POINTS,
    ) -> Path:  # fmt: skip
        folder = tmp_path / where
        (folder / package).mkdir(parents=True, exist_ok=True)
        notes = folder / f"{distribution.replace('-', '_')}-1.0.dist-info"
        notes.mkdir(exist_ok=True)
        contents = {
            f"{package}/__init__.py": "",
            f"{package}/plugin.py": SOURCE.format(word=word),
            f"{notes.name}/METADATA": f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n",
            f"{notes.name}/entry_points.txt": f"[{group}]\n{driver} = {package}.plugin\n",
        }
        lines = []
        for name, text in contents.items():
            (folder / name).write_text(text)
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
            lines.append(f"{name},sha256={digest},{len(text)}")
        (notes / "RECORD").write_text("\n".join((*lines, f"{notes.name}/RECORD,,")) + "\n")
        if str(folder) not in sys.path:
            monkeypatch.syspath_prepend(str(folder))
        importlib.invalidate_caches()
        return folder

    yield made
    for name in [one for one in sys.modules if one.startswith("acme_")]:
        del sys.modules[name]


def allowed(name: str = "acme", group: str = ENTRY_POINTS) -> AllowedDriver:
    claim = the_claim(group, name)
    return AllowedDriver(name, claim.by, fingerprint(claim))


# -- who may be loaded ------------------------------------------------------------------------


@pytest.mark.parametrize("driver", ["virtual", "evolis", "cups"])
def test_a_driver_of_the_station_itself_needs_no_entry(driver: str) -> None:
    assert permits(driver, "", ()) == (Permit(ENTRY_POINTS, driver, "ektp"),)


def test_a_driver_of_another_distribution_needs_one(install: Install) -> None:
    install()
    with pytest.raises(DriverError, match=r"driver acme of acme-cards is not allowed here.*allow-driver"):
        permit(ENTRY_POINTS, "acme", ())
    one = allowed()
    assert permit(ENTRY_POINTS, "acme", (one,)) == Permit(ENTRY_POINTS, "acme", "acme-cards", one.sha256)


def test_a_name_that_nobody_brings_is_named() -> None:
    with pytest.raises(DriverError, match="no driver is called nobody"):
        permit(ENTRY_POINTS, "nobody", ())


def test_a_name_that_two_distributions_claim_is_refused_also_for_our_own(install: Install) -> None:
    install()
    one = allowed()
    install("other-cards", "acme_other")
    with pytest.raises(DriverError, match="claimed more than once: acme-cards, other-cards"):
        permit(ENTRY_POINTS, "acme", (one,))
    install("third-cards", "acme_third", driver="virtual")
    with pytest.raises(DriverError, match="claimed more than once: ektp, third-cards"):
        permit(ENTRY_POINTS, "virtual", ())


def test_a_distribution_that_calls_itself_by_our_name_is_a_second_claim(install: Install) -> None:
    install("EKTP", "acme_ours", driver="virtual")
    with pytest.raises(DriverError, match="claimed more than once: ektp, ektp"):
        permit(ENTRY_POINTS, "virtual", ())


def test_a_stranger_by_our_name_is_not_ours_and_shuts_all_that_would_be(install: Install) -> None:
    install("EKTP", "acme_ours", driver="acme")
    for driver in ("acme", "virtual"):
        with pytest.raises(DriverError, match="more than one distribution is called ektp"):
            permit(ENTRY_POINTS, driver, ())


def test_the_only_distribution_of_our_name_is_ours_only_where_this_station_comes_from_it(
    install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    install("EKTP", "acme_ours", driver="acme")
    here = [one for one in importlib.metadata.distributions() if str(one.locate_file("")) == sys.path[0]]
    assert len(here) == 1
    monkeypatch.setattr(driver_list, "distributions", lambda: iter(here))
    with pytest.raises(DriverError, match="driver acme of ektp is not allowed here"):
        permit(ENTRY_POINTS, "acme", ())
    with pytest.raises(DriverError, match="is not the station's own"):  # nor in the driver's process
        load(Permit(ENTRY_POINTS, "acme", "ektp"))


@pytest.mark.parametrize("name", ["payload.py", "payload.pyc", "payload.so", "data"])
def test_what_lies_among_the_compiled_files_and_can_be_read_is_in_the_digest(install: Install, name: str) -> None:
    place = install() / "acme_cards" / "__pycache__"
    place.mkdir()
    (place / "plugin.cpython-311.pyc").write_bytes(b"compiled")
    before = allowed()
    (place / "plugin.cpython-311.pyc").write_bytes(b"compiled anew")
    assert allowed() == before
    (place / name).write_bytes(b"payload")
    assert allowed() != before


def test_a_link_among_a_drivers_files_is_refused(install: Install, tmp_path: Path) -> None:
    folder = install()
    (tmp_path / "else").mkdir()
    (tmp_path / "else" / "module.py").write_text("")
    (folder / "acme_cards" / "sub").symlink_to(tmp_path / "else")
    with pytest.raises(DriverError, match="has a link among its files: sub"):
        allowed()
    (folder / "acme_cards" / "sub").unlink()
    (folder / "acme_cards" / "__init__.py").unlink()
    (folder / "acme_cards" / "__init__.py").symlink_to(tmp_path / "else" / "module.py")
    with pytest.raises(DriverError, match=r"has a link among its files: __init__\.py"):
        allowed()


def test_another_distribution_than_the_allowed_one_is_refused(install: Install) -> None:
    install()
    one = allowed()
    other = AllowedDriver("acme", "other-cards", one.sha256)
    with pytest.raises(DriverError, match="is of acme-cards and not of other-cards"):
        permit(ENTRY_POINTS, "acme", (other,))


@pytest.mark.parametrize("change", ["edit", "add", "metadata", "entry"])
def test_a_driver_whose_files_changed_is_refused(install: Install, change: str) -> None:
    folder = install()
    one = allowed()
    plugin = folder / "acme_cards" / "plugin.py"
    match change:
        case "edit":
            plugin.write_text(plugin.read_text() + "\n")
        case "add":
            (folder / "acme_cards" / "json.py").write_text("")
        case "metadata":
            next(folder.glob("*.dist-info/METADATA")).write_text("Metadata-Version: 2.1\nName: acme-cards\nVersion: 2\n")
        case "entry":
            next(folder.glob("*.dist-info/entry_points.txt")).write_text(f"[{ENTRY_POINTS}]\nacme = acme_cards\n")
    with pytest.raises(DriverError, match="was changed since it was allowed"):
        permit(ENTRY_POINTS, "acme", (one,))


def test_a_file_that_is_missing_is_named(install: Install) -> None:
    folder = install()
    one = allowed()
    (folder / "acme_cards" / "plugin.py").unlink()
    with pytest.raises(DriverError, match=r"lacks a file it came with: acme_cards/plugin\.py"):
        permit(ENTRY_POINTS, "acme", (one,))


def test_compiled_files_and_an_installers_notes_change_nothing(install: Install) -> None:
    folder = install()
    one = allowed()
    (folder / "acme_cards" / "__pycache__").mkdir()
    (folder / "acme_cards" / "__pycache__" / "plugin.cpython-311.pyc").write_bytes(b"x")
    (next(folder.glob("*.dist-info")) / "INSTALLER").write_text("pip")
    assert permit(ENTRY_POINTS, "acme", (one,)).sha256 == one.sha256


def test_a_source_that_lies_elsewhere_is_covered_too(install: Install, tmp_path: Path) -> None:
    """An installation that can be edited lists a path file; what would be imported lies somewhere else."""
    folder = install()
    (folder / "acme_cards").rename(tmp_path / "acme_cards")
    record = next(folder.glob("*.dist-info/RECORD"))
    record.write_text("\n".join(one for one in record.read_text().splitlines() if not one.startswith("acme_cards/")))
    sys.path.append(str(tmp_path))
    try:
        importlib.invalidate_caches()
        one = allowed()
        assert permit(ENTRY_POINTS, "acme", (one,)).sha256 == one.sha256
        (tmp_path / "acme_cards" / "plugin.py").write_text("changed")
        with pytest.raises(DriverError, match="was changed"):
            permit(ENTRY_POINTS, "acme", (one,))
    finally:
        sys.path.remove(str(tmp_path))


def test_a_chip_encoder_is_allowed_in_the_same_way(install: Install) -> None:
    install(driver="acme", group=ENCODERS)
    with pytest.raises(DriverError, match="not allowed"):
        permits("virtual", "acme", ())
    both = permits("virtual", "acme", (allowed(group=ENCODERS),))
    assert [one.group for one in both] == [ENTRY_POINTS, ENCODERS]


# -- what is loaded ---------------------------------------------------------------------------


def test_exactly_the_permitted_entry_is_loaded(install: Install) -> None:
    install()
    one = permit(ENTRY_POINTS, "acme", (allowed(),))
    manager = driver_host.build_manager("acme", (), "", (one,))
    assert [plugin.__name__ for plugin in manager.get_plugins()] == ["acme_cards.plugin"]


def test_what_changed_after_the_stations_look_is_not_loaded(install: Install) -> None:
    folder = install()
    one = permit(ENTRY_POINTS, "acme", (allowed(),))
    (folder / "acme_cards" / "__init__.py").write_text("raise SystemExit('a stranger')")
    with pytest.raises(DriverError, match="changed a moment ago"):
        load(one)


@pytest.mark.processes
def test_an_allowed_driver_runs_and_its_compiled_files_are_not_read(
    install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = install(word="source")
    monkeypatch.setenv("PYTHONPATH", str(folder), prepend=os.pathsep)
    plugin = folder / "acme_cards" / "plugin.py"
    _plant_compiled(plugin, SOURCE.format(word="planted"))
    link = DriverLink("acme", "usb", "A-1", permits=permits("acme", "", (allowed(),)))
    try:
        assert link.call("identify", timeout_ms=60_000).model == "source"
    finally:
        link.close()
    planted = DriverLink("acme", "usb", "A-1")  # loaded by its name alone, as tests do
    try:
        assert planted.call("identify", timeout_ms=60_000).model == "planted", "so this can fail"
    finally:
        planted.close()


def _plant_compiled(source: Path, other: str) -> None:
    """A compiled file that says it is of this source, and is of another."""
    import importlib.util
    import marshal

    kept = source.stat()
    head = importlib.util.MAGIC_NUMBER + bytes(4) + int(kept.st_mtime).to_bytes(4, "little")
    body = head + kept.st_size.to_bytes(4, "little") + marshal.dumps(compile(other, str(source), "exec"))
    place = Path(importlib.util.cache_from_source(str(source)))
    place.parent.mkdir(exist_ok=True)
    place.write_bytes(body)


# -- how a person allows it -------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "station"
    made.mkdir()
    (made / "station.toml").write_text(SETTINGS)
    return made


def ask(*arguments: Any, **more: Any) -> Any:
    return CliRunner().invoke(station, ["allow-driver", *map(str, arguments)], **more)


def test_a_person_sees_the_files_and_says_yes(install: Install, folder: Path) -> None:
    install()
    said = ask(folder, "acme", input="y\n")
    assert said.exit_code == 0, said.output
    assert "acme-cards 1.0" in said.output and "acme_cards/plugin.py" in said.output
    assert load_config(folder).drivers == (allowed(),)
    assert (folder / "station.toml").read_text().startswith(SETTINGS)
    assert permits("acme", "", load_config(folder).drivers)
    assert "allowed already" in ask(folder, "acme").output


@pytest.mark.parametrize("typed", ["n\n", ""])
def test_without_a_yes_nothing_is_written(install: Install, folder: Path, typed: str) -> None:
    install()
    assert ask(folder, "acme", input=typed).exit_code == 1
    assert (folder / "station.toml").read_text() == SETTINGS


def test_a_changed_driver_takes_the_place_of_its_old_entry(install: Install, folder: Path) -> None:
    install()
    allow(folder, AllowedDriver("other", "other-cards", "00"))
    ask(folder, "acme", "--yes")
    install(word="two")
    assert "Allowed until now: acme-cards" in ask(folder, "acme", "--yes").output
    drivers = load_config(folder).drivers
    assert [one.name for one in drivers] == ["other", "acme"] and drivers[1] == allowed()


def test_our_own_needs_no_entry_and_an_unknown_one_is_named(folder: Path) -> None:
    assert "needs no entry" in ask(folder, "virtual").output
    said = ask(folder, "nobody")
    assert said.exit_code == 1 and "called nobody is installed" in said.output
    assert (folder / "station.toml").read_text() == SETTINGS


def test_an_entry_that_cannot_be_read_back_changes_nothing(folder: Path) -> None:
    with pytest.raises(Refused):
        allow(folder, AllowedDriver('ac"me', "x", "y"))
    assert (folder / "station.toml").read_text() == SETTINGS
    assert [one.name for one in folder.iterdir()] == ["station.toml"]


def test_only_the_lines_of_that_entry_change() -> None:
    text = '[[drivers]]\nname = "a"\nsha256 = "1"\n\n# kept\n[[printers]]\nname = "a"\n'
    entry = '[[drivers]]\nname = "a"\ndistribution = "d"\nsha256 = "2"\n'
    assert with_driver(text, AllowedDriver("a", "d", "2")) == f'{entry}\n# kept\n[[printers]]\nname = "a"\n'
    assert '"1"' in with_driver(text, AllowedDriver("b", "d", "2"))


def test_every_driver_of_ours_is_listed() -> None:
    assert {"virtual", "evolis", "cups"} <= set(names_of(ENTRY_POINTS))
