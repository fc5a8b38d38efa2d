"""The real station, struck at its writes and at every step of its printer: no card twice, no blank lost, no word lost."""

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from attrs import evolve

from ektp_core.boundary.card_printer import Found
from ektp_core.vocabulary.state import Profile
from ektp_core.vocabulary.verdict import Outcome
from ektp_driver_virtual.driver import VirtualPrinter
from tests.crash.judging import Row, Struck, double_prints, ends, lost_blanks, lost_words, not_allowed
from tests.crash.printer import PRINTER
from tests.crash.scenes import (
    GOOD,
    SCENES,
    AtDevice,
    AtHeld,
    AtRest,
    AtWrite,
    Held,
    Kind,
    Scene,
    Truth,
    few,
    of_a_test_card,
    of_profiles,
    of_recovery,
)
from tests.crash.sweep import FULL, UNSURE, Run, Tally, everything, run, strike_all
from tests.crash.world import World, found
from tests.station.station_bench import Office

pytestmark = [pytest.mark.processes, pytest.mark.rule(22)]

_ANY = tuple(Truth)
#: Which truths can be met at which row: before the feed and at rest there is no act to be interrupted, and a
#: half printed card never comes out.
MET: dict[Row, tuple[Truth, ...]] = {
    Row.NOTHING: (Truth.GOOD,), Row.AUTHORISED: (Truth.GOOD,), Row.START: _ANY, Row.FED: (Truth.GOOD,),
    Row.UID_BOUND: (Truth.GOOD,), Row.INTENT_ENCODE: _ANY, Row.INTENT_MARK: _ANY,
    Row.EJECTED: (Truth.GOOD, Truth.BAD, Truth.NO_CARD), Row.OUTCOME: (Truth.GOOD, Truth.BAD), Row.ACKED: (Truth.GOOD,),
}  # fmt: skip


#: The row at which a station waits for what is held back from it.
HELD = {
    Held.HUB: Row.NOTHING, Held.POWER: Row.AUTHORISED, Held.PICTURE: Row.UID_BOUND, Held.VERDICT: Row.EJECTED,
    Held.RECEIPT: Row.OUTCOME,
}  # fmt: skip


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory, needs_system: Callable[[str, str], str]) -> Office:
    needs_system("strace", "strace")
    return found(tmp_path_factory.mktemp("founded"))


def _all_sound(runs: Iterable[Run]) -> Tally:
    tally = Tally()
    for one in runs:
        tally.add(one)
    assert [(one.scene.name, str(one.strike), one.row, one.state, one.lost, one.problems) for one in tally.unsound] == []
    assert sum(one.double for one in tally.runs) == 0
    return tally


def _missing(runs: list[Run]) -> list[tuple[Row, Truth]]:
    met = {(one.row, one.scene.truth) for one in runs}
    return [(row, truth) for row, truths in MET.items() for truth in truths if (row, truth) not in met]


def test_at_each_row_and_with_each_truth_one_interrupted_card_is_judged_right(founded: Office, tmp_path: Path) -> None:
    tally = _all_sound(strike_all(founded, tmp_path / "few", few()))
    assert _missing([one for one in tally.runs if not isinstance(one.strike, AtWrite)]) == []
    held = {one.strike.what: one.row for one in tally.runs if isinstance(one.strike, AtHeld)}
    assert held == HELD
    assert all(one.row for one in tally.runs), "every strike came"
    assert {one.strike.kind for one in tally.runs if one.row} == set(Kind)
    shown = tally.plain()
    assert (shown["lost"], shown["double"], shown["problems"]) == (0, 0, [])


