"""What a station counts while it runs (hitungan berjalan): for metrics only; the book counts for itself.

Counts begin at 0 with the process. No record, person or serial is kept.
"""

from collections import Counter
from collections.abc import Callable, Iterable

from attrs import define, field

from ektp_core.boundary.store import Accepted, Answer
from ektp_core.flow.events import Stepped
from ektp_core.vocabulary.state import LockEvent
from ektp_core.wire.upload import Receipt
from ektp_station.messages import Acknowledged, FeedCame, Input, PrinterUp
from ektp_station.steady import passed_ms

#: Steps of a lock that a station takes, by what happened to the card.
OUTCOMES = {
    LockEvent.START: "started",
    LockEvent.VERDICT_GOOD: "good",
    LockEvent.VERDICT_BAD: "bad",
    LockEvent.BLANK_FAILED: "blank_failed",
    LockEvent.DOUBT: "suspect",
    LockEvent.PROVE_NOT_FED: "not_fed",
    LockEvent.RETURN: "returned",
}


@define(eq=False)
class Counted:
    """Counts since the process began; `heard_ms`: when the hub last answered (as `passed_ms`), None before."""

    clock_ms: Callable[[], int] = passed_ms
    cards: Counter[str] = field(factory=Counter)
    opened: Counter[str] = field(factory=Counter)
    refused: Counter[str] = field(factory=Counter)
    heard_ms: int | None = None

    def came(self, what: Input) -> None:
        """An input of the main thread."""
        match what:
            case PrinterUp():
                self.opened[what.printer] += 1
            case FeedCame() | Acknowledged(answer=Receipt()):
                self.heard_ms = self.clock_ms()

    def answered(self, answers: Iterable[Answer]) -> None:
        """Answers of one commit."""
        for answer in answers:
            if not isinstance(answer, Accepted):
                self.refused[answer.refusal.value] += 1
            elif answer.is_first:
                for event in answer.events:
                    if isinstance(event, Stepped) and event.event in OUTCOMES:
                        self.cards[OUTCOMES[event.event]] += 1

    @property
    def link_age_s(self) -> float | None:
        """Seconds since the hub last answered; None if it never did."""
        return None if self.heard_ms is None else max(0, self.clock_ms() - self.heard_ms) / 1000
