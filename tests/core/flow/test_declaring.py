"""Use declared by count, and readings that take the place of a count (rule 10)."""

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from ektp_core.boundary.store import Answer
from ektp_core.errors import Refusal
from ektp_core.flow.counting import CountDay, PileCount
from ektp_core.flow.counting_events import Reidentified, UseDeclared
from ektp_core.flow.custody import Grant
from ektp_core.flow.declaring import DeclareUse, Reidentify
from ektp_core.flow.events import Authorised, CardRevoked, GivenOut, Moved, Pressed
from ektp_core.flow.founding import NewParty, Register
from ektp_core.flow.opening import OpenBalance, OpeningLine, opening_account
from ektp_core.flow.placeholders import proven_and_assumed
from ektp_core.flow.rows import DeclaredUse, Holding, Ranges
from ektp_core.ledger.count import Pile
from ektp_core.spoilage.report import Columns
from ektp_core.vocabulary.bucket import Bucket, Condition
from ektp_core.vocabulary.state import PressStep
from ektp_store.memory import MemoryStore
from tests.core.flow.office_cards import allot, held, place_of, supply, true_report
from tests.core.flow.offices import (
    CENTRE,
    CLASS,
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
    facts,
    founded,
    log,
    refusal,
    rows,
)
from tests.core.flow.planting import founded_for_planting, plant
from tests.core.flow.soundness import check_books, check_refold

pytestmark = pytest.mark.rule(10)

SIGNED = (OPERATOR, VERIFIER_2)
OLD, OWN = "OLD-17", "COUNT.52.03"
USE = DeclareUse(OFFICE, CLASS, 30, "2018-11-05", "LAP-5")
#: Another office's; it has no station.
BARE = "office/52.01"
READ = Reidentify(OFFICE, Bucket.STOCK, CLASS, ((OLD, 11, 20),), "BA-BACA/1")


def counted_office(count: int = 100, known: Ranges = (), assumed: Ranges = (), party: str = OFFICE) -> Offices:
    """An office whose book began with a count, and with serials that were read or are only counted."""
    books = founded_for_planting()
    accepted(ask(books.hub, Register(parties=(NewParty(BARE, "Lombok Barat, without a station"),)), *PAIR))
    lines = [OpeningLine(Condition.BLANK, CLASS, count=count)] if count else []
    lines += [OpeningLine(Condition.BLANK, CLASS, known)] if known else []
    lines += [OpeningLine(Condition.BLANK, CLASS, assumed, is_assumed=True)] if assumed else []
    accepted(ask(books.hub, OpenBalance(party, tuple(lines), "BA-1", "2018-11-01"), *PAIR))
    return books


def used(books: Offices, body: DeclareUse = USE, *keys: str) -> Answer:
    return ask(books.hub, body, *(keys or (SIGNED if body.party == OFFICE else PAIR)))


def read(books: Offices, body: Reidentify = READ, *keys: str) -> Answer:
    return ask(books.hub, body, *(keys or SIGNED))


def standings(books: Offices, party: str = OFFICE) -> dict[Bucket, tuple[int, int]]:
    with books.hub.read() as view:
        return {one.bucket: (one.proven, one.assumed) for one in proven_and_assumed(view, party)}


def is_proven(store: MemoryStore, number: int, series: str = OLD) -> bool:
    with store.read() as view:
        run = view.covering(series, number)
    assert run is not None
    return not run.assumed


def sound(books: Offices) -> None:
    check_books(books)
    check_refold(books.hub)


# -- use by count -------------------------------------------------------------------------


def test_so_many_placeholders_are_used_by_count_and_day() -> None:
    books = counted_office()
    accepted(used(books))
    accepted(used(books, evolve(USE, day="2018-11-06", count=5)))
    assert standings(books) == {Bucket.STOCK: (0, 65), Bucket.USED_DECLARED: (0, 35)}
    assert [(one.day, one.count) for one in rows(books.hub, DeclaredUse, OFFICE, CLASS)] == [
        ("2018-11-05", 30), ("2018-11-06", 5),
    ]  # fmt: skip
    sound(books)


