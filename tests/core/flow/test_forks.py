"""Two histories of one station: it is stopped, all it had open is suspect, and nothing is freed early."""

import pytest
from attrs import evolve

from ektp_core.errors import Refusal
from ektp_core.flow.absorb import FORK, AbsorbCommit
from ektp_core.flow.codec import encode_event
from ektp_core.flow.events import CardMade, Moved, Pressed, Stepped
from ektp_core.flow.founding import Register
from ektp_core.flow.printing import Authorise
from ektp_core.flow.rows import Chip, Desk, Dispute, Evidence, Revoked, Station
from ektp_core.flow.settling import Found, Settle
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.state import CardState, LockEvent, LockState, PressStep
from tests.core.flow.absorbing import RECORD, UIDS, Facts, absorb, leased
from tests.core.flow.office_cards import authorised, entered, place_of, printed, state, stocked
from tests.core.flow.offices import (
    HOUR_MS,
    HUB_KEY,
    NOW,
    ONE,
    PAIR,
    PRINTER,
    SERIES,
    Offices,
    absorbed,
    accepted,
    ask,
    exchange,
    facts,
    refusal,
    row,
    rows,
    station_key,
)
from tests.core.flow.soundness import check_books


def forked() -> tuple[Offices, AbsorbCommit]:
    """A copy of the station's book made a good card that the hub never heard of; the original went on."""
    books = leased(UIDS[:10])
    desk = row(books.hub, Desk, ONE)
    second = entered(books, 2)
    authorised(books, second)
    name = f"{RECORD}/1"
    branch: Facts = (
        Stepped(RECORD, 1, LockEvent.START, LockState.IN_PRESS),
        Moved(SERIES, 5, 5, ONE, Bucket.STOCK, ONE, Bucket.IN_MACHINE, name),
        Pressed(RECORD, 1, PressStep.UID_BOUND, PRINTER, -1, SERIES, 5, UIDS[4]),
    )
    n = desk.chain_n + 1
    return books, AbsorbCommit(ONE, n, desk.chain_head, b"\x07" * 32, NOW, b"", tuple(map(encode_event, branch)))


@pytest.mark.rule(22)
def test_two_histories_stop_the_station_and_everything_it_had_open() -> None:
    books, branch = forked()
    accepted(absorb(books, branch))
    assert row(books.hub, Station, ONE).frozen_why == FORK
    assert [state(books.hub, f"52.03-00000{n}") for n in (1, 2)] == [LockState.SUSPECT] * 2
    assert place_of(books.hub, 5) == (ONE, Bucket.SUSPECT)
    assert row(books.hub, Revoked, UIDS[4]).why == "fork"
    assert len(rows(books.hub, Dispute, ONE, branch.n)) == 3, "the whole branch is kept"
    third = entered(books, 3)
    assert refusal(ask(books.hub, Authorise(third, ONE), HUB_KEY)) is Refusal.STATION_FROZEN
    check_books(books)


def test_the_same_branch_again_is_refused_and_the_receipt_of_the_first_history_stays() -> None:
    books, branch = forked()
    accepted(absorb(books, branch))
    answer = absorb(books, branch)
    assert refusal(answer) is Refusal.CHAIN_FORK and facts(answer) == {"n": branch.n, "station": ONE}
    taken = absorbed(books, ONE, branch.n)
    assert taken is not None and taken.head != branch.head


def test_the_whole_branch_is_kept_not_only_where_it_left_the_first_history() -> None:
    books, branch = forked()
    accepted(absorb(books, branch))
    read = encode_event(Moved(SERIES, 7, 7, ONE, Bucket.STOCK, ONE, Bucket.IN_MACHINE, "52.03-000002/1"))
    further = AbsorbCommit(ONE, branch.n + 1, branch.head, b"\x0a" * 32, NOW, b"", (read,))
    far = evolve(further, n=branch.n + 5, head=b"\x0b" * 32, previous=b"between")
    accepted(absorb(books, further))
    accepted(absorb(books, far))
    kept = rows(books.hub, Evidence, ONE)
    assert {(one.n, one.head) for one in kept} == {(one.n, one.head) for one in (branch, further, far)}
    assert place_of(books.hub, 7) == (ONE, Bucket.SUSPECT)
    check_books(books)


@pytest.mark.rule(22)
def test_a_card_that_was_printed_before_the_fork_stays_printed() -> None:
    books = stocked(5, UIDS[:5])
    record = entered(books, 1)
    printed(books, record, uid=UIDS[0])
    made = CardMade(UIDS[0], record, 1)
    accepted(absorb(books, AbsorbCommit(ONE, 2, b"x", b"\x08" * 32, NOW, b"", (encode_event(made),))))
    assert state(books.hub, record) is LockState.PRINTED
    assert row(books.hub, Chip, UIDS[0]).state is CardState.INACTIVE


def test_a_commit_that_hangs_on_another_head_is_a_fork() -> None:
    books = leased()
    n = row(books.hub, Desk, ONE).chain_n + 1
    accepted(absorb(books, AbsorbCommit(ONE, n, b"another", b"\x09" * 32, NOW, b"", ())))
    assert row(books.hub, Station, ONE).frozen_why == FORK


@pytest.mark.rule(22)
def test_nothing_of_a_forked_station_is_freed_before_its_key_is_gone_and_its_time_over() -> None:
    books, branch = forked()
    accepted(absorb(books, branch))
    exchange(books)
    body = Settle(RECORD, 1, Found.UNUSED, "BA-1")
    assert refusal(ask(books.hub, body, *PAIR)) is Refusal.STILL_LEASED
    accepted(ask(books.hub, Register(revoked_keys=(station_key(ONE),)), *PAIR))
    assert refusal(ask(books.hub, body, *PAIR, at_ms=NOW + 9 * HOUR_MS)) is Refusal.STILL_LEASED, "the grace"
    accepted(ask(books.hub, body, *PAIR, at_ms=NOW + 33 * HOUR_MS))
