"""`make mutant-drivers`: judge every broken driver; each must be caught, and each check must catch one.

Prints a line a mutant and check, and writes mutants.json. Exit status 1 when a mutant survives, only
falls over, or a check caught none.
"""

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from attrs import frozen

from ektp_testing.driver_kit import CHECKS, Result, Verdict
from ektp_testing.driver_kit.judge import Judgement
from tests.drivers.kit.mutant import Mutant
from tests.drivers.kit.mutants import MUTANTS, bench_for, driver
from tests.drivers.kit.queue_mutants import QUEUE_MUTANTS, queue_bench, queue_driver

BY_NAME = {check.name: check for check in CHECKS}


@frozen
class Hunt:
    """One mutant before one check."""

    mutant: Mutant
    verdict: Verdict

    @property
    def is_caught(self) -> bool:
        """Whether the check found it, by comparing and not because it fell over."""
        return self.verdict.result is Result.FAILED and not self.verdict.fell_over

    def line(self) -> str:
        found = self.verdict.why if self.is_caught else f"SURVIVED ({self.verdict.result.value}: {self.verdict.why})"
        return f"{self.mutant.name:34} {self.verdict.check.name:22} {found}"

    def plain(self) -> dict[str, object]:
        told = {"mutant": self.mutant.name, "says": self.mutant.says, "check": self.verdict.check.name}
        return {**told, "caught": self.is_caught, "found": self.verdict.why}


def judgement_of(one: Mutant) -> Judgement:
    """The judgement of a mutant, on the bench of the driver it is made from."""
    if one in QUEUE_MUTANTS:
        return Judgement(queue_driver(), queue_bench(one.name))
    return Judgement(driver(), bench_for(one.name))


def hunted(one: Mutant) -> Iterator[Hunt]:
    """A mutant before each check that must catch it."""
    with judgement_of(one) as judgement:
        for name in one.checks:
            yield Hunt(one, judgement.of(BY_NAME[name]))


def idle(hunts: list[Hunt]) -> list[str]:
    """Checks that caught none: nobody has seen them fail."""
    busy = {hunt.verdict.check.name for hunt in hunts if hunt.is_caught}
    return [name for name in BY_NAME if name not in busy]


def main() -> int:
    started, hunts = time.monotonic(), list[Hunt]()
    for one in (*MUTANTS, *QUEUE_MUTANTS):
        for hunt in hunted(one):
            hunts.append(hunt)
            print(hunt.line(), flush=True)
    survivors = [hunt for hunt in hunts if not hunt.is_caught]
    resting = idle(hunts)
    count = len({hunt.mutant.name for hunt in hunts})
    took = time.monotonic() - started
    print(f"{count} broken drivers, {len(BY_NAME)} checks, {len(survivors)} survived, {took:.0f} s")
    print(f"checks that caught none: {', '.join(resting) or 'none'}")
    figures = {"mutants": count, "checks": len(BY_NAME), "survived": len(survivors), "idle": resting}
    Path("mutants.json").write_text(json.dumps({**figures, "hunts": [hunt.plain() for hunt in hunts]}, indent=1) + "\n")
    return int(bool(survivors or resting))


if __name__ == "__main__":
    sys.exit(main())
