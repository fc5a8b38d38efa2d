"""`ektp station ...`: run a print station, and what people do at it."""

from pathlib import Path
from typing import Any

import click

from ektp_core.errors import Refusal, Refused
from ektp_core.vocabulary.verdict import Cause
from ektp_station.asking_station import FOLDER, KEYS, PASSPHRASE, say, typed_or_given
from ektp_station.asking_station import answer as _answer
from ektp_station.asking_station import ask as _ask
from ektp_station.asking_station import ranges as _ranges
from ektp_station.asking_station import station_of as _station_of
from ektp_station.command_allow_driver import allow_driver
from ektp_station.command_backup import backup, restore
from ektp_station.command_care import cleaned, doubt_test, order_test, printers
from ektp_station.command_check import check
from ektp_station.command_chip import chip
from ektp_station.command_close import close, evidence, give_back
from ektp_station.command_enrol import enrol
from ektp_station.command_move import move, unpack
from ektp_station.command_open import open_printer
from ektp_station.command_passphrase import passphrase as change_passphrase
from ektp_station.command_queue import queue
from ektp_station.command_reader import reader
from ektp_station.command_recover_printer import recover_printer
from ektp_station.command_release import release
from ektp_station.command_reset_printer import reset_printer
from ektp_station.command_why import why


@click.group()
def station() -> None:
    """A print station (mesin cetak): its book, its printers, its link to the hub.

    \b
    A station's folder is made by `ektp hub init` (export station-52.03-1). In it:
      station.toml    settings: hub address and printers
      station.key     the station's key
      founding.json   who may sign, signed by the hub
      station.db      its book, made at the first start

    \b
    A station that makes its own key begins with `ektp station enrol`.
    """


@station.command()
@FOLDER
@PASSPHRASE
def run(folder: Path, passphrase_file: Path | None) -> None:
    """Run the station until it is told to stop.

    A card that was in a printer when the station stopped is found in the book and judged by
    what the printer can still show; nothing is printed again to see whether it works.

    \b
    Example:
      ektp station run station-52.03-1
    """
    from ektp_station.api import payload_of, station_app
    from ektp_station.config import ADDRESS_FILE, load_config
    from ektp_station.counter_line import asking_hub
    from ektp_station.counter_page import Counter, counter_routes
    from ektp_station.door import record_in
    from ektp_station.journal_key import warning_of
    from ektp_station.metrics import watch_routes
    from ektp_station.picture import picture_of
    from ektp_station.release_code import release_routes
    from ektp_station.station_key import load_station_key
    from ektp_station.steady import now_ms
    from ektp_station.wiring import StationProcess, run_station, serve_in_thread

    def serve(process: StationProcess) -> None:
        def digest(record: str) -> bytes:
            with process.store.read() as view:
                return payload_of(view, record)

        def picture(record: str) -> bytes:
            payload = process.ask_main(lambda: process.store.payload(digest(record)))
            if payload is None:
                raise Refused(Refusal.PAYLOAD_ERASED, {"record": record})
            return picture_of(record_in(payload), process.regions).front_png

        def announce(port: int) -> None:
            new = folder / f"{ADDRESS_FILE}.new"  # renamed, so that nobody reads half an address
            new.write_text(f"http://127.0.0.1:{port}\n", encoding="utf-8")
            new.replace(folder / ADDRESS_FILE)
            click.echo(f"{config.station}: http://127.0.0.1:{port}/v1/now")

        counter = Counter(process.keeper, process.ask_main, asking_hub(config.hub, signer, now_ms))
        more = (*counter_routes(counter), *release_routes(process), *watch_routes(process.figures))
        app = station_app(lambda: process.now, process.people_ask, picture, more)
        try:
            serve_in_thread(app, config.listen_port, announce)
        except Refused as refused:  # exit code 2: starting again would not help
            why = "{shape}. Set listen_port in station.toml to {expected}."
            raise click.UsageError(say(why, **refused.facts)) from None

    config = load_config(folder)
    passphrase = typed_or_given(folder, passphrase_file)
    signer = load_station_key(folder, passphrase)
    if warning := warning_of(folder, passphrase_file):
        click.secho(say(warning), fg="red", err=True)
    run_station(folder, config, signer, passphrase, serve, warning=warning)


@station.command()
@FOLDER
@click.option("--json", "as_json", is_flag=True, help="Everything the station says, as JSON.")
def status(folder: Path, as_json: bool) -> None:
    """Show what the running station is doing now.

    \b
    Example:
      ektp station status station-52.03-1
    """
    import json

    from ektp_station.showing_status import show_status

    now = _answer(folder, "GET", "/v1/now")
    click.echo(json.dumps(now, indent=2) if as_json else show_status(now, say))


