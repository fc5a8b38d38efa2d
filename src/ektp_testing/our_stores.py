"""Our own stores behind the store kit (penyimpan kita): makers of books in memory and in files."""

from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

from ektp_core.boundary.store import Decide, Store
from ektp_store.memory import MemoryStore
from ektp_testing.small_book import Apply


def has_files() -> bool:
    """Whether the database is installed that books in files need: the extra `hub`, or `station`."""
    try:
        import_module("ektp_store.sqlite")
    except ModuleNotFoundError:
        return False
    return True


class MemoryMaker:
    """A book in memory ends with its process; reopening gives the same store back."""

    def fresh(self, decide: Decide, apply: Apply, owner: str = "") -> Store:
        """A store of an empty book."""
        return MemoryStore(decide, apply, owner)

    def reopened(self, store: Store) -> Store:
        """The same store."""
        return store

    def close(self) -> None:
        """Nothing to let go."""


class SqliteMaker:
    """Books in a folder of their own; each is closed before it is opened again, and all at the end."""

    def __init__(self) -> None:
        self._folder = TemporaryDirectory(prefix="ektp-books-")
        self._made: list[tuple[Store, str, Decide, Apply, str]] = []

    def fresh(self, decide: Decide, apply: Apply, owner: str = "") -> Store:
        """A store of an empty book."""
        return self._opened(str(Path(self._folder.name) / f"book-{len(self._made)}"), decide, apply, owner)

    def reopened(self, store: Store) -> Store:
        """The book of that store, opened again from its file."""
        _, path, decide, apply, owner = next(made for made in self._made if made[0] is store)
        store.close()
        return self._opened(path, decide, apply, owner)

    def close(self) -> None:
        """Close every book and remove the folder."""
        for store, *_ in self._made:
            store.close()
        self._folder.cleanup()

    def _opened(self, path: str, decide: Decide, apply: Apply, owner: str) -> Store:
        from ektp_store.sqlite import SqliteStore  # only here: it needs the extra `hub` (or `station`)

        store = SqliteStore(path, decide, apply, owner)
        self._made.append((store, path, decide, apply, owner))
        return store
