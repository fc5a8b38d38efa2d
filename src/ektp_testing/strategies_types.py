"""Hypothesis strategies made from types (strategi dari jenis): whatever is added to the flow is covered by itself.

An attrs class gives a strategy from its fields: by the field's name where the name says what it
is (`record`, `series`, `paper_date`), else by its type. First and last serial are drawn together,
so that a range is a range. A field the rules do not fit is named in `OVERRIDES`.
"""

import types
from collections.abc import Callable, Mapping
from datetime import date
from enum import Enum
from typing import Any, Union, get_args, get_origin, get_type_hints

import attrs
from hypothesis import strategies as st

from ektp_core.flow.rows import Ranges
from ektp_core.vocabulary.nik import Nik
from ektp_core.vocabulary.prr import PrintReadyRecord, to_payload
from ektp_core.vocabulary.region import RegionCode
from ektp_core.vocabulary.serial import SerialRange, SerialSet
from ektp_core.wire.asks import EnterLockedRecord, EnterRecord
from ektp_testing import strategies_nouns as nouns

Strategy = st.SearchStrategy[Any]
Make = Callable[[], Strategy]

#: What a text field of this name holds.
TEXTS: Mapping[str, Make] = {
    "record": nouns.record_ids,
    "last_record": nouns.record_ids,
    "open_record": nouns.record_ids,
    "station": nouns.stations,
    "owner": nouns.parties,
    "party": nouns.parties,
    "to_party": nouns.parties,
    "office": nouns.offices,
    "lender": nouns.offices,
    "borrower": nouns.offices,
    "sender": nouns.parties,
    "receiver": nouns.parties,
    "supplier": nouns.suppliers,
    "source": nouns.parties,
    "region": lambda: nouns.regions().map(str),
    "series": nouns.series,
    "blank_class": nouns.blank_classes,
    "uid": lambda: st.one_of(st.just(""), nouns.uids()),
    "nik": lambda: nouns.niks().map(Nik.reveal),
    "key": nouns.key_ids,
    "officer": nouns.officers,
    "reporter": nouns.officers,
    "paper": nouns.papers,
    "minutes": nouns.papers,
    "letter": nouns.papers,
    "letter_number": nouns.papers,
    "allotment": nouns.names,
    "consignment": nouns.names,
    "report": nouns.names,
    "loan": nouns.names,
    "batch": nouns.names,
    "printer": lambda: st.sampled_from(["VP-1", "VP-2"]),
    "public": lambda: nouns.digests().map(bytes.hex),
}

#: What a list of texts of this name holds.
LISTS: Mapping[str, Make] = {
    "classes": nouns.blank_classes,
    "chips": nouns.uids,
    "uids": nouns.uids,
    "records": nouns.record_ids,
    "revoked_keys": nouns.key_ids,
}

#: Fields whose name and type say too little.
OVERRIDES: Mapping[tuple[type, str], Make] = {
    (EnterRecord, "record"): lambda: nouns.print_ready_records().map(lambda one: to_payload(one).decode()),
    (EnterLockedRecord, "record"): lambda: nouns.print_ready_records().map(lambda one: to_payload(one).decode()),
}

#: Classes with rules of their own.
CLASSES: Mapping[object, Make] = {
    Nik: nouns.niks,
    PrintReadyRecord: nouns.print_ready_records,
    RegionCode: nouns.regions,
    SerialRange: nouns.serial_ranges,
    SerialSet: nouns.serial_sets,
}

_SMALL, _LONGEST_LIST = 1_000, 3


def values(kind: Any) -> Strategy:
    """Any value of a type: an attrs class, an enum, a tuple, a plain type, or a choice of them.

    Raises:
        TypeError: for a type nobody has told how to draw; name it in `CLASSES` or `OVERRIDES`.
    """
    if kind in CLASSES:
        return CLASSES[kind]()
    if isinstance(kind, type) and attrs.has(kind):
        return st.deferred(lambda: _instances(kind))
    return _of_hint(kind, "")


def _instances(kind: type[Any]) -> Strategy:
    """Instances of an attrs class, field by field, in the order of the class."""
    hints = get_type_hints(kind)
    fields = {one.alias or one.name: _field(kind, one.name, hints[one.name]) for one in attrs.fields(kind) if one.init}
    if {"lo", "hi"} <= fields.keys():
        fields.pop("lo"), fields.pop("hi")
        return st.builds(_with_range, st.just(kind), nouns.serial_ranges(), st.fixed_dictionaries(fields))
    return st.fixed_dictionaries(fields).map(lambda found: kind(**found))


def _with_range(kind: type[Any], part: SerialRange, found: dict[str, Any]) -> Any:
    if "series" in found:
        found["series"] = part.series
    return kind(**found, lo=part.lo, hi=part.hi)


def _field(kind: type[Any], name: str, hint: Any) -> Strategy:
    if (kind, name) in OVERRIDES:
        return OVERRIDES[kind, name]()
    return _of_hint(hint, name)


def _of_hint(hint: Any, name: str) -> Strategy:
    if hint == Ranges:
        return nouns.range_tuples()
    origin, parts = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return st.one_of(*(_of_hint(part, name) for part in sorted(parts, key=lambda part: part is not type(None))))
    if origin is tuple:
        return _tuples(parts, name)
    if origin in (dict, Mapping):
        return st.dictionaries(*(_of_hint(part, "") for part in parts), max_size=_LONGEST_LIST)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return st.sampled_from(hint)
    if hint in CLASSES or (isinstance(hint, type) and attrs.has(hint)):
        return values(hint)
    plain = _plain(hint, name)
    if plain is None:
        raise TypeError(f"nobody has told how to draw {hint!r} for {name or 'a value'}")
    return plain


def _tuples(parts: tuple[Any, ...], name: str) -> Strategy:
    if len(parts) == 2 and parts[1] is Ellipsis:
        inner = LISTS[name]() if name in LISTS else _of_hint(parts[0], name)
        return st.lists(inner, max_size=_LONGEST_LIST, unique=name in LISTS).map(tuple)
    return st.tuples(*(_of_hint(part, "") for part in parts))


def _plain(hint: Any, name: str) -> Strategy | None:
    if hint is bool:
        return st.booleans()
    if hint is str:
        return _text(name)
    if hint is int:
        return _number(name)
    if hint is bytes:
        return nouns.digests()
    if hint is date:
        return st.dates(date(2011, 1, 1), date(2035, 12, 31))
    return st.none() if hint is type(None) else None


def _text(name: str) -> Strategy:
    if name in TEXTS:
        return TEXTS[name]()
    if name == "day" or name.endswith(("date", "_day", "_from", "_to")):
        return st.one_of(st.just(""), nouns.local_dates())
    return nouns.words()


def _number(name: str) -> Strategy:
    if name.endswith("_ms"):
        return nouns.times_ms()
    if name in ("lo", "hi", "number"):
        return nouns.numbers()
    return st.integers(0, _SMALL)
