"""The trace of a refused count (jejak hitungan yang ditolak): nobody finds a figure of the book by trying (rule 33)."""

import hashlib

from attrs import evolve

from ektp_core.boundary.store import Work
from ektp_core.flow.closing_day import CloseDay, NoteDiffering


def with_trace(work: Work) -> tuple[Work, ...]:
    """A count, and beside it in the same commit the mark it leaves if it is refused because it differs."""
    if not isinstance(work.ask.body, CloseDay):
        return (work,)
    digest = hashlib.sha256(b"differs" + work.ask.digest).digest()
    return work, Work(evolve(work.ask, id="", body=NoteDiffering(work.ask.body), digest=digest))