def test_what_was_read_is_not_used_by_count_until_the_office_says_so() -> None:
    books = counted_office(20, known=((OLD, 1, 15),), party=BARE)
    use = evolve(USE, party=BARE)
    answer = used(books, use)
    assert refusal(answer) is Refusal.TOO_FEW
    assert (facts(answer)["held"], facts(answer)["asked"]) == (20, 30)
    assert refusal(used(books, evolve(use, is_from_known=True, count=36))) is Refusal.TOO_FEW
    accepted(used(books, evolve(use, is_from_known=True)))
    assert standings(books, BARE) == {Bucket.STOCK: (0, 5), Bucket.USED_DECLARED: (0, 30)}
    (told,) = log(books.hub, UseDeclared)
    assert told.doubted == ((OLD, 1, 15),)
    sound(books)


def test_placeholders_are_used_before_anything_known_is_doubted() -> None:
    books = counted_office(40, known=((OLD, 1, 15),), party=BARE)
    accepted(used(books, evolve(USE, is_from_known=True, party=BARE)))
    assert standings(books, BARE) == {Bucket.STOCK: (15, 10), Bucket.USED_DECLARED: (0, 30)}


def test_declared_use_is_never_shown_as_proven() -> None:
    """The blanks came by serial; that they were used is a count."""
    books = counted_office(0, known=((OLD, 1, 10),), party=BARE)
    accepted(used(books, evolve(USE, count=10, is_from_known=True, party=BARE)))
    assert standings(books, BARE) == {Bucket.USED_DECLARED: (0, 10)}


@pytest.mark.rule(24)
def test_declared_use_stands_in_a_column_of_its_own_and_never_as_good() -> None:
    books = counted_office(10)
    accepted(used(books, evolve(USE, count=4)))
    report = true_report(books, "R-1", opening_account(OFFICE, CLASS))
    assert report.columns == Columns(received=10, used_declared=4, remaining=6)
    accepted(ask(books.hub, report, OPERATOR))


def test_one_person_declares_nothing_used() -> None:
    assert refusal(used(counted_office(), USE, OPERATOR)) is Refusal.NEEDS_PEOPLE


def test_an_office_with_a_station_does_not_declare_known_blanks_used() -> None:
    """Its station's own records say which were printed on."""
    books = founded()
    supply(books, 1, 10)
    allot(books, "A-1", 10)
    answer = used(books, evolve(USE, count=10, is_from_known=True))
    assert (refusal(answer), facts(answer)["field"]) == (Refusal.BAD_VALUE, "is_from_known")
    assert standings(books) == {Bucket.STOCK: (10, 0)}


def test_the_use_of_a_day_is_declared_once() -> None:
    books = counted_office()
    accepted(used(books))
    assert refusal(used(books, evolve(USE, count=1))) is Refusal.ALREADY_KNOWN


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (evolve(USE, count=0), Refusal.BAD_VALUE),
        (evolve(USE, count=-3), Refusal.BAD_VALUE),
        (evolve(USE, count=10**12), Refusal.BAD_VALUE),
        (evolve(USE, day="5/11/2018"), Refusal.BAD_VALUE),
        (evolve(USE, day="2018-11-20"), Refusal.BAD_VALUE),
        (evolve(USE, paper=""), Refusal.BAD_VALUE),
        (evolve(USE, party=ONE), Refusal.WRONG_ADDRESSEE),
        (evolve(USE, party="office/52.99"), Refusal.UNKNOWN_PARTY),
        (evolve(USE, blank_class="v9"), Refusal.TOO_FEW),
        (evolve(USE, count=101), Refusal.TOO_FEW),
    ],
)
def test_use_that_cannot_be_is_refused(body: DeclareUse, expected: Refusal) -> None:
    assert refusal(used(counted_office(), body)) is expected


