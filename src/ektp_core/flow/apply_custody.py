"""The fold of movements (lipatan mutasi): blanks from one place to another, runs kept canonical."""

from ektp_core.flow.events import GivenOut, Moved, TakenIn
from ektp_core.flow.pen import noted
from ektp_core.flow.rows import Holding, Tally
from ektp_core.flow.view import Book
from ektp_core.ledger.holding import joined
from ektp_core.vocabulary.party import is_station


def taken_in(book: Book, event: TakenIn) -> None:
    """Blanks come into the book."""
    run = Holding(event.series, event.lo, event.hi, event.party, event.bucket, event.blank_class, event.assumed)
    _place(book, run)


def moved(book: Book, event: Moved) -> None:
    """Blanks change their place."""
    run = _lift(book, event)
    _place(
        book,
        Holding(event.series, event.lo, event.hi, event.to_party, event.to_bucket, run.blank_class, run.assumed),
    )


def given_out(book: Book, event: GivenOut) -> None:
    """Blanks leave the book."""
    _lift(book, event)


def _lift(book: Book, event: Moved | GivenOut) -> Holding:
    """Take the blanks out of the run that holds them, and give that run."""
    run = book.covering(event.series, event.lo)
    assert run is not None and run.hi >= event.hi, "the fold lost a blank"
    assert run.party == event.party and run.bucket is event.bucket, "the fold finds a blank elsewhere"
    left = run.part(run.lo, event.lo - 1) if run.lo < event.lo else None
    right = run.part(event.hi + 1, run.hi) if event.hi < run.hi else None
    _rewrite(book, run, (run,), (left, right))
    _bump(book, run, event.lo - event.hi - 1)
    return run


def _place(book: Book, run: Holding) -> None:
    _bump(book, run, run.hi - run.lo + 1)
    left = book.covering(run.series, run.lo - 1)
    right = book.covering(run.series, run.hi + 1)
    whole = joined(left, run, right)
    lost = (left if whole.lo < run.lo else None, right if whole.hi > run.hi else None)
    _rewrite(book, run, lost, (whole,))


Runs = tuple[Holding | None, ...]


def _rewrite(book: Book, at: Holding, gone: Runs, come: Runs) -> None:
    """Runs of one place go and others come; the digest of a station's pen follows."""
    is_penned = is_station(at.party)
    for run in gone:
        if run is not None:
            book.drop(run)
            if is_penned:
                noted(book, run, -1)
    for run in come:
        if run is not None:
            book.put(run)
            if is_penned:
                noted(book, run, +1)


def _bump(book: Book, run: Holding, by: int) -> None:
    tally = book.row(Tally, run.party, run.bucket, run.blank_class)
    count = (tally.count if tally else 0) + by
    assert count >= 0, "fewer than no blanks"
    counted = Tally(run.party, run.bucket, run.blank_class, count)
    if count:
        book.put(counted)
    else:
        book.drop(counted)
