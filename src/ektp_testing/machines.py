"""State machines of Hypothesis over the tables of operations (mesin uji), for whoever wrote the thing under test.

Give a function that makes a fresh thing, take the class, and let pytest or unittest find its
`TestCase`::

    TestMyLedger = ledger_machine(MyLedger).TestCase

A failure is shrunk to the fewest operations with the simplest arguments. For volume, walk the
same table with `ektp_testing.driver`.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from ektp_testing.allotment_machine import ALLOTMENT
from ektp_testing.ledger_machine import LEDGER
from ektp_testing.lock_machine import LOCK, LOCK_WITH_PROOFS
from ektp_testing.operation import Arguments, Machine, Operation
from ektp_testing.protocols import AllotmentUnderTest, LedgerUnderTest, LockUnderTest, TwoBooksUnderTest
from ektp_testing.two_books_machine import TWO_BOOKS

T = TypeVar("T")
W = TypeVar("W")

MachineClass = type[RuleBasedStateMachine]


class DrawnDice:
    """Dice that Hypothesis throws as they are asked for: each throw is a whole number it can make smaller."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw

    def number(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`."""
        return self._draw(st.integers(low, high))

    def pick(self, choices: Sequence[T]) -> T:
        """One of the choices."""
        return choices[self.number(0, len(choices) - 1)]


class Line:
    """What one rule was given: the arguments, shown as the line of the story that tells them.

    No attrs class: Hypothesis would show its fields instead.
    """

    def __init__(self, text: str, arguments: Arguments) -> None:
        self.text, self.arguments = text, arguments

    def __repr__(self) -> str:
        return self.text


@st.composite
def _lines(draw: st.DrawFn, operation: Operation[Any]) -> Line:
    """The arguments an operation draws from the model as it stands at this step."""
    arguments = operation.draw(draw(st.runner()).world, DrawnDice(draw))
    return Line(operation.line(arguments), arguments)


def machine_class(machine: Machine[T, W], make: Callable[[], T]) -> MachineClass:
    """The machine of any table: one rule an operation, an audit after each and at the end."""

    def begin(self: Any) -> None:
        RuleBasedStateMachine.__init__(self)
        self.thing = make()
        self.world = machine.begin(self.thing)
        self.is_over = False  # what failed is not audited again: the first finding is the one to show

    def teardown(self: Any) -> None:
        try:
            if not self.is_over:
                machine.audit(self.world)
        finally:
            close = getattr(self.thing, "close", None)
            if close:
                close()

    rules = {operation.name: _rule(machine, operation) for operation in machine.operations}
    members = {"__init__": begin, "teardown": teardown, "__doc__": f"Random lives: {machine.name}.", **rules}
    return type(f"{machine.name.title().replace(' ', '')}Machine", (RuleBasedStateMachine,), members)


def _rule(machine: Machine[T, W], operation: Operation[W]) -> object:
    def perform(self: Any, line: Line) -> None:
        try:
            operation.do(self.world, **line.arguments)
            machine.look(self.world)
        except Exception:
            self.is_over = True
            raise

    perform.__name__ = operation.name
    as_rule = rule(line=_lines(operation))(perform)
    return precondition(lambda self: operation.makes_sense(self.world))(as_rule)


def ledger_machine(make: Callable[[], LedgerUnderTest]) -> MachineClass:
    """The machine that judges a blank ledger; what it can do beyond the protocol is found by itself."""
    return machine_class(LEDGER, make)


def lock_machine(make: Callable[[], LockUnderTest], *, proofs: bool = False) -> MachineClass:
    """The machine that judges a print lock; with `proofs` also what must be shown with each event."""
    return machine_class(LOCK_WITH_PROOFS if proofs else LOCK, make)


def two_books_machine(make: Callable[[], TwoBooksUnderTest]) -> MachineClass:
    """The machine that judges a hub's and a station's book with a bad line between them."""
    return machine_class(TWO_BOOKS, make)


def allotment_machine(make: Callable[[], AllotmentUnderTest]) -> MachineClass:
    """The machine that judges a plan of allotments."""
    return machine_class(ALLOTMENT, make)
