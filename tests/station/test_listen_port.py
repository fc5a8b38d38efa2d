"""A port somebody else listens on is told in words and ends the start; the book is let go of."""

import signal
import socket
from pathlib import Path

import pytest
from attrs import evolve
from click.testing import CliRunner

from ektp_keys.key_file import load_key
from ektp_station.commands import station
from ektp_station.config import ADDRESS_FILE, KEY_FILE, load_config, write_config
from ektp_station.wiring import StationProcess
from tests.station.station_bench import Office


def test_a_port_in_use_ends_the_start_with_2_and_says_what_to_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    folder = Office(tmp_path / "hub").folder
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        write_config(folder, evolve(load_config(folder), listen_port=port))
        done = CliRunner().invoke(station, ["run", str(folder)])
    assert done.exit_code == 2 and f"port {port}" in done.output and "listen_port" in done.output
    assert not (folder / ADDRESS_FILE).exists()
    StationProcess(folder, load_config(folder), load_key(folder / KEY_FILE)).store.close()
