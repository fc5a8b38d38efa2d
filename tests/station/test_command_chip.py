"""`ektp station chip` and what `ektp station check` says of a chip reader."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from attrs import evolve
from click.testing import CliRunner, Result

from ektp_core.boundary.card_printer import DriverError, DriverLost, Identity
from ektp_station import checks_chip, encoder_alone
from ektp_station.checks import Finding, Mark
from ektp_station.checks_chip import chip_findings
from ektp_station.command_chip import chip
from ektp_station.config import PrinterConfig, StationConfig, write_config

READER = "ACME Desk Reader [CL] (007) 00 00"


class Encoder:
    def __init__(self, uid: str = "04A1B2C3D4E5F6", fails: DriverError | None = None, digest: str = "ab" * 32) -> None:
        self._uid, self._fails, self._digest, self.closed = uid, fails, digest, False

    @contextmanager
    def alone(self, one: PrinterConfig, config: StationConfig, folder: Path) -> Iterator["Encoder"]:
        """What `encoder_alone` gives, without a process."""
        assert one in config.printers
        if self._fails:
            raise self._fails
        yield self
        self.closed = True

    def identify(self, timeout_ms: int) -> Identity:
        return Identity("", "made-up card 1", READER, self._digest)

    def read_uid(self, timeout_ms: int) -> str:
        return self._uid


LOST = DriverLost(f"no chip reader is called {READER}; seen: Other Reader 00 00")


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
    monkeypatch.setattr(encoder_alone, "encoder_alone", encoder.alone)
    return CliRunner().invoke(chip, [str(tmp_path), *more], env={"LANGUAGE": "en"})


def findings(printer: PrinterConfig, monkeypatch: pytest.MonkeyPatch, encoder: Encoder) -> list[Finding]:
    monkeypatch.setattr(checks_chip, "encoder_alone", encoder.alone)
    config = StationConfig("station/52.03/1", "http://hub", (printer,))
    return list(chip_findings(printer, config, Path("/nowhere")))


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
    shown = run(tmp_path, printer, monkeypatch, Encoder(fails=LOST))
    assert shown.exit_code == 1 and "seen: Other Reader 00 00" in shown.output


def test_a_printer_without_a_reader_is_named_as_such(
    tmp_path: Path, printer: PrinterConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(tmp_path, printer, monkeypatch, Encoder(), "--printer", "B").exit_code == 1
    none = evolve(printer, encoder="", encoder_address="", encoder_script="")
    shown = run(tmp_path, none, monkeypatch, Encoder())
    assert shown.exit_code == 0 and "No printer" in shown.output


def test_the_check_shows_the_digest_of_the_script(printer: PrinterConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    digest = printer.encoder_at.script_digest()
    (found,) = findings(printer, monkeypatch, Encoder(digest=digest))
    assert found.mark is Mark.WELL and found.facts["digest"] == digest and found.facts["reader"] == READER


def test_the_check_stops_where_no_chip_can_be_written_and_says_nothing_good_beside_it(
    printer: PrinterConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = evolve(printer, encoder_script="/nowhere/chip.txt")
    strange = evolve(printer, encoder="nobody")
    well = Encoder(digest=printer.encoder_at.script_digest())
    refused = Encoder(fails=DriverError("script line 1: the first line must be: ektp-chip-script 1"))
    library = Encoder(fails=DriverError("the library for chip readers is missing: install ektp[chip]"))
    for one, encoder, said in (
        (lost, well, "cannot be read"),
        (strange, well, "There is no chip encoder"),
        (printer, Encoder(fails=LOST), "no chip reader is called"),
        (printer, refused, "script line 1"),
        (printer, library, "is missing"),
        (printer, Encoder(), "another digest"),
    ):
        (found,) = findings(one, monkeypatch, encoder)
        assert found.mark is Mark.STOP and found.do
        assert said in found.found.format(**found.facts)


def test_the_check_says_nothing_of_a_printer_without_a_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not findings(PrinterConfig("B", "virtual", "x", "VP-2"), monkeypatch, Encoder())
