"""What a press may conclude from what its printer shows (yang boleh disimpulkan): never more than was seen.

A printer behind a queue feeds, moves and delivers nothing by a word of ours: the card goes its whole way
inside `mark`. So before that its blank is still in the hopper, whatever was ordered, and where a card lies
afterwards only people know. Of any other printer a place is sure only where its sensors agree.
"""

from ektp_core.boundary.card_printer import Can, CardPosition, Look
from ektp_core.flow.pressing import Conclude
from ektp_core.flow.rows import Attempt
from ektp_core.press.table import bears_ink
from ektp_core.vocabulary.verdict import BlankPlace, Cause, Certainty, Outcome
from ektp_station.acts import Act
from ektp_station.notices import with_code
from ektp_station.press_state import Press


def is_queue(press: Press) -> bool:
    """Whether its printer stands behind a queue, which shows no card."""
    return press.can is not None and Can.OPAQUE_QUEUE in press.can.can


def is_in_hopper(press: Press, attempt: Attempt | None) -> bool:
    """Whether the blank of a queue's card was not taken yet: then the next card would be printed on it.

    The mark is ordered once, after its picture was loaded: while that is the last order, no mark followed.
    """
    reached = (attempt.step or attempt.reached) if attempt else None
    is_unordered = reached is not None and (not bears_ink(press.profile, reached) or press.act is Act.PREPARE)
    return is_queue(press) and is_unordered


def sureness(look: Look | None) -> Certainty:
    """How sure it is that a card which was moved out is out: where the sensors see none inside."""
    is_seen = look is not None and look.status.position is CardPosition.NONE
    return Certainty.COUNTER_POSITION if is_seen else Certainty.TRANSPORT


def why_spoiled(press: Press) -> Cause:
    """Why a card that was interrupted is no good."""
    rebooted = press.seen is not None and press.seen.look.status.rebooted
    return Cause.POWER_LOSS if rebooted else Cause.JAM


def codes(press: Press) -> dict[str, str]:
    """The maker's own codes of what its printer reported at the last look, as the fact `code` of a log line."""
    return with_code(press.seen.look.status if press.seen else None)


def with_its_code(press: Press, why: str) -> str:
    """A reason as the book keeps it, with those codes: who calls the maker finds them there."""
    code = codes(press).get("code", "")
    return f"{why}; the printer says: {code}" if code else why


def device_says(press: Press) -> Conclude | None:
    """The outcome by the device's own record, where no operator has to look; None if it keeps none worth it."""
    job = press.seen.look.job if press.seen else None
    if job is None or job.verdict.outcome is not Outcome.GOOD or not job.verdict.certainty.shows_a_good_card:
        return None
    if press.can is None or is_queue(press):
        return None  # a queue saw no card, whatever it says
    return Conclude(press.record, press.n, Outcome.GOOD, BlankPlace.OUTPUT, job.verdict.certainty)
