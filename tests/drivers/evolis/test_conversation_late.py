"""Back in step when answers come late, twice or never, and silence when half a command may be out; on a clock of its own."""

from collections.abc import Callable

import pytest
from attrs import define, field

from ektp_core.boundary.card_printer import DriverError, DriverLost, DriverTimeout
from ektp_driver_evolis import language, replies
from ektp_driver_evolis.conversation import Conversation
from ektp_driving import deadline as deadlines
from ektp_driving.deadline import Deadline
from ektp_usb.software_bus import SoftwareBus
from ektp_usb.transport import open_line
from ektp_usb.troubles import LineBroken, LineLost, LineStalled, ShortWrite
from tests.drivers.evolis.scripted_line import SERIAL, ScriptedLine
from tests.drivers.usb.toy import anything, plugged

MS = 10_000
HEARD_SERIAL = f"<{SERIAL}"


@define(eq=False, slots=False)
class LateLine(ScriptedLine):
    """Answers in the order it was asked, each so long after the one before; `strays` come behind a word's answer.

    Waiting costs no time: it moves `now_s`, and the deadlines go by that.
    """

    delays_ms: dict[str, list[int]] = field(factory=dict)
    strays: dict[str, list[tuple[int, bytes]]] = field(factory=dict)
    coming: list[tuple[float, bytes]] = field(factory=list)
    heard: list[str] = field(factory=list)  # what was said and heard ("<"), in its order
    now_s: float = 1_000.0

    def write(self, data: bytes, timeout_ms: int) -> None:
        super().write(data, timeout_ms)
        word = self.said[-1]
        self.heard.append(word)
        delays = self.delays_ms.get(word) or [0]
        self._comes(delays.pop(0), bytes(self.out))
        self.out.clear()
        for late_ms, stray in self.strays.pop(word, []):
            self._comes(late_ms, stray)

    def read(self, timeout_ms: int, most: int = 4096) -> bytes:
        end_s = self.now_s + timeout_ms / 1000
        if not self.coming or self.coming[0][0] > end_s:
            self.now_s = end_s
            raise DriverTimeout("nothing came")
        at_s, came = self.coming.pop(0)
        self.now_s = max(self.now_s, at_s)
        self.heard.append("<" + came.rstrip(b"\0").decode())
        return came

    def _comes(self, late_ms: int, reply: bytes) -> None:
        before_s = self.coming[-1][0] if self.coming else self.now_s
        self.coming.append((max(before_s, self.now_s) + late_ms / 1000, reply))


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> LateLine:
    made = LateLine()
    monkeypatch.setattr(deadlines, "monotonic", lambda: made.now_s)
    return made


@pytest.fixture
def talk(line: LateLine) -> Conversation:
    return Conversation(line, SERIAL)


def caught_up(talk: Conversation) -> str:
    talk.catch_up(Deadline.after(MS))
    return talk.last_answer


def fed(talk: Conversation) -> int:
    return talk.ask(language.counter("c"), replies.number, Deadline.after(MS))


def test_nothing_is_asked_before_as_many_serials_were_heard_as_were_asked_for(
    talk: Conversation, line: LateLine
) -> None:
    line.coming.append((line.now_s, b"OK\0"))  # left over; then nothing for a while, so the serial is asked for again
    line.delays_ms["Rsn"] = [400, 1_500]
    assert caught_up(talk) == "OK"
    assert line.heard == ["Rsn", "<OK", "Rsn", HEARD_SERIAL, HEARD_SERIAL, "Rlr", "<OK"]


def test_a_serial_taken_for_lost_that_comes_after_all_is_not_the_last_answer(talk: Conversation, line: LateLine) -> None:
    line.coming.append((line.now_s, b"OK\0"))
    line.last = "ERR RIBBON"
    line.delays_ms["Rsn"] = [400, 2_500]
    assert caught_up(talk) == "ERR RIBBON"
    assert line.heard[3:] == [HEARD_SERIAL, "Rlr", HEARD_SERIAL, "<ERR RIBBON"]
    assert fed(talk) == 7


def test_a_serial_that_is_lost_is_waited_for_and_then_given_up(talk: Conversation, line: LateLine) -> None:
    line.coming.append((line.now_s, b"OK\0"))
    line.delays_ms["Rsn"] = [400]
    line.garble("Rsn", lambda reply: reply)
    line.lose("Rsn")  # the second one
    began_s = line.now_s
    assert caught_up(talk) == "OK"
    assert line.heard.count("Rsn") == 2 and 2.0 < line.now_s - began_s < 3.5
    assert fed(talk) == 7


