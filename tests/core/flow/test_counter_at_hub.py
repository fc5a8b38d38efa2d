"""The counter's answer from the hub's book: every state and circumstance has one sentence (rules 5, 20, 31, 34)."""

import re
from collections.abc import Callable

import pytest

from ektp_core.errors import Fact
from ektp_core.flow.apply import apply
from ektp_core.flow.cards_events import CardMissed, DuplicateNoted
from ektp_core.flow.closing_day_events import DayMark, DayMarked
from ektp_core.flow.counter_answer import CounterAnswer, Why
from ektp_core.flow.counter_at_hub import why_at_hub
from ektp_core.flow.events import CardRevoked, Event, StationFrozen
from ektp_core.flow.founding import Register
from ektp_core.flow.imported import EnterLocked
from ektp_core.flow.lifting import LiftRecord
from ektp_core.flow.listing import MakeBatch, SendOut
from ektp_core.flow.overlay import Overlay
from ektp_core.flow.pressing import StartCard
from ektp_core.flow.printing import Enter, Recall, Withdraw
from ektp_core.flow.queueing_batch import PrintBatch
from ektp_core.flow.queueing_here import CancelCard
from ektp_core.flow.rows import Lock, Policy
from ektp_core.flow.settling import Found, Settle, VoidCard
from ektp_core.vocabulary.hold import HoldKind
from ektp_core.vocabulary.prr import PreviousCard, Reason
from ektp_core.vocabulary.state import LockState, Profile
from tests.core.flow.counter_people import CLERK, CLOSERS, GIVER, OTHER, SECTION, UIDS, card_of, hand, hold
from tests.core.flow.office_cards import BAD, UNKNOWN, entered, person, printed, reported
from tests.core.flow.offices import (
    HOUR_MS,
    NOW,
    OFFICE,
    ONE,
    OPERATOR,
    PAIR,
    PRINTER,
    TWO,
    Offices,
    accepted,
    ask,
    exchange,
    station_key,
)
from tests.core.flow.queue_people import DAY_MS, authorise, policy, queued_people

pytestmark = pytest.mark.rule(34)

ME = 1
RECORD = "52.03-000001"
LATE = NOW + 9 * HOUR_MS

#: What a scene does to the books, and events laid over the hub's book for what takes long to happen.
Scene = Callable[[Offices], tuple[Event, ...] | None]


def nothing(_books: Offices) -> None:
    return None


def entered_me(books: Offices) -> None:
    entered(books, ME)


def after(*bodies: tuple[object, str]) -> Scene:
    """My record, and these asks of the hub."""

    def play(books: Offices) -> None:
        entered(books, ME)
        for body, key in bodies:
            accepted(ask(books.hub, body, key))

    return play


def held(kind: HoldKind, until: str = "") -> Scene:
    def play(books: Offices) -> None:
        entered(books, ME)
        accepted(hold(books, RECORD, kind, *(("key-verifier-1",) if kind is HoldKind.INQUIRY else (SECTION,)), until=until))

    return play


def refused_class(books: Offices) -> None:
    policy(books, refused_classes=(Reason.DATA_CHANGE.term,))
    entered(books, ME, reason=Reason.DATA_CHANGE, previous=PreviousCard.AT_HANDOVER)


def given_back(books: Offices) -> None:
    entered(books, ME)
    authorise(books, RECORD)
    accepted(ask(books.stations[ONE], CancelCard(RECORD, 1, "not here"), OPERATOR))
    exchange(books)


def batch_first(books: Offices) -> None:
    other = [entered(books, number) for number in (ME, 2)][1]
    accepted(ask(books.hub, MakeBatch("KEL-1", OFFICE, (other,)), GIVER))
    accepted(ask(books.hub, PrintBatch(OFFICE, "KEL-1"), SECTION))


def all_frozen(books: Offices) -> tuple[Event, ...]:
    entered(books, ME)
    return StationFrozen(ONE, "two histories"), StationFrozen(TWO, "two histories")


def all_counted(books: Offices) -> tuple[Event, ...]:
    entered(books, ME)
    begun = (DayMark.COUNT_BEGUN, "2018-11-19", 1, ("operator",))
    return DayMarked(ONE, *begun), DayMarked(TWO, *begun)


def no_blanks(books: Offices) -> None:
    """Eight blanks, and eight others who have the permissions."""
    entered(books, ME)
    authorise(books, *(entered(books, number) for number in range(2, 10)))


