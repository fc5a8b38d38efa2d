"""Codes at the hub's door: whose key stands beside the officer's, and what a wrong one becomes (rule 19)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import evolve

from ektp_core.boundary.store import Accepted, Work
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.ask import Ask
from ektp_core.flow.releasing import AcceptRelease, NoteWrongCode
from ektp_core.wire.release import ReleaseByCode
from ektp_hub.init import make_hub
from ektp_hub.release_door import NOTED, release_work
from ektp_hub.wiring import open_book
from ektp_hub.wrong_codes import as_told
from ektp_keys.key_file import FileSigner, load_key
from ektp_keys.release_code import CodeSecret, check_of, shown
from ektp_store.sqlite import SqliteStore

pytestmark = pytest.mark.rule(19)
NOW_MS = 1_800_000_000_000
STATION, RECORD = "station/52.03/1", "52.03-000001"
WRONG = "000000000" + check_of("000000000")


class Desk:
    """A hub's book and keys, and the code a station would read out."""

    def __init__(self, folder: Path) -> None:
        made = make_hub(folder, at_ms=NOW_MS)
        self.store: SqliteStore = open_book(made.book)
        self.hub: FileSigner = load_key(made.hub_key)
        self.officer: FileSigner = load_key(made.people["verifier-1"])
        self.station: FileSigner = load_key(made.stations[STATION] / "station.key")
        self.code = CodeSecret.of(self.station.agree, self.hub.public, self.hub.public, self.station.public).code(
            STATION, RECORD, 1
        )

    def work(self, code: str, station: str = STATION, with_key: bool = True) -> Work:
        """What the door makes of a code."""
        body = ReleaseByCode(station, RECORD, 1, code)
        ask = Ask("ask/1", body, (self.officer.key_id,), NOW_MS, b"digest")
        with self.store.read() as view:
            return release_work(view, ask, body, self.hub.agree if with_key else None)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk at the centre."""
    found = Desk(tmp_path / "hub")
    yield found
    found.store.close()


def test_a_code_that_fits_names_the_stations_key_beside_the_officers(desk: Desk) -> None:
    ask = desk.work(shown(desk.code)).ask
    assert (ask.id, ask.body) == ("ask/1", AcceptRelease(RECORD, 1))
    assert ask.signed_by == (desk.officer.key_id, desk.station.key_id)


def test_one_that_does_not_becomes_a_note_and_whoever_typed_it_is_refused(desk: Desk) -> None:
    work = desk.work(WRONG)
    assert (work.ask.id, work.ask.body) == (NOTED + work.ask.digest.hex(), NoteWrongCode(STATION, RECORD, 1))
    assert work.ask.signed_by == (desk.officer.key_id,)
    told = as_told(work, Accepted(3, ()))
    assert isinstance(told, Refused) and told.refusal is Refusal.WRONG_CODE
    (answer,) = desk.store.commit([work], NOW_MS)  # no such record in this book: it is not noted, and he is told so
    assert isinstance(answer, Refused) and answer.refusal is Refusal.UNKNOWN_RECORD and as_told(work, answer) is answer


def test_a_note_that_was_itself_refused_and_any_other_answer_stay_as_they_are(desk: Desk) -> None:
    why = Refused(Refusal.CODES_SPENT, {"station": STATION, "found": 5, "until": 1})
    assert as_told(desk.work(WRONG), why) is why
    taken = Accepted(3, ())
    assert as_told(desk.work(desk.code), taken) is taken


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"code": "7N3KQ"}, Refusal.BAD_VALUE),
        ({"station": "station/52.03/9"}, Refusal.UNKNOWN_STATION),
        ({"with_key": False}, Refusal.NOT_ALLOWED),
    ],
)
def test_what_cannot_be_checked_is_refused_and_not_counted(desk: Desk, changes: dict[str, object], why: Refusal) -> None:
    given = {"code": desk.code, **changes}
    with pytest.raises(Refused) as caught:
        desk.work(**given)  # type: ignore[arg-type]  # the changes name its parameters
    assert caught.value.refusal is why


def test_a_code_shows_nowhere(desk: Desk) -> None:
    body = ReleaseByCode(STATION, RECORD, 1, desk.code)
    assert desk.code not in repr(body) and desk.code not in repr(evolve(body, n=2))
