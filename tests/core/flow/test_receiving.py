"""Counting in: part by part, short, damaged, over; nothing is closed before every blank is accounted for."""

from typing import Any

import pytest
from attrs import evolve

from ektp_core.errors import Refusal
from ektp_core.flow.apply import apply
from ektp_core.flow.blanks import serials_of
from ektp_core.flow.codec import decode_event
from ektp_core.flow.counting_events import SurplusFound
from ektp_core.flow.custody import Dispatch, Grant, Issue, Receive
from ektp_core.flow.custody_events import WasteNamed
from ektp_core.flow.custody_rows import Waybill
from ektp_core.flow.declaring import Reidentify
from ektp_core.flow.destroying import Destroy
from ektp_core.flow.events import Dispatched, Moved, Received, TakenIn
from ektp_core.flow.on_the_road import DAY_MS, Overdue, overdue, rest_of
from ektp_core.flow.opening import OpenBalance, OpeningLine
from ektp_core.flow.rows import Consignment, Dispute, Revoked
from ektp_core.flow.settling import VoidCard
from ektp_core.flow.taking_back import TakeBack
from ektp_core.ledger.count import Pile
from ektp_core.spoilage.report import Columns
from ektp_core.vocabulary.bucket import Bucket, Condition
from ektp_core.vocabulary.destruction_method import Method
from ektp_core.vocabulary.objection import Objection
from ektp_store.memory import MemoryGround
from tests.core.flow.custody_offices import (
    OTHER,
    PROVINCE,
    PROVINCIAL,
    STOREMAN,
    STOREMAN_2,
    agreed,
    counted_in,
    receive,
    refused_at,
    run,
    send,
    two_offices,
    widened,
)
from tests.core.flow.office_cards import (
    BAD,
    GOOD,
    entered,
    issue,
    load,
    place_of,
    printed,
    reported,
    supply,
    true_report,
)
from tests.core.flow.offices import (
    CLASS,
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
    refusal,
    row,
    rows,
)
from tests.core.flow.soundness import agree, check_books, check_refold

pytestmark = [pytest.mark.rule(13), pytest.mark.rule(11)]

DAY = "2018-11-19"


def on_the_road() -> Offices:
    """Blanks 1 to 6 of Lombok Timur on the road upward to the province."""
    books = two_offices()
    send(books, OPERATOR, "C-1", OFFICE, PROVINCE, run(1, 6))
    return books


def part(*ranges: tuple[str, int, int], **changes: Any) -> Receive:
    return evolve(Receive("C-1", PROVINCE, ranges, is_partial=True), **changes)


def test_a_consignment_stays_open_until_all_of_it_is_accounted_for() -> None:
    books = on_the_road()
    accepted(counted_in(books, part(*run(1, 2))))
    assert not row(books.hub, Consignment, "C-1").is_received
    accepted(counted_in(books, part(short=run(3, 3), damaged=run(4, 4), minutes="BA-4")))
    assert not row(books.hub, Consignment, "C-1").is_received
    accepted(counted_in(books, Receive("C-1", PROVINCE, run(5, 6))))
    assert row(books.hub, Consignment, "C-1").is_received
    assert [place_of(books.hub, number) for number in (1, 3, 4, 6)] == [
        (PROVINCE, Bucket.STOCK),
        (PROVINCE, Bucket.LOST),
        (PROVINCE, Bucket.WASTE_HELD),
        (PROVINCE, Bucket.STOCK),
    ]
    rests = [event.rest for event in log(books.hub, Received)[-3:]]
    assert rests == [run(3, 6), run(5, 6), ()]
    assert refusal(counted_in(books, part(*run(5, 6)))) is Refusal.UNKNOWN_CONSIGNMENT
    check_books(books)
    check_refold(books.hub)


