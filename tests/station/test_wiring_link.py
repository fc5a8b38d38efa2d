"""The station's line to the hub: away, faulty or forged, it is named, and printing goes on."""

import time
from typing import Any

import pytest

from ektp_core.flow.station_book import LoadPrinter
from ektp_core.wire.envelope import Envelope, PayloadType, signed
from tests.station.running_station import NIK, Make
from tests.station.running_station import line as line  # a fixture
from tests.station.running_station import printer as printer  # a fixture
from tests.station.station_bench import SERIES, until

pytestmark = pytest.mark.processes


def test_printing_goes_on_without_the_hub_and_all_is_told_when_it_is_back(line: Make) -> None:
    at_work = line(cards=3).open()
    at_work.judge()
    until(lambda: at_work.hub.calls.count("payload") >= 3, "it has all it needs for its cards")
    at_work.hub.away = True
    until(lambda: at_work.now("link_waits_ms") == 200, "it waits longer and longer")
    assert "away" in at_work.now("troubles")["hub"]
    at_work.judge()
    before, began = len(at_work.hub.calls), time.monotonic()
    time.sleep(0.5)
    calls, halves = len(at_work.hub.calls) - before, (time.monotonic() - began) / 0.5
    assert calls <= 8 * halves, "a dead line is not hammered"
    at_work.hub.away = False
    at_work.judge()
    at_work.until_absorbed()
    assert set(at_work.hub.locks().values()) == {"PRINTED"}
    until(lambda: (at_work.now("link_waits_ms"), at_work.now("troubles")) == (0, {}), "the line is well again")


@pytest.mark.parametrize("call", ["feed", "upload", "payload"])
def test_a_fault_in_the_link_is_a_failure_like_any_other(
    line: Make, call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_work = line(cards=1)
    works = getattr(at_work.hub, call)
    failed: list[int] = []

    def faulty(envelope: bytes) -> Any:
        if len(failed) < 2:
            failed.append(1)
            raise ValueError(NIK)
        return works(envelope)

    monkeypatch.setattr(at_work.hub, call, faulty)
    at_work.open()
    at_work.judge()
    at_work.until_absorbed()
    assert len(failed) == 2
    assert NIK not in str(at_work.now("troubles"))


def test_a_refused_entry_is_named_and_does_not_hold_up_those_before_it(
    line: Make, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    at_work = line(cards=1)
    feed = at_work.hub.feed
    monkeypatch.setattr(at_work.hub, "feed", lambda raw: [*list(feed(raw))[:1], b"{}"])
    at_work.start()
    until(lambda: at_work.now("feed_taken") >= 1, "the good entry is taken")
    forged = at_work.ask(LoadPrinter("A", ((SERIES, 1, 1),), 0), "station")
    monkeypatch.setattr(at_work.hub, "feed", lambda _: [forged])
    # Both at one look: a receipt that comes between the two ends the wait until the next fetch.
    until(lambda: "hub" in at_work.now("troubles") and at_work.now("link_waits_ms") > 0, "the bad one is named, and it waits")
    monkeypatch.setattr(at_work.hub, "feed", feed)
    until(lambda: at_work.now("troubles") == {}, "the line is well again")
    assert '"trouble"' in capfd.readouterr().err


def test_the_good_entries_before_a_forged_one_are_taken(line: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    at_work = line(cards=1)
    feed = at_work.hub.feed
    forged: list[bytes] = []

    def forging(raw: bytes) -> list[bytes]:
        good = list(feed(raw))[:1]
        for one in good:
            by_station = signed(PayloadType.FEED, Envelope.from_json(one).payload, [at_work.office.keys["station"]])
            forged.append(by_station.to_json())
        return [*good, *forged[:1]]  # at every fetch, so that the trouble does not pass before it is seen

    monkeypatch.setattr(at_work.hub, "feed", forging)
    at_work.start()
    until(lambda: at_work.now("feed_taken") == 1, "the good entry is taken")
    until(lambda: "NOT_ALLOWED" in at_work.now("troubles").get("hub", ""), "the forged one is named")
