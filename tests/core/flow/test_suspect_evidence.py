"""A station adds evidence to a card in doubt; the chip read on an enrolled reader stands for one person (rule 39)."""

from typing import Any

import pytest
from attrs import evolve

from ektp_core.boundary.store import Answer
from ektp_core.errors import Refusal
from ektp_core.flow.events import KeyRevoked
from ektp_core.flow.founding import NewOfficer, Register
from ektp_core.flow.rows import Chip, Dispute, OpenSuspect
from ektp_core.flow.settling import Found, Settle
from ektp_core.flow.suspect_evidence import MOST, AddEvidence, Known, Todo, is_aged, told
from ektp_core.flow.suspect_evidence_events import EvidenceAdded, Shown
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.role import Hand, Role
from ektp_core.vocabulary.state import LockState
from ektp_core.vocabulary.verdict import BlankPlace, Certainty, Outcome
from tests.core.flow.office_cards import UNKNOWN, attempt, entered, place_of, printed, state, stocked
from tests.core.flow.offices import (
    HOUR_MS,
    NOW,
    OFFICE,
    ONE,
    OPERATOR,
    PAIR,
    PRINTER,
    TWO,
    VERIFIER_1,
    Offices,
    accepted,
    ask,
    exchange,
    facts,
    forged,
    log,
    maybe,
    new_key,
    refusal,
    row,
    rows,
    station_key,
)
from tests.core.flow.soundness import agree, check_books

pytestmark = pytest.mark.rule(39)

UIDS = tuple(f"04{number:012X}" for number in range(1, 11))
READER, OTHERS_READER, CHECKER = "key-reader", "key-reader-2", "key-checker"


def doubtful(chips: tuple[str, ...] = UIDS) -> tuple[Offices, str]:
    """A suspect on blank 1; the office has a checker and an enrolled reader."""
    books = stocked(10, chips)
    people = (
        NewOfficer("checker", "Checker", OFFICE, (Role.CHECKER,)),
        NewOfficer("helper", "Helper", OFFICE, (Role.STOREKEEPER,)),
    )
    keys = (
        new_key(READER, ONE, Hand.READER), new_key(OTHERS_READER, TWO, Hand.READER),
        new_key(CHECKER, "checker"), new_key("key-helper", "helper"),
    )  # fmt: skip
    accepted(ask(books.hub, Register(officers=people, keys=keys), *PAIR))
    record = entered(books, 1)
    printed(books, record, UNKNOWN, uid=UIDS[0] if chips else "")
    exchange(books)
    return books, record


def added(books: Offices, body: AddEvidence, *keys: str) -> Answer:
    answer = ask(books.stations[ONE], body, *keys)
    exchange(books)
    return answer


def read(record: str, uid: str = UIDS[0]) -> AddEvidence:
    return AddEvidence(record, 1, Shown.UID, uid, BlankPlace.REJECT)


def knows(books: Offices, record: str) -> tuple[Known, Todo]:
    with books.hub.read() as view:
        return told(view, row(books.hub, OpenSuspect, ONE, record, 1), attempt(books.hub, record))


def settle(books: Offices, record: str, *keys: str, found: Found = Found.GOOD) -> Answer:
    return ask(books.hub, Settle(record, 1, found, "BA-1"), *keys)


def test_evidence_changes_no_lock_and_stands_in_both_books() -> None:
    books, record = doubtful()
    accepted(added(books, read(record), OPERATOR, READER))
    for store in (books.hub, books.stations[ONE]):
        assert (state(store, record), place_of(store, 1)) == (LockState.SUSPECT, (ONE, Bucket.SUSPECT))
        (line,) = row(store, OpenSuspect, ONE, record, 1).evidence
        assert (line[0], line[4], line[6], line[7]) == (Shown.UID, UIDS[0], READER, ("operator",))
    assert not rows(books.hub, Dispute) and agree(books, ONE)
    check_books(books)


