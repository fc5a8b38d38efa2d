"""The physical count: blind, by two people, what differs forced into an account of its own (rules 11 and 33)."""

from collections.abc import Sequence

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from ektp_core.boundary.store import Answer
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.counting import FOUND, CountDay, PileCount, SealedBox
from ektp_core.flow.counting_events import Counted, PlaceholdersMade
from ektp_core.flow.events import TakenIn
from ektp_core.flow.opening import OpenBalance, OpeningLine
from ektp_core.flow.placeholders import proven_and_assumed
from ektp_core.flow.rows import Count, FoundBlank, Holding, Ranges, Revoked
from ektp_core.ledger.count import Pile
from ektp_core.vocabulary.bucket import Bucket, Condition
from tests.core.flow.office_cards import allot, grant, issue, place_of, supply
from tests.core.flow.offices import (
    CENTRE,
    CLASS,
    OFFICE,
    ONE,
    OPERATOR,
    PAIR,
    SUPPLIER,
    VERIFIER_2,
    Offices,
    accepted,
    ask,
    facts,
    founded,
    log,
    refusal,
    row,
    rows,
)
from tests.core.flow.soundness import check_books, check_refold

pytestmark = pytest.mark.rule(33)

SIGNED = (OPERATOR, VERIFIER_2)
OLD, OWN = "OLD-17", "COUNT.52.03"
NIK = "5203054408990001"
WHY = "nobody knows; the safe was moved on Friday"
#: Twenty blanks and three cards of known serials; five spoiled and two void ones by count.
LINES = (
    OpeningLine(Condition.BLANK, CLASS, ((OLD, 1, 20),)),
    OpeningLine(Condition.GOOD, CLASS, ((OLD, 101, 103),)),
    OpeningLine(Condition.WASTE, CLASS, count=5),
    OpeningLine(Condition.VOID, CLASS, count=2),
)
ALL = ((OLD, 1, 20),)
LOST_FROM = {
    Pile.UNPRINTED: Bucket.LOST, Pile.FINISHED: Bucket.LOST_GOOD, Pile.WASTE: Bucket.LOST_WASTE,
}  # fmt: skip


def office(lines: Sequence[OpeningLine] = LINES) -> Offices:
    books = founded()
    accepted(ask(books.hub, OpenBalance(OFFICE, tuple(lines), "BA-1", "2018-11-01"), *SIGNED))
    return books


def pile(kind: Pile, counted: int, present: Ranges = (), why: str = "") -> PileCount:
    return PileCount(kind, "" if kind is Pile.OLD_CARDS else CLASS, counted, present, why)


UNPRINTED, FINISHED, WASTE = pile(Pile.UNPRINTED, 20), pile(Pile.FINISHED, 3), pile(Pile.WASTE, 7)


def count(
    books: Offices, *piles: PileCount, boxes: tuple[SealedBox, ...] = (), cut: int = 0, minutes: str = "BA-HARI/1",
    keys: tuple[str, ...] = SIGNED, party: str = OFFICE, day: str = "2018-11-19",
) -> Answer:  # fmt: skip
    body = CountDay(party, day, cut or books.hub.position().seq, piles, boxes, minutes)
    return ask(books.hub, body, *keys)


def standings(books: Offices, party: str = OFFICE) -> dict[Bucket, tuple[int, int]]:
    with books.hub.read() as view:
        return {one.bucket: (one.proven, one.assumed) for one in proven_and_assumed(view, party)}


def sound(books: Offices) -> None:
    check_books(books)
    check_refold(books.hub)


# -- it agrees ----------------------------------------------------------------------------


def test_a_count_that_agrees_moves_nothing_and_is_kept_with_its_figures() -> None:
    books = office()
    answer = accepted(count(books, UNPRINTED, FINISHED, WASTE, pile(Pile.OLD_CARDS, 0)))
    assert [type(event) for event in answer.events] == [Counted]
    kept = row(books.hub, Count, OFFICE, "BA-HARI/1")
    assert {line[:4] for line in kept.lines} == {
        (Pile.UNPRINTED, CLASS, 20, 20), (Pile.FINISHED, CLASS, 3, 3), (Pile.WASTE, CLASS, 7, 7),
        (Pile.OLD_CARDS, "", 0, 0),
    }  # fmt: skip
    assert (kept.by, kept.day) == (("operator", "verifier-2"), "2018-11-19")
    sound(books)


def test_sealed_boxes_are_counted_by_their_seals() -> None:
    books = office()
    boxes = (SealedBox("S-1", CLASS, 12, ((OLD, 9, 20),)), SealedBox("S-2", CLASS, 5))
    accepted(count(books, pile(Pile.UNPRINTED, 3), FINISHED, WASTE, boxes=boxes))
    (told,) = log(books.hub, Counted)
    assert told.seals == ("S-1", "S-2")


