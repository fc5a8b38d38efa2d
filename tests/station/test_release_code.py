"""What the station reads out (rule 19): its address on loopback, and the command that asks for it."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner
from starlette.applications import Starlette

from ektp_core.boundary.store import Accepted
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.releasing import BurnForCode
from ektp_core.flow.rows import Lock
from ektp_core.wire.problem import refused_from_plain
from ektp_core.wire.release import ReleaseByCode
from ektp_station import asking_station
from ektp_station.command_release import release
from ektp_station.release_code import code_of, release_routes
from tests.station.station_bench import STATION
from tests.stories.two_books import Centre, Hopper, Site, opened

pytestmark = pytest.mark.rule(19)
RECORD = "52.03-000001"


class Process:
    """As much of a running station as the address needs."""

    def __init__(self, site: Site) -> None:
        self.keeper = site.keeper

    def ask_main(self, question: Callable[[], Any]) -> Any:
        """The main thread answers."""
        return question()


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Centre, Site]]:
    """A station without a line, and the command's way to it."""
    centre = Centre(tmp_path / "hub")
    site = opened(centre)
    site.is_cut = True
    page = Starlette(routes=release_routes(Process(site)))  # type: ignore[arg-type]  # a part of one

    async def once(method: str, path: str) -> Any:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(page), base_url="http://127.0.0.1:1") as client:
            return (await client.request(method, path)).json()

    def answer(_folder: Path, method: str, path: str, _body: bytes | None = None) -> Any:
        found = asyncio.run(once(method, path))
        if "refused" in found:
            raise refused_from_plain(found["refused"])
        return found

    def bring(_folder: Path, to: str, body: Any, _keys: object, _passphrase: object) -> None:
        assert to == STATION and isinstance(body, BurnForCode)
        taken = site.people(body, "station")
        if isinstance(taken, Refused):
            raise taken

    monkeypatch.setattr(asking_station, "answer", answer)
    monkeypatch.setattr(asking_station, "bring", bring)
    monkeypatch.setattr(asking_station, "station_of", lambda _: STATION)
    yield centre, site
    centre.close()


def shown(tmp_path: Path, *options: str) -> list[str]:
    """What the command says."""
    done = CliRunner().invoke(release, [str(tmp_path), *options], catch_exceptions=False)
    return done.output.splitlines()


def test_the_command_burns_and_shows_what_to_read_out_and_the_centre_takes_it(
    scene: tuple[Centre, Site], tmp_path: Path
) -> None:
    centre, site = scene
    lines = shown(tmp_path, "--record", RECORD)
    assert [line.split()[:2] for line in lines[1:4]] == [["station", STATION], ["record", RECORD], ["attempt", "1"]]
    code = lines[4].split()[1]
    assert shown(tmp_path, "--record", RECORD) == lines
    assert site.row(Lock, RECORD).state.name == "READY"
    centre.take(ReleaseByCode(STATION, RECORD, 1, code), "verifier-1")


def test_a_record_that_was_never_here_has_no_code(scene: tuple[Centre, Site], tmp_path: Path) -> None:
    with pytest.raises(Refused) as caught:
        shown(tmp_path, "--record", "52.03-999999")
    assert caught.value.refusal is Refusal.UNKNOWN_RECORD


def test_nor_has_one_whose_card_was_begun(scene: tuple[Centre, Site], tmp_path: Path) -> None:
    centre, site = scene
    printing = Site(centre, site.store, Hopper(centre))
    printing.is_cut = True
    printing.tick(24)
    with pytest.raises(Refused) as caught:
        shown(tmp_path, "--record", RECORD)
    assert caught.value.refusal is Refusal.BEGUN_ONCE


def test_a_key_that_cannot_agree_on_a_secret_reads_out_nothing(scene: tuple[Centre, Site]) -> None:
    _, site = scene
    assert isinstance(site.people(BurnForCode(RECORD, 1), "station"), Accepted)

    class Token:
        """Signs, and nothing else."""

        key_id = site.signer.key_id

    with site.store.read() as view, pytest.raises(Refused) as caught:
        code_of(view, Token(), STATION, RECORD)
    assert caught.value.refusal is Refusal.NOT_ALLOWED