def test_the_chip_read_on_an_enrolled_reader_needs_one_person_besides_the_operator() -> None:
    books, record = doubtful()
    assert refusal(settle(books, record, CHECKER)) is Refusal.NEEDS_PEOPLE
    accepted(added(books, read(record), "key-helper", READER))
    assert knows(books, record) == (Known.CARD_READ, Todo.ONE_CLOSES)
    assert refusal(settle(books, record, CHECKER, found=Found.BAD)) is Refusal.NEEDS_PEOPLE
    assert refusal(settle(books, record, CHECKER, found=Found.LOST)) is Refusal.NEEDS_PEOPLE
    accepted(settle(books, record, CHECKER))
    exchange(books)
    assert (state(books.hub, record), place_of(books.hub, 1)) == (LockState.PRINTED, (ONE, Bucket.GOOD_HELD))
    assert maybe(books.hub, OpenSuspect, ONE, record, 1) is None
    assert maybe(books.stations[ONE], OpenSuspect, ONE, record, 1) is None


def test_whoever_held_the_card_to_the_reader_does_not_close_it_alone() -> None:
    books, record = doubtful()
    people = (NewOfficer("head", "Head", OFFICE, (Role.SECTION_HEAD,)),)
    accepted(ask(books.hub, Register(officers=people, keys=(new_key("key-head", "head"),)), *PAIR))
    exchange(books)
    accepted(added(books, read(record), "key-head", READER))
    assert refusal(settle(books, record, "key-head")) is Refusal.REPORTER_SIGNED
    accepted(settle(books, record, CHECKER))


@pytest.mark.parametrize(
    ("uid", "keys", "known"),
    [
        (UIDS[0], (OPERATOR,), Known.CARD_SEEN),  # typed by a person: no reader signed it
        (UIDS[4], (OPERATOR, READER), Known.OTHER_CARD),
    ],
)
def test_what_is_typed_or_of_another_chip_takes_nobodys_place(uid: str, keys: tuple[str, ...], known: Known) -> None:
    books, record = doubtful()
    accepted(added(books, read(record, uid), *keys))
    assert knows(books, record)[0] is known
    assert refusal(settle(books, record, CHECKER)) is Refusal.NEEDS_PEOPLE


def test_a_chip_that_nobody_linked_to_the_blank_takes_nobodys_place() -> None:
    books, record = doubtful(())
    accepted(added(books, read(record), OPERATOR, READER))
    assert knows(books, record)[0] is Known.CARD_SEEN
    assert refusal(settle(books, record, CHECKER)) is Refusal.NEEDS_PEOPLE


def test_a_reader_whose_key_was_withdrawn_is_enrolled_no_more() -> None:
    books, record = doubtful()
    accepted(added(books, read(record), OPERATOR, READER))
    accepted(ask(books.hub, Register(revoked_keys=(READER,)), *PAIR))
    assert log(books.hub, KeyRevoked)
    assert refusal(settle(books, record, CHECKER)) is Refusal.NEEDS_PEOPLE
    exchange(books)
    assert refusal(added(books, read(record, UIDS[1]), OPERATOR, READER)) is Refusal.REVOKED_KEY


def test_the_stations_own_printer_is_an_enrolled_reader() -> None:
    books, record = doubtful()
    body = evolve(read(record), printer=PRINTER, certainty=Certainty.COUNTER_POSITION, place=BlankPlace.IN_PRINTER)
    accepted(added(books, body, station_key(ONE)))
    accepted(settle(books, record, CHECKER))


@pytest.mark.parametrize(
    ("outcome", "known", "todo"),
    [
        (Outcome.GOOD, Known.JOB_GOOD, Todo.LOOK_IN_TRAYS),
        (Outcome.SPOILED, Known.JOB_SPOILED, Todo.LOOK_IN_TRAYS),
        (Outcome.NOT_STARTED, Known.NOT_FED, Todo.LOOK_IN_HOPPER),
    ],
)
def test_what_the_printer_remembers_of_the_job_is_said_in_one_sentence(
    outcome: Outcome, known: Known, todo: Todo
) -> None:
    books, record = doubtful()
    assert knows(books, record) == (Known.INKED, Todo.SEARCH)
    accepted(added(books, of_the_printer(record, outcome), station_key(ONE)))
    assert knows(books, record) == (known, todo)
    assert refusal(settle(books, record, CHECKER)) is Refusal.NEEDS_PEOPLE


