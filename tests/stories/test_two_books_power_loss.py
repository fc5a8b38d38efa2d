"""A printer loses its power as it feeds: the count it shows later is that card's, or another book's (lock.md, Rollback).

Only the process that began the card may say that the one count more is this card's feed, and only
after it read the counter. A doubt that explained a feed by itself would let an older copy print again.
"""

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from ektp_core.boundary.store import Accepted
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.blank_tests import SUSPECT_IN_HOPPER
from ektp_core.flow.moving_rows import BookPlace
from ektp_core.flow.releasing import BurnForCode
from ektp_core.flow.rows import Attempt, Dispute, Lock, OpenSuspect, Printer, Station
from ektp_core.flow.station_book import ClosePrinter
from ektp_core.flow.suspect_evidence_events import Shown
from ektp_core.vocabulary.state import LockState
from ektp_core.vocabulary.verdict import Outcome
from ektp_testing.sim.printer import Machine
from tests.station.station_bench import STATION
from tests.stories.two_books import LEASE_MS, PRINTER, Centre, Hopper, Site, copied, opened

pytestmark = pytest.mark.rule(22, 23)


class LongCut(Random):
    """Power that goes stays away for long."""

    def choice(self, seq):  # type: ignore[no-untyped-def]  # as Random's own
        return seq[-1]


def once(holds: Callable[[], bool]) -> Callable[[str], bool]:
    """The power goes once, as soon as this holds."""
    done: list[str] = []

    def strikes(kind: str) -> bool:
        if kind != "printer_power" or done or not holds():
            return False
        done.append(kind)
        return True

    return strikes


def in_doubt(folder: Path, *, is_fed: bool) -> tuple[Centre, Hopper, Site]:
    """Without a line, with two records: the first is begun, and the power goes before or after its feed."""
    centre = Centre(folder / "hub", cards=2, leases=2)
    hopper = Hopper(centre)
    machine = hopper.machine
    machine.dice, machine.strikes = LongCut(1), once(lambda: not is_fed or machine.inside is not None)
    site = Site(centre, opened(centre).store, hopper)
    site.is_cut = True
    for _ in range(60):
        if site.row(Printer, STATION, PRINTER).closed_why:
            break
        site.tick()
    assert site.row(Printer, STATION, PRINTER).closed_why == SUSPECT_IN_HOPPER
    assert [lock.state.name for lock in site.rows(Lock)] == ["SUSPECT", "AUTHORISED"]
    assert not counted(site) and not machine.is_on
    return centre, hopper, site


def counted(site: Site) -> list[object]:
    """Evidence that just one card was fed."""
    lines = [line for suspect in site.rows(OpenSuspect) for line in suspect.evidence]
    return [line for line in lines if (line[0], line[2]) == (Shown.COUNTER, Outcome.UNKNOWN)]


def second(site: Site) -> str:
    """The record that was held and not begun."""
    return next(str(lock.record) for lock in site.rows(Lock) if lock.state is LockState.AUTHORISED)


def power_is_back(site: Site, machine: Machine) -> None:
    """The printer is on again, and what lies in it is taken out."""
    for _ in range(60):
        site.tick()
        if machine.is_on:
            break
    site.tick(10)
    machine.taken_out()


def opening(site: Site, hopper: Hopper) -> None:
    """Two people take suspect blanks out of the hopper and put the printer into service again."""
    suspects = {attempt.number for attempt in site.rows(Attempt) if attempt.number}
    hopper.machine.hopper = [card for card in hopper.machine.hopper if card.number not in suspects]
    fed = hopper.machine.counters(0).values[0].value
    answer = site.people(ClosePrinter(PRINTER, "", fed), "verifier-1", "verifier-2")
    assert isinstance(answer, Accepted), answer


def test_the_process_that_began_the_card_reads_its_feed_and_nothing_else_is_doubted(tmp_path: Path) -> None:
    _, hopper, site = in_doubt(tmp_path, is_fed=True)
    held = second(site)
    power_is_back(site, hopper.machine)
    assert len(counted(site)) == 1 and site.row(Printer, STATION, PRINTER).explained == 0
    opening(site, hopper)
    site.tick(30)
    assert hopper.made_for(held) == 1 and site.row(BookPlace, STATION) is None


def test_a_card_that_was_not_fed_is_no_evidence_of_a_feed(tmp_path: Path) -> None:
    _, hopper, site = in_doubt(tmp_path, is_fed=False)
    power_is_back(site, hopper.machine)
    assert counted(site) == []


