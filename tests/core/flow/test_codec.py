"""Events and rows to bytes and back; old versions fold for ever; an error never shows what was in the bytes."""

import json
import traceback
from collections.abc import Callable, Iterator
from enum import Enum
from functools import partial
from typing import Any, get_args, get_origin, get_type_hints

import attrs
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ektp_core.errors import Refusal, Refused
from ektp_core.flow import codec, events, rows
from ektp_core.flow.feed import Authorisation, FeedEntry
from ektp_core.flow.printing import Withdraw
from ektp_core.flow.station_book import LoadPrinter
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.wire.asks import KINDS

NIK = "5203054408999001"
EVENTS: tuple[type[Any], ...] = get_args(events.Event)
ROWS: tuple[type[Any], ...] = get_args(rows.Row)


def made(kind: type[Any]) -> st.SearchStrategy[Any]:
    """Any value of an attrs class, from its type hints."""
    return st.builds(kind, **{name: values_of(hint) for name, hint in fields_of(kind).items()})


def fields_of(kind: type[Any]) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {one.name: hints[one.name] for one in attrs.fields(kind)}


def values_of(hint: Any) -> st.SearchStrategy[Any]:
    """Any value of a field."""
    parts = get_args(hint)
    if hint is int:
        return st.integers(-(2**63), 2**63 - 1)
    if get_origin(hint) is tuple and parts[-1] is ...:
        return st.lists(values_of(parts[0]), max_size=3).map(tuple)
    if get_origin(hint) is tuple:
        return st.tuples(*map(values_of, parts))
    if parts:
        return st.one_of(*map(values_of, parts))
    return st.from_type(hint)


def test_kinds_and_tables_are_numbered_once() -> None:
    for numbers in ([kind.KIND for kind in EVENTS], [kind.TABLE for kind in ROWS]):
        assert len(set(numbers)) == len(numbers)


def test_numbers_that_are_stored_never_change() -> None:
    """By hand: a book written today is read in twenty years."""
    assert {kind.__name__: kind.KIND for kind in EVENTS} == {
        "TakenIn": 1, "Moved": 2, "GivenOut": 3, "Entered": 4, "Authorised": 5, "Stepped": 6, "Pressed": 7,
        "ChipLinked": 8, "ChipRead": 9, "CardMade": 10, "CardRevoked": 11, "PartyNamed": 12, "OfficerNamed": 13,
        "KeyTrusted": 14, "KeyRevoked": 15, "StationEnrolled": 16, "StationFrozen": 17, "Granted": 18,
        "Dispatched": 19, "Received": 20, "FeedQueued": 21, "FeedTaken": 22, "Absorbed": 23, "Disputed": 24,
        "Reported": 25, "PolicySet": 26, "PrinterLoaded": 27, "PrinterClosed": 28, "Recalled": 29,
        "BalanceOpened": 30, "PlaceholdersMade": 31, "UseDeclared": 32, "Reidentified": 33, "SurplusFound": 34,
        "Counted": 35, "LostFound": 36, "SuspectBlankClosed": 37, "FoundClosed": 38,
        "Consigned": 40, "WasteNamed": 41, "InquiryOpened": 42, "InquiryLifted": 43, "Destroyed": 44, "TakenBack": 49,
        "OldCardTaken": 45, "LoanAgreed": 46, "LoanDelivered": 47, "LoanSettled": 48,
        "PeriodClosed": 50, "PaperPostedLate": 51, "DailyFiled": 52, "SuketRegistered": 53, "SuketWithdrawn": 54,
        "EmptinessReported": 55, "ComplaintAnswered": 56,
        "EnteredLocked": 60, "DuplicateNoted": 61, "CardPolicySet": 62, "HoldPlaced": 63, "HoldLifted": 64,
        "HandedOver": 65, "Activated": 66, "CardMissed": 67, "ListMade": 68, "ListClosed": 69,
        "StationLost": 70, "EvidenceKept": 71, "Released": 72, "ReleaseSeen": 73,
        "LostSiteCounted": 74, "LostStationClosed": 76, "CodeMistyped": 88, "StationReEnrolled": 89,
        "BlankTested": 96, "PrinterCleaned": 97,
        "EvidenceAdded": 98, "DayMarked": 99, "BookClosed": 100, "VarianceBooked": 101,
        "BookMoved": 102, "BookArrived": 103,
        "EnteredElsewhere": 75, "CardOfBefore": 86, "Rechecked": 87,
        "BlanksRequested": 80, "RequestWithdrawn": 81, "AllotmentPolicySet": 82, "PrintersRegistered": 83,
        "GrantExplained": 84, "RecordLifted": 85,
        "PrinterPaused": 90, "ProposalMade": 91, "ProposalAnswered": 92, "BatchChosen": 93, "PapersTaken": 94,
    }  # fmt: skip


