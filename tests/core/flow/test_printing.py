"""The hub's acts on records: one issuance of a person, one attempt at a time, only on blanks that are there."""

import pytest
from attrs import evolve

from ektp_core.boundary.store import Work
from ektp_core.errors import Refusal
from ektp_core.flow.custody import Issue, Receive
from ektp_core.flow.events import CardRevoked, Entered
from ektp_core.flow.feed import read_entry
from ektp_core.flow.pressing import NoteStep, ReturnCard, StartCard
from ektp_core.flow.printing import Authorise, Recall, Withdraw, free_blanks
from ektp_core.flow.rows import Attempt, Chip, Desk, FeedRow, Lock, Person, Policy, Record, Revoked, Station
from ektp_core.flow.settling import FailCard, VoidCard
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.prr import PreviousCard, Reason
from ektp_core.vocabulary.state import CardState, LockState, PressStep, Profile
from ektp_core.vocabulary.verdict import Cause
from tests.core.flow.office_cards import (
    BAD,
    GOOD,
    allot,
    authorised,
    card,
    conclusion,
    entered,
    entry,
    lock,
    person,
    place_of,
    printed,
    reported,
    state,
    stocked,
    supply,
    unlocked,
)
from tests.core.flow.offices import (
    CLASS,
    HUB_KEY,
    NOW,
    ONE,
    OPERATOR,
    PAIR,
    PRINTER,
    REGISTRY_KEY,
    SERIES,
    TWO,
    VERIFIER_1,
    VERIFIER_2,
    accepted,
    ask,
    ask_all,
    deliver,
    exchange,
    facts,
    founded,
    log,
    maybe,
    refusal,
    row,
    rows,
    ship,
    signed,
    station_key,
)
from tests.core.flow.soundness import check_books

UIDS = tuple(f"04{number:012X}" for number in range(1, 21))
DAY_MS = 86_400_000

# -- entering -----------------------------------------------------------------------------


@pytest.mark.rule(2)
def test_records_are_numbered_in_the_region_of_the_importing_office() -> None:
    books = founded()
    assert [entered(books, number) for number in (5, 3, 9)] == ["52.03-000001", "52.03-000002", "52.03-000003"]


@pytest.mark.rule(2)
def test_a_person_recorded_twice_has_one_lock() -> None:
    books = founded()
    first = entered(books, 1)
    answer = ask(books.hub, entry(1), OPERATOR)
    assert refusal(answer) is Refusal.PERSON_HAS_OPEN_RECORD
    assert facts(answer) == {"record": first}
    assert len(rows(books.hub, Lock)) == 1


@pytest.mark.rule(2)
def test_the_same_person_twice_in_one_commit_has_one_lock() -> None:
    books = founded()
    works = [Work(signed(entry(1), OPERATOR)), Work(signed(entry(1), OPERATOR))]
    first, second = books.hub.commit(works, NOW)
    accepted(first)
    assert refusal(second) is Refusal.PERSON_HAS_OPEN_RECORD


@pytest.mark.rule(42)
def test_the_importing_officers_own_key_signs_a_record_or_the_registrys() -> None:
    books = founded()
    accepted(ask(books.hub, entry(1), OPERATOR))
    accepted(ask(books.hub, entry(2), REGISTRY_KEY))
    accepted(ask(books.hub, entry(3), station_key(ONE), OPERATOR))
    signers = [event.signer for event in log(books.hub, Entered)]
    assert signers == [OPERATOR, REGISTRY_KEY, OPERATOR]


@pytest.mark.rule(42)
@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ((HUB_KEY,), Refusal.SIGNER_NOT_REGISTRY),
        ((OPERATOR, HUB_KEY), Refusal.SIGNER_NOT_REGISTRY),
        ((station_key(ONE),), Refusal.NOT_ALLOWED),
        ((VERIFIER_1,), Refusal.NOT_ALLOWED),
        ((), Refusal.NOT_ALLOWED),
    ],
)
def test_never_the_hubs_key_nor_a_stations(keys: tuple[str, ...], expected: Refusal) -> None:
    assert refusal(ask(founded().hub, entry(1), *keys)) is expected


@pytest.mark.parametrize("office", ["office/52.01", "centre", ONE, "nonsense"])
def test_a_record_belongs_to_a_registered_office(office: str) -> None:
    answer = ask(founded().hub, evolve(entry(1), office=office), OPERATOR)
    assert refusal(answer) in (Refusal.UNKNOWN_PARTY, Refusal.BAD_VALUE)


@pytest.mark.rule(3)
def test_a_new_issuance_opens_only_when_the_previous_card_is_closed() -> None:
    books = stocked(5, UIDS[:5])
    first = entered(books, 1)
    printed(books, first, uid=UIDS[0])
    answer = ask(books.hub, entry(1), OPERATOR)
    assert refusal(answer) is Refusal.PREVIOUS_CARD_OPEN and facts(answer) == {"record": first}
    assert maybe(books.hub, Revoked, UIDS[0]) is None


