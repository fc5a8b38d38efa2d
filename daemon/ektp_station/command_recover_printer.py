"""`ektp station recover-printer`: free a jammed printer, and the station goes on (membebaskan pencetak macet)."""

from pathlib import Path
from time import monotonic, sleep
from typing import Any

import click

from ektp_station.asking_station import FOLDER, PASSPHRASE, answer, bring, say, station_of

#: How often the station is asked what came of it, and how long its page may take to show the order.
EVERY_S, SHOWN_S = 0.2, 10.0


@click.command("recover-printer")
@FOLDER
@click.option("--printer", required=True, help="Name of the printer, as in station.toml.")
@click.option("--clear", "clears", is_flag=True, help="You opened it and took out what was inside.")
@click.option("--reject", "rejects", is_flag=True, help="Let it move the card inside into its reject tray.")
@PASSPHRASE
def recover_printer(folder: Path, printer: str, clears: bool, rejects: bool, passphrase_file: Path | None) -> None:
    """Free a printer that stands still after a jam, or with a card inside; the station runs on meanwhile.

    The printer is looked at before and afterwards. It takes its next card only if it says itself that it is ready and
    empty. What became of the card inside is not said by this: a card in doubt stays in doubt until people close it.
    Keep what you took out.

    \b
    Examples:
      ektp station recover-printer station-52.03-1 --printer A --clear
      ektp station recover-printer station-52.03-1 --printer A --reject
    """
    from ektp_core.flow.recovering import FreeBy, RecoverPrinter
    from ektp_station.config import KEY_FILE

    if clears is rejects:
        raise click.UsageError(say("Say one of --clear and --reject."))
    body = RecoverPrinter(printer, FreeBy.CLEAR if clears else FreeBy.REJECT)
    name = bring(folder, station_of(folder), body, (folder / KEY_FILE,), passphrase_file)
    freed = _what_came_of_it(folder, printer, name)
    if freed["declined"]:
        click.echo(say("Printer {printer} said no: {why}", printer=printer, why=freed["declined"]))
    if freed["end"] != "goes-on":
        raise click.ClickException(_sentence(freed))
    click.echo(_sentence(freed))


def _what_came_of_it(folder: Path, printer: str, name: str) -> dict[str, Any]:
    """The end of this very order, as the station's page shows it."""
    until = monotonic() + SHOWN_S
    while True:
        now = answer(folder, "GET", "/v1/now")
        shown: list[dict[str, Any]] = [one.get("freed") or {} for one in now["printers"] if one["name"] == printer]
        freed = next(iter(shown), {})
        if freed.get("ask") == name and freed["end"]:
            return freed
        if freed.get("ask") != name and monotonic() > until:
            why = "The station does not show what came of it; ask `ektp station printers`."
            raise click.ClickException(say(why))
        sleep(EVERY_S)


def _sentence(freed: dict[str, Any]) -> str:
    from ektp_station.freeing import FreeEnd

    return say(FreeEnd(freed["end"]).sentence.text, **freed["facts"])
