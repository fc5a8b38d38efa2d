"""The printer's own program on the bench (program pencetak di meja uji): one run for each job that reaches it.

    python -m ektp_driver_cups.bench_card FOLDER DOCUMENT

Started by ippeveprinter with the job's name in `IPP_JOB_NAME`. It takes a blank, marks it, and
tells states on standard error as CUPS' printers do; what really happens to the plastic it
writes down where only the bench looks.
"""

import os
import sys
import time
from pathlib import Path
from typing import Any

from ektp_driver_cups import bench_house
from ektp_driver_cups.bench_plastic import plastic
from ektp_driver_cups.queue import JOB_PREFIX

DONE, FAILED = 0, 1


def main() -> int:
    """Make one card."""
    began_s = time.time()
    folder, document = Path(sys.argv[1]), Path(sys.argv[2])
    name = os.environ.get("IPP_JOB_NAME", "")
    with plastic(folder) as held:
        strike = held.strikes.pop(0) if held.strikes else ""
        card = None if strike in ("hopper-empty", "blank-feed") else held.next_blank()
        if card is not None:
            card["lies"] = "inside"
            card["job_keys"].append(name if name.startswith(JOB_PREFIX) else "")
        second = held.next_blank() if strike == "double-feed" else None
        if second is not None:
            second["lies"] = "output"
        card_ms, number = held.card_ms, card["number"] if card else 0
    if not number:
        return _failed(folder, "media-needed-error" if strike == "blank-feed" else "media-empty-error")
    time.sleep(card_ms / 2000)
    picture = document.read_bytes()
    (folder / f"card-{number}").write_bytes(picture)  # before the ink: whoever sees the mark can see the picture
    _mark(folder, number, strike, _is_whole(picture))
    if strike == "spooler-killed":
        bench_house.wait_written(folder, began_s)
        bench_house.kill_spooler(folder)
    time.sleep(card_ms / 2000)
    if strike == "spooler-killed":
        bench_house.start_spooler(folder)
    return _end(folder, number, strike)


def _mark(folder: Path, number: int, strike: str, is_whole: bool) -> None:
    """Ink touches the card; from here it is no blank any more."""
    with plastic(folder) as held:
        card = _card(held.cards, number)
        card["marks"] += 1
        card["whole"] = is_whole and card["marks"] == 1 and strike not in ("jam", "ribbon-out", "misprint")


def _end(folder: Path, number: int, strike: str) -> int:
    if strike == "jam":
        return _failed(folder, "media-jam-error")
    with plastic(folder) as held:
        _card(held.cards, number)["lies"] = "output"
    if strike == "ribbon-out":
        return _failed(folder, "marker-supply-empty-error")
    return DONE


def _card(cards: list[dict[str, Any]], number: int) -> dict[str, Any]:
    return next(one for one in cards if one["number"] == number)


def _is_whole(data: bytes) -> bool:
    """Whether the picture arrived to its end."""
    return (data.startswith(b"%PDF-") and b"%%EOF" in data[-64:]) or data.endswith(b"IEND\xaeB`\x82")


def _failed(folder: Path, reason: str) -> int:
    with plastic(folder) as held:
        held.is_troubled = True
    sys.stderr.write(f"STATE: +{reason}\n")
    sys.stderr.flush()
    return FAILED


if __name__ == "__main__":
    sys.exit(main())