@pytest.mark.rule(3)
def test_a_surrendered_card_is_void_and_revoked_in_both_books() -> None:
    books = stocked(5, UIDS[:5])
    printed(books, entered(books, 1), uid=UIDS[0])
    second = entered(books, 1, reason=Reason.DAMAGED, previous=PreviousCard.SURRENDERED)
    exchange(books)
    for store in (books.hub, books.stations[ONE]):
        assert place_of(store, 1) == (ONE, Bucket.VOID_HELD)
        assert row(store, Chip, UIDS[0]).state is CardState.REVOKED
        assert row(store, Revoked, f"{SERIES} 1").why == "surrendered"
    assert printed(books, second, uid=UIDS[1]) == 1
    assert row(books.hub, Person, person(1)).last_record == second
    check_books(books)


@pytest.mark.rule(3)
def test_a_lost_card_needs_its_letter_and_goes_on_the_stop_list() -> None:
    books = stocked(5, UIDS[:5])
    printed(books, entered(books, 1), uid=UIDS[0])
    lost = {"reason": Reason.LOST, "previous": PreviousCard.DECLARED_LOST}
    answer = ask(books.hub, entry(1, **lost, letter="B/12"), OPERATOR)
    assert refusal(answer) is Refusal.BAD_VALUE
    accepted(ask(books.hub, entry(1, **lost, letter="B/12", letter_date="2018-11-19"), OPERATOR))
    assert row(books.hub, Revoked, UIDS[0]).why == "declared lost"
    assert place_of(books.hub, 1) == (ONE, Bucket.GOOD_HELD)


@pytest.mark.rule(3)
def test_a_lost_card_of_the_time_before_is_revoked_as_unknown() -> None:
    books = founded()
    lost = entry(1, reason=Reason.LOST, previous=PreviousCard.DECLARED_LOST, letter="B/1", letter_date="2018-11-01")
    answer = accepted(ask(books.hub, lost, OPERATOR))
    assert answer.events[0] == CardRevoked(f"before/{person(1).hex()}", "declared lost", "")


@pytest.mark.rule(3)
def test_a_card_to_be_surrendered_at_hand_over_stays_open_until_then() -> None:
    books = stocked(5, UIDS[:5])
    printed(books, entered(books, 1), uid=UIDS[0])
    entered(books, 1, reason=Reason.DAMAGED, previous=PreviousCard.AT_HANDOVER)
    assert maybe(books.hub, Revoked, UIDS[0]) is None


@pytest.mark.rule(3)
@pytest.mark.parametrize("uid", [UIDS[0], ""])
def test_a_voided_card_holds_no_new_issuance_up(uid: str) -> None:
    books = stocked(5, UIDS[:5] if uid else ())
    first = entered(books, 1)
    printed(books, first, uid=uid)
    accepted(ask(books.hub, VoidCard(first, 1, "duplicate"), *PAIR))
    accepted(ask(books.hub, entry(1), REGISTRY_KEY))


@pytest.mark.rule(3)
def test_a_card_that_failed_and_whose_record_was_withdrawn_holds_no_new_issuance_up() -> None:
    books = stocked(5)
    first = entered(books, 1)
    printed(books, first)
    accepted(ask(books.hub, FailCard(first, 1, Cause.DATA_WRONG), OPERATOR))
    exchange(books)
    reported(books, "R-1")
    unlocked(books, first, 1)
    n = authorised(books, first)
    accepted(ask(books.stations[ONE], ReturnCard(first, n, "moved"), station_key(ONE)))
    exchange(books)
    accepted(ask(books.hub, Withdraw(first, "moved away"), VERIFIER_1))
    accepted(ask(books.hub, entry(1), REGISTRY_KEY))
    assert maybe(books.hub, Revoked, " 0") is None


# -- authorising --------------------------------------------------------------------------


@pytest.mark.rule(1)
def test_an_authorisation_moves_no_blank_and_is_the_stations_when_it_took_it() -> None:
    books = stocked(5)
    record = entered(books, 1)
    accepted(ask(books.hub, Authorise(record, ONE), HUB_KEY))
    assert lock(books.hub, record) == Lock(record, LockState.AUTHORISED, 1, ONE, taken=False)
    assert maybe(books.stations[ONE], Lock, record) is None
    exchange(books)
    assert lock(books.hub, record) == lock(books.stations[ONE], record)
    assert lock(books.hub, record).taken
    assert place_of(books.hub, 1) == (ONE, Bucket.STOCK)
    check_books(books)


