"""The stations of the small world, their printers and their lines to the hub."""

from collections.abc import Iterator, Mapping
from functools import cache

from ektp_core.lock.step import STATION_STATES, step
from ektp_core.press.evidence import NOTHING_KNOWN, Evidence, Inside
from ektp_core.press.recover import Answer, recover
from ektp_core.vocabulary.state import By, LockEvent, LockState, PressStep
from ektp_core.vocabulary.verdict import Certainty, Outcome
from tests.core.lock.small_hub import absorb, evidence
from tests.core.lock.small_world import (
    MACHINE,
    NONE,
    OWN,
    STOCK,
    Commit,
    Entry,
    Is,
    Plant,
    Sent,
    Station,
    World,
    doubted_blank,
    misfortune,
    moved,
    put,
    station_pen,
    with_card,
    with_station,
)


def _committed(world: World, i: int, station: Station, event: LockEvent | None, took: Sent | None = None) -> World:
    n, blank = station.n, station.blank
    if event in (LockEvent.PROVE_NOT_FED, LockEvent.BLANK_FAILED):
        station = station._replace(blank=NONE, marked=False)
    if station.state not in STATION_STATES:  # what no longer matters is forgotten, so that equal worlds are equal
        station = station._replace(state=None, marked=False, recalled=False)
    commit = Commit(event, n, blank, station_pen(station, i), took)
    if world.gone == i:
        return with_station(evidence(world, i, commit), i, station)
    return with_station(world, i, station._replace(outbox=(*station.outbox, commit)))


def _stepped(world: World, i: int, event: LockEvent) -> World:
    """A step of the lock in the station's own book, and the commit that tells it."""
    station = world.stations[i]
    assert station.state is not None
    row = step(station.state, event)
    assert row is not None and row.by is By.STN, f"a station cannot {event.name} at {station.state.name}"
    station = station._replace(state=row.target, book=moved(station.book, station.blank, row))
    return _committed(world, i, station, event)


def _take(world: World, i: int, k: int, plant: Plant) -> World:
    """Take the k-th entry of those not known to be taken: only the next one, and once."""
    station = world.stations[i]
    if k != station.taken and not (plant is Plant.SKIP_IN_FEED and k > station.taken):
        return world
    entry = world.feeds[i][k]
    if entry.kind is Sent.AUTHORISED:
        station = Station(station.book, LockState.AUTHORISED, entry.n, outbox=station.outbox, taken=station.taken)
    elif entry.kind is Sent.CORRECTION:
        station = station._replace(book=doubted_blank(station.book, entry.blank))
    elif entry.n == station.n:
        station = _aligned(station, entry)
    return _committed(world, i, station._replace(taken=k + 1), None, entry.kind)


def _aligned(station: Station, entry: Entry) -> Station:
    if entry.kind is Sent.RECALL:
        return station._replace(recalled=True)
    book = station.book
    if entry.kind is Sent.DISPUTE:
        in_press = station.blank if station.blank >= 0 and book[station.blank] & MACHINE else NONE
        book = doubted_blank(doubted_blank(book, in_press), entry.blank)
    elif entry.blank >= 0:
        book = put(book, entry.blank, entry.bucket)
    return station._replace(state=None, book=book)


@cache
def recovered(kind: Is, marked: bool) -> frozenset[LockEvent]:
    """What a station may conclude after a crash: from all its sensors, from none, and by an operator's look."""
    inside = {Is.INSIDE: Inside.INSIDE, Is.SENT: Inside.INSIDE, Is.FAILED: Inside.JAMMED}.get(kind, Inside.NOWHERE)
    job = {Is.INSIDE: Outcome.NOT_STARTED, Is.GOOD: Outcome.GOOD, Is.SPOILED: Outcome.SPOILED}.get(kind)
    same = True if inside is Inside.INSIDE else None
    fed = 0 if kind is Is.FRESH else 1
    sees = Evidence(fed, inside, same, job=job, job_certainty=Certainty.DEVICE_JOB_RECORD)
    at = PressStep.INTENT_MARK if marked else PressStep.START
    answers = {recover(at, one) for one in (sees, NOTHING_KNOWN)} - {Answer.CONTINUE}
    events = {_CONCLUDED.get(answer, LockEvent.DOUBT) for answer in answers}
    if kind in (Is.GOOD, Is.SPOILED):  # whoever holds the card may say what it is
        events |= {LockEvent.VERDICT_GOOD if kind is Is.GOOD else LockEvent.VERDICT_BAD}
    if kind is Is.FAILED:  # before ink, the failed blank in hand: the same attempt takes another, or is given up
        events |= {LockEvent.BLANK_FAILED} if LockEvent.VERDICT_BAD in events else set()
    return frozenset(events)


