"""Suspect blanks that no open lock holds: closed by two people, never as unused when they were fed (rules 11, 15)."""

import pytest

from ektp_core.boundary.store import Answer, Work
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.counting_events import SuspectBlankClosed
from ektp_core.flow.events import Authorised, CardRevoked, Moved, Pressed, Stepped
from ektp_core.flow.finding import CloseSuspectBlank
from ektp_core.flow.founding import NewOfficer, NewParty, Register
from ektp_core.flow.printing import Authorise
from ektp_core.flow.rows import Attempt, Revoked, Station
from ektp_core.flow.settling import Found, Settle
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.role import Role
from ektp_core.vocabulary.state import LockEvent, LockState, PressStep
from tests.core.flow.office_cards import UNKNOWN, card, entered, lock, place_of, printed, stocked, supply
from tests.core.flow.offices import (
    HOUR_MS,
    HUB_KEY,
    NOW,
    OFFICE,
    ONE,
    OPERATOR,
    PAIR,
    SERIES,
    VERIFIER_1,
    VERIFIER_2,
    Offices,
    accepted,
    ask,
    exchange,
    facts,
    forged,
    log,
    new_key,
    refusal,
    row,
    rows,
    ship,
    signed,
    station_key,
)
from tests.core.flow.planting import founded_for_planting, plant
from tests.core.flow.soundness import agree, check_books, check_refold

pytestmark = pytest.mark.rule(11)

OLD = "OLD-17"
LATE = NOW + 9 * HOUR_MS
UIDS = tuple(f"04{number:012X}" for number in range(1, 9))


def sound(books: Offices) -> None:
    check_books(books)
    for store in (books.hub, *books.stations.values()):
        check_refold(store)


def doubtful() -> tuple[Offices, int]:
    """A station started after its time; its lock was settled without a blank, and the blank is suspect still."""
    books = stocked(8, UIDS)
    record = entered(books, 1)
    accepted(ask(books.hub, Authorise(record, ONE), HUB_KEY))
    exchange(books)
    moved = Moved(SERIES, 5, 5, ONE, Bucket.STOCK, ONE, Bucket.GOOD_HELD, "none/1")
    accepted(forged(books, ONE, moved))
    return books, 5


def close(books: Offices, number: int, found: Found, *keys: str, series: str = SERIES) -> Answer:
    return ask(books.hub, CloseSuspectBlank(series, number, found, "BA-RAGU/1"), *(keys or PAIR))


def without_keys(books: Offices) -> Offices:
    accepted(ask(books.hub, Register(revoked_keys=(station_key(ONE),)), *PAIR))
    return books


@pytest.mark.parametrize(
    ("found", "place"),
    [
        (Found.BAD, (ONE, Bucket.WASTE_HELD)),
        (Found.GOOD, (ONE, Bucket.VOID_HELD)),
        (Found.LOST, (ONE, Bucket.LOST)),
    ],
)
def test_two_people_close_it_as_it_was_found(found: Found, place: tuple[str, Bucket]) -> None:
    """Good: no record waits for it, so it is void. Its chip and serial are stopped, since a fact says it came out."""
    books, number = doubtful()
    assert place_of(books.hub, number) == (ONE, Bucket.SUSPECT)
    without_keys(books)
    accepted(close(books, number, found))
    assert place_of(books.hub, number) == place
    assert {one.thing for one in rows(books.hub, Revoked)} == {f"{SERIES} {number}", UIDS[number - 1]}
    (told,) = log(books.hub, SuspectBlankClosed)
    assert told.by == ("verifier-1", "verifier-2")
    check_books(books)


def in_doubt() -> Offices:
    """Blank 3 is suspect at a station, and nobody ever said that it was fed."""
    books = founded_for_planting()
    supply(books, 1, 8, UIDS)
    plant(books, Moved(SERIES, 3, 3, "centre", Bucket.STOCK, ONE, Bucket.SUSPECT))
    return books


def test_an_unused_one_goes_to_the_store_of_its_office() -> None:
    books = in_doubt()
    accepted(close(books, 3, Found.UNUSED))
    assert place_of(books.hub, 3) == (OFFICE, Bucket.STOCK)
    assert rows(books.hub, Revoked) == []
    check_books(books)


def test_a_blank_that_a_disputed_fact_calls_fed_is_not_unused() -> None:
    books, _ = late()
    assert refusal(close(books, 1, Found.UNUSED)) is Refusal.WAS_FED


STRANGERS = (
    NewOfficer("chief-x", "Head of Lombok Barat", "office/52.01", (Role.HEAD,)),
    NewOfficer("chief-y", "Head of the province", "province/52", (Role.HEAD,)),
    NewOfficer("chief", "Head of Lombok Timur", OFFICE, (Role.HEAD,)),
    NewOfficer("printer", "Operator and checker", OFFICE, (Role.PRINT_OPERATOR, Role.CHECKER)),
)


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (("key-chief-x", "key-chief-y"), Refusal.NOT_ALLOWED),
        (("key-printer", VERIFIER_2), Refusal.REPORTER_SIGNED),
        (("key-chief", "key-chief-y"), None),
        (("key-chief-x", VERIFIER_1), None),
    ],
)
def test_one_of_the_two_is_of_the_home_office_or_the_centre_and_none_its_operator(
    keys: tuple[str, ...], expected: Refusal | None
) -> None:
    books = in_doubt()
    parties = (NewParty("office/52.01", "Lombok Barat"), NewParty("province/52", "Nusa Tenggara Barat"))
    more = tuple(new_key(f"key-{one.officer}", one.officer) for one in STRANGERS)
    accepted(ask(books.hub, Register(parties=parties, officers=STRANGERS, keys=more), *PAIR))
    answer = close(books, 3, Found.UNUSED, *keys)
    assert (refusal(answer) if isinstance(answer, Refused) else None) is expected


