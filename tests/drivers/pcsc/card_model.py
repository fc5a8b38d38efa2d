"""A card of our own (kartu tiruan): one file, a UID, and every way a command can go wrong.

Imported by the tests, and by the process that plays it to a virtual reader; so it imports nothing of ours.
"""

from dataclasses import dataclass, field

FILE = b"\xe1\x01"
SIZE = 900
UID = bytes.fromhex("04A1B2C3D4E5F6")


class Pulled(Exception):
    """The card leaves the reader now; no answer comes."""


@dataclass
class CardModel:
    """A card with one file. `memory` stays without power; what is selected does not."""

    uid: bytes = UID
    memory: bytearray = field(default_factory=lambda: bytearray(SIZE))
    has_file: bool = True
    selected: bool = False
    seen: int = 0  # commands since `strike` was set
    strike: tuple[str, int, int] | None = None  # what, at which command (from 0), a number that belongs to it
    writes: list[tuple[int, int]] = field(default_factory=list)

    def power_on(self) -> None:
        self.selected = False

    def apdu(self, sent: bytes) -> bytes:
        """Answer one command; raises `Pulled` where the card is to be pulled at it."""
        at, self.seen = self.seen, self.seen + 1
        if self.strike is None or self.strike[1] != at:
            return self._answer(sent)
        what, _, number = self.strike
        if what == "status":
            return number.to_bytes(2, "big")
        if what == "written status":  # it acts, and says that it did not
            self._answer(sent)
            return number.to_bytes(2, "big")
        if what == "forgets":  # it says that it acted, and did not
            kept = bytes(self.memory)
            answer = self._answer(sent)
            self.memory[:] = kept
            return answer
        if what == "short":
            return self._answer(sent)[2:]
        if sent[1] == 0xD6:
            self._torn(sent, number)
        raise Pulled

    def _torn(self, sent: bytes, number: int) -> None:
        """Of a write that was cut, the bytes whose bit is set in `number` (repeated) came to stand."""
        offset = sent[2] << 8 | sent[3]
        for at, byte in enumerate(sent[5:]):
            if number >> (at % 8) & 1:
                self.memory[offset + at] = byte

    def _answer(self, sent: bytes) -> bytes:
        if sent == b"\xff\xca\x00\x00\x00":
            return self.uid + b"\x90\x00" if self.uid else b"\x63\x00"
        if sent[:2] == b"\x00\xa4":
            self.selected = self.has_file and sent[5:7] == FILE
            return b"\x90\x00" if self.selected else b"\x6a\x82"
        if sent[1] not in (0xB0, 0xD6):
            return b"\x6d\x00"
        if not self.selected:
            return b"\x69\x85"
        offset = sent[2] << 8 | sent[3]
        if sent[1] == 0xB0:
            end = offset + sent[4]
            return bytes(self.memory[offset:end]) + b"\x90\x00" if end <= SIZE else b"\x6b\x00"
        data = sent[5:]
        if len(data) != sent[4] or offset + len(data) > SIZE:
            return b"\x67\x00"
        self.memory[offset : offset + len(data)] = data
        self.writes.append((offset, len(data)))
        return b"\x90\x00"
