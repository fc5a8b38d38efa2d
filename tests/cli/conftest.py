"""A centre whose hub answers in this process, and commands that reach it as they would over a line."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import httpx
import pytest
from click.testing import CliRunner, Result

from ektp_client import hub_client
from ektp_core.errors import Refused
from tests.cli.centre import URL, Centre, Line, Station

#: Sixteen digits, whatever stands around them.
_NUMBER_OF_A_CITIZEN = re.compile(r"(?<![0-9a-f])[0-9]{16}(?![0-9a-f])")  # a digest may hold sixteen digits by chance


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EKTP_LANG", "en")


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    made = Centre(tmp_path / "centre")
    yield made
    made.store.close()


@pytest.fixture
def line(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> Line:
    """Every command of the test reaches the centre by this line."""
    made, real = Line(centre), hub_client.HubClient
    monkeypatch.setattr(hub_client, "HubClient", lambda url: real(url, httpx.Client(transport=made), tries=1))
    return made


@pytest.fixture
def run() -> Callable[..., Result]:
    """Run a command; nobody's number may stand in what it says."""

    def invoke(command: click.Command, *arguments: object) -> Result:
        result = CliRunner().invoke(command, [str(one) for one in arguments])
        said = f"{result.output}{result.stderr}{result.exception}"
        assert not _NUMBER_OF_A_CITIZEN.search(said), said
        if result.exception and not isinstance(result.exception, SystemExit | Refused):
            raise result.exception
        return result

    return invoke


@pytest.fixture
def ask(run: Callable[..., Result], line: Line) -> Callable[..., Result]:
    """Run a command against the centre; it must do what it was told."""

    def invoke(command: click.Command, *arguments: object) -> Result:
        result = run(command, *arguments, "--hub", URL)
        assert result.exit_code == 0, (result.output, result.stderr, result.exception)
        return result

    return invoke


@pytest.fixture
def refused(run: Callable[..., Result], line: Line) -> Callable[..., tuple[Refused, str]]:
    """Run a command against the centre that must be refused: the refusal, and what was said before."""

    def invoke(command: click.Command, *arguments: object) -> tuple[Refused, str]:
        result = run(command, *arguments, "--hub", URL)
        assert isinstance(result.exception, Refused), (result.output, result.exception)
        return result.exception, result.output

    return invoke


@pytest.fixture
def read_json() -> Callable[[Path], dict[str, Any]]:
    """What a command wrote to its JSON file; nobody's number may stand there either."""

    def read(path: Path) -> dict[str, Any]:
        text = path.read_text("utf-8")
        # Digests, heads and keys are hexadecimal and may hold sixteen digits by chance.
        assert not _NUMBER_OF_A_CITIZEN.search(re.sub(r"\b(?=[0-9]*[a-f])[0-9a-f]{16,}\b", "", text))
        found: dict[str, Any] = json.loads(text)
        return found

    return read


@pytest.fixture
def supplied(centre: Centre, ask: Callable[..., Result]) -> Station:
    """Three blanks of allotment J-1 lie in the station's printer; all of it was done by hand."""
    from ektp_cli.blank_commands import blanks

    first, second, operator = (centre.person(name) for name in ("verifier-1", "verifier-2", "operator"))
    ask(blanks, "supply", "--supplier", "supplier/PNRI", "--blanks", "PNRI-18:1-10", "--paper", "BAST-1", "--key", first)
    ask(blanks, "grant", "--allotment", "J-1", "--party", "office/52.03", "--count", 4, "--key", first)
    ask(blanks, "dispatch", "--consignment", "K-1", "--allotment", "J-1", "--key", first)
    ask(
        blanks, "receive", "--consignment", "K-1", "--party", "office/52.03",
        "--found", "PNRI-18:1-3", "--damaged", "PNRI-18:4", "--key", operator, "--key", second,
    )  # fmt: skip
    ask(blanks, "issue", "--consignment", "K-2", "--station", "station/52.03/1", "--count", 3, "--key", operator)
    station = Station(centre)
    station.receive("K-2", 1, 3)
    return station
