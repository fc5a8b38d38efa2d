"""What explains a count that is ahead, and which printers are shut for blanks that became suspect (rules 11, 23)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ektp_core.flow.apply import apply
from ektp_core.flow.blank_tests import SUSPECT_IN_HOPPER
from ektp_core.flow.events import Moved, PrinterClosed, PrinterLoaded
from ektp_core.flow.moving_events import Coming
from ektp_core.flow.old_copy import RESTORED, opened_ahead, shut_for_suspects
from ektp_core.flow.overlay import Overlay
from ektp_core.flow.rows import Attempt, OpenSuspect, Printer
from ektp_core.flow.suspect_evidence_events import Shown
from ektp_core.flow.suspect_evidence_rows import EvidenceLine
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.verdict import BlankPlace, Certainty, Outcome
from tests.core.flow.offices import ONE, SERIES, TWO, founded

pytestmark = pytest.mark.rule(23)
RECORD, PRINTER = "52.03-000001", "A"


def a_line(
    shown: Shown = Shown.COUNTER, outcome: Outcome = Outcome.UNKNOWN, certainty: Certainty = Certainty.COUNTER,
    printer: str = PRINTER,
) -> EvidenceLine:  # fmt: skip
    return (shown, certainty, outcome, BlankPlace.UNKNOWN, "", printer, "", (), 0)


def is_doubted(explained: int, counter: int, begun: int, *lines: EvidenceLine, at: str = PRINTER) -> bool:
    """Whether opening a printer with this counter puts all in doubt; a card begun at `begun` is in doubt there."""
    with founded().stations[ONE].read() as view:
        book = Overlay(view)
        book.put(Attempt(RECORD, 1, ONE, 0, 1, printer=at, counter=begun))
        book.put(OpenSuspect(ONE, RECORD, 1, lines))
        printer = Printer(ONE, PRINTER, explained, SERIES, 1, 10, SUSPECT_IN_HOPPER)
        found = opened_ahead(book, printer, counter)
    assert all(one.how is Coming.DOUBTED for one in found)
    return bool(found)


@given(st.integers(0, 50), st.integers(0, 60), st.integers(-1, 50), st.booleans())
def test_a_count_is_explained_by_the_book_or_it_is_the_one_feed_that_was_seen(
    explained: int, counter: int, begun: int, is_seen: bool
) -> None:
    lines = (a_line(),) if is_seen else ()
    allowed = explained + (is_seen and begun == explained)
    assert is_doubted(explained, counter, begun, *lines) is (counter > allowed)


@pytest.mark.parametrize(
    "line",
    [
        a_line(outcome=Outcome.NOT_STARTED),
        a_line(shown=Shown.POSITION),
        a_line(shown=Shown.JOB),
        a_line(certainty=Certainty.STATUS_IDLE),
        a_line(printer="B"),
        a_line(printer=""),
    ],
)
def test_other_evidence_explains_no_feed(line: EvidenceLine) -> None:
    assert is_doubted(4, 5, 4, line) and not is_doubted(4, 5, 4, line, a_line())


def test_a_card_in_doubt_in_another_printer_explains_nothing_here() -> None:
    assert is_doubted(4, 5, 4, a_line(), at="B")


def shut(*moved: Moved, why: str = "") -> tuple[PrinterClosed, ...]:
    with founded().stations[ONE].read() as view:
        book = Overlay(view)
        apply(book, PrinterLoaded(ONE, PRINTER, 0, SERIES, 3, 6))
        if why:
            apply(book, PrinterClosed(ONE, PRINTER, why))
        return shut_for_suspects(book, ONE, moved)


def suspect(lo: int, hi: int, series: str = SERIES, party: str = ONE, bucket: Bucket = Bucket.STOCK) -> Moved:
    return Moved(series, lo, hi, party, bucket, party, Bucket.SUSPECT)


@pytest.mark.rule(11)
@pytest.mark.parametrize("moved", [suspect(3, 3), suspect(6, 9), suspect(1, 10)])
def test_a_blank_of_the_loaded_range_that_becomes_suspect_shuts_the_printer(moved: Moved) -> None:
    assert shut(moved) == (PrinterClosed(ONE, PRINTER, SUSPECT_IN_HOPPER),)


@pytest.mark.rule(11)
@pytest.mark.parametrize(
    "moved",
    [suspect(1, 2), suspect(7, 9), suspect(3, 3, "OTHER"), suspect(3, 3, party=TWO),
     suspect(3, 3, bucket=Bucket.IN_MACHINE)],
)  # fmt: skip
def test_what_cannot_lie_in_the_hopper_shuts_nothing(moved: Moved) -> None:
    assert shut(moved) == () and shut() == ()


def test_another_reason_that_only_two_people_may_take_away_is_not_hidden() -> None:
    assert shut(suspect(3, 3), why=RESTORED) == ()
