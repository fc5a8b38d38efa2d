"""What writes a card's chip beside or inside a printer (penulis chip).

Many printers only carry the card to a contact or contactless station; the chip is reached
through a reader of its own. What is sent to the chip is a script of the authority that owns
the card's layout; no secret of a real card is known here.

As with a printer, no operation retries inside, each takes a deadline, and each returns or
raises `DriverError`. After an error in `encode` the truth is what `read` still shows. It
knows nothing of records, locks or the person: bytes in, bytes back.

Reading and writing name the chip they are meant for: whoever can lay a card down can also swap
it, so each compares the UID and does its work while the chip is held, and does nothing to another.
"""

import re
from typing import Protocol, runtime_checkable

from attrs import frozen

from ektp_core.boundary.card_printer import Station

#: The numbers PC/SC puts behind a reader's name; they change when it is plugged in elsewhere.
_NUMBERS = re.compile(r" (?:[0-9A-F]{2} [0-9A-F]{2}|[0-9]{1,2})$")


def bare_name(reader: str) -> str:
    """A reader's name without the numbers behind it.

    >>> bare_name("ACME Desk Reader [CL] (007) 00 01"), bare_name("ACME Desk Reader 0")
    ('ACME Desk Reader [CL] (007)', 'ACME Desk Reader')
    """
    return _NUMBERS.sub("", reader)


@frozen
class EncoderInfo:
    """Which reader was found and by which script it writes.

    Attributes:
        station: where the printer has to hold the card for it.
        script_digest: SHA-256 of the script as it was read, hexadecimal.
    """

    reader: str
    station: Station
    script: str
    script_digest: str


@runtime_checkable
class ChipEncoder(Protocol):
    """One open chip reader with its script. All operations block until `timeout_ms` at most.

    Raises:
        DriverTimeout, DriverLost, DriverError: as their names say. None of them means that
        nothing happened. Their texts never quote the script or the content.
    """

    def connect(self, timeout_ms: int) -> EncoderInfo:
        """Find the reader; a card need not be there."""

    def uid(self, timeout_ms: int) -> str:
        """The chip's UID (hexadecimal); empty when there is no readable chip."""

    def read(self, uid: str, timeout_ms: int) -> bytes | None:
        """What the chip with this UID holds: empty bytes if nothing was written yet, None if neither whole nor empty.

        Raises:
            DriverError: also when another chip is there, or `uid` is empty.
        """

    def encode(self, content: bytes, uid: str, timeout_ms: int) -> bytes:
        """Write the chip with this UID and return what was read back.

        Raises:
            DriverError: also when another chip is there, or `uid` is empty; then nothing was written.
        """

    def close(self) -> None:
        """Let go of the reader."""
