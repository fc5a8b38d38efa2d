"""`ektp station release`: give an authorisation back by telephone (rule 19)."""

from pathlib import Path
from typing import Any

import click

from ektp_core.errors import Refusal, Refused
from ektp_station.asking_station import FOLDER, PASSPHRASE


@click.command()
@FOLDER
@click.option("--record", required=True, help="Number of the record that is to be printed elsewhere.")
@PASSPHRASE
def release(folder: Path, record: str, passphrase_file: Path | None) -> None:
    """Give an authorisation back by telephone, without a line to the hub.

    The station first writes into its book that it will never print this card. Then it shows a
    code of ten letters and digits. Read it out to the centre with the number of record and
    attempt; once it is typed there, another station may print the card. A card that was begun
    here has no code. Asked again, the same code is shown.

    \b
    Example:
      ektp station release station-52.03-1 --record 52.03-000001
    """
    from ektp_station.asking_station import say

    try:
        found = _code(folder, record)
    except Refused as refused:
        if refused.refusal is not Refusal.NO_SUCH_STEP or refused.facts.get("allowed") != "RETURN":
            raise
        _burn(folder, record, int(str(refused.facts["n"])), passphrase_file)
        found = _code(folder, record)
    click.echo(say("This station gave the authorisation back and will never print it. Read this to the centre:"))
    click.echo(say("  station {station}", station=found["station"]))
    click.echo(say("  record  {record}", record=found["record"]))
    click.echo(say("  attempt {n}", n=found["n"]))
    click.secho(say("  code    {code}", code=found["code"]), bold=True)


def _code(folder: Path, record: str) -> dict[str, Any]:
    """The code; a refusal that allows RETURN while the authorisation is still held."""
    from ektp_station.asking_station import answer

    found: dict[str, Any] = answer(folder, "GET", f"/v1/release-codes/{record}")["release"]
    return found


def _burn(folder: Path, record: str, n: int, passphrase_file: Path | None) -> None:
    from ektp_core.flow.releasing import BurnForCode
    from ektp_station.asking_station import bring, station_of
    from ektp_station.config import KEY_FILE

    body = BurnForCode(record, n)
    bring(folder, station_of(folder), body, (folder / KEY_FILE,), passphrase_file)
