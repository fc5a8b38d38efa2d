"""Programs that a page asks its reader to type: run as typed, they print what the page shows."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.test_pages import PROGRAM

ROOT = Path(__file__).parents[2]

_SHOWN = re.compile(r"^```text\n\$ python (\S+)\n(.*?)^```", re.MULTILINE | re.DOTALL)

PAGES = [page for page in sorted((ROOT / "docs").rglob("*.md")) if PROGRAM.search(page.read_text(encoding="utf-8"))]


def programs(text: str) -> Iterator[tuple[str, str]]:
    """Name and text of each program of a page, in order."""
    return ((found[1], found[2]) for found in PROGRAM.finditer(text))


def shown(text: str) -> list[tuple[str, str]]:
    """What the page shows of each run."""
    return _SHOWN.findall(text)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_program_that_is_typed_prints_what_the_page_shows(page: Path, tmp_path: Path) -> None:
    text = page.read_text(encoding="utf-8")
    printed = []
    for name, program in programs(text):
        (tmp_path / name).write_text(program, encoding="utf-8")
        command = [sys.executable, "-W", "error", name]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
        assert (done.returncode, done.stderr) == (0, ""), name
        printed.append((name, done.stdout))
    assert printed == shown(text)


def test_the_first_program_is_as_short_as_the_page_says() -> None:
    text = (ROOT / "docs" / "how-to" / "use-the-library.md").read_text(encoding="utf-8")
    _, program = next(programs(text))
    lines = [line for line in program.splitlines() if line and not re.match(r"(from|import) ", line)]
    assert "twenty lines" in text
    assert len(lines) <= 20


def test_a_program_whose_output_is_not_shown_is_seen() -> None:
    text = '```python title="a.py"\nprint(1)\n```\n\n```text\n$ python a.py\n1\n```\n'
    assert list(programs(text)) == [("a.py", "print(1)\n")]
    assert shown(text) == [("a.py", "1\n")]
    assert shown(text.replace("$ python", "$ run")) == []
