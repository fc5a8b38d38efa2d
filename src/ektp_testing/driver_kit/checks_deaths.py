"""The driver's process is killed at every step (driver dibunuh), and two drivers want one device.

As a station lives it: the driver in a process of its own, `kill -9` while an act is under way or
just after it, then a new process. The device goes on meanwhile. The new process may say that it
does not know; it tells nothing false, moves nothing and marks nothing by itself.
"""

from collections.abc import Callable
from functools import partial
from threading import Thread
from time import sleep

from ektp_core.boundary.card_printer import Bin, Can, CardPrinter, DriverError, Recovery
from ektp_core.boundary.driver_bench import Lies
from ektp_testing.driver_kit.asking import always, needs, steps
from ektp_testing.driver_kit.check import Asks, Caught, Check
from ektp_testing.driver_kit.laws import ink_once, looked, observed
from ektp_testing.driver_kit.stage import ACT_MS, Apart, Stage
from ektp_testing.driver_kit.way import Way, new_way

#: How long an act is under way before its driver is killed; sooner where it was over by then.
SOON_S = (0.01, 0.003, 0.0, 0.0, 0.0, 0.0)
#: How long a second driver waits for a device that the first one holds.
SECOND_MS = 1_500


def _killed_at(step: str) -> Callable[[Stage], None]:
    def run(stage: Stage) -> None:
        stage.fresh(blanks=len(SOON_S) + 2)
        apart, is_over = _killed(stage, stage.open_apart(), step, "before", _before)
        for soon_s in SOON_S:
            if is_over:  # the act was over before its driver was killed: the next one is killed sooner
                apart, is_over = _killed(stage, apart, step, "during", partial(_during, soon_s))
        _killed(stage, apart, step, "after", _after)
        if is_over:
            stage.unmet(f"every {step} was over before its driver was killed")

    return run


def _killed(stage: Stage, apart: Apart, step: str, when: str, kill: "_Kills") -> tuple[Apart, bool]:
    """One card, one driver killed, and a new process; whether the step had ended by itself, or was not begun."""
    way = new_way(stage, apart.printer).go(until=step)
    stage.expect(way.error is None, f"{way.at} failed before any kill: {way.error}")
    call = way.step(step)
    assert call is not None, "the check asks for this step"
    is_over = kill(stage, apart, call)
    apart.kill()
    stage.disturbed()
    return _again(stage, way, f"killed {when} {step}"), is_over


_Kills = Callable[[Stage, Apart, Callable[[], object]], bool]


def _before(_stage: Stage, _apart: Apart, _call: Callable[[], object]) -> bool:
    return True


def _after(stage: Stage, _apart: Apart, call: Callable[[], object]) -> bool:
    answer = stage.attempt(call)
    stage.expect(not isinstance(answer, DriverError), f"the step failed without a kill: {answer}")
    return True


def _during(soon_s: float, stage: Stage, apart: Apart, call: Callable[[], object]) -> bool:
    came: list[object] = []

    def act() -> None:
        try:
            came.append(stage.attempt(call))
        except Caught as caught:
            came.append(caught)

    acting = Thread(target=act, daemon=True)
    acting.start()
    sleep(soon_s)
    apart.kill()
    acting.join()
    if isinstance(came[0], Caught):
        raise came[0]
    return not isinstance(came[0], DriverError)


def _again(stage: Stage, way: Way, said: str) -> Apart:
    """A new process: it looks, and nothing happens; then the card is brought out."""
    before = ink_once(stage)
    apart = _opened_anew(stage, said)
    for job in dict.fromkeys((way.job, way.key)):
        observed(stage, apart.printer, job, way.key, must=True)
        looked(stage, apart.printer, job, way.key, must=True)
    now = ink_once(stage)
    marks = sum(card.marks for card in now) - sum(card.marks for card in before)
    stage.expect(marks == 0, f"{said}: the new process marked a card by itself")
    stage.expect(now == before, f"{said}: a card moved by itself when a new process looked")
    _bring_out(stage, apart.printer)
    return apart


def _opened_anew(stage: Stage, said: str) -> Apart:
    """A queue may stay stopped until a person has looked and lets it run; any other device is opened at once."""
    if stage.is_opaque:
        apart = stage.attempt(stage.open_apart)
        if not isinstance(apart, DriverError):
            return apart
        stage.bench.mend()
    return stage.done(stage.open_apart, f"{said}: a new process cannot open the device")


def _bring_out(stage: Stage, printer: CardPrinter) -> None:
    to = Bin.REJECT if stage.has(Can.REJECT_TRAY) else Bin.OUTPUT
    for clear in (lambda: printer.deliver(to, ACT_MS), lambda: printer.recover(Recovery.REJECT_CARD, ACT_MS)):
        if any(card.lies is Lies.INSIDE for card in stage.cards()):
            stage.attempt(clear)


def _two(stage: Stage) -> None:
    """A second driver on a held device is refused, or marks nothing that is marked."""
    first = stage.open()
    way = new_way(stage, first).go(until="mark")
    stage.expect(way.error is None, f"{way.at} failed")
    second, is_refused = stage.attempt(stage.raw), True
    if not isinstance(second, DriverError):
        held = stage.attempt(lambda: second.reserve("another", SECOND_MS))
        is_refused = isinstance(held, DriverError)
        stage.expect(is_refused or not stage.has(Can.RESERVATION), "a device that is reserved was reserved again")
        if not is_refused:
            intruder = new_way(stage, second, timeout_ms=SECOND_MS)
            intruder.go()
        stage.let_go(second)
    way.go(past="encode" if stage.has(Can.READS_CHIP) else "prepare")
    is_over = is_refused and way.error is not None
    stage.expect(not is_over, f"another was refused, and it ended the first one's card: {way.error}")
    ink_once(stage)
    observed(stage, first, way.job, way.key)


def _processes(stage: Stage) -> None:
    """A whole card by a driver in a process of its own, as a station has it."""
    apart = stage.open_apart()
    way = new_way(stage, apart.printer).whole("a card by a driver in a process of its own")
    observed(stage, apart.printer, way.job, way.key, must=True)
    looked(stage, apart.printer, way.job, way.key, must=True)
    mine = [card for card in ink_once(stage) if way.key in card.job_keys]
    stage.expect(len(mine) == 1 and mine[0].whole, "the card of a driver in its own process is not whole")


def _at(step: str, asks: Asks = always) -> Check:
    says = f"Killed before, during or after {step}, it leaves nothing false and nothing to happen."
    return Check(f"killed-at-{step}", says, asks, _killed_at(step))


DEATH_CHECKS = (
    Check("own-process", "It prints from a process of its own, as in a station.", always, _processes),
    _at("feed", steps),
    _at("prepare"),
    _at("encode", needs(Can.READS_CHIP)),
    _at("mark"),
    _at("deliver", steps),
    Check("two-drivers", "Two drivers on one device never give two prints.", always, _two),
)
