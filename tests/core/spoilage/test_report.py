"""The columns of the report and its lines."""

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ektp_core.spoilage.report import Columns, Line

counts = st.integers(0, 20_000)


@pytest.mark.rule(24)
def test_the_report_of_paper_002_balances() -> None:
    assert Columns(received=10_000, good=9_976, bad_of_person=23, suspect=1).difference == 0


@pytest.mark.rule(24)
@given(st.builds(Columns, *[counts] * len(attrs.fields(Columns))))
def test_received_and_borrowed_are_good_bad_suspect_lost_passed_on_and_remaining(columns: Columns) -> None:
    gone = columns.good + columns.bad_of_person + columns.bad_without + columns.suspect + columns.lost
    passed_on = columns.lent + columns.returned
    assert columns.received + columns.borrowed == gone + passed_on + columns.remaining + columns.used_declared + columns.difference


def test_the_columns_stand_in_the_order_of_the_rule() -> None:
    assert [name for name, _ in Columns().named()] == [
        "received", "borrowed", "good", "bad_of_person", "bad_without", "suspect", "lost", "lent", "returned",
        "remaining", "used_declared",
    ]  # fmt: skip


def test_a_line_shows_the_blank_and_not_the_person() -> None:
    line = Line("PNRI-2018", 7, "ab" * 32, "52.03-000007", 1, "gagal-cetak")
    assert line.serial == "PNRI-2018 7"
    assert "abab" not in repr(line)
    assert "abab" not in repr([line])
