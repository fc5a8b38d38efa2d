"""The daily report's columns (rule 32)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ektp_core.daily.columns import COLUMN, COLUMNS, MOST, PRINTED, UNITS, checked_values
from ektp_core.errors import Refusal, Refused

pytestmark = pytest.mark.rule(32)

COUNTS = st.dictionaries(st.sampled_from(sorted(COLUMN)), st.integers(0, MOST), min_size=1)


def test_the_columns_of_the_paper_form_are_there_with_their_indonesian_names() -> None:
    by_hand = {
        "new_nik": "NIK baru", "family_cards": "Kartu keluarga", "recorded": "Perekaman", "sfe": "SFE", "prr": "PRR",
        "duplicate": "Duplicate record", "suket_today": "Suket hari ini", "suket_before": "Suket sebelumnya",
        "printed_suket": "Cetak dari suket", "printed_first": "Cetak baru (PRR)", "printed_lost": "Cetak hilang",
        "printed_damaged": "Cetak rusak", "printed_changed": "Cetak perubahan", "printed_moved": "Cetak pindah",
        "received": "Blangko diterima", "spoiled": "Blangko rusak", "remaining": "Sisa blangko",
    }  # fmt: skip
    assert {name: COLUMN[name].indonesian for name in by_hand} == by_hand


def test_names_and_labels_are_each_used_once_and_every_unit_has_a_name() -> None:
    for said in ([one.name for one in COLUMNS], [one.english for one in COLUMNS], [one.indonesian for one in COLUMNS]):
        assert len(set(said)) == len(COLUMNS)
    assert {one.unit for one in COLUMNS} == set(UNITS)
    assert len(PRINTED) == 7


@given(COUNTS)
def test_what_is_said_is_kept_in_the_order_of_the_columns(values: dict[str, int]) -> None:
    found = checked_values(values)
    assert dict(found) == values
    assert [name for name, _ in found] == [one.name for one in COLUMNS if one.name in values]
    assert checked_values(reversed(found)) == found


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ([], "columns"),
        ([("remaining", 1), ("blank", 1)], "columns"),
        ([("remaining", 1), ("remaining", 1)], "remaining"),
        ([("spoiled", -1)], "spoiled"),
        ([("spoiled", MOST + 1)], "spoiled"),
    ],
)
def test_what_cannot_be_a_report_is_refused_by_its_column(values: list[tuple[str, int]], field: str) -> None:
    with pytest.raises(Refused) as refused:
        checked_values(values)
    assert (refused.value.refusal, refused.value.facts["field"]) == (Refusal.BAD_VALUE, field)
