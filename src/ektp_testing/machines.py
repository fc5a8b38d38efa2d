"""State machines of Hypothesis over the tables of operations (mesin uji), for whoever wrote the thing under test.

Give a function that makes a fresh thing, take the class, and let pytest or unittest find its
`TestCase`::

    TestMyLedger = ledger_machine(MyLedger).TestCase

A failure is shrunk to the fewest operations with the simplest arguments. For volume, walk the
same table with `ektp_testing.driver`.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from ektp_testing.allotment_machine import ALLOTMENT
from ektp_testing.ledger_machine import LEDGER
from ektp_testing.lock_machine import LOCK, LOCK_WITH_PROOFS
from ektp_testing.operation import Machine, Operation, Told, Violation
from ektp_testing.protocols import AllotmentUnderTest, LedgerUnderTest, LockUnderTest, TwoBooksUnderTest
from ektp_testing.two_books_machine import TWO_BOOKS

T = TypeVar("T")
W = TypeVar("W")

MachineClass = type[RuleBasedStateMachine]


#: The throws of one operation, drawn as one list: a list can be shortened and an operation taken
#: out of a story without the others changing, so that stories shrink well.
_THROWS = st.lists(st.integers(0, 1023), max_size=12)


class ListedDice:
    """Dice that Hypothesis threw before; when there are no more throws, each is the simplest."""

    def __init__(self, throws: Sequence[int]) -> None:
        self._throws = iter(throws)

    def number(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`."""
        return low + next(self._throws, 0) % (high - low + 1)

    def pick(self, choices: Sequence[T]) -> T:
        """One of the choices."""
        return choices[next(self._throws, 0) % len(choices)]


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
    def perform(self: Any, throws: list[int]) -> None:
        try:
            note(operation.perform(self.world, ListedDice(throws)))
            machine.look(self.world)
        except Told as told:
            self.is_over = True
            note(told.line)
            raise told.error from None
        except Violation:
            self.is_over = True
            raise

    perform.__name__ = operation.name
    as_rule = rule(throws=_THROWS)(perform)
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