def test_a_serial_that_was_given_up_is_not_waited_for_the_next_time(talk: Conversation, line: LateLine) -> None:
    line.coming.append((line.now_s, b"OK\0"))
    line.delays_ms["Rsn"] = [400]
    line.garble("Rsn", lambda reply: reply)
    line.lose("Rsn")
    line.lose("Rlr")
    with pytest.raises(DriverTimeout):
        fed(talk)
    assert fed(talk) == 7
    assert line.said == ["Rsn", "Rsn", "Rlr", "Rsn", "Rlr", "Rco;c"]


@pytest.mark.parametrize(
    "strays",
    [[(50, b"OK\0")], [(80, b"OK\0"), (80, b"99\0")], [(50, b"half a rep")], [(90, b"OK\0half"), (90, b"of one")]],
)
def test_what_comes_behind_the_serial_is_thrown_away_until_it_is_silent(
    talk: Conversation, line: LateLine, strays: list[tuple[int, bytes]]
) -> None:
    line.last = "ERR RIBBON"
    line.strays["Rsn"] = list(strays)
    assert caught_up(talk) == "ERR RIBBON"
    assert line.heard.index("Rlr") == 2 + len(strays)
    assert fed(talk) == 7


def test_a_reply_without_an_end_is_given_up_and_not_read_for_ever(
    talk: Conversation, line: LateLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    fed(talk)
    given = 0

    def endless(timeout_ms: int, most: int = 4096) -> bytes:
        nonlocal given
        given += 40
        assert given <= 10 * replies.LONGEST, "it reads on and on"
        return b"x" * 40

    with monkeypatch.context() as broken:
        broken.setattr(line, "read", endless)
        with pytest.raises(DriverError, match="without an end"):
            fed(talk)
    assert given <= replies.LONGEST + 2 * 40
    assert fed(talk) == 7


# -- half a command -----------------------------------------------------------------------------


ERRORS = (ShortWrite, LineLost, LineBroken, LineStalled)


def breaks_with(error: DriverError) -> Callable[[bytes, int], None]:
    """A way out that raises this."""

    def broken(data: bytes, timeout_ms: int) -> None:
        raise error

    return broken


@pytest.mark.parametrize(
    "error",
    [
        *(error("it broke", sent, at_most) for error in ERRORS for sent, at_most in [(0, 3), (0, 6), (2, 2), (2, 6)]),
        DriverError("it broke and does not say how much"),
    ],
    ids=repr,
)
def test_where_half_a_command_may_be_out_nothing_more_is_said(
    talk: Conversation, line: LateLine, monkeypatch: pytest.MonkeyPatch, error: DriverError
) -> None:
    """Also where none surely went out, and some may have: the next word would be a part of a picture."""
    fed(talk)
    said = len(line.said)
    with monkeypatch.context() as broken:
        broken.setattr(line, "write", breaks_with(error))
        with pytest.raises(DriverError, match="it broke"):
            fed(talk)
    for _ in range(2):
        with pytest.raises(DriverLost, match="cut off"):
            fed(talk)
    assert len(line.said) == said
    talk.flush(Deadline.after(MS))
    assert fed(talk) == 7


@pytest.mark.parametrize("error", ERRORS)
def test_where_surely_nothing_went_out_the_line_is_spoken_on(
    talk: Conversation,
    line: LateLine,
    monkeypatch: pytest.MonkeyPatch,
    error: Callable[[str, int, int], DriverError],
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(line, "write", breaks_with(error("it broke", 0, 0)))
        with pytest.raises(DriverError, match="it broke"):
            fed(talk)
    assert not talk.is_cut
    assert fed(talk) == 7


def test_a_real_usb_line_that_stalls_within_a_command_is_not_spoken_on() -> None:
    bus = SoftwareBus()
    toy, _ = plugged(bus)
    usb = open_line("T-1", anything, bus)
    talk = Conversation(usb, "T-1")
    toy.stall_out = True
    with pytest.raises(LineStalled):
        fed(talk)
    with pytest.raises(DriverLost, match="cut off"):
        fed(talk)
    assert not toy.taken
    talk.close()
