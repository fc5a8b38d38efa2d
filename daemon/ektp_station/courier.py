"""What the link fetches from the hub (kurir): entries of the feed and the personal data with them.

Bytes are carried, nothing is opened or believed. When the line breaks half way, what was
carried so far is delivered: on a bad line each fetch still brings the station on. An entry
whose personal data the hub no longer gives out (its authorisation has ended meanwhile) is
carried without it, because the entry that says so stands behind it in the same feed.
"""

from collections.abc import Callable, Sequence

from attrs import evolve, frozen

from ektp_core.boundary.signer import Signer
from ektp_core.boundary.uplink import Uplink, UplinkError
from ektp_core.errors import Refusal, Refused
from ektp_station import door

#: Answers of the hub after which there never will be personal data for this entry.
_NONE_LEFT = frozenset({Refusal.NOT_ALLOWED, Refusal.PAYLOAD_ERASED})


def _none() -> str:
    return ""


@frozen
class Courier:
    """Fetches for one station.

    Attributes:
        now_ms: the wall clock, by which the hub judges whether a fetch is fresh. Where it is wrong the hub says
            how much, and the fetch is dated by that: the hub is believed for this and for nothing else unsigned.
        passed_ms, nonce: with both, each fetch also asks for the hub's word of now, which comes last.
    """

    hub: Uplink
    signer: Signer
    station: str
    now_ms: Callable[[], int]
    passed_ms: Callable[[], int] | None = None
    nonce: Callable[[], str] = _none

    def fetched(self, after: int) -> list[door.Carried]:
        """Entries after `after` with their personal data, as far as the line bore.

        Raises:
            UplinkError, Refused: not even the first came through.
        """
        nonce, sent_ms = (self.nonce(), self.passed_ms()) if self.passed_ms else ("", 0)
        try:
            entries = self.hub.feed(self._message(after, nonce=nonce))
        except Refused as refused:
            age_s = refused.facts.get("age_s")
            if not nonce or refused.refusal is not Refusal.STALE or not isinstance(age_s, int):
                raise
            dated = evolve(self, now_ms=lambda: self.now_ms() + age_s * 1000)
            entries = self.hub.feed(dated._message(after, nonce=nonce))
            return dated._carried(entries, after, nonce, sent_ms)
        return self._carried(entries, after, nonce, sent_ms)

    def _carried(self, entries: Sequence[bytes], after: int, nonce: str, sent_ms: int) -> list[door.Carried]:
        found: list[door.Carried] = []
        for raw in entries:
            try:
                if nonce and door.is_now(raw):
                    found.append(door.Carried(raw, nonce=nonce, sent_ms=sent_ms))
                else:
                    found.append(door.Carried(raw, self._sealed(raw, after)))
            except (UplinkError, Refused):
                if not found:
                    raise
                break
        return found

    def _sealed(self, raw: bytes, after: int) -> bytes | None:
        digest = door.payload_digest(raw)
        if not digest:
            return None
        try:
            return self.hub.payload(self._message(after, digest))
        except Refused as refused:
            if refused.refusal not in _NONE_LEFT:
                raise
            return None

    def _message(self, after: int, digest: bytes = b"", nonce: str = "") -> bytes:
        return door.fetch_message(self.signer, self.station, after, self.now_ms(), digest, nonce=nonce)
