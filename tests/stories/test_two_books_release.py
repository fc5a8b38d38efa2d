"""An authorisation given back by telephone (rule 19): station, code, centre, and what a guesser gets."""

from pathlib import Path

import pytest

from ektp_core.boundary.store import Accepted
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.founding import NewKey, Register
from ektp_core.flow.releasing import MOST_WRONG, BurnForCode
from ektp_core.flow.rows import Dispute, Key, Lock, ReleasedByCode, Station, WrongCodes
from ektp_core.flow.station_book import LoadPrinter
from ektp_core.flow.station_loss_events import CodeMistyped
from ektp_core.vocabulary.role import Hand
from ektp_core.wire.release import ReleaseByCode
from ektp_keys.key_file import create_key
from ektp_keys.release_code import SIGNS, check_of
from ektp_station.hub_word import HUB_KEY
from ektp_station.release_code import code_of
from tests.station.station_bench import STATION
from tests.stories.two_books import HOUR_MS, LEASE_MS, PRINTER, SERIES, Centre, Hopper, Site, copied, opened

pytestmark = pytest.mark.rule(19)
RECORD = "52.03-000001"
WRONG = "000000000" + check_of("000000000")


@pytest.fixture
def scene(tmp_path: Path) -> tuple[Centre, Site]:
    """Three authorisations held, and the line cut."""
    centre = Centre(tmp_path / "hub")
    site = opened(centre)
    site.is_cut = True
    return centre, site


def read_out(site: Site, record: str = RECORD) -> str:
    """What the station reads out."""
    with site.store.read() as view:
        return str(code_of(view, site.signer, STATION, record)["code"])


def burnt(site: Site, record: str = RECORD, n: int = 1) -> str:
    """Burn it, and read the code out."""
    answer = site.people(BurnForCode(record, n), "station")
    assert isinstance(answer, Accepted), answer
    return read_out(site, record)


def test_the_code_frees_the_record_while_the_line_is_dead(scene: tuple[Centre, Site]) -> None:
    centre, site = scene
    code = burnt(site)
    centre.take(ReleaseByCode(STATION, RECORD, 1, code.lower()), "verifier-1")
    assert centre.state(RECORD) == "READY"
    assert centre.rows(ReleasedByCode, STATION)


def test_the_same_code_is_read_out_again_and_a_machine_never_prints_that_card(scene: tuple[Centre, Site]) -> None:
    centre, site = scene
    code = burnt(site)
    hopper = Hopper(centre)
    again = Site(centre, site.store, hopper)
    again.is_cut = True
    again.tick(24)
    assert read_out(again) == code
    assert hopper.made_for(RECORD) == 0 and len(hopper.good) == 2


def test_when_the_line_is_back_the_stations_commit_is_seen_and_disputed_by_nobody(
    scene: tuple[Centre, Site],
) -> None:
    centre, site = scene
    centre.take(ReleaseByCode(STATION, RECORD, 1, burnt(site)), "verifier-1")
    site.is_cut = False
    site.tick(30)
    assert centre.rows(Dispute) == [] and centre.rows(ReleasedByCode, STATION) == []
    assert centre.row(Station, STATION).frozen_why == "" and site.stopped == ""
    assert centre.row(Lock, RECORD).n == 2  # its line is back: it is given it again


def test_there_is_no_code_before_it_is_given_back_and_none_for_a_card_that_was_begun(
    scene: tuple[Centre, Site],
) -> None:
    centre, site = scene
    with pytest.raises(Refused) as caught:
        read_out(site)
    assert (caught.value.refusal, caught.value.facts["n"]) == (Refusal.NO_SUCH_STEP, 1)
    hopper = Hopper(centre)
    printing = Site(centre, site.store, hopper)
    printing.is_cut = True
    printing.tick(24)
    with pytest.raises(Refused) as caught:
        read_out(printing)
    assert caught.value.refusal is Refusal.BEGUN_ONCE
    answer = printing.people(BurnForCode(RECORD, 1), "station")
    assert isinstance(answer, Refused)


