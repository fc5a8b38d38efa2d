"""The list of settings is complete, and says what the code says."""

import attrs

from ektp_station.config import PrinterConfig, StationConfig
from ektp_station.config_schema import as_lines, meanings, settings
from ektp_station.driver_list import AllowedDriver


def test_every_setting_has_a_meaning() -> None:
    assert [one.key for one in settings() if not one.meaning] == []


def test_every_field_of_the_settings_is_listed_once() -> None:
    listed = [one.key for one in settings()]
    own = [one.name for one in attrs.fields(StationConfig) if one.name not in {"printers", "drivers"}]
    of_printers = [f"printers.{one.name}" for one in attrs.fields(PrinterConfig)]
    assert listed == own + of_printers + [f"drivers.{one.name}" for one in attrs.fields(AllowedDriver)]


def test_no_meaning_is_said_of_a_setting_that_is_not_there() -> None:
    for kind in (StationConfig, PrinterConfig, AllowedDriver):
        assert meanings(kind).keys() <= {one.name for one in attrs.fields(kind)}


def test_a_setting_says_kind_unit_and_default() -> None:
    known = {one.key: one for one in settings()}
    assert known["station"].default == "" and known["station"].kind == "text"
    assert (known["poll_ms"].kind, known["poll_ms"].unit, known["poll_ms"].default) == ("whole number", "milliseconds", "1000")
    assert known["operator_looks"].default == "true"
    assert known["profile"].kind == 'one of "encode-first", "print-first", "no-chip"'
    assert known["printers.timeout_ms"].default == "30000"
    assert known["poll_ms"].meaning == known["retry_ms"].meaning


def test_a_meaning_of_two_lines_is_one_sentence() -> None:
    said = meanings(PrinterConfig)
    assert "\n" not in "".join(said.values())


def test_the_terminal_is_told_which_keys_must_be_given() -> None:
    lines = list(as_lines())
    assert lines[0].startswith("station (text; must be given)\n    ")
