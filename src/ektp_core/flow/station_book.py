"""The station's own book (buku mesin cetak): its feed, its printers' hoppers and counters.

A feed entry is taken once and in order, and only if the commit it names stands in this
book: otherwise the book is an older copy and everything stops. What the entry says is
applied in the same commit, and only the kinds of event that such an entry may carry.
"""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from attrs import evolve, field, frozen

from ektp_core.errors import Refusal, Refused
from ektp_core.flow import events, feed
from ektp_core.flow.allotting_events import RecordLifted
from ektp_core.flow.apply import apply
from ektp_core.flow.ask import Ask
from ektp_core.flow.blanks import serials_of
from ektp_core.flow.codec import decode_event, decoding
from ektp_core.flow.custody_events import InquiryLifted, InquiryOpened
from ektp_core.flow.events import Event, FeedTaken
from ektp_core.flow.feed import FeedEntry, read_entry
from ektp_core.flow.old_copy import is_by_counter, opened_ahead, shut_for_suspects
from ektp_core.flow.overlay import Overlay
from ektp_core.flow.permits import PERMITS, Act
from ektp_core.flow.rows import Attempt, Chip, Desk, Lock, Printer, Ranges, Record, TakenEntry
from ektp_core.flow.signers import Permit, require
from ektp_core.flow.view import View
from ektp_core.flow.waste import not_evidence
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.role import Hand
from ektp_core.vocabulary.serial import SerialRange, SerialSet

_FROM_HUB = Permit(hands=frozenset({Hand.HUB}))

_CARRIES: Mapping[str, tuple[type[Any], ...]] = {
    feed.AUTHORISED: (events.Entered, events.Authorised, RecordLifted),
    feed.DISPATCHED: (events.TakenIn, events.ChipLinked, events.Dispatched),
    feed.RECALL: (events.Recalled,),
    feed.DISPUTED: (events.Stepped, events.Moved, events.CardRevoked, events.StationFrozen),
    feed.SETTLED: (
        events.Pressed,
        events.Stepped,
        events.Moved,
        events.GivenOut,
        events.ChipRead,
        events.CardMade,
        events.CardRevoked,
    ),
    feed.GIVEN: (events.GivenOut,),
    feed.POLICY: (events.PolicySet,),
    feed.KEYS: (events.KeyTrusted, events.KeyRevoked, events.OfficerNamed, events.PolicySet),
    feed.FROZEN: (events.StationFrozen,),
    feed.INQUIRY: (InquiryOpened, InquiryLifted),
    feed.LIFTED: (RecordLifted,),
}


@frozen
class TakeFeed:
    """Take one entry: its exact bytes and their digest. The edge verified the hub's signature."""

    body: bytes = field(repr=False)
    digest: bytes = field(repr=False)


@frozen
class LoadPrinter:
    """Say which blanks were put into a printer's hopper; its counter is read and explained from here on."""

    printer: str
    ranges: Ranges
    counter: int


@frozen
class ClosePrinter:
    """Take a printer out of service (a reason), or back into it (no reason; two people)."""

    printer: str
    why: str = ""
    counter: int = -1


def decide_take(view: View, ask: Ask, body: TakeFeed, owner: str) -> tuple[Event, ...]:
    """The entry's effect and the note that it was taken, in one commit."""
    require(view, ask, _FROM_HUB)
    digest = hashlib.sha256(body.body).digest()
    if digest != body.digest:
        raise Refused(Refusal.MALFORMED, {"field": "digest", "expected": "SHA-256 of the entry", "shape": "another"})
    entry = read_entry(body.body)
    if entry.station != owner:
        raise Refused(Refusal.WRONG_ADDRESSEE, {"meant": entry.station, "here": owner})
    desk = view.row(Desk, owner) or Desk(owner)
    if entry.m <= desk.taken_m:
        return _again(view, entry, body)
    if entry.m != desk.taken_m + 1:
        raise Refused(Refusal.FEED_GAP, {"taken": desk.taken_m, "found": entry.m, "next": desk.taken_m + 1})
    _own_history(view, entry)
    effects = _effects(view, entry, owner)
    leave = entry.authorisation
    record, n = (leave.record, leave.n) if leave else ("", 0)
    taken = FeedTaken(owner, entry.m, body.digest, record, n, len(effects))
    return (*effects, taken, *shut_for_suspects(view, owner, effects))


def _again(view: View, entry: FeedEntry, body: TakeFeed) -> tuple[Event, ...]:
    taken = view.row(TakenEntry, entry.station, entry.m)
    if taken is None or taken.digest != body.digest:
        raise Refused(Refusal.FEED_FORK, {"m": entry.m})
    return ()


def _own_history(view: View, entry: FeedEntry) -> None:
    with decoding("feed entry.chain_head"):
        head = bytes.fromhex(entry.chain_head)
    if entry.chain_n and view.head_of(entry.chain_n) != head:
        raise Refused(Refusal.ROLLED_BACK, {"n": entry.chain_n})


