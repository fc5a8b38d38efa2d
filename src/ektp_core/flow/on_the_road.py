"""What is on the road (di perjalanan): the open rest of a consignment, what is overdue, and claims; readers only.

Rules 13 and 26: a consignment is open until every blank of it is accounted for, and one that
stays open too long is an alarm. A return of factory faults is a claim against the supplier,
outside every cap.
"""

from attrs import frozen

from ektp_core.flow.apply_consignments import filed_under
from ektp_core.flow.blanks import serials_of
from ektp_core.flow.custody_rows import Waybill
from ektp_core.flow.rows import Consignment
from ektp_core.flow.view import View
from ektp_core.vocabulary.bucket import Bucket, Condition
from ektp_core.vocabulary.party import is_station
from ektp_core.vocabulary.serial import SerialSet

DAY_MS = 86_400_000

#: Where blanks and cards of a condition are kept before they leave and after they came.
HELD_AS = {bucket.condition: bucket for bucket in Bucket if bucket.on_the_road}


@frozen
class Overdue:
    """A consignment that is open for too long; `left`: blanks still on the road, `days`: since it left."""

    consignment: str
    sender: str
    receiver: str
    left: int
    days: int


@frozen
class Claim:
    """Blanks or waste returned for a fault of the factory: to be replaced outside the caps (rule 26)."""

    consignment: str
    party: str
    count: int
    fault: str


def held_as(condition: Condition) -> Bucket:
    """Where blanks or cards of this condition are held."""
    return HELD_AS[condition]


def waybill_of(view: View, consignment: Consignment) -> Waybill | None:
    """The papers of a consignment, if they were noted."""
    party = filed_under(consignment.sender, consignment.receiver)
    return view.row(Waybill, party, consignment.consignment)


def carries(view: View, consignment: Consignment) -> Condition:
    """What a consignment carries; blanks where no papers say otherwise."""
    waybill = waybill_of(view, consignment)
    return waybill.carries if waybill else Condition.BLANK


def rest_of(view: View, consignment: Consignment) -> SerialSet:
    """What of a consignment was not counted in yet."""
    if consignment.is_received:
        return SerialSet()
    waybill = waybill_of(view, consignment)
    counted = serials_of(waybill.counted) if waybill else SerialSet()
    return serials_of(consignment.ranges) - counted


def road_of(consignment: Consignment, condition: Condition) -> tuple[str, Bucket]:
    """Where its blanks lie while it is open: with the receiver, but what a station gives back with the station."""
    bucket = held_as(condition).on_the_road
    assert bucket is not None, "a condition without a road"
    party = consignment.sender if is_station(consignment.sender) else consignment.receiver
    return party, bucket


def overdue(view: View, now_ms: int, days: int) -> tuple[Overdue, ...]:
    """Open consignments that left more than `days` days ago, oldest first."""
    found: list[Overdue] = []
    for waybill in view.rows(Waybill):
        age_ms = now_ms - waybill.sent_ms
        consignment = view.row(Consignment, waybill.consignment)
        if not waybill.sent_ms or age_ms <= days * DAY_MS or consignment is None or consignment.is_received:
            continue
        left = len(rest_of(view, consignment))
        found.append(Overdue(waybill.consignment, waybill.sender, waybill.receiver, left, age_ms // DAY_MS))
    return tuple(sorted(found, key=lambda one: (-one.days, one.consignment)))


def claims(view: View, party: str = "") -> tuple[Claim, ...]:
    """Claims of a party (or of all) for factory faults, by party and consignment.

    A blank is claimed once, by who first returned it for its fault, however many hands pass it upward.
    """
    claimed, found = SerialSet(), dict[tuple[str, str], Claim]()
    faulty = sorted((one for one in view.rows(Waybill) if one.fault), key=lambda one: (one.sent_ms, one.consignment))
    for one in faulty:
        new = serials_of(one.ranges) - claimed
        claimed = claimed | new
        if new and party in ("", one.sender):
            found[one.party, one.consignment] = Claim(one.consignment, one.sender, len(new), one.fault)
    return tuple(found[key] for key in sorted(found))
