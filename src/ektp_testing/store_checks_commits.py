"""What every store must do with asks, ids, groups, seals and what stands beside them."""

from hashlib import sha256

from ektp_core.boundary.store import Accepted, Payload
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.apply import apply
from ektp_core.flow.codec import encode_event
from ektp_core.flow.events import Event, Moved, PartyNamed
from ektp_core.flow.rows import Pen
from ektp_core.flow.view import Book
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.wire import chain
from ektp_testing.small_book import Broken, Move, Name, TakeIn, Unchecked, asked, decide
from ektp_testing.store_scenes import Maker, answer_to, last_header, lived_in, refusing, runs_of, supplied

_STATION = "station/52.03/1"
_PAYLOAD = Payload(sha256(b"person").digest(), "key-of-person", b"k" * 32, b"sealed names")
_OTHER = Payload(sha256(b"other").digest(), "key-of-other", b"o" * 32, b"other names")


def a_new_book_is_empty(maker: Maker) -> None:
    """A new book has no commits, no events and no head."""
    store = maker.fresh(decide, apply)
    position = store.position()
    assert (position.n, position.seq, position.head) == (0, 0, b"")
    assert list(store.events()) == [] and list(store.sealed_since(0, 9)) == []


def an_ask_is_answered_with_its_events(maker: Maker) -> None:
    """An accepted ask is answered with its commit and events, and the book then holds them."""
    store = supplied(maker)
    answer = answer_to(store, "move", Move(5, 9, "centre", "office/52.03"))
    event = Moved("A", 5, 9, "centre", Bucket.STOCK, "office/52.03", Bucket.STOCK)
    assert answer == Accepted(2, (event,))
    assert (store.position().n, store.position().seq) == (2, 2)
    assert list(store.events())[-1] == (2, event)


def a_repeat_is_answered_with_the_events_of_then(maker: Maker) -> None:
    """The same id and digest again gives the first answer and seals nothing, also after reopening."""
    store = supplied(maker)
    first = answer_to(store, "names", Name(("office/52.03", "office/52.04")))
    answer_to(store, "other", Name(("office/52.05",)))
    before = store.position()
    store = maker.reopened(store)
    again = answer_to(store, "names", Name(("office/52.03", "office/52.04")), at_ms=99)
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
    store = supplied(maker)
    answer = answer_to(store, "supply", TakeIn(200, 300))
    assert isinstance(answer, Refused) and answer.refusal is Refusal.ID_REUSED
    assert store.position().n == 1


def a_group_sees_its_predecessors(maker: Maker) -> None:
    """Each ask of a group is decided against the book the ones before it left."""
    store = maker.fresh(decide, apply)
    answers = store.commit(
        [asked("a", TakeIn(1, 9)), asked("b", Move(1, 4, "centre", "x")), asked("c", Move(1, 4, "x", "y"))], 1
    )
    assert [isinstance(answer, Accepted) for answer in answers] == [True, True, True]
    assert runs_of(store) == [(1, 4, "y", Bucket.STOCK), (5, 9, "centre", Bucket.STOCK)]
    assert store.position().n == 1


def a_refused_ask_leaves_no_trace(maker: Maker) -> None:
    """A refusal in the middle of a group changes nothing, and its id is free for another try."""
    store = supplied(maker)
    answers = store.commit(
        [asked("ok", Name(("x",))), asked("no", Move(5, 9, "y", "z")), asked("too", Name(("y",)))], 2
    )
    assert [type(answer) for answer in answers] == [Accepted, Refused, Accepted]
    assert runs_of(store) == [(1, 100, "centre", Bucket.STOCK)]
    assert isinstance(answer_to(store, "no", Move(5, 9, "centre", "z")), Accepted)


def a_fold_that_refuses_is_taken_back(maker: Maker) -> None:
    """When `apply` refuses a later event of an ask, its earlier events go too, and only they."""

    def refusing(book: Book, event: Event) -> None:
        if isinstance(event, PartyNamed) and event.party == "no":
            raise Refused(Refusal.ALREADY_KNOWN, {"what": "party", "id": "no"})
        apply(book, event)

    store = supplied(maker, refusing)
    moved = Moved("A", 1, 9, "centre", Bucket.STOCK, "x", Bucket.STOCK)
    answers = store.commit(
        [asked("a", Name(("p",))), asked("b", Unchecked((moved, PartyNamed("no", "")))), asked("c", Name(("q",)))], 2
    )
    assert [type(answer) for answer in answers] == [Accepted, Refused, Accepted]
    assert runs_of(store) == [(1, 100, "centre", Bucket.STOCK)]
    assert [event for _, event in store.events()][1:] == [PartyNamed("p", "name of p"), PartyNamed("q", "name of q")]


