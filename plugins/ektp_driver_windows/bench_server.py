"""The scripted spooler as a process (proses meja uji): it lives on when a driver's process is killed.

    python -m ektp_driver_windows.bench_server FOLDER CARD_MS

Two sockets in the folder: `spooler.sock` is what a driver reaches, `panel.sock` is for whoever looks at
the plastic. It ends when its standard input does, so that nothing is left of a bench that died.
"""

import base64
import io
import json
import os
import socket
import sys
import threading
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from attrs import asdict, define, field
from PIL import Image

from ektp_driver_windows.bench_model import Refuses, Script
from ektp_driver_windows.bits import Attribute, JobControl, PrinterBit, PrinterControl
from ektp_driver_windows.picture import Bitmap
from ektp_driver_windows.scripted import LIMIT_BYTES

SPOOLER, PANEL = "spooler.sock", "panel.sock"
TICK_S = 0.004
Asked = dict[str, Any]


@define(eq=False)
class Server:
    """The script behind its two doors."""

    script: Script
    _turn: Any = field(factory=threading.Lock)
    _loses: bool = False  # the answer to the next RESUME of the queue does not come

    def tick(self) -> None:
        """Let time pass, for ever."""
        while True:
            with self._turn:
                self.script.step(_now_ms())
            time.sleep(TICK_S)

    def spooler(self, asked: Asked) -> Asked | None:
        """What a driver asks. None: no answer comes."""
        with self._turn:
            self.script.step(_now_ms())
            if self.script.is_silent:
                return None
            if self.script.down_until_ms is not None:
                raise ConnectionError
            try:
                answer = self._answered(asked)
            except Refuses as refuses:
                return {"refused": refuses.kind, "words": refuses.words}
            is_lost = self._loses and asked["ask"] == "order" and asked["what"] == PrinterControl.RESUME
            self._loses = self._loses and not is_lost
            return None if is_lost else answer

    def _answered(self, asked: Asked) -> Asked:
        script = self.script
        match asked:
            case {"ask": "queue"}:
                return {
                    "name": script.name, "port": script.port, "driver": "Scripted Card Driver",
                    "comment": script.comment, "status": int(script.shown), "attributes": int(script.attributes),
                    "copies": script.copies,
                }  # fmt: skip
            case {"ask": "jobs"}:
                return {"jobs": [[one.job_id, one.name, int(one.bits), one.pages, one.printed] for one in script.jobs]}
            case {"ask": "order", "what": int(what)}:
                script.order(PrinterControl(what))
            case {"ask": "change", "attributes": int(attributes), "comment": str(comment)}:
                script.change(Attribute(attributes), comment)
            case {"ask": "begin", "name": str(name)}:
                return {"job_id": script.begin(name)}
            case {"ask": "page", "job_id": int(job_id), "size": [int(width), int(height)], "rows": str(rows)}:
                page = Bitmap(width, height, zlib.decompress(base64.b64decode(rows)))
                is_whole = len(page.rows) == page.row_bytes * height
                script.page(job_id, is_whole=is_whole, picture=_png(page) if is_whole else b"")
            case {"ask": "end", "job_id": int(job_id)}:
                script.end(job_id)
            case {"ask": "order_job", "job_id": int(job_id), "what": int(what)}:
                script.order_job(job_id, JobControl(what))
            case _:
                raise Refuses("declined", "nothing of that name")
        return {}

    def panel(self, asked: Asked) -> Asked:
        """What people and accidents do."""
        with self._turn:
            script = self.script
            script.step(_now_ms())
            match asked:
                case {"panel": "cards"}:
                    return {"cards": [{**asdict(one), "picture": one.picture.hex()} for one in script.cards]}
                case {"panel": "load", "blanks": int(blanks)}:
                    script.load(blanks)
                case {"panel": "strike", "what": str(what)}:
                    script.strikes.append(what)
                case {"panel": "trait", "what": str(what)}:
                    script.traits.add(what)
                case {"panel": "show", "status": int(status)}:
                    script.status = PrinterBit(status)
                case {"panel": "set", "attributes": int(attributes), "is_paused": bool(is_paused)}:
                    script.attributes, script.is_paused = Attribute(attributes), is_paused
                case {"panel": "keep", "attributes": int(attributes)}:
                    script.attributes = Attribute(attributes)
                    script.traits.add("keeps")
                case {"panel": "kill"}:
                    script.kill(_now_ms())
                case {"panel": "silence"}:
                    script.is_silent = True
                case {"panel": "lose"}:
                    self._loses = True
                case {"panel": "foreign"}:
                    return {"job_id": script.print_as_somebody_else()}
                case {"panel": "mend"}:
                    script.mend()
            return {}


def serve(path: Path, answer: Callable[[Asked], Asked | None]) -> None:
    """Answer each connection in a thread of its own, for ever."""
    family = getattr(socket, "AF_UNIX", None)
    if family is None:
        raise SystemExit("this bench runs on POSIX only")
    with socket.socket(family, socket.SOCK_STREAM) as door:
        door.bind(str(path))
        door.listen(64)
        while True:
            line, _ = door.accept()
            threading.Thread(target=_one, args=(line, answer), daemon=True).start()


def _one(line: socket.socket, answer: Callable[[Asked], Asked | None]) -> None:
    with line, line.makefile("rb") as asked:
        try:
            found = answer(json.loads(asked.readline(LIMIT_BYTES)))
            if found is None:
                asked.read(1)  # until whoever asked goes away
                return
            line.sendall(json.dumps(found).encode() + b"\n")
        except (OSError, ValueError):
            return


def _png(page: Bitmap) -> bytes:
    out, size = io.BytesIO(), (page.width_px, page.height_px)
    Image.frombytes("RGB", size, page.rows, "raw", "BGR", page.row_bytes, -1).save(out, "PNG", compress_level=1)
    return out.getvalue()


def main() -> None:
    """Run the process."""
    folder, server = Path(sys.argv[1]), Server(Script(card_ms=int(sys.argv[2])))
    for run in (
        server.tick,
        lambda: serve(folder / PANEL, server.panel),
        lambda: serve(folder / SPOOLER, server.spooler),
    ):
        threading.Thread(target=run, daemon=True).start()
    sys.stdin.buffer.read()
    os._exit(0)


def _now_ms() -> int:
    return time.monotonic_ns() // 1_000_000


if __name__ == "__main__":
    main()
