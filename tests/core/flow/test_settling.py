"""Suspects are closed by two people; a lost card has an exit, and only that one."""

from typing import Any

import pytest

from ektp_core.errors import Refusal
from ektp_core.flow.events import GivenOut
from ektp_core.flow.founding import NewOfficer, Register
from ektp_core.flow.rows import Chip, ChipOf, Person, Revoked
from ektp_core.flow.settling import Found, Settle
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.role import Role
from ektp_core.vocabulary.state import CardState, LockState
from ektp_core.vocabulary.verdict import BlankPlace, Cause, Certainty, Outcome
from tests.core.flow.office_cards import (
    MARKED,
    UNKNOWN,
    attempt,
    authorised,
    card,
    conclusion,
    entered,
    issue,
    load,
    person,
    place_of,
    printed,
    reported,
    state,
    stocked,
    true_report,
    unlocked,
)
from tests.core.flow.offices import (
    OFFICE,
    ONE,
    OPERATOR,
    PAIR,
    SERIES,
    TWO,
    VERIFIER_1,
    accepted,
    ask,
    exchange,
    facts,
    log,
    new_key,
    refusal,
    row,
    rows,
    station_key,
)
from tests.core.flow.soundness import check_books
from tests.core.flow.suspect_cards import OTHER_UID, UIDS, both, doubtful, settled


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
