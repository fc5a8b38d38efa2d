"""What a queue and a job say, value by value: what is left out or of another kind is never a yes."""

from typing import Any

import pytest

from ektp_driver_cups.queue import Job, JobState, Queue, read_job

CARDS = ("om_small-card_53.98x85.6mm", "om_card_54x86mm")


@pytest.mark.parametrize(("said", "accepts"), [((True,), True), ((False,), False), ((), False), ((1,), False), (("true",), False)])
def test_a_queue_takes_jobs_only_where_it_says_yes(said: tuple[Any, ...], accepts: bool) -> None:
    assert Queue({"printer-is-accepting-jobs": said}).accepts is accepts


def test_a_queue_that_says_nothing_takes_no_jobs_and_holds_none() -> None:
    queue = Queue({})
    assert (queue.accepts, queue.hold, queue.copies, queue.state, queue.is_held) == (False, "no-hold", 0, None, False)


@pytest.mark.parametrize(("said", "hold"), [(("indefinite",), "indefinite"), (("no-hold",), "no-hold"), ((4,), "no-hold")])
def test_when_a_job_begins_is_the_queues_word_or_at_once(said: tuple[Any, ...], hold: str) -> None:
    assert Queue({"job-hold-until-default": said}).hold == hold


@pytest.mark.parametrize("default", CARDS)
def test_of_two_media_of_a_cards_size_the_queues_own_default_is_taken(default: str) -> None:
    assert Queue({"media-default": (default,), "media-supported": CARDS}).card_medium == default
    assert Queue({"media-default": (default,), "media-supported": CARDS[::-1]}).card_medium == default
    assert Queue({"media-default": ("iso_a4_210x297mm",), "media-supported": CARDS}).card_medium == CARDS[0]


@pytest.mark.parametrize("name", ["copies-default", "printer-state"])
@pytest.mark.parametrize("said", [True, "1", "5", 5.0, None])
def test_a_yes_or_a_text_is_no_number(name: str, said: object) -> None:
    queue = Queue({name: (said,)})
    assert (queue.copies, queue.state) == (0, None)


def test_a_yes_is_no_number_of_a_job() -> None:
    assert read_job({"job-id": (True,)}) is None
    found = read_job({"job-id": (7,), "number-of-documents": (True,), "time-at-processing": (True,), "job-state": (True,)})
    assert found == Job(7, "", None)
    assert (found.documents, found.began_s) == (0, None)


@pytest.mark.parametrize(("number", "word"), [(7, "canceled"), (8, "aborted"), (9, "completed")])
def test_each_way_to_end_is_an_end_and_has_its_word(number: int, word: str) -> None:
    job = read_job({"job-id": (4,), "job-state": (number,), "job-state-reasons": ("none",)})
    assert job is not None and job.is_over and job.words == f"job 4 is {word} (no reason given)"


@pytest.mark.parametrize("state", [None, JobState.PENDING, JobState.HELD, JobState.PROCESSING, JobState.STOPPED])
def test_what_waits_or_stands_still_or_is_not_known_is_no_end(state: JobState | None) -> None:
    assert not Job(4, "", state).is_over
