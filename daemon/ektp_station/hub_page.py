"""What the hub's open pages say (halaman pusat): is it there, what time has it, how far is a station.

Nothing here is signed, so nothing is believed but what makes us more careful.
"""

from email.utils import parsedate_to_datetime
from typing import Any

from attrs import frozen

TIMEOUT_S = 5.0


@frozen
class HubSeen:
    """An answer of the hub: its clock (milliseconds UTC, 0 where it says none) and what it knows of a station."""

    clock_ms: int
    station: dict[str, Any] | None


def look_at_hub(hub: str, station: str) -> HubSeen | None:
    """What the hub says of a station; None when it is not reached or answers something else."""
    import httpx

    try:
        answer = httpx.get(f"{hub.rstrip('/')}/v1/stations", timeout=TIMEOUT_S, trust_env=False)
        found = answer.json()["stations"] if answer.is_success else None
        if found is None:
            return None
        own = next((one for one in found if one.get("station") == station), None)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError, AttributeError):
        return None
    return HubSeen(_clock(answer.headers.get("date", "")), own)


def _clock(text: str) -> int:
    try:
        return int(parsedate_to_datetime(text).timestamp() * 1000)
    except (TypeError, ValueError):
        return 0