def test_the_bytes_of_an_event_never_change() -> None:
    """By hand, once: a MessagePack array of kind, version and fields in order."""
    moved = events.Moved("A", 1, 300, "centre", Bucket.STOCK, "office/52.03", Bucket.LOST, "r")
    assert codec.encode_event(moved) == (b"\x9a\x02\x01\xa1A\x01\xcd\x01\x2c\xa6centre\x01\xacoffice/52.03\x0b\xa1r")


@pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_every_event_comes_back(kind: type[Any], data: st.DataObject) -> None:
    event = data.draw(made(kind))
    raw = codec.encode_event(event)
    assert codec.decode_event(raw) == event
    assert codec.encode_event(codec.decode_event(raw)) == raw


@pytest.mark.parametrize("kind", ROWS, ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_every_row_comes_back_from_key_and_value(kind: type[Any], data: st.DataObject) -> None:
    row = data.draw(made(kind))
    key = codec.split_key(kind, codec.row_key(row))
    assert codec.make_row(kind, key, codec.row_value(row)) == row


@pytest.mark.parametrize("kind", [kind for kind in ROWS if kind.KEY > 1], ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_a_prefix_of_the_key_fields_is_a_prefix_of_the_key_and_of_no_other(
    kind: type[Any], data: st.DataObject
) -> None:
    one, other = data.draw(made(kind)), data.draw(made(kind))
    first = attrs.fields(kind)[0].name
    prefix = codec.key_bytes(kind, getattr(one, first))
    assert codec.row_key(one).startswith(prefix)
    assert codec.row_key(other).startswith(prefix) is (getattr(other, first) == getattr(one, first))


# -- bytes that are nothing ---------------------------------------------------------------


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x90",
        b"\x91\x01",
        b"\x92\x01\x01",
        b"\xc0",
        b"\xa1A",
        b"\x92\xa1A\x01",
        b"\x92\x01\xa1A",
        b"\x92\xc3\x01",
        b"\x92\x01\xc3",
        b"\x92\x01\xcb\x3f\xf0\x00\x00\x00\x00\x00\x00",
        b"\x94\x0f\x02\xa1k\xa1w",
        b"\x94\x0f\x00\xa1k\xa1w",
        b"\x94\x7f\x01\xa1k\xa1w",
        b"\x93\x0f\x01\xa1k",
        b"\x95\x0f\x01\xa1k\xa1w\xa1x",
        b"\x94\x0f\x01\xa1k\xa1w\x00",
        b"\x94\x0f\x01\xa1k\xa1",
        b"\x94\x0f\x01\xa1\xff\xa1w",
        b"\x91" * 10_000,
    ],
)
def test_bytes_that_are_no_event_are_malformed(raw: bytes) -> None:
    with pytest.raises(Refused) as caught:
        codec.decode_event(raw)
    assert caught.value.refusal is Refusal.MALFORMED


@given(st.binary(max_size=60))
def test_any_bytes_are_an_event_or_malformed(raw: bytes) -> None:
    try:
        codec.decode_event(raw)
    except Refused as refused:
        assert refused.refusal is Refusal.MALFORMED


@given(st.data())
def test_cut_or_altered_bytes_are_another_event_or_malformed(data: st.DataObject) -> None:
    raw = codec.encode_event(data.draw(st.sampled_from(EVENTS).flatmap(made)))
    cut = raw[: data.draw(st.integers(0, len(raw) - 1))]
    with pytest.raises(Refused):
        codec.decode_event(cut)
    place = data.draw(st.integers(0, len(raw) - 1))
    flipped = raw[:place] + bytes([raw[place] ^ data.draw(st.integers(1, 255))]) + raw[place + 1 :]
    try:
        codec.decode_event(flipped)
    except Refused as refused:
        assert refused.refusal is Refusal.MALFORMED


