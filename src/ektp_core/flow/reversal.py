"""Reversal of a movement (pembatalan mutasi): by a new movement only; nothing is ever edited.

Only what the centre moved on paper is reversed: a grant that was not sent, a consignment to
an office that was not received. Blanks must still lie where the movement put them. Cards,
waste and everything under a station's pen are closed by their own acts.
"""

from attrs import frozen

from ektp_core.errors import Refusal, Refused
from ektp_core.flow.ask import Ask
from ektp_core.flow.blanks import as_ranges, moves, serials_of
from ektp_core.flow.events import Dispatched, Event, Granted, Moved, Received
from ektp_core.flow.on_the_road import rest_of, waybill_of
from ektp_core.flow.permits import PERMITS, Act
from ektp_core.flow.rows import Allotment, Consignment
from ektp_core.flow.signers import require
from ektp_core.flow.view import View
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.party import is_station
from ektp_core.vocabulary.serial import SerialRange, SerialSet

_REVERSIBLE = frozenset({(Bucket.STOCK, Bucket.RESERVED), (Bucket.RESERVED, Bucket.IN_TRANSIT)})


@frozen
class ReverseMovement:
    """Reverse the movement that is event `seq` of the hub's log."""

    seq: int
    why: str


def decide_reversal(view: View, ask: Ask, body: ReverseMovement) -> tuple[Event, ...]:
    """The same blanks back again, by a movement that names the one it undoes."""
    who = require(view, ask, PERMITS[Act.REVERSE])
    moved = _movement(view, body.seq)
    _still_there(view, body.seq, moved)
    serials = SerialSet.of(SerialRange(moved.series, moved.lo, moved.hi))
    source, target = (moved.to_party, moved.to_bucket), (moved.party, moved.bucket)
    back = moves(view, serials, source, target, f"reversal of {body.seq}")
    return (*back, *_papers(view, moved, serials, who.names))


def _movement(view: View, seq: int) -> Moved:
    found = next(view.moves_since(seq - 1), None) if seq > 0 else None
    if found is None or found[0] != seq or not isinstance(found[1], Moved):
        raise _refused(seq, "it is not a movement between two places")
    moved = found[1]
    if (moved.bucket, moved.to_bucket) not in _REVERSIBLE or is_station(moved.to_party):
        raise _refused(seq, f"{moved.bucket.name} to {moved.to_bucket.name} is closed by its own act")
    return moved


def _still_there(view: View, seq: int, moved: Moved) -> None:
    """Blanks that came back to the same place by a later movement belong to that one."""
    for later, event in view.moves_since(seq):
        if isinstance(event, Moved) and event.series == moved.series and event.lo <= moved.hi and moved.lo <= event.hi:
            raise _refused(seq, f"its blanks were moved again by movement {later}")


def _papers(view: View, moved: Moved, serials: SerialSet, who: tuple[str, ...]) -> list[Event]:
    allotment = view.row(Allotment, moved.reference) if moved.to_bucket is Bucket.RESERVED else None
    if allotment:
        rest = serials_of(allotment.ranges) - serials
        return [Granted(allotment.allotment, allotment.party, allotment.blank_class, as_ranges(rest))]
    consignment = view.row(Consignment, moved.reference)
    return _called_back(view, consignment, serials, who) if consignment else []


def _called_back(view: View, consignment: Consignment, serials: SerialSet, who: tuple[str, ...]) -> list[Event]:
    """The consignment without these blanks; closed when nothing of it is on the road any more."""
    papers: list[Event] = []
    left, rest = serials_of(consignment.ranges) - serials, rest_of(view, consignment) - serials
    if left:
        waybill = waybill_of(view, consignment)
        sent_ms = waybill.sent_ms if waybill else 0
        name, sender, receiver = consignment.consignment, consignment.sender, consignment.receiver
        papers.append(Dispatched(name, sender, receiver, as_ranges(left), sent_ms))
    if not rest:
        papers.append(Received(consignment.consignment, consignment.receiver, who))
    return papers


def _refused(seq: int, why: str) -> Refused:
    return Refused(Refusal.CANNOT_REVERSE, {"seq": seq, "why": why})
