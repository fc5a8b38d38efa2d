"""What a driver prints becomes lines of the log, masked; and whoever keeps the pipe open is not waited for."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from threading import Event, Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ektp_core.boundary.card_printer import Artwork, DriverError, DriverLost, DriverTimeout
from ektp_station import driver_child, driver_link
from ektp_station.driver_link import DriverLink, RemotePrinter
from ektp_station.driver_words import LINE_BYTES, PRINTED_BYTES, PRINTED_LINES, Lines, relay

NIK = "5203054408999001"

CHATTY = f'''
import subprocess
from attrs import fields
from ektp_core.boundary.card_printer import Found
from ektp_core.boundary.hookspecs import hookimpl


class Printer:
    def prepare(self, art, timeout_ms):
        print("vendor library: text block NIK {NIK} of the card", flush=True)

    def close(self):
        pass


@hookimpl
def ektp_discover_printers(hint):
    if hint == "helper":
        subprocess.Popen(["sleep", "60"], start_new_session=True, stdin=subprocess.DEVNULL)
        return []
    return [Found(**{{one.name: {{"driver": "chatty", "serial": "S1"}}.get(one.name, hint) for one in fields(Found)}})]


@hookimpl
def ektp_open_printer(found):
    return Printer()
'''


@pytest.fixture
def chatty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "chatty.py").write_text(CHATTY)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return "chatty"


def lines_of(*parts: bytes) -> list[str]:
    said: list[str] = []
    lines = Lines(said.append)
    for part in parts:
        lines.take(part)
    lines.end()
    return said


# -- masked -----------------------------------------------------------------------------------------


@pytest.mark.rule(40)
@given(st.lists(st.integers(1, 40), max_size=6), st.sampled_from(["", "block ", "x" * 30]), st.sampled_from(["", "\n", " end\n"]))
def test_a_nik_is_in_no_line_wherever_the_bytes_are_cut(cuts: list[int], before: str, after: str) -> None:
    raw, parts = f"{before}{NIK}{after}".encode(), []
    for cut in cuts:
        parts.append(raw[:cut])
        raw = raw[cut:]
    said = "".join(lines_of(*parts, raw))
    assert NIK[6:] not in said and NIK[:4] in said


@pytest.mark.rule(40)
@pytest.mark.parametrize("raw", [
    NIK.encode("utf-16-le"), f"{NIK[:4]} {NIK[4:8]} {NIK[8:12]} {NIK[12:]}".encode(), f"{NIK[:8]}\x1b{NIK[8:]}".encode(),
    b"x" * (LINE_BYTES - 8) + NIK.encode(), b"x" * (PRINTED_BYTES - 8) + NIK.encode() + b"\n",
    b"y\n" * (PRINTED_BYTES // 2 - 4) + NIK.encode() + b"\n",
])
def test_nor_half_of_one(raw: bytes) -> None:
    said = "".join(lines_of(raw, b"\nmore\n"))
    assert NIK[8:] not in said and NIK[:8] not in said


@given(st.lists(st.binary(max_size=5_000), max_size=30))
def test_whatever_is_printed_is_lines_of_a_person_and_few(parts: list[bytes]) -> None:
    said = lines_of(*parts)
    assert len(said) <= PRINTED_LINES and all(one.isprintable() and len(one) <= LINE_BYTES + 20 for one in said)


@pytest.mark.processes
@pytest.mark.rule(40)
def test_what_a_driver_prints_of_a_person_is_masked_in_the_log(chatty: str, capfd: pytest.CaptureFixture[str]) -> None:
    link = DriverLink(chatty, "here", "S1", plugins=(chatty,))
    RemotePrinter(link).prepare(Artwork(b"x"), 60_000)
    link.close()
    said = capfd.readouterr().err
    told = [json.loads(one) for one in said.splitlines()]
    assert NIK not in said
    assert [one["line"] for one in told] == ["vendor library: text block NIK 5203************ of the card"]
    assert (told[0]["driver"], told[0]["serial"], told[0]["event"]) == (chatty, "S1", "a driver printed")


# -- not waited for -----------------------------------------------------------------------------------


def test_a_pipe_that_somebody_keeps_open_is_let_go_of() -> None:
    reading, writing = os.pipe()
    said: list[str] = []
    is_over = Event()
    thread = Thread(target=relay, args=(os.fdopen(reading, "rb"), is_over.is_set, said.append), daemon=True)
    thread.start()
    os.write(writing, b"one\ntwo")
    is_over.set()
    thread.join(90)
    assert not thread.is_alive()
    with pytest.raises(BrokenPipeError):
        os.write(writing, b"nobody reads")
    os.close(writing)


@pytest.mark.processes
def test_reopening_a_driver_whose_helper_lives_on_leaves_nothing_behind(chatty: str) -> None:
    link = DriverLink(chatty, "helper", "S1", plugins=(chatty,), starts=False)

    def held() -> tuple[int, int]:
        return threading.active_count(), len(os.listdir("/proc/self/fd"))

    if not Path("/proc/self/fd").exists():
        pytest.skip("there is no list of open files here")
    found = []
    for _ in range(3):
        with pytest.raises(DriverError):
            link.restart()
        found.append(held())
    link.close()
    assert found[0] == found[2]


@pytest.mark.processes
def test_a_child_that_does_not_end_is_reported_and_no_other_is_started_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process inside a hanging device cannot be killed: here one that nobody kills."""
    monkeypatch.setattr(driver_link, "END_S", 0.05)
    monkeypatch.setattr(driver_child.DriverChild, "kill", lambda child: None)
    link = DriverLink("none", "here", "S1", starts=False)
    stuck = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    try:
        link._child = driver_child.DriverChild(stuck, Event())
        link.close()
        with pytest.raises(DriverLost, match="does not end"):
            link.restart()
    finally:
        stuck.kill()
        stuck.wait()
    with pytest.raises((DriverError, DriverTimeout)) as caught:
        link.restart()  # tried again: the process is gone, and it is the driver that is missing
    assert "does not end" not in str(caught.value)
