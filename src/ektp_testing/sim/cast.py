"""Who acts in the simulated country (pelaku): offices, officers, keys, citizens; the same for every story.

The keys are made from their owners' names, so that every story and every process has the same
ones; they are worth nothing outside.
"""

import hashlib
from functools import cache

from attrs import define, field
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from ektp_core.flow.founding import POLICY, NewKey, NewOfficer, NewParty, NewStation, Register
from ektp_core.flow.rows import Policy
from ektp_core.vocabulary.prr import PreviousCard, PrintReadyRecord, Reason
from ektp_core.vocabulary.region import Regions
from ektp_core.vocabulary.role import Hand, Role
from ektp_core.wire.asks import write_ask
from ektp_core.wire.envelope import PayloadType, signed
from ektp_data.people import synthetic_people
from ektp_data.regions import load_regions
from ektp_keys.key_file import FileSigner
from ektp_keys.pseudonym import Pseudonyms
from ektp_keys.public_keys import key_id_of
from ektp_testing.sim.options import Options

OFFICE, SERIES, CLASS, ALLOTMENT = "office/52.03", "A", "v5", "allotment"
HUB, REGISTRY = "hub", "registry"
MOST_CITIZENS = 40

#: Officers: their role and unit.
OFFICERS = {
    "operator": (Role.PRINT_OPERATOR, OFFICE),
    "storekeeper": (Role.STOREKEEPER, OFFICE),
    "checker": (Role.CHECKER, OFFICE),
    "verifier": (Role.CENTRE_VERIFIER, "centre/1"),
    "second": (Role.CENTRE_VERIFIER, "centre/2"),
    "store": (Role.CENTRE_STORE, "centre/3"),
}


@cache
def regions() -> Regions:
    """The real regions."""
    return load_regions()


@cache
def key_of(owner: str) -> FileSigner:
    """Somebody's key."""
    hand = {HUB: Hand.HUB, REGISTRY: Hand.REGISTRY}.get(owner, Hand.OFFICER if owner in OFFICERS else Hand.STATION)
    secret = hashlib.sha512(f"simulated key of {owner}".encode()).digest()
    signing = Ed25519PrivateKey.from_private_bytes(secret[:32])
    sealing = X25519PrivateKey.from_private_bytes(secret[32:])
    public = signing.public_key().public_bytes_raw() + sealing.public_key().public_bytes_raw()
    return FileSigner(owner, hand, key_id_of(public), public, protected=False, signing=signing, sealing=secret[32:])


@cache
def pseudonyms() -> Pseudonyms:
    """The hub's secret for keyed hashes."""
    return Pseudonyms(hashlib.sha256(b"simulated pseudonyms").digest())


@cache
def citizens(most: int = MOST_CITIZENS) -> tuple[PrintReadyRecord, ...]:
    """Made-up people who get their first card; the first are the same, however many there are."""
    made = synthetic_people(7, 8 * most, "52.03", regions())
    first = [one for one in made if (one.reason, one.previous) == (Reason.FIRST, PreviousCard.NONE)]
    return tuple(first[:most])


@cache
def nik_by_person(most: int = MOST_CITIZENS) -> dict[bytes, str]:
    """Keyed hash to the number, which the office has on its papers."""
    return {pseudonyms().person(one.nik.reveal()): one.nik.reveal() for one in citizens(most)}


def station_names(count: int) -> tuple[str, ...]:
    """Names of the stations."""
    return tuple(f"station/52.03/{number}" for number in range(1, count + 1))


def uid_of(number: int) -> str:
    """The chip of a blank as it left the factory."""
    return f"{0x04A0000000 + number * 7:014X}"


def registrations(options: Options, only_station: str = "") -> Register:
    """Everybody, for the hub's book; or what one station must know."""
    names = [name for name in station_names(options.stations) if only_station in ("", name)]
    officers = tuple(NewOfficer(who, who, unit, (role,)) for who, (role, unit) in OFFICERS.items())
    owners = (HUB, REGISTRY, *OFFICERS, *names)
    keys = tuple(NewKey(key_of(one).key_id, one, key_of(one).hand, key_of(one).public.hex()) for one in owners)
    return Register(
        parties=(NewParty("centre", "Pusat"), NewParty("supplier/PNRI", "PNRI"), NewParty(OFFICE, "Dinas")),
        officers=officers,
        keys=keys,
        stations=tuple(NewStation(name, name, (CLASS,)) for name in names),
        policy=Policy(POLICY, 1, lease_count=options.lease_count, lease_ms=options.lease_ms, grace_ms=60_000),
    )


@define(eq=False)
class Letters:
    """The asks people have signed: the very same bytes are sent again until they are answered.

    Attributes:
        sent: by id: the body, when it was signed, the envelope.
    """

    fresh_ms: int = 600_000
    sent: dict[str, tuple[object, int, bytes]] = field(factory=dict)

    def signed(self, ask_id: str, to: str, body: object, who: tuple[str, ...], now_ms: int) -> bytes:
        """The envelope of an ask; as it was sent before, if it says the same and is still fresh."""
        before = self.sent.get(ask_id)
        if before and before[0] == (to, body, who) and now_ms - before[1] < self.fresh_ms:
            return before[2]
        payload = write_ask(ask_id, to, now_ms, body)
        raw = signed(PayloadType.ASK, payload, [key_of(name) for name in who]).to_json()
        self.sent[ask_id] = ((to, body, who), now_ms, raw)
        return raw
