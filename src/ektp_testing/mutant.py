"""A mutant (tiruan keliru): a thing that does the wrong thing, and the named check that must catch it.

A harness nobody has seen fail proves nothing. Each mutant is given to the driver or to the store
kit, seed after seed, until the check named with it does not hold. A mutant that only falls over
is no mutant: what is raised by the thing itself does not count as caught.
"""

import inspect
from collections.abc import Callable
from typing import TypeVar

from attrs import frozen

from ektp_testing.driver import drive
from ektp_testing.operation import Machine, NamedCheck

T = TypeVar("T")
W = TypeVar("W")


@frozen
class Caught:
    """How a mutant was found: in which life, after how many steps; a check of the store kit has one life of its own."""

    seed: int
    steps: int


@frozen
class Mutant:
    """One broken thing.

    Attributes:
        family: ledger, lock, lock with proofs, two books, allotment, store.
        name: of its class, in words.
        says: what it does wrong, in a sentence.
        check: name of the check that must find it.
        hunt: look for it; gives the first finding of that check, or None when it survives.
    """

    family: str
    name: str
    says: str
    check: str
    hunt: Callable[[], Caught | None]


def words(name: str) -> str:
    """A class's name as words: `_TakesAgain` is "takes again"."""
    spaced = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name.replace("_", " "))
    return spaced.strip()


def sentence(thing: object) -> str:
    """The first line of what a mutant says of itself."""
    return (inspect.getdoc(thing) or "").split("\n")[0]


def found_by(machine: Machine[T, W], make: Callable[[], T], check: NamedCheck, seeds: int, steps: int) -> Mutant:
    """A mutant that a check of a machine must find, within so many lives of so many steps."""
    hunt = hunting(machine, make, check, seeds, steps)
    return Mutant(machine.name, words(make.__name__), sentence(make), check.name, hunt)


def hunting(
    machine: Machine[T, W], make: Callable[[], T], check: NamedCheck, seeds: int, steps: int
) -> Callable[[], Caught | None]:
    """Looks for what breaks a check of a machine, life after life."""

    def hunt() -> Caught | None:
        for seed in range(seeds):
            run = drive(machine, make, seed, steps)
            if run.check == check:
                return Caught(seed, run.steps)
        return None

    return hunt
