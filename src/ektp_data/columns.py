"""The columns of a file of print-ready records (kolom berkas rekaman siap cetak), as data.

Docs, `--help` and the reader all use this one list. A header may carry the English or the
Indonesian name of a column. A column's name is also the name of the record's field, so that a
refusal names the column.
"""

from attrs import frozen

from ektp_core.vocabulary.prr import BLOOD_TYPES, MARITAL_STATUSES, RELIGIONS, PreviousCard, Reason


@frozen
class Column:
    """One column: its two names, whether a value must stand there, an example, what it means."""

    name: str
    indonesian: str
    required: bool
    example: str
    meaning: str


def _one_of(*values: str) -> str:
    return "one of: " + ", ".join(values)


COLUMNS: tuple[Column, ...] = (
    Column("nik", "nik", True, "5203054408999001", "the citizen's number: 16 digits, kept as text"),
    Column("name", "nama", True, "SITI REKAAN", "full name as on the card, at most 60 characters"),
    Column("birth_place", "tempat_lahir", True, "SELONG", "place of birth"),
    Column("birth_date", "tanggal_lahir", True, "1999-08-04", "date of birth: year-month-day"),
    Column("sex", "jenis_kelamin", True, "P", "sex: L or P"),
    Column("address", "alamat", True, "JL. CONTOH NO. 5", "street or hamlet; a line break becomes a space"),
    Column("rt_rw", "rt_rw", True, "003/005", "neighbourhood: three digits, slash, three digits"),
    Column("village", "kode_desa", True, "52.03.05.2001",
           "code of the village of the home, from the current list"),
    Column("religion", "agama", True, "ISLAM", _one_of(*RELIGIONS)),
    Column("marital_status", "status_kawin", True, "KAWIN", _one_of(*MARITAL_STATUSES)),
    Column("occupation", "pekerjaan", True, "PETANI", "occupation"),
    Column("blood_type", "gol_darah", False, "O", _one_of(*BLOOD_TYPES)),
    Column("nationality", "kewarganegaraan", False, "WNI", "nationality; WNI when left empty"),
    Column("reason", "alasan", True, "hilang", _one_of(*(reason.term for reason in Reason))),
    Column("previous", "kartu_lama", True, "dinyatakan-hilang",
           _one_of(*(fate.term for fate in PreviousCard))),
    Column("previous_letter", "nomor_surat", False, "SKH/17/2018",
           "number of the letter about the old card; needed when it is declared lost"),
    Column("previous_letter_date", "tanggal_surat", False, "2018-11-20",
           "date of the letter about the old card: year-month-day"),
)  # fmt: skip