def of_the_printer(record: str, outcome: Outcome = Outcome.GOOD) -> AddEvidence:
    job = Certainty.DEVICE_JOB_RECORD
    return AddEvidence(record, 1, Shown.JOB, outcome=outcome, certainty=job, printer=PRINTER)


RECORD = "52.03-000001"


@pytest.mark.parametrize(
    ("body", "keys", "expected"),
    [
        (read(RECORD), (READER,), Refusal.NOT_ALLOWED),
        (read(RECORD), (VERIFIER_1,), Refusal.NOT_ALLOWED),
        (read(RECORD), (OPERATOR, OTHERS_READER), Refusal.NOT_ALLOWED),
        (read("52.03-000009"), (OPERATOR,), Refusal.UNKNOWN_RECORD),
        (evolve(read(RECORD), n=2), (OPERATOR,), Refusal.STALE_ATTEMPT),
        (evolve(read(RECORD), uid="no chip"), (OPERATOR,), Refusal.BAD_VALUE),
        (evolve(read(RECORD), printer=PRINTER), (OPERATOR,), Refusal.BAD_VALUE),
        (of_the_printer(RECORD), (OPERATOR,), Refusal.BAD_VALUE),
        (evolve(of_the_printer(RECORD), printer="Z"), (station_key(ONE),), Refusal.BAD_VALUE),
        (evolve(of_the_printer(RECORD), uid=UIDS[0]), (station_key(ONE),), Refusal.BAD_VALUE),
    ],
)
def test_evidence_that_is_not_sound_is_refused(body: AddEvidence, keys: tuple[str, ...], expected: Refusal) -> None:
    books, record = doubtful()
    assert record == RECORD
    assert refusal(ask(books.stations[ONE], body, *keys)) is expected


def test_the_same_evidence_is_written_once_and_none_after_the_close() -> None:
    books, record = doubtful()
    accepted(added(books, of_the_printer(record), station_key(ONE)))
    assert refusal(added(books, of_the_printer(record), station_key(ONE))) is Refusal.ALREADY_KNOWN
    accepted(settle(books, record, *PAIR, found=Found.LOST))
    exchange(books)
    assert refusal(added(books, read(record), OPERATOR)) is Refusal.NO_SUCH_STEP


def test_evidence_written_while_people_closed_it_stands_in_the_log_alone() -> None:
    books, record = doubtful()
    accepted(settle(books, record, *PAIR))
    accepted(ask(books.stations[ONE], read(record), OPERATOR, READER))
    exchange(books)
    assert log(books.hub, EvidenceAdded) and not rows(books.hub, Dispute)
    assert state(books.hub, record) is LockState.PRINTED and agree(books, ONE)


def fact(**changes: Any) -> EvidenceAdded:
    sound = EvidenceAdded(
        ONE, RECORD, 1, 1, Shown.UID, Certainty.COUNTER_POSITION, Outcome.UNKNOWN, BlankPlace.REJECT, UIDS[0], "",
        READER, ("operator",), NOW,
    )  # fmt: skip
    return evolve(sound, **changes)


@pytest.mark.parametrize(
    "event",
    [
        fact(station=TWO), fact(n=7), fact(number=2), fact(reader=OTHERS_READER), fact(reader="nobody's"),
        fact(reader="", printer="Z"), fact(uid="x"), fact(shown=Shown.JOB),
        fact(by=("nobody",)),
    ],
)  # fmt: skip
def test_a_stations_senseless_evidence_is_disputed_and_shows_nothing(event: EvidenceAdded) -> None:
    books, record = doubtful()
    accepted(forged(books, ONE, event))
    assert len(rows(books.hub, Dispute)) == 1
    assert row(books.hub, OpenSuspect, ONE, record, 1).evidence == ()


