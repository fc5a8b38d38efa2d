"""Inputs that once broke a law (kasus yang disimpan); each is tried first, for ever."""

from attrs import frozen

from ektp_core.boundary.card_printer import CardPosition, Counter, CounterName, Counters, Look, Status
from ektp_station.driver_frames import pack


@frozen
class Kept:
    """One input of one target, and what it broke."""

    target: str
    data: bytes
    why: str


def _look_of(width_bits: int) -> Look:
    """A look at a printer whose counter has so many bits."""
    counts = Counters((Counter(CounterName.FED, 7, "feed", width_bits=width_bits),))
    return Look(Status((), CardPosition.NONE, 1, rebooted=False), counts)


KEPT: tuple[Kept, ...] = (
    # An interface class beyond a byte came out of listing the bus as `struct.error`.
    Kept("usb listing", b'["ok",[[0,0,0,0,0,"","","","",[[0,290,0,0,0,[]]]]]]', "error: raised outside the contract"),
    # The spooler told of another job than the one asked for, and its end was taken for our card's.
    Kept(
        "cups whole card",
        b"\xf7\xf7\x0b00\x00000000\x00\x12000000000000000000\x00\x0500000\x02!\x00\x06job-id\x00\x0400000\x00\x0800000000"
        b"\x00%0000000000000000000000000000000000000#\x00\tjob-state\x00\x04\x00\x00\x00\t\x03",
        "law: a mark came back as done by another job's end",
    ),
    # A counter of -1 bits ended the station's own arithmetic with ValueError; one of none shows that nothing was fed.
    *(Kept("station look", pack(_look_of(bits)), "law: nothing in the bytes explains this value") for bits in (-1, 0, 1 << 60)),
)
