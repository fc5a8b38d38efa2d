"""Whether a printer may be reset (menyetel ulang pencetak): never while the book has a card in it.

A reset ejects, drops or forgets what is inside, and with it the evidence of what became of a card. Pure.
"""

from ektp_core.flow.care_events import TestState
from ektp_core.flow.care_rows import Testing
from ektp_core.flow.rows import Attempt, Lease, Lock
from ektp_core.flow.view import View
from ektp_core.vocabulary.state import LockState


def card_in(view: View, station: str, printer: str) -> str:
    """The card the book has in this printer, as its record and attempt; a test card; empty where there is none."""
    for lease in view.rows(Lease, station):
        lock, attempt = view.row(Lock, lease.record), view.row(Attempt, lease.record, lease.n)
        if lock and attempt and lock.state is LockState.IN_PRESS and attempt.printer == printer:
            return f"{lease.record}/{lease.n}"
    begun = (one for one in view.rows(Testing, station) if one.printer == printer and one.state is TestState.BEGUN)
    return "a test card" if any(True for _ in begun) else ""
