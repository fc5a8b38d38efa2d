"""A frame with a key that nobody knows is garbage, however deep the key stands."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ektp_core.boundary.card_printer import (
    Can,
    Capabilities,
    CardPosition,
    Condition,
    Counter,
    CounterName,
    Counters,
    DriverError,
    JobRecord,
    Look,
    Notice,
    PrintToken,
    Severity,
    Status,
)
from ektp_core.vocabulary.verdict import BlankPlace, Certainty, Outcome, Verdict
from ektp_station.driver_frames import Answer, Call, operation, pack, unpack, unpack_arguments

LOOK = Look(
    Status((Notice(Condition.JAM, Severity.ERROR),), CardPosition.JAMMED, 3, rebooted=True),
    Counters((Counter(CounterName.FED, 7, "feed"),)),
    JobRecord("7", 3, Verdict(Outcome.SPOILED, BlankPlace.IN_PRINTER, Certainty.DEVICE_JOB_RECORD)),
    "04A1B2C3D4E5F6",
)
VALUES: list[tuple[Any, type[Any]]] = [
    (LOOK, Look),
    (Capabilities(Can.FEEDER | Can.READS_UID, 1016, 648, 300), Capabilities),
    (Answer(7, b"\x80", "lost", "gone"), Answer),
    (Call(1, "mark", b"\x90", 5), Call),
]


def maps(plain: Any) -> list[dict[str, Any]]:
    """Every map in a value."""
    if isinstance(plain, dict):
        return [plain, *(found for one in plain.values() for found in maps(one))]
    return [found for one in plain for found in maps(one)] if isinstance(plain, list) else []


@pytest.mark.parametrize(("value", "kind"), VALUES)
def test_what_was_packed_is_read_and_what_is_missing_has_its_default(value: Any, kind: type[Any]) -> None:
    assert unpack(pack(value), kind) == value
    assert unpack(pack({"number": 4}), Answer) == Answer(4)


@pytest.mark.parametrize(("value", "kind"), VALUES)
@given(data=st.data())
def test_one_unknown_key_anywhere_makes_it_garbage(value: Any, kind: type[Any], data: st.DataObject) -> None:
    plain = msgspec.msgpack.decode(pack(value))
    among = maps(plain)
    key = data.draw(st.text(max_size=8).filter(lambda text: not any(text in one for one in among)))
    data.draw(st.sampled_from(among))[key] = data.draw(st.sampled_from([None, 0, "x", [], {}, {"number": 1}]))
    with pytest.raises(DriverError, match="another shape"):
        unpack(pack(plain), kind)


def test_the_key_itself_is_not_quoted() -> None:
    with pytest.raises(DriverError) as raised:
        unpack(pack({"number": 1, "5203014101900001": 1}), Answer)
    assert "5203" not in str(raised.value) and "an unknown key" in str(raised.value)


def test_a_key_among_the_arguments_of_a_call_is_garbage_too() -> None:
    token = {"record": "52.03-000001", "attempt": 1, "try_no": 1}
    assert unpack_arguments(operation("mark"), pack([token])) == (PrintToken("52.03-000001", 1, 1),)
    with pytest.raises(DriverError, match="an unknown key"):
        unpack_arguments(operation("mark"), pack([{**token, "again": True}]))


def test_an_unknown_key_with_a_value_that_cannot_be_held_is_a_drivers_error() -> None:
    odd = b"\x82\xa6number\x01\xa1x\x81\x90\x00"  # a map whose key is a list
    with pytest.raises(DriverError, match="another shape"):
        unpack(odd, Answer)
