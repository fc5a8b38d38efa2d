"""`ektp station ...`: run a print station, and what people do at it."""

import os
from pathlib import Path
from typing import Any

import click

from ektp_core.errors import Refusal, Refused
from ektp_core.vocabulary.verdict import Cause

FOLDER = click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
KEYS = click.option(
    "--key", "keys", type=click.Path(path_type=Path), multiple=True, required=True,
    help="Key file of a person who signs; give it twice for two people.",
)  # fmt: skip
PASSPHRASE = click.option(
    "--passphrase-file", type=click.Path(exists=True, path_type=Path), help="File with the key's passphrase."
)

#: Longer than the station itself waits for its book.
WAIT_S = 35


@click.group()
def station() -> None:
    """A print station (mesin cetak): its book, its printers, its link to the hub.

    \b
    A station's folder is made by `ektp hub init` (export station-52.03-1). In it:
      station.toml    settings: hub address and printers
      station.key     the station's key
      founding.json   who may sign, signed by the hub
      station.db      its book, made at the first start
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
    from ektp_keys.key_file import load_key
    from ektp_station.api import payload_of, station_app
    from ektp_station.config import ADDRESS_FILE, KEY_FILE, load_config
    from ektp_station.door import record_in
    from ektp_station.picture import picture_of
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

        serve_in_thread(station_app(lambda: process.now, process.people_ask, picture), config.listen_port, announce)

    config = load_config(folder)
    signer = load_key(folder / KEY_FILE, _passphrase(passphrase_file))
    run_station(folder, config, signer, serve)


@station.command()
@FOLDER
def status(folder: Path) -> None:
    """Show what the running station is doing now."""
    import json

    click.echo(json.dumps(_answer(folder, "GET", "/v1/now"), indent=2))


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
@click.option("--good/--bad", "is_good", required=True, help="What you see.")
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
    is_good: bool,
    cause: str,
    keys: tuple[Path, ...],
    passphrase_file: Path | None,
) -> None:
    """Say whether a card you hold in your hand is good.

    \b
    Example:
      ektp station look station-52.03-1 --record 52.03-000001 --attempt 1 --good --key operator.key
    """
    _ask(folder, _station_of(folder), verdict(record, attempt, is_good, Cause(cause)), keys, passphrase_file)


def verdict(record: str, attempt: int, is_good: bool, cause: Cause) -> Any:
    """An operator's verdict as an ask."""
    from ektp_core.flow.pressing import Conclude
    from ektp_core.vocabulary.verdict import BlankPlace, Certainty, Outcome

    outcome = Outcome.GOOD if is_good else Outcome.SPOILED
    why = Cause.NONE if is_good else cause
    return Conclude(record, attempt, outcome, BlankPlace.OUTPUT, Certainty.OPERATOR, why)


def _ranges(texts: tuple[str, ...]) -> tuple[tuple[str, int, int], ...]:
    from ektp_core.vocabulary.serial import parse_range

    return tuple((one.series, one.lo, one.hi) for one in map(parse_range, texts))


def _ask(folder: Path, to: str, body: Any, keys: tuple[Path, ...], passphrase_file: Path | None) -> None:
    """Sign an ask and bring it to the running station."""
    import uuid

    from ektp_core.wire.asks import write_ask
    from ektp_core.wire.envelope import PayloadType, signed
    from ektp_data.texts import chosen_language, translator
    from ektp_keys.key_file import load_key
    from ektp_station.steady import now_ms

    signers = [load_key(path, _passphrase(passphrase_file)) for path in keys]
    payload = write_ask(str(uuid.uuid4()), to, now_ms(), body)
    envelope = signed(PayloadType.ASK, payload, signers).to_json()
    _answer(folder, "POST", "/v1/asks", envelope)
    click.echo(translator(chosen_language(os.environ)).text("Taken."))


def _answer(folder: Path, method: str, path: str, body: bytes | None = None) -> dict[str, Any]:
    """What the running station answers. Raises its refusal; NOT_REACHED where none of ours answers."""
    import httpx

    from ektp_core.wire.problem import refused_from_plain

    where = _address(folder)
    try:
        answer = httpx.request(method, f"{where}{path}", content=body, trust_env=False, timeout=WAIT_S).json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        # The file with the address outlives a station that was killed; another program may answer there now.
        why = f"no station answers there ({type(error).__name__}); is `ektp station run` still running?"
        raise Refused(Refusal.NOT_REACHED, {"where": where, "why": why}) from None
    if not isinstance(answer, dict):
        raise Refused(Refusal.NOT_REACHED, {"where": where, "why": "another program answers there"})
    if "refused" in answer:
        raise refused_from_plain(answer["refused"])
    return answer


def _station_of(folder: Path) -> str:
    from ektp_station.config import load_config

    return load_config(folder).station


def _address(folder: Path) -> str:
    from ektp_station.config import ADDRESS_FILE

    path = folder / ADDRESS_FILE
    if not path.exists():
        raise Refused(Refusal.NOT_REACHED, {"where": str(folder), "why": "`ektp station run` is not running there"})
    return path.read_text(encoding="utf-8").strip()


def _passphrase(path: Path | None) -> str | None:
    return path.read_text(encoding="utf-8").rstrip("\n") if path else None
