"""What the kit says of the drivers that come with the station, and from what it excuses them.

    python -m tests.drivers.verdicts              judge all of them, and write the page
    python -m tests.drivers.verdicts evolis       judge this one, and write its part of the page

The page is docs/reference/driver-verdicts.md. A test for each driver judges it and compares.
"""

import re
import sys
from pathlib import Path

from attrs import frozen

from ektp_testing.driver_kit import Verdict, Verdicts, bench_of, installed, judge

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "driver-verdicts.md"

#: What each is judged on: what the verdicts are worth.
BENCHES = {
    "virtual": "A printer made of software, in a process of its own, and the cable to it.",
    "evolis": "A model of the printer's firmware on a USB bus made of software, written from public texts as the"
    " driver was. It was not judged on a machine.",
    "cups": "The real `cupsd`, and `ippeveprinter` as the printer behind its queue.",
    "windows": "A spooler that follows a script, on Linux. It was not run on Windows.",
}
_HEAD = """\
# Verdicts on the drivers

What [the kit](../how-to/write-a-driver.md) says of each driver that comes with the station. A driver
passes every check that applies to it. Here stand those that do not apply, each with its reason: the device
cannot do it, or the bench cannot make it happen. What stands here was not looked at.

`ektp driver check NAME --list-checks` says what each check holds; `python -m tests.drivers.verdicts` judges
the drivers and writes this page, and the tests compare.
"""


@frozen
class Excuse:
    """Checks that do not apply for the same reason."""

    why: str
    names: tuple[str, ...]


def judged(name: str) -> Verdicts:
    """Judge an installed driver on its own bench."""
    return judge(installed(name), bench_of(name))


def part(verdicts: Verdicts) -> str:
    """Its part of the page."""
    lines = [f"## {verdicts.driver}", "", f"Judged on: {BENCHES[verdicts.driver]}", ""]
    lines += ["| not looked at, because | checks |", "|---|---|"]
    lines += [f"| {one.why} | {', '.join(f'`{name}`' for name in one.names)} |" for one in excuses(verdicts.excused)]
    return "\n".join(lines) + "\n"


def excuses(excused: tuple[Verdict, ...]) -> list[Excuse]:
    """By reason, in the order of the checks."""
    found: dict[str, list[str]] = {}
    for one in excused:
        found.setdefault(one.why, []).append(one.check.name)
    return [Excuse(why, tuple(names)) for why, names in found.items()]


def part_on_page(name: str) -> str:
    """What the page says of a driver; nothing where it has no part."""
    return parts_on_page().get(name, "")


def parts_on_page() -> dict[str, str]:
    """Every part of the page, by the driver's name."""
    _, *parts = PAGE.read_text("utf-8").split("\n## ") if PAGE.exists() else [""]
    return {part.partition("\n")[0]: f"## {part.strip()}\n" for part in parts}


def excused_on_page(name: str) -> dict[str, str]:
    """Each check a driver is excused from there, with the reason."""
    rows = re.findall(r"^\| ([^|]+) \| (`.+`) \|$", part_on_page(name), re.MULTILINE)
    return {check: why for why, checks in rows for check in re.findall("`([^`]+)`", checks)}


def must_hold_as_the_page_says(name: str) -> None:
    """For a test: judge it; no check may fail or be unmet, and it is excused from what the page says."""
    verdicts = judged(name)
    assert verdicts.hold, verdicts.table()
    assert part(verdicts) == part_on_page(name), f"write the page again: python -m tests.drivers.verdicts {name}"


def main(names: list[str]) -> int:
    """Judge and write. Exit status 1: one did not hold; its part stays as it was."""
    parts, status = parts_on_page(), 0
    for name in names or list(BENCHES):
        verdicts = judged(name)
        print(f"{name}: {len(verdicts.passed)} passed, {len(verdicts.failed)} failed, {len(verdicts.excused)} excused")
        if verdicts.hold:
            parts[name] = part(verdicts)
        else:
            print(verdicts.table())
            status = 1
    PAGE.write_text("\n".join([_HEAD, *(parts[name] for name in BENCHES if name in parts)]), "utf-8")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
