"""`ektp table`: where every blank is."""

import sys
from pathlib import Path
from typing import Any

import click

from ektp_cli.options import HUB, JSON
from ektp_core.vocabulary.bucket import Bucket


@click.command()
@HUB
@JSON
def table(hub_url: str, json_file: Path | None) -> None:
    """Show where every blank is: party by party, place by place (pertanggungjawaban).

    Each blank that was ever supplied stands in exactly one cell. "Conserved" says that as
    many are held as were supplied, series by series.

    \b
    Example:
      ektp table --hub http://127.0.0.1:8717 --json table.json

    \b
    Columns:
      stock         usable blanks (blangko kosong)
      reserved      held at the centre for a granted allotment (dicadangkan)
      in transit    on the road (dalam pengiriman)
      in machine    inside a printer (di dalam mesin)
      suspect       outcome not known (meragukan)
      good held     good cards waiting to be handed over
      handed over   in the citizen's hand (diserahkan)
      waste held    spoiled, kept until destroyed (gagal cetak)
      void held     good cards that must not be used (batal)
      destroyed     destroyed under minutes (dimusnahkan)
      lost          not found (hilang)
      found held    surplus found in a count (temuan)
    Only places where something lies are shown. Exit code 1: not conserved.
    """
    from ektp_cli.asking import hub_at
    from ektp_cli.json_file import write_json

    with hub_at(hub_url) as hub:
        found = hub.get("/v1/accountability")
    _show(found)
    if json_file:
        write_json(json_file, found)
    sys.exit(0 if found["conserved"] else 1)


def _show(found: dict[str, Any]) -> None:
    from ektp_cli.showing import say, show_table, words

    places = [bucket.name for bucket in Bucket if bucket.name in found["totals"]]
    head = tuple(say("{bucket}", bucket=place) for place in places)
    rows = [
        (one["party"], *(one["buckets"].get(place, "") for place in places), sum(one["buckets"].values()))
        for one in found["parties"]
    ]
    rows.append((say("all"), *(found["totals"][place] for place in places), found["held"]))
    title = say("Where every blank is, as at entry {cut}", cut=found["cut"])
    show_table(title, ("party", *head, "all"), rows, (*head, "all"))
    for one in found["series"]:
        counts = {name: words().number(one[name]) for name in ("supplied", "held")}
        click.echo(say("{series}: {supplied} supplied, {held} held", series=one["series"], **counts))
    click.echo(say("conserved: yes" if found["conserved"] else "conserved: NO"))
