"""`ektp station move` and `unpack`: pack a station into one encrypted file and print elsewhere (paper 004)."""

from pathlib import Path

import click

from ektp_station.asking_station import (
    FOLDER,
    KEYS,
    PASSPHRASE,
    bring,
    passphrase_in,
    say,
    station_of,
    station_passphrase,
)

FILE_PASSPHRASE = click.option(
    "--file-passphrase-file", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File with the passphrase of the packed file; without it, it is asked for.",
)  # fmt: skip
PACKED = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
NEW_FILE = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
NEW_FOLDER = click.argument("folder", type=click.Path(file_okay=False, path_type=Path))


@click.command()
@FOLDER
@NEW_FILE
@click.option("--to", required=True, help="Where the station goes on, in words; it stands in the book.")
@KEYS
@PASSPHRASE
@FILE_PASSPHRASE
def move(
    folder: Path,
    file: Path,
    to: str,
    keys: tuple[Path, ...],
    passphrase_file: Path | None,
    file_passphrase_file: Path | None,
) -> None:
    """Pack the running station in FOLDER into FILE, so that it prints elsewhere.

    First its book notes that it was packed; from then on the station in FOLDER takes nothing more.
    Then FILE is written: book, keys and settings under a passphrase. A card in a machine must come
    out first. If writing FILE fails, ask again: the book stays packed, nothing is lost.

    \b
    Example:
      ektp station move station-52.03-1 moved.ektp --to "Kantor Kecamatan Sakra" --key operator.key
    """
    import secrets

    from ektp_core.errors import Refusal, Refused
    from ektp_core.flow.moving import MoveBook
    from ektp_station.packing import MOVE, Package, pack, packed_token
    from ektp_station.steady import now_ms

    station, key = station_of(folder), book_key(folder, passphrase_file)
    word = new_passphrase(file_passphrase_file)
    try:
        bring(folder, station, MoveBook(to, secrets.token_hex(16)), keys, passphrase_file)
    except Refused as refused:
        if refused.refusal is not Refusal.BOOK_MOVED:
            raise
        click.echo(say("The book was packed before; its file is written again."), err=True)
    token = packed_token(folder, station, key)
    pack(folder, file, Package(MOVE, station, now_ms(), token, key), word)
    click.echo(say("Packed into {file}. This station takes nothing more.", file=str(file)))
    click.echo(say("Where it goes on: {command}", command=f"ektp station unpack {file.name} FOLDER"))


@click.command()
@PACKED
@NEW_FOLDER
@FILE_PASSPHRASE
def unpack(file: Path, folder: Path, file_passphrase_file: Path | None) -> None:
    """Make FOLDER from a FILE that `ektp station move` wrote, and go on there.

    Open a file once. A second copy that is opened is a second history: the hub stops the station at
    the first contact of the later one, and two people of the centre must enrol it again.

    \b
    Example:
      ektp station unpack moved.ektp station-52.03-1
    """
    from ektp_station.packing import MOVE
    from ektp_station.packing import unpack as take_out

    head = take_out(file, folder, MOVE, typed_passphrase(file_passphrase_file))
    click.echo(say("{station} is in {folder}.", station=head.station, folder=str(folder)))
    click.echo(say("Look at the printers in station.toml, then: {command}", command=f"ektp station check {folder}"))
    # The book explains the counter of the device that bore the name.
    click.echo(say("A printer that is another device than before gets a name there that the book does not know yet."))


def book_key(folder: Path, passphrase_file: Path | None) -> bytes | None:
    """The key of the book in a folder, where it is encrypted."""
    from ektp_station.rewrapping import settle
    from ektp_station.station_key import load_book_key

    passphrase = station_passphrase(folder, passphrase_file)
    settle(folder, passphrase)
    return load_book_key(folder, passphrase)


def new_passphrase(file: Path | None) -> str:
    """A passphrase for a new file: from a file, or typed twice."""
    if file is not None:
        return passphrase_in(file) or ""
    ask, again = say("Passphrase for the packed file"), say("The same again")
    typed: str = click.prompt(ask, hide_input=True, confirmation_prompt=again)
    return typed


def typed_passphrase(file: Path | None) -> str:
    """The passphrase of a packed file: from a file, or typed."""
    if file is not None:
        return passphrase_in(file) or ""
    typed: str = click.prompt(say("Passphrase of the packed file"), hide_input=True)
    return typed
