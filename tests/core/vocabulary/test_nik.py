"""Sixteen digits: what is read from them, what is refused, and that they never show."""

import copy
import json
import pickle
from datetime import date

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ektp_core.errors import Refusal, Refused
from ektp_core.vocabulary.nik import Nik, NikWarning, nik_warnings
from ektp_core.vocabulary.region import Regions

GOOD = "5203054408999001"  # a woman born 4 August 99, Masbagik
REGIONS = Regions({"52": "Nusa Tenggara Barat", "52.03": "Kabupaten Lombok Timur", "52.03.05": "Masbagik"})


@st.composite
def niks(draw: st.DrawFn) -> str:
    """Any NIK that must be taken."""
    region = draw(st.integers(0, 999_999))
    born = draw(st.dates(date(1920, 1, 1), date(2019, 12, 31)))
    day = born.day + draw(st.sampled_from((0, 40)))
    number = draw(st.integers(1, 9999))
    return f"{region:06}{day:02}{born.month:02}{born.year % 100:02}{number:04}"


def shape_of(text: str) -> str:
    """What the refusal of a text says is wrong."""
    with pytest.raises(Refused) as caught:
        Nik.parse(text, "nik_ibu")
    assert caught.value.refusal is Refusal.BAD_NIK
    assert caught.value.facts["field"] == "nik_ibu"
    return str(caught.value.facts["shape"])


def test_every_part_is_read() -> None:
    """District, regency, sex, date without the forty, running number."""
    nik = Nik.parse(GOOD)
    assert (nik.district, nik.regency) == ("52.03.05", "52.03")
    assert (nik.is_female, nik.day, nik.month, nik.year_of_century, nik.number) == (True, 4, 8, 99, 9001)


def test_a_man_carries_no_forty() -> None:
    """Day 31 is a man's, day 71 a woman's."""
    man, woman = Nik.parse("5203053112700001"), Nik.parse("5203057112700001")
    assert (man.is_female, man.day, woman.is_female, woman.day) == (False, 31, True, 31)


@given(niks())
def test_the_digits_come_back_unchanged(text: str) -> None:
    """Parse and reveal are each other's inverse."""
    assert Nik.parse(text).reveal() == text


@given(niks(), st.integers(0, 15), st.characters(exclude_characters="0123456789"))
def test_one_strange_character_is_refused_without_telling_the_rest(text: str, at: int, strange: str) -> None:
    """No run of twelve characters of the NIK stands in the error."""
    spoiled = text[:at] + strange + text[at + 1 :]
    with pytest.raises(Refused) as caught:
        Nik.parse(spoiled)
    said = str(caught.value) + repr(caught.value)
    assert not any(spoiled[i : i + 12] in said for i in range(5))
    assert not any(text[i : i + 12] in said for i in range(5))


@given(niks())
def test_no_way_of_showing_it_gives_the_digits(text: str) -> None:
    """repr, str, f-strings with width, containers, asdict and JSON."""
    nik = Nik.parse(text)
    with pytest.raises(TypeError):
        json.dumps(attrs.asdict(nik))
    shown = [repr(nik), str(nik), f"{nik}", f"{nik:>30}", repr([nik]), repr(attrs.asdict(nik))]
    assert not any(text[4:] in way for way in shown)
    assert str(nik) == text[:4] + "*" * 12


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("", "0 characters"),
        (GOOD[:15], "15 characters"),
        (GOOD + "1", "17 characters"),
        ("52030544O8999001", "letters"),
        ("520305 408999001", "spaces"),
        ("520305-408999001", "signs that are no digits"),
        ("٥٢٠٣٠٥٤٤٠٨٩٩٩٠٠١", "digits of another script"),
        ("52030544089990０1", "digits of another script"),
        ("5,20305E+15", "a number rounded by a spreadsheet, its digits are lost"),
        ("5203050008990001", "day 00"),
        ("5203053208990001", "day 32"),
        ("5203054008990001", "day 40"),
        ("5203057208990001", "day 72"),
        ("5203050413990001", "month 13"),
        ("5203050400990001", "month 00"),
        ("5203053102990001", "day 31 in month 02"),
        ("5203057004990001", ""),
        ("5203057104990001", "day 71 in month 04"),
        ("5203052902990001", "day 29 in month 02"),
        ("5203050408990000", "number 0000"),
    ],
)
def test_the_refusal_names_the_impossible_part(text: str, shape: str) -> None:
    """Typed by hand; an empty shape means the number is good."""
    if shape:
        assert shape_of(text) == shape
    else:
        assert Nik.parse(text).day == 30


def test_29_february_is_taken_where_a_century_has_it() -> None:
    """96 was leap in 1996; 00 in 2000; 99 in neither 1999 nor 2099."""
    assert Nik.parse("5203052902960001").day == 29
    assert Nik.parse("5203056902000001").day == 29
    assert shape_of("5203052902990001") == "day 29 in month 02"


def test_a_birth_date_fits_in_either_century() -> None:
    """The century is not in the number and is not guessed."""
    nik = Nik.parse("5203054408090001")
    assert nik.fits_birth_date(date(1909, 8, 4)) and nik.fits_birth_date(date(2009, 8, 4))
    assert not nik.fits_birth_date(date(2009, 8, 5))
    assert not nik.fits_birth_date(date(2009, 9, 4))
    assert not nik.fits_birth_date(date(2010, 8, 4))


def test_rule_41_an_odd_number_is_a_warning_and_no_refusal() -> None:
    """Unknown prefix and another birth date are both told, and both taken."""
    split_away, born = Nik.parse("9901014408999001"), date(1999, 8, 4)
    assert nik_warnings(Nik.parse(GOOD), REGIONS, born) == ()
    assert nik_warnings(split_away, REGIONS, born) == (NikWarning.UNKNOWN_REGION_PREFIX,)
    assert nik_warnings(Nik.parse(GOOD), REGIONS, date(1999, 8, 5)) == (NikWarning.BIRTH_DATE_DIFFERS,)
    assert nik_warnings(split_away, REGIONS, date(1950, 1, 1)) == tuple(NikWarning)


def test_equal_numbers_are_one_key_also_after_a_copy() -> None:
    """Equality and hash rest on the digits."""
    nik, other = Nik.parse(GOOD), Nik.parse("5203054408999002")
    again = pickle.loads(pickle.dumps(nik))  # noqa: S301  # our own bytes
    assert {nik: 1}[Nik.parse(GOOD)] == 1
    assert nik == again == copy.deepcopy(nik) and nik != other and len({nik, again, other}) == 2


def test_a_number_cannot_be_changed() -> None:
    """A NIK is a value."""
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        Nik.parse(GOOD)._digits = "x"  # type: ignore[misc, assignment]  # the write is what is tested
