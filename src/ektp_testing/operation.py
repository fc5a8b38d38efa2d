"""One table of operations a machine (tabel operasi): what can be done to a thing under test, and how it is judged.

The same table is driven by two front ends: `ektp_testing.machines` makes a state machine of
Hypothesis of it, which shrinks a failure to its shortest story, and `ektp_testing.driver` walks
it from a seed, hundreds of times faster, for volume. An operation draws its arguments from a
`Dice`, so that it does not know which of the two is throwing.

Who asks is not who judges. `draw` knows what ought to happen before it is asked: an operation
is always possible and must be taken, illegal and must be refused, or open, and then the model
says. What the thing answers is judged by the world's checks, each of which has a name.
"""

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any, Generic, Protocol, TypeVar

import attrs
from attrs import field, frozen

T = TypeVar("T")
W = TypeVar("W")
Arguments = Mapping[str, Any]


class Dice(Protocol):
    """Where the arguments of an operation come from."""

    def number(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included; small ones are simpler."""

    def pick(self, choices: Sequence[T]) -> T:
        """One of the choices, of which there must be at least one; early ones are simpler."""


class SeededDice:
    """Dice of a seed: the same seed throws the same numbers."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def number(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`."""
        return low + int(self._random.random() * (high - low + 1))

    def pick(self, choices: Sequence[T]) -> T:
        """One of the choices."""
        return choices[int(self._random.random() * len(choices))]


def always(_: object) -> bool:
    """Whether an operation makes sense now: yes."""
    return True


@frozen
class NamedCheck:
    """One thing that must hold. Its name is what a report, a mutant and a test call it by."""

    name: str
    says: str


@frozen(str=False)
class Violation(AssertionError):
    """A check that did not hold, and what was seen."""

    check: NamedCheck
    text: str

    def __str__(self) -> str:
        return f"{self.check.name}: {self.text}"


def must(holds: bool, check: NamedCheck, text: str) -> None:
    """Raise the violation of a check unless it holds."""
    if not holds:
        raise Violation(check, text)


@frozen
class Operation(Generic[W]):
    """One line of the table.

    Attributes:
        name: as a rule of the machine and in the story; an identifier.
        tells: the story's line, with the arguments' names in braces.
        draw: the arguments, from the dice and the world's model (never from the thing under test).
        do: do it to the thing and judge the answer.
        is_always_possible: whatever `draw` gives must be taken.
        is_illegal: whatever `draw` gives must be refused.
        makes_sense: whether it can be drawn now; a cheap look at the model.
        weight: how often the seeded driver takes it, beside the others.
    """

    name: str
    tells: str
    draw: Callable[[W, Dice], Arguments]
    do: Callable[..., None]
    is_always_possible: bool = False
    is_illegal: bool = False
    makes_sense: Callable[[W], bool] = always
    weight: int = 1

    def line(self, arguments: Arguments) -> str:
        """The line of the story that tells this operation with these arguments."""
        return self.tells.format(**{name: _shown(value) for name, value in arguments.items()})

    def perform(self, world: W, dice: Dice) -> str:
        """Draw, tell, do; gives the line of the story.

        Raises:
            Told: around whatever `do` raised, with the line.
        """
        arguments = self.draw(world, dice)
        line = self.line(arguments)
        try:
            self.do(world, **arguments)
        except Exception as error:  # whatever a thing under test raises is told with its story
            raise Told(line, error) from error
        return line


def _shown(value: object) -> object:
    """A value as a line of a story has it: of a wide attrs value only what is not as usual."""
    kind: type[Any] = type(value)
    if not attrs.has(kind) or kind.__str__ is not object.__str__:
        return value
    told = ((one, getattr(value, one.name)) for one in attrs.fields(kind))
    unusual = [
        f"{one.name}={_shown(here)!r}" for one, here in told if one.default is attrs.NOTHING or here != one.default
    ]
    return f"{type(value).__name__}({', '.join(unusual)})"


@frozen
class Told(Exception):
    """What an operation raised, with its line of the story."""

    line: str
    error: Exception


@frozen
class Machine(Generic[T, W]):
    """A table of operations, with a way to begin and the checks it can raise.

    Attributes:
        begin: a world around a fresh thing under test: the thing, and a model written by hand.
        look: what is looked at after every operation; it must be cheap.
        audit: everything, at the end and now and then.
        checks: all checks that `look`, `audit` and the operations can raise.
    """

    name: str
    begin: Callable[[T], W]
    operations: tuple[Operation[W], ...]
    checks: tuple[NamedCheck, ...]
    look: Callable[[W], None]
    audit: Callable[[W], None]
    audit_every: int = field(default=25)
