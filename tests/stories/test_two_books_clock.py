"""Clocks that jump (rule 23): by ten years, forward and back, while it runs and while it is off."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ektp_core.boundary.store import Accepted
from ektp_core.flow.pressing import Conclude
from ektp_core.flow.rows import Attempt, Dispute, Lock
from ektp_core.flow.station_book import LoadPrinter
from ektp_core.vocabulary.state import LockEvent, LockState
from ektp_station.hub_word import NOTE
from ektp_station.steady import read_note
from ektp_store.memory import MemoryStore
from tests.stories.two_books import LEASE_MS, PRINTER, SERIES, Centre, Hopper, Site, copied, opened

pytestmark = pytest.mark.rule(23)
TEN_YEARS_MS = 10 * 365 * 86_400_000
JUMPS = st.sampled_from([-TEN_YEARS_MS, -86_400_000, -1, 1, 86_400_000, TEN_YEARS_MS]) | st.integers(
    -TEN_YEARS_MS, TEN_YEARS_MS
)
_SHARED = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> tuple[Centre, MemoryStore]:
    """A station that holds three authorisations."""
    centre = Centre(tmp_path_factory.mktemp("clock") / "hub")
    return centre, opened(centre).store


def away(centre: Centre, store: MemoryStore, wall_ms: int) -> tuple[Site, Hopper]:
    """The station starts without a line, its wall clock off by that much."""
    hopper = Hopper(centre)
    site = Site(centre, copied(store), hopper, wall_ms=wall_ms)
    site.is_cut = True
    return site, hopper


@_SHARED
@given(jump=JUMPS)
def test_a_jump_while_it_runs_ends_no_permission_and_stretches_none(
    held: tuple[Centre, MemoryStore], jump: int
) -> None:
    centre, store = held
    site, hopper = away(centre, store, 0)
    site.tick()
    site.wall_off_ms += jump
    before = site.keeper.time_ms()
    site.tick(24)
    assert site.keeper.time_ms() == before + 24 * 1_100
    assert len(hopper.good) == 3


@_SHARED
@given(jump=JUMPS)
def test_a_jump_while_it_was_off_gives_nothing_back_and_stretches_nothing(
    held: tuple[Centre, MemoryStore], jump: int
) -> None:
    centre, store = held
    note = read_note(store.link(NOTE))
    is_behind = note is not None and centre.at_ms + jump < note.wall_ms
    site, hopper = away(centre, store, jump)
    site.tick(24)
    attempts = site.rows(Attempt)
    assert not any(one.outcome is LockEvent.RETURN for one in attempts)
    is_over = site.keeper.time_ms() > attempts[0].until_ms or not site.keeper.state.is_time_known
    assert len(hopper.good) == (0 if is_over else 3)
    assert is_over or not is_behind


@pytest.mark.parametrize("shown", [-TEN_YEARS_MS, -LEASE_MS, 0])
def test_a_machine_that_was_off_past_the_end_starts_nothing_whether_its_clock_is_right_or_behind(
    tmp_path: Path, shown: int
) -> None:
    centre = Centre(tmp_path / "hub")
    store = opened(centre).store
    off_ms = LEASE_MS + 12 * 3_600_000
    centre.go(off_ms)
    hopper = Hopper(centre)
    site = Site(centre, store, hopper, wall_ms=shown - (off_ms if shown else 0), boot="second")
    site.is_cut = True
    site.tick(24)
    assert hopper.good == [] and not any(one.outcome is LockEvent.RETURN for one in site.rows(Attempt))
    site.is_cut = False
    site.tick(40)
    assert len(hopper.good) == 3 and {lock.n for lock in centre.rows(Lock)} == {2}  # given back, and authorised anew


def test_a_clock_set_back_to_its_last_note_is_taken_for_a_short_rest(tmp_path: Path) -> None:
    """What is left (decision 32): it prints what it held, and no more than that."""
    centre = Centre(tmp_path / "hub")
    store = opened(centre).store
    off_ms = LEASE_MS + 12 * 3_600_000
    centre.go(off_ms)
    hopper = Hopper(centre)
    site = Site(centre, store, hopper, wall_ms=-off_ms, boot="second")
    site.is_cut = True
    site.tick(40)
    assert len(hopper.good) == 3 == len(site.rows(Attempt))


@pytest.mark.parametrize("wrong_ms", [365 * 86_400_000, -86_400_000])
def test_a_hub_that_once_said_a_wrong_time_is_believed_again(tmp_path: Path, wrong_ms: int) -> None:
    centre = Centre(tmp_path / "hub")
    store, hopper = opened(centre).store, Hopper(centre)
    site = Site(centre, store, hopper)
    centre.error_ms = wrong_ms
    site.tick()
    centre.error_ms = 0
    site.tick(120)
    assert len(hopper.good) == 3 and site.stopped == ""
    assert site.keeper.time_ms() - centre.at_ms < 60_000


def test_a_permission_that_seemed_over_is_there_again_when_the_hub_has_spoken(tmp_path: Path) -> None:
    centre = Centre(tmp_path / "hub")
    site, hopper = away(centre, opened(centre).store, TEN_YEARS_MS)
    site.tick(12)
    assert hopper.good == []
    site.is_cut = False
    site.tick(30)
    assert len(hopper.good) == 3 and site.stopped == ""
    assert centre.rows(Dispute) == []


def test_a_wall_clock_set_back_does_not_stretch_a_lease_of_a_station_that_runs(tmp_path: Path) -> None:
    centre = Centre(tmp_path / "hub")
    site, hopper = away(centre, opened(centre).store, 0)
    site.wall_off_ms = -TEN_YEARS_MS
    centre.go(LEASE_MS)
    site.tick(10)
    assert hopper.good == [] and any(one.state is LockState.AUTHORISED for one in site.rows(Lock))


def test_a_fetch_is_dated_by_the_hub_where_the_wall_clock_is_wrong(tmp_path: Path) -> None:
    centre = Centre(tmp_path / "hub")
    store = opened(centre).store
    site = Site(centre, store, Hopper(centre), wall_ms=-TEN_YEARS_MS).tick(12)
    assert set(centre.locks().values()) == {"PRINTED"} and site.keeper.state.is_time_sure


@pytest.mark.parametrize("jump", [-TEN_YEARS_MS, TEN_YEARS_MS])
def test_what_people_ask_is_fresh_by_their_clock_and_stands_in_the_book_with_the_books_time(
    tmp_path: Path, jump: int
) -> None:
    centre = Centre(tmp_path / "hub")
    site = opened(centre)
    site.wall_off_ms = jump
    answer = site.people(LoadPrinter(PRINTER, ((SERIES, 1, 5),), 0), "station")
    assert isinstance(answer, Accepted), (answer, Conclude)
    site.tick(4)
    assert site.keeper.state.acked_n == site.store.position().n
    assert centre.rows(Dispute) == []
