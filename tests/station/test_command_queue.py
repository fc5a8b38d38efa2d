"""`ektp station queue` and `ektp station why`: what is asked of the running station, and what is shown."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from ektp_core.errors import Refusal, Refused
from ektp_core.flow.counter_answer import CounterAnswer, Why
from ektp_core.flow.lifting import LiftRecord
from ektp_core.flow.queueing_here import CancelCard, PausePrinter
from ektp_core.wire.question import answer_to_plain
from ektp_station import command_queue, command_why
from ektp_station.config import StationConfig, write_config

pytestmark = [pytest.mark.rule(31), pytest.mark.rule(34)]

NIK = "5203054408999001"
NEXT = answer_to_plain(CounterAnswer(Why.NEXT_HERE, "52.03-000007", {"until": 1_800_000_000_000}))
PAUSED = answer_to_plain(CounterAnswer(Why.PRINTER_PAUSED, "52.03-000003", {"printer": "A", "why": "dust"}))
QUEUE = {
    "queue": [
        {"record": "52.03-000007", "n": 2, "class": 0, "since": 0, "until": 1, "lifted": "sakit", "answer": NEXT},
        {"record": "52.03-000003", "n": 1, "class": 0, "since": 0, "until": 1, "lifted": "", "answer": PAUSED},
    ]
}


class Station:
    """A station that answers so, and what was asked of it."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("EKTP_LANG", "en")
        write_config(folder, StationConfig("station/52.03/1", "http://127.0.0.1:1"))
        self.folder = folder
        self.asked: list[Any] = []
        self.answers: dict[str, Any] = {"/v1/queue": QUEUE, "/v1/why": NEXT}
        for module in (command_queue, command_why):
            monkeypatch.setattr(module, "answer", self.answer)
        monkeypatch.setattr(command_queue, "bring", lambda _folder, to, body, *_: self.asked.append((to, body)))

    def answer(self, _folder: Path, _method: str, path: str, body: bytes | None = None) -> Any:
        if body:
            self.asked.append(json.loads(body))
        return self.answers[path]

    def queue(self, *arguments: str) -> Result:
        return CliRunner().invoke(command_queue.queue, [str(self.folder), *arguments])

    def why(self, typed: str, *arguments: str) -> Result:
        return CliRunner().invoke(command_why.why, [str(self.folder), *arguments], input=typed)


@pytest.fixture
def station(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Station:
    return Station(tmp_path, monkeypatch)


def test_the_queue_is_a_table_with_the_reason_of_each_place(station: Station) -> None:
    head, first, second = station.queue().stdout.splitlines()
    assert head.split() == ["record", "until", "lifted", "why"]
    assert first.split()[:2] == ["1", "52.03-000007"] and "sakit" in first
    assert first.endswith("This card is the next one here.")
    assert second.endswith("Printer A is paused: dust.")


def test_an_empty_queue_says_so(station: Station) -> None:
    station.answers["/v1/queue"] = {"queue": []}
    assert station.queue().stdout == "Nothing waits at this station.\n"


def test_the_queue_as_json_is_what_the_station_says(station: Station) -> None:
    assert json.loads(station.queue("--json").stdout) == QUEUE


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--lift", "52.03-000003", "--why", "sakit"), LiftRecord("52.03-000003", "sakit")),
        (("--cancel", "52.03-000007", "--why", "not here"), CancelCard("52.03-000007", 2, "not here")),
        (("--pause", "A", "--why", "dust"), PausePrinter("A", "dust")),
        (("--resume", "A"), PausePrinter("A")),
    ],
)
def test_a_change_is_asked_of_the_station_with_its_reason(
    station: Station, arguments: tuple[str, ...], expected: object
) -> None:
    said = station.queue(*arguments, "--key", "some.key").stdout
    assert station.asked == [("station/52.03/1", expected)]
    assert said.startswith("Taken.\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ("--lift", "52.03-000003", "--why", "sakit"),
        ("--lift", "52.03-000003", "--key", "some.key"),
        ("--pause", "A", "--why", " ", "--key", "some.key"),
        ("--lift", "52.03-000003", "--pause", "A", "--why", "x", "--key", "some.key"),
    ],
)
def test_a_change_needs_one_thing_to_change_a_reason_and_a_person(station: Station, arguments: tuple[str, ...]) -> None:
    assert station.queue(*arguments).exit_code == 2
    assert station.asked == []


def test_what_the_station_does_not_hold_cannot_be_cancelled(station: Station) -> None:
    found = station.queue("--cancel", "52.03-000009", "--why", "x", "--key", "some.key").exception
    assert isinstance(found, Refused) and found.refusal is Refusal.UNKNOWN_RECORD


def test_why_says_the_reason_and_what_to_do(station: Station) -> None:
    said = station.why(f"{NIK}\n").stdout
    assert said == "This card is the next one here.\nWait for it: it is begun as soon as a printer is free.\n"
    assert station.asked == [{"nik": NIK}]
    assert json.loads(station.why(NIK, "--json").stdout) == NEXT


def test_why_refuses_what_is_no_nik_before_it_asks(station: Station) -> None:
    found = station.why("12345\n").exception
    assert isinstance(found, Refused) and found.refusal is Refusal.BAD_NIK
    assert station.asked == []


def test_a_nik_is_never_an_argument() -> None:
    assert [one.name for one in command_why.why.params] == ["folder", "as_json"]
