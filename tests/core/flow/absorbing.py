"""What a station sealed, brought to the hub or made up: for the tests of absorbing."""

from ektp_core.boundary.store import Answer
from ektp_core.flow.absorb import AbsorbCommit
from ektp_core.flow.events import Event
from ektp_core.flow.rows import Desk, Dispute
from ektp_core.vocabulary.objection import Objection
from ektp_core.wire.chain import read_header
from tests.core.flow.office_cards import authorised, entered, stocked
from tests.core.flow.offices import ONE, Offices, ask, row, rows, station_key

UIDS = tuple(f"04{number:012X}" for number in range(1, 21))
RECORD = "52.03-000001"

Facts = tuple[Event, ...]


def leased(chips: tuple[str, ...] = ()) -> Offices:
    """Record 1 authorised at station one, both books agreeing."""
    books = stocked(10, chips)
    assert entered(books, 1) == RECORD
    authorised(books, RECORD)
    return books


def objections(books: Offices, station: str = ONE) -> list[Objection]:
    return [one.objection for one in rows(books.hub, Dispute, station)]


def unabsorbed(books: Offices, station: str = ONE) -> list[AbsorbCommit]:
    """What the station sealed and the hub has not taken."""
    desk, found = row(books.hub, Desk, station), []
    for one in books.stations[station].sealed_since(desk.chain_n, 1_000):
        header = read_header(one.header)
        found.append(AbsorbCommit(station, one.n, header.previous, one.head, header.at_ms, header.pen, one.events))
    return found


def absorb(books: Offices, body: AbsorbCommit, *keys: str) -> Answer:
    return ask(books.hub, body, *(keys or (station_key(body.station),)))
