"""Word to the service manager: only when asked for, only by the main loop, and never a reason to stand still."""

import socket
from pathlib import Path

import pytest

from ektp_station.watchdog import Watchdog, send_to, watchdog_of


def told() -> tuple[Watchdog, list[bytes]]:
    words: list[bytes] = []
    return Watchdog(words.append, 1_000), words


def test_it_is_alive_once_in_its_time_however_often_the_loop_goes_round() -> None:
    dog, words = told()
    for passed in range(0, 3_000, 50):
        dog.turned(passed, "idle")
    assert words.count(b"WATCHDOG=1") == 3
    assert words.count(b"STATUS=idle") == 1
    assert dog.turned_ms == 2_950


def test_the_whole_life_of_a_station() -> None:
    dog, words = told()
    dog.ready()
    dog.turned(0, "printers: A idle")
    dog.stopping()
    assert words == [b"READY=1", b"STATUS=printers: A idle", b"WATCHDOG=1", b"STOPPING=1"]


def test_half_of_what_the_manager_waits_for() -> None:
    assert watchdog_of({"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "7"}, 7).every_ms == 30_000


@pytest.mark.parametrize(
    "environment", [{}, {"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "8"}, {"WATCHDOG_USEC": "soon"}]
)
def test_what_is_meant_for_another_process_or_nobody_changes_nothing(environment: dict[str, str]) -> None:
    assert watchdog_of(environment, 7).every_ms == 10_000


@pytest.mark.parametrize("is_abstract", [False, True])
def test_the_word_arrives(tmp_path: Path, is_abstract: bool) -> None:
    name = f"@ektp-test-{tmp_path.name}" if is_abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind("\0" + name[1:] if is_abstract else name)
        manager.settimeout(5)
        watchdog_of({"NOTIFY_SOCKET": name}, 1).ready()
        assert manager.recv(100) == b"READY=1"


def test_a_manager_that_is_gone_is_no_trouble(tmp_path: Path) -> None:
    send_to(str(tmp_path / "nobody"))(b"READY=1")
    send_to("")(b"READY=1")
