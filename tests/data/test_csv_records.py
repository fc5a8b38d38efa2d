"""Files of print-ready records: bad rows are listed, good rows proceed, no cell is ever told."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ektp_core.errors import Refusal, Refused
from ektp_core.vocabulary.nik import NikWarning
from ektp_core.vocabulary.prr import PreviousCard, Reason, Sex
from ektp_data import csv_records
from ektp_data.columns import COLUMNS
from ektp_data.csv_records import Batch, read_records, write_records
from ektp_data.people import synthetic_people
from ektp_data.regions import load_regions

REGIONS = load_regions()
HEADER = ",".join(column.name for column in COLUMNS)
SITI = {
    "nik": "5203054408999001", "name": "SITI REKAAN", "birth_place": "SELONG", "birth_date": "1999-08-04",
    "sex": "P", "address": "DUSUN CONTOH NO. 5", "rt_rw": "003/005", "village": "52.03.05.2001",
    "religion": "ISLAM", "marital_status": "KAWIN", "occupation": "PETANI", "blood_type": "O",
    "nationality": "WNI", "reason": "baru", "previous": "tidak-ada",
    "previous_letter": "", "previous_letter_date": "",
}  # fmt: skip


def line(**changes: str) -> str:
    """Siti's row with some cells replaced."""
    return ",".join(f'"{cell}"' if "," in cell or "\n" in cell else cell for cell in (SITI | changes).values())


def read(*lines: str, header: str = HEADER) -> Batch:
    """Read a file of these lines."""
    return read_records("\n".join((header, *lines)).encode(), REGIONS)


def bad_cell(**changes: str) -> tuple[int, str, Refusal, str]:
    """Where and why Siti's changed row is refused."""
    batch = read(line(**changes))
    assert batch.rows == ()
    (bad,) = batch.bad
    told = f"{bad.refusal.facts['field']} {bad.refusal.facts['shape']}"
    assert not any(value.strip() and value in told for value in changes.values())
    return bad.line, bad.column, bad.refusal.refusal, str(bad.refusal.facts["shape"])


def whole_file(data: bytes) -> Refused:
    """The refusal of a file that cannot be used at all."""
    with pytest.raises(Refused) as caught:
        read_records(data, REGIONS)
    assert caught.value.refusal is Refusal.BAD_FILE
    assert caught.value.facts["file"] == "the file"
    return caught.value


def test_a_good_row_becomes_a_record() -> None:
    """Every cell lands in its field."""
    (row,) = read(line()).rows
    record = row.record
    assert (row.line, row.warnings) == (2, ())
    assert record.nik.reveal() == "5203054408999001"
    assert (record.name, record.birth_date, record.sex) == ("SITI REKAAN", date(1999, 8, 4), Sex.FEMALE)
    assert (str(record.village), record.reason, record.previous) == (
        "52.03.05.2001", Reason.FIRST, PreviousCard.NONE,
    )  # fmt: skip
    assert (record.previous_letter, record.previous_letter_date) == ("", None)


