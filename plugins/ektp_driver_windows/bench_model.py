"""A spooler and a printer as a script (model spooler Windows): what is said, and what really happens.

Pure: time is given. The list of jobs and the queue's settings are "on the disk": they survive the end
of the service, and a job that was being printed then is begun again. The printer goes on
whatever the service does; only `cards` tell the truth, and no driver reads them. What is
modelled was read in Microsoft's documentation or is told of Windows; none of it was compared with one.
"""

from attrs import define, field

from ektp_driver_windows.bits import Attribute, JobBit, JobControl, PrinterBit, PrinterControl
from ektp_driver_windows.queue import JOB_PREFIX

#: What a strike makes the printer show, and the job with it.
_SHOWS = {
    "hopper-empty": (PrinterBit.PAPER_OUT, JobBit.PAPER_OUT),
    "blank-feed": (PrinterBit.PAPER_PROBLEM, JobBit.PAPER_OUT),
    "jam": (PrinterBit.PAPER_JAM | PrinterBit.ERROR, JobBit.ERROR),
    "ribbon-out": (PrinterBit.NO_TONER, JobBit.ERROR),
    "blocked": (PrinterBit.NOTHING, JobBit.BLOCKED),
}
_NO_CARD = ("hopper-empty", "blank-feed", "blocked")
_SPOILED = ("jam", "ribbon-out", "misprint", "panel-cancel")


class Refuses(Exception):
    """The spooler declines. `kind` is `not-allowed`, `not-there` or `declined`."""

    def __init__(self, kind: str, words: str) -> None:
        super().__init__(words)
        self.kind, self.words = kind, words


@define(eq=False)
class ScriptedJob:
    """One job on the spooler's disk. `is_whole`: its picture came to its end."""

    job_id: int
    name: str
    bits: JobBit = JobBit.SPOOLING
    pages: int = 0
    printed: int = 0
    is_whole: bool = False
    is_retained: bool = False
    picture: bytes = b""  # as a PNG


@define(eq=False)
class Card:
    """One physical card."""

    number: int
    lies: str = "hopper"
    marks: int = 0
    whole: bool = False
    job_keys: list[str] = field(factory=list)
    picture: bytes = b""


@define(eq=False)
class AtWork:
    """What the printer is doing; it has the data and needs no spooler any more."""

    card: Card
    job_id: int
    name: str
    strike: str
    since_ms: int
    left: int  # cards after this one
    is_whole: bool
    picture: bytes = b""
    is_inked: bool = False