def an_unexpected_error_takes_the_group_back(maker: Maker) -> None:
    """An error nobody planned for undoes the whole group, and the store goes on."""
    store = supplied(maker)
    with refusing(store, RuntimeError):
        store.commit([asked("a", Move(5, 9, "centre", "x")), asked("b", Broken())], 2)
    assert isinstance(answer_to(store, "a", Move(5, 9, "centre", "x")), Accepted)


def refusals_alone_seal_nothing(maker: Maker) -> None:
    """A group in which nothing was taken leaves no commit."""
    store = supplied(maker)
    before = store.position()
    answers = store.commit([asked("no", Move(1, 1, "x", "y")), asked("empty", Name(()))], 2)
    assert isinstance(answers[0], Refused) and answers[1] == Accepted(1, ())
    assert store.position() == before


def facts_carry_no_id(maker: Maker) -> None:
    """Asks without an id are taken each time."""
    store = supplied(maker)
    for _ in range(2):
        answer = answer_to(store, "", Name(("x",)))
        assert isinstance(answer, Accepted) and answer.is_first
    assert store.position().seq == 3


def a_book_survives_reopening(maker: Maker) -> None:
    """After reopening the book stands where it stood and takes the next commit."""
    store = lived_in(maker, "")
    before, runs = store.position(), runs_of(store)
    store = maker.reopened(store)
    assert (store.position(), runs_of(store)) == (before, runs)
    assert isinstance(answer_to(store, "next", Name(("z",))), Accepted)
    assert last_header(store).previous == before.head


def a_payload_is_kept_until_erased(maker: Maker) -> None:
    """A payload comes with its ask and goes when it is erased, once."""
    store = supplied(maker)
    store.commit([asked("p", Name(("x",)), [_PAYLOAD]), asked("no", Move(1, 1, "x", "y"), [_OTHER])], 2)
    store = maker.reopened(store)
    assert store.payload(_PAYLOAD.digest) == _PAYLOAD
    assert store.payload(_OTHER.digest) is None
    assert (store.erase(_PAYLOAD.digest), store.erase(_PAYLOAD.digest)) == (True, False)
    assert maker.reopened(store).payload(_PAYLOAD.digest) is None


def a_link_survives_reopening(maker: Maker) -> None:
    """A note outside chain and fold is kept, can be replaced, and moves no seal."""
    store = supplied(maker)
    before = store.position()
    assert store.link("acknowledged") is None
    for value in (b"one", b"two"):
        store.set_link("acknowledged", value)
    store = maker.reopened(store)
    assert (store.link("acknowledged"), store.position()) == (b"two", before)


def seals_chain_and_bind_exact_bytes(maker: Maker) -> None:
    """Each seal hashes to its head, follows the last, and holds the exact bytes of its events."""
    store = lived_in(maker, "")
    previous, events = b"", [event for _, event in store.events()]
    for sealed in store.sealed_since(0, 100):
        assert chain.check(sealed, previous).n == sealed.n
        assert list(sealed.events) == [encode_event(events.pop(0)) for _ in sealed.events]
        previous = sealed.head
    assert (events, previous) == ([], store.position().head)
    assert [sealed.n for sealed in store.sealed_since(1, 2)] == [2, 3]


def a_seal_carries_counters_and_pen(maker: Maker) -> None:
    """The counters given with a commit and the digest of the owner's rows stand in the seal."""
    store = supplied(maker, owner=_STATION)
    store.commit([asked("a", Move(1, 5, "centre", _STATION))], 2, [("printer-1", 17)])
    with store.read() as view:
        pen = view.row(Pen, _STATION)
    header = last_header(store)
    assert pen is not None
    assert (header.counters, header.pen, header.at_ms) == ((("printer-1", 17),), pen.digest, 2)
