"""Cards in doubt by station, with what is shown of each (baris kartu meragukan)."""

from typing import ClassVar

from attrs import frozen

from ektp_core.flow.suspect_evidence_events import Shown
from ektp_core.vocabulary.verdict import BlankPlace, Certainty, Outcome

#: What was shown, how sure, what the device says, where, chip, printer, reader, by whom, when.
EvidenceLine = tuple[Shown, Certainty, Outcome, BlankPlace, str, str, str, tuple[str, ...], int]


@frozen
class OpenSuspect:
    """A lock that is SUSPECT, until it is closed. `evidence`: what came to light since, in order."""

    TABLE: ClassVar[int] = 70
    KEY: ClassVar[int] = 3
    station: str
    record: str
    n: int
    evidence: tuple[EvidenceLine, ...] = ()
