"""Questions that excuse a device from a check (pertanyaan kemampuan).

Each gives the reason in words, or nothing when the check applies. `both` asks several in turn.
"""

from ektp_core.boundary.card_printer import Can, Capabilities
from ektp_core.boundary.driver_bench import Moment, Strike
from ektp_testing.driver_kit.check import Asks, Strikes

_QUEUE = "an opaque queue: the card goes its whole way in one call, and nothing of it is seen"


def always(_can: Capabilities, _strikes: Strikes) -> str:
    """Every driver is held to it."""
    return ""


def steps(capabilities: Capabilities, _strikes: Strikes) -> str:
    """A device whose card can be moved step by step; an opaque queue is excused."""
    return _QUEUE if Can.OPAQUE_QUEUE in capabilities.can else ""


def needs(*wanted: Can) -> Asks:
    """A device that declares all of these."""

    def ask(capabilities: Capabilities, _strikes: Strikes) -> str:
        lacking = [str(one.name) for one in wanted if one not in capabilities.can]
        return f"the device has no {' and no '.join(lacking)}" if lacking else ""

    return ask


def offers(what: Strike, *moments: Moment) -> Asks:
    """A bench that can make it happen, at one of these moments if any are named."""

    def ask(_can: Capabilities, strikes: Strikes) -> str:
        is_there = any(one is what and (not moments or at in moments) for one, at in strikes)
        when = f" at {' or '.join(one.value for one in moments)}" if moments else ""
        return "" if is_there else f"the bench cannot make this happen: {what.value}{when}"

    return ask


def both(*questions: Asks) -> Asks:
    """All of these; the first reason counts."""

    def ask(capabilities: Capabilities, strikes: Strikes) -> str:
        return next((reason for one in questions if (reason := one(capabilities, strikes))), "")

    return ask
