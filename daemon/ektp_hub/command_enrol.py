"""`ektp hub enrol`: two people enrol a station that made its own key, and answer with its founding."""

import time
import uuid
from pathlib import Path

import click

from ektp_core.errors import Refusal, Refused


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("request", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--fingerprint", required=True, help="The key's fingerprint, as the station's people read it to you.")
@click.option(
    "--key", "keys", type=click.Path(exists=True, path_type=Path), multiple=True, required=True,
    help="Key file of a person who signs; give it twice for two people.",
)  # fmt: skip
@click.option(
    "--key-passphrase-file", "key_passphrases", type=click.Path(exists=True, path_type=Path), multiple=True,
    help="File with the passphrase of a person's key, in the order of the keys; without it, it is asked for.",
)  # fmt: skip
@click.option(
    "--passphrase-file", type=click.Path(exists=True, path_type=Path), help="File with the hub key's passphrase."
)
@click.option("--hub", "hub_url", help="Address of the running hub, instead of what hub.toml says.")
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("founding.json"), help="Where the answer is written."
)
@click.option("--again", metavar="MINUTES", help="Enrol a stopped station again; the number of the minutes.")
@click.option("--blanks", multiple=True, metavar="SERIES:FROM-TO", help="With --again: unused blanks found there.")
def enrol(
    folder: Path,
    request: Path,
    fingerprint: str,
    keys: tuple[Path, ...],
    key_passphrases: tuple[Path, ...],
    passphrase_file: Path | None,
    hub_url: str | None,
    out: Path,
    again: str | None,
    blanks: tuple[str, ...],
) -> None:
    """Enrol the station that wrote REQUEST, at the running hub of FOLDER.

    The fingerprint is what the people at the station read out by telephone; a request with another key is
    refused. The answer goes back to the station: `ektp station enrol FOLDER --founding founding.json`.
    Asking again for a station that is enrolled with this key only writes the answer again.

    \b
    Example:
      ektp hub enrol centre request.json --fingerprint f5a5-fd42-d16a-2030-2798-ef6e-d309-979b \\
        --key verifier-1.key --key verifier-2.key
    """
    from ektp_client.hub_client import HubClient
    from ektp_core.boundary.uplink import UplinkError
    from ektp_core.flow.rows import Key
    from ektp_hub.commands import key_passphrase, say
    from ektp_hub.config import HUB_KEY, read_settings
    from ektp_hub.enrolling import founding_export
    from ektp_hub.enrolment_asks import answer_from, enrolment_body
    from ektp_keys.enrolment import fingerprint_of, read_enrolment
    from ektp_keys.key_file import load_key

    wanted = read_enrolment(request.read_bytes())
    if fingerprint.strip().lower() != wanted.fingerprint:
        facts = {"field": "fingerprint", "shape": "another key's", "expected": "what the station reads out"}
        raise Refused(Refusal.BAD_VALUE, facts)
    settings = read_settings(folder)
    signer = load_key(folder / HUB_KEY, key_passphrase(folder, passphrase_file))
    now_ms = time.time_ns() // 1_000_000
    with answer_from(folder / settings.book) as view:
        known = view.row(Key, wanted.key.key)
    if known is None or known.revoked:
        body = enrolment_body(wanted, again, blanks)
        try:
            with HubClient(hub_url or f"http://{settings.host}:{settings.port}") as hub:
                (reply,) = hub.ask([_signed(body, keys, key_passphrases, now_ms)])
        except UplinkError as error:
            raise error.as_refused() from None
        if isinstance(reply, Refused):
            raise reply
    with answer_from(folder / settings.book) as view:
        raw = founding_export(view, wanted.station.station, signer, now_ms)
    out.write_bytes(raw + b"\n")
    click.echo(say("{station} is enrolled; its answer is in {file}.", station=wanted.station.station, file=str(out)))
    click.echo(
        say("The hub's key is {fingerprint}: read it to the station.", fingerprint=fingerprint_of(signer.public))
    )


def _signed(body: object, paths: tuple[Path, ...], passphrases: tuple[Path, ...], now_ms: int) -> bytes:
    from ektp_core.wire.asks import HUB, write_ask
    from ektp_core.wire.envelope import PayloadType, signed
    from ektp_hub.commands import say
    from ektp_keys.key_file import read_key

    rest = iter(passphrases)
    signers = []
    for path in paths:
        key = read_key(path)
        file = next(rest, None) if key.protected else None
        word = file.read_text("utf-8").split("\n", 1)[0] if file else None
        if key.protected and word is None:
            word = click.prompt(say("Passphrase of {owner}", owner=key.owner), hide_input=True, err=True)
        signers.append(key.unlock(word))
    payload = write_ask(str(uuid.uuid4()), HUB, now_ms, body)
    return signed(PayloadType.ASK, payload, signers).to_json()
