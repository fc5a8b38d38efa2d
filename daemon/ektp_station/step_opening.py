"""A printer of a restored book is opened only with the counter the station itself reads (pembukaan pencetak).

Two people say what they compared; a slip of theirs, or a counter left out, would let a printer go on that
printed for the book that is gone. So what they say must be what the device says, and that a printer shows no
counter is believed of a device only. Nothing is asked of a printer that is no restored book's.
"""

from ektp_core.errors import Fact, Refusal, Refused
from ektp_core.flow.old_copy import is_restored
from ektp_core.flow.rows import Printer
from ektp_core.flow.station_book import ClosePrinter
from ektp_core.flow.view import View
from ektp_station.messages import StationState
from ektp_station.press_state import Phase
from ektp_station.step_care import Cared

NOT_READ = "the station has not read its counter: it must stand in station.toml, be switched on and answer"


def why_not_opened(state: StationState, view: View, body: object) -> Refused | None:
    """What is against opening this printer, as far as the device can tell; None for anything else."""
    if not isinstance(body, ClosePrinter) or body.why:
        return None
    row = view.row(Printer, state.settings.station, body.printer)
    if row is None or not is_restored(row):
        return None
    press, cared = state.presses.get(body.printer), state.care.get(body.printer, Cared())
    if press is None or press.phase is Phase.AWAY or cared.fed is None:
        return Refused(Refusal.PRINTER_CLOSED, {"printer": body.printer, "why": NOT_READ})
    if cared.fed != body.counter:
        # The device is right: what it read is what must be explained.
        facts: dict[str, Fact] = {"printer": body.printer, "found": cared.fed, "explained": row.explained}
        return Refused(Refusal.COUNTER_UNEXPLAINED, facts)
    return None
