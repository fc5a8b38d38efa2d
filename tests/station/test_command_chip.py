"""`ektp station chip` and what `ektp station check` says of a chip reader."""

from pathlib import Path

import pytest
from attrs import evolve
from click.testing import CliRunner, Result

from ektp_core.boundary.card_printer import DriverLost, Station
from ektp_core.boundary.chip_encoder import EncoderInfo
from ektp_station import checks_chip, chip_encoder
from ektp_station.checks import Mark
from ektp_station.checks_chip import chip_findings
from ektp_station.command_chip import chip
from ektp_station.config import PrinterConfig, StationConfig, write_config

READER = "ACME Desk Reader [CL] (007) 00 00"


class Encoder:
    def __init__(self, uid: str = "04A1B2C3D4E5F6", is_there: bool = True) -> None:
        self._uid, self._is_there, self.closed = uid, is_there, False

    def connect(self, timeout_ms: int) -> EncoderInfo:
        if not self._is_there:
            raise DriverLost(f"no chip reader is called {READER}; seen: Other Reader 00 00")
        return EncoderInfo(READER, Station.CONTACTLESS, "made-up card 1", "ab" * 32)

    def uid(self, timeout_ms: int) -> str:
        return self._uid

    def read(self, timeout_ms: int) -> bytes | None:
        raise AssertionError("only the number is read")

    def encode(self, content: bytes, timeout_ms: int) -> bytes:
        raise AssertionError("nothing is written")

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def printer(tmp_path: Path) -> PrinterConfig:
    script = tmp_path / "chip.txt"
    script.write_text("the station never looks into it")
    return PrinterConfig(
        "A", "virtual", "x", "VP-1", encoder="pcsc", encoder_address=READER, encoder_script=str(script)
    )  # fmt: skip


def run(tmp_path: Path, printer: PrinterConfig, monkeypatch: pytest.MonkeyPatch, encoder: Encoder, *more: str) -> Result:
    plain = PrinterConfig("B", "virtual", "x", "VP-2")
    write_config(tmp_path, StationConfig("station/52.03/1", "http://hub", (printer, plain)))
    monkeypatch.setattr(chip_encoder, "open_encoder", lambda *_: encoder)
    return CliRunner().invoke(chip, [str(tmp_path), *more], env={"LANGUAGE": "en"})


def test_reader_script_and_card_are_shown(
    tmp_path: Path, printer: PrinterConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder = Encoder()
    shown = run(tmp_path, printer, monkeypatch, encoder)
    assert shown.exit_code == 0, shown.output
    assert READER in shown.output and "ab" * 32 in shown.output and "04A1B2C3D4E5F6" in shown.output
    assert encoder.closed


def test_a_place_without_a_card_is_no_error(
    tmp_path: Path, printer: PrinterConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = run(tmp_path, printer, monkeypatch, Encoder(""), "--printer", "A")
    assert shown.exit_code == 0 and "No chip can be read there." in shown.output


def test_a_reader_that_is_not_there_names_the_others(
    tmp_path: Path, printer: PrinterConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder = Encoder(is_there=False)
    shown = run(tmp_path, printer, monkeypatch, encoder)
    assert shown.exit_code == 1 and "seen: Other Reader 00 00" in shown.output and encoder.closed


def test_a_printer_without_a_reader_is_named_as_such(
    tmp_path: Path, printer: PrinterConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(tmp_path, printer, monkeypatch, Encoder(), "--printer", "B").exit_code == 1
    none = evolve(printer, encoder="", encoder_address="", encoder_script="")
    shown = run(tmp_path, none, monkeypatch, Encoder())
    assert shown.exit_code == 0 and "No printer" in shown.output


def test_the_check_shows_the_digest_of_the_script(printer: PrinterConfig) -> None:
    (found,) = [one for one in chip_findings(printer) if one.mark is Mark.WELL]
    assert len(str(found.facts["digest"])) == 64 and found.facts["reader"] == READER


def test_the_check_stops_at_a_missing_encoder_or_script(
    printer: PrinterConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = evolve(printer, encoder_script="/nowhere/chip.txt")
    assert [one.mark for one in chip_findings(lost)][-1] is Mark.STOP
    monkeypatch.setattr(checks_chip, "entry_points", lambda group: [])
    assert next(chip_findings(printer)).found == "There is no chip encoder {encoder} for {printer}."
    assert all(one.do for one in (*chip_findings(lost), *chip_findings(printer)) if one.mark is not Mark.WELL)


def test_the_check_says_nothing_of_a_printer_without_a_reader() -> None:
    assert not list(chip_findings(PrinterConfig("B", "virtual", "x", "VP-2")))
