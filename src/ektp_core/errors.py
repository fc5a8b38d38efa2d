"""What can go wrong, as a closed list (penolakan).

::

    EktpError
    ├── Refused        a rule said no; expected; crosses the wire
    ├── DriverError    a card printer did not answer as agreed   (boundary.card_printer)
    ├── StoreError     a book could not be read or written       (boundary.store)
    └── UplinkError    the other side was not reached            (boundary.uplink)

A refusal changes nothing. Its text says what is wrong and what to do; its facts name the
field and the value's shape, never a citizen's number: sixteen digits in a row, or in pieces
with blanks, dots and dashes between, are masked before they can reach a log.

>>> Refused(Refusal.NO_BLANK, {"station": "station/52.03/1"})
Refused(NO_BLANK: station=station/52.03/1)
>>> Refused(Refusal.MALFORMED, {"field": "3201054408990001"}).facts["field"]
'3201************'
"""

import re
from collections.abc import Mapping

from attrs import field, frozen

from ektp_core.long_number import numbers_apart
from ektp_core.refusal import Refusal as Refusal

_SIXTEEN_DIGITS = 10**15

Fact = str | int | tuple[str, ...]

_LONG_NUMBER = re.compile(r"(?<!\d)(\d{4})\d{12,}")
_DIGIT = re.compile(r"\d")


class EktpError(Exception):
    """Everything this project raises on purpose."""


def masked(fact: Fact) -> Fact:
    """Hide every run of sixteen digits or more but its first four (the province and regency).

    Also exactly sixteen with a blank, dot or dash between pieces, and what may be a NIK among other numbers.

    >>> masked("5203 0141 0190 0001, 08-12-2018: 5203.01.410190.0001"), masked("0812-3456-7890")
    ('5203************, 08-12-2018: 5203************', '0812-3456-7890')
    """
    if isinstance(fact, str):
        return _without_pieces(_LONG_NUMBER.sub(r"\1************", fact))
    if isinstance(fact, tuple):
        return tuple(str(masked(part)) for part in fact)
    return fact if abs(fact) < _SIXTEEN_DIGITS else masked(str(fact))


def masked_value(value: object) -> object:
    """A value of a log line, however deep, with every long number hidden; what is no plain value becomes its text.

    >>> masked_value({"5203014101900001": [5203014101900001, None, True]})
    {'5203************': ['5203************', None, True]}
    """
    match value:
        case None | bool() | float():
            return value
        case str() | int():
            return masked(value)
        case Mapping():
            return {str(masked(str(name))): masked_value(one) for name, one in value.items()}
        case list() | tuple() | set() | frozenset():
            return [masked_value(one) for one in value]
        case _:
            return masked(str(value))


def _without_pieces(text: str) -> str:
    shown, after = "", 0
    for start, end in numbers_apart(text, mistyped=True):
        if start >= after:
            shown += text[after:start] + "".join(_DIGIT.findall(text[start:end])[:4]) + "*" * 12
            after = end
    return shown + text[after:]


def _masked_facts(facts: Mapping[str, Fact]) -> dict[str, Fact]:
    return {name: masked(fact) for name, fact in facts.items()}


@frozen(str=False, repr=False)
class Refused(EktpError):
    """A rule said no. Holds which rule and the facts, not a sentence."""

    refusal: Refusal
    facts: Mapping[str, Fact] = field(factory=dict, converter=_masked_facts)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Refused):
            return NotImplemented
        return (self.refusal, self.facts) == (other.refusal, other.facts)

    def __hash__(self) -> int:
        return hash(self.refusal)

    def __str__(self) -> str:
        shown = ", ".join(f"{name}={_shown(fact)}" for name, fact in self.facts.items())
        return f"{self.refusal.value}: {shown}" if shown else self.refusal.value

    def __repr__(self) -> str:
        return f"Refused({self})"


def _shown(fact: Fact) -> str:
    return " ".join(fact) if isinstance(fact, tuple) else str(fact)
