"""The first entries of a book, and registrations by two people of the centre."""

import pytest
from attrs import evolve

from ektp_core.errors import Refusal
from ektp_core.flow.apply import apply
from ektp_core.flow.decide import Decider
from ektp_core.flow.founding import Found, NewKey, NewOfficer, NewParty, NewStation, Register
from ektp_core.flow.rows import FeedRow, Key, Officer, Party, Policy
from ektp_core.vocabulary.role import Hand, Role
from ektp_store.memory import MemoryStore
from tests.core.flow.offices import (
    CLASS,
    OFFICE,
    ONE,
    OPERATOR,
    PAIR,
    REGIONS,
    TWO,
    VERIFIER_1,
    accepted,
    ask,
    deliver,
    exchange,
    facts,
    founded,
    maybe,
    new_key,
    refusal,
    registrations,
    row,
    rows,
    signed,
)

CLERK = NewOfficer("clerk", "Clerk", OFFICE, (Role.COUNTER,))


def test_a_book_is_founded_once() -> None:
    books = founded()
    assert refusal(ask(books.hub, Found(registrations()))) is Refusal.ALREADY_KNOWN


def test_two_foundings_in_one_commit_are_one() -> None:
    from ektp_core.boundary.store import Work

    store = MemoryStore(Decider(REGIONS), apply)
    other = Found(Register(parties=(NewParty("centre", "Another centre"),)))
    first, second = store.commit([Work(signed(Found(registrations()))), Work(signed(other))], 1)
    accepted(first)
    assert refusal(second) is Refusal.ALREADY_KNOWN
    assert row(store, Party, "centre").name == "Centre"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (Register(parties=(NewParty("dinas", "x"),)), Refusal.BAD_VALUE),
        (Register(parties=(NewParty("supplier/NEW", ""),)), Refusal.BAD_VALUE),
        (Register(parties=(NewParty(OFFICE, "x"),)), Refusal.ALREADY_KNOWN),
        (Register(parties=(NewParty("office/52.01", "x"), NewParty("office/52.01", "y"))), Refusal.ALREADY_KNOWN),
        (Register(officers=(evolve(CLERK, officer="operator"),)), Refusal.ALREADY_KNOWN),
        (Register(officers=(CLERK, evolve(CLERK, roles=(Role.HEAD,)))), Refusal.ALREADY_KNOWN),
        (Register(keys=(new_key(OPERATOR, "clerk"),)), Refusal.ALREADY_KNOWN),
        (Register(keys=(new_key("k", "clerk"), new_key("k", "operator"))), Refusal.ALREADY_KNOWN),
        (Register(keys=(NewKey("k", "clerk", Hand.OFFICER, "no hex"),)), Refusal.BAD_VALUE),
        (Register(keys=(NewKey("k", "clerk", Hand.OFFICER, "abcd"),)), Refusal.BAD_VALUE),
        (Register(revoked_keys=("nobody",)), Refusal.UNKNOWN_KEY),
        (Register(stations=(NewStation("office/52.01", "no station", (CLASS,)),)), Refusal.BAD_VALUE),
        (Register(stations=(NewStation(ONE, "again", (CLASS,)),)), Refusal.ALREADY_KNOWN),
        (Register(policy=Policy("default", 1, unlock_people=1)), Refusal.BAD_VALUE),
        (Register(policy=Policy("default", 1, receive_people=1)), Refusal.BAD_VALUE),
        (Register(policy=Policy("default", 1, tries=0)), Refusal.BAD_VALUE),
        (Register(policy=Policy("default", 1, lease_count=-1)), Refusal.BAD_VALUE),
    ],
)
def test_what_cannot_be_registered_changes_nothing(body: Register, expected: Refusal) -> None:
    books = founded()
    before = books.hub.position()
    assert refusal(ask(books.hub, body, *PAIR)) is expected
    assert books.hub.position() == before


@pytest.mark.rule(41)
@pytest.mark.parametrize("party", ["office/99.03", "province/98", "office/52.77"])
def test_an_unknown_region_of_a_party_is_refused(party: str) -> None:
    answer = ask(founded().hub, Register(parties=(NewParty(party, "x"),)), *PAIR)
    assert refusal(answer) is Refusal.UNKNOWN_REGION
    assert facts(answer) == {"region": party.split("/")[1], "field": "party"}


@pytest.mark.rule(41)
def test_an_unknown_region_of_a_station_is_refused() -> None:
    body = Register(stations=(NewStation("station/52.77/1", "x", (CLASS,)),))
    assert refusal(ask(founded().hub, body, *PAIR)) is Refusal.UNKNOWN_REGION


def test_two_people_of_the_centre_register() -> None:
    books = founded()
    body = Register(officers=(CLERK,))
    assert refusal(ask(books.hub, body, VERIFIER_1)) is Refusal.NEEDS_PEOPLE
    assert refusal(ask(books.hub, body, VERIFIER_1, OPERATOR)) is Refusal.NOT_ALLOWED
    accepted(ask(books.hub, body, *PAIR))
    assert row(books.hub, Officer, "clerk") == Officer("clerk", "Clerk", OFFICE, (Role.COUNTER,))


def test_people_and_keys_reach_every_station_by_its_feed() -> None:
    books = founded()
    accepted(ask(books.hub, Register(officers=(CLERK,), keys=(new_key("key-clerk", "clerk"),)), *PAIR))
    accepted(ask(books.hub, Register(revoked_keys=(OPERATOR,)), *PAIR))
    for station in (ONE, TWO):
        exchange(books, station)
        book = books.stations[station]
        assert row(book, Officer, "clerk").roles == (Role.COUNTER,)
        assert row(book, Key, "key-clerk").owner == "clerk"
        assert row(book, Key, OPERATOR).revoked


def test_a_party_alone_is_nothing_a_station_must_know() -> None:
    books = founded()
    accepted(ask(books.hub, Register(parties=(NewParty("office/52.01", "Lombok Barat"),)), *PAIR))
    assert not rows(books.hub, FeedRow)


def test_a_policy_comes_into_force_at_the_hub_and_by_feed_at_the_stations() -> None:
    books = founded()
    new = Policy("default", 2, unlock_people=3, tries=2)
    assert maybe(books.hub, Policy, "default") is None
    accepted(ask(books.hub, Register(policy=new), *PAIR))
    deliver(books)
    assert row(books.hub, Policy, "default") == row(books.stations[ONE], Policy, "default") == new
    assert refusal(ask(books.hub, Register(policy=evolve(new, tries=3)), *PAIR)) is Refusal.BAD_VALUE