def leases_spent(books: Offices) -> None:
    accepted(ask(books.hub, Register(policy=Policy("policy", 2, lease_count=1)), *PAIR))
    entered(books, ME)
    authorise(books, entered(books, 2))


def third_of_three(books: Offices) -> None:
    for number in (2, 3):  # the lower numbers come first where no policy has classes
        entered(books, number)
    entered(books, ME)


def authorised_me(books: Offices) -> None:
    entered(books, ME)
    authorise(books, RECORD)


def frozen_with_me(books: Offices) -> tuple[Event, ...]:
    authorised_me(books)
    return (StationFrozen(ONE, "two histories"),)


def called_back(books: Offices) -> None:
    authorised_me(books)
    accepted(ask(books.hub, Recall(RECORD, "moved away"), SECTION))


def in_press(books: Offices) -> None:
    authorised_me(books)
    accepted(ask(books.stations[ONE], StartCard(RECORD, 1, PRINTER, -1, Profile.NO_CHIP), station_key(ONE)))
    exchange(books)


def suspect(books: Offices) -> None:
    entered(books, ME)
    printed(books, RECORD, UNKNOWN)


def misprinted(books: Offices) -> None:
    entered(books, ME)
    printed(books, RECORD, BAD)


def lost(books: Offices) -> None:
    suspect(books)
    accepted(ask(books.hub, Settle(RECORD, 1, Found.LOST, "BA-1"), *PAIR))


def to_unlock(books: Offices) -> None:
    misprinted(books)
    reported(books, "R-1")


def good(books: Offices) -> None:
    card_of(books, ME, UIDS[0])


def good_held(books: Offices) -> None:
    good(books)
    accepted(hold(books, RECORD, HoldKind.IDENTITY, SECTION))


def in_batch(books: Offices) -> None:
    good(books)
    accepted(ask(books.hub, MakeBatch("KEL-1", OFFICE, (RECORD, entered(books, 2))), GIVER))


def out_on_list(books: Offices) -> None:
    good(books)
    accepted(ask(books.hub, SendOut("LUAR-1", OFFICE, "Selong", (RECORD,)), GIVER))


def stopped_card(books: Offices) -> tuple[Event, ...]:
    good(books)
    return (CardRevoked(UIDS[0], "made after it was given back", RECORD),)


def missing(books: Offices) -> tuple[Event, ...]:
    good(books)
    return (CardMissed(RECORD, 1, "BA-7", ("operator",)),)


def handed_over(books: Offices) -> None:
    good(books)
    accepted(hand(books, RECORD))


def void(books: Offices) -> None:
    good(books)
    accepted(ask(books.hub, VoidCard(RECORD, 1, "died"), *CLOSERS))


def locked_before(books: Offices) -> None:
    accepted(ask(books.hub, EnterLocked(OFFICE, person(ME), b"\x01" * 32, 8, checked_ms=NOW), OPERATOR))


def recorded_twice(books: Offices) -> tuple[Event, ...]:
    entered(books, ME)
    return (DuplicateNoted(RECORD, OTHER, b"", "k", NOW),)


def other_office(books: Offices) -> None:
    accepted(ask(books.hub, Enter(OTHER, person(ME), b"\x01" * 32, checked_ms=NOW), CLERK))


