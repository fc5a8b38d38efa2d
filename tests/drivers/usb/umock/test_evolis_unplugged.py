"""The cable is pulled out in the middle of a card, below pyusb and the real libusb; then it is put back."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ektp_driver_virtual.truth import Place
from ektp_firmware_evolis import launch
from ektp_testing.umockdev import under_umockdev
from tests.drivers.usb.umock.conftest import PACKAGES, PATIENCE_S, Outside

pytestmark = [pytest.mark.processes, pytest.mark.rule(22)]

PROGRAM = """
import sys
from pathlib import Path
from time import monotonic, sleep
from ektp_core.boundary.card_printer import Artwork, Bin, DriverError, DriverLost, PrintToken, Recovery, Settings, Station
from ektp_driver_evolis import plugin
HINT, MS, FIRST = "usb,has:reject", 60000, PrintToken("r1", 1, 1)
art = Artwork(Path(sys.argv[1]).read_bytes())
def seen():
    return plugin.ektp_discover_printers(HINT)
def opened():
    (found,) = seen()
    printer = plugin.ektp_open_printer(found)
    printer.identify(5000)
    printer.configure(Settings(), 10000)
    return printer
def card(printer, token):
    for step in (
        lambda: printer.feed(10000),
        lambda: printer.prepare(art, MS),
        lambda: printer.move(Station.HEAD, 10000),
        lambda: printer.mark(token, MS),
        lambda: printer.deliver(Bin.OUTPUT, 10000),
    ):
        step()
printer = opened()
try:
    card(printer, FIRST)
except DriverLost:
    print("lost", flush=True)
try:
    print(printer.observe(FIRST.job_key, 5000).verdict.outcome.name, flush=True)
except DriverLost:
    print("lost", flush=True)
printer.close()
print(len(seen()), flush=True)
input()
end = monotonic() + 60
while not seen() and monotonic() < end:
    sleep(0.05)
again = opened()
print(again.observe(FIRST.job_key, 5000).verdict.outcome.name, flush=True)
try:
    again.mark(FIRST, MS)
except DriverError:
    print("declined", flush=True)
again.recover(Recovery.REJECT_CARD, 20000)
again.configure(Settings(), 10000)
card(again, PrintToken("r2", 1, 1))
again.close()
print("printed", flush=True)
"""


@pytest.mark.parametrize(("when", "ink"), [("byte 900000", 0), ("mark 1", 1)], ids=["picture", "ink"])
def test_a_card_under_which_the_cable_is_pulled_is_lost_to_the_driver_and_the_next_one_is_whole(
    tmp_path: Path, picture: bytes, needs_system: Callable[[str, str], str], when: str, ink: int
) -> None:
    needs_system("umockdev-wrapper", PACKAGES)
    art = tmp_path / "card.png"
    art.write_bytes(picture)
    printer = launch.start(tmp_path / "printer", card_ms=40, download_stops_ms=1_500)
    try:
        printer.panel.load("T", 1, 4)
        printer.panel.tell("unplug", *when.split())
        with under_umockdev(launch.hint_of(printer.folder).removeprefix("bus:")) as environment:
            outside = Outside(environment)
            program = outside.start(PROGRAM, str(art))
            assert program.stdout is not None
            try:
                assert [program.stdout.readline().strip() for _ in range(3)] == ["lost", "lost", "0"]
                printer.panel.tell("mend")
                output, _ = program.communicate("\n", timeout=PATIENCE_S)
            finally:
                outside.end()
        assert (program.returncode, output.splitlines()) == (0, ["UNKNOWN", "declined", "printed"])
        first, second, *rest = printer.truth().cards.values()
    finally:
        printer.stop()
    assert (first.place, first.marks) == (Place.REJECT, ink)
    assert (second.place, second.marks, second.printed_good) == (Place.OUTPUT, 1, True)
    assert [card.place for card in rest] == [Place.HOPPER] * 2
