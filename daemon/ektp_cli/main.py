"""`ektp`: one command; its sub-commands are brought by the packages (entry points `ektp.commands`).

A refusal anywhere below ends here: it is said in the user's language, what is wrong and what
to do, and the exit code is 1. Sub-commands are loaded only when they are called, so that
`ektp --help` is quick.
"""

import os
import sys
from importlib.metadata import EntryPoint, entry_points

import click

from ektp_core.errors import EktpError, Refused

GROUP = "ektp.commands"

_SHORT = {
    "allot": "Work out how many blanks each office should get, and why.",
    "ask": "Ask anything of the hub that an officer may ask, by form.",
    "blanks": "Bring blanks in, grant, send, count and issue them, by hand.",
    "counter": "The counter: take a person's papers in, and give a receipt.",
    "daily": "Read a daily report from text or CSV, and see whether it adds up.",
    "demo": "Print 200 specimen cards on two virtual printers, with faults, and account for every blank.",
    "driver": "Printers' drivers: list them, judge one on its bench, begin a new one.",
    "hub": "The centre's hub: make one, run it.",
    "import": "Bring print-ready records from a CSV file to the hub.",
    "printer": "The virtual card printer: run one, load it, make it fail.",
    "proposals": "A district's list of people to print first, answered line by line.",
    "release": "Take an authorisation back by the code a station reads out.",
    "report": "File a spoilage report for an allotment.",
    "simulate": "Let small simulated countries meet every fault, and look for what breaks.",
    "station": "A print station: run one, and what people do at it.",
    "suspect": "Cards in doubt: list them, and close them by two people.",
    "table": "Show where every blank is.",
    "unlock": "Unlock reported records for reprinting; two people sign.",
    "verify": "Check a book from the first entry to the last.",
    "why": "Say in one sentence why a card can or cannot be printed now.",
}


class Commands(click.Group):
    """Sub-commands found through entry points."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of all sub-commands."""
        return sorted(_found())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one sub-command."""
        found = _found().get(cmd_name)
        if found is None:
            return None
        command: click.Command = found.load()
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the sub-commands without loading them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, _SHORT.get(name, "")) for name in self.list_commands(ctx)])


def _found() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=GROUP)}


@click.group(cls=Commands)
@click.option("--lang", type=click.Choice(["en", "id"]), help="Language of messages; else EKTP_LANG or LANG.")
@click.version_option(package_name="ektp")
def cli(lang: str | None) -> None:
    """EKTP: every blank identity card accounted for.

    \b
    Try it:            ektp demo
    Run it:            ektp hub init centre; ektp hub serve centre
                       ektp station run station-52.03-1
    Check a book:      ektp verify centre/book.sqlite
    """
    if lang:
        os.environ["EKTP_LANG"] = lang


def language() -> str:
    """The user's language: EKTP_LANG (which `--lang` sets), else the system's if it is Indonesian, else English."""
    from ektp_data.texts import chosen_language

    return chosen_language(os.environ)


def show_refused(refused: Refused) -> None:
    """Say a refusal: what is wrong, and what to do."""
    from ektp_data.texts import translator

    words = translator(language())
    click.secho(f"{refused.refusal.value}: {words.what(refused)}", fg="red", err=True)
    click.echo(words.remedy(refused), err=True)


def main() -> None:
    """Entry point of the script."""
    try:
        sys.exit(cli.main(standalone_mode=False))
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        from ektp_cli.showing import say

        click.echo(say("Stopped."), err=True)
        sys.exit(130)
    except Refused as refused:
        show_refused(refused)
        sys.exit(1)
    except (EktpError, OSError) as error:
        from ektp_data.texts import visible

        click.secho(visible(f"{type(error).__name__}: {error}"), fg="red", err=True)
        sys.exit(1)
