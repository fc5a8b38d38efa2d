"""`ektp why`: ask the hub why one person's card can or cannot be printed now (rules 20 and 34)."""

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

    from ektp_cli.asking import hub_at, one_signer
    from ektp_cli.counter_question import ask_why, tell, typed_nik
    from ektp_core.wire.question import answer_from_plain

    signer = one_signer(keys, passphrases)
    nik = typed_nik()
    with hub_at(hub_url) as hub:
        found = ask_why(hub, signer, nik)
    if as_json:
        click.echo(json.dumps(found, indent=2))
        return
    tell(answer_from_plain(found))
