"""When a printer may take a card, and what is due on it (tugas pencetak): pure, from the book and the last look.

Printers break by overheating, by long idling, by rollers nobody cleaned, and a ribbon out of
stock stops an office as surely as blanks do. Cards of the day come from the book, so a restart
forgets nothing; days are the office's own (rule 38). What a device cannot tell never keeps it
from printing, and a supply's level is a forecast: it warns and never decides. All numbers are
settings of `station.toml`; the sentences are the table `SENTENCES`.
"""

from collections.abc import Iterator, Mapping
from enum import Enum

from attrs import field, frozen

from ektp_core.boundary.card_printer import Can, Capabilities, Condition, Notice, Status, Supply
from ektp_core.flow.care_rows import PrinterWork, Testing
from ektp_core.flow.rows import Printer
from ektp_core.vocabulary.local_calendar import day_number
from ektp_station.notices import code_of

#: Temperatures of a retransfer printer's roller, in Celsius: outside them the film peels or the card warps.
RETRANSFER_C = (160, 170)

_CLEANING = frozenset({Condition.CLEANING_DUE, Condition.CLEANING_NEEDED})


@frozen
class Limits:
    """What one printer may be asked to do; 0 is no limit.

    Attributes:
        daily_cap: cards of one local day.
        rest_every, rest_ms: after so many cards of a day it rests so long.
        min_c, max_c: at which temperature it prints; 0 is what its kind needs, -1 any.
        clean_every: cards between two cleanings.
        low_days: a supply that lasts fewer working days is told.
        idle_days: a printer unused so many days is told.
        look_ms: how often an idle printer is looked at.
    """

    daily_cap: int = 0
    rest_every: int = 0
    rest_ms: int = 0
    min_c: int = 0
    max_c: int = 0
    clean_every: int = 0
    low_days: int = 2
    idle_days: int = 7
    look_ms: int = 10_000


@frozen
class Seen:
    """The last look at a printer; `why`: it did not answer."""

    at_ms: int = 0
    status: Status | None = None
    supplies: tuple[Supply, ...] = ()
    why: str = ""


class Reason(Enum):
    """Why a printer takes no card, or what is due on it."""

    NOT_THERE = "not-there"
    NO_ANSWER = "no-answer"
    CLOSED = "closed"
    PAUSED = "paused"
    LOOK = "look"
    TEST = "test"
    NOT_LOADED = "not-loaded"
    NO_BLANK = "no-blank"
    DEVICE = "device"
    CARD_INSIDE = "card-inside"
    TOO_COLD = "too-cold"
    TOO_HOT = "too-hot"
    DAILY_CAP = "daily-cap"
    RESTS = "rests"
    CLEAN_SAID = "clean-said"
    CLEAN_COUNTED = "clean-counted"
    LOW = "low"
    IDLE = "idle"


@frozen
class Sentence:
    """What is said of a printer, with names for its facts."""

    text: str


SENTENCES: Mapping[Reason, Sentence] = {
    Reason.NOT_THERE: Sentence("Printer {printer} is not there: check its cable, its power and its serial number."),
    Reason.NO_ANSWER: Sentence("Printer {printer} does not answer: {why}."),
    Reason.CLOSED: Sentence("Printer {printer} is out of service until two people explain it: {why}."),
    Reason.PAUSED: Sentence("Printer {printer} is paused: {why}."),
    Reason.LOOK: Sentence("Printer {printer} waits for somebody to look at the card it let go of."),
    Reason.TEST: Sentence("Printer {printer} prints a test card first."),
    Reason.NOT_LOADED: Sentence("Printer {printer} has no blanks noted: note them with `ektp station load`."),
    Reason.NO_BLANK: Sentence("Printer {printer} used up the blanks that were loaded: load others."),
    Reason.DEVICE: Sentence("Printer {printer} reports {condition}: put that right at the machine."),
    Reason.CARD_INSIDE: Sentence(
        "Printer {printer} has a card inside and none in the act: free it with `ektp station recover-printer`."
    ),
    Reason.TOO_COLD: Sentence("Printer {printer} has {now_c} degrees and prints from {limit_c}: let it warm up."),
    Reason.TOO_HOT: Sentence("Printer {printer} has {now_c} degrees and prints up to {limit_c}: let it cool down."),
    Reason.DAILY_CAP: Sentence("Printer {printer} made its {cap} cards of today; it goes on tomorrow."),
    Reason.RESTS: Sentence("Printer {printer} rests for {minutes} more minutes after {cards} cards."),
    Reason.CLEAN_SAID: Sentence("Printer {printer} asks to be cleaned."),
    Reason.CLEAN_COUNTED: Sentence("Printer {printer} made {cards} cards since its last cleaning: clean it, note it."),
    Reason.LOW: Sentence("The {supply} of printer {printer} lasts {left} cards, some {days} working days: order more."),
    Reason.IDLE: Sentence("Printer {printer} has not printed for {days} days: print a test card, idle printers break."),
}


@frozen
class Told:
    """A reason with what belongs into its sentence."""

    reason: Reason
    facts: Mapping[str, str | int] = field(factory=dict)

    @property
    def text(self) -> str:
        """The sentence in English; translated, it is `SENTENCES[reason].text` with the same facts."""
        return SENTENCES[self.reason].text.format(**self.facts)

    @property
    def key(self) -> str:
        """By which it is told once: a supply each, and what a device reports each."""
        return f"{self.reason.value} {self.facts.get('supply', self.facts.get('condition', ''))}".rstrip()


