"""What happened to a station's book as a whole (pindah buku): it was packed, and it was opened elsewhere."""

from enum import Enum
from typing import ClassVar

from attrs import frozen


class Coming(Enum):
    """How a copy of a book came to where it is."""

    MOVED = "moved"  # from the file `ektp station move` wrote: the book it came from had stopped for ever
    RESTORED = "restored"  # from a backup: the book it came from may have gone on
    DOUBTED = "doubted"  # nobody knows: a printer had fed more cards than it knew of, and two people opened that


@frozen
class BookMoved:
    """A station's book was packed to go on elsewhere; this copy takes nothing more.

    `token`: made for this move and bound into the file, so that the file of an older move is not taken for it.
    """

    KIND: ClassVar[int] = 102
    station: str
    to: str
    token: str
    by: tuple[str, ...]


@frozen
class BookArrived:
    """A copy of a station's book was opened and goes on. `n`: the number of the commit this stands in."""

    KIND: ClassVar[int] = 103
    station: str
    how: Coming
    token: str
    n: int


MovingEvent = BookMoved | BookArrived
