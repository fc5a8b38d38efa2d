"""The durable steps of one card, in three profiles."""

from itertools import pairwise

import pytest

from ektp_core.press.table import INK_FROM, OPTIONAL, PROFILES, bears_ink, has_ink, next_steps
from ektp_core.vocabulary.state import PressStep, Profile

#: Typed by hand.
STEPS = {
    Profile.ENCODE_FIRST: "START FED UID_BOUND INTENT_ENCODE INTENT_MARK EJECTED OUTCOME",
    Profile.PRINT_FIRST: "START FED UID_BOUND INTENT_MARK INTENT_ENCODE EJECTED OUTCOME",
    Profile.NO_CHIP: "START FED UID_BOUND INTENT_MARK EJECTED OUTCOME",
}


@pytest.mark.parametrize("profile", Profile, ids=lambda profile: profile.value)
def test_a_profile_has_these_steps_in_this_order(profile: Profile) -> None:
    assert " ".join(step.name for step in PROFILES[profile]) == STEPS[profile]


@pytest.mark.parametrize("profile", Profile, ids=lambda profile: profile.value)
def test_each_step_is_followed_by_the_next_and_only_reading_the_chip_is_left_out(profile: Profile) -> None:
    order = PROFILES[profile]
    for here, after in pairwise(order):
        follow = next_steps(profile, here)
        assert follow[0] is after
        assert set(follow[:-1]) <= OPTIONAL == {PressStep.UID_BOUND}
        assert follow[-1] not in OPTIONAL


@pytest.mark.parametrize("profile", Profile, ids=lambda profile: profile.value)
def test_nothing_follows_the_outcome(profile: Profile) -> None:
    assert next_steps(profile, PressStep.OUTCOME) == ()


def test_a_printer_without_a_reader_goes_on_without_a_chip() -> None:
    assert next_steps(Profile.ENCODE_FIRST, PressStep.FED) == (PressStep.UID_BOUND, PressStep.INTENT_ENCODE)
    assert next_steps(Profile.NO_CHIP, PressStep.FED) == (PressStep.UID_BOUND, PressStep.INTENT_MARK)


@pytest.mark.parametrize("profile", Profile, ids=lambda profile: profile.value)
def test_no_step_comes_back(profile: Profile) -> None:
    """A card is marked at most once: the steps after a step never hold it again."""
    for step in PROFILES[profile]:
        assert step not in next_steps(profile, step)
    assert len(set(PROFILES[profile])) == len(PROFILES[profile])


#: Typed by hand: steps at which there is no ink for certain.
CLEAN = {
    Profile.ENCODE_FIRST: {"START", "FED", "UID_BOUND", "INTENT_ENCODE"},
    Profile.PRINT_FIRST: {"START", "FED", "UID_BOUND"},
    Profile.NO_CHIP: {"START", "FED", "UID_BOUND"},
}


@pytest.mark.rule(17)
@pytest.mark.parametrize("profile", Profile, ids=lambda profile: profile.value)
def test_ink_may_be_on_a_card_from_the_intent_to_mark_on(profile: Profile) -> None:
    """Where a card is printed first, it bears ink while it is encoded."""
    assert {step.name for step in PROFILES[profile] if not bears_ink(profile, step)} == CLEAN[profile]


def test_steps_bear_ink_when_the_intent_to_mark_is_among_them() -> None:
    assert not has_ink(())
    assert not has_ink((PressStep.START, PressStep.FED))
    assert has_ink((PressStep.START, INK_FROM))
