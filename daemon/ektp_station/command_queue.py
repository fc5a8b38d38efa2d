"""`ektp station queue`: what the station prints next and why, and what people do with the queue (rules 31, 35)."""

from pathlib import Path
from typing import Any

import click

from ektp_station.asking_station import FOLDER, KEY_PASSPHRASES, PASSPHRASE, answer, bring, say, station_of


@click.command()
@FOLDER
@click.option("--lift", metavar="RECORD", help="Print this record first; the section head signs.")
@click.option("--cancel", metavar="RECORD", help="Give this record's permission back; nothing of it was begun.")
@click.option("--pause", metavar="PRINTER", help="Let this printer begin no card; the one in it comes out.")
@click.option("--resume", metavar="PRINTER", help="Let this printer go on.")
@click.option("--why", "reason", default="", help="The reason; it is kept, and a lift's is in the daily report.")
@click.option("--key", "keys", type=click.Path(path_type=Path), multiple=True, help="Key file of the person who signs.")
@KEY_PASSPHRASES
@PASSPHRASE
@click.option("--json", "as_json", is_flag=True, help="The queue as JSON.")
def queue(
    folder: Path,
    lift: str | None,
    cancel: str | None,
    pause: str | None,
    resume: str | None,
    reason: str,
    keys: tuple[Path, ...],
    passphrase_file: Path | None,
    as_json: bool,
) -> None:
    """Show the queue of the running station, the next card first; or change it, by one person with a reason.

    All of it works without a line to the hub.

    \b
    Examples:
      ektp station queue station-52.03-1
      ektp station queue station-52.03-1 --lift 52.03-000007 --why "goes abroad tomorrow" --key head.key
      ektp station queue station-52.03-1 --pause A --why "paper dust" --key operator.key
      ektp station queue station-52.03-1 --resume A --key operator.key
    """
    import json

    given = [one for one in (lift, cancel, pause, resume) if one]
    if len(given) > 1 or (given and not keys):
        raise click.UsageError(say("Give one of --lift, --cancel, --pause and --resume, and with it --key."))
    if given and not resume and not reason.strip():
        raise click.UsageError(say("Say why with --why: the reason is kept."))
    if given:
        bring(
            folder, station_of(folder), _body(folder, lift, cancel, pause, resume or "", reason), keys, passphrase_file
        )
        click.echo(say("Taken."))
    found = answer(folder, "GET", "/v1/queue")
    click.echo(json.dumps(found, indent=2) if as_json else shown(found))


def _body(folder: Path, lift: str | None, cancel: str | None, pause: str | None, resume: str, reason: str) -> Any:
    """What is asked of the station."""
    from ektp_core.errors import Refusal, Refused
    from ektp_core.flow.lifting import LiftRecord
    from ektp_core.flow.queueing_here import CancelCard, PausePrinter

    if lift:
        return LiftRecord(lift, reason)
    if pause:
        return PausePrinter(pause, reason)
    if resume:
        return PausePrinter(resume)
    held = {one["record"]: one["n"] for one in answer(folder, "GET", "/v1/queue")["queue"]}
    if cancel is None or cancel not in held:
        raise Refused(Refusal.UNKNOWN_RECORD, {"record": cancel or ""})
    return CancelCard(cancel, held[cancel], reason)


def shown(found: dict[str, Any]) -> str:
    """The queue as lines of a table, with the reason for each place."""
    from ektp_core.wire.question import answer_from_plain

    rows = [("", say("record"), say("until"), say("lifted"), say("why"))]
    for place, one in enumerate(found["queue"], 1):
        told = answer_from_plain(one["answer"])
        until = say("{until}", until=one["until"])
        rows.append((str(place), one["record"], until, one["lifted"] or "-", say(told.why.text, **told.facts)))
    if len(rows) == 1:
        return say("Nothing waits at this station.")
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]) - 1)]
    return "\n".join(
        "  ".join([*(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=False)), row[-1]]) for row in rows
    )
