"""One step of the print lock (langkah kunci): look the cell up in the table, or nothing.

>>> found = step(LockState.READY, LockEvent.AUTHORISE)
>>> found.target.name if found else None
'AUTHORISED'
>>> step(LockState.READY, LockEvent.UNLOCK) is None
True
"""

from ektp_core.lock.table import TABLE, Row
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.state import By, LockEvent, LockState

State = LockState | None


def _indexed() -> dict[tuple[State, LockEvent], Row]:
    cells: dict[tuple[State, LockEvent], Row] = {}
    for row in TABLE:
        assert (row.source, row.event) not in cells, f"two rows for {row.source}, {row.event}"
        cells[row.source, row.event] = row
    return cells


_CELLS = _indexed()

#: States in which the pen of a lock is with the station that holds it.
STATION_STATES = frozenset(source for source in LockState if any(r.by is By.STN and r.source is source for r in TABLE))


def step(state: State, event: LockEvent) -> Row | None:
    """The row for this state and event, or None where nothing may happen."""
    return _CELLS.get((state, event))


def allowed(state: State, by: By | None = None) -> tuple[LockEvent, ...]:
    """Events possible in a state, in the table's order; only those of `by` if given."""
    return tuple(r.event for r in TABLE if r.source is state and by in (None, r.by))


def what_next(state: LockState) -> str:
    """What can happen now and who must speak, in plain words (message ids of the catalogue)."""
    rows = [row for row in TABLE if row.source is state]
    if not rows:
        return "Nothing more happens to this record."
    return " ".join(f"{row.event.name}: {row.why}" for row in rows)


def blank_move(row: Row, bucket: Bucket) -> tuple[Bucket, Bucket] | None:
    """From where to where the blank goes when it lies in `bucket`, or None if it stays."""
    if row.blank_to is None or bucket not in row.blank_from:
        return None
    return bucket, row.blank_to
