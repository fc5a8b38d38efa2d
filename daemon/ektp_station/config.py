"""Settings of a station (pengaturan): one TOML file in the station's folder, every key documented here.

An unknown key is refused by name: a misspelt setting that is silently left out is worse
than a station that does not start.
"""

import json
import tomllib
from enum import Enum
from pathlib import Path
from typing import Any

import attrs
from attrs import field, frozen

from ektp_core.errors import Refusal, Refused
from ektp_core.flow.codec import fill
from ektp_core.vocabulary.state import Profile
from ektp_station.driver_list import AllowedDriver
from ektp_station.duty import Limits
from ektp_station.encoder_settings import EncoderAt, shares_reader, wrong_encoder
from ektp_station.sandbox import Wanted

FILE = "station.toml"
KEY_FILE = "station.key"
BOOK_FILE = "station.db"
FOUNDING_FILE = "founding.json"
ADDRESS_FILE = "address"

_LONGEST_MS = 3_600_000


@frozen
class PrinterConfig:
    """One printer.

    Attributes:
        name: what the office calls it; never changes, the book knows it by this name.
        driver: name of the driver, as `ektp.drivers` lists it.
        address: where the driver finds it (for the virtual printer its folder).
        serial: the device's own serial; another device is refused.
        timeout_ms: how long one operation may take.
        daily_cap: cards of one local day, test cards too; 0 is no cap.
        rest_every, rest_ms: after every so many cards of a day it rests so long; 0 is no rest.
        temperature_min_c, temperature_max_c: it prints between these, where the device tells its temperature.
            0 is what its kind needs (160 to 170 for retransfer, any for others), -1 is any.
        clean_every: cards after which a cleaning is due; 0 leaves that to the device.
        low_days: a supply that lasts fewer working days is told; 0 tells nothing.
        idle_reminder_days: a printer unused for so many days is told; 0 tells nothing.
        look_ms: how often an idle printer is looked at.
        encoder: kind of the chip reader its cards are written with, as `ektp.encoders` lists it; empty where the
            printer does that itself, or nobody does.
        encoder_address: the reader's exact name.
        encoder_script: whole path of the authority's script for the chip.
        settings_digest: the digest its settings must have, as `ektp station check` shows it; empty takes the first
            one seen. With another no card is begun.
    """

    name: str
    driver: str
    address: str
    serial: str
    timeout_ms: int = 30_000
    daily_cap: int = 0
    rest_every: int = 0
    rest_ms: int = 0
    temperature_min_c: int = 0
    temperature_max_c: int = 0
    clean_every: int = 0
    low_days: int = 2
    idle_reminder_days: int = 7
    look_ms: int = 10_000
    encoder: str = ""
    encoder_address: str = ""
    encoder_script: str = ""
    settings_digest: str = ""

    @property
    def encoder_at(self) -> EncoderAt:
        """Its chip reader; of kind "" where it has none."""
        return EncoderAt(self.encoder, self.encoder_address, self.encoder_script)

    @property
    def limits(self) -> Limits:
        """Its duty as plain numbers."""
        return Limits(
            self.daily_cap, self.rest_every, self.rest_ms, self.temperature_min_c, self.temperature_max_c,
            self.clean_every, self.low_days, self.idle_reminder_days, self.look_ms,
        )  # fmt: skip


@frozen
class StationConfig:
    """All settings of a station.

    Attributes:
        station: its id, as enrolled.
        hub: address of the hub.
        listen_port: port of the station's own page on loopback; 0 chooses a free one.
        operator_looks: whether an operator judges every card (a misprint is not seen by the device).
        profile: encode-first, print-first or no-chip.
        poll_ms, retry_ms, retry_most_ms: how often the hub is asked, and how long a dead link waits.
        shift_ms: a card in doubt for longer than this is an alarm; one working shift.
        label_days: NIK, name and collection place of a finished card stay at the station at most so many days.
        disk_low_mb: below so many free megabytes no new card is begun.
        failed_blanks: after so many blanks in a row that failed before printing, a printer is out of service.
        sandbox: whether drivers run shut in: require (none is started without a whole sandbox), use (what there
            is, and what is missing is told), or off.
        printers: its printers.
        drivers: drivers from other distributions that may be loaded; `ektp station allow-driver` writes them.
    """

    station: str
    hub: str
    printers: tuple[PrinterConfig, ...] = field(factory=tuple)
    listen_port: int = 0
    operator_looks: bool = True
    profile: Profile = Profile.ENCODE_FIRST
    poll_ms: int = 1_000
    retry_ms: int = 1_000
    retry_most_ms: int = 30_000
    shift_ms: int = 8 * 3_600_000
    label_days: int = 90
    disk_low_mb: int = 64
    failed_blanks: int = 3
    sandbox: Wanted = Wanted.USE
    drivers: tuple[AllowedDriver, ...] = field(factory=tuple)


#: What stands under a heading of its own, once for each.
_TABLES: dict[str, type[Any]] = {"printers": PrinterConfig, "drivers": AllowedDriver}


