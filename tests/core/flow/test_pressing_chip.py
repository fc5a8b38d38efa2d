"""The blank of a card is settled when its chip is read: rules 6, 7 and 15."""

import pytest

from ektp_core.errors import Refusal
from ektp_core.flow.events import Moved, Pressed
from ektp_core.flow.pressing import NoteStep
from ektp_core.flow.rows import Chip, ChipOf, Dispute
from ektp_core.flow.settling import FailCard
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.state import LockState, PressStep
from ektp_core.vocabulary.verdict import BlankPlace, Cause, Certainty, Outcome
from tests.core.flow.office_cards import (
    BAD,
    GOOD,
    allot,
    attempt,
    authorised,
    entered,
    issue,
    load,
    place_of,
    printed,
    state,
    stocked,
    supply,
)
from tests.core.flow.offices import (
    ONE,
    OPERATOR,
    SERIES,
    TWO,
    accepted,
    ask,
    exchange,
    facts,
    founded,
    refusal,
    row,
    rows,
    station_key,
)
from tests.core.flow.pressing_cards import MACHINE, READ, STOCK, SUSPECT, UIDS, begun, concluded, noted, started
from tests.core.flow.soundness import agree, check_books


@pytest.mark.rule(6)
@pytest.mark.parametrize("step", [PressStep.FED, PressStep.INTENT_MARK])
def test_a_chip_is_named_where_it_is_read_and_nowhere_else(step: PressStep) -> None:
    books, record = begun()
    if step is not PressStep.FED:
        accepted(noted(books, record, PressStep.FED))
    answer = ask(books.stations[ONE], NoteStep(record, 1, step, uid=UIDS[0]), station_key(ONE))
    assert refusal(answer) is Refusal.BAD_VALUE
    assert refusal(noted(books, record, PressStep.UID_BOUND)) is Refusal.BAD_VALUE


@pytest.mark.rule(6)
def test_the_first_reading_binds_a_chip_to_the_blank_of_its_box_for_ever() -> None:
    books, record = begun()
    accepted(noted(books, record, *READ, uid=UIDS[0]))
    accepted(noted(books, record, PressStep.INTENT_MARK))
    accepted(concluded(books, record, GOOD))
    exchange(books)
    for store in (books.hub, books.stations[ONE]):
        assert row(store, ChipOf, SERIES, 1).uid == UIDS[0]
        assert row(store, Chip, UIDS[0]).record == record
    second = entered(books, 2)
    authorised(books, second)
    accepted(started(books, second))
    answer = noted(books, second, *READ, uid=UIDS[0])
    assert refusal(answer) is Refusal.UID_KNOWN


@pytest.mark.rule(6)
def test_a_chip_of_the_suppliers_list_is_where_the_list_says() -> None:
    books, record = begun(UIDS[:10])
    accepted(noted(books, record, *READ, uid=UIDS[0]))
    assert place_of(books.stations[ONE], 1) == MACHINE


@pytest.mark.rule(7)
def test_another_blank_of_this_station_takes_the_place_of_the_reserved_one() -> None:
    books, record = begun(UIDS[:10])
    answer = accepted(noted(books, record, *READ, uid=UIDS[6]))
    assert [type(event) for event in answer.events] == [Moved, Moved, Pressed]
    station = books.stations[ONE]
    assert (place_of(station, 1), place_of(station, 7)) == (STOCK, MACHINE)
    accepted(noted(books, record, PressStep.INTENT_MARK))
    accepted(concluded(books, record, GOOD))
    exchange(books)
    for store in (books.hub, station):
        assert (place_of(store, 1), place_of(store, 7)) == (STOCK, (ONE, Bucket.GOOD_HELD))
        assert attempt(store, record).number == 7
        assert row(store, Chip, UIDS[6]).record == record
    assert not rows(books.hub, Dispute)
    assert agree(books, ONE)
    check_books(books)


@pytest.mark.rule(7)
def test_after_an_exchange_the_next_card_takes_the_blank_that_came_back() -> None:
    books, record = begun(UIDS[:10])
    accepted(noted(books, record, *READ, uid=UIDS[6]))
    accepted(noted(books, record, PressStep.INTENT_MARK))
    accepted(concluded(books, record, GOOD))
    second = entered(books, 2)
    authorised(books, second)
    accepted(started(books, second))
    assert attempt(books.stations[ONE], second).number == 1


def foreign_chips() -> list[tuple[str, str]]:
    return [
        ("never heard of, where every blank's chip is listed", "04FFFFFFFFFFFF"),
        ("of the other station", UIDS[14]),
    ]


@pytest.mark.rule(7)
@pytest.mark.parametrize("uid", [uid for _, uid in foreign_chips()], ids=[name for name, _ in foreign_chips()])
def test_any_other_chip_stops_the_card_as_a_foreign_one(uid: str) -> None:
    books = founded()
    supply(books, 1, 20, UIDS)
    allot(books, "A-1", 20)
    load(books, issue(books, "I-1", 10))
    issue(books, "I-2", 10, TWO)
    exchange(books)
    record = entered(books, 1)
    authorised(books, record)
    accepted(started(books, record))
    answer = noted(books, record, *READ, uid=uid)
    assert refusal(answer) is Refusal.FOREIGN_BLANK and facts(answer) == {"uid": uid}
    foreign = (Outcome.UNKNOWN, BlankPlace.IN_PRINTER, Certainty.STATUS_IDLE, Cause.FOREIGN_BLANK)
    accepted(concluded(books, record, foreign))
    exchange(books)
    assert (state(books.hub, record), place_of(books.hub, 1)) == (LockState.SUSPECT, SUSPECT)
    assert attempt(books.hub, record).cause is Cause.FOREIGN_BLANK


@pytest.mark.rule(7)
def test_a_chip_of_a_blank_that_left_the_stock_is_foreign() -> None:
    books, record = begun(UIDS[:10])
    accepted(concluded(books, record, BAD))
    second = entered(books, 2)
    authorised(books, second)
    accepted(started(books, second))
    assert refusal(noted(books, second, *READ, uid=UIDS[0])) is Refusal.FOREIGN_BLANK


@pytest.mark.rule(15)
def test_a_chip_on_the_stop_list_is_never_accepted() -> None:
    books = stocked(10, UIDS[:10])
    first = entered(books, 1)
    printed(books, first, uid=UIDS[0])
    accepted(ask(books.hub, FailCard(first, 1, Cause.ACTIVATION_FAILED), OPERATOR))
    exchange(books)
    second = entered(books, 2)
    authorised(books, second)
    accepted(started(books, second))
    assert refusal(noted(books, second, *READ, uid=UIDS[0])) is Refusal.UID_KNOWN


@pytest.mark.parametrize("uid", ["", "04", "04zz0000000001", "3201054408990001"])
def test_a_reading_that_is_no_uid_is_refused(uid: str) -> None:
    books, record = begun()
    accepted(noted(books, record, PressStep.FED))
    answer = noted(books, record, PressStep.UID_BOUND, uid=uid)
    assert (refusal(answer) is Refusal.BAD_VALUE and uid not in str(facts(answer).values())) or not uid
