"""What every store must do with rows and runs: hold them, list them, and stop a fold that errs."""

from collections.abc import Iterator

from ektp_core.boundary.store import Accepted, Store, StoreError
from ektp_core.flow.apply import apply
from ektp_core.flow.events import Event, GivenOut, Moved, PartyNamed, TakenIn
from ektp_core.flow.rows import Party, Tally
from ektp_core.flow.view import Book
from ektp_core.ledger.holding import Holding
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.wire import chain
from ektp_testing.small_book import GiveOut, Move, Name, TakeIn, Unchecked, asked, decide
from ektp_testing.store_scenes import Maker, answer_to, last_header, lived_in, refusing, runs_of, supplied


def rows_are_the_fold_of_the_log(maker: Maker) -> None:
    """The log folded into another book gives the same rows and the same sum of them."""
    store = lived_in(maker, "")
    other = maker.fresh(lambda _, ask: ask.body.events, apply)  # type: ignore[attr-defined]  # always Unchecked
    for sealed, bodies in _commits(store):
        other.commit([asked("", Unchecked(bodies))], chain.read_header(sealed).at_ms)
    assert runs_of(other) == runs_of(store)
    ours, theirs = last_header(store), last_header(other)
    assert (ours.rows, ours.events) == (theirs.rows, theirs.events)


def overlapping_runs_are_refused(maker: Maker) -> None:
    """Blanks that are in the book are not taken in again, whatever `decide` said."""
    store = supplied(maker)
    event = TakenIn("A", 50, 150, "centre", Bucket.STOCK, "v5", "supplier/PNRI")
    with refusing(store, StoreError):
        answer_to(store, "again", Unchecked((event,)))


def moving_what_is_not_held_is_refused(maker: Maker) -> None:
    """A movement must start from one run held by that party in that bucket."""
    store = supplied(maker)
    for event in (
        Moved("A", 5, 9, "x", Bucket.STOCK, "y", Bucket.STOCK),
        Moved("A", 5, 9, "centre", Bucket.LOST, "y", Bucket.STOCK),
        Moved("A", 99, 101, "centre", Bucket.STOCK, "y", Bucket.STOCK),
        GivenOut("B", 1, 1, "centre", Bucket.STOCK),
    ):
        with refusing(store, StoreError):
            answer_to(store, "wrong", Unchecked((event,)))


def a_blank_put_in_the_wrong_bucket_is_found(maker: Maker) -> None:
    """A fold that moves a blank elsewhere than its event says is stopped at the seal."""

    def misplacing(book: Book, event: Event) -> None:
        if isinstance(event, Moved):
            event = Moved(event.series, event.lo, event.hi, event.party, event.bucket, event.to_party, Bucket.LOST)
        apply(book, event)

    store = supplied(maker, misplacing)
    with refusing(store, StoreError):
        answer_to(store, "move", Move(20, 22, "centre", "x"))


def a_part_that_later_movements_left_is_still_checked(maker: Maker) -> None:
    """When part of a movement goes on in the same commit, the rest must still be where it was put."""

    def misplacing(book: Book, event: Event) -> None:
        apply(book, event)
        rest = book.covering("A", 1)
        if isinstance(event, Moved) and event.lo == 5 and rest:
            book.drop(rest)
            book.put(rest.at("y", Bucket.LOST))

    store = supplied(maker, misplacing)
    with refusing(store, StoreError):
        store.commit([asked("a", Move(1, 20, "centre", "x")), asked("b", Move(5, 9, "x", "y"))], 2)


def a_lost_blank_is_found(maker: Maker) -> None:
    """A fold that loses blanks nobody named is stopped at the seal."""

    def losing(book: Book, event: Event) -> None:
        apply(book, event)
        run = book.covering("A", 50)
        if isinstance(event, PartyNamed) and run:
            book.drop(run)

    store = supplied(maker, losing)
    with refusing(store, StoreError):
        answer_to(store, "name", Name(("x",)))


def neighbours_left_apart_are_found(maker: Maker) -> None:
    """A fold that does not join equal neighbours is stopped at the seal."""

    def splitting(book: Book, event: Event) -> None:
        apply(book, event)
        run = book.covering("A", 50)
        if isinstance(event, PartyNamed) and run:
            book.drop(run)
            book.put(run.part(run.lo, 50))
            book.put(run.part(51, run.hi))

    store = supplied(maker, splitting)
    with refusing(store, StoreError):
        answer_to(store, "name", Name(("x",)))


