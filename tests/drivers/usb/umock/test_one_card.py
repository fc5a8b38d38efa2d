"""One card from hopper to output bin: driver, pyusb and real libusb on one side, the firmware model on the other."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ektp_core.boundary.driver_bench import CardOnBench, Lies
from ektp_firmware_evolis.bench import make_bench
from ektp_testing.umockdev import under_umockdev
from tests.drivers.usb.umock.conftest import PACKAGES, Outside

pytestmark = pytest.mark.processes

PROGRAM = """
import sys
from pathlib import Path
from ektp_core.boundary.card_printer import Artwork, Bin, PrintToken, Settings, Station
from ektp_driver_evolis import plugin
(found,) = plugin.ektp_discover_printers("usb")
printer = plugin.ektp_open_printer(found)
print(printer.identify(5000).serial, flush=True)
print(printer.configure(Settings(), 10000).host_handles_errors, flush=True)
printer.status(5000)
printer.prepare(Artwork(Path(sys.argv[1]).read_bytes()), 60000)
printer.feed(10000)
printer.move(Station.HEAD, 10000)
job = printer.mark(PrintToken("r1", 1, 1), 60000)
printer.observe(job, 5000)
printer.deliver(Bin.OUTPUT, 10000)
printer.close()
"""


def test_one_card_is_printed_through_the_real_libusb(
    tmp_path: Path, picture: bytes, needs_system: Callable[[str, str], str]
) -> None:
    needs_system("umockdev-wrapper", PACKAGES)
    art = tmp_path / "card.png"
    art.write_bytes(picture)
    bench = make_bench(str(tmp_path / "printer"))
    try:
        bench.load(3)
        with under_umockdev(bench.hint.removeprefix("bus:")) as environment:
            outside = Outside(environment)
            printed = outside.run(PROGRAM, str(art))
            outside.end()
        cards = bench.cards()
    finally:
        bench.close()
    assert printed == [bench.serial, "True"]
    assert [_how(card) for card in cards] == [(Lies.OUTPUT, 1, True), (Lies.HOPPER, 0, False), (Lies.HOPPER, 0, False)]


def _how(card: CardOnBench) -> tuple[Lies, int, bool]:
    return card.lies, card.marks, card.whole