def load_config(folder: Path) -> StationConfig:
    """Read `station.toml`.

    Raises:
        Refused: BAD_FILE when it is missing or no TOML; MALFORMED naming a wrong or unknown key;
            BAD_VALUE naming a setting no station can work with.
    """
    path = folder / FILE
    try:
        plain: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        facts = {
            "file": str(path),
            "shape": type(error).__name__,
            "expected": "a TOML file with the station's settings",
        }
        raise Refused(Refusal.BAD_FILE, facts) from None
    _check_names(plain, StationConfig, "")
    for table, kind in _TABLES.items():
        rows = plain.get(table)
        for row in rows if isinstance(rows, list) else []:
            if isinstance(row, dict):
                _check_names(row, kind, f"{table}.")
    config = fill(plain, StationConfig, FILE)
    _check(config)
    return config


def _check_names(plain: dict[str, Any], kind: type[Any], where: str) -> None:
    unknown = sorted(plain.keys() - {one.name for one in attrs.fields(kind)})
    if unknown:
        facts = {"field": f"{FILE}: {where}{unknown[0]}", "expected": "a documented setting", "shape": "an unknown one"}
        raise Refused(Refusal.MALFORMED, facts)


def _check(config: StationConfig) -> None:
    for name in ("label_days", "disk_low_mb"):
        if not 0 <= getattr(config, name) <= 100_000:
            raise _bad(name, str(getattr(config, name)), "0 to 100000")
    if not 1 <= config.failed_blanks <= 1_000:
        raise _bad("failed_blanks", str(config.failed_blanks), "1 to 1000")
    names = [one.name for one in config.printers]
    if len(set(names)) < len(names):
        raise _bad("printers", "two printers of one name", "a name of its own for each printer")
    if not config.hub.startswith(("http://", "https://")) or not config.hub.partition("://")[2].strip("/ "):
        raise _bad("hub", config.hub[:40] or "empty", "the address of the hub, such as https://hub.example")
    for name in ("name", "driver", "serial"):
        if any(not getattr(one, name).strip() for one in config.printers):
            raise _bad(f"printers.{name}", "empty", f"the printer's {name}")
    devices = [(one.driver, one.serial) for one in config.printers]
    if len(set(devices)) < len(devices):
        raise _bad("printers", "one device under two names", "each device once, by its own serial")
    if not 0 <= config.listen_port <= 65_535:
        raise _bad("listen_port", str(config.listen_port), "0 to 65535")
    times = {name: getattr(config, name) for name in ("poll_ms", "retry_ms", "retry_most_ms")}
    times |= {f"timeout_ms of printer {one.name}": one.timeout_ms for one in config.printers}
    times |= {f"look_ms of printer {one.name}": one.look_ms for one in config.printers}
    _check_duty(config)
    _check_drivers(config)
    if not 60_000 <= config.shift_ms <= 24 * _LONGEST_MS:
        raise _bad("shift_ms", str(config.shift_ms), f"60000 to {24 * _LONGEST_MS} milliseconds")
    for name, time_ms in times.items():
        if not 1 <= time_ms <= _LONGEST_MS:
            raise _bad(name, str(time_ms), f"1 to {_LONGEST_MS} milliseconds")


def _check_drivers(config: StationConfig) -> None:
    names = [one.name for one in config.drivers]
    if len(set(names)) < len(names):
        raise _bad("drivers", "one driver allowed twice", "each driver once, as `ektp station allow-driver` writes it")


def _check_duty(config: StationConfig) -> None:
    for one in config.printers:
        for name in ("daily_cap", "rest_every", "rest_ms", "clean_every", "low_days", "idle_reminder_days"):
            if not 0 <= getattr(one, name) <= _LONGEST_MS:
                raise _bad(f"{name} of printer {one.name}", str(getattr(one, name)), f"0 to {_LONGEST_MS}")
        low, high = one.temperature_min_c, one.temperature_max_c
        if not (-1 <= low <= 400 and -1 <= high <= 400) or (low > 0 and 0 < high < low):
            shape, expected = f"{low} to {high}", "-1, 0, or degrees up to 400, the lower first"
            raise _bad(f"temperature_min_c, temperature_max_c of printer {one.name}", shape, expected)
        if wrong := wrong_encoder(one.encoder_at):
            raise _bad(f"{wrong[0]} of printer {one.name}", *wrong[1:])
    if shares_reader([one.encoder_address for one in config.printers if one.encoder]):
        expected = "a chip reader of its own for each printer"
        raise _bad("printers.encoder_address", "one reader for two printers", expected)


def _bad(name: str, shape: str, expected: str) -> Refused:
    return Refused(Refusal.BAD_VALUE, {"field": f"{FILE}: {name}", "shape": shape, "expected": expected})


def write_config(folder: Path, config: StationConfig) -> None:
    """Write `station.toml` anew."""
    lines = [
        f"{one.name} = {_toml(getattr(config, one.name))}"
        for one in attrs.fields(StationConfig)
        if one.name not in _TABLES
    ]
    for table, kind in _TABLES.items():
        for row in getattr(config, table):
            lines.append(f"\n[[{table}]]")
            lines += [f"{one.name} = {_toml(getattr(row, one.name))}" for one in attrs.fields(kind)]
    (folder / FILE).write_text("\n".join(lines) + "\n", encoding="utf-8")


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, str):
        # TOML's strings are JSON's, but for one character.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return str(value)
