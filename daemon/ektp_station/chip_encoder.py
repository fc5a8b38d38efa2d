"""A printer and its chip reader as one device (pencetak dengan penulis chip).

The printer carries the card, the reader speaks to its chip; above them nobody can tell. Runs
in the driver's process. What the printer does stays the printer's word: only `read_uid`,
`read_chip` and `encode` are the reader's, and the card is moved to where the reader has its
coil or its contacts.
"""

from hashlib import sha256
from typing import cast

import pluggy
from attrs import define, evolve, field

from ektp_core.boundary.card_printer import Can, Capabilities, CardPrinter, DriverError, Settings, Station
from ektp_core.boundary.chip_encoder import ChipEncoder, EncoderInfo

#: How long the reader may take to be there.
CONNECT_MS = 5_000

_NEEDS = {Station.CONTACTLESS: Can.CONTACTLESS_STATION, Station.CONTACT: Can.CONTACT_STATION}
#: Of these people carry the card to a reader that stands beside the printer.
_CARRIED = Can.OPAQUE_QUEUE | Can.MANUAL_FEED


def open_encoder(manager: pluggy.PluginManager, kind: str, address: str, script: str) -> ChipEncoder:
    """Open the reader named.

    Raises:
        DriverError: no plugin is called so, or the script is refused.
    """
    encoder: ChipEncoder | None = manager.hook.ektp_open_encoder(kind=kind, address=address, script=script)
    if encoder is None:
        raise DriverError(f"no chip encoder is called {kind}")
    return encoder


def with_encoder(
    device: CardPrinter, manager: pluggy.PluginManager, kind: str, address: str, script: str
) -> CardPrinter:
    """The printer together with its chip reader; the printer alone where no kind is named.

    Raises:
        DriverError, DriverLost: the reader cannot be used.
    """
    if not kind:
        return device
    encoder = open_encoder(manager, kind, address, script)
    return cast(CardPrinter, WithEncoder(device, encoder, encoder.connect(CONNECT_MS)))


@define(eq=False)
class WithEncoder:
    """A `CardPrinter` whose chip work is done by an encoder; every other word goes to the printer."""

    printer: CardPrinter
    encoder: ChipEncoder
    info: EncoderInfo
    _uid: str = field(init=False, default="")

    def __getattr__(self, name: str) -> object:
        return getattr(self.printer, name)

    def capabilities(self, timeout_ms: int) -> Capabilities:
        """What both can do together.

        Raises:
            DriverError: the printer cannot hold a card where the reader needs it.
        """
        found = self.printer.capabilities(timeout_ms)
        if not found.can & (_NEEDS[self.info.station] | _CARRIED):
            raise DriverError(f"the printer has no {self.info.station.value} station, which its chip reader needs")
        return evolve(found, can=found.can | Can.READS_UID | Can.READS_CHIP)

    def configure(self, settings: Settings, timeout_ms: int) -> Settings:
        """The printer's settings as read back; their digest also covers the script."""
        found = self.printer.configure(settings, timeout_ms)
        both = f"{found.digest} {self.info.script_digest}"
        return evolve(found, digest=sha256(both.encode()).hexdigest())

    def feed(self, timeout_ms: int) -> None:
        """Take one blank; whichever chip was read before is not this one's."""
        self._uid = ""
        self.printer.feed(timeout_ms)

    def move(self, to: Station, timeout_ms: int) -> None:
        """Move the card; on the way to a chip, to where this reader needs it."""
        self.printer.move(to if to is Station.HEAD else self.info.station, timeout_ms)

    def read_uid(self, timeout_ms: int) -> str:
        """The chip's UID; empty when no chip can be read at the reader."""
        self._uid = self.encoder.uid(timeout_ms)
        return self._uid

    def read_chip(self, timeout_ms: int) -> bytes | None:
        """What the chip holds."""
        return self.encoder.read(timeout_ms)

    def encode(self, content: bytes, timeout_ms: int) -> bytes:
        """Write the chip that was read before, and no other, and return what was read back.

        Raises:
            DriverError: also when another card lies at the reader; then nothing was written.
        """
        if self._uid and self.encoder.uid(timeout_ms) != self._uid:
            raise DriverError("another card lies at the chip reader than the one that was read")
        return self.encoder.encode(content, timeout_ms)

    def close(self) -> None:
        """Let go of both."""
        self.encoder.close()
        self.printer.close()
