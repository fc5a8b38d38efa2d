"""`ektp station backup` and `restore`: an encrypted copy of a station, and what it may do when it comes back."""

from pathlib import Path

import click

from ektp_station.asking_station import FOLDER, PASSPHRASE, say, station_of
from ektp_station.command_move import (
    FILE_PASSPHRASE,
    NEW_FILE,
    NEW_FOLDER,
    PACKED,
    book_key,
    new_passphrase,
    typed_passphrase,
)


@click.command()
@FOLDER
@NEW_FILE
@PASSPHRASE
@FILE_PASSPHRASE
def backup(folder: Path, file: Path, passphrase_file: Path | None, file_passphrase_file: Path | None) -> None:
    """Write an encrypted copy of the station in FOLDER to FILE, also while it prints.

    In it: the book as it is at one moment, keys and settings. The keys of the personal data are left
    out: a backup shows nobody's name, photo or number, and cards still to be printed are authorised anew.

    \b
    Example:
      ektp station backup station-52.03-1 monday.ektp --file-passphrase-file /run/secrets/backup
    """
    from ektp_station.packing import BACKUP, Package, pack
    from ektp_station.steady import now_ms

    package = Package(BACKUP, station_of(folder), now_ms(), key=book_key(folder, passphrase_file))
    pack(folder, file, package, new_passphrase(file_passphrase_file))
    click.echo(say("Copied into {file}.", file=str(file)))


@click.command()
@PACKED
@NEW_FOLDER
@PASSPHRASE
@FILE_PASSPHRASE
def restore(file: Path, folder: Path, passphrase_file: Path | None, file_passphrase_file: Path | None) -> None:
    """Make FOLDER from a FILE that `ektp station backup` wrote, when the station itself is gone.

    The hub is asked first: a copy that is older than what it has taken is refused. A restored station
    begins no card before the hub has answered it, and each printer stays out of service until two
    people have compared its counter with the book. Never restore while the station itself still runs.

    \b
    Example:
      ektp station restore monday.ektp station-52.03-1
    """
    from ektp_core.errors import Refused
    from ektp_station.packing import BACKUP, undo, unpack
    from ektp_station.restoring import Answered, check_not_older

    head = unpack(file, folder, BACKUP, typed_passphrase(file_passphrase_file))
    try:
        heard = check_not_older(folder, head.station, book_key(folder, passphrase_file))
    except Refused:
        undo(folder)
        raise
    click.echo(say("{station} is in {folder}.", station=head.station, folder=str(folder)))
    if heard is Answered.AWAY:
        click.echo(say("The hub was not reached: no card is begun before it has answered."), err=True)
    if heard is Answered.UNKNOWN:
        click.echo(say("The hub answers, and does not know {station}.", station=head.station), err=True)
        click.echo(say("Look at hub in station.toml; no card is begun before the right one has answered."), err=True)
    command = f"ektp station open {folder} --printer A --counter 4711 --key head.key --key verifier-2.key"
    click.echo(say("Two people open each printer again, with the counter on its panel: {command}", command=command))
