"""The table and the hand-written oracle live the same lives; and what the oracle itself refuses."""

import ast
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from ektp_core.lock.step import allowed, blank_move, step
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.state import LockEvent, LockState
from ektp_testing import oracle
from ektp_testing.oracle import Impossible, OracleRecord, Said, Signer

STATION = "station/52.03/1"
PEOPLE = (Signer("Andi", "centre"), Signer("Budi", "region"))
#: Everything shown, everybody asked: what remains is the table's own word.
ALL_SHOWN = Said(
    station=STATION,
    registry=True,
    people=PEOPLE,
    operator="Citra",
    reporter="Dewi",
    free_blanks=1,
    in_time=True,
    position_and_counter=True,
    shows_good=True,
    before_ink=True,
    in_hand=True,
    station_is_done=True,
    report="digest",
    balances=True,
)
_NAMES_A_CARD = (LockEvent.SETTLE_GOOD, LockEvent.SETTLE_BAD)
_ENDS_THE_BLANK = (LockEvent.PROVE_NOT_FED, LockEvent.BLANK_FAILED)


class TableAndOracle(RuleBasedStateMachine):
    """Random lives: the same events through `lock.step` and through the oracle."""

    def __init__(self) -> None:
        super().__init__()
        self.record = OracleRecord()
        self.state: LockState | None = None
        self.blanks: dict[int, Bucket] = {}
        self.bound = 0
        self.failed = 0
        self.attempts = 0

    def try_event(self, event: LockEvent) -> None:
        """Both must allow it, or neither; and both must be left in the same place."""
        said = evolve(ALL_SHOWN, blank=self._blank_for(event))
        expected = self._by_the_table(event)
        assert self.record.can(event, said) is expected, f"{event.name} at {self.state}"
        if expected:
            self.record.do(event, said)
            self._move(event, said.blank)
        else:
            before = repr(self.record)
            with pytest.raises(Impossible):
                self.record.do(event, said)
            assert repr(self.record) == before

    def _blank_for(self, event: LockEvent) -> int:
        if event is LockEvent.START:
            return next(n for n in range(1, 10_000) if self.blanks.get(n, Bucket.STOCK) is Bucket.STOCK)
        return 10_000 + self.attempts if event in _NAMES_A_CARD and not self.bound else 0

    def _by_the_table(self, event: LockEvent) -> bool:
        row = step(self.state, event)
        if row is None or (event is LockEvent.BLANK_FAILED and self.failed == 2):
            return False
        return not self.bound or not row.blank_from or blank_move(row, self.blanks[self.bound]) is not None

    def _move(self, event: LockEvent, named: int) -> None:
        row = step(self.state, event)
        assert row is not None
        if event is LockEvent.AUTHORISE:
            self.bound, self.failed, self.attempts = 0, 0, self.attempts + 1
        if named and not self.bound:
            self.bound = named
            self.blanks.setdefault(named, Bucket.STOCK if event is LockEvent.START else Bucket.SUSPECT)
        move = blank_move(row, self.blanks[self.bound]) if self.bound else None
        if move:
            self.blanks[self.bound] = move[1]
        self.failed += event is LockEvent.BLANK_FAILED
        if event in _ENDS_THE_BLANK:
            self.bound = 0
        self.state = row.target

    @precondition(lambda self: self.state is not LockState.WITHDRAWN)
    @rule(data=st.data())
    def something_the_table_allows(self, data: st.DataObject) -> None:
        self.try_event(data.draw(st.sampled_from(allowed(self.state))))

    @rule(event=st.sampled_from(LockEvent))
    def anything_at_all(self, event: LockEvent) -> None:
        self.try_event(event)

    @precondition(lambda self: self.state is LockState.PRINTED and self.blanks[self.bound] is Bucket.GOOD_HELD)
    @rule()
    def the_citizen_takes_the_card(self) -> None:
        self.record.hand_over()
        self.blanks[self.bound] = Bucket.HANDED_OVER

    @invariant()
    def both_are_in_the_same_state(self) -> None:
        assert (self.record.state, self.record.n) == (self.state, self.attempts)
        assert self.record.is_locked is (self.state is not LockState.READY)

    @invariant()
    def every_blank_lies_in_the_same_bucket_for_both(self) -> None:
        assert self.record.blanks == self.blanks

    @invariant()
    def at_most_one_card_is_good_and_none_that_was_revoked(self) -> None:
        assert len(self.record.good) <= 1
        assert not self.record.good & self.record.revoked


TestTableAndOracle = TableAndOracle.TestCase


def test_the_oracle_does_not_read_the_table() -> None:
    tree = ast.parse(Path(oracle.__file__).read_text())
    modules = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    plain = [name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names]
    assert [name for name in modules + plain if name.startswith("ektp_core.lock")] == []


