"""The sandbox of a driver's process (kotak pasir driver): which kind there is here, and what it holds.

A driver is a stranger's program; it gets no network, no file of ours, no look at other processes. On
Linux `bwrap` gives it name spaces of its own; without that Landlock shuts files, and a filter of system
calls the rest. Both are shut before a line of the driver is read. A Linux without either keeps the filter;
elsewhere nothing holds but a small environment and, on POSIX, limits. What is missing is told; a station
that requires a whole sandbox starts no driver without one.
"""

import sys
from enum import Enum
from pathlib import Path

from attrs import field, frozen

from ektp_core.boundary.card_printer import DriverError
from ektp_station import bubblewrap
from ektp_station.landlock import landlock_version
from ektp_station.sandbox_paths import Reach, reach_of


class Wanted(Enum):
    """What `sandbox` in station.toml says."""

    REQUIRE = "require"
    USE = "use"
    OFF = "off"


class Kind(Enum):
    """What stands between a driver and the machine."""

    BUBBLEWRAP = "bubblewrap"
    LANDLOCK = "landlock"
    NONE = "none"


class Closed(Enum):
    """What is shut; the words are shown."""

    FILES = "files"
    NETWORK = "network"
    PROCESSES = "other processes"
    SOCKETS = "sockets of other programs"
    CALLS = "dangerous system calls"
    LIMITS = "limits"


@frozen
class Held:
    """What holds for a driver's process. `missing` is empty where it is whole."""

    kind: Kind = Kind.NONE
    closed: tuple[Closed, ...] = ()

    @property
    def missing(self) -> tuple[Closed, ...]:
        """What is not shut."""
        return tuple(one for one in Closed if one not in self.closed)

    @property
    def in_words(self) -> str:
        """One line for people."""
        missing = ", ".join(one.value for one in self.missing)
        return f"{self.kind.value}, without: {missing}" if missing else self.kind.value


@frozen
class Box:
    """A sandbox to be built around one process. `start` begins the command line; empty where nothing does."""

    kind: Kind
    reach: Reach = field(factory=lambda: Reach((), ()))
    start: tuple[str, ...] = ()
    is_required: bool = False

    def told(self, folder: str) -> "Told":
        """What the process is told of it. `folder`: its private one, where it has no /tmp of its own."""
        use = (*self.reach.use, *([folder] if folder else []))
        alone = self.kind is Kind.LANDLOCK
        return Told(self.kind, self.reach.read if alone else (), use if alone else (), self.is_required)


@frozen
class Told:
    """What the process is told on its command line, as JSON; it shuts these for itself."""

    kind: Kind
    read: tuple[str, ...] = ()
    use: tuple[str, ...] = ()
    is_required: bool = False


def box_for(
    wanted: Wanted, hint: str, folder: Path | None = None, files: tuple[str, ...] = (), *, reads_chips: bool = False
) -> Box:
    """The best box there is on this machine. `reads_chips`: a chip reader belongs to it.

    Raises:
        DriverError: the address names what no driver may have.
    """
    if wanted is Wanted.OFF:
        return Box(Kind.NONE)
    is_required = wanted is Wanted.REQUIRE
    if not sys.platform.startswith("linux"):
        return Box(Kind.NONE, is_required=is_required)
    reach = reach_of(hint, folder, files, reads_chips=reads_chips)
    if start := bubblewrap.works():
        return Box(Kind.BUBBLEWRAP, reach, start, is_required)
    kind = Kind.LANDLOCK if landlock_version() else Kind.NONE
    if kind is Kind.LANDLOCK and (wide := reach.uncovers()):
        raise DriverError(f"the station's folder lies in {wide}, which every driver may read; move it elsewhere")
    return Box(kind, reach, is_required=is_required)


def closed_by(kind: Kind, version: int, calls: bool, limits: bool, *, guarded: bool) -> tuple[Closed, ...]:
    """What is shut, from what was done. `version`: of Landlock. `guarded`: what it starts ends with it."""
    found: set[Closed] = set()
    if kind is Kind.BUBBLEWRAP:
        found |= {Closed.FILES, Closed.NETWORK, Closed.PROCESSES, Closed.SOCKETS}
    if version:
        found.add(Closed.FILES)
    if calls:
        # The filter shuts every socket but unix ones, every look into another process, and signals to it; but
        # not the files of /proc, and a helper that outlives the station is another process too.
        found |= {Closed.CALLS, Closed.NETWORK} | ({Closed.PROCESSES} if version and guarded else set())
    if limits:
        found.add(Closed.LIMITS)
    return tuple(one for one in Closed if one in found)
