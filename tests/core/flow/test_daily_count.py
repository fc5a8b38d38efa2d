"""The daily report as the book has it: days are cut from the seals' times, and every day adds up (rules 32, 47 of the peers)."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ektp_core.daily.columns import COLUMN, PRINTED
from ektp_core.daily.identity import blanks_of_day
from ektp_core.flow.apply import apply
from ektp_core.flow.custody import Dispatch, Issue, Receive
from ektp_core.flow.daily_count import _COLUMN, _PRINTED, STANDING, day_book, first_commit
from ektp_core.flow.declaring import DeclareUse, Reidentify
from ektp_core.flow.events import Dispatched, GivenOut, Moved, TakenIn
from ektp_core.flow.opening import OpenBalance, OpeningLine
from ektp_core.flow.overlay import Overlay
from ektp_core.flow.rows import Consignment
from ektp_core.flow.settling import FailCard, Found, Settle, VoidCard
from ektp_core.flow.suket import RegisterSuket
from ektp_core.vocabulary.bucket import Bucket, Condition
from ektp_core.vocabulary.prr import PreviousCard, Reason
from ektp_core.vocabulary.verdict import Cause
from tests.core.flow.office_cards import (
    BAD,
    GOOD,
    UNKNOWN,
    authorised,
    card,
    entered,
    grant,
    held,
    issue,
    load,
    person,
    supply,
)
from tests.core.flow.office_life import BOTH, OTHER, PROVINCE, at, counted, days_of, with_people
from tests.core.flow.offices import (
    CLASS,
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
    founded,
    row,
    ship,
    station_key,
)

pytestmark = pytest.mark.rule(32)

ONE_DAY, NEXT_DAY, THIRD_DAY = "2018-11-19", "2018-11-20", "2018-11-21"


def allotted(books: Offices, allotment: str, count: int, at_ms: int, short: int = 0) -> None:
    """An allotment granted, sent and counted in on that day, some of it not found."""
    hub, road = books.hub, f"road/{allotment}"
    grant(books, allotment, count, at_ms)
    accepted(ask(hub, Dispatch(road, allotment), VERIFIER_1, at_ms=at_ms))
    ((series, lo, hi),) = row(hub, Consignment, road).ranges
    parts = ((series, lo, hi - short),), ((series, hi - short + 1, hi),) if short else ()
    accepted(ask(hub, Receive(road, OFFICE, *parts), OPERATOR, VERIFIER_2, at_ms=at_ms))


def made(books: Offices, number: int, ending: tuple[object, ...], at_ms: int, **changes: object) -> str:
    """A card made on that day, known to the hub the same day."""
    record = entered(books, number, **changes)
    n = authorised(books, record, ONE, at_ms)
    for body in card(record, n, ending):  # type: ignore[arg-type]  # one of the endings
        accepted(ask(books.stations[ONE], body, station_key(ONE), at_ms=at_ms))
    exchange(books, ONE, at_ms)
    return record


def ready(count: int = 20, at_ms: int = 0) -> Offices:
    """An office whose station has so many blanks in its printer since the day before."""
    books = founded()
    supply(books, 1, 100)
    at_ms = at_ms or at("2018-11-18")
    allotted(books, "A-1", count, at_ms)
    load(books, issue(books, "I-1", count))
    exchange(books, ONE, at_ms)
    return books


def shown(books: Offices, day: str) -> dict[str, int]:
    """The columns of the office's day that are not nought."""
    return {name: value for name, value in days_of(books).columns(OFFICE, day).items() if value}


def test_every_place_of_a_blank_and_every_reason_has_a_column_of_the_report() -> None:
    assert set(_COLUMN) == set(Bucket)
    assert set(_PRINTED) == set(Reason)
    assert set(_COLUMN.values()) | set(_PRINTED.values()) | set(STANDING) <= set(COLUMN)


