"""What the hub shows: right in its numbers, and without a citizen's data."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from ektp_core.boundary.store import Accepted
from ektp_core.errors import Refused
from ektp_core.flow.custody import Receive
from ektp_core.flow.printing import Authorise
from ektp_core.spoilage.report import Columns
from ektp_core.vocabulary.prr import PrintReadyRecord
from ektp_core.wire.asks import ReportLine, SpoilageReport
from ektp_core.wire.upload import Upload
from ektp_hub import reads
from ektp_hub.step import ChainArrived, HubState, Persist, step

if TYPE_CHECKING:
    from tests.hub.conftest import Centre

NOW_MS = 1_800_000_000_000
STATION = "station/52.03/1"
OFFICE = "office/52.03"

People = Callable[[int], tuple[PrintReadyRecord, ...]]


def absorb(centre: "Centre", upload: Upload) -> None:
    arrived = ChainArrived(1, upload, (centre.keys.station.key_id,))
    with centre.store.read() as view:
        _, (persist,) = step(HubState(centre.keys.hub.key_id), view, arrived, NOW_MS)
    assert isinstance(persist, Persist)
    answers = centre.store.commit(persist.works, NOW_MS)
    assert all(isinstance(answer, Accepted) for answer in answers), answers


def test_every_blank_is_accounted_for(centre: "Centre") -> None:
    assert centre.view(reads.accountability)["conserved"] is True
    absorb(centre, centre.station_with_blanks(10).upload())
    found = centre.view(reads.accountability)
    assert (found["supplied"], found["held"], found["conserved"]) == (10, 10, True)
    assert found["parties"] == [{"party": STATION, "name": "Mesin cetak 1", "buckets": {"STOCK": 10}}]
    assert found["series"] == [{"series": "PNRI-2026", "supplied": 10, "held": 10}]
    assert found["totals"] == {"STOCK": 10}


def test_what_was_supplied_is_counted_on_from_an_earlier_count(centre: "Centre") -> None:
    before = centre.view(reads.supplied, reads.Supplied())
    centre.must_take(*centre.messages.blanks_to_station(4))
    counted_on = centre.view(reads.supplied, before)
    assert counted_on == centre.view(reads.supplied, reads.Supplied())
    assert counted_on.series == {"PNRI-2026": 4}
    assert centre.view(reads.supplied, counted_on) == counted_on


def test_an_account_that_does_not_add_up_is_not_called_conserved(centre: "Centre") -> None:
    centre.must_take(*centre.messages.blanks_to_station(4))
    seq = centre.view(lambda view: view.position.seq)
    assert centre.view(reads.accountability, reads.Supplied(seq, {"PNRI-2026": 5}))["conserved"] is False


def damaged_blanks(centre: "Centre") -> None:
    """Ten blanks, one of which is short and one damaged when the office counts them."""
    supply, grant, dispatch, _, _ = centre.messages.blanks_to_station(10)
    count = Receive("K-1", OFFICE, (("PNRI-2026", 1, 8),), (("PNRI-2026", 9, 9),), (("PNRI-2026", 10, 10),))
    received = centre.messages.ask(count, centre.keys.operator, centre.keys.second)
    centre.must_take(supply, grant, dispatch, received)


def test_the_draft_of_a_report_balances_when_it_is_sent_as_it_is(centre: "Centre") -> None:
    damaged_blanks(centre)
    draft = centre.view(reads.allotment_draft, "J-1")
    assert draft["cut"] == centre.view(lambda view: view.position.seq)
    assert [(line["serial"], line["is_lost"], line["needs_nik"]) for line in draft["lines"]] == [
        ("PNRI-2026 9", True, False),
        ("PNRI-2026 10", False, False),
    ]
    lines = tuple(ReportLine(one["series"], one["number"], is_lost=one["is_lost"]) for one in draft["lines"])
    body = SpoilageReport("BA-1", "J-1", draft["cut"], Columns(**draft["columns"]), lines)
    centre.must_take(centre.messages.ask(body, centre.keys.operator))
    shown = centre.view(reads.report_locks, "BA-1")
    assert (shown["allotment"], shown["bad"], shown["reported"]) == ("J-1", 1, [])
    assert len(bytes.fromhex(shown["digest"])) == 32
    assert centre.view(reads.allotment_draft, "J-1")["last_report"] == "BA-1"


def test_stations_show_how_far_feed_and_chain_are(centre: "Centre", some_people: People) -> None:
    upload = centre.station_with_blanks(3).upload()
    absorb(centre, upload)
    centre.must_take(centre.messages.enter(some_people(1)[0]))
    centre.must_take(centre.messages.ask(Authorise("52.03-000001", STATION), centre.keys.first))
    (shown,) = centre.view(reads.stations)["stations"]
    assert (shown["stock"], shown["outstanding"], shown["frozen"], shown["disputes"]) == (3, 1, "", 0)
    assert (shown["feed_queued"], shown["feed_taken"]) == (2, 1)
    assert (shown["chain_n"], shown["chain_head"]) == (upload.commits[-1].n, upload.commits[-1].head.hex())


def test_a_record_says_what_can_happen_next(centre: "Centre", some_people: People) -> None:
    absorb(centre, centre.station_with_blanks(1).upload())
    centre.must_take(centre.messages.enter(some_people(1)[0]))
    waiting = centre.view(reads.record, "52.03-000001")
    assert (waiting["state"], waiting["attempts"]) == ("READY", [])
    assert "AUTHORISE" in waiting["what_next"]
    centre.must_take(centre.messages.ask(Authorise("52.03-000001", STATION), centre.keys.first))
    leased = centre.view(reads.record, "52.03-000001")
    assert (leased["state"], leased["station"], [one["n"] for one in leased["attempts"]]) == (
        "AUTHORISED",
        STATION,
        [1],
    )
    assert centre.view(reads.states)["states"]["AUTHORISED"] == 1
    assert centre.view(reads.suspects) == {"suspects": []}


def test_no_view_shows_a_citizens_data(centre: "Centre", some_people: People) -> None:
    people = some_people(3)
    absorb(centre, centre.station_with_blanks(3).upload())
    centre.must_take(*(centre.messages.enter(person) for person in people))
    read = [reads.health, reads.accountability, reads.stations, reads.states, reads.suspects]
    shown = json.dumps([centre.view(one) for one in read])
    shown += json.dumps([centre.view(reads.record, f"52.03-00000{n}") for n in (1, 2, 3)])
    shown += json.dumps(centre.view(reads.allotment_draft, "J-1"))
    for person in people:
        hashed = centre.door.pseudonyms.person(person.nik.reveal())
        assert not any(secret in shown for secret in (person.nik.reveal(), person.name, hashed.hex()))


@pytest.mark.parametrize(
    ("read", "refused"),
    [
        (reads.record, "UNKNOWN_RECORD"),
        (reads.allotment_draft, "UNKNOWN_ALLOTMENT"),
        (reads.report_locks, "UNKNOWN_REPORT"),
    ],
)
def test_what_is_not_known_is_refused(centre: "Centre", read: Callable[..., object], refused: str) -> None:
    with pytest.raises(Refused, match=refused):
        centre.view(read, "52.03-000009")
