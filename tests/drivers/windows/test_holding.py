"""Taking a queue, step by step, before a spooler that does not do as it is told or has others' jobs in it."""

from typing import Any

import pytest
from attrs import evolve

from ektp_core.boundary.card_printer import DriverError, DriverLost, Settings
from ektp_driver_windows.bits import Attribute, JobBit, JobControl, PrinterBit
from ektp_driver_windows.holding import Taken, must_be_ready, take
from ektp_driver_windows.queue import job_name
from ektp_driving.deadline import Deadline
from tests.drivers.windows.spooler_here import HOLDER, OTHER, SpoolerHere, held

pytestmark = pytest.mark.rule(22)
MS = 60_000
CARD = job_name("a card")


def taken(at: SpoolerHere) -> Taken:
    return take(at, HOLDER, Settings(), Deadline.after(MS))


def refused(at: SpoolerHere, says: str) -> None:
    """It is not taken, and says so."""
    with pytest.raises(DriverError, match=says):
        taken(at)


def test_a_fit_queue_is_held_and_told_as_it_was_read_back() -> None:
    at = SpoolerHere()
    found = taken(at)
    assert found == Taken(Settings(digest=found.settings.digest), ()) and found.settings.digest
    assert at.now.is_held_by(HOLDER) and at.now.own_comment == "second floor"


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"page": (21000, 29700)}, "210.0 x 297.0 mm, and a card is"),
        ({"copies": 2}, "prints 2 copies"),
        ({"status": PrinterBit.PAUSED}, "paused by a person"),
    ],
)
def test_a_queue_that_is_not_fit_is_neither_stopped_nor_changed(values: dict[str, Any], says: str) -> None:
    at = SpoolerHere()
    at.let(**values)
    before = at.now
    refused(at, says)
    assert at.now == before and not {"stop", "change", "let run"} & set(at.asked)


@pytest.mark.parametrize(
    "attributes",
    [Attribute.SHARED, Attribute.QUEUED | Attribute.DIRECT, Attribute.QUEUED | Attribute.KEEP_PRINTED_JOBS, Attribute.DIRECT],
)
def test_each_attribute_that_is_wrong_is_set_and_where_it_stays_the_queue_is_refused(attributes: Attribute) -> None:
    at = SpoolerHere()
    at.let(attributes=attributes)
    assert not taken(at).settings.keeps_bitmaps
    assert at.now.is_as_wanted and at.now.attributes & Attribute.SHARED == attributes & Attribute.SHARED
    deaf = SpoolerHere()
    deaf.let(attributes=attributes)
    deaf.after["change"] = lambda: deaf.let(attributes=attributes)
    refused(deaf, "keeps other settings")


def test_a_queue_that_does_not_stay_stopped_or_is_taken_at_once_is_refused() -> None:
    run, other = SpoolerHere(deaf={"stop"}), SpoolerHere()
    other.after["change"] = lambda: other.let(comment=held(OTHER).comment)
    for at in (run, other):
        refused(at, "does not stay stopped")


@pytest.mark.parametrize("what", ["stop", "change"])
def test_an_account_without_the_right_is_told_where_to_give_it(what: str) -> None:
    refused(SpoolerHere(denied={what}), "Manage this printer")


# -- what an earlier process left ---------------------------------------------------------------


@pytest.mark.parametrize(
    "bits",
    [JobBit.NOTHING, JobBit.PAUSED, JobBit.SPOOLING, JobBit.PRINTING, JobBit.PRINTING | JobBit.RETAINED, JobBit.ERROR],
)
def test_a_card_that_was_left_is_deleted_before_anything_else_and_told_of(bits: JobBit) -> None:
    at = SpoolerHere()
    number = at.add(CARD, bits)
    found = taken(at)
    assert not at.found and at.asked.index(JobControl.DELETE) < at.asked.index("stop")
    assert len(found.leftovers) == 1 and found.leftovers[0].startswith(f"job {number} is ")


@pytest.mark.parametrize("bits", [JobBit.PRINTED, JobBit.COMPLETE | JobBit.RETAINED, JobBit.PRINTED | JobBit.RETAINED])
def test_a_card_that_had_ended_is_taken_out_of_the_list_and_is_no_doubt(bits: JobBit) -> None:
    at = SpoolerHere()
    at.add(CARD, bits)
    assert taken(at).leftovers == () and not at.found


@pytest.mark.parametrize("what", [JobControl.RELEASE, JobControl.DELETE])
def test_a_card_that_ends_while_it_is_taken_out_is_no_trouble(what: JobControl) -> None:
    at = SpoolerHere()
    at.add(CARD, JobBit.PRINTING)
    at.before[what] = at.found.clear
    assert len(taken(at).leftovers) == 1 and at.now.is_held_by(HOLDER)


def test_a_stopped_queue_is_taken_where_a_card_of_ours_was_left_in_it() -> None:
    at = SpoolerHere()
    at.let(status=PrinterBit.PAUSED)
    at.add(CARD)
    assert len(taken(at).leftovers) == 1


def test_a_job_of_somebody_else_is_waited_for_where_the_queue_runs_and_never_deleted() -> None:
    at = SpoolerHere()
    at.add("Document1", JobBit.PRINTING)
    refused(at, "works on a job of somebody else")
    assert "stop" not in at.asked
    at.now = held()
    taken(at)
    assert at.names == ["Document1"]


# -- in our hands -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"status": PrinterBit.NOTHING}, "somebody let the queue Card run"),
        ({"comment": held(OTHER).comment}, "another station has taken it"),
        ({"comment": "the technician is at it"}, "somebody else stopped it"),
        ({"attributes": Attribute.QUEUED | Attribute.KEEP_PRINTED_JOBS}, "settings of the queue Card were changed"),
        ({"copies": 2}, "settings of the queue Card were changed"),
    ],
)
def test_a_queue_that_is_not_in_our_hands_any_more_is_lost(values: dict[str, Any], says: str) -> None:
    at = SpoolerHere(now=evolve(held(), **values))
    with pytest.raises(DriverLost, match=says):
        must_be_ready(at, HOLDER, Deadline.after(MS))


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"status": PrinterBit.PAUSED | PrinterBit.PAPER_OUT}, "cannot print: paper-out"),
        ({"attributes": Attribute.QUEUED | Attribute.WORK_OFFLINE}, "cannot print: set to work offline"),
    ],
)
def test_a_queue_that_cannot_print_is_not_ready_and_is_still_ours(values: dict[str, Any], says: str) -> None:
    at = SpoolerHere(now=evolve(held(), **values))
    with pytest.raises(DriverError, match=says) as caught:
        must_be_ready(at, HOLDER, Deadline.after(MS))
    assert not isinstance(caught.value, DriverLost)


def test_a_job_of_others_keeps_a_stopped_queue_from_being_ready() -> None:
    at = SpoolerHere(now=held())
    must_be_ready(at, HOLDER, Deadline.after(MS))
    at.add("Document1")
    with pytest.raises(DriverError, match="1 jobs of others"):
        must_be_ready(at, HOLDER, Deadline.after(MS))
