"""`ektp ask ...`: every kind of ask the hub takes, by a form that is filled in and signed.

The commands of daily work have names of their own; this is for the rarer acts, and for
programs. A form says nothing that the ask's own type does not say.
"""

from pathlib import Path

import click

from ektp_cli.options import HUB, KEYS, PASSPHRASE


@click.group()
def ask() -> None:
    """Ask anything of the hub that an officer may ask, by form.

    \b
      ektp ask kinds                                  what can be asked
      ektp ask form destroy destroy.json              a form to fill in, and what may stand in it
      ektp ask send destroy.json --hub URL --key A.key --key B.key
    """


@ask.command()
def kinds() -> None:
    """List what can be asked, and what each kind does.

    \b
    Example:
      ektp ask kinds
    """
    from ektp_cli.ask_forms import about
    from ektp_cli.showing import show_named, words
    from ektp_core.wire.asks import KINDS

    show_named([(kind, words().text(about(kind))) for kind in sorted(KINDS)])


@ask.command()
@click.argument("kind")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def form(kind: str, file: Path) -> None:
    """Write the form of a KIND to a new FILE, and say what may stand in each place.

    What must be given is an empty place in the form; a choice is written by its number or its name.

    \b
    Example:
      ektp ask form declare-station-lost lost.json
    """
    from ektp_cli.ask_forms import about, places, write_form
    from ektp_cli.showing import say, show_table, words

    write_form(kind, file)
    rows = [
        (one.name, words().text("{form}", form=one.expects), say("may be left out") if one.optional else "")
        for one in places(kind)
    ]
    show_table(f"{kind}: {words().text(about(kind))}", ("Field", "Expects", ""), rows)
    click.echo(say("The form is in {file}; fill it in, then send it.", file=str(file)))


@ask.command()
@HUB
@KEYS
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@PASSPHRASE
def send(hub_url: str, keys: tuple[Path, ...], file: Path, passphrases: tuple[Path, ...]) -> None:
    """Sign the form in FILE with every key given and send it.

    \b
    Example:
      ektp ask send lost.json --hub http://127.0.0.1:8717 --key verifier-1.key --key verifier-2.key
    """
    from ektp_cli.ask_forms import read_form
    from ektp_cli.asking import ask as ask_hub
    from ektp_cli.asking import hub_at, load_signers
    from ektp_cli.showing import say

    body = read_form(file)
    signers = load_signers(keys, passphrases)
    with hub_at(hub_url) as hub:
        taken = ask_hub(hub, body, signers)
    click.echo(say("Written as commit {n}: {count} events.", n=taken.n, count=len(taken.events)))
