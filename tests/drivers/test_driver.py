"""The driver against a printer that is a process of its own."""

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread, Timer
from time import monotonic, sleep

import pytest

from ektp_core.boundary.card_printer import (
    EVIDENCE,
    Artwork,
    Bin,
    CardPosition,
    CardPrinter,
    DriverError,
    DriverLost,
    DriverTimeout,
    Found,
    PrintToken,
    Recovery,
    ResetLevel,
    Settings,
    Station,
)
from ektp_core.vocabulary.verdict import Outcome
from ektp_driver_virtual import launch, messages, plugin, protocol, wire
from ektp_driver_virtual.driver import CAPABILITIES, VirtualPrinter
from ektp_driver_virtual.launch import RunningPrinter
from ektp_driver_virtual.messages import FaultKind, Step
from ektp_driver_virtual.truth import Place, read_truth

MS = 60_000
Start = Callable[..., RunningPrinter]

pytestmark = pytest.mark.processes


def opened(printer: RunningPrinter) -> VirtualPrinter:
    (found,) = plugin.ektp_discover_printers(str(printer.folder))
    device = plugin.ektp_open_printer(found)
    assert device is not None
    return device


def eventually_opened(printer: RunningPrinter) -> VirtualPrinter:
    """Open it as soon as it is back from a restart."""
    until = monotonic() + 60
    while True:
        try:
            return opened(printer)
        except (ValueError, DriverError):
            assert monotonic() < until, "the printer did not come back"
            sleep(0.02)


def one_card(device: CardPrinter, picture: bytes, key: int = 1, to: Bin = Bin.OUTPUT) -> str:
    device.prepare(Artwork(picture), MS)
    device.feed(MS)
    job = device.mark(PrintToken("r1", key, 1), MS)
    device.deliver(to, MS)
    return job


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPrinter]:
    """One printer for all tests that leave it whole."""
    printer = launch.start(tmp_path_factory.mktemp("vp") / "shared", "VP-0042", card_ms=10)
    printer.panel.load("T-1", 1, 50)
    yield printer
    printer.kill()


def test_the_driver_is_a_card_printer_with_evidence(shared: RunningPrinter) -> None:
    device = opened(shared)
    assert isinstance(device, CardPrinter)
    assert device.capabilities(MS) == CAPABILITIES
    assert CAPABILITIES.can & EVIDENCE == EVIDENCE and not CAPABILITIES.is_blind
    device.close()


def test_every_operation_works_over_the_socket(shared: RunningPrinter, picture: bytes) -> None:
    device = opened(shared)
    assert device.identify(MS).serial == "VP-0042"
    device.reserve("station/52.03/1", MS)
    assert device.configure(Settings(), MS).device_retries == 0
    assert device.status(MS).position is CardPosition.NONE
    fed = device.counters(MS).values[0].value
    assert device.supplies(MS)[0].name == "ribbon"
    device.prepare(Artwork(picture), MS)
    device.feed(MS)
    device.move(Station.CONTACTLESS, MS)
    assert len(device.read_uid(MS)) == 14
    assert device.encode(b"chip", MS) == b"chip"
    job = device.mark(PrintToken("every", 1, 1), MS)
    look = device.look(job, MS)
    assert look.job is not None and look.job == device.observe("every/1/1", MS)
    assert look.job.verdict.outcome is Outcome.GOOD
    assert look.counters.values[0].since(fed) == 1
    device.deliver(Bin.OUTPUT, MS)
    device.recover(Recovery.CLEAR_ERROR, MS)
    device.reset(ResetLevel.SOFT, MS)
    device.release(MS)
    with pytest.raises(DriverError, match="turn a card over"):
        device.flip(MS)
    device.close()
    with pytest.raises(DriverLost, match="closed"):
        device.status(MS)


def test_the_picture_that_comes_out_is_the_one_that_was_sent(shared: RunningPrinter, picture: bytes) -> None:
    device = opened(shared)
    one_card(device, picture, key=77)
    device.close()
    (card,) = (card for card in shared.truth().cards.values() if card.job_key == "r1/77/1")
    assert (shared.folder / card.picture).read_bytes() == picture


def test_what_the_printer_declines_is_a_driver_error_with_the_reason(shared: RunningPrinter) -> None:
    device = opened(shared)
    with pytest.raises(DriverError, match="no-card: there is no card inside"):
        device.deliver(Bin.OUTPUT, MS)
    assert device.status(MS).session == 1
    device.close()


def test_a_second_driver_waits_until_the_first_is_gone(
    shared: RunningPrinter,
) -> None:
    first, second = opened(shared), opened(shared)
    first.status(MS)
    with pytest.raises(DriverTimeout):
        second.status(100)
    third = opened(shared)
    Timer(0.2, first.close).start()
    assert third.status(MS).session == 1
    third.close()


