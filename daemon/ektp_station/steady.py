"""The time a station works by (waktu kerja): the hub's signed time, and what really passed since.

T ends a permission by this time (rule 23). The wall clock of an office machine is set by hand and
by empty batteries: set back it would stretch every permission, set forward it would end them all.
So it is not followed. What counts is the highest time the hub ever signed, and the time that really
passed since, which also runs while the machine sleeps.

Only while the machine was off nobody knows what passed. Then the wall clock may make the time later
than what is sure, never earlier. Such a time is a *guess*: it stops a start, but gives nothing back,
and it is dropped as soon as the hub has spoken. A wall clock that is behind what was noted is plainly
wrong: then nothing is known, and no card is begun before the hub is heard. One that was set back to
just after the note cannot be told from a short rest; what is left of T then is the number of permissions.

A word of the hub bounds the time from both sides: it is not before what it says, and not after that
and what passed since it was asked for. A time outside of these two is given up, also for an earlier one.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from attrs import define, field, frozen

from ektp_core.errors import Refused
from ektp_core.flow.codec import from_json, to_json

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def now_ms() -> int:
    """Wall clock, milliseconds since 1970 UTC."""
    return time.time_ns() // 1_000_000


def passed_ms() -> int:
    """Milliseconds that really passed since some moment, sleep of the machine included where it can tell."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return (time.monotonic_ns() if clock is None else time.clock_gettime_ns(clock)) // 1_000_000


def boot_id() -> str:
    """Names this run of the machine; empty where it cannot be told from another."""
    with suppress(OSError):
        return _BOOT_ID.read_text("ascii").strip()
    return ""


@frozen
class ClockNote:
    """What a run of the station left for the next: its time, how much of it was sure, and three clocks then."""

    time_ms: int
    sure_ms: int
    wall_ms: int
    passed_ms: int
    boot: str


def read_note(raw: bytes | None) -> ClockNote | None:
    """The note these bytes hold; None for none, or for one nobody understands any more."""
    if not raw:
        return None
    try:
        return from_json(raw, ClockNote, "clock note")
    except Refused:
        return None


@define(eq=False)
class SteadyClock:
    """Milliseconds since 1970, as the hub counts them.

    Attributes:
        wall_ms: the wall clock, looked at once, when this is made. passed_ms: time that really passed.
        floor_ms: the time of the book's last commit: at least that late it is, though it may have been a guess.
        note: what the run before left. boot: names this run of the machine.

    >>> clock = SteadyClock(lambda: 100, iter([0, 7, 8, 9]).__next__)
    >>> clock.now_ms(), clock.is_sure
    (107, False)
    >>> clock.heard(50, sent_ms=7)
    0
    >>> clock.now_ms(), clock.is_sure
    (52, True)
    """

    wall_ms: Callable[[], int]
    passed_ms: Callable[[], int]
    floor_ms: int = 0
    note: ClockNote | None = None
    boot: str = ""
    is_sure: bool = field(init=False, default=False)
    is_known: bool = field(init=False, default=True)
    _sure: int = field(init=False, default=0)
    _guess: int = field(init=False, default=0)
    _seen: int = field(init=False, default=0)

    def __attrs_post_init__(self) -> None:
        self._seen, wall, note = self.passed_ms(), self.wall_ms(), self.note
        if note is None:
            self._guess = max(self.floor_ms, wall)
            return
        is_same_run = bool(self.boot) and self.boot == note.boot and self._seen >= note.passed_ms
        known = self._seen - note.passed_ms if is_same_run else 0
        self._sure = note.sure_ms + known if note.sure_ms else 0
        # The machine was off: what the wall clock says passed is believed only where it makes the time later.
        off = known if is_same_run else max(0, wall - note.wall_ms)
        self.is_known = is_same_run or wall >= note.wall_ms
        self._guess = max(self.floor_ms, note.time_ms + off)
        self.is_sure = is_same_run and bool(note.sure_ms) and note.sure_ms == note.time_ms

    def now_ms(self) -> int:
        """The time to work by. It goes back only when the hub's word takes the place of a guess, or of a wrong word."""
        self._pass()
        return self._sure if self.is_sure else max(self._sure, self._guess)

    def heard(self, at_ms: int, sent_ms: int) -> int:
        """The hub signed that it is `at_ms`, in answer to what was sent at `sent_ms` (as `passed_ms` counts).

        The time of sending counts, not of the answer: an answer that was held up makes it later, never earlier
        than it is.

        Returns:
            By how many milliseconds the time the hub had said before goes back; 0 as a rule.
        """
        self._pass()
        latest = at_ms + max(0, self._seen - sent_ms)
        before, self._sure = self._sure, latest if not at_ms <= self._sure <= latest else self._sure
        self.is_sure = self.is_known = True
        return max(0, before - self._sure)

    def noted(self) -> ClockNote:
        """What to leave for the next run."""
        now = self.now_ms()
        return ClockNote(now, self._sure, self.wall_ms(), self._seen, self.boot)

    def _pass(self) -> None:
        passed = self.passed_ms()
        since = max(0, passed - self._seen)
        self._seen = passed
        self._guess += since
        if self._sure:
            self._sure += since


def write_note(note: ClockNote) -> bytes:
    """The bytes of a note."""
    return to_json(note)