# -- no error shows a value ---------------------------------------------------------------

#: Refusals mask long numbers by themselves; a name has only this wrapper to hide it.
NAME = "SITI AMINAH"

#: A citizen's number in every clothing a wrong field could have, and a name.
WRONGS: tuple[object, ...] = (
    NAME,
    [NAME],
    NIK,
    int(NIK),
    -int(NIK),
    NIK.encode(),
    [NIK],
    {NIK: NIK},
    [[NIK, NIK]],
    float(NIK),
)


def sample(hint: Any) -> Any:
    """One sound value of a field."""
    parts = get_args(hint)
    if get_origin(hint) is tuple:
        return (sample(parts[0]),) if parts[-1] is ... else tuple(map(sample, parts))
    if parts:
        return sample(parts[0])
    if isinstance(hint, type) and issubclass(hint, Enum):
        return next(iter(hint))
    return {int: 1, str: "x", bytes: b"x", bool: True}[hint]


def spoiled(plain: Any) -> Iterator[Any]:
    """The same plain value with a citizen's number in every single place of it, at any depth."""
    yield from WRONGS
    if isinstance(plain, list):
        for place, part in enumerate(plain):
            for wrong in spoiled(part):
                yield [*plain[:place], wrong, *plain[place + 1 :]]
    if isinstance(plain, dict):
        yield {**plain, NIK: NIK}
        for name, part in plain.items():
            for wrong in spoiled(part):
                yield {**plain, name: wrong}


def told(action: Callable[[], object]) -> str:
    """Everything a refusal, and what is chained to it, would tell a log."""
    try:
        action()
    except Refused as refused:
        return f"{refused!r} {dict(refused.facts)} {''.join(traceback.format_exception(refused))}"
    return ""


def shows(text: str) -> bool:
    """Whether the name, or more of the number than the regency, is to be read."""
    return NIK[4:] in text or NIK[:12] in text or NAME in text


@pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: kind.__name__)
def test_no_error_about_an_event_shows_what_was_in_it(kind: type[Any]) -> None:
    sound = kind(**{name: sample(hint) for name, hint in fields_of(kind).items()})
    plain = msgspec.msgpack.decode(codec.encode_event(sound))
    for wrong in spoiled(plain):
        raw = msgspec.msgpack.encode(wrong)
        assert not shows(told(partial(codec.decode_event, raw)))


@pytest.mark.parametrize("kind", ROWS, ids=lambda kind: kind.__name__)
def test_no_error_about_a_row_shows_what_was_in_it(kind: type[Any]) -> None:
    sound = kind(**{name: sample(hint) for name, hint in fields_of(kind).items()})
    key = codec.split_key(kind, codec.row_key(sound))
    for wrong in spoiled(msgspec.msgpack.decode(codec.row_value(sound))):
        assert not shows(told(partial(codec.make_row, kind, key, msgspec.msgpack.encode(wrong))))
    for wrong in WRONGS:
        assert not shows(told(partial(codec.split_key, kind, bytes([kind.TABLE]) + msgspec.msgpack.encode(wrong))))


def sound_entry() -> FeedEntry:
    leave = Authorisation(**{name: sample(hint) for name, hint in fields_of(Authorisation).items()})
    return FeedEntry(1, "x", 1, "x", 1, 1, "x", 1, "x", ("x",), leave)


def _built(hint: Any) -> Any:
    if attrs.has(hint):
        return hint(**{name: _built(inner) for name, inner in fields_of(hint).items()})
    parts = get_args(hint)
    if get_origin(hint) is tuple:
        return (_built(parts[0]),) if parts[-1] is ... else tuple(map(_built, parts))
    return _built(parts[0]) if parts else sample(hint)


JSON_KINDS: list[tuple[type[Any], Any]] = [
    (FeedEntry, sound_entry()),
    *((kind, kind(**{name: _built(hint) for name, hint in fields_of(kind).items()})) for kind in KINDS.values()),
]


@pytest.mark.parametrize(("kind", "sound"), JSON_KINDS, ids=[kind.__name__ for kind, _ in JSON_KINDS])
def test_no_error_about_a_message_shows_what_was_in_it(kind: type[Any], sound: Any) -> None:
    raw = codec.to_json(sound)
    assert codec.from_json(raw, kind, "message") == sound
    for wrong in spoiled(json.loads(raw)):
        if not isinstance(wrong, bytes) and any(
            canary.encode() in (text := json.dumps(wrong, default=repr).encode()) for canary in (NIK, NAME)
        ):
            assert not shows(told(partial(codec.from_json, text, kind, "message")))


