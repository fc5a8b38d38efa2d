"""The how-to followed to the letter: its files in an empty folder, and pytest there says what it says."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "test-your-ledger.md"
BLOCK = re.compile(r"^```(?:text|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def _blocks() -> list[str]:
    return BLOCK.findall(PAGE.read_text(encoding="utf-8"))


def _holding(*parts: str) -> str:
    (found,) = (block for block in _blocks() if all(part in block for part in parts))
    return str(found)


def _without_marks(block: str) -> str:
    lines = (line for line in block.splitlines() if line[:3] in (">>>", "..."))
    return "\n".join(line[4:] for line in lines) + "\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    files = {
        "my_ledger.py": _without_marks(_holding("class MyLedger:")),
        "conftest.py": _holding("pytest_plugins"),
        "test_my_ledger.py": _holding("from ektp_testing.judging import test_ledger_holds\n"),
        "test_shortest.py": _holding("TestShortest ="),
    }
    for name, text in files.items():
        assert f"`{name}`" in PAGE.read_text(encoding="utf-8")
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def _pytest(folder: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stdout


def test_eleven_tests_run_and_the_one_named_fails_with_its_story(folder: Path) -> None:
    told = _pytest(folder, "test_my_ledger.py")
    assert "1 failed, 10 passed" in told
    assert re.search(r"ledger, seed \d+, step \d+: what_does_not_fit_is_refused\n  it was taken", told)


def test_the_shortest_story_is_a_few_plain_lines(folder: Path) -> None:
    told = _pytest(folder, "test_shortest.py", "--hypothesis-seed=1")
    lines = re.findall(r"state\.(\w+)\(line=(.+)\)", told)
    shown = re.findall(r"state\.(\w+)\(line=(.+)\)", _holding("state.new_blanks_come_in"))
    assert len(shown) == 2
    assert 2 <= len(lines) <= 4
    assert lines[-1][0] == shown[-1][0] == "blanks_come_in_twice"
    assert re.fullmatch(r"\S+ \d+-\d+ again, to centre STOCK v5", lines[-1][1])
