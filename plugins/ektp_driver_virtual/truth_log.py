"""Where the truth is kept: lines that are only ever appended (catatan kebenaran).

Each event is on the disk before the machine goes on. A line torn by a power cut was never
acknowledged and is cut off at the next start. Pictures: what is being marked lies beside
the finished ones as `.begun`, so that a machine that stopped half way still knows what the
half picture was; the rename comes after the event, and is made up for at the next start.
"""

import os
import sys
from contextlib import suppress
from pathlib import Path

import msgspec
from attrs import define, field

from ektp_core.boundary.card_printer import DriverError
from ektp_driver_virtual import spoil
from ektp_driver_virtual.messages import Flaw
from ektp_driver_virtual.truth import FILE, Event, Truth, read_truth

if sys.platform != "win32":
    import fcntl

_EMPTY: tuple[object, ...] = ("", (), {})


@define
class TruthLog:
    """The truth file of one printer, held by one process."""

    folder: Path
    _file: int = field(alias="file")

    @classmethod
    def open(cls, folder: Path) -> "TruthLog":
        """Open or begin the log.

        Raises:
            DriverError: another process runs a printer in this folder.
        """
        folder.mkdir(parents=True, exist_ok=True)
        file = os.open(folder / FILE, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            _claim(file)
        except OSError as error:
            os.close(file)
            raise DriverError(f"a printer already runs in {folder}") from error
        whole = (folder / FILE).read_bytes().rfind(b"\n") + 1
        os.ftruncate(file, whole)
        return cls(folder, file)

    def read(self) -> Truth:
        """What the log says so far."""
        return read_truth(self.folder)

    def append(self, event: Event) -> None:
        """Write one event; it is on the disk when this returns."""
        plain = msgspec.to_builtins(event)
        line = {name: value for name, value in plain.items() if value not in _EMPTY}
        os.write(self._file, msgspec.json.encode(line) + b"\n")
        os.fsync(self._file)

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._file)


def _claim(file: int) -> None:
    if sys.platform != "win32":
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


@define
class Pictures:
    """What the cards look like, as files a person can look at."""

    folder: Path

    def name(self, serial: str) -> str:
        """A card's picture, relative to the printer's folder."""
        return f"cards/{serial.replace(' ', '_')}.png"

    def begin(self, serial: str, png: bytes) -> None:
        """Keep what is about to be marked."""
        begun = self._begun(serial)
        begun.parent.mkdir(exist_ok=True)
        begun.write_bytes(png)

    def seen(self, serial: str) -> bytes:
        """What stands on a card that ink touched, as a PNG; b"" if there is no picture of it."""
        for path in (self.folder / self.name(serial), self._begun(serial), self.folder / self.name(serial)):
            with suppress(FileNotFoundError):  # a card that was just finished: it was renamed meanwhile
                return path.read_bytes()
        return b""

    def finish(self, serial: str) -> None:
        """The card came out as it should."""
        if self._begun(serial).exists():
            self._begun(serial).replace(self.folder / self.name(serial))

    def ruin(self, serial: str, flaw: Flaw) -> Flaw:
        """The card came out like that. Returns the flaw, chosen by the card when it was open."""
        begun = self._begun(serial)
        chosen = spoil.choose(serial) if flaw is Flaw.ANY else flaw
        if begun.exists():
            begun.write_bytes(spoil.spoil(begun.read_bytes(), chosen))
        return chosen

    def _begun(self, serial: str) -> Path:
        return self.folder / f"{self.name(serial)}.begun"
