"""The list of bad cards: read as people write it, refused by line and column, never with the value."""

import pytest

from ektp_cli.bad_cards import read_bad_cards
from ektp_core.errors import Refusal, Refused
from ektp_core.wire.asks import ReportLine

NIK = "5203054408999001"
HEAD = "series,number,nik,cause,attempt,lost\n"


def read(text: str) -> tuple[ReportLine, ...]:
    return read_bad_cards(text.encode(), "bad.csv")


def refusal(text: str) -> Refused:
    with pytest.raises(Refused) as caught:
        read(text)
    assert NIK[:15] not in str(caught.value)
    return caught.value


def test_a_list_is_read_as_people_write_it() -> None:
    assert read(f"\ufeffseri;nomor;nik;sebab;percobaan;hilang\nPNRI-18;17;'{NIK};gagal-cetak;1;\n\nPNRI-18;18;;uji-cetak;;ya\n") == (
        ReportLine("PNRI-18", 17, "", NIK, 1, "gagal-cetak", False),
        ReportLine("PNRI-18", 18, "", "", 0, "uji-cetak", True),
    )


def test_a_chip_stands_in_place_of_a_serial() -> None:
    assert read(f"uid,nik\n04a1b2c3d4e5f6,{NIK}\n") == (ReportLine("", 0, "04A1B2C3D4E5F6", NIK),)


def test_a_list_without_rows_names_no_card() -> None:
    assert read(HEAD) == ()


@pytest.mark.parametrize(("row", "refused", "field"), [
    (f"PNRI-18,17,{NIK[:15]},,,", Refusal.BAD_NIK, "line 2: nik"),
    ("PNRI-18,17,5203O54408999001,,,", Refusal.BAD_NIK, "line 2: nik"),
    (f"PNRI-18,{NIK},,,,", Refusal.BAD_VALUE, "line 2: number"),
    ("PNRI-18,-1,,,,", Refusal.BAD_VALUE, "line 2: number"),
    ("PNRI-18,,,,,", Refusal.BAD_VALUE, "line 2: serials"),
    (f"{NIK}x,17,,,,", Refusal.BAD_VALUE, "line 2: series"),
    (f"PNRI-18,17,,{NIK},,", Refusal.BAD_VALUE, "line 2: cause"),
    (f"PNRI-18,17,,,{NIK},", Refusal.BAD_VALUE, "line 2: attempt"),
    (f"PNRI-18,17,,,,{NIK}", Refusal.BAD_VALUE, "line 2: lost"),
    ("PNRI-18,17", Refusal.BAD_VALUE, "line 2: row"),
])
def test_a_cell_that_cannot_be_right_is_named_by_line_and_column(row: str, refused: Refusal, field: str) -> None:
    found = refusal(HEAD + row + "\n")
    assert (found.refusal, found.facts["field"]) == (refused, field)


@pytest.mark.parametrize("text", [
    "", "series,number\nPNRI-18,1\n", "nik,cause\n,\n", "series,number,nik,nik\n", "series,number,nik,colour\n", 'series,number,nik\n"PNRI',
])  # fmt: skip
def test_what_is_no_such_list_is_refused_by_its_name(text: str) -> None:
    found = refusal(text)
    assert (found.refusal, found.facts["file"]) == (Refusal.BAD_FILE, "bad.csv")


def test_a_list_that_is_not_utf_8_is_refused() -> None:
    with pytest.raises(Refused) as caught:
        read_bad_cards(b"\xff\xfe", "bad.csv")
    assert caught.value.refusal is Refusal.BAD_FILE
