"""One card's way through a device (jalan satu kartu), in the order a station takes.

Each step is one call. A step that the device does not have is left out, so that the same way fits a
printer with a chip reader, one without, and a queue.
"""

from collections.abc import Callable, Iterator

from attrs import define

from ektp_core.boundary.card_printer import Bin, Can, CardPrinter, DriverError, PrintToken, Station
from ektp_testing.driver_kit.picture import CANARY
from ektp_testing.driver_kit.stage import ACT_MS, Stage
from ektp_testing.driver_kit.timing import SLACK_S

#: What is written to the chip. The number in it may stand in no error.
CONTENT = b"EKTP kit " + CANARY.encode()


@define
class Way:
    """A card under way.

    Attributes:
        job: what `mark` returned; the token's key until then, or where it returns none.
        error: what ended it, if a step failed.
        at: the step it came to.
        mute_at: the steps at which the device may stop to answer: from there on a call is given `mute_ms`, and must
            have ended by then; what comes before is given its time, on a busy machine too.
    """

    stage: Stage
    printer: CardPrinter
    token: PrintToken
    to: Bin = Bin.OUTPUT
    timeout_ms: int = ACT_MS
    job: str = ""
    uid: str = ""
    error: DriverError | None = None
    at: str = ""
    mute_at: tuple[str, ...] = ()
    mute_ms: int = ACT_MS
    _is_mute: bool = False

    @property
    def key(self) -> str:
        """The job's key."""
        return self.token.job_key

    def steps(self) -> Iterator[tuple[str, Callable[[], object]]]:
        """Every step of the way, by name."""
        stage, printer = self.stage, self.printer
        yield "feed", lambda: printer.feed(self.timeout_ms)
        if stage.has(Can.READS_UID):
            yield "read_uid", self._read
        elif stage.has(Can.CONTACTLESS_STATION):
            yield "move", lambda: printer.move(Station.CONTACTLESS, self.timeout_ms)
        yield "prepare", lambda: printer.prepare(stage.art(self.token), self.timeout_ms)
        if stage.has(Can.READS_CHIP):
            yield "encode", self._encode
        yield "mark", self._mark
        yield "deliver", lambda: printer.deliver(self.to, self.timeout_ms)

    def go(self, until: str = "", past: str = "") -> "Way":
        """Take the steps, from after `past` to before `until`; the first error ends the way."""
        is_past = not past
        for name, step in self.steps():
            if name == until:
                return self
            if is_past:
                self.at = name
                answer = self._taken(name, step)
                if isinstance(answer, DriverError):
                    self.error = answer
                    return self
            is_past = is_past or name == past
        self.at = ""
        return self

    def whole(self, what: str) -> "Way":
        """Take all the steps; none may fail."""
        self.go()
        if self.error is not None:
            self.stage.catch(f"{what}: {self.at} raised {type(self.error).__name__}: {self.error}")
        return self

    def step(self, name: str) -> Callable[[], object] | None:
        """The step of that name, if this device has it."""
        return dict(self.steps()).get(name)

    def _taken(self, name: str, step: Callable[[], object]) -> object:
        if name in self.mute_at:
            self.timeout_ms, self._is_mute = self.mute_ms, True
        if not self._is_mute:
            return self.stage.attempt(step)
        limit_s = 2 * self.timeout_ms / 1000 + SLACK_S  # a step is two calls at most
        return self.stage.within(step, limit_s, f"{name} did not end by its deadline")

    def _read(self) -> None:
        self.printer.move(Station.CONTACTLESS, self.timeout_ms)
        self.uid = self.printer.read_uid(self.timeout_ms)

    def _encode(self) -> None:
        self.printer.move(Station.CONTACTLESS, self.timeout_ms)
        self.printer.encode(CONTENT, self.timeout_ms)

    def _mark(self) -> None:
        self.printer.move(Station.HEAD, self.timeout_ms)
        self.job = self.printer.mark(self.stage.used(self.token), self.timeout_ms) or self.key


def new_way(stage: Stage, printer: CardPrinter, to: Bin = Bin.OUTPUT, timeout_ms: int = ACT_MS) -> Way:
    """Begin a card with a token of its own."""
    token = stage.token()
    return Way(stage, printer, token, to, timeout_ms, job=token.job_key)
