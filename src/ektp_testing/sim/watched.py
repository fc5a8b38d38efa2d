"""A book that is watched (buku yang diamati): the real store, with an observer and a death after a commit.

Everything asked of it is answered by the store itself. After each commit that returned, whoever
watches is told; and the process may die right then, before anybody learns of the commit.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

from attrs import define

from ektp_core.boundary.store import Answer, Work
from ektp_core.flow.view import View
from ektp_store.sqlite import SqliteStore


class Died(Exception):
    """The process ended here."""


@define(eq=False)
class WatchedStore:
    """One book, watched.

    Attributes:
        committed: told the works, their answers and the time they were sealed with, after each commit.
        dies: whether the process dies now.
    """

    inner: SqliteStore
    committed: Callable[[Sequence[Work], Sequence[Answer], int], None]
    dies: Callable[[], bool]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def read(self) -> AbstractContextManager[View]:
        """The book as last sealed."""
        return self.inner.read()

    def commit(self, group: Sequence[Work], at_ms: int, counters: Sequence[tuple[str, int]] = ()) -> tuple[Answer, ...]:
        """Commit; tell; perhaps die."""
        answers = self.inner.commit(group, at_ms, counters)
        self.committed(group, answers, at_ms)
        if self.dies():
            raise Died
        return answers
