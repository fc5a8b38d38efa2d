"""The printer as a process: it lives on without its host, and its folder says what happened."""

from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest
from click.testing import CliRunner

from ektp_core.boundary.card_printer import DriverError
from ektp_core.boundary.driver_bench import Bench, Lies, Moment, Strike
from ektp_driver_virtual.launch import RunningPrinter
from ektp_driver_virtual.messages import TakeFrom
from ektp_driver_virtual.truth import Place
from ektp_firmware_evolis import launch
from ektp_firmware_evolis.bench import STRIKES, EvolisBench, make_bench, make_bench_with_words
from ektp_firmware_evolis.commands import main
from ektp_usb.bus import BusError
from ektp_usb.hints import bus_of
from tests.drivers.firmware.line import HOST, IN, OUT, card, command

pytestmark = pytest.mark.processes


class RemoteHost:
    """A host in another process than the printer."""

    def __init__(self, hint: str) -> None:
        found = bus_of(hint)
        assert found is not None
        self.bus = found
        self.handle = self.bus.open(self.bus.devices()[0])
        try:
            self.bus.claim(self.handle, 0)
        except BusError:
            self.leave()
            raise

    def ask(self, sent: bytes, timeout_ms: int = 5_000) -> str:
        """Bytes and their answer; `nothing` when the printer is gone or silent."""
        heard = b""
        try:
            self.bus.write(self.handle, OUT, sent, timeout_ms)
            while not heard.endswith(b"\0"):
                heard += self.bus.read(self.handle, IN, 4096, timeout_ms)
        except BusError:
            return "nothing"
        return heard[:-1].decode("latin-1")

    def leave(self) -> None:
        """End as a process does: the handle is closed and nothing else is said."""
        self.bus.close(self.handle)


Plug = Callable[[str], RemoteHost]


@pytest.fixture
def plug() -> Iterator[Plug]:
    """Open printers as another process does; every line ends with the test."""
    opened: list[RemoteHost] = []

    def open_it(hint: str) -> RemoteHost:
        opened.append(RemoteHost(hint))
        return opened[-1]

    yield open_it
    for host in opened:
        host.leave()


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Callable[..., RunningPrinter]]:
    """Start printers that end with the test."""
    started: list[RunningPrinter] = []

    def start(name: str = "e1", card_ms: int = 20, **options: bool) -> RunningPrinter:
        started.append(launch.start(tmp_path / name, "EV-0007", card_ms, 50, **options))
        return started[-1]

    yield start
    for printer in started:
        printer.kill()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[EvolisBench]:
    """A bench with three blanks."""
    made = make_bench(str(tmp_path / "bench"))
    made.load(3)
    yield made
    made.close()


def until(true: Callable[[], object], what: str) -> None:
    """Wait until it is so."""
    end = monotonic() + 20
    while not true():
        assert monotonic() < end, what
        sleep(0.01)


def ready(printer: RunningPrinter, plug: Plug, blanks: int = 3) -> RemoteHost:
    """Loaded, and set as a careful host sets it."""
    printer.panel.load("T", 1, blanks)
    host = plug(launch.hint_of(printer.folder))
    assert [host.ask(command(one)) for one in HOST] == ["OK"] * 3
    return host


def test_a_card_is_printed_through_a_served_bus(running: Callable[..., RunningPrinter], plug: Plug) -> None:
    printer = running()
    host = ready(printer, plug)
    assert {host.ask(one) for one in card()} == {"OK"}
    assert printer.truth().cards["T 1"].printed_good
    assert (printer.folder / "cards" / "T_1.png").exists()
    assert printer.panel.take(TakeFrom.OUTPUT) == ("T 1",)


def test_a_host_that_dies_stops_nothing_and_its_answers_wait(running: Callable[..., RunningPrinter], plug: Plug) -> None:
    printer = running(card_ms=300)
    host = ready(printer, plug)
    host.bus.write(host.handle, OUT, command("Si"), 1_000)
    host.leave()
    until(lambda: printer.truth().position.value == "head", "the card is fed to its end")
    again = plug(launch.hint_of(printer.folder))
    assert again.ask(command("Rsn")).split("\0") == ["OK", "EV-0007"] or again.ask(b"") == "EV-0007"


def test_a_killed_printer_goes_on_from_its_folder(running: Callable[..., RunningPrinter], tmp_path: Path, plug: Plug) -> None:
    printer = running(card_ms=400)
    host = ready(printer, plug)
    for one in card()[:5]:
        assert host.ask(one) == "OK"
    host.bus.write(host.handle, OUT, card()[5], 5_000)
    until(lambda: printer.truth().cards["T 1"].marked, "ink is on the card")
    printer.kill()
    again = running()
    found = again.truth().cards["T 1"]
    assert (found.place, found.spoiled, found.marks) == (Place.INSIDE, True, 1)
    host = plug(launch.hint_of(again.folder))
    assert [host.ask(command(one)) for one in ("Rem", "Rco;c", "Rlr;p", "Ser")] == ["2;2", "1", "ERR CARD", "OK"]


def test_a_cover_can_be_opened_while_a_card_is_printed(running: Callable[..., RunningPrinter], plug: Plug) -> None:
    printer = running(card_ms=1_500)
    host = ready(printer, plug)
    for one in card()[:5]:
        assert host.ask(one) == "OK"
    host.bus.write(host.handle, OUT, card()[5], 5_000)
    until(lambda: printer.truth().cards["T 1"].marked, "ink is on the card")
    assert "cover-open-warning" in printer.panel.tell("cover-open").conditions
    assert host.ask(b"") == "ERR COVER"
    printer.panel.tell("mend")
    assert printer.truth().cards["T 1"].spoiled


