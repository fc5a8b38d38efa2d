"""A printer and its chip reader as one device: who does what, and where the card has to be."""

from pathlib import Path
from typing import Any, cast

import pluggy
import pytest
from attrs import define, evolve, field

from ektp_core.boundary.card_printer import Can, Capabilities, CardPrinter, DriverError, Settings, Station
from ektp_core.boundary.chip_encoder import ChipEncoder, EncoderInfo
from ektp_core.boundary.hookspecs import PROJECT, DriverHooks, hookimpl
from ektp_core.errors import Refusal, Refused
from ektp_station.chip_encoder import WithEncoder, open_encoder, with_encoder
from ektp_station.config import PrinterConfig, StationConfig, load_config, write_config
from ektp_station.encoder_settings import EncoderAt, wrong_encoder

WAIT_MS = 1_000
READER = "ACME Desk Reader [CL] (007) 00 00"


@define(eq=False)
class Printer:
    can: Can = Can.CONTACTLESS_STATION | Can.FEEDER
    said: list[Any] = field(factory=list)

    def capabilities(self, timeout_ms: int) -> Capabilities:
        return Capabilities(self.can, 1016, 648, 300)

    def configure(self, settings: Settings, timeout_ms: int) -> Settings:
        return Settings(digest="of the printer")

    def feed(self, timeout_ms: int) -> None:
        self.said.append("feed")

    def move(self, to: Station, timeout_ms: int) -> None:
        self.said.append(to)

    def flip(self, timeout_ms: int) -> None:
        self.said.append("flip")

    def close(self) -> None:
        self.said.append("close")


@define(eq=False)
class Encoder:
    uids: list[str] = field(factory=lambda: ["04A1B2C3D4E5F6"])
    chip: bytes | None = b""
    closed: bool = False
    digest: str = "d1"

    def connect(self, timeout_ms: int) -> EncoderInfo:
        return EncoderInfo(READER, Station.CONTACTLESS, "made-up card 1", self.digest)

    def uid(self, timeout_ms: int) -> str:
        return self.uids.pop(0) if len(self.uids) > 1 else self.uids[0]

    def read(self, uid: str, timeout_ms: int) -> bytes | None:
        self._hold(uid)
        return self.chip

    def encode(self, content: bytes, uid: str, timeout_ms: int) -> bytes:
        self._hold(uid)
        self.chip = content
        return content

    def _hold(self, uid: str) -> None:
        if not uid or self.uid(WAIT_MS) != uid:
            raise DriverError("another card")

    def close(self) -> None:
        self.closed = True


def both(printer: Printer | None = None, encoder: Encoder | None = None, at: Station = Station.CONTACTLESS) -> WithEncoder:
    made = encoder or Encoder()
    info = EncoderInfo(READER, at, "made-up card 1", made.digest)
    return WithEncoder(cast(CardPrinter, printer or Printer()), made, info)


def test_the_chip_is_the_readers_and_everything_else_the_printers() -> None:
    printer, encoder = Printer(), Encoder()
    device = both(printer, encoder)
    assert device.read_uid(WAIT_MS) == "04A1B2C3D4E5F6"
    assert device.encode(b"content", WAIT_MS) == b"content" == device.read_chip(WAIT_MS)
    cast(CardPrinter, device).flip(WAIT_MS)
    device.close()
    assert printer.said == ["flip", "close"] and encoder.closed


def test_every_word_of_a_printer_is_answered() -> None:
    words = [name for name in vars(CardPrinter) if not name.startswith("_")]
    ours = {name for name in vars(WithEncoder) if not name.startswith("_")}
    assert {"read_uid", "read_chip", "encode"} <= ours <= {*words, "printer", "encoder", "info"}


@pytest.mark.parametrize("at", [Station.CONTACT, Station.CONTACTLESS])
def test_the_card_is_moved_to_where_the_reader_needs_it(at: Station) -> None:
    printer = Printer(Can.CONTACT_STATION | Can.CONTACTLESS_STATION)
    device = both(printer, at=at)
    for to in (Station.CONTACTLESS, Station.CONTACT, Station.HEAD):
        device.move(to, WAIT_MS)
    assert printer.said == [at, at, Station.HEAD]


