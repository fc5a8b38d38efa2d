"""The bench of this driver (meja uji antrean Windows): a scripted spooler in a process of its own.

In `CardOnBench.job_keys` stand the names of jobs as they reached the printer: digests of the job
keys, for nothing else goes into a spool. It runs on POSIX only, where sockets have paths.
"""

import shutil
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from attrs import define, field

from ektp_core.boundary.card_printer import DriverError
from ektp_core.boundary.driver_bench import CardOnBench, Lies, Moment, Strike
from ektp_driver_windows.bench_server import PANEL, SPOOLER
from ektp_driver_windows.bits import Attribute, PrinterBit
from ektp_driver_windows.hint import SCRIPTED, UNGUARDED
from ektp_driver_windows.scripted import ask

ASK_S, START_S = 10.0, 30.0
_AT_MARK = (
    Strike.HOPPER_EMPTY, Strike.BLANK_FEED, Strike.DOUBLE_FEED, Strike.JAM, Strike.RIBBON_OUT, Strike.MISPRINT,
    Strike.PANEL_CANCEL, Strike.SPOOLER_KILLED, Strike.LOST_REPLY,
)  # fmt: skip
_NOW: dict[Strike, dict[str, Any]] = {
    Strike.COVER_OPEN: {"panel": "show", "status": int(PrinterBit.DOOR_OPEN)},
    Strike.HOPPER_EMPTY: {"panel": "show", "status": int(PrinterBit.PAPER_OUT)},
    Strike.SILENCE: {"panel": "silence"},
    Strike.FOREIGN_PRINT: {"panel": "foreign"},
    Strike.SPOOLER_KILLED: {"panel": "kill"},
    Strike.SETTINGS_DRIFT: {
        "panel": "set", "attributes": int(Attribute.QUEUED | Attribute.KEEP_PRINTED_JOBS), "is_paused": True,
    },
    Strike.SETTINGS_REFUSED: {"panel": "keep", "attributes": int(Attribute.QUEUED | Attribute.KEEP_PRINTED_JOBS)},
}  # fmt: skip


@define(eq=False)
class WindowsBench:
    """One spooler with one queue and one printer."""

    card_ms: int = 120
    is_guarded: bool = True
    driver: str = "windows"
    serial: str = "Card Printer@USB001"
    strikes: frozenset[tuple[Strike, Moment]] = frozenset(
        [*((one, Moment.MARK) for one in _AT_MARK), *((one, Moment.NOW) for one in _NOW)]
    )
    place: Path = field(init=False)
    _process: subprocess.Popen[bytes] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.place = Path(tempfile.mkdtemp(prefix="ektp-win-"))  # a socket's path is short
        command = [sys.executable, "-m", "ektp_driver_windows.bench_server", str(self.place), str(self.card_ms)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)
        until = monotonic() + START_S
        while not all((self.place / name).exists() for name in (SPOOLER, PANEL)) or not self._answers():
            if monotonic() > until or self._process.poll() is not None:
                self.close()
                raise DriverError("the scripted spooler did not start")
            sleep(0.01)

    @property
    def hint(self) -> str:
        """Where the driver finds the queue."""
        return f"{SCRIPTED}{self.place / SPOOLER}{'' if self.is_guarded else UNGUARDED}"

    def load(self, blanks: int) -> None:
        """Put blanks into the hopper."""
        self.tell("load", blanks=blanks)

    def strike(self, what: Strike, at: Moment) -> None:
        """Let it happen."""
        if (what, at) not in self.strikes:
            raise ValueError(f"this bench cannot do {what.value} at {at.value}")
        if at is Moment.NOW:
            self._ask(_NOW[what])
        elif what is Strike.LOST_REPLY:
            self.tell("lose")
        else:
            self.tell("strike", what=what.value)

    def mend(self) -> None:
        """What a person does then."""
        self.tell("mend")

    def cards(self) -> tuple[CardOnBench, ...]:
        """Every card as it is now."""
        return tuple(
            CardOnBench(
                one["number"], f"{one['number']:014X}", Lies(one["lies"]), one["marks"], one["whole"],
                tuple(one["job_keys"]), picture=bytes.fromhex(one["picture"]),
            )
            for one in self.tell("cards")["cards"]
        )  # fmt: skip

    def close(self) -> None:
        """End it."""
        if self._process.stdin:
            with suppress(OSError):
                self._process.stdin.close()
        try:
            self._process.wait(ASK_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self.place, ignore_errors=True)

    def tell(self, order: str, /, **more: Any) -> dict[str, Any]:
        """A person's hand at the panel."""
        return self._ask({"panel": order, **more})

    def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        return ask(str(self.place / PANEL), question, ASK_S)

    def _answers(self) -> bool:
        with suppress(DriverError):
            self.tell("cards")
            return True
        return False


def make_bench(folder: str) -> WindowsBench:
    """A fresh bench; it keeps no files, so the folder stays empty."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    return WindowsBench()
