"""Blanks brought to an office and its stations, cards printed on them, and the reports of them."""

from collections.abc import Sequence
from typing import Any

from ektp_core.boundary.store import Store
from ektp_core.flow.allotting_rows import Standing
from ektp_core.flow.ask import Body
from ektp_core.flow.blanks import serials_of
from ektp_core.flow.custody import Dispatch, Grant, Issue, Receive, TakeSupply
from ektp_core.flow.piles import piles_at
from ektp_core.flow.pressing import Conclude, NoteStep, StartCard
from ektp_core.flow.printing import Authorise, Enter
from ektp_core.flow.reporting import FileReport, Unlock
from ektp_core.flow.rows import Allotment, Attempt, Consignment, Holding, Lock, Policy, Ranges, Report
from ektp_core.flow.station_book import LoadPrinter
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.state import LockState, PressStep, Profile
from ektp_core.vocabulary.verdict import BlankPlace, Cause, Certainty, Outcome
from tests.core.flow.offices import (
    CLASS,
    HUB_KEY,
    NOW,
    OFFICE,
    ONE,
    OPERATOR,
    PAIR,
    PRINTER,
    SERIES,
    SUPPLIER,
    VERIFIER_1,
    VERIFIER_2,
    Offices,
    accepted,
    ask,
    digest_of,
    exchange,
    founded,
    maybe,
    row,
    rows,
    station_key,
)

# -- blanks -------------------------------------------------------------------------------


def supply(books: Offices, lo: int, hi: int, chips: tuple[str, ...] = (), series: str = SERIES) -> None:
    """The supplier delivers blanks to the centre."""
    body = TakeSupply(SUPPLIER, CLASS, ((series, lo, hi),), "BAST-1", "2018-11-01", chips)
    accepted(ask(books.hub, body, VERIFIER_1))


def grant(books: Offices, allotment: str, count: int, at_ms: int = NOW) -> None:
    """Grant the office an allotment: the first as usual, a later one by an exception (rule 27)."""
    again = maybe(books.hub, Standing, OFFICE, CLASS) is not None
    body = Grant(allotment, OFFICE, CLASS, count, exception="SK-EXCEPTION" if again else "")
    accepted(ask(books.hub, body, *(PAIR if again else PAIR[:1]), at_ms=at_ms))


def allot(books: Offices, allotment: str, count: int) -> Ranges:
    """Grant, send and receive an allotment; what the office now holds of it."""
    grant(books, allotment, count)
    accepted(ask(books.hub, Dispatch(f"road/{allotment}", allotment), VERIFIER_1))
    ranges = row(books.hub, Consignment, f"road/{allotment}").ranges
    accepted(ask(books.hub, Receive(f"road/{allotment}", OFFICE, ranges), OPERATOR, VERIFIER_2))
    return ranges


def issue(books: Offices, name: str, count: int, station: str = ONE) -> Ranges:
    """Issue blanks of the office's store to a station and have them counted in there."""
    accepted(ask(books.hub, Issue(name, station, CLASS, count), OPERATOR))
    exchange(books, station)
    ranges = row(books.stations[station], Consignment, name).ranges
    accepted(ask(books.stations[station], Receive(name, station, ranges), OPERATOR, VERIFIER_2))
    exchange(books, station)
    return ranges


def load(books: Offices, ranges: Ranges, station: str = ONE, printer: str = PRINTER, counter: int = 0) -> None:
    """Fill a printer's hopper."""
    accepted(ask(books.stations[station], LoadPrinter(printer, ranges, counter), station_key(station)))


def stocked(count: int = 20, chips: tuple[str, ...] = (), policy: Policy | None = None) -> Offices:
    """Books whose first station holds an allotment `A-1` of that size, loaded into its printer."""
    books = founded(policy)
    supply(books, 1, count, chips)
    allot(books, "A-1", count)
    load(books, issue(books, "I-1", count))
    exchange(books)
    return books


def held(store: Store, *places: tuple[str, Bucket]) -> int:
    """How many blanks lie at these places, by the runs themselves."""
    return sum(len(run) for run in rows(store, Holding) if (run.party, run.bucket) in places)


def place_of(store: Store, number: int, series: str = SERIES) -> tuple[str, Bucket] | None:
    """Where one blank is."""
    with store.read() as view:
        run = view.covering(series, number)
    return (run.party, run.bucket) if run else None


# -- cards --------------------------------------------------------------------------------


