"""What disputed facts say of blanks (fakta yang disanggah): that they were fed, that a card came out.

A disputed fact changes no lock and frees nothing. But it is a station's signed word that a blank
went into a machine, or that a card came out of it: such a blank is not closed as unused (rule 11).
"""

from typing import ClassVar

from attrs import frozen

from ektp_core.errors import Refused
from ektp_core.flow.codec import decode_event
from ektp_core.flow.events import Disputed, Moved, Pressed, Stepped
from ektp_core.flow.rows import Attempt, DisputedAttempt, FedBlank
from ektp_core.flow.view import Book, View
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.state import LockEvent, PressStep

_OUT = frozenset({Bucket.GOOD_HELD, Bucket.WASTE_HELD})
_CAME_OUT = frozenset({LockEvent.VERDICT_GOOD, LockEvent.VERDICT_BAD})


@frozen
class _Said:
    """What one fact says: the blank it names, if it names one, and whether a card came out."""

    NOBODY: ClassVar[tuple[str, int]] = ("", 0)
    blank: tuple[str, int]
    came_out: bool


def noted_dispute(book: Book, event: Disputed) -> None:
    """Keep what the disputed bytes say of a blank and of an attempt."""
    said = _said(event.event)
    attempt = book.row(Attempt, event.record, event.attempt) if event.record else None
    if said is None or attempt is None or attempt.station != event.station:
        return  # a station is believed about its own attempts alone
    known = book.row(DisputedAttempt, event.record, event.attempt)
    came_out = said.came_out or (known is not None and known.came_out)
    book.put(DisputedAttempt(event.record, event.attempt, came_out))
    if said.blank != _Said.NOBODY:
        book.put(FedBlank(*said.blank, event.record, event.attempt))


def _said(raw: bytes) -> _Said | None:
    try:
        fact = decode_event(raw)
    except Refused:
        return None
    if isinstance(fact, Pressed):
        return _Said((fact.series, fact.number) if fact.number > 0 else _Said.NOBODY, fact.step is PressStep.EJECTED)
    if isinstance(fact, Moved) and fact.lo == fact.hi and fact.to_bucket is not Bucket.STOCK:
        return _Said((fact.series, fact.lo), fact.to_bucket in _OUT)
    if isinstance(fact, Stepped):
        return _Said(_Said.NOBODY, fact.event in _CAME_OUT)
    return None


def attempt_came_out(view: View, record: str, n: int) -> bool:
    """Whether the station says, in a fact that was disputed, that this attempt's card came out."""
    said = view.row(DisputedAttempt, record, n)
    return said is not None and said.came_out


def blank_came_out(view: View, series: str, number: int) -> bool:
    """Whether a disputed fact names this blank and says that its card came out."""
    fed = view.row(FedBlank, series, number)
    return fed is not None and attempt_came_out(view, fed.record, fed.n)
