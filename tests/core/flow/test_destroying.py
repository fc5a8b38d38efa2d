"""Waste burns after its report, void and old cards with it, and nothing that is evidence."""

from typing import Any

import pytest
from attrs import evolve

from ektp_core.errors import Refusal
from ektp_core.flow.ask import Body
from ektp_core.flow.counting import CountDay, PileCount
from ektp_core.flow.custody_events import Destroyed, WasteNamed
from ektp_core.flow.custody_rows import Destruction, Inquiry, NamedWaste
from ektp_core.flow.destroying import Destroy, HoldForInquiry, LiftInquiry, destroyed_in
from ektp_core.flow.old_cards import TakeOldCard, old_cards
from ektp_core.flow.on_the_road import DAY_MS
from ektp_core.flow.periods import ClosePeriod, late_papers
from ektp_core.flow.settling import VoidCard
from ektp_core.flow.taking_back import TakeBack
from ektp_core.ledger.count import Pile
from ektp_core.spoilage import destruction
from ektp_core.spoilage.report import Columns
from ektp_core.vocabulary.bucket import Bucket, Condition
from ektp_core.vocabulary.destruction_method import Method
from ektp_core.vocabulary.old_card import OldCardReason
from tests.core.flow.custody_offices import (
    HEAD,
    OTHER,
    PROVINCIAL,
    STOREMAN,
    STOREMAN_2,
    receive,
    refused_at,
    run,
    send,
    sending,
    two_offices,
)
from tests.core.flow.office_cards import BAD, entered, issue, load, place_of, printed, reported, true_report
from tests.core.flow.office_life import at, with_people
from tests.core.flow.offices import (
    NOW,
    OFFICE,
    ONE,
    OPERATOR,
    PAIR,
    VERIFIER_1,
    VERIFIER_2,
    Offices,
    accepted,
    ask,
    exchange,
    facts,
    founded,
    log,
    maybe,
    refusal,
    row,
    rows,
)
from tests.core.flow.soundness import check_books, check_refold

pytestmark = pytest.mark.rule(26)

BOTH = (OPERATOR, HEAD)
LATER = NOW + 60 * DAY_MS  # 18 January 2019


def spoiled() -> Offices:
    """In Lombok Timur's store: blanks 1 and 2 waste, 3 a void card; nothing of it reported."""
    books = two_offices()
    load(books, issue(books, "I-1", 6))
    exchange(books)
    printed(books, entered(books, 1), BAD)
    printed(books, entered(books, 2), BAD)
    record = entered(books, 3)
    printed(books, record)
    accepted(ask(books.hub, VoidCard(record, 1, "died"), *PAIR))
    exchange(books)
    accepted(ask(books.hub, TakeBack(ONE, "P-1", Condition.WASTE, run(1, 2)), OPERATOR, VERIFIER_2))
    accepted(ask(books.hub, TakeBack(ONE, "P-2", Condition.VOID, run(3, 3)), OPERATOR, VERIFIER_2))
    exchange(books)
    return books


def ready() -> Offices:
    """The same, reported, with 100 old cards by 70 damaged (punched) and 30 changed."""
    books = spoiled()
    reported(books, "R-1")
    for reason, count, punched in ((OldCardReason.DAMAGED, 70, True), (OldCardReason.DATA_CHANGE, 30, False)):
        accepted(ask(books.hub, TakeOldCard(OFFICE, reason, "2018-11-19", punched, count), OPERATOR))
    return books


def destroy(**changes: Any) -> Destroy:
    body = Destroy(OFFICE, "BAP-1", "2019-01-07", Method.BURN, run(1, 3), 80, ("Polres", "Inspektorat"))
    return evolve(body, **changes)


