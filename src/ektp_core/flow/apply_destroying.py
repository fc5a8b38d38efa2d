"""The fold of waste and old cards (lipatan barang rusak): named, held for inquiry, surrendered, destroyed."""

from collections.abc import Callable, Mapping
from typing import Any

from attrs import evolve

from ektp_core.flow.custody_events import Destroyed, InquiryLifted, InquiryOpened, OldCardTaken, WasteNamed
from ektp_core.flow.custody_rows import Destruction, Inquiry, NamedWaste, OldCards
from ektp_core.flow.view import Book


def waste_named(book: Book, event: WasteNamed) -> None:
    """Each blank by itself: it may leave one by one."""
    for series, lo, hi in event.ranges:
        for number in range(lo, hi + 1):
            book.put(NamedWaste(series, number, event.report))


def inquiry_opened(book: Book, event: InquiryOpened) -> None:
    """Evidence stays where it is."""
    book.put(Inquiry(False, event.inquiry, event.ranges, event.why, event.by, event.stations))


def inquiry_lifted(book: Book, event: InquiryLifted) -> None:
    """The evidence is free; the name of the inquiry stays taken."""
    inquiry = book.row(Inquiry, False, event.inquiry)
    if inquiry:
        book.drop(inquiry)
        book.put(evolve(inquiry, is_lifted=True))


def old_card_taken(book: Book, event: OldCardTaken) -> None:
    """A card that is none of ours is counted in the office's old-card book."""
    if not event.in_book:
        return
    pile = book.row(OldCards, event.party, event.reason) or OldCards(event.party, event.reason, 0, 0)
    punched = event.count if event.punched else 0
    book.put(evolve(pile, count=pile.count + event.count, punched=pile.punched + punched))


def destroyed(book: Book, event: Destroyed) -> None:
    """The minutes, and the old cards out of the book: reason by reason, in the order of the reasons."""
    counts = (event.waste, event.void, event.old_cards)
    book.put(Destruction(event.party, event.minutes, event.date, *counts, event.month))
    left = event.old_cards
    for pile in list(book.rows(OldCards, event.party)):
        gone = min(left, pile.count)
        left -= gone
        if gone == pile.count:
            book.drop(pile)
        elif gone:
            rest = pile.count - gone
            book.put(evolve(pile, count=rest, punched=min(pile.punched, rest)))


FOLDS: Mapping[type[Any], Callable[[Book, Any], None]] = {
    WasteNamed: waste_named,
    InquiryOpened: inquiry_opened,
    InquiryLifted: inquiry_lifted,
    OldCardTaken: old_card_taken,
    Destroyed: destroyed,
}
