"""The citizen's number (NIK, nomor induk kependudukan): sixteen digits that say a lot.

Six digits of region, six of birth date (day + 40 for a woman), four of order. Its digits are
kept out of every text: `repr`, `str`, f-strings and `attrs.asdict` show the regency and
asterisks; only `reveal()` gives them. The number proves nothing about today: a prefix outlives
the split of its region and a corrected birth date keeps the old NIK, so both are warnings
(rule 41). The century is not in it and is never guessed here.

>>> nik = Nik.parse("5203054408999001")
>>> nik, f"{nik}", nik.district, nik.is_female, nik.day, nik.month
(Nik(5203************), '5203************', '52.03.05', True, 4, 8)
"""

import re
from datetime import date
from enum import Enum

from attrs import field, frozen

from ektp_core.errors import Refusal, Refused
from ektp_core.long_number import LENGTH, is_plausible, numbers_apart
from ektp_core.vocabulary.region import Regions

_FEMALE_DAYS = 40
_ROUNDED = re.compile(r"[0-9][.,][0-9]+[Ee]\+?[0-9]+")


class _Sealed:
    """Text that no formatting, `asdict` or JSON writer gives away."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def opened(self) -> str:
        return self._text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Sealed) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __repr__(self) -> str:
        return "<sealed>"


@frozen(repr=False)
class Nik:
    """A well-formed NIK. Make one with `parse`."""

    _digits: _Sealed = field(converter=_Sealed)

    @classmethod
    def parse(cls, text: str, field: str = "nik") -> "Nik":
        """Read sixteen digits.

        Raises:
            Refused: BAD_NIK with the field and what is wrong with it, never the number.
        """
        shape = _fault(text)
        if shape:
            raise Refused(Refusal.BAD_NIK, {"field": field, "shape": shape})
        return cls(text)

    def reveal(self) -> str:
        """The digits, for the chip, the card's face and the keyed pseudonym only."""
        return self._digits.opened()

    @property
    def district(self) -> str:
        """Code of the district (kecamatan) where the number was given out."""
        digits = self.reveal()
        return f"{digits[0:2]}.{digits[2:4]}.{digits[4:6]}"

    @property
    def regency(self) -> str:
        """Code of the regency or city (kabupaten/kota) where the number was given out."""
        return self.district[:5]

    @property
    def is_female(self) -> bool:
        """Whether the day carries the forty of a woman."""
        return int(self.reveal()[6:8]) > _FEMALE_DAYS

    @property
    def day(self) -> int:
        """Day of birth, without the forty."""
        return int(self.reveal()[6:8]) - (_FEMALE_DAYS if self.is_female else 0)

    @property
    def month(self) -> int:
        """Month of birth."""
        return int(self.reveal()[8:10])

    @property
    def year_of_century(self) -> int:
        """Last two digits of the year of birth."""
        return int(self.reveal()[10:12])

    @property
    def number(self) -> int:
        """Running number among those of one district and birth date."""
        return int(self.reveal()[12:16])

    def fits_birth_date(self, birth_date: date) -> bool:
        """Whether the number could be of somebody born that day, in any century."""
        said = (self.day, self.month, self.year_of_century)
        return said == (birth_date.day, birth_date.month, birth_date.year % 100)

    def __str__(self) -> str:
        return self.reveal()[:4] + "*" * (LENGTH - 4)

    def __repr__(self) -> str:
        return f"Nik({self})"

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)


def _fault(text: str) -> str:
    """What makes this no NIK, in words; nothing when it is one."""
    if _ROUNDED.fullmatch(text):
        return "a number rounded by a spreadsheet, its digits are lost"
    if len(text) != LENGTH:
        return f"{len(text)} characters"
    if not (text.isascii() and text.isdigit()):
        return _kind_fault(text)
    return _date_fault(text) or ("number 0000" if text[12:] == "0000" else "")


def _kind_fault(text: str) -> str:
    if any(letter.isalpha() for letter in text):
        return "letters"
    if any(letter.isspace() for letter in text):
        return "spaces"
    if any(letter.isdigit() and not letter.isascii() for letter in text):
        return "digits of another script"
    return "signs that are no digits"


def _date_fault(digits: str) -> str:
    written, month, year = int(digits[6:8]), int(digits[8:10]), int(digits[10:12])
    day = written - _FEMALE_DAYS if written > _FEMALE_DAYS else written
    if not 1 <= day <= 31:
        return f"day {written:02}"
    if not 1 <= month <= 12:
        return f"month {month:02}"
    try:
        date(2000 + year, month, day)  # 2000 was a leap year, 1900 was not: the kinder century
    except ValueError:
        return f"day {written:02} in month {month:02}"
    return ""


class NikWarning(Enum):
    """What is odd about a NIK beside its biodata; never a reason to refuse (rule 41)."""

    UNKNOWN_REGION_PREFIX = "The NIK starts with a region that is not in the current list."
    BIRTH_DATE_DIFFERS = "The birth date in the NIK differs from the birth date in the record."

    @property
    def meaning(self) -> str:
        """What the warning says (a message id of the catalogue)."""
        return self.value


def nik_warnings(nik: Nik, regions: Regions, birth_date: date) -> tuple[NikWarning, ...]:
    """Everything odd about this NIK, in the order of `NikWarning`."""
    odd = {
        NikWarning.UNKNOWN_REGION_PREFIX: nik.district not in regions,
        NikWarning.BIRTH_DATE_DIFFERS: not nik.fits_birth_date(birth_date),
    }
    return tuple(warning for warning, applies in odd.items() if applies)


_RUN = re.compile(r"\d{16,}")
_HEXADECIMAL = re.compile(r"[0-9a-f]{32,}")


def may_hold_nik(text: str) -> bool:
    """Whether a free text seems to hold a citizen's number, also one written with blanks, dots or letters beside it.

    Sixteen digits with a possible region, day and month; digests and keys are left alone, and so
    are dates, telephone numbers and serials that only stand beside one another.

    >>> may_hold_nik("NIK 52.03.054408.990001 rusak"), may_hold_nik("BAST-2018/0001"), may_hold_nik("ab" * 32)
    (True, False, False)
    """
    if _HEXADECIMAL.fullmatch(text):
        return False
    runs = (found.group() for found in _RUN.finditer(text))
    in_a_row = any(is_plausible(run[at : at + LENGTH]) for run in runs for at in range(len(run) - LENGTH + 1))
    return in_a_row or next(numbers_apart(text), None) is not None
