"""The authority's script as values (naskah APDU): what is sent to a chip, and which answers are good.

A script is data: command bytes with holes, expected status words, and loops over blocks.
Nothing in it is executed, and it cannot branch. Its bytes may hold what the authority keeps
to itself, so no error here quotes them: a line number and a reason are enough.
"""

from attrs import field, frozen

from ektp_core.boundary.card_printer import DriverError, Station


class ScriptRefused(DriverError):
    """The script cannot be used; says the line and why, never what stands there."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(f"script line {line}: {why}")


@frozen
class Hole:
    """A place in a command that is filled when it is sent.

    Attributes:
        name: content, length, block, offset, count or index.
        first, second: its numbers; for `content` offset and length, for others the width in bytes.
    """

    name: str
    first: int = 0
    second: int = 0


@frozen
class Pattern:
    """A status word in which some half bytes may be anything."""

    value: int
    mask: int

    def fits(self, status: int) -> bool:
        """Whether a status word is meant."""
        return status & self.mask == self.value


@frozen
class Command:
    """One line that is sent.

    Attributes:
        accepts: with these answers the script goes on; with any other it stops.
        empties: with these the chip was never written (read-back) or shows no number (read-uid).
        takes: whether the data of the answer are what was asked for.
    """

    line: int
    parts: tuple[bytes | Hole, ...] = field(repr=False)
    accepts: tuple[Pattern, ...]
    empties: tuple[Pattern, ...] = ()
    takes: bool = False

    def has(self, name: str) -> bool:
        """Whether one of its holes has that name."""
        return any(isinstance(one, Hole) and one.name == name for one in self.parts)


@frozen
class Each:
    """Commands repeated for every block; goes on where what was written or taken before it ended.

    Attributes:
        size: bytes of one block.
        index: number of the first block, for chips that count blocks.
        pads: whether the last block is filled up, for chips that know whole blocks only.
    """

    line: int
    size: int
    index: int
    pads: bool
    commands: tuple[Command, ...]


Section = tuple[Command | Each, ...]


@frozen
class Script:
    """A whole script, checked.

    Attributes:
        most: the longest content the chip takes, in bytes, without its seal.
        empty: how a byte reads that was never written.
        digest: SHA-256 of the file, hexadecimal.
    """

    card: str
    version: str
    station: Station
    most: int
    empty: int
    digest: str
    read_uid: Section
    write: Section
    read_back: Section

    @property
    def title(self) -> str:
        """What it is called in messages."""
        return f"{self.card} {self.version}"