_CONCLUDED: Mapping[Answer, LockEvent] = {
    Answer.NOT_FED: LockEvent.PROVE_NOT_FED,
    Answer.BAD: LockEvent.VERDICT_BAD,
    Answer.REJECT: LockEvent.VERDICT_BAD,
}


def station_acts(world: World, i: int, plant: Plant) -> Iterator[World]:
    """Everything one station, its printer and its line to the hub can do next."""
    station = world.stations[i]
    if world.gone != i:
        yield from (_take(world, i, k, plant) for k in range(len(world.feeds[i])))
        for k in range(len(station.outbox)):
            after = absorb(world, i, k, plant)
            yield _receipt(after, i)
            if after is not world:  # absorbed, and the receipt is lost: the station sends it again
                yield from misfortune(after)
    if station.state is LockState.AUTHORISED:
        yield from _before_start(world, i)
    elif station.state is LockState.IN_PRESS:
        yield from _in_press(world, i, plant)


def _receipt(world: World, i: int) -> World:
    """The station learns what was absorbed and keeps the rest."""
    if not world.absorbed[i]:
        return world
    station = world.stations[i]
    station = station._replace(outbox=station.outbox[world.absorbed[i] :])
    return with_station(world._replace(absorbed=put(world.absorbed, i, 0)), i, station)


def _before_start(world: World, i: int) -> Iterator[World]:
    station = world.stations[i]
    yield _stepped(world, i, LockEvent.RETURN)
    blank = next((blank for blank in OWN[i] if station.book[blank] & STOCK), NONE)
    if blank == NONE or station.recalled or (world.gone == i and world.over):
        return
    if world.cards[blank].kind is not Is.FRESH:
        world = world._replace(broken="a used blank stands as stock in the station's book")
    yield _stepped(with_station(world, i, station._replace(blank=blank)), i, LockEvent.START)


def _in_press(world: World, i: int, plant: Plant) -> Iterator[World]:
    station = world.stations[i]
    kind = world.cards[station.blank].kind
    if kind is Is.FRESH:
        yield with_card(world, station.blank, Is.INSIDE)
    elif kind is Is.INSIDE and station.marked:
        yield with_card(world, station.blank, Is.SENT, station.n)
    elif kind is Is.INSIDE:
        yield from (with_card(after, station.blank, Is.FAILED) for after in misfortune(world))
        yield with_station(world, i, station._replace(marked=True))
    for event in recovered(kind, station.marked):
        if event in (LockEvent.VERDICT_GOOD, LockEvent.VERDICT_BAD, LockEvent.BLANK_FAILED):
            yield _stepped(world, i, event)
        else:
            yield from (_stepped(after, i, event) for after in misfortune(world))
    if plant is Plant.RETRY_UNKNOWN and station.marked and kind in (Is.SENT, Is.GOOD):
        other = next((blank for blank in OWN[i] if station.book[blank] & STOCK), NONE)
        if other != NONE:
            yield with_station(world, i, station._replace(blank=other, marked=False))


def printer_acts(world: World) -> Iterator[World]:
    """What printers do by themselves, whoever is still there to see it."""
    for blank, card in enumerate(world.cards):
        if card.kind is Is.SENT:
            yield with_card(world, blank, Is.GOOD, card.n)
            yield with_card(world, blank, Is.SPOILED, card.n)
