"""Looking at a record's source again (pemeriksaan ulang): a check that grew too old, made anew.

Rule 23: printing is refused when a record was checked longer ago than the policy allows. Whoever
may bring the record in (rule 42) looks again and signs that it still stands as it is. A record
that changed is withdrawn and brought in anew; nothing of it is changed here.
"""

from attrs import frozen

from ektp_core.errors import Fact, Refusal, Refused
from ektp_core.flow.ask import Ask
from ektp_core.flow.cards_events import Rechecked
from ektp_core.flow.events import Event
from ektp_core.flow.founding import policy_in_force
from ektp_core.flow.locks import lock_of, row_for
from ektp_core.flow.previous_cards import importers, importing_key
from ektp_core.flow.rows import Record
from ektp_core.flow.view import View
from ektp_core.vocabulary.state import LockEvent


@frozen
class Recheck:
    """Say that the source of a waiting record was looked at again at `checked_ms` (UTC), and says the same."""

    record: str
    checked_ms: int


def refuse_old_check(view: View, name: str, at_ms: int) -> None:
    """Refuse to print what was looked at longer ago than the policy allows; hub and station alike.

    Raises:
        Refused: SOURCE_STALE.
    """
    record = view.row(Record, name)
    limit_ms = policy_in_force(view).checked_ms
    age_ms = at_ms - record.checked_ms if record else 0
    if age_ms > limit_ms:
        facts: dict[str, Fact] = {"record": name, "age_s": age_ms // 1000, "limit_s": limit_ms // 1000}
        raise Refused(Refusal.SOURCE_STALE, facts)


def decide_recheck(view: View, ask: Ask, body: Recheck) -> tuple[Event, ...]:
    """The record is as fresh as its last check."""
    row_for(lock_of(view, body.record), LockEvent.AUTHORISE)
    record = view.row(Record, body.record)
    assert record is not None, "a lock without its record"
    who, _ = importers(view, ask, record.office)
    if not record.checked_ms < body.checked_ms <= ask.at_ms + policy_in_force(view).message_ms:
        is_old = body.checked_ms <= record.checked_ms
        shape = "not after the last check" if is_old else "in the future"
        raise Refused(
            Refusal.BAD_VALUE,
            {"field": "checked_ms", "shape": shape, "expected": "the time of the registry's last check"},
        )
    return (Rechecked(body.record, importing_key(who), body.checked_ms, who.names),)
