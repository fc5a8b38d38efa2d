"""The hub's word of now (kata pusat saat ini): what time it is, and how far it has this station's chain.

It answers one fetch, whose nonce it repeats: so it is no older than that fetch, and a station knows
by it the time (rule 23) and whether its own book is an older copy, before it begins a card.
"""

from attrs import frozen

from ektp_core.flow.codec import from_json, to_json

FORMAT = 1


@frozen
class HubNow:
    """Signed by the hub, for one station and one fetch. `chain_n`, `chain_head` (hexadecimal): last absorbed."""

    v: int
    station: str
    nonce: str
    at_ms: int
    chain_n: int
    chain_head: str


def write_now(word: HubNow) -> bytes:
    """The bytes of the word."""
    return to_json(word)


def read_now(raw: bytes) -> HubNow:
    """The word these bytes hold. Raises MALFORMED."""
    return from_json(raw, HubNow, "now")
