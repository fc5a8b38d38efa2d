"""The book as `decide` and `apply` meet it (buku): one class over any keeping.

It keeps the additive digest of rows while they change, and leaves the keeping to three parts:
rows, holdings, log. Rows come back in key order: numbers by value, text by length and then by
its bytes (the order of the key bytes); holdings by series and first serial. A commit weighs
only what it leaves behind: a run that came and went inside it costs no hash. Which rule
allows a change is not known here.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any, Protocol, cast

from attrs import field, frozen

from ektp_core.flow.codec import row_key, row_value
from ektp_core.flow.events import Event
from ektp_core.flow.rows import Row
from ektp_core.flow.view import Position, R
from ektp_core.ledger.holding import Holding
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.wire.merkle import Frontier
from ektp_store.pending import REMEMBERED, Change, PendingRows
from ektp_store.sums import MODULUS, weight


@frozen(slots=False)
class Tip:
    """Where a book stands: its last seal, the sum of its rows, the right edge of its tree."""

    n: int = 0
    seq: int = 0
    head: bytes = b""
    rows: int = 0
    frontier: Frontier = field(factory=Frontier)

    @cached_property
    def position(self) -> Position:
        """The same as a view shows it; the root costs hashes, so it is made when asked for."""
        return Position(self.n, self.seq, self.head, self.frontier.root())


class Holdings(Protocol):
    """Where runs of blanks are kept."""

    def covering(self, series: str, number: int) -> Holding | None:
        """The run that holds this blank."""

    def overlapping(self, series: str, lo: int, hi: int) -> Sequence[Holding]:
        """All runs that share a blank with lo..hi, in order."""

    def lowest(self, party: str, bucket: Bucket, blank_class: str, after: tuple[str, int]) -> Holding | None:
        """The first run of that place above `after`."""

    def runs(self, *series: object) -> Iterator[Holding]:
        """All runs (of that series), in order."""

    def insert(self, run: Holding) -> None:
        """Keep a run."""

    def remove(self, run: Holding) -> None:
        """Let go of exactly this run."""


class Log(Protocol):
    """Where events and seals are kept."""

    tip: Tip

    def head_of(self, n: int) -> bytes | None:
        """The head of seal `n`."""

    def moves_since(self, seq: int) -> Iterator[tuple[int, Event]]:
        """Numbered movements after `seq`, in order."""


class StoredBook:
    """A `Book` over rows, holdings and log."""

    def __init__(self, rows: PendingRows, holdings: Holdings, log: Log) -> None:
        self._rows = rows
        self._holdings = holdings
        self._log = log
        self._held: list[tuple[Holding, bool]] = []  # runs since the last seal, and whether they came (else went)
        self._settling: list[tuple[Holding, int]] = []
        self._weights: dict[tuple[str, int], tuple[Holding, int]] = {}  # of runs sealed not long ago
        self._mark = 0
        self.row: Callable[..., Any] = rows.get
        self._put_row, self._insert, self._remove = rows.put, holdings.insert, holdings.remove
        self.covering = holdings.covering  # one call less on the most frequent question
        self.overlapping = holdings.overlapping

    @property
    def position(self) -> Position:
        """The last sealed commit."""
        return self._log.tip.position

    def head_of(self, n: int) -> bytes | None:
        """The head of a sealed commit."""
        return self._log.head_of(n)

    def rows(self, kind: type[R], *prefix: object) -> Iterator[R]:
        """All rows of that kind whose key starts with `prefix`, in key order."""
        found = self._holdings.runs(*prefix) if kind is Holding else self._rows.scan(kind, prefix)
        return cast(Iterator[R], found)

    def lowest(self, party: str, bucket: Bucket, blank_class: str, after: tuple[str, int] = ("", 0)) -> Holding | None:
        """The first run of that place above `after`."""
        return self._holdings.lowest(party, bucket, blank_class, after)

    def moves_since(self, seq: int) -> Iterator[tuple[int, Event]]:
        """Numbered movements after `seq`, in order."""
        return self._log.moves_since(seq)

    def put(self, row: Row) -> None:
        """Insert or replace a row; a holding is only ever inserted."""
        if type(row) is Holding:
            self._insert(row)
            self._held.append((row, True))
        else:
            self._put_row(row)

    def drop(self, row: Row) -> None:
        """Remove a row."""
        if type(row) is Holding:
            self._remove(row)
            self._held.append((row, False))
        else:
            self._rows.drop(row)

    # -- for the commit ---------------------------------------------------------------

    def keep(self) -> None:
        """The open ask was taken."""
        self._rows.keep()
        self._mark = len(self._held)

    def undo(self) -> None:
        """The open ask was refused; the keeping takes back the holdings."""
        self._rows.undo()
        del self._held[self._mark :]

    def changes(self) -> tuple[list[Change], int]:
        """The rows changed since the last seal, and the sum of all rows with them."""
        changed, total = self._rows.changes()
        total += self._log.tip.rows
        come: dict[int, Holding] = {}  # by identity: the list keeps them alive
        gone: list[Holding] = []
        for run, came in self._held:
            if came:
                come[id(run)] = run
            elif come.pop(id(run), None) is None:
                gone.append(run)
        for run in gone:
            known, weighed = self._weights.pop((run.series, run.lo), (None, 0))
            total -= weighed if known == run else weight_of(run)
        self._settling = [(run, weight_of(run)) for run in come.values()]
        return changed, (total + sum(weighed for _, weighed in self._settling)) % MODULUS

    def settle(self) -> None:
        """The commit was kept."""
        self._rows.settle()
        if len(self._weights) > REMEMBERED:
            self._weights.clear()
        for run, weighed in self._settling:
            self._weights[run.series, run.lo] = (run, weighed)
        self._forget()

    def clear(self) -> None:
        """The commit is over; without `settle` nothing of it was kept."""
        self._rows.clear()
        self._forget()

    def _forget(self) -> None:
        self._held.clear()
        self._settling = []
        self._mark = 0


def weight_of(run: Holding) -> int:
    """What a run adds to the sum of all rows."""
    return weight(row_key(run), row_value(run))
