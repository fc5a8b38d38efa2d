"""One card through a real spooler, and what a queue says and never says."""

import re
from collections.abc import Callable
from time import monotonic

import pytest
from attrs import evolve

from ektp_core.boundary.card_printer import (
    Artwork,
    Bin,
    Can,
    CardPosition,
    Condition,
    Counters,
    DriverError,
    DriverLost,
    DriverTimeout,
    Found,
    Recovery,
    ResetLevel,
    Settings,
    Severity,
    Station,
)
from ektp_core.boundary.driver_bench import Lies, Moment, Strike
from ektp_core.vocabulary.verdict import BlankPlace, Certainty, Outcome
from ektp_driver_cups import bench_house
from ektp_driver_cups.driver import CupsPrinter
from ektp_driver_cups.plugin import ektp_open_printer
from ektp_driver_cups.queue import job_name
from ektp_station.driver_link import DriverLink, RemotePrinter
from tests.drivers.cups.conftest import MS, Office
from tests.drivers.queue_office import token

pytestmark = pytest.mark.processes


@pytest.mark.rule(22)
def test_a_card_goes_its_whole_way_inside_mark_and_the_queue_never_says_that_it_is_good(
    office: Callable[..., Office],
) -> None:
    at = office()
    printer = at.prepared()
    printer.move(Station.HEAD, MS)
    assert at.lies() == [Lies.HOPPER] * 4
    job = printer.mark(token(), MS)
    printer.deliver(Bin.OUTPUT, MS)
    (card,) = at.marked()
    assert (card.lies, card.whole, card.marks, card.job_keys) == (
        Lies.OUTPUT, True, 1, (job_name(token().job_key),),
    )  # fmt: skip
    for asked in (job, token().job_key):
        verdict = printer.observe(asked, MS).verdict
        assert (verdict.outcome, verdict.blank, verdict.certainty) == (
            Outcome.UNKNOWN, BlankPlace.UNKNOWN, Certainty.TRANSPORT,
        )  # fmt: skip
        assert "is completed" in verdict.detail
    look = printer.look(job, MS)
    assert (look.status.position, look.status.stops, look.counters) == (CardPosition.UNKNOWN, (), Counters(()))


def test_the_card_arrives_as_one_page_of_a_cards_size(office: Callable[..., Office]) -> None:
    at = office()
    at.prepared().mark(token(), MS)
    page = (at.bench.place / "card-1").read_bytes()
    box = re.search(rb"/MediaBox \[ 0 0 ([\d.]+) ([\d.]+) \]", page)
    assert box and page.count(b"/Type /Page\n") + page.count(b"/Type /Page ") <= 1
    width_mm, height_mm = (float(one) * 25.4 / 72 for one in box.groups())
    assert (round(width_mm, 1), round(height_mm, 1)) == (85.6, 54.0)


def test_no_record_and_no_person_is_named_in_the_spool_and_no_picture_stays_there(
    office: Callable[..., Office],
) -> None:
    at = office()
    at.prepared().mark(token(), MS)
    said = b"".join(one.read_bytes() for one in (at.bench.place / "log").iterdir())
    assert b"ektp-" in said
    assert b"52.03" not in said and token().record.encode() not in said
    assert not list((at.bench.place / "spool").glob("d*"))


def test_a_driver_process_of_a_station_prints_too(office: Callable[..., Office]) -> None:
    at = office()
    link = DriverLink("cups", at.bench.hint, at.bench.serial, ("ektp_driver_cups.plugin",))
    try:
        printer = RemotePrinter(link)
        assert Can.OPAQUE_QUEUE in printer.capabilities(MS).can and printer.capabilities(MS).is_blind
        printer.configure(Settings(), MS)
        printer.reserve("ektp", MS)
        printer.prepare(Artwork(at.picture), MS)
        assert printer.observe(printer.mark(token(), MS), MS).verdict.certainty is Certainty.TRANSPORT
    finally:
        link.close()
    assert [one.whole for one in at.marked()] == [True]


def test_the_leave_to_print_is_used_once_by_this_process_and_by_the_next(office: Callable[..., Office]) -> None:
    at = office()
    printer = at.prepared()
    printer.mark(token(), MS)
    printer.prepare(Artwork(at.picture), MS)
    with pytest.raises(DriverError, match="used before"):
        printer.mark(token(), MS)
    with pytest.raises(DriverError, match="stands in the spooler's list already"):
        at.prepared().mark(token(), MS)
    assert [one.marks for one in at.bench.cards()] == [1, 0, 0, 0]


def test_nothing_is_marked_without_a_picture_or_before_the_queue_was_taken(office: Callable[..., Office]) -> None:
    at = office()
    with pytest.raises(DriverError, match="no picture"):
        at.open().mark(token(), MS)
    fresh = at.raw()
    fresh.prepare(Artwork(at.picture), MS)
    for call in (lambda: fresh.mark(token(2), MS), lambda: fresh.feed(MS)):
        with pytest.raises(DriverError, match="not configured"):
            call()
    assert not at.marked()


