"""A driver to begin with (kerangka driver): a small distribution of its own that passes the kit as written.

What is written is a working driver for a printer made of software; its author replaces the language
in `driver.py` and the model in `device.py`, check by check.
"""

import re
from importlib.resources import files
from pathlib import Path

from ektp_core.boundary.card_printer import DriverError

_NAME = re.compile(r"[a-z][a-z0-9_]{0,29}")
_FILES = {
    "pyproject.toml.txt": "pyproject.toml",
    "README.md.txt": "README.md",
    "init.py.txt": "src/ektp_driver_acme/__init__.py",
    "plugin.py.txt": "src/ektp_driver_acme/plugin.py",
    "driver.py.txt": "src/ektp_driver_acme/driver.py",
    "device.py.txt": "src/ektp_driver_acme/device.py",
    "bench.py.txt": "src/ektp_driver_acme/bench.py",
    "test_driver.py.txt": "tests/test_driver.py",
}


def write_new_driver(name: str, folder: Path) -> tuple[Path, ...]:
    """Write the distribution into a folder that is not there yet, or is empty.

    Returns: the files written.

    Raises:
        DriverError: the name is no name, or the folder has something in it.
    """
    if not _NAME.fullmatch(name):
        raise DriverError("a driver's name is a small letter, then small letters, digits and _; at most 30 in all")
    if folder.exists() and any(folder.iterdir()):
        raise DriverError(f"the folder {folder} has something in it; name another")
    written = []
    for template, place in _FILES.items():
        path = folder / _named(place, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        text = files("ektp_testing.driver_kit").joinpath("templates", template).read_text("utf-8")
        path.write_text(_named(text, name), "utf-8")
        written.append(path)
    return tuple(written)


def _named(text: str, name: str) -> str:
    return text.replace("acme", name).replace("Acme", name.title().replace("_", "")).replace("ACME", name.upper())
