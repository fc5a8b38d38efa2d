"""`ektp report`: file a spoilage report, or see what the book says first."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ektp_cli.bad_cards import COLUMNS
from ektp_cli.options import HUB, JSON, PASSPHRASE, help_with_columns

if TYPE_CHECKING:
    from ektp_cli.reporting import Draft, Filed
    from ektp_client.hub_client import HubClient
    from ektp_core.errors import Refused
    from ektp_core.spoilage.report import Columns


_COUNT = click.IntRange(0)

_HELP = help_with_columns(
    "Columns of the list of bad and lost cards", [(f"{one.name} / {one.indonesian}", one.meaning) for one in COLUMNS]
)


@click.command(cls=_HELP)
@HUB
@click.option("--allotment", required=True, help="Number of the allotment (jatah) that is reported.")
@click.option("--draft", "only_draft", is_flag=True, help="Only show what the book says; file nothing, sign nothing.")
@click.option("--report", "number", help="Number of this report (berita acara).")
@click.option("--good", type=_COUNT, help="Good cards: waiting, handed over or void.")
@click.option("--suspect", type=_COUNT, help="Cards in doubt.")
@click.option("--lost", type=_COUNT, help="Blanks and cards not found.")
@click.option("--remaining", type=_COUNT, help="Blanks not printed on: store, hopper, machine, road to a station.")
@click.option("--received", type=_COUNT, help="Blanks received of this allotment; otherwise what the book says.")
@click.option("--bad-without", type=_COUNT, help="Bad without a NIK; otherwise counted from the list.")
@click.option("--borrowed", type=_COUNT, help="Blanks borrowed from others.")
@click.option("--lent", type=_COUNT, help="Blanks lent or sent on.")
@click.option("--returned", type=_COUNT, help="Blanks returned upward.")
@click.option("--used-declared", type=_COUNT, help="Blanks used by count, without records.")
@click.option(
    "--bad", "bad_file", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="CSV list of every bad and lost card; leave it out if there is none.",
)  # fmt: skip
@click.option(
    "--final", "is_final", is_flag=True, help="The last report of the allotment: nothing suspect, nothing left."
)
@click.option("--paper", default="", help="Number of the signed paper.")
@click.option("--paper-date", default="", help="Its date, such as 2018-11-20.")
@click.option(
    "--key", "keys", type=click.Path(dir_okay=False, path_type=Path), multiple=True,
    help="Key file of the person who reports.",
)  # fmt: skip
@PASSPHRASE
@JSON
def report(
    hub_url: str,
    allotment: str,
    only_draft: bool,
    keys: tuple[Path, ...],
    passphrases: tuple[Path, ...],
    json_file: Path | None,
    **stated: Any,
) -> None:
    """File the spoilage report (berita acara kerusakan) of an allotment.

    The report is cumulative: it says of every blank of the allotment where it is now, from
    the office's own count, and names every bad or lost card with the NIK, as at a cut that is
    taken from the hub's book. It is accepted only if it agrees with the book in every column
    and every card; if not, the difference is shown, blank by blank, and nothing changed.
    After it is accepted, two people of the centre can unlock the bad ones: `ektp unlock`.

    \b
    First see what the book says:
      ektp report --hub http://127.0.0.1:8717 --allotment J-1 --draft

    \b
    Then file what you counted:
      ektp report --hub http://127.0.0.1:8717 --key centre/people/operator.key \\
        --allotment J-1 --report BA-1 --good 9976 --suspect 1 --lost 0 \\
        --remaining 0 --bad bad-cards.csv

    \b
    The list of bad cards (CSV, UTF-8):
      series,number,nik,cause,attempt,lost
      PNRI-18,17,5203054408999001,gagal-cetak,1,
    """
    from ektp_cli.asking import hub_at
    from ektp_cli.json_file import write_json
    from ektp_cli.reporting import draft_of

    with hub_at(hub_url) as hub:
        draft = draft_of(hub, allotment)
        if only_draft:
            _show_draft(draft)
            found = _plain_draft(draft)
        else:
            found = _plain_filed(_filed(hub, draft, keys, passphrases, stated))
    if json_file:
        write_json(json_file, found)


def _filed(
    hub: "HubClient", draft: "Draft", keys: tuple[Path, ...], passphrases: tuple[Path, ...], stated: dict[str, Any]
) -> "Filed":
    """File what was counted; what differs is shown before the refusal is said."""
    from ektp_cli.asking import one_signer
    from ektp_cli.bad_cards import LIMIT_BYTES, read_bad_cards
    from ektp_cli.reporting import Count, columns_of, file_report
    from ektp_cli.showing import say
    from ektp_cli.whole_file import read_whole
    from ektp_core.errors import Refusal, Refused

    needed = {
        "--report": "number",
        "--good": "good",
        "--suspect": "suspect",
        "--lost": "lost",
        "--remaining": "remaining",
    }
    missing = [option for option, name in needed.items() if stated[name] is None] + ([] if keys else ["--key"])
    if missing:
        give = say("To file a report, give also {options}; to look first, give --draft.", options=tuple(missing))
        raise click.UsageError(give)
    bad_file = stated["bad_file"]
    given = read_whole(bad_file, LIMIT_BYTES, "a CSV file of bad cards") if bad_file else b""
    lines = read_bad_cards(given, bad_file.name) if bad_file else ()
    others = {name: stated[name] or 0 for name in ("borrowed", "lent", "returned", "used_declared")}
    counted = {name: stated[name] for name in ("good", "suspect", "lost", "remaining", "received", "bad_without")}
    columns = columns_of(Count(**counted, **others), lines, draft)
    signer = one_signer(keys, passphrases)
    papers = {"is_final": stated["is_final"], "paper": stated["paper"], "paper_date": stated["paper_date"]}
    try:
        filed = file_report(hub, (signer,), stated["number"], draft, columns, lines=lines, **papers)
    except Refused as refused:
        if refused.refusal is Refusal.REPORT_DIFFERS:
            _show_differences(columns, draft, refused)
        raise
    names = {"report": filed.report, "allotment": filed.allotment}
    click.echo(say("Report {report} of {allotment} is accepted, as at entry {cut}.", cut=filed.cut, **names))
    click.echo(say("digest {digest}", digest=filed.digest))
    return filed


def _show_differences(columns: "Columns", draft: "Draft", refused: "Refused") -> None:
    """The report beside the book, then every blank that is concerned."""
    from ektp_cli.reporting import compared, differences
    from ektp_cli.showing import say, show_table

    rows = [
        (say("{column}", column=name), said, held, f"{more:+}" if more else "")
        for name, said, held, more in compared(columns, draft.columns)
    ]
    title = say("The report beside the book, as at entry {cut}", cut=draft.cut)
    show_table(title, ("column", "reported", "in the book", "differs"), rows, ("reported", "in the book", "differs"))
    for one in (*differences(refused)[0], *differences(refused)[1]):
        click.echo(f"  {say('{difference}', difference=one)}")


def _show_draft(draft: "Draft") -> None:
    from ektp_cli.showing import say, show_table, words

    title = say(
        "Allotment {allotment} of {party}, {granted} blanks, as at entry {cut}",
        allotment=draft.allotment, party=draft.party, granted=words().number(draft.granted), cut=draft.cut,
    )  # fmt: skip
    columns = [(say("{column}", column=name), held) for name, held in draft.columns.named()]
    show_table(title, ("column", "in the book"), columns, ("in the book",))
    if draft.lines:
        rows = [
            (
                one.serial,
                one.record,
                one.n or "",
                one.cause,
                say("lost" if one.is_lost else "bad"),
                say("needed") if one.needs_nik else "",
            )
            for one in draft.lines
        ]
        show_table(say("Bad and lost"), ("blank", "record", "attempt", "cause", "kind", "NIK"), rows)
    click.echo(say("last accepted report: {last}", last=draft.last_report or "none"))


def _plain_draft(draft: "Draft") -> dict[str, Any]:
    import attrs

    return attrs.asdict(draft) | {"lines": [attrs.asdict(one) for one in draft.lines]}


def _plain_filed(filed: "Filed") -> dict[str, Any]:
    import attrs

    return attrs.asdict(filed)
