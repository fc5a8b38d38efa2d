"""`ektp station check`: each problem by name, and what to do about it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from click.testing import CliRunner

from ektp_core.flow.moving_events import Coming
from ektp_core.flow.rows import BookPlace, Station
from ektp_keys.key_file import load_key
from ektp_station import checks_beside
from ektp_station.arriving import NOTE_FILE, Arriving
from ektp_station.checks import Finding, Looked, Mark, look_at_folder
from ektp_station.checks_beside import look_around, own_word
from ektp_station.commands import station
from ektp_station.config import BOOK_FILE, FOUNDING_FILE, KEY_FILE, PrinterConfig, load_config, write_config
from ektp_station.hub_page import HubSeen
from ektp_station.wiring import StationProcess
from tests.station.station_bench import NOW_MS, STATION, Office

SEEN = HubSeen(NOW_MS, {"station": STATION, "chain_n": 0, "chain_head": "", "feed_queued": 0, "frozen": ""})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Office(tmp_path / "hub").folder


@pytest.fixture(autouse=True)
def hub(monkeypatch: pytest.MonkeyPatch) -> dict[str, HubSeen | None]:
    """What the hub answers; nothing leaves this process."""
    answer: dict[str, HubSeen | None] = {"seen": SEEN}
    monkeypatch.setattr(checks_beside, "look_at_hub", lambda *_: answer["seen"])
    return answer


def found(folder: Path, page: dict[str, Any] | None = None, now_ms: int = NOW_MS) -> list[Finding]:
    looked, findings = look_at_folder(Looked(folder, None))
    return [*findings, *look_around(looked, page, now_ms)]


def problems(findings: list[Finding], mark: Mark = Mark.STOP) -> list[tuple[str, str]]:
    return [(one.what, one.found) for one in findings if one.mark is mark]


def founded(folder: Path) -> None:
    """The book, as the first start makes it."""
    process = StationProcess(folder, load_config(folder), load_key(folder / KEY_FILE))
    process.store.close()


def with_printer(folder: Path, **changes: Any) -> None:
    one = evolve(PrinterConfig("A", "virtual", str(folder / "nobody"), "VP-1", 500), **changes)
    write_config(folder, evolve(load_config(folder), printers=(one,)))


def test_a_new_station_has_no_problem(folder: Path) -> None:
    assert problems(found(folder)) == []


def test_a_station_with_its_book_has_no_problem_and_the_book_is_proven(folder: Path) -> None:
    founded(folder)
    findings = found(folder)
    assert problems(findings) == []
    assert ("book", "Every one of its {n} commits is proven.") in problems(findings, Mark.WELL)


def test_every_finding_that_is_not_well_says_what_to_do(folder: Path) -> None:
    founded(folder)
    with_printer(folder)
    findings = found(folder)
    assert any(one.mark is not Mark.WELL for one in findings)
    assert [one for one in findings if one.mark is not Mark.WELL and not one.do] == []


def unknown_key(folder: Path) -> None:
    (folder / "station.toml").write_text('station = "station/52.03/1"\nhub = "http://hub"\nprinter = 1\n')


def open_folder(folder: Path) -> None:
    folder.chmod(0o755)


def open_key(folder: Path) -> None:
    (folder / KEY_FILE).chmod(0o644)


def no_key(folder: Path) -> None:
    (folder / KEY_FILE).unlink()


def no_founding(folder: Path) -> None:
    (folder / FOUNDING_FILE).unlink()


def another_station(folder: Path) -> None:
    write_config(folder, evolve(load_config(folder), station="station/52.03/9"))


def damaged(folder: Path) -> None:
    founded(folder)
    raw = bytearray((folder / BOOK_FILE).read_bytes())
    raw[9_000:9_100] = bytes(100)
    (folder / BOOK_FILE).write_bytes(raw)


@pytest.mark.parametrize(
    ("spoil", "what"),
    [
        (unknown_key, "settings"), (open_folder, "permissions"), (open_key, "permissions"), (no_key, "key"),
        (no_founding, "enrolment"), (another_station, "key"), (damaged, "book"),
    ],
)  # fmt: skip
def test_what_is_spoiled_is_named(folder: Path, spoil: Any, what: str) -> None:
    spoil(folder)
    assert what in [name for name, _ in problems(found(folder))]


@pytest.mark.rule(40)
def test_a_key_without_a_passphrase_is_told_in_words(folder: Path) -> None:
    assert "protection" in [name for name, _ in problems(found(folder), Mark.MEND)]


@pytest.mark.parametrize(("free", "mark"), [(1 << 20, Mark.STOP), (512 << 20, Mark.MEND), (1 << 40, Mark.WELL)])
def test_room_on_the_disk(folder: Path, monkeypatch: pytest.MonkeyPatch, free: int, mark: Mark) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": free})())
    assert [one.mark for one in found(folder) if one.what == "disk"] == [mark]


def test_a_hub_that_is_away_stops_nothing(folder: Path, hub: dict[str, HubSeen | None]) -> None:
    hub["seen"] = None
    findings = found(folder)
    assert problems(findings) == [] and ("hub", "{hub} does not answer.") in problems(findings, Mark.MEND)


def test_a_hub_that_does_not_know_the_station(folder: Path, hub: dict[str, HubSeen | None]) -> None:
    hub["seen"] = HubSeen(NOW_MS, None)
    assert problems(found(folder)) == [("hub", "The hub does not know {station}.")]


def test_a_hub_that_stopped_the_station(folder: Path, hub: dict[str, HubSeen | None]) -> None:
    hub["seen"] = evolve(SEEN, station={**(SEEN.station or {}), "frozen": "two histories"})
    assert problems(found(folder)) == [("hub", "The centre stopped this station: {why}.")]


@pytest.mark.rule(22)
def test_a_hub_that_has_taken_more_than_this_book_holds(folder: Path, hub: dict[str, HubSeen | None]) -> None:
    founded(folder)
    hub["seen"] = evolve(SEEN, station={**(SEEN.station or {}), "chain_n": 9, "chain_head": "ab"})
    assert [name for name, _ in problems(found(folder))] == ["hub"]


@pytest.mark.parametrize(("off_ms", "mark"), [(0, None), (60_000, Mark.MEND), (-60_000, Mark.MEND), (3_600_000, Mark.STOP)])
def test_a_clock_beside_the_hubs(folder: Path, off_ms: int, mark: Mark | None) -> None:
    marks = [one.mark for one in found(folder, now_ms=NOW_MS + off_ms) if one.what == "clock"]
    assert marks == ([mark] if mark else [])


def test_a_driver_nobody_installed(folder: Path) -> None:
    with_printer(folder, driver="acme")
    assert ("printer", "There is no driver {driver} for {printer}.") in problems(found(folder))


def test_a_printer_that_is_not_there(folder: Path) -> None:
    with_printer(folder)
    assert ("printer", "{printer} {serial}: {why}") in problems(found(folder))


@pytest.mark.parametrize(
    ("page", "mark"),
    [
        ({"printers": [{"name": "A", "phase": "idle"}], "troubles": {}}, Mark.WELL),
        ({"printers": [], "troubles": {}}, Mark.STOP),
        ({"printers": [{"name": "A", "phase": "away"}], "troubles": {"printer A": "DriverLost"}}, Mark.STOP),
    ],
)
def test_a_running_station_is_asked_about_its_printers(folder: Path, page: dict[str, Any], mark: Mark) -> None:
    with_printer(folder)
    assert [one.mark for one in found(folder, page) if one.what == "printer"] == [mark]


class Read:
    """A book's own word, made up."""

    def __init__(self, *rows: object, stopped: bytes | None = None) -> None:
        self.view, self._rows, self._stopped = self, rows, stopped
        self.position = type("Position", (), {"n": 0})()

    def row(self, kind: type[Any], *_: object) -> Any:
        return next((one for one in self._rows if isinstance(one, kind)), None)

    def rows(self, kind: type[Any], *_: object) -> Iterator[Any]:
        return iter([one for one in self._rows if isinstance(one, kind)])

    def note(self, name: str) -> bytes | None:
        return self._stopped if name == "stopped" else None