def test_a_code_is_good_for_one_attempt_and_one_time(scene: tuple[Centre, Site]) -> None:
    centre, site = scene
    code = burnt(site)
    assert centre.refused(ReleaseByCode(STATION, "52.03-000002", 1, code), "verifier-1").refusal is Refusal.WRONG_CODE
    centre.take(ReleaseByCode(STATION, RECORD, 1, code), "verifier-1")
    assert centre.refused(ReleaseByCode(STATION, RECORD, 1, code), "verifier-1").refusal is Refusal.NO_SUCH_STEP


def test_wrong_codes_are_counted_in_the_book_and_then_not_even_the_right_one_is_taken(
    scene: tuple[Centre, Site],
) -> None:
    centre, site = scene
    code = burnt(site)
    for _ in range(MOST_WRONG):
        refused = centre.refused(ReleaseByCode(STATION, RECORD, 1, WRONG), "verifier-1")
        assert refused.refusal is Refusal.WRONG_CODE
    assert centre.row(WrongCodes, STATION).count == MOST_WRONG
    noted = [event for _, event in centre.store.events() if isinstance(event, CodeMistyped)]
    assert len(noted) == MOST_WRONG and {event.by for event in noted} == {("verifier-1",)}
    assert centre.refused(ReleaseByCode(STATION, RECORD, 1, code), "verifier-1").refusal is Refusal.CODES_SPENT
    assert centre.refused(ReleaseByCode(STATION, RECORD, 1, WRONG), "verifier-2").refusal is Refusal.CODES_SPENT
    assert centre.state(RECORD) == "AUTHORISED"
    centre.go(HOUR_MS)
    centre.take(ReleaseByCode(STATION, RECORD, 1, code), "verifier-1")
    assert centre.state(RECORD) == "READY"


def test_a_thousand_guesses_in_one_request_are_counted_one_by_one(scene: tuple[Centre, Site]) -> None:
    centre, site = scene
    code = burnt(site)
    guesses = [sign * 9 + check_of(sign * 9) for sign in SIGNS]
    asks = [centre.office.ask("hub", ReleaseByCode(STATION, RECORD, 1, one), "verifier-1") for one in (*guesses, code)]
    answers = [one.refusal for one in centre.ask(asks)]
    assert answers[:MOST_WRONG] == [Refusal.WRONG_CODE] * MOST_WRONG
    assert set(answers[MOST_WRONG:]) == {Refusal.CODES_SPENT}
    assert centre.state(RECORD) == "AUTHORISED"


def test_a_misheard_code_is_not_counted(scene: tuple[Centre, Site]) -> None:
    centre, site = scene
    code = burnt(site).replace("-", "")
    misheard = code[:-1] + SIGNS[(SIGNS.index(code[-1]) + 1) % len(SIGNS)]
    assert centre.refused(ReleaseByCode(STATION, RECORD, 1, misheard), "verifier-1").refusal is Refusal.BAD_VALUE
    assert centre.row(WrongCodes, STATION) is None


def test_only_the_centre_types_a_code_and_others_cost_the_station_no_try(scene: tuple[Centre, Site]) -> None:
    centre, site = scene
    code = burnt(site)
    for typed in (code, WRONG):
        assert centre.refused(ReleaseByCode(STATION, RECORD, 1, typed), "operator").refusal is Refusal.NOT_ALLOWED
    assert centre.row(WrongCodes, STATION) is None
    unknown = ReleaseByCode("station/52.03/9", RECORD, 1, code)
    assert centre.refused(unknown, "verifier-1").refusal is Refusal.UNKNOWN_STATION


def test_the_exact_repeat_of_a_release_is_answered_as_before(scene: tuple[Centre, Site]) -> None:
    centre, site = scene
    raw = centre.office.ask("hub", ReleaseByCode(STATION, RECORD, 1, burnt(site)), "verifier-1")
    first, again = centre.ask([raw])[0], centre.ask([raw])[0]
    assert isinstance(first, Accepted) and isinstance(again, Accepted)
    assert (first.is_first, again.is_first, first.events) == (True, False, again.events)


