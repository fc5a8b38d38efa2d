"""Unlocking reported records (pembukaan kunci): two people sign one ask for each record.

What they sign names record, attempt and digest of the accepted report, so that nothing can be
exchanged under their signatures. Both may sign at once, or one after the other on two
machines: then the asks travel in a file, already with their ids, so that sending them twice
changes nothing. The file holds numbers of records and signatures, and nobody's data.

Whoever signs second signs what the first wrote; so the file is held against the hub's own
list of the report before it is signed.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from attrs import field, frozen

from ektp_cli.asking import signed_ask
from ektp_cli.json_file import write_json
from ektp_cli.whole_file import read_whole
from ektp_client.hub_client import HubClient
from ektp_core.boundary.signer import Signer
from ektp_core.errors import Fact, Refusal, Refused
from ektp_core.flow.codec import from_json
from ektp_core.flow.reporting import Unlock
from ektp_core.wire.asks import HUB, read_ask
from ektp_core.wire.envelope import Envelope, PayloadType

_FORMAT = "ektp-unlock/1"
_LIMIT_BYTES = 64 * 1024 * 1024
_AT_ONCE = 500
_EXPECTED = "a file written by `ektp unlock --save`"


@frozen
class Unlocking:
    """Asks to unlock the records of one report, as far as they are signed."""

    report: str
    asks: tuple[tuple[Unlock, Envelope], ...] = field(repr=False)

    @property
    def records(self) -> tuple[str, ...]:
        """The records it is about."""
        return tuple(body.record for body, _ in self.asks)

    def and_by(self, signers: Iterable[Signer]) -> "Unlocking":
        """The same with more signatures."""
        asks = self.asks
        for signer in signers:
            asks = tuple((body, envelope.and_by(signer)) for body, envelope in asks)
        return Unlocking(self.report, asks)


@frozen
class Unlocked:
    """What came of it: records unlocked now, those unlocked before, those refused and why."""

    report: str
    unlocked: tuple[str, ...]
    repeated: tuple[str, ...]
    refused: tuple[tuple[str, Refused], ...]


@frozen
class _Stored:
    format: str
    report: str
    envelopes: tuple[str, ...] = field(repr=False)


def prepare_unlock(hub: HubClient, report: str, signers: Sequence[Signer], records: Sequence[str] = ()) -> Unlocking:
    """Asks for all records that wait under a report, or for those named, signed by these people.

    Raises:
        Refused: what the hub says of the report; NOT_REPORTED for a record that does not wait under it.
    """
    digest, waiting = _waiting(hub, report)
    for record in records:
        if record not in waiting:
            raise Refused(Refusal.NOT_REPORTED, {"record": record})
    bodies = [Unlock(record, waiting[record], digest) for record in records or waiting]
    return Unlocking(report, tuple((body, Envelope.from_json(signed_ask(body, signers))) for body in bodies))


def send_unlock(hub: HubClient, unlocking: Unlocking) -> Unlocked:
    """Send signed asks; sending them again gives the same."""
    replies: list[tuple[str, bool | Refused]] = []
    for start in range(0, len(unlocking.asks), _AT_ONCE):
        part = unlocking.asks[start : start + _AT_ONCE]
        for (body, _), reply in zip(part, hub.ask([envelope.to_json() for _, envelope in part]), strict=True):
            replies.append((body.record, reply if isinstance(reply, Refused) else reply.is_first))
    return Unlocked(
        unlocking.report,
        tuple(record for record, reply in replies if reply is True),
        tuple(record for record, reply in replies if reply is False),
        tuple((record, reply) for record, reply in replies if isinstance(reply, Refused)),
    )


def save_unlock(path: Path, unlocking: Unlocking) -> None:
    """Keep half-signed asks for the second person."""
    texts = [envelope.to_json().decode() for _, envelope in unlocking.asks]
    write_json(path, {"format": _FORMAT, "report": unlocking.report, "envelopes": texts})


def read_unlock(path: Path) -> Unlocking:
    """The asks `save_unlock` kept.

    Raises:
        Refused: BAD_FILE for anything but asks to unlock.
    """
    data = read_whole(path, _LIMIT_BYTES, _EXPECTED)
    try:
        stored = from_json(data, _Stored, "file")
        asks = tuple(_read(text) for text in stored.envelopes)
    except Refused as refused:
        raise _bad(path, f"{refused.facts.get('field', 'it')} is not as agreed") from None
    if stored.format != _FORMAT or not asks:
        raise _bad(path, "it holds no asks to unlock")
    return Unlocking(stored.report, asks)


def check_against_hub(hub: HubClient, path: Path, unlocking: Unlocking) -> None:
    """Whether each ask names a record of that report as the hub has it; a record unlocked meanwhile may be named.

    Raises:
        Refused: OTHER_REPORT or STALE_ATTEMPT; BAD_FILE for a record named twice.
    """
    digest, waiting = _waiting(hub, unlocking.report)
    if len(set(unlocking.records)) != len(unlocking.records):
        raise _bad(path, "a record is named twice")
    for body, _ in unlocking.asks:
        if body.report_digest != digest:
            raise Refused(Refusal.OTHER_REPORT, {"record": body.record})
        if waiting.get(body.record, body.n) != body.n:
            facts: dict[str, Fact] = {"record": body.record, "current": waiting[body.record], "named": body.n}
            raise Refused(Refusal.STALE_ATTEMPT, facts)


def _waiting(hub: HubClient, report: str) -> tuple[str, Mapping[str, int]]:
    """Digest of an accepted report, and the records that wait under it with their attempts."""
    told = hub.get("/v1/reports", {"id": report})
    return str(told["digest"]), {str(one["record"]): int(one["n"]) for one in told["reported"]}


def _read(text: str) -> tuple[Unlock, Envelope]:
    envelope = Envelope.from_json(text.encode())
    message, body = read_ask(envelope.payload)
    if envelope.payload_type != PayloadType.ASK or message.to != HUB or not isinstance(body, Unlock):
        raise Refused(Refusal.MALFORMED, {"field": "an ask", "expected": "an ask to unlock", "shape": "another"})
    return body, envelope


def _bad(path: Path, shape: str) -> Refused:
    return Refused(Refusal.BAD_FILE, {"file": str(path), "shape": shape, "expected": _EXPECTED})
