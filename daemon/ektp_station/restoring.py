"""Whether a restored copy is older than what the hub has taken (salinan usang): asked before anything is signed.

The hub's public page is not signed, so it only ever refuses: a copy it does not contradict still
waits for the hub's signed receipt. A copy that is refused here has said nothing to the hub, and the
station itself, should it still be somewhere, is not stopped by it.
"""

from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Any

from ektp_core.errors import Refusal, Refused
from ektp_core.flow.view import View
from ektp_station.book_reading import book_read
from ektp_station.config import load_config
from ektp_station.hub_page import look_at_hub


class Answered(Enum):
    """What the hub said before a restored copy is used."""

    FITS = "it contradicts nothing"
    AWAY = "it was not reached"
    UNKNOWN = "it does not know this station"


def check_not_older(folder: Path, station: str, key: bytes | None) -> Answered:
    """What the hub's page says of this copy.

    Raises:
        Refused: ROLLED_BACK when the hub has taken commits this copy does not hold.
    """
    seen = look_at_hub(load_config(folder).hub, station)
    if seen is None:
        return Answered.AWAY
    if seen.station is None:
        return Answered.UNKNOWN
    with book_read(folder, key) as book:
        compare(book.view, seen.station)
    return Answered.FITS


def compare(view: View, seen: Mapping[str, Any]) -> None:
    """What the hub took last must stand in this book.

    Raises:
        Refused: ROLLED_BACK.
    """
    n = seen.get("chain_n")
    head = view.head_of(n) if isinstance(n, int) and n > 0 else None
    if isinstance(n, int) and n > 0 and (head is None or head.hex() != seen.get("chain_head")):
        raise Refused(Refusal.ROLLED_BACK, {"n": n})