def test_a_deadline_is_kept_and_ends_the_line(started: Start, picture: bytes) -> None:
    printer = started(card_ms=25_000)  # nearly four seconds for a feed
    printer.panel.load("T-1", 1, 1)
    device = opened(printer)
    before = monotonic()
    with pytest.raises(DriverTimeout):
        device.feed(100)
    assert monotonic() - before < 3.5
    with pytest.raises(DriverLost):
        device.status(MS)
    again = opened(printer)
    assert again.status(MS).position is CardPosition.HOPPER_EXIT
    again.close()


def test_a_driver_that_goes_away_in_mid_mark_changes_nothing(started: Start, picture: bytes) -> None:
    printer = started(card_ms=4_000)
    printer.panel.load("T-1", 1, 1)
    device = opened(printer)
    assert device.status(MS).rebooted
    device.prepare(Artwork(picture), MS)
    device.feed(MS)
    with pytest.raises(DriverTimeout):
        device.mark(PrintToken("r1", 1, 1), 50)
    again = opened(printer)
    look = again.look("r1/1/1", MS)
    again.close()
    assert look.job is not None and look.job.verdict.outcome is Outcome.GOOD
    assert look.status.position is CardPosition.EXIT and not look.status.rebooted
    assert [card.printed_good for card in printer.truth().cards.values()] == [True]


@pytest.mark.parametrize("step", Step)
def test_a_power_loss_breaks_the_line_and_the_printer_comes_back(started: Start, picture: bytes, step: Step) -> None:
    printer = started()
    printer.panel.load("T-1", 1, 2)
    printer.panel.fault(FaultKind.POWER_LOSS, step=step)
    device, idle = opened(printer), opened(printer)
    idle.identify(MS)  # both lines are up before the power goes

    def whole_card() -> None:
        device.prepare(Artwork(picture), MS)
        device.feed(MS)
        device.move(Station.CONTACTLESS, MS)
        device.encode(b"x", MS)
        device.mark(PrintToken("r1", 1, 1), MS)
        device.deliver(Bin.OUTPUT, MS)

    with pytest.raises(DriverLost):
        whole_card()
    again = eventually_opened(printer)
    with pytest.raises(DriverLost):
        idle.identify(MS)
    look = again.look("r1/1/1", MS)
    assert (look.status.rebooted, look.status.session) == (True, 2)
    assert look.counters.values[0].value == 1
    assert look.job is not None and look.job.verdict.outcome is Outcome.UNKNOWN
    again.recover(Recovery.REJECT_CARD, MS)
    one_card(again, picture, key=2)
    cards = list(printer.truth().cards.values())
    assert [card.place for card in cards] == [Place.REJECT, Place.OUTPUT]
    assert [card.spoiled for card in cards] == [step is Step.MARK, False]
    again.close()


def test_a_jam_reaches_the_driver_and_leaves_with_the_operators_order(started: Start, picture: bytes) -> None:
    printer = started()
    printer.panel.load("T-1", 1, 1)
    printer.panel.fault(FaultKind.JAM)
    device = opened(printer)
    with pytest.raises(DriverError, match="jam: the card is stuck"):
        one_card(device, picture)
    look = device.look("r1/1/1", MS)
    assert look.job is not None and look.job.verdict.outcome is Outcome.SPOILED
    assert look.status.position is CardPosition.JAMMED
    device.recover(Recovery.REJECT_CARD, MS)
    assert printer.panel.view().in_reject == 1
    device.close()


def test_a_switched_off_printer_is_not_there_until_it_is_switched_on(started: Start) -> None:
    printer = started()
    device = opened(printer)
    device.status(MS)
    printer.panel.power(False)
    with pytest.raises(DriverLost):
        device.status(MS)
    assert plugin.ektp_discover_printers(str(printer.folder)) == []
    assert not printer.panel.view().powered
    printer.panel.power(True)
    again = opened(printer)
    assert again.status(MS).session == 2
    again.close()


@pytest.mark.parametrize("after_ms", [5, 60, 130, 190, 280])
def test_a_printer_killed_at_any_moment_starts_with_the_truth_it_had(
    started: Start, picture: bytes, after_ms: int
) -> None:
    printer = started(card_ms=100)
    printer.panel.load("T-1", 1, 20)
    device = opened(printer)

    def print_on() -> None:
        try:
            for key in range(1, 20):
                one_card(device, picture, key)
        except DriverError:
            device.close()

    work = Thread(target=print_on)
    work.start()
    sleep(after_ms / 1000)
    printer.kill()
    work.join()
    kept = read_truth(printer.folder)
    again = launch.start(printer.folder, "VP-0001", card_ms=10)
    try:
        truth = again.truth()
        assert (truth.session, again.panel.view().session) == (2, 2)
        for name, count in kept.counters.items():
            assert truth.counters[name] == count
        for card in truth.cards.values():
            was = kept.cards[card.serial]
            assert (card.fed, card.marked, card.place) == (was.fed, was.marked, was.place)
            assert card.marked == (card.printed_good or card.spoiled)
            assert card.picture == "" or (printer.folder / card.picture).exists()
    finally:
        again.kill()