def test_a_count_that_forgets_blanks_is_refused_unless_it_says_that_it_is_a_part() -> None:
    books = on_the_road()
    accepted(counted_in(books, part(*run(1, 2))))
    answer = counted_in(books, Receive("C-1", PROVINCE, run(3, 5)))
    assert refusal(answer) is Refusal.COUNT_DIFFERS
    assert (facts(answer)["sent"], facts(answer)["difference"]) == (4, ("not named: PNRI-2018 6",))


@pytest.mark.parametrize("ranges", [(), run(2, 3), run(6, 7)])
def test_a_part_names_blanks_that_are_still_on_the_road(ranges: tuple[tuple[str, int, int], ...]) -> None:
    books = on_the_road()
    accepted(counted_in(books, part(*run(1, 2))))
    assert refusal(counted_in(books, part(*ranges))) is Refusal.COUNT_DIFFERS


def test_a_serial_nobody_knows_is_found_and_held_apart() -> None:
    books = on_the_road()
    receive(books, "C-1", PROVINCE, over=run(901, 902), minutes="BA-9")
    taken = log(books.hub, TakenIn)[-1]
    assert taken == TakenIn(SERIES, 901, 902, PROVINCE, Bucket.FOUND_HELD, CLASS, "found", "BA-9")
    assert log(books.hub, SurplusFound) == [SurplusFound(PROVINCE, Pile.UNPRINTED, SERIES, 901, 902, "BA-9")]
    check_books(books)


def test_a_serial_the_book_has_elsewhere_is_refused_with_its_place() -> None:
    books = on_the_road()
    answer = counted_in(books, Receive("C-1", PROVINCE, run(1, 6), over=(*run(7, 7), *run(11, 12))))
    assert refusal(answer) is Refusal.HELD_ELSEWHERE
    found = str(facts(answer)["found"])
    assert all(word in found for word in ("PNRI-2018 7", "STOCK", OFFICE)) and "11" not in found
    assert place_of(books.hub, 1) == (PROVINCE, Bucket.IN_TRANSIT)
    twice = Receive("C-1", PROVINCE, run(1, 6), over=run(6, 6))
    assert refusal(counted_in(books, twice)) is Refusal.SERIALS_OVERLAP


def test_what_came_too_many_is_of_the_class_of_what_is_still_on_the_road() -> None:
    books = widened()
    opening = OpenBalance(PROVINCE, (OpeningLine(Condition.BLANK, CLASS, count=4),), "SA", DAY)
    accepted(ask(books.hub, opening, PROVINCIAL, VERIFIER_2))
    send(books, PROVINCIAL, "C-1", PROVINCE, OTHER, (("COUNT.52", 1, 4),))
    receive(books, "C-1", OTHER, (("COUNT.52", 1, 2),), is_partial=True)
    read = Reidentify(OTHER, Bucket.STOCK, CLASS, (("REAL", 1, 2),), "BA-1")
    accepted(ask(books.hub, read, STOREMAN, STOREMAN_2))
    receive(books, "C-1", OTHER, (("COUNT.52", 3, 4),), over=(("REAL", 9, 9),))
    assert place_of(books.hub, 9, "REAL") == (OTHER, Bucket.FOUND_HELD)
    assert log(books.hub, TakenIn)[-1] == TakenIn("REAL", 9, 9, OTHER, Bucket.FOUND_HELD, CLASS, "found", "C-1")


@pytest.mark.parametrize("keys", [PAIR, (VERIFIER_2, VERIFIER_1)])
def test_the_centre_does_not_count_in_what_it_sent_without_anybody_of_the_office(keys: tuple[str, str]) -> None:
    books = widened()
    supply(books, 1, 5)
    accepted(ask(books.hub, Grant("A-1", OFFICE, CLASS, 5), VERIFIER_1))
    accepted(ask(books.hub, Dispatch("road/A-1", "A-1"), VERIFIER_1))
    body = Receive("road/A-1", OFFICE, run(1, 5))
    answer = refused_at(books, body, *keys)
    assert refusal(answer) is Refusal.NOT_ALLOWED and facts(answer)["needs"] == OFFICE
    accepted(ask(books.hub, body, OPERATOR, VERIFIER_2))


