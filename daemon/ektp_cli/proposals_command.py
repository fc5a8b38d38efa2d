"""`ektp proposals ...`: a district's list of people to be printed first, answered line by line (rule 34)."""

from pathlib import Path
from typing import Any

import click

from ektp_cli.options import HUB, JSON, KEY, PASSPHRASE

_OFFICE = click.option("--office", required=True, help="The office that prints, such as office/52.03.")
_NUMBER = click.option(
    "--proposal", "number", required=True,
    help="Number of the district's list, such as USUL-7; where two districts used it: sakra/USUL-7.",
)  # fmt: skip


@click.group()
def proposals() -> None:
    """Districts' proposals (usulan kecamatan): people to be printed first, each with a reason.

    A district sends a list; the office's section head answers all of it at once: every person who
    waits is moved to the front, and every other line says why not.

    \b
    Examples:
      ektp proposals send --hub http://127.0.0.1:8717 --office office/52.03 --proposal USUL-7 \\
        --key district.key usulan.csv
      ektp proposals list --hub http://127.0.0.1:8717 --office office/52.03
      ektp proposals answer --hub http://127.0.0.1:8717 --office office/52.03 --proposal USUL-7 \\
        --key section-head.key --decline 3 "no papers"
      ektp proposals show --hub http://127.0.0.1:8717 --office office/52.03 --proposal USUL-7

    \b
    The list (CSV, UTF-8):
      nik,reason
      5203054408999001,goes abroad on Monday
    """


@proposals.command()
@HUB
@_OFFICE
@_NUMBER
@KEY
@PASSPHRASE
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def send(
    hub_url: str, office: str, number: str, keys: tuple[Path, ...], passphrases: tuple[Path, ...], file: Path
) -> None:
    """Send a list: a CSV FILE with the columns nik and reason (alasan)."""
    from ektp_cli.asking import ask, hub_at, one_signer
    from ektp_cli.proposal_lines import LIMIT_BYTES, read_proposal
    from ektp_cli.showing import say
    from ektp_cli.whole_file import read_whole
    from ektp_core.wire.proposals import ProposalList

    lines = read_proposal(
        read_whole(file, LIMIT_BYTES, "a CSV file with the columns nik and reason (alasan)"), file.name
    )
    with hub_at(hub_url) as hub:
        ask(hub, ProposalList(number, office, lines), (one_signer(keys, passphrases),))
    click.echo(say("Proposal {id} with {count} lines is with {office}.", id=number, count=len(lines), office=office))


@proposals.command("list")
@HUB
@_OFFICE
@JSON
def waiting(hub_url: str, office: str, json_file: Path | None) -> None:
    """List what waits for the section head's answer, the oldest first; no person is named."""
    from ektp_cli.asking import hub_at
    from ektp_cli.json_file import write_json
    from ektp_cli.showing import say, show_table

    with hub_at(hub_url) as hub:
        found = hub.get("/v1/proposals", {"id": office})
    rows = [(one["proposal"], one["lines"], say("{until}", until=one["sent"])) for one in found["waiting"]]
    show_table(say("Proposals that wait at {office}", office=office), ("proposal", "lines", "sent"), rows, ("lines",))
    if json_file:
        write_json(json_file, found)


@proposals.command()
@HUB
@_OFFICE
@_NUMBER
@click.option(
    "--decline", type=(int, str), multiple=True, metavar="LINE WHY", help="Do not lift this line, and why; repeat it."
)
@KEY
@PASSPHRASE
def answer(
    hub_url: str,
    office: str,
    number: str,
    decline: tuple[tuple[int, str], ...],
    keys: tuple[Path, ...],
    passphrases: tuple[Path, ...],
) -> None:
    """Answer a list: every line is lifted that can be, but those declined; the section head signs."""
    from ektp_cli.asking import ask, hub_at, one_signer
    from ektp_core.flow.proposals import AnswerProposal

    with hub_at(hub_url) as hub:
        ask(hub, AnswerProposal(number, office, decline), (one_signer(keys, passphrases),))
        _show(hub.get("/v1/proposals", {"id": f"{office}:{number}"}))


@proposals.command()
@HUB
@_OFFICE
@_NUMBER
@JSON
def show(hub_url: str, office: str, number: str, json_file: Path | None) -> None:
    """Show a list and its answers, by the numbers of its lines; no person is named."""
    from ektp_cli.asking import hub_at
    from ektp_cli.json_file import write_json

    with hub_at(hub_url) as hub:
        found = hub.get("/v1/proposals", {"id": f"{office}:{number}"})
    _show(found)
    if json_file:
        write_json(json_file, found)


def _show(found: dict[str, Any]) -> None:
    from ektp_cli.showing import say, show_table

    rows = [(one["line"], one["why"], one["record"] or "-", _told(one)) for one in found["lines"]]
    title = say("Proposal {id} of {office}", id=found["proposal"], office=found["office"])
    show_table(title, ("line", "reason", "record", "answer"), rows, ("line",))


def _told(line: dict[str, Any]) -> str:
    """An answer in words."""
    from ektp_cli.showing import say
    from ektp_core.flow.counter_answer import Why
    from ektp_core.flow.proposals import LineAnswer

    code = line["answer"]
    for one in LineAnswer:
        if one.value == code:
            return say(one.text, **line["facts"])
    known = {one.value: one for one in Why}
    if code not in known:
        return say("not answered yet")
    return say(known[code].text, **line["facts"])
