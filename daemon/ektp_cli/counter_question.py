"""A counter's question as commands send it (pertanyaan loket): the NIK is typed or read, never an argument."""

import sys
from typing import TYPE_CHECKING, Any

import click

from ektp_core.vocabulary.nik import Nik

if TYPE_CHECKING:
    from ektp_client.hub_client import HubClient
    from ektp_core.boundary.signer import Signer
    from ektp_core.flow.counter_answer import CounterAnswer


def typed_nik() -> Nik:
    """The citizen's number, asked for on a screen, else the first line of standard input. Raises BAD_NIK."""
    from ektp_cli.showing import say

    typed = click.prompt(say("NIK"), err=True) if sys.stdin.isatty() else sys.stdin.readline()
    return Nik.parse(typed.strip())


def ask_why(hub: "HubClient", signer: "Signer", nik: Nik) -> dict[str, Any]:
    """The hub's answer in plain values, to a question signed just now.

    Raises:
        Refused: what the hub refused.
        UplinkError: it did not answer.
    """
    from ektp_cli.asking import now_ms
    from ektp_core.wire.envelope import PayloadType, signed
    from ektp_core.wire.question import write_question

    question = write_question(nik.reveal(), now_ms())
    return hub.why(signed(PayloadType.QUESTION, question, (signer,)).to_json())


def tell(told: "CounterAnswer") -> None:
    """The reason, what to do next, and the receipt where papers were taken."""
    from ektp_cli.showing import say

    click.echo(say(told.why.text, **told.facts))
    click.echo(say(told.why.remedy, **told.facts))
    if "receipt" in told.facts:
        click.echo(say("The person's papers were taken in: receipt {receipt}.", **told.facts))
