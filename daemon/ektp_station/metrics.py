"""Figures of a running station for Prometheus (ukuran), on the loopback page: `/metrics` and `/v1/health`.

Made anew at each request from what the station shows anyway. A printer's name and a supply's name are
labels; a record, a person, a blank or a text somebody typed never is.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from attrs import frozen
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ektp_station.counted import OUTCOMES, Counted
from ektp_station.health import Health
from ektp_station.press_state import Phase


@frozen(eq=False)
class Figures(Collector):
    """What is shown at a request.

    Attributes:
        now: the snapshot. counted: counts since the start. health: alive and ready.
        now_ms: the station's time, by which the age of a suspect is reckoned.
    """

    now: Mapping[str, Any]
    counted: Counted
    health: Health
    now_ms: int

    def collect(self) -> Iterator[Metric]:
        """Every figure."""
        yield from self._station()
        yield from self._cards()
        yield from self._printers()

    def _station(self) -> Iterator[Metric]:
        yield _gauge("ektp_station_live", "1 while the main loop goes round.", int(self.health.is_live))
        yield _gauge("ektp_station_ready", "1 while a card would be begun.", int(self.health.is_ready))
        yield _gauge(
            "ektp_station_stopped", "1 while printing is stopped for good.", int(bool(self.now.get("stopped")))
        )
        yield _gauge("ektp_station_frozen", "1 while the centre has it stopped.", int(bool(self.now.get("frozen"))))
        yield _gauge(
            "ektp_station_journal_open", "1 while the book's key lies open.", int(bool(self.now.get("warning")))
        )
        commits = int(self.now.get("commits", 0))
        yield CounterMetricFamily("ektp_station_commits", "Commits of the book.", value=commits)
        owed = max(0, commits - int(self.now.get("acknowledged", 0)))
        yield _gauge("ektp_station_unacknowledged_commits", "Commits the hub has no receipt for.", owed)
        age_s = self.counted.link_age_s
        if age_s is not None:
            yield _gauge("ektp_station_link_age_seconds", "Seconds since the hub last answered.", age_s)
        held = int(self.now.get("held", 0))
        yield _gauge("ektp_station_queue_length", "Authorisations held and cards in machines.", held)

    def _cards(self) -> Iterator[Metric]:
        cards = CounterMetricFamily(
            "ektp_station_cards", "Cards by what happened, since the start.", labels=["outcome"]
        )
        for outcome in OUTCOMES.values():
            cards.add_metric([outcome], self.counted.cards[outcome])
        yield cards
        refused = CounterMetricFamily("ektp_station_refusals", "Asks refused by the book.", labels=["code"])
        for code, count in sorted(self.counted.refused.items()):
            refused.add_metric([code], count)
        yield refused
        blanks = GaugeMetricFamily("ektp_station_blanks", "Blanks and cards by where they lie.", labels=["bucket"])
        for bucket, count in dict(self.now.get("counts", {})).items():
            blanks.add_metric([bucket.lower()], count)
        yield blanks
        suspects = self.now.get("suspects", ())
        yield _gauge("ektp_station_suspects", "Cards in doubt that nobody closed.", len(suspects))
        oldest = max((self.now_ms - one["since_ms"] for one in suspects), default=0)
        yield _gauge("ektp_station_oldest_suspect_seconds", "Age of the oldest of them.", max(0, oldest) / 1000)

    def _printers(self) -> Iterator[Metric]:
        phases = GaugeMetricFamily(
            "ektp_station_printer_phase", "1 for the phase it is in.", labels=["printer", "phase"]
        )
        shut = GaugeMetricFamily("ektp_station_printer_out_of_service", "1 while it is.", labels=["printer"])
        today = GaugeMetricFamily("ektp_station_printer_cards_today", "Cards of the local day.", labels=["printer"])
        supplies = GaugeMetricFamily(
            "ektp_station_supply_cards", "Cards a supply is good for.", labels=["printer", "supply"]
        )
        days = GaugeMetricFamily(
            "ektp_station_supply_days", "Working days a supply is good for.", labels=["printer", "supply"]
        )
        opened = CounterMetricFamily(
            "ektp_station_driver_starts", "How often its driver was opened.", labels=["printer"]
        )
        for one in self.now.get("printers", ()):
            name = one["name"]
            for phase in Phase:
                phases.add_metric([name, phase.value], int(phase.value == one["phase"]))
            shut.add_metric([name], int(bool(one["closed"])))
            opened.add_metric([name], self.counted.opened[name])
            if "cards_today" in one:
                today.add_metric([name], one["cards_today"])
            for supply in one.get("supplies", ()):
                _known(supplies, [name, supply["name"]], supply["cards"])
                _known(days, [name, supply["name"]], supply["working_days"])
        yield from (phases, shut, opened, today, supplies, days)


def _known(family: GaugeMetricFamily, labels: list[str], value: float | None) -> None:
    if value is not None:
        family.add_metric(labels, value)


def _gauge(name: str, said: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, said, value=value)


def figures_in_text(figures: Figures) -> bytes:
    """The text Prometheus reads."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(figures)
    return generate_latest(registry)


def watch_routes(figures: Callable[[], Figures]) -> tuple[Route, ...]:
    """The two addresses; `figures` is asked at each request and must not wait for the main loop."""

    async def show_metrics(_: Request) -> Response:
        return Response(figures_in_text(figures()), headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})

    async def show_health(_: Request) -> Response:
        found = figures().health
        return JSONResponse(found.as_plain(), 200 if found.is_ready else 503)

    return Route("/metrics", show_metrics), Route("/v1/health", show_health)
