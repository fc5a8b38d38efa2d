"""The whole Evolis driver on a line whose replies were changed (kartu utuh pada jalur rusak).

An input is a list of edits: which reply, what is done to it, and with what. Under it works a
printer of one card at a time, so ink and feeds are counted where they happen and not where they
are told. Time goes by only as the line is used, so a wait without an end is a count of steps.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from typing import Any
from unittest import mock

from attrs import define, evolve, field

from ektp_core.boundary.card_printer import (
    Bin,
    Can,
    Capabilities,
    DriverError,
    DriverTimeout,
    Found,
    JobRecord,
    Look,
    PrintToken,
    Settings,
    Station,
)
from ektp_core.vocabulary.verdict import Certainty, Outcome
from ektp_driver_evolis import raster
from ektp_driver_evolis.driver import EvolisPrinter
from ektp_driver_evolis.raster import Panel
from ektp_driving import deadline as time_left
from ektp_usb.port_status import PortStatus
from ektp_usb.port_status import parse as parse_port
from tests.drivers.evolis.scripted_line import SERIAL, ScriptedLine, drawn
from tests.fuzz.engine import Meter, Target
from tests.fuzz.targets_frames import concludes_good

TOKEN = PrintToken("r1", 1, 1)
MS = 20_000
RIBBONS = ("k", "k", "ko", "ko", "ko", "ko", "ko", "ymcko")
WORDS = (b"OK", b"ERR", b"ERR CARD", b"NO CARD", b"ERR FEEDER", b"ERR COMMAND", b"ERR TIMEOUT", b"2;2", b"0;0", b"B", b"s;s", SERIAL.encode(), b"7", b"8", b"9", b"50", b"51", b"52", b"4294967295", b"-1", b"EV-0002", b"")  # fmt: skip
#: Newer printers show where the card is; the driver then may act on more, and must still not believe too much.
WITH_WORDS = "00000000;{:08X};00000000;{:08X};00000000;00000000;00000000;00000000;0001"


@define(eq=False, slots=False)
class FedLine(ScriptedLine):
    """A printer on a string whose replies are changed by number."""

    edits: dict[int, tuple[int, bytes]] = field(factory=dict)
    meter: Meter = field(factory=lambda: Meter(3_000))
    now: float = 0.0
    replies: int = 0
    heard: list[bytes] = field(factory=list)  # as they came, after the changes
    kept_back: bytes = b""
    shows_words: bool = False
    inked: int = 0  # jobs begun on the card inside
    taken: int = 0  # blanks taken from the hopper

    def clock(self) -> float:
        return self.now

    def write(self, data: bytes, timeout_ms: int) -> None:
        self.meter.step()
        self.now += 0.001
        before = len(self.out)
        super().write(data, timeout_ms)
        fresh = bytes(self.out[before:])
        del self.out[before:]
        for one in fresh.split(b"\0")[:-1]:
            self.out += self._changed(one + b"\0")

    def read(self, timeout_ms: int, most: int = 4096) -> bytes:
        self.meter.step()
        try:
            return super().read(timeout_ms, min(most, 64))
        except DriverTimeout:
            self.now += max(timeout_ms, 1) / 1000
            raise

    def port_status(self, timeout_ms: int) -> PortStatus:
        self.meter.step()
        number, self.replies = self.replies, self.replies + 1
        return parse_port(self.edits[number][1][:1]) if number in self.edits else self.port

    def _changed(self, reply: bytes) -> bytes:
        number, self.replies = self.replies, self.replies + 1
        late, self.kept_back = self.kept_back, b""
        kind, given = self.edits.get(number, (0, b""))
        match kind % 12:
            case 1:
                reply = b""
            case 2:
                reply = given + b"\0"
            case 3:
                reply = given
            case 4:
                reply = reply[:-1] + given + b"\0"
            case 5:
                reply = reply + reply
            case 6:
                self.kept_back = reply
                reply = b""
            case 7:
                at = given[0] % len(reply) if given else 0
                reply = reply[:at] + bytes([reply[at] ^ (given[1] if len(given) > 1 else 0x80)]) + reply[at + 1 :]
            case 8:
                reply = WORDS[given[0] % len(WORDS)] + b"\0" if given else reply
            case 9:
                self.short_after = given[0] if given else 1
            case 10:
                self.gone = bool(given) and given[0] > 200
            case 11:
                reply = given + b"\0" + reply
        self.heard.append(reply)
        return late + reply

    def _carry_out(self, command: Any) -> None:
        taken = not self.inside and command.text in ("Si", "Sis", "Sic")
        self.taken += taken
        self.inked += command.text == "Ss"
        if self.shows_words and command.text == "Rstw":
            self.answers["Rstw"] = WITH_WORDS.format(0x02000000 if self.inside else 0, 0)
        super()._carry_out(command)


@define(eq=False)
class Card:
    """What one card came to."""

    line: FedLine
    trouble: str = ""
    looks: list[Look] = field(factory=list)
    records: list[JobRecord] = field(factory=list)
    settings: Settings | None = None


_DRAWN = raster.panels


@cache
def _panels(ribbon: str) -> tuple[Panel, ...]:
    return _DRAWN(drawn().front_png, ribbon)


def _quick_panels(_png: bytes, ribbon: str) -> tuple[Panel, ...]:
    """The same panels without drawing them each time; what is no ribbon is refused as ever."""
    if ribbon.lower() not in raster.RIBBONS:
        raise DriverError("no pictures for this ribbon")
    return _panels(ribbon.lower())


@contextmanager
def _time_of(line: FedLine) -> Iterator[None]:
    with mock.patch.object(time_left, "monotonic", line.clock), mock.patch.object(raster, "panels", _quick_panels):
        yield


def edits_of(data: bytes) -> dict[int, tuple[int, bytes]]:
    """Parts of an input: the number of the reply, what is done, and with what, up to a NUL."""
    return {one[0]: (one[1], one[2:]) for one in data.split(b"\0") if len(one) > 1}


def make_card(data: bytes) -> Card:
    """A card from configuring to the last look. Its first byte chooses ribbon and kind of printer."""
    head = data[0] if data else 0
    line = FedLine(ribbon=RIBBONS[head % 8], shows_words=bool(head & 8), edits=edits_of(data[1:]))
    printer, card = EvolisPrinter(Found("evolis", "usb", SERIAL), line), Card(line)
    with _time_of(line):
        steps: tuple[Callable[[], Any], ...] = (
            lambda: setattr(card, "settings", printer.configure(Settings(), MS)),
            lambda: printer.feed(MS),
            lambda: printer.prepare(drawn(), MS),
            lambda: printer.move(Station.HEAD, MS),
            lambda: printer.mark(TOKEN, MS),
            lambda: printer.deliver(Bin.OUTPUT, MS),
        )
        for step in steps:
            try:
                step()
            except DriverError as error:
                card.trouble = type(error).__name__
                break
        _look_around(printer, card)
        _again(printer, card)
    return card


def _look_around(printer: EvolisPrinter, card: Card) -> None:
    """As the station does after trouble, and after the end."""
    for _ in range(2):
        with suppress(DriverError):
            card.looks.append(printer.look(TOKEN.job_key, MS))
        with suppress(DriverError):
            card.records.append(printer.observe("", MS))


def _again(printer: EvolisPrinter, card: Card) -> None:
    """The same token once more, with a picture: nothing is said of it on the line if a job was begun for it."""
    if not card.line.inked:
        return
    said = len(card.line.said)
    printer._panels = _panels("k")
    try:
        printer.mark(TOKEN, MS)
    except DriverError:
        assert len(card.line.said) == said, "a used token was spoken of on the line"
        return
    raise AssertionError("a used token was taken")


def law(data: bytes, card: Card) -> str:
    """One job and one blank a card; never good; spoiled only by the printer's own word; safe only as it was set."""
    line = card.line
    if line.inked > 1:
        return "more than one mark for one token"
    if line.taken > 1:
        return "more than one blank taken for one card"
    dangers = (line.modes["Rem"], line.modes["Rmi"], line.modes["Rmk"]) != ("2;2", "B", "s;s")
    if card.settings is not None and dangers and not line.edits:
        return "settings that are not so"
    for record in (*card.records, *(one.job for one in card.looks if one.job)):
        verdict = record.verdict
        if verdict.outcome not in (Outcome.UNKNOWN, Outcome.SPOILED) or verdict.certainty.shows_a_good_card:
            return "more is said of a job than this printer knows"
        if verdict.outcome is Outcome.SPOILED and not any(b"ERR" in one for one in line.heard):
            return "spoiled, and the printer never said so"
        if verdict.outcome is Outcome.SPOILED and verdict.certainty is not Certainty.COUNTER:
            return "spoiled by another certainty than the counters"
    can = Capabilities(Can.CARD_POSITION | Can.COUNTS_FED | Can.READS_UID, 648, 1016, 300)
    if any(concludes_good(evolve(one, uid="04A1B2C3D4E5F6"), can) for one in card.looks):
        return "the press called a card good"
    is_whole = not card.trouble
    return "a card came to its end that never left the printer" if is_whole and line.inside and not line.edits else ""


def _judged(data: bytes) -> Card:
    """A card; one that came to trouble counts as refused, and is judged all the same."""
    card = make_card(data)
    why = law(data, card)
    assert not why, why
    if card.trouble:
        raise DriverError(card.trouble)
    return card


def seeds(recorded: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """No edit at all, each single edit at many replies, and replies the firmware gave to other questions."""
    heads = (b"\x00", b"\x02", b"\x0a", b"\x08")
    singles = [heads[at % 4] + bytes([at, kind, 1 + at % 20, 0x80 + at % 100]) for at in range(1, 75) for kind in range(1, 12)]
    other = [heads[at % 4] + bytes([1 + at % 70, 2 + at % 2 * 9]) + one for at, one in enumerate(recorded)]
    return (*heads, b"\x07", *singles, *other)


def targets(recorded: tuple[bytes, ...]) -> tuple[Target, ...]:
    """One."""
    made = seeds(recorded)
    return (Target("evolis whole card", 3, lambda: made, _judged, tokens=(*WORDS, b"\0", b"\0\x20\x02", b"\x01"), plain=0.01, lines=200_000),)
