"""The spoilage report per allotment, cumulative, as at a cut; and what it opens (rules 24 and 25)."""

from collections import Counter
from typing import Any

import attrs
import pytest
from attrs import evolve

from ektp_core.errors import Refusal
from ektp_core.flow.blanks import serials_of
from ektp_core.flow.custody import Dispatch, Grant, Receive
from ektp_core.flow.events import Entered, Stepped
from ektp_core.flow.piles import piles_at
from ektp_core.flow.printing import Withdraw
from ektp_core.flow.reporting import Unlock
from ektp_core.flow.rows import Allotment, Policy, Report
from ektp_core.flow.settling import FailCard, Found, Settle, VoidCard
from ektp_core.spoilage.report import Columns
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.state import LockState
from ektp_core.vocabulary.verdict import BlankPlace, Cause, Certainty, Outcome
from tests.core.flow.office_cards import (
    BAD,
    GOOD,
    UNKNOWN,
    allot,
    attempt,
    authorised,
    card,
    entered,
    entry,
    issue,
    load,
    printed,
    reported,
    state,
    stocked,
    supply,
    true_report,
    unlocked,
)
from tests.core.flow.offices import (
    CLASS,
    OFFICE,
    ONE,
    OPERATOR,
    PAIR,
    REGISTRY_KEY,
    SERIES,
    TWO,
    VERIFIER_1,
    VERIFIER_2,
    Offices,
    accepted,
    ask,
    ask_all,
    exchange,
    facts,
    founded,
    maybe,
    refusal,
    row,
    station_key,
)
from tests.core.flow.soundness import places

LETTERS = {
    Bucket.GOOD_HELD: "good", Bucket.VOID_HELD: "good", Bucket.SUSPECT: "suspect", Bucket.LOST: "lost",
    Bucket.STOCK: "remaining", Bucket.IN_MACHINE: "remaining", Bucket.IN_TRANSIT: "remaining",
}  # fmt: skip


def recounted(books: Offices, allotment: str, cut: int) -> Columns:
    """The report's columns blank by blank, from the log up to the cut and nothing else."""
    granted = {
        (series, number)
        for series, lo, hi in row(books.hub, Allotment, allotment).ranges
        for number in range(lo, hi + 1)
    }
    log = [(seq, event) for seq, event in books.hub.events()]
    where = places(event for seq, event in log if seq <= cut)
    of_person = set()
    for seq, event in log:
        if seq <= cut and isinstance(event, Stepped) and event.state is LockState.MISPRINTED:
            made = attempt(books.hub, event.record, event.n)
            of_person.add((made.series, made.number))
    counts: Counter[str] = Counter()
    for blank in granted:
        party, bucket = where.get(blank, ("centre", Bucket.STOCK))
        if party == "centre" or (party, bucket) == (OFFICE, Bucket.IN_TRANSIT):
            continue
        counts["received"] += 1
        if bucket is Bucket.WASTE_HELD:
            counts["bad_of_person" if blank in of_person else "bad_without"] += 1
        else:
            counts[LETTERS[bucket]] += 1
    return Columns(**counts)


def busy() -> Offices:
    """Two allotments with every kind of end, a reversal and a short consignment among them."""
    books = founded()
    supply(books, 1, 60)
    accepted(ask(books.hub, Grant("A-1", OFFICE, CLASS, 30), VERIFIER_1))
    accepted(ask(books.hub, Dispatch("road/A-1", "A-1"), VERIFIER_1))
    found, short, damaged = ((SERIES, 1, 27),), ((SERIES, 28, 29),), ((SERIES, 30, 30),)
    accepted(ask(books.hub, Receive("road/A-1", OFFICE, found, short, damaged), OPERATOR, VERIFIER_2))
    load(books, issue(books, "I-1", 20))
    for number, ending in enumerate((GOOD, BAD, UNKNOWN, GOOD, BAD, UNKNOWN, GOOD, UNKNOWN), start=1):
        printed(books, entered(books, number), ending)
    record = entered(books, 9)
    n = authorised(books, record)
    jam = (Outcome.SPOILED, BlankPlace.REJECT, Certainty.COUNTER_POSITION, Cause.JAM)
    ask_all(books.stations[ONE], card(record, n, jam, steps=()), station_key(ONE))
    ask_all(books.stations[ONE], card(record, n, GOOD), station_key(ONE))
    exchange(books)
    allot(books, "A-2", 10)
    issue(books, "I-2", 5, TWO)
    for number, found_to_be in ((3, Found.LOST), (6, Found.UNUSED)):
        accepted(ask(books.hub, Settle(f"52.03-{number:06d}", 1, found_to_be, "BA"), *PAIR))
    accepted(ask(books.hub, FailCard("52.03-000004", 1, Cause.DATA_WRONG), OPERATOR))
    accepted(ask(books.hub, VoidCard("52.03-000001", 1, "died"), *PAIR))
    exchange(books)
    return books


