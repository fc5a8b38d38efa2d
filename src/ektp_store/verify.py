"""Whether a book is what its log says (pembuktian buku): every seal checked, every row compared.

`verify` folds all events from zero into a book in memory and requires of the file:

- each seal hashes to its head, follows the one before, and binds exactly its events and ids;
- after each seal the rows of the fold have the sum the seal carries;
- at the end every row, every run, the totals and the tree are those of the fold, the pages
  are sound and the triggers are the ones of this version.

With `since` the seals up to that one are taken as they stand and nothing is folded. Then the
seals after it and their events and ids are checked in the same way, and the rows of the file
must have the sum that the last seal carries. That shows that rows and log end at the same
seal; that the events lead to those rows is shown by the fold alone.

With `chain` the log alone is read: every seal, event and id is hashed and linked as above, and
nothing is folded nor compared with the rows. That is quick, and shows that the log is the one
that was sealed; not that the rows are what it says.

With `head` the book must hold a seal with that head: a book whose end was cut off is whole
in itself, and only somebody who remembers more can tell.

What is found is a refusal that names the place: an event, a seal, an id, a row, a run.
Erased payloads are counted and are no damage. Nothing is written, and the book may be in use.
"""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import zip_longest
from typing import Any

import apsw
from attrs import frozen

from ektp_core.flow.codec import row_key, row_value
from ektp_core.wire.merkle import Frontier
from ektp_store.committing import Apply
from ektp_store.folding import Fold
from ektp_store.kept_tree import KEPT_EVERY
from ektp_store.opening import damaged, open_to_read
from ektp_store.reading import Damage, Reading, shown_row
from ektp_store.sums import MODULUS, sum_bytes, weight

Progress = Callable[[int, int], None]


@frozen
class Verified:
    """What was verified; `head` and `root` in hexadecimal, to be kept elsewhere."""

    commits: int
    events: int
    rows: int
    holdings: int
    payloads_kept: int
    payloads_erased: int
    head: str
    root: str


def verify(
    path: str,
    apply: Apply,
    head: bytes | None = None,
    since: int = 0,
    progress: Progress | None = None,
    *,
    chain: bool = False,
    key: bytes | None = None,
) -> Verified:
    """Verify the book at `path`, or its log alone; `progress` is told commits done and commits in all.

    Raises:
        Refused: BOOK_DAMAGED with `path`, `place` and `found`; BOOK_NEWER, BOOK_TOO_OLD_ENGINE;
            BAD_FILE when the key of an encrypted book is missing or another's.
    """
    connection = open_to_read(path, key=key)
    reading = Reading(connection, check_sums=not chain)
    try:
        with _no_cycles():
            return _Verifying(reading, apply, chain).run(head, since, progress)
    except Damage as damage:
        raise damaged(path, damage.place, damage.found) from None
    except (apsw.Error, UnicodeDecodeError) as error:
        raise damaged(path, reading.place, f"it cannot be read ({type(error).__name__})") from None
    finally:
        connection.close()


@contextmanager
def _no_cycles() -> Iterator[None]:
    """Rows hold no rows, so there are no cycles to look for; looking takes a fifth of the fold's time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class _Verifying:
    def __init__(self, reading: Reading, apply: Apply, chain: bool) -> None:
        self._reading = reading
        self._chain = chain
        self._fold = Fold(apply)
        self._tree = Frontier()
        self._kept: tuple[int, bytes] | None = None

    def _grow(self, head: bytes) -> None:
        self._tree = self._tree.add(head)
        if not self._tree.size % KEPT_EVERY:
            self._kept = (self._tree.size, self._tree.to_bytes())

    def run(self, head: bytes | None, since: int, progress: Progress | None) -> Verified:
        """Everything, in one read transaction."""
        reading = self._reading
        reading.begin()
        total = reading.count("seal")
        last_head, is_remembered = b"", not head
        for last_head in reading.heads(since):
            self._grow(last_head)
            is_remembered = is_remembered or last_head == head
        for commit in reading.commits(since):
            last_head = commit.sealed.head
            if not since and not self._chain:
                self._fold.take(commit)
            self._grow(last_head)
            is_remembered = is_remembered or last_head == head
            if progress:
                progress(commit.sealed.n, total)
        self._check_end(total, since)
        if not is_remembered:
            raise Damage("the end of the book", f"no seal has the head {(head or b'').hex()}; the last is {total}")
        return self._verified(total, last_head)

    def _check_end(self, total: int, since: int) -> None:
        """What the file holds now, against the last seal."""
        reading = self._reading
        if reading.frontier() != self._kept:
            raise Damage("the tree", "it is not the one over the seals")
        if self._chain:
            return
        if since:
            self._check_sum()
        else:
            _compare(reading.holdings(), (((run.series, run.lo), run) for run in self._fold.runs.runs()), _shown_run)
            _compare(reading.rows(), self._fold.rows.all(), shown_row)
            self._compare_totals()
        reading.check_pages()

    def _check_sum(self) -> None:
        rows = sum(weight(key, value) for key, value in self._reading.rows())
        held = sum(weight(row_key(run), row_value(run)) for _, run in self._reading.holdings())
        last = self._reading.header
        if last.rows != sum_bytes((rows + held) % MODULUS):
            raise Damage("the rows", f"they are not those of seal {last.n}; verifying from zero names them")

    def _compare_totals(self) -> None:
        found, expected = self._reading.totals(), self._fold.checks.totals
        for series in sorted({*found, *expected}):
            if found.get(series) != expected.get(series):
                raise Damage(f"total {series}", "the log says otherwise")

    def _verified(self, commits: int, head: bytes) -> Verified:
        count = self._reading.count
        kept, payloads = count("payload_key"), count("payload")
        return Verified(
            commits,
            count("event"),
            count("row"),
            count("holding"),
            kept,
            payloads - kept,
            head.hex(),
            self._tree.root().hex(),
        )


def _compare(found: Iterator[Any], expected: Iterator[Any], shown: Callable[[Any], str]) -> None:
    """Two sorted lists of (key, value) must be equal; the first difference is named."""
    for here, there in zip_longest(found, expected):
        if here == there:
            continue
        if there is None or (here is not None and here[0] < there[0]):
            raise Damage(shown(here[0]), "the log knows no such row")
        if here is None or here[0] > there[0]:
            raise Damage(shown(there[0]), "it is missing; the log says there is one")
        raise Damage(shown(here[0]), "the log says otherwise")


def _shown_run(key: tuple[str, int]) -> str:
    return f"holding {key[0]} {key[1]}"
