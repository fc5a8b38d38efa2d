"""Commits that are kept and change nothing (bukti): of a station declared lost, or of a second history.

Whatever such a key signs after the loss, from the station or from its clone, is stored as it
came, once for each head, and frees nothing (rule 21). The hub answers that it was kept.
"""

from ektp_core.flow.rows import Evidence
from ektp_core.flow.station_loss_events import EvidenceKept
from ektp_core.flow.view import View


def kept(view: View, commit: EvidenceKept) -> tuple[EvidenceKept, ...]:
    """The commit as evidence; nothing when the same one is kept already."""
    return () if view.row(Evidence, commit.station, commit.n, commit.head) else (commit,)
