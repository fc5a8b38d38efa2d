"""The keys of a policy (kunci kebijakan) as data: for the reader of files, the reference and the schema.

Everything is taken from the attributes of `Policy`, so that a key which is added there is known,
documented and in the schema at once. What a key does is not known here.

>>> [(key.name, key.unit, key.default) for key in policy_keys() if key.name == "reorder_threshold"]
[('reorder_threshold', 'blanks', '1000')]
"""

import json
from collections.abc import Mapping
from enum import Enum
from functools import cache
from typing import Any, get_origin, get_type_hints

from attrs import NOTHING, frozen

from ektp_core.allotment.policy import Policy, bounds, fields_by_name

_SCHEMA = "https://json-schema.org/draft/2020-12/schema"
_KINDS: Mapping[type, str] = {bool: "true or false", int: "whole number", tuple: "list of texts"}
_EXPECTED: Mapping[type, str] = {bool: "true or false", tuple: "a list of texts", str: "a text on one line"}
_DATE = r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$"


@frozen
class PolicyKey:
    """One key: its name, kind of value, unit, default as TOML writes it ("" = must be given), meaning, paper."""

    name: str
    kind: type
    unit: str
    default: str
    meaning: str
    paper: str

    @property
    def type(self) -> str:
        """The kind of value in words."""
        if issubclass(self.kind, Enum):
            return "one of: " + ", ".join(str(member.value) for member in self.kind)
        if self.unit == "date":
            return "date"
        return _KINDS.get(self.kind, "text")

    @property
    def expected(self) -> str:
        """What to write, with the bounds."""
        if self.kind is int:
            least, most = bounds(self.name)
            return f"a whole number from {least} to {most}"
        if self.unit == "date":
            return "a date such as 2026-01-31"
        return _EXPECTED.get(self.kind, self.type)


@cache
def policy_keys() -> tuple[PolicyKey, ...]:
    """Every key, in the order of the reference."""
    kinds = get_type_hints(Policy)
    return tuple(
        PolicyKey(
            name=name,
            kind=get_origin(kinds[name]) or kinds[name],
            unit=str(one.metadata.get("unit", "")),
            default="" if one.default is NOTHING else _as_toml(one.default),
            meaning=str(one.metadata["meaning"]),
            paper=str(one.metadata.get("paper", "")),
        )
        for name, one in fields_by_name().items()
    )


def policy_schema() -> str:
    """JSON Schema (2020-12) of a policy file, for editors that check while one types."""
    policy = {
        "type": "object",
        "additionalProperties": False,
        "required": [key.name for key in policy_keys() if not key.default],
        "properties": {key.name: _property(key) for key in policy_keys()},
    }
    file = {
        "$schema": _SCHEMA,
        "title": "Policies of allotment",
        "type": "object",
        "additionalProperties": False,
        "required": ["policy"],
        "properties": {"policy": {"type": "array", "minItems": 1, "items": policy}},
    }
    return json.dumps(file, indent=2) + "\n"


def _property(key: PolicyKey) -> dict[str, Any]:
    found: dict[str, Any] = {"description": key.meaning}
    if key.default:
        found["default"] = json.loads(key.default)
    if issubclass(key.kind, Enum):
        return found | {"enum": [member.value for member in key.kind]}
    if key.kind is int:
        least, most = bounds(key.name)
        return found | {"type": "integer", "minimum": least, "maximum": most}
    if key.kind is tuple:
        return found | {"type": "array", "items": {"type": "string", "minLength": 1}, "uniqueItems": True}
    if key.unit == "date":
        return found | {"type": "string", "pattern": _DATE}
    return found | {"type": "boolean" if key.kind is bool else "string"}


def _as_toml(value: object) -> str:
    """A default as a file has it; these few kinds are written the same in JSON."""
    plain = value.value if isinstance(value, Enum) else list(value) if isinstance(value, tuple) else value
    return json.dumps(plain, ensure_ascii=False)
