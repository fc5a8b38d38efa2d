"""The fold of movements (lipatan mutasi): blanks from one place to another, runs kept canonical."""

from ektp_core.flow.events import GivenOut, Moved, TakenIn
from ektp_core.flow.pen import noted
from ektp_core.flow.rows import Holding, Tally
from ektp_core.flow.view import Book
from ektp_core.ledger.holding import joined, without


def taken_in(book: Book, event: TakenIn) -> None:
    """Blanks come into the book."""
    run = Holding(event.series, event.lo, event.hi, event.party, event.bucket, event.blank_class, event.assumed)
    _place(book, run)


def moved(book: Book, event: Moved) -> None:
    """Blanks change their place."""
    _place(book, _lift(book, event).at(event.to_party, event.to_bucket))


def given_out(book: Book, event: GivenOut) -> None:
    """Blanks leave the book."""
    _lift(book, event)


def _lift(book: Book, event: Moved | GivenOut) -> Holding:
    run = book.covering(event.series, event.lo)
    assert run is not None and run.hi >= event.hi, "the fold lost a blank"
    assert (run.party, run.bucket) == (event.party, event.bucket), "the fold finds a blank elsewhere"
    _unhold(book, run)
    for rest in without(run, event.lo, event.hi):
        _hold(book, rest)
    lifted = run.part(event.lo, event.hi)
    _bump(book, lifted, -len(lifted))
    return lifted


def _place(book: Book, run: Holding) -> None:
    _bump(book, run, len(run))
    left = book.covering(run.series, run.lo - 1)
    right = book.covering(run.series, run.hi + 1)
    whole = joined(left, run, right)
    if left and whole.lo < run.lo:
        _unhold(book, left)
    if right and whole.hi > run.hi:
        _unhold(book, right)
    _hold(book, whole)


def _hold(book: Book, run: Holding) -> None:
    book.put(run)
    noted(book, run, +1)


def _unhold(book: Book, run: Holding) -> None:
    book.drop(run)
    noted(book, run, -1)


def _bump(book: Book, run: Holding, by: int) -> None:
    tally = book.row(Tally, *run.place) or Tally(*run.place, count=0)
    count = tally.count + by
    assert count >= 0, "fewer than no blanks"
    if count:
        book.put(Tally(*run.place, count=count))
    else:
        book.drop(tally)