#: Name, what happened, whose counter asks, when, the one reason, and what its sentence must say; by hand.
SCENES: tuple[tuple[str, Scene, str, int, Why, dict[str, Fact]], ...] = (
    ("nobody knows the person", nothing, OFFICE, NOW, Why.NOT_KNOWN, {}),
    ("waiting alone", entered_me, OFFICE, NOW, Why.WAITING, {"ahead": 0}),
    ("the centre asks", entered_me, "", NOW, Why.WAITING, {"ahead": 0}),
    ("lifted", after((LiftRecord(RECORD, "sakit"), SECTION)), OFFICE, NOW, Why.LIFTED, {"ahead": 0}),
    ("under seventeen", held(HoldKind.UNDER_AGE, "2019-02-01"), OFFICE, NOW, Why.UNDER_SEVENTEEN, {"day": "2019-02-01"}),
    ("seventeen now", held(HoldKind.UNDER_AGE, "2018-11-20"), OFFICE, NOW + DAY_MS, Why.WAITING, {}),
    ("checked for a double", held(HoldKind.DUPLICATE_CHECK), OFFICE, NOW, Why.HELD, {"hold": "DUPLICATE_CHECK"}),
    ("reported dead", held(HoldKind.DEATH_REPORT), OFFICE, NOW, Why.HELD, {"hold": "DEATH_REPORT"}),
    ("identity in question", held(HoldKind.IDENTITY), OFFICE, NOW, Why.HELD, {"needs": "kasi / kepala-dinas"}),
    ("an inquiry", held(HoldKind.INQUIRY), OFFICE, NOW, Why.HELD, {"hold": "INQUIRY", "needs": "verifikator-pusat"}),
    ("an old check", entered_me, OFFICE, NOW + 31 * DAY_MS, Why.CHECK_TOO_OLD, {"days": 31, "limit": 30}),
    ("a reason not printed", refused_class, OFFICE, NOW, Why.REFUSED_BY_POLICY, {"reason": "perubahan"}),
    ("given back by people", given_back, OFFICE, NOW, Why.GIVEN_BACK, {"station": ONE, "until": NOW + 8 * HOUR_MS}),
    ("given back long ago", given_back, OFFICE, LATE, Why.WAITING, {"ahead": 0}),
    ("another batch is printed", batch_first, OFFICE, NOW, Why.BATCH_FIRST, {"list": "KEL-1"}),
    ("all stations are stopped", all_frozen, OFFICE, NOW, Why.STATION_STOPPED, {"why": "two histories"}),
    ("all stations are counted", all_counted, OFFICE, NOW, Why.STATION_RESTS, {"why": "the blanks are being counted"}),
    ("no blanks", no_blanks, OFFICE, NOW, Why.NO_BLANKS, {"station": ONE}),
    ("all permissions are given", leases_spent, OFFICE, NOW, Why.LEASES_SPENT, {"station": ONE, "ahead": 0}),
    ("two are before", third_of_three, OFFICE, NOW, Why.WAITING, {"ahead": 2}),
    ("at a station", authorised_me, OFFICE, NOW, Why.AT_STATION, {"station": ONE, "until": NOW + 8 * HOUR_MS}),
    ("at a stopped station", frozen_with_me, OFFICE, NOW, Why.STATION_STOPPED, {"station": ONE}),
    ("called back", called_back, OFFICE, NOW, Why.CALLED_BACK, {"station": ONE}),
    ("the time is over", authorised_me, OFFICE, LATE, Why.PERMISSION_OVER, {"until": NOW + 8 * HOUR_MS}),
    ("in the machine", in_press, OFFICE, NOW, Why.IN_MACHINE, {"station": ONE}),
    ("in doubt", suspect, OFFICE, NOW, Why.SUSPECT, {"station": ONE}),
    ("misprinted", misprinted, OFFICE, NOW, Why.TO_REPORT, {"station": ONE, "cause": "gagal-cetak"}),
    ("lost", lost, OFFICE, NOW, Why.LOST_TO_REPORT, {"station": ONE}),
    ("reported", to_unlock, OFFICE, NOW, Why.TO_UNLOCK, {"report": "R-1"}),
    ("printed", good, OFFICE, NOW, Why.TO_HAND_OVER, {"record": RECORD}),
    ("printed and held", good_held, OFFICE, NOW, Why.PRINTED_HELD, {"hold": "IDENTITY"}),
    ("printed, its batch waits", in_batch, OFFICE, NOW, Why.PRINTED_HELD, {"hold": "BATCH"}),
    ("carried out", out_on_list, OFFICE, NOW, Why.OUT_ON_LIST, {"list": "LUAR-1"}),
    ("on the stop list", stopped_card, OFFICE, NOW, Why.CARD_STOPPED, {"why": "made after it was given back"}),
    ("missing", missing, OFFICE, NOW, Why.CARD_MISSING, {"minutes": "BA-7"}),
    ("handed over", handed_over, OFFICE, NOW, Why.HANDED_OVER, {"since": NOW}),
    ("void", void, OFFICE, NOW, Why.CARD_VOID, {"record": RECORD}),
    ("withdrawn", after((Withdraw(RECORD, "moved"), SECTION)), OFFICE, NOW, Why.WITHDRAWN, {"record": RECORD}),
    ("locked before", locked_before, OFFICE, NOW, Why.LOCKED_BEFORE, {}),
    ("open at another office", other_office, OFFICE, NOW, Why.OPEN_ELSEWHERE, {"office": OTHER, "name": "Lombok Barat"}),
    ("no station there", other_office, OTHER, NOW, Why.NO_STATION, {"office": OTHER}),
    ("leased to another office", authorised_me, OTHER, NOW, Why.LOCKED_ELSEWHERE, {"office": OFFICE, "since": NOW}),
    ("made by another office", good, OTHER, NOW, Why.NOTHING_OPEN, {"office": OFFICE, "name": "Lombok Timur"}),
    ("recorded twice", recorded_twice, OTHER, NOW, Why.DUPLICATE, {"office": OFFICE}),
)  # fmt: skip

