"""Whatever an office and the centre do, no second allotment is granted unaccounted for (rule 27)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ektp_core.boundary.store import Accepted
from ektp_core.flow.custody import Dispatch, Receive
from ektp_core.flow.rows import Allotment
from ektp_core.vocabulary.bucket import Bucket
from tests.core.flow.allotment_offices import granted, reported_on, with_heads
from tests.core.flow.office_cards import held, issue
from tests.core.flow.offices import (
    OFFICE,
    OPERATOR,
    VERIFIER_1,
    VERIFIER_2,
    Offices,
    accepted,
    ask,
    exchange,
    maybe,
    row,
    rows,
)
from tests.core.flow.soundness import check_books, check_refold

_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("grant"), st.integers(1, 6), st.sampled_from(["", "push", "exception", "both"])),
        st.tuples(st.just("report"), st.integers(0, 3), st.just("")),
        st.tuples(st.just("send"), st.integers(0, 3), st.just("")),
        st.tuples(st.just("days"), st.integers(1, 40), st.just("")),
        st.tuples(st.just("issue"), st.integers(1, 3), st.just("")),
    ),
    max_size=14,
)


@pytest.mark.rule(27)
@settings(max_examples=60, deadline=None)
@given(_STEPS)
def test_no_history_has_a_second_grant_without_a_recent_report_or_an_exception(
    steps: list[tuple[str, int, str]],
) -> None:
    books, day, made = with_heads(40), 0, list[str]()
    reports: dict[str, int] = {}  # allotment -> day of its last report, kept by hand
    for number, (what, size, letters) in enumerate(steps):
        name = made[size % len(made)] if made else ""
        if what == "days":
            day += size
        elif what == "grant":
            signed = {key: "SK-1" for key in ("push", "exception") if letters in (key, "both")}
            answer = granted(books, f"A-{number}", size, day=day, **signed)
            last = made[-1] if made else ""
            is_due = not last or "exception" in signed or day - reports.get(last, -999) <= 31
            if held(books.hub, ("centre", Bucket.STOCK)) < size and maybe(books.hub, Allotment, f"A-{number}") is None:
                continue  # the centre has no more
            assert (maybe(books.hub, Allotment, f"A-{number}") is not None) is is_due, answer
            made += [f"A-{number}"] if is_due else []
        elif what == "report" and name:
            reported_on(books, f"R-{number}", name, day)
            reports[name] = day
        elif what == "send" and name:
            _sent(books, name)
        elif what == "issue" and held(books.hub, (OFFICE, Bucket.STOCK)) >= size:
            issue(books, f"I-{number}", size)
            exchange(books)
    assert sum(one.count for one in rows(books.hub, Allotment)) + held(books.hub, ("centre", Bucket.STOCK)) == 40
    check_books(books)
    check_refold(books.hub)


def _sent(books: Offices, name: str) -> None:
    """The allotment arrives, unless it has."""
    answer = ask(books.hub, Dispatch(f"road/{name}", name), VERIFIER_1)
    if isinstance(answer, Accepted):
        ranges = row(books.hub, Allotment, name).ranges
        accepted(ask(books.hub, Receive(f"road/{name}", OFFICE, ranges), OPERATOR, VERIFIER_2))


