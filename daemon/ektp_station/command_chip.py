"""`ektp station chip`: which reader writes the chips, by which script, and the card that lies there (penulis chip)."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ektp_core.errors import Refusal, Refused
from ektp_station.asking_station import FOLDER, say

if TYPE_CHECKING:
    from ektp_station.config import PrinterConfig, StationConfig

_WAIT_MS = 5_000


@click.command("chip")
@FOLDER
@click.option("--printer", default="", help="Name of one printer; without it, all that have a chip reader.")
def chip(folder: Path, printer: str) -> None:
    """Show the chip reader of each printer and its script, and read the UID of a card that lies there.

    Nothing is written to the card. A reader with another name than in station.toml is named by the error.
    The reader is asked as it is beside its printer: shut in, and only by an encoder that is allowed here.
    Exit code 0: all readers answer; 1: one does not.

    \b
    Example:
      ektp station chip station-52.03-1
    """
    from ektp_core.boundary.card_printer import DriverError
    from ektp_station.config import load_config

    config = load_config(folder)
    known = [one for one in config.printers if one.encoder]
    meant = [one for one in known if printer in {"", one.name}]
    if printer and not meant:
        names = ", ".join(one.name for one in known) or "none"
        raise Refused(Refusal.BAD_VALUE, {"field": "printer", "shape": f"{len(printer)} characters", "expected": names})
    if not meant:
        click.echo(say("No printer of this station has a chip reader of its own."))
    failed = False
    for one in meant:
        try:
            _show(one, config, folder)
        except DriverError as error:
            failed = True
            click.echo(say("{printer}: {why}", printer=one.name, why=str(error)))
    if failed:
        sys.exit(1)


def _show(one: "PrinterConfig", config: "StationConfig", folder: Path) -> None:
    from ektp_station.encoder_alone import encoder_alone

    with encoder_alone(one, config, folder) as encoder:
        told = encoder.identify(_WAIT_MS)
        click.echo(say("{printer}: the chip reader is {reader}.", printer=one.name, reader=told.serial))
        click.echo(say("Script: {script}, digest {digest}.", script=told.model, digest=told.firmware))
        uid = encoder.read_uid(_WAIT_MS)
        click.echo(say("UID of the card there: {uid}", uid=uid) if uid else say("No chip can be read there."))
