"""Reads figures of offices from CSV (berkas angka kantor), and ships a made-up example.

All that is wrong is listed, cell by cell, with line, column and reason; a file with anything
wrong gives no figures at all, because a share worked out without one office is wrong for every
other (rules 27 to 30). A party of an unknown region is refused (rule 41). One row stands for one
office and one class of blanks (rule 8). How blanks are divided is not known here.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from importlib import resources
from typing import Any, TypeVar

from attrs import frozen

from ektp_core.allotment.figures import COUNTS, DAYS_MAX, MONTH_DAYS_MAX, OfficeFigures, checked
from ektp_core.errors import Refusal, Refused
from ektp_core.vocabulary.region import Regions
from ektp_data.csv_sheet import Problem, SheetRow, bad_cell, count_in, read_sheet
from ektp_data.figure_columns import FIGURE_COLUMNS, FIGURE_NAMES, MONTHS

#: Classes of blanks that exist: the old one of the districts, and the one only a Dinas prints (rule 8).
CLASSES = ("v4.8", "v5")

_REQUIRED = tuple(column.name for column in FIGURE_COLUMNS if column.required)
_DAYS = {"working_days": MONTH_DAYS_MAX, "report_age_days": DAYS_MAX}
_OFFICE = re.compile(r"(?:office/\d\d\.\d\d|province/\d\d|group/\d\d(?:\.\d\d)?/[\w .-]{1,40})", re.ASCII)
_BARE = {5: "office", 2: "province"}
_NO_OFFICE = "office/52.03, province/52 or group/65/NAME, kept as text"
_PRINTING = (
    "printers_good", "printers_poor", "printers_broken", "printers_missing", "daily_cap", "best_month",
    "signed_capacity",
)  # fmt: skip
_NO_STORE = "nothing, or no in the column is_store: a store prints nothing"
_YES, _NO = frozenset({"yes", "ya", "y", "1", "true"}), frozenset({"no", "tidak", "n", "0", "false"})

T = TypeVar("T")


@frozen
class FiguresFile:
    """Everything a file says: the figures in its order, or, where anything is wrong, only what is."""

    figures: tuple[OfficeFigures, ...]
    problems: tuple[Problem, ...]


def read_figures(data: bytes, name: str, regions: Regions, classes: Collection[str] = CLASSES) -> FiguresFile:
    """Read a whole file; `name` is what a refusal calls it, `classes` are the classes that exist.

    Raises:
        Refused: BAD_FILE when nothing of it can be used.
    """
    sheet = read_sheet(data, name, FIGURE_NAMES, _REQUIRED)
    problems = list(sheet.problems)
    figures: list[OfficeFigures] = []
    lines: list[int] = []
    for row in sheet.rows:
        reading = _Reading(row, regions, classes)
        made = reading.figures()
        problems += reading.problems
        if made:
            figures.append(made)
            lines.append(row.line)
    problems += _repeated(figures, lines)
    order = {column: place for place, column in enumerate(sheet.titles)}
    problems.sort(key=lambda one: (one.line, order.get(one.column, -1)))
    told = tuple(_as_titled(one, sheet.titles) for one in problems)
    return FiguresFile(() if problems else tuple(figures), told)


def example_figures(language: str = "en") -> bytes:
    """A file for twelve offices whose figures are made up, every case of the rules among them.

    In Indonesian (`id`) the columns and the answers have their Indonesian names, and the file is as
    a spreadsheet set to Indonesian opens it: semicolons and a BOM.
    """
    file = resources.files("ektp_data").joinpath("demo", "figures.csv").read_text("utf-8")
    if language != "id":
        return file.encode("utf-8")
    head, _, rows = file.partition("\n")
    names = {column.name: column.indonesian for column in FIGURE_COLUMNS}
    rows = rows.replace(",yes", ",ya").replace(",no", ",tidak")
    return f"\ufeff{','.join(names[name] for name in head.split(','))}\n{rows}".replace(",", ";").encode()


def _as_titled(problem: Problem, titles: Mapping[str, str]) -> Problem:
    """The same problem, its column named as the file names it."""
    title = titles.get(problem.column, problem.column)
    return Problem(problem.line, title, Refused(problem.refusal.refusal, {**problem.refusal.facts, "field": title}))


def _repeated(figures: Sequence[OfficeFigures], lines: Sequence[int]) -> Iterator[Problem]:
    """Rows of one office and class, in capitals or not: each names the others, for one of them must be wrong."""
    places: dict[tuple[str, str], list[int]] = {}
    for one, line in zip(figures, lines, strict=True):
        places.setdefault((one.office.casefold(), one.blank_class), []).append(line)
    for same in places.values():
        for line in same if len(same) > 1 else ():
            others = ", ".join(str(other) for other in same if other != line)
            found = bad_cell("office", f"the same office and class as in line {others}", "one row for each of them")
            yield Problem(line, "office", found)


class _Reading:
    """One row on its way to figures; what is wrong is gathered, not raised."""

    def __init__(self, row: SheetRow, regions: Regions, classes: Collection[str]) -> None:
        self._line, self._cells = row.line, row.cells
        self._regions, self._classes = regions, classes
        self.problems: list[Problem] = []

    def figures(self) -> OfficeFigures | None:
        """The figures, or nothing when anything is wrong."""
        given: dict[str, Any] = {name: self._count(name) for name in COUNTS}
        given |= {name: self._count(name, most) for name, most in _DAYS.items()}
        printed, out = self._months("printed"), self._months("days_out", MONTH_DAYS_MAX)
        given["printed_per_month"] = printed
        given["stock_out_days"] = self._paired(out, len(printed))
        given["office"] = self._try("office", self._office)
        given["blank_class"] = self._try("class", self._class)
        given["accounted_for"] = self._try("accounted_for", lambda: self._answer("accounted_for"))
        given["grant_age_days"] = self._count("grant_age_days", DAYS_MAX) if self._text("grant_age_days") else None
        store = self._try("is_store", lambda: self._answer("is_store"))
        given["signed_exception"] = bool(self._try("signed_exception", lambda: self._answer("signed_exception")))
        given["is_store"] = str(given["office"]).startswith("province/") if store is None else store
        if given["is_store"]:
            self._prints_nothing(given)
        if self.problems:
            return None
        return self._try("row", lambda: checked(OfficeFigures(**given)))

    def _text(self, column: str) -> str:
        return self._cells.get(column, "").removeprefix("'")

    def _try(self, column: str, read: Callable[[], T]) -> T | None:
        try:
            return read()
        except Refused as refused:
            self.problems.append(Problem(self._line, column, refused))
            return None

    def _count(self, column: str, most: int | None = None) -> int:
        bound = {} if most is None else {"largest": most}
        found: int | None = self._try(column, lambda: count_in(self._cells, column, **bound))
        return found or 0

    def _months(self, kind: str, most: int | None = None) -> tuple[int, ...]:
        """Counts of the months, oldest first, as far back as any is given."""
        given = [month for month in range(1, MONTHS + 1) if self._text(f"{kind}_{month}")]
        missing = sorted(set(range(1, max(given, default=0) + 1)) - set(given))
        for month in missing:
            found = bad_cell(f"{kind}_{month}", "empty before an older month", "a count; 0 if it was none")
            self.problems.append(Problem(self._line, f"{kind}_{month}", found))
        return tuple(self._count(f"{kind}_{month}", most) for month in reversed(given))

    def _paired(self, out: tuple[int, ...], months: int) -> tuple[int, ...]:
        """Days without blanks, one figure a printed month: months nobody noted had none."""
        if len(out) > months:
            column = f"days_out_{months + 1}"
            found = bad_cell(column, "a month without its printed cards", f"also printed_{months + 1}")
            self.problems.append(Problem(self._line, column, found))
        return (0,) * (months - len(out)) + out if out else ()

    def _prints_nothing(self, given: Mapping[str, Any]) -> None:
        """A store is bound by no capacity (rule 28), so that an office that prints must not pass for one."""
        printed = {f"printed_{month}": count for month, count in enumerate(reversed(given["printed_per_month"]), 1)}
        for column, count in ({name: given[name] for name in _PRINTING} | printed).items():
            if count:
                found = bad_cell(column, "a figure of printing beside a store", _NO_STORE)
                self.problems.append(Problem(self._line, column, found))

    def _office(self) -> str:
        text = self._text("office")
        if not text:
            raise bad_cell("office", "empty", _NO_OFFICE)
        office = f"{_BARE[len(text)]}/{text}" if len(text) in _BARE and text[:1].isdigit() else text
        if not _OFFICE.fullmatch(office):
            raise bad_cell("office", "no office", _NO_OFFICE)
        self._regions.require(office.split("/")[1], "office")
        return office

    def _class(self) -> str:
        text = self._text("class")
        if text not in self._classes:
            shape = "a class that is not in the list" if text else "empty"
            raise Refused(Refusal.BAD_VALUE, {"field": "class", "shape": shape, "expected": _list(self._classes)})
        return text

    def _answer(self, column: str) -> bool | None:
        text = self._text(column).casefold()
        if not text:
            return None
        if text not in _YES | _NO:
            raise bad_cell(column, "not one of the list", "yes, no or empty")
        return text in _YES


def _list(classes: Collection[str]) -> str:
    return ", ".join(sorted(classes))
