"""A bench, a driver, and what a check does with them (panggung uji).

The driver is opened in this process, or in one of its own as a station does it, which can be
killed. A new device comes with every check that moves cards. What a stage is asked is compared
with the plain truth of the bench, at once.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from time import monotonic, sleep
from typing import Any, NoReturn, TypeVar

from attrs import define, field

from ektp_core.boundary.card_printer import (
    Artwork,
    Can,
    Capabilities,
    CardPrinter,
    CounterName,
    DriverError,
    Found,
    PrintToken,
    Settings,
)  # fmt: skip
from ektp_core.boundary.driver_bench import Bench, CardOnBench, Moment, Strike
from ektp_station.driver_link import DriverLink, RemotePrinter
from ektp_station.sandbox import Wanted
from ektp_testing.driver_kit.check import Caught, Excused, NotMet
from ektp_testing.driver_kit.found import Driver
from ektp_testing.driver_kit.hearing import Ear, listened_to
from ektp_testing.driver_kit.naming import NamingBench
from ektp_testing.driver_kit.picture import picture

T = TypeVar("T")

#: How long a device may take for one act, on a busy machine.
ACT_MS = 30_000
#: How long a device may go on by itself before it must rest.
REST_S = 20.0
#: How long nothing happens at a device that rests: one that was left alone in an act, or shows nothing; any other.
QUIET_S, SHORT_QUIET_S = 0.3, 0.02
BLANKS = 5
OWNER = "kit"


@define(eq=False)
class Apart:
    """The driver in a process of its own."""

    printer: CardPrinter
    link: DriverLink

    def kill(self) -> None:
        """End its process at once, as `kill -9` does; the device goes on."""
        self.link.kill()


@define(eq=False)
class Stage:
    """What a check is given.

    Attributes:
        driver: the driver under judgement.
        make: makes a fresh bench.
        check: name of the check that runs, for what it finds.
        capabilities: what the device declared at first.
        struck: what was made to go wrong on this bench so far.
        ear: hears everything the driver says.
        arts: every job that leave was given for, and the picture of that leave.
        begun: those whose leave was used on this bench; only they may have ink here.
        patience_ms: the deadline of a look; short where the device is known to be mute.
    """

    driver: Driver
    make: Callable[[], Bench]
    capabilities: Capabilities
    check: str = ""
    struck: set[Strike] = field(factory=set)
    ear: Ear = field(factory=Ear)
    patience_ms: int = ACT_MS
    arts: dict[str, Artwork] = field(factory=dict)
    begun: set[str] = field(factory=set)
    _bench: NamingBench | None = None
    _opened: list[Any] = field(factory=list)
    _fed_before: int | None = None
    _goes_on: bool = False  # nobody knows whether the device is still at work

    # -- the bench ------------------------------------------------------------------------

    @property
    def bench(self) -> Bench:
        """The device on the bench, with fresh blanks loaded; made when it is first asked for."""
        return self._bench or self.fresh()

    def fresh(self, blanks: int = BLANKS) -> Bench:
        """Another device, never used before."""
        self.close()
        self._bench = bench = NamingBench(self.make())
        self.struck, self.begun, self._fed_before, self.patience_ms = set(), set(), None, ACT_MS
        self._goes_on = False
        if blanks:
            bench.load(blanks)
        return bench

    def strike(self, what: Strike, at: Moment) -> None:
        """Let it go wrong."""
        self.struck.add(what)
        self.bench.strike(what, at)
        self.disturbed()

    def disturbed(self) -> None:
        """The device may be at work though no call is under way: it is given longer to come to rest."""
        self._goes_on = True

    def used(self, token: PrintToken) -> PrintToken:
        """Leave to print is used now: new ink is this job's."""
        self.begun.add(token.job_key)
        if self._bench:
            self._bench.begins(token.job_key)
        return token

    def moments(self, what: Strike) -> tuple[Moment, ...]:
        """When the bench can make it happen, in the order of a card's way."""
        return tuple(at for at in Moment if (what, at) in self.bench.strikes)

    def cards(self) -> tuple[CardOnBench, ...]:
        """Every card as it is once the device rests."""
        quiet_s = QUIET_S if self.is_opaque or self._goes_on else SHORT_QUIET_S
        self._goes_on = False
        before, end, quiet_since = self.bench.cards(), monotonic() + REST_S, monotonic()
        while monotonic() < end and monotonic() - quiet_since < quiet_s:
            sleep(0.01)
            now = self.bench.cards()
            if now != before:
                before, quiet_since = now, monotonic()
        return before

    # -- the driver -----------------------------------------------------------------------

    @property
    def is_opaque(self) -> bool:
        """Whether the device is a queue that shows nothing of a card's way."""
        return self.has(Can.OPAQUE_QUEUE)

    def has(self, *what: Can) -> bool:
        """Whether the device declared all of these."""
        return all(one in self.capabilities.can for one in what)

    def seen(self) -> Found:
        """The device as discovery names it."""
        found = [one for one in self.driver.discover(self.bench.hint) if one.serial == self.bench.serial]
        if not found:
            self.catch(f"discovery does not see {self.bench.serial}, which is there")
        return found[0]

    def raw(self) -> CardPrinter:
        """The driver opened in this process, and nothing else done."""
        printer = self.driver.open(self.seen())
        self._opened.append(printer)
        return printer

    def open(self) -> CardPrinter:
        """The driver opened in this process as a station uses it: configured and reserved."""
        return self._ready(self.raw())

    def open_apart(self) -> Apart:
        """The driver opened in a process of its own, configured and reserved."""
        bench = self.bench
        modules = tuple(self.driver.modules)
        sandbox = Wanted.OFF if modules else Wanted.USE  # what is not installed is not reached from inside
        link = self.ear.heard(
            "opening in a process of its own",
            lambda: DriverLink(self.driver.name, bench.hint, bench.serial, modules, sandbox=sandbox),
        )
        apart = Apart(listened_to(RemotePrinter(link), self.ear), link)
        self._opened.append(apart.printer)
        self._ready(apart.printer)
        return apart

    def _ready(self, printer: CardPrinter) -> CardPrinter:
        printer.identify(ACT_MS)
        printer.configure(Settings(), ACT_MS)
        printer.reserve(OWNER, ACT_MS)
        if self._fed_before is None:
            self._fed_before = self.fed(printer)
        return printer

    def let_go(self, printer: CardPrinter) -> None:
        """Close it; one whose device is gone may say so."""
        with suppress(DriverError):
            printer.close()

    def fed(self, printer: CardPrinter) -> int | None:
        """Its counter of fed cards, if it has one."""
        counter = printer.counters(ACT_MS).get(CounterName.FED)
        return counter.value if counter else None

    @property
    def fed_before(self) -> int | None:
        """The counter of fed cards before the first card of this bench."""
        return self._fed_before

    def art(self, token: PrintToken | None = None) -> Artwork:
        """The picture of that leave, and of no other, of the size the device takes; else one that nobody has."""
        if token and token.job_key in self.arts:
            return self.arts[token.job_key]
        return picture(self.capabilities.width_px, self.capabilities.height_px)

    def token(self) -> PrintToken:
        """Leave to mark one more card, with a picture of its own."""
        token = PrintToken(f"kit-{len(self.arts) + 1}", 1, 1)
        self.arts[token.job_key] = picture(self.capabilities.width_px, self.capabilities.height_px, token.job_key)
        return token

    def leave(self) -> None:
        """Close whatever was opened; the device stays."""
        for one in self._opened:
            with suppress(Exception):  # it may have been killed, or be broken: that was judged before
                one.close()
        self._opened = []

    def close(self) -> None:
        """Close whatever was opened, and end the device."""
        self.leave()
        if self._bench:
            self._bench.close()
            self._bench = None

    # -- what must hold -------------------------------------------------------------------

    def catch(self, what: str) -> NoReturn:
        """The driver does not hold."""
        raise Caught(self.check, what)

    def expect(self, holds: object, what: str) -> None:
        """Catch the driver unless this holds; `what` says what was seen instead."""
        if not holds:
            self.catch(what)

    def excuse(self, what: str) -> NoReturn:
        """The device says that it has not what the check is about."""
        raise Excused(what)

    def unmet(self, what: str) -> NoReturn:
        """What the check waits for did not happen: it has not passed."""
        raise NotMet(what)

    def attempt(self, call: Callable[[], T]) -> "T | DriverError":
        """Do it; the driver's own errors are returned, and any other is what the kit is here for."""
        try:
            return call()
        except DriverError as error:
            self.disturbed()
            return error
        except (Caught, Excused, NotMet, KeyboardInterrupt):
            raise
        except BaseException as error:  # noqa: BLE001  # foreign code: whatever it raises is a finding, an exit too
            self.catch(f"{type(error).__name__} was raised, which is no DriverError")

    def refused(self, call: Callable[[], object], what: str) -> DriverError:
        """The driver must decline this with a DriverError."""
        answer = self.attempt(call)
        if not isinstance(answer, DriverError):
            self.catch(what)
        return answer

    def done(self, call: Callable[[], T], what: str) -> T:
        """The driver must do this without an error."""
        answer = self.attempt(call)
        if isinstance(answer, DriverError):
            self.catch(f"{what}: {type(answer).__name__}: {answer}")
        return answer

    @contextmanager
    def unmoved(self, what: str) -> Iterator[None]:
        """No card may move, change or be marked meanwhile."""
        before = self.cards()
        yield
        self.expect(self.cards() == before, what)

    def within(self, call: Callable[[], T], limit_s: float, what: str) -> "T | DriverError":
        """The call must end by itself within so many seconds, whatever the device does."""
        box: list[Any] = []

        def run() -> None:
            try:
                box.append(self.attempt(call))
            except (Caught, Excused, NotMet) as found:
                box.append(found)

        thread = Thread(target=run, daemon=True)
        thread.start()
        thread.join(limit_s)
        if not box:
            self.catch(what)
        if isinstance(box[0], Caught | Excused | NotMet):
            raise box[0]
        answer: T | DriverError = box[0]
        return answer
