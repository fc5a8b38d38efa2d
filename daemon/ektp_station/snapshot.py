"""What the station is doing now (keadaan sekarang), as plain values without personal data."""

from collections import Counter
from typing import Any

from ektp_core.flow.moving import waits
from ektp_core.flow.rows import Attempt, Desk, Printer, Station, Tally
from ektp_core.flow.view import View
from ektp_core.vocabulary.bucket import Bucket
from ektp_station import day_close, driver_seen, freeing, step_cards, step_care, suspects
from ektp_station.messages import StationState
from ektp_station.press import Phase, Press


def snapshot(state: StationState, view: View, now_ms: int = 0) -> dict[str, Any]:
    """Printers, cards that wait for a look, counts, and how the link is."""
    station = state.settings.station
    desk, own = view.row(Desk, station), view.row(Station, station)
    counts: Counter[Bucket] = Counter()
    for one in view.rows(Tally, station):
        counts[one.bucket] += one.count  # a tally is kept for each class of blanks
    return {
        "station": station,
        "stopped": state.stopped_why,
        "frozen": own.frozen_why if own else "it is not enrolled",
        "none_begins": step_cards.why_none_begins(state, view, now_ms),
        "waits": waits(view, station, state.acked_n) or state.no_room,
        "commits": view.position.n,
        "acknowledged": state.acked_n,
        "feed_taken": desk.taken_m if desk else 0,
        "link_waits_ms": state.wait_ms,
        # A card in a press has its blank in the machine, also while its printer is away.
        "held": (desk.outstanding if desk else 0) + counts[Bucket.IN_MACHINE],
        # Hidden while people count: they are not told what the book expects (rule 33).
        "counts": {} if day_close.is_counting(view, station) else {one.name: count for one, count in counts.items()},
        "suspects": suspects.shown(view, station, now_ms, state.settings.shift_ms),
        "day": day_close.shown(view, station),
        "printers": [
            {**_printer(state, view, press, now_ms), **_care(state, view, press, now_ms)}
            for press in state.presses.values()
        ],
    }


def _care(state: StationState, view: View, press: Press, now_ms: int) -> dict[str, Any]:
    """Duty and supplies, of a printer that has a duty."""
    more = driver_seen.shown(state, press.name) | freeing.shown(state.freed, press.name)
    return more | (step_care.shown(state, view, press, now_ms) if press.name in state.settings.limits else {})


def _printer(state: StationState, view: View, press: Press, now_ms: int) -> dict[str, Any]:
    row = view.row(Printer, state.settings.station, press.name)
    attempt = view.row(Attempt, press.record, press.n) if press.record else None
    shown: dict[str, Any] = {
        "name": press.name,
        "phase": press.phase.value,
        "closed": row.closed_why if row else "",
        "paused": row.paused_why if row else "",
        "takes_cards": step_cards.takes_cards(state, view, press.name, now_ms),
        "loaded": [row.series, row.lo, row.hi] if row and row.lo else None,
    }
    if attempt and press.phase is not Phase.SIZING:
        shown["card"] = {
            "record": attempt.record,
            "n": attempt.n,
            "series": attempt.series,
            "number": attempt.number,
            "uid": "" if press.phase is Phase.ASKING else attempt.uid,  # whoever looks reads it from the card
            "step": attempt.step.name if attempt.step else "",
        }
    return shown
