"""Looking a cell up, and telling people what may happen next."""

import pytest

from ektp_core.lock.step import allowed, blank_move, step, what_next
from ektp_core.lock.table import TABLE, Row
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.state import By, LockEvent, LockState


def row_of(state: LockState, event: LockEvent) -> Row:
    row = step(state, event)
    assert row is not None
    return row


def test_what_is_allowed_comes_in_the_order_of_the_table() -> None:
    assert [event.name for event in allowed(LockState.IN_PRESS)] == [
        "PROVE_NOT_FED",
        "VERDICT_GOOD",
        "VERDICT_BAD",
        "BLANK_FAILED",
        "DOUBT",
        "DISPUTE",
    ]
    assert [event.name for event in allowed(None)] == ["ENTER", "ENTER_LOCKED"]


def test_what_is_allowed_can_be_asked_for_one_voice() -> None:
    assert [event.name for event in allowed(LockState.REPORTED, By.HUB2)] == ["UNLOCK"]
    assert [event.name for event in allowed(LockState.REPORTED, By.HUB)] == ["WITHDRAW"]
    assert allowed(LockState.REPORTED, By.STN) == ()


@pytest.mark.parametrize("state", LockState, ids=lambda state: state.name)
def test_what_next_names_each_possible_event_with_its_reason(state: LockState) -> None:
    text = what_next(state)
    assert [row.number for row in TABLE if row.source is state and f"{row.event.name}: {row.why}" not in text] == []
    assert [event.name for event in LockEvent if event not in allowed(state) and f"{event.name}: " in text] == []


def test_nothing_more_happens_to_a_withdrawn_record() -> None:
    assert what_next(LockState.WITHDRAWN) == "Nothing more happens to this record."


def test_a_started_blank_goes_from_stock_into_the_machine() -> None:
    start = row_of(LockState.AUTHORISED, LockEvent.START)
    assert blank_move(start, Bucket.STOCK) == (Bucket.STOCK, Bucket.IN_MACHINE)


@pytest.mark.parametrize("bucket", [bucket for bucket in Bucket if bucket is not Bucket.STOCK])
def test_a_blank_that_lies_elsewhere_is_not_started(bucket: Bucket) -> None:
    assert blank_move(row_of(LockState.AUTHORISED, LockEvent.START), bucket) is None


@pytest.mark.rule(16)
def test_a_card_fails_in_the_office_and_in_the_citizens_hand_but_is_void_only_in_the_office() -> None:
    fail, void = row_of(LockState.PRINTED, LockEvent.FAIL_CARD), row_of(LockState.PRINTED, LockEvent.VOID)
    assert blank_move(fail, Bucket.HANDED_OVER) == (Bucket.HANDED_OVER, Bucket.WASTE_HELD)
    assert blank_move(fail, Bucket.GOOD_HELD) == (Bucket.GOOD_HELD, Bucket.WASTE_HELD)
    assert blank_move(void, Bucket.GOOD_HELD) == (Bucket.GOOD_HELD, Bucket.VOID_HELD)
    assert blank_move(void, Bucket.HANDED_OVER) is None


@pytest.mark.parametrize("bucket", Bucket, ids=lambda bucket: bucket.name)
def test_a_row_without_a_blank_moves_none(bucket: Bucket) -> None:
    assert blank_move(row_of(LockState.REPORTED, LockEvent.UNLOCK), bucket) is None
