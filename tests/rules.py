"""Which rule of the domain is held by which tests (tabel aturan); `make rules` prints it.

A test says `@pytest.mark.rule(24)`, or its module does for all of them. Read from the text of
the tests, not from a run, so that the table is the same whatever a machine can start.
"""

import ast
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

TESTS = Path(__file__).parent

RULES: dict[int, str] = {
    1: "One hub, the centre's, writes all locks and stock",
    2: "The lock belongs to a person, not to a recording",
    3: "One issuance: one reason for one card; one open, one active",
    4: "Imported half-finished lives come in locked",
    5: "Holds lie on any state before delivery",
    6: "A chip is bound to its blank when it is read",
    7: "An authorisation reserves one blank; a foreign one stops",
    8: "Blank classes: a station prints only what it can",
    9: "Opening counts from an account of their own",
    10: "Count-only holdings are assumed, never proven",
    11: "On the road and lost, the condition is kept; found has its ways",
    12: "Store and station",
    13: "Consignments: collector, seals, partial, short, over, damaged",
    14: "The old-card book",
    15: "LOST has an exit, by the centre; the stop list",
    16: "Void is not a misprint; missing in custody",
    17: "Waste before ink: another blank, the same attempt",
    18: "Activation as dated policy; a finger is no waste",
    19: "Release by telephone",
    20: "Any office, for lost or damaged without data change",
    21: "A station declared lost",
    22: "What a double print is",
    23: "Leases: T and N; checked at",
    24: "The spoilage report, per allotment, as at a cut",
    25: "Unlock: an accepted report and two people",
    26: "Waste leaves only after its report; destruction with minutes",
    27: "A second grant waits for the first one's report",
    28: "The capacity cap",
    29: "Estimates use printed counts and stay out of the ledger",
    30: "Loans",
    31: "Priority classes from dated policy; one person lifted",
    32: "The daily report in the field's own columns",
    33: "The day's close, counted blind",
    34: "The counter: why this card can or cannot be printed",
    35: "Hand-over in batches",
    36: "The register of interim letters",
    37: "Emptiness reported by the public",
    38: "Dates, periods, late papers, closes",
    39: "Roles, and the second person",
    40: "Personal data: what is kept until when",
    41: "Unknown regions: a warning for a NIK, a refusal for a party",
    42: "Signed at import, until the registry signs",
}

#: Rules whose main part is not the core's to hold, and where it will be.
NOT_THE_CORES: dict[int, str] = {
    34: "the counter is a screen of the station; the core gives the reasons it shows",
    40: "erasing at the acknowledged outcome is the station's and the store's work",
}


class Held(NamedTuple):
    """One test that holds a rule."""

    rule: int
    where: str
    name: str

    @property
    def sentence(self) -> str:
        """The test's name as the sentence it is."""
        return self.name.removeprefix("test_").replace("_", " ")


def held() -> list[Held]:
    """Every test that names a rule, in the order of the files."""
    return [one for path in sorted(TESTS.rglob("test_*.py")) for one in _in_file(path)]


def _in_file(path: Path) -> Iterator[Held]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    where = str(path.relative_to(TESTS))
    whole = {rule for node in tree.body if isinstance(node, ast.Assign) and _is_mark(node) for rule in _rules(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            own = {rule for decorator in node.decorator_list for rule in _rules(decorator)}
            for rule in sorted(own | whole):
                yield Held(rule, where, node.name)


def _is_mark(node: ast.Assign) -> bool:
    return any(isinstance(target, ast.Name) and target.id == "pytestmark" for target in node.targets)


def _rules(node: ast.AST) -> Iterator[int]:
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "rule":
            for given in call.args:
                if isinstance(given, ast.Constant) and isinstance(given.value, int):
                    yield given.value


def without_test(found: Sequence[Held]) -> list[int]:
    """Rules that the core can hold and no test names."""
    named = {one.rule for one in found}
    return [rule for rule in RULES if rule not in named and rule not in NOT_THE_CORES]


def main() -> int:
    """Print the table; 1 when a rule has no test."""
    found = held()
    for rule, title in RULES.items():
        mine = [one for one in found if one.rule == rule]
        print(f"{rule:>3}  {len(mine):>3} tests  {title}")
        if rule in NOT_THE_CORES:
            print(f"{'':14}{NOT_THE_CORES[rule]}")
        for one in mine[:2]:
            print(f"{'':14}- {one.sentence} ({one.where})")
    missing = without_test(found)
    named = len({one.rule for one in found})
    print(f"\n{named} of {len(RULES)} rules are named by a test; {len(found)} tests name one.")
    if missing:
        print(f"No test names rule {', '.join(map(str, missing))}.", file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    raise SystemExit(main())
