"""The door and half-finished lives: the citizen's number ends here as for any record (rule 4)."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from attrs import evolve

from ektp_core.boundary.store import Accepted, Work
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.imported import EnterLocked
from ektp_core.flow.rows import Lock, Person
from ektp_core.vocabulary.prr import PrintReadyRecord, to_payload
from ektp_core.vocabulary.region import RegionLevel
from ektp_core.vocabulary.state import LockState
from ektp_core.wire.asks import EnterLockedRecord
from ektp_core.wire.envelope import Envelope
from ektp_data.regions import load_regions
from ektp_keys.payload_box import unlock_payload

if TYPE_CHECKING:
    from tests.hub.conftest import Centre

pytestmark = pytest.mark.rule(4)

NOW_MS = 1_800_000_000_000
OFFICE = "office/52.03"

People = Callable[[int], tuple[PrintReadyRecord, ...]]


def life(centre: "Centre", person: PrintReadyRecord, status: int = 7) -> bytes:
    body = EnterLockedRecord(OFFICE, to_payload(person).decode(), NOW_MS, status)
    return centre.messages.ask(body, centre.keys.registry)


def test_a_half_finished_life_becomes_a_keyed_hash_and_its_envelope_a_payload(
    centre: "Centre", some_people: People
) -> None:
    (person,) = some_people(1)
    raw = life(centre, person)
    opened = centre.open(raw)
    assert isinstance(opened, Work)
    body = opened.ask.body
    assert isinstance(body, EnterLocked)
    assert body.person == centre.door.pseudonyms.person(person.nik.reveal())
    assert (body.status, body.reason, body.previous, body.checked_ms) == (7, person.reason, person.previous, NOW_MS)
    assert body.payload == opened.ask.digest == Envelope.from_json(raw).digest
    assert [unlock_payload(one) for one in opened.payloads] == [raw]
    assert person.nik.reveal() not in repr(opened)


def test_it_comes_into_the_book_locked(centre: "Centre", some_people: People) -> None:
    (person,) = some_people(1)
    taken = centre.take(life(centre, person))
    assert isinstance(taken, Accepted)
    with centre.store.read() as view:
        known = view.row(Person, centre.door.pseudonyms.person(person.nik.reveal()))
        assert known is not None
        assert view.row(Lock, known.open_record) == Lock(known.open_record, LockState.LOCKED_BEFORE)


@pytest.mark.rule(20)
def test_a_half_finished_life_comes_in_at_its_home_office_only(centre: "Centre", some_people: People) -> None:
    village = load_regions().within("52.01", RegionLevel.VILLAGE)[0]
    away = evolve(some_people(1)[0], village=village)
    answer = centre.take(life(centre, away))
    assert isinstance(answer, Refused) and answer.refusal is Refusal.NOT_HOME_OFFICE
    assert answer.facts["home"] == "office/52.01"


def test_who_is_only_recorded_does_not_come_in(centre: "Centre", some_people: People) -> None:
    answer = centre.take(life(centre, some_people(1)[0], 3))
    assert isinstance(answer, Refused) and answer.refusal is Refusal.BAD_VALUE
    assert answer.facts["field"] == "status"
