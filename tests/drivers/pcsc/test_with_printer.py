"""A printer that carries the card and a reader that writes its chip, in one driver process, as a station has them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ektp_core.boundary.card_printer import Can, DriverError, DriverLost, PrintToken, Settings
from ektp_driver_virtual.launch import RunningPrinter
from ektp_station.acts import Act, Done, Failed, Order, perform
from ektp_station.driver_link import DriverLink, RemotePrinter
from ektp_station.encoder_settings import EncoderAt
from tests.drivers.pcsc.virtual_reader import NAME, UID_A, UID_B, VirtualReader

pytestmark = pytest.mark.processes

SCRIPT = Path(__file__).parent / "made_up_card.txt"
PLUGINS = ("ektp_driver_virtual.plugin", "ektp_encoder_pcsc.plugin")
WAIT_MS = 20_000
CHIP = b"EKTP-SPECIMEN\x00" + b"\x11" * 32

Line = Callable[..., RemotePrinter]


@pytest.fixture
def line(started: Callable[..., RunningPrinter], pcsc: VirtualReader) -> Iterator[Line]:
    """A printer with one blank in its hopper, and on request a driver process for it."""
    printer, links = started(), list[DriverLink]()
    printer.panel.load("TEST-1", 1, 1)

    def start(reader: str = NAME, script: Path = SCRIPT) -> RemotePrinter:
        links.append(DriverLink("virtual", str(printer.folder), printer.serial, PLUGINS, starts=False,
                                encoder=EncoderAt("pcsc", reader, str(script))))  # fmt: skip
        links[-1].restart()
        return RemotePrinter(links[-1])

    pcsc.new_card()
    yield start
    for one in links:
        one.close()
    pcsc.take_out()


def done(printer: RemotePrinter, act: Act, chip: bytes = b"", picture: bytes = b"") -> Done:
    result = perform(printer, Order(act, PrintToken("52.03-000001", 1, 1), b"digest", chip), None, WAIT_MS)
    assert isinstance(result, Done), result
    return result


@pytest.mark.rule(17)
def test_a_card_gets_its_chip_from_the_reader_and_a_restart_of_the_driver_reads_it_again(
    line: Line, pcsc: VirtualReader
) -> None:
    printer = line()
    assert printer.capabilities(WAIT_MS).can & (Can.READS_UID | Can.READS_CHIP)
    assert len(printer.configure(Settings(), WAIT_MS).digest) == 64
    done(printer, Act.FEED)
    assert done(printer, Act.READ_UID).uid == UID_A, "the reader's, not that of the printer's own chip"
    assert done(printer, Act.ENCODE, CHIP).chip_fits
    printer.close()
    again = done(line(), Act.LOOK, CHIP)
    assert (again.uid, again.chip_written, again.chip_wrong) == (UID_A, True, False)


def test_a_write_that_was_cut_is_told_as_a_wrong_chip_by_the_next_look(line: Line, pcsc: VirtualReader) -> None:
    printer = line()
    done(printer, Act.FEED)
    done(printer, Act.READ_UID)
    pcsc.strike("pull", 3, 0b1011)
    failed = perform(printer, Order(Act.ENCODE, None, b"digest", CHIP), None, WAIT_MS)
    assert isinstance(failed, Failed)
    pcsc.put_in()
    seen = done(printer, Act.LOOK, CHIP)
    assert (seen.uid, seen.chip_written, seen.chip_wrong) == (UID_A, None, True)


def test_a_chip_that_was_not_touched_is_told_as_empty(line: Line, pcsc: VirtualReader) -> None:
    printer = line()
    done(printer, Act.FEED)
    done(printer, Act.READ_UID)
    pcsc.strike("pull", 1)
    assert isinstance(perform(printer, Order(Act.ENCODE, None, b"digest", CHIP), None, WAIT_MS), Failed)
    pcsc.put_in()
    seen = done(printer, Act.LOOK, CHIP)
    assert (seen.chip_written, seen.chip_wrong) == (False, False)


@pytest.mark.rule(7)
def test_the_chip_that_was_read_is_written_and_no_other(line: Line, pcsc: VirtualReader) -> None:
    printer = line()
    done(printer, Act.FEED)
    done(printer, Act.READ_UID)
    pcsc.new_card(UID_B)
    failed = perform(printer, Order(Act.ENCODE, None, b"digest", CHIP), None, WAIT_MS)
    assert isinstance(failed, Failed) and "another card" in failed.why
    assert not any(bytes.fromhex(pcsc.order("see")["memory"]))


@pytest.mark.rule(7)
def test_a_driver_that_was_started_anew_writes_no_chip_before_it_has_read_it(line: Line, pcsc: VirtualReader) -> None:
    printer = line()
    done(printer, Act.FEED)
    done(printer, Act.READ_UID)
    printer.close()
    pcsc.new_card(UID_B)
    again = line()
    failed = perform(again, Order(Act.ENCODE, None, b"digest", CHIP), None, WAIT_MS)
    assert isinstance(failed, Failed) and "no chip was read" in failed.why
    assert not any(bytes.fromhex(pcsc.order("see")["memory"]))
    assert done(again, Act.LOOK, CHIP).uid == UID_B, "the look shows whose chip it is, and the station compares it"


def test_a_printer_does_not_open_without_its_reader_or_with_a_bad_script(line: Line, tmp_path: Path) -> None:
    with pytest.raises(DriverLost, match="no chip reader is called Nobody"):
        line("Nobody")
    bad = tmp_path / "bad.txt"
    bad.write_text(SCRIPT.read_text().replace("-> 9000", "", 1))
    with pytest.raises(DriverError, match="script line 9: "):
        line(NAME, bad)
