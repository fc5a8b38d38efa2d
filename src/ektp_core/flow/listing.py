"""Lists of cards (daftar kartu): batches handed out together, and cards carried out to the people (rule 35).

A batch is a named list of records; its hold lies on every member but the urgent ones and
stops the hand-over, not the printing. It opens when every member is printed (the first
hand-over sees it), or when the head closes it naming exactly the missing ones. A list carried
out names printed cards that nothing holds; they stay in the books of those who sent them until
they are handed over, and every card that was not is brought back and counted, or declared missing.
"""

from collections.abc import Iterable, Iterator

from attrs import frozen

from ektp_core.errors import Refusal, Refused
from ektp_core.flow.ask import Ask
from ektp_core.flow.cards import stop_of
from ektp_core.flow.cards_events import HoldLifted, HoldPlaced, ListClosed, ListMade
from ektp_core.flow.cards_rows import CardFacts, CardList, Hold
from ektp_core.flow.events import Event
from ektp_core.flow.finished import finished_card
from ektp_core.flow.holds import office_of, refuse_held
from ektp_core.flow.locks import lock_of
from ektp_core.flow.permits import PERMITS, Act
from ektp_core.flow.rows import Attempt, Party
from ektp_core.flow.signers import of_office, require
from ektp_core.flow.view import View
from ektp_core.handover.batch import missing, waiting
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.card_words import ListKind
from ektp_core.vocabulary.hold import HoldKind
from ektp_core.vocabulary.state import LockEvent, LockState

#: Outcomes after which a member never holds its batch, also when it is unlocked again.
_SPOILED = frozenset(
    {LockEvent.VERDICT_BAD, LockEvent.SETTLE_BAD, LockEvent.SETTLE_LOST, LockEvent.FAIL_CARD, LockEvent.VOID}
)


@frozen
class MakeBatch:
    """Name a batch: records of one office; the urgent ones are members and do not wait."""

    name: str
    office: str
    members: tuple[str, ...]
    urgent: tuple[str, ...] = ()


@frozen
class OpenBatch:
    """Open a batch by hand. `missing`: every member that has no printed card now."""

    name: str
    missing: tuple[str, ...] = ()


@frozen
class SendOut:
    """Carry finished cards out to `place` (a village, a neighbourhood, an outreach day)."""

    name: str
    office: str
    place: str
    members: tuple[str, ...]


@frozen
class BringBack:
    """Close a list carried out: `returned` are the cards nobody fetched, counted."""

    name: str
    returned: tuple[str, ...] = ()


def decide_make_batch(view: View, ask: Ask, body: MakeBatch) -> tuple[Event, ...]:
    """The batch, and its hold on all who wait."""
    who = require(view, ask, PERMITS[Act.LIST_CARDS])
    if view.row(Party, body.office) is None:
        raise Refused(Refusal.UNKNOWN_PARTY, {"party": body.office})
    of_office(who, body.office)
    _check_new(view, body.name, body.office, body.members)
    strangers = sorted(set(body.urgent) - set(body.members))
    if strangers or len(set(body.urgent)) != len(body.urgent):
        raise _bad("urgent", "not all members", "members of the list, each once")
    for record in body.members:
        _may_wait(view, record)
    made = ListMade(body.name, ListKind.BATCH, body.office, "", body.members, body.urgent, who.names, ask.at_ms)
    held = (
        HoldPlaced(record, HoldKind.BATCH, body.name, "", who.names, ask.at_ms)
        for record in body.members
        if record not in body.urgent
    )
    return (made, *held)


def _may_wait(view: View, record: str) -> None:
    """Refuse a member that waits in another batch, is withdrawn, or is handed over."""
    lock = lock_of(view, record)
    facts = view.row(CardFacts, record, lock.n)
    handed = bool(facts and facts.handed_ms)
    if handed or lock.state is LockState.WITHDRAWN:
        state = "HANDED_OVER" if handed else lock.state.name
        raise Refused(Refusal.NO_SUCH_STEP, {"record": record, "state": state, "event": "LIST", "allowed": "nothing"})
    hold = view.row(Hold, record, HoldKind.BATCH)
    if hold:
        raise Refused(Refusal.ALREADY_KNOWN, {"what": "a batch of record", "id": record})


def decide_open_batch(view: View, ask: Ask, body: OpenBatch) -> tuple[Event, ...]:
    """The head opens a batch and names exactly who is missing."""
    who = require(view, ask, PERMITS[Act.OPEN_BATCH])
    batch = _open_list(view, body.name, ListKind.BATCH)
    of_office(who, batch.office)
    found = missing({record: lock_of(view, record).state for record in batch.members})
    differing = sorted(set(found) ^ set(body.missing))
    if differing or len(set(body.missing)) != len(body.missing):
        raise _differs(body.name, differing)
    return tuple(_opened(view, batch, found, who.names, ask.at_ms))


