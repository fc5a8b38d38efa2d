"""The hub's step: what it wants persisted, what it answers, and when."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from attrs import evolve

from ektp_core.allotment.policy import Policy
from ektp_core.boundary.store import Accepted, Work
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.allotment_policies import SetAllotmentPolicy
from ektp_core.flow.holds import PlaceHold
from ektp_core.flow.printing import Authorise
from ektp_core.flow.rows import Evidence
from ektp_core.flow.silence import DeclareStationLost
from ektp_core.vocabulary.hold import HoldKind
from ektp_core.vocabulary.prr import FITTING_PREVIOUS, PrintReadyRecord, Reason
from ektp_core.wire.chain import Header, seal
from ektp_core.wire.upload import Receipt, Upload
from ektp_hub.step import (
    Alarm,
    AsksArrived,
    ChainArrived,
    Effect,
    Failed,
    HubState,
    Input,
    NotPersisted,
    Persist,
    Persisted,
    Reply,
    Ticked,
    step,
)

if TYPE_CHECKING:
    from tests.hub.conftest import Centre

NOW_MS = 1_800_000_000_000
STATION = "station/52.03/1"

People = Callable[[int], tuple[PrintReadyRecord, ...]]


class Steps:
    """A hub's step over the centre's book; what it wants persisted is committed at once."""

    def __init__(self, centre: "Centre") -> None:
        self.centre = centre
        self.state = HubState(centre.keys.hub.key_id)

    def one(self, what: Input, now_ms: int = NOW_MS) -> tuple[Effect, ...]:
        with self.centre.store.read() as view:
            self.state, effects = step(self.state, view, what, now_ms)
        return effects

    def whole(self, what: Input, now_ms: int = NOW_MS) -> list[Effect]:
        told: list[Effect] = []
        waiting = list(self.one(what, now_ms))
        while waiting:
            effect = waiting.pop(0)
            if isinstance(effect, Persist):
                answers = self.centre.store.commit(effect.works, now_ms)
                waiting += self.one(Persisted(effect.token, answers), now_ms)
            else:
                told.append(effect)
        return told

    def chain(self, upload: Upload) -> list[Effect]:
        return self.whole(ChainArrived(9, upload, (self.centre.keys.station.key_id,)))


def entered(centre: "Centre", people: tuple[PrintReadyRecord, ...]) -> tuple[Work, ...]:
    works = [centre.open(centre.messages.enter(person)) for person in people]
    return tuple(one for one in works if isinstance(one, Work))


def test_nothing_is_answered_before_it_is_persisted(centre: "Centre", some_people: People) -> None:
    steps = Steps(centre)
    (persist,) = steps.one(AsksArrived(1, entered(centre, some_people(1))))
    assert isinstance(persist, Persist)
    (reply,) = steps.one(Persisted(persist.token, centre.store.commit(persist.works, NOW_MS)))
    assert isinstance(reply, Reply) and reply.request == 1
    assert not steps.state.waiting


def test_answers_keep_the_order_of_the_asks(centre: "Centre", some_people: People) -> None:
    one, two = entered(centre, some_people(2))
    stale = Refused(Refusal.STALE)
    (reply,) = Steps(centre).whole(AsksArrived(1, (stale, one, stale, two)))
    assert isinstance(reply, Reply) and isinstance(reply.answer, tuple)
    assert [isinstance(answer, Accepted) for answer in reply.answer] == [False, True, False, True]


def test_asks_that_were_all_refused_at_the_door_persist_nothing(centre: "Centre") -> None:
    stale = Refused(Refusal.STALE)
    assert Steps(centre).one(AsksArrived(4, (stale,))) == (Reply(4, (stale,)),)


def test_what_was_not_persisted_through_our_fault_is_said_to_have_failed(centre: "Centre", some_people: People) -> None:
    steps = Steps(centre)
    (persist,) = steps.one(AsksArrived(1, entered(centre, some_people(1))))
    assert isinstance(persist, Persist)
    assert steps.one(NotPersisted(persist.token)) == (Reply(1, Failed()),)
    assert not steps.state.waiting
    assert steps.one(NotPersisted(persist.token)) == ()


def test_a_chain_is_receipted_and_again_with_the_same_receipt(centre: "Centre") -> None:
    steps, upload = Steps(centre), centre.station_with_blanks(3).upload()
    (first,) = steps.chain(upload)
    assert isinstance(first, Reply) and isinstance(first.answer, Receipt)
    assert (first.answer.n, first.answer.head) == (upload.commits[-1].n, upload.commits[-1].head.hex())
    assert steps.chain(upload) == [first]
    assert steps.chain(Upload(STATION, upload.commits[-1:])) == [first]


def test_a_chain_with_a_gap_says_where_to_go_on(centre: "Centre") -> None:
    upload = centre.station_with_blanks(3).upload()
    (reply,) = Steps(centre).chain(Upload(STATION, upload.commits[1:]))
    assert isinstance(reply, Reply)
    assert reply.answer == Refused(Refusal.CHAIN_GAP, {"absorbed": 0, "found": 2, "next": 1})


def test_commits_that_were_changed_are_refused_whole(centre: "Centre") -> None:
    first, second, *rest = centre.station_with_blanks(3).upload().commits
    (reply,) = Steps(centre).chain(Upload(STATION, (first, evolve(second, events=()), *rest)))
    assert isinstance(reply, Reply) and isinstance(reply.answer, Refused)
    assert reply.answer.refusal is Refusal.MALFORMED
    assert centre.view(lambda view: view.position.n) == 6


def test_two_histories_stop_the_station_and_raise_an_alarm(centre: "Centre") -> None:
    steps = Steps(centre)
    book = centre.station_with_blanks(3)
    steps.chain(book.upload())
    kept = book.upload().commits
    other = Upload(STATION, (seal(Header(2, kept[0].head, NOW_MS + 1), kept[1].events),))
    reply, alarm = steps.chain(other)
    assert isinstance(reply, Reply) and isinstance(reply.answer, Refused)
    assert reply.answer.refusal is Refusal.CHAIN_FORK
    assert isinstance(alarm, Alarm) and alarm.facts["station"] == STATION
    (again,) = steps.chain(other)
    assert isinstance(again, Reply) and again.answer == reply.answer


@pytest.mark.rule(21)
def test_a_station_declared_lost_is_told_so_and_what_it_sent_is_kept(centre: "Centre") -> None:
    steps, book = Steps(centre), centre.station_with_blanks(3)
    steps.chain(book.upload())
    loss = DeclareStationLost(STATION, "470/12", "2026-01-05")
    centre.must_take(centre.messages.ask(loss, centre.keys.first, centre.keys.second))
    for _ in range(2):
        (reply,) = steps.chain(book.upload())
        assert isinstance(reply, Reply) and isinstance(reply.answer, Refused)
        assert reply.answer.refusal is Refusal.STATION_IS_LOST
    assert centre.view(lambda view: len(list(view.rows(Evidence, STATION)))) == len(book.upload().commits)


def test_records_are_authorised_by_themselves_up_to_the_absorbed_stock(centre: "Centre", some_people: People) -> None:
    steps = Steps(centre)
    steps.whole(AsksArrived(1, entered(centre, some_people(5))))
    book = centre.station_with_blanks(3)
    assert steps.one(Ticked()) == ()
    steps.chain(book.upload())
    (persist,) = steps.one(Ticked())
    assert isinstance(persist, Persist)
    bodies = [work.ask.body for work in persist.works]
    assert bodies == [Authorise(f"52.03-00000{number}", STATION) for number in (1, 2, 3)]
    assert steps.one(Ticked()) == ()
    answers = centre.store.commit(persist.works, NOW_MS)
    assert all(isinstance(answer, Accepted) for answer in answers)
    steps.one(Persisted(persist.token, answers))
    assert steps.one(Ticked()) == ()


@pytest.mark.rule(31)
def test_records_are_authorised_in_the_order_of_the_policy(centre: "Centre", some_people: People) -> None:
    """Of five who wait, the one whose recording was wrong comes first, and renames are not printed at all."""
    reasons = (Reason.FIRST, Reason.MOVED, Reason.FIRST, Reason.RECORDING_ERROR, Reason.FIRST)
    people = [
        evolve(one, reason=reason, previous=FITTING_PREVIOUS[reason][0])
        for one, reason in zip(some_people(5), reasons, strict=True)
    ]
    policy = Policy(name="2020", priority_classes=("salah-rekam",), refused_classes=("pindah",))
    asked = centre.messages.ask(SetAllotmentPolicy(policy, "SE-1"), centre.keys.first, centre.keys.second)
    steps = Steps(centre)
    steps.chain(centre.station_with_blanks(5).upload())
    centre.must_take(asked)
    steps.whole(AsksArrived(1, entered(centre, tuple(people))))
    (persist,) = steps.one(Ticked())
    assert isinstance(persist, Persist)
    assert [work.ask.body for work in persist.works] == [
        Authorise(f"52.03-00000{number}", STATION) for number in (4, 1, 3, 5)
    ]


def test_a_record_whose_check_is_too_old_does_not_hold_up_the_others(centre: "Centre", some_people: People) -> None:
    steps = Steps(centre)
    steps.whole(AsksArrived(1, entered(centre, some_people(1))))
    steps.chain(centre.station_with_blanks(1).upload())
    later_ms = NOW_MS + 31 * 86_400_000
    centre.messages.at_ms = later_ms
    fresh = centre.open(centre.messages.enter(some_people(2)[1]), later_ms)
    assert isinstance(fresh, Work)
    steps.whole(AsksArrived(2, (fresh,)), later_ms)
    (persist,) = steps.one(Ticked(), later_ms)
    assert isinstance(persist, Persist)
    assert [work.ask.body for work in persist.works] == [Authorise("52.03-000002", STATION)]


@pytest.mark.rule(5)
def test_records_on_hold_do_not_hold_up_the_others(centre: "Centre", some_people: People) -> None:
    steps = Steps(centre)
    steps.whole(AsksArrived(1, entered(centre, some_people(3))))
    steps.chain(centre.station_with_blanks(1).upload())
    held = [PlaceHold(f"52.03-00000{number}", HoldKind.UNDER_AGE, "too young", "2100-01-01") for number in (1, 2)]
    centre.must_take(*(centre.messages.ask(one, centre.keys.operator) for one in held))
    (persist,) = steps.one(Ticked())
    assert isinstance(persist, Persist)
    assert [work.ask.body for work in persist.works] == [Authorise("52.03-000003", STATION)]


def test_authorising_goes_on_after_a_commit_that_failed(centre: "Centre", some_people: People) -> None:
    steps = Steps(centre)
    steps.whole(AsksArrived(1, entered(centre, some_people(1))))
    steps.chain(centre.station_with_blanks(1).upload())
    (persist,) = steps.one(Ticked())
    assert isinstance(persist, Persist)
    assert steps.one(NotPersisted(persist.token)) == ()
    (again,) = steps.one(Ticked())
    assert isinstance(again, Persist) and again.works == persist.works