# -- readings -----------------------------------------------------------------------------


def test_an_unknown_serial_takes_the_place_of_a_placeholder() -> None:
    books = counted_office()
    accepted(read(books))
    assert standings(books) == {Bucket.STOCK: (10, 90)}
    assert held(books.hub, (OFFICE, Bucket.STOCK)) == 100
    (out,) = log(books.hub, GivenOut)
    assert (out.series, out.lo, out.hi) == (OWN, 1, 10)
    sound(books)


def test_numbers_that_were_replaced_are_not_given_again() -> None:
    """The surplus of a later count gets new numbers."""
    books = counted_office()
    accepted(read(books, evolve(READ, ranges=((OLD, 1, 100),))))
    at = books.hub.position().seq
    piles = (PileCount(Pile.UNPRINTED, CLASS, 103, explanation="three more in a drawer"),)
    accepted(ask(books.hub, CountDay(OFFICE, "2018-11-09", at, piles, (), "BA-9"), *SIGNED))
    assert [(run.lo, run.hi) for run in rows(books.hub, Holding) if run.series == OWN] == [(101, 103)]


def test_a_blank_seen_used_takes_its_place_among_the_used_and_its_use_stays_a_count() -> None:
    """Assumed in the store; a citizen shows the card. A placeholder lies in the store in its stead."""
    books = counted_office(20, assumed=((OLD, 11, 20),))
    accepted(used(books, evolve(USE, count=20)))
    accepted(read(books, evolve(READ, ranges=((OLD, 11, 13),), bucket=Bucket.USED_DECLARED)))
    assert place_of(books.hub, 11, OLD) == (OFFICE, Bucket.USED_DECLARED)
    assert is_proven(books.hub, 12)
    assert standings(books) == {Bucket.STOCK: (0, 10), Bucket.USED_DECLARED: (0, 20)}
    sound(books)


def test_the_swap_moves_both_and_neither_count_changes() -> None:
    books = counted_office(20, assumed=((OLD, 11, 20),))
    accepted(used(books, evolve(USE, count=25)))
    before = {one: sum(pair) for one, pair in standings(books).items()}
    used_up = [n for n in range(11, 21) if place_of(books.hub, n, OLD) == (OFFICE, Bucket.USED_DECLARED)]
    assert used_up == [11, 12, 13, 14, 15]
    # Placeholders are all used; what is assumed in stock are serials of the old series.
    accepted(read(books, evolve(READ, ranges=((OLD, 11, 12),))))
    assert {one: sum(pair) for one, pair in standings(books).items()} == before
    assert [place_of(books.hub, n, OLD) for n in (11, 12)] == [(OFFICE, Bucket.STOCK)] * 2
    assert [place_of(books.hub, n, OLD) for n in (16, 17)] == [(OFFICE, Bucket.USED_DECLARED)] * 2
    assert is_proven(books.hub, 11) and not is_proven(books.hub, 16)
    assert len([one for one in log(books.hub, Moved) if one.reference == READ.minutes]) == 2
    sound(books)


def test_a_blank_read_where_it_is_assumed_is_proven_and_nothing_moves() -> None:
    books = counted_office(0, assumed=((OLD, 11, 30),))
    answer = accepted(read(books))
    assert [type(event) for event in answer.events] == [Reidentified]
    assert standings(books) == {Bucket.STOCK: (10, 10)}
    sound(books)


@given(data=st.data())
@settings(max_examples=25)
def test_however_it_is_read_the_counts_of_every_place_stay(data: st.DataObject) -> None:
    """Some serials assumed in stock, some in use, some unknown; read in either place."""
    books = counted_office(10, assumed=((OLD, 1, 10),))
    accepted(used(books, evolve(USE, count=14)))
    for number in range(data.draw(st.integers(1, 3))):
        before = {one: sum(pair) for one, pair in standings(books).items()}
        lo = data.draw(st.integers(1, 14))
        ranges = ((OLD, lo, data.draw(st.integers(lo, 14))),)
        place = data.draw(st.sampled_from([Bucket.STOCK, Bucket.USED_DECLARED]))
        read(books, Reidentify(OFFICE, place, CLASS, ranges, f"BA-{number}"))
        assert {one: sum(pair) for one, pair in standings(books).items()} == before
    sound(books)


