"""Runs made-up device bytes through one parser and judges what comes out (mesin uji acak).

A target is one place where bytes of a device become values. For each input it either gives a
value, which the target's own law judges, or raises what its contract allows. Anything else is
a breach: another exception, a value the law does not allow, or more steps than the length of
the input can explain. Inputs follow from a seed alone, and a breach is shrunk before it is shown.
"""

import random
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from types import FrameType
from typing import Any

from attrs import define, field, frozen

from ektp_core.boundary.card_printer import DriverError
from tests.fuzz.mutate import Mutator

#: Every so many inputs the lines carried out are counted; feeds are counted at every input.
COUNTED_EVERY = 64
#: Lines a parser may carry out: so many, and so many more for each byte it was given.
LINES, LINES_A_BYTE = 40_000, 400
#: How often it is looked whether an uncounted input came to its end; what wakes it is judged by the count alone.
TICK_S = 4.0
#: Tries to make a failing input smaller.
SHRINKS = 3_000


class Hang(BaseException):
    """The parser went on longer than its input explains. No parser may catch it."""


@define
class Meter:
    """Counts what a parser asks of its line; more than `most` is a hang."""

    most: int
    used: int = 0

    def step(self) -> None:
        """One more feed, write or wait."""
        self.used += 1
        if self.used > self.most:
            raise Hang(f"more than {self.most} steps on a line of a few bytes")


@frozen
class Target:
    """One parser under test.

    Attributes:
        name: as in the table and in `kept.py`.
        weight: share of the inputs, relative to the others.
        seeds: makes good inputs, mutations of which are fed.
        tokens: words that mean something to this parser; put into inputs and in place of parts.
        read: what is judged; gives a value or raises.
        law: what is wrong with a value that came of an input; "" if nothing.
        allowed: what `read` may raise.
        plain: share of inputs that are random bytes and no mutation.
    """

    name: str
    weight: int
    seeds: Callable[[], tuple[bytes, ...]]
    read: Callable[[bytes], Any]
    law: Callable[[bytes, Any], str] = lambda _data, _value: ""
    tokens: tuple[bytes, ...] = ()
    allowed: tuple[type[BaseException], ...] = (DriverError,)
    plain: float = 0.1
    lines: int = LINES


@frozen
class Breach:
    """An input that broke a law, made as small as it goes."""

    target: str
    data: bytes
    why: str

    @property
    def kept(self) -> str:
        """A line for `kept.py`."""
        return f"Kept({self.target!r}, {self.data!r}, {self.why!r}),"


@define
class Tally:
    """What came of one target's inputs."""

    target: str
    inputs: int = 0
    accepted: int = 0
    refused: int = 0
    breaches: list[Breach] = field(factory=list)

    @property
    def row(self) -> tuple[str, int, int, int, int]:
        """A line of the table."""
        return (self.target, self.inputs, self.accepted, self.refused, len(self.breaches))


