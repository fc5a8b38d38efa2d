"""`ektp suspect ...`: cards in doubt, and how two people close them."""

from pathlib import Path

import click

from ektp_cli.options import HUB, JSON, KEYS, PASSPHRASE
from ektp_core.vocabulary.verdict import Cause


@click.group()
def suspect() -> None:
    """Cards in doubt (meragukan): nobody can say yet whether a good card was made.

    A suspect is never printed again to see whether it works. Two people look, and say what
    they found: a good card, a bad one, an unused blank, or nothing.

    \b
    Examples:
      ektp suspect list --hub http://127.0.0.1:8717
      ektp suspect exposed --hub http://127.0.0.1:8717 --station station/52.03/1
      ektp suspect settle --help
    """


@suspect.command("list")
@HUB
@JSON
def list_suspects(hub_url: str, json_file: Path | None) -> None:
    """List every record in doubt, with station, printer and blank.

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
        names = ("record", "n", "station", "printer", "serial", "outcome", "cause")
        told = ({**one, "outcome": say("{outcome}", outcome=one["outcome"])} for one in found["suspects"])
        rows = [tuple(str(one.get(name, "")) for name in names) for one in told]
        title = say("Cards in doubt")
        show_table(title, ("record", "attempt", "station", "printer", "blank", "outcome", "cause"), rows)
    else:
        click.echo(say("No card is in doubt."))
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
