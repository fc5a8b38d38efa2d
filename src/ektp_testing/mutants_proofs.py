"""Print locks that forget one condition (kunci cetak yang lupa syarat): one lock a condition of the oracle.

They are made from `oracle.CONDITIONS`, so that none can be left out: each is the oracle itself, and
for one event it does not ask for one thing. Some conditions cannot be met wrongly by anything the
harness can say; they stand in `UNREACHABLE`, each with its reason.
"""

from collections.abc import Callable, Mapping

from attrs import define

from ektp_core.vocabulary.state import LockEvent
from ektp_testing.lock_machine import FORBIDDEN_IS_REFUSED, LOCK_WITH_PROOFS, UNPROVEN_IS_REFUSED
from ektp_testing.mutant import Mutant, hunting
from ektp_testing.mutants_locks import HandLock
from ektp_testing.oracle import CONDITIONS, TWO_PEOPLE, Condition, OracleRecord

Forgotten = tuple[LockEvent, str]

_NO_HAND_OVER = "a printed record's card lies in GOOD_HELD: handing it over is no event of the lock"
_NOBODY_RAN_IT = "nothing was printed before a LOCKED_BEFORE record is opened: there is no operator"
_NO_REPORT_YET = "a report is made after this event, and the next attempt begins without one"

#: Conditions no lock under test can be caught without, and why.
UNREACHABLE: Mapping[Forgotten, str] = {
    (LockEvent.FAIL_CARD, "it is a good card"): _NO_HAND_OVER,
    (LockEvent.VOID, "the good card is held"): _NO_HAND_OVER,
    (LockEvent.OPEN, "the operator does not sign"): _NOBODY_RAN_IT,
    **{(event, "the reporter does not sign"): _NO_REPORT_YET for event in TWO_PEOPLE if event is not LockEvent.UNLOCK},
}

#: What shows without leaving anything out: the state alone forbids it, whatever is shown.
_FORBIDDEN = frozenset({"a blank more may be taken"})


@define
class ForgetfulRecord(OracleRecord):
    """The oracle, but for one event it does not ask for one condition."""

    forgotten: Forgotten | None = None

    def asked(self, event: LockEvent) -> tuple[Condition, ...]:
        """Everything but what was forgotten."""
        return tuple(one for one in CONDITIONS[event] if (event, one.name) != self.forgotten)


def forgetful(event: LockEvent, condition: str) -> Callable[[], HandLock]:
    """Makes locks that do not ask for this condition of this event."""
    return lambda: HandLock(record=ForgetfulRecord(forgotten=(event, condition)))


def mutant(event: LockEvent, condition: str) -> Mutant:
    """The lock that forgets it, to be found within the lives the pytest plugin lives by default."""
    check = FORBIDDEN_IS_REFUSED if condition in _FORBIDDEN else UNPROVEN_IS_REFUSED
    return Mutant(
        LOCK_WITH_PROOFS.name,
        f"{event.name} forgets: {condition}",
        f"{event.name} is taken although this does not hold: {condition}.",
        check.name,
        hunting(LOCK_WITH_PROOFS, forgetful(event, condition), check, seeds=20, steps=120),
    )


PROOF_MUTANTS: tuple[Mutant, ...] = tuple(
    mutant(event, one.name)
    for event, asked in CONDITIONS.items()
    for one in asked
    if (event, one.name) not in UNREACHABLE
)
