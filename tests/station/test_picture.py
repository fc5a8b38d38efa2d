"""The words on a card."""

import datetime
import io

import pytest
from attrs import evolve
from PIL import Image

from ektp_core.vocabulary.nik import Nik
from ektp_core.vocabulary.prr import Sex
from ektp_data.regions import load_regions
from ektp_station.picture import card_text, picture_of
from tests.station.station_bench import people

REGIONS = load_regions()
SOMEBODY = people(1)[0]


def test_the_card_says_what_the_record_says() -> None:
    words = card_text(SOMEBODY, REGIONS)
    assert words.nik == SOMEBODY.nik.reveal()
    assert (words.name, words.birth_place, words.address) == (SOMEBODY.name, SOMEBODY.birth_place, SOMEBODY.address)
    assert (words.religion, words.occupation) == (SOMEBODY.religion, SOMEBODY.occupation)
    assert (words.marital_status, words.blood_type) == (SOMEBODY.marital_status, SOMEBODY.blood_type)


def test_a_birth_date_is_written_day_first() -> None:
    person = evolve(SOMEBODY, birth_date=datetime.date(1990, 2, 1))
    assert card_text(person, REGIONS).birth_date == "01-02-1990"


@pytest.mark.parametrize(("sex", "word"), [(Sex.FEMALE, "PEREMPUAN"), (Sex.MALE, "LAKI-LAKI")])
def test_sex_is_written_out(sex: Sex, word: str) -> None:
    assert card_text(evolve(SOMEBODY, sex=sex), REGIONS).sex == word


def test_the_home_is_named_from_village_to_province() -> None:
    words = card_text(SOMEBODY, REGIONS)
    assert words.village == REGIONS.name(str(SOMEBODY.village))
    assert words.district == REGIONS.name(str(SOMEBODY.village)[:8])
    assert "LOMBOK TIMUR" in words.regency.upper()
    assert "NUSA TENGGARA BARAT" in words.province.upper()


def test_the_number_is_shown_on_the_card_and_nowhere_else() -> None:
    words = card_text(SOMEBODY, REGIONS)
    assert isinstance(SOMEBODY.nik, Nik)
    assert SOMEBODY.nik.reveal() not in repr(words) and SOMEBODY.name not in repr(words)


def test_the_picture_is_a_whole_card() -> None:
    art = picture_of(SOMEBODY, REGIONS)
    assert Image.open(io.BytesIO(art.front_png)).size == (1016, 648)
    assert picture_of(SOMEBODY, REGIONS) == art
