"""What a station saw of a driver when it opened its device (yang terlihat dari driver): sandbox and settings.

Settings have a digest, read back from the device. With another digest than the last time, or than the one
in station.toml, somebody or something changed how cards are made: no card is begun on that printer until
a person has looked and said so. Pure; what it learns is kept beside the chain, so that a new start knows it.
"""

from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

if TYPE_CHECKING:
    from ektp_station.messages import StationState
    from ektp_station.stepping import Stepped


@frozen
class DriverSeen:
    """A driver opened its device anew.

    Attributes:
        sandbox: what shuts it in, in words. missing: what does not, in words; empty where all is shut.
        digest: of the settings as read back; empty if it has none. drift: why no card is begun; empty where one may.
    """

    printer: str
    sandbox: str = ""
    missing: str = ""
    digest: str = ""
    drift: str = ""


def note_of(printer: str) -> str:
    """The name of the note that keeps the digest."""
    return f"settings/{printer}"


def drift_of(pinned: str, known: str, digest: str) -> str:
    """What is wrong with a digest; nothing where it is as it should be, or the first one.

    Args:
        pinned: as station.toml has it. known: as it was seen last. digest: as the device has it now.
    """
    if pinned:
        return "" if digest == pinned else f"its settings are {digest or 'unknown'}, and station.toml says {pinned}"
    return f"its settings were {known} and are {digest or 'unknown'} now" if known and digest != known else ""


def noted(state: "StationState", what: DriverSeen) -> "Stepped":
    """It is shown, and settings as they should be are remembered."""
    from ektp_station.messages import Remember

    state = evolve(state, drivers={**state.drivers, what.printer: what})
    is_known = bool(what.digest) and not what.drift
    return state, (Remember(note_of(what.printer), what.digest.encode()),) if is_known else ()


def has_drifted(state: "StationState", printer: str) -> bool:
    """Whether a person must look at its settings before its next card."""
    seen: DriverSeen | None = state.drivers.get(printer)
    return seen is not None and bool(seen.drift)


def shown(state: "StationState", printer: str) -> dict[str, Any]:
    """For the station's own page; nothing before its driver was there."""
    seen: DriverSeen | None = state.drivers.get(printer)
    if seen is None:
        return {}
    return {
        "driver": {
            "sandbox": seen.sandbox, "missing": seen.missing, "settings": seen.digest, "drift": seen.drift,
        }
    }  # fmt: skip