def test_a_station_that_was_not_told_of_the_doubt_may_still_use_the_blank() -> None:
    books, number = doubtful()
    answer = close(books, number, Found.UNUSED)
    assert (refusal(answer), facts(answer)["station"]) == (Refusal.STATION_NOT_TOLD, ONE)


def test_a_blank_that_an_open_lock_holds_is_closed_with_its_record() -> None:
    books = stocked(8)
    record = entered(books, 1)
    n = printed(books, record, UNKNOWN)
    number = row(books.hub, Attempt, record, n).number
    for found in Found:
        answer = close(books, number, found)
        assert (refusal(answer), facts(answer)["record"]) == (Refusal.HELD_BY_RECORD, record)


def late() -> tuple[Offices, str]:
    """A station fed a blank after its time and saw nothing come out; the lock is settled, the blank is not."""
    books = stocked(8, UIDS)
    record = entered(books, 1)
    accepted(ask(books.hub, Authorise(record, ONE), HUB_KEY))
    exchange(books)
    for body in card(record, 1, UNKNOWN):
        work = Work(signed(body, station_key(ONE)))
        accepted(books.stations[ONE].commit([work], LATE)[0])
    ship(books, at_ms=LATE)
    assert (lock(books.hub, record).state, place_of(books.hub, 1)) == (LockState.SUSPECT, (ONE, Bucket.SUSPECT))
    exchange(books, at_ms=LATE)
    accepted(ask(books.hub, Settle(record, 1, Found.UNUSED, "BA"), *PAIR, at_ms=LATE))
    exchange(books, at_ms=LATE)
    assert (lock(books.hub, record).state, place_of(books.hub, 1)) == (LockState.READY, (ONE, Bucket.SUSPECT))
    return books, record


@pytest.mark.parametrize("found", [Found.BAD, Found.GOOD, Found.LOST])
def test_the_station_follows_by_its_feed(found: Found) -> None:
    books, _ = late()
    accepted(close(books, 1, found))
    exchange(books, at_ms=LATE)
    assert place_of(books.stations[ONE], 1) == place_of(books.hub, 1)
    assert agree(books, ONE) and row(books.hub, Station, ONE).frozen_why == ""
    sound(books)


def test_a_blank_that_came_out_of_a_printer_is_not_unused() -> None:
    """The lock has moved on; the attempt that took the blank saw it come out."""
    books, number = planted_attempt()
    assert refusal(close(books, number, Found.UNUSED)) is Refusal.WAS_FED
    accepted(close(books, number, Found.BAD))


@pytest.mark.rule(15)
def test_a_stopped_blank_is_not_unused_either() -> None:
    books = founded_for_planting()
    supply(books, 1, 8, UIDS)
    plant(books, Moved(SERIES, 3, 3, "centre", Bucket.STOCK, ONE, Bucket.SUSPECT), CardRevoked(UIDS[2], "fork", ""))
    assert refusal(close(books, 3, Found.UNUSED)) is Refusal.STOP_LISTED


def planted_attempt() -> tuple[Offices, int]:
    books = founded_for_planting()
    supply(books, 1, 8, UIDS)
    record = entered(books, 1)
    plant(
        books,
        Moved(SERIES, 3, 3, "centre", Bucket.STOCK, ONE, Bucket.SUSPECT),
        Authorised(record, 1, ONE, 0, 0),
        Pressed(record, 1, PressStep.START, "p", -1, SERIES, 3),
        Pressed(record, 1, PressStep.EJECTED, "p"),
        Stepped(record, 1, LockEvent.VERDICT_BAD, LockState.MISPRINTED, by=("operator",)),
    )
    return books, 3


def test_whoever_ran_the_attempt_does_not_close_its_blank() -> None:
    other, ran = planted_attempt()
    run_by = Stepped("52.03-000001", 1, LockEvent.DOUBT, LockState.SUSPECT, by=("verifier-1",))
    plant(other, run_by, Stepped("52.03-000001", 1, LockEvent.SETTLE_BAD, LockState.MISPRINTED))
    assert refusal(close(other, ran, Found.BAD)) is Refusal.REPORTER_SIGNED


@pytest.mark.parametrize(
    ("keys", "expected"),
    [((VERIFIER_1,), Refusal.NEEDS_PEOPLE), ((OPERATOR, VERIFIER_2), Refusal.NOT_ALLOWED)],
)
def test_it_takes_two_people_who_may_close(keys: tuple[str, ...], expected: Refusal) -> None:
    books, number = doubtful()
    assert refusal(close(books, number, Found.BAD, *keys)) is expected


def test_two_people_of_one_unit_are_not_enough() -> None:
    books, number = doubtful()
    twin = NewOfficer("twin", "Twin", "verification", (Role.CENTRE_VERIFIER,))
    accepted(ask(books.hub, Register(officers=(twin,), keys=(new_key("key-twin", "twin"),)), *PAIR))
    assert refusal(close(books, number, Found.BAD, VERIFIER_1, "key-twin")) is Refusal.SAME_UNIT


def test_only_a_suspect_blank_is_closed_so() -> None:
    books, number = doubtful()
    assert refusal(close(books, number + 1, Found.BAD)) is Refusal.NOT_HELD
    assert refusal(close(books, 4, Found.BAD, series="NO-SUCH")) is Refusal.NOT_HELD
    assert refusal(close(books, 0, Found.BAD)) is Refusal.BAD_VALUE
    without_keys(books)
    answer = ask(books.hub, CloseSuspectBlank(SERIES, number, Found.BAD, ""), *PAIR)
    assert refusal(answer) is Refusal.BAD_VALUE