def test_nor_does_it_for_a_province_or_a_station() -> None:
    books = on_the_road()
    answer = refused_at(books, Receive("C-1", PROVINCE, run(1, 6)), *PAIR)
    assert refusal(answer) is Refusal.NOT_ALLOWED and facts(answer)["needs"] == PROVINCE
    station = issued().stations[ONE]
    assert facts(ask(station, Receive("I-1", ONE, run(1, 6)), *PAIR))["needs"] == OFFICE


@pytest.mark.rule(26)
@pytest.mark.parametrize("receiver", [PROVINCE, "centre"])
def test_blanks_that_come_damaged_upward_are_named_by_the_minutes_of_that_count(receiver: str) -> None:
    books = two_offices()
    send(books, OPERATOR, "C-1", OFFICE, receiver, run(1, 6))
    unnumbered = Receive("C-1", receiver, run(1, 5), damaged=run(6, 6))
    answer = counted_in(books, unnumbered)
    assert refusal(answer) is Refusal.BAD_VALUE and facts(answer)["field"] == "minutes"
    accepted(counted_in(books, evolve(unnumbered, minutes="BA-4")))
    assert log(books.hub, WasteNamed) == [WasteNamed("BA-4", run(6, 6))]
    burned = Destroy(receiver, "BAP-1", "2019-01-07", Method.BURN, run(6, 6), 0, ("Polres",))
    keys = (PROVINCIAL, VERIFIER_2) if receiver == PROVINCE else PAIR
    accepted(ask(books.hub, burned, *keys, at_ms=NOW + 60 * DAY_MS))
    assert place_of(books.hub, 6) == (receiver, Bucket.DESTROYED)
    assert true_report(books, "x", "A-1").columns == Columns(received=10, returned=6, remaining=4)
    check_refold(books.hub)


@pytest.mark.rule(26)
def test_blanks_that_come_damaged_to_an_office_wait_for_its_report() -> None:
    books = two_offices()
    agreed(books)
    send(books, OPERATOR, "C-1", OFFICE, OTHER, run(1, 5), reference="L-1")
    receive(books, "C-1", OTHER, run(1, 4), damaged=run(5, 5), minutes="BA-4")
    assert log(books.hub, WasteNamed) == []


@pytest.mark.rule(38)
def test_a_count_has_the_number_and_date_of_its_minutes() -> None:
    books = on_the_road()
    future = Receive("C-1", PROVINCE, run(1, 6), minutes="BA-4", minutes_date="2018-11-20")
    answer = counted_in(books, future)
    assert refusal(answer) is Refusal.BAD_VALUE and facts(answer)["field"] == "minutes_date"
    accepted(counted_in(books, evolve(future, minutes_date=DAY)))
    said = log(books.hub, Received)[-1]
    assert (said.minutes, said.minutes_date) == ("BA-4", DAY)


def test_the_minutes_of_a_count_show_no_citizens_number() -> None:
    answer = counted_in(on_the_road(), Receive("C-1", PROVINCE, run(1, 6), minutes="5203054408990001"))
    assert refusal(answer) is Refusal.BAD_VALUE and facts(answer)["field"] == "minutes"


def test_what_stays_on_the_road_too_long_is_an_alarm() -> None:
    books = on_the_road()
    send(books, OPERATOR, "C-2", OFFICE, PROVINCE, run(7, 7))
    receive(books, "C-2", PROVINCE)
    accepted(counted_in(books, part(*run(1, 2))))
    with books.hub.read() as view:
        assert overdue(view, NOW + 14 * DAY_MS, 14) == ()
        late = Overdue("C-1", OFFICE, PROVINCE, 4, 15)
        assert overdue(view, NOW + 15 * DAY_MS, 14) == (late,)


