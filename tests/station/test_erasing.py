"""Rule 40: at the acknowledged outcome a person's data is erased, and what the counter needs goes in its time."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from ektp_core.boundary.store import Store
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.apply import apply
from ektp_core.flow.events import Authorised, Entered, Event, FeedTaken, GivenOut, Moved, Pressed, Stepped, TakenIn
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.prr import PreviousCard, Reason, to_payload
from ektp_core.vocabulary.state import LockEvent, LockState, PressStep
from ektp_keys.payload_box import lock_payload, unlock_payload
from ektp_station.erasing import ERASED, REST_TURNS, Eraser, label_digest, label_in
from ektp_store.memory import MemoryStore
from ektp_store.sqlite import SqliteStore
from ektp_store.verify import verify
from ektp_testing.small_book import Unchecked, asked, decide
from tests.station.station_bench import people

pytestmark = pytest.mark.rule(40)

STATION = "station/52.03/1"
NOW, DAY = 1_800_000_000_000, 86_400_000
PEOPLE = {f"52.03-{number:06d}": person for number, person in enumerate(people(3), 1)}
FIRST, SECOND, THIRD = PEOPLE
PLAIN = {to_payload(person): person for person in PEOPLE.values()}


class Desk:
    """A station's book in which cards come and go, and whoever erases behind them."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.at_ms = NOW
        self.asked = 0
        self.happen(TakenIn("A", 1, 10, STATION, Bucket.STOCK, "v5", "office/52.03"))
        self.eraser = self.started()

    def started(self) -> Eraser:
        return Eraser(self.store, STATION, 30, lambda payload: PLAIN[unlock_payload(payload)])

    def happen(self, *events: Event, record: str = "") -> int:
        self.asked += 1
        payloads = [lock_payload(to_payload(PEOPLE[record]), digest(record))] if record else []
        self.store.commit([asked(f"ask-{self.asked}", Unchecked(events), payloads)], self.at_ms)
        return self.store.position().n

    def authorise(self, record: str, n: int = 1) -> int:
        entered = Entered(record, record.encode(), "office/52.03", Reason.FIRST, PreviousCard.NONE, "", "",
                          digest(record), "key/registry", NOW)  # fmt: skip
        first = (entered,) if n == 1 else ()
        leave = (Authorised(record, n, STATION, NOW + DAY, 1), FeedTaken(STATION, self.asked, b"digest", record, n, 2))
        return self.happen(*first, *leave, record=record)

    def begin(self, record: str, number: int, n: int = 1) -> int:
        return self.happen(
            Stepped(record, n, LockEvent.START, LockState.IN_PRESS),
            Pressed(record, n, PressStep.START, "A", 0, "A", number),
            Moved("A", number, number, STATION, Bucket.STOCK, STATION, Bucket.IN_MACHINE),
        )

    def conclude(self, record: str, number: int, how: LockEvent = LockEvent.VERDICT_GOOD, n: int = 1) -> int:
        state, bucket = ENDS[how]
        moved = Moved("A", number, number, STATION, Bucket.IN_MACHINE, STATION, bucket)
        return self.happen(Stepped(record, n, how, state), moved)

    def has(self, record: str) -> bool:
        return self.store.payload(digest(record)) is not None

    def label(self, record: str) -> str | None:
        found = self.store.payload(label_digest(digest(record)))
        return label_in(found).name if found else None


ENDS = {
    LockEvent.VERDICT_GOOD: (LockState.PRINTED, Bucket.GOOD_HELD),
    LockEvent.VERDICT_BAD: (LockState.MISPRINTED, Bucket.WASTE_HELD),
    LockEvent.DOUBT: (LockState.SUSPECT, Bucket.SUSPECT),
}


def digest(record: str) -> bytes:
    return hashlib.sha256(record.encode()).digest()


