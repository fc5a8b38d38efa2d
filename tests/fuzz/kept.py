"""Inputs that once broke a law (kasus yang disimpan); each is tried first, for ever."""

from attrs import frozen


@frozen
class Kept:
    """One input of one target, and what it broke."""

    target: str
    data: bytes
    why: str


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
)