@station.command()
@FOLDER
@click.option("--consignment", required=True, help="Number of the consignment.")
@click.option("--found", multiple=True, metavar="SERIES:FROM-TO", help="Blanks found good; may be repeated.")
@click.option("--short", multiple=True, metavar="SERIES:FROM-TO", help="Blanks that are missing.")
@click.option("--damaged", multiple=True, metavar="SERIES:FROM-TO", help="Blanks that came damaged.")
@KEYS
@PASSPHRASE
def receive(
    folder: Path,
    consignment: str,
    found: tuple[str, ...],
    short: tuple[str, ...],
    damaged: tuple[str, ...],
    keys: tuple[Path, ...],
    passphrase_file: Path | None,
) -> None:
    """Count a consignment in; two people sign, and every blank is found, short or damaged.

    \b
    Example:
      ektp station receive station-52.03-1 --consignment K-2 --found PNRI-18:1-250 \\
        --key operator.key --key verifier-2.key
    """
    from ektp_core.flow.custody import Receive

    where = _station_of(folder)
    body = Receive(consignment, where, _ranges(found), _ranges(short), _ranges(damaged))
    _ask(folder, where, body, keys, passphrase_file)


@station.command()
@FOLDER
@click.option("--printer", required=True, help="Name of the printer, as in station.toml.")
@click.option("--blanks", required=True, metavar="SERIES:FROM-TO", help="Blanks put into its hopper.")
@click.option("--counter", type=int, default=0, help="Cards fed so far, as the printer's panel shows.")
@PASSPHRASE
def load(folder: Path, printer: str, blanks: str, counter: int, passphrase_file: Path | None) -> None:
    """Note which blanks were put into a printer's hopper.

    \b
    Example:
      ektp station load station-52.03-1 --printer A --blanks PNRI-18:1-125
    """
    from ektp_core.flow.station_book import LoadPrinter
    from ektp_station.config import KEY_FILE

    body = LoadPrinter(printer, _ranges((blanks,)), counter)
    _ask(folder, _station_of(folder), body, (folder / KEY_FILE,), passphrase_file)


@station.command()
@FOLDER
@click.option("--record", required=True, help="Number of the record whose card you hold.")
@click.option("--attempt", type=int, required=True, help="Its attempt.")
@click.option("--good/--bad", "is_good", default=None, help="What you see.")
@click.option("--gone", "is_gone", is_flag=True, help="The card is not there: it becomes suspect.")
@click.option(
    "--cause",
    type=click.Choice([one.value for one in Cause if one.value]),
    default="gagal-cetak",
    help="Why it is bad.",
)
@KEYS
@PASSPHRASE
def look(
    folder: Path,
    record: str,
    attempt: int,
    is_good: bool | None,
    is_gone: bool,
    cause: str,
    keys: tuple[Path, ...],
    passphrase_file: Path | None,
) -> None:
    """Say whether the card that came out is good; or that it is gone, and nobody can say.

    \b
    Example:
      ektp station look station-52.03-1 --record 52.03-000001 --attempt 1 --good --key operator.key
    """
    if is_gone is (is_good is not None):
        raise click.UsageError("Say one of --good, --bad and --gone.")
    _ask(folder, _station_of(folder), verdict(record, attempt, is_good, Cause(cause)), keys, passphrase_file)


def verdict(record: str, attempt: int, is_good: bool | None, cause: Cause) -> Any:
    """An operator's verdict as an ask; None: the card is gone."""
    from ektp_core.flow.pressing import Conclude
    from ektp_core.vocabulary.verdict import BlankPlace, Certainty, Outcome

    if is_good is None:
        return Conclude(record, attempt, Outcome.UNKNOWN, BlankPlace.UNKNOWN, Certainty.OPERATOR, Cause.NO_EVIDENCE)
    outcome = Outcome.GOOD if is_good else Outcome.SPOILED
    why = Cause.NONE if is_good else cause
    return Conclude(record, attempt, outcome, BlankPlace.OUTPUT, Certainty.OPERATOR, why)


for command in (enrol, check, move, unpack, backup, restore, open_printer):
    station.add_command(command)

for command in (queue, why):
    station.add_command(command)

for command in (order_test, doubt_test, cleaned, printers):
    station.add_command(command)

for command in (release, change_passphrase):
    station.add_command(command)

for command in (close, evidence, give_back, reader):
    station.add_command(command)

station.add_command(chip)
station.add_command(allow_driver)
station.add_command(reset_printer)
station.add_command(recover_printer)
