"""Signs that a book is an older copy (tanda buku lama): a printer's counter it cannot explain, a stop.

What such a book calls not begun may be printed already (lock.md, Rollback). So nothing is given back,
by RETURN or by code, while a printer's counter says that more was fed than the book knows of, nor by a
station that is stopped. Two people may put that printer into service again. What the book held then is
neither begun nor given back any more: the hub makes it suspect as soon as it hears of it (lock.md, row
6), with as many of the next blanks as may have been fed, and people close it.

One count may be the feed of a card in doubt, whose printer lost its power before it could tell. The process that
began this card reads the counter when the printer is back, and says so in the book: then nothing is doubted.
"""

from collections.abc import Sequence

from ektp_core.errors import Refusal, Refused
from ektp_core.flow.blank_tests import SUSPECT_IN_HOPPER
from ektp_core.flow.events import Moved
from ektp_core.flow.moving_events import BookArrived, Coming
from ektp_core.flow.moving_rows import BookPlace
from ektp_core.flow.printer_events import PrinterClosed, PrinterLoaded
from ektp_core.flow.rows import Attempt, Lease, Lock, OpenSuspect, Printer, Station
from ektp_core.flow.suspect_evidence_events import Shown
from ektp_core.flow.suspect_evidence_rows import EvidenceLine
from ektp_core.flow.view import View
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.state import LockState
from ektp_core.vocabulary.verdict import Certainty, Outcome

#: Why a printer is out of service in a restored book.
RESTORED = "the book was restored: two people compare the printer's counter with the book"

DOUBTED = "a printer had fed more cards than this book knew of: what it held then is for people to close"


def why_kept(view: View, station: str) -> Refused | None:
    """Why no authorisation is given back now; None where nothing is against it."""
    row = view.row(Station, station)
    if row and row.frozen_why:
        return Refused(Refusal.STATION_FROZEN, {"station": station, "why": row.frozen_why})
    for printer in view.rows(Printer, station):
        if is_restored(printer) or is_by_counter(printer):
            return Refused(Refusal.PRINTER_CLOSED, {"printer": printer.printer, "why": printer.closed_why})
    return None


def is_restored(printer: Printer) -> bool:
    """Whether it is out of service because two people must compare its counter with a restored book first."""
    return printer.closed_why.startswith(RESTORED)


def uncompared(view: View, station: str) -> Printer | None:
    """A printer of a restored book that nobody has compared yet; another one is used no more than it."""
    return next((one for one in view.rows(Printer, station) if is_restored(one)), None)


def is_by_counter(printer: Printer) -> bool:
    """Whether it is out of service because its counter is not what the book explains."""
    return printer.closed_why.startswith(Refusal.COUNTER_UNEXPLAINED.value)


def is_in_doubt(view: View, attempt: Attempt) -> bool:
    """Whether the book held this attempt when a printer had fed more than it knew of."""
    place = view.row(BookPlace, attempt.station)
    return place is not None and 0 < attempt.feed_m <= place.doubted_m


def refuse_doubtful(view: View, station: str, record: str, n: int) -> None:
    """Refuse to begin, or to give back, what may be printed already.

    Raises:
        Refused: STATION_FROZEN.
    """
    attempt = view.row(Attempt, record, n)
    if attempt and is_in_doubt(view, attempt):
        raise Refused(Refusal.STATION_FROZEN, {"station": station, "why": DOUBTED})


def opened_ahead(view: View, printer: Printer, counter: int) -> tuple[BookArrived, ...]:
    """What two people say by opening a printer whose counter is ahead: the book goes on, and may be an older copy."""
    is_known = printer.explained > 0 or printer.lo > 0
    if not is_known or counter <= printer.explained + is_own_feed_seen(view, printer):
        return ()
    return (BookArrived(printer.station, Coming.DOUBTED, "", view.position.n + 1),)


def shut_for_suspects(view: View, station: str, effects: Sequence[object]) -> tuple[PrinterClosed, ...]:
    """Printers whose hopper may hold blanks that the hub made suspect: out of service until people took them out.

    Else the printer feeds one of these while the book takes the next, and each later card has a serial that is not its.
    """
    moved = [
        one
        for one in effects
        if isinstance(one, Moved) and (one.party, one.bucket, one.to_bucket) == (station, Bucket.STOCK, Bucket.SUSPECT)
    ]
    return tuple(
        PrinterClosed(station, printer.printer, SUSPECT_IN_HOPPER)
        for printer in (view.rows(Printer, station) if moved else ())
        if not printer.closed_why and any(_is_in_hopper(printer, one) for one in moved)
    )


def _is_in_hopper(printer: Printer, moved: Moved) -> bool:
    return moved.series == printer.series and moved.lo <= printer.hi and moved.hi >= printer.lo > 0


def is_own_feed_seen(view: View, printer: Printer) -> bool:
    """Whether the one count that the book lacks is known to be the feed of the card it has in doubt there.

    That is said by evidence which only the process writes that began this card, after a look at the counter and
    before anything else was fed. A copy from before that look holds no such evidence; for one from after it every
    card that the true book began since is one count more.
    """
    for suspect in view.rows(OpenSuspect, printer.station):
        attempt = view.row(Attempt, suspect.record, suspect.n)
        if attempt is None or (attempt.printer, attempt.counter) != (printer.printer, printer.explained):
            continue
        if any(_is_one_fed(line, printer.printer) for line in suspect.evidence):
            return True
    return False


def _is_one_fed(line: EvidenceLine, printer: str) -> bool:
    return (line[0], line[2], line[5]) == (Shown.COUNTER, Outcome.UNKNOWN, printer) and line[1] >= Certainty.COUNTER


def doubted_locks(view: View, station: str) -> list[Lock]:
    """At the hub: every attempt of the station that its book calls not begun."""
    found = (view.row(Lock, lease.record) for lease in view.rows(Lease, station))
    return [lock for lock in found if lock and lock.state is LockState.AUTHORISED]


def doubted_blanks(view: View, loaded: PrinterLoaded, most: int) -> tuple[tuple[str, int], ...]:
    """At the hub: the next blanks of a printer's loaded range, as many as its counter is ahead, and `most` at most.

    `loaded`: what two people say of the printer; the hub's copy has the counter from before.
    """
    printer = view.row(Printer, loaded.station, loaded.printer)
    count = min(loaded.explained - printer.explained, most) if printer else 0
    if printer is None or count <= 0 or not printer.lo:
        return ()
    found: list[tuple[str, int]] = []
    for run in view.overlapping(printer.series, printer.lo, printer.hi):
        if (run.party, run.bucket) == (loaded.station, Bucket.STOCK):
            lo, hi = max(run.lo, printer.lo), min(run.hi, printer.hi)
            found += [(run.series, number) for number in range(lo, min(hi, lo + count - 1) + 1)]
    return tuple(found[:count])
