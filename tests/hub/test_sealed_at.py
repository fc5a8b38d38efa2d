"""The hub itself says how old a report's cut is: from its seals, whatever the office thinks (rules 24, 27)."""

from typing import TYPE_CHECKING

import pytest
from attrs import evolve

from ektp_core.boundary.store import Accepted, Work
from ektp_core.flow.reporting import FileReport
from ektp_core.flow.rows import Report
from ektp_core.spoilage.report import Columns
from ektp_core.wire.asks import SpoilageReport
from ektp_hub.sealed_at import sealed_at

if TYPE_CHECKING:
    from tests.hub.conftest import Centre

NOW_MS = 1_800_000_000_000
MINUTE_MS = 60_000

pytestmark = pytest.mark.rule(27)


def a_minute_apart(centre: "Centre", count: int) -> dict[int, int]:
    """Blanks on their way to a station, each step a minute after the other; the seal's time of every event so far."""
    sealed = dict.fromkeys(range(1, centre.store.position().seq + 1), NOW_MS)
    for minute, raw in enumerate(centre.messages.blanks_to_station(count), start=1):
        at_ms = NOW_MS + minute * MINUTE_MS
        answer = centre.take(raw, at_ms)
        assert isinstance(answer, Accepted), answer
        sealed |= dict.fromkeys(range(len(sealed) + 1, centre.store.position().seq + 1), at_ms)
    return sealed


def test_every_event_is_as_old_as_its_seal(centre: "Centre") -> None:
    sealed = a_minute_apart(centre, 5)
    assert len(set(sealed.values())) == 6
    assert {seq: sealed_at(centre.store, seq) for seq in sealed} == sealed


@pytest.mark.parametrize("seq", [-1, 0, 10**9])
def test_what_is_not_in_the_book_has_no_time(centre: "Centre", seq: int) -> None:
    assert sealed_at(centre.store, seq) == 0


def test_a_report_is_kept_with_the_time_of_its_cut(centre: "Centre") -> None:
    sealed = a_minute_apart(centre, 5)
    cut = next(seq for seq, at_ms in sealed.items() if at_ms == NOW_MS + 4 * MINUTE_MS)
    cut = max(seq for seq, at_ms in sealed.items() if at_ms == sealed[cut])
    door = evolve(centre.door, sealed_ms=lambda seq: sealed_at(centre.store, seq))
    columns = Columns(received=5, remaining=5)
    raw = centre.messages.ask(SpoilageReport("BA-1", "J-1", cut, columns), centre.keys.operator)
    with centre.store.read() as view:
        opened = door.open_ask(raw, view, NOW_MS)
    assert isinstance(opened, Work) and isinstance(opened.ask.body, FileReport)
    assert opened.ask.body.cut_ms == NOW_MS + 4 * MINUTE_MS
    (answer,) = centre.store.commit((evolve(opened, ask=evolve(opened.ask, at_ms=NOW_MS + 99 * MINUTE_MS)),), NOW_MS)
    assert isinstance(answer, Accepted), answer
    with centre.store.read() as view:
        report = view.row(Report, "BA-1")
    assert report and report.cut_ms == NOW_MS + 4 * MINUTE_MS
