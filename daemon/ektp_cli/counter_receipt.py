"""The receipt a person takes home (tanda terima berkas): plain text, the NIK masked (rules 34 and 40)."""

from collections.abc import Mapping
from typing import Any

import click

from ektp_cli.showing import say, show_line
from ektp_core.flow.counter_answer import CounterAnswer, Why
from ektp_core.flow.counter_taking import TakePapers
from ektp_core.vocabulary.counter_paper import CounterPaper
from ektp_core.vocabulary.local_calendar import date_of
from ektp_core.vocabulary.nik import Nik


def show_receipt(body: TakePapers, event: Mapping[str, Any], nik: Nik, found: CounterAnswer) -> None:
    """Number, office, day, papers, and what happens next.

    Args:
        event: `PapersTaken` in plain values, as the hub answered.
        found: the counter's answer of just before.
    """
    office = str(event["office"])
    names = tuple(one.name for one in sorted(body.papers) if one is not CounterPaper.OTHER)
    click.echo(say("RECEIPT {receipt}", receipt=str(event["receipt"])))
    show_line("office", office)
    show_line("day", date_of(int(event["at_ms"]), office))
    show_line("NIK", str(nik))
    show_line("record", body.record)
    show_line("reason", body.reason.term)
    show_line("papers", say("{papers}", papers=names))
    if body.other:
        show_line("other paper", body.other)
    if body.urgency:
        show_line("urgency", body.urgency)
    show_line("taken by", ", ".join(str(one) for one in event["by"]))
    click.echo(say("What happens next:"))
    click.echo("  " + say(found.why.text, **found.facts))
    click.echo("  " + say(found.why.remedy, **found.facts))
    if body.urgency and found.why is Why.AT_STATION:
        click.echo("  " + say("The station keeps its order; only the section head moves somebody forward there."))
    click.echo(say("This is no card and no interim letter. Bring it when you fetch the card."))
