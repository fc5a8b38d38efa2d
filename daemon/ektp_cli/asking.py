"""Making, signing and sending asks (pengajuan permintaan): what all commands that write have in common.

An ask has its id before it is sent, so that sending it again changes nothing. Whoever signs
with a key that lies open in its file is told so each time. What is asked is not known here.
"""

import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ektp_core.boundary.signer import Signer
from ektp_core.boundary.uplink import AskTaken, Uplink, UplinkError
from ektp_core.errors import Refusal, Refused
from ektp_core.wire.asks import HUB, write_ask
from ektp_core.wire.envelope import PayloadType, signed

if TYPE_CHECKING:
    from ektp_client.hub_client import HubClient
    from ektp_keys.key_file import FileSigner, KeyFile


def now_ms() -> int:
    """Wall clock, milliseconds since 1970 UTC."""
    return time.time_ns() // 1_000_000


def new_id() -> str:
    """An id nobody used before."""
    return str(uuid.uuid4())


def signed_ask(body: object, signers: Sequence[Signer], ask_id: str = "", at_ms: int = 0) -> bytes:
    """The envelope of an ask to the hub. The same body, id, time and signers give the same bytes."""
    payload = write_ask(ask_id or new_id(), HUB, at_ms or now_ms(), body)
    return signed(PayloadType.ASK, payload, signers).to_json()


def ask(hub: Uplink, body: object, signers: Sequence[Signer]) -> AskTaken:
    """Ask one thing of the hub.

    Raises:
        Refused: what the hub refused.
        UplinkError: it did not answer.
    """
    (reply,) = hub.ask([signed_ask(body, signers)])
    if isinstance(reply, Refused):
        raise reply
    return reply


@contextmanager
def hub_at(url: str) -> Iterator["HubClient"]:
    """The hub at an address, for the length of a `with`.

    Raises:
        Refused: NOT_REACHED when it gives no answer inside.
    """
    from ektp_client.hub_client import HubClient

    with HubClient(url) as hub:
        try:
            yield hub
        except UplinkError as error:
            raise error.as_refused() from None


def load_signers(paths: Sequence[Path], passphrases: Sequence[Path] = ()) -> tuple["FileSigner", ...]:
    """The keys in these files; a protected one is opened with the next passphrase file, or asks for it.

    Raises:
        Refused: BAD_FILE for a key that cannot be used.
    """
    from ektp_keys.key_file import read_key

    rest = iter(passphrases)
    return tuple(_opened(read_key(path), rest) for path in paths)


def one_signer(paths: Sequence[Path], passphrases: Sequence[Path] = ()) -> "FileSigner":
    """The only key given.

    Raises:
        Refused: BAD_VALUE when there are more; BAD_FILE as `load_signers`.
    """
    if len(paths) != 1:
        facts = {"field": "--key", "shape": f"{len(paths)} keys", "expected": "the key of one person"}
        raise Refused(Refusal.BAD_VALUE, facts)
    return load_signers(paths, passphrases)[0]


def _opened(key: "KeyFile", passphrases: Iterator[Path]) -> "FileSigner":
    from ektp_cli.showing import say

    if not key.protected:
        warning = say("The key of {owner} lies open in its file: for demonstrations, never for work.", owner=key.owner)
        click.secho(warning, fg="yellow", err=True)
        return key.unlock()
    file = next(passphrases, None)
    if file:
        return key.unlock(file.read_text("utf-8").split("\n", 1)[0])
    typed: str = click.prompt(say("Passphrase of {owner}", owner=key.owner), hide_input=True, err=True)
    return key.unlock(typed)