@pytest.mark.rule(24)
@pytest.mark.parametrize("allotment", ["A-1", "A-2"])
def test_a_cut_in_the_past_counts_what_was_there_then(allotment: str) -> None:
    books = busy()
    allotted = row(books.hub, Allotment, allotment)
    with books.hub.read() as view:
        for cut in range(1, books.hub.position().seq + 1):
            columns, lines = piles_at(view, serials_of(allotted.ranges), OFFICE, cut)
            assert columns == recounted(books, allotment, cut), cut
            assert columns.difference == 0
            assert len(lines) == columns.bad_of_person + columns.bad_without + columns.lost


@pytest.mark.rule(24)
def test_the_report_of_a_busy_month_by_hand() -> None:
    report = true_report(busy(), "R-1")
    assert report.columns == Columns(
        received=30, good=3, bad_of_person=3, bad_without=2, suspect=1, lost=3, remaining=18
    )
    by_hand = [(one.number, bool(one.person), one.n, one.cause, one.is_lost) for one in report.lines]
    assert by_hand == [
        (2, True, 1, "gagal-cetak", False),
        (3, True, 1, "hilang", True),
        (4, True, 1, "data-salah", False),
        (5, True, 1, "gagal-cetak", False),
        (9, False, 1, "macet", False),
        (28, False, 0, "", True),
        (29, False, 0, "", True),
        (30, False, 0, "", False),
    ]


@pytest.mark.rule(24)
def test_a_report_as_at_a_past_cut_is_accepted_for_what_was_bad_then() -> None:
    books = stocked(10)
    first, second = entered(books, 1), entered(books, 2)
    printed(books, first, BAD)
    cut = books.hub.position().seq
    printed(books, second, BAD)
    accepted(ask(books.hub, true_report(books, "R-1", cut=cut), OPERATOR))
    assert (state(books.hub, first), state(books.hub, second)) == (LockState.REPORTED, LockState.MISPRINTED)


@pytest.mark.rule(24)
def test_a_reprint_counts_to_the_allotment_of_its_new_blank() -> None:
    books = stocked(1)
    record = entered(books, 1)
    printed(books, record, BAD)
    reported(books, "R-1")
    unlocked(books, record, 1)
    supply(books, 11, 11)
    allot(books, "A-2", 1)
    load(books, issue(books, "I-2", 1))
    printed(books, record)
    assert true_report(books, "R-2").columns == Columns(received=1, bad_of_person=1)
    assert true_report(books, "R-3", "A-2").columns == Columns(received=1, good=1)


@pytest.mark.rule(24)
def test_a_card_that_turns_bad_later_is_a_line_of_a_supplementary_report() -> None:
    books = stocked(1)
    record = entered(books, 1)
    printed(books, record)
    final = evolve(true_report(books, "R-1"), is_final=True)
    accepted(ask(books.hub, final, OPERATOR))
    accepted(ask(books.hub, FailCard(record, 1, Cause.DATA_WRONG), OPERATOR))
    exchange(books)
    supplement = true_report(books, "R-2")
    assert supplement.columns == Columns(received=1, bad_of_person=1)
    accepted(ask(books.hub, supplement, OPERATOR))
    assert state(books.hub, record) is LockState.REPORTED


@pytest.mark.rule(24)
def test_a_report_is_interim_until_nothing_is_suspect_and_nothing_remains() -> None:
    books = stocked(2)
    printed(books, entered(books, 1), UNKNOWN)
    suspect_left = evolve(true_report(books, "R-1"), is_final=True)
    answer = ask(books.hub, suspect_left, OPERATOR)
    assert refusal(answer) is Refusal.REPORT_DIFFERS
    assert facts(answer)["difference"] == ("a final report has no suspects (1) and nothing remaining (1)",)
    accepted(ask(books.hub, evolve(suspect_left, is_final=False), OPERATOR))


@pytest.mark.rule(24)
@pytest.mark.parametrize("column", [field.name for field in attrs.fields(Columns)])
@pytest.mark.parametrize("by", [1, -1])
def test_every_column_off_by_one_is_refused_with_the_exact_difference(column: str, by: int) -> None:
    books = stocked(4)
    record = entered(books, 1)
    printed(books, record, BAD)
    true = true_report(books, "R-1")
    value = getattr(true.columns, column)
    answer = ask(books.hub, evolve(true, columns=evolve(true.columns, **{column: value + by})), OPERATOR)
    assert refusal(answer) is Refusal.REPORT_DIFFERS
    difference = facts(answer)["difference"]
    assert isinstance(difference, tuple)
    assert f"{column}: {value + by} reported, {value} in the book" in difference
    assert state(books.hub, record) is LockState.MISPRINTED
    assert maybe(books.hub, Report, "R-1") is None


