"""A citizen's number is seen however it is written, and what only looks long is left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ektp_core.errors import masked
from ektp_core.long_number import is_plausible, numbers_apart
from ektp_core.vocabulary.nik import may_hold_nik

pytestmark = pytest.mark.rule(40)

NIK = "5203014101900001"


@given(st.lists(st.sampled_from(["", " ", ".", "-"]), min_size=15, max_size=15))
def test_with_any_single_sign_between_any_two_digits_it_is_masked_and_seen(signs: list[str]) -> None:
    written = "".join(digit + sign for digit, sign in zip(NIK, [*signs, ""], strict=True))
    assert masked(f"warga {written} gagal") == "warga 5203************ gagal"
    assert may_hold_nik(f"warga {written} gagal")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("5203 0141 0190 0001", "5203************"),
        ("52-03-01-410190-0001 : rusak", "5203************ : rusak"),
        ("5203 9999 9999 9999", "5203************"),  # mistyped, and still somebody's
        ("19-11-2018 5203 0141 0190 0001", "19-11-2018 5203************"),
        ("5203.0141.0190.0001 0812-3456-7890", "5203************ 0812-3456-7890"),
        (f"{NIK} 5203-0141-0190-0001", "5203************ 5203************"),
        ("5203 - 0141 - 0190 - 0001", "5203************"),
        ("3 x 5203 / 52_03_01_410190_0001", "3 x 5203 / 5203************"),
        ("11-01-0101-2001-0001", "1101************"),
        ("x5203 0141 0190 0001x", "x5203************x"),
    ],
)
def test_a_number_in_pieces_is_masked_but_its_first_four_digits(text: str, shown: str) -> None:
    assert masked(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "0812-3456-7890", "+62 812 3456 7890", "0812-3456-7890 / 0813-1234-5678", "2018-11-19 10.00.00",
        "19-11-2018 0812-3456-7890", "2018-11-19 0812-3456-7890", "PNRI-18:1-50, PNRI-18:90001-90500",
        "470/1187/Dukcapil, 19-11-2018", "BAST-470/12/2018 2018-11-19", "5203 0141 0190 000", "1.234.567 keping",
    ],
)  # fmt: skip
def test_telephone_numbers_dates_serials_and_letters_are_left_alone(text: str) -> None:
    assert masked(text) == text
    assert not may_hold_nik(text)


@given(st.text(alphabet="0123456789 .-/x", max_size=80))
def test_what_is_masked_holds_no_such_number_any_more(text: str) -> None:
    shown = masked(text)
    assert isinstance(shown, str)
    assert masked(shown) == shown
    assert list(numbers_apart(shown)) == []


@pytest.mark.parametrize(
    ("digits", "expected"),
    [
        (NIK, True), (NIK[:15], False), (f"{NIK}1", False), ("5203017101900001", True), ("5203017201900001", False),
        ("5203013201900001", False), ("5203010001900001", False), ("5203014113900001", False),
        ("5203014100900001", False), ("1003014101900001", False), ("2018014101900001", False),
        ("9803014101900001", False), ("9703014101900001", True), ("1103014101900001", True),
    ],
)  # fmt: skip
def test_a_province_a_day_and_a_month_must_be_possible(digits: str, expected: bool) -> None:
    assert is_plausible(digits) is expected
