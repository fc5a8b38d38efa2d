"""`ektp station why`: why one person's card can or cannot be printed now, in one sentence (rule 34)."""

import sys
from pathlib import Path

import click

from ektp_station.asking_station import FOLDER, answer, say


@click.command()
@FOLDER
@click.option("--json", "as_json", is_flag=True, help="The reason's code and facts, as JSON.")
def why(folder: Path, as_json: bool) -> None:
    """Say why a person's card can or cannot be printed now, and what to do next.

    The NIK is asked for, or read from standard input; it is never given on the command line, where
    others on the machine could read it. Whom this station does not hold, the hub is asked about.

    \b
    Examples:
      ektp station why station-52.03-1
      ektp station why station-52.03-1 < nik.txt
    """
    import json

    from ektp_core.flow.codec import to_json
    from ektp_core.vocabulary.nik import Nik
    from ektp_core.wire.question import answer_from_plain

    typed = click.prompt(say("NIK"), err=True) if sys.stdin.isatty() else sys.stdin.readline()
    nik = Nik.parse(typed.strip())
    found = answer(folder, "POST", "/v1/why", to_json({"nik": nik.reveal()}))
    if as_json:
        click.echo(json.dumps(found, indent=2))
        return
    told = answer_from_plain(found)
    click.echo(say(told.why.text, **told.facts))
    click.echo(say(told.why.remedy, **told.facts))
    if "receipt" in told.facts:
        click.echo(say("The person's papers were taken in: receipt {receipt}.", **told.facts))
