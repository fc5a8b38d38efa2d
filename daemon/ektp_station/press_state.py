"""What one printer waits for and wants (keadaan satu pencetak): plain values of the press.

A press remembers nothing that book and device could not tell again after a crash. What
follows from what is said in `ektp_station.press`.
"""

from collections.abc import Mapping
from enum import Enum

from attrs import evolve, frozen

from ektp_core.boundary.card_printer import Capabilities
from ektp_core.flow.pressing import Conclude, NoteStep, ReturnCard, StartCard
from ektp_core.flow.station_book import ClosePrinter
from ektp_core.flow.suspect_evidence import AddEvidence
from ektp_core.vocabulary.state import Profile
from ektp_station.acts import Act, Done, Order

#: How long a printer rests after trouble.
REST_MS = 1_000


class Phase(Enum):
    """What the press waits for."""

    AWAY = "away"  # no driver yet
    IDLE = "idle"
    SIZING = "sizing"  # the look before a start
    STARTING = "starting"  # START is being persisted
    ACTING = "acting"  # an act is under way
    NOTING = "noting"  # a step is being persisted
    LOOKING = "looking"  # the look after trouble
    PAUSING = "pausing"  # the device did not answer; it is looked at again later
    ASIDE = "aside"  # the card is being moved to the reject tray
    ASKING = "asking"  # an operator must look at the card
    CONCLUDING = "concluding"  # the outcome is being persisted
    RESTING = "resting"  # waits until a time, then idle
    SHUT = "shut"  # out of service until people explain it
    DOUBTING = "asked about a card in doubt"
    CHECKING = "checking"  # a look at an idle printer
    TEST_SIZING = "sizing a test card"  # the look before a test card
    TESTING = "testing"  # a test card is under way
    RECOVERING = "being freed"  # a person ordered it: looked at, freed, looked at anew


@frozen
class Drive:
    """Let the printer do something."""

    printer: str
    order: Order


@frozen
class Write:
    """Persist an ask of this printer's work."""

    printer: str
    body: StartCard | NoteStep | Conclude | ReturnCard | ClosePrinter | AddEvidence


@frozen
class Tell:
    """Tell the operator."""

    printer: str
    what: str
    facts: Mapping[str, str | int]


PressEffect = Drive | Write | Tell


@frozen
class Press:
    """One printer and the card it works on. All of it can be rebuilt from book and device."""

    name: str
    phase: Phase = Phase.AWAY
    can: Capabilities | None = None
    profile: Profile = Profile.NO_CHIP
    record: str = ""
    n: int = 0
    act: Act = Act.LOOK
    seen: Done | None = None
    ending: Conclude | None = None
    until_ms: int = 0
    looks: int = 0
    turns: int = 0  # how often an act on this card was begun again
    closing: str = ""  # why the printer is shut once the outcome is taken
    failed: int = 0  # blanks in a row that failed before printing
    failed_most: int = 3  # after so many of them the printer is shut
    began: str = ""  # the last attempt that this very process began here, `record/n`; a crash forgets it


Moved = tuple[Press, tuple[PressEffect, ...]]


def idle(press: Press) -> Press:
    """Ready for the next record."""
    return evolve(
        press, phase=Phase.IDLE, record="", n=0, seen=None, ending=None, looks=0, turns=0, closing="", act=Act.LOOK
    )


def resting(press: Press, now_ms: int) -> Press:
    """Not ready for a moment: whatever went wrong is not tried again at once."""
    return evolve(idle(press), phase=Phase.RESTING, until_ms=now_ms + REST_MS)
