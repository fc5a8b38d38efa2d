"""Makes the two demo files (berkas contoh): 200 clean people, and one file with every mistake.

`python -m ektp_data.messy` writes them into `ektp_data/demo/`; a test compares the bytes.
"""

import csv
import io
from collections.abc import Callable
from pathlib import Path

from ektp_core.vocabulary.prr import PrintReadyRecord, Reason
from ektp_core.vocabulary.region import Regions
from ektp_data.columns import COLUMNS
from ektp_data.csv_records import write_records
from ektp_data.people import synthetic_people
from ektp_data.regions import load_regions

REGENCY = "52.03"
PEOPLE_SEED, PEOPLE_COUNT = 2018, 200
MESSY_SEED, MESSY_COUNT = 17, 40

Cells = dict[str, str]


def demo_people(regions: Regions) -> tuple[PrintReadyRecord, ...]:
    """The people of `people.csv`."""
    return synthetic_people(PEOPLE_SEED, PEOPLE_COUNT, REGENCY, regions)


def _changed(name: str, value: str) -> Callable[[Cells], Cells]:
    return lambda cells: cells | {name: value}


def _nik_part(at: int, digits: str) -> Callable[[Cells], Cells]:
    def change(cells: Cells) -> Cells:
        nik = cells["nik"]
        return cells | {"nik": nik[:at] + digits + nik[at + len(digits) :]}

    return change


#: What is done to the rows of the messy file, one after another; None leaves a row as it is.
_CHANGES: tuple[Callable[[Cells], Cells] | None, ...] = (
    None,
    _changed("address", "JL. CONTOH NO. 5,\nDUSUN PERAGA"),  # good: a comma and a line break in quotes
    None,
    _nik_part(12, "O0l1"),  # letters that look like digits
    lambda cells: cells | {"nik": cells["nik"][:15]},
    _nik_part(6, "3202"),  # day 32
    None,
    _changed("birth_date", "1901-01-01"),  # a warning only: corrections keep the NIK
    _nik_part(0, "520399"),  # a warning only: prefixes outlive region splits
    _changed("village", "52.99.01.2001"),
    None,
    _changed("name", ""),
    _changed("name", "=cmd|'/C calc'!A0"),
    _changed("reason", "hadiah"),
    None,
    _changed("birth_date", "04/08/1999"),
    _changed("name", "NAMA CONTOH " * 8),
    _changed("name", "BUDI\x07 CONTOH"),
    None,
    lambda cells: cells | {"reason": "hilang", "previous": "dinyatakan-hilang",
                           "previous_letter": "", "previous_letter_date": ""},
    _changed("religion", "LAINNYA"),
    _changed("rt_rw", "3/5"),
    _changed("birth_date", "1999-02-30"),
)  # fmt: skip


def messy_csv(regions: Regions) -> bytes:
    """The bytes of `messy.csv`."""
    drawn = synthetic_people(MESSY_SEED, MESSY_COUNT, REGENCY, regions)
    fresh = [person for person in drawn if person.reason is Reason.FIRST]
    rows = [
        change(_cells(person)) if change else _cells(person) for person, change in zip(fresh, _CHANGES, strict=False)
    ]
    rows.append(rows[0])  # the same person twice
    rows.append(_cells(demo_people(regions)[0]))  # good here, but known from people.csv
    written = io.StringIO(newline="")
    sheet = csv.writer(written, lineterminator="\n")
    sheet.writerow(column.name for column in COLUMNS)
    sheet.writerows(tuple(row.values()) for row in rows)
    sheet.writerow(tuple(rows[0].values())[:-2])  # two cells short
    return written.getvalue().encode("utf-8")


def _cells(person: PrintReadyRecord) -> Cells:
    _, row = csv.reader(io.StringIO(write_records([person]).decode("utf-8"), newline=""))
    return dict(zip((column.name for column in COLUMNS), row, strict=True))


def main(folder: Path) -> None:
    """Write both files into a folder."""
    regions = load_regions()
    folder.joinpath("people.csv").write_bytes(write_records(demo_people(regions)))
    folder.joinpath("messy.csv").write_bytes(messy_csv(regions))


if __name__ == "__main__":
    main(Path(__file__).parent / "demo")
