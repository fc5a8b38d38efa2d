"""The book on top of a book: what it shows is what the book would be, and the book below stays."""

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from ektp_core.flow.apply import apply
from ektp_core.flow.events import Event, GivenOut, Moved, TakenIn
from ektp_core.flow.overlay import Overlay
from ektp_core.flow.rows import Attempt, Holding, Party, Tally
from ektp_core.flow.view import View
from ektp_core.vocabulary.bucket import Bucket
from ektp_store.memory import MemoryGround
from tests.core.flow.office_cards import supply
from tests.core.flow.offices import CLASS, OFFICE, ONE, founded


def below() -> tuple[MemoryGround, list[Holding]]:
    """A book with a few runs and rows."""
    ground = MemoryGround()
    runs = [
        Holding("A", 1, 10, ONE, Bucket.STOCK, CLASS),
        Holding("A", 11, 20, OFFICE, Bucket.STOCK, CLASS),
        Holding("A", 31, 40, ONE, Bucket.STOCK, CLASS),
        Holding("B", 1, 5, ONE, Bucket.STOCK, CLASS),
    ]
    for run in runs:
        apply(ground.book, TakenIn(run.series, run.lo, run.hi, run.party, run.bucket, CLASS, "supplier/PNRI"))
    for name in ("centre", "office/52.03", "x"):
        ground.book.put(Party(name, name))
    return ground, runs


def runs_of(view: View) -> list[Holding]:
    return [*view.overlapping("A", 1, 100), *view.overlapping("B", 1, 100)]


def test_writes_stay_above() -> None:
    ground, runs = below()
    overlay = Overlay(ground.book)
    overlay.put(Party("x", "changed"))
    overlay.put(Party("new", "new"))
    overlay.drop(Party("centre", "centre"))
    overlay.drop(Party("never there", ""))
    overlay.drop(runs[0])
    assert overlay.row(Party, "x") == Party("x", "changed")
    assert overlay.row(Party, "centre") is None and overlay.row(Party, "never there") is None
    assert overlay.covering("A", 5) is None
    assert ground.book.row(Party, "x") == Party("x", "x") and ground.book.row(Party, "new") is None
    assert ground.book.covering("A", 5) == runs[0]


def test_rows_come_in_the_order_of_the_book_below() -> None:
    ground, _ = below()
    overlay = Overlay(ground.book)
    for name in ("a", "zz", "mmm"):
        overlay.put(Party(name, "new"))
    overlay.drop(Party("x", "x"))
    ground_too = MemoryGround()
    for name in ("centre", "office/52.03", "a", "zz", "mmm"):
        ground_too.book.put(Party(name, ""))
    assert [one.party for one in overlay.rows(Party)] == [one.party for one in ground_too.book.rows(Party)]


def test_rows_of_a_prefix_are_those_and_no_others() -> None:
    ground, _ = below()
    ground.book.put(Attempt("52.03-000001", 1, ONE, 0))
    overlay = Overlay(ground.book)
    overlay.put(Attempt("52.03-000001", 2, ONE, 0))
    overlay.put(Attempt("52.03-0000011", 1, ONE, 0))
    assert [one.n for one in overlay.rows(Attempt, "52.03-000001")] == [1, 2]


@given(st.data())
def test_the_overlay_shows_what_the_book_would_be(data: st.DataObject) -> None:
    """Random movements on both: the same runs everywhere, found by every way of asking."""
    ground, _ = below()
    plain, _ = below()
    overlay = Overlay(ground.book)
    before = runs_of(ground.book)
    for _ in range(data.draw(st.integers(1, 8))):
        runs = runs_of(plain.book)
        run = data.draw(st.sampled_from(runs))
        lo = data.draw(st.integers(run.lo, run.hi))
        hi = data.draw(st.integers(lo, run.hi))
        target = (data.draw(st.sampled_from([ONE, OFFICE])), data.draw(st.sampled_from([Bucket.STOCK, Bucket.LOST])))
        event: Event = Moved(run.series, lo, hi, run.party, run.bucket, *target)
        if data.draw(st.booleans()):
            event = GivenOut(run.series, lo, hi, run.party, run.bucket)
        if target == (run.party, run.bucket) or len(runs) == 1:
            continue
        apply(plain.book, event)
        apply(overlay, event)
        assert runs_of(overlay) == runs_of(plain.book)
        for party in (ONE, OFFICE):
            for bucket in (Bucket.STOCK, Bucket.LOST):
                assert list(walked(overlay, party, bucket)) == list(walked(plain.book, party, bucket))
                assert overlay.row(Tally, party, bucket, CLASS) == plain.book.row(Tally, party, bucket, CLASS)
        for number in (1, 15, 25, 40):
            assert overlay.covering("A", number) == plain.book.covering("A", number)
    assert runs_of(ground.book) == before


def walked(view: View, party: str, bucket: Bucket) -> Iterator[Holding]:
    run = view.lowest(party, bucket, CLASS)
    while run:
        yield run
        run = view.lowest(party, bucket, CLASS, (run.series, run.lo))


def test_position_heads_and_movements_are_those_of_the_book_below() -> None:
    books = founded()
    supply(books, 1, 5)
    with books.hub.read() as view:
        overlay = Overlay(view)
        assert overlay.position == view.position
        assert overlay.head_of(1) == view.head_of(1) and overlay.head_of(99) is None
        assert list(overlay.moves_since(0)) == list(view.moves_since(0)) != []
