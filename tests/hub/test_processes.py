"""A hub as a process: spoken to by its client, killed, started again."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from ektp_client.hub_client import HubClient
from ektp_core.boundary.uplink import AskTaken
from ektp_core.vocabulary.prr import PrintReadyRecord
from ektp_core.wire.envelope import pack_envelopes
from ektp_hub.config import FILE, Settings, settings_toml
from ektp_hub.init import HubFolder
from tests.hub.conftest import NOW_MS

if TYPE_CHECKING:
    from tests.hub.conftest import Messages, StationBook

pytestmark = pytest.mark.processes

RUN = "import sys; sys.argv.insert(1, 'hub'); from ektp_cli.main import main; main()"
READY_S = 90

People = Callable[[int], tuple[PrintReadyRecord, ...]]


class Served:
    """One hub process."""

    def __init__(self, folder: Path) -> None:
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
        self.process = subprocess.Popen(
            [sys.executable, "-c", RUN, "serve", str(folder), "--port", "0"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,
        )  # fmt: skip

    def address(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().rpartition(" ")[2].strip()

    def end(self, how: signal.Signals) -> tuple[int, str]:
        self.process.send_signal(how)
        return self.ended()

    def ended(self) -> tuple[int, str]:
        _, log = self.process.communicate(timeout=READY_S)
        return self.process.returncode, log


@pytest.fixture
def serve(founded: HubFolder) -> Iterator[Callable[[], Served]]:
    (founded.folder / FILE).write_text(settings_toml(Settings(authorise_every_ms=50)))
    running: list[Served] = []

    def start() -> Served:
        running.append(Served(founded.folder))
        return running[-1]

    yield start
    for one in running:
        if one.process.poll() is None:
            one.end(signal.SIGKILL)


@pytest.fixture
def messages(founded: HubFolder, messages_of: "Callable[[HubFolder, int], Messages]") -> "Messages":
    # The hub goes on from its book's last entry where that is later than the wall clock.
    return messages_of(founded, max(NOW_MS, time.time_ns() // 1_000_000))


def taken(client: HubClient, *asks: bytes) -> list[AskTaken]:
    replies = [client.ask([one])[0] for one in asks]
    assert all(isinstance(one, AskTaken) for one in replies), replies
    return [one for one in replies if isinstance(one, AskTaken)]


def test_a_client_and_a_station_work_with_a_hub(
    founded: HubFolder, serve: Callable[[], Served], messages: "Messages", some_people: People,
    station_book: "type[StationBook]",
) -> None:  # fmt: skip
    hub = serve()
    people = some_people(3)
    with HubClient(hub.address()) as client:
        taken(client, *messages.blanks_to_station(2), *(messages.enter(one) for one in people))
        book = station_book(founded, messages.keys)
        for entry in client.feed(messages.fetch()):
            book.take(entry)
        book.receive(2)
        upload = messages.chain(book.upload())
        receipt = client.upload(upload)
        assert client.upload(upload) == receipt
        deadline = time.monotonic() + READY_S
        while client.get("/v1/states")["states"]["AUTHORISED"] < 2 and time.monotonic() < deadline:
            time.sleep(0.02)
        assert client.get("/v1/states")["states"]["AUTHORISED"] == 2
        assert len(client.feed(messages.fetch(after=1))) == 2
        assert client.get("/v1/accountability")["conserved"] is True
    code, log = hub.end(signal.SIGTERM)
    assert code == 0 and "the hub ended" in log
    assert not any(one.nik.reveal() in log for one in people)


def test_a_second_hub_on_the_same_book_is_refused(serve: Callable[[], Served]) -> None:
    first = serve()
    assert first.address().startswith("http://127.0.0.1:")
    code, said = serve().ended()
    assert code == 1
    assert "BOOK_IN_USE" in said and "Stop the other process" in said and "Traceback" not in said


def test_what_was_accepted_survives_a_kill(
    serve: Callable[[], Served], messages: "Messages", some_people: People, founded: HubFolder
) -> None:
    asks = [messages.enter(one) for one in some_people(5)]
    hub = serve()
    with HubClient(hub.address()) as client:
        before = taken(client, *asks)
    assert hub.end(signal.SIGKILL)[0] == -signal.SIGKILL
    again = serve()
    with HubClient(again.address()) as client:
        after = taken(client, *asks)
        assert client.get("/v1/states")["records"] == 5
    assert [(one.n, one.events) for one in after] == [(one.n, one.events) for one in before]
    assert not any(one.is_first for one in after)


def test_a_hub_killed_while_asks_arrive_is_whole_afterwards(
    serve: Callable[[], Served], messages: "Messages", some_people: People
) -> None:
    body = pack_envelopes([messages.enter(one) for one in some_people(150)])
    hub = serve()
    address = hub.address()
    os.kill(hub.process.pid, signal.SIGSTOP)  # so that the body lies there whole before anything is done
    with httpx.Client(trust_env=False, timeout=0.2) as http, pytest.raises(httpx.TimeoutException):
        http.post(f"{address}/v1/asks", content=body)
    os.kill(hub.process.pid, signal.SIGCONT)
    time.sleep(0.05)
    hub.end(signal.SIGKILL)
    again = serve()
    with HubClient(again.address()) as client:
        assert client.get("/v1/states")["records"] in {0, 150}
        assert client.get("/v1/health")["commits"] in {1, 2}


def test_a_folder_without_its_book_is_not_served_as_an_empty_one(
    founded: HubFolder, serve: Callable[[], Served]
) -> None:
    founded.book.rename(founded.book.with_name("elsewhere"))
    code, said = serve().ended()
    assert code == 1 and "BAD_FILE" in said
    assert not founded.book.exists()
