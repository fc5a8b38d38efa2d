"""Which drivers a station may load (daftar driver yang diizinkan): by distribution, and by the digest of its files.

What comes in the station's own distribution is trusted as the station itself is. Any other driver or chip
encoder needs an entry in station.toml that a person made after looking. The digest covers every file of
the distribution as it lies on the disk, and the folder that would be imported, also of an installation that
can be edited. Compiled files beside the source are not covered: the driver's process does not read them.
Not covered either: the libraries a driver needs, which are installed with the same care as the station.
"""

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from importlib.metadata import Distribution, EntryPoint, distributions
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlparse
from urllib.request import url2pathname

from attrs import frozen

from ektp_core.boundary.card_printer import DriverError
from ektp_core.boundary.hookspecs import ENCODERS, ENTRY_POINTS

#: The distribution this station itself comes from.
OWN = "ektp"
_INSTALLERS = {"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"}


@frozen
class AllowedDriver:
    """A driver or chip encoder from another distribution than the station's own, as people allowed it.

    Attributes:
        name: the driver's name.
        distribution: what is installed, as `pip list` calls it.
        sha256: digest of its files, as `ektp station allow-driver` shows it.
    """

    name: str
    distribution: str
    sha256: str


@frozen
class Permit:
    """What the driver's process loads: this entry of this distribution, with these files; no digest for our own."""

    group: str
    name: str
    distribution: str
    sha256: str = ""

    @property
    def arguments(self) -> tuple[str, ...]:
        """For the command line of the driver's process."""
        return ("--permit", f"{self.group}:{self.name}:{self.distribution}:{self.sha256}")


@frozen
class Claim:
    """A distribution that brings a driver of a name."""

    entry: EntryPoint
    distribution: Distribution

    @property
    def by(self) -> str:
        """The distribution's name."""
        return plain(self.distribution.name)


def plain(name: str) -> str:
    """A distribution's name as all ways of writing it are one."""
    return "-".join(part for part in name.lower().replace("_", "-").replace(".", "-").split("-") if part)


def permits(driver: str, encoder: str, allowed: Sequence[AllowedDriver]) -> tuple[Permit, ...]:
    """What may be loaded for a printer, and for its chip reader where it has one.

    Raises:
        DriverError: nothing of that name is installed, it is claimed twice, not allowed, or changed.
    """
    found = [permit(ENTRY_POINTS, driver, allowed)]
    return (*found, permit(ENCODERS, encoder, allowed)) if encoder else tuple(found)


def permit(group: str, name: str, allowed: Sequence[AllowedDriver]) -> Permit:
    """As `permits`, for one."""
    claim = the_claim(group, name)
    if is_own(claim):
        return Permit(group, name, claim.by)
    entry = next((one for one in allowed if one.name == name), None)
    how = f"a person who has looked at it says so: `ektp station allow-driver FOLDER {name}`"
    if entry is None:
        raise DriverError(f"driver {name} of {claim.by} is not allowed here; {how}")
    if plain(entry.distribution) != claim.by:
        raise DriverError(f"driver {name} is of {claim.by} and not of {entry.distribution[:80]}, which is allowed")
    found = fingerprint(claim)
    if found != entry.sha256.strip().lower():
        raise DriverError(f"driver {name} of {claim.by} was changed since it was allowed; {how}")
    return Permit(group, name, claim.by, found)


def the_claim(group: str, name: str) -> Claim:
    """The one distribution that brings it.

    Raises:
        DriverError: none does, or more than one.
    """
    found = list(claims(group, name))
    what = "driver" if group == ENTRY_POINTS else "chip encoder"
    if not found:
        raise DriverError(f"no {what} is called {name}")
    if len(found) > 1:
        who = ", ".join(sorted(one.by for one in found))
        raise DriverError(f"{what} {name} is claimed more than once: {who}; remove what is not meant")
    return found[0]


def is_own(claim: Claim) -> bool:
    """Whether it comes from the very distribution this station comes from.

    Raises:
        DriverError: two distributions bear the station's name.
    """
    if claim.by != OWN:
        return False
    places = {os.path.realpath(str(one.locate_file(""))) for one in distributions() if plain(one.name or "") == OWN}
    if len(places) > 1:
        raise DriverError(f"more than one distribution is called {OWN}; remove what is not meant")
    return _place(claim.distribution) in Path(__file__).resolve().parents


def claims(group: str, name: str) -> Iterator[Claim]:
    """Every installed distribution with an entry of that name, also one that another of its name hides."""
    seen = set()
    for one in distributions():
        for entry in one.entry_points:
            if entry.group == group and entry.name == name:
                place = os.path.realpath(str(one.locate_file(""))), plain(one.name or ""), entry.value
                if place not in seen:
                    seen.add(place)
                    yield Claim(entry, one)


