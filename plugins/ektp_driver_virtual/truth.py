"""What physically happened in one printer (kebenaran fisik), and what follows from it.

The printer appends an `Event` for everything that happens to a card; `Truth` is the fold of
these events and nothing else, so that a printer that lost power and a judge who reads the
file know the same. The station cannot write here and never reads here: judges do.

>>> truth = Truth()
>>> truth.apply(Event(1, 0, What.LOADED, blanks=(("A 1", "04aa"),)))
>>> truth.cards["A 1"].place.value, truth.good, truth.spoiled
('hopper', (), ())
"""

from enum import Enum
from pathlib import Path

import msgspec
from attrs import Factory, define, evolve, field, frozen

from ektp_core.boundary.card_printer import CardPosition, CounterName
from ektp_core.errors import Refusal, Refused

FILE = "truth.jsonl"
COUNTED = (
    CounterName.FED,
    CounterName.PRINTED,
    CounterName.EJECTED,
    CounterName.REJECTED,
    CounterName.ERRORS,
)


class What(Enum):
    """Everything that can happen."""

    STARTED = "started"
    LOADED = "loaded"
    FED = "fed"
    MOVED = "moved"
    ENCODE_BEGUN = "encode_begun"
    ENCODED = "encoded"
    MARK_BEGUN = "mark_begun"
    PANEL_PRINTED = "panel_printed"  # of a printer that lays one colour after the other
    PRINTED = "printed"
    SPOILED = "spoiled"
    EJECTED = "ejected"
    REJECTED = "rejected"
    JAMMED = "jammed"
    REMOVED = "removed"
    RIBBON_ENDED = "ribbon_ended"
    RIBBON_CHANGED = "ribbon_changed"
    POWER_LOST = "power_lost"


class Place(Enum):
    """Where a card lies."""

    HOPPER = "hopper"
    INSIDE = "inside"
    OUTPUT = "output"
    REJECT = "reject"
    JAMMED_REMOVED = "jammed-removed"


@frozen
class Event:
    """One thing that happened. Counters, position and ribbon are those after it."""

    n: int
    at_ms: int
    what: What
    session: int = 0
    printer: str = ""
    serial: str = ""
    uid: str = ""
    job_key: str = ""
    picture: str = ""
    detail: str = ""
    position: CardPosition = CardPosition.NONE
    ribbon: int = 0
    counters: dict[str, int] = field(factory=dict)
    blanks: tuple[tuple[str, str], ...] = ()  # loaded or removed: serial and UID
    chip: bytes = field(default=b"", repr=False)  # what was written to the chip


@frozen
class CardTruth:
    """What became of one physical card."""

    serial: str
    uid: str
    place: Place = Place.HOPPER
    fed: bool = False
    encoded: str = ""  # digest of what the chip holds
    chip: bytes = field(default=b"", repr=False)  # what the chip holds, once it was written to the end
    half_encoded: bool = False  # a write of the chip was begun and did not end
    marked: bool = False  # ink touched it
    marks: int = 0  # how often a print of it was begun
    job_keys: tuple[str, ...] = ()  # for which jobs, in order; "" where the printer was told no name
    panels: str = ""  # the colours laid on it, in order
    printed_good: bool = False
    spoiled: bool = False
    why: str = ""  # how it was spoiled
    job_key: str = ""  # record/attempt/try
    picture: str = ""  # what it looks like, relative to the printer's folder
    taken: bool = False  # a person took it out

    @property
    def record(self) -> str:
        """The record it was marked for."""
        return self.job_key.rsplit("/", 2)[0] if self.job_key else ""

    @property
    def attempt(self) -> int:
        """The attempt it was marked for; 0 when it was not marked."""
        parts = self.job_key.rsplit("/", 2)
        return int(parts[1]) if len(parts) == 3 and parts[1].isdigit() else 0


def _no_counts() -> dict[str, int]:
    return {name.value: 0 for name in COUNTED}


