"""From a failing story to a short one (memperpendek cerita): what is left is needed for the finding.

Whole kinds of trouble are taken out first, then single misfortunes, each time by living through
the seed again; what does not end in the same finding is put back. The number of tries is bounded.
"""

from attrs import evolve, frozen

from ektp_testing.sim.options import Options, kinds_of_trouble
from ektp_testing.sim.story import Told, run

MOST_TRIES = 150


@frozen
class Shrunk:
    """A shorter story with the same finding. `changes`: what `ektp simulate --options` needs to tell it again."""

    told: Told
    options: Options
    changes: tuple[str, ...]
    tries: int


def shrink(told: Told, options: Options, most_tries: int = MOST_TRIES) -> Shrunk:
    """Take out of a story whatever it does not need."""
    best, changed, tries = told, dict[str, str](), 0
    now = options
    for kind in kinds_of_trouble():
        if not getattr(now, kind) or tries >= most_tries:
            continue
        shorter, tries = evolve(now, **{kind: type(getattr(now, kind))(0)}), tries + 1
        found = run(told.seed, shorter)
        if found.check == told.check:
            best, now = found, shorter
            changed[kind] = "0"
    left_out: tuple[int, ...] = now.without
    for number, _ in reversed(best.strikes):
        if tries >= most_tries:
            break
        shorter, tries = evolve(now, without=(*left_out, number)), tries + 1
        found = run(told.seed, shorter)
        if found.check == told.check:
            best, now, left_out = found, shorter, shorter.without
    if left_out:
        changed["without"] = ",".join(map(str, sorted(left_out)))
    changes = tuple(f"{name}={value}" for name, value in changed.items())
    return Shrunk(best, now, changes, tries)


def replay_command(seed: int, changes: tuple[str, ...]) -> str:
    """The command that tells a story again."""
    return " ".join((f"ektp simulate --seed {seed}", *(f"--option {one}" for one in changes)))
