"""What the README shows of commands that need no hub is what they print."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

_BLOCK = re.compile(r"^```text\n(\$ ektp .*?)^```", re.MULTILINE | re.DOTALL)
_EKTP = f"{sys.executable} -c 'from ektp_cli.main import main; main()'"


def block() -> list[str]:
    """The lines of the one block of the README that begins with a command of ours."""
    (found,) = _BLOCK.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    return str(found).splitlines()


def ran(folder: Path, command: str) -> str:
    """What a shell prints for a command line of the README."""
    line = command.removeprefix("$ ").replace("ektp", _EKTP, 1)
    env = {"PATH": "/usr/bin:/bin", "EKTP_LANG": "en", "COLUMNS": "100", "LANG": "C.UTF-8"}
    done = subprocess.run(
        ["/bin/sh", "-c", line], cwd=folder, env=env, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, ""), command
    return done.stdout


def test_the_plan_of_the_readme_is_what_the_commands_print(tmp_path: Path) -> None:
    printed = [ran(tmp_path, line) for line in block() if line.startswith("$ ")]
    shown = [line for line in block() if not line.startswith("$ ") and line != "..."]
    assert len(printed) == 2
    assert len(shown) >= 5
    assert [line for line in shown if line not in printed[-1].splitlines()] == []
