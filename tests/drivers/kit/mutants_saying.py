"""Broken drivers that say the number of a person whose card they print, somewhere nobody looks for it."""

import logging
import re
import sys

from attrs import evolve

from ektp_core.boundary.card_printer import (
    Artwork,
    CardPosition,
    DriverError,
    Identity,
    JobRecord,
    Look,
    PrintToken,
    Status,
    Supply,
)  # fmt: skip
from tests.drivers.kit.mutant import Calls, Mutant, Rig, mutant


def _keeps_the_number(rig: Rig, kept: dict[str, str]) -> Calls:
    """The number in the picture is kept for whoever may want it."""

    def prepare(art: Artwork, ms: int) -> None:
        rig.printer.prepare(art, ms)
        found = re.search(rb"\d{16}", art.front_png)
        if found:
            kept["number"] = found.group().decode()

    return {"prepare": prepare}


def _in_fours(number: str, between: str) -> str:
    return between.join(number[at : at + 4] for at in range(0, len(number), 4))


def names_the_person_in_a_jam(rig: Rig) -> Calls:
    """Its error about a jam says whose card is stuck."""
    kept: dict[str, str] = {}

    def mark(token: PrintToken, ms: int) -> str:
        try:
            return rig.printer.mark(token, ms)
        except DriverError as error:
            if str(error).startswith("jam"):
                raise DriverError(f"{error}: the card of {_in_fours(kept['number'], ' ')}") from error
            raise

    return {**_keeps_the_number(rig, kept), "mark": mark}


def notes_the_person_in_the_cause(rig: Rig) -> Calls:
    """What led to its error about a broken line holds the beginning of what was written."""

    def encode(content: bytes, ms: int) -> bytes:
        try:
            return rig.printer.encode(content, ms)
        except TimeoutError as error:
            raise type(error)("the chip gave no answer in time") from ValueError(f"unanswered: {content[:20]!r}")

    return {"encode": encode}


def names_the_job_by_the_person(rig: Rig) -> Calls:
    """The job's id has the person's number in it, to be found in the printer's list."""
    kept: dict[str, str] = {}

    def mark(token: PrintToken, ms: int) -> str:
        return f"{rig.printer.mark(token, ms)}@{_in_fours(kept['number'], '.')}"

    def observe(job: str, ms: int) -> JobRecord:
        return rig.printer.observe(job.partition("@")[0], ms)

    def look(job: str, ms: int) -> Look:
        return rig.printer.look(job.partition("@")[0], ms)

    return {**_keeps_the_number(rig, kept), "mark": mark, "observe": observe, "look": look}


def labels_a_stuck_card(rig: Rig) -> Calls:
    """The maker's word about a stuck card is made longer: it says whose it is."""
    kept: dict[str, str] = {}

    def labelled(status: Status) -> Status:
        is_stuck = status.position is CardPosition.JAMMED and "number" in kept
        whose = kept["number"].encode().hex(" ") if is_stuck else ""
        return evolve(status, notices=tuple(evolve(one, vendor_text=f"{one.vendor_text} {whose}") for one in status.notices))

    def look(job: str, ms: int) -> Look:
        seen = rig.printer.look(job, ms)
        return evolve(seen, status=labelled(seen.status))

    return {**_keeps_the_number(rig, kept), "status": lambda ms: labelled(rig.printer.status(ms)), "look": look}


def logs_the_leave(rig: Rig) -> Calls:
    """Its log says, for its author alone, which card is delivered."""
    kept: dict[str, str] = {}

    def deliver(to: object, ms: int) -> None:
        logging.getLogger("mutant").debug("delivering %s", kept.get("number", "a card"))
        rig.printer.deliver(to, ms)  # type: ignore[arg-type]  # handed on as it came

    return {**_keeps_the_number(rig, kept), "deliver": deliver}


def prints_what_it_writes(rig: Rig) -> Calls:
    """What is written to a chip is shown on standard output."""

    def encode(content: bytes, ms: int) -> bytes:
        print(content)
        return rig.printer.encode(content, ms)

    return {"encode": encode}


def prints_it_in_its_own_process(rig: Rig) -> Calls:
    """In a process of its own, where no test looks, it shows what is written to a chip."""

    def encode(content: bytes, ms: int) -> bytes:
        if "--serial" in sys.argv:
            print(content, file=sys.stderr, flush=True)
        return rig.printer.encode(content, ms)

    return {"encode": encode}


def is_known_by_its_last_card(rig: Rig) -> Calls:
    """The batch of its ribbon is the number on the last card, and so is the head's serial."""
    kept: dict[str, str] = rig.memory

    def supplies(ms: int) -> tuple[Supply, ...]:
        return tuple(evolve(one, batch=kept.get("number", "")) for one in rig.printer.supplies(ms))

    def identify(ms: int) -> Identity:
        found = rig.printer.identify(ms)
        return evolve(found, head_serial=kept.get("number", found.head_serial))

    return {**_keeps_the_number(rig, kept), "supplies": supplies, "identify": identify}


SAYING: tuple[Mutant, ...] = (
    mutant(names_the_person_in_a_jam, "jam", "recover-prints-nothing"),
    mutant(notes_the_person_in_the_cause, "silence", "encode-once"),
    mutant(names_the_job_by_the_person, "whole-card", "misprint"),
    mutant(labels_a_stuck_card, "jam", "jam-is-an-error"),
    mutant(logs_the_leave, "whole-card", "good-needs-evidence"),
    mutant(prints_what_it_writes, "whole-card", "reads-chip"),
    mutant(prints_it_in_its_own_process, "own-process"),
    mutant(is_known_by_its_last_card, "memory-dies"),
)
