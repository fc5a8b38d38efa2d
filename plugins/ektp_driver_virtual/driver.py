"""The driver of the virtual printer (driver pencetak maya): one question, one answer.

It keeps nothing and decides nothing: every method is one exchange under one deadline,
without a second try. A line that broke stays broken; whoever wants another opens the
printer again, and asks it what became of the card.
"""

import socket
from collections.abc import Sequence
from typing import TypeVar

from attrs import define, field

from ektp_core.boundary.card_printer import (
    Artwork,
    Bin,
    Can,
    Capabilities,
    Counters,
    DriverError,
    DriverLost,
    Found,
    Identity,
    JobRecord,
    Look,
    PrintToken,
    Recovery,
    ResetLevel,
    Settings,
    Station,
    Status,
    Supply,
)  # fmt: skip
from ektp_driver_virtual import messages, wire
from ektp_driver_virtual.protocol import Frame

NAME = "virtual"
CONNECT_MS = 2_000
CAPABILITIES = Capabilities(
    can=Can.FEEDER | Can.REJECT_TRAY | Can.CONTACTLESS_STATION | Can.HOLD_AFTER_PRINT | Can.JOB_ID | Can.JOB_LOG
    | Can.CARD_POSITION | Can.BOOT_MARKER | Can.COUNTS_FED | Can.COUNTS_PRINTED
    | Can.COUNTS_EJECTED | Can.COUNTS_REJECTED | Can.RESERVATION | Can.HOST_ERROR_MODE
    | Can.READS_UID | Can.READS_CHIP | Can.READS_TEMPERATURE,
    width_px=1016,
    height_px=648,
    dpi=300,
)  # fmt: skip

Answer = TypeVar("Answer")


@define(eq=False)
class VirtualPrinter:
    """One open virtual printer."""

    found: Found
    connect_ms: int = CONNECT_MS
    _line: socket.socket | None = field(init=False, repr=False)
    _number: int = field(init=False, default=0)

    def __attrs_post_init__(self) -> None:
        deadline = wire.deadline_in(self.connect_ms)
        self._line = wire.connect(wire.driver_address(self.found.address), deadline)

    def _ask(self, command: object, answers: type[Answer], timeout_ms: int) -> Answer:
        """One exchange.

        Raises:
            DriverTimeout, DriverLost, DriverError: as their names say; `DriverError` also
                when the printer declines, with its reason.
        """
        if self._line is None:
            raise DriverLost("the printer was closed")
        deadline = wire.deadline_in(timeout_ms)
        self._number = (self._number + 1) & 0xFFFFFFFF
        try:
            wire.send(self._line, Frame(self._number, command), deadline)
            answer = wire.receive(self._line, deadline)
            while answer.number != self._number:  # the late answer to a question given up
                answer = wire.receive(self._line, deadline)
        except DriverError:
            # After half a frame nothing on this line can be believed any more.
            self.close()
            raise
        if isinstance(answer.message, messages.Declined):
            declined = answer.message
            raise DriverError(f"{declined.reason.value}: {declined.text}")
        if not isinstance(answer.message, answers):
            raise DriverError("the printer answered something else")
        return answer.message

    def identify(self, timeout_ms: int) -> Identity:
        """Who is there."""
        return self._ask(messages.Identify(), Identity, timeout_ms)

    def capabilities(self, timeout_ms: int) -> Capabilities:
        """What it can do; known without asking, but only of a printer that is there."""
        self.identify(timeout_ms)
        return CAPABILITIES

    def reserve(self, owner: str, timeout_ms: int) -> None:
        """Keep everybody else from starting a card."""
        self._ask(messages.Reserve(owner), messages.Done, timeout_ms)

    def release(self, timeout_ms: int) -> None:
        """Give the printer free again."""
        self._ask(messages.Release(), messages.Done, timeout_ms)

    def configure(self, settings: Settings, timeout_ms: int) -> Settings:
        """Require settings and return what the printer then has."""
        return self._ask(messages.Configure(settings), Settings, timeout_ms)

    def status(self, timeout_ms: int) -> Status:
        """One look at conditions and card position."""
        return self._ask(messages.AskStatus(), Status, timeout_ms)

    def counters(self, timeout_ms: int) -> Counters:
        """All counters."""
        return self._ask(messages.AskCounters(), Counters, timeout_ms)

    def supplies(self, timeout_ms: int) -> tuple[Supply, ...]:
        """Forecasts of ribbon and blanks."""
        answer: Sequence[Supply] = self._ask(messages.AskSupplies(), tuple, timeout_ms)
        return tuple(answer)

    def prepare(self, art: Artwork, timeout_ms: int) -> None:
        """Download the picture; no card moves."""
        self._ask(messages.Prepare(art.front_png), messages.Done, timeout_ms)

    def feed(self, timeout_ms: int) -> None:
        """Take one blank from the hopper."""
        self._ask(messages.Feed(), messages.Done, timeout_ms)

    def move(self, to: Station, timeout_ms: int) -> None:
        """Move the card inside."""
        self._ask(messages.Move(to), messages.Done, timeout_ms)

    def flip(self, timeout_ms: int) -> None:
        """Not possible: this printer has no flip module."""
        if self._line is None:
            raise DriverLost("the printer was closed")
        raise DriverError("unsupported: this printer cannot turn a card over")

    def read_uid(self, timeout_ms: int) -> str:
        """Read the UID of the card at the contactless station; empty from a dead chip."""
        return self._ask(messages.ReadUid(), messages.Text, timeout_ms).value

    def read_chip(self, timeout_ms: int) -> bytes | None:
        """What the chip at the contactless station holds; None after a write that did not end."""
        return self._ask(messages.ReadChip(), messages.ChipContent, timeout_ms).value

    def encode(self, content: bytes, timeout_ms: int) -> bytes:
        """Write the chip at the contactless station and return what was read back."""
        return self._ask(messages.Encode(content), messages.Content, timeout_ms).value

    def mark(self, token: PrintToken, timeout_ms: int) -> str:
        """Print the prepared picture. Returns the job id."""
        return self._ask(messages.Mark(token.job_key), messages.Text, timeout_ms).value

    def observe(self, job_id: str, timeout_ms: int) -> JobRecord:
        """What became of a job, by its id or by the token's job key."""
        return self._ask(messages.Observe(job_id), JobRecord, timeout_ms)

    def deliver(self, to: Bin, timeout_ms: int) -> None:
        """Move the card out."""
        self._ask(messages.Deliver(to), messages.Done, timeout_ms)

    def recover(self, action: Recovery, timeout_ms: int) -> None:
        """Carry out what an operator ordered after an error."""
        self._ask(messages.Recover(action), messages.Done, timeout_ms)

    def look(self, job_id: str, timeout_ms: int) -> Look:
        """Status, counters, job record and UID in one exchange."""
        return self._ask(messages.AskLook(job_id), Look, timeout_ms)

    def reset(self, level: ResetLevel, timeout_ms: int) -> None:
        """Reset the printer; a reboot breaks the line, as the real thing does."""
        self._ask(messages.Reset(level), messages.Done, timeout_ms)

    def close(self) -> None:
        """Let go of the printer."""
        if self._line is not None:
            self._line.close()
            self._line = None
