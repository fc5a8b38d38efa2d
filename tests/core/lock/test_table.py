"""The lock table against the same rows typed by hand, and what must hold of any such table."""

import pytest

from ektp_core.lock.step import STATION_STATES, allowed, step
from ektp_core.lock.table import TABLE
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.state import By, LockEvent, LockState

#: Typed by hand from the lock document, never made from the table:
#: number, state, event, target, whose word, where the blank comes from, where it goes.
TYPED = """
1   -             ENTER          READY          REG   -                       -
2   READY         AUTHORISE      AUTHORISED     HUB   -                       -
3   READY         WITHDRAW       WITHDRAWN      HUB   -                       -
4   AUTHORISED    RETURN         READY          STN   -                       -
5   AUTHORISED    START          IN_PRESS       STN   STOCK                   IN_MACHINE
6   AUTHORISED    DISPUTE        SUSPECT        HUB   -                       -
7   IN_PRESS      PROVE_NOT_FED  AUTHORISED     STN   IN_MACHINE              STOCK
8   IN_PRESS      VERDICT_GOOD   PRINTED        STN   IN_MACHINE              GOOD_HELD
9   IN_PRESS      VERDICT_BAD    MISPRINTED     STN   IN_MACHINE              WASTE_HELD
9b  IN_PRESS      BLANK_FAILED   AUTHORISED     STN   IN_MACHINE              WASTE_HELD
10  IN_PRESS      DOUBT          SUSPECT        STN   IN_MACHINE              SUSPECT
11  IN_PRESS      DISPUTE        SUSPECT        HUB   IN_MACHINE              SUSPECT
12  SUSPECT       SETTLE_GOOD    PRINTED        HUB2  SUSPECT                 GOOD_HELD
13  SUSPECT       SETTLE_BAD     MISPRINTED     HUB2  SUSPECT                 WASTE_HELD
14  SUSPECT       SETTLE_LOST    MISPRINTED     HUB2  SUSPECT                 LOST
15  SUSPECT       SETTLE_UNUSED  READY          HUB2  SUSPECT                 STOCK
16  PRINTED       FAIL_CARD      MISPRINTED     HUB   GOOD_HELD|HANDED_OVER   WASTE_HELD
17  PRINTED       VOID           WITHDRAWN      HUB2  GOOD_HELD               VOID_HELD
18  MISPRINTED    ACCEPT_REPORT  REPORTED       HUB   -                       -
19  REPORTED      UNLOCK         READY          HUB2  -                       -
20  REPORTED      WITHDRAW       WITHDRAWN      HUB   -                       -
21  -             ENTER_LOCKED   LOCKED_BEFORE  REG   -                       -
22  LOCKED_BEFORE OPEN           READY          HUB2  -                       -
23  LOCKED_BEFORE CARD_SEEN      WITHDRAWN      HUB   -                       -
"""
ROWS = [line.split() for line in TYPED.strip().splitlines()]
STATES: tuple[LockState | None, ...] = (None, *LockState)


def test_the_table_has_the_rows_of_the_lock_document_and_no_other() -> None:
    found = [
        [
            row.number,
            row.source.name if row.source else "-",
            row.event.name,
            row.target.name,
            row.by.name,
            "|".join(bucket.name for bucket in row.blank_from) or "-",
            row.blank_to.name if row.blank_to else "-",
        ]
        for row in TABLE
    ]
    assert found == ROWS
    assert len(ROWS) == 24


@pytest.mark.parametrize("event", LockEvent, ids=lambda event: event.name)
@pytest.mark.parametrize("state", STATES, ids=lambda state: state.name if state else "none")
def test_a_cell_moves_as_typed_or_not_at_all(state: LockState | None, event: LockEvent) -> None:
    """Every state times every event: 24 cells have a row, 196 have none."""
    typed = next((row for row in ROWS if row[1:3] == [state.name if state else "-", event.name]), None)
    found = step(state, event)
    assert ([found.number, found.target.name] if found else None) == ([typed[0], typed[3]] if typed else None)


