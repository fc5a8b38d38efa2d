"""A forked station goes on under a new key, by the hub's founding export and signed messages (lock.md, Fork)."""

import asyncio
import json
from pathlib import Path

import httpx
import pytest

from ektp_core.errors import Refusal, Refused
from ektp_core.flow.absorb import FORK
from ektp_core.flow.custody import Issue, Receive
from ektp_core.flow.re_enrolling import ReEnrol
from ektp_core.flow.rows import Desk, Evidence, Holding, Pen, Station
from ektp_core.flow.station_book import LoadPrinter
from ektp_core.vocabulary.role import Hand
from ektp_hub.enrolling import founding_export
from ektp_hub.server import make_app
from ektp_keys.key_file import create_key
from ektp_station.founding import check_identity, found_book
from tests.station.station_bench import OFFICE, STATION, people
from tests.stories.two_books import PRINTER, SERIES, Centre, Hopper, Site, copied, new_book, opened

pytestmark = pytest.mark.rule(21)


def test_from_the_fork_to_the_first_card_of_the_new_book(tmp_path: Path) -> None:
    centre = Centre(tmp_path / "hub", cards=1)
    store = opened(centre).store
    clone = copied(store)
    hopper = Hopper(centre)
    old = Site(centre, store, hopper).tick(12)
    assert len(hopper.good) == 1
    # The clone is heard: it stops by the hub's word, and has said nothing. A second history is what it seals next.
    stopped = Site(centre, clone).tick(3)
    assert stopped.stopped.startswith(Refusal.ROLLED_BACK.value)
    stopped.people(LoadPrinter(PRINTER, ((SERIES, 3, 4),), 0), "station")
    stopped.tick(40)
    assert centre.row(Station, STATION).frozen_why == FORK

    # At the station a new key is made; at the centre two people count and sign.
    (tmp_path / "new").mkdir()
    key = create_key(tmp_path / "new" / "station.key", STATION, Hand.STATION, None)
    ask = ReEnrol(STATION, key.key_id, key.public.hex(), "BA-9", ((SERIES, 2, 10),))
    centre.take(ask, "verifier-1", "verifier-2")
    with centre.store.read() as view:
        export = founding_export(view, STATION, centre.office.keys["hub"], centre.at_ms)
    assert "private" not in json.dumps(json.loads(export))
    (tmp_path / "new" / "founding.json").write_bytes(export)
    book = new_book()
    found_book(book, tmp_path / "new", STATION, centre.at_ms)
    check_identity(book, STATION, key.key_id)

    # It is given blanks as any other, and prints.
    centre.office.keys["station"] = key
    site = Site(centre, book, signer=key).tick(3)
    centre.take(Issue("K-9", STATION, "v5", 5), "operator")
    site.tick(3)
    ranges = ((SERIES, 2, 6),)
    site.people(Receive("K-9", STATION, ranges), "operator", "verifier-2")
    site.people(LoadPrinter(PRINTER, ranges, 1), "station")
    centre.must_take(centre.office.record(people(2)[1]))
    site.tick(4)
    Site(centre, book, hopper, signer=key).tick(20)
    assert len(hopper.good) == 2 and centre.state("52.03-000002") == "PRINTED"
    assert centre.row(Station, STATION).frozen_why == ""
    with book.read() as view:
        pen = view.row(Pen, STATION)
    assert pen is not None and centre.row(Pen, STATION).digest == pen.digest
    assert sum(len(run) for run in centre.rows(Holding)) == centre.blanks
    assert any(run.party == OFFICE for run in centre.rows(Holding))

    # Both old books come back: evidence, and neither feed nor word for them.
    desk, kept = centre.row(Desk, STATION), len(centre.rows(Evidence, STATION))
    centre_station = old.signer
    for one in (store, clone):
        again = Site(centre, one, signer=centre_station).tick(4)
        again.people(LoadPrinter(PRINTER, ((SERIES, 3, 4),), 0), "station")
        again.tick(4)
        assert Refusal.REVOKED_KEY.value in again.log.getvalue() or again.stopped
    assert centre.row(Desk, STATION) == desk and centre.row(Station, STATION).frozen_why == ""
    assert len(centre.rows(Evidence, STATION)) >= kept


def test_the_export_names_nobody_of_another_office_and_no_withdrawn_key(tmp_path: Path) -> None:
    centre = Centre(tmp_path / "hub", cards=0)
    with centre.store.read() as view:
        export = founding_export(view, STATION, centre.office.keys["hub"], centre.at_ms)
        with pytest.raises(Refused) as caught:
            founding_export(view, "station/52.03/9", centre.office.keys["hub"], centre.at_ms)
    assert caught.value.refusal is Refusal.UNKNOWN_STATION
    (tmp_path / "founding.json").write_bytes(export)
    book = new_book()
    found_book(book, tmp_path, STATION, centre.at_ms)
    check_identity(book, STATION, centre.office.keys["station"].key_id)


def test_the_hub_hands_the_export_out_at_an_address_of_its_own(tmp_path: Path) -> None:
    centre = Centre(tmp_path / "hub", cards=0)

    async def asked(station: str) -> httpx.Response:
        transport = httpx.ASGITransport(make_app(centre.hub))
        async with httpx.AsyncClient(transport=transport, base_url="http://hub") as client:
            return await client.get("/v1/founding", params={"id": station})

    (tmp_path / "founding.json").write_bytes(asyncio.run(asked(STATION)).content)
    found_book(new_book(), tmp_path, STATION, centre.at_ms)
    assert asyncio.run(asked("station/52.03/9")).json()["refused"]["code"] == Refusal.UNKNOWN_STATION.value
