"""Is the station alive, and can it print (kesehatan): for a service manager or a monitor, with reasons in plain words.

Alive is the main loop, which owns the book: it goes round many times a second. Ready is a station that
would begin a card if it had one, by the very question that is asked before one is begun. A dead line to
the hub is no reason: cards are printed without it.
"""

from collections.abc import Mapping
from typing import Any

from attrs import frozen

#: A main loop that did not go round for so long is not alive; a commit on a slow disk takes seconds.
ALIVE_MS = 30_000

#: Phases of a printer that is no use now.
_AWAY = frozenset({"away", "shut"})


@frozen
class Health:
    """Alive, ready, and why not."""

    is_live: bool
    is_ready: bool
    why: tuple[str, ...]

    def as_plain(self) -> dict[str, Any]:
        """For the page."""
        return {"live": self.is_live, "ready": self.is_ready, "why": list(self.why)}


def health(now: Mapping[str, Any], since_turn_ms: int) -> Health:
    """From what the station shows and how long ago its main loop went round."""
    is_live = since_turn_ms <= ALIVE_MS
    why = [] if is_live else [f"the main loop has not gone round for {since_turn_ms // 1000} s"]
    if now.get("none_begins"):
        why.append(f"no card is begun: {now['none_begins']}")
    if not any(one["takes_cards"] and one["phase"] not in _AWAY for one in now.get("printers", ())):
        why.append("no printer can take a card")
    return Health(is_live, not why, tuple(why))
