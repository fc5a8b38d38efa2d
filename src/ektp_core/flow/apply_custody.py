"""The fold of movements (lipatan mutasi): blanks from one place to another, runs kept canonical."""

from ektp_core.flow.events import GivenOut, Moved, TakenIn
from ektp_core.flow.pen import noted
from ektp_core.flow.rows import Holding, Tally
from ektp_core.flow.view import Book
from ektp_core.ledger.holding import Place, run_of
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.party import is_station


def taken_in(book: Book, event: TakenIn) -> None:
    """Blanks come into the book."""
    place = (event.party, event.bucket, event.blank_class)
    _place(book, (event.series, event.lo, event.hi), place, assumed=event.assumed)


def moved(book: Book, event: Moved) -> None:
    """Blanks change their place."""
    run = _lift(book, event)
    place = (event.to_party, event.to_bucket, run.blank_class)
    _place(book, (event.series, event.lo, event.hi), place, assumed=run.assumed)


def given_out(book: Book, event: GivenOut) -> None:
    """Blanks leave the book."""
    _lift(book, event)


def _lift(book: Book, event: Moved | GivenOut) -> Holding:
    """Take the blanks out of the run that holds them, and give that run."""
    lo, hi, party = event.lo, event.hi, event.party
    run = book.covering(event.series, lo)
    assert run is not None and run.hi >= hi, "the fold lost a blank"
    assert run.party == party and run.bucket is event.bucket, "the fold finds a blank elsewhere"
    book.drop(run)
    left = run.part(run.lo, lo - 1) if run.lo < lo else None
    right = run.part(hi + 1, run.hi) if hi < run.hi else None
    if left is not None:
        book.put(left)
    if right is not None:
        book.put(right)
    _bump(book, party, run.bucket, run.blank_class, lo - hi - 1)
    if is_station(party):
        _note(book, (run,), (left, right))
    return run


def _place(book: Book, serials: tuple[str, int, int], place: Place, *, assumed: bool) -> None:
    """Put blanks at a place, in one run with the neighbours that are there too."""
    series, lo, hi = serials
    party, bucket, blank_class = place
    _bump(book, party, bucket, blank_class, hi - lo + 1)
    left = book.covering(series, lo - 1)
    if left is not None and not (left.hi == lo - 1 and left.is_at(place, assumed=assumed)):
        left = None
    right = book.covering(series, hi + 1)
    if right is not None and not (right.lo == hi + 1 and right.is_at(place, assumed=assumed)):
        right = None
    if left is not None:
        lo = left.lo
        book.drop(left)
    if right is not None:
        hi = right.hi
        book.drop(right)
    whole = run_of(series, lo, hi, place, assumed)
    book.put(whole)
    if is_station(party):
        _note(book, (left, right), (whole,))


Runs = tuple[Holding | None, ...]


def _note(book: Book, gone: Runs, come: Runs) -> None:
    """The digest of a station's pen follows its runs."""
    for run in gone:
        if run is not None:
            noted(book, run, -1)
    for run in come:
        if run is not None:
            noted(book, run, +1)


def _bump(book: Book, party: str, bucket: Bucket, blank_class: str, by: int) -> None:
    tally = book.row(Tally, party, bucket, blank_class)
    count = (tally.count if tally else 0) + by
    assert count >= 0, "fewer than no blanks"
    counted = Tally(party, bucket, blank_class, count)
    if count:
        book.put(counted)
    else:
        book.drop(counted)
