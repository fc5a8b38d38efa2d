"""Papers of citizens on the wire (surat di kawat): their number is there, and the edge makes it a keyed hash."""

from attrs import field, frozen

from ektp_core.vocabulary.old_card import OldCardReason
from ektp_core.vocabulary.prr import Reason


@frozen
class SuketEntry:
    """Register an interim letter. `reason`: number of the reason; `expiry` empty: six months after `date`."""

    office: str
    number: str
    date: str
    reason: Reason
    status: str
    nik: str = field(repr=False)
    expiry: str = ""


@frozen
class OldCardEntry:
    """Take old cards at the counter: one with what can be read of it, or several by count only."""

    office: str
    reason: OldCardReason
    date: str
    punched: bool
    count: int = 1
    uid: str = ""
    nik: str = field(default="", repr=False)
