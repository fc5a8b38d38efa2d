"""The driver of Evolis card printers (driver Evolis): the contract, said in their language.

Every act is a few commands, each answered before the next is sent, under one deadline and
without a second try. `OK` means that the printer says it did as told: it never means a good
card. What cannot be known from public documents is not declared (PROTOCOL.md); without
status words the driver is blind, and each interrupted card is judged by people.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from attrs import define, evolve, field

from ektp_core.boundary.card_printer import (
    Artwork,
    Bin,
    Can,
    Capabilities,
    Counters,
    DriverError,
    DriverLost,
    DriverTimeout,
    Found,
    Identity,
    JobRecord,
    Look,
    PrintToken,
    Recovery,
    ResetLevel,
    Settings,
    Station,
    Status,
    Supply,
)  # fmt: skip
from ektp_driver_evolis import cards, counters, job, language, models, raster, replies, settings
from ektp_driver_evolis.conversation import Conversation, Line
from ektp_driver_evolis.job import Job
from ektp_driver_evolis.language import Command
from ektp_driver_evolis.raster import Panel
from ektp_driver_evolis.replies import Declined
from ektp_driver_evolis.seeing import Eyes, is_ribbon_at_end
from ektp_driving.deadline import Deadline

NAME = "evolis"
MAKE = "Evolis"
DPI = 300

#: What every printer of this language has by its public manual. The two dangers are switched off by `configure`.
#: Stations and the reject box differ by model. `HOLD_AFTER_PRINT` is not there: the last panel is printed by the
#: word that ejects, and nobody knows what a move to a reader does to the panel that waits.
ALWAYS = Can.FEEDER | Can.COUNTS_FED | Can.HOST_ERROR_MODE | Can.RETRIES_BY_ITSELF | Can.PRINTS_FROM_MEMORY

#: What a printer with status words shows besides. Its mark of a restart is told when it is seen, and not declared:
#: it has no number of starts, and a mark that another process saw is gone.
BY_STATUS_WORDS = Can.CARD_POSITION

_STATIONS = {Station.CONTACT: Can.CONTACT_STATION, Station.CONTACTLESS: Can.CONTACTLESS_STATION}

LATE = "the printer did not come to an end within the time"
NO_READER = "this printer has no chip reader of its own; an encoder beside it reads the chip"


@define(eq=False)
class EvolisPrinter:
    """One open Evolis printer. `used` are the tokens that were used on it in this process, and is added to."""

    found: Found
    line: Line = field(repr=False)
    _used: set[PrintToken] = field(factory=set, repr=False)
    _talk: Conversation = field(init=False, repr=False)
    _model: str = field(init=False, default="")
    _eyes: Eyes = field(init=False, repr=False)
    _owner: str = field(init=False, default="")
    _panels: tuple[Panel, ...] = field(init=False, default=(), repr=False)
    _job: Job | None = field(init=False, default=None)
    _left_by_mark: bool = field(init=False, default=False)
    _is_fresh: bool = field(init=False, default=False)  # the card inside was fed here and not marked
    _may_hold: bool = field(init=False, default=False)  # a card went in here, and was not seen to be out

    def __attrs_post_init__(self) -> None:
        self._talk = Conversation(self.line, self.found.serial)
        self._eyes = Eyes(self._talk)

    # -- who and what -------------------------------------------------------------------------

    def identify(self, timeout_ms: int) -> Identity:
        """Who is there; its serial must be the one it shows on the bus."""
        deadline = self._until(timeout_ms)
        serial = self._talk.ask(language.SERIAL, replies.serial, deadline)
        if serial != self.found.serial:
            raise DriverError(f"the printer says it is {serial} and not {self.found.serial}")
        model = self._read_model(deadline)
        firmware = self._optional(language.FIRMWARE, deadline)
        head = self._optional(language.HEAD_KIT, deadline)
        return Identity(MAKE, model, serial, firmware, head, self._device_id(deadline))

    def capabilities(self, timeout_ms: int) -> Capabilities:
        """What it can do, as far as it shows."""
        deadline = self._until(timeout_ms)
        can = ALWAYS | self._built_in(deadline)
        can |= BY_STATUS_WORDS if self._eyes.has_words(deadline) else Can.NOTHING
        ribbon = self._ribbon(deadline)
        panels = raster.RIBBONS.get(ribbon.lower(), ribbon)
        return Capabilities(can, language.HEIGHT, language.WIDTH, DPI, ribbon_panels=panels.upper())

    def reserve(self, owner: str, timeout_ms: int) -> None:
        """The language has no reservation: only the claim on the USB interface keeps others away."""
        self._talk.refuse_if_closed()
        if self._owner not in ("", owner):
            raise DriverError(f"the printer is held by {self._owner}")
        self._owner = owner

    def release(self, timeout_ms: int) -> None:
        """Forget the owner."""
        self._talk.refuse_if_closed()
        self._owner = ""

    def configure(self, settings: Settings, timeout_ms: int) -> Settings:
        """Switch off what lets it print by itself; what is returned was read back."""
        deadline = self._until(timeout_ms)
        return _configured(self._talk, settings, self._read_model(deadline), deadline)

    # -- looking ------------------------------------------------------------------------------

    def status(self, timeout_ms: int) -> Status:
        """One look."""
        return self._status(self._until(timeout_ms))

    def counters(self, timeout_ms: int) -> Counters:
        """Cards taken and panels printed."""
        return counters.read(self._talk, self._until(timeout_ms)).counters

    def supplies(self, timeout_ms: int) -> tuple[Supply, ...]:
        """A forecast of the ribbon, which the manual itself calls inaccurate; nothing is known of blanks."""
        try:
            left = self._talk.ask(language.counter("l"), replies.number, self._until(timeout_ms))
        except Declined:
            return (Supply("ribbon", None), Supply("blanks", None))
        return (Supply("ribbon", left), Supply("blanks", None))

    def observe(self, job_id: str, timeout_ms: int) -> JobRecord:
        """What counters and replies prove of the last job of this process; never that it is good."""
        return self._record(job_id, self._until(timeout_ms)) or job.unknown(job_id)

    def look(self, job_id: str, timeout_ms: int) -> Look:
        """Status, counters and what is known of the job; no UID, as there is no reader."""
        deadline = self._until(timeout_ms)
        counts = counters.read(self._talk, deadline)
        record = self._record(job_id, deadline) if job_id else None
        return Look(self._status(deadline), counts.counters, record)  # the status last: a restart is shown once

    # -- acting -------------------------------------------------------------------------------

    def prepare(self, art: Artwork, timeout_ms: int) -> None:
        """Make the panels and clear the printer's bitmaps. A download inside a job prints, so it is part of `mark`."""
        deadline = self._until(timeout_ms)
        self._panels = ()
        if art.back_png:
            raise DriverError("this driver prints fronts only")
        panels = raster.panels(art.front_png, self._ribbon(deadline))
        if is_ribbon_at_end(self._talk, deadline):
            raise DriverError("the ribbon stands at its end mark")
        cards.clear_bitmaps(self._talk, deadline)
        self._panels = panels

    def feed(self, timeout_ms: int) -> None:
        """Take one blank, and see that the counter says exactly one."""
        deadline = self._until(timeout_ms)
        self._refuse_drift(deadline)
        self._may_hold, self._is_fresh = True, False
        cards.feed(self._talk, deadline)
        self._job, self._left_by_mark, self._is_fresh = None, False, True

    def move(self, to: Station, timeout_ms: int) -> None:
        """Move the card inside; never takes one."""
        deadline = self._until(timeout_ms)
        if to in _STATIONS:
            self._require(_STATIONS[to], f"no {to.value} station", deadline)
        self._refuse_drift(deadline)  # in another insertion mode the same word takes a second card
        cards.move(self._talk, to, deadline)

    def flip(self, timeout_ms: int) -> None:
        """Not possible: this driver knows no flip module."""
        self._talk.refuse_if_closed()
        raise DriverError("this printer cannot turn a card over")

    def read_uid(self, timeout_ms: int) -> str:
        """Not possible."""
        self._talk.refuse_if_closed()
        raise DriverError(NO_READER)

    def read_chip(self, timeout_ms: int) -> bytes | None:
        """Not possible."""
        self._talk.refuse_if_closed()
        raise DriverError(NO_READER)

    def encode(self, content: bytes, timeout_ms: int) -> bytes:
        """Not possible."""
        self._talk.refuse_if_closed()
        raise DriverError(NO_READER)

    def mark(self, token: PrintToken, timeout_ms: int) -> str:
        """Print all panels but the last, which the language prints when it ejects. Returns no job id."""
        deadline = self._until(timeout_ms)
        if token in self._used:
            raise DriverError("this token was used before; a card is marked once")
        if not self._panels:
            raise DriverError("no picture was prepared for this card")
        self._refuse_drift(deadline)
        cards.require_card(self._talk, deadline)
        before = counters.read(self._talk, deadline)
        panels, self._panels = self._panels, ()
        self._used.add(token)  # from here on ink may touch the card
        self._is_fresh, self._may_hold = False, True
        self._job = Job(token.job_key, before, len(panels))
        with self._noting():
            self._left_by_mark = cards.mark(self._talk, panels, before, deadline)
        if self._left_by_mark:
            self._job = evolve(self._job, left_to=Bin.OUTPUT)
        return ""

    def deliver(self, to: Bin, timeout_ms: int) -> None:
        """Move the card out: the last panel is printed on the way to the output tray.

        Raises:
            DriverError: also when the card is out but has not all of its panels.
        """
        deadline = self._until(timeout_ms)
        if self._left_by_mark and to is Bin.OUTPUT:
            cards.require_none(self._talk, deadline)
        else:
            self._move_out(to, deadline)
        self._left_by_mark = self._may_hold = False
        cards.clear_bitmaps(self._talk, deadline)

    def _move_out(self, to: Bin, deadline: Deadline) -> None:
        if to is Bin.REJECT:
            self._require(Can.REJECT_TRAY, "no reject box; take the card out by hand", deadline)
        elif not self._is_fresh and (self._job is None or self._job.left_to):
            # It may be half printed, and the same word ejects such a card and says OK.
            raise DriverError("nothing is known here of the card inside; it is not delivered as if it were whole")
        with self._noting():
            now = cards.deliver(self._talk, to, deadline)
        self._is_fresh = self._may_hold = False
        if self._job:
            self._job = evolve(self._job, left_to=to)
            if to is Bin.OUTPUT:
                job.require_whole(self._job, now)

    def recover(self, action: Recovery, timeout_ms: int) -> None:
        """Carry out what an operator ordered. After an error this language cannot go on with a card."""
        deadline = self._until(timeout_ms)
        match action:
            case Recovery.REJECT_CARD:
                self.deliver(Bin.REJECT, deadline.left_ms)
            case Recovery.CLEAR_ERROR:
                if self._talk.is_cut:
                    self._talk.flush(deadline)
                self._talk.order(language.CLEAR_ERROR, deadline)
            case Recovery.RESUME_SAME_CARD:
                raise DriverError("this printer ends a job at an error; it cannot go on with the same card")

    def reset(self, level: ResetLevel, timeout_ms: int) -> None:
        """Empty the printer's buffers, when ordered. Refused with a card inside, where that is seen or remembered."""
        deadline = self._until(timeout_ms)
        if level is not ResetLevel.SOFT:
            raise DriverError("this driver only resets the line; switch the printer off and on by hand")
        seen = cards.seen_inside(self._talk, deadline.at_most(timeout_ms // 2))
        if seen or (seen is None and self._may_hold):
            raise DriverError("a card is inside, or was when the line broke; bring it out before a reset")
        self._talk.flush(deadline)

    def close(self) -> None:
        """Let go of the printer."""
        self._talk.close()

    # -- within -------------------------------------------------------------------------------

    def _until(self, timeout_ms: int) -> Deadline:
        """The deadline of an act (DriverLost once the printer was closed)."""
        self._talk.refuse_if_closed()
        return Deadline.after(timeout_ms, LATE)

    @contextmanager
    def _noting(self) -> Iterator[None]:
        """Keep the printer's own words if it says that the job failed."""
        try:
            yield
        except Declined as declined:
            self._job = evolve(self._job, error=declined.reply) if self._job else None
            raise

    def _status(self, deadline: Deadline) -> Status:
        return self._eyes.status(self._read_model(deadline), deadline)

    def _record(self, job_id: str, deadline: Deadline) -> JobRecord | None:
        if self._job is None or job_id not in ("", self._job.key):
            return None
        now = counters.read(self._talk, deadline)
        return job.record(self._job, now, counters.is_card_inside(self._talk, deadline))

    def _built_in(self, deadline: Deadline) -> Can:
        """The stations and the reject box: by model and address, and by the status words where they are there."""
        known = models.of_model(self._read_model(deadline)) | models.of_address(self.found.address)
        return known | models.of_configuration(self._eyes.configuration(deadline))

    def _require(self, can: Can, lacking: str, deadline: Deadline) -> None:
        known = models.of_model(self._read_model(deadline)) | models.of_address(self.found.address)
        if can not in known and can not in self._built_in(deadline):
            raise DriverError(f"this printer has {lacking}")

    def _device_id(self, deadline: Deadline) -> str:
        """The IEEE 1284 id, which only informs; "" where it cannot be had (`ektp_usb.line.UsbLine.device_id`)."""
        try:
            return self.line.device_id(deadline.left_ms).text
        except (DriverTimeout, DriverLost):
            raise
        except DriverError:
            return ""

    def _refuse_drift(self, deadline: Deadline) -> None:
        settings.refuse(settings.read(self._talk, deadline), self._read_model(deadline))

    def _read_model(self, deadline: Deadline) -> str:
        if not self._model:
            self._model = self._talk.ask(language.MODEL, replies.shown, deadline)
        return self._model

    def _ribbon(self, deadline: Deadline) -> str:
        return self._talk.ask(language.RIBBON, replies.shown, deadline)

    def _optional(self, question: Command, deadline: Deadline) -> str:
        """What not every model knows; "" where the printer says that it does not."""
        try:
            return self._talk.ask(question, replies.shown, deadline)
        except Declined:
            return ""


def _configured(talk: Conversation, wanted: Settings, model: str, deadline: Deadline) -> Settings:
    """Set, clear, read back. With a card inside its picture stays: clearing would take the panel that waits.

    An error that is still shown is cleared only where no card is inside; what is wrong shows itself again.
    """
    settings.require(wanted)
    settings.write(talk, model, deadline)
    if not counters.is_card_inside(talk, deadline):
        cards.clear_error(talk, deadline)
        cards.clear_bitmaps(talk, deadline)
    return settings.read_all(talk, model, deadline)
