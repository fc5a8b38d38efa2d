"""`ektp station reader`: a key for a chip reader, and the paper that enrols it (pembaca chip terdaftar, rule 39)."""

import json
from pathlib import Path

import click

from ektp_core.errors import Refusal, Refused
from ektp_station.asking_station import FOLDER, passphrase_in, say, station_of


@click.command("reader")
@FOLDER
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="Where the new key file goes."
)
@click.option(
    "--form", required=True, type=click.Path(dir_okay=False, path_type=Path),
    help="Where the form for the centre goes; two people there send it with `ektp ask send`.",
)  # fmt: skip
@click.option(
    "--passphrase-file", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File with a passphrase for the new key.",
)  # fmt: skip
def reader(folder: Path, out: Path, form: Path, passphrase_file: Path | None) -> None:
    """Make a key for a chip reader of this station, to be enrolled by two people of the centre.

    What a reader signs counts as read on an enrolled reader once its key is in the register.

    \b
    Example:
      ektp station reader station-52.03-1 --out reader.key --form enrol-reader.json
    """
    from ektp_core.vocabulary.role import Hand
    from ektp_keys.key_file import create_key, read_key

    if form.exists():
        facts = {"file": str(form), "shape": "it exists already", "expected": "a name that is not taken"}
        raise Refused(Refusal.BAD_FILE, facts)
    station = station_of(folder)
    create_key(out, station, Hand.READER, passphrase_in(passphrase_file))
    made = read_key(out)
    key = {"key": made.key_id, "owner": station, "hand": Hand.READER.value, "public": made.public.hex()}
    form.write_text(json.dumps({"kind": "register", "body": {"keys": [key]}}, indent=2) + "\n", encoding="utf-8")
    click.echo(
        say("The key is in {file}; two people of the centre send {form} to enrol it.", file=str(out), form=str(form))
    )
