"""A reader as PC/SC shows it (pembaca kartu): found by its name, opened for us alone.

The only file that knows pyscard. The reader is taken exclusively for each piece of work, and
the card is reset when it is given back: nobody else speaks to it in between, and nothing of
our session stays. A card that leaves takes its handle with it, so no command can reach the
next card in its place.
"""

from collections.abc import Callable
from contextlib import suppress
from types import ModuleType
from typing import Any, Protocol

from attrs import define, field

from ektp_core.boundary.card_printer import DriverError, DriverLost, DriverTimeout
from ektp_core.boundary.chip_encoder import bare_name
from ektp_driving.deadline import Deadline

#: How long a card that was moved to the reader is waited for; after that there is no readable chip.
PRESENT_MS = 2_000

_LOST = {
    "SCARD_E_NO_SERVICE": "the PC/SC service does not run",
    "SCARD_E_SERVICE_STOPPED": "the PC/SC service stopped",
    "SCARD_E_READER_UNAVAILABLE": "the chip reader was unplugged",
    "SCARD_E_UNKNOWN_READER": "the chip reader was unplugged",
    "SCARD_E_NO_READERS_AVAILABLE": "no chip reader is plugged in",
    "SCARD_E_INVALID_HANDLE": "the PC/SC service was started again",
    "SCARD_F_COMM_ERROR": "the line to the PC/SC service broke",
}
_TOLD = {
    "SCARD_E_SHARING_VIOLATION": "another program uses the chip reader; end it",
    "SCARD_W_REMOVED_CARD": "the card left the chip reader",
    "SCARD_E_NO_SMARTCARD": "the card left the chip reader",
    "SCARD_W_RESET_CARD": "the card in the chip reader was changed or reset",
    "SCARD_W_UNRESPONSIVE_CARD": "the chip does not answer any more",
    "SCARD_W_UNPOWERED_CARD": "the chip does not answer any more",
    "SCARD_E_NOT_TRANSACTED": "the chip did not answer the command",
}
_LATE = ("SCARD_E_TIMEOUT", "SCARD_E_CANCELLED")
#: With these no chip could be opened: none is there, or it is dead.
_NO_CHIP = (
    "SCARD_W_REMOVED_CARD", "SCARD_E_NO_SMARTCARD", "SCARD_W_UNRESPONSIVE_CARD", "SCARD_W_UNPOWERED_CARD",
    "SCARD_E_PROTO_MISMATCH", "SCARD_W_UNSUPPORTED_CARD",
)  # fmt: skip


class Chip(Protocol):
    """A chip opened for us alone."""

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        """Send one command; its data and status word. Blocks as long as reader and chip like."""

    def close(self) -> None:
        """Reset the chip and give the reader free."""


class Reader(Protocol):
    """A reader named in the settings."""

    def find(self) -> str:
        """Its full name, if exactly one is meant."""

    def open(self, deadline: Deadline) -> Chip | None:
        """The chip at the reader, or None when none can be read."""

    def cancel(self) -> None:
        """Wake whatever waits for a card, from any thread."""


def chosen(address: str, seen: list[str]) -> str:
    """The one reader that is meant: by its full name, or by its name without the numbers behind it.

    Raises:
        DriverLost: none is called so. DriverError: several are.
    """
    if address in seen:
        return address
    called = [one for one in seen if bare_name(one) == address]
    if len(called) > 1:
        raise DriverError(f"{len(called)} readers are called {address}; name one of: {', '.join(called)}")
    if not called:
        raise DriverLost(f"no chip reader is called {address}; seen: {', '.join(seen) or 'none'}")
    return called[0]


