"""Processor and memory of a running station (beban mesin cetak): `ektp station run` idle, and with four virtual printers flat out.

Hub, station, drivers and printers are processes of their own, as in an office; what is read is
`/proc` of the station and, apart, of its drivers. A virtual card takes a millisecond, so nothing
waits for machines, and the device's own record ends each card: nobody is waited for either.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from attrs import evolve, frozen

from ektp_cli.demo.hands import OPERATOR, SECOND, VERIFIER, Hands
from ektp_cli.demo.house import OFFICE, SEED, STATION, House
from ektp_core.flow.custody import Dispatch, Grant, Issue, Receive, TakeSupply
from ektp_core.flow.station_book import LoadPrinter
from ektp_core.vocabulary.prr import to_payload
from ektp_core.wire.asks import EnterRecord
from ektp_driver_virtual import launch
from ektp_driver_virtual.chip import uid_of
from ektp_station.config import PrinterConfig, StationConfig, write_config
from tests.station.station_bench import people

PRINTERS = ("A", "B", "C", "D")
SERIES = "PNRI-2026"
_TICKS = os.sysconf("SC_CLK_TCK")
_WAIT_S = 240.0


@frozen
class Load:
    """What processes have used and hold. `cpu_s`: since they began; `now_mb`, `most_mb`: resident."""

    cpu_s: float
    now_mb: float
    most_mb: float
    processes: int


def measured(folder: Path, cards: int, idle_s: float) -> dict[str, Any]:
    """Both, with so many cards in all on four printers."""
    house = House(folder / "house", card_ms=1)
    try:
        for at, name in enumerate(PRINTERS[2:], 3):
            house.printers[name] = launch.start(house.folder / f"printer-{name}", f"VP-{at:04d}", 1)
        return _measured(house, cards, idle_s)
    finally:
        house.close()


def _measured(house: House, cards: int, idle_s: float) -> dict[str, Any]:
    write_config(house.station_folder, _config(house))
    house.start_hub()
    hands = Hands(house)
    house.start_station()
    try:
        _until(lambda: _are_up(hands), "the printers are up")
        time.sleep(1.0)
        found: dict[str, Any] = {"idle": _used(_pid(house), lambda: time.sleep(idle_s))}
        house.stop("station")
        write_config(house.station_folder, evolve(_config(house), poll_ms=100))
        house.start_station()
        _deliver(hands, cards)
        _until(lambda: _are_up(hands), "the printers are up")
        one = _used(_pid(house), lambda: _print(hands, house, cards))
    finally:
        hands.hub.close()
        hands.page.close()
    one["cards"] = cards
    one["cards a second"] = round(cards / one["seconds"], 1)
    one["cpu ms a card, station"] = round(10 * one["station"]["cpu %"] * one["seconds"] / cards, 2)
    one["cpu ms a card, its main thread"] = round(10 * one["station"]["main thread cpu %"] * one["seconds"] / cards, 2)
    one["cpu ms a card, drivers"] = round(10 * one["drivers"]["cpu %"] * one["seconds"] / cards, 2)
    return {**found, "four printers": one}


def _config(house: House) -> StationConfig:
    """As an office has it: the hub is asked once a second."""
    printers = tuple(
        PrinterConfig(name, "virtual", str(house.folder / f"printer-{name}"), f"VP-{at:04d}", 10_000)
        for at, name in enumerate(PRINTERS, 1)
    )
    return StationConfig(STATION, house.hub_url, printers, operator_looks=False)


def _deliver(hands: Hands, cards: int) -> None:
    """Blanks for every card, counted in, and all citizens; nothing is loaded."""
    blanks = _each(cards) * len(PRINTERS)
    whole = ((SERIES, 1, blanks),)
    chips = tuple(uid_of(SERIES, number, SEED) for number in range(1, blanks + 1))
    hands.ask_hub(TakeSupply("supplier/PNRI", "v5", whole, "SJ-1", "2026-01-05", chips), VERIFIER)
    hands.ask_hub(Grant("J-1", OFFICE, "v5", blanks), VERIFIER)
    hands.ask_hub(Dispatch("K-1", "J-1"), VERIFIER)
    hands.ask_hub(Receive("K-1", OFFICE, whole), OPERATOR, SECOND)
    hands.ask_hub(Issue("K-2", STATION, "v5", blanks), OPERATOR)
    now_ms = time.time_ns() // 1_000_000
    for person in people(cards):
        hands.ask_hub(EnterRecord(OFFICE, to_payload(person).decode(), now_ms), OPERATOR)
    _until(lambda: hands.see().get("counts", {}).get("IN_TRANSIT") == blanks, "the station learns of its blanks")
    hands.ask_station(STATION, Receive("K-2", STATION, whole), OPERATOR, SECOND)


def _each(cards: int) -> int:
    """Blanks in each hopper: more than its share, for printers are not equally fast."""
    return cards // 2 + 2


def _print(hands: Hands, house: House, cards: int) -> None:
    for at, name in enumerate(PRINTERS):
        lo = 1 + at * _each(cards)
        house.printers[name].panel.load(SERIES, lo, _each(cards), seed=SEED)
        hands.ask_station(STATION, LoadPrinter(name, ((SERIES, lo, lo + _each(cards) - 1),), 0), "station")
    _until(lambda: hands.see().get("counts", {}).get("GOOD_HELD") == cards, "every card is printed")


def _are_up(hands: Hands) -> bool:
    return len([one for one in hands.see().get("printers", []) if one["phase"] == "idle"]) == len(PRINTERS)


def _until(there: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + _WAIT_S
    while True:
        try:
            if there():
                return
        except (httpx.HTTPError, OSError):
            pass
        assert time.monotonic() < deadline, f"waited in vain until {what}"
        time.sleep(0.1)


# -- /proc --------------------------------------------------------------------------------------


def _pid(house: House) -> int:
    return house._running["station"].pid  # to look on


def _used(pid: int, work: Callable[[], None]) -> dict[str, Any]:
    """What the station and its drivers used of one core while something was done."""
    main = f"{pid}/task/{pid}"
    began, before, drivers, main_s = time.monotonic(), load_of(pid), load_of(*children(pid)), _cpu_s(main)
    work()
    seconds, after, drivers_after = time.monotonic() - began, load_of(pid), load_of(*children(pid))
    return {
        "seconds": round(seconds, 2),
        "station": {**_shown(before, after, seconds), "main thread cpu %": _share(_cpu_s(main) - main_s, seconds)},
        "drivers": {"processes": drivers_after.processes, **_shown(drivers, drivers_after, seconds)},
    }


def _shown(before: Load, after: Load, seconds: float) -> dict[str, float]:
    return {"cpu %": _share(after.cpu_s - before.cpu_s, seconds), "resident MB": after.now_mb, "most MB": after.most_mb}


def _share(used_s: float, seconds: float) -> float:
    return round(100 * used_s / seconds, 2)


def load_of(*pids: int) -> Load:
    """What these processes used and hold, together."""
    found = [_load_of(pid) for pid in pids]
    return Load(
        sum(one.cpu_s for one in found), round(sum(one.now_mb for one in found), 1),
        round(sum(one.most_mb for one in found), 1), len(found),
    )  # fmt: skip


def _load_of(pid: int) -> Load:
    lines = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text("utf-8").splitlines())
    now_mb, most_mb = (int(lines[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM"))
    return Load(_cpu_s(str(pid)), now_mb, most_mb, 1)


def _cpu_s(which: str) -> float:
    """Of a process, or of a thread as `process/task/thread`."""
    fields = Path(f"/proc/{which}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def children(pid: int) -> list[int]:
    """Processes begun by any thread of this one."""
    threads = Path(f"/proc/{pid}/task").glob("*/children")
    return sorted(int(one) for thread in threads for one in thread.read_text("utf-8").split())