def test_waste_void_and_old_cards_burn_under_one_paper_each_in_its_column() -> None:
    books = ready()
    accepted(ask(books.hub, destroy(), *BOTH, at_ms=LATER))
    assert [place_of(books.hub, number) for number in (1, 2, 3)] == [(OFFICE, Bucket.DESTROYED)] * 3
    said = Destroyed(
        OFFICE, "BAP-1", "2019-01-07", Method.BURN, 2, 1, 80, ("Polres", "Inspektorat"), ("operator", "head"),
        "2019-01",
    )  # fmt: skip
    assert log(books.hub, Destroyed) == [said]
    assert row(books.hub, Destruction, OFFICE, "BAP-1") == Destruction(
        OFFICE, "BAP-1", "2019-01-07", 2, 1, 80, "2019-01"
    )
    with books.hub.read() as view:
        left = old_cards(view, OFFICE)
        assert destroyed_in(view, "2019-01").provinces == (("province/52", destruction.Destroyed(2, 1, 80)),)
        assert destroyed_in(view, "2019-02").whole == destruction.Destroyed()
    assert [(one.reason, one.count, one.punched) for one in left] == [(OldCardReason.DATA_CHANGE, 20, 0)]
    check_books(books)
    check_refold(books.hub)


@pytest.mark.rule(24)
def test_a_report_after_the_fire_says_the_same_as_before() -> None:
    books = ready()
    before = true_report(books, "R-2")
    accepted(ask(books.hub, destroy(), *BOTH, at_ms=LATER))
    after = true_report(books, "R-2")
    assert (after.columns, after.lines) == (before.columns, before.lines)
    assert after.columns == Columns(received=10, good=1, bad_of_person=2, remaining=7)
    assert true_report(books, "R-3", cut=before.cut_seq).columns == before.columns


def test_one_card_has_its_own_minutes() -> None:
    books = ready()
    accepted(ask(books.hub, destroy(ranges=run(1, 1), old_cards=0), *BOTH, at_ms=LATER))
    accepted(ask(books.hub, destroy(ranges=(), old_cards=1, minutes="BAP-2"), *BOTH, at_ms=LATER))
    assert [one.minutes for one in rows(books.hub, Destruction)] == ["BAP-1", "BAP-2"]


def test_waste_that_no_report_names_is_not_destroyed() -> None:
    books = spoiled()
    answer = refused_at(books, destroy(old_cards=0), *BOTH, at_ms=LATER)
    assert refusal(answer) is Refusal.WASTE_NOT_REPORTED and facts(answer)["serials"] == ("PNRI-2018 1-2",)
    accepted(ask(books.hub, destroy(ranges=run(3, 3), old_cards=0), *BOTH, at_ms=LATER))  # a void card is no misprint


def test_a_report_names_each_waste_once() -> None:
    books = spoiled()
    reported(books, "R-1")
    reported(books, "R-2")
    assert log(books.hub, WasteNamed) == [WasteNamed("R-1", run(1, 2))]
    assert row(books.hub, NamedWaste, "PNRI-2018", 2).report == "R-1"


REFUSED: list[tuple[dict[str, Any], tuple[str, ...], Refusal]] = [
    ({}, (OPERATOR,), Refusal.NEEDS_PEOPLE),
    ({}, (STOREMAN, STOREMAN_2), Refusal.NOT_ALLOWED),
    ({"party": "office/52.09"}, BOTH, Refusal.UNKNOWN_PARTY),
    ({"party": OTHER}, PAIR, Refusal.TOO_FEW),
    ({"party": OTHER, "old_cards": 0}, PAIR, Refusal.NOT_HELD),
    ({"party": ONE, "old_cards": 0}, BOTH, Refusal.NOT_ALLOWED),
    ({"minutes": ""}, BOTH, Refusal.BAD_VALUE),
    ({"minutes": "5203054408990001"}, BOTH, Refusal.BAD_VALUE),
    ({"date": "2019-02-30"}, BOTH, Refusal.BAD_VALUE),
    ({"date": "2018-12-12"}, BOTH, Refusal.BAD_VALUE),
    ({"date": "2019-01-19"}, BOTH, Refusal.BAD_VALUE),
    ({"method": Method.CUT}, BOTH, Refusal.BAD_VALUE),
    ({"witnesses": ()}, BOTH, Refusal.BAD_VALUE),
    ({"witnesses": ("Polres", "Polres")}, BOTH, Refusal.BAD_VALUE),
    ({"witnesses": ("head",)}, BOTH, Refusal.BAD_VALUE),
    ({"witnesses": ("NIK 5203054408990001",)}, BOTH, Refusal.BAD_VALUE),
    ({"old_cards": 101}, BOTH, Refusal.TOO_FEW),
    ({"old_cards": -1}, BOTH, Refusal.BAD_VALUE),
    ({"ranges": (), "old_cards": 0}, BOTH, Refusal.BAD_VALUE),
    ({"ranges": run(1, 4)}, BOTH, Refusal.NOT_HELD),
    ({"ranges": (*run(1, 2), *run(2, 3))}, BOTH, Refusal.SERIALS_OVERLAP),
]


