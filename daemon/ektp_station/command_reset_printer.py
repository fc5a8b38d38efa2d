"""`ektp station reset-printer`: reset a printer, only when a person orders it (menyetel ulang pencetak)."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from ektp_station.asking_station import FOLDER, PASSPHRASE, answer, say, typed_or_given

LEVELS = ("soft", "bus", "reboot")


@click.command("reset-printer")
@FOLDER
@click.argument("name")
@click.option("--level", type=click.Choice(LEVELS), default="soft", show_default=True, help="How hard; see above.")
@click.option("--verbose", "-v", is_flag=True, help="Show what the driver prints, too.")
@PASSPHRASE
def reset_printer(folder: Path, name: str, level: str, verbose: bool, passphrase_file: Path | None) -> None:
    """Reset the printer NAME. The station must be stopped, and its book must have no card in that printer.

    A card inside is first taken care of: let the station run, and say what became of it. A station never
    resets a printer by itself.

    How hard it can be reset is the driver's: an Evolis takes soft alone, the virtual printer all three, and a
    printer behind a CUPS or Windows queue none. What it refuses is done by hand: switch it off and on.

    \b
    Example:
      ektp station reset-printer station-52.03-1 A --level soft
    """
    from ektp_core.boundary.card_printer import DriverError, ResetLevel
    from ektp_core.errors import Refusal, Refused
    from ektp_station.config import load_config

    config = load_config(folder)
    printer = next((one for one in config.printers if one.name == name), None)
    if printer is None:
        names = ", ".join(one.name for one in config.printers) or "none"
        raise Refused(Refusal.BAD_VALUE, {"field": "printer", "shape": f"{len(name)} characters", "expected": names})
    with _stopped(folder):
        card, digest = _in_book(folder, config.station, name, passphrase_file)
        if card:
            why = "The book has {card} in printer {printer}. Start the station and say what became of it first."
            raise click.ClickException(say(why, card=card, printer=name))
        try:
            answered = _machine(config, folder, printer, digest, verbose).reset(ResetLevel(level))
        except DriverError as error:
            raise click.ClickException(say("{printer}: {why}", printer=name, why=str(error))) from None
    if answered:
        click.echo(say("Printer {printer} was reset.", printer=name))
        return
    click.echo(say("Printer {printer} starts anew. When it is back, look at it: `ektp station check`.", printer=name))


@contextmanager
def _stopped(folder: Path) -> Iterator[None]:
    """The station is stopped, and cannot be started meanwhile where it has a book: its owner's lock is ours."""
    from ektp_core.errors import Refusal, Refused
    from ektp_station.config import BOOK_FILE
    from ektp_store.ownership import disown, own

    runs = click.ClickException(say("The station runs. Stop it first: it has the printer."))
    try:
        answer(folder, "GET", "/v1/now")
    except Refused as refused:
        if refused.refusal is not Refusal.NOT_REACHED:  # it refuses, so it is there
            raise runs from None
    else:
        raise runs
    try:
        lock = own(str(folder / BOOK_FILE)) if (folder / BOOK_FILE).exists() else None
    except Refused:  # it is there, and too busy to answer
        raise runs from None
    try:
        yield
    finally:
        if lock is not None:
            disown(lock)


def _in_book(folder: Path, station: str, printer: str, passphrase_file: Path | None) -> tuple[str, bytes | None]:
    """The card the book has in the printer, and the note of its settings; nothing before there is a book."""
    from ektp_station.book_reading import book_read
    from ektp_station.config import BOOK_FILE
    from ektp_station.driver_seen import note_of
    from ektp_station.resetting import card_in
    from ektp_station.station_key import load_book_key

    if not (folder / BOOK_FILE).exists():
        return "", None
    with book_read(folder, load_book_key(folder, typed_or_given(folder, passphrase_file))) as book:
        return card_in(book.view, station, printer), book.note(note_of(printer))


def _machine(config: Any, folder: Path, printer: Any, digest: bytes | None, tells: bool) -> Any:
    from attrs import evolve

    from ektp_station.machine import Machine, house_of

    return Machine(printer, _draws_nothing, evolve(house_of(config, folder, digest), tells=tells))


def _draws_nothing(_: bytes) -> Any:
    raise AssertionError("nothing is printed by a reset")
