"""A driver in its own process: the whole way of a card, deadlines and deaths."""

import os
import signal
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from time import monotonic, sleep

import pytest

from ektp_core.boundary.card_printer import (
    Artwork,
    Bin,
    Can,
    CardPosition,
    CardPrinter,
    DriverError,
    DriverLost,
    DriverTimeout,
    PrintToken,
    ResetLevel,
    Settings,
    Station,
)
from ektp_core.vocabulary.verdict import Certainty, Outcome
from ektp_driver_virtual import launch
from ektp_driver_virtual.launch import RunningPrinter
from ektp_station.artwork import CardText, draw_card
from ektp_station.driver_link import DriverLink, RemotePrinter
from tests.station.station_bench import SOON_S, WAIT_S

MS = 60_000
VIRTUAL = ("ektp_driver_virtual.plugin",)
SOMEBODY = CardText("5203014101900001", "CONTOH", *("X",) * 12)

#: A driver as bad as they come: every method does what its name promises a station to fear.
STUB = """
    import os, sys, time
    from ektp_core.boundary.card_printer import DriverError, DriverLost, DriverTimeout, Found, Identity
    from ektp_core.boundary.hookspecs import hookimpl

    class Stub:
        def identify(self, timeout_ms):
            print("a vendor library chats on standard output")
            os.write(1, b"and so does its C part")
            return Identity("stub", "stub", "S-1", firmware=",".join(sorted(os.environ)))
        def status(self, timeout_ms):
            time.sleep(60)
        def feed(self, timeout_ms):
            os._exit(139)
        def flip(self, timeout_ms):
            raise DriverTimeout("the device was late")
        def release(self, timeout_ms):
            raise DriverLost("unplugged")
        def reserve(self, owner, timeout_ms):
            raise DriverError(f"taken, {owner}")
        def deliver(self, to, timeout_ms):
            raise KeyError("3201054408990001")
        def read_uid(self, timeout_ms):
            return object()
        def counters(self, timeout_ms):
            return "seven"
        def prepare(self, art, timeout_ms):
            return None
        def close(self):
            if os.environ.get("LANG") == "stubborn":
                time.sleep(60)

    @hookimpl
    def ektp_discover_printers(hint):
        if hint == "hang":
            time.sleep(60)
        return [Found("stub", hint, "S-1"), Found("stub", hint, "S-2")]

    @hookimpl
    def ektp_open_printer(found):
        if found.serial == "S-2":
            raise DriverError("the device is there but does not open")
        return Stub() if found.driver == "stub" else None
"""

pytestmark = pytest.mark.processes


@pytest.fixture
def link(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., DriverLink]]:
    """Start links to the stub driver that end with the test."""
    (tmp_path / "stub_driver.py").write_text(textwrap.dedent(STUB))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), *(p for p in sys.path if p)]))
    opened: list[DriverLink] = []

    def start(hint: str = "x", serial: str = "S-1", start_ms: int = MS) -> DriverLink:
        opened.append(DriverLink("stub", hint, serial, ("stub_driver",), start_ms))
        return opened[-1]

    yield start
    for one in opened:
        one.close()


@pytest.fixture
def printer(tmp_path: Path) -> Iterator[RunningPrinter]:
    started = launch.start(tmp_path / "vp", "VP-0001", card_ms=60)
    started.panel.load("T-1", 1, 10)
    yield started
    started.kill()


def remote(printer: RunningPrinter) -> RemotePrinter:
    return RemotePrinter(DriverLink("virtual", str(printer.folder), printer.serial, VIRTUAL))


def test_one_card_is_printed_through_the_driver_process(printer: RunningPrinter) -> None:
    device = remote(printer)
    art = draw_card(SOMEBODY)
    assert isinstance(device, CardPrinter)
    assert device.identify(MS).serial == "VP-0001"
    assert device.capabilities(MS).can & Can.JOB_LOG | Can.READS_UID in device.capabilities(MS).can
    device.reserve("station/52.03/1", MS)
    assert device.configure(Settings(), MS).host_handles_errors
    assert device.supplies(MS)[1].remaining == 10
    device.prepare(art, MS)
    device.feed(MS)
    device.move(Station.CONTACTLESS, MS)
    uid = device.read_uid(MS)
    assert device.encode(b"chip", MS) == b"chip"
    job = device.mark(PrintToken("r1", 1, 1), MS)
    assert device.observe(job, MS).verdict.certainty is Certainty.DEVICE_JOB_RECORD
    look = device.look(job, MS)
    assert (look.uid, look.status.position) == (uid, CardPosition.EXIT)
    device.deliver(Bin.OUTPUT, MS)
    assert device.counters(MS).values[0].value == 1
    assert device.status(MS).session == 1
    device.reset(ResetLevel.SOFT, MS)
    device.release(MS)
    with pytest.raises(DriverError, match="unsupported"):
        device.flip(MS)
    device.close()
    (card,) = printer.truth().good
    assert (card.uid, card.job_key) == (uid, "r1/1/1")
    assert (printer.folder / card.picture).read_bytes() == art.front_png


def test_a_driver_killed_in_mid_mark_loses_nothing_the_printer_knows(printer: RunningPrinter) -> None:
    device = remote(printer)
    device.status(MS)
    device.prepare(draw_card(SOMEBODY), MS)
    device.feed(MS)
    caught: list[DriverError] = []

    def mark() -> None:
        try:
            device.mark(PrintToken("r1", 1, 1), MS)
        except DriverError as error:
            caught.append(error)

    work = Thread(target=mark)
    work.start()
    while not any(card.marked for card in printer.truth().cards.values()):
        sleep(0.002)
    assert device.link.pid is not None
    os.kill(device.link.pid, signal.SIGKILL)
    work.join()
    assert [type(error) for error in caught] == [DriverLost]
    assert device.link.lost
    device.link.restart()
    look = device.look("r1/1/1", MS)
    assert look.job is not None and look.job.verdict.outcome is Outcome.GOOD
    assert (look.status.position, look.status.rebooted) == (CardPosition.EXIT, False)
    device.close()
    assert len(printer.truth().good) == 1


