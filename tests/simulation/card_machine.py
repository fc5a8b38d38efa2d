"""A card printer as physics (pencetak sebagai benda): cards, a drawer, a hopper, and what can go wrong.

It speaks the contract of `CardPrinter` and keeps its own truth, which nothing under test can
write: a card is good when it was marked to the end without a flaw. Counters survive a loss of
power; whether the job log does, and what it says of a job it never saw, differs by model.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random

from attrs import Factory, define, field

from ektp_core.boundary.card_printer import (
    EVIDENCE,
    Artwork,
    Bin,
    Can,
    Capabilities,
    CardPosition,
    Condition,
    Counter,
    CounterName,
    Counters,
    DriverError,
    DriverLost,
    DriverTimeout,
    Identity,
    JobRecord,
    Look,
    Notice,
    PrintToken,
    Recovery,
    ResetLevel,
    Settings,
    Severity,
    Station,
    Status,
    Supply,
)  # fmt: skip
from ektp_core.vocabulary.verdict import BlankPlace, Certainty, Outcome, Verdict

NO_JOB = Verdict(Outcome.UNKNOWN, BlankPlace.UNKNOWN, Certainty.TRANSPORT)
NEVER_BEGAN = Verdict(Outcome.NOT_STARTED, BlankPlace.UNKNOWN, Certainty.DEVICE_JOB_RECORD)


@define(eq=False)
class Card:
    """One piece of plastic. `place`: hopper, inside, output, reject, table or gone."""

    number: int
    uid: str
    place: str = "drawer"
    machine: str = ""
    written: bytes = b""
    is_half_written: bool = False
    job: str = ""  # the job that put ink on it
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


@define(eq=False)
class Trouble:
    """How likely each fault is, in one act; all of it 0 when the world heals."""

    power: float = 0.0
    jam: float = 0.0
    slow: float = 0.0
    silent: float = 0.0  # the act is done, and the answer lost
    misprint: float = 0.0


@define(eq=False)
class Machine:
    """One printer. `log`: "volatile", "kept", or "complete" (it also knows that a job never began)."""

    name: str
    dice: Random
    now: Callable[[], int]
    said: Callable[[str], None]
    log: str = "volatile"
    blind: bool = False
    trouble: Trouble = Factory(Trouble)
    hopper: list[Card] = Factory(list)
    inside: Card | None = None
    position: CardPosition = CardPosition.NONE
    counters_by_name: dict[CounterName, int] = field(factory=lambda: dict.fromkeys(CounterName, 0))
    jobs: dict[str, Verdict] = Factory(dict)
    powered_from_ms: int = 0
    session: int = 1
    restarted: bool = False
    read: str = ""
    picture: bytes = b""
    late: tuple[int, Callable[[], None]] | None = None
    budget: int | None = None  # acts left before the host dies
    fed_ever: set[int] = Factory(set)

    # -- power and time -------------------------------------------------------------------

    @property
    def is_on(self) -> bool:
        """Whether it has power."""
        return self.now() >= self.powered_from_ms

    def lose_power(self, for_ms: int) -> None:
        """The power goes: what is not kept is forgotten, a card stays where it is."""
        self.said(f"{self.name} loses power for {for_ms} ms")
        self.powered_from_ms = self.now() + for_ms
        self.session, self.restarted, self.read, self.picture = self.session + 1, True, "", b""
        if self.late and self.dice.random() < 0.5:
            self.late[1]()
        self.late = None
        card = self.inside
        if card and card.job and not card.is_complete and not card.flaw:
            card.flaw = "half printed"
        if self.log == "volatile":
            self.jobs.clear()

    @contextmanager
    def act(self, what: str) -> Iterator[None]:
        """One order: the power may go before it, the answer be lost after it."""
        if self.budget is not None:
            self.budget -= 1
            if self.budget < 0:
                raise DriverLost("nobody asks any more")
        self.catch_up()
        if not self.is_on:
            raise DriverLost("no power")
        if self.late:
            raise DriverError("it still moves")
        self._maybe_lose_power()
        yield
        self._maybe_lose_power()
        if self.dice.random() < self.trouble.silent:
            self.said(f"{self.name} did '{what}' and the answer is lost")
            raise DriverTimeout("no answer")

    def catch_up(self) -> None:
        """A late act comes to its end when its time has come."""
        if self.late and self.now() >= self.late[0] and self.is_on:
            late, self.late = self.late[1], None
            late()

    def _maybe_lose_power(self) -> None:
        if self.dice.random() < self.trouble.power:
            self.lose_power(self.dice.choice((500, 4_000, 30_000)))
            raise DriverLost("no power")

    def _maybe_late(self, what: str, then: Callable[[], None]) -> None:
        if self.dice.random() < self.trouble.slow:
            self.said(f"{self.name} is slow at '{what}'")
            self.late = (self.now() + self.dice.randrange(500, 8_000), then)
            raise DriverTimeout("it takes longer than agreed")
        then()

    def _maybe_jam(self, what: str) -> None:
        card = self.inside
        if card and self.dice.random() < self.trouble.jam:
            self.said(f"{self.name} jams at '{what}': card {card.number} is bent")
            card.flaw, self.position = "bent in a jam", CardPosition.JAMMED
            self._count(CounterName.ERRORS)
            if card.job in self.jobs and self.log != "volatile":
                self.jobs[card.job] = Verdict(Outcome.SPOILED, BlankPlace.IN_PRINTER, Certainty.DEVICE_JOB_RECORD)
            raise DriverError("jam")

    def _count(self, name: CounterName) -> None:
        self.counters_by_name[name] += 1

    def _card(self) -> Card:
        if self.inside is None or self.position is CardPosition.JAMMED:
            raise DriverError("no card that can be moved")
        return self.inside

    # -- the contract ---------------------------------------------------------------------

    def identify(self, timeout_ms: int) -> Identity:
        """Who is there."""
        return Identity("EKTP", "Simulated", self.name)

    def capabilities(self, timeout_ms: int) -> Capabilities:
        """A blind one declares nothing that could be evidence."""
        sees = Can.NOTHING if self.blind else EVIDENCE | Can.READS_CHIP
        return Capabilities(Can.FEEDER | Can.REJECT_TRAY | sees, 1016, 648, 300)

    def reserve(self, owner: str, timeout_ms: int) -> None:
        """Nobody else is there."""

    def release(self, timeout_ms: int) -> None:
        """Nobody else is there."""

    def configure(self, settings: Settings, timeout_ms: int) -> Settings:
        """It has no habits of its own."""
        return settings

    def status(self, timeout_ms: int) -> Status:
        """Conditions and position."""
        with self.act("status"):
            return self._status()

    def _status(self) -> Status:
        found = []
        if self.late:
            found.append(Notice(Condition.BUSY, Severity.WARNING))
        if self.position is CardPosition.JAMMED and not self.blind:
            found.append(Notice(Condition.JAM, Severity.ERROR))
        if not self.hopper:
            found.append(Notice(Condition.HOPPER_EMPTY, Severity.WARNING))
        where = CardPosition.UNKNOWN if self.blind else self.position
        restarted, self.restarted = self.restarted, False
        return Status(tuple(found), where, self.session, restarted)

    def counters(self, timeout_ms: int) -> Counters:
        """All counters; they survive a loss of power."""
        if self.blind:
            return Counters(())
        return Counters(tuple(Counter(name, count, "") for name, count in self.counters_by_name.items()))

    def supplies(self, timeout_ms: int) -> tuple[Supply, ...]:
        """Nothing that would matter."""
        return ()

    def prepare(self, art: Artwork, timeout_ms: int) -> None:
        """Take the picture."""
        with self.act("prepare"):
            self.picture = art.front_png

    def feed(self, timeout_ms: int) -> None:
        """The top card of the hopper comes in."""
        with self.act("feed"):
            if self.inside or not self.hopper:
                raise DriverError("a card is inside, or none is left")
            self._maybe_late("feed", self._fed)
            self._maybe_jam("feed")

    def _fed(self) -> None:
        card = self.hopper.pop(0)
        card.place, card.machine = "inside", self.name
        self.inside, self.position, self.read = card, CardPosition.HOPPER_EXIT, ""
        self.fed_ever.add(card.number)
        self._count(CounterName.FED)
        self.said(f"{self.name} feeds card {card.number}")

    def move(self, to: Station, timeout_ms: int) -> None:
        """Move the card inside."""
        with self.act("move"):
            self._card()
            self.position = CardPosition(to.value)
            self._maybe_jam("move")

    def flip(self, timeout_ms: int) -> None:
        """Not possible here."""
        raise DriverError("unsupported")

    def read_uid(self, timeout_ms: int) -> str:
        """The chip's own number."""
        with self.act("read the chip"):
            card = self._card()
            self.read = "" if self.blind or card.has_dead_chip else card.uid
            return self.read

    def read_chip(self, timeout_ms: int) -> bytes | None:
        """What was written to the chip; None if that did not end."""
        with self.act("read what the chip holds"):
            card = self._card()
            if self.blind or card.has_dead_chip:
                raise DriverError("the chip does not answer")
            return None if card.is_half_written else card.written

    def encode(self, content: bytes, timeout_ms: int) -> bytes:
        """Write the chip; it may come out half written."""
        with self.act("write the chip"):
            card = self._card()
            card.written, card.is_half_written = content[:3], True
            self._maybe_jam("write the chip")
            self._maybe_lose_power()
            card.written, card.is_half_written = content, False
            return content

    def mark(self, token: PrintToken, timeout_ms: int) -> str:
        """Ink, once and for all."""
        with self.act("print"):
            card = self._card()
            if not self.picture or card.job:
                raise DriverError("no picture, or ink on the card")
            card.job, self.jobs[token.job_key], self.picture = token.job_key, NO_JOB, b""
            self.position = CardPosition.HEAD
            self._maybe_lose_power()
            self._maybe_jam("print")
            self._maybe_late("print", lambda: self._marked(card))
            return token.job_key

    def _marked(self, card: Card) -> None:
        card.is_complete, self.position = True, CardPosition.EXIT
        card.flaw = "misprint" if self.dice.random() < self.trouble.misprint else card.flaw
        self.jobs[card.job] = Verdict(Outcome.GOOD, BlankPlace.IN_PRINTER, Certainty.DEVICE_JOB_RECORD)
        self._count(CounterName.PRINTED)
        self.said(f"{self.name} has printed {card.job} on card {card.number} ({card.flaw or 'good'})")

    def observe(self, job_id: str, timeout_ms: int) -> JobRecord:
        """What it knows of a job."""
        unknown = NEVER_BEGAN if self.log == "complete" else NO_JOB
        verdict = NO_JOB if self.blind else self.jobs.get(job_id, unknown)
        return JobRecord(job_id, self.session, verdict)

    def deliver(self, to: Bin, timeout_ms: int) -> None:
        """The card comes out, or gets stuck on its way."""
        with self.act("deliver"):
            self._card()
            self._maybe_jam("deliver")
            self._maybe_late("deliver", lambda: self._out(to))

    def _out(self, to: Bin) -> None:
        card = self.inside
        assert card is not None, "nothing to deliver"
        card.place = to.value
        self.inside, self.position, self.read = None, CardPosition.NONE, ""
        self._count(CounterName.EJECTED if to is Bin.OUTPUT else CounterName.REJECTED)

    def recover(self, action: Recovery, timeout_ms: int) -> None:
        """A jammed card can be thrown into the reject tray."""
        with self.act("recover"):
            if action is not Recovery.REJECT_CARD or self.inside is None:
                raise DriverError("nothing to recover")
            self._out(Bin.REJECT)

    def look(self, job_id: str, timeout_ms: int) -> Look:
        """Everything it shows; it answers also while it moves."""
        self.catch_up()
        if self.budget is not None or not self.is_on:
            raise DriverLost("no power")
        if self.dice.random() < self.trouble.silent:
            raise DriverTimeout("no answer")
        job = self.observe(job_id, timeout_ms) if job_id else None
        return Look(self._status(), self.counters(timeout_ms), job, self.read)

    def reset(self, level: ResetLevel, timeout_ms: int) -> None:
        """Never asked for."""

    def close(self) -> None:
        """Nothing to let go."""

    # -- people's hands ---------------------------------------------------------------------

    def taken_out(self) -> Card | None:
        """Somebody opens the machine and takes the card."""
        card = self.inside
        if card is None:
            return None
        card.place = "table"
        self.inside, self.position, self.read, self.late = None, CardPosition.NONE, "", None
        if card.job and not card.is_complete and not card.flaw:
            card.flaw = "half printed"
        return card
