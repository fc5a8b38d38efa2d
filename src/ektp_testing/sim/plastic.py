"""Cards as plastic (kartu sebagai benda): the truth no program under test can write.

A card is where hands and machines put it, bears what ink and chip writer left on it, and is
good when it was marked to the end without a flaw. Books are judged by this, never the other
way round.
"""

from attrs import define

#: Places where people can pick a card up and look at it.
ON_THE_TABLE = ("output", "reject", "table")


@define(eq=False)
class Card:
    """One piece of plastic.

    Attributes:
        place: hopper, inside, output, reject, table, drawer, safe, gone (stolen or lost), away (a thief's tray).
        job: the job that put ink on it, `record/n/try`.
    """

    number: int
    uid: str
    place: str = "drawer"
    machine: str = ""
    written: bytes = b""
    is_half_written: bool = False
    job: str = ""
    is_complete: bool = False
    flaw: str = ""
    has_dead_chip: bool = False

    @property
    def is_good(self) -> bool:
        """Marked to the end, and nothing wrong with it."""
        return self.is_complete and not self.flaw

    @property
    def is_untouched(self) -> bool:
        """Still a usable blank."""
        return not (self.job or self.written or self.flaw or self.has_dead_chip)

    @property
    def attempt(self) -> str:
        """The attempt it was made for, `record/n`; empty for a blank."""
        return self.job.rpartition("/")[0]

    @property
    def record(self) -> str:
        """The record it was made for."""
        return self.attempt.rpartition("/")[0]
