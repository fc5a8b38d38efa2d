"""Hypothesis strategies for what is asked, what happened and what a book holds (strategi perintah).

Asks of every kind on the wire, events and rows of every class, movements, reports. All are made
from their types, so that a kind added to the flow is drawn here without a line being changed.
"""

from typing import Any, get_args

from hypothesis import strategies as st

from ektp_core.flow import events as happened
from ektp_core.flow import rows as held
from ektp_core.flow.events import GivenOut, Moved, TakenIn
from ektp_core.spoilage.report import Columns, Line
from ektp_core.wire.asks import KINDS, SpoilageReport
from ektp_testing.strategies_types import Strategy, values

#: Classes of all events and of all rows.
EVENT_KINDS: tuple[type[Any], ...] = get_args(happened.Event)
ROW_KINDS: tuple[type[Any], ...] = get_args(held.Row)


def asks(*kinds: str) -> Strategy:
    """The body of an ask, of these kinds on the wire or of any."""
    return st.one_of(*(values(KINDS[kind]) for kind in kinds or KINDS))


def events(*kinds: type[Any]) -> Strategy:
    """An event, of these classes or of any."""
    return st.one_of(*(values(kind) for kind in kinds or EVENT_KINDS))


def rows(*kinds: type[Any]) -> Strategy:
    """A row, of these classes or of any."""
    return st.one_of(*(values(kind) for kind in kinds or ROW_KINDS))


def movements() -> Strategy:
    """A movement of blanks: in, from place to place, or out."""
    return events(TakenIn, Moved, GivenOut)


@st.composite
def balanced_columns(draw: st.DrawFn) -> Columns:
    """Columns of a report that balance in themselves (rule 24): what is accounted for is what was received."""
    columns = draw(values(Columns))
    received = columns.received - columns.difference
    return Columns(**{**dict(columns.named()), "received": received}) if received >= 0 else draw(_nothing_borrowed())


def _nothing_borrowed() -> st.SearchStrategy[Columns]:
    return st.integers(0, 1_000).map(lambda count: Columns(received=count, remaining=count))


def reports() -> st.SearchStrategy[SpoilageReport]:
    """A spoilage report as an office writes it; its columns balance, its lines are any."""
    return st.builds(
        lambda report, columns: SpoilageReport(
            report.report, report.allotment, report.cut_seq, columns, report.lines, report.is_final
        ),
        values(SpoilageReport),
        balanced_columns(),
    )


def report_lines() -> Strategy:
    """A line of a report, of a bad or lost blank."""
    return values(Line)
