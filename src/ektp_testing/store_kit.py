"""What every store must do (uji penyimpan), as small named checks.

Write a `Maker` for your store and run each check with it; a check raises `AssertionError`
(or whatever your store raises) when it fails. No test framework is needed::

    for check in STORE_CHECKS:
        check.run(my_maker)

The checks go through the protocol only. What a store promises about disks, power and two
processes cannot be seen through it, and is tested beside each store.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Protocol

from attrs import frozen

from ektp_core.boundary.store import Accepted, Answer, Decide, Payload, Store, StoreError
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.apply import apply
from ektp_core.flow.codec import encode_event
from ektp_core.flow.events import Event, GivenOut, Moved, PartyNamed, TakenIn
from ektp_core.flow.rows import Party, Pen, Tally
from ektp_core.flow.view import Book
from ektp_core.ledger.holding import Holding
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.wire import chain
from ektp_testing.small_book import Apply, Broken, GiveOut, Move, Name, TakeIn, Unchecked, asked, decide

_STATION = "station/52.03/1"
_PAYLOAD = Payload(sha256(b"person").digest(), "key-of-person", b"k" * 32, b"sealed names")


class Maker(Protocol):
    """Makes stores of the kind under test."""

    def fresh(self, decide: Decide, apply: Apply, owner: str = "") -> Store:
        """A store of an empty book."""

    def reopened(self, store: Store) -> Store:
        """The same book after its process ended; a book in memory gives the same store back."""


@frozen
class Check:
    """One thing every store must do."""

    name: str
    says: str
    run: Callable[[Maker], None]


def _supplied(maker: Maker, fold: Apply = apply, owner: str = "") -> Store:
    """A book with the blanks A 1 to 100 at the centre."""
    store = maker.fresh(decide, fold, owner)
    store.commit([asked("supply", TakeIn(1, 100))], 1)
    return store


def _one(store: Store, name: str, body: object, at_ms: int = 2) -> Answer:
    (answer,) = store.commit([asked(name, body)], at_ms)
    return answer


def _runs(store: Store, series: str = "A") -> list[tuple[int, int, str, Bucket]]:
    with store.read() as view:
        return [(run.lo, run.hi, run.party, run.bucket) for run in view.overlapping(series, 1, 10**12)]


@contextmanager
def _refusing(store: Store, error: type[Exception]) -> Iterator[None]:
    """The error must come, and the book must stand where it stood."""
    before, runs = store.position(), _runs(store)
    try:
        yield
    except error:
        assert (store.position(), _runs(store)) == (before, runs), "the book changed"
        return
    raise AssertionError(f"no {error.__name__} was raised")


def a_new_book_is_empty(maker: Maker) -> None:
    """A new book has no commits, no events and no head."""
    store = maker.fresh(decide, apply)
    position = store.position()
    assert (position.n, position.seq, position.head) == (0, 0, b"")
    assert list(store.events()) == [] and list(store.sealed_since(0, 9)) == []


def an_ask_is_answered_with_its_events(maker: Maker) -> None:
    """An accepted ask is answered with its commit and events, and the book then holds them."""
    store = _supplied(maker)
    answer = _one(store, "move", Move(5, 9, "centre", "office/52.03"))
    event = Moved("A", 5, 9, "centre", Bucket.STOCK, "office/52.03", Bucket.STOCK)
    assert answer == Accepted(2, (event,))
    assert (store.position().n, store.position().seq) == (2, 2)
    assert list(store.events())[-1] == (2, event)


def a_repeat_is_answered_with_the_events_of_then(maker: Maker) -> None:
    """The same id and digest again gives the first answer and seals nothing, also after reopening."""
    store = _supplied(maker)
    first = _one(store, "names", Name(("office/52.03", "office/52.04")))
    _one(store, "other", Name(("office/52.05",)))
    before = store.position()
    store = maker.reopened(store)
    again = _one(store, "names", Name(("office/52.03", "office/52.04")), at_ms=99)
    assert isinstance(first, Accepted) and isinstance(again, Accepted)
    assert (again.n, again.events, again.is_first) == (first.n, first.events, False)
    assert store.position() == before


def a_repeat_inside_one_group_is_answered_too(maker: Maker) -> None:
    """The same ask twice in one group is taken once."""
    store = maker.fresh(decide, apply)
    first, again = store.commit([asked("supply", TakeIn(1, 5)), asked("supply", TakeIn(1, 5))], 1)
    assert isinstance(first, Accepted) and isinstance(again, Accepted)
    assert (first.is_first, again.is_first, store.position().seq) == (True, False, 1)


def other_bytes_under_a_used_id_are_refused(maker: Maker) -> None:
    """An id that was answered takes no other request."""
    store = _supplied(maker)
    answer = _one(store, "supply", TakeIn(200, 300))
    assert isinstance(answer, Refused) and answer.refusal is Refusal.ID_REUSED
    assert store.position().n == 1


def a_group_sees_its_predecessors(maker: Maker) -> None:
    """Each ask of a group is decided against the book the ones before it left."""
    store = maker.fresh(decide, apply)
    answers = store.commit(
        [asked("a", TakeIn(1, 9)), asked("b", Move(1, 4, "centre", "x")), asked("c", Move(1, 4, "x", "y"))], 1
    )
    assert [isinstance(answer, Accepted) for answer in answers] == [True, True, True]
    assert _runs(store) == [(1, 4, "y", Bucket.STOCK), (5, 9, "centre", Bucket.STOCK)]
    assert store.position().n == 1


def a_refused_ask_leaves_no_trace(maker: Maker) -> None:
    """A refusal in the middle of a group changes nothing, and its id is free for another try."""
    store = _supplied(maker)
    answers = store.commit(
        [asked("ok", Name(("x",))), asked("no", Move(5, 9, "y", "z")), asked("too", Name(("y",)))], 2
    )
    assert [type(answer) for answer in answers] == [Accepted, Refused, Accepted]
    assert _runs(store) == [(1, 100, "centre", Bucket.STOCK)]
    assert isinstance(_one(store, "no", Move(5, 9, "centre", "z")), Accepted)


def a_fold_that_refuses_is_taken_back(maker: Maker) -> None:
    """When `apply` refuses a later event of an ask, its earlier events go too, and only they."""

    def refusing(book: Book, event: Event) -> None:
        if isinstance(event, PartyNamed) and event.party == "no":
            raise Refused(Refusal.ALREADY_KNOWN, {"what": "party", "id": "no"})
        apply(book, event)

    store = _supplied(maker, refusing)
    moved = Moved("A", 1, 9, "centre", Bucket.STOCK, "x", Bucket.STOCK)
    answers = store.commit(
        [asked("a", Name(("p",))), asked("b", Unchecked((moved, PartyNamed("no", "")))), asked("c", Name(("q",)))], 2
    )
    assert [type(answer) for answer in answers] == [Accepted, Refused, Accepted]
    assert _runs(store) == [(1, 100, "centre", Bucket.STOCK)]
    assert [event for _, event in store.events()][1:] == [PartyNamed("p", "name of p"), PartyNamed("q", "name of q")]


def an_unexpected_error_takes_the_group_back(maker: Maker) -> None:
    """An error nobody planned for undoes the whole group, and the store goes on."""
    store = _supplied(maker)
    with _refusing(store, RuntimeError):
        store.commit([asked("a", Move(5, 9, "centre", "x")), asked("b", Broken())], 2)
    assert isinstance(_one(store, "a", Move(5, 9, "centre", "x")), Accepted)


def refusals_alone_seal_nothing(maker: Maker) -> None:
    """A group in which nothing was taken leaves no commit."""
    store = _supplied(maker)
    before = store.position()
    answers = store.commit([asked("no", Move(1, 1, "x", "y")), asked("empty", Name(()))], 2)
    assert isinstance(answers[0], Refused) and answers[1] == Accepted(1, ())
    assert store.position() == before


def facts_carry_no_id(maker: Maker) -> None:
    """Asks without an id are taken each time."""
    store = _supplied(maker)
    for _ in range(2):
        answer = _one(store, "", Name(("x",)))
        assert isinstance(answer, Accepted) and answer.is_first
    assert store.position().seq == 3


def rows_are_the_fold_of_the_log(maker: Maker) -> None:
    """The log folded into another book gives the same rows and the same sum of them."""
    store = _lived_in(maker, "")
    other = maker.fresh(lambda _, ask: ask.body.events, apply)  # type: ignore[attr-defined]  # always Unchecked
    for sealed, bodies in _commits(store):
        other.commit([asked("", Unchecked(bodies))], chain.read_header(sealed).at_ms)
    assert _runs(other) == _runs(store)
    ours, theirs = _last_header(store), _last_header(other)
    assert (ours.rows, ours.events) == (theirs.rows, theirs.events)


def overlapping_runs_are_refused(maker: Maker) -> None:
    """Blanks that are in the book are not taken in again, whatever `decide` said."""
    store = _supplied(maker)
    event = TakenIn("A", 50, 150, "centre", Bucket.STOCK, "v5", "supplier/PNRI")
    with _refusing(store, StoreError):
        _one(store, "again", Unchecked((event,)))


def moving_what_is_not_held_is_refused(maker: Maker) -> None:
    """A movement must start from one run held by that party in that bucket."""
    store = _supplied(maker)
    for event in (
        Moved("A", 5, 9, "x", Bucket.STOCK, "y", Bucket.STOCK),
        Moved("A", 5, 9, "centre", Bucket.LOST, "y", Bucket.STOCK),
        Moved("A", 99, 101, "centre", Bucket.STOCK, "y", Bucket.STOCK),
        GivenOut("B", 1, 1, "centre", Bucket.STOCK),
    ):
        with _refusing(store, StoreError):
            _one(store, "wrong", Unchecked((event,)))


def a_blank_put_in_the_wrong_bucket_is_found(maker: Maker) -> None:
    """A fold that moves a blank elsewhere than its event says is stopped at the seal."""

    def misplacing(book: Book, event: Event) -> None:
        if isinstance(event, Moved):
            event = Moved(event.series, event.lo, event.hi, event.party, event.bucket, event.to_party, Bucket.LOST)
        apply(book, event)

    store = _supplied(maker, misplacing)
    with _refusing(store, StoreError):
        _one(store, "move", Move(20, 22, "centre", "x"))


def a_part_that_later_movements_left_is_still_checked(maker: Maker) -> None:
    """When part of a movement goes on in the same commit, the rest must still be where it was put."""

    def misplacing(book: Book, event: Event) -> None:
        apply(book, event)
        rest = book.covering("A", 1)
        if isinstance(event, Moved) and event.lo == 5 and rest:
            book.drop(rest)
            book.put(rest.at("y", Bucket.LOST))

    store = _supplied(maker, misplacing)
    with _refusing(store, StoreError):
        store.commit([asked("a", Move(1, 20, "centre", "x")), asked("b", Move(5, 9, "x", "y"))], 2)


def a_lost_blank_is_found(maker: Maker) -> None:
    """A fold that loses blanks nobody named is stopped at the seal."""

    def losing(book: Book, event: Event) -> None:
        apply(book, event)
        run = book.covering("A", 50)
        if isinstance(event, PartyNamed) and run:
            book.drop(run)

    store = _supplied(maker, losing)
    with _refusing(store, StoreError):
        _one(store, "name", Name(("x",)))


def neighbours_left_apart_are_found(maker: Maker) -> None:
    """A fold that does not join equal neighbours is stopped at the seal."""

    def splitting(book: Book, event: Event) -> None:
        apply(book, event)
        run = book.covering("A", 50)
        if isinstance(event, PartyNamed) and run:
            book.drop(run)
            book.put(run.part(run.lo, 50))
            book.put(run.part(51, run.hi))

    store = _supplied(maker, splitting)
    with _refusing(store, StoreError):
        _one(store, "name", Name(("x",)))


def several_movements_of_one_blank_are_one_commit(maker: Maker) -> None:
    """Only the last movement of each blank in a commit must say where it is; parts may go on."""
    store = _supplied(maker)
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
    assert [run[:3] for run in _runs(store)] == [
        (1, 4, "x"), (5, 6, "y"), (7, 8, "x"), (9, 9, "y"), (10, 14, "x"), (16, 17, "centre"), (21, 100, "centre"),
    ]


def a_payload_is_kept_until_erased(maker: Maker) -> None:
    """A payload comes with its ask and goes when it is erased, once."""
    store = _supplied(maker)
    store.commit([asked("p", Name(("x",)), [_PAYLOAD]), asked("no", Move(1, 1, "x", "y"), [_other_payload()])], 2)
    store = maker.reopened(store)
    assert store.payload(_PAYLOAD.digest) == _PAYLOAD
    assert store.payload(_other_payload().digest) is None
    assert (store.erase(_PAYLOAD.digest), store.erase(_PAYLOAD.digest)) == (True, False)
    assert maker.reopened(store).payload(_PAYLOAD.digest) is None


def a_link_survives_reopening(maker: Maker) -> None:
    """A note outside chain and fold is kept, can be replaced, and moves no seal."""
    store = _supplied(maker)
    before = store.position()
    assert store.link("acknowledged") is None
    for value in (b"one", b"two"):
        store.set_link("acknowledged", value)
    store = maker.reopened(store)
    assert (store.link("acknowledged"), store.position()) == (b"two", before)


def a_book_survives_reopening(maker: Maker) -> None:
    """After reopening the book stands where it stood and takes the next commit."""
    store = _lived_in(maker, "")
    before, runs = store.position(), _runs(store)
    store = maker.reopened(store)
    assert (store.position(), _runs(store)) == (before, runs)
    assert isinstance(_one(store, "next", Name(("z",))), Accepted)
    assert _last_header(store).previous == before.head


def seals_chain_and_bind_exact_bytes(maker: Maker) -> None:
    """Each seal hashes to its head, follows the last, and holds the exact bytes of its events."""
    store = _lived_in(maker, "")
    previous, events = b"", [event for _, event in store.events()]
    for sealed in store.sealed_since(0, 100):
        assert chain.check(sealed, previous).n == sealed.n
        assert list(sealed.events) == [encode_event(events.pop(0)) for _ in sealed.events]
        previous = sealed.head
    assert (events, previous) == ([], store.position().head)
    assert [sealed.n for sealed in store.sealed_since(1, 2)] == [2, 3]


def a_view_knows_the_heads(maker: Maker) -> None:
    """The head of any sealed commit can be looked up, and none beyond the end."""
    store = _lived_in(maker, "")
    with store.read() as view:
        heads = [view.head_of(n) for n in range(store.position().n + 2)]
    assert heads == [None, *(sealed.head for sealed in store.sealed_since(0, 100)), None]


def a_seal_carries_counters_and_pen(maker: Maker) -> None:
    """The counters given with a commit and the digest of the owner's rows stand in the seal."""
    store = _supplied(maker, owner=_STATION)
    store.commit([asked("a", Move(1, 5, "centre", _STATION))], 2, [("printer-1", 17)])
    with store.read() as view:
        pen = view.row(Pen, _STATION)
    header = _last_header(store)
    assert pen is not None
    assert (header.counters, header.pen, header.at_ms) == ((("printer-1", 17),), pen.digest, 2)


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
    store = _lived_in(maker, "")
    with store.read() as view:
        tallies = [(row.party, row.bucket) for row in view.rows(Tally, "x")]
        assert tallies == [("x", Bucket.STOCK), ("x", Bucket.WASTE_HELD), ("x", Bucket.LOST)]
        assert [row.count for row in view.rows(Tally, "x", Bucket.LOST)] == [2]
        assert list(view.rows(Holding)) == list(view.overlapping("A", 1, 10**12))


