"""The station's log lines: JSON, masked, and never a reason to stop."""

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ektp_core.errors import Refusal, Refused
from ektp_station.logs import place_of, station_log

NIK = "5203014101900001"

LEAF = st.sampled_from([NIK, int(NIK), f"of {NIK}.", NIK.encode(), None, True, 1.5])
FIELDS = st.recursive(
    LEAF,
    lambda inner: st.lists(inner, max_size=3) | st.tuples(inner) | st.dictionaries(st.sampled_from([NIK, "a"]), inner),
    max_leaves=5,
)


def line(event: str, **facts: Any) -> dict[str, Any]:
    stream = io.StringIO()
    station_log(stream, "station/52.03/1").warning(event, **facts)
    found: dict[str, Any] = json.loads(stream.getvalue())
    return found


def test_a_line_says_what_where_and_when() -> None:
    found = line("the printer cannot start", printer="A", why="hopper-empty")
    assert (found["event"], found["printer"], found["why"]) == ("the printer cannot start", "A", "hopper-empty")
    assert (found["station"], found["level"]) == ("station/52.03/1", "warning")
    assert found["timestamp"].endswith("Z")


@given(value=FIELDS)
def test_a_citizens_number_in_any_field_is_masked(value: Any) -> None:
    assert NIK not in json.dumps(line(f"about {NIK}", fact=value))


def test_an_error_and_a_refusal_are_masked_too() -> None:
    found = line("x", error=ValueError(f"bad {NIK}"), why=Refused(Refusal.UNKNOWN_RECORD, {"record": NIK}))
    assert NIK not in json.dumps(found) and "5203************" in found["error"]


class Broken(io.StringIO):
    """A disk that is full, or a pipe nobody reads."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def write(self, text: str) -> int:
        raise self.error

    def flush(self) -> None:
        raise self.error


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), BrokenPipeError(), ValueError("closed")])
def test_a_log_that_cannot_be_written_stops_nobody(error: Exception) -> None:
    station_log(Broken(error), "station/52.03/1").error("unheard")


def test_a_fault_is_named_by_its_place_and_not_by_its_words() -> None:
    try:
        raise KeyError(NIK)
    except KeyError as error:
        said = place_of(error)
    assert said.startswith("KeyError at ") and "test_logs.py:" in said and NIK not in said
    assert place_of(ValueError("never raised")) == "ValueError at an unknown place"
