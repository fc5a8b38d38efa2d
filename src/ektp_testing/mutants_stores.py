"""Stores that do the wrong thing (penyimpan yang keliru): one fault each, and the check that must find it.

The fault sits between the caller and a sound store (`ektp_testing.store_faults`), or between the
store and its fold, or where a book is opened again.
"""

from collections.abc import Callable
from functools import partial
from itertools import count
from typing import Any

from ektp_core.boundary.store import Decide, StoreError
from ektp_core.errors import Refused
from ektp_core.flow.apply import apply
from ektp_core.flow.events import Event, Moved
from ektp_core.flow.rows import RunningNumber
from ektp_core.flow.view import Book
from ektp_testing import store_faults as faults
from ektp_testing.mutant import Caught, Mutant, sentence, words
from ektp_testing.our_stores import MemoryMaker, SqliteMaker, has_files
from ektp_testing.small_book import Apply, decide
from ektp_testing.store_kit import STORE_CHECKS


class SoundMaker:
    """Makes sound stores with a fault before them."""

    def __init__(self, fault: type[faults.Faulty] = faults.Faulty, inner: Any = None) -> None:
        self._fault = fault
        self._inner = inner or MemoryMaker()

    def fresh(self, decide: Decide, apply: Apply, owner: str = "") -> Any:
        """A store of an empty book, with the fault before it."""
        return self._fault(self._inner.fresh(decide, self.fold(apply), owner))

    def reopened(self, store: Any) -> Any:
        """The same book, opened again."""
        return self._fault(self._inner.reopened(store.inner))

    def fold(self, apply: Apply) -> Apply:
        """The fold the store is given; a fault may change it."""
        return apply

    def close(self) -> None:
        """Let go of every book."""
        self._inner.close()


class _FoldKnowsTheTime(SoundMaker):
    """The fold writes a number from outside the book: the log does not give the rows."""

    def __init__(self) -> None:
        super().__init__()
        self._ticks = count(1)

    def fold(self, apply: Apply) -> Apply:
        def folding(book: Book, event: Event) -> None:
            apply(book, event)
            if isinstance(event, Moved):
                book.put(RunningNumber("00.00", next(self._ticks)))

        return folding


class _FoldNeverRefuses(SoundMaker):
    """When the fold refuses an event the event stays, without its rows."""

    def fold(self, apply: Apply) -> Apply:
        def folding(book: Book, event: Event) -> None:
            try:
                apply(book, event)
            except Refused:
                return

        return folding


class _OpensAnEmptyBook(SoundMaker):
    """What was opened again is an empty book."""

    def reopened(self, store: Any) -> Any:
        return self.fresh(decide, apply)


_FAULTS: tuple[tuple[type[faults.Faulty], str], ...] = (
    (faults.NewBookHasAHead, "a_new_book_is_empty"),
    (faults.AnswersWithoutEvents, "an_ask_is_answered_with_its_events"),
    (faults.RepeatsWithoutEvents, "a_repeat_is_answered_with_the_events_of_then"),
    (faults.IdsOnlyOnceSealed, "a_repeat_inside_one_group_is_answered_too"),
    (faults.IdsBindNothing, "other_bytes_under_a_used_id_are_refused"),
    (faults.ACommitEach, "a_group_sees_its_predecessors"),
    (faults.RemembersRefusals, "a_refused_ask_leaves_no_trace"),
    (faults.KeepsHalfAGroup, "an_unexpected_error_takes_the_group_back"),
    (faults.SealsRefusals, "refusals_alone_seal_nothing"),
    (faults.FactsHaveOneName, "facts_carry_no_id"),
    (faults.KeepsWhatIsErased, "a_payload_is_kept_until_erased"),
    (faults.KeepsTheFirstNote, "a_link_survives_reopening"),
    (faults.SealsWithoutLimit, "seals_chain_and_bind_exact_bytes"),
    (faults.DropsCounters, "a_seal_carries_counters_and_pen"),
    (faults.PassesOverlaps, "overlapping_runs_are_refused"),
    (faults.PassesTeleports, "moving_what_is_not_held_is_refused"),
    (faults.PassesOver, "a_blank_put_in_the_wrong_bucket_is_found"),
    (faults.PassesGroups, "a_part_that_later_movements_left_is_still_checked"),
    (faults.PassesWhatMovesNothing, "a_lost_blank_is_found"),
    (faults.PassesWhatMovesNothing, "neighbours_left_apart_are_found"),
    (faults.OneMovementABlank, "several_movements_of_one_blank_are_one_commit"),
    (faults.HeadsAreOneBehind, "a_view_knows_the_heads"),
    (faults.RowsInTextOrder, "rows_come_in_key_order"),
    (faults.LowestIgnoresTheClass, "the_lowest_run_of_a_place_is_found"),
    (faults.MovementsFromBefore, "movements_can_be_listed_from_a_position"),
    (faults.WritesUnderTheReader, "an_open_view_holds_off_the_next_commit"),
)

_MAKERS: tuple[tuple[type[SoundMaker], str], ...] = (
    (_FoldKnowsTheTime, "rows_are_the_fold_of_the_log"),
    (_FoldNeverRefuses, "a_fold_that_refuses_is_taken_back"),
    (_OpensAnEmptyBook, "a_book_survives_reopening"),
)


def _hunted(make: Callable[[], SoundMaker], named: str) -> Caught | None:
    """The check meant for it, run on it; an assertion of the check's own is what counts."""
    (check,) = (one for one in STORE_CHECKS if one.name == named)
    maker = make()
    try:
        check.run(maker)
    except (AssertionError, StoreError):
        return Caught(0, 1)
    finally:
        maker.close()
    return None


def _mutant(named: str, kind: object, make: Callable[[], SoundMaker]) -> Mutant:
    return Mutant("store", words(getattr(kind, "__name__", "")), sentence(kind), named, lambda: _hunted(make, named))


#: Without a database there are no files to spoil: `ektp[testing,hub]` has one.
_IN_FILES = (
    _mutant(
        "a_link_survives_reopening",
        faults.KeepsTheFirstNote,
        lambda: SoundMaker(faults.KeepsTheFirstNote, SqliteMaker()),
    ),
)

STORE_MUTANTS: tuple[Mutant, ...] = (
    *(_mutant(named, fault, partial(SoundMaker, fault)) for fault, named in _FAULTS),
    *(_mutant(named, maker, maker) for maker, named in _MAKERS),
    *(_IN_FILES if has_files() else ()),
)
