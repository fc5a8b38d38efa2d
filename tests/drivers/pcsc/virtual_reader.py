"""A real pcscd with a virtual reader of two slots (pembaca tiruan), shut into namespaces of its own.

The virtual reader listens on every address, so it gets a network of its own; /run is its own too, so that a
machine's own pcscd is neither disturbed nor spoken to. PC/SC's socket is a path, and so is the cards' control.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from attrs import define, field

UID_A, UID_B = "04A1B2C3D4E5F6", "04FFEEDDCCBBAA"
NAME = "Virtual PCD 00 00"
SECOND = "Virtual PCD 00 01"
DRIVER = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so"
_READER = f'FRIENDLYNAME "Virtual PCD"\nDEVICENAME /dev/null:0x8C7B\nLIBPATH {DRIVER}\nCHANNELID 0x8C7B\n'
_INSIDE = """
set -e
mount -t tmpfs none /run
mkdir /run/pcscd
mount --bind "$1/run" /run/pcscd
ip link set lo up
"$2" "$3" "$1/cards" &
exec pcscd --foreground --config "$1/reader.conf"
"""
WAIT_S = 20.0


@define(eq=False)
class VirtualReader:
    """One pcscd and the cards in its reader. `folder` is short: sockets have short names."""

    folder: Path
    _running: subprocess.Popen[bytes] | None = field(init=False, default=None)

    @property
    def socket_path(self) -> Path:
        return self.folder / "run" / "pcscd.comm"

    def start(self) -> None:
        run = self.folder / "run"
        run.mkdir(exist_ok=True)
        for old in (*run.iterdir(), self.folder / "cards"):
            old.unlink(missing_ok=True)
        (self.folder / "reader.conf").write_text(_READER)
        command = ["unshare", "--net", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]
        card = Path(__file__).parent / "card_process.py"
        command += ["sh", "-c", _INSIDE, "sh", str(self.folder), sys.executable, str(card)]
        with (self.folder / "pcscd.log").open("ab") as log:
            self._running = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        until = time.monotonic() + WAIT_S
        while not (self.socket_path.exists() and (self.folder / "cards").exists()):
            if self._running.poll() is not None or time.monotonic() > until:
                said = (self.folder / "pcscd.log").read_text(errors="replace")[-2_000:]
                raise AssertionError(f"pcscd did not start: {said}")
            time.sleep(0.05)

    def stop(self) -> None:
        running, self._running = self._running, None
        if running is not None:
            os.killpg(running.pid, signal.SIGKILL)
            running.wait(WAIT_S)

    def order(self, do: str, slot: int = 0, **more: object) -> dict[str, Any]:
        """Tell the cards something; how the card in the slot then is."""
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(WAIT_S)
            line.connect(str(self.folder / "cards"))
            with line.makefile("rwb") as file:
                file.write(json.dumps({"do": do, "slot": slot, **more}).encode() + b"\n")
                file.flush()
                found: dict[str, Any] = json.loads(file.readline())
        assert "failed" not in found, found
        return found

    def new_card(self, uid: str = UID_A, slot: int = 0, mute: bool = False) -> None:
        """Take out what is there and put in a fresh card."""
        self.take_out(slot)
        self.order("new", slot, uid=uid, mute=mute)
        self.put_in(slot)

    def take_out(self, slot: int = 0) -> None:
        """Take the card out, and wait until the reader has seen that."""
        self.order("remove", slot)
        self._seen(slot, is_there=False)

    def put_in(self, slot: int = 0) -> None:
        """Put the card in again, where none is, and wait until the reader has seen it."""
        self._seen(slot, is_there=False)
        if not self.order("insert", slot)["mute"]:
            self._seen(slot, is_there=True)

    def _seen(self, slot: int, is_there: bool) -> None:
        """Wait until PC/SC says so itself: it looks at its readers only now and then.

        A command that failed marks a reader as empty at once, but its watch has not seen the card leave yet; one put
        in before that is never seen. The number of changes the watch saw (the upper half) is even with no card in.
        """
        from smartcard import scard

        name, until = (NAME, SECOND)[slot], time.monotonic() + WAIT_S
        _, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_SYSTEM)
        try:
            while time.monotonic() < until:
                _, states = scard.SCardGetStatusChange(context, 0, [(name, scard.SCARD_STATE_UNAWARE)])
                state = states[0][1] if states else 0
                if states and bool(state & scard.SCARD_STATE_PRESENT) == bool(state >> 16 & 1) == is_there:
                    return
                time.sleep(0.02)
        finally:
            scard.SCardReleaseContext(context)
        raise AssertionError(f"the reader does not see that the card is {'in' if is_there else 'out'}")

    def strike(self, what: str, at: int, number: int = 0, slot: int = 0) -> None:
        """Let something happen at the so many-eth command from now."""
        self.order("strike", slot, strike=[what, at, number])
