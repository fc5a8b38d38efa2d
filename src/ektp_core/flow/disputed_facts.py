"""What disputed facts say of blanks (fakta yang disanggah): that they were fed, that a card came out.

A disputed fact changes no lock and frees nothing. But it is a station's signed word that a blank
went into a machine, or that a card came out of it: such a blank is not closed as unused (rule 11).
"""

from typing import ClassVar

from attrs import frozen

from ektp_core.errors import Refused
from ektp_core.flow.codec import decode_event
from ektp_core.flow.events import Disputed, Event, Moved, Pressed, Stepped
from ektp_core.flow.evidence import is_cut_short, is_of_withdrawn_key
from ektp_core.flow.rows import Attempt, DisputedAttempt, FedBlank
from ektp_core.flow.station_loss_events import EvidenceKept
from ektp_core.flow.view import Book, View
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.state import LockEvent, PressStep

_OUT = frozenset({Bucket.GOOD_HELD, Bucket.WASTE_HELD})
_CAME_OUT = frozenset({LockEvent.VERDICT_GOOD, LockEvent.VERDICT_BAD})
_LONGEST_NUMBER = 18


@frozen
class _Said:
    """What one fact says: the blank it names, if it names one, and whether a card came out."""

    NOBODY: ClassVar[tuple[str, int]] = ("", 0)
    blank: tuple[str, int]
    came_out: bool


def noted_dispute(book: Book, event: Disputed) -> None:
    """Keep what the disputed bytes say of a blank and of an attempt."""
    attempt = book.row(Attempt, event.record, event.attempt) if event.record else None
    if attempt is not None and attempt.station == event.station:  # believed about its own attempts alone
        _note(book, attempt, _said(_read(event.event)))


def noted_evidence(book: Book, event: EvidenceKept) -> None:
    """The same for a commit that changes nothing: a lost station's word that a card came out is a word."""
    for raw in event.events:
        fact = _read(raw)
        record, n = named(fact)
        attempt = book.row(Attempt, record, n) if record else None
        if attempt is not None and is_of_withdrawn_key(book, event.station, attempt):
            _note(book, attempt, _said(fact))


def _note(book: Book, attempt: Attempt, said: _Said | None) -> None:
    if said is None:
        return
    known = book.row(DisputedAttempt, attempt.record, attempt.n)
    came_out = said.came_out or (known is not None and known.came_out)
    book.put(DisputedAttempt(attempt.record, attempt.n, came_out))
    if said.blank != _Said.NOBODY:
        book.put(FedBlank(*said.blank, attempt.record, attempt.n))


def _read(raw: bytes) -> Event | None:
    try:
        return decode_event(raw)
    except Refused:
        return None


def named(event: Event | None) -> tuple[str, int]:
    """The attempt an event names, as far as it makes sense."""
    record, n = getattr(event, "record", ""), getattr(event, "n", 0)
    if isinstance(event, Moved) and "/" in event.reference:
        record, _, number = event.reference.rpartition("/")
        is_number = number.isascii() and number.isdecimal() and len(number) <= _LONGEST_NUMBER
        n = int(number) if is_number else 0
    return record, n


def _said(fact: Event | None) -> _Said | None:
    if isinstance(fact, Pressed):
        return _Said((fact.series, fact.number) if fact.number > 0 else _Said.NOBODY, fact.step is PressStep.EJECTED)
    if isinstance(fact, Moved) and fact.lo == fact.hi and fact.to_bucket is not Bucket.STOCK:
        return _Said((fact.series, fact.lo), fact.to_bucket in _OUT)
    if isinstance(fact, Stepped):
        return _Said(_Said.NOBODY, fact.event in _CAME_OUT)
    return None


def attempt_came_out(view: View, record: str, n: int) -> bool:
    """Whether the station says, in a fact that was disputed or only kept, that this attempt's card came out.

    Where too much was signed to keep all of it, nobody knows what it said: then the card counts as come out.
    """
    said, attempt = view.row(DisputedAttempt, record, n), view.row(Attempt, record, n)
    return (said is not None and said.came_out) or (attempt is not None and is_cut_short(view, attempt))


def blank_came_out(view: View, series: str, number: int) -> bool:
    """Whether a disputed fact names this blank and says that its card came out."""
    fed = view.row(FedBlank, series, number)
    return fed is not None and attempt_came_out(view, fed.record, fed.n)
