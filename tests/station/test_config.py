"""A station's settings: every key documented, every wrong one named."""

from pathlib import Path

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ektp_core.errors import Refusal, Refused
from ektp_core.vocabulary.state import Profile
from ektp_station.config import FILE, PrinterConfig, StationConfig, load_config, write_config

STATION = "station/52.03/1"
PRINTER = PrinterConfig("A", "virtual", "/run/printer-A", "VP-0001", 9_000)
LEAST = f'station = "{STATION}"\nhub = "http://127.0.0.1:8717"\n'
A_PRINTER = '[[printers]]\nname = "A"\ndriver = "virtual"\naddress = "x"\nserial = "1"\n'


def block(called: str, **changes: str) -> str:
    """A printer as TOML; all of them are one device."""
    values = {"name": called, "driver": "virtual", "address": "p", "serial": "VP-1", **changes}
    return "\n[[printers]]\n" + "".join(f'{key} = "{value}"\n' for key, value in values.items())


def refused(folder: Path, text: str | bytes) -> Refused:
    (folder / FILE).write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(Refused) as why:
        load_config(folder)
    return why.value


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    config = StationConfig(
        STATION, "http://hub:1", (PRINTER, attrs.evolve(PRINTER, name="B", serial="VP-2")), 8080, False, Profile.NO_CHIP, 10, 20, 30
    )
    write_config(tmp_path, config)
    assert load_config(tmp_path) == config


@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
def test_every_text_survives_being_written(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = tmp_path_factory.mktemp("station")
    config = StationConfig(STATION, "http://hub", (attrs.evolve(PRINTER, address=text),))
    write_config(folder, config)
    assert load_config(folder).printers[0].address == text


def test_what_is_not_said_has_its_documented_value(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(LEAST, encoding="utf-8")
    assert load_config(tmp_path) == StationConfig(STATION, "http://127.0.0.1:8717")


def test_every_setting_is_documented() -> None:
    for kind in (StationConfig, PrinterConfig):
        documented = kind.__doc__ or ""
        assert [one.name for one in attrs.fields(kind) if one.name not in documented] == []


def test_an_unknown_key_is_named(tmp_path: Path) -> None:
    why = refused(tmp_path, LEAST + "opertor_looks = false\n")
    assert why.refusal is Refusal.MALFORMED and "opertor_looks" in str(why)


def test_an_unknown_key_of_a_printer_is_refused(tmp_path: Path) -> None:
    why = refused(tmp_path, LEAST + A_PRINTER + "timeout = 5\n")
    assert why.refusal is Refusal.MALFORMED and "timeout" in str(why)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ('poll_ms = "often"', "poll_ms"),
        ("operator_looks = 1", "operator_looks"),
        ('profile = "print-twice"', "profile"),
        ("printers = 3", "printers"),
        ("listen_port = 1.5", "listen_port"),
    ],
)
def test_a_value_of_another_kind_is_named(tmp_path: Path, line: str, name: str) -> None:
    why = refused(tmp_path, LEAST + line + "\n")
    assert why.refusal is Refusal.MALFORMED and name in str(why.facts["field"])


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("poll_ms = 0", "poll_ms"),
        ("retry_ms = -5", "retry_ms"),
        ("retry_most_ms = 999999999", "retry_most_ms"),
        ("listen_port = 70000", "listen_port"),
        (A_PRINTER + "timeout_ms = 0", "timeout_ms of printer A"),
        (A_PRINTER + A_PRINTER, "printers"),
    ],
)
def test_a_value_no_station_can_work_with_is_named(tmp_path: Path, line: str, name: str) -> None:
    why = refused(tmp_path, LEAST + line + "\n")
    assert why.refusal is Refusal.BAD_VALUE and name in str(why.facts["field"])


def test_a_missing_key_is_named(tmp_path: Path) -> None:
    assert refused(tmp_path, 'station = "station/52.03/1"\n').refusal is Refusal.MALFORMED


@pytest.mark.parametrize("text", ["station = ", b"\xff\xfe", "]["])
def test_a_file_that_is_no_toml_is_refused(tmp_path: Path, text: str | bytes) -> None:
    assert refused(tmp_path, text).refusal is Refusal.BAD_FILE


def test_a_folder_without_settings_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="BAD_FILE"):
        load_config(tmp_path)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('hub = ""', "hub"), ('hub = "nonsense"', "hub"), ('hub = "http://"', "hub"),
        *((f'hub = "http://h"\n{block("A", **{one: ""})}', one) for one in ("name", "driver", "serial")),
        (f'hub = "http://h"\n{block("A")}{block("B")}', "printers"),
    ],
)  # fmt: skip
def test_what_no_station_can_work_with_is_refused_by_name(tmp_path: Path, text: str, named: str) -> None:
    (tmp_path / FILE).write_text(f'station = "station/52.03/1"\n{text}\n', "utf-8")
    with pytest.raises(Refused) as caught:
        load_config(tmp_path)
    assert caught.value.refusal is Refusal.BAD_VALUE and str(caught.value.facts["field"]).endswith(named)