@define
class Truth:
    """The state of a printer and its cards after all events so far."""

    printer: str = ""
    session: int = 0
    events: int = 0
    powered: bool = False
    position: CardPosition = CardPosition.NONE
    ribbon: int = 0
    inside: str = ""
    behind: list[str] = Factory(list)  # what a double feed brought in behind the card inside
    hopper: list[str] = Factory(list)
    cards: dict[str, CardTruth] = Factory(dict)
    job_keys: set[str] = Factory(set)
    counters: dict[str, int] = Factory(_no_counts)

    @property
    def good(self) -> tuple[CardTruth, ...]:
        """Cards that were printed and look as they should."""
        return tuple(card for card in self.cards.values() if card.printed_good)

    @property
    def spoiled(self) -> tuple[CardTruth, ...]:
        """Cards that were marked or bent and are no good."""
        return tuple(card for card in self.cards.values() if card.spoiled)

    def lying(self, place: Place) -> tuple[CardTruth, ...]:
        """Cards in one place of the machine that nobody took out."""
        return tuple(c for c in self.cards.values() if c.place is place and not c.taken)

    def apply(self, event: Event) -> None:
        """Take one event in."""
        self.events, self.session = event.n, event.session
        self.position, self.ribbon = event.position, event.ribbon
        self.printer = event.printer or self.printer
        self.counters = {**self.counters, **event.counters}
        if event.what in (What.STARTED, What.POWER_LOST):
            self.powered = event.what is What.STARTED
        for serial, uid in event.blanks:
            self._blank(event, serial, uid)
        if event.serial:
            self.cards[event.serial] = self._card(event)

    def _blank(self, event: Event, serial: str, uid: str) -> None:
        if event.what is What.LOADED:
            self.cards[serial] = CardTruth(serial, uid)
            self.hopper.append(serial)
            return
        card = self.cards[serial]
        if card.place is Place.HOPPER:
            self.hopper.remove(serial)
        if card.place is Place.INSIDE:
            card = evolve(card, place=Place.JAMMED_REMOVED)
            self._leaves(serial)
        self.cards[serial] = evolve(card, taken=True)

    def _leaves(self, serial: str) -> None:
        """A card left the machine; one behind it is now the card inside."""
        if serial in self.behind:
            self.behind.remove(serial)
        elif serial == self.inside:
            self.inside = self.behind.pop(0) if self.behind else ""

    def _card(self, event: Event) -> CardTruth:
        card = self.cards[event.serial]
        match event.what:
            case What.FED:
                self.hopper.remove(event.serial)
                if self.inside:
                    self.behind.append(event.serial)
                self.inside = self.inside or event.serial
                return evolve(card, fed=True, place=Place.INSIDE)
            case What.ENCODE_BEGUN:
                return evolve(card, half_encoded=True, encoded="", chip=b"")
            case What.ENCODED:
                return evolve(card, half_encoded=False, encoded=event.detail, chip=event.chip)
            case What.MARK_BEGUN:
                self.job_keys.add(event.job_key)
                keys = (*card.job_keys, event.job_key)
                return evolve(card, marked=True, job_key=event.job_key, marks=card.marks + 1, job_keys=keys)
            case What.PANEL_PRINTED:
                return evolve(card, panels=card.panels + event.detail)
            case What.PRINTED:
                return evolve(card, printed_good=True, picture=event.picture)
            case What.SPOILED:
                return evolve(
                    card,
                    spoiled=True,
                    printed_good=False,
                    why=event.detail,
                    picture=event.picture or card.picture,
                )
            case What.EJECTED | What.REJECTED:
                self._leaves(event.serial)
                place = Place.OUTPUT if event.what is What.EJECTED else Place.REJECT
                return evolve(card, place=place)
            case _:
                return card


def read_truth(folder: Path) -> Truth:
    """What happened in the printer of this folder, for judges.

    Raises:
        Refused: BAD_FILE when a whole line is not an event, or events are missing.
    """
    truth = Truth()
    path = folder / FILE
    if not path.exists():
        return truth
    for line in whole_lines(path.read_bytes()):
        truth.apply(_event(line, truth.events + 1, path))
    return truth


def whole_lines(data: bytes) -> list[bytes]:
    """The lines that were written to their end; a torn last one never happened."""
    return data.split(b"\n")[:-1]


def _event(line: bytes, n: int, path: Path) -> Event:
    try:
        event = msgspec.json.decode(line, type=Event)
    except ValueError:
        event = None
    if event is None or event.n != n:
        facts = {"file": path.name, "shape": f"line {n} is not event {n}", "expected": "one event a line"}
        raise Refused(Refusal.BAD_FILE, facts)
    return event