def several_movements_of_one_blank_are_one_commit(maker: Maker) -> None:
    """Only the last movement of each blank in a commit must say where it is; parts may go on."""
    store = supplied(maker)
    answers = store.commit(
        [
            asked("a", Move(1, 20, "centre", "x")),
            asked("b", Move(5, 9, "x", "y")),
            asked("c", Move(7, 8, "y", "x", Bucket.LOST)),
            asked("d", GiveOut(15, 20, "x")),
            asked("e", TakeIn(16, 17)),
        ],
        2,
    )
    assert all(isinstance(answer, Accepted) for answer in answers)
    assert [run[:3] for run in runs_of(store)] == [
        (1, 4, "x"),
        (5, 6, "y"),
        (7, 8, "x"),
        (9, 9, "y"),
        (10, 14, "x"),
        (16, 17, "centre"),
        (21, 100, "centre"),
    ]


def a_view_knows_the_heads(maker: Maker) -> None:
    """The head of any sealed commit can be looked up, and none beyond the end."""
    store = lived_in(maker, "")
    with store.read() as view:
        heads = [view.head_of(n) for n in range(store.position().n + 2)]
    assert heads == [None, *(sealed.head for sealed in store.sealed_since(0, 100)), None]


def rows_come_in_key_order(maker: Maker) -> None:
    """Rows of a kind come by their keys, numbers by value, and a prefix narrows them; also inside a commit."""
    seen: list[list[str]] = []

    def looking(book: Book, event: Event) -> None:
        apply(book, event)
        seen.append([row.party for row in book.rows(Party)])

    store = maker.fresh(decide, looking)
    store.commit([asked("a", Name(("bb", "c", "a"))), asked("b", Name(("b",)))], 1)
    store.commit([asked("c", Name(("d",)))], 1)
    assert seen[2:] == [["a", "c", "bb"], ["a", "b", "c", "bb"], ["a", "b", "c", "d", "bb"]]
    store = lived_in(maker, "")
    with store.read() as view:
        tallies = [(row.party, row.bucket) for row in view.rows(Tally, "x")]
        assert tallies == [("x", Bucket.STOCK), ("x", Bucket.WASTE_HELD), ("x", Bucket.LOST)]
        assert [row.count for row in view.rows(Tally, "x", Bucket.LOST)] == [2]
        assert list(view.rows(Holding)) == list(view.overlapping("A", 1, 10**12))


def the_lowest_run_of_a_place_is_found(maker: Maker) -> None:
    """`lowest` gives the first run of party, bucket and class, and the next after a serial."""
    store = supplied(maker)
    store.commit([asked("a", Move(10, 12, "centre", "x")), asked("b", Move(30, 30, "centre", "x"))], 2)
    with store.read() as view:
        first = view.lowest("x", Bucket.STOCK, "v5")
        assert first is not None and (first.lo, first.hi) == (10, 12)
        then = view.lowest("x", Bucket.STOCK, "v5", ("A", 10))
        assert then is not None and then.lo == 30
        assert view.lowest("x", Bucket.STOCK, "v5", ("A", 30)) is None
        assert view.lowest("x", Bucket.STOCK, "v4") is None
        assert view.covering("A", 101) is None
        assert [run.lo for run in view.overlapping("A", 11, 29)] == [10, 13]


def movements_can_be_listed_from_a_position(maker: Maker) -> None:
    """`moves_since` numbers the movements after a position and leaves out every other event."""
    store = supplied(maker)
    store.commit([asked("n", Name(("x", "y"))), asked("m", Move(1, 2, "centre", "x"))], 2)
    with store.read() as view:
        assert [seq for seq, _ in view.moves_since(0)] == [1, 4]
        assert [type(event) for _, event in view.moves_since(1)] == [Moved]


def an_open_view_holds_off_the_next_commit(maker: Maker) -> None:
    """What is being read does not change: a commit meanwhile is a mistake of the program."""
    store = supplied(maker)
    with store.read() as view, refusing(store, StoreError):
        assert view.position == store.position()
        answer_to(store, "name", Name(("x",)))
    assert isinstance(answer_to(store, "name", Name(("x",))), Accepted)


def _commits(store: Store) -> Iterator[tuple[bytes, tuple[Event, ...]]]:
    events = store.events()
    for sealed in store.sealed_since(0, 1000):
        yield sealed.header, tuple(next(events)[1] for _ in sealed.events)
