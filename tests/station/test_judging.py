"""From a look to evidence: what a device does not show stays unknown, and unknown is never no."""

import pytest
from attrs import evolve

from ektp_core.boundary.card_printer import (
    EVIDENCE,
    Can,
    Capabilities,
    CardPosition,
    Condition,
    Counter,
    CounterName,
    Counters,
    JobRecord,
    Look,
    Notice,
    Severity,
    Status,
)
from ektp_core.flow.rows import Attempt
from ektp_core.press.evidence import NOTHING_KNOWN, Evidence, Inside
from ektp_core.vocabulary.verdict import BlankPlace, Certainty, Outcome, Verdict
from ektp_station.acts import Done
from ektp_station.judging import evidence, fed_count, is_moving, is_spoiled

FULL, BLIND = Capabilities(EVIDENCE, 1, 1, 300), Capabilities(Can.FEEDER, 1, 1, 300)
ATTEMPT = Attempt("52.03-000001", 1, "station/52.03/1", 0, counter=5, uid="0A")


def _look(
    fed: int | None = 6,
    position: CardPosition = CardPosition.HEAD,
    *,
    resets_on: str = "never",
    rebooted: bool = False,
    job: Outcome | None = None,
    uid: str = "",
    busy: bool = False,
) -> Look:
    counters = () if fed is None else (Counter(CounterName.FED, fed, "feed", resets_on),)
    notices = (Notice(Condition.BUSY, Severity.WARNING),) if busy else ()
    record = job and JobRecord("j", 1, Verdict(job, BlankPlace.UNKNOWN, Certainty.DEVICE_JOB_RECORD))
    return Look(Status(notices, position, 1, rebooted), Counters(counters), record, uid)


def _seen(look: Look, uid: str = "", attempt: Attempt = ATTEMPT, can: Capabilities = FULL) -> Evidence:
    return evidence(attempt, Done(look, uid), can)


def test_nothing_is_known_of_a_device_that_was_not_reached() -> None:
    assert evidence(ATTEMPT, None, FULL) == evidence(ATTEMPT, Done(_look()), None) == NOTHING_KNOWN


@pytest.mark.parametrize(
    ("look", "since"),
    [
        (_look(6), 1),
        (_look(5), 0),
        (_look(None), None),
        (_look(6, resets_on="power"), None),
        (_look(6, resets_on="service"), None),
        (_look(6, rebooted=True), 1),
        (_look(3), (3 - 5) % 2**32),
    ],
)
def test_cards_fed_since_the_start_are_counted_only_where_the_counter_is_sound(look: Look, since: int | None) -> None:
    assert _seen(look).fed_since == since


def test_a_start_without_a_count_leaves_the_difference_unknown() -> None:
    assert _seen(_look(6), attempt=Attempt("r", 1, "s", 0, counter=-1)).fed_since is None


@pytest.mark.parametrize(
    ("position", "inside"),
    [
        (CardPosition.NONE, Inside.NOWHERE),
        (CardPosition.JAMMED, Inside.JAMMED),
        (CardPosition.UNKNOWN, None),
        (CardPosition.HOPPER_EXIT, Inside.INSIDE),
        (CardPosition.EXIT, Inside.INSIDE),
    ],
)
def test_where_the_card_is_follows_the_sensors(position: CardPosition, inside: Inside | None) -> None:
    assert _seen(_look(position=position)).inside is inside


@pytest.mark.parametrize(
    ("read", "shown", "bound", "same"),
    [
        ("0A", "", "0A", True),
        ("", "0A", "0A", True),
        ("0B", "", "0A", False),
        ("", "", "0A", None),
        ("0A", "", "", None),
    ],
)
def test_a_chip_is_the_same_only_if_one_was_bound_and_one_was_read(
    read: str, shown: str, bound: str, same: bool | None
) -> None:
    assert _seen(_look(uid=shown), read, Attempt("r", 1, "s", 0, uid=bound)).same_uid is same


def test_the_devices_own_record_comes_with_its_certainty() -> None:
    found = _seen(_look(job=Outcome.SPOILED))
    assert (found.job, found.job_certainty) == (Outcome.SPOILED, Certainty.DEVICE_JOB_RECORD)
    assert is_spoiled(found, None)
    assert not is_spoiled(_seen(_look(job=Outcome.UNKNOWN)), Done(_look()))
    assert is_spoiled(_seen(_look()), Done(_look(), chip_wrong=True)), "the chip was read, and is not whole"
    assert not is_spoiled(evolve(found, job_certainty=Certainty.TRANSPORT), None), "nobody knows how it knows"
    assert (_seen(_look()).job, _seen(_look()).job_certainty) == (None, Certainty.TRANSPORT)


def test_a_blind_device_stays_blind_whatever_it_shows() -> None:
    assert _seen(_look(), can=BLIND).blind
    assert not _seen(_look()).blind


@pytest.mark.parametrize("written", [None, True, False])
def test_what_a_chip_holds_is_known_only_if_it_was_read(written: bool | None) -> None:
    assert _seen(_look(uid="0A")).chip_written is None
    assert evidence(ATTEMPT, Done(_look(), "0A", chip_written=written), FULL).chip_written is written


def test_the_count_of_a_device_without_one_is_minus_one() -> None:
    assert (fed_count(_look(6)), fed_count(_look(None))) == (6, -1)


def test_a_device_at_work_says_so() -> None:
    assert (is_moving(_look(busy=True)), is_moving(_look())) == (True, False)
