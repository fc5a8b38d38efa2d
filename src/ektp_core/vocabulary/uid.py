"""Chip UID of a blank (nomor chip): known only when read; hexadecimal, 4, 7 or 10 bytes."""

import re

from ektp_core.errors import Refusal, Refused

_SHAPE = re.compile(r"[0-9A-F]{8}|[0-9A-F]{14}|[0-9A-F]{20}")


def is_uid(text: str) -> bool:
    """Whether the text has one of the three lengths of ISO 14443."""
    return _SHAPE.fullmatch(text) is not None


def checked_uid(text: str, field: str = "uid") -> str:
    """The UID, if it has one of the three lengths of ISO 14443.

    Raises:
        Refused: BAD_VALUE.
    """
    if not is_uid(text):
        expected = "8, 14 or 20 characters 0-9 A-F"
        raise Refused(Refusal.BAD_VALUE, {"field": field, "shape": f"{len(text)} characters", "expected": expected})
    return text