def test_a_serial_proven_elsewhere_is_no_matter_of_assumption() -> None:
    books = counted_office()
    supply(books, 11, 20, series=OLD)
    answer = read(books)
    assert refusal(answer) is Refusal.HELD_ELSEWHERE
    assert facts(answer)["found"] == (f"{OLD} 11-20 in STOCK of centre, class v5",)


def test_a_serial_on_a_paper_is_not_swapped_away() -> None:
    """Assumed blanks of the centre, reserved for an allotment: the grant names them."""
    books = counted_office()
    line = OpeningLine(Condition.BLANK, CLASS, ((OLD, 11, 20),), is_assumed=True)
    accepted(ask(books.hub, OpenBalance(CENTRE, (line,), "BA", "2018-11-01"), *PAIR))
    accepted(ask(books.hub, Grant("A-1", OFFICE, CLASS, 10), VERIFIER_1))
    answer = read(books)
    assert refusal(answer) is Refusal.HELD_ELSEWHERE
    assert facts(answer)["found"] == (f"{OLD} 11-20 in RESERVED of centre, class v5",)


def test_a_blank_that_was_in_a_press_is_not_swapped() -> None:
    """Settled unused, it lies in the store again; it is known what it is."""
    books = counted_office(10, assumed=((SERIES, 1, 8),))
    plant(
        books, Authorised("52.03-000001", 1, ONE, 0, 0), Pressed("52.03-000001", 1, PressStep.START, "p", -1, SERIES, 3)
    )
    answer = read(books, evolve(READ, ranges=((SERIES, 2, 4),)))
    assert refusal(answer) is Refusal.WAS_FED
    assert facts(answer)["serials"] == (f"{SERIES} 3",)


def test_a_blank_on_the_stop_list_does_not_come_back_to_stock() -> None:
    books = counted_office(10, assumed=((OLD, 11, 20),))
    plant(books, CardRevoked(f"{OLD} 15", "lost with its station", ""))
    assert refusal(read(books)) is Refusal.STOP_LISTED
    accepted(read(books, evolve(READ, ranges=((OLD, 11, 14),))))


def test_too_few_placeholders_are_told() -> None:
    answer = read(counted_office(9))
    assert refusal(answer) is Refusal.TOO_FEW
    assert (facts(answer)["held"], facts(answer)["asked"]) == (9, 10)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (evolve(READ, ranges=()), Refusal.BAD_VALUE),
        (evolve(READ, ranges=((OWN, 1, 5),)), Refusal.BAD_VALUE),
        (evolve(READ, bucket=Bucket.SUSPECT), Refusal.BAD_VALUE),
        (evolve(READ, bucket=Bucket.HANDED_OVER), Refusal.BAD_VALUE),
        (evolve(READ, minutes=""), Refusal.BAD_VALUE),
        (evolve(READ, blank_class="v9"), Refusal.BAD_VALUE),
        (evolve(READ, party=ONE), Refusal.WRONG_ADDRESSEE),
        (evolve(READ, ranges=((OLD, 1, 3), (OLD, 3, 4))), Refusal.SERIALS_OVERLAP),
        (evolve(READ, ranges=((OLD, 1, 10**12),)), Refusal.BAD_VALUE),
    ],
)
def test_a_reading_that_cannot_be_is_refused(body: Reidentify, expected: Refusal) -> None:
    assert refusal(read(counted_office(), body)) is expected


def test_a_reading_needs_two_people() -> None:
    assert refusal(read(counted_office(), READ, OPERATOR)) is Refusal.NEEDS_PEOPLE
