"""`ektp counter ...`: taking a person's papers in, and the receipt (rule 34)."""

import sys
from pathlib import Path

import click

from ektp_cli.options import HUB, KEY, PASSPHRASE

#: As the columns of `ektp import` have them.
REASONS = ("baru", "rusak", "hilang", "perubahan", "pindah", "salah-rekam")
PAPERS = ("old-card", "family-card", "police-letter")


@click.group()
def counter() -> None:
    """The counter (loket): take a person's papers in, and give a receipt.

    \b
    Example:
      ektp counter take --hub http://127.0.0.1:8717 --key operator.key --reason hilang \\
        --paper family-card --paper police-letter

    Why a card can or cannot be printed now, `ektp why` says.
    """


@counter.command()
@HUB
@KEY
@PASSPHRASE
@click.option("--reason", required=True, type=click.Choice(REASONS), help="Why the person needs a card.")
@click.option("--paper", "shown", multiple=True, type=click.Choice(PAPERS), help="A paper that was shown; repeat it.")
@click.option("--other", default="", help="Another paper that was shown: what kind, without a number or a name.")
@click.option("--urgency", default="", help="An urgent class of the policy in force, such as mendesak.")
def take(
    hub_url: str,
    keys: tuple[Path, ...],
    passphrases: tuple[Path, ...],
    reason: str,
    shown: tuple[str, ...],
    other: str,
    urgency: str,
) -> None:
    """Take the papers of a person in, and print the receipt.

    The record must be here already (`ektp import`). The NIK is asked for, or read from standard
    input; it is never given on the command line. Everybody shows the family card or its copy,
    whoever lost a card the letter of the police, whoever has one the old card.

    \b
    Examples:
      ektp counter take --hub http://127.0.0.1:8717 --key operator.key \\
        --reason rusak --paper family-card --paper old-card
      ektp counter take --hub http://127.0.0.1:8717 --key operator.key \\
        --reason baru --paper family-card --urgency mendesak
    """
    from contextlib import suppress

    from ektp_cli.asking import ask, hub_at, one_signer
    from ektp_cli.counter_question import ask_why, tell, typed_nik
    from ektp_cli.counter_receipt import show_receipt
    from ektp_core.boundary.uplink import UplinkError
    from ektp_core.errors import Refused
    from ektp_core.flow.counter_taking import TakePapers
    from ektp_core.vocabulary.counter_paper import CounterPaper
    from ektp_core.vocabulary.prr import Reason
    from ektp_core.wire.question import answer_from_plain

    signer = one_signer(keys, passphrases)
    nik = typed_nik()
    papers = tuple(CounterPaper[one.upper().replace("-", "_")] for one in shown)
    with hub_at(hub_url) as hub:
        found = answer_from_plain(ask_why(hub, signer, nik))
        if not found.record:
            tell(found)
            sys.exit(1)
        why = next(one for one in Reason if one.term == reason)
        others = (CounterPaper.OTHER,) if other else ()
        body = TakePapers(found.record, why, (*papers, *others), other, urgency)
        taken = ask(hub, body, (signer,))
        with suppress(UplinkError, Refused):  # the papers are in; a line that breaks now costs nobody the receipt
            found = answer_from_plain(ask_why(hub, signer, nik))
    event = next(one for one in taken.events if one.get("kind") == "PapersTaken")
    show_receipt(body, event, nik, found)