def test_an_answer_that_is_late_is_not_taken_for_the_next(tmp_path: Path) -> None:
    door, address = wire.listen(tmp_path, "driver")

    def answer_with_delay() -> None:
        line, _ = door.accept()
        question = wire.receive(line)
        wire.send(line, protocol.Frame(question.number - 1, messages.Text("late")))
        wire.send(line, protocol.Frame(question.number, messages.Text("right")))
        sleep(0.2)
        line.close()

    Thread(target=answer_with_delay, daemon=True).start()
    device = VirtualPrinter(Found("virtual", address, "x"))
    assert device.read_uid(MS) == "right"
    device.close()
    door.close()


@pytest.mark.parametrize("answer", [b"HTTP/1.1 400 Bad Request\r\n\r\n", protocol.encode(protocol.Frame(1, messages.Done()))])
def test_something_else_behind_the_socket_is_a_driver_error(tmp_path: Path, answer: bytes) -> None:
    door, address = wire.listen(tmp_path, "driver")

    def say(what: bytes) -> None:
        line, _ = door.accept()
        line.recv(100)
        line.sendall(what)
        line.close()

    Thread(target=say, args=(answer,), daemon=True).start()
    device = VirtualPrinter(Found("virtual", address, "x"))
    with pytest.raises(DriverError):
        device.identify(MS)
    device.close()
    door.close()


def test_noise_at_the_printers_doors_does_not_stop_it(shared: RunningPrinter) -> None:
    found = wire.read_addresses(shared.folder)
    for address in (found.driver, found.panel):
        for noise in (b"", b"\x00" * 64, b"GET / HTTP/1.1\r\n\r\n", protocol.encode(protocol.Frame(1, messages.Done()))[:-1]):
            line = wire.connect(address, wire.deadline_in(MS))
            line.sendall(noise)
            line.close()
    assert shared.panel.view().powered


@pytest.mark.parametrize("has_numbers", [True, False])
def test_a_long_path_is_reached_through_its_folder_or_else_gets_a_short_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_numbers: bool
) -> None:
    folder = tmp_path / ("long" * 40)
    folder.mkdir()
    if not has_numbers:
        monkeypatch.setattr(wire, "_BY_NUMBER", str(tmp_path / "not-here"))
    door, address = wire.listen(folder, "driver")
    # Whoever shows a sandbox the printer's folder shows it the socket too.
    assert (Path(address.removeprefix("unix:")).parent == folder) is has_numbers
    wire.connect(address, wire.deadline_in(MS)).close()
    door.close()
    wire.forget(address)
    assert not Path(address.removeprefix("unix:")).exists() and folder.exists()


def test_where_there_are_no_unix_sockets_loopback_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(socket, "AF_UNIX")
    door, address = wire.listen(tmp_path, "driver")
    assert address.startswith("tcp:127.0.0.1:")
    wire.connect(address, wire.deadline_in(MS)).close()
    door.close()


@pytest.mark.parametrize("address", ["", "usb:1", "tcp:localhost", "unix:/nowhere/driver.sock"])
def test_an_address_without_a_printer_is_a_lost_printer(address: str) -> None:
    with pytest.raises(DriverLost):
        wire.connect(address, wire.deadline_in(MS))


# -- the hooks --------------------------------------------------------------------------


def test_discover_names_every_printer_of_the_hint_by_its_own_serial(shared: RunningPrinter, started: Start) -> None:
    other = started("VP-0002")
    address = wire.read_addresses(other.folder).driver
    hint = f"{shared.folder}, {address.removeprefix('unix:')}, /nowhere, {address}"
    serials = [found.serial for found in plugin.ektp_discover_printers(hint)]
    assert serials == ["VP-0042", "VP-0002", "VP-0002"]
    assert plugin.ektp_discover_printers("") == []


def test_open_answers_for_its_own_printers_only(shared: RunningPrinter) -> None:
    (found,) = plugin.ektp_discover_printers(str(shared.folder))
    device = plugin.ektp_open_printer(found)
    assert device is not None and device.identify(MS).serial == found.serial
    device.close()
    assert plugin.ektp_open_printer(Found("evolis", found.address, found.serial)) is None


def test_open_says_when_the_printer_has_gone() -> None:
    with pytest.raises(DriverLost):
        plugin.ektp_open_printer(Found("virtual", "unix:/nowhere/driver.sock", "VP-9"))
