r"""Reads a daily report that was pasted as text, or a CSV file of them (laporan harian dari pesan atau CSV).

A message is lines of a label and a count, `Sisa blangko : 1.234`; a CSV file has labels in its
first row and a report in each row after it. Reading is strict: a line with a figure that is not
understood is listed with its number and the reason, never guessed; a column said twice counts
for neither, and where two days or two offices are named nothing is added up. A line without
figures is a greeting or a heading and is passed over.

>>> (found,) = read_daily(b"Tanggal: 19 November 2018\n*Sisa blangko* : 1.234 keping\nCetak 5 lagi")
>>> found.date, found.values, [(bad.line, bad.why) for bad in found.bad]
('2018-11-19', (('remaining', 1234),), [(3, 'no label and count with a colon between them')])
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from attrs import frozen

from ektp_core.daily.columns import MOST, Values, checked_values
from ektp_core.errors import Refusal, Refused, masked
from ektp_core.vocabulary.prr import starts_formula
from ektp_data.daily_labels import LABELS, plain
from ektp_data.regions import load_regions
from ektp_data.texts import visible

LIMIT_BYTES = 1024 * 1024
LINE_LIMIT = 200
_COUNT_LIMIT = 40
_LONGEST = 1_000

_PAIR = re.compile(r"([^:=;\t]*[^\s:=;])\s*[:=;\t]\s*(.*)")
_COUNT = re.compile(
    r"([0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+)\s*(?:keping|lembar|lbr|orang|org|blangko|blanko|kartu|jiwa|buah)?\.?",
    re.IGNORECASE,
)
_NOUGHT = frozenset({"nihil", "nol", "kosong"})
_STAMP = re.compile(r"\[?\d{1,2}[/.]\d{1,2}[/.]\d{2,4},? \d{1,2}[.:]\d{2}(?:[.:]\d{2})?\]?(?: -)? ?[^:]{1,40}: ?")
_DIGIT = re.compile(r"[0-9]")

_DATE_LABELS = frozenset({"tanggal", "tgl", "hari tanggal", "hari tgl", "date", "laporan harian tanggal"})
_OFFICE_LABELS = frozenset({"dinas", "kantor", "office", "kode", "kode wilayah"})
_OFFICE = re.compile(r"(?:office/)?([0-9]{2}\.[0-9]{2})")
_ISO = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_DAY_FIRST = re.compile(r"([0-9]{1,2})[-/. ]([0-9]{1,2}|[A-Za-z]+)[-/. ]([0-9]{4})")
_MONTHS: Mapping[str, int] = {
    name: number
    for number, names in enumerate(
        (
            "januari jan", "februari feb pebruari", "maret mar", "april apr", "mei", "juni jun", "juli jul",
            "agustus agu agt ags", "september sep sept", "oktober okt", "november nov nopember", "desember des",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip


@frozen
class BadLine:
    """A line, or a cell of a row, that was not understood: where, what it says, why.

    In `text` citizens' numbers are hidden, and what a screen would obey is replaced.
    """

    line: int
    text: str
    why: str


@frozen
class DailyText:
    """One report as read. `date` (ISO) and `office` are empty where the text does not say them, or says two.

    `is_mixed`: it names two days or two offices; whose figures these are is not known.
    """

    line: int
    date: str
    office: str
    values: Values
    bad: tuple[BadLine, ...]
    is_mixed: bool = False


def read_daily(data: bytes) -> tuple[DailyText, ...]:
    """The report of a message, or all reports of a CSV file.

    Raises:
        Refused: BAD_FILE for what is no text, is too large, or has no line that was understood.
    """
    text = _text(data)
    reader = _csv_reader(text)
    found = _of_sheet(reader) if reader else (_of_message(text.splitlines()),)
    if not any(one.values for one in found):
        raise _bad_file("no line that is a column of the daily report", "lines such as `Sisa blangko : 1.234`")
    return found


def read_date(text: str) -> str:
    """A day as people write it, `Senin, 19 November 2018` or `19/11/2018`, in ISO; empty when it is none.

    >>> read_date("Senin, 19 Nopember 2018"), read_date("2018-11-19"), read_date("31-02-2018")
    ('2018-11-19', '2018-11-19', '')
    """
    text = text.rpartition(",")[2].strip()
    iso, day_first = _ISO.fullmatch(text), _DAY_FIRST.fullmatch(text)
    if iso:
        year, month, day = iso.groups()
    elif day_first:
        day, month, year = day_first.groups()
    else:
        return ""
    number = int(month) if month.isdecimal() else _MONTHS.get(month.casefold(), 0)
    try:
        return date(int(year), number, int(day)).isoformat()
    except ValueError:
        return ""


def read_count(text: str) -> int | None:
    """A count as people write it, `1.234 keping` or `nihil`; None when it is none.

    >>> read_count("1.234 keping"), read_count("Nihil"), read_count("1.23"), read_count("1,234"), read_count("-5")
    (1234, 0, None, None, None)
    """
    text = text.strip().strip("*_ ")
    if len(text) > _COUNT_LIMIT:
        return None
    if text.casefold() in _NOUGHT:
        return 0
    found = _COUNT.fullmatch(text)
    count = int(found.group(1).replace(".", "")) if found and text.isascii() else None
    return count if count is not None and count <= MOST else None


class _Gathered:
    """A report while its lines are read."""

    def __init__(self, line: int) -> None:
        self.line = line
        self._date: dict[str, int] = {}  # every day named, and the line that names it first
        self._office: dict[str, int] = {}
        self._values: dict[str, int] = {}
        self._said: dict[str, int] = {}
        self._bad: list[BadLine] = []

    def refuse(self, line: int, text: str, why: str) -> None:
        shown = visible(str(masked(text.strip()))).replace("\n", " ")
        self._bad.append(BadLine(line, shown[:LINE_LIMIT], why))

    def take(self, line: int, label: str, value: str, shown: str) -> None:
        """One label and what stands beside it."""
        name = plain(label)
        if name in _DATE_LABELS:
            self.take_date(line, read_date(value), shown)
        elif name in _OFFICE_LABELS:
            self._take_office(line, value.strip(), shown)
        elif name in LABELS:
            self._count(line, LABELS[name], value, shown)
        elif _DIGIT.search(shown):
            why = "no column of the daily report is called so"
            self.refuse(line, shown, why)

    def take_date(self, line: int, day: str, shown: str) -> None:
        """A day that is named, empty if it is none."""
        if not day:
            why = "no day of the calendar"
            self.refuse(line, shown, why)
            return
        self._date.setdefault(day, line)
        if len(self._date) > 1 and self._date[day] == line:
            why = f"another day than in line {min(self._date.values())}: two reports in one"
            self.refuse(line, shown, why)

    def _take_office(self, line: int, value: str, shown: str) -> None:
        found = _OFFICE.fullmatch(value)
        if not found or found.group(1) not in load_regions():
            why = "no code of a regency or city, such as 52.03"
            self.refuse(line, shown, why)
            return
        office = f"office/{found.group(1)}"
        self._office.setdefault(office, line)
        if len(self._office) > 1 and self._office[office] == line:
            why = f"another office than in line {min(self._office.values())}: two reports in one"
            self.refuse(line, shown, why)

    def _count(self, line: int, column: str, value: str, shown: str) -> None:
        count, why = read_count(value), ""
        if starts_formula(value.strip()):
            why = "a spreadsheet formula"
        elif count is None:
            why = "no count such as 1.234 or nihil"
        elif column in self._said:
            self._values.pop(column, None)
            why = f"said twice, in line {self._said[column]} too; it counts for neither"
        if why or count is None:
            self.refuse(line, shown, why)
            return
        self._said[column] = line
        self._values[column] = count

    def done(self) -> DailyText:
        values = checked_values(self._values) if self._values else ()
        date, office = _only(self._date), _only(self._office)
        is_mixed = len(self._date) > 1 or len(self._office) > 1
        return DailyText(self.line, date, office, values, tuple(self._bad), is_mixed)


def _only(named: Mapping[str, int]) -> str:
    """What was named, if it is one thing."""
    return next(iter(named)) if len(named) == 1 else ""


def _of_message(lines: Sequence[str]) -> DailyText:
    found = _Gathered(1)
    for number, raw in enumerate(map(str.strip, lines), start=1):
        if len(raw) > _LONGEST:
            why = f"longer than {_LONGEST} characters"
            found.refuse(number, raw, why)
            continue
        line = _STAMP.sub("", raw, count=1) if _STAMP.match(raw) else raw
        pair = _PAIR.fullmatch(line.strip())
        day = read_date(line.strip(" *_")) if not pair else ""
        if pair:
            found.take(number, pair.group(1), pair.group(2), line)
        elif day:
            found.take_date(number, day, line)
        elif _DIGIT.search(line):
            why = "no label and count with a colon between them"
            found.refuse(number, line, why)
    return found.done()


def _csv_reader(text: str) -> "Iterator[tuple[int, list[str]]] | None":
    """The rows of a sheet with the line each begins in, or None when the text is a message."""
    lines = text.splitlines()
    head = next((line for line in lines if line.strip(";, \t")), "")
    for sign in (";", ",", "\t"):
        cells = [cell.strip().strip('"') for cell in head.split(sign)]
        named = [cell for cell in cells if plain(cell) in LABELS]
        if len(cells) > 1 and len(named) > 1:
            return _rows(text, sign)
    return None


def _rows(text: str, sign: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=sign, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error:
            raise _bad_file(f"quotes do not match from line {line} on", "a CSV file saved as UTF-8") from None
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            yield line, cells


def _of_sheet(rows: Iterator[tuple[int, list[str]]]) -> tuple[DailyText, ...]:
    _, head = next(rows)
    found: list[DailyText] = []
    first: dict[tuple[str, str], int] = {}
    for line, cells in rows:
        report = _Gathered(line)
        if len(cells) > len(head):
            why = f"{len(cells)} cells, the head has {len(head)}"
            report.refuse(line, ";".join(cells), why)
            cells = []  # noqa: PLW2901  # which cell belongs to which column is not known
        for label, value in zip(head, cells, strict=False):
            if value.strip():
                report.take(line, label, value, f"{label}: {value}")
        done = report.done()
        twin = first.setdefault((done.office, done.date), line) if done.office and done.date else line
        if twin != line:
            why = f"the same office and day as in line {twin}"
            report.refuse(line, f"{done.office} {done.date}", why)
            done = DailyText(line, done.date, done.office, (), report.done().bad)
        found.append(done)
    return tuple(found)


def _text(data: bytes) -> str:
    if len(data) > LIMIT_BYTES:
        raise _bad_file(f"{len(data)} bytes", f"at most {LIMIT_BYTES} bytes")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _bad_file(f"byte {error.start} is not UTF-8", "a text or CSV file saved as UTF-8") from None
    if "\0" in text:
        raise _bad_file("it holds zero bytes", "a text or CSV file saved as UTF-8")
    # Messages carry marks that nobody sees: which way text runs, spaces that do not break.
    return re.sub("[\u200b\u200e\u200f\u2060]", "", text).replace("\u00a0", " ").replace("\u202f", " ")


def _bad_file(shape: str, expected: str) -> Refused:
    return Refused(Refusal.BAD_FILE, {"file": "the file", "shape": shape, "expected": expected})
