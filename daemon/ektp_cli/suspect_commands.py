"""`ektp suspect ...`: cards in doubt, and how two people close them."""

import time
from pathlib import Path
from typing import Any

import click

from ektp_cli.options import HUB, JSON, KEYS, PASSPHRASE
from ektp_core.vocabulary.verdict import Cause

#: A card in doubt for longer is told apart: one shift.
SHIFT_HOURS = 8


@click.group()
def suspect() -> None:
    """Cards in doubt (meragukan): nobody can say yet whether a good card was made.

    A suspect is never printed again to see whether it works. Two people look, and say what
    they found: a good card, a bad one, an unused blank, or nothing. Where an enrolled reader
    read the chip of a good card, one person besides its operator closes it.

    \b
    Examples:
      ektp suspect list --hub http://127.0.0.1:8717
      ektp suspect show --hub http://127.0.0.1:8717 --record 52.03-000017
      ektp suspect closes --hub http://127.0.0.1:8717 --station station/52.03/1
      ektp suspect exposed --hub http://127.0.0.1:8717 --station station/52.03/1
      ektp suspect settle --help
    """


@suspect.command("list")
@HUB
@JSON
def list_suspects(hub_url: str, json_file: Path | None) -> None:
    """List every record in doubt: where it is, how old, what is known and what to do next.

    \b
    Example:
      ektp suspect list --hub http://127.0.0.1:8717 --json suspects.json
    """
    from ektp_cli.asking import hub_at
    from ektp_cli.json_file import write_json
    from ektp_cli.showing import say, show_table

    with hub_at(hub_url) as hub:
        found = hub.get("/v1/suspects")
    if found["suspects"]:
        rows = [_row(one) for one in found["suspects"]]
        title = say("Cards in doubt")
        show_table(
            title, ("record", "attempt", "station", "printer", "blank", "hours", "known", "next"), rows,
            numbers=("hours",),
        )  # fmt: skip
        old = sum(_hours(one) >= SHIFT_HOURS for one in found["suspects"])
        if old:
            click.secho(say("{count} of them are in doubt for longer than a shift.", count=old), fg="red", err=True)
    else:
        click.echo(say("No card is in doubt."))
    if json_file:
        write_json(json_file, found)


