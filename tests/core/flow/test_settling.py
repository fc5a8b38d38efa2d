"""Suspects, failed and void cards are closed by two people; a lost card has an exit, and only that one."""

from typing import Any

import pytest
from attrs import evolve

from ektp_core.boundary.store import Answer, Work
from ektp_core.errors import Refusal
from ektp_core.flow.events import GivenOut
from ektp_core.flow.finding import CloseSuspectBlank
from ektp_core.flow.founding import NewOfficer, Register
from ektp_core.flow.rows import Chip, ChipOf, Dispute, Person, Revoked
from ektp_core.flow.settling import FailCard, Found, Settle, VoidCard
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.prr import PreviousCard, Reason
from ektp_core.vocabulary.role import Role
from ektp_core.vocabulary.state import CardState, LockState
from ektp_core.vocabulary.verdict import BlankPlace, Cause, Certainty, Outcome
from ektp_store.memory import MemoryStore
from tests.core.flow.offices import (
    BAD,
    HOUR_MS,
    MARKED,
    NOW,
    OFFICE,
    ONE,
    OPERATOR,
    PAIR,
    SERIES,
    TWO,
    UNKNOWN,
    VERIFIER_1,
    Ending,
    Offices,
    accepted,
    ask,
    attempt,
    authorised,
    card,
    conclusion,
    entered,
    exchange,
    facts,
    issue,
    load,
    log,
    new_key,
    person,
    place_of,
    printed,
    refusal,
    reported,
    row,
    rows,
    ship,
    signed,
    state,
    station_key,
    stocked,
    true_report,
    unlocked,
)
from tests.core.flow.soundness import agree, check_books

UIDS = tuple(f"04{number:012X}" for number in range(1, 21))
OTHER_UID = "04FFFFFFFFFFFF"


def doubtful(chips: tuple[str, ...] = (), uid: str = "") -> tuple[Offices, str]:
    """A suspect on blank 1, known to both books."""
    books = stocked(10, chips)
    record = entered(books, 1)
    printed(books, record, UNKNOWN, uid=uid)
    return books, record


def settled(books: Offices, body: Settle, *keys: str) -> Answer:
    return ask(books.hub, body, *(keys or PAIR))


def both(books: Offices) -> tuple[MemoryStore, MemoryStore]:
    exchange(books)
    assert not rows(books.hub, Dispute) and agree(books, ONE)
    check_books(books)
    return books.hub, books.stations[ONE]


@pytest.mark.rule(15)
@pytest.mark.parametrize(
    ("found", "lock_state", "place", "cause"),
    [
        (Found.GOOD, LockState.PRINTED, Bucket.GOOD_HELD, Cause.NONE),
        (Found.BAD, LockState.MISPRINTED, Bucket.WASTE_HELD, Cause.NO_EVIDENCE),
        (Found.LOST, LockState.MISPRINTED, Bucket.LOST, Cause.LOST),
    ],
)
def test_two_people_close_a_suspect_in_both_books(
    found: Found, lock_state: LockState, place: Bucket, cause: Cause
) -> None:
    books, record = doubtful()
    accepted(settled(books, Settle(record, 1, found, "BA-1")))
    for store in both(books):
        assert (state(store, record), place_of(store, 1)) == (lock_state, (ONE, place))
        assert attempt(store, record).cause is cause
    assert row(books.hub, Person, person(1)).open_record == ("" if found is Found.GOOD else record)


def test_a_blank_found_unused_goes_to_the_safe_of_the_office_and_the_record_is_ready() -> None:
    books, record = doubtful()
    accepted(settled(books, Settle(record, 1, Found.UNUSED, "BA-1")))
    hub, station = both(books)
    assert (state(hub, record), place_of(hub, 1)) == (LockState.READY, (OFFICE, Bucket.STOCK))
    assert (state(station, record), place_of(station, 1)) == (LockState.READY, None)
    assert log(station, GivenOut) == [GivenOut(SERIES, 1, 1, ONE, Bucket.SUSPECT, f"{record}/1")]
    assert authorised(books, record) == 2


@pytest.mark.rule(22)
def test_a_blank_issued_again_after_it_was_found_unused_makes_one_card() -> None:
    books, record = doubtful(UIDS[:10], UIDS[0])
    accepted(settled(books, Settle(record, 1, Found.UNUSED, "BA-1")))
    exchange(books)
    issue(books, "I-2", 1, TWO)
    load(books, ((SERIES, 1, 1),), TWO)
    exchange(books, TWO)
    printed(books, record, station=TWO, uid=UIDS[0])
    assert (row(books.hub, Chip, UIDS[0]).record, place_of(books.hub, 1)) == (record, (TWO, Bucket.GOOD_HELD))
    check_books(books)