def test_two_days_by_hand() -> None:
    """Day one: 20 blanks, 3 printed (first, lost, damaged), 1 spoiled, 1 in doubt. Day two: 30 come, 2 of them short."""
    books = ready(20, at(ONE_DAY, hour=1))
    noon = at(ONE_DAY)
    made(books, 1, GOOD, noon)
    lost = {"previous": PreviousCard.DECLARED_LOST, "letter": "SKTLK/1", "letter_date": "2018-11-01"}
    made(books, 2, GOOD, noon, reason=Reason.LOST, **lost)
    made(books, 3, GOOD, noon, reason=Reason.DAMAGED, previous=PreviousCard.SURRENDERED)
    made(books, 4, BAD, noon)
    made(books, 5, UNKNOWN, noon)
    allotted(books, "A-2", 30, at(NEXT_DAY), short=2)
    made(books, 6, GOOD, at(NEXT_DAY))
    first, second = shown(books, ONE_DAY), shown(books, NEXT_DAY)
    assert {name: first.get(name, 0) for name in ("opening", "received", "good", "spoiled", "suspect", "remaining")} == {
        "opening": 0, "received": 20, "good": 3, "spoiled": 1, "suspect": 1, "remaining": 15,
    }  # fmt: skip
    assert {name: first.get(name, 0) for name in PRINTED} == {
        **dict.fromkeys(PRINTED, 0), "printed_first": 1, "printed_lost": 1, "printed_damaged": 1,
    }  # fmt: skip
    assert second == {
        "opening": 16, "received": 30, "good": 1, "printed_first": 1, "lost": 2, "suspect": 1, "remaining": 42,
    }  # fmt: skip


def test_a_day_ends_at_the_offices_own_midnight() -> None:
    books = ready()
    made(books, 1, GOOD, at(ONE_DAY, hour=15))  # 23:00 in Lombok
    made(books, 2, GOOD, at(ONE_DAY, hour=16))  # midnight there, and the 19th still in Jakarta
    assert (shown(books, ONE_DAY)["printed_first"], shown(books, NEXT_DAY)["printed_first"]) == (1, 1)


@pytest.mark.rule(38)
def test_a_card_stands_in_the_day_it_was_recorded_at_the_centre() -> None:
    books = ready()
    record = entered(books, 1)
    n = authorised(books, record, ONE, at(ONE_DAY))
    for body in card(record, n, GOOD):
        accepted(ask(books.stations[ONE], body, station_key(ONE), at_ms=at(ONE_DAY)))
    assert "printed_first" not in shown(books, ONE_DAY)
    for answer in ship(books, ONE, at(NEXT_DAY)):
        accepted(answer)
    assert "printed_first" not in shown(books, ONE_DAY)
    assert shown(books, NEXT_DAY)["printed_first"] == 1


@pytest.mark.rule(36)
def test_a_card_for_an_interim_letter_has_a_column_of_its_own_and_is_in_no_other() -> None:
    books = ready()
    letter = RegisterSuket(OFFICE, "470/1", ONE_DAY, Reason.FIRST, "PRR", person(1))
    accepted(ask(books.hub, letter, OPERATOR, at_ms=at(ONE_DAY)))
    made(books, 1, GOOD, at(ONE_DAY))
    found = shown(books, ONE_DAY)
    assert (found["printed_suket"], found.get("printed_first", 0), found["suket_today"]) == (1, 0, 1)


def test_a_good_card_that_goes_bad_the_next_day_takes_itself_out_of_that_days_good_ones() -> None:
    books = ready(5)
    record = made(books, 1, GOOD, at(ONE_DAY))
    accepted(ask(books.hub, FailCard(record, 1, Cause.DATA_WRONG), OPERATOR, at_ms=at(NEXT_DAY)))
    exchange(books, ONE, at(NEXT_DAY))
    first, second = days_of(books).columns(OFFICE, ONE_DAY), days_of(books).columns(OFFICE, NEXT_DAY)
    assert (first["good"], first["spoiled"], first["printed_first"]) == (1, 0, 1)
    assert (second["good"], second["spoiled"], second["printed_first"]) == (-1, 1, 0)
    for columns in (first, second):
        found = blanks_of_day(columns)
        assert found is not None and found.difference == 0


