"""From what a device shows to evidence (dari pengamatan ke bukti): pure, and never more than shown.

A counter that the device does not have, a position it does not know, a chip nobody read:
each stays None, and None is never taken for a no.
"""

from ektp_core.boundary.card_printer import Capabilities, CardPosition, Condition, CounterName, Look
from ektp_core.flow.pressing import UNKNOWN_COUNT
from ektp_core.flow.rows import Attempt
from ektp_core.press.evidence import NOTHING_KNOWN, Evidence, Inside
from ektp_core.vocabulary.verdict import Certainty, Outcome
from ektp_station.acts import Done


def fed_count(look: Look) -> int:
    """Cards fed so far by the device's own counter; -1 if it has none."""
    counter = look.counters.get(CounterName.FED)
    return counter.value if counter else UNKNOWN_COUNT


def is_moving(look: Look) -> bool:
    """Whether the device is still at work on something."""
    return any(notice.condition is Condition.BUSY for notice in look.status.notices)


def evidence(attempt: Attempt, seen: Done | None, can: Capabilities | None) -> Evidence:
    """What is known of the card of an attempt; nothing, if the device was not reached."""
    if seen is None or can is None:
        return NOTHING_KNOWN
    job = seen.look.job.verdict if seen.look.job else None
    return Evidence(
        fed_since=_fed_since(attempt, seen.look),
        inside=_inside(seen.look.status.position),
        same_uid=_same_uid(attempt, seen),
        chip_written=seen.chip_written,
        job=job.outcome if job else None,
        job_certainty=job.certainty if job else Certainty.TRANSPORT,
        blind=can.is_blind,
    )


def _fed_since(attempt: Attempt, look: Look) -> int | None:
    counter = look.counters.get(CounterName.FED)
    if counter is None or attempt.counter == UNKNOWN_COUNT:
        return None
    if look.status.rebooted and counter.resets_on == "power":
        return None
    return counter.since(attempt.counter)


def _inside(position: CardPosition) -> Inside | None:
    match position:
        case CardPosition.NONE:
            return Inside.NOWHERE
        case CardPosition.JAMMED:
            return Inside.JAMMED
        case CardPosition.UNKNOWN:
            return None
        case _:
            return Inside.INSIDE


def _same_uid(attempt: Attempt, seen: Done) -> bool | None:
    uid = seen.uid or seen.look.uid
    return uid == attempt.uid if uid and attempt.uid else None


def is_spoiled(seen: Evidence) -> bool:
    """Whether the device's own record says spoiled."""
    return seen.job is Outcome.SPOILED
