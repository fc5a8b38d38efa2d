"""Hundreds of small countries go wrong in every way, heal, and are counted; one seed is one story."""

import os
import subprocess
import sys
from functools import cache

import pytest

from ektp_testing.sim.campaign import Chunk, Totals, lived
from ektp_testing.sim.options import Options, kinds_of_trouble
from ektp_testing.sim.shrinking import replay_command, shrink
from ektp_testing.sim.story import run

SEEDS, CHUNK = 240, 40

#: Of trouble that nobody throws for as such: what a power cut and a full disk do.
BESIDE = ("unsynced writes lost", "unsynced writes torn", "writes refused by a full disk", "syncs that failed")


@cache
def _lived(first: int) -> Totals:
    totals = Totals()
    for told in lived(Chunk(first, CHUNK, Options()))[0]:
        totals.add(told)
    return totals


@pytest.mark.rule(8)
@pytest.mark.rule(22)
@pytest.mark.rule(23)
@pytest.mark.parametrize("first", range(0, SEEDS, CHUNK))
def test_whatever_goes_wrong_no_card_is_made_twice_and_everything_ends(first: int) -> None:
    found = [f"ektp simulate --seed {one.seed}: {one.check}: {one.text}" for one in _lived(first).found]
    assert found == []


def test_every_kind_of_trouble_strikes_somewhere() -> None:
    struck = [_lived(first).struck for first in range(0, SEEDS, CHUNK)]
    dead = [kind for kind in (*kinds_of_trouble(), *BESIDE) if not any(one[kind] for one in struck)]
    assert dead == []


def test_cards_are_printed_in_the_midst_of_it() -> None:
    assert sum(_lived(first).cards for first in range(0, SEEDS, CHUNK)) > SEEDS


@pytest.mark.parametrize("seed", [2, 3, 11])
def test_the_same_seed_is_the_same_story_to_the_byte(seed: int) -> None:
    first, second = run(seed), run(seed)
    assert (first.digest, first.trace, first.counts) == (second.digest, second.trace, second.counts)


def test_two_seeds_are_two_stories() -> None:
    assert run(2).digest != run(3).digest


@pytest.mark.processes
def test_another_process_with_other_hashes_tells_the_same_story() -> None:
    script = "from ektp_testing.sim.story import run; print(run(11).digest, run(3).digest)"
    digests = set()
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=environment, check=True)
        digests.add(told.stdout)
    assert len(digests) == 1


def test_a_misfortune_that_is_left_out_does_not_happen() -> None:
    whole = run(11)
    number, kind = next((number, kind) for number, kind in whole.strikes if kind != "replay")
    without = run(11, Options(without=(number,)))
    assert without.counts.get(kind, 0) < whole.counts[kind] or without.digest != whole.digest


def test_without_trouble_nothing_happens_but_cards() -> None:
    calm = Options(**dict.fromkeys(kinds_of_trouble(), 0))  # type: ignore[arg-type]  # every one of them is a number
    told = run(1, calm)
    assert (told.check, told.counts) == ("", {"delay_ms": 0}) and told.cards > 0


def test_a_finding_is_told_without_what_it_does_not_need(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.planted.at_the_station import good_on_accepted_bytes

    good_on_accepted_bytes(monkeypatch)
    told = next(one for one in map(run, range(60)) if one.check)
    short = shrink(told, Options(), most_tries=25)
    assert short.told.check == told.check and short.changes
    assert len(short.told.strikes) <= len(told.strikes)
    assert replay_command(told.seed, short.changes).startswith(f"ektp simulate --seed {told.seed} --option ")
    assert run(told.seed, short.options).digest == short.told.digest
