"""Our own lock table behind the harness's protocol (tabel kunci kita): a record that only asks `lock.step`.

It asks for no proofs, so it is judged by `LOCK`; who must sign and what must be shown is decided
by the flow, and judged where both books are (`ektp_testing.our_two_books`).

>>> record = TableLock()
>>> record.do(LockEvent.ENTER, Said()), record.do(LockEvent.UNLOCK, Said()), record.state.name
(True, False, 'READY')
"""

from collections.abc import Callable

from attrs import define, field

from ektp_core.lock.step import State, blank_move, step
from ektp_core.lock.table import Row
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.state import LockEvent
from ektp_testing.oracle import BLANKS_PER_ATTEMPT, Said

_ENDS_THE_BLANK = (LockEvent.PROVE_NOT_FED, LockEvent.BLANK_FAILED)
_STOPS_THE_CARD = (LockEvent.SETTLE_LOST, LockEvent.FAIL_CARD, LockEvent.VOID)

LookUp = Callable[[State, LockEvent], Row | None]


@define(eq=False)
class TableLock:
    """One record, moved by a table of transitions and nothing else.

    Attributes:
        look_up: the table; a mutant hands in another.
    """

    look_up: LookUp = step
    state: State = None
    n: int = 0
    bound: int = 0
    failed: int = 0
    blanks: dict[int, Bucket] = field(factory=dict)
    stopped: set[int] = field(factory=set)

    def do(self, event: LockEvent, said: Said) -> bool:
        """Take the event if the table has a cell for it and the blank is where that cell takes it from."""
        row = self.look_up(self.state, event)
        if row is None or (event is LockEvent.BLANK_FAILED and self.failed + 1 >= BLANKS_PER_ATTEMPT):
            return False
        blank = self.bound or said.blank
        start = Bucket.STOCK if event is LockEvent.START else Bucket.SUSPECT
        move = blank_move(row, self.blanks.get(blank, start)) if blank else None
        if blank and row.blank_from and move is None:
            return False
        if event is LockEvent.AUTHORISE:
            self.n, self.bound, self.failed, blank = self.n + 1, 0, 0, 0
        self.state = row.target
        if blank and move:
            self.bound, self.blanks[blank] = blank, move[1]
        self._after(event)
        return True

    def bucket_of(self, blank: int) -> Bucket | None:
        """Where a blank is."""
        return self.blanks.get(blank)

    def is_stopped(self, blank: int) -> bool:
        """Whether a blank is on the stop list."""
        return blank in self.stopped

    def _after(self, event: LockEvent) -> None:
        self.failed += event is LockEvent.BLANK_FAILED
        if event in _STOPS_THE_CARD and self.bound:
            self.stopped.add(self.bound)
        if event in _ENDS_THE_BLANK:
            self.bound = 0
