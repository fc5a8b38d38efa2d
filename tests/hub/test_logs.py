"""A citizen's number does not reach a log line, whoever writes it."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from ektp_hub.logs import configure_logs, mask_numbers

DIGITS = "5203054408999001"


@pytest.fixture(autouse=True)
def _put_back() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def test_numbers_are_masked_wherever_they_stand() -> None:
    event = {
        "a": f"x {DIGITS}",
        "b": int(DIGITS),
        "c": [{DIGITS: (DIGITS,)}],
        "d": ValueError(DIGITS),
        "e": True,
        "f": 7,
    }
    shown = mask_numbers(None, "info", event)
    assert DIGITS not in repr(shown)
    assert (shown["e"], shown["f"]) == (True, 7)


def test_every_line_is_json_and_masked(capsys: pytest.CaptureFixture[str]) -> None:
    log = configure_logs("info")
    log.info("about a person", nik=int(DIGITS), remark=f"NIK {DIGITS}")
    log.debug("not shown")
    logging.getLogger("uvicorn.error").warning("from the server: %s", DIGITS)
    try:
        raise ValueError(DIGITS)
    except ValueError:
        log.exception("it failed")
        logging.getLogger("uvicorn.error").exception("it failed there")
    out = capsys.readouterr().err
    lines = [json.loads(line) for line in out.splitlines()]
    assert [line["level"] for line in lines] == ["info", "warning", "error", "error"]
    assert DIGITS not in out
    assert all("ValueError" in line["exception"] for line in lines[2:])