@define(eq=False)
class PcscReader:
    """A reader of PC/SC."""

    address: str
    _scard: ModuleType = field(init=False, repr=False)
    _context: Any = field(init=False, default=None)

    def __attrs_post_init__(self) -> None:
        try:
            from smartcard import scard
        except ImportError:
            raise DriverError("the library for chip readers is missing: install ektp[chip]") from None
        self._scard = scard

    def find(self) -> str:
        """Its full name.

        Raises:
            DriverLost: it is not there. DriverError: several are called so.
        """
        context = self._new_context()
        try:
            return chosen(self.address, self._listed(context))
        finally:
            self._scard.SCardReleaseContext(context)

    def open(self, deadline: Deadline) -> "PcscChip | None":
        """The chip at the reader, or None when none can be read there.

        Raises:
            DriverLost, DriverError, DriverTimeout: reader or service do not work, or another program has it.
        """
        self._context = context = self._new_context()
        try:
            name = chosen(self.address, self._listed(context))
            handle = self._connected(context, name) if self._is_present(context, name, deadline) else None
        except BaseException:
            self._let_go(context)
            raise
        if handle is None:
            self._let_go(context)
            return None
        return PcscChip(self._scard, *handle, lambda: self._let_go(context))

    def cancel(self) -> None:
        """Wake whatever waits for a card."""
        context = self._context
        if context is not None:
            self._scard.SCardCancel(context)

    def _let_go(self, context: Any) -> None:
        self._context = None
        self._scard.SCardReleaseContext(context)

    def _new_context(self) -> Any:
        code, context = self._scard.SCardEstablishContext(self._scard.SCARD_SCOPE_SYSTEM)
        _must(self._scard, code)
        return context

    def _listed(self, context: Any) -> list[str]:
        code, names = self._scard.SCardListReaders(context, [])
        if _named(self._scard, code) == "SCARD_E_NO_READERS_AVAILABLE":
            return []
        _must(self._scard, code)
        return list(names)

    def _is_present(self, context: Any, name: str, deadline: Deadline) -> bool:
        """Wait until a card is there, for a moment."""
        scard = self._scard
        wait = deadline.at_most(PRESENT_MS)
        known = scard.SCARD_STATE_UNAWARE
        while True:
            deadline.check()
            code, states = scard.SCardGetStatusChange(context, wait.rest_ms, [(name, known)])
            if _named(scard, code) == "SCARD_E_TIMEOUT":
                deadline.check()
                return False
            _must(scard, code)
            known = states[0][1]
            if known & (scard.SCARD_STATE_UNKNOWN | scard.SCARD_STATE_UNAVAILABLE):
                raise DriverLost(_LOST["SCARD_E_READER_UNAVAILABLE"])
            if known & scard.SCARD_STATE_PRESENT:
                return not known & scard.SCARD_STATE_MUTE

    def _connected(self, context: Any, name: str) -> tuple[Any, Any] | None:
        scard = self._scard
        protocols = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
        code, handle, protocol = scard.SCardConnect(context, name, scard.SCARD_SHARE_EXCLUSIVE, protocols)
        if _named(scard, code) in _NO_CHIP:
            return None
        _must(scard, code)
        return handle, scard.SCARD_PCI_T0 if protocol == scard.SCARD_PROTOCOL_T0 else scard.SCARD_PCI_T1


@define(eq=False)
class PcscChip:
    """A chip of PC/SC, opened exclusively."""

    _scard: ModuleType = field(repr=False)
    _handle: Any
    _protocol: Any
    _let_go: Callable[[], None] = field(repr=False)

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        """Send one command.

        Raises:
            DriverLost, DriverError: no whole answer came; what the chip did is unknown.
        """
        code, answer = self._scard.SCardTransmit(self._handle, self._protocol, list(apdu))
        _must(self._scard, code)
        if len(answer) < 2:
            raise DriverError("the chip's answer has no status word")
        data = bytes(one & 0xFF for one in answer)
        return data[:-2], int.from_bytes(data[-2:], "big")

    def close(self) -> None:
        """Reset the chip and give the reader free; what became of the card was said before."""
        with suppress(Exception):
            self._scard.SCardDisconnect(self._handle, self._scard.SCARD_RESET_CARD)
        self._let_go()


def _named(scard: ModuleType, code: int) -> str:
    """The name of an answer of PC/SC; the same code is signed in one build and not in another."""
    for name in (*_LOST, *_TOLD, *_LATE, *_NO_CHIP, "SCARD_S_SUCCESS"):
        if (code ^ getattr(scard, name, -1)) & 0xFFFFFFFF == 0:
            return name
    return f"{code & 0xFFFFFFFF:08X}"


def _must(scard: ModuleType, code: int) -> None:
    name = _named(scard, code)
    if name == "SCARD_S_SUCCESS":
        return
    if name in _LOST:
        raise DriverLost(_LOST[name])
    if name in _LATE:
        raise DriverTimeout("the chip reader was not done in time")
    raise DriverError(_TOLD.get(name, f"the chip reader answered {name}"))
