"""What may be said of a job: never more than counters and replies prove."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ektp_core.boundary.card_printer import Bin
from ektp_core.vocabulary.verdict import Certainty, Outcome
from ektp_driver_evolis.counters import Counts
from ektp_driver_evolis.job import Job, record

COUNTS = st.builds(Counts, st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
pytestmark = pytest.mark.rule(22)
JOBS = st.builds(
    Job, st.just("job"), COUNTS, st.just(5), st.sampled_from(["", "ERR RIBBON"]), st.sampled_from([None, *Bin])
)


@given(JOBS, COUNTS, st.integers(0, 6), st.booleans())
def test_never_good_and_spoiled_only_by_the_printers_word_and_its_counters(
    job: Job, other: Counts, printed: int, inside: bool
) -> None:
    near = Counts(job.before.fed, (job.before.panels + printed) % 2**32)
    assert_proved(job, near, inside)
    assert_proved(job, other, inside)


def assert_proved(job: Job, now: Counts, inside: bool) -> None:
    found = record(job, now, inside).verdict
    assert found.outcome in (Outcome.UNKNOWN, Outcome.SPOILED)
    if found.outcome is Outcome.SPOILED:
        printed = (now.panels - job.before.panels) % 2**32
        assert now.fed == job.before.fed and printed < 5
        assert job.left_to is Bin.OUTPUT or (job.error and printed)


def test_counters_over_their_wrap() -> None:
    before = Counts(2**32 - 1, 2**32 - 2)
    found = record(Job("job", before, 5, "ERR RIBBON"), Counts(2**32 - 1, 1), card_inside=True).verdict
    assert (found.outcome, found.certainty) == (Outcome.SPOILED, Certainty.COUNTER)
    assert "3 of 5 panels" in found.detail
