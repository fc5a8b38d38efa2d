"""The hub as a step (langkah pusat): `step(state, view, input) -> state, effects`.

Everything the hub does follows from what arrives and what its book says. It asks its shell
to persist asks, and to answer once they are persisted; nothing is answered before. Between
requests it authorises records by itself: for every station that is neither stopped, nor being counted,
nor closed for the day; never more than the station's absorbed stock, nor than the policy's number of leases.

No clock, socket, thread or file is known here; a simulator runs this same class.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping

from attrs import evolve, field, frozen

from ektp_core.boundary.store import Accepted, Answer, Work
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.absorb import FORK, AbsorbCommit
from ektp_core.flow.ask import Ask
from ektp_core.flow.closing_day import rests
from ektp_core.flow.events import StationFrozen
from ektp_core.flow.founding import policy_in_force
from ektp_core.flow.printing import Authorise, free_blanks
from ektp_core.flow.queueing import due
from ektp_core.flow.rows import AbsorbedCommit, Desk, Lock, LostStation, ReleasedByCode, Station
from ektp_core.flow.view import View
from ektp_core.vocabulary.party import PartyId
from ektp_core.wire.chain import check, read_header
from ektp_core.wire.upload import FORMAT, Receipt, Upload
from ektp_hub import doubts, early_returns
from ektp_hub.wrong_codes import as_told

#: How many authorisations are decided in one go.
BATCH = 50


@frozen
class AsksArrived:
    """Opened asks of one request, in order; what could not be opened is a refusal already."""

    request: int
    works: tuple[Work | Refused, ...]


@frozen
class ChainArrived:
    """An upload whose envelope was verified to be the station's."""

    request: int
    upload: Upload
    signed_by: tuple[str, ...]


@frozen
class Persisted:
    """The answers to an earlier `Persist`."""

    token: int
    answers: tuple[Answer, ...]


@frozen
class NotPersisted:
    """An earlier `Persist` came to nothing through a fault of this program; the book is as before."""

    token: int


@frozen
class Ticked:
    """Time went by."""


Input = AsksArrived | ChainArrived | Persisted | NotPersisted | Ticked


@frozen
class Persist:
    """Commit these; the answers come back as `Persisted` with the same token."""

    token: int
    works: tuple[Work, ...]


@frozen
class Failed:
    """No answer: the hub itself is at fault, nothing was done, and the same may be asked again."""


@frozen
class Reply:
    """Answer a request: one answer an ask, or a receipt, or one refusal for the whole."""

    request: int
    answer: tuple[Answer, ...] | Receipt | Refused | Failed


@frozen
class Alarm:
    """Something a person of the centre must look at."""

    what: str
    facts: Mapping[str, str | int] = field(factory=dict)


Effect = Persist | Reply | Alarm


@frozen
class Waiting:
    """What a `Persist` was for: the request, the places of the asks in it, or the hub's own work.

    `booking`: the station's close that is booked by it.
    """

    request: int = 0
    opened: tuple[Work | Refused, ...] = ()
    upload: Upload | None = None
    booking: tuple[str, int] | None = None


@frozen
class HubState:
    """What the hub remembers between inputs; all of it may be lost in a crash."""

    key: str
    next_token: int = 1
    waiting: Mapping[int, Waiting] = field(factory=dict)
    authorising: bool = False
    aged: frozenset[tuple[str, int]] = frozenset()  # cards in doubt whose age was told
    next_doubts_ms: int = 0
    ahead: Mapping[str, int] = field(factory=dict)  # stations whose time is ahead, and until when they get nothing
    unbooked: Mapping[tuple[str, int], int] = field(factory=dict)  # closes of stations, and how often booking failed


def step(state: HubState, view: View, what: Input, now_ms: int) -> tuple[HubState, tuple[Effect, ...]]:
    """One input, the next state, and what the shell has to do."""
    match what:
        case AsksArrived():
            return _asks(state, what)
        case ChainArrived():
            return _chain(state, what, now_ms)
        case Persisted():
            return _persisted(state, view, what)
        case NotPersisted():
            return _not_persisted(state, what)
        case Ticked():
            state, alarms = _aged(state, view, now_ms)
            state, booking = _book_closes(state, view, now_ms)
            state, effects = _authorise(state, view, now_ms)
            return state, (*alarms, *booking, *effects)