@pytest.mark.parametrize(
    ("changes", "keys", "expected"),
    [
        ({}, (VERIFIER_1,), Refusal.NEEDS_PEOPLE),
        ({}, (VERIFIER_1, OPERATOR), Refusal.NOT_ALLOWED),
        ({"minutes": ""}, PAIR, Refusal.BAD_VALUE),
        ({"n": 2}, PAIR, Refusal.STALE_ATTEMPT),
        ({"record": "52.03-000009"}, PAIR, Refusal.UNKNOWN_RECORD),
        ({"series": SERIES, "number": 2}, PAIR, Refusal.BAD_VALUE),
        ({"found": Found.GOOD, "uid": "not a chip"}, PAIR, Refusal.BAD_VALUE),
    ],
)
def test_what_does_not_close_a_suspect(changes: dict[str, Any], keys: tuple[str, ...], expected: Refusal) -> None:
    books, record = doubtful()
    fields = {"record": record, "n": 1, "found": Found.BAD, "minutes": "BA-1", **changes}
    before = books.hub.position()
    assert refusal(settled(books, Settle(**fields), *keys)) is expected
    assert books.hub.position() == before


def test_only_a_suspect_is_settled() -> None:
    books = stocked(5)
    record = entered(books, 1)
    printed(books, record)
    assert refusal(settled(books, Settle(record, 1, Found.UNUSED, "BA-1"))) is Refusal.NO_SUCH_STEP


@pytest.mark.rule(25)
def test_whoever_ran_the_card_does_not_close_it() -> None:
    books = stocked(5)
    clerk = NewOfficer("clerk", "Clerk", OFFICE, (Role.PRINT_OPERATOR, Role.CHECKER))
    accepted(ask(books.hub, Register(officers=(clerk,), keys=(new_key("key-clerk", "clerk"),)), *PAIR))
    exchange(books)
    record = entered(books, 1)
    authorised(books, record)
    start, *_ = card(record, 1, UNKNOWN)
    accepted(ask(books.stations[ONE], start, station_key(ONE)))
    look = (Outcome.UNKNOWN, BlankPlace.UNKNOWN, Certainty.OPERATOR, Cause.NONE)
    accepted(ask(books.stations[ONE], conclusion(record, 1, look), "key-clerk"))
    exchange(books)
    body = Settle(record, 1, Found.BAD, "BA-1")
    assert refusal(settled(books, body, VERIFIER_1, "key-clerk")) is Refusal.REPORTER_SIGNED
    accepted(settled(books, body))


@pytest.mark.rule(25)
def test_whoever_settled_a_suspect_did_not_run_it_and_may_unlock_it() -> None:
    books, record = doubtful()
    accepted(settled(books, Settle(record, 1, Found.BAD, "BA-1")))
    exchange(books)
    assert attempt(books.hub, record).operator == ()
    reported(books, "R-1")
    unlocked(books, record, 1)
    assert state(books.hub, record) is LockState.READY


# -- lost, and the stop list: rule 15 -----------------------------------------------------


@pytest.mark.rule(15)
def test_a_lost_card_is_reported_unlocked_and_replaced() -> None:
    books, record = doubtful()
    accepted(settled(books, Settle(record, 1, Found.LOST, "BA-1")))
    exchange(books)
    report = true_report(books, "R-1")
    assert (report.columns.lost, report.columns.bad_of_person) == (1, 0)
    assert report.lines[0].is_lost and report.lines[0].person == person(1).hex()
    accepted(ask(books.hub, report, OPERATOR))
    unlocked(books, record, 1)
    assert printed(books, record) == 2
    check_books(books)


@pytest.mark.rule(15)
@pytest.mark.parametrize(
    ("chips", "uid", "things"),
    [
        ((), "", {f"{SERIES} 1"}),
        ((), UIDS[3], {f"{SERIES} 1", UIDS[3]}),
        (UIDS[:10], "", {f"{SERIES} 1", UIDS[0]}),
        (UIDS[:10], UIDS[0], {f"{SERIES} 1", UIDS[0]}),
    ],
    ids=["only the box is known", "the chip was read", "the chip is listed", "listed and read"],
)
def test_everything_the_lost_card_could_be_known_by_is_on_the_stop_list(
    chips: tuple[str, ...], uid: str, things: set[str]
) -> None:
    books, record = doubtful(chips, uid)
    accepted(settled(books, Settle(record, 1, Found.LOST, "BA-1")))
    for store in both(books):
        assert {one.thing for one in rows(store, Revoked)} == things
        for thing in things - {f"{SERIES} 1"}:
            assert row(store, Chip, thing).state is CardState.REVOKED


