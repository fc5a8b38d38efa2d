"""Opening counts: from an account of their own, signed by two, shown apart for ever (rule 9)."""

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from ektp_core.boundary.store import Answer
from ektp_core.errors import Refusal
from ektp_core.flow.counting_events import BalanceOpened
from ektp_core.flow.events import TakenIn
from ektp_core.flow.founding import NewOfficer, NewParty, Register
from ektp_core.flow.opening import OPENING, OpenBalance, OpeningLine
from ektp_core.flow.placeholders import Standing, is_placeholder, proven_and_assumed, series_of
from ektp_core.flow.rows import Holding, Opening
from ektp_core.vocabulary.bucket import Bucket, Condition
from ektp_core.vocabulary.role import Hand, Role
from ektp_core.vocabulary.serial import SerialRange
from tests.core.flow.office_cards import allot, issue, supply
from tests.core.flow.offices import (
    CENTRE,
    CLASS,
    OFFICE,
    ONE,
    OPERATOR,
    PAIR,
    SUPPLIER,
    VERIFIER_1,
    VERIFIER_2,
    Offices,
    accepted,
    ask,
    facts,
    founded,
    log,
    new_key,
    refusal,
    row,
    rows,
)
from tests.core.flow.soundness import check_books, check_refold

pytestmark = pytest.mark.rule(9)

SIGNED = (OPERATOR, VERIFIER_2)
GROUP, OTHER = "group/52/lombok", "office/52.01"
MEMBERS = (OFFICE, OTHER)
NIK = "5203054408990001"
STOCK = OpeningLine(Condition.BLANK, CLASS, (("OLD-17", 1, 40),))
WASTE = OpeningLine(Condition.WASTE, CLASS, count=7)
CARDS = OpeningLine(Condition.GOOD, CLASS, (("OLD-17", 101, 103),))
BODY = OpenBalance(OFFICE, (STOCK, WASTE, CARDS), "BA-SALDO/1", "2018-11-01")


def opened(books: Offices, body: OpenBalance = BODY, *keys: str) -> Answer:
    return ask(books.hub, body, *(keys or SIGNED))


def standings(books: Offices, party: str = OFFICE) -> dict[Bucket, tuple[int, int]]:
    with books.hub.read() as view:
        return {one.bucket: (one.proven, one.assumed) for one in proven_and_assumed(view, party)}


def with_group(books: Offices) -> None:
    parties = (NewParty(GROUP, "Five regencies of Lombok"), NewParty(OTHER, "Lombok Barat"))
    accepted(ask(books.hub, Register(parties=parties), *PAIR))


def test_stock_waste_and_cards_come_in_each_in_its_place() -> None:
    books = founded()
    accepted(opened(books))
    assert standings(books) == {Bucket.STOCK: (40, 0), Bucket.GOOD_HELD: (3, 0), Bucket.WASTE_HELD: (0, 7)}
    assert {event.source for event in log(books.hub, TakenIn)} == {OPENING}
    kept = {(one.condition, one.count, one.assumed) for one in rows(books.hub, Opening, OFFICE, CLASS)}
    assert kept == {(Condition.BLANK, 40, 0), (Condition.GOOD, 3, 0), (Condition.WASTE, 7, 7)}
    (told,) = log(books.hub, BalanceOpened)
    assert told.by == ("operator", "verifier-2")
    check_books(books)
    check_refold(books.hub)


def test_the_opening_stays_apart_whatever_is_moved_later() -> None:
    books = founded()
    accepted(opened(books))
    before = rows(books.hub, Opening)
    supply(books, 1, 20)
    allot(books, "A-1", 20)
    issue(books, "I-1", 30)
    assert rows(books.hub, Opening) == before
    check_books(books)


@pytest.mark.rule(10)
def test_a_count_alone_gets_numbers_of_the_partys_own_series() -> None:
    books = founded()
    line = OpeningLine(Condition.BLANK, CLASS, count=500)
    accepted(opened(books, evolve(BODY, lines=(line, evolve(line, condition=Condition.VOID, count=2)))))
    runs = {(run.series, run.lo, run.hi, run.bucket, run.assumed) for run in rows(books.hub, Holding)}
    assert runs == {("COUNT.52.03", 1, 500, Bucket.STOCK, True), ("COUNT.52.03", 501, 502, Bucket.VOID_HELD, True)}


@pytest.mark.rule(10)
def test_known_serials_whose_use_is_only_counted_are_assumed() -> None:
    books = founded()
    accepted(opened(books, evolve(BODY, lines=(evolve(STOCK, is_assumed=True),))))
    assert standings(books) == {Bucket.STOCK: (0, 40)}
    assert row(books.hub, Opening, OFFICE, CLASS, Condition.BLANK).assumed == 40


@pytest.mark.rule(10)
def test_one_figure_for_five_regencies_is_held_by_a_named_group() -> None:
    """Paper 003 gives one figure for the five of Lombok; by hand: 66,000."""
    books = founded()
    with_group(books)
    accepted(
        opened(
            books,
            OpenBalance(GROUP, (OpeningLine(Condition.BLANK, CLASS, count=66_000),), "B", "2018-01-02", MEMBERS),
            *PAIR,
        )
    )
    with books.hub.read() as view:
        assert proven_and_assumed(view, GROUP) == (Standing(Bucket.STOCK, CLASS, 0, 66_000),)
    assert {run.series for run in rows(books.hub, Holding)} == {"COUNT.52.LOMBOK"}
    check_books(books)


