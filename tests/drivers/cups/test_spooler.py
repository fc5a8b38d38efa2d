"""The line to a spooler against a scripted one: nothing but the contract's errors comes out of it."""

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from ippx import Attribute, IppMessage, Tag, encode

from ektp_core.boundary.card_printer import DriverError, DriverLost, DriverTimeout
from ektp_driver_cups.hint import Hint
from ektp_driver_cups.spooler import Ask, Deadline, Declined, NotAllowed, NotThere, Spooler

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


def test_a_good_answer_gives_the_attributes_of_each_job(scripted: Scripted) -> None:
    jobs = [(Tag.JOB_ATTRS, [Attribute("job-id", Tag.INTEGER, [one])]) for one in (7, 8)]
    answer = encode(IppMessage((2, 0), 0, 1, [(Tag.OPERATION_ATTRS, []), *jobs]))
    found = scripted(_http(answer)).ask(Ask.GET_JOBS, Deadline.after(5_000))
    assert [one["job-id"] for one in found] == [(7,), (8,)]
