"""Whatever a person says or does at a stuck printer, and whenever the station dies: no second card, no lost blank."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ektp_core.boundary.card_printer import DriverLost, Recovery
from ektp_core.flow.recovering import FreeBy, RecoverPrinter
from ektp_core.flow.rows import Lock
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.state import LockState
from ektp_station.press import Phase
from tests.station.press_bench import FIRST, KEY, PRINTER, SECOND
from tests.station.wedged_bench import WedgedBench

pytestmark = [pytest.mark.rule(15), pytest.mark.rule(22)]

#: What a person may do between two moments of the station; `lie`: the printer will say that it is empty.
DEEDS = ("clear", "reject", "take out", "loosen", "lie", "obey", "silence", "kill", "tick", "one thing", "all", "jam")


def do(bench: WedgedBench, deed: str) -> None:
    machine = bench.machine
    match deed:
        case "clear" | "reject":
            bench.ask(RecoverPrinter(PRINTER, FreeBy(deed)), KEY)
        case "take out":
            machine.taken_out()
        case "loosen":
            machine.is_wedged = False
        case "lie":
            machine.obeys = machine.is_liar = True
        case "obey":
            machine.obeys = True
        case "silence":
            machine.raises = None if machine.raises else DriverLost("it is gone")
        case "kill":
            bench.kill()
        case "tick":
            bench.tick()
        case "all":
            bench.until_idle(2)
        case "jam":
            machine.jams_at = "print"
        case "one thing" if bench.persists:
            bench.commit()
        case "one thing" if bench.performs:
            bench.work()


def judge(bench: WedgedBench) -> None:
    """What must hold at every moment."""
    jobs = bench.marks()
    assert len(jobs) == len(set(jobs)), "no job was printed twice"
    for record in (FIRST, SECOND, "52.03-000003"):
        good = [one for one in bench.cards if one.job.startswith(record) and one.is_complete and not one.flaw]
        assert len(good) <= 1, "one permission, one good card"
    assert bench.blanks() == 10, "every blank is somewhere in the book"
    with bench.store.read() as view:
        locks = list(view.rows(Lock))
    assert not {one.state for one in locks} & {LockState.PRINTED, LockState.READY}, "nobody looked, and nothing is free"
    untouched = [n for n in range(1, 11) if bench.bucket(n) is Bucket.STOCK]
    fed = [one.number for one in bench.cards if one.job]
    assert not set(untouched) & set(fed), "a printed blank is not in stock"


@given(st.lists(st.sampled_from(DEEDS), max_size=40), st.sampled_from(["print", "feed", "move", "deliver"]))
def test_no_deed_of_a_person_makes_a_second_card_or_loses_a_blank(deeds: list[str], at: str) -> None:
    bench = WedgedBench(records=3)
    bench.jam(at)
    for deed in deeds:
        do(bench, deed)
        judge(bench)
    bench.until_idle(5)
    judge(bench)


@pytest.mark.parametrize("by", list(FreeBy))
@pytest.mark.parametrize("moments", range(6))
def test_a_station_that_dies_at_any_moment_of_it_begins_with_a_look(by: FreeBy, moments: int) -> None:
    bench = WedgedBench()
    bench.jam()
    bench.machine.is_wedged = False
    if by is FreeBy.CLEAR:
        bench.machine.taken_out()
    before = list(bench.store.events())
    ordered = len(bench.machine.ordered)
    bench.ask(RecoverPrinter(PRINTER, by), KEY)
    for _ in range(moments):
        if bench.persists:
            bench.commit()
        elif bench.performs:
            bench.work()
        else:
            bench.tick()
    bench.kill()
    assert list(bench.store.events())[: len(before)] == before and PRINTER not in bench.state.freed
    bench.until_idle(10)
    judge(bench)
    assert bench.lock_state() is LockState.SUSPECT and bench.bucket(1) is Bucket.SUSPECT
    done = bench.machine.ordered[ordered:]
    assert len(done) <= 1, "nobody ordered it a second time"
    expected = LockState.IN_PRESS if done else LockState.AUTHORISED
    assert bench.lock_state(SECOND) is expected, "it goes on where the printer says that it is free, else it waits"


@pytest.mark.parametrize("by", list(FreeBy))
def test_a_printer_that_acts_while_the_station_dies_is_only_looked_at_afterwards(by: FreeBy) -> None:
    bench = WedgedBench()
    bench.jam()
    bench.machine.is_wedged = False
    if by is FreeBy.CLEAR:
        bench.machine.taken_out()
    bench.ask(RecoverPrinter(PRINTER, by), KEY)
    bench.tick()
    bench.work()
    bench.commit()
    wanted = {FreeBy.CLEAR: Recovery.CLEAR_ERROR, FreeBy.REJECT: Recovery.REJECT_CARD}[by]
    count = bench.machine.ordered.count(wanted)
    bench.work_unseen()
    bench.kill()
    bench.until_idle(10)
    assert bench.machine.ordered.count(wanted) == count + 1
    assert bench.lock_state() is LockState.SUSPECT and bench.bucket(1) is Bucket.SUSPECT
    assert bench.phase is Phase.ASKING and bench.lock_state(SECOND) is LockState.IN_PRESS
    judge(bench)


def test_a_jam_before_any_ink_that_was_rejected_by_the_station_itself_needs_nobody() -> None:
    bench = WedgedBench()
    bench.machine.jams_at = "feed"
    bench.start()
    while not bench.machine.is_latched:
        bench.commit() if bench.persists else bench.work()
    bench.machine.is_wedged = False
    bench.until_idle(10)
    assert bench.machine.ordered == [Recovery.REJECT_CARD] and not bench.state.freed
    assert bench.bucket(1) is Bucket.WASTE_HELD and bench.lock_state() is LockState.IN_PRESS
    judge(bench)