def _asks(state: HubState, what: AsksArrived) -> tuple[HubState, tuple[Effect, ...]]:
    works = tuple(work for work in what.works if isinstance(work, Work))
    if not works:
        refused = tuple(work for work in what.works if isinstance(work, Refused))
        return state, (Reply(what.request, refused),)
    return _persist(state, works, Waiting(what.request, what.works))


def _persist(state: HubState, works: tuple[Work, ...], why: Waiting) -> tuple[HubState, tuple[Effect, ...]]:
    token = state.next_token
    waiting = {**state.waiting, token: why}
    return evolve(state, next_token=token + 1, waiting=waiting), (Persist(token, works),)


def _chain(state: HubState, what: ChainArrived, now_ms: int) -> tuple[HubState, tuple[Effect, ...]]:
    """Check that the commits hash and follow each other, then absorb them one by one."""
    try:
        works = tuple(_absorbing(what, now_ms))
    except Refused as refused:
        return state, (Reply(what.request, refused),)
    return _persist(state, works, Waiting(what.request, upload=what.upload))


def _absorbing(what: ChainArrived, now_ms: int) -> Iterator[Work]:
    previous: bytes | None = None
    for one in what.upload.commits:
        before = read_header(one.header).previous if previous is None else previous
        header = check(one, before)
        previous = one.head
        body = AbsorbCommit(what.upload.station, one.n, header.previous, one.head, header.at_ms, header.pen, one.events)
        yield Work(Ask("", body, what.signed_by, now_ms, one.head))


def _persisted(state: HubState, view: View, what: Persisted) -> tuple[HubState, tuple[Effect, ...]]:
    why, state = _no_longer_waiting(state, what.token)
    if why is None:
        return state, ()
    if why.upload:
        early = early_returns.resting(view, what.answers)
        state = evolve(state, ahead={**state.ahead, **early})
        told = tuple(Alarm("a station's time is ahead: it is given nothing for a while", {"station": o}) for o in early)
        return state, (_receipt(view, why.request, why.upload, what.answers), *told, *_alarms(what.answers))
    if why.booking:
        return _booked(state, why.booking, what.answers[0] if what.answers else None)
    if not why.request:
        return evolve(state, authorising=False), ()
    answers = iter(what.answers)
    merged = tuple(one if isinstance(one, Refused) else as_told(one, next(answers)) for one in why.opened)
    return state, (Reply(why.request, merged), *_alarms(merged))


def _not_persisted(state: HubState, what: NotPersisted) -> tuple[HubState, tuple[Effect, ...]]:
    why, state = _no_longer_waiting(state, what.token)
    if why is None:
        return state, ()
    if why.booking:
        return _booked(state, why.booking, None)
    if not why.request:
        return evolve(state, authorising=False), ()
    return state, (Reply(why.request, Failed()),)


def _no_longer_waiting(state: HubState, token: int) -> tuple[Waiting | None, HubState]:
    left = {other: one for other, one in state.waiting.items() if other != token}
    return state.waiting.get(token), evolve(state, waiting=left)


def _receipt(view: View, request: int, upload: Upload, answers: tuple[Answer, ...]) -> Reply:
    lost = view.row(LostStation, upload.station)
    if lost:
        return Reply(request, Refused(Refusal.STATION_IS_LOST, {"station": lost.station, "letter": lost.letter}))
    station = view.row(Station, upload.station)
    last_commit = upload.commits[-1]
    taken = view.row(AbsorbedCommit, upload.station, last_commit.n)
    if station and station.frozen_why == FORK and not (taken and taken.head == last_commit.head):
        return Reply(request, Refused(Refusal.CHAIN_FORK, {"n": last_commit.n, "station": upload.station}))
    refused = next((one for one in answers if isinstance(one, Refused)), None)
    if refused:
        return Reply(request, refused)
    if taken is None or taken.head != last_commit.head:  # of a key it had before: kept as evidence
        return Reply(request, Refused(Refusal.CHAIN_FORK, {"n": last_commit.n, "station": upload.station}))
    return Reply(request, Receipt(FORMAT, upload.station, taken.n, taken.head.hex(), taken.hub_n))


