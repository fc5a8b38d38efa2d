"""`ektp allot`: how many blanks each office should get, from a file of figures alone."""

import sys
from collections import Counter
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ektp_cli.options import JSON, help_with_columns
from ektp_data.figure_columns import FIGURE_COLUMNS

if TYPE_CHECKING:
    from ektp_core.allotment.figures import OfficeFigures

_COLUMNS = [
    (f"{one.name} / {one.indonesian}", ("" if one.required else "optional; ") + one.meaning) for one in FIGURE_COLUMNS
]
_HELP = help_with_columns("Columns of the file (the Indonesian names work too)", _COLUMNS)
_FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
_DATE = click.option("--date", "day", default="", metavar="DAY", help="Day the policy must hold on, as 2026-01-31.")
_SUPPLY = click.option(
    "--supply", "supplies", multiple=True, metavar="CLASS=N",
    help="Blanks there are of a class, the reserve included; once for each class. Without it there is enough for all.",
)  # fmt: skip
_CSV = click.option(
    "--csv", "csv_file", type=click.Path(dir_okay=False, path_type=Path), help="Write the grants to this CSV file too."
)

#: More mistakes than this nobody reads at once; they are counted by column instead.
_PROBLEMS_SHOWN = 50


@click.group()
def allot() -> None:
    """Work out how many blanks each office should get (jatah blangko), and why.

    Nothing is sent and nothing is entered in a book: a plan is a proposal to be read.

    \b
    Example:
      ektp allot example > figures.csv
      ektp allot plan figures.csv --supply v5=20000
      ektp allot compare figures.csv --policy 2017-capacity --policy 2018-weekly
    """


@allot.command(cls=_HELP)
@_FILE
@click.option(
    "--policy", "policy_name", default="default", show_default=True, metavar="NAME|FILE",
    help="A policy of `ektp allot policies`, or a TOML file of your own.",
)  # fmt: skip
@_DATE
@_SUPPLY
@_CSV
@JSON
def plan(
    file: Path, policy_name: str, day: str, supplies: tuple[str, ...], csv_file: Path | None, json_file: Path | None
) -> None:
    """Divide the blanks among the offices of a file, and say for each which rule bound it.

    The file is CSV in UTF-8, one row for each office and class of blanks. Only office and class
    must be there; a figure nobody has stays empty, and the rule that needs it does not bind.
    Numbers are digits only: 1000, not 1.000.

    \b
    Example:
      ektp allot plan figures.csv --policy 2017-capacity --supply v5=800000 --csv grants.csv

    \b
    Columns of the table:
      asked     blanks the office asked for (diminta)
      need      people waiting or days of use, less what is there (kebutuhan)
      can take  what it can print in a month, less what is there (sisa kapasitas)
      gets      blanks of this plan (diberi)
      bound by  the rule that made it so many and no more (dibatasi oleh)

    Exit code 1: something in the file or the policy is wrong, and nothing was planned.
    """
    from ektp_cli.allot_showing import plan_sheet, reasons, show_plan
    from ektp_cli.allotting import divide, division_to_plain, read_policy, read_supply, refuse_overwriting
    from ektp_cli.json_file import write_json, write_whole

    refuse_overwriting((file, Path(policy_name)), (csv_file, json_file))
    policy, supply = read_policy(policy_name, day), read_supply(supplies)
    division = divide(policy, supply, _figures(file, supply))
    told = reasons(division)
    show_plan(division, told, "" if day else _today())
    if csv_file:
        write_whole(csv_file, plan_sheet(division, told))
    if json_file:
        write_json(json_file, division_to_plain(division, told))


@allot.command()
@_FILE
@click.option(
    "--policy", "policy_names", multiple=True, required=True, metavar="NAME|FILE",
    help="A policy of `ektp allot policies`, or a TOML file of your own; give it twice.",
)  # fmt: skip
@_DATE
@_SUPPLY
@JSON
def compare(
    file: Path, policy_names: tuple[str, ...], day: str, supplies: tuple[str, ...], json_file: Path | None
) -> None:
    """Set two policies side by side on the same figures: who gets more, who less, how long it lasts.

    \b
    Example:
      ektp allot compare figures.csv --policy default --policy mine.toml --supply v5=20000

    The columns of the file are those of `ektp allot plan`. Exit code 1: something in the file
    or a policy is wrong, and nothing was compared.
    """
    from ektp_cli.allot_comparing import show_comparison
    from ektp_cli.allot_showing import reasons
    from ektp_cli.allotting import divide, division_to_plain, read_policy, read_supply, refuse_overwriting
    from ektp_cli.json_file import write_json
    from ektp_core.errors import Refusal, Refused

    if len(policy_names) != 2:
        facts = {"field": "--policy", "shape": f"{len(policy_names)} policies", "expected": "two policies"}
        raise Refused(Refusal.BAD_VALUE, facts)
    refuse_overwriting((file, *map(Path, policy_names)), (json_file,))
    policies, supply = [read_policy(name, day) for name in policy_names], read_supply(supplies)
    figures = _figures(file, supply)
    first, second = (divide(policy, supply, figures) for policy in policies)
    one, other = policies
    told = (one.name, other.name) if one.name != other.name else (policy_names[0], policy_names[1])
    show_comparison(first, second, told, "" if day else _today())
    if json_file:
        write_json(json_file, [division_to_plain(one, reasons(one)) for one in (first, second)])


@allot.command()
@click.argument("name", required=False, default="")
@click.option("--schema", "is_schema", is_flag=True, help="Write the JSON Schema of policy files instead.")
def policies(name: str, is_schema: bool) -> None:
    """List the policies that are shipped, or write one of them out to begin your own with.

    \b
    Example:
      ektp allot policies
      ektp allot policies default > mine.toml
    """
    from ektp_cli.allot_showing import show_policies
    from ektp_data.policy_file import shipped_policies, shipped_text
    from ektp_data.policy_keys import policy_schema

    if is_schema:
        click.echo(policy_schema(), nl=False)
    elif name:
        click.echo(shipped_text(name), nl=False)
    else:
        show_policies(shipped_policies())


@allot.command()
def example() -> None:
    """Write an example file of figures: twelve offices, every figure made up.

    \b
    Example:
      ektp allot example > figures.csv
    """
    from ektp_cli.main import language
    from ektp_data.allotment_csv import example_figures

    click.echo(example_figures(language()), nl=False)


def _today() -> str:
    """The day on this machine's calendar."""
    return date.today().isoformat()  # noqa: DTZ011 - whoever plans reads the calendar on the wall


def _figures(file: Path, supply: dict[str, int]) -> tuple["OfficeFigures", ...]:
    """The figures of a file; where anything is wrong it is listed and the command ends."""
    from ektp_cli.allotting import read_file
    from ektp_cli.showing import say, show_table, words

    found = read_file(file, supply)
    if found.problems:
        first = found.problems[:_PROBLEMS_SHOWN]
        rows = [(str(one.line), one.column, words().refusal(one.refusal)) for one in first]
        show_table(say("What is wrong in {file}", file=file.name), ("line", "column", "reason"), rows)
        if len(found.problems) > len(first):
            counts = Counter(one.column for one in found.problems).most_common()
            listed = "; ".join(f"{column} {words().number(count)}" for column, count in counts)
            facts = {"shown": words().number(len(first)), "count": words().number(len(found.problems))}
            click.echo(say("The first {shown} of {count} mistakes. By column: {list}.", **facts, list=listed))
        click.echo(say("Nothing was planned. Correct the file and run the command again."))
        sys.exit(1)
    return found.figures
