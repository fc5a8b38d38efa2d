"""Authorisations that are foreign, replayed, changed or expired, and words of the hub that are not (rule 23)."""

from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from ektp_core.errors import Refusal
from ektp_core.flow.codec import to_json
from ektp_core.flow.feed import read_entry
from ektp_core.flow.rows import Desk, FeedRow, Lock
from ektp_core.wire.envelope import Envelope, PayloadType, signed
from ektp_core.wire.hub_now import HubNow, read_now, write_now
from ektp_station.door import Carried
from ektp_store.memory import MemoryStore
from tests.station.station_bench import STATION
from tests.stories.two_books import LEASE_MS, Centre, Hopper, Site, copied, opened

pytestmark = pytest.mark.rule(23)


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> tuple[Centre, MemoryStore]:
    """A station that holds three authorisations, and hears nothing more."""
    centre = Centre(tmp_path_factory.mktemp("attacks") / "hub")
    return centre, opened(centre).store


def away(held: tuple[Centre, MemoryStore]) -> Site:
    """That station, its line in the hands of somebody else."""
    centre, store = held
    site = Site(centre, copied(store))
    site.is_cut = True
    return site.tick()


def next_entry(site: Site, **changes: Any) -> bytes:
    """The next entry as the hub might queue it: the last authorisation once more, with these changes."""
    m = site.row(Desk, STATION).taken_m
    entry = read_entry(site.centre.row(FeedRow, STATION, m).body)
    return to_json(evolve(entry, **{"m": m + 1, **changes}))


def brought(site: Site, body: bytes, *signers: str) -> None:
    """Somebody brings an entry."""
    keys = [site.centre.office.keys[name] for name in signers]
    site.keeper._feed_came([Carried(signed(PayloadType.FEED, body, keys).to_json())])
    site.drain()


def frame(site: Site) -> tuple[object, ...]:
    """What an entry could want to change."""
    return (site.row(Desk, STATION), site.rows(Lock), site.store.position().n)


@pytest.mark.parametrize("who", ["registry", "verifier-1", "station"])
def test_only_the_hubs_own_key_authorises(held: tuple[Centre, MemoryStore], who: str) -> None:
    site = away(held)
    before = frame(site)
    brought(site, next_entry(site), who)
    assert frame(site) == before and site.stopped == ""
    assert Refusal.NOT_ALLOWED.value in site.log.getvalue()


def test_an_entry_of_another_hub_is_nothing(held: tuple[Centre, MemoryStore], tmp_path: Path) -> None:
    other = Centre(tmp_path / "other")
    site = away(held)
    before = frame(site)
    foreign = signed(PayloadType.FEED, next_entry(site), [other.office.keys["hub"]]).to_json()
    site.keeper._feed_came([Carried(foreign)])
    assert frame(site) == before and Refusal.UNKNOWN_KEY.value in site.log.getvalue()


def test_an_authorisation_of_another_station_is_not_taken(held: tuple[Centre, MemoryStore]) -> None:
    site = away(held)
    before = frame(site)
    brought(site, next_entry(site, station="station/52.03/2"), "hub")
    assert frame(site) == before and Refusal.WRONG_ADDRESSEE.value in site.log.getvalue()


def test_an_entry_brought_again_changes_nothing(held: tuple[Centre, MemoryStore]) -> None:
    site = away(held)
    before = (site.row(Desk, STATION), site.rows(Lock))
    for m in range(1, site.row(Desk, STATION).taken_m + 1):
        brought(site, site.centre.row(FeedRow, STATION, m).body, "hub")
    assert (site.row(Desk, STATION), site.rows(Lock)) == before and site.stopped == ""


def test_another_entry_under_a_known_number_stops_the_station(held: tuple[Centre, MemoryStore]) -> None:
    site = away(held)
    m = site.row(Desk, STATION).taken_m
    brought(site, next_entry(site, m=m, hub_n=1), "hub")
    assert site.stopped.startswith(Refusal.FEED_FORK.value)


def test_an_entry_whose_memory_of_the_chain_is_not_ours_stops_the_station(held: tuple[Centre, MemoryStore]) -> None:
    site = away(held)
    brought(site, next_entry(site, chain_n=99, chain_head="ab" * 32), "hub")
    assert site.stopped.startswith(Refusal.ROLLED_BACK.value)


def test_an_authorisation_made_longer_on_the_way_is_not_taken(held: tuple[Centre, MemoryStore]) -> None:
    site = away(held)
    before = frame(site)
    entry = read_entry(site.centre.row(FeedRow, STATION, site.row(Desk, STATION).taken_m).body)
    assert entry.authorisation is not None
    longer = evolve(entry.authorisation, until_ms=entry.authorisation.until_ms + LEASE_MS)
    body = next_entry(site, authorisation=longer)
    envelope = Envelope.from_json(signed(PayloadType.FEED, next_entry(site), [site.centre.office.keys["hub"]]).to_json())
    site.keeper._feed_came([Carried(evolve(envelope, payload=body).to_json())])
    assert frame(site) == before and Refusal.BAD_SIGNATURE.value in site.log.getvalue()


def test_an_expired_authorisation_starts_nothing_and_goes_back_to_the_hub(tmp_path: Path) -> None:
    centre = Centre(tmp_path / "hub")
    store, hopper = opened(centre).store, Hopper(centre)
    centre.go(LEASE_MS)
    site = Site(centre, store, hopper).tick(3)
    assert all(lock.n == 1 for lock in site.rows(Lock)) and hopper.good == []
    site.tick(20)
    assert all(lock.n == 2 for lock in centre.rows(Lock))  # each was given back, and authorised anew


def word(site: Site, nonce: str, *signers: str, **changes: Any) -> Carried:
    """A word of now, for the fetch with the nonce `asked`."""
    now = HubNow(1, STATION, nonce, site.centre.at_ms + LEASE_MS, 0, "")
    keys = [site.centre.office.keys[name] for name in signers]
    raw = signed(PayloadType.NOW, write_now(evolve(now, **changes)), keys).to_json()
    return Carried(raw, nonce="asked", sent_ms=site.centre.monotonic_ms())


@pytest.mark.parametrize(
    ("nonce", "who", "changes", "why"),
    [
        ("of an older fetch", "hub", {}, Refusal.STALE),
        ("asked", "registry", {}, Refusal.NOT_ALLOWED),
        ("asked", "station", {}, Refusal.NOT_ALLOWED),
        ("asked", "hub", {"station": "station/52.03/2"}, Refusal.WRONG_ADDRESSEE),
        ("asked", "hub", {"v": 2}, Refusal.STALE),
    ],
)
def test_only_the_hubs_answer_to_this_very_fetch_tells_the_time(
    held: tuple[Centre, MemoryStore], nonce: str, who: str, changes: dict[str, Any], why: Refusal
) -> None:
    site = away(held)
    before, was_sure = site.keeper.time_ms(), site.keeper.state.is_time_sure
    site.keeper._feed_came([word(site, nonce, who, **changes)])
    assert (site.keeper.time_ms(), site.keeper.state.is_time_sure) == (before, was_sure)
    assert site.stopped == "" and why.value in site.log.getvalue()


def test_the_word_itself_is_heard(held: tuple[Centre, MemoryStore]) -> None:
    site = away(held)
    before = site.keeper.time_ms()
    one = word(site, "asked", "hub")
    assert read_now(Envelope.from_json(one.raw).payload).nonce == "asked"
    site.keeper._feed_came([one])
    assert site.keeper.time_ms() >= before + LEASE_MS - 2_000 and site.keeper.state.is_time_sure
