"""Two processes on one book, and a writer that is killed."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ektp_core.errors import Refusal, Refused
from ektp_core.flow.apply import apply
from ektp_store.sqlite import SqliteStore
from ektp_store.verify import verify
from ektp_testing.small_book import decide

pytestmark = pytest.mark.processes


@contextmanager
def _writer(path: str) -> Iterator["subprocess.Popen[str]"]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, str(Path(__file__).with_name("writer.py")), path]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            yield process
        finally:
            process.kill()


def _acknowledged(process: "subprocess.Popen[str]", until: int) -> int:
    assert process.stdout is not None
    last = 0
    while last < until:
        line = process.stdout.readline()
        assert line, "the writer ended"
        last = int(line)
    return last


def test_a_book_another_process_keeps_is_refused_but_can_be_verified(tmp_path: Path) -> None:
    path = str(tmp_path / "book")
    with _writer(path) as process:
        _acknowledged(process, 20)
        with pytest.raises(Refused) as caught:
            SqliteStore(path, decide, apply)
        assert (caught.value.refusal, caught.value.facts) == (Refusal.BOOK_IN_USE, {"path": path})
        assert verify(path, apply).commits >= 20
        _acknowledged(process, 60)


def test_a_killed_writer_loses_nothing_it_acknowledged(tmp_path: Path) -> None:
    path = str(tmp_path / "book")
    until = 0
    for more in (3, 40, 170):
        until += more
        with _writer(path) as process:
            _acknowledged(process, until)
            process.kill()
            assert process.stdout is not None
            acknowledged = [int(line) for line in process.stdout.read().split()]
        until = max([until, *acknowledged])
        verified = verify(path, apply)
        assert until <= verified.commits <= until + 1
        store = SqliteStore(path, decide, apply)
        assert store.position().n == verified.commits
        store.close()
        until = verified.commits
