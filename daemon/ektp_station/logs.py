"""Logs of the station (catatan): JSON lines, one an event of interest, never a NIK.

Nothing here logs a person; the masking processor is the second net, not the first. A log
that cannot be written (a full disk, a pipe nobody reads) is no reason to stop printing.
"""

import logging
from collections.abc import MutableMapping
from contextlib import suppress
from typing import Any, TextIO

import structlog
from attrs import frozen

from ektp_core.errors import masked, masked_value


def _mask(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {str(masked(str(name))): masked_value(value) for name, value in event.items()}


def place_of(error: BaseException) -> str:
    """What went wrong and where, without the error's own words: they may quote a person's data."""
    return f"{type(error).__name__} at {_line_of(error)}"


def fault_of(error: BaseException) -> str:
    """The same for people, who are not to look for it at the printer."""
    return f"a fault of this program at {_line_of(error)}"


def _line_of(error: BaseException) -> str:
    last = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    return f"{last.tb_frame.f_code.co_filename}:{last.tb_lineno}" if last else "an unknown place"


@frozen
class _Patient:
    """A stream whose troubles are its own."""

    stream: TextIO

    def write(self, text: str) -> int:
        with suppress(OSError, ValueError):
            return self.stream.write(text)
        return 0

    def flush(self) -> None:
        with suppress(OSError, ValueError):
            self.stream.flush()


def station_log(stream: TextIO, station: str) -> structlog.stdlib.BoundLogger:
    """A logger that writes JSON lines to `stream`."""
    logger: structlog.stdlib.BoundLogger = structlog.wrap_logger(
        structlog.WriteLogger(_Patient(stream)),  # type: ignore[arg-type]  # it only writes and flushes
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _mask,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        station=station,
    )
    return logger