def test_papers_from_before_parts_and_hours_were_noted_read_as_they_were_meant() -> None:
    """By hand: the bytes of the first version of each."""
    sent = b"\x96\x13\x01\xa1C\xa6centre\xacoffice/52.03\x91\x93\xa1A\x01\x05"
    assert decode_event(sent) == Dispatched("C", "centre", OFFICE, (("A", 1, 5),), 0)
    counted_then = b"\x95\x14\x01\xa1C\xacoffice/52.03\x92\xa1a\xa1b"
    assert decode_event(counted_then) == Received("C", OFFICE, ("a", "b"), ())


def test_a_consignment_of_before_the_hour_was_noted_is_received_as_ever() -> None:
    """Folded from its events alone; it has no papers, and no age."""
    book = MemoryGround().book
    apply(book, TakenIn(SERIES, 1, 5, OFFICE, Bucket.IN_TRANSIT, CLASS, "supplier/PNRI"))
    apply(book, Dispatched("C", "centre", OFFICE, run(1, 5)))
    assert list(book.rows(Waybill)) == [] and overdue(book, NOW, 0) == ()
    apply(book, Received("C", OFFICE, ("a", "b"), run(3, 5)))
    consignment = book.row(Consignment, "C")
    assert consignment is not None and not consignment.is_received
    assert rest_of(book, consignment) == serials_of(run(3, 5))


# -- cards --------------------------------------------------------------------------------

UID = "04000000000001"


def card_on_the_road() -> Offices:
    """A finished card, blank 1, on the road from Lombok Timur to Lombok Barat."""
    books = two_offices()
    load(books, issue(books, "I-1", 5))
    exchange(books)
    printed(books, entered(books, 1), uid=UID)
    accepted(ask(books.hub, TakeBack(ONE, "P-1", Condition.GOOD, run(1, 1)), OPERATOR, VERIFIER_2))
    send(books, OPERATOR, "C-1", OFFICE, OTHER, run(1, 1), carries=Condition.GOOD)
    assert place_of(books.hub, 1) == (OTHER, Bucket.IN_TRANSIT_GOOD)
    return books


def test_a_finished_card_arrives_as_one() -> None:
    books = card_on_the_road()
    receive(books, "C-1", OTHER)
    assert place_of(books.hub, 1) == (OTHER, Bucket.GOOD_HELD)
    check_books(books)


@pytest.mark.rule(15)
def test_a_finished_card_missed_on_the_road_is_lost_as_one_and_on_the_stop_list() -> None:
    books = card_on_the_road()
    accepted(counted_in(books, Receive("C-1", OTHER, (), short=run(1, 1))))
    assert place_of(books.hub, 1) == (OTHER, Bucket.LOST_GOOD)
    assert {one.thing for one in rows(books.hub, Revoked)} == {UID, "PNRI-2018 1"}
    check_books(books)


def test_a_card_is_not_waste_because_a_count_says_so() -> None:
    answer = counted_in(card_on_the_road(), Receive("C-1", OTHER, (), damaged=run(1, 1)))
    assert refusal(answer) is Refusal.BAD_VALUE and facts(answer)["field"] == "damaged"


@pytest.mark.parametrize(
    ("carries", "pile"), [(Condition.GOOD, Pile.FINISHED), (Condition.WASTE, Pile.WASTE), (Condition.VOID, Pile.WASTE)]
)
def test_what_came_too_many_with_cards_lies_with_the_cards(carries: Condition, pile: Pile) -> None:
    books = two_offices()
    load(books, issue(books, "I-1", 5))
    exchange(books)
    record = entered(books, 1)
    printed(books, record, BAD if carries is Condition.WASTE else GOOD)
    if carries is Condition.VOID:
        accepted(ask(books.hub, VoidCard(record, 1, "died"), *PAIR))
    accepted(ask(books.hub, TakeBack(ONE, "P-1", carries, run(1, 1)), OPERATOR, VERIFIER_2))
    reported(books, "R-1")
    send(books, OPERATOR, "C-1", OFFICE, OTHER, run(1, 1), carries=carries)
    receive(books, "C-1", OTHER, over=(("ALIEN", 7, 8),), minutes="BA-9")
    assert log(books.hub, SurplusFound) == [SurplusFound(OTHER, pile, "ALIEN", 7, 8, "BA-9")]
    check_books(books)