def test_together_they_read_number_and_chip() -> None:
    can = both().capabilities(WAIT_MS).can
    assert can == Can.CONTACTLESS_STATION | Can.FEEDER | Can.READS_UID | Can.READS_CHIP


@pytest.mark.parametrize("can", [Can.FEEDER, Can.CONTACT_STATION])
def test_a_printer_without_the_station_the_reader_needs_is_refused(can: Can) -> None:
    with pytest.raises(DriverError, match="no place contactless"):
        both(Printer(can)).capabilities(WAIT_MS)


@pytest.mark.rule(7)
@pytest.mark.parametrize("can", [Can.OPAQUE_QUEUE, Can.OPAQUE_QUEUE | Can.CONTACTLESS_STATION, Can.MANUAL_FEED])
def test_no_reader_goes_with_a_printer_that_cannot_hold_a_card_at_it(can: Can) -> None:
    with pytest.raises(DriverError, match=r'remove encoder, .* from station.toml; .*profile = "no-chip"'):
        both(Printer(can)).capabilities(WAIT_MS)


def test_the_digest_of_the_settings_changes_with_the_script() -> None:
    digests = {both(encoder=Encoder(digest=one)).configure(Settings(), WAIT_MS).digest for one in ("d1", "d2")}
    assert len(digests) == 2


@pytest.mark.rule(7)
def test_another_card_than_the_one_that_was_read_is_not_written() -> None:
    encoder = Encoder(["04A1B2C3D4E5F6", "04FFEEDDCCBBAA"])
    device = both(encoder=encoder)
    device.read_uid(WAIT_MS)
    with pytest.raises(DriverError, match="another card"):
        device.encode(b"content", WAIT_MS)
    assert encoder.chip == b""
    device.feed(WAIT_MS)
    device.read_uid(WAIT_MS)
    assert device.encode(b"content", WAIT_MS) == b"content", "the next card is another, and was read"


@pytest.mark.rule(7)
def test_a_chip_that_this_process_has_not_read_is_neither_written_nor_believed() -> None:
    encoder = Encoder()
    fresh = both(encoder=encoder)
    fed = both(encoder=encoder)
    fed.read_uid(WAIT_MS)
    fed.feed(WAIT_MS)
    for device in (fresh, fed):
        with pytest.raises(DriverError, match="no chip was read"):
            device.encode(b"content", WAIT_MS)
        with pytest.raises(DriverError):
            device.read_chip(WAIT_MS)
    assert encoder.chip == b""


def test_comparing_and_writing_are_one_piece_of_work_with_one_deadline() -> None:
    asked: list[tuple[str, int]] = []

    class Asked(Encoder):
        def uid(self, timeout_ms: int) -> str:
            asked.append(("uid", timeout_ms))
            return "04A1B2C3D4E5F6"

        def encode(self, content: bytes, uid: str, timeout_ms: int) -> bytes:
            asked.append((f"encode {uid}", timeout_ms))
            return content

    device = both(encoder=Asked())
    device.read_uid(WAIT_MS)
    device.encode(b"content", 2_000)
    assert asked == [("uid", WAIT_MS), ("encode 04A1B2C3D4E5F6", 2_000)]


def test_a_number_that_could_not_be_read_leaves_none_of_the_card_before() -> None:
    encoder = Encoder()
    device = both(encoder=encoder)
    device.read_uid(WAIT_MS)
    encoder.uids = []
    with pytest.raises(IndexError):
        device.read_uid(WAIT_MS)
    with pytest.raises(DriverError, match="no chip was read"):
        device.encode(b"content", WAIT_MS)


def test_a_reader_without_its_printer_says_who_it_is_and_writes_nothing() -> None:
    alone = with_encoder(None, manager(Plugin()), "made", READER, "/script")
    told = alone.identify(WAIT_MS)
    assert (told.serial, told.model, told.firmware) == (READER, "made-up card 1", "d1")
    assert alone.read_uid(WAIT_MS) == "04A1B2C3D4E5F6"
    assert {name for name in dir(alone) if not name.startswith("_")} == {"encoder", "info", "identify", "read_uid", "close"}
    alone.close()
    with pytest.raises(DriverError, match="no chip encoder"):
        with_encoder(None, manager(), "", "", "")


def manager(*plugins: object) -> pluggy.PluginManager:
    made = pluggy.PluginManager(PROJECT)
    made.add_hookspecs(DriverHooks)
    for one in plugins:
        made.register(one)
    return made


