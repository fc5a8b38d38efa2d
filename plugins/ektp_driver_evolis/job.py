"""What may be said of a job afterwards (hasil cetak): never more than counters and replies prove; pure.

No sensor of this printer sees the picture and it keeps no record of jobs, so no job is ever
called good here. A job that ended with the printer's own error, with some but not all of its
panels counted and no other card taken, is spoiled; so is one that came out with fewer panels
than it has, which is what becomes of a card whose print was ended by an opened cover or at
the panel. Everything else is unknown.
"""

from attrs import field, frozen

from ektp_core.boundary.card_printer import Bin, DriverError, JobRecord
from ektp_core.vocabulary.verdict import BlankPlace, Certainty, Outcome, Verdict
from ektp_driver_evolis.counters import Counts

_LEFT_TO = {Bin.OUTPUT: BlankPlace.OUTPUT, Bin.REJECT: BlankPlace.REJECT}


@frozen
class Job:
    """The last job of this process.

    Attributes:
        before: the counters before its first command.
        panels: how many panels it has.
        error: the printer's words if it said that the job failed.
        left_to: where the printer says it moved the card, if it did.
    """

    key: str
    before: Counts
    panels: int
    error: str = field(default="")
    left_to: Bin | None = None


def unknown(job_id: str) -> JobRecord:
    """The record of a job this process knows nothing of."""
    detail = "the printer keeps no record of jobs"
    return JobRecord(job_id, 0, Verdict(Outcome.UNKNOWN, BlankPlace.UNKNOWN, Certainty.TRANSPORT, detail))


def record(job: Job, now: Counts, card_inside: bool) -> JobRecord:
    """What the counters and the printer's replies prove of a job."""
    return JobRecord(job.key, 0, _verdict(job, now, card_inside))


def require_whole(job: Job, now: Counts) -> None:
    """Raise DriverError if a card that came out has not all of its panels."""
    printed = now.panels_since(job.before)
    if printed != job.panels:
        raise DriverError(f"the printer ejected the card with {printed} of its {job.panels} panels printed")


def _verdict(job: Job, now: Counts, card_inside: bool) -> Verdict:
    if now.cards_since(job.before):
        detail = "another card was taken since the job began"
        return Verdict(Outcome.UNKNOWN, BlankPlace.UNKNOWN, Certainty.TRANSPORT, detail)
    place = _place(job, card_inside)
    printed = now.panels_since(job.before)
    detail = f"{printed} of {job.panels} panels counted" + (f"; {job.error}" if job.error else "")
    if printed < job.panels and (job.left_to is Bin.OUTPUT or (job.error and printed)):
        return Verdict(Outcome.SPOILED, place, Certainty.COUNTER, detail)
    fits = not job.error and printed <= job.panels
    return Verdict(Outcome.UNKNOWN, place, Certainty.COUNTER if fits else Certainty.TRANSPORT, detail)


def _place(job: Job, card_inside: bool) -> BlankPlace:
    if card_inside:
        return BlankPlace.IN_PRINTER
    return _LEFT_TO[job.left_to] if job.left_to else BlankPlace.UNKNOWN
