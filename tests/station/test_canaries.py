"""Known numbers and names go through a day of hub, station and two printers: no byte on disk, log or wire shows them.

What people bring to the hub is in clear inside their own machine and their own TLS; the printers are
the world itself, where cards bear names. Everything else is searched: books with their write-ahead
logs, keys, settings, standard output and error, and the line between station and hub.
"""

import base64
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from attrs import evolve
from click.testing import CliRunner

from ektp_cli.demo.hands import OPERATOR, SECOND, VERIFIER, Hands
from ektp_cli.demo.house import OFFICE, SEED, STATION, House
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.custody import Dispatch, Grant, Issue, Receive, TakeSupply
from ektp_core.flow.pressing import Conclude
from ektp_core.flow.station_book import LoadPrinter
from ektp_core.vocabulary.prr import PrintReadyRecord, to_payload
from ektp_core.vocabulary.verdict import BlankPlace, Cause, Certainty, Outcome
from ektp_core.wire.asks import EnterRecord
from ektp_driver_virtual.chip import uid_of
from ektp_station.commands import station
from ektp_station.config import load_config, write_config
from tests.station.station_bench import people, until

SERIES, BLANKS, CARDS = "PNRI-2026", 20, 6
HALVES = {"A": (1, 10), "B": (11, 20)}


def canaries() -> tuple[PrintReadyRecord, ...]:
    """People whose names nobody else has."""
    words = ("SATU", "DUA", "TIGA", "EMPAT", "LIMA", "ENAM")
    return tuple(evolve(one, name=f"KENARI {word}") for one, word in zip(people(CARDS), words, strict=True))


# -- the search -------------------------------------------------------------------------------


