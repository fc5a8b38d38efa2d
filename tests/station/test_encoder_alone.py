"""A chip reader asked without its printer: in a process of its own, and only if people allowed it."""

import importlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import evolve
from click.testing import CliRunner

from ektp_core.boundary.card_printer import DriverError
from ektp_core.boundary.hookspecs import ENCODERS
from ektp_station.checks import Mark
from ektp_station.checks_chip import chip_findings
from ektp_station.command_chip import chip
from ektp_station.config import PrinterConfig, StationConfig, write_config
from ektp_station.driver_list import AllowedDriver, fingerprint, the_claim
from ektp_station.encoder_alone import encoder_alone

pytestmark = pytest.mark.processes

WAIT_MS = 20_000
SOURCE = '''
import os
from hashlib import sha256
from ektp_core.boundary.card_printer import DriverError, Station
from ektp_core.boundary.chip_encoder import EncoderInfo
from ektp_core.boundary.hookspecs import hookimpl

class Acme:
    def __init__(self, script):
        self.script = script
    def connect(self, timeout_ms):
        if not self.script.startswith(b"good"):
            raise DriverError("script line 1: not for this reader")
        return EncoderInfo(f"Acme {os.getpid()}", Station.CONTACT, "acme 1", sha256(self.script).hexdigest())
    def uid(self, timeout_ms):
        return "04A1B2C3D4E5F6"
    def close(self):
        pass

@hookimpl
def ektp_open_encoder(kind, address, script):
    with open(script, "rb") as file:
        return Acme(file.read()) if kind == "acmechip" else None
'''


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StationConfig]:
    """A station whose one printer has an encoder of another distribution, which nobody allowed yet."""
    site, folder = tmp_path / "site", tmp_path / "station"
    notes = site / "acme_chip-1.0.dist-info"
    for one in (site / "acme_chip", notes, folder):
        one.mkdir(parents=True)
    (site / "acme_chip" / "__init__.py").write_text(SOURCE)
    (notes / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-chip\nVersion: 1.0\n")
    (notes / "entry_points.txt").write_text(f"[{ENCODERS}]\nacmechip = acme_chip\n")
    (notes / "RECORD").write_text("acme_chip/__init__.py,,\n")
    script = tmp_path / "chip.txt"
    script.write_text("good")
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.setenv("PYTHONPATH", str(site), prepend=os.pathsep)
    importlib.invalidate_caches()
    printer = PrinterConfig(
        "A", "virtual", "x", "VP-1", encoder="acmechip", encoder_address="Acme", encoder_script=str(script)
    )
    made = StationConfig("station/52.03/1", "http://hub", (printer,))
    write_config(folder, made)
    yield made
    assert "acme_chip" not in sys.modules, "not a line of it ran here"


def allowed(config: StationConfig) -> StationConfig:
    claim = the_claim(ENCODERS, "acmechip")
    return evolve(config, drivers=(AllowedDriver("acmechip", claim.by, fingerprint(claim)),))


def test_an_encoder_nobody_allowed_is_not_run_and_what_to_do_is_said(house: StationConfig, tmp_path: Path) -> None:
    shown = CliRunner().invoke(chip, [str(tmp_path / "station")], env={"LANGUAGE": "en"})
    assert shown.exit_code == 1, shown.output
    assert "driver acmechip of acme-chip is not allowed here" in shown.output and "allow-driver" in shown.output
    (found,) = chip_findings(house.printers[0], house, tmp_path / "station")
    assert found.mark is Mark.STOP and "is not allowed" in str(found.facts["why"])


def test_an_allowed_encoder_runs_in_another_process(house: StationConfig, tmp_path: Path) -> None:
    config = allowed(house)
    with encoder_alone(config.printers[0], config, tmp_path / "station") as alone:
        reader = alone.identify(WAIT_MS).serial
        assert reader.startswith("Acme ") and reader != f"Acme {os.getpid()}"
        assert alone.read_uid(WAIT_MS) == "04A1B2C3D4E5F6"
        with pytest.raises(DriverError):
            alone.encode(b"content", WAIT_MS)
        with pytest.raises(DriverError):
            alone.feed(WAIT_MS)
    (found,) = chip_findings(config.printers[0], config, tmp_path / "station")
    assert found.mark is Mark.WELL


def test_the_check_stops_at_a_script_the_encoder_does_not_take(house: StationConfig, tmp_path: Path) -> None:
    (tmp_path / "chip.txt").write_text("junk")
    (found,) = chip_findings(house.printers[0], allowed(house), tmp_path / "station")
    assert found.mark is Mark.STOP and "script line 1" in str(found.facts["why"])


def test_one_that_was_changed_since_is_not_run(house: StationConfig, tmp_path: Path) -> None:
    config = allowed(house)
    with open(tmp_path / "site" / "acme_chip" / "__init__.py", "a", encoding="utf-8") as file:
        file.write("# changed\n")
    with pytest.raises(DriverError, match="was changed"), encoder_alone(config.printers[0], config, tmp_path / "station"):
        raise AssertionError("it ran")