def test_the_grid_has_as_many_cells_as_states_times_events() -> None:
    cells = [(state, event) for state in STATES for event in LockEvent]
    assert (len(cells), sum(step(*cell) is not None for cell in cells)) == (220, 24)


def test_every_row_says_why_in_a_sentence_of_its_own() -> None:
    assert all(row.why.endswith(".") and row.why[0].isupper() for row in TABLE)


def test_a_row_names_a_source_of_the_blank_exactly_when_it_moves_one() -> None:
    assert [row.number for row in TABLE if bool(row.blank_from) is not (row.blank_to is not None)] == []


# -- reachability -----------------------------------------------------------------------------


def reached(start: LockState | None, without: frozenset[By] = frozenset()) -> set[LockState | None]:
    """Every state that can follow, when these do not speak."""
    met: set[LockState | None] = {start}
    todo = [start]
    while todo:
        state = todo.pop()
        for row in TABLE:
            if row.source is state and row.by not in without and row.target not in met:
                met.add(row.target)
                todo.append(row.target)
    return met


def test_every_state_is_reached_from_nothing() -> None:
    assert reached(None) == {None, *LockState}


@pytest.mark.parametrize("state", LockState, ids=lambda state: state.name)
def test_every_record_can_come_to_an_end(state: LockState) -> None:
    assert reached(state) & {LockState.PRINTED, LockState.WITHDRAWN}


def test_only_a_withdrawn_record_is_at_its_end_for_ever() -> None:
    assert {state for state in LockState if not allowed(state)} == {LockState.WITHDRAWN}


@pytest.mark.parametrize("state", LockState, ids=lambda state: state.name)
def test_the_hub_gets_out_of_every_state_when_the_station_is_gone(state: LockState) -> None:
    """Nothing waits for ever on a station that burned down (rule 21)."""
    assert reached(state, without=frozenset({By.STN})) & {LockState.PRINTED, LockState.WITHDRAWN}


# -- whose word -------------------------------------------------------------------------------


@pytest.mark.rule(25)
def test_a_record_is_ready_again_only_in_four_ways() -> None:
    ways = {row.event.name for row in TABLE if row.target is LockState.READY and row.source is not None}
    assert ways == {"RETURN", "SETTLE_UNUSED", "UNLOCK", "OPEN"}


def test_whatever_frees_without_the_station_takes_two_people() -> None:
    freeing = [row for row in TABLE if row.target is LockState.READY and row.source is not None]
    assert {row.event.name: row.by for row in freeing} == {
        "RETURN": By.STN,
        "SETTLE_UNUSED": By.HUB2,
        "UNLOCK": By.HUB2,
        "OPEN": By.HUB2,
    }


def test_silence_and_objections_never_free() -> None:
    assert {row.target for row in TABLE if row.event is LockEvent.DISPUTE} == {LockState.SUSPECT}


def test_a_misprint_is_opened_only_through_an_accepted_report() -> None:
    assert [event.name for event in allowed(LockState.MISPRINTED)] == ["ACCEPT_REPORT"]


def test_a_station_speaks_only_where_it_holds_the_pen() -> None:
    assert {LockState.AUTHORISED, LockState.IN_PRESS} == STATION_STATES
    assert {row.source for row in TABLE if row.by is By.STN} <= STATION_STATES


def test_the_hub_may_always_stop_what_a_station_holds() -> None:
    for state in STATION_STATES:
        assert [event.name for event in allowed(state, By.HUB)] == ["DISPUTE"]


@pytest.mark.rule(1)
def test_a_station_moves_a_blank_only_out_of_its_own_stock_and_machine() -> None:
    moved = {bucket for row in TABLE if row.by is By.STN for bucket in row.blank_from}
    assert moved == {Bucket.STOCK, Bucket.IN_MACHINE}
    assert all(bucket.station_writes for bucket in moved)


def test_no_row_takes_waste_or_a_lost_blank_back() -> None:
    sources = {bucket for row in TABLE for bucket in row.blank_from}
    assert sources & {Bucket.WASTE_HELD, Bucket.VOID_HELD, Bucket.LOST, Bucket.DESTROYED} == set()
