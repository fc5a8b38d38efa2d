"""`ektp station passphrase`: another passphrase for a station's keys, or its first one."""

from pathlib import Path

import click

from ektp_station.asking_station import FOLDER, say


@click.command()
@FOLDER
@click.option(
    "--passphrase-file", type=click.Path(exists=True, path_type=Path),
    help="File with the old passphrase; without it, it is asked for.",
)  # fmt: skip
@click.option(
    "--new-passphrase-file", type=click.Path(exists=True, path_type=Path),
    help="File with the new passphrase; without it, it is asked for.",
)  # fmt: skip
def passphrase(folder: Path, passphrase_file: Path | None, new_passphrase_file: Path | None) -> None:
    """Give the keys of the station in FOLDER another passphrase, or their first one.

    The keys stay the same: neither the hub nor the book notices, and a running station goes on. What hands
    the passphrase in at the start (a file, systemd) must be given the new one. A power cut leaves the old
    passphrase or the new one, never half.

    \b
    Example:
      ektp station passphrase station-52.03-1
    """
    from ektp_keys.key_file import read_key
    from ektp_station.config import KEY_FILE
    from ektp_station.journal_key import passphrase_given
    from ektp_station.rewrapping import change_passphrase
    from ektp_station.station_key import in_token

    old = passphrase_given(passphrase_file)
    if old is None and not in_token(folder) and read_key(folder / KEY_FILE).protected:
        old = click.prompt(say("Passphrase for the station's key"), hide_input=True)
    new = passphrase_given(new_passphrase_file) if new_passphrase_file else None
    if new is None and not in_token(folder):
        ask, again = say("New passphrase for the station's key"), say("The same again")
        new = click.prompt(ask, hide_input=True, confirmation_prompt=again)
    change_passphrase(folder, old, new or "")
    click.echo(say("Only the new passphrase opens this station from now on."))
    click.echo(say("Give the new one to whatever hands it in at the start; older backups keep the old one."))
