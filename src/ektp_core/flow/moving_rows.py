"""Where a station's book goes on (baris pindah buku)."""

from typing import ClassVar

from attrs import frozen

from ektp_core.flow.moving_events import Coming


@frozen
class BookPlace:
    """The last move or arrival of a station's book. `n`: the commit of the arrival, 0 while it is packed.

    `doubted_m`: what came with the feed up to this entry may be printed already. `was_restored`: from a backup,
    ever: a printer the copy did not know of may have printed for the book that is gone.
    """

    TABLE: ClassVar[int] = 72
    KEY: ClassVar[int] = 1
    station: str
    is_packed: bool
    to: str
    token: str
    how: Coming | None = None
    n: int = 0
    doubted_m: int = 0
    was_restored: bool = False


MovingRow = BookPlace