@pytest.mark.rule(30)
@pytest.mark.parametrize(
    ("moved", "expected"),
    [
        ((OFFICE, Bucket.STOCK, OTHER, Bucket.IN_TRANSIT), {"lent": 4, "remaining": -4}),
        ((OTHER, Bucket.IN_TRANSIT, OFFICE, Bucket.STOCK), {"lent": -4, "remaining": 4}),
        ((OFFICE, Bucket.WASTE_HELD, "centre", Bucket.IN_TRANSIT_WASTE), {"returned": 4, "spoiled": -4}),
        ((OFFICE, Bucket.STOCK, PROVINCE, Bucket.IN_TRANSIT), {"returned": 4, "remaining": -4}),
        ((OFFICE, Bucket.IN_TRANSIT, OFFICE, Bucket.STOCK), {"received": 4, "remaining": 4}),
        ((OFFICE, Bucket.STOCK, OFFICE, Bucket.IN_TRANSIT), {"received": -4, "remaining": -4}),
        ((OFFICE, Bucket.IN_TRANSIT, OFFICE, Bucket.LOST), {"received": 4, "lost": 4}),
        ((OFFICE, Bucket.STOCK, ONE, Bucket.IN_TRANSIT), {"in_transit": 4, "remaining": -4}),
        ((ONE, Bucket.STOCK, OFFICE, Bucket.STOCK), {}),
        ((OTHER, Bucket.STOCK, OFFICE, Bucket.STOCK), {"borrowed": 4, "remaining": 4}),
        (("centre", Bucket.STOCK, "centre", Bucket.RESERVED), {}),
        ((OFFICE, Bucket.GOOD_HELD, OFFICE, Bucket.HANDED_OVER), {}),
        ((OFFICE, Bucket.WASTE_HELD, OFFICE, Bucket.DESTROYED), {}),
    ],
)
def test_each_way_over_the_border_of_an_office_has_its_column(
    moved: tuple[str, Bucket, str, Bucket], expected: dict[str, int]
) -> None:
    books = founded()
    with books.hub.read() as view:
        found = day_book(view, [(at(ONE_DAY), [Moved(SERIES, 1, 4, *moved)])])
    changes = {name: by for name, by in found.changes.get((OFFICE, ONE_DAY), {}).items() if by}
    assert changes == expected


@pytest.mark.rule(30)
@pytest.mark.parametrize(("sender", "column"), [(OTHER, "borrowed"), ("centre", "received"), (PROVINCE, "received")])
def test_what_comes_from_another_office_is_borrowed(sender: str, column: str) -> None:
    books = founded()
    with books.hub.read() as view:
        book = Overlay(view)
        apply(book, Dispatched("K-7", sender, OFFICE, ((SERIES, 1, 4),)))
        came = Moved(SERIES, 1, 4, OFFICE, Bucket.IN_TRANSIT, OFFICE, Bucket.STOCK, "K-7")
        assert day_book(book, [(at(ONE_DAY), [came])]).changes[OFFICE, ONE_DAY][column] == 4


@pytest.mark.rule(9)
def test_an_opening_count_and_a_supply_come_from_different_accounts() -> None:
    books = founded()
    taken = [TakenIn(SERIES, 1, 4, OFFICE, Bucket.STOCK, CLASS, source) for source in ("opening", "found", "supplier/PNRI")]
    gone = GivenOut(SERIES, 1, 2, OFFICE, Bucket.STOCK)
    with books.hub.read() as view:
        found = day_book(view, [(at(ONE_DAY), [*taken, gone])]).changes[OFFICE, ONE_DAY]
    assert found == {"first_count": 4, "found": 4, "received": 4, "returned": 2, "remaining": 10}


def test_blanks_found_in_a_count_came_from_nobody() -> None:
    books = ready(5)
    counted(books, "BA-O-1", NEXT_DAY, unprinted=3)
    found = shown(books, NEXT_DAY)
    assert (found["found"], found.get("received", 0), found["remaining"]) == (3, 0, 8)


def test_days_may_be_read_from_the_middle_of_history_with_the_same_columns() -> None:
    books = ready(10)
    for number, day in enumerate((ONE_DAY, ONE_DAY, NEXT_DAY, THIRD_DAY), start=1):
        made(books, number, GOOD, at(day))
    whole, part = days_of(books), days_of(books, since_ms=at(NEXT_DAY, hour=0) - 8 * 3_600_000)
    for day in (NEXT_DAY, THIRD_DAY):
        assert part.columns(OFFICE, day) == whole.columns(OFFICE, day)
    assert whole.columns(OFFICE, ONE_DAY)["good"] == 2


def test_the_place_of_a_day_among_the_commits_is_found_by_halving() -> None:
    times = [10, 20, 20, 30, 50]
    found = [first_commit(5, lambda n: times[n - 1], at_ms) for at_ms in (0, 10, 11, 20, 31, 51)]
    assert found == [1, 1, 2, 2, 5, 6]
    assert first_commit(0, lambda n: times[n - 1], 5) == 1


