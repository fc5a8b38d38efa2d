"""A book that may be an older copy, by its printer's counter (lock.md, Rollback), and answers nobody signed."""

from pathlib import Path

import pytest

from ektp_core.boundary.store import Accepted
from ektp_core.boundary.uplink import UplinkError
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.releasing import BurnForCode
from ektp_core.flow.rows import Attempt, Desk, Dispute, Lock, Printer, Record, Station
from ektp_core.flow.settling import Found, Settle
from ektp_core.flow.station_book import ClosePrinter
from ektp_station import door
from tests.station.station_bench import STATION, people
from tests.stories.two_books import LEASE_MS, PRINTER, SERIES, Centre, Hopper, Site, copied, opened, uid_of

pytestmark = pytest.mark.rule(22, 23)
RECORD = "52.03-000001"


def old_copy(folder: Path) -> tuple[Centre, Hopper, Site]:
    """Without a line the book printed a card; then a copy from before it is started, and finds the counter ahead."""
    centre = Centre(folder / "hub", cards=1)
    store = opened(centre).store
    snapshot, hopper = copied(store), Hopper(centre)
    printing = Site(centre, store, hopper)
    printing.is_cut = True
    printing.tick(24)
    assert hopper.made_for(RECORD) == 1
    old = Site(centre, snapshot, hopper)
    old.is_cut = True
    old.tick(24)
    assert old.row(Printer, STATION, PRINTER).closed_why.startswith(Refusal.COUNTER_UNEXPLAINED.value)
    return centre, hopper, old


def opening(site: Site, counter: int = 1) -> None:
    """Two people put the printer into service again."""
    answer = site.people(ClosePrinter(PRINTER, "", counter), "verifier-1", "verifier-2")
    assert isinstance(answer, Accepted), answer


def burn(site: Site) -> Refusal:
    """What a code is refused for."""
    answer = site.people(BurnForCode(RECORD, 1), "station")
    assert isinstance(answer, Refused), answer
    return answer.refusal


def test_while_the_counter_is_ahead_nothing_is_given_back_by_line_or_by_telephone(tmp_path: Path) -> None:
    centre, hopper, old = old_copy(tmp_path)
    assert burn(old) is Refusal.PRINTER_CLOSED
    # Another reason does not hide this one.
    assert isinstance(old.people(ClosePrinter(PRINTER, "smoke"), "station"), Accepted)
    assert burn(old) is Refusal.PRINTER_CLOSED
    centre.go(LEASE_MS)
    old.is_cut = False
    old.tick(10)
    assert centre.state(RECORD) == "AUTHORISED" and hopper.made_for(RECORD) == 1


def test_a_copy_started_when_its_time_is_over_compares_the_counter_before_it_gives_anything_back(tmp_path: Path) -> None:
    centre = Centre(tmp_path / "hub", cards=1)
    store = opened(centre).store
    snapshot, hopper = copied(store), Hopper(centre)
    printing = Site(centre, store, hopper)
    printing.is_cut = True
    printing.tick(24)
    assert hopper.made_for(RECORD) == 1
    centre.go(2 * LEASE_MS)
    old = Site(centre, snapshot, hopper).tick(60)
    assert old.row(Printer, STATION, PRINTER).closed_why.startswith(Refusal.COUNTER_UNEXPLAINED.value)
    assert centre.state(RECORD) == "AUTHORISED" and [one.n for one in centre.rows(Attempt)] == [1]
    opening(old)
    old.tick(60)
    assert centre.state(RECORD) == "SUSPECT" and [one.n for one in centre.rows(Attempt)] == [1]