HERE_ONLY = {
    Why.NOT_HERE_NO_LINE, Why.NOT_READ, Why.BEGINNING, Why.LOOK_WANTED, Why.IN_MACHINE_AWAY, Why.DATA_LACKING,
    Why.TRIES_SPENT, Why.DISK_LOW, Why.NO_PRINTER, Why.PRINTER_AWAY, Why.PRINTER_CLOSED, Why.PRINTER_PAUSED,
    Why.PRINTER_LOOK, Why.PRINTER_TROUBLE, Why.PRINTER_TEMPERATURE, Why.PRINTER_RESTING, Why.PRINTER_CAP,
    Why.PRINTER_TESTS, Why.PRINTER_EMPTY, Why.NEXT_HERE, Why.WAITING_HERE,
}  # fmt: skip


def played(scene: Scene, office: str, at_ms: int) -> tuple[CounterAnswer, LockState | None]:
    """The answer about me, and the state of my lock."""
    books = queued_people()
    laid_over = scene(books) or ()
    with books.hub.read() as view:
        book = Overlay(view)
        for event in laid_over:
            apply(book, event)
        locks = list(book.rows(Lock))
        answer = why_at_hub(book, person(ME), office, at_ms)
        return answer, locks[0].state if locks else None


@pytest.mark.rule(5)
@pytest.mark.rule(20)
@pytest.mark.rule(31)
@pytest.mark.parametrize("told", SCENES, ids=[one[0] for one in SCENES])
def test_every_circumstance_has_its_one_reason(told: tuple[str, Scene, str, int, Why, dict[str, Fact]]) -> None:
    name, scene, office, at_ms, why, says = told
    answer, _ = played(scene, office, at_ms)
    assert answer.why is why, name
    assert says.items() <= answer.facts.items()
    places = set(re.findall(r"\{(\w+)\}", why.text + why.remedy))
    assert places <= set(answer.facts), "a place of the sentence that nothing stands in"


def test_every_reason_of_the_hub_and_every_state_of_a_lock_has_a_scene() -> None:
    assert {one[4] for one in SCENES} == set(Why) - HERE_ONLY
    states = {played(scene, office, at_ms)[1] for _, scene, office, at_ms, _, _ in SCENES}
    assert states - {None} == set(LockState)


@pytest.mark.rule(20)
@pytest.mark.parametrize("scene", [good, authorised_me, suspect, misprinted, entered_me], ids=lambda one: one.__name__)
def test_another_office_learns_whom_to_call_and_nothing_more(scene: Scene) -> None:
    answer, _ = played(scene, OTHER, NOW)
    assert answer.record == "" and set(answer.facts) <= {"office", "name", "station", "since"}


@pytest.mark.parametrize("why", Why, ids=lambda one: one.name)
def test_sentences_are_whole_and_name_no_person(why: Why) -> None:
    for text in (why.text, why.remedy):
        assert text[0].isupper() or text[0] == "{"
        assert text.endswith(".") and "nik" not in re.sub(r"[^a-z]", " ", text.lower()).split()


def test_no_two_reasons_say_the_same() -> None:
    assert len({one.text for one in Why}) == len(Why)


def test_only_who_waits_for_a_turn_may_be_lifted() -> None:
    lifted = {one for one in Why if one.may_be_lifted}
    at_hub = {Why.WAITING, Why.LEASES_SPENT, Why.NO_BLANKS, Why.NO_STATION, Why.BATCH_FIRST}
    at_rest = {Why.STATION_STOPPED, Why.STATION_RESTS}
    assert lifted == {*at_hub, *at_rest, Why.AT_STATION}