@pytest.mark.parametrize(("changes", "keys", "expected"), REFUSED, ids=str)
def test_a_destruction_that_cannot_be_is_refused(
    changes: dict[str, Any], keys: tuple[str, ...], expected: Refusal
) -> None:
    assert refusal(refused_at(ready(), destroy(**changes), *keys, at_ms=LATER)) is expected


def test_minutes_are_used_once() -> None:
    books = ready()
    accepted(ask(books.hub, destroy(ranges=run(1, 1)), *BOTH, at_ms=LATER))
    assert (
        refusal(refused_at(books, destroy(ranges=run(2, 2), old_cards=1), *BOTH, at_ms=LATER)) is Refusal.ALREADY_KNOWN
    )


@pytest.mark.parametrize("name", ["operator", "Operator", "  HEAD of  Lombok Timur ", "Verifier 2"])
def test_a_witness_is_nobody_of_the_office_and_none_of_the_signers_by_whatever_name(name: str) -> None:
    books = ready()
    body = destroy(witnesses=("Polres", name))
    answer = refused_at(books, body, HEAD, VERIFIER_2, at_ms=LATER)
    assert refusal(answer) is Refusal.BAD_VALUE and facts(answer)["field"] == "witnesses"


def test_somebody_outside_may_be_called_as_an_officer_elsewhere_is() -> None:
    books = ready()
    accepted(ask(books.hub, destroy(witnesses=("Storekeeper of Lombok Barat",)), *BOTH, at_ms=LATER))


@pytest.mark.rule(38)
def test_late_minutes_are_added_up_in_the_open_month_and_a_closed_one_never_changes() -> None:
    books = with_people(founded())
    accepted(ask(books.hub, TakeOldCard(OFFICE, OldCardReason.OTHER, "2018-11-19", True, 10), OPERATOR))
    first = destroy(minutes="BAP-1", date="2018-12-20", ranges=(), old_cards=3)
    accepted(ask(books.hub, first, *BOTH, at_ms=at("2018-12-31")))
    minutes = CountDay(OFFICE, "2018-12-31", books.hub.position().seq, (PileCount(Pile.OLD_CARDS, "", 7),), (), "BA-31")
    accepted(ask(books.hub, minutes, OPERATOR, VERIFIER_2, at_ms=at("2018-12-31")))
    accepted(ask(books.hub, ClosePeriod(OFFICE, "2018-12", "BA-31"), *BOTH, at_ms=at("2018-12-31")))
    same_day = destroy(minutes="BAP-2", date="2018-12-31", ranges=(), old_cards=2)
    accepted(ask(books.hub, same_day, *BOTH, at_ms=at("2018-12-31", 5)))
    late = destroy(minutes="BAP-3", date="2018-12-21", ranges=(), old_cards=4)
    accepted(ask(books.hub, late, *BOTH, at_ms=at("2019-03-05")))
    with books.hub.read() as view:
        found = {month: destroyed_in(view, month).whole.old_cards for month in ("2018-12", "2019-01", "2019-03")}
        assert [one.paper for one in late_papers(view, OFFICE)] == ["BAP-2", "BAP-3"]
    assert found == {"2018-12": 3, "2019-01": 2, "2019-03": 4}
    check_refold(books.hub)


