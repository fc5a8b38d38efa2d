"""`ektp daily`: daily reports, read and added up without a hub."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ektp_cli.options import JSON

if TYPE_CHECKING:
    from ektp_core.daily.identity import Identity
    from ektp_data.daily_text import DailyText


@click.group()
def daily() -> None:
    """Daily reports of offices (laporan harian).

    \b
    Example:
      ektp daily read report.txt
    """


@daily.command()
@click.argument("file", type=click.Path(path_type=Path))
@JSON
def read(file: Path, json_file: Path | None) -> None:
    """Read a daily report and see whether it adds up; no hub is needed.

    FILE is a message pasted as text, one column a line, or a CSV file with the columns' labels
    in its first row and a report in each row after it. Indonesian labels and thousands points
    are understood; what is not understood is listed and not guessed.

    \b
    Example:
      ektp daily read report.txt --json report.json

    \b
    A message:
      Tanggal      : 19 November 2018
      Stok awal    : 1.250 keping
      Cetak baru   : 10
      Gagal cetak  : 1
      Sisa blangko : 1.239
    Exit code 1: something was not understood, or it does not add up.
    """
    from ektp_cli.json_file import write_json

    reports = _reports(file)
    for report in reports:
        _show(report)
    if json_file:
        write_json(json_file, [_plain(report) for report in reports])
    sys.exit(0 if all(_is_sound(report) for report in reports) else 1)


def _reports(file: Path) -> "tuple[DailyText, ...]":
    """The reports of a file; a refusal names the file."""
    from ektp_cli.whole_file import read_whole
    from ektp_core.errors import Refused
    from ektp_data.daily_text import LIMIT_BYTES, read_daily

    data = read_whole(file, LIMIT_BYTES, "a text or CSV file")
    try:
        return read_daily(data)
    except Refused as refused:
        raise Refused(refused.refusal, {**refused.facts, "file": str(file)}) from None


def _sums(report: "DailyText") -> "tuple[tuple[str, Identity], ...]":
    from ektp_core.daily.identity import blanks_of_day, printed_of_day

    if report.is_mixed:  # of two offices or days: a sum of both would say nothing of either
        return ()
    values = dict(report.values)
    found = (("blanks", blanks_of_day(values)), ("printed", printed_of_day(values)))
    return tuple((name, one) for name, one in found if one)


def _is_sound(report: "DailyText") -> bool:
    return not report.bad and not any(one.difference for _, one in _sums(report))


def _show(report: "DailyText") -> None:
    from ektp_cli.showing import say, show_table, words
    from ektp_core.daily.identity import unsaid

    who, day = report.office or "-", report.date or "-"
    title = say("Daily report of {office}, day {date}", office=who, date=day)
    rows = [(_label(name), value, _unit(name)) for name, value in report.values]
    show_table(title, ("column", "count", "unit"), rows, ("count",))
    for name, one in _sums(report):
        _show_sum(name, one)
    missing = unsaid(dict(report.values))
    if report.is_mixed:
        click.secho(say("It names two days or two offices: nothing is added up. Put each report in a file."), fg="red")
    elif missing:
        names = ", ".join(_label(name) for name in missing)
        click.echo(say("Not enough is said to add up the blanks; missing: {names}", names=names))
    for bad in report.bad:
        number = words().number(bad.line)
        click.secho(
            say("line {line} was not understood, {why}: {text}", line=number, why=bad.why, text=bad.text), fg="red"
        )


def _show_sum(name: str, one: "Identity") -> None:
    from ektp_cli.showing import say, words

    def side(values: tuple[tuple[str, int], ...]) -> str:
        return " + ".join(f"{_label(column)} {words().number(value)}" for column, value in values)

    click.echo(f"{side(one.came)} = {side(one.became)}")
    if one.difference == 0:
        click.echo(say("it adds up"))
    elif name == "printed":
        click.secho(
            say("it does NOT add up: {count} cards between the total and the reasons", count=one.difference), fg="red"
        )
    elif one.difference > 0:
        click.secho(say("it does NOT add up: {count} blanks are unaccounted for", count=one.difference), fg="red")
    else:
        click.secho(say("it does NOT add up: {count} blanks more than there were", count=-one.difference), fg="red")


def _label(column: str) -> str:
    """What the column is called on the forms of the reader's language."""
    from ektp_core.daily.columns import COLUMN

    return COLUMN[column].indonesian if _is_indonesian() else COLUMN[column].english


def _unit(column: str) -> str:
    from ektp_core.daily.columns import COLUMN, UNITS

    return UNITS[COLUMN[column].unit] if _is_indonesian() else COLUMN[column].unit


def _is_indonesian() -> bool:
    from ektp_cli.showing import words
    from ektp_data.texts import Language

    return words().language is Language.INDONESIAN


def _plain(report: "DailyText") -> dict[str, Any]:
    return {
        "line": report.line,
        "date": report.date,
        "office": report.office,
        "is_mixed": report.is_mixed,
        "columns": dict(report.values),
        "sums": {
            name: {"came": dict(one.came), "became": dict(one.became), "difference": one.difference,
                   "unsaid": list(one.unsaid)}
            for name, one in _sums(report)
        },
        "not_understood": [{"line": bad.line, "text": bad.text, "why": bad.why} for bad in report.bad],
    }  # fmt: skip
