"""One printer in its worker's hands (pencetak di tangan pekerja): opened, checked, and given orders.

A device is used only after its dangerous habits were seen to be off and it is reserved for
us; whenever anything goes wrong the line is given up, so that what comes next begins with a
new one and checks again. The picture is drawn before the blank is fed: a record without its
personal data costs no blank. Whatever is raised below becomes a result; what it means for
the card is not known here.
"""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from attrs import define, field, frozen

from ektp_core.boundary.card_printer import Artwork, Can, Capabilities, DriverError, DriverLost, ResetLevel, Settings
from ektp_core.errors import Refused
from ektp_core.vocabulary.state import Profile
from ektp_station.acts import Act, Failed, Order, Result, failed, perform
from ektp_station.config import PrinterConfig, StationConfig
from ektp_station.driver_link import DriverLink, RemotePrinter
from ektp_station.driver_list import AllowedDriver, permits
from ektp_station.driver_seen import DriverSeen, drift_of
from ektp_station.logs import fault_of
from ektp_station.picture import specimen
from ektp_station.sandbox import Wanted

OWNER = "ektp"
LONGEST_DIGEST = 128
#: A queue makes a whole card in one operation, and is told to cancel it when its time is over.
LEAST_QUEUE_MS = 60_000

#: What each setting means that is not as the host requires it.
_HABITS = {
    "host_handles_errors": "it settles errors by itself",
    "device_retries": "it tries again by itself",
    "copies": "it makes more than one copy",
    "keeps_bitmaps": "it keeps pictures and prints from memory",
}
_DANGERS = Can.RETRIES_BY_ITSELF | Can.PRINTS_FROM_MEMORY


@frozen
class House:
    """What a printer's driver has to know of the station around it.

    Attributes:
        folder: the station's, which no driver sees. sandbox: as station.toml wants it.
        allowed: drivers of other distributions. profile: how cards are made; None where nothing is printed.
        digest: of the printer's settings as they were last; empty if they were never seen.
        tells: whether what the driver prints is logged.
    """

    folder: Path | None = None
    sandbox: Wanted = Wanted.USE
    allowed: tuple[AllowedDriver, ...] = ()
    profile: Profile | None = None
    digest: str = ""
    tells: bool = True


def house_of(config: StationConfig, folder: Path, digest: bytes | None) -> House:
    """The house of a station. `digest`: as its book noted it."""
    return House(folder, config.sandbox, config.drivers, config.profile, (digest or b"").decode("ascii", "replace"))


