"""Making a hub's folder (pendirian pusat): keys, settings, the founded book, a folder for each station.

A book begins with one founding ask that nobody can sign; everything it registers is made
here: the parties of the offices, three kinds of people, the keys of all, the policy. Keys are
made where they are used only in demonstrations; here all of them are, and the files are meant
to be carried to their owners. Passphrases are asked for by the caller: no terminal is known.
"""

import hashlib
import os
import tomllib
from collections.abc import Callable
from pathlib import Path

from attrs import field, frozen

from ektp_core.boundary.store import Work
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.apply import apply
from ektp_core.flow.ask import Ask
from ektp_core.flow.codec import fill, to_json
from ektp_core.flow.decide import Decider
from ektp_core.flow.founding import POLICY, Found, NewKey, NewOfficer, NewParty, NewStation, Register
from ektp_core.flow.rows import Policy
from ektp_core.vocabulary.party import CENTRE, PartyId, PartyKind
from ektp_core.vocabulary.role import Hand, Role
from ektp_core.wire.asks import write_ask
from ektp_core.wire.envelope import PayloadType, signed
from ektp_data.regions import load_regions
from ektp_hub.config import FILE, HUB_KEY, PEOPLE, PSEUDONYMS, REGISTRY_KEY, Settings, settings_toml
from ektp_keys.entropy import Entropy
from ektp_keys.key_file import FileSigner, create_key
from ektp_keys.pseudonym import Pseudonyms
from ektp_store.sqlite import SqliteStore

STATION_KEY = "station.key"
HUB_PUBLIC = "hub.public.json"
STATION_SETTINGS = "station.toml"

_STATION_TEMPLATE = """\
# Settings of this station. The hub's address may have to be changed.
station = "{station}"
hub = "http://{host}:{port}"

# One block a printer; its name never changes, the book knows it by that name.
# To try it with a virtual printer: `ektp printer run --folder printer-A --serial VP-0001`
#
# [[printers]]
# name = "A"
# driver = "virtual"
# address = "printer-A"
# serial = "VP-0001"
"""
FOUNDING = "founding.json"

SUPPLIER = "supplier/PNRI"
UNITS = {"verifier-1": "Direktorat Pendaftaran Penduduk", "verifier-2": "Inspektorat"}
ROLES = {
    "operator": (Role.COUNTER, Role.PRINT_OPERATOR, Role.STOREKEEPER),
    "verifier-1": (Role.CENTRE_VERIFIER, Role.CENTRE_STORE),
    "verifier-2": (Role.CENTRE_VERIFIER, Role.CHECKER),
}

#: The passphrase of a key, by its owner's name; None leaves the key open in its file.
PassphraseFor = Callable[[str], str | None]


@frozen
class StationPlan:
    """A station to enrol."""

    station: str
    name: str = ""
    classes: tuple[str, ...] = ("v5",)


@frozen
class OfficePlan:
    """An office and its stations. `operator`: the name of the officer who works there."""

    party: str
    name: str
    operator: str = ""
    station: tuple[StationPlan, ...] = ()


@frozen
class Plan:
    """What a hub begins with, as the TOML file of offices says it."""

    office: tuple[OfficePlan, ...] = (
        OfficePlan(
            "office/52.03",
            "Dinas Dukcapil Kabupaten Lombok Timur",
            station=(StationPlan("station/52.03/1", "Mesin cetak 1"),),
        ),
    )


@frozen
class HubFolder:
    """What was made, and where.

    Attributes:
        people: an officer's name to the file of the key.
        stations: a station's name to the folder to carry to it.
    """

    folder: Path
    book: Path
    hub_key: Path
    registry_key: Path
    people: dict[str, Path]
    stations: dict[str, Path]
    head: str


@frozen
class _Made:
    """Everything registered, before it is divided among the books."""

    parties: tuple[NewParty, ...]
    officers: tuple[NewOfficer, ...]
    keys: tuple[NewKey, ...]
    stations: tuple[NewStation, ...]
    policy: Policy = field(factory=lambda: Policy(POLICY, 1))


