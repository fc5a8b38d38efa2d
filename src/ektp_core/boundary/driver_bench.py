"""The bench a driver is judged on (meja uji driver): a device whose plastic can be looked at.

A driver says what it believes; only the bench knows what the device did. The author of a
driver brings one beside it, usually a model of the device's firmware: it loads blanks, makes
the device fail on order, does what a person would do afterwards, and tells the plain truth
about every card. The kit compares that with what the driver said. A bench that cannot make
the device fail in some way says so, and the checks that need it are listed as excused.

Benches are found through the entry-point group `ektp.benches`; the entry's name is the
driver's name and its value a `MakeBench`. Station and hub never load one.
"""

from collections.abc import Callable
from enum import Enum
from typing import Protocol, runtime_checkable

from attrs import field, frozen

BENCHES = "ektp.benches"


class Strike(Enum):
    """What can be made to go wrong; each is told of a real machine."""

    COVER_OPEN = "cover-open"
    HOPPER_EMPTY = "hopper-empty"  # the hopper shows no card although some are there
    JAM = "jam"
    RIBBON_OUT = "ribbon-out"
    MISPRINT = "misprint"  # the picture is wrong and no sensor sees it
    DOUBLE_FEED = "double-feed"  # two blanks leave the hopper at once
    BLANK_FEED = "blank-feed"  # the hopper turns and no blank comes
    DEAD_CHIP = "dead-chip"
    LOST_REPLY = "lost-reply"  # the device acts, and its answer never comes
    GARBLED_REPLY = "garbled-reply"
    SILENCE = "silence"  # it neither acts nor answers
    UNPLUG = "unplug"  # the cable; the device itself goes on
    POWER_CUT = "power-cut"  # off in the middle, and on again
    COUNTER_WRAP = "counter-wrap"  # its counters stand just before their end
    FOREIGN_PRINT = "foreign-print"  # somebody else prints a card meanwhile
    PANEL_CANCEL = "panel-cancel"  # a person cancels at the device
    SETTINGS_DRIFT = "settings-drift"  # its settings change by themselves
    SETTINGS_REFUSED = "settings-refused"  # it says yes to a setting and keeps its own, which is dangerous
    SPOOLER_KILLED = "spooler-killed"  # a queue's own server dies in the middle and starts again


class Moment(Enum):
    """During which act of the next card it strikes; `NOW` needs no act."""

    NOW = "now"
    FEED = "feed"
    MOVE = "move"
    ENCODE = "encode"
    MARK = "mark"
    DELIVER = "deliver"


class Lies(Enum):
    """Where a card lies."""

    HOPPER = "hopper"
    INSIDE = "inside"
    OUTPUT = "output"
    REJECT = "reject"
    TAKEN = "taken"  # a person took it out


@frozen
class CardOnBench:
    """One physical card as it is.

    Attributes:
        number: position in which it was loaded, from 1.
        marks: how many times ink touched it.
        whole: whether one picture stands on it completely.
        job_keys: for which jobs it was marked, in order (`PrintToken.job_key`; "" for a foreign one).
            Empty on a card with marks: the device is told no name of a job. A name of the device's
            own for it stays the same for the same job.
        chip: what its chip holds.
        picture: what stands on it as a person sees it, a PNG that lies as the picture sent does; b"" for
            nothing. The kit compares it with the picture of the leave, so whose face it is gets judged.
    """

    number: int
    uid: str
    lies: Lies
    marks: int = 0
    whole: bool = False
    job_keys: tuple[str, ...] = ()
    chip: bytes = b""
    picture: bytes = field(default=b"", repr=False)


@runtime_checkable
class Bench(Protocol):
    """One device on the bench, running from its making to `close`."""

    @property
    def driver(self) -> str:
        """Name of the driver under test."""

    @property
    def hint(self) -> str:
        """Where that driver finds the device."""

    @property
    def serial(self) -> str:
        """The device's own serial."""

    @property
    def strikes(self) -> frozenset[tuple[Strike, Moment]]:
        """What it can be made to do wrong, and when."""

    def load(self, blanks: int) -> None:
        """Put so many fresh blanks into the hopper."""

    def strike(self, what: Strike, at: Moment) -> None:
        """Let it happen once: now, or during the next act of that kind."""

    def mend(self) -> None:
        """Do what a person does then: plug in, switch on, close the cover, change the ribbon, free a jam.

        A card that was stuck is taken out; one that lies free inside stays there.
        """

    def cards(self) -> tuple[CardOnBench, ...]:
        """Every card ever loaded, as it is now."""

    def close(self) -> None:
        """End the device and whatever was started for it."""


#: Makes a fresh bench that keeps its files below the folder named.
MakeBench = Callable[[str], Bench]
