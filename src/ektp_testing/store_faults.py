"""Faults that sit before a sound store (kesalahan penyimpan): each changes one thing the protocol promises.

They use the protocol only, so that a fault stays the same fault when the store is written anew.
What they are for stands in `ektp_testing.mutants_stores`.
"""

# ruff: noqa: D102 - each method stands in for one of the protocol's, which says what it does

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from attrs import evolve

from ektp_core.boundary.store import Accepted, Answer, Payload, Sealed, Store, StoreError, Work
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.events import Moved
from ektp_core.flow.view import Position
from ektp_testing.small_book import Move, Name, TakeIn, Unchecked, asked

Group = Sequence[Work]
Counters = Sequence[tuple[str, int]]


class Faulty:
    """A sound store; what a fault does not change goes through."""

    def __init__(self, inner: Store) -> None:
        self.inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def commit(self, group: Group, at_ms: int, counters: Counters = ()) -> tuple[Answer, ...]:
        return self.inner.commit(group, at_ms, counters)

    @contextmanager
    def read(self) -> Iterator[Any]:
        with self.inner.read() as view:
            yield self.view(view)

    def view(self, view: Any) -> Any:
        return view


class View:
    """A view; what a fault does not change goes through."""

    def __init__(self, inner: Any, **changed: Callable[..., Any]) -> None:
        self._inner = inner
        self._changed = changed

    def __getattr__(self, name: str) -> Any:
        return self._changed[name] if name in self._changed else getattr(self._inner, name)


class NewBookHasAHead(Faulty):
    """A new book stands at a head that no commit has."""

    def position(self) -> Position:
        found = self.inner.position()
        return found if found.n else evolve(found, head=bytes(32))


class AnswersWithoutEvents(Faulty):
    """An ask is taken, and what followed from it is not said."""

    def commit(self, group: Group, at_ms: int, counters: Counters = ()) -> tuple[Answer, ...]:
        return tuple(
            evolve(one, events=()) if isinstance(one, Accepted) and one.is_first else one
            for one in super().commit(group, at_ms, counters)
        )


class RepeatsWithoutEvents(Faulty):
    """A repeat is answered, but not with the events of then."""

    def commit(self, group: Group, at_ms: int, counters: Counters = ()) -> tuple[Answer, ...]:
        return tuple(
            one if isinstance(one, Refused) or one.is_first else evolve(one, events=())
            for one in super().commit(group, at_ms, counters)
        )


class IdsOnlyOnceSealed(Faulty):
    """An id is known only when its commit is sealed: twice in one group it is taken twice."""

    def commit(self, group: Group, at_ms: int, counters: Counters = ()) -> tuple[Answer, ...]:
        seen: set[str] = set()
        works = []
        for work in group:
            again = work.ask.id and work.ask.id in seen
            works.append(evolve(work, ask=evolve(work.ask, id=f"{work.ask.id}/2")) if again else work)
            seen.add(work.ask.id)
        return super().commit(works, at_ms, counters)


class IdsBindNothing(Faulty):
    """An id is kept without the digest it came with."""

    def commit(self, group: Group, at_ms: int, counters: Counters = ()) -> tuple[Answer, ...]:
        works = [evolve(work, ask=evolve(work.ask, digest=bytes(32))) for work in group]
        return super().commit(works, at_ms, counters)


class ACommitEach(Faulty):
    """A group is sealed one by one."""

    def commit(self, group: Group, at_ms: int, counters: Counters = ()) -> tuple[Answer, ...]:
        return tuple(super(ACommitEach, self).commit([work], at_ms, counters)[0] for work in group)


class RemembersRefusals(Faulty):
    """An id that was refused once is refused for ever."""

    def __init__(self, inner: Store) -> None:
        super().__init__(inner)
        self._refused: set[str] = set()

    def commit(self, group: Group, at_ms: int, counters: Counters = ()) -> tuple[Answer, ...]:
        known = [Refused(Refusal.ID_REUSED, {"id": work.ask.id}) for work in group if work.ask.id in self._refused]
        if known:
            return tuple(known)
        answers = super().commit(group, at_ms, counters)
        self._refused |= {work.ask.id for work, one in zip(group, answers, strict=True) if isinstance(one, Refused)}
        return answers


class KeepsHalfAGroup(Faulty):
    """When an ask falls over, what was taken before it is kept."""

    def commit(self, group: Group, at_ms: int, counters: Counters = ()) -> tuple[Answer, ...]:
        try:
            return super().commit(group, at_ms, counters)
        except RuntimeError:
            super().commit(group[:-1], at_ms, counters)
            raise