def make_hub(
    folder: Path,
    plan: Plan | None = None,
    passphrase_for: PassphraseFor = lambda _owner: None,
    *,
    at_ms: int,
    policy: Policy | None = None,
    settings: Settings | None = None,
    entropy: Entropy = os.urandom,
) -> HubFolder:
    """Make a hub's folder with all keys, the founded book, and a folder for each station.

    Raises:
        Refused: NO_ROOM when the folder holds something; BAD_FILE, BAD_VALUE or UNKNOWN_REGION
            for a plan that cannot be.
    """
    plan = plan or Plan()
    _check(plan)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Refused(Refusal.NO_ROOM, {"path": str(folder)})
    (folder / PEOPLE).mkdir(parents=True, mode=0o700)
    folder.chmod(0o700)
    settings = settings or Settings()
    (folder / FILE).write_text(settings_toml(settings), "utf-8")
    Pseudonyms.create(folder / PSEUDONYMS, entropy)

    hub = create_key(folder / HUB_KEY, "hub", Hand.HUB, passphrase_for("hub"), entropy)
    registry = create_key(folder / REGISTRY_KEY, "registry", Hand.REGISTRY, passphrase_for("registry"), entropy)
    officers = _officers(plan)
    people = {
        name: create_key(_of_person(folder, name), name, Hand.OFFICER, passphrase_for(name), entropy)
        for name in (one.officer for one in officers)
    }
    stations: dict[str, FileSigner] = {}
    for name in (one.station for office in plan.office for one in office.station):
        out = _of_station(folder, name)
        out.mkdir(mode=0o700)
        stations[name] = create_key(out / STATION_KEY, name, Hand.STATION, passphrase_for(name), entropy)

    made = _Made(
        _parties(plan),
        officers,
        tuple(_new_key(key) for key in (hub, registry, *people.values(), *stations.values())),
        tuple(NewStation(s.station, s.name or s.station, s.classes) for o in plan.office for s in o.station),
        policy or Policy(POLICY, 1),
    )
    book = folder / settings.book
    head = _found(book, made, at_ms)
    for office in plan.office:
        for one in office.station:
            _export_station(folder, made, (office.party, one.station), hub, settings=settings, at_ms=at_ms)
    return HubFolder(
        folder,
        book,
        folder / HUB_KEY,
        folder / REGISTRY_KEY,
        {one: _of_person(folder, one) for one in people},
        {one: _of_station(folder, one) for one in stations},
        head,
    )


def read_plan(path: Path) -> Plan:
    """The offices of a TOML file.

    Raises:
        Refused: BAD_FILE naming the field; BAD_VALUE or UNKNOWN_REGION for an office that cannot be.
    """
    try:
        plan = fill(tomllib.loads(path.read_text("utf-8")), Plan, "offices ")
    except OSError as error:
        raise _bad(path, error.strerror or "it cannot be read", "a file that can be read") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise _bad(path, "it is no TOML", 'lines such as: party = "office/52.03"') from None
    except Refused as refused:
        shape = f"{refused.facts['field']} is {refused.facts['shape']}"
        raise _bad(path, shape, str(refused.facts["expected"])) from None
    _check(plan)
    return plan


def _check(plan: Plan) -> None:
    """Everything that can be wrong with a plan is found before a file is made."""
    regions = load_regions()
    names: set[str] = set()
    for office in plan.office:
        party = PartyId.parse(office.party, "office")
        if party.kind is not PartyKind.OFFICE:
            raise _value("office", "another kind of party", "office/52.03")
        regions.require(party.region, "office")
        stations = [PartyId.parse(one.station, "station") for one in office.station]
        for one in (party, *stations):
            if one.value in names:
                raise Refused(Refusal.ALREADY_KNOWN, {"what": "the party", "id": one.value})
            names.add(one.value)
        for one in stations:
            if one.kind is not PartyKind.STATION or one.home != party:
                raise _value("station", "a station of another office", f"station/{party.region}/1")
    if not plan.office:
        raise _value("office", "none", "one office or more")