@pytest.mark.parametrize("is_opened_with_line", [True, False])
def test_what_was_held_when_two_people_open_it_is_begun_no_more_and_becomes_suspect(
    tmp_path: Path, is_opened_with_line: bool
) -> None:
    centre, hopper, old = old_copy(tmp_path)
    old.is_cut = not is_opened_with_line
    opening(old)
    assert burn(old) is Refusal.STATION_FROZEN
    old.tick(20)
    assert hopper.made_for(RECORD) == 1
    old.is_cut = False
    old.tick(80)
    assert centre.state(RECORD) == "SUSPECT" and [lock.state.name for lock in old.rows(Lock)] == ["SUSPECT"]
    assert centre.rows(Dispute) == [] and centre.row(Station, STATION).frozen_why == "" and old.stopped == ""
    # It goes on with what it is given from now on.
    hopper.machine.hopper = [card for card in hopper.cards if card.place == "hopper"]
    centre.must_take(centre.office.record(people(2)[1]))
    old.tick(30)
    assert hopper.made_for(RECORD) == 1 and any(one.record != RECORD for one in centre.rows(Attempt))


def test_a_counter_that_is_not_ahead_puts_nothing_in_doubt(tmp_path: Path) -> None:
    centre = Centre(tmp_path / "hub", cards=1)
    store, hopper = opened(centre).store, Hopper(centre)
    site = Site(centre, store)
    assert isinstance(site.people(ClosePrinter(PRINTER, "smoke"), "station"), Accepted)
    opening(site, 0)
    Site(centre, store, hopper).tick(20)
    assert hopper.made_for(RECORD) == 1 and centre.state(RECORD) == "PRINTED"


def test_a_gap_nobody_signed_acknowledges_nothing_and_erases_nothing(tmp_path: Path) -> None:
    centre = Centre(tmp_path / "hub")
    store = opened(centre).store
    site = Site(centre, store, Hopper(centre))
    lies = [Refused(Refusal.CHAIN_GAP, {"absorbed": 10**9, "found": 1, "next": 10**9 + 1})]

    def lied(envelope: bytes) -> bytes:
        if lies:
            raise lies.pop()
        raise UplinkError("http://hub", "cut")

    real, centre.upload = centre.upload, lied  # type: ignore[method-assign]  # this centre alone
    site.tick(60)
    assert site.keeper.state.acked_n <= centre.row(Desk, STATION).chain_n
    with site.store.read() as view:
        assert all(site.store.payload(one.payload) for one in view.rows(Record))
    centre.upload = real  # type: ignore[method-assign]  # this centre alone
    site.tick(120)
    assert centre.row(Desk, STATION).chain_n == site.store.position().n


def test_a_fork_nobody_signed_stops_nothing_for_good(tmp_path: Path) -> None:
    centre = Centre(tmp_path / "hub")
    site = Site(centre, opened(centre).store, Hopper(centre))
    real = centre.upload

    def lied(envelope: bytes) -> bytes:
        centre.upload = real  # type: ignore[method-assign]  # this centre alone
        raise Refused(Refusal.CHAIN_FORK, {"n": 3, "station": STATION})

    centre.upload = lied  # type: ignore[method-assign]  # this centre alone
    site.tick(90)
    assert site.stopped == "" and set(centre.locks().values()) == {"PRINTED"}


def test_who_keeps_the_hubs_word_back_does_not_shorten_the_wait_for_it(tmp_path: Path) -> None:
    centre = Centre(tmp_path / "hub", cards=1)
    store = opened(centre).store
    real = centre.feed
    centre.feed = lambda envelope: [one for one in real(envelope) if not door.is_now(one)]  # type: ignore[method-assign]  # this centre alone
    site = Site(centre, store, Hopper(centre)).tick(3)
    assert site.keeper.state.wait_hub_ms > 0 and not any(one.started_ms for one in site.rows(Attempt))


@pytest.mark.rule(15)
def test_two_people_close_what_the_copy_left_as_they_found_it(tmp_path: Path) -> None:
    centre, _, old = old_copy(tmp_path)
    old.is_cut = False
    opening(old)
    old.tick(80)
    found = Settle(RECORD, 1, Found.GOOD, "BA-1", SERIES, 1, uid_of(1))
    assert centre.refused(found, "verifier-1").refusal is Refusal.NEEDS_PEOPLE
    centre.take(found, "verifier-1", "verifier-2")
    assert centre.state(RECORD) == "PRINTED"