class SealsRefusals(Faulty):
    """A refusal is written into the log."""

    def commit(self, group: Group, at_ms: int, counters: Counters = ()) -> tuple[Answer, ...]:
        answers = super().commit(group, at_ms, counters)
        if isinstance(answers[0], Refused) and len(group) > 1:
            super().commit([asked("", Name(("refused",)))], at_ms)
        return answers


class FactsHaveOneName(Faulty):
    """Asks without an id are taken for one and the same."""

    def commit(self, group: Group, at_ms: int, counters: Counters = ()) -> tuple[Answer, ...]:
        works = [evolve(work, ask=evolve(work.ask, id=work.ask.id or "fact")) for work in group]
        return super().commit(works, at_ms, counters)


class KeepsWhatIsErased(Faulty):
    """Erasing says yes and destroys nothing."""

    def erase(self, digest: bytes, instead: Payload | None = None) -> bool:
        return self.inner.payload(digest) is not None


class KeepsTheFirstNote(Faulty):
    """A note beside the chain cannot be replaced."""

    def set_link(self, name: str, value: bytes) -> None:
        if self.inner.link(name) is None:
            self.inner.set_link(name, value)


class SealsWithoutLimit(Faulty):
    """Commits are listed to the end, whatever limit was given."""

    def sealed_since(self, n: int, limit: int) -> Sequence[Sealed]:
        return self.inner.sealed_since(n, 1_000_000 if n else limit)


class DropsCounters(Faulty):
    """The printers' counters do not reach the seal."""

    def commit(self, group: Group, at_ms: int, counters: Counters = ()) -> tuple[Answer, ...]:
        return super().commit(group, at_ms)


class PassesOver(Faulty):
    """What the store finds wrong is passed over and confirmed; subclasses say when."""

    def commit(self, group: Group, at_ms: int, counters: Counters = ()) -> tuple[Answer, ...]:
        try:
            return super().commit(group, at_ms, counters)
        except StoreError:
            if not self.passes(group):
                raise
            return tuple(Accepted(self.inner.position().n, ()) for _ in group)

    def passes(self, group: Group) -> bool:
        return all(isinstance(work.ask.body, Move) for work in group) and len(group) == 1


class PassesOverlaps(PassesOver):
    """Blanks that are in the book already come in again."""

    def passes(self, group: Group) -> bool:
        return isinstance(group[0].ask.body, Unchecked)


class PassesTeleports(PassesOver):
    """A movement may start where the blanks are not."""

    def passes(self, group: Group) -> bool:
        body = group[0].ask.body
        return isinstance(body, Unchecked) and isinstance(body.events[0], Moved)


class PassesGroups(PassesOver):
    """A commit of several asks is not checked."""

    def passes(self, group: Group) -> bool:
        return len(group) > 1


class PassesWhatMovesNothing(PassesOver):
    """A commit in which no blank moves is not checked."""

    def passes(self, group: Group) -> bool:
        return isinstance(group[0].ask.body, Name)


class OneMovementABlank(Faulty):
    """A blank may move once a commit."""

    def commit(self, group: Group, at_ms: int, counters: Counters = ()) -> tuple[Answer, ...]:
        if len([work for work in group if isinstance(work.ask.body, Move | TakeIn)]) > 3:
            raise StoreError("a blank is moved twice")
        return super().commit(group, at_ms, counters)


class HeadsAreOneBehind(Faulty):
    """The head looked up for a commit is the one before it."""

    def view(self, view: Any) -> Any:
        return View(view, head_of=lambda n: view.head_of(n - 1))


class RowsInTextOrder(Faulty):
    """Rows come in the order of their keys as text: 11 before 8."""

    def view(self, view: Any) -> Any:
        return View(view, rows=lambda kind, *prefix: iter(sorted(view.rows(kind, *prefix), key=_as_text)))


def _as_text(row: Any) -> str:
    return str(int(row.bucket)) if hasattr(row, "bucket") else str(row)


class LowestIgnoresTheClass(Faulty):
    """The first run of a place is given, whatever class was asked for."""

    def view(self, view: Any) -> Any:
        return View(view, lowest=lambda party, bucket, _, after=("", 0): view.lowest(party, bucket, "v5", after))


class MovementsFromBefore(Faulty):
    """The movement at the position given is listed too."""

    def view(self, view: Any) -> Any:
        return View(view, moves_since=lambda seq: view.moves_since(seq - 1))


class WritesUnderTheReader(Faulty):
    """A commit is taken while somebody reads; the reader sees half of both."""

    @contextmanager
    def read(self) -> Iterator[Any]:
        with self.inner.read() as view:
            held = view
        yield held
