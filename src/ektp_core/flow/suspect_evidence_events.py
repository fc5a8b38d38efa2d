"""What can still be shown of a card in doubt (bukti atas kartu meragukan): the event and its words.

Evidence changes no lock and moves no blank. It is shown to the people who close the suspect
(lock.md: once SUSPECT, the station only adds evidence), and some of it counts for one of them (rule 39).
"""

from enum import Enum
from typing import ClassVar

from attrs import frozen

from ektp_core.vocabulary.verdict import BlankPlace, Certainty, Outcome


class Shown(Enum):
    """What was shown of a card in doubt."""

    JOB = "job-record"  # the printer's own record of this very job
    UID = "uid"  # the chip of a card that lies there was read
    POSITION = "position"  # where in the printer a card is, or that none is there
    COUNTER = "counter"  # that the printer fed no card since this one was begun (NOT_STARTED), or just one (UNKNOWN)


@frozen
class EvidenceAdded:
    """A station can show more of a card in doubt; its lock stays as it is.

    Attributes:
        number: 1, 2, ... within the attempt.
        outcome: what the device says became of the job; UNKNOWN where it says nothing of that.
        printer: the station's own printer that showed it; empty when people did.
        reader: the key of the enrolled reader that read the chip; empty without one.
        by: the officers who brought it; nobody when the station did by itself.
    """

    KIND: ClassVar[int] = 98
    station: str
    record: str
    n: int
    number: int
    shown: Shown
    certainty: Certainty
    outcome: Outcome
    place: BlankPlace
    uid: str
    printer: str
    reader: str
    by: tuple[str, ...]
    at_ms: int
