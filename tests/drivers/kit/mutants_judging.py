"""Broken drivers that are sure of a card nobody saw: what became of a job, told wrongly."""

from typing import Any

from attrs import evolve

from ektp_core.boundary.card_printer import DriverError, JobRecord, Look, PrintToken
from ektp_core.vocabulary.verdict import BlankPlace, Certainty, Outcome, Verdict
from tests.drivers.kit.mutant import Calls, Mutant, Rig, mutant


def _judged(rig: Rig, change: Any) -> Calls:
    """Observe and look with the job's verdict changed; `change` gets the job asked for and what is known."""

    def look(job: str, ms: int) -> Look:
        seen = rig.printer.look(job, ms)
        return evolve(seen, job=change(job, seen.job)) if seen.job else seen

    return {"observe": lambda job, ms: change(job, rig.printer.observe(job, ms)), "look": look}


def _verdict(record: JobRecord, outcome: Outcome, blank: BlankPlace, certainty: Certainty) -> JobRecord:
    return evolve(record, verdict=Verdict(outcome, blank, certainty))


def good_by_bytes(rig: Rig) -> Calls:
    """GOOD as soon as the device took the bytes."""

    def easy(_job: str, record: JobRecord) -> JobRecord:
        is_good = record.verdict.outcome is Outcome.GOOD
        return evolve(record, verdict=evolve(record.verdict, certainty=Certainty.TRANSPORT)) if is_good else record

    return _judged(rig, easy)


def believes_its_own_print(rig: Rig) -> Calls:
    """Whatever it began to print is GOOD, and the device's record says so."""
    begun: set[str] = set()

    def mark(token: PrintToken, ms: int) -> str:
        begun.add(token.job_key)
        return rig.printer.mark(token, ms)

    def easy(job: str, record: JobRecord) -> JobRecord:
        sure = _verdict(record, Outcome.GOOD, BlankPlace.UNKNOWN, Certainty.DEVICE_JOB_RECORD)
        return sure if job in begun else record

    return {**_judged(rig, easy), "mark": mark}


def takes_unknown_for_unprinted(rig: Rig) -> Calls:
    """A job the device does not know was never begun, it says."""

    def easy(_job: str, record: JobRecord) -> JobRecord:
        is_unknown = record.verdict.outcome is Outcome.UNKNOWN
        return _verdict(record, Outcome.NOT_STARTED, BlankPlace.NONE, Certainty.COUNTER) if is_unknown else record

    return _judged(rig, easy)


def judges_before_it_begins(rig: Rig) -> Calls:
    """A job that the device has no record of is SPOILED."""

    def hard(job: str, record: JobRecord) -> JobRecord:
        is_ours = job.startswith("kit-") and record.verdict.outcome is Outcome.UNKNOWN
        return _verdict(record, Outcome.SPOILED, BlankPlace.UNKNOWN, Certainty.COUNTER) if is_ours else record

    return _judged(rig, hard)


def failed_marks_are(rig: Rig, failed: set[str], verdict: Verdict) -> Calls:
    """Every mark that ended in an error gets this verdict when it is observed; `failed` remembers which."""

    def mark(token: PrintToken, ms: int) -> str:
        try:
            return rig.printer.mark(token, ms)
        except DriverError:
            failed.add(token.job_key)
            raise

    def observe(job: str, ms: int) -> JobRecord:
        return JobRecord(job, 1, verdict) if job in failed else rig.printer.observe(job, ms)

    return {"mark": mark, "observe": observe}


def takes_an_error_for_a_refusal(rig: Rig) -> Calls:
    """A print that ended in an error was not begun, it says."""
    return failed_marks_are(rig, set(), Verdict(Outcome.NOT_STARTED, BlankPlace.UNKNOWN, Certainty.COUNTER))


def calls_a_silent_mark_spoiled(rig: Rig) -> Calls:
    """A mark whose answer never came is spoiled by the device's own record, it says."""
    spoiled = Verdict(Outcome.SPOILED, BlankPlace.UNKNOWN, Certainty.DEVICE_JOB_RECORD)
    return failed_marks_are(rig, rig.memory.setdefault("failed", set()), spoiled)


def gives_no_record_at_all(rig: Rig) -> Calls:
    """Asked for a job or a look it gives a word of its own."""
    return {"observe": lambda job, ms: "nonsense", "look": lambda job, ms: "nonsense"}


JUDGING: tuple[Mutant, ...] = (
    mutant(good_by_bytes, "good-needs-evidence"),
    mutant(believes_its_own_print, "jam", "ribbon-out", "panel-cancel"),
    mutant(takes_unknown_for_unprinted, "unknown-job", "power-cut"),
    mutant(judges_before_it_begins, "not-yet-begun"),
    mutant(takes_an_error_for_a_refusal, "garbled-reply", "lost-reply", "unplug"),
    mutant(calls_a_silent_mark_spoiled, "lost-reply"),
    mutant(gives_no_record_at_all, "unknown-job", "jam", "lost-reply", "good-needs-evidence"),
)
