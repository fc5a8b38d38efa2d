"""Figures of offices from CSV: whatever is wrong is listed with line, column and reason; nothing half done."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ektp_core.allotment.figures import OfficeFigures
from ektp_core.errors import Refusal, Refused
from ektp_data import csv_sheet
from ektp_data.allotment_csv import FiguresFile, example_figures, read_figures
from ektp_data.columns import Column
from ektp_data.csv_sheet import count_in, write_sheet
from ektp_data.figure_columns import FIGURE_COLUMNS, MONTHS
from ektp_data.regions import load_regions

REGIONS = load_regions()
HEAD = "office,class,stock,requested"
COUNTS = ("stock", "in_transit", "backlog", "own_backlog", "requested", "printers_good", "daily_cap", "best_month")


def read(*lines: str, head: str = HEAD) -> FiguresFile:
    return read_figures("\n".join((head, *lines)).encode(), "figures.csv", REGIONS)


def problem(line: str, head: str = HEAD) -> tuple[int, str, object, object]:
    """The only problem of a file of one row; nothing is read then."""
    found = read(line, head=head)
    assert found.figures == ()
    (one,) = found.problems
    return one.line, one.column, one.refusal.facts.get("shape"), one.refusal.facts.get("expected")


def whole_file(data: bytes) -> tuple[object, object]:
    with pytest.raises(Refused) as caught:
        read_figures(data, "figures.csv", REGIONS)
    assert (caught.value.refusal, caught.value.facts["file"]) == (Refusal.BAD_FILE, "figures.csv")
    return caught.value.facts["shape"], caught.value.facts["expected"]


# -- what is read -----------------------------------------------------------------------------


@given(st.lists(st.integers(0, 10**9), min_size=len(COUNTS), max_size=len(COUNTS)), st.sampled_from(",;\t"))
def test_every_count_lands_in_its_field_whatever_splits_the_cells(counts: list[int], separator: str) -> None:
    head = separator.join(("office", "class", *COUNTS))
    (found,) = read(separator.join(("52.03", "v5", *map(str, counts))), head=head).figures
    assert [getattr(found, name) for name in COUNTS] == counts


@given(st.permutations(FIGURE_COLUMNS), st.booleans())
def test_columns_may_stand_in_any_order_and_either_language(columns: list[Column], is_indonesian: bool) -> None:
    rows = list(csv.DictReader(io.StringIO(example_figures().decode())))
    ordered = [one for one in columns if one.name in rows[0]]
    head = ",".join(one.indonesian.upper() if is_indonesian else one.name for one in ordered)
    lines = (",".join(row[one.name] for one in ordered) for row in rows)
    assert read(*lines, head=head).figures == read_figures(example_figures(), "e.csv", REGIONS).figures


def test_a_figure_nobody_has_stays_empty() -> None:
    assert read("52.03,v5,,").figures == (OfficeFigures("office/52.03", "v5"),)


@pytest.mark.parametrize(
    ("text", "office", "is_store"),
    [
        ("office/52.03", "office/52.03", False),
        ("52.03", "office/52.03", False),
        ("'52.03", "office/52.03", False),
        ("52", "province/52", True),
        ("province/52", "province/52", True),
        ("group/65/five regencies", "group/65/five regencies", False),
    ],
)
def test_an_office_may_be_written_in_these_ways(text: str, office: str, is_store: bool) -> None:
    (found,) = read(f"{text},v5,1,1").figures
    assert (found.office, found.is_store) == (office, is_store)


@pytest.mark.rule(27)
def test_no_allotment_yet_is_something_else_than_no_report() -> None:
    head = "office,class,accounted_for,grant_age_days"
    found = read("52.01,v5,ya,0", "52.02,v5,TIDAK,7", "52.03,v5,,", head=head).figures
    assert [(one.accounted_for, one.grant_age_days) for one in found] == [(True, 0), (False, 7), (None, None)]


def test_months_are_written_newest_first_and_kept_oldest_first() -> None:
    (found,) = read("52.03,v5,30,20,10,5", head="office,class,printed_1,printed_2,printed_3,days_out_1").figures
    assert (found.printed_per_month, found.stock_out_days) == ((10, 20, 30), (0, 0, 5))


@pytest.mark.rule(8)
def test_one_office_may_have_a_row_for_each_class() -> None:
    assert len(read("52.03,v5,1,1", "52.03,v4.8,1,1").figures) == 2


def test_a_spreadsheets_habits_are_met() -> None:
    data = b"\xef\xbb\xbf" + b"KANTOR;KELAS;STOK\r\n;;\r\n 52.03 ; v5 ;'250\r\n\r\n"
    (found,) = read_figures(data, "figures.csv", REGIONS).figures
    assert (found.office, found.blank_class, found.stock) == ("office/52.03", "v5", 250)


def test_the_example_has_twelve_offices_and_is_the_same_in_both_languages() -> None:
    found = read_figures(example_figures(), "e.csv", REGIONS)
    assert (len(found.figures), found.problems) == (12, ())
    assert read_figures(example_figures("id"), "e.csv", REGIONS) == found
    assert example_figures("id").startswith("\ufeffkantor;".encode())


# -- cells ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "shape", "expected"),
    [
        ("-5", "a negative number", "a count from 0 on"),
        ("-1.000", "a negative number", "a count from 0 on"),
        ("\u22125", "a negative number", "a count from 0 on"),
        ("=1+1", "a spreadsheet formula", "the number itself, not its formula"),
        ("+5", "a spreadsheet formula", "the number itself, not its formula"),
        ("-A1", "a spreadsheet formula", "the number itself, not its formula"),
        ("@SUM(A1)", "a spreadsheet formula", "the number itself, not its formula"),
        ("1.000", "thousands or a fraction: it can be read in two ways", "digits only: 1000"),
        ("12.345.678", "thousands or a fraction: it can be read in two ways", "digits only: 12345678"),
        ("1 000", "thousands or a fraction: it can be read in two ways", "digits only: 1000"),
        ("1.5", "a fraction", "a whole number"),
        ("0.5", "a fraction", "a whole number"),
        ("1E+05", "a number rounded by a spreadsheet, its digits are lost", "digits only"),
        ("many", "no whole number", "a whole number"),
        ("\u0665", "no whole number", "a whole number"),
        ("-", "no whole number", "a whole number"),
        ("1000000001", "larger than any count can be", "at most 1000000000"),
        ("9" * 5_000, "larger than any count can be", "at most 1000000000"),
    ],
)
def test_a_cell_that_is_no_count_says_what_to_write(cell: str, shape: str, expected: str) -> None:
    assert problem(f"52.03,v5,{cell},1") == (2, "stock", shape, expected)


def test_thousands_set_apart_by_a_comma_are_refused_as_well() -> None:
    assert problem('52.03,v5,"1,000",1')[2:] == (
        "thousands or a fraction: it can be read in two ways", "digits only: 1000",
    )  # fmt: skip


@given(st.integers(0, 10**9))
def test_a_count_is_read_as_it_was_meant_or_refused(count: int) -> None:
    for text in (f"{count:,}", f"{count:,}".replace(",", ".")):
        if text == str(count):
            assert count_in({"stock": text}, "stock") == count
        else:
            with pytest.raises(Refused):
                count_in({"stock": text}, "stock")


@pytest.mark.parametrize("cell", ["", "5203", "52.1", "52,03", "office/52", "centre", "station/52.03/1", "Lombok Timur"])
def test_what_is_no_office_is_refused(cell: str) -> None:
    found = problem(f'"{cell}",v5,1,1')
    assert found[:2] == (2, "office")
    assert found[3] == "office/52.03, province/52 or group/65/NAME, kept as text"


@pytest.mark.rule(41)
@pytest.mark.parametrize("office", ["52.99", "office/00.01", "province/99", "group/99/x"])
def test_an_office_of_an_unknown_region_is_refused(office: str) -> None:
    (one,) = read(f"{office},v5,1,1").problems
    assert (one.line, one.column, one.refusal.refusal) == (2, "office", Refusal.UNKNOWN_REGION)


@pytest.mark.rule(8)
@pytest.mark.parametrize(("cell", "shape"), [("v6", "a class that is not in the list"), ("", "empty")])
def test_an_unknown_class_is_refused_with_those_there_are(cell: str, shape: str) -> None:
    assert problem(f"52.03,{cell},1,1") == (2, "class", shape, "v4.8, v5")


def test_a_class_that_is_supplied_is_known() -> None:
    data = f"{HEAD}\n52.03,v6,1,1".encode()
    assert read_figures(data, "figures.csv", REGIONS, ("v6",)).figures[0].blank_class == "v6"


@pytest.mark.parametrize(
    ("head", "cells", "column", "shape"),
    [
        ("accounted_for", "perhaps", "accounted_for", "not one of the list"),
        ("is_store", "2", "is_store", "not one of the list"),
        ("working_days", "32", "working_days", "larger than this figure can be"),
        ("days_out_1,printed_1", "32,5", "days_out_1", "larger than this figure can be"),
        ("printed_1,printed_3", "5,5", "printed_2", "empty before an older month"),
        ("printed_1,days_out_1,days_out_2", "5,0,3", "days_out_2", "a month without its printed cards"),
        ("report_age_days", "99999", "report_age_days", "larger than this figure can be"),
    ],
)
def test_figures_that_cannot_be_are_named(head: str, cells: str, column: str, shape: str) -> None:
    assert problem(f"52.03,v5,{cells}", head=f"office,class,{head}")[:3] == (2, column, shape)


# -- rows -------------------------------------------------------------------------------------


def test_everything_that_is_wrong_is_listed_and_nothing_is_read() -> None:
    found = read("52.03,v5,-1,1.000", "52.01,v5,1,1", "99.99,v9,x,1", "52.02,v5")
    assert found.figures == ()
    assert [(one.line, one.column) for one in found.problems] == [
        (2, "stock"), (2, "requested"), (4, "office"), (4, "class"), (4, "stock"), (5, "row"),
    ]  # fmt: skip


def test_an_office_that_stands_twice_is_told_at_both_lines() -> None:
    found = read("52.03,v5,1,1", "52.01,v5,1,1", "office/52.03,v5,1,1")
    assert found.figures == ()
    assert [(one.line, one.column, one.refusal.facts["shape"]) for one in found.problems] == [
        (2, "office", "the same office and class as in line 4"),
        (4, "office", "the same office and class as in line 2"),
    ]


def test_lines_are_those_of_the_file_whatever_stands_between() -> None:
    found = read("", '"52.01",v5,1,1', "", ",,,", '52.02,v5,"1\n",x')
    assert [(one.line, one.column) for one in found.problems] == [(6, "requested")]


def test_a_column_is_named_as_the_file_names_it() -> None:
    (one,) = read("52.03,v5,x", head="KANTOR,kelas,stok").problems
    assert (one.column, one.refusal.facts["field"]) == ("stok", "stok")


# -- the file ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "shape"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (HEAD.encode(), "no rows"),
        (f"{HEAD}\n52.03,v5,1,1".encode("utf-16"), "it is saved as UTF-16"),
        (f"{HEAD}\n52.03,v5,1,1".encode("utf-16-be"), "it holds zero bytes"),
        (f"{HEAD},name\n52.03,v5,1,1,Caf\xe9".encode("cp1252"), "byte 50 is not UTF-8"),
        (b"PK\x03\x04\x14\x00\x06\x00", "it holds zero bytes"),
        (f"{HEAD}\n52.03,v5,\0,1".encode(), "it holds zero bytes"),
        (f'{HEAD}\n"52.03,v5,1,1\n52.01,v5,1,1'.encode(), "quotes do not match from line 2 on"),
        (f"{HEAD},stok\n52.03,v5,1,1,1".encode(), "column 5 repeats an earlier one"),
        (f"{HEAD},banyaknya\n52.03,v5,1,1,1".encode(), "column 5 has no known name"),
        (b"office,stock\n52.03,1", "columns are missing"),
    ],
)
def test_a_file_that_is_none_is_refused_whole(data: bytes, shape: str) -> None:
    assert whole_file(data)[0] == shape


def test_columns_that_are_missing_are_named() -> None:
    assert whole_file(b"stock\n1") == ("columns are missing", ("office", "class"))


def test_a_file_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_sheet, "LIMIT_BYTES", 20)
    assert whole_file(f"{HEAD}\n52.03,v5,1,1".encode())[0] == "41 bytes"


@given(st.binary(max_size=200))
def test_no_bytes_do_anything_but_give_figures_problems_or_a_refusal(data: bytes) -> None:
    try:
        found = read_figures(f"{HEAD}\n52.03,v5,1,1\n".encode() + data, "figures.csv", REGIONS)
    except Refused as caught:
        assert caught.refusal is Refusal.BAD_FILE
    else:
        assert bool(found.figures) != bool(found.problems)


# -- what is written --------------------------------------------------------------------------


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0")), min_size=1))
def test_no_spreadsheet_runs_what_is_written(cells: list[str]) -> None:
    _, row = csv.reader(io.StringIO(write_sheet(["a"] * len(cells), [cells]).decode(), newline=""))
    assert len(row) == len(cells)
    for cell, written in zip(cells, row, strict=True):
        assert written in {cell, f"'{cell}"}
        assert written == "-" or written[:1] not in {"=", "+", "-", "@", "\t"}


def test_every_column_has_two_names_and_a_meaning() -> None:
    assert all(one.name and one.indonesian and one.meaning for one in FIGURE_COLUMNS)
    assert len({one.indonesian for one in FIGURE_COLUMNS} | {one.name for one in FIGURE_COLUMNS}) == 2 * len(FIGURE_COLUMNS)
    assert sum(one.name.startswith("printed_") for one in FIGURE_COLUMNS) == MONTHS


def test_a_sheet_in_indonesian_is_as_a_spreadsheet_there_opens_it() -> None:
    assert write_sheet(["kantor", "jatah"], [["a", 1]], "id") == "\ufeffkantor;jatah\na;1\n".encode()
    assert write_sheet(["office", "gets"], [["a", 1]]) == b"office,gets\na,1\n"


@pytest.mark.rule(28)
@pytest.mark.parametrize(
    ("head", "line", "column"),
    [
        ("office,class,is_store,best_month", "office/52.03,v5,ya,2000", "best_month"),
        ("office,class,is_store,best_month", "group/65/a,v5,yes,2000", "best_month"),
        ("office,class,printers_good", "province/52,v5,2", "printers_good"),
        ("office,class,signed_capacity", "52,v5,900", "signed_capacity"),
        ("office,class,printed_1,printed_2", "52,v5,0,9", "printed_2"),
    ],
)
def test_who_prints_cannot_pass_for_a_store_that_no_capacity_binds(head: str, line: str, column: str) -> None:
    expected = "nothing, or no in the column is_store: a store prints nothing"
    assert problem(line, head=head) == (2, column, "a figure of printing beside a store", expected)
    assert len(read("52,v5,no,2000", head="office,class,is_store,best_month").figures) == 1


def test_one_office_in_capitals_and_without_is_one_office() -> None:
    found = read("group/65/a,v5,1,", "group/65/A,v5,1,")
    assert [one.refusal.facts["shape"] for one in found.problems] == [
        f"the same office and class as in line {line}" for line in (3, 2)
    ]


@pytest.mark.rule(27)
def test_a_signed_exception_is_yes_or_no() -> None:
    head = "office,class,signed_push,signed_exception"
    found = read("52.01,v5,5,yes", "52.03,v5,5,", "52.04,v5,5,tidak", head=head).figures
    assert [one.signed_exception for one in found] == [True, False, False]
