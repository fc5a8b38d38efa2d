"""With what a station ends that could not even open its book: a disk may do better later, a refusal is for people."""

import errno
from pathlib import Path
from typing import Any

import pytest

from ektp_core.boundary.store import StoreError, StoreUnsure
from ektp_core.errors import Refusal, Refused
from ektp_station import wiring
from ektp_station.config import StationConfig
from ektp_station.wiring import EXIT_FULL, EXIT_UNSURE, code_at_start, run_station

FAULTS: list[tuple[Exception, int | None]] = [
    (StoreError("station.db: IOError"), EXIT_UNSURE),
    (StoreUnsure("COMMIT did not say whether it was kept"), EXIT_UNSURE),
    (OSError(errno.EIO, "Input/output error"), EXIT_UNSURE),
    (OSError(errno.ENOSPC, "No space left on device"), EXIT_FULL),
    (Refused(Refusal.BOOK_FULL, {"path": "station.db"}), EXIT_FULL),
    (Refused(Refusal.BOOK_DAMAGED, {"path": "station.db"}), None),
]


@pytest.mark.parametrize(("fault", "code"), FAULTS, ids=lambda one: str(one)[:30])
def test_a_disk_that_failed_at_the_start_is_tried_again_and_a_refusal_is_not(
    fault: Exception, code: int | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any) -> None:
        raise fault

    monkeypatch.setattr(wiring, "StationProcess", fails)
    config = StationConfig("station/52.03/1", "http://127.0.0.1:1")
    assert code_at_start(fault) == code
    with pytest.raises(SystemExit if code else type(fault)) as ended:
        run_station(tmp_path, config, None, None, lambda _: None)  # type: ignore[arg-type]  # it is not reached
    assert getattr(ended.value, "code", None) == code
