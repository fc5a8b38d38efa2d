"""Cards that a count misses (kartu yang tidak ditemukan saat opname): stopped, and back with their persons.

Rule 16: a finished card missing in custody is lost. Its lock goes the way of a card that failed (row 16 of the
lock table) with the cause "lost", so that the report names the person, and after the report the centre may
open the next attempt (rule 15). A missing misprint, found in a pocket one day, would look like a card: it is
stopped like every card that is missing. Where a newer card or record took the place of this one its lock
stays as it is; the report names the person all the same.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from ektp_core.flow import feed
from ektp_core.flow.cards import Blank, stopped
from ektp_core.flow.events import Event, Moved, Stepped
from ektp_core.flow.placeholders import is_placeholder
from ektp_core.flow.rows import Attempt, Bound, Lock, Person, Record
from ektp_core.flow.view import View
from ektp_core.lock.step import step
from ektp_core.vocabulary.bucket import LOST, Bucket
from ektp_core.vocabulary.state import LockEvent, LockState
from ektp_core.vocabulary.verdict import Cause


def missed(view: View, moved: Iterable[Moved], by: tuple[str, ...], minutes: str, at_ms: int) -> list[Event]:
    """What follows for cards that these movements took to the lost: stops, steps of locks, word to their stations."""
    found: list[Event] = []
    told: dict[str, list[Event]] = defaultdict(list)
    for one in moved:
        if one.to_bucket not in LOST or one.to_bucket is Bucket.LOST or is_placeholder(one.series):
            continue
        for number in range(one.lo, one.hi + 1):
            station, events = _card(view, (one.series, number), by, minutes)
            found += events
            if station:
                told[station] += events
    return found + [feed.queued(view, station, feed.SETTLED, told[station], at_ms) for station in sorted(told)]


def _card(view: View, blank: Blank, by: tuple[str, ...], minutes: str) -> tuple[str, list[Event]]:
    """The station whose lock it was, where a lock follows, and the events."""
    bound = view.row(Bound, *blank)
    attempt = view.row(Attempt, bound.record, bound.n) if bound else None
    if bound is None or attempt is None:
        return "", list(stopped(view, "", "", blank, "lost"))
    stops = stopped(view, bound.record, attempt.uid, blank, "lost")
    lock = view.row(Lock, bound.record)
    if lock is None or lock.n != bound.n or not _is_theirs(view, lock):
        return "", list(stops)
    return lock.station, [*_lost(lock, by, minutes), *stops]


def _is_theirs(view: View, lock: Lock) -> bool:
    """Whether the missing card is the last its person was given, with nothing newer open (rule 3)."""
    record = view.row(Record, lock.record) if lock.state is LockState.PRINTED else None
    person = view.row(Person, record.person) if record else None
    return person is not None and not person.open_record and person.last_record == lock.record


def _lost(lock: Lock, by: tuple[str, ...], minutes: str) -> Iterator[Stepped]:
    row = step(lock.state, LockEvent.FAIL_CARD)
    assert row is not None, "the table lost the row of a card that failed"
    yield Stepped(lock.record, lock.n, row.event, row.target, Cause.LOST, by, minutes)
