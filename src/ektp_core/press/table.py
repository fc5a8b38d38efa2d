"""The durable steps of one card (urutan cetak satu kartu), in three profiles.

Each step is written and flushed before the act that follows it, so a crash burns an
authorisation and never makes a second card. The order encode first, then print is the
field's since April 2017; the other two exist for older printers.

>>> [step.name for step in PROFILES[Profile.NO_CHIP]]
['START', 'FED', 'UID_BOUND', 'INTENT_MARK', 'EJECTED', 'OUTCOME']
>>> next_steps(Profile.NO_CHIP, PressStep.FED)
(<PressStep.UID_BOUND: 3>, <PressStep.INTENT_MARK: 5>)
"""

from ektp_core.vocabulary.state import PressStep, Profile

PROFILES: dict[Profile, tuple[PressStep, ...]] = {
    Profile.ENCODE_FIRST: (
        PressStep.START,
        PressStep.FED,
        PressStep.UID_BOUND,
        PressStep.INTENT_ENCODE,
        PressStep.INTENT_MARK,
        PressStep.EJECTED,
        PressStep.OUTCOME,
    ),
    Profile.PRINT_FIRST: (
        PressStep.START,
        PressStep.FED,
        PressStep.UID_BOUND,
        PressStep.INTENT_MARK,
        PressStep.INTENT_ENCODE,
        PressStep.EJECTED,
        PressStep.OUTCOME,
    ),
    Profile.NO_CHIP: (
        PressStep.START,
        PressStep.FED,
        PressStep.UID_BOUND,
        PressStep.INTENT_MARK,
        PressStep.EJECTED,
        PressStep.OUTCOME,
    ),
}

#: Steps a profile may leave out: a printer without a reader binds no chip.
OPTIONAL = frozenset({PressStep.UID_BOUND})

#: After this step ink may be on the card.
INK_FROM = PressStep.INTENT_MARK


def next_steps(profile: Profile, at: PressStep) -> tuple[PressStep, ...]:
    """Steps that follow when all goes well; a card can fail anywhere, so a verdict may follow any."""
    order = PROFILES[profile]
    follow: list[PressStep] = []
    for step in order[order.index(at) + 1 :]:
        follow.append(step)
        if step not in OPTIONAL:
            break
    return tuple(follow)


def has_ink(steps: tuple[PressStep, ...]) -> bool:
    """Whether ink may be on the card after these steps."""
    return INK_FROM in steps


def bears_ink(profile: Profile, at: PressStep) -> bool:
    """Whether ink may be on a card whose last noted step is this one.

    The order of the profile decides, not the number of the step:

    >>> bears_ink(Profile.ENCODE_FIRST, PressStep.INTENT_ENCODE)
    False
    >>> bears_ink(Profile.PRINT_FIRST, PressStep.INTENT_ENCODE)
    True
    """
    order = PROFILES[profile]
    return has_ink(order[: order.index(at) + 1])
