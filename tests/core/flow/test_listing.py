"""Batches that open when they are complete, and lists carried out to the people (rule 35)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ektp_core.boundary.store import Answer
from ektp_core.errors import Refusal
from ektp_core.flow.cards_rows import CardFacts, CardList, Hold
from ektp_core.flow.handing_over import DeclareCardMissing
from ektp_core.flow.listing import BringBack, MakeBatch, OpenBatch, SendOut
from ektp_core.flow.printing import Withdraw
from ektp_core.flow.uncollected import uncollected
from ektp_core.handover.ageing import aged
from ektp_core.vocabulary.hold import HoldKind
from tests.core.flow.counter_people import (
    CLERK,
    CLOSERS,
    GIVER,
    HEAD,
    OTHER,
    SECTION,
    card_of,
    hand,
    hold,
    lift,
    staffed,
)
from tests.core.flow.office_cards import BAD, UNKNOWN, entered, printed
from tests.core.flow.offices import (
    CLASS,
    HOUR_MS,
    HUB_KEY,
    NOW,
    OFFICE,
    ONE,
    OPERATOR,
    VERIFIER_1,
    Offices,
    accepted,
    ask,
    exchange,
    facts,
    maybe,
    refusal,
    row,
    rows,
)
from tests.core.flow.soundness import agree, check_books, check_refold

pytestmark = pytest.mark.rule(35)

DAY_MS = 24 * HOUR_MS


def batch(books: Offices, members: tuple[str, ...], urgent: tuple[str, ...] = (), key: str = GIVER) -> Answer:
    return ask(books.hub, MakeBatch("Selong 1", OFFICE, members, urgent), key)


def open_batch(books: Offices, *missing: str, key: str = HEAD) -> Answer:
    return ask(books.hub, OpenBatch("Selong 1", missing), key)


# -- a batch ---------------------------------------------------------------------------------


def test_a_batch_waits_for_its_last_member_and_then_opens_by_itself() -> None:
    books = staffed()
    early, late = card_of(books, 1), entered(books, 2)
    accepted(batch(books, (early, late)))
    answer = hand(books, early)
    assert refusal(answer) is Refusal.ON_HOLD and facts(answer)["hold"] == "BATCH"
    printed(books, late)
    accepted(hand(books, early))
    assert row(books.hub, CardList, "Selong 1").closed_ms == NOW
    assert rows(books.hub, Hold) == []
    accepted(hand(books, late))
    exchange(books)
    assert agree(books, ONE)
    check_books(books)
    check_refold(books.hub)


def test_a_batch_stops_no_printing() -> None:
    books = staffed()
    record = entered(books, 1)
    accepted(batch(books, (record,)))
    printed(books, record)
    accepted(hand(books, record))


def test_an_urgent_member_leaves_at_once_and_is_not_waited_for() -> None:
    books = staffed()
    urgent, other, slow = card_of(books, 1), card_of(books, 2), entered(books, 3)
    accepted(batch(books, (urgent, other, slow), urgent=(urgent, slow)))
    accepted(hand(books, urgent))
    accepted(hand(books, other))
    assert row(books.hub, CardList, "Selong 1").missing == ()


def test_misprinted_suspect_and_withdrawn_members_never_hold_a_batch() -> None:
    books = staffed()
    good, bad, doubtful, gone = card_of(books, 1), entered(books, 2), entered(books, 3), entered(books, 4)
    accepted(batch(books, (good, bad, doubtful, gone)))
    printed(books, bad, BAD)
    printed(books, doubtful, UNKNOWN)
    assert refusal(hand(books, good)) is Refusal.ON_HOLD
    accepted(ask(books.hub, Withdraw(gone, "moved"), VERIFIER_1))
    accepted(hand(books, good))
    assert row(books.hub, CardList, "Selong 1").missing == tuple(sorted((bad, doubtful, gone)))


@given(
    fates=st.lists(st.sampled_from(["good", "bad", "doubt", "withdrawn", "waits"]), min_size=1, max_size=4),
    urgent=st.sets(st.integers(0, 3)),
)
def test_a_batch_opens_exactly_when_nobody_it_waits_for_is_still_to_come(fates: list[str], urgent: set[int]) -> None:
    books = staffed()
    first = card_of(books, 1)
    others = tuple(entered(books, number) for number in range(2, 2 + len(fates)))
    hurried = tuple(record for index, record in enumerate(others) if index in urgent)
    accepted(batch(books, (first, *others), urgent=hurried))
    for record, fate in zip(others, fates, strict=True):
        if fate == "withdrawn":
            accepted(ask(books.hub, Withdraw(record, "moved"), VERIFIER_1))
        elif fate != "waits":
            endings = {"bad": BAD, "doubt": UNKNOWN}
            printed(books, record, endings[fate]) if fate in endings else printed(books, record)
    waits = any(fate == "waits" and index not in urgent for index, fate in enumerate(fates))
    answer = hand(books, first)
    if waits:
        assert refusal(answer) is Refusal.ON_HOLD
    else:
        accepted(answer)
        assert rows(books.hub, Hold) == []


def test_the_head_opens_a_batch_by_naming_exactly_the_missing_ones() -> None:
    books = staffed()
    ready, late, later = card_of(books, 1), entered(books, 2), entered(books, 3)
    accepted(batch(books, (ready, late, later)))
    for named in ((), (late,), (late, later, ready), (late, late, later)):
        answer = open_batch(books, *named)
        assert refusal(answer) is Refusal.LIST_DIFFERS
    assert facts(open_batch(books, late))["difference"] == (later,)
    for key in (GIVER, OPERATOR, CLERK):
        assert refusal(open_batch(books, late, later, key=key)) is Refusal.NOT_ALLOWED
    accepted(open_batch(books, late, later))
    accepted(hand(books, ready))
    printed(books, late)
    accepted(hand(books, late))
    assert refusal(open_batch(books)) is Refusal.UNKNOWN_LIST


def test_an_opened_batch_lifts_no_other_hold() -> None:
    books = staffed()
    record = card_of(books, 1)
    accepted(batch(books, (record,)))
    accepted(hold(books, record, HoldKind.DEATH_REPORT))
    answer = hand(books, record)
    assert refusal(answer) is Refusal.ON_HOLD and facts(answer)["hold"] == "DEATH_REPORT"
    accepted(lift(books, record, HoldKind.DEATH_REPORT))
    accepted(hand(books, record))


def test_the_hold_of_a_batch_is_lifted_by_opening_the_batch_only() -> None:
    books = staffed()
    record = entered(books, 1)
    accepted(batch(books, (record,)))
    assert refusal(lift(books, record, HoldKind.BATCH)) is Refusal.BAD_VALUE
    assert maybe(books.hub, Hold, record, HoldKind.BATCH) is not None


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (MakeBatch("", OFFICE, ("52.03-000001",)), Refusal.BAD_VALUE),
        (MakeBatch("Selong 2", OFFICE, ()), Refusal.BAD_VALUE),
        (MakeBatch("Selong 2", OFFICE, ("52.03-000001", "52.03-000001")), Refusal.BAD_VALUE),
        (MakeBatch("Selong 2", OFFICE, ("52.03-000001",), ("52.03-000002",)), Refusal.BAD_VALUE),
        (MakeBatch("Selong 2", OFFICE, ("52.03-000009",)), Refusal.UNKNOWN_RECORD),
        (MakeBatch("Selong 2", "office/52.99", ("52.03-000001",)), Refusal.UNKNOWN_PARTY),
        (MakeBatch("Selong 1", OFFICE, ("52.03-000001",)), Refusal.ALREADY_KNOWN),
        (MakeBatch("Selong 2", OFFICE, ("52.03-000002",)), Refusal.ALREADY_KNOWN),
        (SendOut("Selong 2", OFFICE, " ", ("52.03-000001",)), Refusal.BAD_VALUE),
        (SendOut("Selong 2", OFFICE, "Selong", ("52.03-000001",)), Refusal.NO_SUCH_STEP),
        (BringBack("Selong 1"), Refusal.UNKNOWN_LIST),
        (BringBack("Selong 7"), Refusal.UNKNOWN_LIST),
        (OpenBatch("Selong 7"), Refusal.UNKNOWN_LIST),
    ],
)
def test_a_senseless_list_is_refused(body: MakeBatch | SendOut | BringBack | OpenBatch, expected: Refusal) -> None:
    books = staffed()
    entered(books, 1)
    accepted(batch(books, (entered(books, 2),)))
    assert refusal(ask(books.hub, body, SECTION)) is expected


def test_a_list_holds_records_of_its_own_office_made_by_its_own_people() -> None:
    books = staffed()
    record = entered(books, 1)
    assert refusal(batch(books, (record,), key=CLERK)) is Refusal.NOT_ALLOWED
    foreign = ask(books.hub, MakeBatch("Gerung 1", OTHER, (record,)), CLERK)
    assert refusal(foreign) is Refusal.BAD_VALUE and facts(foreign)["field"] == "members"


def test_what_is_handed_over_or_withdrawn_joins_no_batch() -> None:
    books = staffed()
    out, gone = card_of(books, 1), entered(books, 2)
    accepted(hand(books, out))
    accepted(ask(books.hub, Withdraw(gone, "moved"), VERIFIER_1))
    for record in (out, gone):
        assert refusal(batch(books, (record,))) is Refusal.NO_SUCH_STEP


# -- carried out -----------------------------------------------------------------------------


def send(books: Offices, *members: str, name: str = "Sabtu RT 3", key: str = GIVER) -> Answer:
    return ask(books.hub, SendOut(name, OFFICE, "Kelurahan Selong", members), key)


def back(books: Offices, *returned: str, key: str = GIVER) -> Answer:
    return ask(books.hub, BringBack("Sabtu RT 3", returned), key)


def test_cards_go_out_by_list_are_handed_over_and_the_rest_comes_back_counted() -> None:
    books = staffed()
    fetched, left = card_of(books, 1), card_of(books, 2)
    accepted(send(books, fetched, left))
    assert row(books.hub, CardFacts, left, 1).out_on == "Sabtu RT 3"
    accepted(hand(books, fetched))
    for named in ((), (fetched,), (fetched, left), (left, left)):
        assert refusal(back(books, *named)) is Refusal.LIST_DIFFERS
    accepted(back(books, left))
    closed = row(books.hub, CardList, "Sabtu RT 3")
    assert (closed.returned, closed.closed_ms) == ((left,), NOW)
    assert row(books.hub, CardFacts, left, 1).out_on == ""
    assert refusal(back(books)) is Refusal.UNKNOWN_LIST
    accepted(send(books, left, name="Sabtu RT 4"))
    check_books(books)
    check_refold(books.hub)


def test_a_card_missed_on_the_way_is_declared_missing_before_the_list_closes() -> None:
    books = staffed()
    record = card_of(books, 1)
    accepted(send(books, record))
    answer = back(books)
    assert refusal(answer) is Refusal.LIST_DIFFERS and facts(answer)["difference"] == (record,)
    accepted(ask(books.hub, DeclareCardMissing(record, 1, "BA-5"), *CLOSERS))
    accepted(back(books))


def test_only_a_held_card_that_nothing_holds_back_goes_out_and_on_one_list() -> None:
    books = staffed()
    held_back, out, given = card_of(books, 1), card_of(books, 2), card_of(books, 3)
    accepted(hold(books, held_back, HoldKind.DEATH_REPORT))
    assert refusal(send(books, held_back)) is Refusal.ON_HOLD
    accepted(hand(books, given))
    assert refusal(send(books, given)) is Refusal.NOT_HELD
    accepted(send(books, out))
    assert refusal(send(books, out, name="Sabtu RT 4")) is Refusal.ALREADY_KNOWN


@pytest.mark.parametrize("key", [OPERATOR, CLERK, HUB_KEY])
def test_who_hands_cards_over_sends_them_out_and_brings_them_back(key: str) -> None:
    books = staffed()
    record = card_of(books, 1)
    assert refusal(send(books, record, key=key)) is Refusal.NOT_ALLOWED
    accepted(send(books, record))
    assert refusal(back(books, record, key=key)) is Refusal.NOT_ALLOWED


# -- ageing ----------------------------------------------------------------------------------


def test_uncollected_cards_are_found_with_their_age_and_their_list() -> None:
    books = staffed()
    kept, out, given = card_of(books, 1), card_of(books, 2), card_of(books, 3)
    accepted(send(books, out))
    accepted(hand(books, given))
    with books.hub.read() as view:
        waiting = list(uncollected(view, ONE, CLASS))
        assert list(uncollected(view, OFFICE, CLASS)) == []
    assert [(one.record, one.out_on) for one in waiting] == [(kept, ""), (out, "Sabtu RT 3")]
    found = aged(waiting, NOW + 90 * DAY_MS)
    assert (found.counts, [one.record for one in found.overdue]) == ((0, 0, 0, 2), [kept, out])
    assert aged(waiting, NOW + 90 * DAY_MS - 1).counts == (0, 0, 2, 0)
