"""Books into which a test writes events that other families write, as the store applies and checks them."""

from attrs import frozen

from ektp_core.boundary.store import Accepted, Decide, Work
from ektp_core.errors import Refused
from ektp_core.flow.apply import apply
from ektp_core.flow.ask import Ask
from ektp_core.flow.decide import Decider
from ektp_core.flow.events import Event
from ektp_core.flow.founding import Found
from ektp_core.flow.view import View
from ektp_store.memory import MemoryStore
from tests.core.flow.offices import NOW, ONE, REGIONS, TWO, Offices, accepted, ask, registrations, ship


@frozen
class Plant:
    """These events, as they are."""

    events: tuple[Event, ...]


def deciding() -> Decide:
    """The hub's decision, but a `Plant` is taken as it is."""
    decider = Decider(REGIONS)

    def decide(view: View, one: Ask) -> tuple[Event, ...] | Refused:
        return one.body.events if isinstance(one.body, Plant) else decider(view, one)

    return decide


def founded_for_planting() -> Offices:
    """As `founded`, with a hub that also takes a `Plant`."""
    books = Offices(
        MemoryStore(deciding(), apply),
        {name: MemoryStore(Decider(REGIONS, owner=name), apply, owner=name) for name in (ONE, TWO)},
    )
    for store in (books.hub, *books.stations.values()):
        accepted(ask(store, Found(registrations()), ask_id="founding"))
    for name in books.stations:
        ship(books, name)
    return books


def plant(books: Offices, *happened: Event) -> Accepted:
    """Write these events into the hub's book, in a commit of their own."""
    return accepted(books.hub.commit([Work(Ask("", Plant(happened), (), NOW, b""))], NOW)[0])
