"""Made-up people: always the same, consistent, and recognisable as made up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ektp_core.errors import Refused
from ektp_core.vocabulary.nik import nik_warnings
from ektp_core.vocabulary.prr import Reason, Sex
from ektp_core.vocabulary.region import RegionCode, RegionLevel
from ektp_data.people import nik_of, synthetic_people
from ektp_data.regions import load_regions

REGIONS = load_regions()


@given(st.integers(0, 2**32), st.sampled_from(("52.03", "31.74", "96.71")))
def test_everything_about_a_person_agrees(seed: int, regency: str) -> None:
    """NIK with birth date, sex and district; home in the regency; no warning."""
    for person in synthetic_people(seed, 5, regency, REGIONS):
        assert nik_warnings(person.nik, REGIONS, person.birth_date) == ()
        assert person.nik.is_female == (person.sex is Sex.FEMALE)
        assert person.nik.district == str(person.district)
        assert str(person.regency) == regency and person.village in REGIONS


def test_a_seed_always_gives_the_same_people() -> None:
    """A longer list begins like a shorter one; another seed gives others."""
    few, many = synthetic_people(7, 20, "52.03", REGIONS), synthetic_people(7, 50, "52.03", REGIONS)
    assert many[:20] == few
    assert synthetic_people(8, 20, "52.03", REGIONS) != few


def test_ten_thousand_people_have_ten_thousand_numbers() -> None:
    """As many as the largest story needs."""
    people = synthetic_people(3, 10_000, "52.03", REGIONS)
    assert len({person.nik for person in people}) == 10_000
    assert {person.reason for person in people} == set(Reason)


def test_nobody_could_take_them_for_real() -> None:
    """The name says so, and the running number is one that no district gives out."""
    made_up = {"CONTOH", "REKAAN", "PERAGA", "UMPAMA", "MISALAN", "TELADAN", "SAMPEL", "ANDAIAN"}
    for person in synthetic_people(11, 300, "52.03", REGIONS):
        assert person.name.split()[-1] in made_up
        assert person.nik.number >= 9001


def test_a_number_can_be_made_for_a_person() -> None:
    """Typed by hand: a woman of 4 August 1999."""
    district = RegionCode.parse("52.03.05")
    people = synthetic_people(1, 1, "52.03", REGIONS)
    born = people[0].birth_date.replace(1999, 8, 4)
    assert nik_of(district, born, Sex.FEMALE, 9001).reveal() == "5203054408999001"
    assert nik_of(district, born, Sex.MALE, 9001).reveal() == "5203050408999001"


def test_a_regency_nobody_knows_is_refused() -> None:
    """People live in villages of the list."""
    assert REGIONS.within("52.03", RegionLevel.VILLAGE)
    with pytest.raises(Refused):
        synthetic_people(1, 1, "52.99", REGIONS)
