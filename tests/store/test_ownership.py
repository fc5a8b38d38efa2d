"""One process keeps a book, and lets go of it at once, whoever else was being started meanwhile."""

import os
from pathlib import Path

import pytest

from ektp_core.errors import Refusal, Refused
from ektp_store.ownership import disown, own


def test_a_book_let_go_is_free_even_while_a_starting_process_has_a_copy_of_the_open_file(tmp_path: Path) -> None:
    path = str(tmp_path / "book")
    owned = own(path)
    copy = os.dup(owned.handle)  # what a child of another thread has between its birth and its program
    disown(owned)
    disown(own(path))
    os.close(copy)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no process is born of another here")
def test_a_copy_in_a_child_does_not_let_go_for_its_parent(tmp_path: Path) -> None:
    path = str(tmp_path / "book")
    owned = own(path)
    if (child := os.fork()) == 0:
        disown(owned)
        os._exit(0)
    os.waitpid(child, 0)
    with pytest.raises(Refused) as caught:
        own(path)
    assert caught.value.refusal is Refusal.BOOK_IN_USE
    disown(owned)
