"""The line to a spooler against a scripted one: nothing but the contract's errors comes out of it."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from ippx import Attribute, IppMessage, Tag, encode

from ektp_core.boundary.card_printer import DriverError, DriverLost, DriverTimeout
from ektp_driver_cups.desk import Desk
from ektp_driver_cups.hint import Hint
from ektp_driver_cups.spooler import Ask, Spooler
from ektp_driving.deadline import Deadline
from ektp_driving.declined import Declined, NotAllowed, NotThere

Scripted = Callable[[bytes], Spooler]


@pytest.fixture
def scripted(tmp_path: Path) -> Iterator[Scripted]:
    """A spooler that answers every question with the same bytes."""
    lines: list[socket.socket] = []
    opened: list[Spooler] = []

    def make(answer: bytes) -> Spooler:
        path = str(tmp_path / f"s{len(lines)}")
        line = socket.socket(socket.AF_UNIX)
        line.bind(path)
        line.listen()
        lines.append(line)

        def serve() -> None:
            while True:
                try:
                    one, _ = line.accept()
                except OSError:
                    return
                with one:
                    one.recv(65_536)
                    if answer:
                        one.sendall(answer)
                    while not answer and one.recv(65_536):
                        pass

        threading.Thread(target=serve, daemon=True).start()
        opened.append(Spooler(Hint(path, "card")))
        return opened[-1]

    yield make
    for spooler in opened:
        spooler.close()
    for line in lines:
        line.shutdown(socket.SHUT_RDWR)
        line.close()


def _http(body: bytes, status: str = "200 OK") -> bytes:
    return b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s" % (status.encode(), len(body), body)


def _ipp(code: int, **texts: str) -> bytes:
    found = [Attribute(name.replace("_", "-"), Tag.TEXT, [text]) for name, text in texts.items()]
    return encode(IppMessage((2, 0), code, 1, [(Tag.OPERATION_ATTRS, found)]))


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (_http(b"", "401 Unauthorized"), NotAllowed),
        (_http(b"", "403 Forbidden"), NotAllowed),
        (_http(b"", "500 No"), Declined),
        (_http(_ipp(0x0403)), NotAllowed),
        (_http(_ipp(0x0406)), NotThere),
        (_http(_ipp(0x0506, status_message="not now")), Declined),
        (_http(b""), DriverError),
        (_http(b"\x02\x00\x00\x00\x00\x00\x00\x01\x04\x23\x00\x01"), DriverError),
        (_http(b"\x02\x00\x00\x00\x00\x00\x00\x01" + b"\xff" * 90), DriverError),
        (b"no HTTP at all\r\n\r\n", DriverLost),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nshort", DriverLost),
    ],
)
def test_every_bad_answer_is_an_error_of_the_contract(
    scripted: Scripted, answer: bytes, error: type[DriverError]
) -> None:
    with pytest.raises(error):
        scripted(answer).ask(Ask.GET_QUEUE, Deadline.after(5_000))


def test_the_spoolers_own_words_are_kept_and_clipped(scripted: Scripted) -> None:
    spooler = scripted(_http(_ipp(0x0506, status_message="w" * 1_000)))
    with pytest.raises(Declined, match=r"get queue \(0x0506: www") as declined:
        spooler.ask(Ask.GET_QUEUE, Deadline.after(5_000))
    assert len(str(declined.value)) < 300


def test_silence_ends_at_the_deadline_and_a_spent_deadline_asks_nothing(scripted: Scripted) -> None:
    spooler = scripted(b"")
    for timeout_ms in (200, 0):
        with pytest.raises(DriverTimeout):
            spooler.ask(Ask.GET_QUEUE, Deadline.after(timeout_ms))


def test_a_spooler_that_drips_is_held_to_the_deadline_and_one_that_pours_to_a_size(tmp_path: Path) -> None:
    """A byte now and then would keep a driver for ever, in the answer or before it."""
    for number, (head, piece, error, words) in enumerate((
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n", b"x", DriverTimeout, "in time"),
        (b"HTTP/1.1 200 OK\r\nX-Slow: ", b"x", DriverTimeout, "in time"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n", bytes(1 << 20), DriverError, "too long"),
    )):  # fmt: skip
        path, over = str(tmp_path / f"d{number}"), threading.Event()
        line = socket.socket(socket.AF_UNIX)
        line.bind(path)
        line.listen()

        def serve(line: socket.socket = line, head: bytes = head, piece: bytes = piece, over: Any = over) -> None:
            one, _ = line.accept()
            with one, suppress(OSError):
                one.recv(65_536)
                one.sendall(head)
                while not over.wait(0.02):
                    one.sendall(piece)

        served = threading.Thread(target=serve, daemon=True)
        served.start()
        with pytest.raises(error, match=words):
            Spooler(Hint(path, "card")).ask(Ask.GET_QUEUE, Deadline.after(300 if error is DriverTimeout else 20_000))
        assert served.is_alive() or error is DriverError, "it was still dripping"
        over.set()
        served.join()
        line.close()


def test_a_job_without_a_number_is_no_job(scripted: Scripted) -> None:
    for answer in (_ipp(0), _made([]), _made([Attribute("job-id", Tag.INTEGER, [0])])):
        with pytest.raises(DriverError, match="did not say which job"):
            Desk(scripted(_http(answer))).create("ektp-probe", "", Deadline.after(5_000))
    assert Desk(scripted(_http(_made([Attribute("job-id", Tag.INTEGER, [9])])))).create("x", "", Deadline.after(5_000)) == 9


def _made(of: list[Attribute]) -> bytes:
    return encode(IppMessage((2, 0), 0, 1, [(Tag.OPERATION_ATTRS, []), (Tag.JOB_ATTRS, of)]))


def test_a_good_answer_gives_the_attributes_of_each_job(scripted: Scripted) -> None:
    jobs = [(Tag.JOB_ATTRS, [Attribute("job-id", Tag.INTEGER, [one])]) for one in (7, 8)]
    answer = encode(IppMessage((2, 0), 0, 1, [(Tag.OPERATION_ATTRS, []), *jobs]))
    found = scripted(_http(answer)).ask(Ask.GET_JOBS, Deadline.after(5_000))
    assert [one["job-id"] for one in found] == [(7,), (8,)]
