"""The shipped demo files are what the generator writes, and say what their notes say."""

from pathlib import Path

from ektp_core.errors import Refusal
from ektp_core.vocabulary.nik import NikWarning
from ektp_core.vocabulary.prr import PreviousCard, Reason
from ektp_data import messy
from ektp_data.csv_records import read_records
from ektp_data.regions import load_regions

DEMO = Path(messy.__file__).parent / "demo"
REGIONS = load_regions()


def test_the_files_are_written_anew_with_the_same_bytes(tmp_path: Path) -> None:
    """Nobody edits them by hand."""
    messy.main(tmp_path)
    for name in ("people.csv", "messy.csv"):
        assert (tmp_path / name).read_bytes() == (DEMO / name).read_bytes()


def test_the_200_people_are_good() -> None:
    """All of Lombok Timur, most for their first card, no warning."""
    batch = read_records((DEMO / "people.csv").read_bytes(), REGIONS)
    assert (len(batch.rows), batch.bad) == (200, ())
    assert {str(row.record.regency) for row in batch.rows} == {"52.03"}
    assert not any(row.warnings for row in batch.rows)
    assert {row.record.reason for row in batch.rows} == set(Reason)
    assert {row.record.previous for row in batch.rows} == set(PreviousCard)


def test_the_messy_file_holds_each_mistake_once() -> None:
    """Typed by hand: line, column, refusal, and the start of its shape."""
    batch = read_records((DEMO / "messy.csv").read_bytes(), REGIONS)
    found = [(bad.line, bad.column, bad.refusal.refusal, bad.refusal.facts.get("shape")) for bad in batch.bad]
    value = Refusal.BAD_VALUE
    assert found == [
        (6, "nik", Refusal.BAD_NIK, "letters"),
        (7, "nik", Refusal.BAD_NIK, "15 characters"),
        (8, "nik", Refusal.BAD_NIK, "day 32"),
        (12, "village", Refusal.UNKNOWN_REGION, None),
        (14, "name", value, "empty"),
        (15, "name", value, "a spreadsheet formula"),
        (16, "reason", value, "not one of the list"),
        (18, "birth_date", value, "another date format"),
        (19, "name", value, "95 characters"),
        (20, "name", value, "control characters"),
        (22, "previous_letter", value, "empty"),
        (23, "religion", value, "not one of the list"),
        (24, "rt_rw", value, "3 characters"),
        (25, "birth_date", value, "no day of the calendar"),
        (26, "nik", value, "the same person as in line 2"),
        (28, "row", value, "15 cells"),
    ]


def test_the_messy_file_has_ten_good_rows_two_of_them_with_a_warning() -> None:
    """The last one is also in people.csv: that is for the hub to say."""
    batch = read_records((DEMO / "messy.csv").read_bytes(), REGIONS)
    assert [row.line for row in batch.rows] == [2, 3, 5, 9, 10, 11, 13, 17, 21, 27]
    assert {row.line: row.warnings for row in batch.rows if row.warnings} == {
        10: (NikWarning.BIRTH_DATE_DIFFERS,),
        11: (NikWarning.UNKNOWN_REGION_PREFIX,),
    }
    clean = read_records((DEMO / "people.csv").read_bytes(), REGIONS)
    assert batch.rows[-1].record == clean.rows[0].record
    known = {row.record.nik for row in clean.rows}
    assert [row.line for row in batch.rows if row.record.nik in known] == [27]