def _hours(one: dict[str, Any]) -> int:
    """Since how many whole hours a card is in doubt, by this machine's clock."""
    return max(0, (time.time_ns() // 1_000_000 - int(one["since_ms"])) // 3_600_000)


def _row(one: dict[str, Any]) -> tuple[str | int, ...]:
    from ektp_cli.showing import say

    known, todo = say("{known}", known=one["known"]), say("{todo}", todo=one["todo"])
    where = (one["record"], str(one["n"]), one["station"], one["printer"], one["serial"])
    return (*where, _hours(one), known, todo)


@suspect.command()
@HUB
@click.option("--record", required=True, help="Number of the record, as `ektp suspect list` shows it.")
@JSON
def show(hub_url: str, record: str, json_file: Path | None) -> None:
    """Show one card in doubt with all evidence, before you close it.

    \b
    Example:
      ektp suspect show --hub http://127.0.0.1:8717 --record 52.03-000017
    """
    from ektp_cli.asking import hub_at
    from ektp_cli.json_file import write_json
    from ektp_cli.showing import say, show_line, show_table

    with hub_at(hub_url) as hub:
        one = next((one for one in hub.get("/v1/suspects")["suspects"] if one["record"] == record), None)
    if one is None:
        click.echo(say("{record} is not in doubt.", record=record))
        return
    show_line("record", record)
    show_line("attempt", str(one["n"]))
    show_line("station", one["station"])
    show_line("blank", one["serial"] or "-")
    show_line("hours", _hours(one))
    click.echo(say("{known} {todo}", known=one["known"], todo=one["todo"]))
    lines = [
        (
            line["shown"], say("{outcome}", outcome=line["outcome"]), line["place"],
            line["printer"] or ("reader" if line["reader"] else "-"), ", ".join(line["by"]) or "-",
        )
        for line in one["evidence"]
    ]  # fmt: skip
    if lines:
        show_table(say("Evidence"), ("shown", "outcome", "place", "device", "by"), lines)
    if json_file:
        write_json(json_file, one)


@suspect.command()
@HUB
@click.option("--station", required=True, help="The station, such as station/52.03/1.")
@JSON
def closes(hub_url: str, station: str, json_file: Path | None) -> None:
    """List the closed days of a station, and what of its counts people must still look into.

    \b
    Example:
      ektp suspect closes --hub http://127.0.0.1:8717 --station station/52.03/1
    """
    from ektp_cli.asking import hub_at
    from ektp_cli.json_file import write_json
    from ektp_cli.showing import say, show_table

    with hub_at(hub_url) as hub:
        found = hub.get("/v1/closes", {"id": station})
    rows = [
        (
            one["day"], one["minutes"], ", ".join(one["by"]), one["suspects"], ", ".join(one["missing"]) or "-",
            ", ".join(one["elsewhere"]) or "-", one["surplus"],
        )
        for one in found["closes"]
    ]  # fmt: skip
    if rows:
        title = say("Closed days of {station}", station=station)
        show_table(
            title,
            ("day", "minutes", "signed by", "in doubt", "not there", "has another place in the book", "too many"),
            rows,
            numbers=("in doubt", "too many"),
        )
    else:
        click.echo(say("No day of {station} was closed yet.", station=station))
    if json_file:
        write_json(json_file, found)


@suspect.command()
@HUB
@click.option("--station", required=True, help="The station that was declared lost, such as station/52.03/1.")
@JSON
def exposed(hub_url: str, station: str, json_file: Path | None) -> None:
    """List whose data lay with a lost station, for the notice to them within three days.

    The list names records; the office of each knows the person and writes to them.

    \b
    Example:
      ektp suspect exposed --hub http://127.0.0.1:8717 --station station/52.03/1
    """
    from ektp_cli.asking import hub_at
    from ektp_cli.json_file import write_json
    from ektp_cli.showing import say, show_table

    with hub_at(hub_url) as hub:
        found = hub.get("/v1/exposed", {"id": station})
    names = ("record", "office", "state")
    rows = [(one["record"], one["office"], say("{state}", state=one["state"])) for one in found["exposed"]]
    letter = {"letter": found["letter"], "date": found["letter_date"]}
    if rows:
        title = say("Data lay with {station}, lost by letter {letter} of {date}", station=station, **letter)
        show_table(title, names, rows)
    else:
        click.echo(say("No person's data lay with {station}.", station=station))
    if json_file:
        write_json(json_file, found)


@suspect.command()
@HUB
@click.option("--record", required=True, help="Number of the record, as `ektp suspect list` shows it.")
@click.option("--attempt", type=click.IntRange(1), required=True, help="Its attempt.")
@click.option(
    "--found", "outcome", required=True, type=click.Choice(["good", "bad", "lost", "unused"]),
    help="What two people found: a good card shown; a bad card surrendered; nothing; the blank unused.",
)  # fmt: skip
@click.option("--minutes", required=True, help="Number of the minutes (berita acara) both signed.")
@click.option("--blank", metavar="SERIES:NUMBER", help="The blank shown; needed where the list shows none.")
@click.option("--uid", default="", help="The chip read from a good card.")
@click.option(
    "--cause",
    type=click.Choice([one.value for one in Cause if one.value]),
    help="Why it is bad; otherwise tanpa-bukti.",
)
@KEYS
@PASSPHRASE
def settle(
    hub_url: str,
    record: str,
    attempt: int,
    outcome: str,
    minutes: str,
    blank: str | None,
    uid: str,
    cause: str | None,
    keys: tuple[Path, ...],
    passphrases: tuple[Path, ...],
) -> None:
    """Close a card in doubt; two people sign, one of them from another unit.

    A good card whose chip an enrolled reader read (`ektp suspect show`) needs one person besides its operator.

    A bad or lost one is then reported like any other misprint and unlocked by two people of
    the centre; an unused blank goes to the office's store and the record waits again.

    \b
    Example:
      ektp suspect settle --hub http://127.0.0.1:8717 --record 52.03-000017 --attempt 1 \\
        --found bad --minutes BA-S-1 --key verifier-1.key --key verifier-2.key
    """
    from ektp_cli.asking import ask, hub_at, load_signers
    from ektp_cli.showing import say
    from ektp_core.errors import Refusal, Refused
    from ektp_core.flow.settling import Found, Settle
    from ektp_core.vocabulary.serial import parse_range

    series, number = "", 0
    if blank:
        shown = parse_range(blank, "--blank")
        if len(shown) > 1:
            facts = {"field": "--blank", "shape": f"{len(shown)} blanks", "expected": "one blank, such as PNRI-18:7"}
            raise Refused(Refusal.BAD_VALUE, facts)
        series, number = shown.series, shown.lo
    why = Cause(cause) if cause else Cause.NONE
    body = Settle(record, attempt, Found(outcome), minutes, series, number, uid.upper(), why)
    signers = load_signers(keys, passphrases)
    with hub_at(hub_url) as hub:
        taken = ask(hub, body, signers)
        state = hub.get("/v1/records", {"id": record})["state"]
    click.echo(say("Taken, in commit {n}: {record} is now {state}.", n=taken.n, record=record, state=str(state)))
