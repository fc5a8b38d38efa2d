"""The machine of the print lock (mesin uji kunci cetak): one record's life, beside the oracle written by hand.

`LOCK` shows everything with every event, so that only the states are judged: use it for a bare
table of transitions. `LOCK_WITH_PROOFS` also sends events that lack one thing they need: a
second person, an older attempt, another station, no evidence. The model is `OracleRecord`, which
reads no lock table.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from attrs import define, evolve, field

from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.state import LockEvent, LockState
from ektp_testing.operation import Arguments, Dice, Machine, NamedCheck, Operation, must
from ektp_testing.oracle import OracleRecord, Said, Signer
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

STATION, OTHER_STATION = "station/52.03/1", "station/52.03/2"
PEOPLE = (Signer("Andi", "centre"), Signer("Budi", "region"))

#: Everything shown, everybody asked; `blank` and `report` are set for each event.
ALL_SHOWN = Said(
    station=STATION,
    registry=True,
    people=PEOPLE,
    operator="Citra",
    reporter="Dewi",
    free_blanks=1,
    in_time=True,
    position_and_counter=True,
    shows_good=True,
    before_ink=True,
    in_hand=True,
    station_is_done=True,
    report="digest",
    balances=True,
)

_NAMES_A_CARD = (LockEvent.SETTLE_GOOD, LockEvent.SETTLE_BAD, LockEvent.SETTLE_LOST)

#: What each event must not lack: the proof, without which it is refused.
LACKING: Mapping[LockEvent, tuple[Mapping[str, Any], ...]] = {
    LockEvent.ENTER: ({"registry": False},),
    LockEvent.ENTER_LOCKED: ({"registry": False},),
    LockEvent.AUTHORISE: ({"free_blanks": 0}, {"is_held": True}, {"station": ""}),
    LockEvent.RETURN: ({"station": OTHER_STATION}, {"n": 0}),
    LockEvent.START: ({"in_time": False}, {"station": OTHER_STATION}, {"blank": 0}, {"n": 0}),
    LockEvent.PROVE_NOT_FED: ({"position_and_counter": False}, {"station": OTHER_STATION}),
    LockEvent.VERDICT_GOOD: ({"shows_good": False}, {"station": OTHER_STATION}, {"n": 0}),
    LockEvent.VERDICT_BAD: ({"station": OTHER_STATION}, {"n": 0}),
    LockEvent.BLANK_FAILED: ({"before_ink": False}, {"in_hand": False}),
    LockEvent.DOUBT: ({"station": OTHER_STATION}, {"n": 0}),
    LockEvent.SETTLE_GOOD: ({"people": PEOPLE[:1]}, {"people": ()}, {"blank": 9_999}, {"n": 0}),
    LockEvent.SETTLE_BAD: ({"people": PEOPLE[:1]}, {"people": (PEOPLE[0], Signer("Eko", "centre"))}, {"n": 0}),
    LockEvent.SETTLE_LOST: ({"people": PEOPLE[:1]}, {"people": (*PEOPLE, Signer("Citra", "office"))}),
    LockEvent.SETTLE_UNUSED: ({"people": PEOPLE[:1]}, {"station_is_done": False}),
    LockEvent.VOID: ({"people": PEOPLE[:1]}, {"people": (PEOPLE[0], PEOPLE[0])}),
    LockEvent.ACCEPT_REPORT: ({"balances": False}, {"report": ""}, {"reporter": ""}),
    LockEvent.UNLOCK: (
        {"people": PEOPLE[:1]},
        {"people": (PEOPLE[0], PEOPLE[0])},
        {"people": (PEOPLE[0], Signer("Eko", "centre"))},
        {"people": (Signer("Dewi", "centre"), PEOPLE[1])},
        {"report": "another"},
        {"n": 0},
    ),
    LockEvent.OPEN: ({"people": PEOPLE[:1]},),
}


#: Events after which little or nothing can follow: drawn less often, so that lives are long.
_ENDINGS = frozenset({LockEvent.WITHDRAW, LockEvent.VOID, LockEvent.CARD_SEEN})


@cache
def _shown(blank: int, report: str) -> Said:
    return evolve(ALL_SHOWN, blank=blank, report=report)


@define(eq=False)
class LockWorld:
    """The lock under test, the oracle beside it, and what was asked last."""

    lock: LockUnderTest
    oracle: OracleRecord = field(factory=OracleRecord)
    was_taken: bool = True

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
    event = dice.pick([one for one in allowed if one not in _ENDINGS] * 4 + allowed)
    return {"event": event, "said": world.said(event), "check": ALLOWED_IS_TAKEN, "lacking": ""}


def _a_forbidden_event(world: LockWorld, dice: Dice) -> Arguments:
    event = dice.pick([one for one in LockEvent if not world.oracle.can(one, world.said(one))])
    return {"event": event, "said": world.said(event), "check": FORBIDDEN_IS_REFUSED, "lacking": ""}


def _everything_forbidden(world: LockWorld, dice: Dice) -> Arguments:
    forbidden = [one for one in LockEvent if not world.oracle.can(one, world.said(one))]
    first = dice.number(0, len(forbidden) - 1)
    return {"events": forbidden[first:] + forbidden[:first], "state": _name(world.oracle.state)}


def _an_unproven_event(world: LockWorld, dice: Dice) -> Arguments:
    said, event, lacking = dice.pick(_unproven(world))
    named = ", ".join(f"{name}={value!r}" for name, value in lacking.items())
    return {"event": event, "said": said, "check": UNPROVEN_IS_REFUSED, "lacking": f" with {named}"}


def _allowed(world: LockWorld) -> list[LockEvent]:
    return [event for event in LockEvent if world.oracle.can(event, world.said(event))]


def _unproven(world: LockWorld) -> list[tuple[Said, LockEvent, Mapping[str, Any]]]:
    found = []
    for event in _allowed(world):
        for lacking in LACKING.get(event, ()):
            said = evolve(world.said(event), **_fitting(world, lacking))
            if not world.oracle.can(event, said):
                found.append((said, event, lacking))
    return found


def _fitting(world: LockWorld, lacking: Mapping[str, Any]) -> Mapping[str, Any]:
    """An older attempt is the one before the current one."""
    return {**lacking, "n": world.oracle.n - 1} if "n" in lacking else lacking


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
    weight=8,
)
_FORBIDDEN = Operation[LockWorld](
    "something_the_state_forbids",
    _TELLS,
    _a_forbidden_event,
    _do,
    is_illegal=True,
    weight=3,
)
_ALL_FORBIDDEN = Operation[LockWorld](
    "everything_the_state_forbids",
    "everything that is forbidden at {state}",
    _everything_forbidden,
    _do_all,
    is_illegal=True,
)
_UNPROVEN = Operation[LockWorld](
    "something_without_its_proof",
    _TELLS,
    _an_unproven_event,
    _do,
    is_illegal=True,
    makes_sense=lambda world: bool(_unproven(world)),
    weight=4,
)

LOCK: Machine[LockUnderTest, LockWorld] = Machine(
    "lock", LockWorld, (_ALLOWED, _FORBIDDEN, _ALL_FORBIDDEN), LOCK_CHECKS, look, look
)
LOCK_WITH_PROOFS: Machine[LockUnderTest, LockWorld] = Machine(
    "lock with proofs", LockWorld, (_ALLOWED, _FORBIDDEN, _ALL_FORBIDDEN, _UNPROVEN), PROOF_CHECKS, look, look
)
