"""What is beside the driver's reach: the printer's own program that tries again, settings that change, a dead driver."""

import signal
from collections.abc import Callable
from pathlib import Path
from threading import Thread

import pytest
from attrs import evolve
from ippx import Attribute, Tag

from ektp_core.boundary.card_printer import Artwork, DriverError, DriverLost, Settings
from ektp_driver_cups import bench_house
from ektp_driver_cups.desk import Desk
from ektp_driver_cups.marking import LeftStopped
from ektp_driver_cups.queue import QueueState
from ektp_driving.deadline import Deadline
from ektp_station.driver_link import DriverLink, RemotePrinter
from tests.drivers.cups.conftest import MS, Office
from tests.drivers.cups.waiting import card_kept_inside, until
from tests.drivers.queue_office import token

pytestmark = [pytest.mark.processes, pytest.mark.rule(22)]
STOP, RETRY, RETRY_AT_ONCE = 4, 6, 7


def _own_program(at: Office, ends: int, mode: int = 0o755) -> Path:
    """Put a program of the maker's own before the printer: a line for each card, then an end; the next ends well."""
    folder = at.bench.place / "bin/backend"
    program, cards, first = folder / "maker", at.bench.place / "run/cards", at.bench.place / "run/first"
    program.write_text(
        f'#!/bin/sh\n[ $# -gt 0 ] || exit 0\necho "$3" >> {cards}\n'
        f"[ -e {first} ] && exit 0\n: > {first}\necho 'ERROR: out of film' >&2\nexit {ends}\n"
    )
    program.chmod(mode)
    address = "maker:/printer?serial=CB-0001"
    uri = f"ektp-once:{address}" if at.bench.manner.is_guarded else address
    at.bench.change(Attribute("device-uri", Tag.URI, [uri]))
    return cards


@pytest.mark.parametrize("is_guarded", [True, False])
def test_a_printers_program_that_wants_the_card_again_gets_it_where_nothing_hinders_it(
    office: Callable[..., Office], is_guarded: bool
) -> None:
    at = office(is_guarded=is_guarded)
    cards = _own_program(at, RETRY_AT_ONCE)
    printer = at.prepared()
    if is_guarded:
        with pytest.raises(DriverError):
            printer.mark(token(), MS)
    else:
        printer.mark(token(), MS)  # and no word of it reaches the driver
    assert len(cards.read_text().splitlines()) == (1 if is_guarded else 2)


@pytest.mark.parametrize("ends", [STOP, RETRY])
def test_a_printers_program_that_gives_up_leaves_its_words_beside_the_queue_for_a_person(
    office: Callable[..., Office], ends: int
) -> None:
    at = office()
    cards = _own_program(at, ends)
    with pytest.raises(DriverError):
        at.prepared().mark(token(), MS)
    assert len(cards.read_text().splitlines()) == 1
    if ends == STOP:
        with pytest.raises(DriverError, match=r"out of film.*cupsenable card"):
            at.open()
    at.bench.enable_queue()
    at.prepared().mark(token(2), MS)
    assert len(cards.read_text().splitlines()) == 2


def test_a_program_that_only_root_may_run_is_told_of_and_costs_no_card(office: Callable[..., Office]) -> None:
    at = office()
    cards = _own_program(at, 0, mode=0o600)
    with pytest.raises(DriverError, match="mode 744"):
        at.prepared().mark(token(), MS)
    with pytest.raises(DriverError, match=r"mode 744.*cupsenable card"):
        at.open()
    assert not cards.exists()
    assert not list((at.bench.place / "cache").glob("ektp-once/*")), "no mark was left"


def test_a_program_that_gave_up_before_anybody_looked_is_told_of_and_not_waited_for(
    office: Callable[..., Office], monkeypatch: pytest.MonkeyPatch
) -> None:
    at = office()
    _own_program(at, STOP)
    resume = Desk.resume

    def look_late(desk: Desk, deadline: Deadline) -> None:
        resume(desk, deadline)
        until(lambda: desk.queue(deadline).state is QueueState.STOPPED)

    monkeypatch.setattr(Desk, "resume", look_late)
    with pytest.raises(LeftStopped, match="out of film"):
        at.prepared().mark(token(), MS)


def test_pictures_that_are_kept_from_now_on_are_noticed_with_the_first_card(office: Callable[..., Office]) -> None:
    at = office()
    printer = at.prepared()
    bench_house.write_configuration(at.bench.place, evolve(at.bench.manner, keeps_files=True))
    bench_house.kill_spooler(at.bench.place, signal.SIGTERM)  # as cupsctl has it read its settings again
    bench_house.start_spooler(at.bench.place)
    with pytest.raises(DriverLost, match="PreserveJobFiles changed"):
        printer.mark(token(), MS)
    assert list((at.bench.place / "spool").glob("d*")), "it was kept indeed"
    with pytest.raises(DriverError, match="cupsctl PreserveJobFiles=No"):
        at.raw().configure(Settings(), MS)


def test_a_driver_that_died_in_a_card_leaves_a_queue_that_says_so_and_what_to_type(
    office: Callable[..., Office],
) -> None:
    at = office(card_ms=1_500)
    link = DriverLink("cups", at.bench.hint, at.bench.serial, ("ektp_driver_cups.plugin",))
    printer = RemotePrinter(link)
    printer.configure(Settings(), MS)
    printer.prepare(Artwork(at.picture), MS)

    def mark() -> None:
        with pytest.raises(DriverError):
            printer.mark(token(), MS)

    marking = Thread(target=mark)
    marking.start()
    with card_kept_inside(at.bench.place):
        link.kill()
        marking.join()
    desk = at.bench.desk()
    until(lambda: not desk.jobs("not-completed", Deadline.after(MS)))
    queue = desk.queue(Deadline.after(MS))
    assert (queue.state, queue.message) == (
        QueueState.STOPPED, "EKTP: a card was sent, and nobody at the station saw its end: look at the printer",
    )  # fmt: skip
    with pytest.raises(DriverError, match=r"nobody at the station saw its end: look at the printer.*cupsenable card"):
        at.raw().configure(Settings(), MS)
    at.bench.enable_queue()
    at.prepared().mark(token(2), MS)
    assert [one.whole for one in at.marked()] == [True, True]
