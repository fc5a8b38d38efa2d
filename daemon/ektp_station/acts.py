"""What the station lets a printer do (perintah ke pencetak): plain values, and how each is carried out.

One act is one thing to be done between two durable steps. `perform` runs in the printer's
own worker and talks to the driver; it retries nothing. Whatever goes wrong comes back as
`Failed`, which says nothing about the card: that is asked for by a look afterwards.
"""

from enum import Enum

from attrs import evolve, field, frozen

from ektp_core.boundary.card_printer import (
    Artwork,
    Bin,
    CardPosition,
    CardPrinter,
    DriverError,
    DriverLost,
    DriverTimeout,
    JobRecord,
    Look,
    PrintToken,
    Recovery,
    Supply,
)
from ektp_core.boundary.card_printer import Station as Place
from ektp_core.vocabulary.verdict import Outcome

#: Where a card may be moved to the reader from. A card at the exit is moved back only where its chip is at
#: stake: a profile that prints first encodes from there.
_INSIDE_AND_FREE = frozenset(
    {
        CardPosition.HOPPER_EXIT,
        CardPosition.CONTACT,
        CardPosition.CONTACTLESS,
        CardPosition.FLIP,
        CardPosition.HEAD,
    }
)


class Act(Enum):
    """One thing for a printer to do."""

    LOOK = "look"
    FEED = "feed"
    READ_UID = "read the chip"
    PREPARE = "load the picture"
    ENCODE = "write the chip"
    MARK = "print"
    EJECT = "move the card out"
    SET_ASIDE = "move the card to the reject tray"
    CLEAR = "clear the error"  # only when a person orders it
    CHECK = "say how it is"


@frozen
class Order:
    """An act with all it needs. `payload` names the personal data the shell draws the card from.

    A look with `chip` also reads what the chip holds and compares it with that.
    """

    act: Act
    token: PrintToken | None = None
    payload: bytes = field(default=b"", repr=False)
    chip: bytes = field(default=b"", repr=False)

    @property
    def job_key(self) -> str:
        """The job's name towards the device, empty before there is one."""
        return self.token.job_key if self.token else ""


@frozen
class Done:
    """What came of an act: a look at the device after it, and what the act itself returned."""

    look: Look
    uid: str = ""
    chip_fits: bool | None = None
    chip_written: bool | None = None  # by a look: holds all that was ordered (True), holds nothing (False)
    chip_wrong: bool = False  # by a look: it was read, and holds a part of it or something else
    job: JobRecord | None = None
    supplies: tuple[Supply, ...] = ()  # of a check


@frozen
class Failed:
    """The act did not end as agreed; what became of the card is not known from this."""

    why: str
    is_silent: bool = False  # the driver or the device is gone or did not answer: nobody knows what the act did


Result = Done | Failed


def perform(printer: CardPrinter, order: Order, art: Artwork | None, timeout_ms: int) -> Result:
    """Carry an order out on an open printer."""
    try:
        return _performed(printer, order, art, timeout_ms)
    except DriverError as error:
        return failed(error)


def failed(error: DriverError) -> Failed:
    """What a driver's error says of the act."""
    return Failed(words_of(error), isinstance(error, DriverTimeout | DriverLost))


def words_of(error: DriverError) -> str:
    """A driver's error as people read it; a class of this program says nothing to them."""
    return str(error) or "its driver does not say why"


def _performed(printer: CardPrinter, order: Order, art: Artwork | None, timeout_ms: int) -> Done:
    uid, chip_fits, job = "", None, None
    match order.act:
        case Act.LOOK:
            return _look_closely(printer, order, timeout_ms)
        case Act.CHECK:
            return _checked(printer, timeout_ms)
        case Act.FEED:
            printer.feed(timeout_ms)
        case Act.READ_UID:
            printer.move(Place.CONTACTLESS, timeout_ms)
            uid = printer.read_uid(timeout_ms)
        case Act.PREPARE:
            assert art is not None, "a card without a picture"
            printer.prepare(art, timeout_ms)
        case Act.ENCODE:
            printer.move(Place.CONTACTLESS, timeout_ms)
            chip_fits = printer.encode(order.chip, timeout_ms) == order.chip
        case Act.MARK:
            assert order.token is not None, "a mark without its token"
            printer.move(Place.HEAD, timeout_ms)
            job = printer.observe(printer.mark(order.token, timeout_ms), timeout_ms)
        case Act.EJECT:
            printer.deliver(Bin.OUTPUT, timeout_ms)
        case Act.SET_ASIDE:
            _set_aside(printer, timeout_ms)
        case Act.CLEAR:
            printer.recover(Recovery.CLEAR_ERROR, timeout_ms)
    return Done(printer.look(order.job_key, timeout_ms), uid, chip_fits, job=job)


def _checked(printer: CardPrinter, timeout_ms: int) -> Done:
    """A look and the supplies; a device that has no word for those is none the worse."""
    look = printer.look("", timeout_ms)
    try:
        return Done(look, supplies=tuple(printer.supplies(timeout_ms)))
    except (DriverTimeout, DriverLost):
        raise
    except DriverError:
        return Done(look)


def _set_aside(printer: CardPrinter, timeout_ms: int) -> None:
    """A jammed card needs the recovery an operator would order; any other is delivered."""
    if printer.status(timeout_ms).position is CardPosition.JAMMED:
        printer.recover(Recovery.REJECT_CARD, timeout_ms)
    else:
        printer.deliver(Bin.REJECT, timeout_ms)


def _look_closely(printer: CardPrinter, order: Order, timeout_ms: int) -> Done:
    """A look; a card that lies free inside is moved to the reader once, so that its chip can be named."""
    look = printer.look(order.job_key, timeout_ms)
    position = look.status.position
    is_free = position in _INSIDE_AND_FREE or (bool(order.chip) and position is CardPosition.EXIT)
    if not is_free or (look.uid and not order.chip):
        return Done(look, look.uid)
    try:
        printer.move(Place.CONTACTLESS, timeout_ms)
        uid = printer.read_uid(timeout_ms)
        is_read = bool(order.chip and uid)
        written = _written(printer, order, timeout_ms) if is_read else None
    except DriverError:
        return Done(look, look.uid)
    # A restart is told once, and the first look had it: its status would not say so again.
    again = printer.look(order.job_key, timeout_ms)
    rebooted = look.status.rebooted or again.status.rebooted
    shown = evolve(again, status=evolve(again.status, rebooted=rebooted))
    return Done(shown, uid, chip_written=written, chip_wrong=is_read and written is None)


def _written(printer: CardPrinter, order: Order, timeout_ms: int) -> bool | None:
    """Whether the chip holds what was ordered; None if it holds a part of it, or something else."""
    found = printer.read_chip(timeout_ms)
    return {order.chip: True, b"": False}.get(found) if found is not None else None


def spoiled(result: Done) -> bool:
    """Whether the device itself says that the job went wrong; one that cannot tell says nothing."""
    return result.job is not None and result.job.verdict.outcome in (Outcome.SPOILED, Outcome.NOT_STARTED)
