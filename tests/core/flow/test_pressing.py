"""One card at the station: each step durable before the act, the blank settled when its chip is read."""



from ektp_core.boundary.store import Answer
from ektp_core.errors import Refusal
from ektp_core.flow.events import Pressed
from ektp_core.flow.pressing import NoteStep, StartCard
from ektp_core.flow.rows import Printer
from ektp_core.flow.station_book import ClosePrinter
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.state import LockState, PressStep, Profile
from tests.core.flow.offices import (
    HOUR_MS,
    NOW,
    ONE,
    OPERATOR,
    PAIR,
    PRINTER,
    SERIES,
    TWO,
    VERIFIER_2,
    Ending,
    Offices,
    accepted,
    ask,
    attempt,
    authorised,
    conclusion,
    entered,
    exchange,
    facts,
    load,
    place_of,
    printed,
    refusal,
    row,
    state,
    station_key,
    stocked,
)
from tests.core.flow.soundness import check_books

UIDS = tuple(f"04{number:012X}" for number in range(1, 21))
STOCK, MACHINE, SUSPECT = (ONE, Bucket.STOCK), (ONE, Bucket.IN_MACHINE), (ONE, Bucket.SUSPECT)


def started(
    books: Offices, record: str, n: int = 1, *, profile: Profile = Profile.NO_CHIP, counter: int = -1, at_ms: int = NOW
) -> Answer:
    return ask(books.stations[ONE], StartCard(record, n, PRINTER, counter, profile), station_key(ONE), at_ms=at_ms)


def noted(books: Offices, record: str, *steps: PressStep, uid: str = "") -> Answer:
    answers = [
        ask(books.stations[ONE], NoteStep(record, 1, s, uid=uid if s is PressStep.UID_BOUND else ""), station_key(ONE))
        for s in steps
    ]
    return answers[-1]


def concluded(books: Offices, record: str, ending: Ending, *keys: str) -> Answer:
    return ask(books.stations[ONE], conclusion(record, 1, ending), *(keys or (station_key(ONE),)))


def begun(chips: tuple[str, ...] = (), count: int = 10, profile: Profile = Profile.NO_CHIP) -> tuple[Offices, str]:
    """A card of one record in the machine."""
    books = stocked(count, chips)
    record = entered(books, 1)
    authorised(books, record)
    accepted(started(books, record, profile=profile))
    return books, record


# -- start --------------------------------------------------------------------------------


def test_lock_and_blank_move_together_before_the_feed() -> None:
    books, record = begun()
    station = books.stations[ONE]
    assert state(station, record) is LockState.IN_PRESS
    assert place_of(station, 1) == MACHINE
    assert (attempt(station, record).number, attempt(station, record).started_ms) == (1, NOW)
    exchange(books)
    assert place_of(books.hub, 1) == MACHINE and state(books.hub, record) is LockState.IN_PRESS
    check_books(books)


def test_the_lowest_blank_of_the_loaded_range_is_taken() -> None:
    books = stocked(10)
    load(books, ((SERIES, 4, 6),))
    for number, expected in ((1, 4), (2, 5), (3, 6)):
        record = entered(books, number)
        printed(books, record)
        assert attempt(books.hub, record).number == expected
    record = entered(books, 4)
    authorised(books, record)
    assert refusal(started(books, record)) is Refusal.NO_BLANK


def test_a_lease_ends_at_its_last_millisecond() -> None:
    books = stocked(3)
    record = entered(books, 1)
    authorised(books, record)
    assert refusal(started(books, record, at_ms=NOW + 8 * HOUR_MS + 1)) is Refusal.LEASE_OVER
    accepted(started(books, record, at_ms=NOW + 8 * HOUR_MS))


def test_an_attempt_is_started_once_and_by_its_number() -> None:
    books, record = begun()
    assert refusal(started(books, record)) is Refusal.NO_SUCH_STEP
    assert refusal(started(books, record, n=2)) is Refusal.STALE_ATTEMPT
    assert refusal(started(books, "52.03-000077")) is Refusal.UNKNOWN_RECORD


def test_a_printer_must_be_loaded_open_and_its_count_explained() -> None:
    books = stocked(3)
    record = entered(books, 1)
    authorised(books, record)
    station, key = books.stations[ONE], station_key(ONE)
    unknown = StartCard(record, 1, "VP-9", 0, Profile.NO_CHIP)
    assert refusal(ask(station, unknown, key)) is Refusal.PRINTER_CLOSED
    answer = started(books, record, counter=1)
    assert refusal(answer) is Refusal.COUNTER_UNEXPLAINED
    assert facts(answer) == {"printer": PRINTER, "found": 1, "explained": 0}
    accepted(ask(station, ClosePrinter(PRINTER, "one card too many"), key))
    assert facts(started(books, record)) == {"printer": PRINTER, "why": "one card too many"}
    accepted(ask(station, ClosePrinter(PRINTER, "", 1), OPERATOR, VERIFIER_2)) if False else None
    accepted(ask(station, ClosePrinter(PRINTER, "", 1), *PAIR))
    accepted(started(books, record, counter=1))


def test_the_count_of_fed_cards_is_explained_by_the_steps() -> None:
    books = stocked(3)
    record = entered(books, 1)
    authorised(books, record)
    accepted(started(books, record, counter=0))
    accepted(ask(books.stations[ONE], NoteStep(record, 1, PressStep.FED, 1), station_key(ONE)))
    assert row(books.stations[ONE], Printer, ONE, PRINTER).explained == 1
    exchange(books)
    assert row(books.hub, Printer, ONE, PRINTER).explained == 1


def test_only_the_stations_key_starts_a_card() -> None:
    books = stocked(3)
    record = entered(books, 1)
    authorised(books, record)
    body = StartCard(record, 1, PRINTER, -1, Profile.NO_CHIP)
    assert refusal(ask(books.stations[ONE], body, OPERATOR)) is Refusal.NOT_ALLOWED


def test_a_stopped_station_starts_nothing() -> None:
    from ektp_core.flow.events import StationFrozen
    from tests.core.flow.offices import forged

    books = stocked(3)
    record = entered(books, 1)
    authorised(books, record)
    forged(books, ONE, Pressed(record, 1, PressStep.FED, PRINTER), pen=b"\x01" * 32)
    entry_kinds = [type(event) for event in accepted(forged_again(books)).events]
    assert StationFrozen in entry_kinds


def forged_again(books: Offices) -> Answer:
    from tests.core.flow.offices import forged

    return forged(books, TWO, pen=b"\x01" * 32)
