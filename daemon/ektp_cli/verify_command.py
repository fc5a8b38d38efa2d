"""`ektp verify`: whether a book is what its log says, from the first entry to the last."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ektp_cli.options import JSON

if TYPE_CHECKING:
    from ektp_cli.verifying import VerifiedBook
    from ektp_core.errors import Refused


@click.command()
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--since", type=click.IntRange(0), default=0, metavar="SEAL",
    help="Take the seals up to this one as they stand and check only what follows: quicker, and shows less.",
)  # fmt: skip
@click.option(
    "--chain", is_flag=True,
    help="Read the log alone: every entry is hashed, none is applied again. Much quicker, and shows less.",
)  # fmt: skip
@click.option("--head", metavar="HEX", help="A head you wrote down earlier; the book must still hold it.")
@click.option(
    "--peer-receipt", "receipts", type=click.Path(exists=True, dir_okay=False, path_type=Path), multiple=True,
    help="A receipt of the hub for this station's book; the commit it names must be in it.",
)  # fmt: skip
@click.option(
    "--passphrase-file", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File with the passphrase of an encrypted book's key; without it, it is asked for.",
)  # fmt: skip
@JSON
def verify(
    path: Path,
    since: int,
    chain: bool,
    head: str | None,
    receipts: tuple[Path, ...],
    passphrase_file: Path | None,
    json_file: Path | None,
) -> None:
    """Check a book, or every book in a folder, from the first entry to the last.

    Every entry is hashed and applied again from nothing; every seal must fit the one before,
    and every row of the book must be what its log says. Nothing is written, and the book may
    be in use. Erased personal data is counted and is no damage. An encrypted book is opened
    with the key file beside it. A station's book must also hold the commit its last receipt from the hub names.

    \b
    Examples:
      ektp verify centre/book.sqlite
      ektp verify station-52.03-1 --json verified.json
      ektp verify centre/book.sqlite --since 1000 --head 5f0c...

    \b
    What is shown:
      commits, events   how long the log is
      rows, runs        what the book says now: rows, and runs of blanks
      payloads          personal data kept, and erased
      acknowledged      last commit the hub has taken, by its receipt
      head, root        write them down elsewhere: with --head a cut end is found

    Exit code 1: damage, and the place where it is.
    """
    from ektp_cli.json_file import write_json
    from ektp_cli.showing import say
    from ektp_cli.verifying import books_in, receipt_in

    books = books_in(path)
    if len(books) > 1 and (since or head or receipts):
        where, count = str(path), len(books)
        raise click.UsageError(
            say("--since, --head and --peer-receipt are about one book; {path} holds {count}.", path=where, count=count)
        )
    options = {"since": since, "chain": chain, "head": _digest(head), "receipts": [receipt_in(one) for one in receipts]}
    found = [(book, _verified(book, options, passphrase_file)) for book in books]
    if len(books) > 1:
        _show_damage(found)
    if json_file:
        write_json(json_file, {"since": since, "books": [_plain(book, one) for book, one in found]})
    for _, one in found:
        if isinstance(one, Exception):
            raise one


def _digest(text: str | None) -> bytes | None:
    from ektp_core.errors import Refusal, Refused

    if text is None:
        return None
    try:
        head = bytes.fromhex(text)
    except ValueError:
        head = b""
    if len(head) != 32:
        facts = {"field": "--head", "shape": f"{len(text)} characters", "expected": "64 hexadecimal digits"}
        raise Refused(Refusal.BAD_VALUE, facts)
    return head


def _key(book: Path, passphrase_file: Path | None) -> bytes | None:
    """The key of a book, from the key file beside it; asks for the passphrase where it needs one."""
    from ektp_cli.showing import say
    from ektp_keys.book_key import read_book_key

    found = read_book_key(book)
    if found is None:
        return None
    if not found.protected:
        return found.unlock()
    if passphrase_file:
        typed = passphrase_file.read_text("utf-8").split("\n", 1)[0]
    else:
        typed = click.prompt(say("Passphrase of {path}", path=str(found.path)), hide_input=True, err=True)
    if not found.is_sealed:
        return found.unlock(typed)
    from ektp_keys.token_signer import load_token_key

    token = load_token_key(book.with_name("station.token"), typed)
    try:
        return found.unlock(unseal=token.unseal)
    finally:
        token.close()


def _verified(book: Path, options: dict[str, Any], passphrase_file: Path | None) -> "VerifiedBook | Refused":
    """Verify one book and show it; damage comes back, so that other books are looked at too."""
    from ektp_cli.showing import progress, say, show_line, words
    from ektp_cli.verifying import verify_book
    from ektp_core.errors import Refused

    try:
        key = _key(book, passphrase_file)
        with progress(say("verifying {path}", path=str(book))) as moved:
            found = verify_book(book, progress=moved, key=key, **options)
    except Refused as refused:
        return refused
    one, number = found.verified, words().number
    rows, runs = number(one.rows), number(one.holdings)
    kept, erased = number(one.payloads_kept), number(one.payloads_erased)
    click.echo(say("{path}: whole", path=str(book)))
    show_line("commits", one.commits, indent=2)
    show_line("events", one.events, indent=2)
    show_line("rows", say("{rows} and {runs} runs of blanks", rows=rows, runs=runs), indent=2)
    show_line("payloads", say("{kept} kept, {erased} erased", kept=kept, erased=erased), indent=2)
    if found.acknowledged:
        show_line("acknowledged", say("up to commit {n}", n=number(found.acknowledged)), indent=2)
    show_line("head", one.head, indent=2)
    show_line("root", one.root, indent=2)
    return found


def _show_damage(found: "list[tuple[Path, VerifiedBook | Refused]]") -> None:
    from ektp_cli.showing import words

    for book, one in found:
        if isinstance(one, Exception):
            click.secho(f"{book}: {words().what(one)}", fg="red", err=True)


def _plain(book: Path, found: "VerifiedBook | Refused") -> dict[str, Any]:
    import attrs

    from ektp_core.wire.problem import refused_to_plain

    if isinstance(found, Exception):
        return {"path": str(book), "whole": False, **refused_to_plain(found)}
    return {"path": str(book), "whole": True, "acknowledged": found.acknowledged, **attrs.asdict(found.verified)}