def test_a_card_is_in_doubt_for_too_long_after_one_shift() -> None:
    books, record = doubtful()
    begun = attempt(books.hub, record)
    assert not is_aged(begun, NOW + 8 * HOUR_MS) and is_aged(begun, NOW + 8 * HOUR_MS + 1)
    never_begun = evolve(begun, started_ms=0)
    assert not is_aged(never_begun, begun.until_ms + 8 * HOUR_MS)


def device(record: str, **change: Any) -> AddEvidence:
    """What the printer that was away says of its job."""
    about = AddEvidence(record, 1, Shown.JOB, printer=PRINTER, outcome=Outcome.GOOD, place=BlankPlace.OUTPUT)
    return evolve(about, certainty=Certainty.COUNTER_POSITION, **change)


@pytest.mark.rule(24)
@pytest.mark.parametrize("outcome", [Outcome.GOOD, Outcome.SPOILED])
def test_a_blank_that_its_printer_says_it_used_is_not_unused(outcome: Outcome) -> None:
    books, record = doubtful()
    accepted(added(books, device(record, outcome=outcome), station_key(ONE)))
    assert refusal(settle(books, record, *PAIR, found=Found.UNUSED)) is Refusal.BAD_VALUE


@pytest.mark.rule(24)
def test_a_card_that_lies_outside_the_printer_and_was_read_there_is_not_unused() -> None:
    books, record = doubtful()
    accepted(added(books, read(record), "key-helper", READER))
    assert refusal(settle(books, record, *PAIR, found=Found.UNUSED)) is Refusal.BAD_VALUE


def test_a_chip_that_anybody_typed_or_that_is_still_in_the_printer_keeps_no_blank_from_being_unused() -> None:
    books, record = doubtful()
    accepted(added(books, read(record), "key-helper"))
    inside = device(record, shown=Shown.UID, uid=UIDS[0], outcome=Outcome.UNKNOWN, place=BlankPlace.IN_PRINTER)
    accepted(added(books, inside, station_key(ONE)))
    accepted(added(books, device(record, outcome=Outcome.NOT_STARTED), station_key(ONE)))
    accepted(settle(books, record, *PAIR, found=Found.UNUSED))


def test_a_good_card_whose_chip_stands_in_the_suppliers_list_is_made_with_that_chip() -> None:
    books, _ = doubtful()
    record = entered(books, 2)
    printed(books, record, UNKNOWN)  # its chip was never read in the press
    exchange(books)
    accepted(added(books, read(record, UIDS[1]), "key-helper", READER))
    accepted(settle(books, record, CHECKER))
    assert (attempt(books.hub, record).uid, row(books.hub, Chip, UIDS[1]).record) == (UIDS[1], record)
    exchange(books)
    assert agree(books, ONE)
    check_books(books)


def test_what_people_type_takes_neither_the_printers_word_nor_the_readers_room() -> None:
    books, record = doubtful()
    accepted(added(books, device(record), station_key(ONE)))
    for number in range(MOST):
        line = AddEvidence(record, 1, Shown.UID, f"04AA{number:010X}", BlankPlace.REJECT)
        accepted(ask(books.stations[ONE], line, OPERATOR))
    one_more = AddEvidence(record, 1, Shown.UID, "04BB0000000001", BlankPlace.REJECT)
    answer = ask(books.stations[ONE], one_more, OPERATOR)
    assert refusal(answer) is Refusal.BAD_VALUE and facts(answer)["field"] == "evidence"
    exchange(books)
    assert knows(books, record)[0] is Known.JOB_GOOD
    accepted(added(books, read(record), "key-helper", READER))
    assert knows(books, record)[0] is Known.CARD_READ and not rows(books.hub, Dispute)
    accepted(settle(books, record, CHECKER))
