"""The page that runs everything by hand, typed as it stands: a misprint, a report, two signatures, a book that is whole."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "run-by-hand.md"

_TYPED = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
_PORT = "8717"
_INIT = re.compile(r"^ektp hub init .*$", re.MULTILINE)
_ENDED = "trap 'kill $(jobs -p); wait' EXIT"


def typed(page: str, port: int) -> str:
    """What a reader types, on a port that is free here; whatever was started is ended at the end."""
    commands = "\n".join(_TYPED.findall(page)).replace(_PORT, str(port))
    moved = f"sed -i 's/{_PORT}/{port}/' centre/hub.toml centre/station-52.03-1/station.toml"
    return f"set -eu\n{_ENDED}\n" + _INIT.sub(lambda found: f"{found.group()}\n{moved}", commands)


@pytest.mark.processes
def test_the_page_is_typed_as_it_stands_and_every_command_does_what_it_says(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    commands = tmp_path / "bin"
    commands.mkdir()
    script = f"#!{sys.executable}\nfrom ektp_cli.main import main\nmain()\n"
    (commands / "ektp").write_text(script)
    (commands / "ektp").chmod(0o755)
    environment = os.environ | {
        "PATH": f"{commands}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        "EKTP_LANG": "en",
    }
    done = subprocess.run(
        ["timeout", "570", "bash", "-c", typed(PAGE.read_text("utf-8"), port)],
        cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, (done.stdout[-3000:], done.stderr[-3000:])
    for said in ("Report BA-1 of J-1 is accepted", "unlocked        1", "conserved: yes", "station.db: whole"):
        assert said in done.stdout


def test_nothing_is_left_for_the_reader_to_guess() -> None:
    text = "".join(_TYPED.findall(PAGE.read_text("utf-8")))
    assert "<the" not in text and "..." not in text
    assert "```text" not in PAGE.read_text("utf-8")
