"""Options that several commands share (pilihan bersama), so that they are spelt the same everywhere."""

from collections.abc import Sequence
from pathlib import Path

import click

HUB = click.option(
    "--hub", "hub_url", metavar="URL", required=True, help="Address of the hub, such as http://pusat:8717."
)
KEY = click.option(
    "--key", "keys", type=click.Path(dir_okay=False, path_type=Path), multiple=True, required=True,
    help="Key file of the person who signs.",
)  # fmt: skip
KEYS = click.option(
    "--key", "keys", type=click.Path(dir_okay=False, path_type=Path), multiple=True, required=True,
    help="Key file of a person who signs; give it once for each of the two people.",
)  # fmt: skip
PASSPHRASE = click.option(
    "--passphrase-file", "passphrases", type=click.Path(exists=True, dir_okay=False, path_type=Path), multiple=True,
    help="File whose first line is the passphrase of a protected key, in the order of --key; else it is asked for.",
)  # fmt: skip
JSON = click.option(
    "--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Write the findings to this file too."
)


def help_with_columns(title: str, columns: Sequence[tuple[str, str]]) -> type[click.Command]:
    """A kind of command whose help ends with the columns of the file it reads."""

    class WithColumns(click.Command):
        def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
            with formatter.section(title):
                formatter.write_dl(list(columns))

    return WithColumns
