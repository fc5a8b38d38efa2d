"""What a station's new book begins with (bekal pendirian): the founding export, from the hub's book as it is now.

It names the office and those above it, its officers and the centre's, all their keys, the policy
in force, and how far the station's feed was before: the new book takes only what comes after.
It is signed by the hub, holds no secret and no citizen, and may be made as often as one likes.
"""

from ektp_core.boundary.signer import Signer
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.founding import NewKey, NewOfficer, NewParty, NewStation, Register, policy_in_force
from ektp_core.flow.rows import Contact, Key, LostStation, Officer, Party, Station
from ektp_core.flow.view import View
from ektp_core.vocabulary.party import CENTRE, PartyId
from ektp_core.vocabulary.role import Hand
from ektp_core.wire.asks import write_ask
from ektp_core.wire.envelope import PayloadType, signed


def founding_export(view: View, station: str, hub: Signer, at_ms: int) -> bytes:
    """The envelope a station founds its book from (`founding.json`).

    Raises:
        Refused: UNKNOWN_STATION; STATION_IS_LOST.
    """
    row = view.row(Station, station)
    if row is None:
        raise Refused(Refusal.UNKNOWN_STATION, {"station": station})
    lost = view.row(LostStation, station)
    if lost:
        raise Refused(Refusal.STATION_IS_LOST, {"station": station, "letter": lost.letter})
    payload = write_ask(f"founding/{station}", station, at_ms, founding_of(view, row))
    return signed(PayloadType.ASK, payload, (hub,)).to_json()


def founding_of(view: View, station: Station) -> Register:
    """The registrations: nobody of another office, no withdrawn key."""
    office = PartyId(station.station).home.value
    homes = {CENTRE.value, f"province/{PartyId.parse(office).region[:2]}", office}
    officers = [one for one in view.rows(Officer) if not one.unit.startswith("office/") or one.unit == office]
    here = {station.station} | {one.officer for one in officers}
    keys = [
        key
        for key in view.rows(Key)
        if not key.revoked and (key.hand in (Hand.HUB, Hand.REGISTRY) or key.owner in here)
    ]
    contact = view.row(Contact, station.station)
    name = view.row(Party, station.station)
    return Register(
        tuple(NewParty(one.party, one.name) for one in view.rows(Party) if one.party in homes),
        tuple(NewOfficer(one.officer, one.name, one.unit, one.roles) for one in officers),
        tuple(NewKey(one.key, one.owner, one.hand, one.public.hex()) for one in keys),
        (NewStation(station.station, name.name if name else "", station.classes, contact.feed_m if contact else 0),),
        (),
        policy_in_force(view),
    )
