"""What can be held against what a station says of its queue (keberatan atas antrean): rules 5 and 31.

A lift changes an order and frees nothing: it is told as it was, also where the record has gone back
meanwhile, as long as the station ever held it.
"""

from ektp_core.flow.allotting_events import RecordLifted
from ektp_core.flow.queueing_events import PrinterPaused
from ektp_core.flow.rows import Attempt, Officer, Record
from ektp_core.flow.view import View
from ektp_core.vocabulary.objection import Objection


def pause_objection(view: View, station: str, event: PrinterPaused) -> Objection | None:
    """What is held against a pause, or None."""
    if event.station != station:
        return Objection.WRONG_STATION
    return None if _by_officers(view, event.by) else Objection.NO_SUCH_STEP


def lift_objection(view: View, station: str, event: RecordLifted) -> Objection | None:
    """What is held against a lift, or None."""
    record = view.row(Record, event.record)
    was_held = any(attempt.station == station for attempt in view.rows(Attempt, event.record))
    if record is None or not was_held:
        return Objection.WRONG_STATION
    fits = record.office == event.office and _by_officers(view, event.by)
    return None if fits else Objection.NO_SUCH_STEP


def _by_officers(view: View, names: tuple[str, ...]) -> bool:
    return bool(names) and all(view.row(Officer, name) for name in names)
