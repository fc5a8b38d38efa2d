"""Two stations at one queue: the first holds it, the other disturbs neither the queue nor the card in it."""

from collections.abc import Callable
from threading import Thread

import pytest

from ektp_core.boundary.card_printer import Artwork, DriverError, DriverLost, Settings
from ektp_driver_cups.driver import STATION, CupsPrinter
from ektp_driving.deadline import Deadline
from ektp_station.acts import Act, Done, Failed, Order
from ektp_station.config import PrinterConfig
from ektp_station.machine import House, Machine
from tests.drivers.cups.conftest import MS, Office
from tests.drivers.cups.waiting import card_kept_inside
from tests.drivers.queue_office import token

pytestmark = [pytest.mark.processes, pytest.mark.rule(22)]
A, B = "aaaaaaaa", "bbbbbbbb"


@pytest.fixture
def of(monkeypatch: pytest.MonkeyPatch) -> Callable[[Office, str], CupsPrinter]:
    """A driver process of that station, opened and nothing else."""

    def make(at: Office, station: str) -> CupsPrinter:
        monkeypatch.setenv(STATION, station)
        return at.raw()

    return make


def test_a_queue_that_another_station_holds_is_left_to_it_until_a_person_frees_it(
    office: Callable[..., Office], of: Callable[[Office, str], CupsPrinter]
) -> None:
    at = office()
    first, second = of(at, A), of(at, B)
    first.configure(Settings(), MS)
    for _ in range(3):
        with pytest.raises(DriverError, match=r"another station holds the queue card.*cupsenable card"):
            second.configure(Settings(), MS)
        assert first.status(MS).stops == (), "the one that holds it is not disturbed"
    later = of(at, A)
    later.configure(Settings(), MS)  # the same station, after its first process died
    at.bench.enable_queue()
    second.configure(Settings(), MS)
    with pytest.raises(DriverLost, match="another station has taken it"):
        later.status(MS)


@pytest.mark.parametrize("is_guarded", [True, False])
def test_a_card_of_another_station_that_is_under_way_is_not_cancelled(
    office: Callable[..., Office], of: Callable[[Office, str], CupsPrinter], is_guarded: bool
) -> None:
    at = office(card_ms=2_000, is_guarded=is_guarded)
    first, second = of(at, A), of(at, B)
    first.configure(Settings(), MS)
    first.prepare(Artwork(at.picture), MS)
    said: list[str] = []
    marking = Thread(target=lambda: said.append(first.mark(token(), MS)))
    marking.start()
    is_left_alone = pytest.raises(DriverError, match=r"a card of another station is in the queue.*is processing.*cancel card-")
    with card_kept_inside(at.bench.place), is_left_alone:
        second.configure(Settings(), MS)
    marking.join()
    assert len(said) == 1 and [one.whole for one in at.marked()] == [True]
    with pytest.raises(DriverError, match="another station holds"):
        second.configure(Settings(), MS)


def test_two_stations_on_one_machine_settle_and_each_card_is_made_once(office: Callable[..., Office]) -> None:
    at = office()
    config = PrinterConfig("A", "cups", at.bench.hint, at.bench.serial, timeout_ms=MS)
    first, second = (
        Machine(config, lambda _: Artwork(at.picture), House(folder=at.bench.folder / name)) for name in ("one", "two")
    )
    try:
        first.open()
        for _ in range(2):
            assert isinstance(first.carry_out(Order(Act.CHECK)), Done)
            refused = second.carry_out(Order(Act.CHECK))
            assert isinstance(refused, Failed) and "another station holds" in refused.why
        first.let_go()
        assert isinstance(first.carry_out(Order(Act.CHECK)), Done), "its own next process has the queue again"
    finally:
        first.let_go()
        second.let_go()


@pytest.mark.parametrize("is_guarded", [True, False])
def test_an_own_card_that_somebody_begins_again_is_not_printed_and_nothing_is_ordered_beside_it(
    office: Callable[..., Office], is_guarded: bool
) -> None:
    """As a click on "reprint" does; the next opening cancels it."""
    at = office(is_guarded=is_guarded)
    printer = at.prepared()
    desk, deadline = at.bench.desk(), Deadline.after(MS)
    job_id = desk.create("ektp-" + "0" * 32, "", deadline)
    desk.send(job_id, "application/pdf", b"%PDF-1.4\n%%EOF\n", deadline)
    for call in (lambda: printer.status(MS), lambda: printer.feed(MS), lambda: printer.mark(token(), MS)):
        with pytest.raises(DriverLost, match="nobody ordered now"):
            call()
    assert not desk.job(job_id, deadline).is_over
    at.prepared().mark(token(2), MS)
    assert desk.job(job_id, deadline).is_over
    assert [len(one.job_keys) for one in at.marked()] == [1]
