"""Hypothesis strategies for the nouns (strategi kata benda): parties, serials, chips, records, people, dates.

Everything drawn has the shape the vocabulary asks for. Each strategy shrinks to something plain:
one blank numbered 1 of series A, the first party, the first day. People are made up: their
running numbers start at 9001, which no district gives out.
"""

from datetime import date, timedelta
from itertools import accumulate

from hypothesis import strategies as st

from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.nik import Nik
from ektp_core.vocabulary.party import PartyId
from ektp_core.vocabulary.prr import (
    BLOOD_TYPES,
    FITTING_PREVIOUS,
    MARITAL_STATUSES,
    RELIGIONS,
    PreviousCard,
    PrintReadyRecord,
    Reason,
    Sex,
)
from ektp_core.vocabulary.record_id import record_id
from ektp_core.vocabulary.region import RegionCode, RegionLevel
from ektp_core.vocabulary.serial import HIGHEST, SerialRange, SerialSet
from ektp_data.people import nik_of

#: Regencies that exist; few, so that parties meet.
REGENCIES = ("52.03", "52.01", "51.02", "18.09")
_VILLAGES = ("52.03.05.2001", "52.01.01.2002", "51.02.03.2003")
_CLASSES = ("v5", "v4.8")
_SERIES = ("A", "B", "PNRI-2018", "PNRI-18.2")
_FIRST_DAY, _LAST_DAY = date(2011, 1, 1), date(2035, 12, 31)
_FIRST_MS, _LAST_MS = 1_542_600_000_000, 1_900_000_000_000
_BIRTHS = (date(1945, 1, 1), date(2005, 12, 31))


def words(*, min_size: int = 0) -> st.SearchStrategy[str]:
    """Free text of a few lower-case letters, never a number that could be a citizen's."""
    return st.text("abcdefghijklmnopqrstuvwxyz -", min_size=min_size, max_size=12)


def blank_classes() -> st.SearchStrategy[str]:
    """A compatibility version of blanks (rule 8)."""
    return st.sampled_from(_CLASSES)


def buckets() -> st.SearchStrategy[Bucket]:
    """Any bucket; stock first."""
    return st.sampled_from(Bucket)


def regions(level: RegionLevel = RegionLevel.REGENCY) -> st.SearchStrategy[RegionCode]:
    """A region that exists, of one level."""
    return st.sampled_from(_VILLAGES).map(lambda village: RegionCode(village).cut(level))


def offices() -> st.SearchStrategy[str]:
    """An office's id."""
    return st.sampled_from(REGENCIES).map(lambda region: f"office/{region}")


def stations() -> st.SearchStrategy[str]:
    """A station's id."""
    return st.builds("station/{}/{}".format, st.sampled_from(REGENCIES), st.integers(1, 3))


def suppliers() -> st.SearchStrategy[str]:
    """A supplier's id."""
    return st.sampled_from(["supplier/PNRI", "supplier/OTHER"])


def parties() -> st.SearchStrategy[str]:
    """Any party's id: the centre, a province, an office, a station, a supplier."""
    provinces = st.sampled_from(["province/52", "province/51"])
    return st.one_of(st.just("centre"), offices(), stations(), provinces, suppliers())


def party_ids() -> st.SearchStrategy[PartyId]:
    """The same, as a value."""
    return parties().map(PartyId.parse)


def series() -> st.SearchStrategy[str]:
    """A supplier's series of serials."""
    return st.sampled_from(_SERIES)


def numbers() -> st.SearchStrategy[int]:
    """A serial's number: mostly small, so that ranges meet, now and then huge."""
    return st.one_of(st.integers(1, 60), st.integers(1, 60), st.integers(1, HIGHEST))


@st.composite
def serial_ranges(draw: st.DrawFn, of_series: st.SearchStrategy[str] | None = None) -> SerialRange:
    """A range of one series."""
    lo = draw(numbers())
    return SerialRange(draw(of_series or series()), lo, min(HIGHEST, lo + draw(st.integers(0, 12))))


@st.composite
def serial_sets(draw: st.DrawFn, *, min_ranges: int = 0, max_ranges: int = 4) -> SerialSet:
    """Ranges of one series or two, apart from each other."""
    gaps = draw(st.lists(st.tuples(st.integers(2, 9), st.integers(0, 9)), min_size=min_ranges, max_size=max_ranges))
    ends = list(accumulate(gap + size for gap, size in gaps))
    names = draw(st.lists(series(), min_size=len(gaps), max_size=len(gaps)))
    return SerialSet(
        tuple(SerialRange(name, end - size, end) for name, end, (_, size) in zip(names, ends, gaps, strict=True))
    )