def test_a_count_is_set_against_the_book_as_at_its_cut() -> None:
    """The centre counted, then granted and sent; the grant stays in the store, what was sent does not."""
    books = office()
    supply(books, 1, 50)
    cut = books.hub.position().seq
    allot(books, "A-1", 30)
    grant(books, "A-2", 5)
    centre = pile(Pile.UNPRINTED, 50)
    accepted(count(books, centre, cut=cut, keys=PAIR, party=CENTRE))
    assert refusal(count(books, centre, keys=PAIR, party=CENTRE, minutes="BA-2")) is Refusal.COUNT_UNEXPLAINED
    accepted(count(books, pile(Pile.UNPRINTED, 20), keys=PAIR, party=CENTRE, minutes="BA-2"))


# -- it differs ---------------------------------------------------------------------------


def test_what_differs_is_refused_by_the_name_of_the_pile_alone() -> None:
    """No figure and no direction: who could read them would write them down instead of counting again."""
    books = office()
    low, high = (count(books, pile(Pile.UNPRINTED, n), FINISHED, pile(Pile.WASTE, 9)) for n in (19, 23))
    assert isinstance(low, Refused) and low == high
    assert low.refusal is Refusal.COUNT_UNEXPLAINED
    assert low.facts == {"party": OFFICE, "pile": ("unprinted, blanks of class v5", "waste, blanks of class v5")}
    assert not any(digit in str(low.facts["pile"]).replace("v5", "") for digit in "0123456789")
    assert standings(books)[Bucket.STOCK] == (20, 0)


def test_a_pile_that_is_not_named_counts_as_empty() -> None:
    answer = count(office(), UNPRINTED, WASTE)
    assert facts(answer)["pile"] == ("finished, blanks of class v5",)


@pytest.mark.rule(11)
def test_a_shortage_goes_to_lost_and_keeps_its_condition() -> None:
    """By hand: of five spoiled and two void cards, four are there; what is missing is void or spoiled still."""
    books = office()
    accepted(count(books, UNPRINTED, FINISHED, pile(Pile.WASTE, 1, why=WHY)))
    assert {b: n for b, n in standings(books).items() if b not in (Bucket.STOCK, Bucket.GOOD_HELD)} == {
        Bucket.LOST_WASTE: (0, 5), Bucket.LOST_VOID: (0, 1), Bucket.VOID_HELD: (0, 1),
    }  # fmt: skip
    sound(books)


@pytest.mark.rule(11)
def test_a_list_of_what_is_there_tells_which_are_missing() -> None:
    books = office()
    there = ((OLD, 1, 12), (OLD, 14, 20))
    accepted(count(books, pile(Pile.UNPRINTED, 19, there, WHY), FINISHED, WASTE))
    assert place_of(books.hub, 13, OLD) == (OFFICE, Bucket.LOST)
    assert standings(books)[Bucket.STOCK] == (19, 0)
    sound(books)


def test_a_shortage_of_read_blanks_needs_the_list() -> None:
    books = office()
    answer = count(books, pile(Pile.UNPRINTED, 19, why=WHY), FINISHED, WASTE)
    assert refusal(answer) is Refusal.SERIALS_NEEDED
    assert facts(answer)["pile"] == ("unprinted, blanks of class v5",)
    partly = pile(Pile.UNPRINTED, 19, ((OLD, 1, 5),), WHY)
    assert refusal(count(books, partly, FINISHED, WASTE)) is Refusal.SERIALS_NEEDED


@pytest.mark.rule(15)
def test_a_card_that_is_missing_is_stopped_and_a_blank_is_not() -> None:
    books = office()
    cards = pile(Pile.FINISHED, 2, ((OLD, 101, 102),), WHY)
    accepted(count(books, pile(Pile.UNPRINTED, 19, ((OLD, 2, 20),), WHY), cards, WASTE))
    assert {one.thing for one in rows(books.hub, Revoked)} == {f"{OLD} 103"}
    assert place_of(books.hub, 103, OLD) == (OFFICE, Bucket.LOST_GOOD)


@pytest.mark.rule(11)
def test_a_surplus_is_held_as_found_from_an_account_of_its_own() -> None:
    books = office()
    accepted(count(books, pile(Pile.UNPRINTED, 22, why=WHY), FINISHED, WASTE))
    assert standings(books)[Bucket.FOUND_HELD] == (0, 2)
    came = [event for event in log(books.hub, TakenIn) if event.source == FOUND]
    assert [(one.series, one.lo, one.hi, one.assumed) for one in came] == [(OWN, 8, 9, True)]
    sound(books)