def the_lowest_run_of_a_place_is_found(maker: Maker) -> None:
    """`lowest` gives the first run of party, bucket and class, and the next after a serial."""
    store = _supplied(maker)
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
    store = _supplied(maker)
    store.commit([asked("n", Name(("x", "y"))), asked("m", Move(1, 2, "centre", "x"))], 2)
    with store.read() as view:
        assert [seq for seq, _ in view.moves_since(0)] == [1, 4]
        assert [type(event) for _, event in view.moves_since(1)] == [Moved]


def an_open_view_holds_off_the_next_commit(maker: Maker) -> None:
    """What is being read does not change: a commit meanwhile is a mistake of the program."""
    store = _supplied(maker)
    with store.read() as view, _refusing(store, StoreError):
        assert view.position == store.position()
        _one(store, "name", Name(("x",)))
    assert isinstance(_one(store, "name", Name(("x",))), Accepted)


def _other_payload() -> Payload:
    return Payload(sha256(b"other").digest(), "key-of-other", b"o" * 32, b"other names")


def _lived_in(maker: Maker, owner: str) -> Store:
    """A book of several commits with joins, splits, and blanks gone."""
    store = _supplied(maker, owner=owner)
    store.commit([asked("a", Name(("x", "y"))), asked("b", Move(10, 40, "centre", "x"))], 2)
    store.commit([asked("c", Move(20, 21, "x", "x", Bucket.WASTE_HELD)), asked("d", Move(30, 31, "x", "x", Bucket.LOST))], 3)
    store.commit([asked("e", Move(22, 29, "x", "centre")), asked("f", GiveOut(50, 60, "centre"))], 4)
    store.commit([asked("g", Move(5, 9, "centre", "x"))], 5)
    return store


