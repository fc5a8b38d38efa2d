"""The machine of the print lock (mesin uji kunci cetak): one record's life, beside the oracle written by hand.

`LOCK` shows everything with every event, so that only the states are judged: use it for a bare
table of transitions. `LOCK_WITH_PROOFS` also sends events that lack one thing they need
(`ektp_testing.lock_lacks`): a second person, an older attempt, another station, no evidence. What
came up least often comes next. The model is `OracleRecord`, which reads no lock table.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache

from attrs import define, evolve, field

from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.state import LockEvent, LockState
from ektp_testing.lock_lacks import ALL_SHOWN, Lack, lacks, other_ways
from ektp_testing.operation import Arguments, Dice, Machine, NamedCheck, Operation, must
from ektp_testing.oracle import OracleRecord, Said
from ektp_testing.protocols import LockUnderTest

ALLOWED_IS_TAKEN = NamedCheck(
    "what_the_rules_allow_is_taken", "An event the rules allow now, with all its proofs, is taken."
)
FORBIDDEN_IS_REFUSED = NamedCheck(
    "what_the_state_forbids_is_refused", "An event that no rule allows from this state is refused, whatever is shown."
)
UNPROVEN_IS_REFUSED = NamedCheck(
    "what_lacks_its_proof_is_refused",
    "An event is refused when one thing it needs was not shown (rules 7, 15, 17, 25).",
)
A_REFUSAL_CHANGES_NOTHING = NamedCheck(
    "a_refused_event_changes_nothing", "After a refused event the lock, the attempt and every blank are as before."
)
STATES_AGREE = NamedCheck("the_state_is_the_one_it_leads_to", "An event leads to the one state the rules name.")
ATTEMPTS_RISE = NamedCheck(
    "an_attempt_has_its_own_number", "Each authorisation is a new attempt; no number comes again."
)
BLANKS_AGREE = NamedCheck(
    "the_blank_goes_where_the_event_says", "The attempt's blank lies in the bucket the rules name."
)
STOP_LIST_AGREES = NamedCheck(
    "what_must_not_be_used_is_stopped",
    "Lost, failed and void cards are on the stop list for ever, and nothing else is.",
)

LOCK_CHECKS = (
    ALLOWED_IS_TAKEN,
    FORBIDDEN_IS_REFUSED,
    A_REFUSAL_CHANGES_NOTHING,
    STATES_AGREE,
    ATTEMPTS_RISE,
    BLANKS_AGREE,
    STOP_LIST_AGREES,
)
PROOF_CHECKS = (*LOCK_CHECKS, UNPROVEN_IS_REFUSED)

_NAMES_A_CARD = (LockEvent.SETTLE_GOOD, LockEvent.SETTLE_BAD, LockEvent.SETTLE_LOST)

#: Events after which little or nothing can follow: drawn less often, so that lives are long.
_ENDINGS = frozenset({LockEvent.WITHDRAW, LockEvent.VOID, LockEvent.CARD_SEEN})


@cache
def _shown(blank: int, report: str) -> Said:
    return evolve(ALL_SHOWN, blank=blank, report=report)


@define(eq=False)
class LockWorld:
    """The lock under test, the oracle beside it, what was asked last, and how often what was drawn."""

    lock: LockUnderTest
    oracle: OracleRecord = field(factory=OracleRecord)
    was_taken: bool = True
    drawn: Counter[object] = field(factory=Counter)

    def said(self, event: LockEvent) -> Said:
        """Everything that can be shown with this event now."""
        return _shown(self._blank(event), self.oracle.report or f"digest {self.oracle.n}")

    def _blank(self, event: LockEvent) -> int:
        used = len(self.oracle.blanks)
        free = (n for n in range(1, used + 2) if self.oracle.blanks.get(n, Bucket.STOCK) is Bucket.STOCK)
        if event is LockEvent.START:
            return next(free)
        unbound = event in _NAMES_A_CARD and self.oracle.state is LockState.SUSPECT and not self.oracle.bound
        return 1_000 + self.oracle.n if unbound else 0


def _an_allowed_event(world: LockWorld, dice: Dice) -> Arguments:
    allowed = _allowed(world)
    event = dice.pick([one for one in allowed if one not in _ENDINGS] * 20 + allowed)
    if dice.number(0, 1) and event not in _ENDINGS:
        event = dice.pick(_rarest(world, [one for one in allowed if one not in _ENDINGS]))
    world.drawn[_stage(world, event)] += 1
    return {"event": event, "said": world.said(event), "check": ALLOWED_IS_TAKEN, "lacking": ""}


def _rarest(world: LockWorld, events: Sequence[LockEvent]) -> list[LockEvent]:
    """Those drawn least often at this stage of an attempt."""
    least = min(world.drawn[_stage(world, one)] for one in events)
    return [one for one in events if world.drawn[_stage(world, one)] == least]


def _stage(world: LockWorld, event: LockEvent) -> tuple[LockEvent, int]:
    return event, world.oracle.taken


def _another_way(world: LockWorld, dice: Dice) -> Arguments:
    event, lack, said = dice.pick(_ways(world))
    return {"event": event, "said": said, "check": ALLOWED_IS_TAKEN, "lacking": f": {lack}"}


def _a_forbidden_event(world: LockWorld, dice: Dice) -> Arguments:
    event = dice.pick([one for one in LockEvent if not world.oracle.can(one, world.said(one))])
    return {"event": event, "said": world.said(event), "check": FORBIDDEN_IS_REFUSED, "lacking": ""}


def _everything_forbidden(world: LockWorld, dice: Dice) -> Arguments:
    forbidden = [one for one in LockEvent if not world.oracle.can(one, world.said(one))]
    first = dice.number(0, len(forbidden) - 1)
    return {"events": forbidden[first:] + forbidden[:first], "state": _name(world.oracle.state)}


def _an_unproven_event(world: LockWorld, dice: Dice) -> Arguments:
    """One of those that were drawn least often."""
    found = _unproven(world)
    least = min(world.drawn[event, lack] for event, lack, _ in found)
    event, lack, said = dice.pick([one for one in found if world.drawn[one[0], one[1]] == least])
    world.drawn[event, lack] += 1
    return {"event": event, "said": said, "check": UNPROVEN_IS_REFUSED, "lacking": f", but {lack}"}


def _everything_unproven(world: LockWorld, _: Dice) -> Arguments:
    return {"found": _unproven(world), "state": _name(world.oracle.state)}


def _allowed(world: LockWorld) -> list[LockEvent]:
    return [event for event in LockEvent if world.oracle.can(event, world.said(event))]


def _unproven(world: LockWorld) -> list[tuple[LockEvent, str, Said]]:
    return [one for event in _allowed(world) for one in _changed(world, event, lacks, can=False)]


def _ways(world: LockWorld) -> list[tuple[LockEvent, str, Said]]:
    lasting = (event for event in _allowed(world) if event not in _ENDINGS)
    return [one for event in lasting for one in _changed(world, event, other_ways, can=True)]


def _changed(
    world: LockWorld, event: LockEvent, changes: Callable[[OracleRecord, LockEvent], Iterable[Lack]], *, can: bool
) -> Iterator[tuple[LockEvent, str, Said]]:
    """What is said with an event, changed in one thing, as far as the rules take it or do not."""
    for name, change in changes(world.oracle, event):
        said = evolve(world.said(event), **change)
        if world.oracle.can(event, said) is can:
            yield event, name, said


def _do(world: LockWorld, event: LockEvent, said: Said, check: NamedCheck, lacking: str) -> None:
    expected = world.oracle.can(event, said)
    answer = world.lock.do(event, said)
    world.was_taken = expected
    if expected:
        must(answer, ALLOWED_IS_TAKEN, f"{event.name} was refused")
        world.oracle.do(event, said)
    else:
        must(not answer, check, f"{event.name}{lacking} was taken")


def _do_all(world: LockWorld, events: Sequence[LockEvent], state: str) -> None:
    for event in events:
        _do(world, event, world.said(event), FORBIDDEN_IS_REFUSED, "")


def _fail_all(world: LockWorld) -> None:
    """Blank after blank, and once more when the attempt has had all it may take (rule 17)."""
    fails, is_taken = LockEvent.BLANK_FAILED, True
    while is_taken:
        _do(world, LockEvent.START, world.said(LockEvent.START), ALLOWED_IS_TAKEN, "")
        look(world)
        is_taken = world.oracle.can(fails, world.said(fails))
        _do(world, fails, world.said(fails), FORBIDDEN_IS_REFUSED, " of the last blank")
        if is_taken:
            look(world)


def _do_all_unproven(world: LockWorld, found: Sequence[tuple[LockEvent, str, Said]], state: str) -> None:
    for event, lack, said in found:
        _do(world, event, said, UNPROVEN_IS_REFUSED, f", but {lack},")


def look(world: LockWorld) -> None:
    """State, attempt, every blank the record ever took, and the stop list."""
    lock, oracle = world.lock, world.oracle
    refused = None if world.was_taken else A_REFUSAL_CHANGES_NOTHING
    shown = (_name(lock.state), _name(oracle.state))
    must(lock.state is oracle.state, refused or STATES_AGREE, f"the state is {shown[0]}, not {shown[1]}")
    must(lock.n == oracle.n, refused or ATTEMPTS_RISE, f"attempt {lock.n}, not {oracle.n}")
    for blank, bucket in oracle.blanks.items():
        found = lock.bucket_of(blank)
        must(found is bucket, refused or BLANKS_AGREE, f"blank {blank} is in {_name(found)}, not {_name(bucket)}")
        is_stopped = blank in oracle.revoked
        word = "not " if is_stopped else ""
        must(lock.is_stopped(blank) == is_stopped, refused or STOP_LIST_AGREES, f"blank {blank} is {word}stopped")


def _name(state: LockState | Bucket | None) -> str:
    return state.name if state else "none"


_TELLS = "{event.name}{lacking}"

_ALLOWED = Operation[LockWorld](
    "something_the_rules_allow",
    _TELLS,
    _an_allowed_event,
    _do,
    is_always_possible=True,
    makes_sense=lambda world: bool(_allowed(world)),
    weight=10,
)
_FORBIDDEN = Operation[LockWorld](
    "something_the_state_forbids",
    _TELLS,
    _a_forbidden_event,
    _do,
    is_illegal=True,
    weight=2,
)
_ALL_FORBIDDEN = Operation[LockWorld](
    "everything_the_state_forbids",
    "everything that is forbidden at {state}",
    _everything_forbidden,
    _do_all,
    is_illegal=True,
    weight=3,
)
_UNPROVEN = Operation[LockWorld](
    "something_without_its_proof",
    _TELLS,
    _an_unproven_event,
    _do,
    is_illegal=True,
    makes_sense=lambda world: bool(_allowed(world)),
    weight=2,
)
_ALL_UNPROVEN = Operation[LockWorld](
    "everything_without_its_proof",
    "everything that is allowed at {state}, each time without one of its proofs",
    _everything_unproven,
    _do_all_unproven,
    is_illegal=True,
    makes_sense=lambda world: bool(_allowed(world)),
    weight=4,
)
_ANOTHER_WAY = Operation[LockWorld](
    "something_allowed_in_another_way",
    _TELLS,
    _another_way,
    _do,
    is_always_possible=True,
    makes_sense=lambda world: bool(_ways(world)),
    weight=2,
)
_ALL_FAIL = Operation[LockWorld](
    "every_blank_fails",
    "blank after blank fails, until no more may be taken",
    lambda _, __: {},
    _fail_all,
    makes_sense=lambda world: world.oracle.state is LockState.AUTHORISED,
)

LOCK: Machine[LockUnderTest, LockWorld] = Machine(
    "lock", LockWorld, (_ALLOWED, _ALL_FAIL, _FORBIDDEN, _ALL_FORBIDDEN), LOCK_CHECKS, look, look
)
LOCK_WITH_PROOFS: Machine[LockUnderTest, LockWorld] = Machine(
    "lock with proofs",
    LockWorld,
    (_ALLOWED, _ALL_FAIL, _ANOTHER_WAY, _FORBIDDEN, _ALL_FORBIDDEN, _UNPROVEN, _ALL_UNPROVEN),
    PROOF_CHECKS,
    look,
    look,
)
