"""`ektp station open`: two people put a printer back into service (pencetak dibuka kembali)."""

from pathlib import Path

import click

from ektp_station.asking_station import FOLDER, KEYS, PASSPHRASE, ask, station_of


@click.command("open")
@FOLDER
@click.option("--printer", required=True, help="Name of the printer, as in station.toml.")
@click.option(
    "--counter", type=int, default=-1, help="Cards fed so far, as its panel shows; left out if it shows none."
)
@KEYS
@PASSPHRASE
def open_printer(
    folder: Path, printer: str, counter: int, keys: tuple[Path, ...], passphrase_file: Path | None
) -> None:
    """Put a printer back into service, after two people of two units explained why it was out.

    After a restore the counter must be what the book explains. If the panel shows more, cards were fed that
    this book knows nothing of: do not open, call the centre; the station is enrolled again.

    \b
    Example:
      ektp station open station-52.03-1 --printer A --counter 4711 --key head.key --key verifier-2.key
    """
    from ektp_core.flow.station_book import ClosePrinter

    ask(folder, station_of(folder), ClosePrinter(printer, "", counter), keys, passphrase_file)
