"""`ektp station check`: every problem that can be found before work, each with what to do."""

import sys
from pathlib import Path

import click

from ektp_station.asking_station import PASSPHRASE, answer, say, typed_or_given


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), required=False)
@PASSPHRASE
@click.option("--quick", is_flag=True, help="Prove the book's chain only, not its rows: faster for a long book.")
@click.option("--verbose", "-v", is_flag=True, help="Show what the drivers print, too.")
@click.option("--schema", is_flag=True, help="List every setting of station.toml and end.")
def check(folder: Path | None, passphrase_file: Path | None, quick: bool, verbose: bool, schema: bool) -> None:
    """Look at the station in FOLDER and say everything that is wrong, and what to do about it.

    Nothing is changed and no card is fed. Where the station runs, it is asked about its printers;
    where it does not, each is opened and let go again. Exit code 0: it can work; 1: it cannot.

    \b
    Examples:
      ektp station check station-52.03-1
      ektp station check --schema
    """
    if schema:
        from ektp_station.config_schema import as_lines

        click.echo("\n".join(as_lines()))
        return
    if folder is None:
        raise click.UsageError(say("Name the folder of a station."))
    from ektp_core.errors import Refused
    from ektp_station.checks import Looked, Mark, look_at_folder
    from ektp_station.checks_beside import look_around
    from ektp_station.journal_key import IN_RED
    from ektp_station.steady import now_ms

    looked, findings = look_at_folder(Looked(folder, typed_or_given(folder, passphrase_file), quick, verbose))
    try:
        page = answer(folder, "GET", "/v1/now") if looked.config else None
    except Refused:
        page = None
    findings += look_around(looked, page, now_ms())
    marks = {Mark.WELL: ("green", say("ok")), Mark.MEND: ("yellow", say("note")), Mark.STOP: ("red", say("PROBLEM"))}
    for one in findings:
        colour, word = marks[one.mark]
        line = f"{say(one.what)}: {say(one.found, **one.facts)}"
        line = click.style(line, fg="red") if one.found == IN_RED else line  # rule 40
        click.echo(f"{click.style(f'{word:8}', fg=colour)} {line}")
        if one.do:
            click.echo(f"{'':8} -> {say(one.do, **one.facts)}")
    problems = sum(1 for one in findings if one.mark is Mark.STOP)
    click.echo(say("Problems: {count}.", count=problems))
    if problems:
        sys.exit(1)