def test_another_process_does_not_say_whose_feed_it_was_so_what_is_held_is_doubted(tmp_path: Path) -> None:
    centre, hopper, site = in_doubt(tmp_path, is_fed=True)
    held = second(site)
    later = Site(centre, site.store, hopper)
    later.is_cut = True
    power_is_back(later, hopper.machine)
    assert counted(later) == []
    opening(later, hopper)
    later.tick(30)
    assert hopper.made_for(held) == 0 and later.row(BookPlace, STATION).doubted_m > 0
    later.is_cut = False
    later.tick(80)
    assert centre.state(held) == "SUSPECT" and centre.rows(Dispute) == []
    assert centre.row(Station, STATION).frozen_why == ""


@pytest.mark.parametrize("is_fed", [True, False])
def test_a_copy_from_between_doubt_and_opening_prints_nothing_again(tmp_path: Path, is_fed: bool) -> None:
    """Where the first card was not fed, the count that the copy finds is the second card's."""
    centre, hopper, site = in_doubt(tmp_path, is_fed=is_fed)
    held, before = second(site), copied(site.store)
    power_is_back(site, hopper.machine)
    opening(site, hopper)
    site.tick(30)
    assert hopper.made_for(held) == 1
    prints_nothing_again(centre, hopper, Site(centre, before, hopper), held)


def test_a_copy_of_a_printer_out_of_service_gives_nothing_back_when_its_time_is_over(tmp_path: Path) -> None:
    """What it calls not begun was printed: given back, the record would be open for another card."""
    centre, hopper, site = in_doubt(tmp_path, is_fed=False)
    held, before = second(site), copied(site.store)
    power_is_back(site, hopper.machine)
    opening(site, hopper)
    site.tick(30)
    assert hopper.made_for(held) == 1
    centre.go(2 * LEASE_MS)
    old = Site(centre, before, hopper)
    told = [old.people(BurnForCode(held, 1), "station")]
    old.tick(60)
    told.append(old.people(BurnForCode(held, 1), "station"))
    refusals = [one.refusal for one in told if isinstance(one, Refused)]
    assert refusals == [Refusal.PRINTER_CLOSED, Refusal.PRINTER_CLOSED]
    assert centre.state(held) == "AUTHORISED" and {one.n for one in centre.rows(Attempt)} == {1}


def test_a_copy_from_after_the_look_prints_nothing_again(tmp_path: Path) -> None:
    centre, hopper, site = in_doubt(tmp_path, is_fed=True)
    held = second(site)
    power_is_back(site, hopper.machine)
    before = copied(site.store)
    opening(site, hopper)
    site.tick(30)
    assert hopper.made_for(held) == 1
    old = Site(centre, before, hopper)
    assert len(counted(old)) == 1
    prints_nothing_again(centre, hopper, old, held)


def test_what_explained_one_feed_explains_no_second_one(tmp_path: Path) -> None:
    centre, hopper, site = in_doubt(tmp_path, is_fed=True)
    held = second(site)
    power_is_back(site, hopper.machine)
    opening(site, hopper)
    before = copied(site.store)
    site.tick(30)
    assert hopper.made_for(held) == 1
    prints_nothing_again(centre, hopper, Site(centre, before, hopper), held)


def prints_nothing_again(centre: Centre, hopper: Hopper, old: Site, held: str) -> None:
    """An older copy that is started, and opened by two people, without a line and with it."""
    old.is_cut = True
    old.tick(60)
    opening(old, hopper)
    old.tick(30)
    assert hopper.made_for(held) == 1
    old.is_cut = False
    old.tick(80)
    assert hopper.made_for(held) == 1 and centre.state(held) == "SUSPECT"


def test_one_card_more_than_its_own_is_doubted(tmp_path: Path) -> None:
    _, hopper, site = in_doubt(tmp_path, is_fed=True)
    held = second(site)
    power_is_back(site, hopper.machine)
    hopper.machine.feed(1_000)
    hopper.machine.taken_out()
    opening(site, hopper)
    site.tick(30)
    assert hopper.made_for(held) == 0 and site.row(BookPlace, STATION).doubted_m > 0


@pytest.mark.rule(11)
def test_a_blank_of_the_hopper_that_becomes_suspect_shuts_the_printer_until_people_looked(tmp_path: Path) -> None:
    centre, hopper, site = in_doubt(tmp_path, is_fed=True)
    later = Site(centre, site.store, hopper)
    later.is_cut = True
    power_is_back(later, hopper.machine)
    opening(later, hopper)
    assert later.row(Printer, STATION, PRINTER).closed_why == ""
    later.is_cut = False
    later.tick(40)
    assert later.row(Printer, STATION, PRINTER).closed_why == SUSPECT_IN_HOPPER
    assert centre.row(Printer, STATION, PRINTER).closed_why == SUSPECT_IN_HOPPER
    answer = later.people(ClosePrinter(PRINTER, "", 1), "verifier-1")
    assert getattr(answer, "refusal", None) is Refusal.NEEDS_PEOPLE
    opening(later, hopper)
    assert later.row(Printer, STATION, PRINTER).closed_why == ""
