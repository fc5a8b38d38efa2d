"""What the printer keeps without power (memori tetap): settings and where its counters began.

Cards are not kept here: they lie where they lie, and the truth file says where. A counter
shown is what the truth counted, plus a beginning, and turns over at 32 bits; so it can
never disagree with what physically happened, whatever moment the power goes.
"""

from pathlib import Path

import msgspec
from attrs import define, field

from ektp_firmware_evolis.words import RIBBONS

FILE = "memory.json"
COUNTER_BITS = 32
RIBBON = "ymcko"
_PLAIN = {
    "Rx": "0",
    "Ry": "0",
    "Rnl": "1016",
    "Rrm": "0",
    "Rl;y": "20",
    "Rl;m": "20",
    "Rl;c": "20",
    "Rc;a": "10;10;10;10;10",
}


@define
class Kept:
    """Everything that lasts.

    Attributes:
        error_mode: the saved one.
        began: what each counter showed when the machine was made, by its letter.
        plain: settings that are only ever read here, by their reading command.
        ribbon: kind of the ribbon put in last.
    """

    error_mode: int = 0
    insertion: str = "F"
    speed: str = "s"
    ejection: str = "s"
    ribbon: str = RIBBON
    cleanings: int = 0
    began: dict[str, int] = field(factory=dict)
    plain: dict[str, str] = field(factory=lambda: dict(_PLAIN))


@define
class Memory:
    """The chip it is kept in: a file of the printer's folder, replaced as a whole."""

    folder: Path
    kept: Kept = field(factory=Kept)

    def load(self) -> None:
        """Read it as after switching on; a machine just made has what the factory gave it."""
        path = self.folder / FILE
        if path.exists():
            self.kept = msgspec.json.decode(path.read_bytes(), type=Kept)

    def save(self) -> None:
        """Keep what stands in `kept` now."""
        draft = self.folder / f"{FILE}.new"
        draft.write_bytes(msgspec.json.encode(self.kept))
        draft.replace(self.folder / FILE)

    def shown(self, letter: str, counted: int) -> int:
        """What a counter shows when the truth counted so many."""
        return (self.kept.began.get(letter, 0) + counted) % (1 << COUNTER_BITS)

    def near_the_end(self, letter: str, counted: int, left: int) -> None:
        """Let a counter stand `left` before it turns over."""
        self.kept.began[letter] = (1 << COUNTER_BITS) - left - counted
        self.save()

    def put_in(self, ribbon: str) -> None:
        """Another ribbon lies in the machine; it is read from the ribbon's own tag."""
        if ribbon in RIBBONS:
            self.kept.ribbon = ribbon
            self.save()
