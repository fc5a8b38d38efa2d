"""Whether a printer may be reset (menyetel ulang pencetak): never while the book has a card in it, or may have.

A reset ejects, drops or forgets what is inside, and with it the evidence of what became of a card. Pure.
"""

from ektp_core.flow.care_events import TestState
from ektp_core.flow.care_rows import Testing
from ektp_core.flow.rows import Attempt, Lease, Lock
from ektp_core.flow.suspect_evidence_rows import OpenSuspect
from ektp_core.flow.view import View
from ektp_core.vocabulary.state import LockState


def card_in(view: View, station: str, printer: str) -> str:
    """The card the book has in this printer, as its record and attempt; a test card; empty where there is none.

    One in doubt counts, because it may still lie there; until people have settled it.
    """
    for lease in view.rows(Lease, station):
        lock, attempt = view.row(Lock, lease.record), view.row(Attempt, lease.record, lease.n)
        if lock and attempt and lock.state is LockState.IN_PRESS and attempt.printer == printer:
            return f"{lease.record}/{lease.n}"
    for doubt in view.rows(OpenSuspect, station):
        attempt = view.row(Attempt, doubt.record, doubt.n)
        if attempt and attempt.printer == printer:
            return f"{doubt.record}/{doubt.n}"
    here = (one for one in view.rows(Testing, station) if one.printer == printer)
    return "a test card" if any(one.state in {TestState.BEGUN, TestState.DOUBT} for one in here) else ""
