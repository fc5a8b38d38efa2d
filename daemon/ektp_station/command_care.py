"""`ektp station test-card`, `doubt-test`, `cleaned`, `printers`: care for a station's printers (perawatan pencetak)."""

from pathlib import Path
from typing import Any

import click

from ektp_station.asking_station import FOLDER, KEYS, PASSPHRASE, answer, ask, say, station_of

_PRINTER = click.option("--printer", required=True, help="Name of the printer, as in station.toml.")


@click.command("test-card")
@FOLDER
@_PRINTER
@KEYS
@PASSPHRASE
def order_test(folder: Path, printer: str, keys: tuple[Path, ...], passphrase_file: Path | None) -> None:
    """Let a printer print one test card; it costs a blank, which the book counts as waste.

    The printer takes it before its next card. The blank is in the spoilage report among those
    that went bad without a person, with the cause "uji-cetak". Keep the card with the waste.

    \b
    Example:
      ektp station test-card station-52.03-1 --printer A --key operator.key
    """
    from ektp_core.flow.blank_tests import OrderTest

    ask(folder, station_of(folder), OrderTest(printer), keys, passphrase_file)


@click.command("doubt-test")
@FOLDER
@_PRINTER
@KEYS
@PASSPHRASE
def doubt_test(folder: Path, printer: str, keys: tuple[Path, ...], passphrase_file: Path | None) -> None:
    """Say that a printer with a test card in it does not come back, and nobody can tell where its blank is.

    The blank is suspect from then on; two people close it when they have found it, or know that it is lost.
    The printer is out of service until two people open it. While the printer is at work on the card this is
    refused: wait until it is done.

    \b
    Example:
      ektp station doubt-test station-52.03-1 --printer A --key operator.key
    """
    from ektp_core.flow.blank_tests import DoubtTest

    ask(folder, station_of(folder), DoubtTest(printer), keys, passphrase_file)


@click.command()
@FOLDER
@_PRINTER
@KEYS
@PASSPHRASE
def cleaned(folder: Path, printer: str, keys: tuple[Path, ...], passphrase_file: Path | None) -> None:
    """Note that a printer was cleaned; its cards are counted anew.

    \b
    Example:
      ektp station cleaned station-52.03-1 --printer A --key operator.key
    """
    from ektp_core.flow.blank_tests import NoteCleaning

    ask(folder, station_of(folder), NoteCleaning(printer), keys, passphrase_file)


@click.command()
@FOLDER
def printers(folder: Path) -> None:
    """Say of each printer whether it takes the next card, or why not, and what is due on it.

    \b
    Example:
      ektp station printers station-52.03-1
    """
    from ektp_station.showing_status import device_says, troubles

    now = answer(folder, "GET", "/v1/now")
    for one in now["printers"]:
        waits = one.get("waits")
        click.echo(_sentence(waits) if waits else _going(one))
        for due in one.get("due", ()):
            click.echo(f"  {_sentence(due)}")
        for line in device_says(one, say):
            click.echo(f"  {line}")
        for supply in one.get("supplies", ()):
            click.echo(f"  {_supply(supply)}")
    for line in troubles(now, say):
        click.echo(line)


def _sentence(told: dict[str, Any]) -> str:
    from ektp_station.duty import SENTENCES, Reason

    sentence = SENTENCES[Reason(told["code"])].text
    return say(sentence, **told["facts"])


def _going(one: dict[str, Any]) -> str:
    cards = one.get("cards_today", 0)
    return say("Printer {printer} takes the next card; {cards} cards today.", printer=one["name"], cards=cards)


def _supply(supply: dict[str, Any]) -> str:
    name, left, days = supply["name"], supply["cards"], supply["working_days"]
    if left is None:
        return say("{supply}: the printer cannot tell.", supply=name)
    if days is None:
        return say("{supply}: {left} cards.", supply=name, left=left)
    return say("{supply}: {left} cards, about {days} working days.", supply=name, left=left, days=days)
