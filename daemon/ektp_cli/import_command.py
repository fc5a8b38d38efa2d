"""`ektp import`: bring print-ready records from a CSV file to the hub."""

import sys
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ektp_cli.options import HUB, JSON, KEY, PASSPHRASE, help_with_columns
from ektp_data.columns import COLUMNS

if TYPE_CHECKING:
    from ektp_cli.importing import Imported
    from ektp_data.csv_records import Batch
    from ektp_keys.key_file import FileSigner


_HELP = help_with_columns(
    "Columns of the file (the Indonesian names work too)",
    [(f"{one.name} / {one.indonesian}", ("" if one.required else "optional; ") + one.meaning) for one in COLUMNS],
)


def _example(context: click.Context, _option: click.Parameter, count: int | None) -> None:
    """Write the first lines of the shipped file of people who do not exist, and stop."""
    if count is None:
        return
    from importlib.resources import files

    with (files("ektp_data") / "demo" / "people.csv").open(encoding="utf-8") as people:
        for line in islice(people, count + 1):
            click.echo(line, nl=False)
    context.exit()


@click.command("import", cls=_HELP)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@HUB
@KEY
@click.option(
    "--example", type=click.IntRange(1, 200), metavar="COUNT", is_eager=True, expose_value=False,
    callback=_example, help="Write an example file of so many people, all of them made up, and do nothing else.",
)  # fmt: skip
@click.option("--office", required=True, metavar="PARTY", help="Office the cards are for, such as office/52.03.")
@click.option(
    "--purpose", default="",
    help="Why these persons, whose home is elsewhere, are served here: lost or damaged cards only.",
)  # fmt: skip
@click.option(
    "--journal", type=click.Path(dir_okay=False, path_type=Path),
    help="Where it is noted what was sent; otherwise FILE.sent.jsonl.",
)  # fmt: skip
@PASSPHRASE
@JSON
def import_records(
    file: Path,
    hub_url: str,
    keys: tuple[Path, ...],
    office: str,
    purpose: str,
    journal: Path | None,
    passphrases: tuple[Path, ...],
    json_file: Path | None,
) -> None:
    """Bring print-ready records (rekaman siap cetak) from a CSV file to the hub.

    Each good row is signed with the key of the officer who imports it. A bad row is listed
    with its line, its column and the reason; the good rows proceed. Correct the file and
    import it again: what was taken before is not entered twice, and after a lost link the
    same command goes on where it stopped. Keep FILE.sent.jsonl beside the file for that.

    \b
    Examples:
      ektp import --example 2 > people.csv
      ektp import people.csv --hub http://127.0.0.1:8717 \\
        --key centre/people/operator.key --office office/52.03

    \b
    The file is CSV in UTF-8, split by commas or semicolons, dates as 1999-08-04:
      nik,name,birth_place,birth_date,sex,address,rt_rw,village,religion,...
    Keep the nik column as text, or a spreadsheet rounds its digits away.

    Exit code 1: the hub has none of the rows, or it was not reached; 0 otherwise, also when
    some rows are bad.
    """
    from ektp_cli.asking import hub_at, one_signer
    from ektp_cli.importing import journal_of, read_file, send_batch
    from ektp_cli.json_file import write_json
    from ektp_cli.sent_journal import SentJournal
    from ektp_cli.showing import progress, say

    batch = read_file(file)
    signer = one_signer(keys, passphrases)
    _show_rows(batch)
    with hub_at(hub_url) as hub, progress(say("{file} to {hub}", file=file.name, hub=hub_url)) as moved:
        sent = SentJournal.open(journal or journal_of(file), signer)
        found = send_batch(hub, batch, sent, signer, office, purpose=purpose, progress=moved)
    _show_result(found, office, signer)
    if json_file:
        write_json(json_file, _plain(found, file, office, signer))
    if found.broken:
        raise found.broken.as_refused()
    sys.exit(0 if found.entered or found.repeated or found.twice else 1)


def _show_rows(batch: "Batch") -> None:
    """Bad rows and warnings, before anything is sent."""
    from ektp_cli.showing import say, show_table, words

    if batch.bad:
        rows = [(str(one.line), one.column, words().refusal(one.refusal)) for one in batch.bad]
        show_table(say("Bad rows, not sent"), ("line", "column", "reason"), rows)
    odd = [(str(row.line), say(one.meaning)) for row in batch.rows for one in row.warnings]
    if odd:
        show_table(say("Odd, but sent"), ("line", "warning"), odd)


def _show_result(found: "Imported", office: str, signer: "FileSigner") -> None:
    from ektp_cli.showing import say, show_line, show_table, words

    if found.refused:
        rows = [(str(one.line), one.refused.refusal.value, words().refusal(one.refused)) for one in found.refused]
        show_table(say("Refused by the hub"), ("line", "refusal", "reason"), rows)
    records = [row.record for row in found.entered]
    count = words().number(len(records))
    span = say("{count} ({first} to {last})", count=count, first=records[0], last=records[-1]) if records else count
    show_line("entered", span)
    show_line("already there", len(found.repeated))
    if found.twice:
        twice = [(str(one.line), one.record) for one in found.twice]
        show_table(say("Recorded elsewhere first; the centre judges"), ("line", "first record"), twice)
    show_line("refused", len(found.refused))
    show_line("bad rows", len(found.bad))
    if found.unsent:
        show_line("not sent", say("{count}; run the same command again", count=words().number(found.unsent)))
    who = {"owner": signer.owner, "key": signer.key_id, "party": office}
    click.echo(say("Signed at import by {owner} (key {key}) for {party}.", **who))


def _plain(found: "Imported", file: Path, office: str, signer: "FileSigner") -> dict[str, Any]:
    from ektp_cli.showing import say, words
    from ektp_core.wire.problem import refused_to_plain

    return {
        "file": file.name,
        "office": office,
        "signed": "at import",
        "signed_by": signer.owner,
        "key": signer.key_id,
        "counts": {
            "entered": len(found.entered),
            "repeated": len(found.repeated),
            "twice": len(found.twice),
            "refused": len(found.refused),
            "bad": len(found.bad),
            "unsent": found.unsent,
        },
        "entered": [{"line": one.line, "record": one.record} for one in found.entered],
        "repeated": [{"line": one.line, "record": one.record} for one in found.repeated],
        "twice": [{"line": one.line, "first_record": one.record} for one in found.twice],
        "refused": [
            {"line": one.line, **refused_to_plain(one.refused), "reason": words().refusal(one.refused)}
            for one in found.refused
        ],
        "bad": [
            {
                "line": one.line,
                "column": one.column,
                "code": one.refusal.refusal.value,
                "reason": words().refusal(one.refusal),
            }
            for one in found.bad
        ],
        "warnings": [{"line": row.line, "warning": say(one.meaning)} for row in found.warned for one in row.warnings],
    }
