"""Programs under umockdev (di bawah umockdev): they see a software bus through the real libusb.

    with under_umockdev("/path/to/usb.sock") as environment:
        subprocess.run([sys.executable, "program.py"], env=environment)

The bus is served by `ektp_usb.bus_server`, for instance by the model of a printer's firmware;
the program uses the hint `usb`. Needs the system packages umockdev, gir1.2-umockdev-1.0,
python3-gi and libusb-1.0-0; the bridge runs under the system's own Python, whatever Python
runs the program.
"""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import attr
import attrs

import ektp_core
import ektp_testing
import ektp_usb

SYSTEM_PYTHON = "/usr/bin/python3"
PRELOAD = "libumockdev-preload.so.0"
END_S = 10


class BridgeError(RuntimeError):
    """The bridge to umockdev could not be started; the text is what it said."""


@contextmanager
def under_umockdev(bus_socket: str | Path) -> Iterator[dict[str, str]]:
    """Bridge a served bus to umockdev and give the environment in which programs see it.

    Raises:
        BridgeError: a system package is missing, or the bridge ended.
    """
    packages = (ektp_core, ektp_usb, ektp_testing, attr, attrs)
    roots = dict.fromkeys(str(Path(one.__path__[0]).parent) for one in packages)
    try:
        bridge = subprocess.Popen(
            [SYSTEM_PYTHON, "-m", "ektp_testing.umock_bridge", str(bus_socket)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(roots), "PYTHONDONTWRITEBYTECODE": "1"},
        )
    except OSError as error:
        raise BridgeError(f"{SYSTEM_PYTHON} cannot be started: {error.strerror}") from error
    try:
        yield os.environ | {"LD_PRELOAD": PRELOAD, "UMOCKDEV_DIR": _root_of(bridge)}
    finally:
        if bridge.stdin is not None:
            bridge.stdin.close()
        try:
            bridge.wait(END_S)
        except subprocess.TimeoutExpired:
            bridge.kill()
            bridge.wait()
        if bridge.stdout is not None:
            bridge.stdout.close()


def _root_of(bridge: subprocess.Popen[bytes]) -> str:
    first = bridge.stdout.readline() if bridge.stdout is not None else b""
    word, _, root = first.decode("utf-8", "replace").strip().partition(" ")
    if word != "ready":
        raise BridgeError(f"the bridge to umockdev ended with {bridge.wait(END_S)}; its words are on the error output")
    return root
