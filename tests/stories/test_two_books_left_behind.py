"""What a withdrawn book leaves (rules 11, 21, 40): its late word, blanks on the road, test cards, persons to tell."""

from pathlib import Path
from typing import Any

import pytest

from ektp_core.boundary.store import Accepted, Work
from ektp_core.errors import Refusal
from ektp_core.flow.ask import Ask
from ektp_core.flow.blank_tests import BeginTest, OrderTest
from ektp_core.flow.care_rows import Testing
from ektp_core.flow.custody import Issue, Receive
from ektp_core.flow.lost_site import CloseLostStation, CountLostSite
from ektp_core.flow.re_enrolling import ReEnrol
from ektp_core.flow.rows import Dispute, Holding, LostStation, Revoked, Station
from ektp_core.flow.settling import Found, Settle
from ektp_core.flow.silence import DeclareStationLost
from ektp_core.flow.station_book import LoadPrinter
from ektp_core.flow.taking_back import GiveBack, TakeBack, given_back_as
from ektp_core.vocabulary.bucket import Bucket, Condition
from ektp_core.vocabulary.role import Hand
from ektp_hub.enrolling import founding_export
from ektp_keys.key_file import create_key
from ektp_station.founding import found_book
from tests.station.station_bench import OFFICE, STATION
from tests.stories.two_books import HOUR_MS, LEASE_MS, PRINTER, SERIES, Centre, Hopper, Site, new_book, opened

pytestmark = pytest.mark.rule(21)
RECORD = "52.03-000001"
LETTER = DeclareStationLost(STATION, "L-1", "2027-01-15")
PAIR = ("verifier-1", "verifier-2")


def taken(site: Site, body: object, *who: str) -> None:
    """People at the station ask, and it is taken."""
    answer = site.people(body, *who)
    assert isinstance(answer, Accepted), answer


def buckets(centre: Centre) -> dict[Bucket, int]:
    """How many blanks the station has at the hub, by bucket."""
    found: dict[Bucket, int] = {}
    for run in centre.rows(Holding):
        if run.party == STATION:
            found[run.bucket] = found.get(run.bucket, 0) + len(run)
    return found


def re_enrolled(centre: Centre, folder: Path, blanks: Any) -> Site:
    """The station under a new key, with an empty book."""
    (folder / "new").mkdir()
    key = create_key(folder / "new" / "station.key", STATION, Hand.STATION, None)
    centre.take(ReEnrol(STATION, key.key_id, key.public.hex(), "BA-9", blanks), *PAIR)
    with centre.store.read() as view:
        export = founding_export(view, STATION, centre.office.keys["hub"], centre.at_ms)
    (folder / "new" / "founding.json").write_bytes(export)
    book = new_book()
    found_book(book, folder / "new", STATION, centre.at_ms)
    centre.office.keys["station"] = key
    return Site(centre, book, signer=key).tick(3)


@pytest.mark.parametrize("is_lost", [True, False])
@pytest.mark.rule(11, 24)
def test_what_the_old_key_says_late_of_a_printed_card_keeps_attempt_and_blank_from_being_unused(
    tmp_path: Path, is_lost: bool
) -> None:
    centre = Centre(tmp_path / "hub", cards=1)
    hopper = Hopper(centre)
    old = Site(centre, opened(centre).store, hopper)
    old.is_cut = True
    old.tick(14)
    assert hopper.made_for(RECORD) == 1 and centre.state(RECORD) == "AUTHORISED"
    if is_lost:
        centre.take(LETTER, *PAIR)
    else:
        re_enrolled(centre, tmp_path, ((SERIES, 2, 10),))
    old.is_cut = False
    old.tick(10)
    if is_lost:
        count = CountLostSite(STATION, "BA-1", ((SERIES, 1, 10),))
        assert centre.refused(count, *PAIR).refusal is Refusal.WAS_FED
        centre.take(CountLostSite(STATION, "BA-1", ((SERIES, 2, 10),)), *PAIR)
    centre.go(LEASE_MS + 25 * HOUR_MS)
    refused = centre.refused(Settle(RECORD, 1, Found.UNUSED, "BA-7"), *PAIR)
    assert (refused.refusal, refused.facts["field"]) == (Refusal.BAD_VALUE, "found")
    assert centre.state(RECORD) == "SUSPECT"


