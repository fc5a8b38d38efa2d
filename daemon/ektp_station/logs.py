"""Logs of the station (catatan): JSON lines, one an event of interest, never a NIK.

Nothing here logs a person; the masking processor is the second net, not the first.
"""

import logging
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog

from ektp_core.errors import masked


def _mask(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {name: masked(value) if isinstance(value, str | int | tuple) else value for name, value in event.items()}


def station_log(stream: TextIO, station: str) -> structlog.stdlib.BoundLogger:
    """A logger that writes JSON lines to `stream`."""
    logger: structlog.stdlib.BoundLogger = structlog.wrap_logger(
        structlog.WriteLogger(stream),
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
