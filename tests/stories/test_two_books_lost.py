"""A station is stolen, and its disk was copied (rule 21): from the letter to the last card."""

from collections.abc import Iterator
from itertools import permutations
from pathlib import Path

import pytest

from ektp_core.errors import Refusal
from ektp_core.flow.lost_site import CardThere, CloseLostStation, CountLostSite
from ektp_core.flow.rows import Chip, Evidence, Holding, Key, Lock, LostStation, Revoked, Station
from ektp_core.flow.silence import LOST, DeclareStationLost
from ektp_core.flow.taking_back import TakeBack
from ektp_core.vocabulary.bucket import Bucket, Condition
from ektp_core.vocabulary.state import CardState
from ektp_hub import reads
from tests.station.station_bench import OFFICE, STATION
from tests.stories.two_books import HOUR_MS, LEASE_MS, SERIES, Centre, Hopper, Site, copied, opened, uid_of

pytestmark = pytest.mark.rule(21)
FIRST, SECOND, THIRD = "52.03-000001", "52.03-000002", "52.03-000003"
LETTER = DeclareStationLost(STATION, "B-77", "2027-01-15")


class Theft:
    """Three authorisations held when the station and a copy of its disk are gone; each prints, unseen."""

    def __init__(self, folder: Path) -> None:
        self.centre = Centre(folder / "hub")
        store = opened(self.centre).store
        self.books = (store, copied(store))
        self.hoppers = (Hopper(self.centre), Hopper(self.centre))
        sites = (Site(self.centre, book, hopper) for book, hopper in zip(self.books, self.hoppers, strict=True))
        for site in sites:
            site.is_cut = True
            site.tick(24)
        self.centre.take(LETTER, "verifier-1", "verifier-2")

    def sites(self) -> Iterator[Site]:
        """Both copies, each with a line again."""
        return (Site(self.centre, book) for book in self.books)

    def frame(self) -> dict[str, object]:
        """Everything of the hub's book that a lost station could want to change."""
        kinds = (Lock, Chip, Holding, Key, Station, Revoked)
        return {kind.__name__: self.centre.rows(kind) for kind in kinds}


def test_the_loss_ends_key_and_leases_and_nothing_is_free(tmp_path: Path) -> None:
    theft = Theft(tmp_path)
    centre = theft.centre
    assert set(centre.locks().values()) == {"SUSPECT"}
    assert centre.row(Station, STATION).frozen_why == LOST
    assert centre.row(Key, centre.office.keys["station"].key_id).revoked
    with centre.store.read() as view:
        assert [one["record"] for one in reads.exposed(view, STATION)["exposed"]] == [FIRST, SECOND, THIRD]


@pytest.mark.parametrize("order", list(permutations((0, 1))))
def test_whatever_either_copy_signs_later_is_kept_and_changes_nothing(tmp_path: Path, order: tuple[int, ...]) -> None:
    theft = Theft(tmp_path)
    before = theft.frame()
    sites = list(theft.sites())
    for index in order:
        sites[index].tick(6)
        assert theft.frame() == before
        assert Refusal.STATION_IS_LOST.value in sites[index].log.getvalue()
    kept = theft.centre.rows(Evidence, STATION)
    assert len({one.head for one in kept}) == len(kept) >= 2
    assert all(one.n > 0 and one.events for one in kept)
    known = len(kept)
    sites[order[0]].tick(60, ms=31_000)
    assert len(theft.centre.rows(Evidence, STATION)) == known  # the same commit is kept once


def test_the_lost_station_gets_neither_entries_nor_personal_data(tmp_path: Path) -> None:
    theft = Theft(tmp_path)
    site = next(theft.sites())
    taken = site.keeper.now["feed_taken"]
    site.tick(10)
    assert site.keeper.now["feed_taken"] == taken
    assert Refusal.REVOKED_KEY.value in site.log.getvalue()


def test_site_count_and_close_leave_every_blank_and_card_accounted_for(tmp_path: Path) -> None:
    theft = Theft(tmp_path)
    centre = theft.centre
    # Two people find three cards' worth of trouble: one finished card, and two blanks in the safe.
    count = CountLostSite(STATION, "BA-1", ((SERIES, 9, 10),), (CardThere(FIRST, 1, uid_of(1), SERIES, 1),))
    centre.take(count, "verifier-1", "verifier-2")
    assert centre.state(FIRST) == "PRINTED"
    assert centre.refused(CloseLostStation(STATION, "BA-2"), "verifier-1", "verifier-2").refusal is Refusal.STILL_LEASED
    centre.take(TakeBack(STATION, "P-1", Condition.GOOD, ((SERIES, 1, 1),)), "operator", "verifier-2")
    centre.go(LEASE_MS + 25 * HOUR_MS)
    centre.take(CloseLostStation(STATION, "BA-2"), "verifier-1", "verifier-2")
    assert (centre.state(SECOND), centre.state(THIRD)) == ("MISPRINTED", "MISPRINTED")
    held = {(run.party, run.bucket): 0 for run in centre.rows(Holding)}
    for run in centre.rows(Holding):
        held[run.party, run.bucket] += len(run)
    assert held[OFFICE, Bucket.STOCK] == 2
    assert sum(held.values()) == centre.blanks
    left = {bucket for party, bucket in held if party == STATION}
    assert left == {Bucket.LOST}, left


def test_after_the_close_both_copies_still_change_nothing_and_no_person_has_two_active_cards(tmp_path: Path) -> None:
    theft = Theft(tmp_path)
    centre = theft.centre
    centre.go(LEASE_MS + 25 * HOUR_MS)
    centre.take(CloseLostStation(STATION, "BA-2"), "verifier-1", "verifier-2")
    before = theft.frame()
    for site in theft.sites():
        site.tick(6)
    assert theft.frame() == before
    assert centre.row(LostStation, STATION).closed == "BA-2"
    usable = [chip for chip in centre.rows(Chip) if chip.record and chip.state is not CardState.REVOKED]
    assert usable == []
    stopped = {row.thing for row in centre.rows(Revoked)}
    for hopper in theft.hoppers:  # every card that was really made, by either copy, is recognised
        assert all(card.uid in stopped for card in hopper.good) and len(hopper.good) == 3
