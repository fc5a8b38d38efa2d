"""How the station's commands reach the station that runs (bertanya ke mesin cetak), and the options they share."""

import os
from pathlib import Path
from typing import Any

import click

from ektp_core.errors import Fact, Refusal, Refused

FOLDER = click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
KEYS = click.option(
    "--key", "keys", type=click.Path(path_type=Path), multiple=True, required=True,
    help="Key file of a person who signs; give it twice for two people.",
)  # fmt: skip
PASSPHRASE = click.option(
    "--passphrase-file", type=click.Path(exists=True, path_type=Path), help="File with the key's passphrase."
)

#: Longer than the station itself waits for its book.
WAIT_S = 35


def say(message: str, /, **facts: Fact) -> str:
    """A message in the user's language."""
    from ektp_data.texts import chosen_language, translator

    return translator(chosen_language(os.environ)).text(message, **facts)


def ask(folder: Path, to: str, body: Any, keys: tuple[Path, ...], passphrase_file: Path | None) -> None:
    """Sign an ask and bring it to the running station. Raises what the station refuses."""
    bring(folder, to, body, keys, passphrase_file)
    click.echo(say("Taken."))


def bring(folder: Path, to: str, body: Any, keys: tuple[Path, ...], passphrase_file: Path | None) -> None:
    """As `ask`, and says nothing."""
    import uuid

    from ektp_core.wire.asks import write_ask
    from ektp_core.wire.envelope import PayloadType, signed
    from ektp_keys.key_file import load_key
    from ektp_station.steady import now_ms

    signers = [load_key(path, passphrase_in(passphrase_file)) for path in keys]
    payload = write_ask(str(uuid.uuid4()), to, now_ms(), body)
    envelope = signed(PayloadType.ASK, payload, signers).to_json()
    answer(folder, "POST", "/v1/asks", envelope)


def answer(folder: Path, method: str, path: str, body: bytes | None = None) -> dict[str, Any]:
    """What the running station answers. Raises its refusal; NOT_REACHED where none of ours answers."""
    import httpx

    from ektp_core.wire.problem import refused_from_plain

    where = address(folder)
    headers = {"Content-Type": "application/json"} if body is not None else None
    try:
        reply = httpx.request(method, f"{where}{path}", content=body, headers=headers, trust_env=False, timeout=WAIT_S)
        found = reply.json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        # The file with the address outlives a station that was killed; another program may answer there now.
        why = f"no station answers there ({type(error).__name__}); is `ektp station run` still running?"
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


def passphrase_in(path: Path | None) -> str | None:
    """The passphrase in a file, without the end of its line; None without a file."""
    return path.read_text(encoding="utf-8").rstrip("\r\n") if path else None


def ranges(texts: tuple[str, ...]) -> tuple[tuple[str, int, int], ...]:
    """Runs of blanks as typed, such as PNRI-18:1-125. Raises BAD_VALUE."""
    from ektp_core.vocabulary.serial import parse_range

    return tuple((one.series, one.lo, one.hi) for one in map(parse_range, texts))
