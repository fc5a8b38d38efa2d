"""One station's disk, copied: every order of what the two copies can do (reliability.md, P3).

Each copy prints the same authorised record on a blank of its own and tells the hub. Whatever the
order, the hub takes one card at most, raises the alarm as soon as it sees both histories, and
never has two cards of one person that could be used.
"""

import copy
from collections.abc import Callable

import pytest
from attrs import evolve, frozen

from ektp_core.boundary.store import Sealed
from ektp_core.errors import Refused
from ektp_core.flow.absorb import FORK
from ektp_core.flow.founding import POLICY
from ektp_core.flow.pressing import NoteStep, StartCard
from ektp_core.flow.printing import Authorise
from ektp_core.flow.rows import Chip, Evidence, Policy, Station
from ektp_core.vocabulary.state import CardState, LockState, PressStep, Profile
from ektp_core.wire.upload import Receipt, Upload, read_upload, write_upload
from ektp_hub.step import ChainArrived, HubState, Persist, Persisted, Reply, step
from ektp_store.memory import MemoryStore
from tests.core.flow.office_cards import GOOD, authorised, conclusion, entered, state, stocked
from tests.core.flow.offices import HUB_KEY, NOW, ONE, PRINTER, REGIONS, Offices, ask, deliver, maybe, rows, station_key

pytestmark = pytest.mark.rule(21, 22)
UIDS = tuple(f"{number:014X}" for number in range(1, 5))


@frozen
class Copies:
    """The hub's book and both copies of the station's, how far each copy was heard, and what it has done."""

    books: Offices
    copies: tuple[MemoryStore, MemoryStore]
    record: str
    heard: tuple[int, int]
    done: tuple[int, int] = (0, 0)


def begun() -> Copies:
    """One record authorised, the disk copied."""
    books = stocked(4, UIDS, Policy(POLICY, 1, lease_count=1))
    record = entered(books, 1)
    authorised(books, record)
    station = books.stations[ONE]
    return Copies(books, (station, copied(station)), record, (station.position().n,) * 2)


def copied(store: MemoryStore) -> MemoryStore:
    """A copy; the list of regions, which never changes, is shared."""
    return copy.deepcopy(store, {id(REGIONS): REGIONS})


def started(scene: Copies, who: int) -> Copies:
    """The blank is fed."""
    book, key = scene.copies[who], station_key(ONE)
    for body in (StartCard(scene.record, 1, PRINTER, -1, Profile.ENCODE_FIRST), NoteStep(scene.record, 1, PressStep.FED)):
        ask(book, body, key)
    return scene


def bound(scene: Copies, who: int) -> Copies:
    """Its chip is read: each copy has blanks of its own in the hopper."""
    ask(scene.copies[who], NoteStep(scene.record, 1, PressStep.UID_BOUND, uid=UIDS[who]), station_key(ONE))
    return scene


def marked(scene: Copies, who: int) -> Copies:
    """The chip is written, the card printed."""
    for one in (PressStep.INTENT_ENCODE, PressStep.INTENT_MARK, PressStep.EJECTED):
        ask(scene.copies[who], NoteStep(scene.record, 1, one), station_key(ONE))
    return scene


def concluded(scene: Copies, who: int) -> Copies:
    """It is good."""
    ask(scene.copies[who], conclusion(scene.record, 1, GOOD), station_key(ONE))
    return scene


def uploaded(scene: Copies, who: int) -> Copies:
    """The copy tells the hub what it did since it was last heard."""
    commits = tuple(scene.copies[who].sealed_since(scene.heard[who], 1_000))
    if not commits:
        return scene
    answer = brought(scene.books.hub, commits)
    if not isinstance(answer, Receipt):
        return scene
    heard = (answer.n, scene.heard[1]) if who == 0 else (scene.heard[0], answer.n)
    return evolve(scene, heard=heard)


def fetched(scene: Copies, who: int) -> Copies:
    """The hub authorises whatever it can, and the copy takes its feed."""
    ask(scene.books.hub, Authorise(scene.record, ONE), HUB_KEY)
    deliver(Offices(scene.books.hub, {ONE: scene.copies[who]}))
    return scene