def given_back_in_parts(centre: Centre) -> Site:
    """Six blanks given back, three of them counted in and issued to the station again."""
    site = opened(centre)
    taken(site, GiveBack("P-1", ((SERIES, 1, 6),)), "operator")
    site.tick(5)
    part = Receive(given_back_as(STATION, "P-1"), OFFICE, ((SERIES, 1, 3),), is_partial=True)
    centre.take(part, "operator", "verifier-2")
    site.tick(5)
    centre.take(Issue("K-7", STATION, "v5", 3), "operator")
    site.tick(5)
    taken(site, Receive("K-7", STATION, ((SERIES, 1, 3),)), "operator", "verifier-2")
    return site.tick(5)


def test_blanks_that_came_again_after_a_part_was_given_back_are_lost_with_the_station(tmp_path: Path) -> None:
    centre = Centre(tmp_path / "hub", cards=0)
    given_back_in_parts(centre)
    centre.take(LETTER, *PAIR)
    assert buckets(centre) == {Bucket.SUSPECT: 7, Bucket.IN_TRANSIT: 3}
    centre.take(CloseLostStation(STATION, "BA-2"), *PAIR)
    assert buckets(centre) == {Bucket.SUSPECT.lost: 7, Bucket.IN_TRANSIT: 3}
    assert len(centre.rows(Revoked)) >= 7


def test_and_are_suspect_where_it_is_enrolled_anew(tmp_path: Path) -> None:
    centre = Centre(tmp_path / "hub", cards=0)
    given_back_in_parts(centre)
    re_enrolled(centre, tmp_path, ()).tick(10)
    assert buckets(centre) == {Bucket.SUSPECT: 7, Bucket.IN_TRANSIT: 3}
    assert centre.row(Station, STATION).frozen_why == ""


def test_what_was_given_back_before_the_loss_is_counted_in_also_after_the_close(tmp_path: Path) -> None:
    centre = Centre(tmp_path / "hub", cards=0)
    site = opened(centre)
    taken(site, GiveBack("P-1", ((SERIES, 1, 3),)), "operator")
    site.tick(5)
    centre.take(LETTER, *PAIR)
    centre.take(CloseLostStation(STATION, "BA-2"), *PAIR)
    centre.take(Receive(given_back_as(STATION, "P-1"), OFFICE, ((SERIES, 1, 3),)), "operator", "verifier-2")
    assert Bucket.IN_TRANSIT not in buckets(centre)
    assert not {f"{SERIES} {number}" for number in (1, 2, 3)} & {one.thing for one in centre.rows(Revoked)}


@pytest.mark.parametrize("is_begun", [True, False])
def test_the_new_book_knows_no_test_card_of_the_old_one(tmp_path: Path, is_begun: bool) -> None:
    centre = Centre(tmp_path / "hub", cards=0)
    site = opened(centre)
    taken(site, OrderTest(PRINTER), "operator")
    if is_begun:
        work = Work(Ask("", BeginTest(PRINTER, 0), (site.signer.key_id,), site.keeper.time_ms(), b"x"))
        (answer,) = site.store.commit([work], site.keeper.time_ms())
        assert isinstance(answer, Accepted), answer
    site.tick(5)
    assert centre.rows(Testing)
    new = re_enrolled(centre, tmp_path, ((SERIES, 2, 10),))
    assert centre.rows(Testing) == []
    centre.take(Issue("K-9", STATION, "v5", 5), "operator")
    new.tick(3)
    taken(new, Receive("K-9", STATION, ((SERIES, 2, 6),)), "operator", "verifier-2")
    taken(new, LoadPrinter(PRINTER, ((SERIES, 2, 6),), 0), "station")
    taken(new, OrderTest(PRINTER), "operator")
    hopper = Hopper(centre)
    hopper.machine.hopper.pop(0)
    Site(centre, new.store, hopper, signer=new.signer).tick(30)
    assert centre.rows(Dispute) == [] and centre.row(Station, STATION).frozen_why == ""


@pytest.mark.rule(40)
@pytest.mark.parametrize(("has_line", "exposed"), [(True, ()), (False, (RECORD,))])
def test_who_is_to_be_told_is_whose_card_lies_there_or_left_without_the_stations_knowing(
    tmp_path: Path, has_line: bool, exposed: tuple[str, ...]
) -> None:
    centre = Centre(tmp_path / "hub", cards=1)
    site = Site(centre, opened(centre).store, Hopper(centre)).tick(14)
    assert centre.state(RECORD) == "PRINTED"
    centre.take(TakeBack(STATION, "P-1", Condition.GOOD, ((SERIES, 1, 1),)), "operator", "verifier-2")
    site.is_cut = not has_line
    site.tick(30)
    centre.take(LETTER, *PAIR)
    assert centre.row(LostStation, STATION).exposed == exposed
