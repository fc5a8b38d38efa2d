"""Reads dated policies from TOML (berkas kebijakan alokasi), strictly, and ships those of the papers.

A file is one or more tables `[[policy]]`; each key of a table is a key of the value `Policy`,
which says what it means, its unit and its bounds. A key nobody knows is refused rather than left
out: a policy that was misspelt must not look obeyed (rules 27, 28 and 31). The first thing that
is wrong refuses the whole file, naming file, line and key. How blanks are divided is not known
here.

>>> [policy.name for policy in shipped_policies()][-2:]
['default', 'used-up-first']
"""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import Any

from ektp_core.allotment.policy import Policy, checked
from ektp_core.errors import Refusal, Refused
from ektp_data.csv_sheet import bad_file
from ektp_data.policy_keys import PolicyKey, policy_keys

LIMIT_BYTES = 256 * 1024
DEFAULT = "default"

_TABLE = "policy"
_HEADER = re.compile(r"^[ \t]*\[\[[ \t]*policy[ \t]*\]\]", re.MULTILINE)
_DAY = re.compile(r"^[ \t]*(\w+)[ \t]*=[ \t]*(\d{4}-\d\d-\d\d)[ \t]*(?:#.*)?$", re.MULTILINE | re.ASCII)
_PLACE = re.compile(r"\(at line (\d+), column \d+\)")
_SEEN = 40


def read_policies(data: bytes, name: str) -> tuple[Policy, ...]:
    """The policies of a file, in its order; `name` is what a refusal calls it.

    Raises:
        Refused: BAD_FILE when it is no such file, two policies of one name overlap or a table is
            not `[[policy]]`; BAD_VALUE naming `file:line key` for anything inside a policy.
    """
    text = _text(data, name)
    tables = _tables(_parsed(text, name), name)
    found = tuple(_policy(table, _Place(name, text, number)) for number, table in enumerate(tables))
    _check_periods(found, name)
    return found


def shipped_policies() -> tuple[Policy, ...]:
    """The policies of the papers and the default, by name."""
    return tuple(policy for name in _shipped_names() for policy in _shipped(name))


def shipped_text(name: str) -> str:
    """The file of a shipped policy, to begin one's own with.

    Raises:
        Refused: BAD_VALUE when there is none of that name.
    """
    return _file(_shipped_name(name)).decode("utf-8")


def shipped_policy(name: str, day: str = "") -> Policy:
    """The shipped policy of that name; on a local date (ISO text), where one is given, else the newest.

    Raises:
        Refused: BAD_VALUE when there is none of that name, or it did not hold on that day.
    """
    return policy_on(_shipped(_shipped_name(name)), day)


def policy_on(policies: Sequence[Policy], day: str = "") -> Policy:
    """The policy that holds on a local date (ISO text); without a date the one that begins last.

    Raises:
        Refused: BAD_VALUE when none holds, or two of different names do.
    """
    holding = [policy for policy in policies if not day or policy.is_valid_on(day)]
    if not holding:
        raise _bad("date", f"no policy holds on {day}", _periods(policies))
    names = {policy.name for policy in holding}
    if len(names) > 1:
        raise _bad("policy", f"{len(names)} policies hold at once", "a file with one policy for that day")
    return max(holding, key=lambda policy: policy.valid_from)


# -- shipped files ------------------------------------------------------------------------


@cache
def _shipped_names() -> tuple[str, ...]:
    folder = resources.files("ektp_data").joinpath("policies")
    return tuple(sorted(file.name.removesuffix(".toml") for file in folder.iterdir() if file.name.endswith(".toml")))


def _shipped_name(name: str) -> str:
    if name not in _shipped_names():
        known = ", ".join(_shipped_names())
        raise _bad("--policy", "no policy of that name", f"a file, or one of: {known}")
    return name


@cache
def _shipped(name: str) -> tuple[Policy, ...]:
    return read_policies(_file(name), f"{name}.toml")


def _file(name: str) -> bytes:
    return resources.files("ektp_data").joinpath("policies", f"{name}.toml").read_bytes()


# -- the file as a whole ------------------------------------------------------------------


def _text(data: bytes, name: str) -> str:
    if len(data) > LIMIT_BYTES:
        raise bad_file(name, f"{len(data)} bytes", f"at most {LIMIT_BYTES} bytes")
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise bad_file(name, f"byte {error.start} is not UTF-8", "a TOML file saved as UTF-8") from None


def _parsed(text: str, name: str) -> Mapping[str, Any]:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        _refuse_impossible_days(text, name)
        place = _PLACE.search(str(error))
        at_end = text.count("\n") + 1 if "end of document" in str(error) else 0
        line = int(place[1]) if place else at_end
        shape = f"line {line} is not TOML" if line else "it is not TOML"
        raise bad_file(name, shape, 'lines such as quota = 500 or name = "weekly", each key once') from None