def _events(answers: Iterable[Answer]) -> Iterator[object]:
    for one in answers:
        if isinstance(one, Accepted):
            yield from one.events


def _alarms(answers: Iterable[Answer]) -> tuple[Effect, ...]:
    return tuple(
        Alarm("station stopped", {"station": e.station, "why": e.why})
        for e in _events(answers)
        if isinstance(e, StationFrozen) and e.why
    )


def _aged(state: HubState, view: View, now_ms: int) -> tuple[HubState, tuple[Effect, ...]]:
    """A card in doubt for longer than a shift is told once."""
    if now_ms < state.next_doubts_ms:
        return state, ()
    aged = doubts.aged(view, now_ms)
    new = doubts.newly(state.aged, aged)
    state = evolve(state, aged=frozenset(aged), next_doubts_ms=now_ms + doubts.EVERY_MS)
    return state, tuple(Alarm("a card is in doubt for longer than a shift", facts) for facts in new)


def _book_closes(state: HubState, view: View, now_ms: int) -> tuple[HubState, tuple[Effect, ...]]:
    """Each close in a commit of its own, and of each station one after the other."""
    under_way = {one.booking for one in state.waiting.values()}
    effects: list[Effect] = []
    for name, work in doubts.bookings(view, state.key, now_ms, state.unbooked):
        if name not in under_way:
            state, more = _persist(state, (work,), Waiting(booking=name))
            effects += more
    return state, tuple(effects)


def _booked(state: HubState, name: tuple[str, int], answer: Answer | None) -> tuple[HubState, tuple[Effect, ...]]:
    """A close that could not be booked is tried a few times, and is then left to people; they are told once."""
    if not doubts.counts_as_failed(answer):
        return evolve(state, unbooked={other: count for other, count in state.unbooked.items() if other != name}), ()
    count = state.unbooked.get(name, 0) + 1
    state = evolve(state, unbooked={**state.unbooked, name: count})
    if count != doubts.MOST_TRIES:
        return state, ()
    return state, (Alarm("a close cannot be booked and is left to people", {"station": name[0], "number": name[1]}),)


def _authorise(state: HubState, view: View, now_ms: int) -> tuple[HubState, tuple[Effect, ...]]:
    if state.authorising:
        return state, ()
    works = tuple(_authorisations(view, state, now_ms))
    if not works:
        return state, ()
    return _persist(evolve(state, authorising=True), works, Waiting())


def _authorisations(view: View, state: HubState, now_ms: int) -> Iterator[Work]:
    """Records that wait in an office, for its stations with room, in the order of rule 31."""
    promised: set[str] = set()
    policy = policy_in_force(view)
    for station in view.rows(Station):
        if station.frozen_why or rests(view, station.station, now_ms):
            continue  # what it would get now it could not begin before another station did
        if now_ms < state.ahead.get(station.station, 0):
            continue
        desk = view.row(Desk, station.station)
        room = min(free_blanks(view, station), policy.lease_count - (desk.outstanding if desk else 0), BATCH)
        if room < 1:
            continue
        office = PartyId(station.station).home.value
        for record in due(view, office, policy, now_ms):
            if room < 1:
                break
            if record not in promised and not _was_released(view, record, station.station):
                promised.add(record)
                room -= 1
                yield _authorisation(view, record, station.station, state.key, now_ms)


def _was_released(view: View, record: str, station: str) -> bool:
    """Whether this station's code gave the record back and its own commit has not come: its line is dead."""
    lock = view.row(Lock, record)
    return lock is not None and view.row(ReleasedByCode, station, record, lock.n) is not None


def _authorisation(view: View, record: str, station: str, key: str, now_ms: int) -> Work:
    lock = view.row(Lock, record)
    assert lock is not None, "a waiting record without a lock"
    ask_id = f"auto/{record}/{lock.n + 1}"
    digest = hashlib.sha256(f"{ask_id} {station}".encode()).digest()
    return Work(Ask(ask_id, Authorise(record, station), (key,), now_ms, digest))
