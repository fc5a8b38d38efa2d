"""A stocked station, everybody at the counters of two offices, and whoever proposes and sets policies."""

from typing import Any

from ektp_core.allotment.policy import Policy
from ektp_core.flow.allotment_policies import SetAllotmentPolicy
from ektp_core.flow.founding import NewOfficer, Register
from ektp_core.flow.printing import Authorise
from ektp_core.flow.queueing import station_order
from ektp_core.vocabulary.role import Role
from tests.core.flow.counter_people import staffed
from tests.core.flow.offices import HUB_KEY, NOW, OFFICE, ONE, PAIR, Offices, accepted, ask, exchange, new_key

DAY_MS = 24 * 3_600_000
DISTRICT = "key-district"

_MORE = (NewOfficer("district", "Camat", OFFICE, (Role.DISTRICT,)),)


def queued_people(count: int = 8) -> Offices:
    """The people of `counter_people`, and a district."""
    books = staffed(count)
    keys = tuple(new_key(f"key-{one.officer}", one.officer) for one in _MORE)
    accepted(ask(books.hub, Register(officers=_MORE, keys=keys), *PAIR))
    exchange(books)
    return books


def policy(books: Offices, **keys: Any) -> None:
    """A policy of allotment in force."""
    accepted(ask(books.hub, SetAllotmentPolicy(Policy(**{"name": "2018", **keys}), "SE-1"), *PAIR))


def authorise(books: Offices, *records: str, at_ms: int = NOW) -> None:
    """Authorise these in this order, and let the station know."""
    for one in records:
        accepted(ask(books.hub, Authorise(one, ONE), HUB_KEY, at_ms=at_ms))
    exchange(books, at_ms=at_ms)


def order_here(books: Offices, at_ms: int = NOW) -> list[str]:
    """What the station begins next."""
    with books.stations[ONE].read() as view:
        return [turn.record for turn in station_order(view, ONE, at_ms)]