@pytest.mark.rule(10)
@pytest.mark.parametrize(
    "bucket", [Bucket.STOCK, Bucket.WASTE_HELD, Bucket.USED_DECLARED], ids=lambda bucket: bucket.name
)
def test_serials_read_in_place_of_a_count_are_no_arrival_and_no_departure(bucket: Bucket) -> None:
    books = with_people(founded())
    lines = (OpeningLine(Condition.BLANK, CLASS, count=10), OpeningLine(Condition.WASTE, CLASS, count=10))
    accepted(ask(books.hub, OpenBalance(OFFICE, lines, "SA", ONE_DAY), *BOTH, at_ms=at(ONE_DAY)))
    accepted(ask(books.hub, DeclareUse(OFFICE, CLASS, 5, ONE_DAY, "LAP"), *BOTH, at_ms=at(ONE_DAY)))
    before = days_of(books).columns(OFFICE, ONE_DAY)
    read = Reidentify(OFFICE, bucket, CLASS, (("REAL", 1, 4),), "BA-1")
    accepted(ask(books.hub, read, *BOTH, at_ms=at(ONE_DAY)))
    assert held(books.hub, (OFFICE, bucket)) == (10 if bucket is Bucket.WASTE_HELD else 5)
    assert days_of(books).columns(OFFICE, ONE_DAY) == before
    assert before["first_count"] == 20 and blanks_of_day(before) is not None


@pytest.mark.rule(10)
def test_a_reading_that_changes_places_with_another_pile_changes_no_column() -> None:
    books = with_people(founded())
    guessed = OpeningLine(Condition.GOOD, CLASS, ((SERIES, 50, 52),), is_assumed=True)
    lines = (OpeningLine(Condition.WASTE, CLASS, count=6), guessed)
    accepted(ask(books.hub, OpenBalance(OFFICE, lines, "SA", ONE_DAY), *BOTH, at_ms=at(ONE_DAY)))
    before = days_of(books).columns(OFFICE, ONE_DAY)
    read = Reidentify(OFFICE, Bucket.WASTE_HELD, CLASS, ((SERIES, 51, 52),), "BA-2")
    swapped = accepted(ask(books.hub, read, *BOTH, at_ms=at(NEXT_DAY))).events
    assert any(isinstance(event, Moved) for event in swapped)
    after = days_of(books)
    assert after.columns(OFFICE, ONE_DAY) == before
    still = after.columns(OFFICE, NEXT_DAY)
    assert {name: still[name] for name in ("received", "returned", "spoiled", "good", "lent", "borrowed")} == (
        dict.fromkeys(("received", "returned", "spoiled", "good", "lent", "borrowed"), 0)
    )


STEPS = st.sampled_from(["good", "bad", "unknown", "allot", "short", "issue", "fail", "void", "lost", "unused", "day"])


@settings(max_examples=30, deadline=None)
@given(st.lists(STEPS, max_size=14))
def test_every_day_of_every_history_adds_up_and_opens_with_what_the_day_before_left(steps: list[str]) -> None:
    books, days, at_ms = ready(12), [ONE_DAY], at(ONE_DAY)
    printed: list[str] = []
    suspects: list[str] = []
    tally: Counter[tuple[str, str]] = Counter()
    for number, one in enumerate(steps, start=1):
        match one:
            case "good" | "bad" | "unknown" if number <= 12:
                ending = {"good": GOOD, "bad": BAD, "unknown": UNKNOWN}[one]
                record = made(books, number, ending, at_ms)
                (printed if one == "good" else suspects if one == "unknown" else []).append(record)
                tally[days[-1], "printed"] += one == "good"
            case "allot" | "short":
                allotted(books, f"B-{number}", 4, at_ms, short=one == "short")
                tally[days[-1], "received"] += 4
            case "issue":
                ask(books.hub, Issue(f"J-{number}", ONE, CLASS, 2), OPERATOR, at_ms=at_ms)
            case "fail" | "void" if printed:
                record = printed.pop()
                body = FailCard(record, 1, Cause.DATA_WRONG) if one == "fail" else VoidCard(record, 1, "died")
                accepted(ask(books.hub, body, *((OPERATOR,) if one == "fail" else PAIR), at_ms=at_ms))
                exchange(books, ONE, at_ms)
            case "lost" | "unused" if suspects:
                found = Found.LOST if one == "lost" else Found.UNUSED
                accepted(ask(books.hub, Settle(suspects.pop(), 1, found, "BA"), *PAIR, at_ms=at_ms))
                exchange(books, ONE, at_ms)
            case "day":
                at_ms += 24 * 3_600_000
                days.append(f"2018-11-{19 + len(days)}")
    book, left = days_of(books), 12
    for day in days:
        columns = book.columns(OFFICE, day)
        found_sum = blanks_of_day(columns)
        assert found_sum is not None and found_sum.difference == 0, (day, columns)
        assert columns["opening"] == left
        assert sum(columns[name] for name in PRINTED) == tally[day, "printed"]
        assert columns["received"] == tally[day, "received"]
        left = sum(columns[name] for name in STANDING)
