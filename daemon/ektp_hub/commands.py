"""`ektp hub`: make a hub and serve it. The commands only parse, ask and show."""

import os
import sys
import time
from pathlib import Path

import click

from ektp_core.errors import Fact
from ektp_hub.command_enrol import enrol

_folder = click.argument("folder", type=click.Path(file_okay=False, path_type=Path))


@click.group()
def hub() -> None:
    """The centre: it keeps the book of all records, locks and blanks.

    \b
    Make one for a trial, with keys that lie open, and let it serve:
      ektp hub init  trial --unprotected
      ektp hub serve trial
      curl http://127.0.0.1:8717/v1/health

    \b
    Make one for offices of your own, with passphrases asked for on the terminal:
      ektp hub init  centre --offices offices.toml
      ektp hub serve centre --passphrase-file /run/secrets/hub

    `ektp verify FOLDER/book.sqlite` proves the book at any time, also while it is served.
    """


@hub.command()
@_folder
@click.option(
    "--offices", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="TOML file of offices and stations; without it: one office, 52.03, with one station.",
)  # fmt: skip
@click.option(
    "--unprotected", "--demo-keys", is_flag=True,
    help="Make all keys without passphrases: for demonstrations, never for work.",
)  # fmt: skip
def init(folder: Path, offices: Path | None, unprotected: bool) -> None:
    """Make a hub in FOLDER, which must be empty or new.

    \b
    FOLDER/hub.toml             settings, explained in the file
    FOLDER/hub.key              the hub's own key
    FOLDER/registry.key         signs print-ready records, until the registry has its own
    FOLDER/pseudonyms.secret    turns NIKs into keyed hashes; without it nobody is found again
    FOLDER/book.sqlite          the book, founded
    FOLDER/people/*.key         operator, verifier-1, verifier-2: give each to its owner
    FOLDER/station-52.03-1/     carry it to the station: its key, and what its book begins with

    \b
    An offices file:
      [[office]]
      party = "office/52.03"
      name = "Dinas Dukcapil Kabupaten Lombok Timur"
      operator = "Baiq Contoh"
      [[office.station]]
      station = "station/52.03/1"
      name = "Mesin cetak 1"
      classes = ["v5"]
    """
    from ektp_hub.init import make_hub, read_plan

    plan = read_plan(offices) if offices else None
    if unprotected:
        warning = _say("The keys made here lie open in their files. For demonstrations only.")
        click.secho(warning, fg="red", bold=True, err=True)
    made = make_hub(
        folder, plan, (lambda _: None) if unprotected else _new_passphrase, at_ms=time.time_ns() // 1_000_000
    )
    click.echo(_say("hub made in {path}; its book begins with {head}", path=str(made.folder), head=str(made.head)))
    for name, path in (*made.people.items(), *made.stations.items()):
        click.echo(f"  {name:18} {path}")
    click.echo(_say("start it with: {command}", command=f"ektp hub serve {made.folder}"))


@hub.command()
@_folder
@click.option("--host", help="Where to listen, instead of what hub.toml says.")
@click.option("--port", type=click.IntRange(0, 65_535), help="Instead of what hub.toml says; 0 takes a free one.")
@click.option(
    "--passphrase-file", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File whose first line is the passphrase of the hub's key; without it, it is asked for.",
)  # fmt: skip
def serve(folder: Path, host: str | None, port: int | None, passphrase_file: Path | None) -> None:
    """Serve the hub in FOLDER until it is ended (SIGTERM or Ctrl-C).

    It prints one line with its address once it takes requests; logs go to standard error,
    one JSON object a line. Exit codes: 0 ended in order, 1 refused to start, 70 the disk did
    not say whether the last entry was kept (start it again: it looks).

    \b
    Examples:
      ektp hub serve trial --port 0
      ektp hub serve centre --passphrase-file /run/secrets/hub
    """
    from ektp_hub.wiring import serve as serve_folder

    passphrase = _passphrase(folder, passphrase_file)
    code = serve_folder(folder, passphrase, _announce, host, port)
    sys.exit(code)


def _announce(address: str) -> None:
    """The one line of standard output; whoever started the hub reads the address at its end."""
    click.echo(_say("hub is ready at {address}", address=address))


def _say(message: str, /, **facts: Fact) -> str:
    """A message in the user's language."""
    from ektp_data.texts import chosen_language, translator

    return translator(chosen_language(os.environ)).text(message, **facts)


def _new_passphrase(owner: str) -> str:
    from ektp_keys.key_file import LEAST_PASSPHRASE

    while True:
        ask, again = _say("Passphrase for the key of {owner}", owner=owner), _say("The same again")
        typed: str = click.prompt(ask, hide_input=True, confirmation_prompt=again)
        if len(typed) >= LEAST_PASSPHRASE:
            return typed
        click.echo(_say("At least {count} characters.", count=LEAST_PASSPHRASE), err=True)


def _passphrase(folder: Path, file: Path | None) -> str | None:
    from ektp_hub.config import HUB_KEY
    from ektp_keys.key_file import read_key

    if file is not None:
        return file.read_text("utf-8").split("\n", 1)[0]
    if not read_key(folder / HUB_KEY).protected:
        return None
    typed: str = click.prompt(_say("Passphrase of the hub's key"), hide_input=True)
    return typed


say, key_passphrase = _say, _passphrase

hub.add_command(enrol)
