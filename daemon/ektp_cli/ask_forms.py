"""Forms of asks (formulir permintaan): what each kind of ask wants, made from its type.

A form is JSON that a person fills in: every field is there, with its default or an empty
place, and beside it what may stand in it. Nothing is decided beforehand: a choice, a count or
a yes that must be given is an empty place, and one that is left empty is refused. Nothing is
known here of any single kind.
"""

import codecs
import types
from collections.abc import Iterator
from enum import Enum, IntEnum
from itertools import chain, repeat
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

import attrs
import msgspec
from attrs import frozen

from ektp_cli.json_file import write_new_json
from ektp_cli.whole_file import read_whole
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.codec import fill
from ektp_core.wire.asks import KINDS
from ektp_data.ask_kinds import about as sentence_of

_PLAIN = {str: "text", int: "whole number", bool: "true or false", bytes: "base64"}
_FORM = "a form made by `ektp ask form`"

#: Longest form, in bytes; a count of a whole store by serials is far below.
LIMIT_BYTES = 16 * 1024 * 1024


@frozen
class Place:
    """One field of a form: its name (dots lead inward), what may stand in it, whether it may be left out."""

    name: str
    expects: str
    optional: bool


def about(kind: str) -> str:
    """What an ask of this kind does, in one sentence."""
    _type(kind)  # an unknown one is refused
    return sentence_of(kind)


def places(kind: str) -> tuple[Place, ...]:
    """Every field of a kind, those of its parts behind a dot."""
    return tuple(_places(_type(kind), ""))


def blank_form(kind: str) -> dict[str, object]:
    """The form with nothing filled in but defaults."""
    return {"kind": kind, "body": _empty(_type(kind))}


def write_form(kind: str, path: Path) -> None:
    """Write a form to be filled in, never over a file that is there.

    Raises:
        Refused: MALFORMED for a kind that is not known, BAD_FILE.
    """
    write_new_json(path, blank_form(kind))


def read_form(path: Path) -> object:
    """The body a filled form holds.

    Raises:
        Refused: BAD_FILE for a file that cannot be read, is too large or no JSON, MALFORMED naming the field.
    """
    data = read_whole(path, LIMIT_BYTES, _FORM)
    if len(data) > LIMIT_BYTES:
        raise _bad_file(path, f"{len(data)} bytes")
    try:
        found = msgspec.json.decode(data.removeprefix(codecs.BOM_UTF8))
    except (ValueError, RecursionError):  # DecodeError, digits without end, brackets without end
        raise _bad_file(path, "it is no JSON") from None
    if not isinstance(found, dict) or set(found) != {"kind", "body"}:
        raise _bad_file(path, "no kind and body in it")
    kind = str(found["kind"])
    form = _type(kind)
    return fill(_numbered(found["body"], form), form, kind)


def _bad_file(path: Path, shape: str) -> Refused:
    return Refused(Refusal.BAD_FILE, {"file": str(path), "shape": shape, "expected": _FORM})


def _numbered(value: Any, hint: Any) -> Any:
    """The same with every name of a numbered choice turned into its number; what does not fit stays as it is."""
    if isinstance(hint, type) and issubclass(hint, IntEnum):
        return hint[value].value if isinstance(value, str) and value in hint.__members__ else value
    if isinstance(hint, type) and attrs.has(hint) and isinstance(value, dict):
        hints = get_type_hints(hint)
        return {name: _numbered(one, hints.get(name)) for name, one in value.items()}
    inner = get_args(hint)
    if isinstance(value, list) and inner:
        hints_of = repeat(inner[0]) if inner[-1] is Ellipsis else chain(inner, repeat(None))
        return [_numbered(one, expected) for one, expected in zip(value, hints_of, strict=False)]
    if get_origin(hint) in (Union, types.UnionType):
        return next((found for part in inner if (found := _numbered(value, part)) != value), value)
    return value


def _type(kind: str) -> type[Any]:
    found = KINDS.get(kind)
    if found is None:
        raise Refused(
            Refusal.MALFORMED, {"field": "kind", "expected": ", ".join(sorted(KINDS)), "shape": "an unknown kind"}
        )
    return found


def _places(kind: type[Any], before: str) -> Iterator[Place]:
    hints = get_type_hints(kind)
    for one in attrs.fields(kind):
        hint = hints[one.name]
        yield Place(f"{before}{one.name}", _expects(hint), one.default is not attrs.NOTHING)
        part = _part(hint)
        if part is not None:
            yield from _places(part, f"{before}{one.name}.")


def _part(hint: Any) -> type[Any] | None:
    """The attrs class inside a hint, if there is one."""
    for one in (hint, *get_args(hint)):
        if isinstance(one, type) and attrs.has(one):
            return one
    return None


def _expects(hint: Any) -> str:
    if hint in _PLAIN:
        return _PLAIN[hint]
    if isinstance(hint, type) and issubclass(hint, Enum):
        return " | ".join(_choice(one) for one in hint)
    if isinstance(hint, type) and attrs.has(hint):
        return "the fields below"
    if get_origin(hint) in (Union, types.UnionType):
        return " or ".join("nothing" if one is type(None) else _expects(one) for one in get_args(hint))
    inner = get_args(hint)
    if inner and inner[-1] is Ellipsis:
        return f"a list of: {_expects(inner[0])}"
    return f"[{', '.join(_expects(one) for one in inner)}]"


def _choice(one: Enum) -> str:
    """What is written for a choice; a number says nothing without its name, an empty text is shown as one."""
    return f"{one.value} = {one.name}" if isinstance(one.value, int) else str(one.value) or '""'


def _empty(kind: type[Any]) -> dict[str, object]:
    hints = get_type_hints(kind)
    return {one.name: _value(one, hints[one.name]) for one in attrs.fields(kind)}


def _value(one: "attrs.Attribute[Any]", hint: Any) -> object:
    if one.default is not attrs.NOTHING and not isinstance(one.default, attrs.Factory):  # type: ignore[arg-type]  # Factory is a class at run time
        return msgspec.to_builtins(one.default)
    if isinstance(hint, type) and attrs.has(hint):
        return _empty(hint)
    if isinstance(hint, type) and issubclass(hint, Enum) and "" in {choice.value for choice in hint}:
        return None  # an empty text would be a choice
    return "" if isinstance(hint, type) or get_origin(hint) in (Union, types.UnionType) else []