@pytest.mark.rule(10)
@given(
    st.lists(
        st.sampled_from(["centre", "province/52", "province/31", "office/52.03", "office/52.01", "group/52/lombok",
                         "group/52.03/lombok", "group/52/" + "z" * 20, "group/52.03/" + "z" * 20]),
        unique=True,
    )
)  # fmt: skip
def test_no_two_parties_share_placeholder_numbers(parties: list[str]) -> None:
    names = [series_of(party) for party in parties]
    assert len(set(names)) == len(names)
    assert all(len(SerialRange(name, 1, 9)) == 9 and is_placeholder(name) for name in names)


def test_the_centre_and_another_class_open_for_themselves() -> None:
    books = founded()
    accepted(opened(books))
    accepted(opened(books, evolve(BODY, party=CENTRE, lines=(evolve(STOCK, ranges=(("OLD-17", 900, 999),)),)), *PAIR))
    assert standings(books, CENTRE) == {Bucket.STOCK: (100, 0)}


# -- what is refused ----------------------------------------------------------------------


def test_a_book_that_has_begun_is_not_opened_again() -> None:
    books = founded()
    accepted(opened(books))
    again = evolve(BODY, lines=(evolve(WASTE, count=1),))
    assert refusal(opened(books, again)) is Refusal.BOOK_BEGUN
    assert facts(opened(books, again)) == {"party": OFFICE, "blank_class": CLASS}


@pytest.mark.parametrize("issued", [0, 20])
def test_an_office_that_received_blanks_has_begun_even_if_its_station_has_them_all(issued: int) -> None:
    books = founded()
    supply(books, 1, 20)
    allot(books, "A-1", 20)
    if issued:
        issue(books, "I-1", issued)
    assert refusal(opened(books)) is Refusal.BOOK_BEGUN


def test_one_person_is_not_enough() -> None:
    assert refusal(opened(founded(), BODY, OPERATOR)) is Refusal.NEEDS_PEOPLE


def test_an_officer_of_another_office_does_not_sign() -> None:
    books = founded()
    other = NewOfficer("other", "Other", "office/52.01", (Role.STOREKEEPER,))
    accepted(ask(books.hub, Register(officers=(other,), keys=(new_key("key-other", "other", Hand.OFFICER),)), *PAIR))
    assert refusal(opened(books, BODY, "key-other", VERIFIER_1)) is Refusal.NOT_ALLOWED


def test_serials_that_are_in_the_book_do_not_open_another() -> None:
    books = founded()
    supply(books, 1, 20, series="OLD-17")
    answer = opened(books)
    assert refusal(answer) is Refusal.SERIAL_KNOWN
    assert facts(answer)["serials"] == ("OLD-17 1-20",)


@pytest.mark.parametrize(
    ("party", "expected"),
    [
        (ONE, Refusal.WRONG_ADDRESSEE),
        (SUPPLIER, Refusal.BAD_VALUE),
        ("office/52.01", Refusal.UNKNOWN_PARTY),
        ("group/52/unknown", Refusal.UNKNOWN_PARTY),
    ],
)
def test_who_cannot_be_opened_here(party: str, expected: Refusal) -> None:
    """A station's stock is under its own pen; a supplier's store is no book of ours."""
    assert refusal(opened(founded(), evolve(BODY, party=party), *PAIR)) is expected


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (evolve(BODY, lines=()), "lines"),
        (evolve(BODY, lines=(evolve(STOCK, ranges=()),)), "count"),
        (evolve(BODY, lines=(evolve(STOCK, count=5),)), "count"),
        (evolve(BODY, lines=(evolve(WASTE, count=-7),)), "count"),
        (evolve(BODY, lines=(evolve(WASTE, count=10**12),)), "count"),
        (evolve(BODY, lines=(evolve(WASTE, blank_class="v9"),)), "blank_class"),
        (evolve(BODY, lines=(evolve(STOCK, ranges=(("COUNT.52.03", 1, 5),)),)), "ranges"),
        (evolve(BODY, minutes=" "), "minutes"),
        (evolve(BODY, minutes=f"BA {NIK}"), "minutes"),
        (evolve(BODY, minutes_date="2018-02-30"), "minutes_date"),
        (evolve(BODY, minutes_date="2018-11-20"), "minutes_date"),
        (evolve(BODY, minutes_date=""), "minutes_date"),
    ],
)
def test_a_senseless_opening_is_refused_by_field(body: OpenBalance, field: str) -> None:
    answer = opened(founded(), body)
    assert refusal(answer) is Refusal.BAD_VALUE
    assert facts(answer)["field"] == field
    assert NIK not in str(answer)


def test_a_blank_named_twice_is_refused() -> None:
    twice = evolve(BODY, lines=(STOCK, evolve(CARDS, ranges=(("OLD-17", 40, 41),))))
    assert refusal(opened(founded(), twice)) is Refusal.SERIALS_OVERLAP
