"""What writes a card's chip beside or inside a printer (penulis chip).

Many printers only carry the card to a contact or contactless station; the chip is reached
through a reader of its own. What is sent to the chip is a script of the authority that owns
the card's layout; no secret of a real card is known here.

As with a printer, no operation retries inside, each takes a deadline, and each returns or
raises `DriverError`. After an error in `encode` the truth is what `read` still shows. It
knows nothing of records, locks or the person: bytes in, bytes back.
"""

from typing import Protocol, runtime_checkable

from attrs import frozen

from ektp_core.boundary.card_printer import Station


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

    def read(self, timeout_ms: int) -> bytes | None:
        """What the chip holds: empty bytes if nothing was written yet, None if neither whole nor empty."""

    def encode(self, content: bytes, timeout_ms: int) -> bytes:
        """Write the chip and return what was read back."""

    def close(self) -> None:
        """Let go of the reader."""
