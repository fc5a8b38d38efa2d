"""A refusal on its way (penolakan di kawat): to plain values and back, and its HTTP status.

Code and facts travel, never sentences: the reader writes the sentence in the language of its
user. What is no refusal of ours, or has facts of another kind, is itself MALFORMED, so that a
hub of a newer version cannot make an older client do anything but say so.

>>> plain = refused_to_plain(Refused(Refusal.NO_BLANK, {"station": "station/52.03/1"}))
>>> plain
{'code': 'NO_BLANK', 'facts': {'station': 'station/52.03/1'}}
>>> refused_from_plain(plain)
Refused(NO_BLANK: station=station/52.03/1)
"""

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from ektp_core.errors import Fact, Refusal, Refused
from ektp_core.flow.codec import fill

_STATUS: Mapping[Refusal, int] = {
    Refusal.MALFORMED: 400,
    Refusal.BAD_SIGNATURE: 403,
    Refusal.UNKNOWN_KEY: 403,
    Refusal.REVOKED_KEY: 403,
    Refusal.NOT_ALLOWED: 403,
    Refusal.OVERSIZED: 413,
    Refusal.NOT_REACHED: 503,
    Refusal.BOOK_FULL: 503,
    Refusal.BOOK_UNSURE: 503,
}


@frozen
class _Plain:
    code: str
    facts: dict[str, str | int | tuple[str, ...]] = field(factory=dict)


def refused_to_plain(refused: Refused) -> dict[str, Any]:
    """Code and facts as JSON knows them."""
    facts = {name: list(fact) if isinstance(fact, tuple) else fact for name, fact in refused.facts.items()}
    return {"code": refused.refusal.value, "facts": facts}


def refused_from_plain(plain: object) -> Refused:
    """The refusal `refused_to_plain` wrote.

    Raises:
        Refused: MALFORMED for anything else, also for a code this version does not know.
    """
    found = fill(plain, _Plain, "refused")
    facts: dict[str, Fact] = dict(found.facts)
    for member in Refusal:
        if member.value == found.code:
            return Refused(member, facts)
    raise Refused(Refusal.MALFORMED, {"field": "refused.code", "expected": "a known code", "shape": "an unknown one"})


def status_of(refused: Refused) -> int:
    """The HTTP status a refusal is answered with; 409 (conflict with what is so) for most."""
    return _STATUS.get(refused.refusal, 409)