@pytest.mark.rule(11)
def test_an_unknown_serial_in_a_list_is_held_as_found() -> None:
    """Twenty were counted, one of them a stranger: so one of ours is missing."""
    books = office()
    there = ((OLD, 1, 19), (OLD, 900, 900))
    accepted(count(books, pile(Pile.UNPRINTED, 20, there, WHY), FINISHED, WASTE))
    assert place_of(books.hub, 900, OLD) == (OFFICE, Bucket.FOUND_HELD)
    assert place_of(books.hub, 20, OLD) == (OFFICE, Bucket.LOST)
    assert standings(books)[Bucket.FOUND_HELD] == (1, 0)
    sound(books)


@pytest.mark.parametrize("kind", [Pile.UNPRINTED, Pile.FINISHED, Pile.WASTE])
def test_what_was_found_yesterday_is_expected_today_in_the_pile_it_was_found_in(kind: Pile) -> None:
    books = office()
    yesterday = [
        evolve(one, counted=one.counted + 2 * (one.pile is kind), explanation=WHY)
        for one in (UNPRINTED, FINISHED, WASTE)
    ]
    accepted(count(books, *yesterday))
    today = [evolve(one, explanation="") for one in yesterday]
    answer = accepted(count(books, *today, minutes="BA-HARI/2"))
    assert [type(event) for event in answer.events] == [Counted]
    assert [one.pile for one in rows(books.hub, FoundBlank, OFFICE)] == [kind]
    gone = [evolve(one, explanation=WHY) for one in (UNPRINTED, FINISHED, WASTE)]
    accepted(count(books, *gone, minutes="BA-HARI/3"))
    assert Bucket.FOUND_HELD not in standings(books)
    assert standings(books)[LOST_FROM[kind]] == (0, 2), "a card that was found and is gone is no blank (rule 11)"
    sound(books)


def test_a_serial_the_book_has_elsewhere_is_refused_with_its_place() -> None:
    books = office()
    supply(books, 1, 5)
    answer = count(books, pile(Pile.UNPRINTED, 21, (*ALL, ("PNRI-2018", 5, 5)), WHY), FINISHED, WASTE)
    assert refusal(answer) is Refusal.HELD_ELSEWHERE
    assert facts(answer)["found"] == ("PNRI-2018 5 in STOCK of centre, class v5",)


@pytest.mark.rule(14)
def test_old_cards_are_another_book_and_make_no_blanks() -> None:
    books = office()
    old = pile(Pile.OLD_CARDS, 60)
    assert facts(count(books, UNPRINTED, FINISHED, WASTE, old))["pile"] == ("old-cards",)
    answer = accepted(count(books, UNPRINTED, FINISHED, WASTE, evolve(old, explanation=WHY)))
    assert [type(event) for event in answer.events] == [Counted]


# -- what is refused ----------------------------------------------------------------------


def test_a_count_needs_two_people_of_that_office() -> None:
    books = office()
    assert refusal(count(books, UNPRINTED, FINISHED, WASTE, keys=(OPERATOR,))) is Refusal.NEEDS_PEOPLE


def test_minutes_are_used_once() -> None:
    books = office()
    accepted(count(books, UNPRINTED, FINISHED, WASTE))
    assert refusal(count(books, UNPRINTED, FINISHED, WASTE)) is Refusal.ALREADY_KNOWN


@pytest.mark.parametrize(
    ("party", "expected"),
    [(ONE, Refusal.WRONG_ADDRESSEE), (SUPPLIER, Refusal.BAD_VALUE), ("office/52.01", Refusal.UNKNOWN_PARTY)],
)
def test_who_is_not_counted_here(party: str, expected: Refusal) -> None:
    """A station counts in its own book."""
    assert refusal(count(office(), keys=PAIR, party=party)) is expected


@pytest.mark.parametrize("cut", [-1, 10**9])
def test_a_cut_that_is_not_of_this_book_is_refused(cut: int) -> None:
    assert refusal(count(office(), UNPRINTED, FINISHED, WASTE, cut=cut)) is Refusal.STALE_CUT


def test_a_cut_before_the_last_count_is_refused() -> None:
    books = office()
    early = books.hub.position().seq
    supply(books, 1, 5)
    accepted(count(books, UNPRINTED, FINISHED, WASTE))
    assert refusal(count(books, UNPRINTED, FINISHED, WASTE, cut=early, minutes="BA-2")) is Refusal.STALE_CUT


def test_what_was_lost_in_a_count_is_not_lost_again_by_a_cut_that_is_a_little_older() -> None:
    books = office()
    cut = books.hub.position().seq
    accepted(count(books, UNPRINTED, FINISHED, pile(Pile.WASTE, 6, why=WHY)))
    fewer = pile(Pile.WASTE, 6, why=WHY)
    for one in range(cut, books.hub.position().seq):
        assert refusal(count(books, UNPRINTED, FINISHED, fewer, cut=one, minutes="BA-2")) is Refusal.STALE_CUT
    accepted(count(books, UNPRINTED, FINISHED, fewer, minutes="BA-2"))
    assert standings(books)[Bucket.LOST_WASTE] == (0, 1)


