"""Broken drivers that try an act a second time when the first try failed, and say nothing of it."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from ektp_core.boundary.card_printer import Bin, CardPrinter, DriverError, DriverLost, DriverTimeout
from tests.drivers.kit.mutant import Calls, Mutant, Rig, mutant

MS = 10_000
_CALLS = (
    "identify", "capabilities", "reserve", "release", "configure", "status", "counters", "supplies", "prepare", "feed",
    "move", "flip", "read_uid", "read_chip", "encode", "mark", "observe", "deliver", "recover", "look", "reset", "close",
)  # fmt: skip


def _with_another_line(rig: Rig, name: str, again: Callable[..., Any]) -> Calls:
    """Every call goes by the newest line; a line that broke in the call of that name is replaced, and `again` is done."""

    def passed_on(one: str) -> Callable[..., Any]:
        return lambda *arguments: getattr(rig.printer, one)(*arguments)  # noqa: PLW0108  # the line of that moment

    def tried(*arguments: Any) -> Any:
        try:
            return getattr(rig.printer, name)(*arguments)
        except (DriverLost, DriverTimeout, DriverError) as error:
            if not isinstance(error, DriverLost | DriverTimeout) and "answer" not in str(error):
                raise
            rig.printer.close()
            with suppress(DriverError):
                rig.printer = rig.reopen()
                rig.printer.reserve("kit", MS)
                return again(rig.printer, *arguments[:-1], MS)
            raise

    return {one: passed_on(one) for one in _CALLS} | {name: tried}


def feeds_again_after_a_slip(rig: Rig) -> Calls:
    """A feed that brought no blank is done again."""

    def feed(ms: int) -> None:
        try:
            rig.printer.feed(ms)
        except (DriverLost, DriverTimeout):
            raise
        except DriverError as error:
            if "no card came" not in str(error):
                raise
            rig.printer.feed(ms)

    return {"feed": feed}


def feeds_again_on_another_line(rig: Rig) -> Calls:
    """A feed without an answer is done again: what is inside goes to the rejects first."""

    def again(printer: CardPrinter, ms: int) -> None:
        with suppress(DriverError):
            printer.deliver(Bin.REJECT, ms)
        printer.feed(ms)

    return _with_another_line(rig, "feed", again)


def moves_again(rig: Rig) -> Calls:
    """A move without an answer is done again."""
    return _with_another_line(rig, "move", lambda printer, to, ms: printer.move(to, ms))


def encodes_again(rig: Rig) -> Calls:
    """A chip that gave no answer is written a second time."""
    return _with_another_line(rig, "encode", lambda printer, content, ms: printer.encode(content, ms))


def delivers_again(rig: Rig) -> Calls:
    """A delivery without an answer is done again; that nothing is inside then is what was wanted."""

    def again(printer: CardPrinter, to: Bin, ms: int) -> None:
        with suppress(DriverError):
            printer.deliver(to, ms)

    return _with_another_line(rig, "deliver", again)


AGAIN: tuple[Mutant, ...] = (
    mutant(feeds_again_after_a_slip, "feed-once"),
    mutant(feeds_again_on_another_line, "feed-once"),
    mutant(moves_again, "move-once"),
    mutant(encodes_again, "encode-once"),
    mutant(delivers_again, "deliver-once"),
)
