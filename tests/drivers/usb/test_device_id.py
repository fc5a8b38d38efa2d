"""IEEE 1284 ids: round trips, careless devices, and bytes that are none."""

from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ektp_core.boundary.card_printer import DriverError
from ektp_usb import device_id
from ektp_usb.device_id import DeviceId

signs = st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_characters=";", exclude_categories=["Cc"])
values = st.text(signs, max_size=30).map(str.strip)
keys = st.text(st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789- "), min_size=1, max_size=16).map(str.strip).filter(bool)
ids = st.lists(st.tuples(keys, values), min_size=1, max_size=12).map(lambda fields: DeviceId(tuple(fields)))

EVOLIS = b"MFG:Evolis;MDL:Evolis Primacy;CMD:ESC;CLS:PRINTER;DES:Evolis Primacy;SN:10000123456;"


def framed(body: bytes, announced: int | None = None, order: Literal["big", "little"] = "big") -> bytes:
    return (len(body) + 2 if announced is None else announced).to_bytes(2, order) + body


@given(ids, st.booleans())
def test_what_is_written_is_read_again(one: DeviceId, little_endian: bool) -> None:
    assert device_id.parse(device_id.write(one, little_endian=little_endian)) == one


@given(ids, st.data())
def test_an_id_cut_anywhere_keeps_every_whole_field(one: DeviceId, data: st.DataObject) -> None:
    whole = device_id.write(one)
    cut = data.draw(st.integers(min_value=3, max_value=len(whole)))
    try:
        read = device_id.parse(whole[:cut])
    except DriverError:
        assert b":" not in whole[2:cut].partition(b";")[0]
        return
    kept = whole[2:cut].count(b";")
    assert read.fields[:kept] == one.fields[:kept]
    assert len(read.fields) <= kept + 1


@given(st.binary(max_size=300))
def test_any_bytes_are_an_id_or_a_driver_error(raw: bytes) -> None:
    try:
        one = device_id.parse(raw)
    except DriverError as error:
        assert str(len(raw)) in str(error)
        return
    assert one.fields
    for text in (one.make, one.model, one.serial, one.text):
        assert text.isprintable() or max(text) >= "\x7f"


@given(ids)
def test_what_was_read_can_be_written_again(one: DeviceId) -> None:
    read = device_id.parse(framed(one.text.lower().encode("latin-1")))
    assert device_id.parse(device_id.write(DeviceId(read.fields))).fields == read.fields


def test_a_printer_is_named() -> None:
    one = device_id.parse(framed(EVOLIS))
    assert (one.make, one.model, one.serial) == ("Evolis", "Evolis Primacy", "10000123456")
    assert (one.value("COMMAND SET", "CMD"), one.value("CLS"), one.value("NONE")) == ("ESC", "PRINTER", "")
    assert not one.truncated


@pytest.mark.parametrize(
    "raw",
    [
        framed(EVOLIS, order="little"),
        framed(EVOLIS, announced=len(EVOLIS)),  # forgot its own two bytes
        framed(EVOLIS, announced=len(EVOLIS), order="little"),
        framed(EVOLIS) + b"\x00" * 100,  # padded
        framed(EVOLIS) + b"MFG:left over;OLD:1;",
        framed(EVOLIS, order="little") + b"MFG:left over;OLD:1;",
        framed(EVOLIS + b"\x00"),
        framed(EVOLIS[:-1]),  # no last semicolon
        framed(EVOLIS.replace(b";", b";\r\n ")),
    ],
)
def test_careless_devices_are_understood(raw: bytes) -> None:
    one = device_id.parse(raw)
    assert (one.make, one.serial, one.truncated) == ("Evolis", "10000123456", False)
    assert len(one.fields) == 6


def test_an_id_two_bytes_short_is_taken_and_marked() -> None:
    """As it came from a real printer gadget."""
    one = device_id.parse(framed(EVOLIS)[:-2])
    assert one.truncated
    assert (one.make, one.serial) == ("Evolis", "1000012345")


@pytest.mark.parametrize(
    ("key", "name"),
    [("MANUFACTURER", "make"), ("model", "model"), ("SERIALNUMBER", "serial"), ("SERN", "serial")],
)
def test_long_names_and_small_letters_mean_the_same(key: str, name: str) -> None:
    assert getattr(device_id.parse(framed(f"{key}:x y;".encode())), name) == "x y"


def test_a_value_may_hold_colons_and_the_first_of_two_keys_counts() -> None:
    one = device_id.parse(framed(b"MDL:a:b;MDL:c;:nothing;odd;"))
    assert one.fields == (("MDL", "a:b"), ("MDL", "c"))
    assert one.model == "a:b"


@pytest.mark.parametrize("raw", [b"", b"\x00", b"\x00\x02", b"\x00\x06nope", b"\x00\x05:x;"])
def test_what_is_no_id_is_refused_without_being_quoted(raw: bytes) -> None:
    with pytest.raises(DriverError) as caught:
        device_id.parse(raw)
    assert "nope" not in str(caught.value)


@pytest.mark.parametrize("fields", [(("A;B", "x"),), (("A:B", "x"),), (("A", "x;y"),), (("a", "x"),), (("", "x"),), (("A", "\x00"),), (("A", "€"),)])
def test_what_would_not_be_read_again_is_not_written(fields: tuple[tuple[str, str], ...]) -> None:
    with pytest.raises(DriverError):
        device_id.write(DeviceId(fields))


def test_an_id_longer_than_its_length_can_say_is_not_written() -> None:
    with pytest.raises(DriverError, match="at most"):
        device_id.write(DeviceId((("A", "x" * 0x10000),)))