def _refuse_impossible_days(text: str, name: str) -> None:
    """A day that is not in the calendar, written as TOML writes days: named with line, key and day."""
    for found in _DAY.finditer(text):
        line, key, day = text.count("\n", 0, found.start()) + 1, found[1], found[2]
        try:
            date.fromisoformat(day)
        except ValueError:
            expected = "a date of the calendar such as 2018-11-19"
            raise _bad(f"{name}:{line} {key}", f"{day}, a day that no calendar has", expected) from None


def _tables(parsed: Mapping[str, Any], name: str) -> Sequence[Mapping[str, Any]]:
    strange = [key for key in parsed if key != _TABLE]
    if strange:
        raise bad_file(name, "keys stand outside a policy", "[[policy]] above the keys of each policy")
    tables = parsed.get(_TABLE)
    if not isinstance(tables, list) or not tables or not all(isinstance(one, dict) for one in tables):
        raise bad_file(name, "no policy", "[[policy]] above the keys of each policy")
    return tables


def _check_periods(policies: Iterable[Policy], name: str) -> None:
    """Of one name at most one policy holds on a day; an open end gives way to what follows."""
    by_start = sorted(policies, key=lambda policy: (policy.name, policy.valid_from))
    for one, after in pairwise(by_start):
        if one.name == after.name and (
            one.valid_from == after.valid_from or (one.valid_to and one.valid_to >= after.valid_from)
        ):
            shape = f"two policies of one name hold on {after.valid_from or one.valid_from or 'every day'}"
            raise bad_file(name, shape, "valid_to before the valid_from of the next")


def _periods(policies: Iterable[Policy]) -> str:
    return "; ".join(f"{policy.valid_from or '...'} - {policy.valid_to or '...'}" for policy in policies)


# -- one policy ---------------------------------------------------------------------------


class _Place:
    """Where a policy stands in its file: refusals inside it are told with file, line and key."""

    def __init__(self, name: str, text: str, number: int) -> None:
        self._name, self._text = name, text
        starts = [found.start() for found in _HEADER.finditer(text)]
        known = number < len(starts)
        self._start = starts[number] if known else 0
        self._end = starts[number + 1] if known and number + 1 < len(starts) else len(text)

    def of(self, key: str) -> str:
        """`file:line key`: the key's own line, or the policy's first."""
        pattern = re.compile(rf"^[ \t]*[\"']?{re.escape(key)}[\"']?[ \t]*[=.]", re.MULTILINE)
        found = pattern.search(self._text, self._start, self._end)
        line = self._text.count("\n", 0, found.start() if found else self._start) + 1
        return f"{self._name}:{line} {key}"


def _policy(table: Mapping[str, Any], place: _Place) -> Policy:
    known = {key.name: key for key in policy_keys()}
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key not in known:
            raise _bad(place.of(_shown(key)), "an unknown key", _nearest(key, known))
        try:
            values[key] = _value(known[key], value)
        except _Unfit as unfit:
            raise _bad(place.of(key), unfit.shape, known[key].expected) from None
    if "name" not in values:
        raise _bad(place.of("name"), "missing", "a name for the policy")
    try:
        return checked(Policy(**values))
    except Refused as refused:
        raise Refused(refused.refusal, {**refused.facts, "field": place.of(str(refused.facts["field"]))}) from None


class _Unfit(Exception):
    """A value is of another kind; holds what it is."""

    def __init__(self, shape: str) -> None:
        super().__init__(shape)
        self.shape = shape


def _value(key: PolicyKey, value: object) -> object:
    if key.kind is bool or key.kind is int:
        if type(value) is not key.kind:
            raise _Unfit(_shape(value))
        return value
    if key.kind is tuple:
        if not isinstance(value, list):
            raise _Unfit(_shape(value))
        return tuple(_line(one) for one in value)
    if key.unit == "date" and isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    text = _line(value)
    return _member(key.kind, text) if issubclass(key.kind, Enum) else text


def _member(kind: type[Enum], text: str) -> Enum:
    for member in kind:
        if member.value == text:
            return member
    raise _Unfit("not one of the list")


def _line(value: object) -> str:
    if not isinstance(value, str):
        raise _Unfit(_shape(value))
    if not value.isprintable():
        raise _Unfit("control characters")
    return value


def _shape(value: object) -> str:
    match value:
        case bool():
            shape = "true or false"
        case int():
            shape = "a whole number"
        case float():
            shape = "a fraction"
        case str():
            shape = "a text"
        case list():
            shape = "a list"
        case dict():
            shape = "a table"
        case _:
            shape = "a date or a time"
    return shape


def _nearest(key: str, known: Iterable[str]) -> str:
    """What was perhaps meant: the known keys that share the most with this one, or all."""
    from difflib import get_close_matches

    close = ", ".join(get_close_matches(key, list(known), 2))
    return f"perhaps {close}" if close else "a key of the reference of policies"


def _shown(key: str) -> str:
    return key[:_SEEN] if key.isprintable() else "key"


def _bad(field: str, shape: str, expected: str) -> Refused:
    return Refused(Refusal.BAD_VALUE, {"field": field, "shape": shape, "expected": expected})
