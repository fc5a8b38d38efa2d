"""How a station, or a person, reaches the hub (sambungan ke pusat).

Everything that crosses is the exact bytes of a signed envelope: whoever carries it needs no
trust, and what was carried can be shown later. Three things can come of a call: an answer, a
refusal by the hub (`Refused`, which changes nothing there), or `UplinkError`: not reached,
or reached and no answer understood. After an `UplinkError` nothing may be concluded about
what the hub did; the same bytes are sent again.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from attrs import field, frozen

from ektp_core.errors import EktpError, Refusal, Refused


class UplinkError(EktpError, ConnectionError):
    """The hub gave no answer. It may have done what was asked: ask again with the same bytes."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where}: {why}")
        self.where = where
        self.why = why

    def as_refused(self) -> Refused:
        """The same as NOT_REACHED, for showing to people."""
        return Refused(Refusal.NOT_REACHED, {"where": self.where, "why": self.why})


@frozen
class AskTaken:
    """The hub took an ask: the commit it is in and its events in plain values."""

    n: int
    is_first: bool
    events: tuple[Mapping[str, object], ...] = field(default=(), hash=False)


AskReply = AskTaken | Refused


class Uplink(Protocol):
    """One hub, as seen from outside. All calls block until answered or given up.

    Raises:
        UplinkError: no answer.
        Refused: the hub said no to the call as a whole.
    """

    def ask(self, envelopes: Sequence[bytes]) -> Sequence[AskReply]:
        """Submit asks; one reply each, in order. A refused one does not hold up the others."""

    def upload(self, envelope: bytes) -> bytes:
        """Bring sealed commits; the hub's signed receipt. Never repeated inside the call."""

    def feed(self, envelope: bytes) -> Sequence[bytes]:
        """Fetch the feed entries a signed fetch asks for, each as the hub signed it."""

    def payload(self, envelope: bytes) -> bytes:
        """Fetch one payload a signed fetch asks for, sealed for the station that signed it."""
