"""Each printer's counter against the book before anything is given back (pembandingan hitungan).

A book that was set back to an older copy calls not begun what is printed. Before a card the counter tells, since
START compares it; but an authorisation whose time is over goes back without any START. So a running station gives
nothing back before each of its printers was looked at once or looked for in vain, and puts one out of service whose
counter is ahead (docs/decisions/0045). A printer that is not there, does not answer or shows no counter tells nothing.
"""

from collections.abc import Iterator

from ektp_core.errors import Fact, Refusal, Refused
from ektp_core.flow.rows import Printer
from ektp_core.flow.station_book import ClosePrinter
from ektp_core.flow.view import View
from ektp_station.messages import StationState
from ektp_station.press_state import Phase
from ektp_station.step_care import Cared
from ektp_station.step_opening import NOT_READ
from ektp_station.stepping import Stepped, own_work, persist

#: What waits under this word needs no answer.
WORD = "compared"


def why_nothing_goes_back(state: StationState, view: View) -> Refused | None:
    """What is against giving back: a printer that was not looked at yet, or one whose counter is ahead."""
    for name in state.settings.limits:
        if not _was_looked_at(state, name):
            return Refused(Refusal.PRINTER_CLOSED, {"printer": name, "why": NOT_READ})
    ahead = next(_ahead(state, view), None)
    if ahead is None:
        return None
    return Refused(Refusal.PRINTER_CLOSED, {"printer": ahead.printer, "why": str(_unexplained(state, ahead))})


def shut_ahead(state: StationState, view: View, now_ms: int) -> Stepped:
    """Put a printer without a card out of service whose counter is ahead of what the book explains.

    Not before the hub was heard or found away: a book that the hub knows to be an older copy says nothing new.
    """
    if state.stopped_why or WORD in state.waiting.values() or now_ms < max(state.wait_hub_ms, state.unfit_ms):
        return state, ()
    found = [row for row in _ahead(state, view) if not row.closed_why]
    works = tuple(own_work(state, ClosePrinter(row.printer, str(_unexplained(state, row))), now_ms) for row in found)
    return persist(state, works, WORD) if works else (state, ())


def _ahead(state: StationState, view: View) -> Iterator[Printer]:
    """Printers without a card whose counter, as it was last read, is more than the book explains."""
    for press in state.presses.values():
        row, fed = view.row(Printer, state.settings.station, press.name), _cared(state, press.name).fed
        if press.phase in (Phase.IDLE, Phase.SHUT) and row and fed is not None and fed > row.explained:
            yield row


def _was_looked_at(state: StationState, name: str) -> bool:
    """Its counter was read, or asked for in vain; of a printer whose driver is still being started nothing is known."""
    press, cared = state.presses.get(name), _cared(state, name)
    if press is None or press.phase is Phase.AWAY:
        return name in state.absent
    return bool(cared.next_look_ms) or cared.fed is not None


def _unexplained(state: StationState, row: Printer) -> Refused:
    found = _cared(state, row.printer).fed
    facts: dict[str, Fact] = {"printer": row.printer, "found": found or 0, "explained": row.explained}
    return Refused(Refusal.COUNTER_UNEXPLAINED, facts)


def _cared(state: StationState, name: str) -> Cared:
    found: Cared = state.care.get(name, Cared())
    return found
