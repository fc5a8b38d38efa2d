"""The fold of counting (lipatan opname): openings, declared use, readings, counts."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from attrs import evolve

from ektp_core.flow.apply_custody import given_out, taken_in
from ektp_core.flow.counting_events import (
    BalanceOpened,
    Counted,
    FoundClosed,
    LostFound,
    PlaceholdersMade,
    Reidentified,
    SurplusFound,
    SuspectBlankClosed,
    UseDeclared,
)
from ektp_core.flow.counting_rows import Count, Counting, DeclaredUse, FoundBlank, Opening
from ektp_core.flow.custody_rows import OldCards
from ektp_core.flow.events import GivenOut, TakenIn
from ektp_core.flow.lineage import renamed
from ektp_core.flow.rows import Holding, Ranges
from ektp_core.flow.view import Book
from ektp_core.ledger.count import Pile
from ektp_core.vocabulary.old_card import OldCardReason
from ektp_core.vocabulary.serial import SerialRange, SerialSet


def _balance_opened(book: Book, event: BalanceOpened) -> None:
    for condition, count, assumed in event.lines:
        papers = (event.minutes, event.minutes_date)
        book.put(Opening(event.party, event.blank_class, condition, count, assumed, *papers))
    for member in event.members:
        known = _counting(book, member)
        book.put(evolve(known, opened_in=(*known.opened_in, (event.blank_class, event.party))))


def _placeholders_made(book: Book, event: PlaceholdersMade) -> None:
    book.put(evolve(_counting(book, event.party), placeholder=event.last))


def _use_declared(book: Book, event: UseDeclared) -> None:
    book.put(DeclaredUse(event.party, event.blank_class, event.day, event.count, event.paper))
    _flag(book, event.doubted, is_assumed=True)


def _reidentified(book: Book, event: Reidentified) -> None:
    _flag(book, event.read, is_assumed=False)
    renamed(book, event)


def _flag(book: Book, ranges: Ranges, *, is_assumed: bool) -> None:
    """Nothing moves; the runs are written again, proven or assumed."""
    for run in tuple(_within(book, ranges)):
        if run.assumed is not is_assumed:
            given_out(book, GivenOut(run.series, run.lo, run.hi, run.party, run.bucket))
            taken_in(
                book,
                TakenIn(run.series, run.lo, run.hi, run.party, run.bucket, run.blank_class, "", assumed=is_assumed),
            )


def _within(book: Book, ranges: Ranges) -> Iterator[Holding]:
    for series, lo, hi in ranges:
        for run in book.overlapping(series, lo, hi):
            yield run.part(max(run.lo, lo), min(run.hi, hi))


def _surplus_found(book: Book, event: SurplusFound) -> None:
    book.put(FoundBlank(event.party, event.pile, event.series, event.lo, event.hi, event.minutes))


def _counted(book: Book, event: Counted) -> None:
    book.put(Count(event.party, event.minutes, event.day, event.cut_seq, event.lines, event.by))
    book.put(evolve(_counting(book, event.party), minutes=event.minutes, settled_seq=event.settled_seq))
    for pile, _, _, _, found, lost, _ in event.lines:
        if pile is Pile.OLD_CARDS:
            _old_cards(book, event.party, found, lost)


def _old_cards(book: Book, party: str, found: int, lost: int) -> None:
    """The old-card book has what was counted: what is missing goes reason by reason, what is too many has none."""
    for pile in list(book.rows(OldCards, party)):
        gone = min(lost, pile.count)
        lost -= gone
        if gone == pile.count:
            book.drop(pile)
        elif gone:
            book.put(evolve(pile, count=pile.count - gone, punched=min(pile.punched, pile.count - gone)))
    if found:
        other = book.row(OldCards, party, OldCardReason.OTHER) or OldCards(party, OldCardReason.OTHER, 0, 0)
        book.put(evolve(other, count=other.count + found))


def _found_closed(book: Book, event: FoundClosed) -> None:
    closed = SerialSet([SerialRange(*part) for part in event.ranges])
    for row in list(book.rows(FoundBlank, event.party)):
        whole = SerialSet.of(SerialRange(row.series, row.lo, row.hi))
        if not whole & closed:
            continue
        book.drop(row)
        for part in whole - closed:
            book.put(evolve(row, lo=part.lo, hi=part.hi))


def _counting(book: Book, party: str) -> Counting:
    return book.row(Counting, party) or Counting(party)


def _only_told(book: Book, event: LostFound | SuspectBlankClosed) -> None:
    """The movements beside it say what changed; this says who signed for it."""


FOLDS: Mapping[type[Any], Callable[[Book, Any], None]] = {
    BalanceOpened: _balance_opened,
    PlaceholdersMade: _placeholders_made,
    UseDeclared: _use_declared,
    Reidentified: _reidentified,
    SurplusFound: _surplus_found,
    Counted: _counted,
    LostFound: _only_told,
    SuspectBlankClosed: _only_told,
    FoundClosed: _found_closed,
}
