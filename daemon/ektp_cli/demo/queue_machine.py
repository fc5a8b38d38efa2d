"""A printer behind a real CUPS queue (pencetak di balik antrean), for the demo.

cupsd, ippeveprinter and the plastic are those of the driver's bench. The bench keeps of a
finished card the document that reached the printer; what a person sees of the card is made from that
here, with a flaw where the plastic is not whole.
"""

import io
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from attrs import define, field
from PIL import Image

from ektp_cli.demo.machines import SEED, Card
from ektp_core.boundary.card_printer import DriverError
from ektp_core.boundary.driver_bench import Lies
from ektp_data.texts import message
from ektp_driver_cups.bench import ASK_MS, CupsBench
from ektp_driver_cups.bench_plastic import FILE, plastic
from ektp_driver_cups.queue import HELD, QueueState, job_name
from ektp_driver_virtual import spoil
from ektp_driver_virtual.chip import serial_text, uid_of
from ektp_driving.deadline import Deadline

_JPEG, _END = b"\xff\xd8\xff", b"%%EOF"


@define(eq=False)
class QueueMachine:
    """One spooler with one queue and one printer."""

    folder: Path
    bench: CupsBench
    _series: str = field(init=False, default="")
    _lo: int = field(init=False, default=1)

    @property
    def hint(self) -> str:
        """The spooler's socket and the queue's name."""
        return self.bench.hint

    @property
    def serial(self) -> str:
        """The printer's own, as the queue shows it."""
        return self.bench.serial

    def load(self, series: str, lo: int, count: int) -> None:
        """Put blanks into the hopper, once."""
        self._series, self._lo = series, lo
        self.bench.load(count)

    def arrange(self, misprints: tuple[int, ...], jam: int) -> None:
        """Say of each card to come what becomes of it."""
        names = {**dict.fromkeys(misprints, "misprint"), **({jam: "jam"} if jam else {})}
        with plastic(self.bench.place) as held:
            for number, name in sorted(names.items()):
                held.strikes += [""] * (number - len(held.strikes))
                if held.strikes[number - 1]:
                    held.strikes.append(name)  # that card has its own trouble: this is for the one behind
                else:
                    held.strikes[number - 1] = name

    def marks_begun(self) -> int:
        """How many cards have ink."""
        return sum(one["marks"] for one in self._plastic())

    def put_right(self, is_away: bool) -> str:
        """Free a jam, or see that nothing moves any more, and let the queue go on (`cupsenable`)."""
        with plastic(self.bench.place) as held:
            is_troubled = held.is_troubled
            is_moving = any(one["lies"] == Lies.INSIDE.value for one in held.cards)
        if is_away and not is_troubled and not is_moving and self._is_left_stopped():
            self.bench.enable_queue()
            return message("the queue of printer {printer} was left stopped in the middle of a card; a person looks"
                           " at the printer and lets the queue go on (cupsenable)")  # fmt: skip
        if not is_troubled:
            return ""
        self.bench.mend()
        return message("printer {printer} is jammed; a person takes the stuck card out and lets the queue go on")

    def cards(self) -> Mapping[str, Card]:
        """Every card, by the plastic."""
        return {self._serial(one["number"]): self._card(one) for one in self._plastic()}

    def look_at(self, serial: str) -> bytes:
        """The picture of a card that came out; FileNotFoundError before that."""
        picture = self.cards()[serial].picture
        if picture is None:
            raise FileNotFoundError(serial)
        return picture.read_bytes()

    def name_of(self, job_key: str) -> str:
        """The name of the job in the spool."""
        return job_name(job_key)

    def stop(self) -> None:
        """End spooler and printer; what the plastic was stays in the folder."""
        with suppress(OSError):
            shutil.copy(self.bench.place / FILE, self.folder / FILE)
        self.bench.close()

    def _is_left_stopped(self) -> bool:
        """Whether the queue stands stopped and no station holds it."""
        try:
            queue = self.bench.desk().queue(Deadline.after(ASK_MS))
        except DriverError:
            return False
        return queue.state is QueueState.STOPPED and not queue.message.startswith(HELD)

    def _plastic(self) -> list[dict[str, Any]]:
        with plastic(self.bench.place) as held:
            return held.cards

    def _serial(self, number: int) -> str:
        return serial_text(self._series, self._lo + number - 1)

    def _card(self, one: dict[str, Any]) -> Card:
        number, lies = one["number"], Lies(one["lies"])
        uid = uid_of(self._series, self._lo + number - 1, SEED)
        picture = self._picture(number, lies, one["whole"])
        return Card(
            self._serial(number), uid, lies, lies is not Lies.HOPPER, one["whole"], (*one["job_keys"],), picture
        )

    def _picture(self, number: int, lies: Lies, is_whole: bool) -> Path | None:
        """What the card looks like, kept beside the others when it is seen first."""
        serial = self._serial(number)
        kept = self.folder / "cards" / f"{serial.replace(' ', '_')}.png"
        document = self.bench.place / f"card-{number}"
        if kept.exists() or lies is not Lies.OUTPUT or not document.exists():
            return kept if kept.exists() else None
        data = document.read_bytes()
        if _END not in data[-64:]:
            return None  # it is being written
        png = _seen(data)
        kept.parent.mkdir(exist_ok=True)
        part = kept.with_suffix(".part")
        part.write_bytes(png if is_whole else spoil.spoil(png, spoil.choose(serial)))
        part.replace(kept)
        return kept


def start_queue(folder: Path, serial: str, card_ms: int) -> QueueMachine:
    """Start a spooler with a queue, and a printer behind it."""
    folder.mkdir(parents=True, exist_ok=True)
    return QueueMachine(folder, CupsBench(folder, serial=serial, card_ms=card_ms))


def _seen(document: bytes) -> bytes:
    """The picture on the one page of a document; an empty card where there is none."""
    at = document.find(_JPEG)
    try:
        page = Image.open(io.BytesIO(document[max(at, 0) :])).convert("RGB")
    except (OSError, ValueError, SyntaxError):
        page = Image.new("RGB", (1016, 648), (255, 255, 255))
    out = io.BytesIO()
    page.save(out, "PNG", compress_level=1)
    return out.getvalue()
