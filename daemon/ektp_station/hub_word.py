"""The hub's word of now, heard (kata pusat didengar): the time, and whether this book is the newest copy.

A book that was set back to before its last contact does not hold the commit the hub took last: then
printing stops for good, before any entry of the feed is looked at. The word answers this very fetch,
which its nonce proves: an old word is worth nothing. What is known of the time is noted now and then,
so that a restart begins where this run was.
"""

import os
from collections.abc import Sequence

from attrs import define, evolve, field

from ektp_core.boundary.store import Store
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.feed import read_entry
from ektp_core.flow.rows import Lease, Record
from ektp_core.wire.envelope import PayloadType, check_addressee, open_envelope
from ektp_core.wire.hub_now import FORMAT, HubNow, read_now
from ektp_keys.public_keys import BookKeys
from ektp_station import door
from ektp_station.messages import Entry, HubHeard, Lacking, StationState
from ektp_station.steady import SteadyClock, write_note
from ektp_station.step_link import WAIT_HUB_MS

NOTE = "clock"

#: The note of the key the hub signs with now: a code on the telephone is made for it.
HUB_KEY = "hub key"
NOTE_EVERY_MS = 60_000


def new_nonce() -> str:
    """A nonce nobody used before."""
    return os.urandom(16).hex()


def open_now(one: door.Carried, keys: BookKeys, station: str) -> tuple[HubNow, str]:
    """The hub's word, checked, and the key it is signed with.

    Raises:
        Refused: what the envelope refuses; NOT_ALLOWED when it is not the hub's; WRONG_ADDRESSEE; STALE when it
            answers another fetch.
    """
    opened = open_envelope(one.raw, PayloadType.NOW, keys)
    hub = door.hub_of(opened, keys)
    now = read_now(opened.payload)
    check_addressee(now.station, station)
    if now.v != FORMAT or now.nonce != one.nonce:
        raise Refused(Refusal.STALE, {"age_s": 0, "limit_s": 0})
    return now, hub


@define(eq=False)
class HubWord:
    """What the station keeps of the hub's word: the clock, and the note of it."""

    store: Store
    clock: SteadyClock
    station: str
    _noted_ms: int | None = field(init=False, default=None)

    def hear(self, carried: Sequence[door.Carried]) -> HubHeard | None:
        """Take the word among what was carried, if there is one.

        Raises:
            Refused: as `open_now`.
        """
        one = next((one for one in carried if one.nonce), None)
        if one is None:
            return None
        with self.store.read() as view:
            now, hub = open_now(one, BookKeys(view), self.station)
            head = view.head_of(now.chain_n) if now.chain_n else b""
        back_ms = self.clock.heard(now.at_ms, one.sent_ms)
        self.note()
        if self.store.link(HUB_KEY) != hub.encode():
            self.store.set_link(HUB_KEY, hub.encode())
        return HubHeard(now.chain_n, head is not None and head.hex() == now.chain_head, back_ms)

    def note(self) -> None:
        """Note the time, if that was not done within the last minute."""
        found = self.clock.noted()
        if self._noted_ms is None or found.passed_ms >= self._noted_ms + NOTE_EVERY_MS:
            self._noted_ms = found.passed_ms
            self.store.set_link(NOTE, write_note(found))


def first_state(word: HubWord, state: StationState) -> StationState:
    """A station that starts waits for the hub's word, and knows what it cannot print."""
    until_ms = word.clock.now_ms() + WAIT_HUB_MS
    found = lacking(word.store, word.station).attempts
    is_known, is_sure = word.clock.is_known, word.clock.is_sure
    return evolve(state, wait_hub_ms=until_ms, is_time_known=is_known, is_time_sure=is_sure, lacking=found)


def payload_named(entry: Entry) -> bool:
    """Whether an entry of the feed is an authorisation, whose personal data should have come with it."""
    return read_entry(entry.body).authorisation is not None


def lacking(store: Store, station: str) -> Lacking:
    """The authorisations held, at most the policy's number, whose personal data is not in this book."""
    with store.read() as view:
        held = [(lease, view.row(Record, lease.record)) for lease in view.rows(Lease, station)]
    return Lacking(frozenset((one.record, one.n) for one, row in held if row and store.payload(row.payload) is None))
