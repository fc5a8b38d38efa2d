"""People who do not exist (penduduk contoh), for demos and tests: always the same for a seed.

Names end in a word that says so (CONTOH, REKAAN ...) and running numbers of their NIKs start
at 9001, which no district gives out on one birth date. Homes are real villages of one regency;
NIK, birth date, sex and district agree.

>>> from ektp_data.regions import load_regions
>>> people = synthetic_people(seed=1, count=2, regency="52.03", regions=load_regions())
>>> people[0].nik.regency, people == synthetic_people(1, 2, "52.03", load_regions())
('52.03', True)
"""

from datetime import date, timedelta
from random import Random

from ektp_core.vocabulary.nik import Nik
from ektp_core.vocabulary.prr import MARITAL_STATUSES, PreviousCard, PrintReadyRecord, Reason, Sex
from ektp_core.vocabulary.region import RegionCode, RegionLevel, Regions

_GIVEN = {
    Sex.MALE: (
        "LALU AHMAD", "BUDI", "AGUS", "MUHAMMAD ZAIN", "JOKO", "MADE", "HERMAN", "RAHMAT", "IWAN", "SAHRUL",
        "GUNAWAN", "HASAN", "ROBERTUS", "EKO", "FAUZI", "YUSUF", "BAMBANG", "TAUFIK", "ANDI", "DEDI",
    ),
    Sex.FEMALE: (
        "BAIQ NURUL", "SITI", "DEWI", "SRI", "NI LUH", "FATIMAH", "RATNA", "YULIANA", "INDAH", "MARLINA",
        "HALIMAH", "WULAN", "MARIA", "ENDANG", "LESTARI", "AISYAH", "RINA", "KARTINI", "NURHAYATI", "EVI",
    ),
}  # fmt: skip
_MADE_UP = ("CONTOH", "REKAAN", "PERAGA", "UMPAMA", "MISALAN", "TELADAN", "SAMPEL", "ANDAIAN")
_OCCUPATIONS = ("PETANI", "PEDAGANG", "GURU", "NELAYAN", "WIRASWASTA", "PERAWAT", "PELAJAR/MAHASISWA",
                "MENGURUS RUMAH TANGGA", "BURUH HARIAN LEPAS", "KARYAWAN SWASTA")  # fmt: skip
_FATES = {
    Reason.FIRST: PreviousCard.NONE,
    Reason.DAMAGED: PreviousCard.SURRENDERED,
    Reason.LOST: PreviousCard.DECLARED_LOST,
    Reason.DATA_CHANGE: PreviousCard.AT_HANDOVER,
    Reason.MOVED: PreviousCard.SURRENDERED,
    Reason.RECORDING_ERROR: PreviousCard.AT_HANDOVER,
}
_HOW_OFTEN = (70, 8, 7, 8, 5, 2)  # of a hundred, in the order of Reason
_FIRST_BIRTH, _BIRTH_DAYS = date(1945, 1, 1), 365 * 60
_FIRST_LETTER, _LETTER_DAYS = date(2018, 7, 1), 120
_LOWEST_NUMBER, _HIGHEST_NUMBER = 9001, 9999


def synthetic_people(seed: int, count: int, regency: str, regions: Regions) -> tuple[PrintReadyRecord, ...]:
    """So many made-up people of one regency, each with an own NIK."""
    random = Random(seed)
    villages = regions.within(regions.require(regency), RegionLevel.VILLAGE)
    people: dict[Nik, PrintReadyRecord] = {}
    while len(people) < count:
        person = _person(random, villages, regions)
        people.setdefault(person.nik, person)
    return tuple(people.values())


def nik_of(district: RegionCode, birth_date: date, sex: Sex, number: int) -> Nik:
    """The NIK such a person would have."""
    day = birth_date.day + (40 if sex is Sex.FEMALE else 0)
    region = district.value.replace(".", "")
    return Nik.parse(f"{region}{day:02}{birth_date.month:02}{birth_date.year % 100:02}{number:04}")


def _person(random: Random, villages: tuple[RegionCode, ...], regions: Regions) -> PrintReadyRecord:
    village = random.choice(villages)
    district = village.cut(RegionLevel.DISTRICT)
    sex = random.choice((Sex.MALE, Sex.FEMALE))
    birth_date = _FIRST_BIRTH + timedelta(days=random.randrange(_BIRTH_DAYS))
    reason = random.choices(tuple(Reason), _HOW_OFTEN)[0]
    lost = reason is Reason.LOST
    letter_date = _FIRST_LETTER + timedelta(days=random.randrange(_LETTER_DAYS))
    return PrintReadyRecord(
        nik=nik_of(district, birth_date, sex, random.randint(_LOWEST_NUMBER, _HIGHEST_NUMBER)),
        name=f"{random.choice(_GIVEN[sex])} {random.choice(_MADE_UP)}",
        birth_place=regions.name(district).upper(),
        birth_date=birth_date,
        sex=sex,
        address=f"DUSUN {random.choice(_MADE_UP)} NO. {random.randint(1, 99)}",
        rt_rw=f"{random.randint(1, 20):03}/{random.randint(1, 12):03}",
        village=village,
        religion=random.choices(("ISLAM", "HINDU", "KRISTEN", "KATOLIK"), (92, 4, 2, 2))[0],
        marital_status=random.choice(MARITAL_STATUSES),
        occupation=random.choice(_OCCUPATIONS),
        blood_type=random.choice(("A", "B", "AB", "O", "-")),
        reason=reason,
        previous=_FATES[reason],
        previous_letter=f"SKH/{random.randint(1, 999)}/2018" if lost else "",
        previous_letter_date=letter_date if lost else None,
    )
