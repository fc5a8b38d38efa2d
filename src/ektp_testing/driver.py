"""The seeded driver (penggerak berbenih): long random lives of a thing under test, replayed by their seed.

It walks the same table of operations as the machines of Hypothesis, without shrinking and
hundreds of times faster. What it finds is reported with the seed, the step and the story in
plain words; the same machine, thing, seed and number of steps give the same run again.

>>> from ektp_testing.lock_machine import LOCK
>>> from ektp_testing.our_lock import TableLock
>>> run = drive(LOCK, TableLock, seed=1, steps=50)
>>> run.is_clean, run.steps, run == drive(LOCK, TableLock, seed=1, steps=50)
(True, 50, True)
"""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from attrs import frozen

from ektp_testing.operation import Machine, NamedCheck, Operation, SeededDice, Told, Violation

T = TypeVar("T")
W = TypeVar("W")

SHOWN_LINES = 40


@frozen
class Run:
    """One life.

    Attributes:
        steps: operations done; with a failure, the last one is the one that showed it.
        story: a line an operation.
        check: the check that did not hold, or None.
        text: what was seen, or what fell over.
    """

    machine: str
    seed: int
    steps: int
    story: tuple[str, ...]
    check: NamedCheck | None = None
    text: str = ""

    @property
    def is_clean(self) -> bool:
        """Whether nothing was found."""
        return not self.text

    def told(self) -> str:
        """The finding with its seed, step and the last lines of its story."""
        if self.is_clean:
            return f"{self.machine}, seed {self.seed}: {self.steps} steps, nothing found"
        name = self.check.name if self.check else "it fell over"
        head = f"{self.machine}, seed {self.seed}, step {self.steps}: {name}\n  {self.text}"
        first = max(0, len(self.story) - SHOWN_LINES)
        lines = [f"  {first + at + 1}. {line}" for at, line in enumerate(self.story[first:])]
        return "\n".join([head, *lines])


def drive(machine: Machine[T, W], make: Callable[[], T], seed: int, steps: int) -> Run:
    """One life of a fresh thing: `steps` operations drawn from the seed, then the audit.

    It stops at the first finding. A thing with a method `close` is closed at the end.
    """
    thing = make()
    try:
        return _lived(machine, thing, seed, steps)
    finally:
        close = getattr(thing, "close", None)
        if close:
            close()


def _lived(machine: Machine[T, W], thing: T, seed: int, steps: int) -> Run:
    dice, story = SeededDice(seed), list[str]()
    deck = [one for one in machine.operations for _ in range(one.weight)]
    try:
        world = machine.begin(thing)
        for step in range(1, steps + 1):
            story.append(_sensible(world, deck, dice).perform(world, dice))
            machine.look(world)
            if step % machine.audit_every == 0:
                machine.audit(world)
        machine.audit(world)
    except Told as told:
        return _found(machine, seed, (*story, told.line), told.error)
    except Exception as error:  # noqa: BLE001  # whatever a thing under test raises is a finding
        return _found(machine, seed, tuple(story), error)
    return Run(machine.name, seed, steps, tuple(story))


def _sensible(world: W, deck: list[Operation[W]], dice: SeededDice) -> Operation[W]:
    while True:
        operation = dice.pick(deck)
        if operation.makes_sense(world):
            return operation


def _found(machine: Machine[T, W], seed: int, story: tuple[str, ...], error: Exception) -> Run:
    if isinstance(error, Violation):
        return Run(machine.name, seed, len(story), story, error.check, error.text)
    return Run(machine.name, seed, len(story), story, None, f"{type(error).__name__}: {error}")


def examine(machine: Machine[T, W], make: Callable[[], T], seeds: Iterable[int], steps: int) -> Iterator[Run]:
    """One life a seed, as they end; clean ones too."""
    for seed in seeds:
        yield drive(machine, make, seed, steps)
