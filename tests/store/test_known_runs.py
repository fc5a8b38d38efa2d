"""What the store remembers of runs is never anything else than what is in the book."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ektp_core.ledger.holding import Holding, joined, without
from ektp_core.vocabulary.bucket import Bucket
from ektp_store import known_runs
from ektp_store.known_runs import KnownRuns
from ektp_store.runs import Runs

PLACES = [("centre", Bucket.STOCK), ("centre", Bucket.RESERVED), ("office/52.03", Bucket.STOCK)]
SERIES = ("A", "B")

_moves = st.lists(
    st.tuples(st.sampled_from(SERIES), st.integers(1, 30), st.integers(1, 12), st.sampled_from(PLACES), st.booleans()),
    max_size=40,
)


def _moved(book: Runs, known: KnownRuns, run: Holding, part: Holding) -> None:
    """Move a part of a run, as the fold does."""

    def swap(gone: Holding | None, come: tuple[Holding, ...]) -> None:
        if gone:
            book.remove(gone)
            known.went(gone)
        for one in come:
            book.insert(one)
            known.came(one)

    lo, hi = part.lo, part.hi
    swap(run, without(run, lo, hi))
    left, right = book.covering(run.series, lo - 1), book.covering(run.series, hi + 1)
    whole = joined(left, part, right)
    swap(left if whole.lo < lo else None, ())
    swap(right if whole.hi > hi else None, (whole,))


def _answers_fit(book: Runs, known: KnownRuns) -> None:
    for series in SERIES:
        for number in range(45):
            found = known.covering(series, number)
            assert found is None or found == book.covering(series, number)
    for place in PLACES:
        lowest = known.lowest((*place, "v5"))
        assert lowest is None or lowest == book.lowest(*place, "v5", ("", 0))


@pytest.mark.parametrize("remembered", [3, 1000])
@given(moves=_moves)
def test_what_is_known_is_what_the_book_says(remembered: int, moves: list[tuple[str, int, int, tuple[str, Bucket], bool]]) -> None:
    book, known = Runs(), KnownRuns()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(known_runs, "REMEMBERED", remembered)
        for series in SERIES:
            carton = Holding(series, 1, 40, *PLACES[0], "v5")
            book.insert(carton)
            known.came(carton)
        for series, at, size, place, is_asked in moves:
            run = book.covering(series, at)
            assert run is not None
            if is_asked:
                first = book.lowest(*place, "v5", ("", 0))
                if first:
                    known.read(first)
                    known.is_lowest(first)
            _moved(book, known, run, run.part(at, min(run.hi, at + size)).at(*place))
            _answers_fit(book, known)


def test_what_was_moved_is_known_and_what_was_forgotten_is_asked_for() -> None:
    known = KnownRuns()
    carton = Holding("A", 1, 40, *PLACES[0], "v5")
    known.came(carton)
    known.is_lowest(carton)
    rest = carton.part(2, 40)
    known.went(carton)
    assert known.lowest(carton.place) is None
    known.came(rest)
    assert (known.covering("A", 7), known.lowest(carton.place)) == (rest, rest)
    known.forget()
    assert (known.covering("A", 7), known.lowest(carton.place)) == (None, None)
