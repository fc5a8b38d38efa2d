"""Daily reports pasted as text or sent as CSV: strict reading, nothing guessed (rule 32)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ektp_core.daily.columns import COLUMN, COLUMNS, MOST
from ektp_core.errors import Refusal, Refused
from ektp_data import daily_text
from ektp_data.daily_labels import _ALSO, LABELS, plain
from ektp_data.daily_text import read_count, read_daily, read_date

pytestmark = pytest.mark.rule(32)

MESSAGE = """\
[19/11/18 15.02] Bu Rekaan: *LAPORAN HARIAN DISDUKCAPIL KAB. CONTOH*
Hari/Tanggal : Senin, 19 November 2018
Kode wilayah : 52.03

1. Perekaman KTP-el   : 212 orang
2. PRR = 1.045
3) Duplicate record: nihil
* Cetak baru (PRR) : 120 keping
* Cetak hilang\t: 31 keping.
- Gagal cetak: 3 lembar
_Sisa blanko e-KTP_ : *1.234*
Demikian, terima kasih
"""


def dotted(number: int) -> str:
    return f"{number:,}".replace(",", ".")


def test_a_message_from_the_field_is_read_whole() -> None:
    (found,) = read_daily(MESSAGE.encode())
    assert (found.date, found.office, found.bad) == ("2018-11-19", "office/52.03", ())
    assert dict(found.values) == {
        "recorded": 212, "prr": 1_045, "duplicate": 0, "printed_first": 120, "printed_lost": 31, "spoiled": 3,
        "remaining": 1_234,
    }  # fmt: skip


@given(st.dictionaries(st.sampled_from(sorted(COLUMN)), st.integers(0, MOST), min_size=1), st.sampled_from([":", "=", "	"]))
def test_every_column_is_read_by_its_indonesian_name_with_thousands_points(named: dict[str, int], sign: str) -> None:
    lines = "\n".join(f"{COLUMN[name].indonesian} {sign} {dotted(value)}" for name, value in named.items())
    (found,) = read_daily(lines.encode())
    assert (dict(found.values), found.bad) == (named, ())


@given(st.dictionaries(st.sampled_from(sorted(COLUMN)), st.integers(0, MOST), min_size=2))
def test_a_sheet_says_what_a_message_says(said: dict[str, int]) -> None:
    sheet = ";".join(COLUMN[name].indonesian for name in said) + "\r\n" + ";".join(map(dotted, said.values())) + "\r\n"
    (found,) = read_daily(sheet.encode("utf-8-sig"))
    assert (dict(found.values), found.bad, found.line) == (said, (), 2)


@given(st.binary(max_size=300))
def test_no_bytes_at_all_do_anything_but_be_read_or_refused(data: bytes) -> None:
    try:
        found = read_daily(data)
    except Refused as refused:
        assert refused.refusal is Refusal.BAD_FILE
    else:
        assert any(one.values for one in found)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("Cetak 5 lagi", "no label and count with a colon between them"),
        ("Rusak: 3", "no column of the daily report is called so"),
        ("Sisa tinta: 3", "no column of the daily report is called so"),
        ("Gagal cetak: 1,234", "no count such as 1.234 or nihil"),
        ("Gagal cetak: 1.23", "no count such as 1.234 or nihil"),
        ("Gagal cetak: -3", "a spreadsheet formula"),
        ("Gagal cetak: =1+1", "a spreadsheet formula"),
        ("Gagal cetak: sekitar 3", "no count such as 1.234 or nihil"),
        ("Gagal cetak: 3 dari 10", "no count such as 1.234 or nihil"),
        ("Gagal cetak: 99.999.999", "no count such as 1.234 or nihil"),
        ("Gagal cetak:", "no count such as 1.234 or nihil"),
        ("Gagal cetak: ٣", "no count such as 1.234 or nihil"),
        ("Tanggal: 31 November 2018", "no day of the calendar"),
        ("Sisa blangko: 7", "said twice, in line 1 too; it counts for neither"),
    ],
)
def test_what_is_not_understood_is_listed_with_its_line_and_never_guessed(line: str, why: str) -> None:
    (found,) = read_daily(f"Sisa blangko: 5\nPRR: 1\n\n{line}\n".encode())
    assert [(bad.line, bad.text, bad.why) for bad in found.bad] == [(4, line.strip(), why)]
    assert dict(found.values) == ({"prr": 1} if "twice" in why else {"prr": 1, "remaining": 5})


@pytest.mark.parametrize(
    ("lines", "date", "office", "why"),
    [
        (["Tanggal: 19/11/2018", "Tanggal: 20/11/2018"], "", "", "another day than in line 1: two reports in one"),
        (["19 November 2018", "Tanggal: 20/11/2018"], "", "", "another day than in line 1: two reports in one"),
        (["Dinas: 52.03", "Kode: 52.01"], "", "", "another office than in line 1: two reports in one"),
        (["Dinas: 99.99", "Tanggal: 2018-11-19"], "2018-11-19", "", "no code of a regency or city, such as 52.03"),
        (["Dinas: Kab Lombok Timur", "PRR: 3"], "", "", "no code of a regency or city, such as 52.03"),
        (["Dinas: 52.03", "Kode: office/52.03", "Tgl: 2018-11-19", "19/11/2018"], "2018-11-19", "office/52.03", ""),
    ],
)
def test_a_report_is_of_one_office_and_one_day_or_of_none(lines: list[str], date: str, office: str, why: str) -> None:
    (found,) = read_daily("\n".join([*lines, "Sisa: 5"]).encode())
    assert (found.date, found.office) == (date, office)
    assert [bad.why for bad in found.bad] == ([why] if why else [])
    assert found.is_mixed == ("two reports" in why)


def test_a_third_office_does_not_bring_the_first_one_back() -> None:
    (found,) = read_daily(b"Dinas: 52.03\nDinas: 52.01\nDinas: 52.03\nSisa: 5\n")
    assert (found.office, found.is_mixed) == ("", True)


def test_a_column_said_three_times_still_counts_for_none() -> None:
    (found,) = read_daily(b"PRR: 1\nSisa: 5\nSisa: 5\nSisa: 6\n")
    assert (dict(found.values), [bad.line for bad in found.bad]) == ({"prr": 1}, [3, 4])


def test_a_citizens_number_in_a_line_is_hidden() -> None:
    (found,) = read_daily(b"PRR: 1\nAtas nama 5203054408990001 gagal\n")
    assert [bad.text for bad in found.bad] == ["Atas nama 5203************ gagal"]


def test_a_long_line_is_cut() -> None:
    (found,) = read_daily(b"PRR: 1\n" + b"cetak 5 " * 100)
    assert [len(bad.text) for bad in found.bad] == [daily_text.LINE_LIMIT]


@pytest.mark.parametrize("line", ["PRR: " + "9" * 900, "PRR: " + "9" * 5_000, "Sisa" + " " * 500_000 + "1"])
def test_a_line_beyond_reason_costs_nothing_and_counts_for_nothing(line: str) -> None:
    (found,) = read_daily(f"SFE: 1\n{line}\n".encode())
    assert (dict(found.values), [bad.line for bad in found.bad]) == ({"sfe": 1}, [2])


def test_the_rows_of_a_sheet_are_reports_and_a_repeated_one_counts_for_nothing() -> None:
    sheet = (
        "Tanggal,Kode,PRR,Sisa blangko,Catatan\n"
        '2018-11-19,52.03,3,"1.234",listrik padam 2 kali\n'
        "19/11/2018,52.01,4,900,\n"
        ",,,,\n"
        "2018-11-19,52.03,5,100,\n"
        "2018-11-20,52.03,5,100,,9\n"
    )
    found = read_daily(sheet.encode())
    assert [(one.line, one.office, one.date, dict(one.values)) for one in found] == [
        (2, "office/52.03", "2018-11-19", {"prr": 3, "remaining": 1_234}),
        (3, "office/52.01", "2018-11-19", {"prr": 4, "remaining": 900}),
        (5, "office/52.03", "2018-11-19", {}),
        (6, "", "", {}),
    ]
    assert [[bad.why for bad in one.bad] for one in found] == [
        ["no column of the daily report is called so"], [], ["the same office and day as in line 2"],
        ["6 cells, the head has 5"],
    ]  # fmt: skip


def test_a_sheet_with_two_columns_of_one_meaning_counts_neither() -> None:
    (found,) = read_daily(b"Sisa blangko;Stok akhir;PRR\n5;6;1\n")
    assert (dict(found.values), len(found.bad)) == ({"prr": 1}, 1)


@pytest.mark.parametrize(
    ("data", "shape"),
    [
        (b"", "no line that is a column of the daily report"),
        (b"Selamat sore\n", "no line that is a column of the daily report"),
        ("Sisa blangko: 5".encode("utf-16"), "byte 0 is not UTF-8"),
        (b"Sisa blangko: 5\0", "it holds zero bytes"),
        (b'PRR;Sisa\n1;"5\n', "quotes do not match from line 2 on"),
        (b"x" * (daily_text.LIMIT_BYTES + 1), f"{daily_text.LIMIT_BYTES + 1} bytes"),
    ],
)
def test_a_file_that_is_no_report_is_refused_whole(data: bytes, shape: str) -> None:
    with pytest.raises(Refused) as refused:
        read_daily(data)
    assert (refused.value.refusal, refused.value.facts["shape"]) == (Refusal.BAD_FILE, shape)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("19 November 2018", "2018-11-19"), ("Senin, 19 Nopember 2018", "2018-11-19"), ("19-11-2018", "2018-11-19"),
        ("19/11/2018", "2018-11-19"), ("1 Des 2018", "2018-12-01"), ("2018-11-19", "2018-11-19"), ("19.11.2018", "2018-11-19"),
        ("11/19/2018", ""), ("29 Februari 2018", ""), ("19 November 18", ""), ("hari ini", ""), ("", ""),
    ],
)  # fmt: skip
def test_days_are_read_as_people_write_them_day_first(text: str, expected: str) -> None:
    assert read_date(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.234", 1_234), ("12.345.678", None), ("1.234.567 keping", 1_234_567), ("0", 0), ("Nihil", 0), ("007", 7),
        ("1.2345", None), ("1 234", None), ("-", None), ("", None), ("5 buah kardus", None), ("10.000.000", MOST),
    ],
)  # fmt: skip
def test_counts_are_read_with_thousands_points_and_nothing_else(text: str, expected: int | None) -> None:
    assert read_count(text) == expected


def test_no_label_stands_for_two_columns() -> None:
    labels = [plain(label) for one in COLUMNS for label in {one.name, one.english, one.indonesian, *_ALSO[one.name]}]
    meant = {label: {LABELS[label]} for label in labels}
    for one in COLUMNS:
        for label in (one.name, one.english, one.indonesian, *_ALSO[one.name]):
            meant[plain(label)].add(one.name)
    assert {label: names for label, names in meant.items() if len(names) > 1} == {}
    assert set(_ALSO) == set(COLUMN)
