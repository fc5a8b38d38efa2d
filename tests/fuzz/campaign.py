"""Every parser of device bytes, and one run over all of them (kampanye uji acak)."""

from collections.abc import Iterator
from functools import cache

from tests.fuzz import (
    recording,
    targets_chip,
    targets_cups,
    targets_evolis,
    targets_frames,
    targets_usb,
    targets_windows,
    whole_card,
)
from tests.fuzz.engine import Tally, Target, Trial, shares
from tests.fuzz.kept import KEPT

#: Inputs and seed of every day, and of `make slow`.
DAILY, DAILY_SEED = 1_000_000, 20_260
SLOW, SLOW_SEED = 10_000_000, 4_712


@cache
def targets() -> tuple[Target, ...]:
    """All of them."""
    replies, said = recording.evolis_replies(), recording.virtual_messages()
    return (
        *targets_usb.targets(),
        *targets_evolis.targets(replies),
        *whole_card.targets(replies),
        *targets_frames.targets(said),
        *targets_cups.targets(),
        *targets_windows.targets(),
        *targets_chip.targets(),
    )


def target(name: str) -> Target:
    """The one of that name (LookupError if there is none)."""
    found = {one.name: one for one in targets()}
    return found[name]


def run(inputs: int, seed: int, only: str = "") -> Iterator[Tally]:
    """Kept cases first, then made-up ones; `inputs` is shared among all targets, whichever of them run."""
    share = shares(targets(), inputs)
    for one in targets():
        if only in one.name:
            yield run_one(one, share[one.name], seed)


def run_one(one: Target, inputs: int, seed: int) -> Tally:
    """One target's part."""
    trial = Trial(one, seed)
    for kept in KEPT:
        why = trial.why(kept.data) if kept.target == one.name else ""
        if why:
            return Tally(one.name, 1, breaches=[trial.shrunk(kept.data, why)])
    return trial.run(inputs)
