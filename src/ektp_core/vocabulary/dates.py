"""Dates as papers write them (tanggal surat): ISO text, a real day of the calendar.

>>> checked_date("2018-03-13", "letter_date")
'2018-03-13'
>>> days_between("2018-03-13", "2018-12-06")
268
"""

import re
from datetime import date

from ektp_core.errors import Refusal, Refused

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
#: A paper of another century is a slip of the pen; the programme of these cards began in 2009.
OLDEST_YEAR = 2000


def checked_date(text: str, field: str = "date") -> str:
    """A day that exists, written `2018-11-19`.

    Raises:
        Refused: BAD_VALUE naming the field.
    """
    expected = "a date of the calendar such as 2018-11-19"
    if not _DATE.fullmatch(text):
        raise Refused(Refusal.BAD_VALUE, {"field": field, "shape": f"{len(text)} characters", "expected": expected})
    try:
        year = date.fromisoformat(text).year
    except ValueError:
        shape = "a day that no calendar has"
        raise Refused(Refusal.BAD_VALUE, {"field": field, "shape": shape, "expected": expected}) from None
    if year < OLDEST_YEAR:
        shape = f"before {OLDEST_YEAR}"
        raise Refused(Refusal.BAD_VALUE, {"field": field, "shape": shape, "expected": expected})
    return text


def days_between(first: str, last: str) -> int:
    """Days from one checked date to another; negative when the second is earlier."""
    return (date.fromisoformat(last) - date.fromisoformat(first)).days
