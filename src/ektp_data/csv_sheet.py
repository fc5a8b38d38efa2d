"""Reads and writes a spreadsheet's CSV (lembar CSV), whatever its columns mean.

Spreadsheets are met half way: a BOM, commas, semicolons or tabs, CRLF, empty rows, a header in
English or Indonesian in any order. What cannot be read without guessing is refused, because a
wrong count is worse than none: a formula, a number with dots in it (`1.000` is one thousand to
one reader and one to another), a file in another encoding. No cell is ever repeated in a refusal
except a count, by which nobody is known. What the columns are is not known here.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from attrs import frozen

from ektp_core.errors import Refusal, Refused
from ektp_core.vocabulary.prr import starts_formula

LIMIT_BYTES = 16 * 1024 * 1024

#: More blanks than were ever made; a larger count is a slip of the finger or another column.
LARGEST_COUNT = 1_000_000_000

_SEPARATORS = (",", ";", "\t")
_NEGATIVE = re.compile(r"[-−]\s?[0-9]+(?:[.,][0-9]+)*")
_GROUPED = re.compile(r"[0-9]{1,3}(?:[., \u00a0\u202f'][0-9]{3})+")
_FRACTION = re.compile(r"[0-9]*[.,][0-9]*")
_ROUNDED = re.compile(r"[0-9]+(?:[.,][0-9]+)?[Ee][+-]?[0-9]+")
_MOST_DIGITS = 18
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


@frozen
class Problem:
    """Something that cannot be used: the line it stands in, its column, and why."""

    line: int
    column: str
    refusal: Refused


@frozen
class SheetRow:
    """One row: the physical line it begins on and its cells by column, stripped."""

    line: int
    cells: Mapping[str, str]


@frozen
class Sheet:
    """A file's rows in its order, and the rows whose cells cannot be told apart.

    `titles` has for each column, in the file's order, the name its header gives it.
    """

    titles: Mapping[str, str]
    rows: tuple[SheetRow, ...]
    problems: tuple[Problem, ...]


def read_sheet(data: bytes, name: str, known: Mapping[str, str], required: Iterable[str]) -> Sheet:
    """Read a whole file; `name` is what a refusal calls it.

    `known` maps every name a header may carry, in small letters, to its column.

    Raises:
        Refused: BAD_FILE when nothing of it can be used.
    """
    lines = _lines(_text(data, name), name)
    columns: tuple[str, ...] = ()
    titles: dict[str, str] = {}
    rows: list[SheetRow] = []
    problems: list[Problem] = []
    for line, cells in lines:
        if not columns:
            columns = _header(cells, name, known, tuple(required))
            titles = dict(zip(columns, (cell.strip().casefold() for cell in cells), strict=True))
        elif len(cells) != len(columns):
            found = bad_cell("row", f"{len(cells)} cells", "as many cells as the header")
            problems.append(Problem(line, "row", found))
        else:
            rows.append(SheetRow(line, dict(zip(columns, (cell.strip() for cell in cells), strict=True))))
    if not rows and not problems:
        raise bad_file(name, "no rows" if columns else "empty", "a header and at least one row")
    return Sheet(titles, tuple(rows), tuple(problems))


def write_sheet(head: Sequence[str], rows: Iterable[Sequence[object]], language: str = "en") -> bytes:
    """A CSV file in UTF-8 that no spreadsheet runs: a text that begins like a formula gets an apostrophe.

    In Indonesian (`id`) a comma is the decimal sign, so that a spreadsheet there expects semicolons, and takes a
    file for UTF-8 only by its BOM; in English it has commas and none.
    """
    written = io.StringIO(newline="")
    is_indonesian = language == "id"
    written.write("\ufeff" if is_indonesian else "")
    sheet = csv.writer(written, lineterminator="\n", delimiter=";" if is_indonesian else ",")
    sheet.writerow(head)
    sheet.writerows([_harmless(cell) for cell in row] for row in rows)
    return written.getvalue().encode("utf-8")


def count_in(cells: Mapping[str, str], column: str, largest: int = LARGEST_COUNT) -> int:
    """The count in a cell; an empty or absent one is 0.

    Raises:
        Refused: BAD_VALUE with what to write instead.
    """
    text = cells.get(column, "").removeprefix("'")
    if not text:
        return 0
    if not (text.isascii() and text.isdigit()):
        raise _no_count(column, text)
    if len(text) > _MOST_DIGITS or int(text) > largest:
        shape = "larger than any count can be" if largest == LARGEST_COUNT else "larger than this figure can be"
        raise bad_cell(column, shape, f"at most {largest}")
    return int(text)


def bad_cell(column: str, shape: str, expected: str) -> Refused:
    """A cell that cannot be used: the column, the shape of what stands there, what should."""
    return Refused(Refusal.BAD_VALUE, {"field": column, "shape": shape, "expected": expected})


def bad_file(name: str, shape: str, expected: str | tuple[str, ...]) -> Refused:
    """A file that cannot be used at all."""
    return Refused(Refusal.BAD_FILE, {"file": name, "shape": shape, "expected": expected})


# -- the file as a whole ------------------------------------------------------------------


def _text(data: bytes, name: str) -> str:
    if len(data) > LIMIT_BYTES:
        raise bad_file(name, f"{len(data)} bytes", f"at most {LIMIT_BYTES} bytes; split the file")
    if data.startswith(_UTF_16):
        raise bad_file(name, "it is saved as UTF-16", "a CSV file saved as UTF-8")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise bad_file(name, f"byte {error.start} is not UTF-8", "a CSV file saved as UTF-8") from None
    if "\0" in text:
        raise bad_file(name, "it holds zero bytes", "a CSV file saved as UTF-8")
    return text


def _lines(text: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """Every row that is not empty, with the physical line it begins on."""
    head = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(_SEPARATORS, key=head.count)
    sheet = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=separator)
    while True:
        line = sheet.line_num + 1
        try:
            cells = next(sheet, None)
        except csv.Error:
            shape = f"quotes do not match from line {line} on"
            raise bad_file(name, shape, "a quote inside quotes written twice") from None
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            yield line, cells


def _header(cells: Sequence[str], name: str, known: Mapping[str, str], required: tuple[str, ...]) -> tuple[str, ...]:
    found: list[str] = []
    for place, cell in enumerate(cells, 1):
        column = known.get(cell.strip().casefold())
        if column is None:
            shape = f"column {place} has no known name"
            raise bad_file(name, shape, "the documented column names in the first line")
        if column in found:
            raise bad_file(name, f"column {place} repeats an earlier one", "each column once")
        found.append(column)
    missing = tuple(column for column in required if column not in found)
    if missing:
        raise bad_file(name, "columns are missing", missing)
    return tuple(found)


# -- one cell -----------------------------------------------------------------------------


def _no_count(column: str, text: str) -> Refused:
    """Why a text is no count, and what to write."""
    if _NEGATIVE.fullmatch(text):
        return bad_cell(column, "a negative number", "a count from 0 on")
    if starts_formula(text):
        return bad_cell(column, "a spreadsheet formula", "the number itself, not its formula")
    if _GROUPED.fullmatch(text):
        digits = re.sub(r"[^0-9]", "", text)
        return bad_cell(column, "thousands or a fraction: it can be read in two ways", f"digits only: {digits}")
    if _ROUNDED.fullmatch(text):
        return bad_cell(column, "a number rounded by a spreadsheet, its digits are lost", "digits only")
    if _FRACTION.fullmatch(text):
        return bad_cell(column, "a fraction", "a whole number")
    return bad_cell(column, "no whole number", "a whole number")


def _harmless(cell: object) -> object:
    if isinstance(cell, str) and starts_formula(cell):
        return f"'{cell}"
    return cell