@define
class Trial:
    """One target with its laws, over many inputs."""

    target: Target
    seed: int

    @cached_property
    def mutator(self) -> Mutator:
        """Where inputs come from; the same for the same seed."""
        target = self.target
        return Mutator(random.Random(f"{self.seed}:{target.name}"), target.seeds(), target.tokens, target.plain)

    def run(self, inputs: int, most_breaches: int = 1) -> Tally:
        """So many inputs; ends early after `most_breaches` different ones."""
        tally, make = Tally(self.target.name), self.mutator.make
        with woken(tally):
            for number in range(inputs):
                data = make()
                tally.inputs += 1
                why = self._one(data, tally, counts=number % COUNTED_EVERY == 0)
                if why.startswith("hang"):
                    why = self.why(data)  # only the count of its lines judges
                if why:
                    tally.breaches.append(self.shrunk(data, why))
                    if len(tally.breaches) >= most_breaches:
                        break
        return tally

    def why(self, data: bytes) -> str:
        """What is wrong with this one input; "" if nothing."""
        return self._one(data, Tally(self.target.name), counts=True)

    def shrunk(self, data: bytes, why: str) -> Breach:
        """A smaller input that breaks the same law."""
        left, kind = SHRINKS, why.partition(":")[0]

        def still(candidate: bytes) -> bool:
            nonlocal left
            left -= 1
            return left > 0 and self.why(candidate).partition(":")[0] == kind

        size = max(1, len(data) // 2)
        while size and left > 0:
            at = 0
            while at < len(data):
                shorter = data[:at] + data[at + size :]
                if still(shorter):
                    data = shorter
                else:
                    at += size
            size //= 2
        for at in range(len(data)):
            plainer = data[:at] + b"0" + data[at + 1 :]
            if data[at : at + 1] != b"0" and still(plainer):
                data = plainer
        return Breach(self.target.name, data, self.why(data) or why)

    def _one(self, data: bytes, tally: Tally, *, counts: bool) -> str:
        target = self.target
        try:
            if counts:
                with counted(target.lines + LINES_A_BYTE * len(data)):
                    value = target.read(data)
            else:
                value = target.read(data)
        except target.allowed:
            tally.refused += 1
            return ""
        except Hang as hang:
            return f"hang: {hang}"
        except AssertionError as broken:
            return f"law: {broken}"
        except Exception as error:  # noqa: BLE001  # this is what is looked for
            return f"{type(error).__name__}: raised outside the contract"
        tally.accepted += 1
        try:
            said = target.law(data, value)
        except Exception as error:  # noqa: BLE001  # what a plain reading of the bytes cannot explain is no value
            said = f"nothing in the bytes explains this value ({type(error).__name__})"
        return f"law: {said}" if said else ""


@contextmanager
def woken(tally: Tally) -> Iterator[None]:
    """Come back from an input whose lines are not counted and that takes seconds of this processor's own time."""
    seen = -1

    def tick(_signal: int, _frame: FrameType | None) -> None:
        nonlocal seen
        if seen == tally.inputs:
            raise Hang("one input took seconds")
        seen = tally.inputs

    if not hasattr(signal, "ITIMER_VIRTUAL"):
        yield
        return
    before = signal.signal(signal.SIGVTALRM, tick)
    signal.setitimer(signal.ITIMER_VIRTUAL, TICK_S, TICK_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


@contextmanager
def counted(most: int) -> Iterator[None]:
    """Raise `Hang` in whatever carries out more than `most` lines of Python."""
    left = most

    def trace(_frame: FrameType, event: str, _argument: object) -> Any:
        nonlocal left
        if event == "line":
            left -= 1
            if left < 0:
                raise Hang(f"more than {most} lines carried out")
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        yield
    finally:
        sys.settrace(before)


def at_call(owner: Any, name: str) -> Callable[[bytes], Any]:
    """The parser that stands there when it is called, so that one put in its place meanwhile is judged."""
    return lambda data: getattr(owner, name)(data)  # noqa: PLW0108  # looked up at each call, which is its purpose


def shares(targets: tuple[Target, ...], inputs: int) -> dict[str, int]:
    """How many inputs each target gets; together at least `inputs`."""
    whole = sum(one.weight for one in targets)
    return {one.name: -(-inputs * one.weight // whole) for one in targets}


def table(rows: list[tuple[str, int, int, int, int]]) -> str:
    """The counts of a campaign as text."""
    lines = [f"{'target':30} {'inputs':>10} {'accepted':>10} {'refused':>10} {'contract errors':>16}"]
    lines += [f"{one[0]:30} {one[1]:>10,} {one[2]:>10,} {one[3]:>10,} {one[4]:>16,}" for one in rows]
    sums = [sum(column) for column in ([one[1] for one in rows], [one[2] for one in rows], [one[3] for one in rows], [one[4] for one in rows])]
    return "\n".join([*lines, f"{'in all':30} {sums[0]:>10,} {sums[1]:>10,} {sums[2]:>10,} {sums[3]:>16,}"])
