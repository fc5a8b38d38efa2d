"""How a printer's driver is shut in, and whether its settings are as they were (pemeriksaan driver)."""

from collections.abc import Iterator, Mapping
from typing import Any

from ektp_core.errors import Fact
from ektp_station.checks import Finding, Mark
from ektp_station.driver_seen import DriverSeen

#: Where nobody knows more than that nothing answers; a reason that is known is never hidden behind a cable.
LOOK = do = "Look at its cable, its power, and at address and serial in station.toml."
_SAID = do = "Put right what it says there, then look again: `ektp station check`."
_TOLD_NOTHING = ("no answer to ", "the driver process ended during ")


def advice(why: str, serial: str) -> str:
    """What to do about a printer that cannot be used: what was said, unless it only says that nothing answers."""
    is_bare = why.endswith(f"sees no printer {serial}") or why.startswith(_TOLD_NOTHING)
    return LOOK if is_bare else _SAID


def seen_in(page: Mapping[str, Any], printer: str) -> DriverSeen | None:
    """What the running station says of a printer's driver; None before it was there."""
    for one in page.get("printers", ()):
        if one.get("name") == printer and (told := one.get("driver")):
            parts = (str(told.get(name, "")) for name in ("sandbox", "missing", "settings", "drift"))
            return DriverSeen(printer, *parts)
    return None


def driver_findings(seen: DriverSeen | None) -> Iterator[Finding]:
    """Its sandbox and its settings; nothing where it was not seen."""
    if seen is None:
        return
    facts: dict[str, Fact] = {"printer": seen.printer, "sandbox": seen.sandbox, "digest": seen.digest}
    if seen.missing:
        do = "Install bubblewrap and let it make name spaces: docs/how-to/keep-a-station-safe.md."
        yield Finding(Mark.MEND, "driver", "The driver of {printer} is not wholly shut in: {sandbox}.", do, facts)
    elif seen.sandbox:
        yield Finding(Mark.WELL, "driver", "The driver of {printer} is shut in: {sandbox}.", facts=facts)
    if seen.drift:
        do = (
            'Look at the printer\'s settings. If they are meant, write settings_digest = "{digest}" for this '
            "printer into station.toml and start the station again."
        )
        yield Finding(Mark.STOP, "settings", "{printer}: {why}", do, facts | {"why": seen.drift})
    elif seen.digest:
        yield Finding(Mark.WELL, "settings", "The settings of {printer} have digest {digest}.", facts=facts)
