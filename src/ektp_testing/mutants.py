"""Every mutant, hunted (uji tiruan keliru): `python -m ektp_testing.mutants` shows that the harness can fail.

Each mutant must be found by the check named with it, and each check must find at least one. The
table says which check found what, in which life (its seed) and at which step. Exit status 1 when
a mutant survives or a check finds none.
"""

import sys
import time
from collections.abc import Iterator, Mapping, Sequence

from attrs import frozen

from ektp_testing.allotment_checks import ALLOTMENT_CHECKS
from ektp_testing.ledger_checks import LEDGER_CHECKS
from ektp_testing.lock_machine import PROOF_CHECKS
from ektp_testing.mutant import Caught, Mutant
from ektp_testing.mutants_allotments import ALLOTMENT_MUTANTS
from ektp_testing.mutants_ledgers import LEDGER_MUTANTS
from ektp_testing.mutants_locks import LOCK_MUTANTS
from ektp_testing.mutants_proofs import PROOF_MUTANTS
from ektp_testing.mutants_stores import STORE_MUTANTS
from ektp_testing.mutants_two_books import TWO_BOOKS_MUTANTS
from ektp_testing.store_kit import STORE_CHECKS
from ektp_testing.two_books_machine import TWO_BOOKS_CHECKS

MUTANTS: tuple[Mutant, ...] = (
    *LEDGER_MUTANTS,
    *LOCK_MUTANTS,
    *PROOF_MUTANTS,
    *TWO_BOOKS_MUTANTS,
    *ALLOTMENT_MUTANTS,
    *STORE_MUTANTS,
)

#: Names of all checks, by what they judge.
CHECKS: Mapping[str, tuple[str, ...]] = {
    "ledger": tuple(check.name for check in LEDGER_CHECKS),
    "lock": tuple(check.name for check in PROOF_CHECKS),
    "two books": tuple(check.name for check in TWO_BOOKS_CHECKS),
    "allotment": tuple(check.name for check in ALLOTMENT_CHECKS),
    "store": tuple(check.name for check in STORE_CHECKS),
}


@frozen
class Hunt:
    """A mutant, and how it was found; None: it survived."""

    mutant: Mutant
    caught: Caught | None

    def line(self) -> str:
        """The table's line: family, mutant, the check, where it was found."""
        where = f"seed {self.caught.seed}, step {self.caught.steps}" if self.caught else "SURVIVED"
        if self.caught and self.mutant.family == "store":
            where = "at once"
        return f"{self.mutant.family:16} {self.mutant.name:52} {self.mutant.check:50} {where}"


def hunt(mutants: Sequence[Mutant] = MUTANTS) -> Iterator[Hunt]:
    """Hunt each mutant, as they come."""
    return (Hunt(one, one.hunt()) for one in mutants)


def idle_checks(hunts: Sequence[Hunt]) -> list[str]:
    """Checks that found no mutant, with what they judge; each is a check nobody has seen fail."""
    found = {(_judged(one.mutant), one.mutant.check) for one in hunts if one.caught}
    return [f"{what}: {name}" for what, names in CHECKS.items() for name in names if (what, name) not in found]


def _judged(mutant: Mutant) -> str:
    return mutant.family.removesuffix(" with proofs")


def main() -> int:
    """Print the table; 1 when a mutant survived or a check found none."""
    started, hunts = time.monotonic(), []
    for one in hunt():
        hunts.append(one)
        sys.stdout.write(one.line() + "\n")
    survivors, idle = [one for one in hunts if one.caught is None], idle_checks(hunts)
    checks = sum(map(len, CHECKS.values()))
    sys.stdout.write(
        f"\n{len(hunts)} mutants, {len(hunts) - len(survivors)} caught; "
        f"{checks} checks, {checks - len(idle)} caught one or more; {time.monotonic() - started:.0f} s\n"
    )
    for name in idle:
        sys.stdout.write(f"found nothing: {name}\n")
    return 1 if survivors or idle else 0


if __name__ == "__main__":
    sys.exit(main())
