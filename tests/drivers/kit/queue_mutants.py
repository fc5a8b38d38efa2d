"""Broken drivers above an opaque queue: sure of what nobody saw, or printing what was left over."""

from pathlib import Path
from typing import Any

from attrs import define, field

from ektp_core.boundary.card_printer import Artwork, Can, Capabilities, DriverError, Found, JobRecord, PrintToken
from ektp_core.boundary.driver_bench import MakeBench
from ektp_core.boundary.hookspecs import hookimpl
from ektp_core.vocabulary.verdict import BlankPlace, Certainty, Outcome, Verdict
from ektp_testing.driver_kit import Driver
from tests.drivers.kit import queue_toy
from tests.drivers.kit.mutant import Broken, Calls, Mutant, Rig, mutant
from tests.drivers.kit.mutants_judging import failed_marks_are


def believes_the_spooler(rig: Rig) -> Calls:
    """A job the spooler calls completed is a good card, it says."""
    done: set[str] = set()

    def mark(token: PrintToken, ms: int) -> str:
        job = rig.printer.mark(token, ms)
        done.add(token.job_key)
        return job

    def observe(job: str, ms: int) -> JobRecord:
        sure = Verdict(Outcome.GOOD, BlankPlace.OUTPUT, Certainty.DEVICE_JOB_RECORD)
        return JobRecord(job, 0, sure) if job in done else rig.printer.observe(job, ms)

    return {"mark": mark, "observe": observe}


def leaves_jobs_in_the_queue(rig: Rig) -> Calls:
    """A job that was not answered stays in the queue and is printed when the queue is opened again."""

    def mark(token: PrintToken, ms: int) -> str:
        rig.memory["left"] = True
        job = rig.printer.mark(token, ms)
        rig.memory["left"] = False
        return job

    def prepare(art: Artwork, ms: int) -> None:
        rig.printer.prepare(art, ms)
        rig.memory["art"] = art

    def reserve(owner: str, ms: int) -> None:
        rig.printer.reserve(owner, ms)
        if rig.memory.get("left"):
            rig.memory["n"] = rig.memory.get("n", 0) + 1
            rig.printer.prepare(rig.memory["art"], ms)
            rig.printer.mark(PrintToken("left", 1, rig.memory["n"]), ms)

    return {"mark": mark, "prepare": prepare, "reserve": reserve}


def calls_a_lost_job_unprinted(rig: Rig) -> Calls:
    """A job that is gone from the spooler's list was never printed, it says."""
    return failed_marks_are(rig, set(), Verdict(Outcome.NOT_STARTED, BlankPlace.UNKNOWN, Certainty.TRANSPORT))


def prints_the_document_before(rig: Rig) -> Calls:
    """The spooler's document of the job before is printed again under the new job's name."""

    def prepare(art: Artwork, ms: int) -> None:
        rig.printer.prepare(rig.memory.get("before", art), ms)
        rig.memory["before"] = art

    return {"prepare": prepare}


def answers_no_question(_rig: Rig) -> Calls:
    """A queue shows nothing, so every question about a job is an error."""

    def declined(*_: object) -> None:
        raise DriverError("a queue shows nothing of it")

    return {"observe": declined, "look": declined}


def declares_what_it_sees_not(rig: Rig) -> Calls:
    """It declares a counter of fed cards and has none."""

    def capabilities(ms: int) -> Capabilities:
        return Capabilities(Can.OPAQUE_QUEUE | Can.COUNTS_FED, 1016, 648, 300)

    return {"capabilities": capabilities}


QUEUE_MUTANTS: tuple[Mutant, ...] = (
    mutant(believes_the_spooler, "good-needs-evidence"),
    mutant(leaves_jobs_in_the_queue, "spooler-killed"),
    mutant(calls_a_lost_job_unprinted, "spooler-killed", "lost-reply"),
    mutant(prints_the_document_before, "own-picture"),
    mutant(answers_no_question, "unknown-job", "good-needs-evidence"),
    mutant(declares_what_it_sees_not, "declares-counters"),
)
_BY_NAME = {one.name: one for one in QUEUE_MUTANTS}


@define(eq=False)
class QueuePlugin:
    """The hooks of the queue, broken as the hint says; `sound` is not broken."""

    memory: dict[str, Any] = field(factory=dict)

    @hookimpl
    def ektp_discover_printers(self, hint: str) -> list[Found]:
        return queue_toy.ektp_discover_printers(hint)

    @hookimpl
    def ektp_open_printer(self, found: Found) -> Any:
        printer = queue_toy.ektp_open_printer(found)
        chosen = _BY_NAME.get(queue_toy.parts(found.address)[0])
        if printer is None or chosen is None:
            return printer
        return Broken(printer, chosen.breaks(Rig(printer, lambda: printer, self.memory)))


def queue_driver() -> Driver:
    return Driver(queue_toy.NAME, QueuePlugin(), ("tests.drivers.kit.queue_toy",))


def queue_bench(name: str) -> MakeBench:
    return lambda folder: queue_toy.QueueBench(Path(folder), name)
