"""What a book kept in memory is found again in its file: the tree over the seals, and the ids."""

from pathlib import Path

import pytest

from ektp_core.boundary.store import Accepted
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.apply import apply
from ektp_store import kept_tree, sqlite
from ektp_store import verify as verifying
from ektp_store.sqlite import SqliteStore
from ektp_store.verify import verify
from ektp_testing.small_book import Name, TakeIn, asked, decide

FIRST, LATER, EARLIER = (f"0193f9a0-1c2d-7abc-8def-{number:012x}" for number in (5, 9, 1))


def _opened(path: Path) -> SqliteStore:
    return SqliteStore(str(path), decide, apply)


@pytest.mark.parametrize("seals", [3, 4, 5, 9])
def test_the_tree_is_the_same_after_reopening_wherever_it_was_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seals: int
) -> None:
    for module in (kept_tree, sqlite, verifying):
        monkeypatch.setattr(module, "KEPT_EVERY", 4)
    store = _opened(tmp_path / "book")
    for n in range(seals):
        store.commit([asked(f"ask {n}", Name((f"party {n}",)))], n)
    before = store.position()
    store.close()
    store = _opened(tmp_path / "book")
    assert store.position() == before
    store.close()
    assert verify(str(tmp_path / "book"), apply).root == before.root.hex()


@pytest.mark.parametrize("is_reopened", [False, True])
def test_an_id_in_any_order_of_time_is_answered_again(tmp_path: Path, is_reopened: bool) -> None:
    store = _opened(tmp_path / "book")
    for number, ask_id in enumerate((FIRST, "founding", LATER, EARLIER), 1):
        (answer,) = store.commit([asked(ask_id, Name((ask_id,)))], number)
        assert isinstance(answer, Accepted) and (answer.n, answer.is_first) == (number, True)
    if is_reopened:
        store.close()
        store = _opened(tmp_path / "book")
    for number, ask_id in enumerate((FIRST, "founding", LATER, EARLIER), 1):
        again, other = store.commit([asked(ask_id, Name((ask_id,))), asked(ask_id, TakeIn(1, 2))], 9)
        assert isinstance(again, Accepted) and (again.n, again.is_first) == (number, False)
        assert isinstance(other, Refused) and other.refusal is Refusal.ID_REUSED
    store.close()
    assert verify(str(tmp_path / "book"), apply).commits == 4