@pytest.mark.rule(7)
@pytest.mark.parametrize(
    ("chips", "read", "shown", "expected"),
    [
        (UIDS[:10], UIDS[0], UIDS[1], Refusal.FOREIGN_BLANK),
        (UIDS[:10], "", UIDS[1], Refusal.FOREIGN_BLANK),
        (UIDS[:10], "", OTHER_UID, Refusal.FOREIGN_BLANK),
        ((), UIDS[0], OTHER_UID, Refusal.FOREIGN_BLANK),
    ],
)
def test_the_card_shown_must_be_the_card(chips: tuple[str, ...], read: str, shown: str, expected: Refusal) -> None:
    books, record = doubtful(chips, read)
    assert refusal(settled(books, Settle(record, 1, Found.GOOD, "BA-1", uid=shown))) is expected


@pytest.mark.rule(6)
def test_a_card_shown_with_a_chip_nobody_had_read_is_bound_to_its_blank() -> None:
    books, record = doubtful()
    accepted(settled(books, Settle(record, 1, Found.GOOD, "BA-1", uid=OTHER_UID)))
    for store in both(books):
        assert row(store, ChipOf, SERIES, 1).uid == OTHER_UID
        assert row(store, Chip, OTHER_UID) == Chip(OTHER_UID, SERIES, 1, record, 1, CardState.INACTIVE)
        assert attempt(store, record).uid == OTHER_UID


def test_a_chip_that_is_a_card_already_is_not_shown_again() -> None:
    books, record = doubtful()
    second = entered(books, 2)
    printed(books, second, uid=OTHER_UID)
    assert refusal(settled(books, Settle(record, 1, Found.GOOD, "BA-1", uid=OTHER_UID))) is Refusal.UID_KNOWN


# -- a suspect without a blank ------------------------------------------------------------


def disputed() -> tuple[Offices, str]:
    """A record whose station started too late: the hub bound no blank, one blank is suspect in both books."""
    books = stocked(10)
    record = entered(books, 1)
    authorised(books, record)
    start, *rest = card(record, 1, BAD)
    station, key = books.stations[ONE], station_key(ONE)
    late = Work(signed(start, key))
    for answer in station.commit([late], NOW + 9 * HOUR_MS):
        accepted(answer)
    for body in rest:
        accepted(ask(station, body, key))
    ship(books)
    assert attempt(books.hub, record).number == 0
    assert place_of(books.hub, 1) == (ONE, Bucket.SUSPECT)
    return books, record


def test_the_people_name_the_suspect_blank_where_the_press_bound_none() -> None:
    books, record = disputed()
    exchange(books)
    bad = Settle(record, 1, Found.BAD, "BA-1")
    assert refusal(settled(books, bad)) is Refusal.BAD_VALUE
    assert refusal(settled(books, evolve(bad, found=Found.LOST))) is Refusal.BAD_VALUE
    assert refusal(settled(books, evolve(bad, series=SERIES, number=2))) is Refusal.NOT_HELD
    accepted(settled(books, evolve(bad, series=SERIES, number=1)))
    exchange(books)
    for store in (books.hub, books.stations[ONE]):
        assert (state(store, record), place_of(store, 1)) == (LockState.MISPRINTED, (ONE, Bucket.WASTE_HELD))
    check_books(books)


@pytest.mark.rule(24)
@pytest.mark.parametrize("found", [Found.BAD, Found.LOST])
def test_a_blank_named_by_people_is_in_the_report_with_its_person_and_opens_the_lock(found: Found) -> None:
    books, record = disputed()
    exchange(books)
    accepted(settled(books, Settle(record, 1, found, "BA-1", SERIES, 1)))
    exchange(books)
    report = true_report(books, "R-1")
    assert [(one.number, one.person, one.n) for one in report.lines] == [(1, person(1).hex(), 1)]
    accepted(ask(books.hub, report, OPERATOR))
    unlocked(books, record, 1)
    assert printed(books, record) == 2


def test_nothing_is_freed_before_the_station_took_the_dispute() -> None:
    books, record = disputed()
    body = Settle(record, 1, Found.BAD, "BA-1", SERIES, 1)
    answer = settled(books, body)
    assert refusal(answer) is Refusal.STILL_LEASED and facts(answer) == {"station": ONE, "record": record}
    exchange(books)
    accepted(settled(books, body))
    assert state(books.hub, record) is LockState.MISPRINTED
    exchange(books)
    check_books(books)


@pytest.mark.rule(11)
def test_a_card_that_a_disputed_fact_says_came_out_is_not_closed_as_unused() -> None:
    """The hub's copy knows no step of it; the station's signed word is kept, and only restricts."""
    books, record = disputed()
    exchange(books)
    assert attempt(books.hub, record).reached is None
    answer = settled(books, Settle(record, 1, Found.UNUSED, "BA-1"))
    assert (refusal(answer), facts(answer)["field"]) == (Refusal.BAD_VALUE, "found")
    loose = CloseSuspectBlank(SERIES, 1, Found.UNUSED, "BA-2")
    accepted(settled(books, Settle(record, 1, Found.BAD, "BA-1", SERIES, 1)))
    assert refusal(ask(books.hub, loose, *PAIR)) is Refusal.NOT_HELD