@pytest.mark.parametrize(
    ("body", "keys", "expected"),
    [
        (Authorise("52.03-000009", ONE), (HUB_KEY,), Refusal.UNKNOWN_RECORD),
        (Authorise("52.03-000001", "station/52.03/7"), (HUB_KEY,), Refusal.UNKNOWN_STATION),
        (Authorise("52.03-000001", TWO), (HUB_KEY,), Refusal.NO_BLANK),
        (Authorise("52.03-000001", ONE), (OPERATOR,), Refusal.NOT_ALLOWED),
        (Authorise("52.03-000001", ONE), (station_key(ONE),), Refusal.NOT_ALLOWED),
        (Withdraw("52.03-000001", "x"), (OPERATOR,), Refusal.NOT_ALLOWED),
        (Withdraw("52.03-000009", "x"), (VERIFIER_1,), Refusal.UNKNOWN_RECORD),
        (Recall("52.03-000009", "x"), (VERIFIER_1,), Refusal.UNKNOWN_RECORD),
        (Recall("52.03-000001", "x"), (VERIFIER_1,), Refusal.NO_SUCH_STEP),
    ],
)
def test_what_the_hub_refuses(body: Authorise | Withdraw | Recall, keys: tuple[str, ...], expected: Refusal) -> None:
    books = stocked(5)
    entered(books, 1)
    before = books.hub.position()
    assert refusal(ask(books.hub, body, *keys)) is expected
    assert books.hub.position() == before


def test_never_more_authorisations_than_blanks_the_hub_has_seen_counted_in() -> None:
    books = stocked(3)
    records = [entered(books, number) for number in range(4)]
    ask_all(books.hub, [Authorise(record, ONE) for record in records[:3]], HUB_KEY)
    assert refusal(ask(books.hub, Authorise(records[3], ONE), HUB_KEY)) is Refusal.NO_BLANK
    station = row(books.hub, Station, ONE)
    with books.hub.read() as view:
        assert free_blanks(view, station) == 0
    exchange(books)
    ask_all(books.stations[ONE], card(records[0], 1, BAD), station_key(ONE))
    exchange(books)
    assert refusal(ask(books.hub, Authorise(records[3], ONE), HUB_KEY)) is Refusal.NO_BLANK
    accepted(ask(books.stations[ONE], ReturnCard(records[1], 1, "no time"), station_key(ONE)))
    exchange(books)
    accepted(ask(books.hub, Authorise(records[3], ONE), HUB_KEY))
    check_books(books)


@pytest.mark.rule(23)
def test_a_station_holds_no_more_authorisations_than_policy_lets_it_print_unseen() -> None:
    books = stocked(5, policy=Policy("default", 1, lease_count=2))
    records = [entered(books, number) for number in range(3)]
    ask_all(books.hub, [Authorise(record, ONE) for record in records[:2]], HUB_KEY)
    answer = ask(books.hub, Authorise(records[2], ONE), HUB_KEY)
    assert refusal(answer) is Refusal.LEASES_SPENT
    assert facts(answer) == {"station": ONE, "found": 2, "limit": 2}


def test_blanks_a_station_has_not_reported_counted_in_are_not_promised() -> None:
    books = founded()
    supply(books, 1, 3)
    allot(books, "A-1", 3)
    accepted(ask(books.hub, Issue("I-1", ONE, CLASS, 3), OPERATOR))
    deliver(books)
    record = entered(books, 1)
    accepted(ask(books.stations[ONE], Receive("I-1", ONE, ((SERIES, 1, 3),)), OPERATOR, VERIFIER_2))
    assert refusal(ask(books.hub, Authorise(record, ONE), HUB_KEY)) is Refusal.NO_BLANK
    ship(books)
    accepted(ask(books.hub, Authorise(record, ONE), HUB_KEY))


def test_a_record_checked_too_long_ago_is_not_authorised() -> None:
    books = stocked(3)
    record = entered(books, 1, checked_ms=NOW - 31 * DAY_MS)
    answer = ask(books.hub, Authorise(record, ONE), HUB_KEY)
    assert refusal(answer) is Refusal.SOURCE_STALE
    assert facts(answer) == {"record": record, "age_s": 31 * 86_400, "limit_s": 30 * 86_400}
    month_ago = entered(books, 2, checked_ms=NOW - 30 * DAY_MS)
    accepted(ask(books.hub, Authorise(month_ago, ONE), HUB_KEY))


def test_how_old_a_check_may_be_is_policy() -> None:
    books = stocked(3, policy=Policy("default", 1, checked_ms=60_000))
    record = entered(books, 1, checked_ms=NOW - 60_001)
    assert refusal(ask(books.hub, Authorise(record, ONE), HUB_KEY)) is Refusal.SOURCE_STALE


