"""What is made to go wrong: a fault of the station, and what became of the card meanwhile."""

from enum import Enum

from attrs import evolve, frozen

from ektp_core.vocabulary.state import Profile
from ektp_driver_virtual.messages import FaultKind, Step, TakeFrom
from ektp_driver_virtual.truth import What


class Truth(Enum):
    """How the interrupted act ended, physically."""

    NO_CARD = "no card"
    GOOD = "good"
    BAD = "bad"
    HALF = "half"


class Kind(Enum):
    """How the station is struck."""

    KILL = "kill -9"
    EIO = "EIO"
    ENOSPC = "ENOSPC"


@frozen
class Scene:
    """A card and what happens to it.

    `taken`: a person takes it out of there while the station is down. `tests`: a test card is ordered before it,
    and the fault is the test card's. `end`: how it ends where the station is not struck, or sees all it needs.
    `lost`: of the first uploads, whether the hub falls before it wrote them down or after.
    """

    name: str
    truth: Truth
    fault: FaultKind | None = None
    step: Step | None = None
    taken: tuple[TakeFrom, ...] = ()
    tests: bool = False
    end: str = "PRINTED"
    profile: Profile = Profile.ENCODE_FIRST
    lost: tuple[str, ...] = ()

    @property
    def is_stuck(self) -> bool:
        """Whether the card stays inside for good: what will not move is for people with tools."""
        return (self.fault, self.step) == (FaultKind.JAM, Step.EJECT)


GOOD = Scene("a good card", Truth.GOOD)
MISPRINT = Scene("a misprint nobody but people can see", Truth.BAD, FaultKind.MISPRINT, end="MISPRINTED")
HALF_PRINTED = Scene("power lost while it is printed", Truth.HALF, FaultKind.POWER_LOSS, Step.MARK, end="SUSPECT")
GONE = Scene("the card is taken from the tray", Truth.NO_CARD, taken=(TakeFrom.OUTPUT, TakeFrom.JAMMED))

TEST_FIRST = Scene("a test card, then a good card", Truth.GOOD, tests=True)
TEST_CUT = Scene("power lost while a test card is printed", Truth.GOOD, FaultKind.POWER_LOSS, Step.MARK, tests=True)

JAMMED_OUT = Scene("jammed on the way out", Truth.BAD, FaultKind.JAM, Step.EJECT, end="MISPRINTED")

#: One of each truth; what the fast test runs.
FIRST = (GOOD, MISPRINT, HALF_PRINTED, GONE)
SCENES = (
    *FIRST,
    Scene("power lost at the feed", Truth.HALF, FaultKind.POWER_LOSS, Step.FEED),
    Scene("power lost while the chip is written", Truth.HALF, FaultKind.POWER_LOSS, Step.ENCODE),
    Scene("power lost on the way out", Truth.GOOD, FaultKind.POWER_LOSS, Step.EJECT, end="SUSPECT"),
    Scene("jammed at the feed", Truth.BAD, FaultKind.JAM, Step.FEED),
    Scene("jammed at the reader", Truth.BAD, FaultKind.JAM, Step.ENCODE),
    Scene("a dead chip", Truth.BAD, FaultKind.DEAD_CHIP),
    JAMMED_OUT,
    Scene("jammed under the head", Truth.BAD, FaultKind.JAM, Step.MARK, end="MISPRINTED"),
    Scene("jammed at the feed, and taken out", Truth.NO_CARD, FaultKind.JAM, Step.FEED, (TakeFrom.JAMMED,)),
    Scene("jammed at the reader, and taken out", Truth.NO_CARD, FaultKind.JAM, Step.ENCODE, (TakeFrom.JAMMED,)),
    Scene("jammed under the head, and taken out", Truth.NO_CARD, FaultKind.JAM, Step.MARK, (TakeFrom.JAMMED,), end="MISPRINTED"),
    Scene("jammed on the way out, and taken out", Truth.NO_CARD, FaultKind.JAM, Step.EJECT, (TakeFrom.JAMMED,), end="MISPRINTED"),
    Scene("the ribbon ends before the feed", Truth.NO_CARD, FaultKind.RUN_OUT, Step.FEED),
    TEST_FIRST,
    TEST_CUT,
)

#: How a book is written, by the calls of the system that do it.
CALLS = ("pwrite64", "fdatasync")


@frozen
class AtWrite:
    """The `number`-th such call of each thread of the station fails, or is its last; `lasting`: so do all after it."""

    kind: Kind
    call: str
    number: int
    lasting: bool = False

    def __str__(self) -> str:
        return f"{self.kind.value} at {self.call} {self.number}{' and ever after' if self.lasting else ''}"

    @property
    def strace(self) -> tuple[str, ...]:
        """How `strace` is told."""
        what = "signal=SIGKILL" if self.kind is Kind.KILL else f"error={self.kind.value}"
        # Faster, but strace then injects no signals.
        quick = () if self.kind is Kind.KILL else ("--seccomp-bpf",)
        return (*quick, "-e", f"trace={self.call}", "-e", f"inject={self.call}:{what}:when={self.number}{'+' if self.lasting else ''}")


@frozen
class AtDevice:
    """The station is killed the moment this happens in the printer for the `number`-th time."""

    what: What
    number: int = 1
    kind: Kind = Kind.KILL

    def __str__(self) -> str:
        return f"kill -9 at the device's {self.what.value} {self.number}"


@frozen
class AtRest:
    """The station is killed when all is done and told; what starts again finds nothing left to do."""

    kind: Kind = Kind.KILL

    def __str__(self) -> str:
        return "kill -9 at rest"


@frozen
class Twice:
    """The station is killed, and what starts again is killed too, while it looks into what happened."""

    first: AtDevice
    second: AtDevice
    kind: Kind = Kind.KILL

    def __str__(self) -> str:
        return f"{self.first}, and then {self.second}"


