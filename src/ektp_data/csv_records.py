"""Reads a file of print-ready records (berkas CSV rekaman siap cetak), row by row.

A bad row is listed with its line, its column and the reason, and the good rows proceed; a file
that is no such file is refused whole. No value of a cell ever stands in an error. Spreadsheets
are met half way (BOM, semicolons, an apostrophe before the NIK, empty rows at the end), but a
value that a spreadsheet would run as a formula is refused.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, TypeVar

from attrs import frozen

from ektp_core.errors import Refusal, Refused
from ektp_core.vocabulary.nik import Nik, NikWarning, nik_warnings
from ektp_core.vocabulary.prr import PreviousCard, PrintReadyRecord, Reason, Sex, starts_formula
from ektp_core.vocabulary.region import Regions
from ektp_data.columns import COLUMNS, Column

LIMIT_BYTES = 64 * 1024 * 1024
THE_FILE = "the file"
_LINE_BREAK = re.compile(r"[ \t]*(\r\n|\r|\n)[ \t]*")
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DEFAULTS = {"blood_type": "-", "nationality": "WNI"}

Term = TypeVar("Term", Sex, Reason, PreviousCard)


@frozen
class Row:
    """A row that can be used: where it begins in the file, the record, what is odd about it."""

    line: int
    record: PrintReadyRecord
    warnings: tuple[NikWarning, ...]


@frozen
class BadRow:
    """A row that cannot be used: where it begins, which column is wrong first, and why."""

    line: int
    column: str
    refusal: Refused


@frozen
class Batch:
    """Everything a file says: the good rows and the bad ones, each in the file's order."""

    rows: tuple[Row, ...]
    bad: tuple[BadRow, ...]


def read_records(data: bytes, regions: Regions) -> Batch:
    """Read a whole file.

    Raises:
        Refused: BAD_FILE when nothing of it can be used.
    """
    rows: list[Row] = []
    bad: list[BadRow] = []
    first_line: dict[Nik, int] = {}
    for line, cells in _numbered_rows(_text(data)):
        try:
            record = _record(cells, regions)
            if record.nik in first_line:
                shape = f"the same person as in line {first_line[record.nik]}"
                raise _bad_cell("nik", shape, "each person once in a file")
        except Refused as refused:
            bad.append(BadRow(line, str(refused.facts.get("field", "")), refused))
        else:
            first_line[record.nik] = line
            rows.append(Row(line, record, nik_warnings(record.nik, regions, record.birth_date)))
    if not rows and not bad:
        raise _bad_file("no rows", "a header and at least one row")
    return Batch(tuple(rows), tuple(bad))


def write_records(records: Iterable[PrintReadyRecord]) -> bytes:
    """The file that `read_records` reads back as these records."""
    written = io.StringIO(newline="")
    sheet = csv.writer(written, lineterminator="\n")
    sheet.writerow(column.name for column in COLUMNS)
    for record in records:
        sheet.writerow(_cell(getattr(record, column.name)) for column in COLUMNS)
    return written.getvalue().encode("utf-8")


def _cell(value: object) -> str:
    if isinstance(value, Nik):
        return value.reveal()
    if isinstance(value, (Sex, Reason, PreviousCard)):
        return value.term
    return "" if value is None else str(value)


# -- the file as a whole ------------------------------------------------------------------


def _text(data: bytes) -> str:
    if len(data) > LIMIT_BYTES:
        raise _bad_file(f"{len(data)} bytes", f"at most {LIMIT_BYTES} bytes; split the file")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _bad_file(f"byte {error.start} is not UTF-8", "a CSV file saved as UTF-8") from None
    if "\0" in text:
        raise _bad_file("it holds zero bytes", "a CSV file saved as UTF-8")
    return text