def person(number: int) -> bytes:
    """The keyed hash of a made-up citizen."""
    return digest_of(f"person {number}".encode())


def entry(number: int, **changes: Any) -> Enter:
    """The print-ready record of a made-up citizen."""
    fields = {"payload": digest_of(f"record {number}".encode()), "checked_ms": NOW, **changes}
    return Enter(OFFICE, person(number), **fields)


def entered(books: Offices, number: int, **changes: Any) -> str:
    """A record that is READY."""
    answer = accepted(ask(books.hub, entry(number, **changes), OPERATOR))
    return str(getattr(answer.events[-1], "record"))  # noqa: B009  # any of the events


def authorised(books: Offices, record: str, station: str = ONE, at_ms: int = NOW) -> int:
    """Let the station print the record; which attempt it is, taken by the station and known to the hub."""
    accepted(ask(books.hub, Authorise(record, station), HUB_KEY, at_ms=at_ms))
    exchange(books, station, at_ms)
    return lock(books.hub, record).n


def lock(store: Store, record: str) -> Lock:
    """The lock of a record."""
    return row(store, Lock, record)


def state(store: Store, record: str) -> LockState:
    """State of a record's lock."""
    return lock(store, record).state


def attempt(store: Store, record: str, n: int = 1) -> Attempt:
    """An attempt at a record."""
    return row(store, Attempt, record, n)


GOOD = (Outcome.GOOD, BlankPlace.OUTPUT, Certainty.COUNTER_POSITION, Cause.NONE)
BAD = (Outcome.SPOILED, BlankPlace.OUTPUT, Certainty.COUNTER_POSITION, Cause.MISPRINT)
UNKNOWN = (Outcome.UNKNOWN, BlankPlace.UNKNOWN, Certainty.TRANSPORT, Cause.NONE)
UNFED = (Outcome.NOT_STARTED, BlankPlace.NONE, Certainty.COUNTER_POSITION, Cause.NONE)

Ending = tuple[Outcome, BlankPlace, Certainty, Cause]

#: The steps between START and the outcome where no chip is read.
MARKED = (PressStep.FED, PressStep.INTENT_MARK, PressStep.EJECTED)


def conclusion(record: str, n: int, ending: Ending, counter: int = -1) -> Conclude:
    """What became of the card, as the station asks."""
    outcome, blank, certainty, cause = ending
    return Conclude(record, n, outcome, blank, certainty, cause, counter)


def card(
    record: str, n: int, ending: Ending, steps: Sequence[PressStep] | None = None, printer: str = PRINTER
) -> tuple[Body, ...]:
    """All asks of one card, from start to outcome; one in doubt was not seen to come out."""
    steps = (MARKED[:2] if ending == UNKNOWN else MARKED) if steps is None else steps
    start = StartCard(record, n, printer, -1, Profile.NO_CHIP)
    return (start, *(NoteStep(record, n, step) for step in steps), conclusion(record, n, ending))


def printed(books: Offices, record: str, ending: Ending = GOOD, station: str = ONE, uid: str = "") -> int:
    """Authorise a record and print it with that outcome; both books know. Gives the attempt."""
    n = authorised(books, record, station)
    book, key = books.stations[station], station_key(station)
    for body in card(record, n, ending):
        if uid and isinstance(body, NoteStep) and body.step is PressStep.INTENT_MARK:
            accepted(ask(book, NoteStep(record, n, PressStep.UID_BOUND, uid=uid), key))
        accepted(ask(book, body, key))
    exchange(books, station)
    return n


# -- report and unlock --------------------------------------------------------------------


def true_report(books: Offices, name: str, allotment: str = "A-1", cut: int = 0) -> FileReport:
    """The report that balances, as at a cut (now, if none is given)."""
    at, allotted = cut or books.hub.position().seq, row(books.hub, Allotment, allotment)
    with books.hub.read() as view:
        columns, lines = piles_at(view, serials_of(allotted.ranges), allotted.party, at)
    return FileReport(name, allotment, at, columns, lines)


def reported(books: Offices, name: str, allotment: str = "A-1") -> str:
    """File that report; its digest."""
    accepted(ask(books.hub, true_report(books, name, allotment), OPERATOR))
    return row(books.hub, Report, name).digest.hex()


def unlocked(books: Offices, record: str, n: int) -> None:
    """Open a reported record by two people of the centre."""
    report = row(books.hub, Report, attempt(books.hub, record, n).report)
    accepted(ask(books.hub, Unlock(record, n, report.digest.hex()), *PAIR))
