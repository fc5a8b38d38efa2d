"""Settings of a hub (setelan pusat): a TOML file in its folder, every key known and checked.

A key nobody knows is refused by its name: a misspelt setting that is passed over in silence
is found on the worst day. Rules of the work (how many people unlock, how long an
authorisation lasts) are no settings: they are a policy in the book.
"""

import tomllib
from pathlib import Path

from attrs import asdict, field, fields, frozen

from ektp_core.errors import Refusal, Refused
from ektp_core.flow.codec import fill

#: What stands in a hub's folder.
FILE = "hub.toml"
HUB_KEY = "hub.key"
REGISTRY_KEY = "registry.key"
PSEUDONYMS = "pseudonyms.secret"
PEOPLE = "people"

LEVELS = ("debug", "info", "warning", "error")

_TEMPLATE = """\
# Settings of this hub. Every key may be left out; what stands here is what holds without it.

# Where it listens. 127.0.0.1 is this machine only; put a TLS proxy in front of anything else.
host = "{host}"
port = {port}

# The book, inside this folder or at an absolute path. One process keeps it at a time.
book = "{book}"

# How often waiting records are authorised for stations with free blanks.
authorise_every_ms = {authorise_every_ms}

# debug, info, warning or error.
log_level = "{log_level}"
"""


@frozen
class Settings:
    """What `hub.toml` may say.

    Attributes:
        host, port: where the hub listens; port 0 takes any free one.
        book: the book's file, relative to the folder.
        authorise_every_ms: pause between two rounds of authorising by itself.
        log_level: the least level that is logged.
    """

    host: str = field(default="127.0.0.1")
    port: int = field(default=8717)
    book: str = field(default="book.sqlite")
    authorise_every_ms: int = field(default=1000)
    log_level: str = field(default="info")


def settings_toml(settings: Settings) -> str:
    """The text of `hub.toml` that says these settings."""
    return _TEMPLATE.format_map(asdict(settings))


def read_settings(folder: Path) -> Settings:
    """The settings in a hub's folder.

    Raises:
        Refused: BAD_FILE naming the key.
    """
    path = folder / FILE
    try:
        found = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise _bad(path, error.strerror or "it cannot be read", "a folder made by `ektp hub init`") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise _bad(path, "it is no TOML", "lines such as: port = 8717") from None
    known = [one.name for one in fields(Settings)]
    for name in found:
        if name not in known:
            raise _bad(path, f"the key {name} is not known", ", ".join(known))
    try:
        settings = fill(found, Settings, "hub.toml ")
    except Refused as refused:
        raise _bad(path, f"{refused.facts['field']} is of another kind", str(refused.facts["expected"])) from None
    _check(path, settings)
    return settings


def _check(path: Path, settings: Settings) -> None:
    if not 0 <= settings.port <= 65_535:
        raise _bad(path, f"port is {settings.port}", "0 to 65535")
    if not 10 <= settings.authorise_every_ms <= 3_600_000:
        raise _bad(path, f"authorise_every_ms is {settings.authorise_every_ms}", "10 to 3600000")
    if settings.log_level not in LEVELS:
        raise _bad(path, "log_level is not one of the list", ", ".join(LEVELS))
    if not settings.book or not settings.host:
        raise _bad(path, "host or book is empty", "an address and a file name")


def _bad(path: Path, shape: str, expected: str) -> Refused:
    return Refused(Refusal.BAD_FILE, {"file": str(path), "shape": shape, "expected": expected})
