"""Logs of the hub (catatan kerja): one JSON object a line on standard error, no citizen's number in it.

Nothing in the hub logs personal data. Should it ever happen, the last processor masks every
run of sixteen digits, in texts, numbers and tracebacks, whoever wrote the line: what the web
server logs goes the same way.
"""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from ektp_core.errors import masked, masked_value


def mask_numbers(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Hide every run of sixteen digits in a line, names of fields included."""
    return {str(masked(str(name))): masked_value(value) for name, value in event.items()}


def configure_logs(level: str) -> structlog.stdlib.BoundLogger:
    """Set up the logs of this process and give the hub's logger."""
    first: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[Any] = [structlog.processors.format_exc_info, mask_numbers, structlog.processors.JSONRenderer()]
    handler = logging.StreamHandler(sys.stderr)
    drop = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processors=[drop, *last], foreign_pre_chain=first))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    structlog.configure(
        processors=[*first, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    log: structlog.stdlib.BoundLogger = structlog.get_logger("ektp_hub")
    return log
