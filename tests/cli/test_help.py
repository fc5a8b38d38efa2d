"""Every command teaches: what it does, an example that begins with its name, the columns of its file."""

from importlib.metadata import entry_points

import click
import pytest
from click.testing import CliRunner

from ektp_cli.allot_command import allot
from ektp_cli.ask_command import ask
from ektp_cli.bad_cards import COLUMNS as BAD_CARDS
from ektp_cli.blank_commands import blanks
from ektp_cli.counter_command import counter
from ektp_cli.daily_command import daily
from ektp_cli.import_command import import_records
from ektp_cli.main import GROUP, cli
from ektp_cli.report_command import report
from ektp_cli.suspect_commands import suspect
from ektp_cli.table_command import table
from ektp_cli.unlock_command import unlock
from ektp_cli.verify_command import verify
from ektp_data.columns import COLUMNS
from ektp_data.figure_columns import FIGURE_COLUMNS

COMMANDS = {
    "import": import_records,
    "ask": ask,
    **{f"ask {name}": one for name, one in ask.commands.items()},
    "report": report,
    "unlock": unlock,
    "verify": verify,
    "table": table,
    "allot": allot,
    **{f"allot {name}": one for name, one in allot.commands.items()},
    "blanks": blanks,
    "counter": counter,
    **{f"counter {name}": one for name, one in counter.commands.items()},
    "daily": daily,
    **{f"daily {name}": one for name, one in daily.commands.items()},
    **{f"blanks {name}": one for name, one in blanks.commands.items()},
    "suspect": suspect,
    **{f"suspect {name}": one for name, one in suspect.commands.items()},
}


def help_of(command: click.Command) -> str:
    result = CliRunner().invoke(command, ["--help"], prog_name="ektp")
    assert result.exit_code == 0
    return result.output


@pytest.mark.parametrize("name", COMMANDS)
def test_every_help_shows_an_example(name: str) -> None:
    lines = [line.split() for line in help_of(COMMANDS[name]).splitlines()]
    assert ["ektp", *name.split()] in [words[: 1 + len(name.split())] for words in lines]


@pytest.mark.parametrize("name", COMMANDS)
def test_no_help_shows_the_mark_that_keeps_its_lines(name: str) -> None:
    """The mark is a backspace; written in a raw text it would be shown, and the lines be folded."""
    assert "\\b" not in help_of(COMMANDS[name])
    assert "\b" in (COMMANDS[name].help or "")


def test_the_first_help_says_something_of_every_command() -> None:
    lines = CliRunner().invoke(cli, ["--help"], prog_name="ektp").output.partition("Commands:")[2].splitlines()
    told = {words[0]: words[1:] for words in map(str.split, lines) if words}
    commands = {point.name for point in entry_points(group=GROUP)}
    assert commands
    assert [name for name in sorted(commands) if not told.get(name)] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_says_what_it_is(name: str) -> None:
    silent = [one.opts for one in COMMANDS[name].params if isinstance(one, click.Option) and not one.help]
    assert silent == []


@pytest.mark.parametrize(("command", "names"), [
    (import_records, [name for one in COLUMNS for name in (one.name, one.indonesian)]),
    (allot.commands["plan"], [name for one in FIGURE_COLUMNS for name in (one.name, one.indonesian)]),
    (report, [name for one in BAD_CARDS for name in (one.name, one.indonesian)]),
])
def test_the_help_of_a_command_that_reads_a_file_names_every_column(command: click.Command, names: list[str]) -> None:
    assert [name for name in names if name not in help_of(command)] == []


