"""One printer in its worker's hands (pencetak di tangan pekerja): opened, checked, and given orders.

A device is used only after its dangerous habits were seen to be off and it is reserved for
us; whenever anything goes wrong the line is given up, so that what comes next begins with a
new one and checks again. The picture is drawn before the blank is fed: a record without its
personal data costs no blank. Whatever is raised below becomes a result; what it means for
the card is not known here.
"""

from collections.abc import Callable
from contextlib import suppress

from attrs import define, evolve, field

from ektp_core.boundary.card_printer import Artwork, Capabilities, DriverError, DriverLost, Settings
from ektp_core.errors import Refused
from ektp_station.acts import Act, Failed, Order, Result, perform
from ektp_station.config import PrinterConfig
from ektp_station.driver_link import DriverLink, RemotePrinter
from ektp_station.logs import place_of
from ektp_station.picture import specimen

OWNER = "ektp"


@define(eq=False)
class Machine:
    """A printer as `station.toml` names it.

    Attributes:
        draw: the card's picture, from the digest of the personal data.
    """

    config: PrinterConfig
    draw: Callable[[bytes], Artwork]
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
            DriverError: it is not there, not ours, or keeps settings that let it print by itself.
        """
        try:
            return self._connected().capabilities(self.config.timeout_ms)
        except DriverError:
            self.let_go()
            raise

    def carry_out(self, order: Order) -> Result:
        """Carry an order out; there is always a result."""
        try:
            result = perform(self._connected(), order, self._art(order), self.config.timeout_ms)
        except DriverError as error:
            result = Failed(f"{type(error).__name__}: {error}")
        except Refused as refused:
            result = Failed(str(refused))
        except Exception as error:  # noqa: BLE001  # without a result the press would wait for ever
            result = Failed(place_of(error))
        if isinstance(result, Failed):
            self.let_go()  # whatever state the line is in, the next look begins with a new one
        return result

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
            self._link = DriverLink(self.config.driver, self.config.address, self.config.serial, starts=False)
        if self._is_over:
            raise DriverLost("the station ends")
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
        if evolve(printer.configure(wanted, self.config.timeout_ms), digest="") != wanted:
            raise DriverError("the device keeps settings that let it print by itself")
        printer.reserve(OWNER, self.config.timeout_ms)
        return printer

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
