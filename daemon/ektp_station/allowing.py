"""One entry of `[[drivers]]` in station.toml (mencatat driver): written beside what people wrote, in its place.

The file is the person's: of an entry that stands there only the values change, a new one is added at the end, and
every comment, line and line ending stays as it was. What was written is read back before it takes the file's place.
"""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from ektp_station.config import FILE, load_config
from ektp_station.driver_list import AllowedDriver

_KEYS = ("distribution", "sha256")
_HEAD = re.compile(r"^\s*\[")
_DRIVERS = re.compile(r"^\s*\[\[\s*drivers\s*\]\]")


def allow(folder: Path, driver: AllowedDriver) -> None:
    """Write the entry, in the place of one of the same name.

    Raises:
        Refused: the settings could not be read afterwards; then nothing was changed.
    """
    path = folder / FILE
    text = path.read_bytes().decode("utf-8")
    trial = folder / f".{FILE}-new"
    trial.mkdir(mode=0o700)
    try:
        new = trial / FILE
        new.write_bytes(with_driver(text, driver).encode("utf-8"))
        load_config(trial)
        shutil.copymode(path, new)
        os.replace(new, path)
    finally:
        shutil.rmtree(trial, ignore_errors=True)


def with_driver(text: str, driver: AllowedDriver) -> str:
    """The settings with this entry: the one of its name with these values, or a new one at their end."""
    blocks = list(_blocks(text.splitlines(keepends=True)))
    if any(_is_of(block, driver.name) for block in blocks):
        changed = (_changed(block, driver) if _is_of(block, driver.name) else block for block in blocks)
        return "".join(line for block in changed for line in block)
    end = "\r\n" if "\r\n" in text else "\n"
    before = text if not text or text.endswith("\n") else text + end
    gap = end if before.strip() and before.splitlines()[-1].strip() else ""
    entry = ("[[drivers]]", f'name = "{driver.name}"', *(_line(key, driver) for key in _KEYS))
    return before + gap + "".join(f"{line}{end}" for line in entry)


def _blocks(lines: list[str]) -> Iterator[list[str]]:
    """What stands before the first heading, then each heading with what stands under it."""
    block: list[str] = []
    for line in lines:
        if _HEAD.match(line):
            yield block
            block = []
        block.append(line)
    yield block


def _is_of(block: list[str], name: str) -> bool:
    return bool(block) and _DRIVERS.match(block[0]) is not None and any(_names(line, name) for line in block)


def _names(line: str, name: str) -> bool:
    return re.match(rf"""^\s*name\s*=\s*["']{re.escape(name)}["']""", line) is not None


def _changed(block: list[str], driver: AllowedDriver) -> list[str]:
    """The same lines with these values; a value that was missing stands behind the name."""
    lines, missing = list(block), []
    for key in _KEYS:
        value = re.compile(rf"""^(\s*{key}\s*=\s*)("[^"]*"|'[^']*')""")
        missing += [] if any(map(value.match, lines)) else [_line(key, driver)]
        lines = [_with_value(line, value.match(line), getattr(driver, key)) for line in lines]
    at = next(number for number, line in enumerate(lines, 1) if _names(line, driver.name))
    end = "\r\n" if lines[at - 1].endswith("\r\n") else "\n"
    if missing and not lines[at - 1].endswith("\n"):
        lines[at - 1] += end
    return [*lines[:at], *(f"{line}{end}" for line in missing), *lines[at:]]


def _with_value(line: str, found: "re.Match[str] | None", told: str) -> str:
    return f'{found[1]}"{told}"{line[found.end() :]}' if found else line


def _line(key: str, driver: AllowedDriver) -> str:
    return f'{key} = "{getattr(driver, key)}"'
