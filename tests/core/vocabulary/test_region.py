"""Region codes: shape, level, what is around them, and the lookup of names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ektp_core.errors import Refusal, Refused
from ektp_core.vocabulary.region import RegionCode, RegionLevel, Regions

REGIONS = Regions(
    {
        "52": "Nusa Tenggara Barat",
        "52.03": "Kabupaten Lombok Timur",
        "52.03.05": "Masbagik",
        "52.03.05.2002": "Paokmotong",
        "52.03.05.2001": "Kesik",
        "52.03.06.2001": "Dasan Lekong",
    }
)


def test_a_code_knows_its_level_and_what_is_around_it() -> None:
    """From village to province, then nothing."""
    village = RegionCode.parse("52.03.05.2001")
    levels = []
    code: RegionCode | None = village
    while code:
        levels.append((str(code), code.level.term))
        code = code.parent
    assert levels == [
        ("52.03.05.2001", "desa/kelurahan"),
        ("52.03.05", "kecamatan"),
        ("52.03", "kabupaten/kota"),
        ("52", "provinsi"),
    ]
    assert village.cut(RegionLevel.REGENCY) == RegionCode.parse("52.03")
    assert village.cut(RegionLevel.VILLAGE) == village


@pytest.mark.parametrize(
    "text", ["", "5", "5203", "52.", "52.3", "52.03.05.201", "52.03.05.20011", "٥٢", "52.03\n", "ab", "52.03.05.2001.1"]
)
def test_another_shape_is_refused(text: str) -> None:
    """BAD_VALUE with the length, never the text."""
    with pytest.raises(Refused) as caught:
        RegionCode.parse(text, "village")
    assert caught.value.refusal is Refusal.BAD_VALUE
    assert caught.value.facts["field"] == "village"
    assert caught.value.facts["shape"] == f"{len(text)} characters"


@given(st.text(alphabet="0123456789.", max_size=14))
def test_whatever_is_taken_is_written_back_as_it_came(text: str) -> None:
    """Parse never changes a code; everything else is refused."""
    try:
        assert str(RegionCode.parse(text)) == text
    except Refused as refused:
        assert refused.refusal is Refusal.BAD_VALUE


def test_rule_41_a_region_outside_the_list_is_refused() -> None:
    """UNKNOWN_REGION names the region and the field."""
    assert REGIONS.require("52.03", "office") == RegionCode("52.03")
    with pytest.raises(Refused) as caught:
        REGIONS.require("52.99", "office")
    assert caught.value == Refused(Refusal.UNKNOWN_REGION, {"region": "52.99", "field": "office"})


def test_names_are_looked_up_by_code_or_text() -> None:
    """Both ways of naming a region work; an unknown one is refused."""
    assert REGIONS.name("52.03.05") == REGIONS.name(RegionCode("52.03.05")) == "Masbagik"
    assert "52.03" in REGIONS and RegionCode("52.03") in REGIONS
    assert "99" not in REGIONS and 52 not in REGIONS
    with pytest.raises(Refused):
        REGIONS.name("99")


def test_regions_inside_another_come_in_order_of_their_codes() -> None:
    """Villages of one district, of one regency; counts by level."""
    assert [str(code) for code in REGIONS.within("52.03.05", RegionLevel.VILLAGE)] == [
        "52.03.05.2001",
        "52.03.05.2002",
    ]
    assert len(REGIONS.within("52.03", RegionLevel.VILLAGE)) == 3
    assert REGIONS.within("52.03.05.2001", RegionLevel.VILLAGE) == ()
    assert [REGIONS.count(level) for level in RegionLevel] == [1, 1, 1, 3]
