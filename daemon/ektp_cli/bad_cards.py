"""Reads the list of bad and lost cards that belongs to a spoilage report (daftar kartu rusak), a CSV file.

One row a card: the blank by its series and number or by its chip, the NIK of the person where
there is one, and the cause. All of it is typed by people from what lies in their trays, so a
row that cannot be right refuses the list, naming line and column, and never the value.
"""

import csv
import io
from collections.abc import Iterator, Mapping

from attrs import frozen

from ektp_core.errors import Refusal, Refused
from ektp_core.vocabulary.nik import Nik
from ektp_core.vocabulary.serial import SerialRange
from ektp_core.vocabulary.uid import checked_uid
from ektp_core.vocabulary.verdict import Cause
from ektp_core.wire.asks import ReportLine

LIMIT_BYTES = 16 * 1024 * 1024
CAUSES = tuple(cause.value for cause in Cause if cause.value)
_YES = {"yes", "ya", "1", "true", "hilang"}
_NO = {"", "no", "tidak", "0", "false"}
_MOST_DIGITS = 13


@frozen
class BadCardColumn:
    """A column of the list: its two names and what it means."""

    name: str
    indonesian: str
    meaning: str


COLUMNS = (
    BadCardColumn("series", "seri", "series of the blank, such as PNRI-18"),
    BadCardColumn("number", "nomor", "its number in the series"),
    BadCardColumn("uid", "uid", "its chip, in place of series and number: 8, 14 or 20 characters 0-9 A-F"),
    BadCardColumn("nik", "nik", "NIK of the person; empty where none is concerned (factory, feed, test)"),
    BadCardColumn("cause", "sebab", "one of: " + ", ".join(CAUSES)),
    BadCardColumn("attempt", "percobaan", "which attempt at the record it was; may be empty"),
    BadCardColumn("lost", "hilang", "yes (ya) for a card that is lost, not bad; empty otherwise"),
)


def read_bad_cards(data: bytes, name: str) -> tuple[ReportLine, ...]:
    """The lines of a list; `name` is what a refusal calls the file.

    Raises:
        Refused: BAD_FILE for no such list; BAD_NIK or BAD_VALUE naming line and column.
    """
    if len(data) > LIMIT_BYTES:
        raise _bad_file(name, f"{len(data)} bytes", f"at most {LIMIT_BYTES} bytes")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _bad_file(name, f"byte {error.start} is not UTF-8", "a CSV file saved as UTF-8") from None
    return tuple(_line(place, cells) for place, cells in _rows(text, name))


def _rows(text: str, name: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    head = text.split("\n", 1)[0]
    sheet = csv.reader(
        io.StringIO(text, newline=""), strict=True, delimiter=";" if head.count(";") > head.count(",") else ","
    )
    columns: tuple[str, ...] = ()
    while True:
        place = sheet.line_num + 1
        try:
            cells = next(sheet, None)
        except csv.Error:
            raise _bad_file(name, f"quotes do not match from line {place} on", "a CSV file") from None
        if cells is None:
            break
        if not any(cell.strip() for cell in cells):
            continue
        if not columns:
            columns = _header(cells, name)
        elif len(cells) != len(columns):
            raise _bad_cell(place, "row", f"{len(cells)} cells", "as many cells as the header")
        else:
            yield place, {column: cell.strip() for column, cell in zip(columns, cells, strict=True)}
    if not columns:
        raise _bad_file(name, "empty", "the documented column names in the first line")


def _header(cells: list[str], name: str) -> tuple[str, ...]:
    known = {word: column.name for column in COLUMNS for word in (column.name, column.indonesian)}
    found = [known.get(cell.strip().lower(), "") for cell in cells]
    for place, column in enumerate(found, 1):
        if not column or found.count(column) > 1:
            shape = f"column {place} repeats another" if column else f"column {place} has no known name"
            raise _bad_file(name, shape, ", ".join(one.name for one in COLUMNS))
    if "nik" not in found or not ({"series", "number"} <= set(found) or "uid" in found):
        raise _bad_file(name, "columns are missing", "nik, and series with number, or uid")
    return tuple(found)


def _line(place: int, cells: Mapping[str, str]) -> ReportLine:
    try:
        return _read(place, cells)
    except Refused as refused:
        field = str(refused.facts.get("field", ""))
        named = field if field.startswith("line ") else f"line {place}: {field}"
        raise Refused(refused.refusal, {**refused.facts, "field": named}) from None


def _read(place: int, cells: Mapping[str, str]) -> ReportLine:
    nik = cells["nik"].removeprefix("'")  # a spreadsheet's mark for "this is text"
    if nik:
        nik = Nik.parse(nik).reveal()
    cause = cells.get("cause", "")
    if cause not in {"", *CAUSES}:
        raise _bad_cell(place, "cause", "not one of the list", ", ".join(CAUSES))
    lost = cells.get("lost", "").lower()
    if lost not in _YES | _NO:
        raise _bad_cell(place, "lost", "not one of the list", "yes or empty")
    series, number, uid = cells.get("series", ""), _number(place, "number", cells), cells.get("uid", "").upper()
    if uid:
        checked_uid(uid)
    if series or number or not uid:
        SerialRange(series, number, number)
    return ReportLine(series, number, uid, nik, _number(place, "attempt", cells), cause, lost in _YES)


def _number(place: int, name: str, cells: Mapping[str, str]) -> int:
    text = cells.get(name, "")
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
        raise _bad_cell(place, name, "no whole number", "a whole number")
    return int(text)


def _bad_cell(place: int, name: str, shape: str, expected: str) -> Refused:
    return Refused(Refusal.BAD_VALUE, {"field": f"line {place}: {name}", "shape": shape, "expected": expected})


def _bad_file(name: str, shape: str, expected: str) -> Refused:
    return Refused(Refusal.BAD_FILE, {"file": name, "shape": shape, "expected": expected})
