"""Every setting of a station (daftar setelan): key, type, unit, default, meaning, from one source.

The source is the documented fields of `ektp_station.config`: what `station.toml` takes, what
`ektp station check --schema` shows and the page of the docs cannot differ.
"""

import inspect
import re
from collections.abc import Iterator
from enum import Enum
from typing import Any, get_type_hints

import attrs
from attrs import frozen

from ektp_station.config import PrinterConfig, StationConfig
from ektp_station.driver_list import AllowedDriver

_UNITS = {
    "ms": "milliseconds",
    "days": "days",
    "s": "seconds",
    "c": "°C",
    "bytes": "bytes",
    "mb": "megabytes",
    "people": "people",
    "cards": "cards",
}
_NAMES = re.compile(r"^([a-z_0-9]+(?:, [a-z_0-9]+)*): (.*)$")
_SECTION = re.compile(r"^Attributes:\n", re.MULTILINE)


@frozen
class Setting:
    """One key of `station.toml`. `default` is empty where the key must be given."""

    key: str
    kind: str
    unit: str
    default: str
    meaning: str


def settings() -> tuple[Setting, ...]:
    """Every key, those of the station first."""
    station = _of(StationConfig, "", ("printers", "drivers"))
    return (*station, *_of(PrinterConfig, "printers.", ()), *_of(AllowedDriver, "drivers.", ()))


def as_lines() -> Iterator[str]:
    """For a terminal: a key a paragraph."""
    for one in settings():
        default = f"default {one.default}" if one.default else "must be given"
        unit = f", {one.unit}" if one.unit else ""
        yield f"{one.key} ({one.kind}{unit}; {default})\n    {one.meaning}"


def _of(kind: type[Any], where: str, without: tuple[str, ...]) -> Iterator[Setting]:
    hints, said = get_type_hints(kind), meanings(kind)
    for one in attrs.fields(kind):
        if one.name not in without:
            unit = _UNITS.get(one.name.rpartition("_")[2], "") if "_" in one.name else ""
            kind_of = _kind(hints[one.name])
            yield Setting(where + one.name, kind_of, unit, _default(one.default), said.get(one.name, ""))


def meanings(kind: type[Any]) -> dict[str, str]:
    """What the docstring's list of attributes says of each."""
    parts = _SECTION.split(inspect.getdoc(kind) or "")
    found: dict[str, str] = {}
    names: list[str] = []
    for line in (parts[1] if len(parts) > 1 else "").splitlines():
        text = line.strip()
        new = _NAMES.match(text) if line.startswith("    ") and not line.startswith("     ") else None
        if new:
            names = new[1].split(", ")
            found |= dict.fromkeys(names, new[2])
        elif text:
            found |= {name: f"{found[name]} {text}" for name in names}
    return {name: text[:1].upper() + text[1:] for name, text in found.items()}


def _kind(hint: Any) -> str:
    if isinstance(hint, type) and issubclass(hint, Enum):
        return "one of " + ", ".join(f'"{one.value}"' for one in hint)
    if getattr(hint, "__origin__", None) is tuple:
        return f"list of {_kind(hint.__args__[0])}"
    return {str: "text", int: "whole number", bool: "true or false", float: "number"}.get(hint, "text")


def _default(value: Any) -> str:
    if value is attrs.NOTHING:
        return ""
    if isinstance(value, attrs.Factory):  # type: ignore[arg-type]  # attrs calls its class so, and a function too
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Enum):
        value = value.value
    return f'"{value}"' if isinstance(value, str) else "none" if value in (None, ()) else str(value)
