"""The board: who has not reported, and reported beside computed (rules 32 and 33)."""

import pytest

from ektp_core.errors import Refused
from ektp_core.flow.daily import FileDaily
from ektp_core.flow.daily_board import OfficeDay, board, missing
from tests.core.flow.office_cards import entered, printed, stocked
from tests.core.flow.office_life import CLERK, OTHER, at, days_of, with_people
from tests.core.flow.offices import OFFICE, OPERATOR, Offices, accepted, ask

pytestmark = [pytest.mark.rule(32), pytest.mark.rule(33)]

DAY = "2018-11-19"


def shown(books: Offices, day: str = DAY) -> dict[str, OfficeDay]:
    days = days_of(books)
    with books.hub.read() as view:
        found = board(view, day, days)
    assert [one.office for one in found] == sorted(one.office for one in found)
    return {one.office: one for one in found}


def working() -> Offices:
    """Today: the office got four blanks and printed two cards; its neighbour has no station."""
    books = with_people(stocked(4))
    printed(books, entered(books, 1))
    printed(books, entered(books, 2))
    return books


def test_an_office_without_a_station_that_said_nothing_is_missing_and_one_with_a_station_is_not() -> None:
    books = working()
    found = shown(books)
    assert missing(tuple(found.values())) == (OTHER,)
    assert (found[OFFICE].is_ours, found[OFFICE].number, found[OTHER].columns) == (True, 0, ())
    accepted(ask(books.hub, FileDaily(OTHER, DAY, (("remaining", 5),)), CLERK))
    assert missing(tuple(shown(books).values())) == ()
    assert missing(tuple(shown(books, "2018-11-18").values())) == (OTHER,)


def test_reported_computed_and_difference_stand_side_by_side() -> None:
    books = working()
    said = (("recorded", 7), ("printed_first", 2), ("spoiled", 1), ("remaining", 1))
    accepted(ask(books.hub, FileDaily(OFFICE, DAY, said), OPERATOR))
    columns = {one.column: one for one in shown(books)[OFFICE].columns}
    figures = {name: (columns[name].reported, columns[name].computed, columns[name].difference) for name, _ in said}
    assert figures == {
        "recorded": (7, None, None), "printed_first": (2, 2, 0), "spoiled": (1, 0, 1), "remaining": (1, 2, -1),
    }  # fmt: skip
    assert (columns["received"].reported, columns["received"].computed, columns["received"].difference) == (None, 4, None)
    assert [one.column for one in shown(books)[OFFICE].differing] == ["spoiled", "remaining"]


def test_the_last_correction_is_what_counts() -> None:
    books = working()
    for number, remaining in enumerate((1, 2)):
        accepted(ask(books.hub, FileDaily(OFFICE, DAY, (("remaining", remaining),), corrects=number), OPERATOR))
    found = shown(books)[OFFICE]
    assert (found.number, found.differing) == (2, ())


def test_a_report_of_an_office_without_a_station_is_asked_whether_it_adds_up() -> None:
    books = working()
    said = (("printed_first", 10), ("printed_lost", 1), ("opening", 100), ("good", 12), ("remaining", 85))
    accepted(ask(books.hub, FileDaily(OTHER, DAY, said, "pasted"), CLERK))
    found = shown(books)[OTHER]
    assert found.blanks is not None and found.printed is not None
    assert (found.blanks.difference, found.printed.difference) == (3, 1)
    assert all(one.computed is None for one in found.columns)


def test_a_report_that_says_too_little_is_not_called_wrong() -> None:
    books = working()
    accepted(ask(books.hub, FileDaily(OTHER, DAY, (("remaining", 85),)), CLERK))
    assert (shown(books)[OTHER].blanks, shown(books)[OTHER].printed) == (None, None)


def test_a_board_of_no_day_is_refused() -> None:
    books = working()
    days = days_of(books, since_ms=at(DAY))
    with books.hub.read() as view, pytest.raises(Refused, match="BAD_VALUE"):
        board(view, "19 November", days)
