"""The local calendar (kalender setempat): which day it is where a party works.

Rule 38: days and months are those of the party's own place. Indonesia keeps three times, WIB
(+7), WITA (+8) and WIT (+9), without summer time, so a table by province is all that is needed
and no list of time zones is read. The centre and suppliers keep Jakarta's time.

It refuses to know what time it is: an instant is handed in, in milliseconds UTC.

>>> local_date(1_542_645_000_000, "52.03"), local_date(1_542_645_000_000, "31.71")
('2018-11-20', '2018-11-19')
>>> month_of("2018-11-20"), months_later("2018-08-31", 6)
('2018-11', '2019-02-28')
"""

import re
from calendar import monthrange
from collections.abc import Mapping
from datetime import date, timedelta
from enum import IntEnum

from ektp_core.errors import Refusal, Refused
from ektp_core.vocabulary.dates import OLDEST_YEAR
from ektp_core.vocabulary.party import PartyId

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS

_EPOCH = date(1970, 1, 1)
_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")


class Zone(IntEnum):
    """One of the three times of the country; the number is its hours ahead of UTC."""

    WIB = 7  # waktu Indonesia barat
    WITA = 8  # waktu Indonesia tengah
    WIT = 9  # waktu Indonesia timur


_PROVINCES: Mapping[Zone, tuple[str, ...]] = {
    Zone.WIB: (
        "11", "12", "13", "14", "15", "16", "17", "18", "19", "21",  # Sumatra and its islands
        "31", "32", "33", "34", "35", "36",  # Java
        "61", "62",  # West and Central Kalimantan
    ),
    Zone.WITA: (
        "51", "52", "53",  # Bali and Nusa Tenggara
        "63", "64", "65",  # South, East and North Kalimantan
        "71", "72", "73", "74", "75", "76",  # Sulawesi
    ),
    Zone.WIT: (
        "81", "82",  # Maluku
        "91", "92", "93", "94", "95", "96",  # Papua, and the provinces that were split from it
    ),
}  # fmt: skip

#: Province code to its time: all 38 provinces.
ZONES: Mapping[str, Zone] = {code: zone for zone, codes in _PROVINCES.items() for code in codes}


def zone_of(region: str) -> Zone:
    """The time kept in a region (any depth of code); nothing stands for the centre, in Jakarta.

    Raises:
        Refused: UNKNOWN_REGION for a province the table does not hold.
    """
    found = ZONES.get(region[:2]) if region else Zone.WIB
    if found is None:
        raise Refused(Refusal.UNKNOWN_REGION, {"region": region[:2], "field": "province"})
    return found


def local_date(at_ms: int, region: str) -> str:
    """The day (ISO) that an instant falls on in a region."""
    days = (at_ms + zone_of(region) * HOUR_MS) // DAY_MS
    return (_EPOCH + timedelta(days=days)).isoformat()


def day_number(at_ms: int, party: str) -> int:
    """The local day of an instant where a party works, in days since 1970; Jakarta's where that is not known.

    For what must be folded whatever stands in it: it takes any number and never refuses.
    """
    try:
        zone = zone_of(PartyId(party).region)
    except (Refused, ValueError):
        zone = Zone.WIB
    return (at_ms + zone * HOUR_MS) // DAY_MS


def date_of(at_ms: int, party: str) -> str:
    """The day (ISO) that an instant falls on where a party works."""
    return local_date(at_ms, PartyId(party).region)


def starts_ms(day: str, region: str) -> int:
    """The instant at which a day begins in a region."""
    return (date.fromisoformat(day) - _EPOCH).days * DAY_MS - zone_of(region) * HOUR_MS


def month_of(day: str) -> str:
    """The month (`2018-11`) of a day."""
    return day[:7]


def last_day(month: str) -> str:
    """The last day of a month."""
    year, number = int(month[:4]), int(month[5:])
    return f"{month}-{monthrange(year, number)[1]:02}"


def next_month(month: str) -> str:
    """The month after a month."""
    year, number = int(month[:4]), int(month[5:])
    return f"{year + 1:04}-01" if number == 12 else f"{year:04}-{number + 1:02}"


def months_later(day: str, months: int) -> str:
    """The same day so many months on; the last day of a month that is too short."""
    start = date.fromisoformat(day)
    years, month = divmod(start.month - 1 + months, 12)
    year = start.year + years
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1])).isoformat()


def checked_month(text: str, field: str = "month") -> str:
    """A month written `2018-11`.

    Raises:
        Refused: BAD_VALUE naming the field.
    """
    if not _MONTH.fullmatch(text) or int(text[:4]) < OLDEST_YEAR:
        facts = {"field": field, "shape": f"{len(text)} characters", "expected": "a month such as 2018-11"}
        raise Refused(Refusal.BAD_VALUE, facts)
    return text