class Plugin:
    @hookimpl
    def ektp_open_encoder(self, kind: str, address: str, script: str) -> Encoder | None:
        return Encoder() if (kind, address, script) == ("made", READER, "/script") else None


def test_a_reader_is_opened_by_its_kind_and_a_printer_without_one_stays_as_it_is() -> None:
    printer = cast(CardPrinter, Printer())
    assert with_encoder(printer, manager(), "", "", "") is printer
    assert isinstance(with_encoder(printer, manager(Plugin()), "made", READER, "/script"), WithEncoder)
    assert isinstance(open_encoder(manager(Plugin()), "made", READER, "/script"), ChipEncoder)
    with pytest.raises(DriverError, match="no chip encoder is called other"):
        with_encoder(printer, manager(Plugin()), "other", READER, "/script")


@pytest.mark.parametrize(
    ("encoder", "wrong"),
    [
        (EncoderAt("", "", ""), ""),
        (EncoderAt("pcsc", READER, "/etc/chip.txt"), ""),
        (EncoderAt("", READER, ""), "encoder"),
        (EncoderAt("", "", "/etc/chip.txt"), "encoder"),
        (EncoderAt("pcsc", " ", "/etc/chip.txt"), "encoder_address"),
        (EncoderAt("pcsc", "ACME.*", "/etc/chip.txt"), "encoder_address"),
        (EncoderAt("pcsc", "^ACME", "/etc/chip.txt"), "encoder_address"),
        (EncoderAt("pcsc", "ACME|Other", "/etc/chip.txt"), "encoder_address"),
        (EncoderAt("pcsc", "A" * 201, "/etc/chip.txt"), "encoder_address"),
        (EncoderAt("pcsc", "AC\nME", "/etc/chip.txt"), "encoder_address"),
        (EncoderAt("pcsc", READER, ""), "encoder_script"),
        (EncoderAt("pcsc", READER, "chip.txt"), "encoder_script"),
    ],
)
def test_a_setting_no_reader_can_be_found_with_is_refused_by_its_name(
    tmp_path: Path, encoder: EncoderAt, wrong: str
) -> None:
    found = wrong_encoder(encoder)
    assert (found[0] if found else "") == wrong
    printer = PrinterConfig(
        "A", "virtual", "x", "VP-1", encoder=encoder.kind, encoder_address=encoder.address, encoder_script=encoder.script
    )
    write_config(tmp_path, StationConfig("station/52.03/1", "http://hub", (printer,)))
    if not wrong:
        assert load_config(tmp_path).printers[0].encoder_at == encoder
        return
    with pytest.raises(Refused) as failed:
        load_config(tmp_path)
    assert failed.value.refusal is Refusal.BAD_VALUE and f"{wrong} of printer A" in str(failed.value)


BARE = "ACME Desk Reader [CL] (007)"


@pytest.mark.parametrize(
    ("address", "other", "is_shared"),
    [
        (READER, READER, True), (READER, BARE, True), (BARE, READER, True), (BARE, BARE, True), (BARE, f"{BARE} 1", True),
        (READER, f"{BARE} 01 00", False), (READER, "Other", False), (READER, "ACME Desk Reader [CL]", False),
    ],
)  # fmt: skip
def test_two_printers_do_not_share_a_reader_however_its_name_is_written(
    tmp_path: Path, address: str, other: str, is_shared: bool
) -> None:
    one = PrinterConfig("A", "virtual", "x", "VP-1", encoder="pcsc", encoder_address=address, encoder_script="/chip.txt")
    two = evolve(one, name="B", serial="VP-2", encoder_address=other)
    write_config(tmp_path, StationConfig("station/52.03/1", "http://hub", (one, two)))
    if not is_shared:
        assert len(load_config(tmp_path).printers) == 2
        return
    with pytest.raises(Refused, match="one reader for two printers"):
        load_config(tmp_path)


def test_the_digest_of_a_script_is_that_of_its_bytes(tmp_path: Path) -> None:
    script = tmp_path / "chip.txt"
    script.write_bytes(b"abc")
    at = EncoderAt("pcsc", READER, str(script))
    assert at.script_digest() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert EncoderAt("pcsc", READER, str(tmp_path / "none")).script_digest() == ""