def test_before_the_circular_waste_went_upward_and_the_centre_cut_and_burned_it() -> None:
    books = ready()
    early = destroy(date="2018-11-30", method=Method.CUT_AND_BURN, ranges=run(1, 2), old_cards=0)
    answer = refused_at(books, early, *BOTH, at_ms=LATER)
    assert facts(answer)["expected"] == "as the rule of that day has it: digunting-dibakar, by centre"
    send(books, OPERATOR, "C-1", OFFICE, "centre", run(1, 2), carries=Condition.WASTE)
    receive(books, "C-1", "centre")
    accepted(ask(books.hub, evolve(early, party="centre"), *PAIR, at_ms=LATER))
    assert place_of(books.hub, 1) == ("centre", Bucket.DESTROYED)
    assert true_report(books, "R-2").columns == Columns(received=10, good=1, bad_of_person=2, remaining=7)


# -- inquiries ----------------------------------------------------------------------------


def inquired() -> Offices:
    books = ready()
    accepted(ask(books.hub, HoldForInquiry("INQ-1", run(2, 2), "the police ask"), HEAD))
    return books


def test_evidence_is_neither_destroyed_nor_sent_until_two_people_let_go_of_it() -> None:
    books = inquired()
    answer = refused_at(books, destroy(), *BOTH, at_ms=LATER)
    assert refusal(answer) is Refusal.UNDER_INQUIRY
    assert facts(answer) == {"inquiry": "INQ-1", "serials": ("PNRI-2018 2",)}
    body = sending("C-1", OFFICE, "centre", run(1, 2), carries=Condition.WASTE)
    assert refusal(refused_at(books, body, OPERATOR)) is Refusal.UNDER_INQUIRY
    accepted(ask(books.hub, destroy(ranges=run(1, 1), old_cards=0), *BOTH, at_ms=LATER))
    accepted(ask(books.hub, LiftInquiry("INQ-1", "closed"), HEAD, VERIFIER_1))
    assert maybe(books.hub, Inquiry, False, "INQ-1") is None
    accepted(ask(books.hub, destroy(ranges=run(2, 3), minutes="BAP-2"), *BOTH, at_ms=LATER))
    check_refold(books.hub)


def test_each_of_two_inquiries_holds() -> None:
    books = inquired()
    accepted(ask(books.hub, HoldForInquiry("INQ-2", run(1, 2), "the audit"), HEAD))
    accepted(ask(books.hub, LiftInquiry("INQ-1", "closed"), HEAD, VERIFIER_1))
    assert facts(refused_at(books, destroy(), *BOTH, at_ms=LATER))["inquiry"] == "INQ-2"


def test_a_province_holds_what_lies_in_any_of_its_offices() -> None:
    accepted(ask(inquired().hub, HoldForInquiry("INQ-2", (*run(1, 2), *run(11, 12)), "the audit"), PROVINCIAL))


@pytest.mark.parametrize(
    ("body", "keys", "expected"),
    [
        (HoldForInquiry("INQ-1", run(1, 1), "again"), (HEAD,), Refusal.ALREADY_KNOWN),
        (HoldForInquiry("INQ-2", (), "nothing"), (HEAD,), Refusal.BAD_VALUE),
        (HoldForInquiry("INQ-2", run(1, 1), ""), (HEAD,), Refusal.BAD_VALUE),
        (HoldForInquiry("INQ-2", run(1, 1), "5203054408990001"), (HEAD,), Refusal.BAD_VALUE),
        (HoldForInquiry("INQ-2", run(20, 21), "unknown"), (VERIFIER_1,), Refusal.NOT_HELD),
        (HoldForInquiry("INQ-2", run(1, 1), "why"), (OPERATOR,), Refusal.NOT_ALLOWED),
        (HoldForInquiry("INQ-2", run(11, 12), "another's"), (HEAD,), Refusal.NOT_ALLOWED),
        (LiftInquiry("INQ-9", "closed"), (HEAD, VERIFIER_1), Refusal.UNKNOWN_INQUIRY),
        (LiftInquiry("INQ-1", ""), (HEAD, VERIFIER_1), Refusal.BAD_VALUE),
        (LiftInquiry("INQ-1", "closed"), (HEAD,), Refusal.NEEDS_PEOPLE),
    ],
)
def test_an_inquiry_that_cannot_be_is_refused(body: Body, keys: tuple[str, ...], expected: Refusal) -> None:
    assert refusal(refused_at(inquired(), body, *keys)) is expected
