"""A printer and its chip reader as one device (pencetak dengan penulis chip).

The printer carries the card, the reader speaks to its chip; above them nobody can tell. Runs
in the driver's process. What the printer does stays the printer's word: only `read_uid`,
`read_chip` and `encode` are the reader's, and the card is moved to where the reader has its
coil or its contacts. A printer that cannot hold a card there has no chip reader: a card that
people carry between the two is another card as soon as nobody looks.

`EncoderAlone` is a reader without its printer, for people who set it up: it tells who it is and
the UID of a card that lies there, and has no other word.
"""

from hashlib import sha256
from typing import cast

import pluggy
from attrs import define, evolve, field

from ektp_core.boundary.card_printer import Can, Capabilities, CardPrinter, DriverError, Identity, Settings, Station
from ektp_core.boundary.chip_encoder import ChipEncoder, EncoderInfo

#: How long the reader may take to be there.
CONNECT_MS = 5_000

_NEEDS = {Station.CONTACTLESS: Can.CONTACTLESS_STATION, Station.CONTACT: Can.CONTACT_STATION}
_REMOVE = (
    "remove encoder, encoder_address and encoder_script of this printer from station.toml; "
    'a station that has it makes cards without a chip (profile = "no-chip")'
)


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
    device: CardPrinter | None, manager: pluggy.PluginManager, kind: str, address: str, script: str
) -> CardPrinter:
    """The printer together with its chip reader; either alone where the other is not named.

    Raises:
        DriverError, DriverLost: the reader cannot be used.
    """
    if not kind and device is not None:
        return device
    encoder = open_encoder(manager, kind, address, script)
    info = encoder.connect(CONNECT_MS)
    return cast(CardPrinter, WithEncoder(device, encoder, info) if device else EncoderAlone(encoder, info))


@define(eq=False)
class EncoderAlone:
    """Of a `CardPrinter` only the words that change nothing."""

    encoder: ChipEncoder
    info: EncoderInfo

    def identify(self, timeout_ms: int) -> Identity:
        """The reader's full name as serial, the script's title as model and its digest as firmware."""
        return Identity("", self.info.script, self.info.reader, self.info.script_digest)

    def read_uid(self, timeout_ms: int) -> str:
        """The UID of a chip that lies there; empty when none can be read."""
        return self.encoder.uid(timeout_ms)

    def close(self) -> None:
        """Let go of it."""
        self.encoder.close()


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
        if Can.OPAQUE_QUEUE in found.can:
            why = "a printer behind a queue cannot hold a card at a chip reader, nor show which card it printed"
            raise DriverError(f"{why}: {_REMOVE}")
        if _NEEDS[self.info.station] not in found.can:
            why = f"the printer has no place {self.info.station.value}, which its chip reader needs"
            raise DriverError(f"{why}: {_REMOVE}")
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
        self._uid = ""
        self._uid = self.encoder.uid(timeout_ms)
        return self._uid

    def read_chip(self, timeout_ms: int) -> bytes | None:
        """What the chip that was read before holds.

        Raises:
            DriverError: also when another card lies at the reader, or none was read since the feed.
        """
        return self.encoder.read(self._uid, timeout_ms)

    def encode(self, content: bytes, timeout_ms: int) -> bytes:
        """Write the chip that was read before, and no other, and return what was read back.

        A process that was started anew has read none: then the station looks, reads the chip, compares
        it with the one bound to the card, and orders the writing again.

        Raises:
            DriverError: also when another card lies at the reader, or none was read since the feed;
                then nothing was written.
        """
        if not self._uid:
            raise DriverError("no chip was read since this card was fed, so none is written")
        return self.encoder.encode(content, self._uid, timeout_ms)

    def close(self) -> None:
        """Let go of both."""
        self.encoder.close()
        self.printer.close()
