"""What is remembered of a printer that a person has freed (pembebasan pencetak), and what is said of it afterwards.

Plain values. A crash may lose them: the printer is looked at before its next card in any case.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Any

from attrs import field, frozen

from ektp_core.boundary.store import Work
from ektp_core.flow.recovering import FreeBy
from ektp_station.duty import Sentence


class Stage(Enum):
    """How far it is."""

    WAITING = "waiting"  # until the printer stands still
    LOOKING = "looking"  # what does it show before?
    WRITING = "writing"  # the book is asked whether it has a card in the act there
    ACTING = "acting"
    SEEING = "seeing"  # what does it show afterwards?
    OVER = "over"


class FreeEnd(Enum):
    """What came of it, by what the printer says itself."""

    GOES_ON = "goes-on"
    STAYS_OUT = "stays-out"
    STILL_STOPS = "still-stops"
    CARD_INSIDE = "card-inside"
    MOVES = "moves"
    CANNOT_SAY = "cannot-say"
    UNKNOWN = "unknown"

    @property
    def sentence(self) -> Sentence:
        """It in one sentence, with names for its facts."""
        return _SENTENCES[self]


_SENTENCES: Mapping[FreeEnd, Sentence] = {
    FreeEnd.GOES_ON: Sentence("Printer {printer} says that it is ready and empty, and goes on."),
    FreeEnd.STAYS_OUT: Sentence("Printer {printer} says that it is ready and empty, and still takes no card: {why}."),
    FreeEnd.STILL_STOPS: Sentence(
        "Printer {printer} still reports {condition} and takes no card: put that right there, then order again."
    ),
    FreeEnd.CARD_INSIDE: Sentence(
        "Printer {printer} still has a card inside and takes no other: take it out, then order again."
    ),
    FreeEnd.MOVES: Sentence("Printer {printer} still moves; it goes on once it says that it is ready and empty."),
    FreeEnd.CANNOT_SAY: Sentence(
        "Printer {printer} does not say whether it is empty: it is out of service until two people explain it."
    ),
    FreeEnd.UNKNOWN: Sentence(
        "What printer {printer} did is not known ({why}): it is out of service until two people explain it."
    ),
}


@frozen
class Freeing:
    """A person's order to free a printer.

    Attributes:
        ask: its id, by which who gave it finds what came of it. request: who waits for the answer.
        declined: what the driver said against it. end: once it is over, with its facts.
    """

    ask: str
    by: FreeBy
    request: int
    work: Work
    stage: Stage = Stage.WAITING
    declined: str = ""
    end: FreeEnd | None = None
    facts: Mapping[str, str | int] = field(factory=dict)


def shown(freed: Mapping[str, Freeing], printer: str) -> dict[str, Any]:
    """What the page shows of it; nothing of a printer that nobody had freed."""
    if (one := freed.get(printer)) is None:
        return {}
    told = {"ask": one.ask, "by": one.by.value, "stage": one.stage.value, "declined": one.declined}
    return {"freed": {**told, "end": one.end.value if one.end else "", "facts": dict(one.facts)}}
