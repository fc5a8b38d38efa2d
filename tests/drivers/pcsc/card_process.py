"""Cards of our own in the slots of a virtual reader (proses kartu tiruan), told what to do over a socket.

    python card_process.py CONTROL_SOCKET

Runs inside the network namespace of its pcscd; the control socket is a path, so tests reach it from outside.
The virtual reader speaks length-prefixed messages: one byte 0 off, 1 on, 2 reset, 4 the card's ATR; else a command.
"""

import importlib
import json
import socket
import struct
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[3]))  # this file is run as a script
card_model = importlib.import_module("tests.drivers.pcsc.card_model")

PORTS = (0x8C7B, 0x8C7C)
ATR = bytes.fromhex("3B8F8001804F0CA000000306030001000000006A")


class Slot:
    """One slot: the card in it, and the line to the reader while it is in."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.card = card_model.CardModel()
        self.line: socket.socket | None = None
        self.hangs_s = 0.0
        self.mute = False

    def insert(self) -> None:
        self.remove()
        self.line = socket.create_connection(("127.0.0.1", self.port), timeout=5)
        self.line.settimeout(None)
        threading.Thread(target=self._play, args=(self.line,), daemon=True).start()

    def remove(self) -> None:
        line, self.line = self.line, None
        if line is not None:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            line.close()

    def _play(self, line: socket.socket) -> None:
        try:
            while True:
                (length,) = struct.unpack(">H", exactly(line, 2))
                message = exactly(line, length)
                if length > 1:
                    self._command(line, message)
                elif message[0] == 4:
                    say(line, b"" if self.mute else ATR)
                else:
                    self.card.power_on()
        except (EOFError, OSError):
            pass
        except card_model.Pulled:
            self.remove()

    def _command(self, line: socket.socket, message: bytes) -> None:
        strike = self.card.strike
        if strike and strike[0] == "hang" and strike[1] == self.card.seen:
            self.card.strike = None
            time.sleep(strike[2] / 1000)
        say(line, self.card.apdu(message))


def say(line: socket.socket, message: bytes) -> None:
    line.sendall(struct.pack(">H", len(message)) + message)


def exactly(line: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        part = line.recv(count - len(data))
        if not part:
            raise EOFError
        data += part
    return data


def obey(slots: list[Slot], order: dict[str, Any]) -> dict[str, Any]:
    slot = slots[int(str(order.get("slot", 0)))]
    match order["do"]:
        case "insert":
            slot.insert()
        case "remove":
            slot.remove()
        case "new":
            slot.card, slot.mute = card_model.CardModel(uid=bytes.fromhex(str(order["uid"]))), bool(order.get("mute"))
        case "strike":
            slot.card.seen, slot.card.strike = 0, tuple(order["strike"])
    card = slot.card
    return {"memory": card.memory.hex(), "seen": card.seen, "is_in": slot.line is not None, "strike": card.strike, "mute": slot.mute}


def main() -> None:
    slots = [Slot(port) for port in PORTS]
    door = socket.socket(socket.AF_UNIX)
    door.bind(sys.argv[1])
    door.listen()
    while True:
        line, _ = door.accept()
        with line, line.makefile("rwb") as file:
            order = json.loads(file.readline())
            try:
                answer = obey(slots, order)
            except OSError as error:
                answer = {"failed": str(error)}
            file.write(json.dumps(answer).encode() + b"\n")


if __name__ == "__main__":
    main()
