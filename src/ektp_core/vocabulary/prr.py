"""The print-ready record (rekaman siap cetak, PRR): what is printed on one card, and why.

One record is one issuance (penerbitan): one reason for one card of one person (rule 3). It is
personal data through and through: `repr` shows the masked NIK and the reason, and the bytes of
`to_payload` live only where they can be erased. The same record always gives the same bytes,
so their digest can be signed; `from_payload` takes no other spelling of them.

It refuses to know: the day of today (so no ages), whether a region exists, what was printed.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from enum import IntEnum
from typing import Any

import msgspec
from attrs import field, frozen

from ektp_core.errors import Refusal, Refused
from ektp_core.vocabulary.nik import Nik
from ektp_core.vocabulary.region import RegionCode, RegionLevel

RELIGIONS = (
    "ISLAM", "KRISTEN", "KATOLIK", "HINDU", "BUDDHA", "KHONGHUCU", "KEPERCAYAAN TERHADAP TUHAN YME",
)  # fmt: skip
MARITAL_STATUSES = ("BELUM KAWIN", "KAWIN", "CERAI HIDUP", "CERAI MATI")
BLOOD_TYPES = ("A", "B", "AB", "O", "A+", "A-", "B+", "B-", "AB+", "AB-", "O+", "O-", "-")
OLDEST_YEAR = 1900
PAYLOAD_VERSION = 1

#: Longest text of each field; sixty for a name is the ministry's own rule (Permendagri 73/2022).
LIMITS = {"name": 60, "birth_place": 60, "address": 120, "occupation": 60, "nationality": 40}
LETTER_LIMIT = 60
_RT_RW = re.compile(r"[0-9]{3}/[0-9]{3}")
_PATH = re.compile(r" - at `\$\.([a-z_]{1,30})`$")


class Sex(IntEnum):
    """Sex as the card prints it. Numbers are stored."""

    MALE = 1
    FEMALE = 2

    @property
    def term(self) -> str:
        """The letter written in files: L (laki-laki) or P (perempuan)."""
        return "LP"[self - 1]


class Reason(IntEnum):
    """Why this card is made (alasan penerbitan): exactly one. Numbers are stored."""

    FIRST = 1
    DAMAGED = 2
    LOST = 3
    DATA_CHANGE = 4
    MOVED = 5
    RECORDING_ERROR = 6

    @property
    def term(self) -> str:
        """The office's word for it, as files write it."""
        return ("baru", "rusak", "hilang", "perubahan", "pindah", "salah-rekam")[self - 1]


class PreviousCard(IntEnum):
    """What became of the person's previous card (kartu lama). Numbers are stored."""

    NONE = 1
    SURRENDERED = 2
    DECLARED_LOST = 3
    AT_HANDOVER = 4

    @property
    def term(self) -> str:
        """The office's word for it, as files write it."""
        return ("tidak-ada", "diserahkan", "dinyatakan-hilang", "saat-pengambilan")[self - 1]


#: Whoever has something changed on a card has one.
_CARD_EXISTS = (PreviousCard.SURRENDERED, PreviousCard.DECLARED_LOST, PreviousCard.AT_HANDOVER)
#: Which fates of the previous card go with a reason.
FITTING_PREVIOUS: Mapping[Reason, tuple[PreviousCard, ...]] = {
    Reason.FIRST: (PreviousCard.NONE,),
    Reason.DAMAGED: (PreviousCard.SURRENDERED, PreviousCard.AT_HANDOVER),
    Reason.LOST: (PreviousCard.DECLARED_LOST,),
    **dict.fromkeys((Reason.DATA_CHANGE, Reason.MOVED, Reason.RECORDING_ERROR), _CARD_EXISTS),
}


def starts_formula(text: str) -> bool:
    """Whether a spreadsheet would run this text; a lone dash stands for 'none' and is harmless."""
    first = unicodedata.normalize("NFKC", text[:1])
    return text != "-" and first in ("=", "+", "-", "@", "\t", "\r")


def _bad(name: str, shape: str, expected: str) -> Refused:
    return Refused(Refusal.BAD_VALUE, {"field": name, "shape": shape, "expected": expected})


def _check_text(name: str, text: str, limit: int) -> None:
    expected = f"1 to {limit} characters on one line"
    if not text.strip():
        raise _bad(name, "empty", expected)
    if starts_formula(text):
        raise _bad(name, "a spreadsheet formula", expected)
    if len(text) > limit:
        raise _bad(name, f"{len(text)} characters", expected)
    if any(unicodedata.category(letter) in _UNPRINTABLE for letter in text):
        raise _bad(name, "control characters", expected)


_UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def _check_choice(name: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise _bad(name, "not one of the list", ", ".join(choices))


@frozen(kw_only=True)
class PrintReadyRecord:
    """One card to print. Checked when made: a record that exists is one that can be printed."""

    nik: Nik
    reason: Reason
    previous: PreviousCard = field(repr=False)
    name: str = field(repr=False)
    birth_place: str = field(repr=False)
    birth_date: date = field(repr=False)
    sex: Sex = field(repr=False)
    address: str = field(repr=False)
    rt_rw: str = field(repr=False)
    village: RegionCode = field(repr=False)
    religion: str = field(repr=False)
    marital_status: str = field(repr=False)
    occupation: str = field(repr=False)
    blood_type: str = field(default="-", repr=False)
    nationality: str = field(default="WNI", repr=False)
    previous_letter: str = field(default="", repr=False)
    previous_letter_date: date | None = field(default=None, repr=False)

    def __attrs_post_init__(self) -> None:
        for name, limit in LIMITS.items():
            _check_text(name, getattr(self, name), limit)
        if self.birth_date.year < OLDEST_YEAR:
            raise _bad("birth_date", f"before {OLDEST_YEAR}", "a birth date of somebody living")
        if not _RT_RW.fullmatch(self.rt_rw):
            raise _bad("rt_rw", f"{len(self.rt_rw)} characters", "three digits, slash, three digits: 003/005")
        if self.village.level is not RegionLevel.VILLAGE:
            raise _bad("village", self.village.level.term, "a village code such as 52.03.05.2001")
        _check_choice("religion", self.religion, RELIGIONS)
        _check_choice("marital_status", self.marital_status, MARITAL_STATUSES)
        _check_choice("blood_type", self.blood_type, BLOOD_TYPES)
        _check_previous(self)

    @property
    def district(self) -> RegionCode:
        """District (kecamatan) of the home."""
        return self.village.cut(RegionLevel.DISTRICT)

    @property
    def regency(self) -> RegionCode:
        """Regency or city (kabupaten/kota) of the home."""
        return self.village.cut(RegionLevel.REGENCY)


def _check_previous(record: PrintReadyRecord) -> None:
    """The previous card fits the reason, and a lost one has its letter (rule 3)."""
    fitting = FITTING_PREVIOUS[record.reason]
    if record.previous not in fitting:
        expected = ", ".join(fate.term for fate in fitting)
        raise _bad("previous", "does not fit the reason", expected)
    if record.previous_letter:
        _check_text("previous_letter", record.previous_letter, LETTER_LIMIT)
    if record.previous is PreviousCard.DECLARED_LOST and not record.previous_letter:
        raise _bad("previous_letter", "empty", "the number of the letter that declares the card lost")
    if bool(record.previous_letter) != (record.previous_letter_date is not None):
        name = "previous_letter_date" if record.previous_letter else "previous_letter"
        raise _bad(name, "empty", "number and date of the letter together")


@frozen(kw_only=True)
class _Payload:
    """The record as the bytes hold it."""

    v: int
    nik: str
    reason: Reason
    previous: PreviousCard
    name: str
    birth_place: str
    birth_date: date
    sex: Sex
    address: str
    rt_rw: str
    village: str
    religion: str
    marital_status: str
    occupation: str
    blood_type: str
    nationality: str
    previous_letter: str
    previous_letter_date: date | None


_OWN_FORM = ("v", "nik", "village")
_SAME_FORM = tuple(name for name in _Payload.__annotations__ if name not in _OWN_FORM)


def to_payload(record: PrintReadyRecord) -> bytes:
    """The record's bytes for the erasable payload; the same record gives the same bytes."""
    written: dict[str, Any] = {name: getattr(record, name) for name in _SAME_FORM}
    written |= {"v": PAYLOAD_VERSION, "nik": record.nik.reveal(), "village": str(record.village)}
    return msgspec.json.encode(written, order="deterministic")


def from_payload(data: bytes) -> PrintReadyRecord:
    """Read what `to_payload` wrote.

    Raises:
        Refused: MALFORMED for other bytes; BAD_NIK or BAD_VALUE for what they say.
    """
    try:
        payload = msgspec.json.decode(data, type=_Payload)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        # msgspec quotes the offending value; only the field's name is taken over.
        place = _PATH.search(str(error))
        raise _malformed(place.group(1) if place else "payload", "another type") from None
    if payload.v != PAYLOAD_VERSION:
        raise _malformed("v", "another version")
    record = PrintReadyRecord(
        nik=Nik.parse(payload.nik),
        village=RegionCode.parse(payload.village, "village"),
        **{name: getattr(payload, name) for name in _SAME_FORM},
    )
    if to_payload(record) != data:
        raise _malformed("payload", "another spelling of the same record")
    return record


def _malformed(name: str, shape: str) -> Refused:
    expected = f"a print-ready record, version {PAYLOAD_VERSION}"
    return Refused(Refusal.MALFORMED, {"field": name, "expected": expected, "shape": shape})