def test_what_a_queue_cannot_do_is_refused_and_not_pretended(office: Callable[..., Office]) -> None:
    printer = office().open()
    calls: tuple[Callable[[], object], ...] = (
        lambda: printer.flip(MS),
        lambda: printer.read_uid(MS),
        lambda: printer.read_chip(MS),
        lambda: printer.encode(b"x", MS),
        *((lambda one=one: printer.recover(one, MS)) for one in Recovery),
        *((lambda one=one: printer.reset(one, MS)) for one in ResetLevel),
        lambda: printer.prepare(Artwork(b"x", b"back"), MS),
    )
    for call in calls:
        with pytest.raises(DriverError, match="unsupported"):
            call()


@pytest.mark.parametrize("strike", [Strike.HOPPER_EMPTY, Strike.BLANK_FEED, Strike.JAM, Strike.RIBBON_OUT])
def test_after_a_fault_the_verdict_is_open_and_new_cards_wait_for_a_person(
    office: Callable[..., Office], strike: Strike
) -> None:
    at = office()
    at.bench.strike(strike, Moment.MARK)
    printer = at.prepared()
    try:
        job = printer.mark(token(), MS)
    except DriverError:
        job = token().job_key
    verdict = printer.observe(job, MS).verdict
    assert (verdict.outcome, verdict.certainty) == (Outcome.UNKNOWN, Certainty.TRANSPORT)
    found = printer.status(MS).stops
    wanted = {
        Strike.HOPPER_EMPTY: Condition.HOPPER_EMPTY, Strike.BLANK_FEED: Condition.NOT_FED,
        Strike.JAM: Condition.JAM, Strike.RIBBON_OUT: Condition.FILM_EMPTY,
    }[strike]  # fmt: skip
    assert wanted in [one.condition for one in found] and all(one.vendor_code for one in found)
    at.bench.mend()
    with pytest.raises(DriverLost, match="let it run"):
        printer.status(MS)
    again = at.prepared()
    assert again.status(MS).stops == ()
    again.mark(token(2), MS)
    assert sum(one.whole for one in at.bench.cards()) == 1


def test_a_job_without_an_end_is_cancelled_at_the_deadline_and_its_card_stays_unknown(
    office: Callable[..., Office],
) -> None:
    at = office(card_ms=6_000)
    printer = at.prepared()
    began = monotonic()
    with pytest.raises(DriverTimeout):
        printer.mark(token(), 2_500)
    assert monotonic() - began < 2_500 / 1000 + 0.25
    record = printer.observe(token().job_key, MS)
    assert (record.verdict.outcome, "canceled" in record.verdict.detail) == (Outcome.UNKNOWN, True)
    printer.prepare(Artwork(at.picture), MS)
    with pytest.raises(DriverError, match="used before"):
        printer.mark(token(), MS)


def test_a_spooler_that_does_not_answer_costs_no_more_than_the_deadline(office: Callable[..., Office]) -> None:
    at = office()
    printer = at.open()
    at.bench.strike(Strike.SILENCE, Moment.NOW)
    began = monotonic()
    for call in (lambda: printer.status(400), lambda: printer.look("1", 400), lambda: printer.identify(400)):
        with pytest.raises(DriverTimeout):
            call()
    assert monotonic() - began < 3 * 0.65
    at.bench.mend()
    assert at.open().status(MS).stops == ()


def test_a_spooler_that_is_not_there_is_lost_and_one_that_closed_stays_closed(office: Callable[..., Office]) -> None:
    at = office()
    printer = at.open()
    bench_house.kill_spooler(at.bench.place)
    with pytest.raises(DriverLost, match="no spooler answers"):
        printer.status(MS)
    printer.close()
    printer.close()
    bench_house.start_spooler(at.bench.place)
    for call in (lambda: printer.status(MS), lambda: printer.mark(token(), MS), lambda: printer.feed(MS)):
        with pytest.raises(DriverLost, match="closed"):
            call()


def test_settings_that_change_by_themselves_are_seen_and_set_again(office: Callable[..., Office]) -> None:
    at = office()
    printer = at.raw()
    first = printer.configure(Settings(), MS)
    assert first.digest and first == printer.configure(Settings(), MS)
    at.bench.strike(Strike.SETTINGS_DRIFT, Moment.NOW)
    with pytest.raises(DriverLost, match="settings"):
        printer.status(MS)
    again = at.raw().configure(Settings(), MS)
    assert evolve(again, digest="") == evolve(first, digest="")
    assert again.digest != first.digest  # how many pages stand on a sheet is said in each job, so it is only shown


def test_another_printer_behind_the_same_queue_is_another_printer(office: Callable[..., Office]) -> None:
    at = office()
    found = Found("cups", at.bench.hint, "SOMEBODY-ELSE")
    with pytest.raises(DriverError, match="leads to CB-0001"):
        ektp_open_printer(found)
    printer = CupsPrinter(found)  # as if it was exchanged after the opening
    at.opened.append(printer)
    with pytest.raises(DriverError, match="leads to CB-0001"):
        printer.configure(Settings(), MS)


def test_supplies_and_notices_are_told_in_the_printers_own_words(office: Callable[..., Office]) -> None:
    printer = office().open()
    assert printer.supplies(MS) == () and printer.counters(MS) == Counters(())
    assert all(one.severity is Severity.REPORT for one in printer.status(MS).notices)
