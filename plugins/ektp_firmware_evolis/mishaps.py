"""What is told to go wrong with this machine, and when (gangguan yang diperintahkan).

Each mishap happens once. It strikes now, during an act of the machine, at a byte the machine
takes, at a colour it lays, at an answer it gives, or at a byte of its answers; the number says which one
from now. What strikes at a byte of an answer leaves the host with the bytes before it. A drift that
happens now has as many sorts as `settings.DRIFTS` has; there the number says which.

>>> read_words(("jam", "mark")).at
<When.MARK: 'mark'>
>>> read_words(("power-cut", "byte", "12"))
Mishap(kind=<Kind.POWER_CUT: 'power-cut'>, at=<When.BYTE: 'byte'>, number=12)
"""

from collections.abc import Callable, Sequence
from enum import Enum

from attrs import Factory, define, evolve, frozen

from ektp_driver_virtual.body import Stopped
from ektp_driver_virtual.messages import Reason

LARGEST = 10_000_000


class Kind(Enum):
    """What can go wrong; the words of `driver_bench.Strike` and a few more."""

    COVER_OPEN = "cover-open"
    HOPPER_EMPTY = "hopper-empty"  # the sensor shows no card although some are there
    JAM = "jam"
    RIBBON_OUT = "ribbon-out"
    MISPRINT = "misprint"
    DOUBLE_FEED = "double-feed"
    BLANK_FEED = "blank-feed"
    LOST_REPLY = "lost-reply"
    GARBLED_REPLY = "garbled-reply"
    SILENCE = "silence"  # takes nothing, gives nothing, does nothing
    SHORT_WRITE = "short-write"  # takes a part of what is sent and no more, until it was asked again
    UNPLUG = "unplug"
    POWER_CUT = "power-cut"
    REBOOT = "reboot"  # starts again by itself at once
    COUNTER_WRAP = "counter-wrap"
    FOREIGN_PRINT = "foreign-print"
    FOREIGN_CARD = "foreign-card"  # a card that no hopper gave lies in the machine
    PANEL_CANCEL = "panel-cancel"
    SETTINGS_DRIFT = "settings-drift"
    SETTINGS_REFUSED = "settings-refused"  # says OK to every setting and keeps its own
    RIBBON_SWAP = "ribbon-swap"  # somebody puts in a ribbon of another kind


class When(Enum):
    """When it strikes."""

    NOW = "now"
    FEED = "feed"
    MOVE = "move"
    MARK = "mark"
    DELIVER = "deliver"
    BYTE = "byte"
    PANEL = "panel"
    REPLY = "reply"
    ANSWER = "answer"  # at a byte of the answers, NUL included


ACTS = (When.FEED, When.MOVE, When.MARK, When.DELIVER)
_ANYWHERE = (When.NOW, *ACTS, When.BYTE, When.PANEL, When.ANSWER)
_REPLY = (When.REPLY, *ACTS, When.ANSWER)

#: Where each can strike; the first is where it strikes when nobody says.
CAN: dict[Kind, tuple[When, ...]] = {
    Kind.COVER_OPEN: _ANYWHERE,
    Kind.HOPPER_EMPTY: (When.NOW,),
    Kind.JAM: (When.MARK, When.FEED, When.MOVE, When.DELIVER, When.PANEL, When.BYTE),
    Kind.RIBBON_OUT: (When.MARK, When.NOW, When.PANEL, When.BYTE),
    Kind.MISPRINT: (When.MARK,),
    Kind.DOUBLE_FEED: (When.FEED,),
    Kind.BLANK_FEED: (When.FEED,),
    Kind.LOST_REPLY: _REPLY,
    Kind.GARBLED_REPLY: _REPLY,
    Kind.SILENCE: _ANYWHERE,
    Kind.SHORT_WRITE: (When.NOW, When.BYTE),
    Kind.UNPLUG: _ANYWHERE,
    Kind.POWER_CUT: _ANYWHERE,
    Kind.REBOOT: _ANYWHERE,
    Kind.COUNTER_WRAP: (When.NOW,),
    Kind.FOREIGN_PRINT: (When.NOW,),
    Kind.FOREIGN_CARD: (When.NOW,),
    Kind.PANEL_CANCEL: (When.MARK, When.NOW, When.FEED, When.MOVE, When.DELIVER, When.PANEL, When.BYTE),
    Kind.SETTINGS_DRIFT: (When.NOW, *ACTS),
    Kind.SETTINGS_REFUSED: (When.NOW,),
    Kind.RIBBON_SWAP: (When.NOW,),
}


@frozen
class Mishap:
    """One thing that goes wrong, at the `number`-th of its occasions from now."""

    kind: Kind
    at: When
    number: int = 1

    def __str__(self) -> str:
        return f"{self.kind.value} at {self.at.value} {self.number}"


def read_words(words: Sequence[str]) -> Mishap:
    """A mishap from words as a person types them.

    Raises:
        Stopped: it is none, or cannot strike there.
    """
    kind = next((one for one in Kind if words and one.value == words[0]), None)
    if kind is None:
        raise Stopped(Reason.BAD_ORDER, "known mishaps: " + ", ".join(one.value for one in Kind))
    at = next((one for one in When if one.value == words[1]), None) if len(words) > 1 else CAN[kind][0]
    if at is None or at not in CAN[kind]:
        places = ", ".join(one.value for one in CAN[kind])
        raise Stopped(Reason.UNSUPPORTED, f"{kind.value} can strike at: {places}")
    number = words[2] if len(words) > 2 else "1"
    if not (number.isascii() and number.isdigit() and 1 <= int(number) <= LARGEST) or len(words) > 3:
        raise Stopped(Reason.BAD_ORDER, f"the last word is a number from 1 to {LARGEST}")
    return Mishap(kind, at, int(number))


@define
class Waiting:
    """All mishaps that wait for their occasion."""

    ones: list[Mishap] = Factory(list)

    def due(self, at: When, *kinds: Kind, passed: int = 1) -> list[Mishap]:
        """Let `passed` occasions pass by the mishaps of these kinds; take out those that strike now."""
        return self._count(lambda one: one.at is at and (not kinds or one.kind in kinds), passed)

    def next_at(self, at: When) -> int | None:
        """How many occasions are left until the next mishap of this sort."""
        return min((one.number for one in self.ones if one.at is at), default=None)

    def _count(self, meant: Callable[[Mishap], bool], passed: int) -> list[Mishap]:
        struck, left = [], []
        for one in self.ones:
            if not meant(one):
                left.append(one)
            elif one.number <= passed:
                struck.append(one)
            else:
                left.append(evolve(one, number=one.number - passed))
        self.ones[:] = left
        return struck