def test_a_list_of_serials_is_of_now_and_not_of_a_pile_that_moved_since() -> None:
    books = office()
    cut = books.hub.position().seq
    issue(books, "I-1", 4)
    listed = pile(Pile.UNPRINTED, 20, ALL)
    assert refusal(count(books, listed, FINISHED, WASTE, cut=cut)) is Refusal.STALE_CUT
    accepted(count(books, UNPRINTED, FINISHED, WASTE, cut=cut))


@pytest.mark.parametrize(
    ("piles", "boxes", "field"),
    [
        ((pile(Pile.UNPRINTED, -1),), (), "counted"),
        ((pile(Pile.UNPRINTED, 10**12),), (), "counted"),
        ((pile(Pile.UNPRINTED, 3, ALL),), (), "counted"),
        ((pile(Pile.UNPRINTED, 3, ((OWN, 1, 3),)),), (), "present"),
        ((evolve(UNPRINTED, blank_class="v9"),), (), "blank_class"),
        ((evolve(UNPRINTED, explanation=f"kartu {NIK}"),), (), "explanation"),
        ((pile(Pile.OLD_CARDS, 3, ALL),), (), "piles"),
        ((PileCount(Pile.OLD_CARDS, CLASS, 3),), (), "piles"),
        ((), (SealedBox("", CLASS, 3),), "seal"),
        ((), (SealedBox("S", CLASS, 0),), "count"),
        ((), (SealedBox("S", CLASS, 3, ALL),), "count"),
        ((), (SealedBox("S", "v9", 3),), "blank_class"),
    ],
)
def test_a_senseless_count_is_refused_by_field(
    piles: tuple[PileCount, ...], boxes: tuple[SealedBox, ...], field: str
) -> None:
    answer = count(office(), *piles, boxes=boxes)
    assert refusal(answer) is Refusal.BAD_VALUE
    assert facts(answer)["field"] == field
    assert NIK not in str(answer)


@pytest.mark.parametrize(
    ("minutes", "day", "field"),
    [("", "2018-11-19", "minutes"), (NIK, "2018-11-19", "minutes"), ("B", "19-11", "day"), ("B", "2018-11-20", "day")],
)
def test_the_papers_of_a_count_are_checked(minutes: str, day: str, field: str) -> None:
    answer = count(office(), UNPRINTED, FINISHED, WASTE, minutes=minutes, day=day)
    assert (refusal(answer), facts(answer)["field"]) == (Refusal.BAD_VALUE, field)


def test_nothing_is_counted_twice_in_one_paper() -> None:
    books = office()
    assert refusal(count(books, UNPRINTED, UNPRINTED)) is Refusal.ALREADY_KNOWN
    boxes = (SealedBox("S-1", CLASS, 5), SealedBox("S-1", CLASS, 5))
    assert refusal(count(books, boxes=boxes)) is Refusal.ALREADY_KNOWN
    both = pile(Pile.UNPRINTED, 5, ((OLD, 1, 5),))
    answer = count(books, both, boxes=(SealedBox("S-1", CLASS, 5, ((OLD, 5, 9),)),))
    assert refusal(answer) is Refusal.SERIALS_OVERLAP


# -- whatever is counted ------------------------------------------------------------------


@given(st.lists(st.tuples(*(st.integers(0, 15),) * 3), min_size=1, max_size=4))
@settings(max_examples=40)
def test_after_every_count_the_book_holds_what_was_counted(counts: list[tuple[int, int, int]]) -> None:
    """Of an office that knows counts alone; the count after it, of the same figures, agrees."""
    lines = [OpeningLine(one, CLASS, count=6) for one in (Condition.BLANK, Condition.GOOD, Condition.WASTE)]
    books = office(lines)
    for number, figures in enumerate(counts):
        piles = [
            pile(kind, n, why=WHY) for kind, n in zip((Pile.UNPRINTED, Pile.FINISHED, Pile.WASTE), figures, strict=True)
        ]
        accepted(count(books, *piles, minutes=f"BA-{number}"))
        again = accepted(count(books, *(evolve(one, explanation="") for one in piles), minutes=f"BA-{number}b"))
        assert len(again.events) == 1
        here = [run for run in rows(books.hub, Holding) if run.party == OFFICE]
        gone = sum(len(run) for run in here if run.bucket in {b.lost for b in Bucket})
        made = sum(e.hi - e.lo + 1 for e in log(books.hub, TakenIn) if e.source == FOUND)
        assert sum(figures) == 18 + made - gone
    assert len(log(books.hub, PlaceholdersMade)) >= 1
    sound(books)
