"""The columns of the daily report (kolom laporan harian), as the field writes them.

Rule 32: offices report what their people do, in their own words: recordings and their states,
interim letters, cards printed by reason, blanks. A column that is not in a report was *not
reported*; that is not nought, and the two are never mixed. Cards printed for an interim letter
have a column of their own and are in no other, as on the paper forms.

>>> COLUMN["remaining"].indonesian, COLUMN["remaining"].unit
('Sisa blangko', 'blanks')
>>> checked_values({"remaining": 12, "prr": 3})
(('prr', 3), ('remaining', 12))
"""

from collections.abc import Iterable, Mapping

from attrs import frozen

from ektp_core.errors import Refusal, Refused

#: No office does ten million of anything in a day: beyond it somebody mistyped.
MOST = 10_000_000

Values = tuple[tuple[str, int], ...]


@frozen
class Column:
    """One column: its name in files and books, what it is called, and what it counts."""

    name: str
    english: str
    indonesian: str
    unit: str


_PEOPLE, _LETTERS, _CARDS, _BLANKS = "people", "letters", "cards", "blanks"

COLUMNS: tuple[Column, ...] = (
    Column("new_nik", "new NIKs given", "NIK baru", _PEOPLE),
    Column("family_cards", "family cards issued", "Kartu keluarga", _LETTERS),
    Column("recorded", "people recorded", "Perekaman", _PEOPLE),
    Column("sfe", "sent for enrolment", "SFE", _PEOPLE),
    Column("prr", "new print-ready records", "PRR", _PEOPLE),
    Column("duplicate", "duplicate records", "Duplicate record", _PEOPLE),
    Column("suket_today", "interim letters today", "Suket hari ini", _LETTERS),
    Column("suket_before", "interim letters before", "Suket sebelumnya", _LETTERS),
    Column("printed_first", "printed: first card", "Cetak baru (PRR)", _CARDS),
    Column("printed_suket", "printed: for an interim letter", "Cetak dari suket", _CARDS),
    Column("printed_lost", "printed: lost", "Cetak hilang", _CARDS),
    Column("printed_damaged", "printed: damaged", "Cetak rusak", _CARDS),
    Column("printed_changed", "printed: data changed", "Cetak perubahan", _CARDS),
    Column("printed_moved", "printed: moved", "Cetak pindah", _CARDS),
    Column("printed_error", "printed: recording error", "Cetak salah rekam", _CARDS),
    Column("opening", "blanks at the day's start", "Stok awal", _BLANKS),
    Column("first_count", "blanks of the opening count", "Saldo awal", _BLANKS),
    Column("received", "blanks received", "Blangko diterima", _BLANKS),
    Column("borrowed", "blanks borrowed", "Blangko dipinjam", _BLANKS),
    Column("found", "blanks found", "Blangko temuan", _BLANKS),
    Column("good", "good cards", "Jumlah cetak", _CARDS),
    Column("spoiled", "blanks spoiled", "Blangko rusak", _BLANKS),
    Column("lost", "blanks lost", "Blangko hilang", _BLANKS),
    Column("suspect", "blanks in doubt", "Blangko meragukan", _BLANKS),
    Column("lent", "blanks lent or sent on", "Blangko dipinjamkan", _BLANKS),
    Column("returned", "blanks returned upward", "Blangko dikembalikan", _BLANKS),
    Column("in_transit", "blanks on the road inside the office", "Blangko dalam perjalanan", _BLANKS),
    Column("remaining", "blanks remaining", "Sisa blangko", _BLANKS),
)

COLUMN: Mapping[str, Column] = {one.name: one for one in COLUMNS}

#: What a unit is called in Indonesian.
UNITS: Mapping[str, str] = {_PEOPLE: "orang", _LETTERS: "lembar", _CARDS: "keping", _BLANKS: "keping"}

#: Cards printed, by reason: these columns add up to the good cards.
PRINTED: tuple[str, ...] = tuple(one.name for one in COLUMNS if one.name.startswith("printed_"))


def checked_values(values: Mapping[str, int] | Iterable[tuple[str, int]]) -> Values:
    """What a report says, in the order of the columns.

    Raises:
        Refused: BAD_VALUE naming the column: unknown, written twice, below nought or beyond belief; or nothing at all.
    """
    given = tuple(values.items() if isinstance(values, Mapping) else values)
    if not given:
        raise _bad("columns", "empty", "at least one column")
    for index, (name, value) in enumerate(given):
        if name not in COLUMN:
            raise _bad("columns", f"column {index + 1} has no known name", "names of the daily report's columns")
        if any(name == earlier for earlier, _ in given[:index]):
            raise _bad(name, "written twice", "each column once")
        if not 0 <= value <= MOST:
            raise _bad(name, "below nought or too large", f"a count of 0 to {MOST}")
    found = dict(given)
    return tuple((column.name, found[column.name]) for column in COLUMNS if column.name in found)


def _bad(name: str, shape: str, expected: str) -> Refused:
    return Refused(Refusal.BAD_VALUE, {"field": name, "shape": shape, "expected": expected})
