"""One entry of `[[drivers]]` in station.toml (mencatat driver): written beside what people wrote, in its place.

Only the lines of that entry change: comments and order of everything else stay. What was written is read
back before it takes the file's place.
"""

import os
import re
import shutil
from pathlib import Path

from ektp_station.config import FILE, load_config
from ektp_station.driver_list import AllowedDriver

_HEAD = re.compile(r"^\s*\[")
_DRIVERS = re.compile(r"^\s*\[\[\s*drivers\s*\]\]")


def allow(folder: Path, driver: AllowedDriver) -> None:
    """Write the entry; one of the same name goes.

    Raises:
        Refused: the settings could not be read afterwards; then nothing was changed.
    """
    path = folder / FILE
    text = path.read_text(encoding="utf-8")
    trial = folder / f".{FILE}-new"
    trial.mkdir(mode=0o700)
    try:
        new = trial / FILE
        new.write_text(with_driver(text, driver), encoding="utf-8")
        load_config(trial)
        shutil.copymode(path, new)
        os.replace(new, path)
    finally:
        shutil.rmtree(trial, ignore_errors=True)


def with_driver(text: str, driver: AllowedDriver) -> str:
    """The settings with this entry at their end, and no other of its name."""
    kept: list[str] = []
    block: list[str] | None = None
    for line in (*text.splitlines(), None):
        if block is not None and (line is None or _HEAD.match(line)):
            kept += [] if _is_of(block, driver.name) else block
            block = None
        if line is None:
            break
        if _DRIVERS.match(line):
            block = [line]
        else:
            (kept if block is None else block).append(line)
    entry = (f'name = "{driver.name}"', f'distribution = "{driver.distribution}"', f'sha256 = "{driver.sha256}"')
    return "\n".join((*kept, *([""] if kept and kept[-1].strip() else []), "[[drivers]]", *entry)) + "\n"


def _is_of(block: list[str], name: str) -> bool:
    quoted = re.escape(name)
    return any(re.match(rf"""^\s*name\s*=\s*["']{quoted}["']""", line) for line in block)