def shapes(text: str) -> set[bytes]:
    """How a text may stand among bytes: plain, wide, in hexadecimal, in base64 at any place."""
    plain = text.encode()
    found = {plain, text.lower().encode(), text.encode("utf-16-le"), text.encode("utf-16-be")}
    found |= {plain.hex().encode(), plain.hex().upper().encode()}
    for before in range(3):
        # Whole groups of three bytes that lie inside the text, wherever it begins.
        inner = plain[(3 - before) % 3 :]
        found.add(base64.b64encode(inner[: len(inner) // 3 * 3]))
        found.add(base64.urlsafe_b64encode(inner[: len(inner) // 3 * 3]))
    return found


def hits(where: dict[str, bytes], secrets: tuple[str, ...]) -> list[str]:
    """Where a secret stands, and in which shape."""
    return [
        f"{name}: {shape[:12]!r}" for name, raw in where.items() for one in secrets for shape in shapes(one) if shape in raw
    ]


def on_disk(*folders: Path) -> dict[str, bytes]:
    """Every file below these folders."""
    files = [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
    return {str(path): path.read_bytes() for path in files}


@pytest.mark.parametrize("around", ["", "x", "xx", "xxx"])
def test_the_search_finds_what_it_is_for(around: str) -> None:
    """A search that finds nothing anywhere proves nothing."""
    text = "5203014101909001"
    whole = f"{around}{text}{around}"
    for raw in (
        whole.encode(), whole.encode("utf-16-le"), whole.encode().hex().encode(), base64.b64encode(whole.encode() + b"tail")
    ):  # fmt: skip
        assert hits({"file": b"\0\1" + raw + b"\2"}, (text,)), raw
    assert hits({"file": whole.encode()[::-1]}, ("nobody",)) == []


# -- the day ----------------------------------------------------------------------------------


class Line:
    """The line between station and hub, with somebody who writes every byte down."""

    def __init__(self, port: int) -> None:
        self.heard = bytearray()
        self._port = port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listening.accept()
                far = socket.create_connection(("127.0.0.1", self._port))
                for source, target in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=(source, target), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while part := source.recv(65_536):
                self.heard += part
                target.sendall(part)
        with suppress(OSError):
            target.shutdown(socket.SHUT_WR)
        source.close()

    def close(self) -> None:
        self._listening.close()


class Day:
    """A house with two printers whose station reaches its hub by that line."""

    def __init__(self, folder: Path) -> None:
        self.house = House(folder)
        self.line = Line(self.house.port)
        config = load_config(self.house.station_folder)
        write_config(self.house.station_folder, evolve(config, hub=self.line.url, retry_most_ms=300))
        self.hands = Hands(self.house)
        self.is_delivered = False
        self.is_entered = False
        self.is_packed = False

    def begin(self) -> "Day":
        """Whatever was done before: hub and station run, have their blanks, and both printers are there."""
        if not self.house.runs("hub"):
            self.house.start_hub()
        if not self.house.runs("station"):
            self.house.start_station()
        if not self.is_delivered:
            self.deliver()
        until(lambda: set(self.phases()) == set(HALVES), "both printers are there")
        return self

    def phases(self) -> dict[str, str]:
        return {one["name"]: one["phase"] for one in self.hands.see().get("printers", [])}

    def deliver(self) -> None:
        self.is_delivered = True
        hands, whole = self.hands, ((SERIES, 1, BLANKS),)
        chips = tuple(uid_of(SERIES, number, SEED) for number in range(1, BLANKS + 1))
        hands.ask_hub(TakeSupply("supplier/PNRI", "v5", whole, "SJ-1", "2026-01-05", chips), VERIFIER)
        hands.ask_hub(Grant("J-1", OFFICE, "v5", BLANKS), VERIFIER)
        hands.ask_hub(Dispatch("K-1", "J-1"), VERIFIER)
        hands.ask_hub(Receive("K-1", OFFICE, whole), OPERATOR, SECOND)
        hands.ask_hub(Issue("K-2", STATION, "v5", BLANKS), OPERATOR)
        until(lambda: hands.see().get("counts", {}).get("IN_TRANSIT") == BLANKS, "the station learns of its blanks")
        hands.ask_station(STATION, Receive("K-2", STATION, whole), OPERATOR, SECOND)
        for name, (lo, hi) in HALVES.items():
            self.house.printers[name].panel.load(SERIES, lo, hi - lo + 1, seed=SEED)
            hands.ask_station(STATION, LoadPrinter(name, ((SERIES, lo, hi),), 0), "station")

    def enter(self) -> None:
        """The canaries' records, once."""
        if not self.is_entered:
            self.is_entered = True
            for person in canaries():
                self.hands.ask_hub(EnterRecord(OFFICE, to_payload(person).decode(), time.time_ns() // 1_000_000), OPERATOR)

    def judge_one(self) -> None:
        for printer in self.hands.see().get("printers", []):
            if printer["phase"] == "asking":
                card = printer["card"]
                body = Conclude(card["record"], card["n"], Outcome.GOOD, BlankPlace.OUTPUT, Certainty.OPERATOR, Cause.NONE)
                with suppress(httpx.HTTPError, OSError, Refused):
                    self.hands.ask_station(STATION, body, OPERATOR)

    def done(self) -> int:
        self.judge_one()
        states = self.hands.hub.get("/v1/states")["states"]
        return int(states.get("PRINTED", 0)) + int(states.get("SUSPECT", 0))

    def clumsy(self, nik: str) -> None:
        """Somebody types a citizen's number where it has no place; a record comes in half."""
        for address in (f"{self.house.station_url()}/v1/cards/{nik}.png", f"{self.house.hub_url}/v1/records?id={nik}"):
            assert nik not in httpx.get(address, trust_env=False, timeout=60).text
        half = f'{{"nik": "{nik}", "name": "KENARI SATU"'
        with pytest.raises(Refused) as caught:
            self.hands.ask_hub(EnterRecord(OFFICE, half, time.time_ns() // 1_000_000), OPERATOR)
        assert nik not in str(caught.value)

    def everything(self) -> dict[str, bytes]:
        """All that may be searched: both folders, both logs, the line."""
        house = self.house
        logs = {name: (house.folder / f"{name}.log").read_bytes() for name in ("hub", "station")}
        return {**on_disk(house.hub.folder, house.station_folder), **logs, "the line": bytes(self.line.heard)}

    def close(self) -> None:
        self.hands.hub.close()
        self.hands.page.close()
        self.house.close()
        self.line.close()


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Day]]:
    made = [Day(tmp_path_factory.mktemp("canaries"))]
    yield made
    for one in made:
        one.close()


@pytest.fixture
def day(days: list[Day], tmp_path_factory: pytest.TempPathFactory) -> Day:
    """A day at work; another one where the station of the last was packed."""
    if days[-1].is_packed:
        days.append(Day(tmp_path_factory.mktemp("canaries")))
    return days[-1].begin()


@pytest.mark.processes
@pytest.mark.rule(40)
def test_no_byte_on_disk_log_or_wire_shows_a_citizen(day: Day) -> None:
    secrets = tuple(one.nik.reveal() for one in canaries()) + tuple(one.name for one in canaries())
    assert all(len(one) == 16 and one.isdecimal() for one in secrets[:CARDS])
    day.enter()
    day.clumsy(secrets[0])
    until(lambda: day.done() >= 2, "two cards are printed")
    assert hits(day.everything(), secrets) == []  # while both work, with what the write-ahead logs hold
    day.house.kill("station")
    assert hits(day.everything(), secrets) == []  # as whoever takes the disk after a power cut finds it
    day.house.start_station()
    until(lambda: day.done() >= CARDS, "all are printed or in doubt")
    searched = day.everything()
    assert len(searched["the line"]) > 10_000 and len(searched["station"]) > 0
    assert any(name.endswith("station.db") for name in searched) and any(name.endswith(".sqlite") for name in searched)
    assert hits(searched, secrets) == []
    day.house.stop("station")
    day.house.stop("hub")
    assert hits(day.everything(), secrets) == []


@pytest.mark.processes
def test_the_page_answers_on_loopback_only(day: Day) -> None:
    """It listens, and is asked from outside."""
    port = int(day.house.station_url().rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), 60):
        pass
    for host in ("127.0.0.2", *(one for one in own_addresses() if not one.startswith("127."))):
        with pytest.raises(OSError, match=r"refused|unreachable|timed out"):
            socket.create_connection((host, port), 5)


def own_addresses() -> set[str]:
    """This machine's own addresses, as far as its name has any."""
    with suppress(OSError):
        return set(socket.gethostbyname_ex(socket.gethostname())[2])
    return set()


@pytest.mark.processes
def test_metrics_and_health_of_a_station_at_work(day: Day) -> None:
    def page(name: str) -> httpx.Response:
        return httpx.get(f"{day.house.station_url()}{name}", trust_env=False, timeout=60)

    until(lambda: page("/v1/health").status_code == 200, "it is ready")
    # Now and then an idle printer is looked at.
    shown = [f'ektp_station_printer_phase{{phase="idle",printer="{name}"}} 1.0' for name in HALVES]
    until(lambda: all(one in page("/metrics").text for one in shown), "its printers are idle")
    text = page("/metrics").text
    assert hits({"metrics": text.encode()}, tuple(one.nik.reveal() for one in canaries())) == []


@pytest.mark.processes
@pytest.mark.rule(40)
def test_packed_files_show_nobody_and_the_packed_station_says_where_it_went(day: Day, tmp_path: Path) -> None:
    day.enter()
    until(lambda: day.done() >= CARDS, "it has had canaries, and none is in a press")
    word, folder = tmp_path / "word", str(day.house.station_folder)
    word.write_text("kata sandi berkas\n", "utf-8")
    more = ("--file-passphrase-file", str(word))
    key = str(day.house.hub.people["operator"])
    said = station_says("status", folder)
    assert all(any(row.startswith(f"{name}  ") for row in said.splitlines()) for name in HALVES), said
    station_says("backup", folder, str(tmp_path / "b.ektp"), *more)
    station_says("move", folder, str(tmp_path / "m.ektp"), "--to", "Kecamatan Sakra", "--key", key, *more)
    assert hits(on_disk(tmp_path), tuple(one.nik.reveal() for one in canaries())) == []
    until(lambda: bool(day.hands.see().get("waits")), "it says that it was packed")
    assert "Kecamatan Sakra" in station_says("status", folder)
    assert "Kecamatan Sakra" in station_says("check", folder, "--quick", code=1)
    day.is_packed = True
    day.house.stop("station")
    station_says("unpack", str(tmp_path / "m.ektp"), str(tmp_path / "new"), *more)
    looked = station_says("check", str(tmp_path / "new"))
    assert "Every one of its" in looked and "It was packed elsewhere and goes on here from the first start." in looked
    refused = CliRunner().invoke(station, ["restore", str(tmp_path / "b.ektp"), str(tmp_path / "old"), *more])
    assert isinstance(refused.exception, Refused) and refused.exception.refusal is Refusal.ROLLED_BACK
    assert list((tmp_path / "old").iterdir()) == []


def station_says(*arguments: str, code: int | None = 0) -> str:
    done = CliRunner().invoke(station, list(arguments))
    assert code is None or done.exit_code == code, (arguments[0], done.exception, done.output)
    return done.output