class Held(Enum):
    """What the station waits for and does not get, so that its book stands still at one row."""

    HUB = "the hub"
    POWER = "the printer's power"
    PICTURE = "the printer's answer to the picture"
    VERDICT = "the verdict"
    RECEIPT = "the hub's receipt"


@frozen
class AtHeld:
    """The station is killed while something is held back from it: it can be at no other row, however slow all is."""

    what: Held
    kind: Kind = Kind.KILL

    def __str__(self) -> str:
        return f"kill -9 while {self.what.value} is held back"


Strike = AtWrite | AtDevice | AtRest | Twice | AtHeld
#: Every thing that can happen in the printer while a station waits for it.
DEVICE_STEPS = (
    AtDevice(What.FED), AtDevice(What.MOVED), AtDevice(What.ENCODE_BEGUN), AtDevice(What.ENCODED),
    AtDevice(What.MOVED, 2), AtDevice(What.MARK_BEGUN), AtDevice(What.PRINTED), AtDevice(What.SPOILED),
    AtDevice(What.EJECTED), AtDevice(What.REJECTED), AtDevice(What.JAMMED), AtDevice(What.POWER_LOST),
)  # fmt: skip


def few() -> list[tuple[Scene, Strike]]:
    """One cell for each row and truth, wherever and however slow it runs; then commits that fail, as they fall."""
    return [*of_each_row(), *of_commits()]


def of_each_row() -> list[tuple[Scene, Strike]]:
    """A cell for each row and truth: what happens in the printer and what is held back decide the row, no clock."""
    held: list[tuple[Scene, Strike]] = [(GOOD, AtHeld(what)) for what in Held]
    late = [(scene, AtHeld(what)) for scene, what in ((MISPRINT, Held.VERDICT), (MISPRINT, Held.RECEIPT), (GONE, Held.VERDICT))]
    steps: list[tuple[Scene, Strike]] = [(GOOD, at) for at in DEVICE_STEPS if at.what not in (What.SPOILED, What.REJECTED, What.JAMMED, What.POWER_LOST)]
    ends: list[tuple[Scene, Strike]] = [(scene, _end(scene)) for scene in SCENES if scene.fault in (FaultKind.JAM, FaultKind.POWER_LOSS)]
    return [*held, *late, *steps, (MISPRINT, AtDevice(What.SPOILED)), (GONE, AtDevice(What.EJECTED)), *ends, (GOOD, AtRest())]


def of_commits() -> list[tuple[Scene, Strike]]:
    """Commits that fail or are the last, from the first on; into which row one falls depends on when the hub answers."""
    kills: list[tuple[Scene, Strike]] = [(GOOD, AtWrite(Kind.KILL, "fdatasync", n)) for n in (2, 9)]
    late = [(scene, _failing(n)) for scene, n in ((MISPRINT, 10), (GONE, 9))]
    return [*kills, *((GOOD, _failing(n)) for n in range(1, 13)), *late]


def of_profiles() -> list[tuple[Scene, Strike]]:
    """The station struck in the two orders of work that are not the usual one."""
    first = (What.MOVED, What.MARK_BEGUN, What.ENCODE_BEGUN, What.ENCODED, What.EJECTED)
    printed_first = [(_in(Profile.PRINT_FIRST, GOOD), AtDevice(what)) for what in first]
    no_chip = [(_in(Profile.NO_CHIP, GOOD, truth), AtDevice(what)) for what, truth in ((What.FED, Truth.GOOD), (What.PRINTED, Truth.GOOD))]
    jams = [(_in(profile, JAMMED_OUT), AtDevice(What.JAMMED)) for profile in (Profile.PRINT_FIRST, Profile.NO_CHIP)]
    return [*printed_first, *no_chip, *jams]


def of_recovery() -> list[tuple[Scene, Strike]]:
    """What starts again is killed too."""
    feed_jam = next(one for one in SCENES if one.name == "jammed at the feed")
    kills = ((What.PRINTED, What.REJECTED), (What.FED, What.ENCODED), (What.ENCODED, What.MARK_BEGUN))
    return [
        *((GOOD, Twice(AtDevice(first), AtDevice(second))) for first, second in kills),
        (feed_jam, Twice(AtDevice(What.JAMMED), AtDevice(What.REJECTED))),
        *((_no_receipt(*falls), AtDevice(What.FED)) for falls in (("before", "after"), ("after",) * 3)),
    ]


def _no_receipt(*falls: str) -> Scene:
    return evolve(GOOD, name=f"a good card; the hub falls {', '.join(falls)}", lost=falls)


def _in(profile: Profile, scene: Scene, truth: Truth | None = None) -> Scene:
    return evolve(scene, name=f"{scene.name}, {profile.value}", profile=profile, truth=truth or scene.truth)


def of_a_test_card() -> list[tuple[Scene, Strike]]:
    """The station struck while a test card is printed, and around it."""
    steps = [(TEST_FIRST, AtDevice(what)) for what in (What.FED, What.MARK_BEGUN, What.PRINTED, What.EJECTED)]
    return [*steps, (TEST_CUT, AtDevice(What.POWER_LOST)), *((TEST_FIRST, _failing(n)) for n in range(4, 10))]


def _failing(number: int) -> AtWrite:
    """An input error once, or a disk that is full and stays so, in turn."""
    full = number % 2 == 1
    return AtWrite(Kind.ENOSPC if full else Kind.EIO, "fdatasync", number, lasting=full)


def _end(scene: Scene) -> AtDevice:
    return AtDevice(What.POWER_LOST if scene.fault is FaultKind.POWER_LOSS else What.JAMMED)