def brought(hub: MemoryStore, commits: tuple[Sealed, ...]) -> Receipt | Refused:
    """An upload through the wire's bytes and the hub's step."""
    upload = read_upload(write_upload(Upload(ONE, commits)))
    now = HubState("key-hub")
    with hub.read() as view:
        now, effects = step(now, view, ChainArrived(1, upload, (station_key(ONE),)), NOW)
    for effect in effects:
        if isinstance(effect, Persist):
            answers = hub.commit(effect.works, NOW)
            with hub.read() as view:
                now, effects = step(now, view, Persisted(effect.token, answers), NOW)
    (reply,) = (one for one in effects if isinstance(one, Reply))
    assert isinstance(reply.answer, Receipt | Refused)
    return reply.answer


EVENTS: tuple[Callable[[Copies, int], Copies], ...] = (started, bound, marked, concluded, uploaded, fetched)


def check(scene: Copies) -> None:
    """What holds after every single event."""
    hub = scene.books.hub
    usable = [chip for chip in rows(hub, Chip) if chip.record and chip.state is not CardState.REVOKED]
    assert len(usable) <= 1
    assert state(hub, scene.record) is not LockState.READY
    station = maybe(hub, Station, ONE)
    assert station is not None
    if all(done > EVENTS.index(uploaded) for done in scene.done):
        assert station.frozen_why == FORK, "both histories were seen, and nobody was alarmed"
        assert rows(hub, Evidence, ONE)


def test_every_order_of_two_copies_and_six_events() -> None:
    """924 orders. Orders that lead to the same three books go on together: equal heads are equal books."""
    level: dict[tuple[object, ...], tuple[Copies, int]] = {(): (begun(), 1)}
    for _ in range(2 * len(EVENTS)):
        after: dict[tuple[object, ...], tuple[Copies, int]] = {}
        for scene, orders in level.values():
            for who in (0, 1):
                if scene.done[who] < len(EVENTS):
                    new = happened(scene, who)
                    check(new)
                    key = (new.done, *(store.position().head for store in (new.books.hub, *new.copies)))
                    known = after.get(key, (new, 0))
                    after[key] = (known[0], known[1] + orders)
        level = after
    assert sum(orders for _, orders in level.values()) == 924
    assert {scene.done for scene, _ in level.values()} == {(6, 6)}
    assert all(maybe_frozen(scene) for scene, _ in level.values())


def happened(scene: Copies, who: int) -> Copies:
    """The next event of one copy."""
    event = EVENTS[scene.done[who]]
    done = (scene.done[0] + 1, scene.done[1]) if who == 0 else (scene.done[0], scene.done[1] + 1)
    return evolve(event(apart(scene, who, event), who), done=done)


def maybe_frozen(scene: Copies) -> bool:
    """Whether the alarm was raised."""
    station = maybe(scene.books.hub, Station, ONE)
    return station is not None and station.frozen_why == FORK


def apart(scene: Copies, who: int, event: Callable[[Copies, int], Copies]) -> Copies:
    """The scene, with what this event changes copied first."""
    books = (copied(scene.copies[0]), scene.copies[1]) if who == 0 else (scene.copies[0], copied(scene.copies[1]))
    meets_hub = event in (uploaded, fetched)
    hub = copied(scene.books.hub) if meets_hub else scene.books.hub
    return evolve(scene, copies=books, books=Offices(hub, {ONE: books[0]}))


def test_one_copy_alone_is_an_ordinary_station() -> None:
    """The orders above are worth something only if a card is really made by them."""
    scene = begun()
    for event in EVENTS:
        scene = event(scene, 0)
    hub = scene.books.hub
    assert state(hub, scene.record) is LockState.PRINTED
    assert [chip.uid for chip in rows(hub, Chip) if chip.record] == [UIDS[0]]
    station = maybe(hub, Station, ONE)
    assert station is not None and station.frozen_why == ""