def test_a_station_that_never_answers_is_waited_for_until_its_key_is_gone_and_its_time_over() -> None:
    books, record = disputed()
    body = Settle(record, 1, Found.BAD, "BA-1", SERIES, 1)
    late = NOW + (8 + 24) * HOUR_MS + 1  # T and the grace
    assert refusal(ask(books.hub, body, *PAIR, at_ms=late)) is Refusal.STILL_LEASED
    accepted(ask(books.hub, Register(revoked_keys=(station_key(ONE),)), *PAIR))
    assert refusal(ask(books.hub, body, *PAIR, at_ms=late - 1)) is Refusal.STILL_LEASED
    accepted(ask(books.hub, body, *PAIR, at_ms=late))


# -- failed and void cards ----------------------------------------------------------------


@pytest.mark.rule(3)
def test_a_failed_card_is_waste_revoked_and_reported_with_its_person() -> None:
    books = stocked(5, UIDS[:5])
    record = entered(books, 1)
    printed(books, record, uid=UIDS[0])
    accepted(ask(books.hub, FailCard(record, 1, Cause.ACTIVATION_FAILED), OPERATOR))
    for store in both(books):
        assert (state(store, record), place_of(store, 1)) == (LockState.MISPRINTED, (ONE, Bucket.WASTE_HELD))
        assert row(store, Chip, UIDS[0]).state is CardState.REVOKED
    assert row(books.hub, Person, person(1)).open_record == record
    reported(books, "R-1")
    unlocked(books, record, 1)
    assert printed(books, record, uid=UIDS[1]) == 2


@pytest.mark.rule(3)
def test_a_card_does_not_fail_while_the_person_has_another_record_open() -> None:
    books = stocked(5)
    first = entered(books, 1)
    printed(books, first)
    second = entered(books, 1, reason=Reason.DAMAGED, previous=PreviousCard.AT_HANDOVER)
    body = FailCard(first, 1, Cause.DATA_WRONG)
    assert refusal(ask(books.hub, body, OPERATOR)) is Refusal.PERSON_HAS_OPEN_RECORD
    printed(books, second)
    answer = ask(books.hub, body, OPERATOR)
    assert refusal(answer) is Refusal.PREVIOUS_CARD_OPEN and facts(answer) == {"record": second}
    accepted(ask(books.hub, evolve(body, record=second), OPERATOR))


@pytest.mark.rule(16)
def test_a_void_card_counts_as_good_and_its_record_is_closed() -> None:
    books = stocked(5, UIDS[:5])
    record = entered(books, 1)
    printed(books, record, uid=UIDS[0])
    body = VoidCard(record, 1, "died")
    assert refusal(ask(books.hub, body, VERIFIER_1)) is Refusal.NEEDS_PEOPLE
    accepted(ask(books.hub, body, *PAIR))
    for store in both(books):
        assert (state(store, record), place_of(store, 1)) == (LockState.WITHDRAWN, (ONE, Bucket.VOID_HELD))
        assert row(store, Chip, UIDS[0]).state is CardState.REVOKED
    report = true_report(books, "R-1")
    assert (report.columns.good, report.columns.remaining, report.lines) == (1, 4, ())
    assert refusal(ask(books.hub, body, *PAIR)) is Refusal.NO_SUCH_STEP


@pytest.mark.parametrize("ending", [BAD, UNKNOWN])
def test_only_a_printed_card_fails_or_is_void(ending: Ending) -> None:
    books = stocked(5)
    record = entered(books, 1)
    printed(books, record, ending)
    for body, keys in ((FailCard(record, 1, Cause.DATA_WRONG), (OPERATOR,)), (VoidCard(record, 1, "died"), PAIR)):
        assert refusal(ask(books.hub, body, *keys)) is Refusal.NO_SUCH_STEP


@pytest.mark.rule(24)
def test_a_card_that_came_out_is_not_unused() -> None:
    books = stocked(3)
    record = entered(books, 1)
    n = authorised(books, record)
    for body in card(record, n, UNKNOWN, steps=MARKED):
        accepted(ask(books.stations[ONE], body, station_key(ONE)))
    exchange(books)
    answer = ask(books.hub, Settle(record, n, Found.UNUSED, "BA-1"), *PAIR)
    assert refusal(answer) is Refusal.BAD_VALUE and facts(answer)["field"] == "found"
