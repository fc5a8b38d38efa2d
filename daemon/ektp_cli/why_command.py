"""`ektp why`: ask the hub why one person's card can or cannot be printed now (rules 20 and 34)."""

import sys
from pathlib import Path

import click

from ektp_cli.options import HUB, KEY, PASSPHRASE


@click.command()
@HUB
@KEY
@PASSPHRASE
@click.option("--json", "as_json", is_flag=True, help="The reason's code and facts, as JSON.")
def why(hub_url: str, keys: tuple[Path, ...], passphrases: tuple[Path, ...], as_json: bool) -> None:
    """Say why a person's card can or cannot be printed now, and what to do next.

    The question is signed by an officer; an office learns of its own people, and of another
    office's only whom to call. The NIK is asked for, or read from standard input; it is never
    given on the command line, where others on the machine could read it.

    \b
    Example:
      ektp why --hub http://127.0.0.1:8717 --key centre/people/operator.key
    """
    import json

    from ektp_cli.asking import hub_at, now_ms, one_signer
    from ektp_cli.showing import say
    from ektp_core.vocabulary.nik import Nik
    from ektp_core.wire.envelope import PayloadType, signed
    from ektp_core.wire.question import answer_from_plain, write_question

    signer = one_signer(keys, passphrases)
    typed = click.prompt(say("NIK"), err=True) if sys.stdin.isatty() else sys.stdin.readline()
    question = write_question(Nik.parse(typed.strip()).reveal(), now_ms())
    with hub_at(hub_url) as hub:
        found = hub.why(signed(PayloadType.QUESTION, question, (signer,)).to_json())
    if as_json:
        click.echo(json.dumps(found, indent=2))
        return
    told = answer_from_plain(found)
    click.echo(say(told.why.text, **told.facts))
    click.echo(say(told.why.remedy, **told.facts))