# -- what the oracle asks for besides the state -------------------------------------------------

AT_PRESS = (LockEvent.ENTER, LockEvent.AUTHORISE, LockEvent.START)
AT_REPORT = (*AT_PRESS, LockEvent.VERDICT_BAD, LockEvent.ACCEPT_REPORT)


def record_after(*events: LockEvent) -> OracleRecord:
    record = OracleRecord()
    for event in events:
        record.do(event, evolve(ALL_SHOWN, blank=7 if event is LockEvent.START else 0))
    return record


@pytest.mark.parametrize(
    ("life", "event", "lacking"),
    [
        ((), LockEvent.ENTER, {"registry": False}),
        (AT_PRESS[:1], LockEvent.AUTHORISE, {"free_blanks": 0}),
        (AT_PRESS[:1], LockEvent.AUTHORISE, {"is_held": True}),
        (AT_PRESS[:2], LockEvent.START, {"blank": 7, "in_time": False}),
        (AT_PRESS[:2], LockEvent.START, {"blank": 7, "station": "station/52.03/2"}),
        (AT_PRESS[:2], LockEvent.RETURN, {"n": 2}),
        (AT_PRESS, LockEvent.PROVE_NOT_FED, {"position_and_counter": False}),
        (AT_PRESS, LockEvent.VERDICT_GOOD, {"shows_good": False}),
        (AT_PRESS, LockEvent.BLANK_FAILED, {"before_ink": False}),
        (AT_PRESS, LockEvent.BLANK_FAILED, {"in_hand": False}),
        ((*AT_PRESS, LockEvent.DOUBT), LockEvent.SETTLE_GOOD, {"people": PEOPLE[:1]}),
        ((*AT_PRESS, LockEvent.DOUBT), LockEvent.SETTLE_GOOD, {"blank": 8}),
        ((*AT_PRESS, LockEvent.DOUBT), LockEvent.SETTLE_UNUSED, {"station_is_done": False}),
        ((*AT_PRESS, LockEvent.DOUBT), LockEvent.SETTLE_BAD, {"people": (*PEOPLE, Signer("Citra", "office"))}),
        ((*AT_PRESS, LockEvent.VERDICT_BAD), LockEvent.ACCEPT_REPORT, {"balances": False}),
        (AT_REPORT, LockEvent.UNLOCK, {"report": "another"}),
        (AT_REPORT, LockEvent.UNLOCK, {"people": (Signer("Dewi", "centre"), PEOPLE[1])}),
        (AT_REPORT, LockEvent.UNLOCK, {"people": (PEOPLE[0], Signer("Eko", "centre"))}),
        (AT_REPORT, LockEvent.UNLOCK, {"people": (PEOPLE[0], PEOPLE[0])}),
    ],
)
def test_the_oracle_refuses_what_lacks_its_proof(
    life: tuple[LockEvent, ...], event: LockEvent, lacking: dict[str, Any]
) -> None:
    record = record_after(*life)
    assert record.can(event, evolve(ALL_SHOWN, blank=7 if event is LockEvent.START else 0))
    assert not record.can(event, evolve(ALL_SHOWN, **lacking))


@pytest.mark.rule(39)
def test_a_card_whose_chip_was_read_needs_one_person_besides_the_operator() -> None:
    record = record_after(*AT_PRESS, LockEvent.DOUBT)
    alone = evolve(ALL_SHOWN, people=PEOPLE[:1], uid_read=True)
    assert record.can(LockEvent.SETTLE_GOOD, alone)
    assert not record.can(LockEvent.SETTLE_LOST, alone)
    assert not record.can(LockEvent.SETTLE_GOOD, evolve(alone, people=(Signer("Citra", "office"),)))


@pytest.mark.rule(17)
def test_an_attempt_takes_three_blanks_and_no_fourth() -> None:
    again = (LockEvent.BLANK_FAILED, LockEvent.START)
    record = OracleRecord()
    for blank, event in enumerate((*AT_PRESS, *again, *again)):
        record.do(event, evolve(ALL_SHOWN, blank=blank if event is LockEvent.START else 0))
    assert record.taken == 3
    assert not record.can(LockEvent.BLANK_FAILED, ALL_SHOWN)
    assert record.can(LockEvent.VERDICT_BAD, ALL_SHOWN)


@pytest.mark.rule(15)
def test_a_lost_card_is_on_the_stop_list() -> None:
    record = record_after(*AT_PRESS, LockEvent.DOUBT, LockEvent.SETTLE_LOST)
    assert (record.revoked, record.good, record.blanks) == ({7}, set(), {7: Bucket.LOST})


def test_only_a_good_card_is_handed_over() -> None:
    with pytest.raises(Impossible):
        record_after(*AT_PRESS).hand_over()
