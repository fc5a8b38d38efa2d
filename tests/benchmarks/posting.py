"""Asks a second (permintaan per detik): the store whole, its own writes repeated, and the opponents, in turns."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import apsw

from ektp_core.boundary.store import Work
from ektp_core.flow.apply import apply
from ektp_store.verify import verify
from tests.benchmarks import movements, replaying
from tests.benchmarks.timing import Rates, alternate

#: Asks in one commit -> commits in one slice.
SLICES = {1: 200, 100: 12, 1000: 3}
BLANKS = 200_000  # of each of twenty offices

Result = dict[str, Any]


class Taking:
    """Hands out one batch after the other, a slice at a time."""

    def __init__(self, batches: Sequence[Any], commits: int, do: Callable[[Any], int]) -> None:
        self._batches = iter(batches)
        self._commits = commits
        self._do = do

    def __call__(self) -> int:
        return sum(self._do(batch) for batch in islice(self._batches, self._commits))


def measured(folder: Path, kind: str, size: int, rounds: int, commits: int, *, opponents: bool) -> Result:
    """Asks a second at `size` asks a commit, with everything the others did checked afterwards."""
    base = folder / f"{kind}-{size}"
    store = movements.opened(str(base))
    movements.found(store, BLANKS)
    store.close()
    source: Iterator[Work] = getattr(movements, kind)(BLANKS)
    groups = [list(islice(source, size)) for _ in range((rounds + 1) * commits)]
    recorded_on = replaying.copied(base, f"{base.name}-recorded")
    writes = replaying.recorded(recorded_on, groups)
    store = movements.opened(str(replaying.copied(base, f"{base.name}-store")))
    replays = {
        name: replaying.Replay(replaying.copied(base, f"{base.name}-{name}"), bare=name == "bare replay")
        for name in ("replay", "bare replay")
    }
    contenders: dict[str, Callable[[], int]] = {
        "store": Taking(groups, commits, lambda group: replaying.committed(store.commit(group, movements.AT_MS)))
    }
    for name, replay in replays.items():
        contenders[name] = Taking(writes, commits, _repeated(replay, size))
    others = _opponents(folder, size, groups, commits) if opponents else {}
    rates = alternate({**contenders, **{name: run for name, (run, _) in others.items()}}, rounds)
    store.close()
    done = len(groups) * size
    result = _result(rates, size, kind)
    result["checked"] = {
        "settings": _settings(replays["replay"].connection),
        "replay equals store": _are_equal(recorded_on, *(replay.connection for replay in replays.values())),
        "verified again": verify(str(base.with_name(f"{base.name}-store")), apply).commits > 0,
        **{f"movements of {name} after reopening": count() == done for name, (_, count) in others.items()},
    }
    assert all(result["checked"].values()), result["checked"]
    result["bytes"] = _bytes(recorded_on, base)
    return result


def _repeated(replay: replaying.Replay, size: int) -> Callable[[replaying.Batch], int]:
    def repeat(batch: replaying.Batch) -> int:
        replay.commit(batch)
        return size

    return repeat


def _result(rates: Rates, size: int, kind: str) -> Result:
    names = list(rates.per_second)
    return {
        "asks": kind,
        "per commit": size,
        "rounds": len(rates.per_second["store"]),
        "per second": {name: round(rates.median(name)) for name in names},
        "range": {name: [round(end) for end in rates.spread(name)] for name in names},
        "cpu us": {name: round(rates.cpu_us(name), 1) for name in names},
        "cpu ratio": {name: round(rates.cpu_ratio("store", name), 3) for name in names if name != "store"},
        "ratio": {name: round(rates.ratio("store", name), 3) for name in names if name != "store"},
    }


def _settings(connection: apsw.Connection) -> dict[str, Any]:
    return {name: connection.execute(f"PRAGMA {name}").get for name in ("journal_mode", "synchronous", "cache_size")}


def _are_equal(recorded_on: Path, *replayed: apsw.Connection) -> bool:
    """Whether the replays wrote what the store wrote, read again by a new connection."""
    found = []
    for connection in replayed:
        path = connection.filename
        connection.close()
        again = apsw.Connection(path, flags=apsw.SQLITE_OPEN_READONLY)
        found.append(list(replaying.contents(again)))
        again.close()
    again = apsw.Connection(str(recorded_on), flags=apsw.SQLITE_OPEN_READONLY)
    expected = list(replaying.contents(again))
    again.close()
    return all(one == expected for one in found)


def _bytes(after: Path, before: Path) -> dict[str, float]:
    """Bytes of a row (its cell and the pointer to it), the same with pages counted whole, and all of one ask."""
    then, now = _sizes(before), _sizes(after)
    asks = _count(after, "asked") - _count(before, "asked")
    found = {"an ask, all tables, pages whole": sum(now[name][0] - pages for name, (pages, _) in then.items()) / asks}
    for table, name in (("event", "an event"), ("asked", "an id")):
        rows = _count(after, table) - _count(before, table)
        found[f"{name}, pages whole"] = (now[table][0] - then[table][0]) / rows
        found[name] = (now[table][1] - then[table][1]) / rows
    moved = _numbers(after, "SELECT count(*), sum(length(body)) FROM event WHERE substr(body, 2, 1) = x'02'")
    found["a movement's body"] = moved[1] / moved[0]
    return {name: round(size, 1) for name, size in found.items()}


def _numbers(path: Path, sql: str) -> tuple[int, ...]:
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    (found,) = connection.execute(sql)
    connection.close()
    return tuple(found)


def _count(path: Path, table: str) -> int:
    return _numbers(path, f"SELECT count(*) FROM {table}")[0]


def _sizes(path: Path) -> dict[str, tuple[int, int]]:
    """Per table and index: bytes of its pages, and of what is not free on its leaves but the page's own 8."""
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    sql = "SELECT name, sum(pgsize), sum((pgsize - unused - 8) * (pagetype <> 'internal')) FROM dbstat GROUP BY name"
    found = {name: (pages, used) for name, pages, used in connection.execute(sql)}
    connection.close()
    return found


def _opponents(folder: Path, size: int, groups: Sequence[Sequence[Work]], commits: int) -> dict[str, Any]:
    """Those who post the same movement: what runs a slice, and what counts their rows after reopening."""
    from tests.benchmarks import opponent_eventsourcing, opponent_orm

    asks = [[_plain(work) for work in group] for group in groups]
    path = folder / f"eventsourcing-{size}"
    book = opponent_eventsourcing.opened(path)
    book.open(BLANKS, movements.OFFICES, movements.STOREKEEPER)

    def count_events() -> int:
        book.close()
        return _numbers(path, "SELECT count(*) FROM stored_events WHERE topic LIKE '%Taken'")[0]

    found: dict[str, Any] = {"eventsourcing": (Taking(asks, commits, book.move), count_events)}
    if size > 100:
        return found
    orm_path = folder / f"orm-{size}"
    desk = opponent_orm.Desk(orm_path)
    desk.open(BLANKS, movements.OFFICES, movements.STOREKEEPER)

    def count_rows() -> int:
        desk.engine.dispose()
        return _numbers(orm_path, "SELECT count(*) FROM movement")[0]

    return found | {"SQLAlchemy ORM": (Taking(asks, commits, desk.move), count_rows)}


def _plain(work: Work) -> tuple[str, bytes, str, str, str, int, str]:
    body = work.ask.body
    assert isinstance(body, movements.Move)
    return work.ask.id, work.ask.digest, work.ask.signed_by[0], body.party, body.to_party, body.lo, body.reference
