"""A real pcscd for the tests that need one."""

import os
import tempfile
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.drivers.pcsc.virtual_reader import DRIVER, VirtualReader


@pytest.fixture(scope="session")
def pcsc(needs_system: Callable[[str, str], str]) -> Iterator[VirtualReader]:
    """A pcscd with a virtual reader, for the whole session: its library remembers the first socket it was told."""
    needs_system("pcscd", "pcscd")
    needs_system("unshare", "util-linux")
    needs_system("ip", "iproute2")
    missing = []
    if not Path(DRIVER).exists():
        missing.append("the virtual reader is missing; it comes with the system package vsmartcard-vpcd")
    if find_spec("smartcard") is None:
        missing.append("pyscard is missing; it comes with the extra chip, and needs swig and libpcsclite-dev")
    if missing and os.environ.get("CI"):
        pytest.fail("; ".join(missing))
    if missing:
        pytest.skip("; ".join(missing))
    with tempfile.TemporaryDirectory(prefix="pcsc-") as folder:
        reader = VirtualReader(Path(folder))
        before = os.environ.get("PCSCLITE_CSOCK_NAME")
        os.environ["PCSCLITE_CSOCK_NAME"] = str(reader.socket_path)
        try:
            reader.start()
            yield reader
        finally:
            reader.stop()
            os.environ.pop("PCSCLITE_CSOCK_NAME")
            if before is not None:
                os.environ["PCSCLITE_CSOCK_NAME"] = before
