"""From what a device shows to evidence (dari pengamatan ke bukti): pure, and never more than shown.

A counter that the device does not have, a position it does not know, a chip nobody read:
each stays None, and None is never taken for a no. A counter that may have begun anew since it
was last read is none: a device tells of its restart once, and the process that heard it may be gone.
"""

from ektp_core.boundary.card_printer import Capabilities, CardPosition, Condition, Counter, CounterName, Look
from ektp_core.flow.pressing import UNKNOWN_COUNT
from ektp_core.flow.rows import Attempt
from ektp_core.press.evidence import NOTHING_KNOWN, Evidence, Inside
from ektp_core.vocabulary.verdict import Certainty, Outcome
from ektp_station.acts import Done

#: A counter of fewer bits begins anew too often to prove anything; one of more is no counter.
WIDTHS_BITS = range(8, 65)


def _fed_counter(look: Look) -> Counter | None:
    """The device's count of fed cards, if it has one that nothing sets back."""
    counter = look.counters.get(CounterName.FED)
    return counter if counter and counter.resets_on == "never" and _can_be(counter) else None


def _can_be(counter: Counter) -> bool:
    """Whether its value fits its width; one of no bits would show for ever that nothing was fed."""
    return counter.width_bits in WIDTHS_BITS and 0 <= counter.value < 1 << counter.width_bits


def fed_count(look: Look) -> int:
    """Cards fed so far by the device's own counter; -1 if it has none that lasts."""
    counter = _fed_counter(look)
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
    counter = _fed_counter(look)
    return None if counter is None or attempt.counter == UNKNOWN_COUNT else counter.since(attempt.counter)


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


def is_spoiled(found: Evidence, seen: Done | None) -> bool:
    """Whether the device itself shows that the card is no good: its record of the job, or the chip that was read."""
    is_wrong = seen is not None and seen.chip_wrong
    return is_wrong or (found.job is Outcome.SPOILED and found.job_certainty >= Certainty.COUNTER)
