"""One step of the print lock (langkah kunci), beside the same table in `transitions`."""

from typing import Any

from transitions import Machine

from ektp_core.lock.step import step
from ektp_core.lock.table import TABLE
from ektp_core.vocabulary.state import LockEvent, LockState
from tests.benchmarks.timing import alternate

# A card's usual life, from ready to handed over, as far as it goes by one event a state.
_LIFE = (
    (LockState.READY, LockEvent.AUTHORISE),
    (LockState.AUTHORISED, LockEvent.START),
    (LockState.IN_PRESS, LockEvent.VERDICT_GOOD),
)


class _Model:
    """What a machine of `transitions` moves."""

    state: str


def _machine(model: _Model) -> Machine:
    states = [state.name for state in LockState]
    rows = [
        {"trigger": row.event.name, "source": row.source.name, "dest": row.target.name}
        for row in TABLE
        if row.source is not None and row.target is not None
    ]
    return Machine(model=model, states=states, transitions=rows, initial=LockState.READY.name, auto_transitions=False)


def measured(rounds: int, steps: int = 30_000) -> dict[str, Any]:
    """Nanoseconds a step."""
    model = _Model()
    machine = _machine(model)

    def ours() -> int:
        for _ in range(steps // 3):
            for state, event in _LIFE:
                step(state, event)
        return steps

    def theirs() -> int:
        count = steps // 30
        for _ in range(count):
            for state, event in _LIFE:
                machine.set_state(state.name)
                getattr(model, event.name)()
        return count * 3

    rates = alternate({"step": ours, "transitions": theirs}, rounds)
    return {
        "nanoseconds": {name: round(1e9 / rates.median(name)) for name in rates.per_second},
        "times as fast as transitions": round(rates.ratio("step", "transitions"), 1),
    }
