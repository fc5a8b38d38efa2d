"""Events as plain values (kejadian apa adanya): what an answer tells of what was written.

Enumerations with stored numbers are told by name, bytes as hexadecimal. The body of a feed
entry is left out: it is for the station alone, and as long as all the rest together.
"""

from enum import Enum, IntEnum
from typing import Any

import attrs

from ektp_core.flow.events import Event, FeedQueued


def plain_event(event: Event) -> dict[str, Any]:
    """One event with its kind."""
    told = {one.name: _plain(getattr(event, one.name)) for one in attrs.fields(type(event))}
    if isinstance(event, FeedQueued):
        told["feed_kind"] = told.pop("kind")
        del told["body"]
    return {"kind": type(event).__name__, **told}


def _plain(value: object) -> object:
    match value:
        case IntEnum():
            return value.name
        case Enum():
            return value.value
        case bytes():
            return value.hex()
        case tuple():
            return [_plain(one) for one in value]
        case _:
            return value