def _numbered_rows(text: str) -> Iterator[tuple[int, Mapping[str, str] | Refused]]:
    """Each row with the physical line it begins on: its cells by column, or why it has none."""
    head = text.split("\n", 1)[0]
    semicolons = head.count(";") > head.count(",")
    sheet = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=";" if semicolons else ",")
    columns: tuple[str, ...] = ()
    while True:
        line = sheet.line_num + 1
        try:
            cells = next(sheet, None)
        except csv.Error as error:
            if not columns or "expected after" not in str(error):
                # A quote that never closes: the rows after it cannot be told apart any more.
                shape = f"quotes do not match from line {line} on"
                raise _bad_file(shape, "a quote inside quotes written twice") from None
            yield line, _bad_cell("row", "text after a closing quote", "a quote inside quotes written twice")
            continue
        if cells is None:
            break
        if not any(cell.strip() for cell in cells):
            continue
        if not columns:
            columns = _header(cells)
        elif len(cells) != len(columns):
            yield line, _bad_cell("row", f"{len(cells)} cells", "as many cells as the header")
        else:
            yield line, dict(zip(columns, cells, strict=True))
    if not columns:
        raise _bad_file("empty", "a header and at least one row")


def _header(cells: list[str]) -> tuple[str, ...]:
    """The columns' names in the file's order; every required one once and no strange one."""
    known = {name: column.name for column in COLUMNS for name in (column.name, column.indonesian)}
    found: list[str] = []
    for place, cell in enumerate(cells, 1):
        name = known.get(cell.strip().lower())
        if name is None:
            shape = f"column {place} has no known name"
            raise _bad_file(shape, "the documented column names in the first line")
        if name in found:
            raise _bad_file(f"column {place} repeats an earlier one", "each column once")
        found.append(name)
    missing = [column.name for column in COLUMNS if column.required and column.name not in found]
    if missing:
        raise _bad_file("columns are missing", tuple(missing))
    return tuple(found)


# -- one row ------------------------------------------------------------------------------


def _record(cells: Mapping[str, str] | Refused, regions: Regions) -> PrintReadyRecord:
    if isinstance(cells, Refused):
        raise cells
    clean = {column.name: _clean(column, cells.get(column.name, "")) for column in COLUMNS}
    letter_date = clean["previous_letter_date"]
    given: dict[str, Any] = clean | {
        "nik": Nik.parse(clean["nik"]),
        "birth_date": _date("birth_date", clean["birth_date"]),
        "sex": _choice("sex", clean["sex"], Sex),
        "village": regions.require(clean["village"], "village"),
        "reason": _choice("reason", clean["reason"], Reason),
        "previous": _choice("previous", clean["previous"], PreviousCard),
        "previous_letter_date": _date("previous_letter_date", letter_date) if letter_date else None,
    }
    return PrintReadyRecord(**given)


def _clean(column: Column, raw: str) -> str:
    if starts_formula(raw):
        raise _bad_cell(column.name, "a spreadsheet formula", column.meaning)
    text = unicodedata.normalize("NFC", _LINE_BREAK.sub(" ", raw.strip(" \r\n")))
    if column.name == "nik":
        text = text.removeprefix("'")  # a spreadsheet's mark for "this is text"
    if column.required and not text:
        raise _bad_cell(column.name, "empty", column.meaning)
    return text or _DEFAULTS.get(column.name, "")


def _date(name: str, text: str) -> date:
    expected = "year-month-day such as 1999-08-04"
    if not _ISO_DATE.fullmatch(text):
        raise _bad_cell(name, "another date format", expected)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _bad_cell(name, "no day of the calendar", expected) from None


def _choice(name: str, text: str, kind: type[Term]) -> Term:
    found = {member.term.casefold(): member for member in kind}.get(text.casefold())
    if found is None:
        raise _bad_cell(name, "not one of the list", ", ".join(member.term for member in kind))
    return found


def _bad_cell(name: str, shape: str, expected: str) -> Refused:
    return Refused(Refusal.BAD_VALUE, {"field": name, "shape": shape, "expected": expected})


def _bad_file(shape: str, expected: str | tuple[str, ...]) -> Refused:
    return Refused(Refusal.BAD_FILE, {"file": THE_FILE, "shape": shape, "expected": expected})
