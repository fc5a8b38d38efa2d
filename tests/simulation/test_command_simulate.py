"""`ektp simulate`: stories are told, counted and shortened from the command line."""

import json
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ektp_core.errors import Refusal, Refused
from ektp_testing.sim.command_simulate import simulate
from ektp_testing.sim.options import Options, kinds_of_trouble, with_changes


def _run(*words: str) -> Result:
    return CliRunner().invoke(simulate, list(words))


def test_a_seed_is_told_with_its_digest() -> None:
    told = _run("--seed", "2")
    assert told.exit_code == 0
    assert "2 stations" in told.output and "Digest of the story: " in told.output


def test_many_seeds_are_counted_and_every_dial_is_named(tmp_path: Path) -> None:
    file = tmp_path / "simulate.json"
    assert _run("--seeds", "3", "--json", str(file)).exit_code == 0
    found = json.loads(file.read_text())
    assert (found["seeds"], found["found"]) == (3, 0)
    assert set(kinds_of_trouble()) <= set(found["struck"])
    assert found["seeds_a_second_a_core"] > 0


def test_it_ends_after_the_seconds_it_was_given() -> None:
    assert _run("--seconds", "0.01").exit_code == 0


def test_a_finding_is_told_short_with_the_command_that_tells_it_again(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.planted.at_the_station import good_on_accepted_bytes

    good_on_accepted_bytes(monkeypatch)
    monkeypatch.setattr("ektp_testing.sim.shrinking.MOST_TRIES", 5)
    told = _run("--seeds", "60")
    assert told.exit_code == 1
    assert "a book says of a card what the card does not show" in told.output
    assert "ektp simulate --seed " in told.output


def test_options_are_listed() -> None:
    assert "loss=0.3\n" in _run("--list-options").output


def test_an_unknown_option_is_refused_by_name() -> None:
    told = _run("--option", "los=0.1", "--seed", "1")
    assert told.exit_code == 1 and "los" in told.output


@pytest.mark.parametrize("text", ["los=1", "loss=much", "loss=-1"])
def test_what_is_no_option_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refused:
        with_changes(Options(), (text,))
    assert refused.value.refusal is Refusal.BAD_VALUE


def test_misfortunes_can_be_left_out_by_number() -> None:
    assert with_changes(Options(), ("without=3,7", "stations=1")) == Options(without=(3, 7), stations=1)


def test_the_command_is_found_by_its_entry_point() -> None:
    assert "simulate" in {point.name for point in entry_points(group="ektp.commands")}
