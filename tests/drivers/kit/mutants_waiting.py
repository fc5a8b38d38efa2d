"""Broken drivers that wait for a device that hangs, or answer nothing at all where they must say something."""

from collections.abc import Callable
from contextlib import suppress
from threading import Event
from typing import Any

from ektp_core.boundary.card_printer import CardPosition as At
from ektp_core.boundary.card_printer import (
    DriverError,
    DriverTimeout,
    JobRecord,
    Look,
    Settings,
    Status,
    Supply,
)  # fmt: skip
from tests.drivers.kit.mutant import Calls, Mutant, Rig, mutant

#: Far longer than any deadline and slack.
HANGS_S = 30


def _waiting(rig: Rig, *names: str) -> Calls:
    """These calls go on waiting after their deadline."""

    def waits(name: str) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            try:
                return getattr(rig.printer, name)(*arguments)
            except DriverTimeout:
                Event().wait(HANGS_S)
                raise

        return call

    return {name: waits(name) for name in names}


def looks_for_ever(rig: Rig) -> Calls:
    """A look or a question of identity waits until the device is back."""
    return _waiting(rig, "look", "identify", "capabilities")


def asks_for_a_job_for_ever(rig: Rig) -> Calls:
    """Asked for a job it waits until the device says something."""
    return _waiting(rig, "observe")


def waits_to_be_let_go(rig: Rig) -> Calls:
    """A release waits until the device agrees."""
    return _waiting(rig, "release")


def says_goodbye(rig: Rig) -> Calls:
    """A close waits for the device's goodbye."""
    said: list[bool] = []

    def close() -> None:
        if not said:
            said.append(True)
            try:
                rig.printer.status(300)
            except DriverTimeout:
                Event().wait(HANGS_S)
            except DriverError:
                pass
        rig.printer.close()

    return {"close": close}


# -- settings -----------------------------------------------------------------------------


def believes_a_yes(rig: Rig) -> Calls:
    """The device said yes to safe settings, so it has them; what it shows afterwards is only digested."""

    def configure(settings: Settings, ms: int) -> Settings:
        got = rig.printer.configure(settings, ms)
        is_safe = settings == Settings()
        return Settings(digest=got.digest) if is_safe else got

    return {"configure": configure}


def remembers_what_it_read(rig: Rig) -> Calls:
    """What was read back once is given again; for whoever asks for the digest, that is read."""

    def configure(settings: Settings, ms: int) -> Settings:
        got = rig.printer.configure(settings, ms)
        first: Settings = rig.memory.setdefault("settings", got)
        return Settings(first.host_handles_errors, first.device_retries, first.copies, first.keeps_bitmaps, got.digest)

    return {"configure": configure}


# -- saying nothing -----------------------------------------------------------------------


def hides_in_trouble(rig: Rig) -> Calls:
    """While a card is stuck its status cannot be read."""

    def status(ms: int) -> Status:
        seen = rig.printer.status(ms)
        if seen.position is At.JAMMED:
            raise DriverError("the printer is in trouble")
        return seen

    return {"status": status}


def never_sees_again(rig: Rig) -> Calls:
    """After the first error it answers no question about a job or a card any more, whoever opens it."""
    memory = rig.memory

    def failing(name: str) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            try:
                return getattr(rig.printer, name)(*arguments)
            except DriverError:
                memory["is_blind"] = True
                raise

        return call

    def observe(job: str, ms: int) -> JobRecord:
        _unless_blind()
        return rig.printer.observe(job, ms)

    def look(job: str, ms: int) -> Look:
        _unless_blind()
        return rig.printer.look(job, ms)

    def _unless_blind() -> None:
        if "is_blind" in memory:
            raise DriverError("nothing is known after an error")

    acts = ("feed", "move", "encode", "mark", "deliver")
    return {name: failing(name) for name in acts} | {"observe": observe, "look": look}


def scolds_whoever_asks_for_a_strange_job(rig: Rig) -> Calls:
    """A job the device does not know is an error, it says."""

    def observe(job: str, ms: int) -> JobRecord:
        if not job.startswith("kit-") and "-" not in job[:4]:
            raise DriverError("there is no such job")
        return rig.printer.observe(job, ms)

    return {"observe": observe}


def prints_no_more_once_asked_for_copies(rig: Rig) -> Calls:
    """Asked for what it may not do it declines, and from then on everything."""
    asked: list[bool] = []

    def configure(settings: Settings, ms: int) -> Settings:
        if asked or settings.copies != 1:
            asked.append(True)
            raise DriverError("nobody sets this printer any more")
        return rig.printer.configure(settings, ms)

    def feed(ms: int) -> None:
        if asked:
            raise DriverError("nobody sets this printer any more")
        rig.printer.feed(ms)

    return {"configure": configure, "feed": feed}


def answers_when_closed(rig: Rig) -> Calls:
    """Closed, it goes on telling of its supplies."""
    last: list[tuple[Supply, ...]] = [()]

    def supplies(ms: int) -> tuple[Supply, ...]:
        with suppress(DriverError):
            last[0] = rig.printer.supplies(ms)
        return last[0]

    return {"supplies": supplies}


def gives_up_beside_others(rig: Rig) -> Calls:
    """Once somebody else printed a card, this device is never opened again."""

    def fed(ms: int) -> int:
        return rig.printer.counters(ms).values[0].value

    def release(ms: int) -> None:
        rig.memory["fed"] = fed(ms)
        rig.printer.release(ms)

    def reserve(owner: str, ms: int) -> None:
        if fed(ms) > rig.memory.get("fed", fed(ms)):
            raise DriverError("somebody else prints here")
        rig.memory.pop("fed", None)
        rig.printer.reserve(owner, ms)

    return {"release": release, "reserve": reserve}


WAITING: tuple[Mutant, ...] = (
    mutant(looks_for_ever, "ends-in-time"),
    mutant(asks_for_a_job_for_ever, "ends-in-time"),
    mutant(waits_to_be_let_go, "ends-in-time"),
    mutant(says_goodbye, "ends-in-time"),
    mutant(believes_a_yes, "settings-refused"),
    mutant(remembers_what_it_read, "settings-refused"),
    mutant(hides_in_trouble, "jam-is-an-error"),
    mutant(never_sees_again, "jam", "lost-reply", "unplug"),
    mutant(scolds_whoever_asks_for_a_strange_job, "unknown-job"),
    mutant(prints_no_more_once_asked_for_copies, "one-copy"),
    mutant(answers_when_closed, "closed-is-lost"),
    mutant(gives_up_beside_others, "foreign-print"),
)
