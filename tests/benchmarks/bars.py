"""The bars (ambang): what the figures should be, and whether they are."""

from collections.abc import Iterator
from typing import Any

from attrs import frozen


@frozen
class Bar:
    """One figure beside what it should be; `at_least` or else at most."""

    what: str
    found: float
    bar: float
    at_least: bool = True

    @property
    def is_met(self) -> bool:
        return self.found >= self.bar if self.at_least else self.found <= self.bar


def judged(found: dict[str, Any]) -> list[dict[str, Any]]:
    """All bars the figures speak of."""
    return [
        {"what": bar.what, "found": bar.found, "bar": bar.bar, "at least": bar.at_least, "met": bar.is_met}
        for bar in _bars(found)
    ]


def show(found: dict[str, Any]) -> None:
    """Print them."""
    for bar in found["bars"]:
        sign = ">=" if bar["at least"] else "<="
        print(f"{'met ' if bar['met'] else 'MISS'}  {bar['found']:>12,}  {sign} {bar['bar']:<10,}  {bar['what']}")


def _bars(found: dict[str, Any]) -> Iterator[Bar]:
    for one in found.get("posting", ()):
        if one["asks"] == "moves":  # an office act is measured beside it; its rules are no matter of the store
            yield from _posting(one)
    if "verifying" in found:
        one = found["verifying"]
        yield Bar("verify --chain / bare scan of the log", one["chain of scan"], 0.45)
        yield Bar("full fold, events a second", one["events per second"]["fold"], 100_000)
        yield Bar("full fold, events a second of the processor", one["events per processor second"]["fold"], 100_000)
    if "locks" in found:
        yield Bar("lock step, nanoseconds", found["locks"]["nanoseconds"]["step"], 200, at_least=False)
        yield Bar("lock step / transitions", found["locks"]["times as fast as transitions"], 30)
    for name, bar in (("514 offices, ms", 5), ("7285 offices, ms", 60)):
        if name in found.get("allotting", ()):
            yield Bar(f"allotment for {name}", found["allotting"][name], bar, at_least=False)
            used = found["allotting"][f"{name} of the processor"]
            yield Bar(f"allotment for {name} of the processor", used, bar, at_least=False)
    yield from _station(found)
    if "growing" in found:
        yield Bar("rate at the most rows / rate at 100,000", found["growing"]["rate kept"], 0.75)


def _station(found: dict[str, Any]) -> Iterator[Bar]:
    if "cards" in found:
        for name, times in found["cards"]["times the floor"].items():
            yield Bar(f"a station's card / {name}", times, 3, at_least=False)
    if "recovery" in found:
        one = found["recovery"]
        what = f"ready with {one['most cards']:,} cards, ms (1.5 x that with {one['fewest cards']:,}, and a constant)"
        yield Bar(what, one["most ms"], one["at most ms"], at_least=False)
    if "seeds" in found:
        yield Bar("simulated seeds a second a core", found["seeds"]["seeds a second a core"], 50)


_REPLAY = {1: 0.70, 100: 0.50, 1000: 0.40}


def _posting(one: dict[str, Any]) -> Iterator[Bar]:
    size, name = one["per commit"], f"{one['asks']} at {one['per commit']}"
    yield Bar(f"{name}: store / replay of its writes", one["ratio"]["replay"], _REPLAY[size])
    yield Bar(f"{name}: the same by the processor's time", one["cpu ratio"]["replay"], _REPLAY[size])
    if size == 100:
        yield Bar(f"{name}: asks a second", one["per second"]["store"], 10_000)
        yield Bar(f"{name}: asks a second of the processor", round(1e6 / one["cpu us"]["store"]), 10_000)
    if "eventsourcing" in one["ratio"]:
        bar = 2 if size == 1 else 1.5
        yield Bar(f"{name}: store / eventsourcing", one["ratio"]["eventsourcing"], bar)
        yield Bar(f"{name}: the same by the processor's time", one["cpu ratio"]["eventsourcing"], bar)
    if size == 1 and "SQLAlchemy ORM" in one["ratio"]:
        yield Bar(f"{name}: store / SQLAlchemy ORM", one["ratio"]["SQLAlchemy ORM"], 4)
        yield Bar(f"{name}: the same by the processor's time", one["cpu ratio"]["SQLAlchemy ORM"], 4)
    if size == 100:
        yield Bar(f"{name}: bytes of an event row", one["bytes"]["an event"], 90, at_least=False)
        yield Bar(f"{name}: bytes of an id", one["bytes"]["an id"], 64, at_least=False)
