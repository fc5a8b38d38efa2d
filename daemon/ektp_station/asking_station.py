"""How the station's commands reach the station that runs (bertanya ke mesin cetak), and the options they share."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from ektp_core.errors import Fact, Refusal, Refused

FOLDER = click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
PASSPHRASE = click.option(
    "--passphrase-file", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File with the passphrase of the station's key; without it, it is asked for where it is needed.",
)  # fmt: skip

#: Where the files of `--key-passphrase-file` wait until a key is opened.
_KEY_PASSPHRASES = "ektp.key_passphrases"

#: Those of them nobody used yet, and the keys that are open.
_REST, _OPENED = "ektp.rest_of_passphrases", "ektp.opened_keys"

#: Longer than the station itself waits for its book.
WAIT_S = 35


def _keep_passphrases(context: click.Context, _: click.Parameter, files: tuple[Path, ...]) -> None:
    context.meta[_KEY_PASSPHRASES] = files


def _signing_keys(command: Any) -> Any:
    """The options of whoever signs: key files, and files with their passphrases."""
    key = click.option(
        "--key", "keys", type=click.Path(path_type=Path), multiple=True, required=True,
        help="Key file of a person who signs; give it twice for two people.",
    )  # fmt: skip
    return key(KEY_PASSPHRASES(command))


KEY_PASSPHRASES = click.option(
    "--key-passphrase-file", type=click.Path(exists=True, dir_okay=False, path_type=Path), multiple=True,
    expose_value=False, callback=_keep_passphrases,
    help="File with the passphrase of a person's key, in the order of the keys; without it, it is asked for.",
)  # fmt: skip
KEYS = _signing_keys


def say(message: str, /, **facts: Fact) -> str:
    """A message in the user's language."""
    from ektp_data.texts import chosen_language, translator

    return translator(chosen_language(os.environ)).text(message, **facts)


def ask(folder: Path, to: str, body: Any, keys: tuple[Path, ...], passphrase_file: Path | None) -> None:
    """Sign an ask and bring it to the running station. Raises what the station refuses."""
    bring(folder, to, body, keys, passphrase_file)
    click.echo(say("Taken."))


def bring(folder: Path, to: str, body: Any, keys: tuple[Path, ...], passphrase_file: Path | None) -> str:
    """As `ask`, and says nothing; the id of the ask."""
    import uuid

    from ektp_core.wire.asks import write_ask
    from ektp_core.wire.envelope import PayloadType, signed
    from ektp_station.steady import now_ms

    signers = opened_keys(folder, keys, passphrase_file)
    name = str(uuid.uuid4())
    payload = write_ask(name, to, now_ms(), body)
    envelope = signed(PayloadType.ASK, payload, signers).to_json()
    answer(folder, "POST", "/v1/asks", envelope)
    return name


def _signer(path: Path, passphrase: str | None) -> Any:
    """The key in a file; the station's own also where it lies in a token."""
    from ektp_keys.key_file import load_key
    from ektp_station.config import KEY_FILE
    from ektp_station.station_key import in_token, load_station_key

    if path.name == KEY_FILE and in_token(path.parent):
        return load_station_key(path.parent, passphrase)
    return load_key(path, passphrase)


def answer(folder: Path, method: str, path: str, body: bytes | None = None) -> dict[str, Any]:
    """What the running station answers. Raises its refusal; NOT_REACHED where none of ours answers."""
    import httpx

    from ektp_core.wire.problem import refused_from_plain

    where = address(folder)
    headers = {"Content-Type": "application/json"} if body is not None else None
    try:
        reply = httpx.request(method, f"{where}{path}", content=body, headers=headers, trust_env=False, timeout=WAIT_S)
        found = reply.json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):
        # The file with the address outlives a station that was killed; another program may answer there now.
        why = "no station answers there; is `ektp station run` still running?"
        raise Refused(Refusal.NOT_REACHED, {"where": where, "why": why}) from None
    if not isinstance(found, dict):
        raise Refused(Refusal.NOT_REACHED, {"where": where, "why": "another program answers there"})
    if "refused" in found:
        raise refused_from_plain(found["refused"])
    return found


def station_of(folder: Path) -> str:
    """The station whose folder it is."""
    from ektp_station.config import load_config

    return load_config(folder).station


def address(folder: Path) -> str:
    """Where the running station's page is. Raises NOT_REACHED where none runs."""
    from ektp_station.config import ADDRESS_FILE

    path = folder / ADDRESS_FILE
    if not path.exists():
        raise Refused(Refusal.NOT_REACHED, {"where": str(folder), "why": "`ektp station run` is not running there"})
    return path.read_text(encoding="utf-8").strip()


def opened_keys(folder: Path, paths: tuple[Path, ...], station_file: Path | None) -> list[Any]:
    """The keys of those who sign, each opened once in a command: the station's with its own passphrase, each
    person's with his.

    Raises:
        Refused: BAD_FILE for a key that is not there, or does not open.
    """
    from ektp_station.config import KEY_FILE

    context = click.get_current_context(silent=True)
    meta = context.meta if context else {}
    files = meta.setdefault(_REST, iter(meta.get(_KEY_PASSPHRASES, ())))
    opened = meta.setdefault(_OPENED, {})
    for path in paths:
        if path in opened:
            continue
        if path == folder / KEY_FILE:
            opened[path] = _signer(path, station_passphrase(folder, station_file))
        else:
            opened[path] = _of_person(path, files)
    return [opened[path] for path in paths]


def _of_person(path: Path, files: Iterator[Path]) -> Any:
    from ektp_keys.key_file import read_key

    key = read_key(path)
    if not key.protected:
        return key.unlock(None)
    file = next(files, None)
    asking = say("Passphrase of {owner}", owner=key.owner)
    return key.unlock(passphrase_in(file) if file else click.prompt(asking, hide_input=True, err=True))


def station_passphrase(folder: Path, file: Path | None) -> str | None:
    """The passphrase of the station's key: from a file, the service's credential, or typed; None where none is needed.

    Raises:
        Refused: BAD_FILE when the file cannot be read.
    """
    from ektp_keys.key_file import read_key
    from ektp_station.config import KEY_FILE
    from ektp_station.journal_key import passphrase_given
    from ektp_station.station_key import in_token

    given = passphrase_given(file)
    if given is not None:
        return given
    is_pin, key = in_token(folder), folder / KEY_FILE
    if not is_pin and not (key.exists() and read_key(key).protected):
        return None
    asking = say("PIN of the token") if is_pin else say("Passphrase of the station's key")
    typed: str = click.prompt(asking, hide_input=True, err=True)
    return typed


def typed_or_given(folder: Path, file: Path | None) -> str | None:
    """As `station_passphrase` where somebody sits at a terminal; else only what was given: a service asks nobody."""
    from ektp_station.journal_key import passphrase_given

    return station_passphrase(folder, file) if sys.stdin.isatty() else passphrase_given(file)


def passphrase_in(path: Path | None) -> str | None:
    """The passphrase in the first line of a file; None without a file."""
    return path.read_text(encoding="utf-8").split("\n", 1)[0].rstrip("\r") if path else None


def ranges(texts: tuple[str, ...]) -> tuple[tuple[str, int, int], ...]:
    """Runs of blanks as typed, such as PNRI-18:1-125. Raises BAD_VALUE."""
    from ektp_core.vocabulary.serial import parse_range

    return tuple((one.series, one.lo, one.hi) for one in map(parse_range, texts))