def test_a_driver_that_hangs_is_killed_at_the_deadline(link: Callable[..., DriverLink]) -> None:
    stub = link()
    child = stub.pid
    before = monotonic()
    with pytest.raises(DriverTimeout, match="status"):
        stub.call("status", timeout_ms=100)
    assert monotonic() - before < SOON_S
    assert stub.lost and child is not None
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)
    with pytest.raises(DriverLost, match="gone"):
        stub.call("identify", timeout_ms=MS)
    stub.restart()
    assert stub.call("identify", timeout_ms=MS).serial == "S-1"


def test_a_child_that_dies_is_a_lost_driver(link: Callable[..., DriverLink]) -> None:
    stub = link()
    with pytest.raises(DriverLost, match="feed"):
        stub.call("feed", timeout_ms=MS)
    assert stub.lost


def test_a_child_that_was_killed_between_calls_is_a_lost_driver(link: Callable[..., DriverLink]) -> None:
    stub = link()
    assert stub.pid is not None
    os.killpg(stub.pid, signal.SIGKILL)  # all of it at once: in a sandbox it is several processes
    with pytest.raises(DriverLost):
        stub.call("identify", timeout_ms=MS)


def test_a_picture_for_a_driver_that_does_not_read_does_not_block_its_station(link: Callable[..., DriverLink]) -> None:
    stub = link()
    assert stub.pid is not None
    os.killpg(stub.pid, signal.SIGSTOP)  # in a sandbox its process is one of several
    before = monotonic()
    with pytest.raises(DriverTimeout):
        stub.call("prepare", Artwork(bytes(5_000_000)), timeout_ms=100)
    assert monotonic() - before < SOON_S


def test_a_driver_that_does_not_close_is_killed(
    link: Callable[..., DriverLink], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANG", "stubborn")
    monkeypatch.setattr("ektp_station.driver_link.CLOSE_MS", 100)
    stub = link()
    child = stub.pid
    stub.close()
    stub.close()
    assert stub.lost and child is not None
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


@pytest.mark.parametrize(("name", "arguments", "kind", "text"), [
    ("flip", (), DriverTimeout, "the device was late"),
    ("release", (), DriverLost, "unplugged"),
    ("reserve", ("me",), DriverError, "taken, me"),
    ("deliver", (Bin.OUTPUT,), DriverError, r"failed in deliver \(KeyError\)"),
    ("read_uid", (), DriverError, "cannot be written"),
    ("counters", (), DriverError, "another shape"),
    ("mark", (PrintToken("r1", 1, 1),), DriverError, "AttributeError"),
    ("move", ("nowhere",), DriverError, "another shape"),
])  # fmt: skip
def test_what_a_driver_does_wrong_is_a_driver_error_and_the_next_call_works(
    link: Callable[..., DriverLink],
    name: str,
    arguments: tuple[object, ...],
    kind: type[DriverError],
    text: str,
) -> None:
    stub = link()
    with pytest.raises(DriverError, match=text) as caught:
        stub.call(name, *arguments, timeout_ms=MS)
    assert type(caught.value) is kind
    assert stub.call("identify", timeout_ms=MS).make == "stub"


def test_a_drivers_bug_is_complained_about_without_its_values(
    link: Callable[..., DriverLink], capfd: pytest.CaptureFixture[str]
) -> None:
    stub = link()
    with pytest.raises(DriverError):
        stub.call("deliver", Bin.OUTPUT, timeout_ms=MS)
    stub.close()
    complaint = capfd.readouterr().err
    assert "driver failed in deliver: KeyError at" in complaint
    assert "3201054408990001" not in complaint


def test_what_a_library_prints_does_not_reach_the_frames(
    link: Callable[..., DriverLink], capfd: pytest.CaptureFixture[str]
) -> None:
    stub = link()
    assert stub.call("identify", timeout_ms=MS).make == "stub"
    stub.close()
    assert "chats on standard output" in capfd.readouterr().err


def test_the_child_sees_nothing_of_the_stations_environment(
    link: Callable[..., DriverLink], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EKTP_KEY_PASSPHRASE", "secret")
    seen = link().call("identify", timeout_ms=MS).firmware.split(",")
    assert {"PATH", "PYTHONPATH"} <= set(seen)
    assert "EKTP_KEY_PASSPHRASE" not in seen


def test_the_child_ends_when_its_station_is_gone(link: Callable[..., DriverLink]) -> None:
    stub = link()
    assert stub._child is not None
    stub._outgoing.put(None)
    assert stub._child.process.wait(WAIT_S) == 0


def test_a_printer_that_is_not_there_is_lost(link: Callable[..., DriverLink]) -> None:
    with pytest.raises(DriverError, match="another printer is there: S-1, S-2 and not S-9"):
        link(serial="S-9")


def test_a_printer_that_does_not_open_says_why(link: Callable[..., DriverLink]) -> None:
    with pytest.raises(DriverError, match="there but does not open"):
        link(serial="S-2")


def test_a_driver_that_hangs_while_looking_is_given_up(link: Callable[..., DriverLink]) -> None:
    with pytest.raises(DriverTimeout, match="start"):
        link(hint="hang", start_ms=1_000)


def test_a_driver_that_cannot_be_loaded_is_an_error(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(DriverError, match=r"cannot be loaded \(ModuleNotFoundError\)"):
        DriverLink("none", "x", "y", ("no_such_module",))