@frozen
class Facts:
    """All that is known of one printer. None is not known, and never keeps it from printing.

    Attributes:
        station: whose calendar counts. has_blank: whether a blank of what was loaded is left in stock.
        asks: whether somebody must look at its card. is_there: whether its driver ever opened it.
        card_left: whether its sensors show a card inside while none is in the act.
    """

    name: str
    station: str
    limits: Limits = field(factory=Limits)
    can: Capabilities | None = None
    row: Printer | None = None
    work: PrinterWork | None = None
    testing: Testing | None = None
    seen: Seen = field(factory=Seen)
    has_blank: bool = False
    asks: bool = False
    is_there: bool = True
    card_left: bool = False


def why_printer_waits(facts: Facts, now_ms: int) -> Told | None:
    """The first reason why this printer takes no card now; None if it takes the next one."""
    return next(_in_its_way(facts, now_ms), None)


def why_not_given(facts: Facts, now_ms: int) -> Told | None:
    """The first reason of duty alone: what the book and the device itself refuse is seen when a card is begun."""
    return next(_of_duty(facts, now_ms), None)


def what_is_due(facts: Facts, now_ms: int) -> tuple[Told, ...]:
    """What people should do soon. None of it stops a card."""
    return tuple(_due(facts, now_ms))


def cards_today(facts: Facts, now_ms: int) -> int:
    """Cards this printer fed on the local day of now, test cards too."""
    today = day_number(now_ms, facts.station)
    return sum(cards for day, cards in facts.work.days if day == today) if facts.work else 0


def a_working_day(work: PrinterWork | None) -> float:
    """Cards of a usual day, over the days on which it worked; 0 where it never did."""
    return sum(cards for _, cards in work.days) / len(work.days) if work and work.days else 0.0


def days_left(supply: Supply, work: PrinterWork | None) -> int | None:
    """For how many working days a supply lasts at this printer's own pace; None if nobody can tell."""
    a_day = a_working_day(work)
    return int(supply.remaining / a_day) if supply.remaining is not None and a_day else None


def _told(facts: Facts, reason: Reason, **more: str | int) -> Told:
    return Told(reason, {"printer": facts.name, **more})


def _in_its_way(facts: Facts, now_ms: int) -> Iterator[Told]:
    row, seen = facts.row, facts.seen
    if not facts.is_there:
        yield _told(facts, Reason.NOT_THERE)
    if row and row.closed_why:
        yield _told(facts, Reason.CLOSED, why=row.closed_why)
    if row and row.paused_why:
        yield _told(facts, Reason.PAUSED, why=row.paused_why)
    if seen.why:
        yield _told(facts, Reason.NO_ANSWER, why=seen.why)
    if facts.asks:
        yield _told(facts, Reason.LOOK)
    if row is None or not row.lo:
        yield _told(facts, Reason.NOT_LOADED)
    elif not facts.has_blank:
        yield _told(facts, Reason.NO_BLANK)
    for notice in _stops(seen.status):
        code = {"code": said} if (said := code_of(notice)) else {}
        yield _told(facts, Reason.DEVICE, condition=notice.condition.value, **code)
    if facts.card_left:
        yield _told(facts, Reason.CARD_INSIDE, condition="a card left inside")  # what the counter says of it
    yield from _of_duty(facts, now_ms)


def _stops(status: Status | None) -> tuple[Notice, ...]:
    return status.stops if status else ()


def _of_duty(facts: Facts, now_ms: int) -> Iterator[Told]:
    if facts.testing and facts.testing.state.is_open:
        yield _told(facts, Reason.TEST)
    yield from _temperature(facts)
    limits, cards = facts.limits, cards_today(facts, now_ms)
    if 0 < limits.daily_cap <= cards:
        yield _told(facts, Reason.DAILY_CAP, cap=limits.daily_cap)
    if facts.work and limits.rest_every and cards and cards % limits.rest_every == 0:
        left_ms = min(facts.work.last_ms + limits.rest_ms - now_ms, limits.rest_ms)
        if left_ms > 0:
            yield _told(facts, Reason.RESTS, minutes=-(-left_ms // 60_000), cards=cards)


def _temperature(facts: Facts) -> Iterator[Told]:
    can, status = facts.can, facts.seen.status
    now_c = status.temperature_c if status else None
    if can is None or Can.READS_TEMPERATURE not in can.can or now_c is None:
        return
    usual = RETRANSFER_C if Can.RETRANSFER in can.can else (-1, -1)
    low, high = facts.limits.min_c or usual[0], facts.limits.max_c or usual[1]
    if now_c < low:
        yield _told(facts, Reason.TOO_COLD, now_c=now_c, limit_c=low)
    if 0 <= high < now_c:
        yield _told(facts, Reason.TOO_HOT, now_c=now_c, limit_c=high)


def _due(facts: Facts, now_ms: int) -> Iterator[Told]:
    limits, work, status = facts.limits, facts.work, facts.seen.status
    if status and any(one.condition in _CLEANING for one in status.notices):
        yield _told(facts, Reason.CLEAN_SAID)
    cards = work.total - work.cleaned_total if work else 0
    if 0 < limits.clean_every <= cards:
        yield _told(facts, Reason.CLEAN_COUNTED, cards=cards)
    for supply in facts.seen.supplies if limits.low_days else ():
        days = days_left(supply, work)
        if days is not None and supply.remaining is not None and days < limits.low_days:
            yield _told(facts, Reason.LOW, supply=supply.name, left=supply.remaining, days=days)
    idle_days = day_number(now_ms, facts.station) - day_number(work.last_ms, facts.station) if work else 0
    if work and work.last_ms and 0 < limits.idle_days <= idle_days:
        yield _told(facts, Reason.IDLE, days=idle_days)
