"""What the hub does by itself about cards in doubt and counted stations (kartu meragukan, selisih opname).

A card in doubt for longer than a shift is an alarm, once while this process runs. What a station's close says of
the hub's rows is booked, close after close (rule 33), each in a commit of its own: one that meets a fault holds up
nobody else's, and is left to people with an alarm.
"""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from ektp_core.boundary.store import Answer, Work
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.ask import Ask
from ektp_core.flow.closing_day_booking import BookVariance
from ektp_core.flow.rows import Attempt, OpenSuspect, Station, StationDay
from ektp_core.flow.suspect_evidence import SHIFT_MS, doubtful_since, is_aged, told
from ektp_core.flow.suspect_evidence_rows import EvidenceLine
from ektp_core.flow.view import View

#: How often the cards in doubt are looked through.
EVERY_MS = 60_000


def aged(view: View, now_ms: int) -> dict[tuple[str, int], dict[str, str | int]]:
    """Cards in doubt for longer than a shift: (record, attempt) -> what an alarm says of it."""
    found: dict[tuple[str, int], dict[str, str | int]] = {}
    for suspect in view.rows(OpenSuspect):
        attempt = view.row(Attempt, suspect.record, suspect.n)
        if attempt and is_aged(attempt, now_ms, SHIFT_MS):
            hours = (now_ms - doubtful_since(attempt)) // 3_600_000
            facts: dict[str, str | int] = {"record": suspect.record, "n": suspect.n, "station": suspect.station}
            found[suspect.record, suspect.n] = {**facts, "hours": hours}
    return found


#: Times a close is tried to be booked before it is left to people.
MOST_TRIES = 3

#: Nothing is wrong with the close itself.
_NOT_THE_CLOSE = frozenset({Refusal.BOOK_FULL, Refusal.ALREADY_KNOWN})


def bookings(
    view: View, key: str, now_ms: int, failed: Mapping[tuple[str, int], int]
) -> Iterator[tuple[tuple[str, int], Work]]:
    """The next close of every station that was absorbed and is not booked; of a stopped station none is believed.

    Args:
        failed: how often a close could not be booked; after a few times it is left to people.
    """
    for station in view.rows(Station):
        page = view.row(StationDay, station.station, 0)
        if station.frozen_why or page is None or page.booked >= page.last:
            continue
        number = page.booked + 1
        name = station.station, number
        is_left = failed.get(name, 0) >= MOST_TRIES
        body = BookVariance(station.station, number, left_to_people=is_left)
        ask_id = f"auto/close/{station.station}/{number}" + ("/left" if is_left else "")
        yield name, Work(Ask(ask_id, body, (key,), now_ms, hashlib.sha256(ask_id.encode()).digest()))


def counts_as_failed(answer: Answer | None) -> bool:
    """Whether a booking failed by its close; no answer at all is a fault of this program."""
    return answer is None or (isinstance(answer, Refused) and answer.refusal not in _NOT_THE_CLOSE)


def shown(view: View, suspect: OpenSuspect) -> dict[str, Any]:
    """A card in doubt for people: since when, what is known, what to do, and all evidence; no chip is shown."""
    attempt = view.row(Attempt, suspect.record, suspect.n)
    assert attempt is not None, "a suspect without an attempt"
    known, todo = told(view, suspect, attempt)
    return {
        "since_ms": doubtful_since(attempt),
        "known": known.name,
        "todo": todo.name,
        "sentence": f"{known.value} {todo.value}",
        "evidence": [_line(line) for line in suspect.evidence],
    }


def _line(line: EvidenceLine) -> dict[str, Any]:
    shown_as, certainty, outcome, place, _uid, printer, reader, by, at_ms = line
    return {
        "shown": shown_as.value,
        "certainty": certainty.name,
        "outcome": outcome.value,
        "place": place.value,
        "printer": printer,
        "reader": bool(reader),
        "by": list(by),
        "at_ms": at_ms,
    }


def closes(view: View, station: str) -> dict[str, Any]:
    """The closes of a station's days, the last first, with what still has to be looked into."""
    page = view.row(StationDay, station, 0) or StationDay(station, 0)
    rows = [one for one in view.rows(StationDay, station) if one.number]
    return {"station": station, "booked": page.booked, "closes": [_close(one) for one in reversed(rows)]}


def _close(close: StationDay) -> dict[str, Any]:
    return {
        "number": close.number,
        "day": close.day,
        "minutes": close.minutes,
        "by": list(close.by),
        "suspects": close.suspects,
        "differed": close.differed,
        "lines": [[line[0].value, *line[1:]] for line in close.lines],
        "missing": [f"{series}:{lo}-{hi}" for _, series, lo, hi in close.missing],
        "elsewhere": [f"{series}:{lo}-{hi}" for _, series, lo, hi in close.elsewhere],
        "surplus": close.surplus,
    }


def newly(known: frozenset[tuple[str, int]], now: dict[tuple[str, int], Any]) -> list[Any]:
    """What is said of those that were not told before."""
    return [facts for name, facts in now.items() if name not in known]
