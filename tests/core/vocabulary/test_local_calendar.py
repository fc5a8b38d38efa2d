"""Local days and months: rule 38. The table of provinces is typed by hand from the list of 38."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ektp_core.errors import Refusal, Refused
from ektp_core.vocabulary.dates import checked_date
from ektp_core.vocabulary.local_calendar import (
    DAY_MS,
    ZONES,
    Zone,
    checked_month,
    date_of,
    day_number,
    last_day,
    local_date,
    month_of,
    months_later,
    next_month,
    starts_ms,
    zone_of,
)
from ektp_data.regions import load_regions

pytestmark = pytest.mark.rule(38)

BY_HAND = {
    Zone.WIB: "Aceh, Sumut, Sumbar, Riau, Jambi, Sumsel, Bengkulu, Lampung, Babel, Kepri, DKI, Jabar, Jateng, DIY, Jatim, "
    "Banten, Kalbar, Kalteng",
    Zone.WITA: "Bali, NTB, NTT, Kalsel, Kaltim, Kaltara, Sulut, Sulteng, Sulsel, Sultra, Gorontalo, Sulbar",
    Zone.WIT: "Maluku, Malut, Papua, Papua Barat, Papua Selatan, Papua Tengah, Papua Pegunungan, Papua Barat Daya",
}
INSTANTS = st.integers(min_value=0, max_value=4_000_000_000_000)
PROVINCES = st.sampled_from(sorted(ZONES))


@pytest.mark.parametrize("zone", Zone)
def test_each_time_is_kept_by_as_many_provinces_as_the_hand_written_list_has(zone: Zone) -> None:
    assert sum(found is zone for found in ZONES.values()) == len(BY_HAND[zone].split(", "))


def test_all_38_provinces_have_a_time_and_no_other_code_has() -> None:
    assert len(ZONES) == 38
    provinces = {code for code in (f"{number:02}" for number in range(100)) if code in load_regions()}
    assert provinces <= set(ZONES)


@pytest.mark.parametrize(
    ("region", "zone"),
    [
        ("", Zone.WIB), ("31.71", Zone.WIB), ("61", Zone.WIB), ("62.01", Zone.WIB), ("63.71", Zone.WITA),
        ("52.03.05.2001", Zone.WITA), ("65", Zone.WITA), ("81", Zone.WIT), ("96.71", Zone.WIT), ("93", Zone.WIT),
    ],
)  # fmt: skip
def test_a_region_of_any_depth_keeps_its_provinces_time(region: str, zone: Zone) -> None:
    assert zone_of(region) is zone


def test_an_unknown_province_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        zone_of("99.01")
    assert refused.value.refusal is Refusal.UNKNOWN_REGION


@given(INSTANTS, PROVINCES)
def test_a_local_day_is_that_of_a_clock_so_many_hours_ahead(at_ms: int, province: str) -> None:
    here = timezone(timedelta(hours=int(ZONES[province])))
    assert local_date(at_ms, province) == datetime.fromtimestamp(at_ms // 1000, here).date().isoformat()


@given(INSTANTS, PROVINCES)
def test_a_day_begins_where_it_says_and_lasts_a_day(at_ms: int, province: str) -> None:
    start = starts_ms(local_date(at_ms, province), province)
    assert start <= at_ms < start + DAY_MS
    assert local_date(start - 1, province) < local_date(start, province)


def test_one_instant_is_two_days_in_two_places() -> None:
    at_ms = int(datetime(2018, 12, 31, 15, 30, tzinfo=UTC).timestamp() * 1000)
    assert [date_of(at_ms, party) for party in ("centre", "office/52.03", "office/91.71", "supplier/PNRI")] == [
        "2018-12-31", "2018-12-31", "2019-01-01", "2018-12-31",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        ("2018-08-31", 6, "2019-02-28"), ("2019-08-31", 6, "2020-02-29"), ("2018-11-19", 6, "2019-05-19"),
        ("2018-12-01", 12, "2019-12-01"), ("2018-12-31", 1, "2019-01-31"), ("2018-06-30", 0, "2018-06-30"),
    ],
)  # fmt: skip
def test_months_later_is_the_same_day_or_the_last_of_a_short_month(day: str, months: int, expected: str) -> None:
    assert months_later(day, months) == expected


def test_months_follow_one_another() -> None:
    assert (next_month("2018-11"), next_month("2018-12"), next_month("2019-01")) == ("2018-12", "2019-01", "2019-02")
    assert (last_day("2018-11"), last_day("2020-02"), last_day("2019-02")) == ("2018-11-30", "2020-02-29", "2019-02-28")
    assert month_of("2018-11-19") == "2018-11"


@pytest.mark.parametrize(
    "text", ["2018-02-30", "2018-13-01", "19-11-2018", "2018-11-9", "", "20181119", "0218-11-19", "２018-11-19", "2018-11-19\n"]
)
def test_a_date_that_no_calendar_has_is_refused_by_its_field(text: str) -> None:
    with pytest.raises(Refused) as refused:
        checked_date(text, "letter_date")
    assert (refused.value.refusal, refused.value.facts["field"]) == (Refusal.BAD_VALUE, "letter_date")


@pytest.mark.parametrize("text", ["2018-13", "2018-00", "2018-1", "", "2018-11-01", "0218-11"])
def test_a_month_that_no_calendar_has_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refused:
        checked_month(text)
    assert (refused.value.refusal, refused.value.facts["field"]) == (Refusal.BAD_VALUE, "month")


def test_a_good_date_and_a_good_month_are_given_back() -> None:
    assert (checked_date("2020-02-29"), checked_month("2020-02")) == ("2020-02-29", "2020-02")


@pytest.mark.rule(38)
@pytest.mark.parametrize(
    ("at_ms", "party", "day"),
    [
        (1_542_643_199_999, "station/52.03/1", 17_854),
        (1_542_643_200_000, "station/52.03/1", 17_855),
        (1_542_643_200_000, "office/31.71", 17_854),
        (0, "station/99.01/1", 0),
        (-(2**63), "nobody at all", -106_751_991_168),
    ],
)
def test_a_day_is_a_number_whatever_the_party_and_the_time(at_ms: int, party: str, day: int) -> None:
    assert day_number(at_ms, party) == day