def test_the_exact_repeat_of_a_wrong_code_is_counted_once(scene: tuple[Centre, Site]) -> None:
    centre, _ = scene
    raw = centre.office.ask("hub", ReleaseByCode(STATION, RECORD, 1, WRONG), "verifier-1")
    answers = [centre.ask([raw])[0] for _ in range(MOST_WRONG + 1)]
    assert {one.refusal for one in answers if isinstance(one, Refused)} == {Refusal.WRONG_CODE}
    assert len(answers) == MOST_WRONG + 1 and centre.row(WrongCodes, STATION).count == 1


def test_nothing_that_is_typed_in_place_of_a_record_gets_into_the_book(scene: tuple[Centre, Site]) -> None:
    centre, _ = scene
    before = centre.store.position()
    nik = "5203014107900001"
    for typed, why in ((nik, Refusal.BAD_VALUE), ("no such record", Refusal.UNKNOWN_RECORD)):
        assert centre.refused(ReleaseByCode(STATION, typed, 1, WRONG), "verifier-1").refusal is why
    assert centre.refused(ReleaseByCode(STATION, RECORD, 7, WRONG), "verifier-1").refusal is Refusal.STALE_ATTEMPT
    assert centre.row(WrongCodes, STATION) is None and centre.store.position() == before
    assert not [one for one in centre.office.folder.rglob("*") if one.is_file() and nik.encode() in one.read_bytes()]


def test_while_two_keys_of_the_hub_are_in_force_the_code_is_made_for_the_one_it_works_with(tmp_path: Path) -> None:
    for number in range(6):
        centre = Centre(tmp_path / f"hub{number}", cards=1)
        key = create_key(tmp_path / f"{number}.key", "hub", Hand.HUB, None)
        owner = next(one.owner for one in centre.rows(Key) if one.hand is Hand.HUB)
        centre.take(Register((), (), (NewKey(key.key_id, owner, Hand.HUB, key.public.hex()),)), "verifier-1", "verifier-2")
        site = opened(centre)
        site.is_cut = True
        assert isinstance(site.people(BurnForCode(RECORD, 1), "station"), Accepted)
        hub_key = (site.store.link(HUB_KEY) or b"").decode()
        with site.store.read() as view:
            code = code_of(view, site.signer, STATION, RECORD, hub_key=hub_key)["code"]
        assert hub_key == centre.office.keys["hub"].key_id
        centre.take(ReleaseByCode(STATION, RECORD, 1, code), "verifier-1")
        centre.close()


def test_a_station_that_is_stopped_gives_nothing_back_and_reads_out_no_code(tmp_path: Path) -> None:
    """The copy of a book whose newer history printed the card: the hub's word stopped it."""
    centre = Centre(tmp_path / "hub", cards=2)
    store = opened(centre).store
    snapshot, hopper = copied(store), Hopper(centre)
    site = Site(centre, store)
    site.people(LoadPrinter(PRINTER, ((SERIES, 1, 10),), 0), "station")
    site.tick(5)
    other = Site(centre, snapshot)
    other.is_cut = True
    assert isinstance(other.people(BurnForCode("52.03-000002", 1), "station"), Accepted)
    printing = Site(centre, store, hopper)
    printing.is_cut = True
    printing.tick(24)
    old = Site(centre, snapshot).tick(3)
    assert old.stopped.startswith(Refusal.ROLLED_BACK.value)
    answer = old.people(BurnForCode(RECORD, 1), "station")
    assert isinstance(answer, Refused) and answer.refusal is Refusal.STATION_FROZEN
    with old.store.read() as view, pytest.raises(Refused) as caught:
        code_of(view, old.signer, STATION, "52.03-000002", stopped_why=old.stopped)
    assert caught.value.refusal is Refusal.STATION_FROZEN
    centre.go(LEASE_MS)
    old.tick(10)
    assert [lock.state.name for lock in old.rows(Lock)] == ["AUTHORISED", "READY"]  # nothing went back past T either