def test_the_power_goes_in_a_card_and_comes_back_by_itself(running: Callable[..., RunningPrinter], plug: Plug) -> None:
    printer = running(status_words=True)
    host = ready(printer, plug)
    assert host.ask(command("Rstw")).startswith("000C0021;40010000;00000000;00000000;00000100")
    assert host.ask(command("Rstw")).startswith("000C0021;40000000;"), "the restart is shown once"
    printer.panel.tell("power-cut", "mark")
    assert [host.ask(one) for one in card()][-1] == "nothing"
    until(lambda: printer.panel.view().powered, "it comes back")
    again = plug(launch.hint_of(printer.folder))
    assert again.ask(command("Rstw")).startswith("000C0021;42010000;"), "restarted, a card at the head"
    assert printer.truth().cards["T 1"].spoiled


def test_two_hosts_cannot_have_it_at_once(running: Callable[..., RunningPrinter], plug: Plug) -> None:
    printer = running()
    first = ready(printer, plug)
    with pytest.raises(BusError, match="16"):
        plug(launch.hint_of(printer.folder))
    first.leave()
    assert plug(launch.hint_of(printer.folder)).ask(command("Rsn")) == "EV-0007"


def test_a_folder_with_a_long_name_has_a_short_address(running: Callable[..., RunningPrinter], plug: Plug) -> None:
    printer = running("p" * 120)
    host = ready(printer, plug)
    assert {host.ask(one) for one in card()} == {"OK"}


def test_one_folder_is_one_printer(running: Callable[..., RunningPrinter]) -> None:
    printer = running()
    with pytest.raises(DriverError):
        launch.start(printer.folder, "EV-0008")


def test_a_person_makes_it_fail_from_the_command_line(running: Callable[..., RunningPrinter]) -> None:
    printer = running()
    folder = ["--folder", str(printer.folder)]
    assert "will happen: jam at mark 1" in CliRunner().invoke(main, [*folder, "jam", "mark"]).output
    assert CliRunner().invoke(main, [*folder, "mend"]).exit_code == 0
    failed = CliRunner().invoke(main, [*folder, "flood"])
    assert (failed.exit_code, "known mishaps" in failed.output) == (1, True)


def test_the_bench_tells_the_plain_truth(bench: EvolisBench, plug: Plug) -> None:
    assert isinstance(bench, Bench)
    host = plug(bench.hint)
    for one in HOST:
        host.ask(command(one))
    assert {host.ask(one) for one in card()} == {"OK"}
    first, second, _third = bench.cards()
    assert (first.number, first.marks, first.whole, first.lies) == (1, 1, True, Lies.OUTPUT)
    assert (second.marks, second.whole, second.lies) == (0, False, Lies.HOPPER)


def moving_card() -> list[bytes]:
    """A card's conversation with a move between feeding and printing."""
    first, *others = card()
    return [first, command("Sic"), *others]


def shown(host: RemoteHost) -> list[str]:
    """What a host reads of the settings, and the counter of fed cards."""
    return [host.ask(command(one), 200) for one in ("Rem", "Rc;a", "Rco;c")]


def seen(bench: EvolisBench) -> tuple[object, int, int]:
    """What a person beside the machine sees: its lights, how many cards came out of the hopper, how many are bad."""
    view, cards = bench.person.view(), bench.cards()
    out = sum(one.lies is not Lies.HOPPER for one in cards)
    return (view.powered, view.conditions), out, sum(bool(one.marks) and not one.whole for one in cards)


@pytest.fixture(scope="module")
def often_struck(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EvolisBench]:
    """One printer for all strikes, one after the other."""
    made = make_bench_with_words(str(tmp_path_factory.mktemp("struck") / "b"))
    yield made
    made.close()


@pytest.mark.parametrize(("what", "at"), sorted(STRIKES, key=str))
def test_after_every_strike_and_a_mend_a_card_can_be_printed(
    often_struck: EvolisBench, plug: Plug, what: Strike, at: Moment
) -> None:
    bench = often_struck
    bench.load(5)
    host = plug(bench.hint)
    for one in ("Pem;2;s", "Pmi;B", "Scs", "Ser"):
        host.ask(command(one))
    marks = sum(one.marks for one in bench.cards())
    mode, contrast, fed = shown(host)
    lights, out, bad = seen(bench)
    without = (["OK"] * len(moving_card()), [mode, contrast, str((int(fed) + 1) % 2**32)], (lights, out + 1, bad))
    bench.strike(what, at)
    found = ([host.ask(one, 200) for one in moving_card()], shown(host), seen(bench))
    waits = bench.person.view().faults
    assert not any(one.startswith(what.value) for one in waits), f"it never happened: {waits}"
    assert found != without, "nothing whatever shows that it happened"
    assert sum(one.marks for one in bench.cards()) <= marks + 2
    bench.mend()
    host.leave()
    host = plug(bench.hint)
    until(lambda: host.ask(command("Rsn"), 300).endswith(bench.serial), "it answers again")
    while host.ask(b"", 50) != "nothing":
        pass
    for one in ("Pem;2;s", "Scs", "Ser"):
        host.ask(command(one))
    before = sum(one.whole for one in bench.cards())
    assert {host.ask(one) for one in card()} == {"OK"}
    assert sum(one.whole for one in bench.cards()) == before + 1
