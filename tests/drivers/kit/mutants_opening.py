"""Broken drivers that do too much when they recover, reset, close or are opened again."""

from ektp_core.boundary.card_printer import (
    Bin,
    CardPosition,
    DriverError,
    DriverLost,
    PrintToken,
    Recovery,
    ResetLevel,
    Status,
)
from tests.drivers.kit.mutant import Calls, Mutant, Rig, mutant


def recovers_with_another_card(rig: Rig) -> Calls:
    """To recover is to throw the card out and begin the next."""

    def recover(action: Recovery, ms: int) -> None:
        rig.printer.recover(Recovery.REJECT_CARD, ms)
        rig.printer.feed(ms)

    return {"recover": recover}


def resets_the_card_away(rig: Rig) -> Calls:
    """A reset puts out whatever is inside."""

    def reset(level: ResetLevel, ms: int) -> None:
        rig.printer.deliver(Bin.REJECT, ms)

    return {"reset": reset}


def closes_once(rig: Rig) -> Calls:
    """It complains when it is closed a second time."""
    closed: list[bool] = []

    def close() -> None:
        rig.printer.close()
        if closed:
            raise DriverError("it is closed already")
        closed.append(True)

    return {"close": close}


def opens_again_by_itself(rig: Rig) -> Calls:
    """A call after the close opens another line, and works."""

    def status(ms: int) -> Status:
        try:
            return rig.printer.status(ms)
        except DriverLost:
            fresh = rig.reopen()
            try:
                return fresh.status(ms)
            finally:
                fresh.close()

    return {"status": status}


def clears_the_machine(rig: Rig) -> Calls:
    """When it is opened it puts out the card it finds inside."""

    def reserve(owner: str, ms: int) -> None:
        rig.printer.reserve(owner, ms)
        if rig.printer.status(ms).position is not CardPosition.NONE:
            rig.printer.recover(Recovery.REJECT_CARD, ms)

    return {"reserve": reserve}


def finishes_what_was_begun(rig: Rig) -> Calls:
    """When it is opened it prints the card that waits inside, whose picture is loaded."""

    def reserve(owner: str, ms: int) -> None:
        rig.printer.reserve(owner, ms)
        if rig.printer.status(ms).position not in {CardPosition.NONE, CardPosition.EXIT, CardPosition.JAMMED}:
            try:
                rig.printer.mark(PrintToken("begun", 1, 1), ms)
            except DriverError:
                return

    return {"reserve": reserve}


OPENING: tuple[Mutant, ...] = (
    mutant(recovers_with_another_card, "recover-prints-nothing"),
    mutant(resets_the_card_away, "reset-needs-empty"),
    mutant(closes_once, "closes-twice"),
    mutant(opens_again_by_itself, "closed-is-lost"),
    mutant(clears_the_machine, "killed-at-mark", "killed-at-encode", "killed-at-deliver", "unplug"),
    mutant(finishes_what_was_begun, "killed-at-encode", "killed-at-prepare"),
)