def load(permitted: Permit) -> object:
    """Import exactly what was permitted; called in the driver's process.

    Raises:
        DriverError: it is not there any more, or its files changed.
    """
    claim = the_claim(permitted.group, permitted.name)
    if claim.by != permitted.distribution:
        raise DriverError(f"driver {permitted.name} is of {claim.by} and not of {permitted.distribution}")
    if permitted.sha256 and fingerprint(claim) != permitted.sha256:
        raise DriverError(f"driver {permitted.name} of {claim.by} was changed a moment ago")
    if not permitted.sha256 and not is_own(claim):
        raise DriverError(f"driver {permitted.name} of {claim.by} is not the station's own")
    plugin: object = claim.entry.load()
    return plugin


def fingerprint(claim: Claim) -> str:
    """SHA-256 over name and content of each of its files, hexadecimal.

    Raises:
        DriverError: a file it lists is missing.
    """
    whole = sha256()
    for name, digest in files(claim):
        whole.update(f"{name}\0{digest}\n".encode())
    return whole.hexdigest()


def files(claim: Claim) -> tuple[tuple[str, str], ...]:
    """Name and SHA-256 of each file, by name.

    Raises:
        DriverError: a file it lists is missing, or is a link to somewhere else.
    """
    found: dict[str, str] = {}
    base = Path(str(claim.distribution.locate_file(""))).resolve()
    listed = [one for one in claim.distribution.files or () if not _is_left_out(one.parts)]
    for one in listed:
        path = Path(str(one.locate()))
        if not path.is_file():
            raise DriverError(f"driver {claim.entry.name} of {claim.by} lacks a file it came with: {one}")
        _no_link(claim, path)
        found[str(one)] = _digest(path)
    folders = {base / one.parts[0] for one in listed if len(one.parts) > 1 and one.parts[0].isidentifier()}
    for folder in (*sorted(folders), *_imported(claim)):
        for path in (folder, *sorted(folder.rglob("*"))) if folder.is_dir() else [folder]:
            _no_link(claim, path)
            if path.is_file() and not _is_left_out(path.relative_to(folder.parent).parts):
                name = (
                    os.path.relpath(path, base) if path.is_relative_to(base) else f"+{path.relative_to(folder.parent)}"
                )
                found.setdefault(name, _digest(path))
    return tuple(sorted(found.items()))


def is_editable(claim: Claim) -> bool:
    """Whether its source lies somewhere else and is changed there."""
    return bool(_source(claim.distribution))


def _place(one: Distribution) -> Path:
    """Where its packages lie: where it is installed, or where its source is."""
    source = _source(one)
    place = url2pathname(urlparse(source).path) if source else str(one.locate_file(""))
    return Path(place).resolve()


def _source(one: Distribution) -> str:
    """The address of its source, where that is changed in its place; else empty."""
    try:
        told = json.loads(one.read_text("direct_url.json") or "{}")
        return str(told.get("url", "")) if told.get("dir_info", {}).get("editable") else ""
    except (ValueError, AttributeError):
        return ""


def _no_link(claim: Claim, path: Path) -> None:
    if path.is_symlink():
        raise DriverError(f"driver {claim.entry.name} of {claim.by} has a link among its files: {path.name}")


def names_of(group: str) -> tuple[str, ...]:
    """Every name installed."""
    return tuple(sorted({entry.name for one in distributions() for entry in one.entry_points if entry.group == group}))


def _imported(claim: Claim) -> Iterable[Path]:
    """The folder, or the file, that an import of the driver would read; nothing is imported to find it."""
    top = claim.entry.module.partition(".")[0]
    try:
        spec = find_spec(top)
    except (ImportError, ValueError):
        spec = None
    if spec is None:
        raise DriverError(f"driver {claim.entry.name} of {claim.by} cannot be found: {top} is not there")
    if spec.submodule_search_locations is not None:
        return [Path(one).resolve() for one in spec.submodule_search_locations]
    return [Path(spec.origin).resolve()] if spec.origin else []


def _is_left_out(parts: Sequence[str]) -> bool:
    """Compiled files, which the driver's process does not read, and what an installer notes for itself.

    Of a `__pycache__` only names such as `a.cpython-311.pyc`: no import finds a name with a dot in it, and reads
    everything else that lies there.
    """
    folder, name = (parts[-2] if len(parts) > 1 else ""), parts[-1]
    is_note = folder.endswith(".dist-info") and name in _INSTALLERS
    return is_note or (folder == "__pycache__" and name.endswith(".pyc") and name.count(".") > 1)


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()
