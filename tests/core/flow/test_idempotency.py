"""An id binds what was asked: a repeat is harmless, another use is refused, a refusal may be asked again."""

import pytest
from attrs import evolve

from ektp_core.boundary.store import Work
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.ask import Late
from ektp_core.flow.custody import Grant
from ektp_core.flow.events import Granted
from ektp_core.flow.reporting import Unlock
from ektp_core.flow.rows import Allotment
from ektp_core.vocabulary.state import LockState
from tests.core.flow.office_cards import BAD, entered, printed, reported, state, stocked, supply
from tests.core.flow.offices import (
    CLASS,
    NOW,
    OFFICE,
    PAIR,
    VERIFIER_1,
    accepted,
    ask,
    facts,
    founded,
    log,
    maybe,
    refusal,
    signed,
)
from tests.core.flow.soundness import check_books


def test_the_same_ask_again_gives_the_same_events_and_changes_nothing() -> None:
    books = founded()
    supply(books, 1, 10)
    body = Grant("A-1", OFFICE, CLASS, 5)
    first = accepted(ask(books.hub, body, VERIFIER_1, ask_id="g-1"))
    supply(books, 11, 20)
    before = books.hub.position()
    again = accepted(ask(books.hub, body, VERIFIER_1, ask_id="g-1"))
    assert (again.n, again.events) == (first.n, first.events)
    assert (first.is_first, again.is_first) == (True, False)
    assert books.hub.position() == before


def test_a_signature_added_to_the_same_payload_is_the_same_ask() -> None:
    books = founded()
    supply(books, 1, 10)
    body = Grant("A-1", OFFICE, CLASS, 5)
    first = accepted(ask(books.hub, body, VERIFIER_1, ask_id="g-1"))
    assert accepted(ask(books.hub, body, *PAIR, ask_id="g-1")).events == first.events


def test_an_id_used_for_something_else_is_refused() -> None:
    books = founded()
    supply(books, 1, 10)
    accepted(ask(books.hub, Grant("A-1", OFFICE, CLASS, 5), VERIFIER_1, ask_id="g-1"))
    answer = ask(books.hub, Grant("A-2", OFFICE, CLASS, 5), VERIFIER_1, ask_id="g-1")
    assert refusal(answer) is Refusal.ID_REUSED and facts(answer) == {"id": "g-1"}
    assert maybe(books.hub, Allotment, "A-2") is None


def test_a_refused_ask_is_decided_afresh_when_it_comes_again() -> None:
    books = founded()
    body = Grant("A-1", OFFICE, CLASS, 5)
    assert refusal(ask(books.hub, body, VERIFIER_1, ask_id="g-1")) is Refusal.TOO_FEW
    supply(books, 1, 10)
    assert accepted(ask(books.hub, body, VERIFIER_1, ask_id="g-1")).is_first


@pytest.mark.rule(22)
def test_an_unlock_that_is_sent_twice_opens_once() -> None:
    books = stocked(3)
    record = entered(books, 1)
    printed(books, record, BAD)
    digest = reported(books, "R-1")
    body = Unlock(record, 1, digest)
    accepted(ask(books.hub, body, *PAIR, ask_id="u-1"))
    assert printed(books, record) == 2
    accepted(ask(books.hub, body, *PAIR, ask_id="u-1"))
    assert state(books.hub, record) is LockState.PRINTED


def test_an_ask_and_its_repeat_in_one_commit_are_one() -> None:
    books = founded()
    supply(books, 1, 10)
    work = Work(signed(Grant("A-1", OFFICE, CLASS, 5), VERIFIER_1, ask_id="g-1"))
    first, again = books.hub.commit([work, work], NOW)
    assert accepted(again).events == accepted(first).events
    assert len(log(books.hub, Granted)) == 1


def test_asks_of_a_group_see_what_the_ones_before_them_did() -> None:
    books = founded()
    supply(books, 1, 10)
    sizes = {"A-1": 6, "A-2": 6, "A-3": 4}
    bodies = [Grant(name, OFFICE, CLASS, size, exception="SK-1") for name, size in sizes.items()]
    works = [Work(signed(body, *PAIR)) for body in bodies]
    first, second, third = books.hub.commit(works, NOW)
    accepted(first)
    assert refusal(second) is Refusal.TOO_FEW
    accepted(third)
    check_books(books)


def test_a_late_repeat_is_answered_as_before_and_a_late_new_ask_is_refused() -> None:
    books = founded()
    supply(books, 1, 10)
    body = Grant("A-1", OFFICE, CLASS, 5)
    first = signed(body, VERIFIER_1, ask_id="grant-1")
    taken = accepted(books.hub.commit([Work(first)], NOW)[0])
    late = Late(Refused(Refusal.STALE, {"age_s": 999, "limit_s": 900}))
    again = accepted(books.hub.commit([Work(evolve(first, body=late))], NOW)[0])
    assert (again.is_first, again.events) == (False, taken.events)
    new = books.hub.commit([Work(evolve(first, id="grant-2", body=late))], NOW)[0]
    assert refusal(new) is Refusal.STALE
