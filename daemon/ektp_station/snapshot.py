"""What the station is doing now (keadaan sekarang), as plain values without personal data."""

from collections import Counter
from typing import Any

from ektp_core.flow.rows import Attempt, Desk, Printer, Tally
from ektp_core.flow.view import View
from ektp_core.vocabulary.bucket import Bucket
from ektp_station.messages import StationState
from ektp_station.press import Phase, Press


def snapshot(state: StationState, view: View) -> dict[str, Any]:
    """Printers, cards that wait for a look, counts, and how the link is."""
    station = state.settings.station
    desk = view.row(Desk, station)
    counts: Counter[Bucket] = Counter()
    for one in view.rows(Tally, station):
        counts[one.bucket] += one.count  # a tally is kept for each class of blanks
    return {
        "station": station,
        "stopped": state.stopped_why,
        "commits": view.position.n,
        "acknowledged": state.acked_n,
        "feed_taken": desk.taken_m if desk else 0,
        "link_waits_ms": state.wait_ms,
        # A card in a press has its blank in the machine, also while its printer is away.
        "held": (desk.outstanding if desk else 0) + counts[Bucket.IN_MACHINE],
        "counts": {bucket.name: count for bucket, count in counts.items()},
        "printers": [_printer(press, view, station) for press in state.presses.values()],
    }


def _printer(press: Press, view: View, station: str) -> dict[str, Any]:
    row = view.row(Printer, station, press.name)
    attempt = view.row(Attempt, press.record, press.n) if press.record else None
    shown: dict[str, Any] = {
        "name": press.name,
        "phase": press.phase.value,
        "closed": row.closed_why if row else "",
        "loaded": [row.series, row.lo, row.hi] if row and row.lo else None,
    }
    if attempt and press.phase is not Phase.SIZING:
        shown["card"] = {
            "record": attempt.record,
            "n": attempt.n,
            "series": attempt.series,
            "number": attempt.number,
            "uid": attempt.uid,
            "step": attempt.step.name if attempt.step else "",
        }
    return shown
