"""Suspects, and two people who close them: for the tests of settling."""

from ektp_core.boundary.store import Answer
from ektp_core.flow.rows import Dispute
from ektp_core.flow.settling import Settle
from ektp_store.memory import MemoryStore
from tests.core.flow.office_cards import UNKNOWN, entered, printed, stocked
from tests.core.flow.offices import ONE, PAIR, Offices, ask, exchange, rows
from tests.core.flow.soundness import agree, check_books

UIDS = tuple(f"04{number:012X}" for number in range(1, 21))
OTHER_UID = "04FFFFFFFFFFFF"


def doubtful(chips: tuple[str, ...] = (), uid: str = "") -> tuple[Offices, str]:
    """A suspect on blank 1, known to both books."""
    books = stocked(10, chips)
    record = entered(books, 1)
    printed(books, record, UNKNOWN, uid=uid)
    return books, record


def settled(books: Offices, body: Settle, *keys: str) -> Answer:
    return ask(books.hub, body, *(keys or PAIR))


def both(books: Offices) -> tuple[MemoryStore, MemoryStore]:
    exchange(books)
    assert not rows(books.hub, Dispute) and agree(books, ONE)
    check_books(books)
    return books.hub, books.stations[ONE]
