"""What a monitor sees of a station: figures and health, no record and no person."""

import asyncio
import re
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette

from ektp_core.boundary.card_printer import Can, Capabilities
from ektp_core.boundary.store import Accepted
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.events import Stepped
from ektp_core.vocabulary.state import LockEvent, LockState
from ektp_core.wire.upload import Receipt
from ektp_station.counted import Counted
from ektp_station.health import ALIVE_MS, health
from ektp_station.messages import Acknowledged, FeedCame, LinkFailed, PrinterUp, Ticked
from ektp_station.metrics import Figures, figures_in_text, watch_routes

RECORD = "52.03-000001"
NOW: dict[str, Any] = {
    "station": "station/52.03/1", "stopped": "", "waits": "", "none_begins": "", "commits": 12, "acknowledged": 9, "held": 3,
    "counts": {"STOCK": 40, "GOOD_HELD": 2},
    "suspects": [{"record": RECORD, "since_ms": 1_000}, {"record": RECORD, "since_ms": 61_000}],
    "troubles": {"hub": "away"},
    "printers": [
        {"name": "A", "phase": "asking", "closed": "", "takes_cards": True, "loaded": ["PNRI-18", 1, 40], "cards_today": 5,
         "card": {"record": RECORD, "n": 1, "series": "PNRI-18", "number": 3, "uid": "04A1"},
         "supplies": [{"name": "ribbon", "cards": 120, "working_days": 1.5}, {"name": "film", "cards": None, "working_days": None}]},
        {"name": "B", "phase": "shut", "closed": "the counter does not fit", "takes_cards": False, "loaded": None},
    ],
}  # fmt: skip


def figures(counted: Counted | None = None, now: dict[str, Any] = NOW, since_ms: int = 0) -> Figures:
    return Figures(now, counted or Counted(), health(now, since_ms), 121_000)


def values(found: Figures) -> dict[str, float]:
    families = text_string_to_metric_families(figures_in_text(found).decode())
    return {
        one.name + "".join(f" {value}" for _, value in sorted(one.labels.items())): one.value
        for family in families
        for one in family.samples
    }


def stepped(event: LockEvent) -> Accepted:
    return Accepted(1, (Stepped(RECORD, 1, event, LockState.PRINTED),))


def test_every_figure_is_what_the_station_shows() -> None:
    found = values(figures())
    assert found["ektp_station_unacknowledged_commits"] == 3
    assert found["ektp_station_queue_length"] == 3
    assert found["ektp_station_blanks stock"] == 40
    assert (found["ektp_station_suspects"], found["ektp_station_oldest_suspect_seconds"]) == (2, 120)
    assert found["ektp_station_printer_phase asking A"] == 1
    assert found["ektp_station_supply_cards A ribbon"] == 120
    assert "ektp_station_supply_cards A film" not in found
    assert found["ektp_station_printer_out_of_service B"] == 1
    assert found["ektp_station_printer_cards_today A"] == 5
    assert (found["ektp_station_frozen"], values(figures(now={**NOW, "frozen": "two histories"}))["ektp_station_frozen"]) == (0, 1)


def test_a_printer_is_in_exactly_one_phase() -> None:
    phases = {name: value for name, value in values(figures()).items() if "printer_phase" in name}
    assert sum(phases.values()) == 2
    assert {name for name, value in phases.items() if value} == {
        "ektp_station_printer_phase asking A", "ektp_station_printer_phase shut B",
    }  # fmt: skip


def test_cards_are_counted_by_outcome_once() -> None:
    counted = Counted()
    counted.answered([stepped(LockEvent.START), stepped(LockEvent.VERDICT_GOOD), stepped(LockEvent.VERDICT_BAD)])
    counted.answered([Accepted(1, stepped(LockEvent.VERDICT_GOOD).events, is_first=False)])  # a repeat
    counted.answered([Refused(Refusal.NO_BLANK, {"station": "s"})])
    found = values(figures(counted))
    assert found["ektp_station_cards_total good"] == 1 and found["ektp_station_cards_total bad"] == 1
    assert found["ektp_station_refusals_total NO_BLANK"] == 1


def test_the_age_of_the_link_begins_anew_with_each_answer_of_the_hub() -> None:
    now = 0
    counted = Counted(lambda: now)
    ages = [counted.link_age_s]
    for what in (Ticked(), LinkFailed(False), Acknowledged(Refused(Refusal.CHAIN_GAP, {}))):
        counted.came(what)
    ages.append(counted.link_age_s)
    counted.came(FeedCame(()))
    now = 5_000
    ages.append(counted.link_age_s)
    counted.came(Acknowledged(Receipt(1, "station/52.03/1", 1, "", 1)))
    ages.append(counted.link_age_s)
    assert ages == [None, None, 5, 0]


def test_a_driver_that_is_opened_again_is_counted() -> None:
    counted = Counted()
    for _ in range(3):
        counted.came(PrinterUp("A", Capabilities(Can.NOTHING, 1, 1, 300)))
    assert values(figures(counted))["ektp_station_driver_starts_total A"] == 3


@pytest.mark.rule(40)
def test_no_record_no_serial_and_no_chip_is_a_figure_or_a_label() -> None:
    text = figures_in_text(figures()).decode()
    assert RECORD not in text and "PNRI" not in text and "04A1" not in text
    assert not re.search(r"\d{16}", text)


# -- health -----------------------------------------------------------------------------------


def test_a_station_whose_printer_can_take_a_card_is_ready() -> None:
    assert (health(NOW, 0).is_ready, health(NOW, 0).is_live) == (True, True)


@pytest.mark.parametrize(
    ("changes", "since_ms", "why"),
    [
        ({"none_begins": "printing is stopped: FEED_FORK"}, 0, "no card is begun: printing is stopped: FEED_FORK"),
        ({"none_begins": "the book was packed"}, 0, "no card is begun: the book was packed"),
        ({"printers": []}, 0, "no printer can take a card"),
        ({"printers": [{"name": "A", "phase": "away", "takes_cards": True}]}, 0, "no printer can take a card"),
        ({"printers": [{"name": "A", "phase": "idle", "takes_cards": False}]}, 0, "no printer can take a card"),
        ({}, ALIVE_MS + 1, "the main loop has not gone round for 30 s"),
    ],
)
def test_a_station_that_is_not_ready_says_why(changes: dict[str, Any], since_ms: int, why: str) -> None:
    found = health({**NOW, **changes}, since_ms)
    assert not found.is_ready and found.why == (why,)


def test_a_dead_line_to_the_hub_is_no_reason() -> None:
    assert health({**NOW, "link_waits_ms": 30_000}, 0).is_ready


def get(path: str, found: Figures) -> httpx.Response:
    async def once() -> httpx.Response:
        transport = httpx.ASGITransport(Starlette(routes=watch_routes(lambda: found)))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.get(path)

    return asyncio.run(once())


def test_health_is_a_status_for_a_monitor_and_reasons_for_people() -> None:
    assert get("/v1/health", figures()).json() == {"live": True, "ready": True, "why": []}
    away = get("/v1/health", figures(now={**NOW, "printers": []}))
    assert away.status_code == 503 and away.json()["why"]


def test_metrics_are_text_that_prometheus_reads() -> None:
    answer = get("/metrics", figures())
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/plain; version=")