@define(eq=False)
class Machine:
    """A printer as `station.toml` names it.

    Attributes:
        draw: the card's picture, from the digest of the personal data.
        seen: what its driver showed when the device was opened last; None before that.
    """

    config: PrinterConfig
    draw: Callable[[bytes], Artwork]
    house: House = field(factory=House)
    seen: DriverSeen | None = field(init=False, default=None)
    _link: DriverLink | None = None
    _is_over: bool = False
    _drawn: tuple[bytes, Artwork] | None = field(default=None, repr=False)

    def kill(self) -> None:
        """End the driver at once, from any thread, and start none again."""
        self._is_over = True
        if self._link:
            self._link.kill()

    @property
    def pid(self) -> int | None:
        """Process id of the driver, while there is one."""
        return self._link.pid if self._link else None

    def open(self) -> Capabilities:
        """Open the device and say what it can do.

        Raises:
            DriverError: it is not there, not ours, its driver is not allowed, it keeps settings that let it print
                by itself or cannot show them, or it cannot make cards as station.toml says.
        """
        try:
            found = self._connected().capabilities(self.config.timeout_ms)
            self._check_able(found.can)
            return found
        except DriverError:
            self.let_go()
            raise

    def carry_out(self, order: Order) -> Result:
        """Carry an order out; there is always a result."""
        try:
            printer = self._connected()
            self._check_begin(order)
            result = perform(printer, order, self._art(order), self.config.timeout_ms)
        except DriverError as error:
            result = failed(error)
        except Refused as refused:
            result = Failed(str(refused))
        except Exception as error:  # noqa: BLE001  # without a result the press would wait for ever
            result = Failed(fault_of(error), is_silent=True)
        if isinstance(result, Failed):
            # Whatever state the line is in, the next look begins with a new one. What a driver knew of its job only
            # in memory ends with it: then people judge the card, and nothing is believed of a process that failed.
            self.let_go()
        return result

    def reset(self, level: ResetLevel) -> bool:
        """Reset the device; only for a person who ordered it, and who saw that no card is inside.

        Returns whether it answered to that: one that starts anew breaks its line, and nobody knows more.

        Raises:
            DriverError: as `open` does; or the device refuses, as it does with a card inside.
        """
        try:
            printer = self._connected()
            try:
                printer.reset(level, self.config.timeout_ms)
            except DriverLost:
                if level is not ResetLevel.REBOOT:
                    raise
                return False
            return True
        finally:
            self.let_go()

    def let_go(self) -> None:
        """End the driver process, if there is one."""
        if self._link:
            with suppress(OSError):
                self._link.close()

    def _connected(self) -> RemotePrinter:
        """The printer on a line that was checked; a new line where the old one is gone."""
        if self._link and not self._link.lost:
            return RemotePrinter(self._link)
        if not self._link:
            one = self.config
            encoder = one.encoder_at if one.encoder else None
            self._link = DriverLink(
                one.driver, one.address, one.serial, starts=False, encoder=encoder, sandbox=self.house.sandbox,
                folder=self.house.folder, tells=self.house.tells,
            )  # fmt: skip
        if self._is_over:
            raise DriverLost("the station ends")
        # Looked at for each process: what was installed since is another driver.
        self._link.permits = permits(self.config.driver, self.config.encoder, self.house.allowed)
        self._link.restart()
        try:
            return self._checked(RemotePrinter(self._link))
        except BaseException:
            self.let_go()  # or the next order would find a line nobody checked
            raise

    def _checked(self, printer: RemotePrinter) -> RemotePrinter:
        """It is the one meant, its dangerous habits are off as read back, and nobody else starts a card."""
        serial = printer.identify(self.config.timeout_ms).serial
        if serial != self.config.serial:
            raise DriverError(f"the device says it is {serial[:40]} and not {self.config.serial}")
        wanted = Settings()
        found = printer.configure(wanted, self.config.timeout_ms)
        kept = [says for name, says in _HABITS.items() if getattr(found, name) != getattr(wanted, name)]
        if kept:
            raise DriverError(f"the device keeps settings that let it print by itself: {', '.join(kept)}")
        printer.reserve(OWNER, self.config.timeout_ms)
        self._note(found.digest)
        return printer

    def _note(self, digest: str) -> None:
        """What is to be told of this line: its sandbox, and settings that are not as they were."""
        held = self._link.held if self._link else None
        digest = digest if digest.isprintable() and len(digest) <= LONGEST_DIGEST else "too long"
        known = self.seen.digest if self.seen and not self.seen.drift else self.house.digest
        drift = drift_of(self.config.settings_digest, known, digest)
        if self.seen and self.seen.drift and not self.config.settings_digest:
            drift = drift or self.seen.drift  # set back by whoever set it: a person looks all the same
        missing = ", ".join(one.value for one in held.missing) if held else ""
        self.seen = DriverSeen(self.config.name, held.in_words if held else "", missing, digest, drift)

    def _check_begin(self, order: Order) -> None:
        """The last moment before a blank is taken: a line that is new since the card was given may show drift."""
        if order.act is Act.FEED and self.seen and self.seen.drift:
            raise DriverError(self.seen.drift)

    def _check_able(self, can: Can) -> None:
        if can & _DANGERS and not (self.seen and self.seen.digest):
            raise DriverError("the device has a habit of printing by itself and does not show its settings")
        if Can.OPAQUE_QUEUE in can and self.config.timeout_ms < LEAST_QUEUE_MS:
            raise DriverError(
                f"a queue makes a whole card in one operation, and {self.config.timeout_ms} ms may cancel it midway: "
                "set timeout_ms = 180000 for this printer in station.toml"
            )
        if self.house.profile in {None, Profile.NO_CHIP}:
            return
        if Can.OPAQUE_QUEUE in can:
            raise DriverError(
                "cards are made with a chip here, and no card behind a queue can be held at a chip reader: "
                'set profile = "no-chip" in station.toml, or print on another printer'
            )
        if Can.READS_UID not in can:
            raise DriverError(
                "cards are made with a chip here, and this printer cannot reach one: "
                'set profile = "no-chip", or give it a chip reader (encoder) in station.toml'
            )
        if self.house.profile is Profile.PRINT_FIRST and Can.HOLD_AFTER_PRINT not in can:
            raise DriverError(
                'profile = "print-first" writes the chip of a card that is printed already, and this printer '
                'does not keep it inside: set profile = "encode-first" in station.toml'
            )

    def _art(self, order: Order) -> Artwork | None:
        """The picture: drawn for the feed, used for the picture's download, kept no longer."""
        kept, self._drawn = self._drawn, None
        match order.act:
            case Act.FEED:
                self._drawn = (order.payload, self._picture(order.payload))
            case Act.PREPARE:
                return kept[1] if kept and kept[0] == order.payload else self._picture(order.payload)
            case Act.READ_UID | Act.ENCODE:
                self._drawn = kept
        return None

    def _picture(self, payload: bytes) -> Artwork:
        """The card of a record; a test card where there is none."""
        return self.draw(payload) if payload else specimen()