# -- what JSON may not be -----------------------------------------------------------------


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'{"record":"a","why":"b","more":1}',
        b'{"record":"a","record":"a","why":"b"}',
        b'{"record":"a"}',
        b'{"record":1,"why":"b"}',
        b'{"record":"\xff","why":"b"}',
        b'{"record":"a","why":"b"} {}',
        b'{"record":NaN,"why":"b"}',
        b'{"record":' + b"9" * 5_000 + b',"why":"b"}',
        b'{"record":' + b"[" * 100_000 + b"}",
        '{"record":"a","why":"b"}'.encode("utf-16"),
    ],
)
def test_json_is_one_object_of_the_documented_fields_each_once(raw: bytes) -> None:
    with pytest.raises(Refused) as caught:
        codec.from_json(raw, Withdraw, "withdraw")
    assert caught.value.refusal is Refusal.MALFORMED


def test_a_malformed_message_names_the_field_and_what_was_expected() -> None:
    with pytest.raises(Refused) as caught:
        codec.from_json(b'{"printer":"p","ranges":[["A",1,"x"]],"counter":0}', LoadPrinter, "load-printer")
    assert caught.value.facts["expected"] == "int"
    assert str(caught.value.facts["field"]).startswith("load-printer.ranges")


def test_unknown_fields_are_found_at_any_depth() -> None:
    raw = codec.to_json(sound_entry()).replace(b'"record_key"', b'"extra":1,"record_key"')
    with pytest.raises(Refused) as caught:
        codec.from_json(raw, FeedEntry, "feed entry")
    assert caught.value.facts["field"] == "feed entry (1 unknown)"


# -- old versions -------------------------------------------------------------------------


@pytest.fixture
def third_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if `KeyRevoked` had begun with a key alone, then got a reason, then the reason it has."""
    kind = events.KeyRevoked.KIND
    monkeypatch.setitem(codec._EVENTS, kind, codec._EVENTS[kind]._replace(version=3))
    upcasters = {
        (kind, 1): lambda fields: [*fields, "unknown"],
        (kind, 2): lambda fields: [fields[0], f"before: {fields[1]}"],
    }
    monkeypatch.setattr(codec, "UPCASTERS", upcasters)


@pytest.mark.usefixtures("third_version")
@pytest.mark.parametrize(
    ("version", "fields", "expected"),
    [
        (1, ["k"], events.KeyRevoked("k", "before: unknown")),
        (2, ["k", "stolen"], events.KeyRevoked("k", "before: stolen")),
        (3, ["k", "stolen"], events.KeyRevoked("k", "stolen")),
    ],
)
def test_old_bytes_fold_for_ever(version: int, fields: list[str], expected: events.KeyRevoked) -> None:
    raw = msgspec.msgpack.encode([events.KeyRevoked.KIND, version, *fields])
    assert codec.decode_event(raw) == expected


@pytest.mark.usefixtures("third_version")
def test_new_events_are_written_in_the_new_version_only() -> None:
    raw = codec.encode_event(events.KeyRevoked("k", "stolen"))
    assert msgspec.msgpack.decode(raw)[:2] == [events.KeyRevoked.KIND, 3]


@pytest.mark.usefixtures("third_version")
@pytest.mark.parametrize("version", [0, 4])
def test_a_version_nobody_knows_is_malformed(version: int) -> None:
    with pytest.raises(Refused):
        codec.decode_event(msgspec.msgpack.encode([events.KeyRevoked.KIND, version, "k", "w"]))


@pytest.mark.usefixtures("third_version")
def test_what_an_upcaster_makes_is_checked_as_strictly() -> None:
    for wrong in (one for one in WRONGS if not isinstance(one, str)):
        raw = msgspec.msgpack.encode([events.KeyRevoked.KIND, 1, wrong])
        text = told(partial(codec.decode_event, raw))
        assert "MALFORMED" in text and not shows(text)


def test_every_version_above_one_has_all_its_upcasters() -> None:
    assert set(codec.UPCASTERS) == {(kind, old) for kind, new in codec.VERSIONS.items() for old in range(1, new)}