def range_tuples(*, min_ranges: int = 0) -> st.SearchStrategy[tuple[tuple[str, int, int], ...]]:
    """Serials as requests and events write them: (series, first, last), no blank named twice."""
    return serial_sets(min_ranges=min_ranges).map(
        lambda found: tuple((part.series, part.lo, part.hi) for part in found)
    )


def uids() -> st.SearchStrategy[str]:
    """A chip's number, of 4, 7 or 10 bytes."""
    return st.sampled_from([4, 7, 10]).flatmap(
        lambda size: st.binary(min_size=size, max_size=size).map(lambda raw: raw.hex().upper())
    )


def record_ids() -> st.SearchStrategy[str]:
    """A record's number: region of first import and a running number."""
    return st.builds(record_id, st.sampled_from(REGENCIES), st.integers(1, 40))


def officers() -> st.SearchStrategy[str]:
    """An officer's id."""
    return st.sampled_from(["operator", "verifier-1", "verifier-2", "head"])


def key_ids() -> st.SearchStrategy[str]:
    """A key's id."""
    return st.sampled_from(["key-operator", "key-verifier-1", "key-verifier-2", "key-hub", "key-station"])


def papers() -> st.SearchStrategy[str]:
    """Number of a paper."""
    return st.builds("{}-{}/2018".format, st.sampled_from(["BAST", "BA", "SK"]), st.integers(1, 999))


def names() -> st.SearchStrategy[str]:
    """An id somebody made: of an allotment, a consignment, a report, a loan, a batch."""
    return st.builds("{}-{}".format, st.sampled_from("ACRL"), st.integers(1, 9))


def local_dates() -> st.SearchStrategy[str]:
    """A local date as ISO text."""
    return st.dates(_FIRST_DAY, _LAST_DAY).map(date.isoformat)


def times_ms() -> st.SearchStrategy[int]:
    """Milliseconds since 1970, UTC; the first is in November 2018."""
    return st.integers(_FIRST_MS, _LAST_MS)


def digests() -> st.SearchStrategy[bytes]:
    """Thirty-two bytes: a digest, or a citizen's keyed hash."""
    return st.binary(min_size=32, max_size=32)


def niks() -> st.SearchStrategy[Nik]:
    """The number of somebody who does not exist."""
    born = st.integers(0, (_BIRTHS[1] - _BIRTHS[0]).days).map(lambda days: _BIRTHS[0] + timedelta(days=days))
    return st.builds(nik_of, regions(RegionLevel.DISTRICT), born, st.sampled_from(Sex), st.integers(9001, 9999))


@st.composite
def print_ready_records(draw: st.DrawFn) -> PrintReadyRecord:
    """A card to be printed for somebody who does not exist; NIK, birth date, sex and village agree."""
    village = draw(regions(RegionLevel.VILLAGE))
    birth_date, sex = draw(st.dates(*_BIRTHS)), draw(st.sampled_from(Sex))
    reason = draw(st.sampled_from(Reason))
    previous = draw(st.sampled_from(FITTING_PREVIOUS.get(reason, tuple(PreviousCard))))
    has_letter = previous is PreviousCard.DECLARED_LOST
    capitals = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=20)
    return PrintReadyRecord(
        nik=nik_of(village.cut(RegionLevel.DISTRICT), birth_date, sex, draw(st.integers(9001, 9999))),
        reason=reason,
        previous=previous,
        name=f"{draw(capitals)} CONTOH",
        birth_place=draw(capitals),
        birth_date=birth_date,
        sex=sex,
        address=f"DUSUN {draw(capitals)}",
        rt_rw=f"{draw(st.integers(1, 20)):03}/{draw(st.integers(1, 12)):03}",
        village=village,
        religion=draw(st.sampled_from(RELIGIONS)),
        marital_status=draw(st.sampled_from(MARITAL_STATUSES)),
        occupation=draw(capitals),
        blood_type=draw(st.sampled_from(BLOOD_TYPES)),
        previous_letter=draw(papers()) if has_letter else "",
        previous_letter_date=draw(st.dates(_FIRST_DAY, _LAST_DAY)) if has_letter else None,
    )
