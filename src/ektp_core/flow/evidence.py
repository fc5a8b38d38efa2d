"""Commits that are kept and change nothing (bukti): of a lost station, a second history, an earlier key.

Whatever such a key signs after the loss, from the station or from its clone, is stored as it
came, once for each head, and frees nothing (rule 21). That a blank was fed or a card came out is
noted of it (`disputed_facts`), so that nobody closes that attempt or that blank as unused.
"""

from attrs import evolve

from ektp_core.flow.rows import Attempt, Contact, Evidence, Key, LostStation
from ektp_core.flow.station_loss_events import EvidenceKept
from ektp_core.flow.view import View
from ektp_core.vocabulary.role import Hand

#: Bytes of evidence kept whole of one station. A number of the fold: it never changes.
MOST_BYTES = 64 * 1024 * 1024


def kept(view: View, commit: EvidenceKept) -> tuple[EvidenceKept, ...]:
    """The commit as evidence; nothing when the same one is kept already.

    Of a key that was withdrawn with its station, which may be a thief's, no more than `MOST_BYTES` are kept
    whole; of what comes after, only number and head, so that it cannot fill the hub's disk.
    """
    if view.row(Evidence, commit.station, commit.n, commit.head):
        return ()
    row = view.row(LostStation, commit.station) or view.row(Contact, commit.station)
    if row and row.kept_bytes + sum(map(len, commit.events)) > MOST_BYTES:
        return (evolve(commit, events=()),)
    return (commit,)


def of_an_earlier_book(view: View, station: str, feed_m: int) -> bool:
    """Whether an authorisation with this feed number was given to a book the station no longer has."""
    contact = view.row(Contact, station)
    return contact is not None and 0 < feed_m <= contact.feed_m


def is_of_withdrawn_key(view: View, station: str, attempt: Attempt) -> bool:
    """Whether an attempt was given to the book of a key that was withdrawn: of these alone it is believed."""
    is_lost = view.row(LostStation, station) is not None
    return attempt.station == station and (is_lost or of_an_earlier_book(view, station, attempt.feed_m))


def is_cut_short(view: View, attempt: Attempt) -> bool:
    """Whether evidence about the book of this attempt was thrown away, because there was too much of it."""
    lost, contact = view.row(LostStation, attempt.station), view.row(Contact, attempt.station)
    kept_bytes = max(lost.kept_bytes if lost else 0, contact.kept_bytes if contact else 0)
    return kept_bytes > MOST_BYTES and is_of_withdrawn_key(view, attempt.station, attempt)


def signed_by_an_earlier_key(view: View, signed_by: tuple[str, ...], station: str) -> bool:
    """Whether the station was re-enrolled and this was signed with a key it had before."""
    contact = view.row(Contact, station)
    if contact is None or not contact.key:
        return False
    keys = (view.row(Key, name) for name in signed_by)
    own = [key for key in keys if key and (key.hand, key.owner) == (Hand.STATION, station)]
    return bool(own) and all(key.revoked for key in own)