def opened_if_complete(view: View, ask: Ask, record: str, by: tuple[str, ...]) -> tuple[Event, ...]:
    """What opens the batch of a record whose every member is printed; nothing while it waits, or without one."""
    hold = view.row(Hold, record, HoldKind.BATCH)
    batch = view.row(CardList, hold.why) if hold else None
    if batch is None or batch.closed_ms:
        return ()
    waited_for = [one for one in batch.members if one not in batch.urgent]
    states = {one: lock_of(view, one).state for one in waited_for}
    if waiting(states, [one for one in waited_for if _was_spoiled(view, one)]):
        return ()
    return tuple(_opened(view, batch, missing(states), by, ask.at_ms))


def _was_spoiled(view: View, record: str) -> bool:
    return any(attempt.outcome in _SPOILED for attempt in view.rows(Attempt, record))


def _opened(view: View, batch: CardList, absent: tuple[str, ...], by: tuple[str, ...], at_ms: int) -> Iterator[Event]:
    for record in batch.members:
        hold = view.row(Hold, record, HoldKind.BATCH)
        if hold and hold.why == batch.name:
            yield HoldLifted(record, HoldKind.BATCH, batch.name, by)
    yield ListClosed(batch.name, absent, (), by, at_ms)


def decide_send_out(view: View, ask: Ask, body: SendOut) -> tuple[Event, ...]:
    """The cards are out on the list; in the books they are still held."""
    who = require(view, ask, PERMITS[Act.LIST_CARDS])
    if view.row(Party, body.office) is None:
        raise Refused(Refusal.UNKNOWN_PARTY, {"party": body.office})
    of_office(who, body.office)
    _check_new(view, body.name, body.office, body.members)
    if not body.place.strip():
        raise _bad("place", "empty", "the village, neighbourhood or day")
    for record in body.members:
        _may_go_out(view, ask, record)
    return (ListMade(body.name, ListKind.OUTING, body.office, body.place, body.members, (), who.names, ask.at_ms),)


def _may_go_out(view: View, ask: Ask, record: str) -> None:
    """Refuse a card that is not printed and held, is on hold or stopped, or is out already."""
    card = finished_card(view, record, lock_of(view, record).n, "LIST")
    run = view.covering(card.series, card.number)
    if run is None or run.bucket is not Bucket.GOOD_HELD:
        raise Refused(
            Refusal.NOT_HELD,
            {
                "serials": (f"{card.series} {card.number}",),
                "party": run.party if run else card.station,
                "bucket": Bucket.GOOD_HELD.name,
            },
        )
    refuse_held(view, record, ask.at_ms, batch=True)
    facts = view.row(CardFacts, record, card.n)
    if facts and facts.out_on:
        raise Refused(Refusal.ALREADY_KNOWN, {"what": "a list of record", "id": record})


def decide_bring_back(view: View, ask: Ask, body: BringBack) -> tuple[Event, ...]:
    """The list is closed: each card was handed over, is counted back, or was ended by another act."""
    who = require(view, ask, PERMITS[Act.LIST_CARDS])
    sent = _open_list(view, body.name, ListKind.OUTING)
    of_office(who, sent.office)
    out = [record for record in sent.members if _still_out(view, record, body.name)]
    differing = sorted(set(out) ^ set(body.returned))
    if differing or len(set(body.returned)) != len(body.returned):
        raise _differs(body.name, differing)
    return (ListClosed(body.name, (), tuple(sorted(body.returned)), who.names, ask.at_ms),)


def _still_out(view: View, record: str, name: str) -> bool:
    lock = lock_of(view, record)
    facts = view.row(CardFacts, record, lock.n)
    attempt = view.row(Attempt, record, lock.n)
    if facts is None or attempt is None or facts.out_on != name or facts.handed_ms:
        return False
    return lock.state is LockState.PRINTED and stop_of(view, attempt) is None


def _check_new(view: View, name: str, office: str, members: tuple[str, ...]) -> None:
    """Refuse a list without name or members, with a member twice, or of another office's records."""
    if not name.strip():
        raise _bad("name", "empty", "the name of the list")
    if view.row(CardList, name):
        raise Refused(Refusal.ALREADY_KNOWN, {"what": "the list", "id": name})
    if not members or len(set(members)) != len(members):
        raise _bad("members", "none, or one twice", "the records of the list, each once")
    for record in members:
        lock_of(view, record)
        if office_of(view, record) != office:
            raise _bad("members", "a record of another office", "records of this office")


def _open_list(view: View, name: str, kind: ListKind) -> CardList:
    found = view.row(CardList, name)
    if found is None or found.kind is not kind or found.closed_ms:
        raise Refused(Refusal.UNKNOWN_LIST, {"list": name})
    return found


def _differs(name: str, differing: Iterable[str]) -> Refused:
    return Refused(Refusal.LIST_DIFFERS, {"list": name, "difference": tuple(differing)[:50] or ("named twice",)})


def _bad(field: str, shape: str, expected: str) -> Refused:
    return Refused(Refusal.BAD_VALUE, {"field": field, "shape": shape, "expected": expected})