def test_a_lease_ends_when_policy_says() -> None:
    books = stocked(3, policy=Policy("default", 1, lease_ms=60_000))
    record = entered(books, 1)
    authorised(books, record)
    assert row(books.hub, Attempt, record, 1).until_ms == NOW + 60_000


# -- withdrawing and recall ---------------------------------------------------------------


def test_a_record_that_lies_with_the_hub_is_withdrawn_and_the_person_free() -> None:
    books = founded()
    record = entered(books, 1)
    accepted(ask(books.hub, Withdraw(record, "died"), VERIFIER_1))
    assert state(books.hub, record) is LockState.WITHDRAWN
    assert row(books.hub, Person, person(1)).open_record == ""
    check_books(books)


def test_a_leased_record_is_recalled_not_withdrawn() -> None:
    books = stocked(3)
    record = entered(books, 1)
    authorised(books, record)
    assert refusal(ask(books.hub, Withdraw(record, "died"), VERIFIER_1)) is Refusal.NO_SUCH_STEP
    accepted(ask(books.hub, Recall(record, "died"), VERIFIER_1))
    exchange(books)
    station = books.stations[ONE]
    assert row(station, Attempt, record, 1).recalled
    start = StartCard(record, 1, PRINTER, -1, Profile.NO_CHIP)
    assert refusal(ask(station, start, station_key(ONE))) is Refusal.RECALLED
    accepted(ask(station, ReturnCard(record, 1, "recalled"), station_key(ONE)))
    exchange(books)
    accepted(ask(books.hub, Withdraw(record, "died"), VERIFIER_1))
    assert row(books.hub, Desk, ONE).taken_m == row(books.hub, Desk, ONE).queued_m
    check_books(books)


def test_a_recall_that_comes_too_late_is_answered_with_the_outcome() -> None:
    books = stocked(3)
    record = entered(books, 1)
    authorised(books, record)
    station, key = books.stations[ONE], station_key(ONE)
    accepted(ask(station, StartCard(record, 1, PRINTER, -1, Profile.NO_CHIP), key))
    accepted(ask(books.hub, Recall(record, "died"), VERIFIER_1))
    exchange(books)
    assert refusal(ask(books.hub, Withdraw(record, "died"), VERIFIER_1)) is Refusal.NO_SUCH_STEP
    for step in (PressStep.FED, PressStep.INTENT_MARK):
        accepted(ask(station, NoteStep(record, 1, step), key))
    accepted(ask(station, conclusion(record, 1, GOOD), key))
    exchange(books)
    assert state(books.hub, record) is LockState.PRINTED
    accepted(ask(books.hub, VoidCard(record, 1, "died"), *PAIR))


def test_a_record_keeps_its_attempt_number_after_a_return() -> None:
    books = stocked(3)
    record = entered(books, 1)
    authorised(books, record)
    accepted(ask(books.stations[ONE], ReturnCard(record, 1, "no time"), station_key(ONE)))
    exchange(books)
    assert lock(books.hub, record).n == 1
    assert authorised(books, record) == 2


@pytest.mark.rule(42)
def test_the_hubs_authorisation_names_the_key_that_signed_the_record_and_not_its_own() -> None:
    books = stocked(3)
    record = entered(books, 1)
    authorised(books, record)
    entries = [read_entry(one.body) for one in rows(books.hub, FeedRow, ONE) if one.kind == "authorised"]
    leave = entries[-1].authorisation
    assert leave is not None and leave.record_key == OPERATOR
    assert row(books.stations[ONE], Record, record).signer == OPERATOR


# -- one card to be exchanged at hand-over, never a chain of them ---------------------------


@pytest.mark.rule(3)
def test_a_card_to_be_exchanged_at_hand_over_must_be_closed_before_a_third_is_asked_for() -> None:
    books = stocked(6)
    first = entered(books, 1)
    printed(books, first)
    second = entered(books, 1, reason=Reason.DATA_CHANGE, previous=PreviousCard.AT_HANDOVER)
    printed(books, second)
    for previous in (PreviousCard.AT_HANDOVER, PreviousCard.NONE, PreviousCard.SURRENDERED):
        answer = ask(books.hub, entry(1, reason=Reason.DATA_CHANGE, previous=previous), OPERATOR)
        assert refusal(answer) is Refusal.PREVIOUS_CARD_OPEN
        assert facts(answer)["record"] == first
    accepted(ask(books.hub, VoidCard(second, 1, "data wrong"), *PAIR))
    assert refusal(ask(books.hub, entry(1), OPERATOR)) is Refusal.PREVIOUS_CARD_OPEN, "the first is still out"
    accepted(ask(books.hub, VoidCard(first, 1, "exchanged"), *PAIR))
    accepted(ask(books.hub, entry(1), REGISTRY_KEY))
