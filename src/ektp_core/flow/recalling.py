"""Calling an authorisation back (penarikan izin cetak): the entry a station answers with RETURN or its outcome."""

from ektp_core.flow import feed
from ektp_core.flow.events import Event, Recalled
from ektp_core.flow.rows import Lock
from ektp_core.flow.view import View


def called_back(view: View, lock: Lock, at_ms: int) -> tuple[Event, ...]:
    """The call, and the feed entry that carries it to the station that holds the lock."""
    called = Recalled(lock.record, lock.n)
    entry = feed.queued(view, lock.station, feed.RECALL, (called,), at_ms, record=lock.record, n=lock.n)
    return called, entry
