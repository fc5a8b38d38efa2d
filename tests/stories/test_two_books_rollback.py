"""A station's book that was set back (lock.md, Rollback): what is caught, when, and what is only bounded."""

from pathlib import Path

import pytest

from ektp_core.errors import Refusal
from ektp_core.flow.absorb import FORK
from ektp_core.flow.rows import Desk, Evidence, Lock, Printer, Station
from ektp_core.vocabulary.state import LockState
from ektp_store.memory import MemoryStore
from tests.station.station_bench import STATION
from tests.stories.two_books import LEASE_MS, PRINTER, Centre, Hopper, Site, copied, opened

pytestmark = pytest.mark.rule(22, 23)


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> tuple[Centre, Hopper, list[MemoryStore]]:
    """A day of three cards with a line, and a copy of the book after every tick of it."""
    centre = Centre(tmp_path_factory.mktemp("day") / "hub")
    store, hopper = opened(centre).store, Hopper(centre)
    site = Site(centre, store, hopper)
    snapshots = [copied(store)]
    for _ in range(12):
        site.tick()
        snapshots.append(copied(store))
    assert len(hopper.good) == 3 and site.keeper.state.acked_n == store.position().n
    return centre, hopper, snapshots


def test_every_older_copy_stops_at_its_first_contact_and_prints_nothing(
    day: tuple[Centre, Hopper, list[MemoryStore]],
) -> None:
    centre, hopper, snapshots = day
    last_n = centre.row(Desk, STATION).chain_n
    older = [one for one in snapshots if one.position().n < last_n]
    assert len(older) >= 3
    for snapshot in older:
        site = Site(centre, copied(snapshot), hopper).tick(14)
        assert site.stopped.startswith(Refusal.ROLLED_BACK.value)
        assert len(hopper.good) == 3
    assert centre.row(Station, STATION).frozen_why == ""  # it stopped before it said anything new


def test_a_stopped_copy_stays_stopped_after_a_restart(day: tuple[Centre, Hopper, list[MemoryStore]]) -> None:
    centre, hopper, snapshots = day
    store = copied(snapshots[0])
    Site(centre, store, hopper).tick(3)
    again = Site(centre, store, hopper)
    again.is_cut = True
    again.tick(20)
    assert again.stopped.startswith(Refusal.ROLLED_BACK.value) and len(hopper.good) == 3


def test_the_newest_copy_goes_on(day: tuple[Centre, Hopper, list[MemoryStore]]) -> None:
    centre, hopper, snapshots = day
    site = Site(centre, copied(snapshots[-1]), hopper).tick(14)
    assert site.stopped == "" and len(hopper.good) == 3


def test_without_a_line_the_printers_counter_catches_every_older_copy_before_its_next_print(
    day: tuple[Centre, Hopper, list[MemoryStore]],
) -> None:
    centre, hopper, snapshots = day
    for snapshot in snapshots:
        site = Site(centre, copied(snapshot), hopper)
        site.is_cut = True
        held = [lock for lock in site.rows(Lock) if lock.state is LockState.AUTHORISED]
        site.tick(20)
        assert len(hopper.good) == 3
        if held:
            assert site.row(Printer, STATION, PRINTER).closed_why.startswith(Refusal.COUNTER_UNEXPLAINED.value)


def offline(folder: Path) -> tuple[Centre, Hopper, MemoryStore, MemoryStore]:
    """Authorisations held, the line cut, a copy made; then the book and its copy print with a machine that counts not.

    Each card waits in the machine's tray for somebody to look: so each of the two prints one.
    """
    centre = Centre(folder / "hub", cards=2)
    store, hopper = opened(centre).store, Hopper(centre)
    hopper.machine.blind = True
    snapshot = copied(store)
    for one in (store, snapshot):
        site = Site(centre, one, hopper)
        site.is_cut = True
        site.tick(24)
    return centre, hopper, store, snapshot


@pytest.mark.parametrize("is_reversed", [False, True])
def test_a_restore_inside_an_offline_stretch_is_bounded_by_the_lease_and_a_fork_at_the_next_contact(
    tmp_path: Path, is_reversed: bool
) -> None:
    centre, hopper, *books = offline(tmp_path)
    assert hopper.made_for("52.03-000001") == 2  # nobody can prevent it where the printer does not count
    assert len(hopper.good) <= 2 * 2
    known, other = reversed(books) if is_reversed else books
    assert Site(centre, known).tick(8).stopped == ""
    # Its upload is refused as a fork, which is not signed; the hub's own word of now is what stops it.
    assert Site(centre, other).tick(8).stopped.startswith(Refusal.ROLLED_BACK.value)
    assert centre.row(Station, STATION).frozen_why == FORK
    assert set(centre.locks().values()) == {"SUSPECT"}
    assert centre.rows(Evidence, STATION)


def test_the_lease_ends_what_a_copy_without_a_line_may_do(tmp_path: Path) -> None:
    centre = Centre(tmp_path / "hub", cards=2)
    store, hopper = opened(centre).store, Hopper(centre)
    centre.go(LEASE_MS)
    site = Site(centre, store, hopper)
    site.is_cut = True
    site.tick(20)
    assert hopper.good == []
    assert not any(lock.state is LockState.IN_PRESS for lock in site.rows(Lock))