def _officers(plan: Plan) -> tuple[NewOfficer, ...]:
    """One operator an office, and the two people of the centre."""
    found: list[NewOfficer] = []
    for index, office in enumerate(plan.office):
        region = PartyId.parse(office.party).region
        name = "operator" if index == 0 else f"operator-{region}"
        found.append(NewOfficer(name, office.operator or f"Operator {office.name}", office.party, ROLES["operator"]))
    found += [NewOfficer(name, name.replace("-", " ").title(), unit, ROLES[name]) for name, unit in UNITS.items()]
    return tuple(found)


def _parties(plan: Plan) -> tuple[NewParty, ...]:
    regions = load_regions()
    provinces = sorted({PartyId.parse(office.party).region[:2] for office in plan.office})
    return (
        NewParty(CENTRE.value, "Direktorat Jenderal Kependudukan dan Pencatatan Sipil"),
        NewParty(SUPPLIER, "Perum Percetakan Negara RI"),
        *(NewParty(f"province/{code}", regions.name(code)) for code in provinces),
        *(NewParty(office.party, office.name) for office in plan.office),
    )


def _new_key(key: FileSigner) -> NewKey:
    return NewKey(key.key_id, key.owner, key.hand, key.public.hex())


def _found(book: Path, made: _Made, at_ms: int) -> str:
    """Found the hub's book; the head of its first commit."""
    found = Found(Register(made.parties, made.officers, made.keys, made.stations, (), made.policy))
    ask = Ask("founding/hub", found, (), at_ms, hashlib.sha256(to_json(found)).digest())
    store = SqliteStore(str(book), Decider(load_regions()), apply)
    try:
        (answer,) = store.commit((Work(ask),), at_ms)
        if isinstance(answer, Refused):
            raise answer
        return store.position().head.hex()
    finally:
        store.close()


def _export_station(
    folder: Path, made: _Made, place: tuple[str, str], hub: FileSigner, *, settings: Settings, at_ms: int
) -> None:
    """What is carried to a station: what its book is founded from, and settings to begin with."""
    out = _of_station(folder, place[1])
    _export(out, made, place, hub, at_ms)
    text = _STATION_TEMPLATE.format(station=place[1], host=settings.host, port=settings.port)
    (out / STATION_SETTINGS).write_text(text, "utf-8")


def _export(out: Path, made: _Made, place: tuple[str, str], hub: FileSigner, at_ms: int) -> None:
    """What a station's own book is founded from, signed by the hub. `place`: its office and its name."""
    office, station = place
    away = {one.officer for one in made.officers if one.unit.startswith("office/") and one.unit != office}
    here = {"hub", "registry", station} | {one.officer for one in made.officers} - away
    homes = {CENTRE.value, f"province/{PartyId.parse(office).region[:2]}", office}
    register = Register(
        tuple(one for one in made.parties if one.party in homes),
        tuple(one for one in made.officers if one.officer not in away),
        tuple(one for one in made.keys if one.owner in here),
        tuple(one for one in made.stations if one.station == station),
        (),
        made.policy,
    )
    payload = write_ask(f"founding/{station}", station, at_ms, register)
    (out / FOUNDING).write_bytes(signed(PayloadType.ASK, payload, (hub,)).to_json() + b"\n")
    (out / HUB_PUBLIC).write_bytes(to_json(_new_key(hub)) + b"\n")


def _of_person(folder: Path, officer: str) -> Path:
    return folder / PEOPLE / f"{officer}.key"


def _of_station(folder: Path, station: str) -> Path:
    return folder / station.replace("/", "-")


def _value(name: str, shape: str, expected: str) -> Refused:
    return Refused(Refusal.BAD_VALUE, {"field": name, "shape": shape, "expected": expected})


def _bad(path: Path, shape: str, expected: str) -> Refused:
    return Refused(Refusal.BAD_FILE, {"file": str(path), "shape": shape, "expected": expected})
