"""`ektp station ...` teaches, and says what is wrong when nothing runs."""

from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from ektp_core.errors import Refusal, Refused
from ektp_core.vocabulary.verdict import Cause, Certainty, Outcome
from ektp_station.commands import station, verdict
from ektp_station.config import ADDRESS_FILE, FILE, StationConfig, write_config

COMMANDS = station.commands


def run(*arguments: str) -> Any:
    return CliRunner().invoke(station, list(arguments), catch_exceptions=True)


def refused(result: Any) -> Refused:
    assert isinstance(result.exception, Refused), result.exception or result.output
    return result.exception


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_config(tmp_path, StationConfig("station/52.03/1", "http://127.0.0.1:1"))
    return tmp_path


def test_the_group_says_what_is_in_the_folder() -> None:
    said = run("--help").output
    for name in ("station.toml", "station.key", "founding.json", "station.db", *COMMANDS):
        assert name in said


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_help_says_what_each_option_is_for(name: str) -> None:
    said = run(name, "--help").output
    options = [one for one in COMMANDS[name].params if isinstance(one, click.Option)]
    assert [one.name for one in options if not one.help and one.metavar is None] == []
    assert all(one.opts[0] in said for one in options)


@pytest.mark.parametrize("name", ["run", "receive", "load", "look"])
def test_a_help_shows_an_example(name: str) -> None:
    assert f"ektp station {name} station-52.03-1" in " ".join(run(name, "--help").output.split())


def test_run_says_what_becomes_of_a_card_in_a_printer() -> None:
    assert "nothing is printed again to see whether it works" in " ".join(run("run", "--help").output.split())


@pytest.mark.parametrize("address", [None, "http://127.0.0.1:1", "", "nonsense", "http://[::"])
def test_status_of_a_station_that_does_not_run_says_so(folder: Path, address: str | None) -> None:
    if address is not None:
        (folder / ADDRESS_FILE).write_text(address, encoding="utf-8")
    why = refused(run("status", str(folder)))
    assert why.refusal is Refusal.NOT_REACHED and "ektp station run" in str(why)


@pytest.mark.parametrize("blanks", ["PNRI-18", "PNRI-18:9-1", "PNRI-18:x-y"])
def test_a_range_of_blanks_that_is_none_is_refused(folder: Path, blanks: str) -> None:
    result = run("load", str(folder), "--printer", "A", "--blanks", blanks)
    assert isinstance(result.exception, Refused)


def test_a_folder_that_is_no_stations_is_refused(tmp_path: Path) -> None:
    assert refused(run("run", str(tmp_path))).refusal is Refusal.BAD_FILE


def test_a_good_card_has_no_cause_whatever_is_said() -> None:
    good = verdict("r", 1, True, Cause.MISPRINT)
    bad = verdict("r", 1, False, Cause.MISPRINT)
    assert (good.outcome, good.cause, good.certainty) == (Outcome.GOOD, Cause.NONE, Certainty.OPERATOR)
    assert (bad.outcome, bad.cause) == (Outcome.SPOILED, Cause.MISPRINT)


def test_a_card_that_is_gone_is_neither_good_nor_bad(folder: Path) -> None:
    gone = verdict("r", 1, None, Cause.MISPRINT)
    assert (gone.outcome, gone.cause, gone.certainty) == (Outcome.UNKNOWN, Cause.NO_EVIDENCE, Certainty.OPERATOR)
    for said in ((), ("--gone", "--good"), ("--gone", "--bad")):
        result = run("look", str(folder), "--record", "r", "--attempt", "1", "--key", str(folder / FILE), *said)
        assert result.exit_code == 2 and "one of --good, --bad and --gone" in result.output
