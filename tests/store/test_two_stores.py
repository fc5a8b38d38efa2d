"""The same asks give the same answers, bytes and seals in both stores, whatever they are."""

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from ektp_core.boundary.store import Work
from ektp_core.flow.apply import apply
from ektp_core.flow.view import View
from ektp_core.ledger.holding import Holding
from ektp_core.vocabulary.bucket import Bucket
from ektp_store.memory import MemoryStore
from ektp_store.sqlite import SqliteStore
from ektp_store.verify import verify
from ektp_testing.small_book import GiveOut, Move, Name, TakeIn, asked, decide

STATION = "station/52.03/1"

_numbers = st.integers(1, 30)
_parties = st.sampled_from(["centre", "x", STATION])
_buckets = st.sampled_from([Bucket.STOCK, Bucket.WASTE_HELD, Bucket.IN_MACHINE])
_series = st.sampled_from(["A", "B"])
_bodies = st.one_of(
    st.builds(lambda lo, more, *rest: TakeIn(lo, lo + more, *rest), _numbers, st.integers(0, 12), _series, _parties),
    st.builds(
        lambda lo, more, *rest: Move(lo, lo + more, *rest),
        _numbers, st.integers(0, 6), _parties, _parties, _buckets, _buckets, _series,
    ),
    st.builds(
        lambda lo, more, *rest: GiveOut(lo, lo + more, *rest), _numbers, st.integers(0, 6), _parties, _buckets, _series
    ),
    st.builds(lambda names: Name(tuple(names)), st.lists(st.text(max_size=3), max_size=3)),
)
_works = st.builds(asked, st.sampled_from(["", *"abcdefgh"]), _bodies)
_groups = st.lists(st.lists(_works, min_size=1, max_size=6), max_size=8)


def _supplied_first(groups: list[list[Work]]) -> list[list[Work]]:
    """Most random movements find nothing to move; so there is something from the beginning."""
    return [[asked("supply", TakeIn(1, 25)), asked("supply-b", TakeIn(5, 9, "B", STATION))], *groups]


def _runs(view: View) -> list[Holding]:
    return list(view.rows(Holding))


@given(groups=_groups)
@settings(max_examples=60)
def test_both_stores_agree_and_the_book_verifies(groups: list[list[Work]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "book")
        memory, sqlite = MemoryStore(decide, apply, STATION), SqliteStore(path, decide, apply, STATION)
        for at_ms, group in enumerate(_supplied_first(groups)):
            answers = [store.commit(group, at_ms, [("printer", at_ms)]) for store in (memory, sqlite)]
            assert answers[0] == answers[1]
            assert memory.position() == sqlite.position()
        assert list(memory.sealed_since(0, 99)) == list(sqlite.sealed_since(0, 99))
        assert list(memory.events()) == list(sqlite.events())
        with memory.read() as one, sqlite.read() as other:
            assert _runs(one) == _runs(other)
            assert list(one.moves_since(2)) == list(other.moves_since(2))
            for number in range(45):
                assert one.covering("A", number) == other.covering("A", number)
                after = ("A", number)
                assert one.lowest("x", Bucket.STOCK, "v5", after) == other.lowest("x", Bucket.STOCK, "v5", after)
        sqlite.close()
        verified = verify(path, apply, head=memory.position().head)
        assert (verified.commits, verified.root) == (memory.position().n, memory.position().root.hex())
        assert verify(path, apply, since=1) == verified
