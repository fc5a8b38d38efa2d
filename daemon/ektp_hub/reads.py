"""What the hub shows of its book (laporan baca): plain values, for consoles and for people.

No view here holds personal data: a record's number stands for its person, and neither the
keyed hash nor the chip is shown. Nothing is decided here; a view that is asked for something
unknown refuses. Counts by state and the list of suspects walk over all locks, the supplied
blanks over the movements since they were last counted.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from attrs import field, frozen

from ektp_core.errors import Refusal, Refused
from ektp_core.flow.blanks import serials_of
from ektp_core.flow.events import GivenOut, TakenIn
from ektp_core.flow.locks import lock_of
from ektp_core.flow.piles import piles_at
from ektp_core.flow.rows import (
    Allotment,
    Attempt,
    Desk,
    Dispute,
    Holding,
    Lock,
    LostStation,
    OpenSuspect,
    Party,
    Printer,
    Record,
    Report,
    Station,
    Tally,
)
from ektp_core.flow.view import View
from ektp_core.lock.step import what_next
from ektp_core.spoilage.report import Line
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.state import LockState
from ektp_hub import doubts

Plain = dict[str, Any]


@frozen
class Supplied:
    """How many blanks of each series came into the book, less those that left it, up to event `seq`."""

    seq: int = 0
    series: Mapping[str, int] = field(factory=dict)


def supplied(view: View, before: Supplied) -> Supplied:
    """The same as now, from an earlier count."""
    found = Counter(dict(before.series))
    for _, event in view.moves_since(before.seq):
        if isinstance(event, TakenIn):
            found[event.series] += event.hi - event.lo + 1
        elif isinstance(event, GivenOut):
            found[event.series] -= event.hi - event.lo + 1
    return Supplied(view.position.seq, dict(found))


def health(view: View) -> Plain:
    """Where the book stands; keep `head` elsewhere, and a book cut short is noticed."""
    place = view.position
    return {"status": "ok", "commits": place.n, "events": place.seq, "head": place.head.hex(), "root": place.root.hex()}


def accountability(view: View, before: Supplied | None = None) -> Plain:
    """Where every blank is, party by party; `conserved`: as many as were supplied, in rows and in runs."""
    came = supplied(view, before or Supplied()).series
    held: Counter[str] = Counter()
    for run in view.rows(Holding):
        held[run.series] += len(run)
    parties: dict[str, Plain] = {
        party.party: {"party": party.party, "name": party.name, "buckets": {}} for party in view.rows(Party)
    }
    totals: Counter[str] = Counter()
    for tally in view.rows(Tally):
        if tally.count:
            buckets = parties[tally.party]["buckets"]
            buckets[tally.bucket.name] = buckets.get(tally.bucket.name, 0) + tally.count
            totals[tally.bucket.name] += tally.count
    series = sorted({*came, *held})
    return {
        "cut": view.position.seq,
        "parties": [party for party in parties.values() if party["buckets"]],
        "totals": {bucket.name: totals[bucket.name] for bucket in Bucket if totals[bucket.name]},
        "series": [{"series": name, "supplied": came.get(name, 0), "held": held[name]} for name in series],
        "supplied": sum(came.values()),
        "held": totals.total(),
        "conserved": totals.total() == held.total() and all(came.get(name, 0) == held[name] for name in series),
    }


def allotment_draft(view: View, allotment: str) -> Plain:
    """The spoilage report of an allotment as the book has it now; the office adds the NIKs."""
    row = view.row(Allotment, allotment)
    if row is None:
        raise Refused(Refusal.UNKNOWN_ALLOTMENT, {"allotment": allotment})
    cut = view.position.seq
    columns, lines = piles_at(view, serials_of(row.ranges), row.party, cut)
    return {
        "allotment": row.allotment,
        "party": row.party,
        "granted": row.count,
        "last_report": row.report,
        "is_final": row.is_final,
        "cut": cut,
        "columns": dict(columns.named()),
        "lines": [_line(line) for line in lines],
    }


def _line(line: Line) -> Plain:
    return {
        "series": line.series,
        "number": line.number,
        "serial": line.serial,
        "record": line.record,
        "n": line.n,
        "cause": line.cause,
        "is_lost": line.is_lost,
        "needs_nik": bool(line.person),
    }


def report_locks(view: View, report: str) -> Plain:
    """An accepted report: its digest, which an unlock must name, and the records that wait under it."""
    row = view.row(Report, report)
    allotment = view.row(Allotment, row.allotment) if row else None
    if row is None or allotment is None:
        raise Refused(Refusal.UNKNOWN_REPORT, {"report": report})
    _, lines = piles_at(view, serials_of(allotment.ranges), allotment.party, row.cut_seq)
    waiting = []
    for line in lines:
        lock = view.row(Lock, line.record) if line.record else None
        attempt = view.row(Attempt, line.record, line.n) if line.record else None
        is_open = lock and (lock.state, lock.n) == (LockState.REPORTED, line.n)
        if is_open and attempt and attempt.report == report:
            waiting.append({"record": line.record, "n": line.n, "cause": attempt.cause.value})
    return {
        "report": row.report,
        "allotment": row.allotment,
        "cut": row.cut_seq,
        "digest": row.digest.hex(),
        "reporter": row.reporter,
        "good": row.good,
        "bad": row.bad,
        "suspect": row.suspect,
        "reported": waiting,
    }


def suspects(view: View) -> Plain:
    """Every record in doubt: the blank if one is bound, what is known of it, and what to do next."""
    return {"suspects": [_suspect(view, one) for one in sorted(view.rows(OpenSuspect), key=lambda one: one.record)]}


def _suspect(view: View, suspect: OpenSuspect) -> Plain:
    attempt = view.row(Attempt, suspect.record, suspect.n)
    assert attempt is not None, "a suspect without an attempt"
    return {"record": suspect.record, **_shown(attempt), **doubts.shown(view, suspect)}


def _shown(attempt: Attempt) -> Plain:
    return {
        "n": attempt.n,
        "station": attempt.station,
        "printer": attempt.printer,
        "serial": f"{attempt.series} {attempt.number}" if attempt.number else "",
        "series": attempt.series,
        "number": attempt.number,
        "started_ms": attempt.started_ms,
        "until_ms": attempt.until_ms,
        "outcome": attempt.outcome.name if attempt.outcome else "",
        "cause": attempt.cause.value,
        "tries": attempt.tries,
        "recalled": attempt.recalled,
        "report": attempt.report,
        "reporter": list(attempt.reporter),
    }


def exposed(view: View, station: str) -> Plain:
    """The persons whose data lay with a lost station, by record, for the notice within three days (rule 21)."""
    lost = view.row(LostStation, station)
    if lost is None:
        known = view.row(Station, station) is not None
        raise Refused(Refusal.STATION_NOT_LOST if known else Refusal.UNKNOWN_STATION, {"station": station})
    found = ((name, view.row(Record, name), view.row(Lock, name)) for name in lost.exposed)
    return {
        "station": station,
        "letter": lost.letter,
        "letter_date": lost.letter_date,
        "closed": lost.closed,
        "exposed": [
            {"record": name, "office": row.office if row else "", "state": lock.state.name if lock else ""}
            for name, row, lock in found
        ],
    }


def stations(view: View) -> Plain:
    """Every station: what it holds, how far feed and chain are, whether it is stopped."""
    return {"stations": [_station(view, station) for station in view.rows(Station)]}


def _station(view: View, station: Station) -> Plain:
    desk = view.row(Desk, station.station) or Desk(station.station)
    party = view.row(Party, station.station)
    return {
        "station": station.station,
        "name": party.name if party else "",
        "classes": list(station.classes),
        "frozen": station.frozen_why,
        "stock": sum(tally.count for tally in view.rows(Tally, station.station, Bucket.STOCK)),
        "outstanding": desk.outstanding,
        "feed_queued": desk.queued_m,
        "feed_taken": desk.taken_m,
        "chain_n": desk.chain_n,
        "chain_head": desk.chain_head.hex(),
        "disputes": sum(1 for _ in view.rows(Dispute, station.station)),
        "printers": [
            {
                "printer": one.printer,
                "explained": one.explained,
                "closed": one.closed_why,
                "paused": one.paused_why,
            }
            for one in view.rows(Printer, station.station)
        ],
    }


def record(view: View, name: str) -> Plain:
    """One record: its lock, what can happen next and who must speak, and its attempts."""
    lock = lock_of(view, name)
    row = view.row(Record, name)
    assert row is not None, "a lock without its record"
    return {
        "record": name,
        "office": row.office,
        "reason": row.reason.term,
        "state": lock.state.name,
        "n": lock.n,
        "station": lock.station,
        "what_next": what_next(lock.state),
        "attempts": list(_attempts(view, lock)),
    }


def _attempts(view: View, lock: Lock) -> Iterator[Plain]:
    for attempt in view.rows(Attempt, lock.record):
        yield _shown(attempt)


def states(view: View) -> Plain:
    """How many locks are in each state."""
    found = Counter(lock.state for lock in view.rows(Lock))
    return {"states": {state.name: found[state] for state in LockState}, "records": found.total()}