@pytest.mark.parametrize(
    ("changes", "keys", "expected"),
    [
        ({"allotment": "A-9"}, (OPERATOR,), Refusal.UNKNOWN_ALLOTMENT),
        ({"cut_seq": 0}, (OPERATOR,), Refusal.STALE_CUT),
        ({"cut_seq": 100_000}, (OPERATOR,), Refusal.STALE_CUT),
        ({"report": "R-0"}, (OPERATOR,), Refusal.ALREADY_KNOWN),
        ({}, (VERIFIER_2,), Refusal.NOT_ALLOWED),
        ({}, (), Refusal.NOT_ALLOWED),
    ],
)
def test_what_is_no_report(changes: dict[str, Any], keys: tuple[str, ...], expected: Refusal) -> None:
    books = stocked(4)
    reported(books, "R-0")
    body = evolve(true_report(books, "R-1"), **changes)
    before = books.hub.position()
    assert refusal(ask(books.hub, body, *keys)) is expected
    assert books.hub.position() == before


@pytest.mark.rule(24)
def test_a_cut_before_that_of_the_last_report_is_refused() -> None:
    books = stocked(4)
    early = books.hub.position().seq
    printed(books, entered(books, 1))
    reported(books, "R-1")
    answer = ask(books.hub, true_report(books, "R-2", cut=early), OPERATOR)
    assert refusal(answer) is Refusal.STALE_CUT and facts(answer)["cut"] == early


def test_an_allotment_that_did_not_arrive_yet_was_not_received() -> None:
    books = founded()
    supply(books, 1, 10)
    accepted(ask(books.hub, Grant("A-1", OFFICE, CLASS, 10), VERIFIER_1))
    assert true_report(books, "R-1").columns == Columns()
    assert true_report(books, "R-1", cut=1).columns == Columns()
    accepted(ask(books.hub, Dispatch("road/A-1", "A-1"), VERIFIER_1))
    assert true_report(books, "R-1").columns == Columns()


@pytest.mark.rule(25)
def test_a_misprint_that_failed_again_is_reported_again_before_it_opens() -> None:
    books = stocked(4)
    record = entered(books, 1)
    printed(books, record, BAD)
    first = reported(books, "R-1")
    unlocked(books, record, 1)
    printed(books, record, BAD)
    stale = Unlock(record, 1, first)
    assert refusal(ask(books.hub, stale, *PAIR)) is Refusal.STALE_ATTEMPT
    assert refusal(ask(books.hub, evolve(stale, n=2), *PAIR)) is Refusal.NOT_REPORTED
    second = reported(books, "R-2")
    assert refusal(ask(books.hub, evolve(stale, n=2), *PAIR)) is Refusal.OTHER_REPORT
    accepted(ask(books.hub, Unlock(record, 2, second), *PAIR))
    assert state(books.hub, record) is LockState.READY


@pytest.mark.rule(25)
def test_policy_may_ask_for_three_people() -> None:
    books = stocked(4, policy=Policy("default", 1, unlock_people=3))
    record = entered(books, 1)
    printed(books, record, BAD)
    digest = reported(books, "R-1")
    answer = ask(books.hub, Unlock(record, 1, digest), *PAIR)
    assert refusal(answer) is Refusal.NEEDS_PEOPLE and facts(answer) == {"needs": 3, "found": 2}


@pytest.mark.rule(25)
def test_an_unlocked_record_is_not_unlocked_twice() -> None:
    books = stocked(4)
    record = entered(books, 1)
    printed(books, record, BAD)
    digest = reported(books, "R-1")
    unlocked(books, record, 1)
    assert refusal(ask(books.hub, Unlock(record, 1, digest), *PAIR)) is Refusal.NO_SUCH_STEP


def test_a_reported_record_may_be_withdrawn_instead() -> None:
    books = stocked(4)
    record = entered(books, 1)
    printed(books, record, BAD)
    reported(books, "R-1")
    accepted(ask(books.hub, Withdraw(record, "moved"), VERIFIER_1))
    assert state(books.hub, record) is LockState.WITHDRAWN
    again = accepted(ask(books.hub, entry(1), REGISTRY_KEY))
    assert [event.record for event in again.events if isinstance(event, Entered)] == ["52.03-000002"]