@given(st.integers(0, 2**32))
def test_what_is_written_is_read_back(seed: int) -> None:
    """Any made-up people survive the way through a file."""
    people = synthetic_people(seed, 6, "52.03", REGIONS)
    batch = read_records(write_records(people), REGIONS)
    assert tuple(row.record for row in batch.rows) == people and batch.bad == ()
    assert [row.line for row in batch.rows] == [2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize(
    ("changes", "column", "refusal", "shape"),
    [
        ({"nik": "52030544O8999001"}, "nik", Refusal.BAD_NIK, "letters"),
        ({"nik": "520305440899900"}, "nik", Refusal.BAD_NIK, "15 characters"),
        ({"nik": "5203057208999001"}, "nik", Refusal.BAD_NIK, "day 72"),
        ({"nik": "5,20305E+15"}, "nik", Refusal.BAD_NIK, "a number rounded by a spreadsheet, its digits are lost"),
        ({"nik": ""}, "nik", Refusal.BAD_VALUE, "empty"),
        ({"name": "   "}, "name", Refusal.BAD_VALUE, "empty"),
        ({"name": "A" * 61}, "name", Refusal.BAD_VALUE, "61 characters"),
        ({"name": "SI\x07TI"}, "name", Refusal.BAD_VALUE, "control characters"),
        ({"name": "=cmd|' /C calc'!A0"}, "name", Refusal.BAD_VALUE, "a spreadsheet formula"),
        ({"name": "+1"}, "name", Refusal.BAD_VALUE, "a spreadsheet formula"),
        ({"name": "-1"}, "name", Refusal.BAD_VALUE, "a spreadsheet formula"),
        ({"name": "@A1"}, "name", Refusal.BAD_VALUE, "a spreadsheet formula"),
        ({"occupation": "\tPETANI"}, "occupation", Refusal.BAD_VALUE, "a spreadsheet formula"),
        ({"previous_letter": "=1"}, "previous_letter", Refusal.BAD_VALUE, "a spreadsheet formula"),
        ({"birth_date": "04/08/1999"}, "birth_date", Refusal.BAD_VALUE, "another date format"),
        ({"birth_date": "19990804"}, "birth_date", Refusal.BAD_VALUE, "another date format"),
        ({"birth_date": "1999-02-30"}, "birth_date", Refusal.BAD_VALUE, "no day of the calendar"),
        ({"birth_date": "0000-01-01"}, "birth_date", Refusal.BAD_VALUE, "no day of the calendar"),
        ({"sex": "X"}, "sex", Refusal.BAD_VALUE, "not one of the list"),
        ({"village": "5203052001"}, "village", Refusal.BAD_VALUE, "10 characters"),
        ({"village": "52.03.05"}, "village", Refusal.BAD_VALUE, "kecamatan"),
        ({"religion": "LAINNYA"}, "religion", Refusal.BAD_VALUE, "not one of the list"),
        ({"blood_type": "C"}, "blood_type", Refusal.BAD_VALUE, "not one of the list"),
        ({"reason": "hadiah"}, "reason", Refusal.BAD_VALUE, "not one of the list"),
        ({"previous": "diserahkan"}, "previous", Refusal.BAD_VALUE, "does not fit the reason"),
        ({"reason": "hilang", "previous": "dinyatakan-hilang"}, "previous_letter", Refusal.BAD_VALUE, "empty"),
    ],
)
def test_a_bad_cell_is_named_by_line_column_and_shape(
    changes: dict[str, str], column: str, refusal: Refusal, shape: str
) -> None:
    """Typed by hand; the cell's own text is never told."""
    assert bad_cell(**changes) == (2, column, refusal, shape)


def test_rule_41_an_unknown_home_is_refused() -> None:
    """The region may be told: it is no person's."""
    (bad,) = read(line(village="52.99.01.2001")).bad
    assert (bad.column, bad.refusal.refusal) == ("village", Refusal.UNKNOWN_REGION)


def test_rule_41_an_odd_nik_is_taken_with_warnings() -> None:
    """An old prefix and a corrected birth date."""
    (row,) = read(line(nik="5203994408999001", birth_date="1998-08-04")).rows
    assert row.warnings == tuple(NikWarning)


def test_rule_2_the_same_person_twice_is_taken_once() -> None:
    """The later row is bad and names the earlier line; a bad row does not block its correction."""
    batch = read(line(sex="X"), line(), line(name="SITI LAIN"), line())
    assert [row.line for row in batch.rows] == [3]
    assert [(bad.line, bad.column) for bad in batch.bad] == [(2, "sex"), (4, "nik"), (5, "nik")]
    assert {bad.refusal.facts["shape"] for bad in batch.bad[1:]} == {"the same person as in line 3"}


def test_good_rows_proceed_around_bad_ones_and_lines_are_the_files_own() -> None:
    """Breaks inside quotes, empty rows and short rows do not shift the count."""
    other, third = "5203054408999002", "5203054408999003"
    batch = read(line(address="JL. CONTOH,\nDUSUN A"), "", ",,,,,,,,,,,,,,,,", line(nik="x"), line(nik=other), "a,b",
                 line(nik=third))  # fmt: skip
    assert [row.line for row in batch.rows] == [2, 7, 9]
    assert batch.rows[0].record.address == "JL. CONTOH, DUSUN A"
    assert [(bad.line, bad.column) for bad in batch.bad] == [(6, "nik"), (8, "row")]
    assert batch.bad[1].refusal.facts["shape"] == "2 cells"


def test_a_stray_quote_spoils_its_row_only() -> None:
    """Text after a closing quote is a slip of one row; the next row is read."""
    spoiled = line().replace("SITI REKAAN", '"SITI" REKAAN')
    batch = read(spoiled, line())
    assert [(bad.line, bad.column) for bad in batch.bad] == [(2, "row")]
    assert [row.line for row in batch.rows] == [3]


def test_a_quote_that_never_closes_refuses_the_file() -> None:
    """It would swallow the people after it without a word."""
    spoiled = line().replace("SITI REKAAN", '"SITI REKAAN')
    refusal = whole_file("\n".join((HEADER, line(nik="5203054408999002"), spoiled, line())).encode())
    assert refusal.facts["shape"] == "quotes do not match from line 3 on"


def test_a_spreadsheets_habits_are_met() -> None:
    """BOM, semicolons, CRLF, an apostrophe before the NIK, spaces, small letters in lists."""
    header = HEADER.replace(",", ";").upper()
    row = line(nik="'5203054408999001", sex=" p ", reason="BARU").replace(",", ";")
    batch = read_records(b"\xef\xbb\xbf" + f"{header}\r\n{row}\r\n;;;;\r\n".encode(), REGIONS)
    assert [found.record.sex for found in batch.rows] == [Sex.FEMALE] and batch.bad == ()


def test_the_header_may_be_indonesian_and_in_any_order_and_leave_out_what_is_optional() -> None:
    """Blood type and nationality have a default, the letter is empty."""
    wanted = [column for column in reversed(COLUMNS) if column.required]
    row = ",".join(SITI[column.name] for column in wanted)
    (found,) = read(row, header=",".join(column.indonesian for column in wanted)).rows
    assert (found.record.blood_type, found.record.nationality) == ("-", "WNI")


def test_an_accent_written_in_two_ways_is_one_name() -> None:
    """Both spellings of e-acute give the same record, so the same bytes."""
    (one,), (other,) = read(line(name="RENE\u0301")).rows, read(line(name="REN\u00c9")).rows
    assert one.record == other.record


@pytest.mark.parametrize(
    ("data", "shape"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (HEADER.encode(), "no rows"),
        (f"{HEADER}\n,,\n\n".encode(), "no rows"),
        (HEADER.encode() + b"\n\xff", f"byte {len(HEADER) + 1} is not UTF-8"),
        (HEADER.encode("utf-16"), "byte 0 is not UTF-8"),
        (f"{HEADER}\n{line()}\0".encode(), "it holds zero bytes"),
        (f"{HEADER},nik\n{line()},1".encode(), "column 18 repeats an earlier one"),
        (f"{HEADER},nama\n{line()},1".encode(), "column 18 repeats an earlier one"),
        (f"{HEADER},x\n{line()},1".encode(), "column 18 has no known name"),
        (f"{HEADER.replace('name', 'nane', 1)}\n{line()}".encode(), "column 2 has no known name"),
        (f"{line()}\n{line()}".encode(), "column 1 has no known name"),
        (b'"nik"x,name\n', "quotes do not match from line 1 on"),
    ],
)
def test_a_file_that_is_no_such_file_is_refused_whole(data: bytes, shape: str) -> None:
    """BAD_FILE says what is wrong with it; a header that is a person stays untold."""
    refusal = whole_file(data)
    assert refusal.facts["shape"] == shape
    assert "SITI" not in str(refusal) and "5203054408999001" not in str(refusal)


def test_missing_columns_are_all_named() -> None:
    """So that the file is corrected once."""
    refusal = whole_file(b"nik,nama\n1,2")
    assert refusal.facts["shape"] == "columns are missing"
    named = refusal.facts["expected"]
    assert isinstance(named, tuple) and {"birth_date", "village", "reason"} <= set(named) and "name" not in named


def test_a_cell_too_long_for_the_reader_refuses_the_file() -> None:
    """Usually a quote that never closes."""
    assert "quotes" in str(whole_file(f"{HEADER}\n{line(name='A' * 200_000)}".encode()))


def test_a_file_over_the_limit_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit is 64 MiB; here it is made small."""
    assert csv_records.LIMIT_BYTES == 64 * 1024 * 1024
    monkeypatch.setattr(csv_records, "LIMIT_BYTES", 100)
    assert whole_file(b"x" * 101).facts["shape"] == "101 bytes"


@given(st.binary(max_size=300))
def test_no_bytes_at_all_make_the_reader_stumble(data: bytes) -> None:
    """A batch or a refusal, nothing else; with and without a good header before them."""
    for whole in (data, HEADER.encode() + b"\n" + data):
        try:
            read_records(whole, REGIONS)
        except Refused as refused:
            assert refused.refusal is Refusal.BAD_FILE


@given(st.sampled_from([column.name for column in COLUMNS]), st.text(min_size=4, max_size=40))
def test_no_cell_is_ever_told(column: str, text: str) -> None:
    """Whatever stands in it, in whichever column."""
    marked = "QZ" + text.replace('"', "").replace("\0", "") + "5203054408999001"
    cells = SITI | {column: marked}
    data = (HEADER + "\n" + ",".join(f'"{cell}"' for cell in cells.values())).encode("utf-8", "surrogatepass")
    try:
        batch = read_records(data, REGIONS)
    except Refused as refused:
        assert "QZ" not in str(refused)
    else:
        for bad in batch.bad:
            assert "QZ" not in str(bad.refusal) and "5203054408999001" not in repr(bad)


def test_the_example_of_each_column_is_a_good_row() -> None:
    """What the documentation shows can be imported."""
    row = ",".join(column.example for column in COLUMNS)
    batch = read(row)
    assert batch.bad == () and batch.rows[0].record.reason is Reason.LOST


def test_columns_have_two_unlike_names_and_are_fields_of_the_record() -> None:
    """No name of one column means another."""
    english, indonesian = [c.name for c in COLUMNS], [c.indonesian for c in COLUMNS]
    assert len(set(english)) == len(set(indonesian)) == len(COLUMNS)
    for column in COLUMNS:
        assert column.indonesian not in set(english) - {column.name}
    assert set(english) == {field.name for field in type(read(line()).rows[0].record).__attrs_attrs__}