@pytest.mark.parametrize(
    ("read", "said"),
    [
        (Read(), "It is not the book of {station}."),
        (Read(Station(STATION, (), "two histories")), "The centre stopped this station: {why}."),
        (Read(Station(STATION, ()), stopped=b"ROLLED_BACK"), "Printing is stopped: {why}"),
    ],
)
def test_what_the_book_says_of_its_station(read: Any, said: str) -> None:
    assert [one.found for one in own_word(read, STATION)] == [said]


PACKED = BookPlace(STATION, True, "Sakra", "a" * 32)


@pytest.mark.parametrize(
    ("note", "mark", "said"),
    [
        (None, Mark.STOP, "No card is begun: {why}"),
        (Arriving(Coming.MOVED, "a" * 32), Mark.WELL, "It was packed elsewhere and goes on here from the first start."),
        (Arriving(Coming.MOVED, "b" * 32), Mark.STOP, "No card is begun: {why}"),  # of another move
        (Arriving(Coming.RESTORED, "b"), Mark.MEND, "It is a backup that was restored, and was not started yet."),
    ],
)
def test_a_packed_book_that_was_unpacked_here_is_no_problem(note: Arriving | None, mark: Mark, said: str) -> None:
    read: Any = Read(Station(STATION, ()), PACKED)
    assert [(one.mark, one.found) for one in own_word(read, STATION, note)] == [(mark, said)]


def test_the_command_ends_with_1_where_there_is_a_problem(folder: Path, hub: dict[str, HubSeen | None]) -> None:
    hub["seen"] = None
    done = CliRunner().invoke(station, ["check", str(folder)])
    assert done.exit_code == 0 and "Problems: 0." in done.output
    no_founding(folder)
    done = CliRunner().invoke(station, ["check", str(folder)])
    assert done.exit_code == 1 and "PROBLEM  enrolment: " in done.output and "         -> " in done.output


def test_the_list_of_settings_needs_no_folder() -> None:
    done = CliRunner().invoke(station, ["check", "--schema"])
    assert done.exit_code == 0 and "poll_ms (whole number, milliseconds; default 1000)" in done.output


def test_nothing_is_changed_by_looking(folder: Path) -> None:
    founded(folder)
    before = {one.name: one.read_bytes() for one in folder.iterdir()}
    found(folder)
    after = {one.name: one.read_bytes() for one in folder.iterdir() if not one.name.endswith(("-shm", "-wal"))}
    assert after == {name: raw for name, raw in before.items() if name in after}
    assert NOTE_FILE not in after


