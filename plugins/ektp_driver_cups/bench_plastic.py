"""The plastic of the bench (kartu di meja uji): every blank as it is, in one small file behind a lock.

The printer's program and the bench are different processes; whoever looks or changes holds the
lock. Nothing of the driver reads it.
"""

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from attrs import define, field

FILE = "plastic.json"


@define(eq=False)
class Plastic:
    """Cards in the order they were loaded, what strikes next, and how long a card takes.

    Attributes:
        cards: one dictionary each, with the fields of `CardOnBench`.
        strikes: names of what goes wrong with the next cards, in order.
        is_troubled: the printer shows an error that a person has to clear.
    """

    cards: list[dict[str, Any]] = field(factory=list)
    strikes: list[str] = field(factory=list)
    card_ms: int = 400
    is_troubled: bool = False

    def next_blank(self) -> dict[str, Any] | None:
        """The card the hopper gives next."""
        return next((one for one in self.cards if one["lies"] == "hopper"), None)


@contextmanager
def plastic(folder: Path) -> Iterator[Plastic]:
    """Hold the lock, look, change; what was changed is written back."""
    path = folder / FILE
    with path.open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        text = path.read_text(encoding="utf-8")
        held = Plastic(**json.loads(text)) if text else Plastic()
        yield held
        plain = {"cards": held.cards, "strikes": held.strikes, "card_ms": held.card_ms}
        plain["is_troubled"] = held.is_troubled
        path.write_text(json.dumps(plain), encoding="utf-8")
