"""Forms of asks (formulir permintaan): what each kind of ask wants, made from its type.

A form is JSON that a person fills in: every field is there, with its default or an empty
place, and beside it what may stand in it. Nothing is known here of any single kind.
"""

import types
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

import attrs
import msgspec
from attrs import frozen

from ektp_cli.json_file import write_json
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.codec import fill
from ektp_core.wire.asks import KINDS
from ektp_data.ask_kinds import about as sentence_of

_PLAIN = {str: "text", int: "whole number", bool: "true or false", bytes: "base64"}
_EMPTY: dict[type[Any], object] = {str: "", int: 0, bool: False, bytes: ""}


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
    """Write a form to be filled in.

    Raises:
        Refused: MALFORMED for a kind that is not known, BAD_FILE.
    """
    write_json(path, blank_form(kind))


def read_form(path: Path) -> object:
    """The body a filled form holds.

    Raises:
        Refused: BAD_FILE for a file that cannot be read or is no JSON, MALFORMED naming the field.
    """
    try:
        found = msgspec.json.decode(path.read_bytes())
    except (OSError, msgspec.DecodeError) as error:
        shape = getattr(error, "strerror", None) or "it is no JSON"
        raise Refused(
            Refusal.BAD_FILE, {"file": str(path), "shape": shape, "expected": "a form made by `ektp ask form`"}
        ) from None
    if not isinstance(found, dict) or set(found) != {"kind", "body"}:
        raise Refused(
            Refusal.BAD_FILE,
            {"file": str(path), "shape": "no kind and body in it", "expected": "a form made by `ektp ask form`"},
        )
    kind = str(found["kind"])
    return fill(found["body"], _type(kind), kind)


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
    if isinstance(hint, type) and issubclass(hint, Enum):
        return next(iter(hint)).value
    if isinstance(hint, type) and attrs.has(hint):
        return _empty(hint)
    return _EMPTY.get(hint, [])
