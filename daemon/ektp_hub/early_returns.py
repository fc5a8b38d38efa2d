"""Permissions that came back as over although they are not (izin kembali terlalu dini): a station whose time is ahead.

It gives back whatever it is given, at once. So for a while it is given nothing, and people are told.
"""

from collections.abc import Iterable

from ektp_core.boundary.store import Accepted, Answer
from ektp_core.errors import Refusal
from ektp_core.flow.events import Absorbed, Stepped
from ektp_core.flow.rows import Attempt
from ektp_core.flow.view import View
from ektp_core.vocabulary.state import LockEvent

#: How long such a station is given nothing, and from how early a return on.
REST_MS, EARLY_MS = 60_000, 60_000


def resting(view: View, answers: Iterable[Answer]) -> dict[str, int]:
    """Stations that gave back as over what is not, in commits just absorbed, and until when each is given nothing."""
    found: dict[str, int] = {}
    for answer in answers:
        events = answer.events if isinstance(answer, Accepted) else ()
        absorbed = next((event for event in events if isinstance(event, Absorbed)), None)
        for event in events if absorbed else ():
            if not isinstance(event, Stepped) or event.event is not LockEvent.RETURN:
                continue
            attempt = view.row(Attempt, event.record, event.n)
            is_over = event.reference == Refusal.LEASE_OVER.value
            if absorbed and attempt and is_over and attempt.until_ms > absorbed.at_ms + EARLY_MS:
                found[attempt.station] = absorbed.at_ms + REST_MS
    return found
