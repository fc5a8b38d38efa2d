"""People ask the running station: everybody gets an answer, and nobody is disturbed by another's."""

import threading
from typing import Any

import pytest

from ektp_core.boundary.store import Accepted
from ektp_core.errors import Refusal
from ektp_core.flow.custody import Receive
from ektp_core.flow.station_book import LoadPrinter
from tests.station.running_station import Make
from tests.station.running_station import line as line  # a fixture
from tests.station.running_station import printer as printer  # a fixture
from tests.station.station_bench import SERIES, STATION, WAIT_S, refused, until

pytestmark = pytest.mark.processes


def test_many_people_at_once_all_get_their_answers(line: Make) -> None:
    at_work = line().open()
    answers: list[Any] = []

    def ask(number: int) -> None:
        body = LoadPrinter("A", ((SERIES, 1 + number % 5, 20),), 0)
        answers.append(at_work.process.people_ask(at_work.ask(body, "station")))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(20)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(WAIT_S)
    assert len(answers) == 20 and all(isinstance(one, Accepted) for one in answers)


def test_an_ask_sent_again_gets_the_same_answer(line: Make) -> None:
    at_work = line().open()
    raw = at_work.ask(LoadPrinter("A", ((SERIES, 1, 5),), 0), "station")
    first, second = at_work.process.people_ask(raw), at_work.process.people_ask(raw)
    assert isinstance(first, Accepted) and isinstance(second, Accepted)
    assert (second.n, second.events, second.is_first) == (first.n, first.events, False)


@pytest.mark.parametrize("raw", [b"", b"{}", b"[" * 9_000, b"\xff"])
def test_bytes_that_are_no_ask_are_refused_and_disturb_nobody(line: Make, raw: bytes) -> None:
    at_work = line().start()
    assert refused(at_work.process.people_ask(raw)).refusal is Refusal.MALFORMED
    assert at_work.end() == 0


def test_a_question_that_fails_is_the_askers_trouble_alone(line: Make) -> None:
    at_work = line().start()

    def question() -> int:
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        at_work.process.ask_main(question)
    assert at_work.process.ask_main(lambda: None) is None
    assert at_work.end() == 0


def test_the_last_change_becomes_visible_though_nothing_follows(line: Make) -> None:
    at_work = line().start()
    until(lambda: at_work.now("counts").get("IN_TRANSIT") == 20, "the feed is taken")
    at_work.hub.away = True
    at_work.must_take(Receive("K-2", STATION, ((SERIES, 1, 20),)), "operator", "verifier-2")
    until(lambda: at_work.now("counts").get("STOCK") == 20, "it is shown")