# -- a station's own count ----------------------------------------------------------------


def issued() -> Offices:
    """Six blanks on the way to the station, which knows of them."""
    books = two_offices()
    accepted(ask(books.hub, Issue("I-1", ONE, CLASS, 6), OPERATOR))
    exchange(books)
    return books


def test_a_station_counts_in_part_by_part_and_both_books_know_the_rest() -> None:
    books = issued()
    station = books.stations[ONE]
    first = Receive("I-1", ONE, run(1, 2), damaged=run(5, 5), is_partial=True)
    accepted(ask(station, first, OPERATOR, VERIFIER_2))
    exchange(books)
    for store in (books.hub, station):
        assert not row(store, Consignment, "I-1").is_received
        assert place_of(store, 3) == (ONE, Bucket.IN_TRANSIT)
    accepted(ask(station, Receive("I-1", ONE, (*run(3, 4), *run(6, 6))), OPERATOR, VERIFIER_2))
    exchange(books)
    for store in (books.hub, station):
        assert row(store, Consignment, "I-1").is_received
    assert not rows(books.hub, Dispute) and agree(books, ONE)
    assert not [one for one in rows(books.hub, Waybill) if ONE in (one.sender, one.receiver)]
    check_books(books)
    check_refold(books.hub)


def test_a_station_sets_apart_what_came_too_many() -> None:
    books = issued()
    answer = ask(books.stations[ONE], Receive("I-1", ONE, run(1, 6), over=run(901, 901)), OPERATOR, VERIFIER_2)
    assert refusal(answer) is Refusal.BAD_VALUE and facts(answer)["field"] == "over"


def counted(lo: int, hi: int) -> Moved:
    return Moved(SERIES, lo, hi, ONE, Bucket.IN_TRANSIT, ONE, Bucket.STOCK, "I-1")


PEOPLE = ("operator", "verifier-2")
LIES: list[tuple[str, tuple[Received | Moved, ...]]] = [
    ("closed with blanks not named", (Received("I-1", ONE, PEOPLE), counted(1, 2))),
    ("a rest that was counted in", (Received("I-1", ONE, PEOPLE, run(2, 6)), counted(1, 2))),
    ("a rest of other blanks", (Received("I-1", ONE, PEOPLE, run(3, 7)), counted(1, 2))),
    ("nothing counted", (Received("I-1", ONE, PEOPLE, run(1, 6)),)),
    ("a blank counted twice", (Received("I-1", ONE, PEOPLE, run(3, 6)), counted(1, 2), counted(2, 2))),
]


@pytest.mark.parametrize(("what", "said"), LIES, ids=[name for name, _ in LIES])
def test_a_count_that_does_not_add_up_closes_nothing(what: str, said: tuple[Received | Moved, ...]) -> None:
    books = issued()
    accepted(forged(books, ONE, *said))
    assert rows(books.hub, Dispute)[0].objection is Objection.NO_SUCH_STEP
    assert not row(books.hub, Consignment, "I-1").is_received
    assert place_of(books.hub, 1) == (ONE, Bucket.IN_TRANSIT)
    check_books(books)


def test_two_parts_in_one_commit_are_each_judged_by_their_own_moves() -> None:
    books = issued()
    first, second = Received("I-1", ONE, PEOPLE, run(3, 6)), Received("I-1", ONE, PEOPLE)
    accepted(forged(books, ONE, first, counted(1, 2), second, counted(3, 6)))
    assert not rows(books.hub, Dispute)
    assert row(books.hub, Consignment, "I-1").is_received and place_of(books.hub, 6) == (ONE, Bucket.STOCK)
