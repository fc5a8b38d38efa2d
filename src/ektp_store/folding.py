"""The fold repeated beside the book (lipatan ulang): events from zero, in memory.

It keeps rows, runs and the checks below the fold, and of the log only the heads: memory is
that of the rows, however long the log is.
"""

from collections.abc import Iterator

from ektp_core.boundary.store import StoreError
from ektp_core.errors import EktpError
from ektp_core.flow.codec import FOLD, decode_event
from ektp_core.flow.events import Event
from ektp_core.flow.rows import Pen
from ektp_store.book import StoredBook, Tip
from ektp_store.checks import Checks
from ektp_store.committing import Apply
from ektp_store.memory import MemoryRows
from ektp_store.movement import movement_of
from ektp_store.pending import PendingRows
from ektp_store.reading import Damage, StoredCommit
from ektp_store.runs import Runs
from ektp_store.sums import sum_bytes


class Fold:
    """The book that the events alone lead to."""

    def __init__(self, apply: Apply) -> None:
        self.tip = Tip()
        self.rows = MemoryRows()
        self.runs = Runs(by_place=False)
        self.checks = Checks(self.runs)
        self._apply = apply
        self._heads: list[bytes] = []
        self._book = StoredBook(PendingRows(self.rows), self.runs, self)

    def head_of(self, n: int) -> bytes | None:
        """The head of seal `n`."""
        return self._heads[n - 1] if 0 < n <= len(self._heads) else None

    def moves_since(self, seq: int) -> Iterator[tuple[int, Event]]:
        """Deciding reads the log; the fold never does."""
        raise StoreError("the fold reads no log")

    def take(self, commit: StoredCommit) -> None:
        """Apply the events of a commit; the rows must then be those it was sealed over.

        Raises:
            Damage: naming the event or the seal.
        """
        place, seq = "", commit.first
        before, apply, book = self.checks.before, self._apply, self._book
        try:
            for body in commit.sealed.events:
                event = decode_event(body)
                movement = movement_of(event)
                if movement is not None:
                    before(movement)
                apply(book, event)
                seq += 1
            place = f"seal {commit.sealed.n}"
            self._book.keep()
            self.checks.at_seal()
        except StoreError as error:
            raise Damage(place or f"event {seq}", str(error)) from error
        except (EktpError, AssertionError, LookupError, TypeError, ValueError) as error:
            raise Damage(place or f"event {seq}", "it cannot be applied") from error
        self._advance(commit)

    def _advance(self, commit: StoredCommit) -> None:
        header, place = commit.header, f"seal {commit.sealed.n}"
        changes, rows = self._book.changes()
        # An older fold made other rows of the same events: its sums are not comparable, the events are.
        if header.fold == FOLD and header.rows != sum_bytes(rows):
            raise Damage(place, "its events do not lead to the rows it was sealed over")
        if header.fold == FOLD and header.pen and header.pen not in {pen.digest for pen in self._book.rows(Pen)}:
            raise Damage(place, "no station's rows have the digest it carries")
        self._book.settle()
        self.runs.forget()
        self.checks.forget()
        self.rows.write(changes)
        self._heads.append(commit.sealed.head)
        self.tip = Tip(header.n, commit.first + len(commit.sealed.events) - 1, commit.sealed.head, rows)
