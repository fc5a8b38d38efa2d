"""`ektp unlock`: two people of the centre unlock reported records."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ektp_cli.options import HUB, JSON, KEYS, PASSPHRASE

if TYPE_CHECKING:
    from ektp_cli.unlocking import Unlocked, Unlocking
    from ektp_client.hub_client import HubClient


@click.command()
@HUB
@click.option("--report", "number", help="Number of the accepted spoilage report.")
@click.option("--record", "records", multiple=True, help="Only this record; may be repeated. Otherwise all that wait.")
@KEYS
@click.option(
    "--save", "save_file", type=click.Path(dir_okay=False, path_type=Path),
    help="Send nothing; keep what was signed in this file for the second person.",
)  # fmt: skip
@click.option(
    "--from", "from_file", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Sign what the first person kept in this file, and send it.",
)  # fmt: skip
@PASSPHRASE
@JSON
def unlock(
    hub_url: str,
    number: str | None,
    records: tuple[str, ...],
    keys: tuple[Path, ...],
    save_file: Path | None,
    from_file: Path | None,
    passphrases: tuple[Path, ...],
    json_file: Path | None,
) -> None:
    """Unlock the records of an accepted spoilage report for reprinting (buka kunci).

    Two people of the centre sign, from two units, neither of whom printed or reported. Their
    signatures name record, attempt and the very report. A record that is unlocked waits to be
    printed again, on another blank.

    \b
    Both people at one machine:
      ektp unlock --hub http://127.0.0.1:8717 --report BA-1 \\
        --key centre/people/verifier-1.key --key centre/people/verifier-2.key

    \b
    Or one after the other, within the time the policy leaves a message (15 minutes):
      ektp unlock --hub URL --report BA-1 --key verifier-1.key --save BA-1.unlock
      ektp unlock --hub URL --from BA-1.unlock --key verifier-2.key

    The file may be sent again: the same asks give the same answer. Exit code 1: some record
    was not unlocked.
    """
    from ektp_cli.asking import hub_at, load_signers
    from ektp_cli.json_file import write_json
    from ektp_cli.showing import say
    from ektp_cli.unlocking import prepare_unlock, save_unlock, send_unlock
    from ektp_core.wire.problem import refused_to_plain

    if bool(number) == bool(from_file) or (from_file and (save_file or records)):
        raise click.UsageError(say("Name --report to begin, or --from alone to sign what another person began."))
    signers = load_signers(keys, passphrases)
    with hub_at(hub_url) as hub:
        if from_file:
            asks = _begun(hub, from_file).and_by(signers)
        else:
            asks = prepare_unlock(hub, number or "", signers, records)
        if save_file:
            save_unlock(save_file, asks)
            names = {"report": asks.report, "file": str(save_file)}
            click.echo(say("Signed for {count} records of {report}, not sent: {file}", count=len(asks.asks), **names))
            return
        found = send_unlock(hub, asks)
    _show(found)
    if json_file:
        refused = [{"record": record, **refused_to_plain(why)} for record, why in found.refused]
        plain = {"report": found.report, "unlocked": found.unlocked, "repeated": found.repeated, "refused": refused}
        write_json(json_file, plain)
    sys.exit(1 if found.refused else 0)


def _begun(hub: "HubClient", file: Path) -> "Unlocking":
    """What the first person signed, as far as the hub agrees that it is so; shown to who signs now."""
    from ektp_cli.showing import say
    from ektp_cli.unlocking import check_against_hub, read_unlock

    asks = read_unlock(file)
    check_against_hub(hub, file, asks)
    click.echo(say("Report {report}: {records}", report=asks.report, records=asks.records))
    return asks


def _show(found: "Unlocked") -> None:
    from ektp_cli.showing import say, show_line, show_table, words

    if found.refused:
        rows = [(record, why.refusal.value, words().refusal(why)) for record, why in found.refused]
        show_table(say("Not unlocked"), ("record", "refusal", "reason"), rows)
    show_line("unlocked", len(found.unlocked))
    show_line("already before", len(found.repeated))
    show_line("refused", len(found.refused))
