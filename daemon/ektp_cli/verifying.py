"""Verifying books and what the hub acknowledged of them (pembuktian buku).

A book whose end was cut off is whole in itself; only somebody who remembers more can tell. A
station's book keeps the hub's last receipt beside the chain, and a receipt may be at hand in
a file: each says that a commit with that head was there. A false receipt can make a good book
fail, never a bad one pass, so its signature is not asked for.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from attrs import frozen

from ektp_core.errors import Refusal, Refused
from ektp_core.flow.apply import apply
from ektp_core.wire.envelope import Envelope, PayloadType
from ektp_core.wire.upload import Receipt, read_receipt
from ektp_store.opening import damaged, open_to_read, translated
from ektp_store.verify import Verified, verify

SUFFIXES = (".db", ".sqlite")

Progress = Callable[[int, int], None]


@frozen
class VerifiedBook:
    """A book that passed. `acknowledged`: the last commit a receipt says the hub has; 0 without a receipt."""

    path: Path
    verified: Verified
    acknowledged: int


def books_in(path: Path) -> tuple[Path, ...]:
    """The book at a path, or all books in a folder and its folders.

    Raises:
        Refused: BAD_FILE for a folder without a book.
    """
    if not path.is_dir():
        return (path,)
    found = tuple(sorted(file for file in path.rglob("*") if file.suffix in SUFFIXES and file.is_file()))
    if not found:
        expected = f"a book, or a folder with files that end in {' or '.join(SUFFIXES)}"
        raise Refused(Refusal.BAD_FILE, {"file": str(path), "shape": "there is no book in it", "expected": expected})
    return found


def receipt_in(path: Path) -> Receipt:
    """The receipt in a file: the envelope as the hub signed it, or its payload alone.

    Raises:
        Refused: BAD_FILE.
    """
    try:
        raw = path.read_bytes()
        return _receipt(raw)
    except OSError as error:
        shape = error.strerror or "it cannot be read"
        raise Refused(Refusal.BAD_FILE, {"file": str(path), "shape": shape, "expected": "a receipt"}) from None
    except Refused:
        facts = {"file": str(path), "shape": "it is no receipt", "expected": "a receipt as the hub gave it"}
        raise Refused(Refusal.BAD_FILE, facts) from None


def verify_book(
    path: Path,
    *,
    since: int = 0,
    chain: bool = False,
    head: bytes | None = None,
    receipts: Sequence[Receipt] = (),
    progress: Progress | None = None,
    key: bytes | None = None,
) -> VerifiedBook:
    """Verify a book (with `chain` its log alone), and that it holds every commit of the receipts, and of its own.

    Raises:
        Refused: BOOK_DAMAGED naming the place; BOOK_NEWER, BOOK_TOO_OLD_ENGINE; BAD_FILE when the key
            of an encrypted book is missing or another's.
    """
    found = verify(str(path), apply, head, since, progress, chain=chain, key=key)
    known = (*receipts, *_kept(path, key))
    for receipt in known:
        _check(path, receipt, key)
    return VerifiedBook(path, found, max((one.n for one in known), default=0))


def _kept(path: Path, key: bytes | None) -> Iterator[Receipt]:
    """The hub's last receipt, which a station keeps beside its chain."""
    for (raw,) in _asked(path, key, "SELECT value FROM link WHERE name = ?", "receipt"):
        try:
            yield read_receipt(bytes(raw))
        except (Refused, TypeError, ValueError):
            raise damaged(str(path), "the receipt kept beside the chain", "it is no receipt") from None


def _check(path: Path, receipt: Receipt, key: bytes | None) -> None:
    place = f"seal {receipt.n}"
    heads = [bytes(head).hex() for (head,) in _asked(path, key, "SELECT head FROM seal WHERE n = ?", receipt.n)]
    if not heads:
        raise damaged(str(path), "the end of the book", f"the hub acknowledged commit {receipt.n}, which is not there")
    if heads != [receipt.head]:
        raise damaged(str(path), place, f"the hub acknowledged another head for it, {receipt.head}")


def _asked(path: Path, key: bytes | None, sql: str, value: str | int) -> list[tuple[bytes]]:
    connection = open_to_read(str(path), key=key)
    try:
        with translated(str(path), "a page"):
            return list(connection.execute(sql, (value,)))
    finally:
        connection.close()


def _receipt(raw: bytes) -> Receipt:
    try:
        return read_receipt(raw)
    except Refused:
        envelope = Envelope.from_json(raw)
    if envelope.payload_type != PayloadType.RECEIPT:
        raise Refused(Refusal.MALFORMED, {"field": "envelope", "expected": "a receipt", "shape": "another message"})
    return read_receipt(envelope.payload)
