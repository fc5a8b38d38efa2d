"""A blank that fails before any ink is replaced within the attempt, and reported bad without a person (rule 17)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ektp_core.flow.rows import Attempt, Spoil
from ektp_core.spoilage.report import Columns
from ektp_core.vocabulary.state import LockState
from ektp_core.vocabulary.verdict import Cause
from ektp_core.wire.asks import HUB, ReportLine, SpoilageReport
from ektp_driver_virtual.launch import RunningPrinter
from ektp_driver_virtual.messages import FaultKind
from ektp_hub import reads
from tests.station.running_station import printer as printer  # a fixture
from tests.station.station_bench import SERIES, Line, until

pytestmark = [pytest.mark.processes, pytest.mark.rule(17)]

RECORD = "52.03-000001"


@pytest.fixture
def line(tmp_path: Path, printer: RunningPrinter) -> Iterator[Line]:
    made = Line(tmp_path, printer, cards=1)
    try:
        yield made
    finally:
        made.close()


def attempt(line: Line) -> Attempt:
    with line.hub.store.read() as view:
        found = view.row(Attempt, RECORD, 1)
    assert found is not None
    return found


def draft(line: Line) -> dict[str, object]:
    with line.hub.store.read() as view:
        return reads.allotment_draft(view, "J-1")


def dead_chips(line: Line, count: int) -> None:
    for at_card in range(1, count + 1):
        line.printer.panel.fault(FaultKind.DEAD_CHIP, at_card)


def test_a_dead_chip_costs_a_blank_and_no_attempt_and_is_reported_without_a_person(line: Line) -> None:
    dead_chips(line, 2)
    line.open()
    assert line.judge() == f"{SERIES} 3"
    line.until_absorbed()
    until(lambda: line.hub.locks()[RECORD] == LockState.PRINTED.name, "the hub has the card")
    assert (attempt(line).n, attempt(line).tries, attempt(line).number) == (1, 2, 3)
    with line.hub.store.read() as view:
        spoiled = [view.row(Spoil, SERIES, number) for number in (1, 2)]
    assert [(one.record, one.n, one.cause, one.of_person) for one in spoiled if one] == [
        (RECORD, 1, Cause.NO_CHIP, False)
    ] * 2
    found = draft(line)
    columns, lines = found["columns"], found["lines"]
    assert isinstance(columns, dict) and isinstance(lines, list)
    assert (columns["good"], columns["bad_without"], columns["bad_of_person"]) == (1, 2, 0)
    assert [(one["serial"], one["record"], one["needs_nik"]) for one in lines] == [
        (f"{SERIES} 1", RECORD, False), (f"{SERIES} 2", RECORD, False),
    ]  # fmt: skip
    # The office sends it as drafted: attempt and cause, and no NIK.
    cut = found["cut"]
    assert isinstance(cut, int)
    rows = tuple(ReportLine(one["series"], one["number"], n=one["n"], cause=one["cause"]) for one in lines)
    line.hub.must_take(line.office.ask(HUB, SpoilageReport("R-1", "J-1", cut, Columns(**columns), rows), "operator"))


def test_the_third_failed_blank_ends_the_attempt_as_a_misprint_of_its_person(line: Line) -> None:
    dead_chips(line, 3)
    line.open()
    until(lambda: line.hub.locks()[RECORD] == LockState.MISPRINTED.name, "the attempt ends")
    line.until_absorbed()
    columns = draft(line)["columns"]
    assert isinstance(columns, dict)
    assert (columns["bad_without"], columns["bad_of_person"]) == (2, 1)
    assert attempt(line).tries == 2
