"""What a field day came to (hitungan hari): good cards, blanks nobody can place, doubles, minutes of people.

Counted from the plastic. The books are only asked whether they say of each blank what the blank
shows; the sums are made here and not taken from any screen.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from attrs import Factory, define, field, frozen

from ektp_core.boundary.store import Accepted, Answer, Work
from ektp_core.flow.events import Stepped
from ektp_core.flow.rows import Lock
from ektp_core.flow.view import View
from ektp_core.vocabulary.bucket import LOST, Bucket
from ektp_core.vocabulary.state import LockState
from ektp_core.wire.upload import Receipt
from ektp_testing.sim.auditor import Auditor, is_stopped
from ektp_testing.sim.country import Country
from ektp_testing.sim.field_day_people import Crew
from ektp_testing.sim.field_day_picture import Recorder
from ektp_testing.sim.operator_times import Act
from ektp_testing.sim.people import place_of
from ektp_testing.sim.plastic import ON_THE_TABLE, Card
from ektp_testing.sim.station_node import StationNode


@frozen
class Day:
    """One day.

    Attributes:
        good: good cards on the table when the office closes, that a book has as good and held: the station's
            by the operator's look, the hub's where two people settled a card in doubt as good.
        printed: cards whose ink came to its end, good or not. spoiled: cards with ink that are not good.
        made_again: of the good ones, those of a record whose earlier card was spoiled this same day.
        fed: blanks that left a hopper.
        unaccounted: blanks of which the hub's book, when all is settled, says nothing or what they do not show.
        double_prints: good cards too many of one attempt, or of one person and not on the stop list.
        suspects_opened, suspects_open_at_close, suspects_left: cards in doubt; when the office closes; in the end.
        struck: faults, by kind. acts: by what people did. minutes: people's minutes, by what they did.
        waits: minutes of printers by what they waited for, or printed. link: share of the day with a line.
        all_done_h: hours after opening until the last citizen's card was good; 0 when that was not this day.
        finding: what the audit found in the end; empty when nothing.
    """

    seed: int
    good: int = 0
    printed: int = 0
    spoiled: int = 0
    made_again: int = 0
    fed: int = 0
    unaccounted: int = 0
    double_prints: int = 0
    suspects_opened: int = 0
    suspects_open_at_close: int = 0
    suspects_left: int = 0
    reports: int = 0
    link: float = 1.0
    all_done_h: float = 0.0
    struck: Mapping[str, int] = Factory(dict)
    acts: Mapping[str, int] = Factory(dict)
    minutes: Mapping[str, float] = Factory(dict)
    waits: Mapping[str, int] = Factory(dict)
    picture: tuple[str, ...] = field(default=(), repr=False)
    finding: str = ""
    digest: str = ""


@define(eq=False)
class Watching:
    """Looks on, as the auditor of any story does, and notes which cards were ever in doubt."""

    auditor: Auditor = Factory(Auditor)
    doubted: set[tuple[str, int]] = Factory(set)

    @property
    def country(self) -> Country:
        """What is looked at."""
        return self.auditor.country

    @country.setter
    def country(self, country: Country) -> None:
        self.auditor.country = country

    def of_hub(self, works: Sequence[Work], answers: Sequence[Answer], at_ms: int) -> None:
        """The hub committed."""
        self.auditor.of_hub(works, answers, at_ms)
        self._note(answers)

    def of_station(self, node: StationNode, works: Sequence[Work], answers: Sequence[Answer], at_ms: int) -> None:
        """The station committed."""
        self.auditor.of_station(node, works, answers, at_ms)
        self._note(answers)

    def of_receipt(self, receipt: Receipt) -> None:
        """The hub gives a receipt."""
        self.auditor.of_receipt(receipt)

    def set_back(self, label: str) -> None:
        """Nobody does that here."""
        self.auditor.set_back(label)

    def _note(self, answers: Sequence[Answer]) -> None:
        for answer in answers:
            for event in answer.events if isinstance(answer, Accepted) else ():
                if isinstance(event, Stepped) and event.state is LockState.SUSPECT:
                    self.doubted.add((event.record, event.n))

    def at_the_end(self) -> dict[str, Any]:
        """Blanks without a place, doubles and open suspects, once people had time to settle all."""
        country, hub = self.country, self.country.hub.store
        if hub is None:
            return {"unaccounted": len(country.cards)}
        with hub.read() as view:
            lost = [card.number for card in country.cards.values() if not _shows(view, card)]
            return {
                "unaccounted": len(lost),
                "double_prints": doubles(view, country),
                "suspects_opened": len(self.doubted),
                "suspects_left": suspects(view),
            }


def counted(seed: int, crew: Crew, recorder: Recorder) -> Day:
    """The figures at the moment the office closes."""
    country, trouble, plan = crew.country, crew.trouble, crew.plan
    cards = list(country.cards.values())
    good = [card for card in cards if card.is_good and card.place in ON_THE_TABLE and _is_held(country, card)]
    down_ms = sum(end - start for start, end in trouble.down)
    hub = country.hub.store
    assert hub is not None, "the hub runs all day"
    with hub.read() as view:
        open_now = suspects(view)
    return Day(
        seed,
        good=len(good),
        printed=sum(card.is_complete for card in cards),
        spoiled=sum(bool(card.job) and not card.is_good and card.place != "inside" for card in cards),
        made_again=sum(not card.attempt.endswith("/1") for card in good),
        fed=len({number for machine in country.stations[0].machines.values() for number in machine.fed_ever}),
        suspects_open_at_close=open_now,
        reports=crew.reports,
        link=round(1 - down_ms / plan.day_ms, 3),
        all_done_h=round(recorder.done_ms / 3_600_000, 2) if recorder.done_ms else 0.0,
        struck=dict(sorted(trouble.struck.items())),
        acts={act.value: crew.acts[act] for act in Act},
        minutes={act.value: round(crew.spent_s[act] / 60, 1) for act in Act},
        waits=recorder.minutes(),
        picture=recorder.picture(),
    )


def _is_held(country: Country, card: Card) -> bool:
    """Whether the station's book has a card as good and held, or the hub's, where two people settled it as good."""
    for store in (country.stations[0].store, country.hub.store):
        if store is None:
            continue
        with store.read() as view:
            place = place_of(view, card.number)
        if place is not None and place[1] is Bucket.GOOD_HELD:
            return True
    return False


def suspects(view: View) -> int:
    """Cards in doubt."""
    return sum(lock.state is LockState.SUSPECT for lock in view.rows(Lock))


def _shows(view: View, card: Card) -> bool:
    """Whether a blank is where the book has it, and looks as the book says."""
    place = place_of(view, card.number)
    match place[1] if place else None:
        case Bucket.STOCK:
            return card.is_untouched
        case Bucket.GOOD_HELD:
            return card.is_good and card.place in ON_THE_TABLE
        case Bucket.WASTE_HELD:
            return not card.is_good and card.place in ON_THE_TABLE
        case bucket if bucket in LOST:
            return card.place == "gone"
        case _:
            return False


def doubles(view: View, country: Country) -> int:
    """Rule 22: good cards beyond the first of one attempt, or of one person where none is on the stop list."""
    good = [card for card in country.cards.values() if card.is_good]
    of_attempt = Counter(card.attempt for card in good)
    of_person = Counter(card.record for card in good if not is_stopped(view, card))
    return max(sum(of_attempt.values()) - len(of_attempt), sum(of_person.values()) - len(of_person))