def _commits(store: Store) -> Iterator[tuple[bytes, tuple[Event, ...]]]:
    events = store.events()
    for sealed in store.sealed_since(0, 1000):
        yield sealed.header, tuple(next(events)[1] for _ in sealed.events)


def _last_header(store: Store) -> chain.Header:
    (sealed,) = store.sealed_since(store.position().n - 1, 1)
    return chain.read_header(sealed.header)


STORE_CHECKS: tuple[Check, ...] = tuple(
    Check(check.__name__, (check.__doc__ or "").strip(), check)
    for check in (
        a_new_book_is_empty, an_ask_is_answered_with_its_events, a_repeat_is_answered_with_the_events_of_then,
        a_repeat_inside_one_group_is_answered_too, other_bytes_under_a_used_id_are_refused,
        a_group_sees_its_predecessors, a_refused_ask_leaves_no_trace, a_fold_that_refuses_is_taken_back,
        an_unexpected_error_takes_the_group_back, refusals_alone_seal_nothing, facts_carry_no_id,
        rows_are_the_fold_of_the_log, overlapping_runs_are_refused, moving_what_is_not_held_is_refused,
        a_blank_put_in_the_wrong_bucket_is_found, a_part_that_later_movements_left_is_still_checked, a_lost_blank_is_found, neighbours_left_apart_are_found,
        several_movements_of_one_blank_are_one_commit, a_payload_is_kept_until_erased, a_link_survives_reopening,
        a_book_survives_reopening, seals_chain_and_bind_exact_bytes, a_view_knows_the_heads,
        a_seal_carries_counters_and_pen, rows_come_in_key_order, the_lowest_run_of_a_place_is_found,
        movements_can_be_listed_from_a_position, an_open_view_holds_off_the_next_commit,
    )
)
