"""Commits that are kept and change nothing (bukti): of a station declared lost, or of a second history.

Whatever such a key signs after the loss, from the station or from its clone, is stored as it
came, once for each head, and frees nothing (rule 21). The hub answers that it was kept.
"""

from attrs import evolve

from ektp_core.flow.rows import Evidence, LostStation
from ektp_core.flow.station_loss_events import EvidenceKept
from ektp_core.flow.view import View

MOST_BYTES = 64 * 1024 * 1024


def kept(view: View, commit: EvidenceKept) -> tuple[EvidenceKept, ...]:
    """The commit as evidence; nothing when the same one is kept already.

    Of a lost station's key, which may be a thief's, no more than `MOST_BYTES` are kept whole; of what
    comes after, only number and head, so that it cannot fill the hub's disk.
    """
    if view.row(Evidence, commit.station, commit.n, commit.head):
        return ()
    lost = view.row(LostStation, commit.station)
    if lost and lost.kept_bytes + sum(map(len, commit.events)) > MOST_BYTES:
        return (evolve(commit, events=()),)
    return (commit,)
