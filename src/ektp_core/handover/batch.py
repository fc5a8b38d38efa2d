"""A batch (daftar penyerahan): a named list whose cards are handed out together (rule 35).

It opens when every member is printed, or when the head closes it naming the missing ones.
Members whose card was misprinted, is suspect or was withdrawn never hold it; urgent members
are not waited for and do not wait.

>>> waiting({"52.03-000001": LockState.PRINTED, "52.03-000002": LockState.IN_PRESS})
('52.03-000002',)
>>> waiting({"52.03-000001": LockState.PRINTED, "52.03-000002": LockState.SUSPECT})
()
"""

from collections.abc import Collection, Mapping

from ektp_core.vocabulary.state import LockState

_PRINTED = LockState.PRINTED
#: Nobody can say when a card of such a member comes, so nobody waits for it.
_NEVER_HOLD = frozenset({LockState.MISPRINTED, LockState.SUSPECT, LockState.REPORTED, LockState.WITHDRAWN})


def waiting(members: Mapping[str, LockState], spoiled: Collection[str] = ()) -> tuple[str, ...]:
    """The members a batch still waits for, in order.

    Args:
        members: the state of each member's lock.
        spoiled: members that had a card spoiled or lost before; unlocked again, they still do not hold the batch.
    """
    settled = _NEVER_HOLD | {_PRINTED}
    return tuple(sorted(one for one, state in members.items() if state not in settled and one not in spoiled))


def missing(members: Mapping[str, LockState]) -> tuple[str, ...]:
    """The members without a printed card, in order: what the head names when closing the list."""
    return tuple(sorted(one for one, state in members.items() if state is not _PRINTED))
