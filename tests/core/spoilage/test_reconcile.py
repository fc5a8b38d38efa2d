"""A report against the book: it balances, or everything that does not fit is named."""

import attrs
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from ektp_core.spoilage.reconcile import reconcile
from ektp_core.spoilage.report import Columns, Line

BAD = Line("A", 7, "p7", "52.03-000007", 1, "gagal-cetak")
LOST = Line("A", 8, "p8", "52.03-000008", 2, "hilang", is_lost=True)
FACTORY = Line("A", 9)
KNOWN = (BAD, LOST, FACTORY)
BOOK = Columns(received=10, good=5, bad_of_person=1, bad_without=1, lost=1, remaining=2)


def concerned(*lines: Line) -> tuple[str, ...]:
    return reconcile(BOOK, lines, BOOK, KNOWN).concerned


@pytest.mark.rule(24)
@pytest.mark.parametrize("lines", [KNOWN, KNOWN[::-1]])
def test_a_report_that_says_what_the_book_says_balances(lines: tuple[Line, ...]) -> None:
    assert not reconcile(BOOK, lines, BOOK, KNOWN)


@pytest.mark.rule(24)
@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ((LOST, FACTORY), "A 7 (record 52.03-000007) is missing from the report"),
        ((BAD, LOST), "A 9 is missing from the report"),
        ((*KNOWN, Line("A", 3, "p3")), "A 3 is reported but is neither bad nor lost in the book"),
        ((*KNOWN, BAD), "A 7 is named twice"),
        ((evolve(BAD, person="p8"), LOST, FACTORY),
         "A 7 (record 52.03-000007) is reported for the wrong person (the book has another person)"),
        ((evolve(BAD, person=""), LOST, FACTORY),
         "A 7 (record 52.03-000007) is reported for the wrong person (the book has a person)"),
        ((BAD, LOST, evolve(FACTORY, person="p9")),
         "A 9 is reported for the wrong person (the book has no person)"),
        ((evolve(BAD, n=2), LOST, FACTORY), "A 7 (record 52.03-000007) is reported for another attempt"),
        ((evolve(BAD, record="52.03-000001"), LOST, FACTORY),
         "A 7 (record 52.03-000007) is reported for another attempt"),
        ((evolve(BAD, is_lost=True), LOST, FACTORY), "A 7 (record 52.03-000007) is bad in the book"),
        ((BAD, evolve(LOST, is_lost=False), FACTORY), "A 8 (record 52.03-000008) is lost in the book"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_line_is_said_in_words(lines: tuple[Line, ...], expected: str) -> None:
    assert concerned(*lines) == (expected,)


def test_two_lines_exchanged_are_both_named() -> None:
    assert len(concerned(evolve(BAD, person="p8"), evolve(LOST, person="p7"), FACTORY)) == 2


def test_the_record_and_the_word_for_the_cause_may_be_left_to_the_book() -> None:
    assert concerned(evolve(BAD, record=""), evolve(LOST, record="", cause="other"), FACTORY) == ()


@pytest.mark.rule(24)
def test_a_line_without_its_attempt_or_its_cause_is_no_line() -> None:
    assert concerned(evolve(BAD, n=0), LOST, FACTORY) == ("A 7 (record 52.03-000007) is reported for another attempt",)
    assert concerned(evolve(BAD, cause=""), LOST, FACTORY) == ("A 7 (record 52.03-000007) is reported without a cause",)


@pytest.mark.rule(24)
@given(st.builds(Columns, *[st.integers(0, 30)] * len(attrs.fields(Columns))))
def test_columns_balance_only_when_they_are_those_of_the_book_and_add_up(stated: Columns) -> None:
    found = reconcile(stated, KNOWN, BOOK, KNOWN)
    assert bool(found) is (stated != BOOK)
    wrong = {name for (name, value), (_, held) in zip(stated.named(), BOOK.named(), strict=True) if value != held}
    named = {text.split(":")[0] for text in found.columns if " reported, " in text}
    assert named == wrong
    if stated.difference:
        assert found.columns[0] == f"the report's own sum is off by {stated.difference}"


@given(st.data())
def test_no_person_is_ever_shown(data: st.DataObject) -> None:
    persons = st.sampled_from(["", "canary-1", "canary-2"])
    lines = st.builds(Line, st.just("A"), st.integers(1, 5), persons, st.sampled_from(["", "r1", "r2"]))
    found = reconcile(BOOK, data.draw(st.lists(lines, max_size=6)), BOOK, data.draw(st.lists(lines, max_size=4)))
    assert "canary" not in repr(found)