@pytest.fixture(params=["memory", "sqlite"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    store: Store = MemoryStore(decide, apply, STATION)
    if request.param == "sqlite":
        store = SqliteStore(str(tmp_path / "book"), decide, apply, STATION, key=bytes(32))
    yield Desk(store)
    store.close()
    if request.param == "sqlite":
        verify(str(tmp_path / "book"), apply, key=bytes(32))


def test_nothing_is_erased_before_the_hub_has_the_outcome(desk: Desk) -> None:
    desk.authorise(FIRST)
    started = desk.begin(FIRST, 1)
    ended = desk.conclude(FIRST, 1)
    for acked in (0, 1, started):
        assert desk.eraser.turn(acked, NOW) == 0
    assert desk.has(FIRST)
    assert desk.eraser.turn(ended, NOW) == 1
    assert not desk.has(FIRST)


@pytest.mark.parametrize("how", [LockEvent.VERDICT_GOOD, LockEvent.VERDICT_BAD])
def test_what_the_counter_needs_stays_while_the_card_is_here(desk: Desk, how: LockEvent) -> None:
    person = PEOPLE[FIRST]
    desk.authorise(FIRST)
    desk.begin(FIRST, 1)
    desk.eraser.turn(desk.conclude(FIRST, 1, how), NOW)
    payload = desk.store.payload(label_digest(digest(FIRST)))
    assert payload is not None
    label = label_in(payload)
    assert (label.nik, label.name, label.place) == (person.nik.reveal(), person.name, str(person.village))
    assert person.name.encode() not in payload.ciphertext and person.name not in repr(label)
    assert person.address.encode() not in unlock_payload(payload)


def test_it_goes_when_the_card_leaves_the_station(desk: Desk) -> None:
    desk.authorise(FIRST)
    desk.begin(FIRST, 1)
    desk.eraser.turn(desk.conclude(FIRST, 1), NOW)
    assert desk.label(FIRST) == PEOPLE[FIRST].name
    desk.eraser.turn(desk.happen(GivenOut("A", 1, 1, STATION, Bucket.GOOD_HELD)), NOW)
    assert desk.label(FIRST) is None


def test_it_goes_at_the_latest_after_the_days_of_the_setting(desk: Desk) -> None:
    desk.authorise(FIRST)
    desk.begin(FIRST, 1)
    ended = desk.conclude(FIRST, 1)
    desk.eraser.turn(ended, NOW)
    for day, is_there in ((1, True), (29, True), (31, False)):
        desk.eraser.turn(ended, NOW + day * DAY)
        assert (desk.label(FIRST) is not None) is is_there


def test_a_card_still_in_the_machine_is_not_forgotten_however_old(desk: Desk) -> None:
    desk.authorise(FIRST)
    acked = desk.begin(FIRST, 1)
    desk.eraser.turn(acked, NOW + 400 * DAY)
    assert desk.has(FIRST)


def test_a_card_in_doubt_keeps_its_picture_until_it_is_settled(desk: Desk) -> None:
    desk.authorise(FIRST)
    desk.begin(FIRST, 1)
    desk.eraser.turn(desk.conclude(FIRST, 1, LockEvent.DOUBT), NOW + 400 * DAY)
    assert desk.has(FIRST)
    settled = desk.happen(
        Stepped(FIRST, 1, LockEvent.SETTLE_GOOD, LockState.PRINTED),
        Moved("A", 1, 1, STATION, Bucket.SUSPECT, STATION, Bucket.GOOD_HELD),
    )
    desk.eraser.turn(settled, NOW)
    assert not desk.has(FIRST) and desk.label(FIRST) == PEOPLE[FIRST].name


def test_an_authorisation_that_went_back_leaves_nothing(desk: Desk) -> None:
    desk.authorise(FIRST)
    desk.eraser.turn(desk.happen(Stepped(FIRST, 1, LockEvent.RETURN, LockState.READY)), NOW)
    assert not desk.has(FIRST) and desk.label(FIRST) is None


def test_a_record_authorised_here_again_keeps_what_came_with_it(desk: Desk) -> None:
    desk.authorise(FIRST)
    returned = desk.happen(Stepped(FIRST, 1, LockEvent.RETURN, LockState.READY))
    desk.authorise(FIRST, 2)
    assert desk.eraser.turn(returned, NOW) == 0
    assert desk.has(FIRST)
    desk.begin(FIRST, 1, 2)
    desk.eraser.turn(desk.conclude(FIRST, 1, n=2), NOW)
    assert not desk.has(FIRST)


def test_only_the_records_that_ended_are_erased(desk: Desk) -> None:
    for record in PEOPLE:
        desk.authorise(record)
    desk.begin(SECOND, 2)
    desk.eraser.turn(desk.conclude(SECOND, 2), NOW)
    assert [desk.has(record) for record in PEOPLE] == [True, False, True]


def test_after_a_crash_the_same_commits_are_looked_at_again_and_nothing_is_lost(desk: Desk) -> None:
    desk.authorise(FIRST)
    desk.begin(FIRST, 1)
    ended = desk.conclude(FIRST, 1)
    desk.eraser.turn(ended, NOW)
    desk.store.set_link(ERASED, b"0")  # as if the power had gone before the note
    again = desk.started()
    assert again.turn(ended, NOW) == 0
    assert not desk.has(FIRST) and desk.label(FIRST) == PEOPLE[FIRST].name


def test_a_start_goes_on_where_the_last_run_stopped(desk: Desk) -> None:
    desk.authorise(FIRST)
    desk.begin(FIRST, 1)
    ended = desk.conclude(FIRST, 1)
    desk.eraser.turn(ended - 1, NOW)
    assert desk.started().turn(ended, NOW) == 1
    assert desk.store.link(ERASED) == b"%d" % ended


def test_a_record_that_cannot_be_read_is_erased_without_a_label(desk: Desk) -> None:
    desk.authorise(FIRST)
    desk.begin(FIRST, 1)
    ended = desk.conclude(FIRST, 1)
    Eraser(desk.store, STATION).turn(ended, NOW)  # what is kept here is no signed record
    assert not desk.has(FIRST) and desk.label(FIRST) is None


def test_an_end_that_went_back_says_nothing_about_the_attempt_after_it(desk: Desk) -> None:
    desk.authorise(FIRST)
    returned = desk.happen(Stepped(FIRST, 1, LockEvent.RETURN, LockState.READY))
    desk.authorise(FIRST, 2)
    desk.begin(FIRST, 1, 2)
    ended = desk.conclude(FIRST, 1, n=2)
    assert desk.eraser.turn(returned, NOW) == 0 and desk.has(FIRST)
    assert desk.eraser.turn(ended, NOW) == 1


def test_a_full_disk_puts_erasing_off_and_ends_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> bool:
        raise Refused(Refusal.BOOK_FULL, {"path": "book"})

    desk.authorise(FIRST)
    desk.begin(FIRST, 1)
    ended = desk.conclude(FIRST, 1)
    with monkeypatch.context() as patched:
        patched.setattr(desk.store, "erase", full)
        assert desk.eraser.turn(ended, NOW) == 0 and desk.has(FIRST)
    assert sum(desk.eraser.turn(ended, NOW) for _ in range(REST_TURNS + 1)) == 1
    assert not desk.has(FIRST)