@pytest.mark.parametrize(
    ("strike", "codes"),
    [
        (AtWrite(Kind.EIO, "pwrite64", 70), {UNSURE}),
        (AtWrite(Kind.EIO, "fdatasync", 8), {UNSURE}),
        (AtWrite(Kind.ENOSPC, "pwrite64", 70, lasting=True), {UNSURE, FULL}),
    ],
    ids=str,
)
def test_a_commit_that_failed_ends_the_process_and_the_next_one_looks_it_up(
    founded: Office, tmp_path: Path, strike: AtWrite, codes: set[int]
) -> None:
    """What a failed commit left in the book is not known to the process that failed (rule 22)."""
    done = run(founded, tmp_path / "run", GOOD, strike)
    assert (done.problems, done.lost, done.double) == ((), (), 0)
    assert done.code in codes


def test_the_judges_see_a_card_printed_twice_a_blank_that_is_gone_and_a_word_that_was_lost(
    founded: Office, tmp_path: Path
) -> None:
    """A judge that cannot say no is none."""
    world = World(founded, tmp_path / "run", GOOD)
    world.start()
    assert world.work()
    world.kill()
    cards = world.printer.truth().cards
    assert (double_prints(cards), lost_blanks(world), lost_words(world)) == (0, [], [])
    twice = {**cards, "again": next(card for card in cards.values() if card.marked)}
    assert double_prints(twice) == 2, "an attempt with two cards, and a person with two"
    assert not_allowed(GOOD, Row.FED, "SUSPECT", cards)
    assert not_allowed(GOOD, Row.EJECTED, "MISPRINTED", cards)
    assert not_allowed(GOOD, Row.ACKED, "PRINTED", {})
    world.told.append(evolve(world.told[0], outcome=Outcome.SPOILED))
    assert lost_words(world)
    line = VirtualPrinter(Found("virtual", str(world.printer.folder), PRINTER))
    line.feed(5_000)
    line.close()
    assert lost_blanks(world), "a fed blank that the books have in stock"
    world.close()


@pytest.mark.parametrize("number", [1, 2])
def test_a_sync_that_fails_at_the_start_loses_nothing(founded: Office, tmp_path: Path, number: int) -> None:
    """The log's own, which ends the process, or its folder's, which SQLite takes no notice of."""
    done = run(founded, tmp_path / "run", GOOD, AtWrite(Kind.EIO, "fdatasync", number))
    assert (done.state, done.is_sound) == ("PRINTED", True), done.problems
    assert (done.code is None) == (done.row is Row.WENT_ON)


def test_in_every_order_of_work_and_killed_again_while_it_looks_a_card_is_judged_right(
    founded: Office, tmp_path: Path
) -> None:
    # Some of them; the long test has all.
    tally = _all_sound(strike_all(founded, tmp_path / "more", [*of_profiles()[1::2], *of_recovery()[::2]]))
    assert all(one.row for one in tally.runs), "every strike came"
    assert {one.row for one in tally.runs if one.scene.profile is Profile.PRINT_FIRST} >= {Row.INTENT_MARK, Row.INTENT_ENCODE}


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_the_judge_takes_doubt_for_an_answer_only_where_the_matrix_has_none(scene: Scene) -> None:
    rows = [row for row in Row if "SUSPECT" not in ends(scene, row, Struck())]
    assert scene.end == "SUSPECT" or set(Row) - set(rows) == {Row.INTENT_MARK}


def test_a_station_killed_at_rest_starts_again_and_finds_nothing_to_do(founded: Office, tmp_path: Path) -> None:
    done = run(founded, tmp_path / "run", GOOD, AtRest())
    assert (done.row, done.state, done.is_sound) == (Row.ACKED, "PRINTED", True)


def test_a_station_struck_at_a_test_card_prints_it_once_and_the_citizens_card_after_it(
    founded: Office, tmp_path: Path
) -> None:
    tally = _all_sound(strike_all(founded, tmp_path / "tests", of_a_test_card()))
    assert sum(one.row is Row.TESTING for one in tally.runs) >= 5
    assert {one.state for one in tally.runs if isinstance(one.strike, AtDevice)} == {"PRINTED"}


@pytest.mark.slow
def test_every_write_and_every_step_of_the_device(founded: Office, tmp_path: Path) -> None:
    tally = _all_sound(everything(founded, tmp_path))
    assert _missing(tally.runs) == []
