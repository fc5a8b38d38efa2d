"""First entries of a book and later registrations (pendaftaran): parties, people, keys, stations, policy.

A book begins with one founding ask that nobody can sign yet; after the first commit it is
refused for ever. Everything later is registered by two people of the centre.
"""

from attrs import frozen

from ektp_core.errors import Refusal, Refused
from ektp_core.flow import events, feed
from ektp_core.flow.ask import Ask
from ektp_core.flow.events import Event
from ektp_core.flow.permits import PERMITS, Act
from ektp_core.flow.rows import Key, Officer, Party, Policy, Station
from ektp_core.flow.signers import require
from ektp_core.flow.station_loss_events import StationReEnrolled
from ektp_core.flow.view import View
from ektp_core.vocabulary.party import PartyId, PartyKind, is_station
from ektp_core.vocabulary.region import Regions
from ektp_core.vocabulary.role import Hand, Role

POLICY = "default"

#: No time of a policy is shorter: with less, not even the ask that mends it would be fresh.
LEAST_MS = 60_000
LEAST_LEASE_MS = 1_000


@frozen
class NewParty:
    """A party to register."""

    party: str
    name: str


@frozen
class NewOfficer:
    """An officer to register."""

    officer: str
    name: str
    unit: str
    roles: tuple[Role, ...]


@frozen
class NewKey:
    """A public key (hexadecimal) to register."""

    key: str
    owner: str
    hand: Hand
    public: str


@frozen
class NewStation:
    """A station to enrol. `feed_m`: in a founding export, the last feed entry of the book it had before."""

    station: str
    name: str
    classes: tuple[str, ...]
    feed_m: int = 0


@frozen
class Register:
    """Register parties, officers, keys, stations; withdraw keys; set the policy in force."""

    parties: tuple[NewParty, ...] = ()
    officers: tuple[NewOfficer, ...] = ()
    keys: tuple[NewKey, ...] = ()
    stations: tuple[NewStation, ...] = ()
    revoked_keys: tuple[str, ...] = ()
    policy: Policy | None = None


@frozen
class Found:
    """The founding ask of a book: its first registrations."""

    first: Register


def decide_founding(view: View, ask: Ask, body: Found, regions: Regions) -> tuple[Event, ...]:
    """The first commit of a book."""
    if view.position.seq or next(iter(view.rows(Party)), None):
        raise Refused(Refusal.ALREADY_KNOWN, {"what": "the founding of this book", "id": ask.id})
    again = (StationReEnrolled(one.station, "", one.feed_m, "", ()) for one in body.first.stations if one.feed_m)
    return (*_registrations(view, body.first, regions), *again)


def decide_register(view: View, ask: Ask, body: Register, regions: Regions) -> tuple[Event, ...]:
    """Later registrations; keys and policies also go to every station by its feed."""
    require(view, ask, PERMITS[Act.REGISTER])
    if any(station.feed_m for station in body.stations):
        facts = {"field": "feed_m", "shape": "a number", "expected": "0: the feed of a new station begins at its first"}
        raise Refused(Refusal.BAD_VALUE, facts)
    found = _registrations(view, body, regions)
    shared = tuple(e for e in found if isinstance(e, events.KeyTrusted | events.KeyRevoked | events.OfficerNamed))
    policy = tuple(e for e in found if isinstance(e, events.PolicySet))
    told: list[Event] = []
    for station in view.rows(Station):
        if shared or policy:
            kind = feed.KEYS if shared else feed.POLICY
            told.append(feed.queued(view, station.station, kind, shared + policy, ask.at_ms))
    return (*found, *told)


def _registrations(view: View, body: Register, regions: Regions) -> tuple[Event, ...]:
    _named_once("the party", [*(one.party for one in body.parties), *(one.station for one in body.stations)])
    _named_once("the officer", [one.officer for one in body.officers])
    _named_once("the key", [one.key for one in body.keys])
    new: list[Event] = []
    for party in body.parties:
        new.append(_party(view, party.party, party.name, regions))
    for officer in body.officers:
        _unknown(view.row(Officer, officer.officer), "the officer", officer.officer)
        new.append(events.OfficerNamed(officer.officer, officer.name, officer.unit, officer.roles))
    for station in body.stations:
        new.append(_party(view, station.station, station.name, regions))
        if not is_station(station.station):
            raise Refused(
                Refusal.BAD_VALUE,
                {"field": "station", "shape": "another party", "expected": "a station such as station/52.03/1"},
            )
        new.append(events.StationEnrolled(station.station, station.classes))
    for key in body.keys:
        _unknown(view.row(Key, key.key), "the key", key.key)
        new.append(events.KeyTrusted(key.key, key.owner, key.hand, public_of(key.public)))
    for name in body.revoked_keys:
        if view.row(Key, name) is None:
            raise Refused(Refusal.UNKNOWN_KEY, {"key": name})
        new.append(events.KeyRevoked(name, "withdrawn"))
    if body.policy:
        new.append(_policy(view, body.policy))
    return tuple(new)


def _party(view: View, text: str, name: str, regions: Regions) -> Event:
    party = PartyId.parse(text)
    if party.region:
        regions.require(party.region, "party")
    _unknown(view.row(Party, text), "the party", text)
    if party.kind is PartyKind.SUPPLIER and not name:
        raise Refused(Refusal.BAD_VALUE, {"field": "name", "shape": "empty", "expected": "the supplier's name"})
    return events.PartyNamed(text, name)


def _named_once(what: str, names: list[str]) -> None:
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise Refused(Refusal.ALREADY_KNOWN, {"what": what, "id": twice})


def _unknown(row: object, what: str, name: str) -> None:
    if row is not None:
        raise Refused(Refusal.ALREADY_KNOWN, {"what": what, "id": name})


def public_of(text: str) -> bytes:
    """32 bytes to check signatures by, or 64 with the half that seals to the owner."""
    try:
        public = bytes.fromhex(text)
    except ValueError:
        public = b""
    if len(public) not in (32, 64):
        raise Refused(
            Refusal.BAD_VALUE,
            {
                "field": "public",
                "shape": f"{len(text)} characters",
                "expected": "a public key, 32 or 64 bytes in hexadecimal",
            },
        )
    return public


def _policy(view: View, new: Policy) -> Event:
    old = view.row(Policy, POLICY)
    low = (
        new.unlock_people < 2,
        new.receive_people < 2,
        new.tries < 1,
        new.lease_count < 0,
        new.lease_ms < LEAST_LEASE_MS,
        new.checked_ms < LEAST_MS,
        new.message_ms < LEAST_MS,
        new.grace_ms < 0,
    )
    if any(low) or (old and new.version <= old.version):
        raise Refused(
            Refusal.BAD_VALUE,
            {"field": "policy", "shape": "too small", "expected": "two people or more, a version above the last"},
        )
    return events.PolicySet(
        POLICY,
        new.version,
        new.unlock_people,
        new.receive_people,
        new.tries,
        new.lease_count,
        new.lease_ms,
        new.checked_ms,
        new.message_ms,
        new.grace_ms,
    )


def policy_in_force(view: View) -> Policy:
    """The policy row in force; the defaults before one was set."""
    return view.row(Policy, POLICY) or Policy(POLICY, 0)