def _effects(view: View, entry: FeedEntry, owner: str) -> tuple[Event, ...]:
    kinds = _CARRIES.get(entry.kind, ())
    with decoding("feed entry"):
        found = tuple(decode_event(bytes.fromhex(raw)) for raw in entry.events)
    if not kinds or not all(isinstance(event, kinds) for event in found):
        raise Refused(
            Refusal.MALFORMED,
            {"field": "events", "expected": f"what a {entry.kind} entry may carry", "shape": "something else"},
        )
    if entry.kind == feed.AUTHORISED:
        return _authorised(view, entry, found, owner)
    if entry.kind in (feed.DISPUTED, feed.SETTLED, feed.GIVEN):
        return tuple(_aligned(view, found, owner))
    return found


def _aligned(view: View, found: tuple[Event, ...], owner: str) -> Iterator[Event]:
    """What the hub did, with every blank taken from where this book has it: it may have moved on since."""
    book = Overlay(view)
    for event in found:
        if _is_of_an_earlier_book(book, event):
            continue
        for one in tuple(_from_here(book, event, owner)):
            apply(book, one)
            yield one


def _is_of_an_earlier_book(book: View, event: Event) -> bool:
    """Whether this is about an attempt or a chip of the book the station had before it was enrolled anew."""
    match event:
        case events.Stepped() | events.Pressed():
            return book.row(Lock, event.record) is None or (
                event.n > 0 and book.row(Attempt, event.record, event.n) is None
            )
        case events.CardMade():
            return book.row(Chip, event.uid) is None
        case _:
            return False


def _from_here(book: View, event: Event, owner: str) -> Iterator[Event]:
    if not isinstance(event, events.Moved | events.GivenOut):
        yield event
        return
    there = (event.to_party, event.to_bucket) if isinstance(event, events.Moved) else None
    for run in book.overlapping(event.series, event.lo, event.hi):
        if run.party == owner and (run.party, run.bucket) != there:
            lo, hi = max(run.lo, event.lo), min(run.hi, event.hi)
            yield evolve(event, lo=lo, hi=hi, party=run.party, bucket=run.bucket)


def _authorised(view: View, entry: FeedEntry, found: tuple[Event, ...], owner: str) -> tuple[Event, ...]:
    """Both halves must say the same; a record known from an earlier attempt is not entered twice."""
    leave = entry.authorisation
    allowed = next((e for e in found if isinstance(e, events.Authorised)), None)
    entered = next((e for e in found if isinstance(e, events.Entered)), None)
    agree = (
        leave
        and allowed
        and entered
        and (
            (leave.record, leave.n, leave.station, leave.until_ms, entry.m)
            == (allowed.record, allowed.n, owner, allowed.until_ms, allowed.feed_m)
            and (entered.record, entered.person.hex(), entered.payload.hex(), entered.signer)
            == (leave.record, leave.person, leave.payload, leave.record_key)
        )
    )
    if not agree or entered is None or allowed is None:
        raise Refused(Refusal.NOT_BOTH_SIGNED, {"record": leave.record if leave else "?", "missing": "hub and record"})
    known = view.row(Record, entered.record) is not None
    lifts = tuple(e for e in found if isinstance(e, RecordLifted) and e.record == entered.record)
    return (allowed, *lifts) if known else (entered, allowed, *lifts)


def decide_load(view: View, ask: Ask, body: LoadPrinter, owner: str) -> tuple[Event, ...]:
    """The hopper now holds these blanks of this station's stock."""
    require(view, ask, PERMITS[Act.STATION_WORK])
    serials = serials_of(body.ranges)
    if len(serials.ranges) != 1:
        raise Refused(
            Refusal.BAD_VALUE, {"field": "ranges", "shape": f"{len(serials.ranges)} runs", "expected": "one run"}
        )
    not_evidence(view, serials)
    part = serials.ranges[0]
    here = (
        SerialRange(run.series, max(run.lo, part.lo), min(run.hi, part.hi))
        for run in view.overlapping(part.series, part.lo, part.hi)
        if (run.party, run.bucket) == (owner, Bucket.STOCK)
    )
    missing = serials - SerialSet(here)
    if missing:
        raise Refused(Refusal.NOT_HELD, {"serials": missing.shown()[:20], "party": owner, "bucket": Bucket.STOCK.name})
    printer = view.row(Printer, owner, body.printer)
    explained = printer.explained if printer else max(body.counter, 0)
    return (events.PrinterLoaded(owner, body.printer, explained, part.series, part.lo, part.hi),)


def decide_close_printer(view: View, ask: Ask, body: ClosePrinter, owner: str) -> tuple[Event, ...]:
    """Closing is the station's word; opening again needs two people who explain it."""
    printer = view.row(Printer, owner, body.printer)
    if body.why:
        require(view, ask, PERMITS[Act.STATION_WORK])
        if printer and is_by_counter(printer):
            return ()  # another reason would hide this one, which only two people may take away
        return (events.PrinterClosed(owner, body.printer, body.why),)
    require(view, ask, PERMITS[Act.SETTLE])
    if printer is None:
        raise Refused(Refusal.PRINTER_CLOSED, {"printer": body.printer, "why": "it was never loaded"})
    explained = body.counter if body.counter >= 0 else printer.explained
    loaded = events.PrinterLoaded(owner, body.printer, explained, printer.series, printer.lo, printer.hi)
    # First of all what is doubted: the hub compares the counter with the one that its copy still has.
    return *opened_ahead(view, printer, body.counter), events.PrinterClosed(owner, body.printer, ""), loaded
