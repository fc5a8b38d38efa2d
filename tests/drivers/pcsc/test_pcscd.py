"""The encoder through a real pcscd and pyscard, with a card of our own in a virtual reader."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ektp_core.boundary.card_printer import DriverError, DriverLost, DriverTimeout
from ektp_encoder_pcsc.encoder import PcscEncoder
from ektp_encoder_pcsc.plan import plan_read, plan_uid, plan_write
from ektp_encoder_pcsc.plugin import ektp_open_encoder
from ektp_encoder_pcsc.reading import read_script_file
from ektp_encoder_pcsc.seal import SEAL_BYTES, seal
from ektp_station.checks import Mark
from ektp_station.checks_chip import chip_findings
from ektp_station.config import PrinterConfig, StationConfig
from ektp_station.encoder_alone import encoder_alone
from tests.drivers.pcsc.virtual_reader import NAME, SECOND, UID_A, UID_B, VirtualReader

pytestmark = pytest.mark.processes

PATH = Path(__file__).parent / "made_up_card.txt"
SCRIPT = read_script_file(str(PATH))
CONTENT = bytes(range(100))
OLDER = b"what another write left there"
WAIT_MS = 20_000


def opened(address: str = NAME) -> PcscEncoder:
    encoder = ektp_open_encoder("pcsc", address, str(PATH))
    assert encoder is not None
    return encoder


@pytest.fixture
def encoder(pcsc: VirtualReader) -> Iterator[PcscEncoder]:
    pcsc.new_card()
    made = opened()
    yield made
    made.close()
    pcsc.take_out()


def test_a_card_is_read_written_and_read_back(encoder: PcscEncoder, pcsc: VirtualReader) -> None:
    assert encoder.connect(WAIT_MS).reader == NAME
    assert encoder.uid(WAIT_MS) == UID_A
    assert encoder.read(UID_A, WAIT_MS) == b""
    assert encoder.encode(CONTENT, UID_A, WAIT_MS) == CONTENT
    assert bytes.fromhex(pcsc.order("see")["memory"]).startswith(seal(CONTENT))
    pcsc.take_out()
    pcsc.put_in()
    assert encoder.read(UID_A, WAIT_MS) == CONTENT


#: Which commands change the chip; the number of the chip and SELECT come before.
WRITES = range(2, 1 + len(plan_write(SCRIPT, seal(CONTENT))))


def commands_of_a_write() -> int:
    uid, head = len(plan_uid(SCRIPT)), len(plan_read(SCRIPT, SEAL_BYTES))
    return 2 * uid + len(plan_write(SCRIPT, seal(CONTENT))) + head + len(plan_read(SCRIPT, len(seal(CONTENT))))


@pytest.mark.parametrize(
    ("at", "before"), [*((at, b"") for at in range(commands_of_a_write())), *((at, OLDER) for at in WRITES)]
)
def test_a_card_pulled_at_any_command_reads_as_what_it_is(
    encoder: PcscEncoder, pcsc: VirtualReader, at: int, before: bytes
) -> None:
    if before:
        encoder.encode(before, UID_A, WAIT_MS)
    pcsc.strike("pull", at, 0b01010011)
    with pytest.raises(DriverError):
        encoder.encode(CONTENT, UID_A, WAIT_MS)
    pcsc.put_in()
    memory = bytes.fromhex(pcsc.order("see")["memory"])
    found = encoder.read(UID_A, WAIT_MS)
    if at < WRITES.start:
        assert found == before == b"" and not any(memory)
    elif at in WRITES:
        assert found is None
    else:
        assert found == CONTENT and memory.startswith(seal(CONTENT))
    assert encoder.uid(WAIT_MS) == UID_A


@pytest.mark.parametrize("status", [0x6985, 0x63C2])
def test_a_chip_that_declines_stops_the_write_at_that_line(
    encoder: PcscEncoder, pcsc: VirtualReader, status: int
) -> None:
    pcsc.strike("status", 3, status)
    with pytest.raises(DriverError, match=f"script line 11: the chip answered {status:04X}"):
        encoder.encode(CONTENT, UID_A, WAIT_MS)
    assert pcsc.order("see")["seen"] == 4
    assert encoder.read(UID_A, WAIT_MS) is None


def test_an_empty_place_and_a_dead_chip_have_no_number(encoder: PcscEncoder, pcsc: VirtualReader) -> None:
    pcsc.take_out()
    assert encoder.uid(WAIT_MS) == ""
    pcsc.new_card(mute=True)
    assert encoder.uid(WAIT_MS) == ""
    with pytest.raises(DriverError, match="no chip can be read"):
        encoder.encode(CONTENT, UID_A, WAIT_MS)


def test_a_chip_that_hangs_is_given_up_at_the_deadline_and_gets_nothing_more(
    encoder: PcscEncoder, pcsc: VirtualReader
) -> None:
    pcsc.strike("hang", 3, 4_000)
    with pytest.raises(DriverTimeout):
        encoder.encode(CONTENT, UID_A, 2_000)
    with pytest.raises(DriverLost, match="did not come back"):
        encoder.uid(WAIT_MS)
    thread = encoder._worker._hanging
    assert thread is not None
    thread.join(30)
    assert pcsc.order("see")["seen"] == 4
    assert encoder.read(UID_A, WAIT_MS) is None


def test_a_reader_that_another_program_has_is_not_shared(encoder: PcscEncoder, pcsc: VirtualReader) -> None:
    from smartcard import scard

    _, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_SYSTEM)
    both = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
    code, handle, _ = scard.SCardConnect(context, NAME, scard.SCARD_SHARE_SHARED, both)
    assert code == scard.SCARD_S_SUCCESS
    try:
        with pytest.raises(DriverError, match="another program uses the chip reader"):
            encoder.uid(WAIT_MS)
    finally:
        scard.SCardDisconnect(handle, scard.SCARD_LEAVE_CARD)
        scard.SCardReleaseContext(context)
    assert encoder.uid(WAIT_MS) == UID_A


def test_a_reader_that_another_program_locks_is_given_up_and_nothing_is_written_afterwards(
    encoder: PcscEncoder, pcsc: VirtualReader
) -> None:
    from smartcard import scard

    _, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_SYSTEM)
    both = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
    _, handle, _ = scard.SCardConnect(context, NAME, scard.SCARD_SHARE_SHARED, both)
    try:
        assert scard.SCardBeginTransaction(handle) == scard.SCARD_S_SUCCESS
        pcsc.strike("none", 999)
        with pytest.raises(DriverError):  # some versions of PC/SC wait here without end, others say that it is shared
            encoder.encode(CONTENT, UID_A, 500)
    finally:
        scard.SCardEndTransaction(handle, scard.SCARD_LEAVE_CARD)
        scard.SCardDisconnect(handle, scard.SCARD_LEAVE_CARD)
        scard.SCardReleaseContext(context)
    thread = encoder._worker._hanging
    if thread is not None:
        thread.join(30)
    assert pcsc.order("see")["seen"] == 0
    assert encoder.read(UID_A, WAIT_MS) == b""


@pytest.mark.rule(7)
def test_a_card_laid_down_in_place_of_the_one_that_was_read_stays_as_it_is(
    encoder: PcscEncoder, pcsc: VirtualReader
) -> None:
    assert encoder.uid(WAIT_MS) == UID_A
    pcsc.new_card(UID_B)
    with pytest.raises(DriverError, match="another card"):
        encoder.encode(CONTENT, UID_A, WAIT_MS)
    assert not any(bytes.fromhex(pcsc.order("see")["memory"]))


def test_a_reader_is_asked_without_its_printer(pcsc: VirtualReader, tmp_path: Path) -> None:
    printer = PrinterConfig("A", "virtual", "x", "VP-1", encoder="pcsc", encoder_address=NAME, encoder_script=str(PATH))
    config = StationConfig("station/52.03/1", "http://hub", (printer,))
    pcsc.new_card()
    with encoder_alone(printer, config, tmp_path) as alone:
        told = alone.identify(WAIT_MS)
        assert (told.serial, told.model, told.firmware) == (NAME, "made-up card 1", SCRIPT.digest)
        assert alone.read_uid(WAIT_MS) == UID_A
        with pytest.raises(DriverError):
            alone.encode(CONTENT, WAIT_MS)
    (found,) = chip_findings(printer, config, tmp_path)
    assert found.mark is Mark.WELL and found.facts["reader"] == NAME
    assert not any(bytes.fromhex(pcsc.order("see")["memory"]))
    pcsc.take_out()


def test_two_readers_of_one_name_are_told_apart_or_refused(encoder: PcscEncoder, pcsc: VirtualReader) -> None:
    pcsc.new_card(UID_B, slot=1)
    second = opened(SECOND)
    try:
        assert (encoder.uid(WAIT_MS), second.uid(WAIT_MS)) == (UID_A, UID_B)
        assert second.encode(CONTENT, UID_B, WAIT_MS) == CONTENT
        assert encoder.read(UID_A, WAIT_MS) == b""
        with pytest.raises(DriverError, match="2 readers are called Virtual PCD"):
            opened("Virtual PCD").connect(WAIT_MS)
    finally:
        second.close()
        pcsc.take_out(1)


def test_a_reader_that_is_not_there_is_lost_and_the_others_are_named(pcsc: VirtualReader) -> None:
    with pytest.raises(DriverLost, match=f"seen: {NAME}, {SECOND}"):
        opened("Field Reader").connect(WAIT_MS)


def test_a_service_that_stops_loses_the_reader_and_one_that_starts_again_has_it(
    encoder: PcscEncoder, pcsc: VirtualReader
) -> None:
    pcsc.stop()
    try:
        with pytest.raises(DriverLost):
            encoder.uid(WAIT_MS)
    finally:
        pcsc.start()
    pcsc.new_card()
    assert encoder.uid(WAIT_MS) == UID_A


def test_another_kind_is_not_this_plugins() -> None:
    assert ektp_open_encoder("other", NAME, str(PATH)) is None
