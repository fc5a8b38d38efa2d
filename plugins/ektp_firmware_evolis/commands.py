"""The command of this printer (perintah): run it, or tell it something as the person beside it."""

import signal
from pathlib import Path

import click

from ektp_core.boundary.card_printer import DriverError
from ektp_driver_virtual.front_panel import FrontPanel


@click.command()
@click.argument("words", nargs=-1)
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), required=True, help="The printer's folder.")
@click.option("--serial", default="EV-0001", show_default=True, help="Its serial number.")
@click.option("--card-ms", type=click.IntRange(0), default=60, show_default=True, help="Time of one card.")
@click.option("--reboot-ms", type=click.IntRange(0), default=300, show_default=True, help="Time it is off.")
@click.option("--download-stops-ms", type=click.IntRange(1), default=5_000, show_default=True, help="Patience.")
@click.option("--status-words", is_flag=True, help="It has the status words of newer printers.")
def main(words: tuple[str, ...], folder: Path, serial: str, **options: int) -> None:
    """Run an Evolis printer made of software, or tell the one of FOLDER something.

    \b
    Run it, put blanks in, let the next card get stuck at the head, mend it:
      python -m ektp_firmware_evolis --folder e1 &
      ektp printer load --folder e1 --series TEST-1 --from 1 --count 10
      python -m ektp_firmware_evolis --folder e1 jam mark
      python -m ektp_firmware_evolis --folder e1 mend
    """  # click wants the character itself
    try:
        if words:
            shown = FrontPanel(folder).tell(*words)
            click.echo("\n".join((*shown.conditions, *(f"will happen: {one}" for one in shown.faults))) or "well")
            return
        _run(folder, serial, options)
    except DriverError as error:
        raise click.ClickException(str(error)) from error


def _run(folder: Path, serial: str, options: dict[str, int]) -> None:
    from ektp_firmware_evolis.printer import EvolisPrinter  # pictures take 50 ms to import
    from ektp_firmware_evolis.process import EvolisProcess

    printer = EvolisPrinter(
        folder,
        serial,
        options["card_ms"],
        options["reboot_ms"],
        shows_words=bool(options["status_words"]),
        download_stops_ms=options["download_stops_ms"],
        threaded=True,
    )
    process = EvolisProcess(printer)
    found = process.start()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda _number, _frame: process.stop())
    click.echo(f"printer {serial} is ready at {found.driver}")
    process.wait()