@define(eq=False)
class Script:
    """One queue with one printer.

    Attributes:
        strikes: what goes wrong with the next cards, in order.
        traits: how this Windows is: `pause-stalls` (a paused queue halts the card under way), `forgets` (a job
            goes from the list when it printed, kept or not), `denies` (this account may set nothing), `keeps`
            (settings cannot be changed), `no-hold` (a job cannot be held), `renders-twice` and
            `renders-twice-late` (a maker's driver makes two pages of one, and says so at once or at the end),
            `stuck` (a job never ends).
    """

    name: str = "Card Printer"
    port: str = "USB001"
    card_ms: int = 200
    restart_ms: int = 100
    comment: str = "second floor"
    attributes: Attribute = Attribute.QUEUED | Attribute.KEEP_PRINTED_JOBS
    copies: int = 1
    is_paused: bool = False
    status: PrinterBit = PrinterBit.NOTHING
    jobs: list[ScriptedJob] = field(factory=list)
    cards: list[Card] = field(factory=list)
    strikes: list[str] = field(factory=list)
    traits: set[str] = field(factory=set)
    is_troubled: bool = False
    is_silent: bool = False
    at_work: AtWork | None = None
    down_until_ms: int | None = None
    begun: int = 0  # how many times any job was begun
    _current: int = 0  # the job the running service is printing
    _numbers: int = 0

    # -- what the spooler is asked ---------------------------------------------------------

    @property
    def shown(self) -> PrinterBit:
        """The queue's bits as it tells them."""
        paused = PrinterBit.PAUSED if self.is_paused else PrinterBit.NOTHING
        return self.status | paused | (PrinterBit.PRINTING if self._current else PrinterBit.NOTHING)

    def order(self, what: PrinterControl) -> None:
        """Stop or let run."""
        self._may()
        self.is_paused = what is PrinterControl.PAUSE

    def change(self, attributes: Attribute, comment: str) -> None:
        """Set the queue."""
        self._may()
        self.comment = comment
        if "keeps" not in self.traits:
            self.attributes = attributes

    def begin(self, name: str) -> int:
        """A new job, being spooled."""
        self._numbers += 1
        self.jobs.append(ScriptedJob(self._numbers, name))
        return self._numbers

    def page(self, job_id: int, *, is_whole: bool, picture: bytes = b"") -> None:
        """Its page."""
        job = self.job(job_id)
        job.pages += 2 if "renders-twice" in self.traits else 1
        job.is_whole, job.picture = is_whole, picture

    def end(self, job_id: int) -> None:
        """All of it is spooled."""
        self.job(job_id).bits &= ~JobBit.SPOOLING

    def order_job(self, job_id: int, what: JobControl) -> None:
        """Hold, let go, keep, give up or delete."""
        job = self.job(job_id)
        if what is JobControl.PAUSE and "no-hold" not in self.traits:
            job.bits |= JobBit.PAUSED
        elif what is JobControl.RESUME:
            job.bits &= ~JobBit.PAUSED
        elif what is JobControl.RETAIN:
            job.is_retained = True
        elif what is JobControl.RELEASE:
            job.is_retained = False
            job.bits &= ~JobBit.RETAINED
        elif what is JobControl.DELETE and not job.is_retained:
            self._forget(job)

    def job(self, job_id: int) -> ScriptedJob:
        """One job of the list."""
        found = next((one for one in self.jobs if one.job_id == job_id), None)
        if found is None:
            raise Refuses("not-there", "error 87: no such job")
        return found

    def _may(self) -> None:
        if "denies" in self.traits:
            raise Refuses("not-allowed", "error 5: access is denied")

    def _forget(self, job: ScriptedJob) -> None:
        self.jobs.remove(job)
        if self._current == job.job_id:
            self._current = 0

    # -- what people and accidents do ------------------------------------------------------

    def load(self, blanks: int) -> None:
        """Put blanks into the hopper."""
        self.cards += [Card(len(self.cards) + one) for one in range(1, blanks + 1)]

    def kill(self, now_ms: int) -> None:
        """The service ends, and starts again by itself."""
        self.down_until_ms, self._current = now_ms + self.restart_ms, 0

    def print_as_somebody_else(self) -> int:
        """A job of another program."""
        job_id = self.begin("Document1")
        self.page(job_id, is_whole=True)
        self.end(job_id)
        return job_id

    def mend(self) -> None:
        """Clear what is wrong, start the service, let settings be set, take a stuck card out, delete others' jobs."""
        self.is_silent = False
        self.traits.discard("keeps")
        if self.down_until_ms is not None:
            self._restart()
        if self.is_troubled:
            for card in self.cards:
                card.lies = "taken" if card.lies == "inside" else card.lies
            self.at_work = None
        self.is_troubled, self.status = False, PrinterBit.NOTHING
        for job in [one for one in self.jobs if not one.name.startswith(JOB_PREFIX)]:
            self._forget(job)
        for job in self.jobs:  # whatever still stands there goes on by itself
            job.bits &= ~(JobBit.ERROR | JobBit.PAPER_OUT | JobBit.BLOCKED | JobBit.PRINTING)
        self._current = 0

    # -- what happens by itself ------------------------------------------------------------

    def step(self, now_ms: int) -> None:
        """Let time pass until now."""
        if self.down_until_ms is not None and now_ms >= self.down_until_ms:
            self._restart()
        if self.at_work is not None and not self.is_troubled:
            self._work(self.at_work, now_ms)
        is_running = self.down_until_ms is None and not self.is_paused and Attribute.WORK_OFFLINE not in self.attributes
        if is_running and self.at_work is None and not self._current and not self.is_troubled:
            self._next(now_ms)

    def _restart(self) -> None:
        self.down_until_ms = None
        self.jobs = [one for one in self.jobs if JobBit.SPOOLING not in one.bits]
        for job in self.jobs:
            job.bits &= ~JobBit.PRINTING

    def _next(self, now_ms: int) -> None:
        waits = JobBit.PAUSED | JobBit.SPOOLING | JobBit.PRINTED
        job = next((one for one in self.jobs if not one.bits & waits), None)
        if job is None:
            return
        job.bits |= JobBit.PRINTING
        self._current = job.job_id
        self.begun += 1
        strike = self.strikes.pop(0) if self.strikes else ""
        if strike == "double-feed":
            self._take("output")
        card = None if strike in _NO_CARD else self._take("inside")
        if card is None:
            self._trouble(strike or "hopper-empty", job)
            return
        twice = "renders-twice-late" in self.traits or job.pages > 1
        self._put(card, AtWork(card, job.job_id, job.name, strike, now_ms, int(twice), job.is_whole, job.picture))

    def _put(self, card: Card, at_work: AtWork) -> None:
        card.job_keys.append(at_work.name if at_work.name.startswith(JOB_PREFIX) else "")
        self.at_work = at_work

    def _take(self, to: str) -> Card | None:
        card = next((one for one in self.cards if one.lies == "hopper"), None)
        if card is not None:
            card.lies = to
        return card

    def _trouble(self, strike: str, job: ScriptedJob | None) -> None:
        of_printer, of_job = _SHOWS[strike]
        self.is_troubled, self.status = True, self.status | of_printer
        if job is not None:
            job.bits |= of_job

    def _work(self, at_work: AtWork, now_ms: int) -> None:
        job = next((one for one in self.jobs if one.job_id == at_work.job_id), None)
        if "pause-stalls" in self.traits and self.is_paused:
            at_work.since_ms = now_ms
            if job is None:
                self.is_troubled = True
            return
        if not at_work.is_inked and now_ms - at_work.since_ms >= self.card_ms // 2:
            self._ink(at_work, job, now_ms)
        if at_work.is_inked and now_ms - at_work.since_ms >= self.card_ms and not self.is_troubled:
            self._out(at_work, job, now_ms)

    def _ink(self, at_work: AtWork, job: ScriptedJob | None, now_ms: int) -> None:
        at_work.is_inked = True
        card = at_work.card
        card.marks += 1
        card.picture = at_work.picture
        card.whole = at_work.is_whole and card.marks == 1 and at_work.strike not in _SPOILED
        if at_work.strike == "jam":
            self._trouble("jam", job)
        elif at_work.strike == "spooler-killed":
            self.kill(now_ms)
        elif at_work.strike == "panel-cancel" and job is not None:
            self._forget(job)

    def _out(self, at_work: AtWork, job: ScriptedJob | None, now_ms: int) -> None:
        at_work.card.lies = "output"
        self.at_work = None
        told = job if job is not None and self._current == at_work.job_id else None
        if told:
            told.printed += 1
        if at_work.strike == "ribbon-out":
            self._trouble("ribbon-out", told)
        elif at_work.left and (card := self._take("inside")):
            left = at_work.left - 1
            again = (at_work.is_whole, at_work.picture)
            self._put(card, AtWork(card, at_work.job_id, at_work.name, "", now_ms, left, *again))
        elif told and "stuck" not in self.traits:
            self._ended(told)

    def _ended(self, job: ScriptedJob) -> None:
        self._current = 0
        is_kept = (job.is_retained or Attribute.KEEP_PRINTED_JOBS in self.attributes) and "forgets" not in self.traits
        if not is_kept:
            self.jobs.remove(job)
            return
        job.bits = JobBit.PRINTED | (JobBit.RETAINED if job.is_retained else JobBit.NOTHING)
