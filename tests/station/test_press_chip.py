"""What a chip shows after an interruption, in each profile, and what a printer that shows nothing leaves."""

from collections.abc import Callable

import pytest

from ektp_core.boundary.card_printer import Can, CardPosition
from ektp_core.flow.pressing import Conclude
from ektp_core.press.table import PROFILES
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.state import LockState, PressStep, Profile
from ektp_core.vocabulary.verdict import BlankPlace, Certainty, Outcome
from ektp_station import messages
from ektp_station.acts import Act, Failed
from ektp_station.press import TURNS, Phase
from tests.station.press_bench import FIRST, NEVER, OPERATOR, PRINTER, Bench

S, L = PressStep, LockState
ENCODE_FIRST, PRINT_FIRST, NO_CHIP = Profile.ENCODE_FIRST, Profile.PRINT_FIRST, Profile.NO_CHIP

#: Each alone makes a driver blind.
BLIND = (Can.CARD_POSITION, Can.COUNTS_FED, Can.READS_UID)
STEPS = [
    (profile, step) for profile, order in PROFILES.items() for step in order
    if step is not S.OUTCOME and (profile, step) != (NO_CHIP, S.UID_BOUND)
]  # fmt: skip


def _acts(bench: Bench) -> list[Act]:
    """Let everything happen, and say what the printer was told."""
    acts = []
    while bench.persists or bench.performs:
        if bench.persists:
            bench.commit()
        else:
            acts.append(bench.work().order.act)
    return acts


def _chip(bench: Bench, written: bytes, *, half: bool = False, dead: bool = False) -> None:
    card = bench.machine.inside
    assert card is not None
    card.written, card.is_half_written, card.has_dead_chip = written, half, dead
    bench.machine.read = ""


@pytest.mark.rule(22)
@pytest.mark.parametrize(
    ("profile", "step", "lacking"),
    [(*at, lacking) for at in STEPS for lacking in BLIND
     if lacking is not Can.READS_UID or at[1] not in (S.UID_BOUND, S.INTENT_ENCODE)],
)  # fmt: skip
def test_a_driver_that_lacks_any_evidence_leaves_every_interrupted_card_suspect(
    profile: Profile, step: PressStep, lacking: Can
) -> None:
    bench = Bench(profile=profile, lacks=lacking)
    bench.run_to(step)
    bench.kill()
    assert _acts(bench) == [Act.LOOK], "nothing but a look"
    assert (bench.lock_state(), bench.bucket(1)) == (L.SUSPECT, Bucket.SUSPECT)


@pytest.mark.parametrize("step", [S.START, S.FED, S.INTENT_MARK, S.EJECTED])
def test_on_a_blind_printer_every_interrupted_card_is_suspect(step: PressStep) -> None:
    bench = Bench(blind=True)
    bench.run_to(step)
    bench.kill()
    bench.settle()
    assert (bench.lock_state(), bench.bucket(1)) == (L.SUSPECT, Bucket.SUSPECT)


@pytest.mark.parametrize(("profile", "after"), [(ENCODE_FIRST, [Act.PREPARE, Act.MARK, Act.EJECT]), (PRINT_FIRST, [Act.EJECT])])
def test_a_chip_that_holds_all_of_it_is_not_written_again(profile: Profile, after: list[Act]) -> None:
    bench = Bench(profile=profile)
    bench.run_to(S.INTENT_ENCODE)
    bench.work_unseen()
    bench.kill()
    assert _acts(bench) == [Act.LOOK, *after]
    assert (bench.phase, bench.cards[0].is_good) == (Phase.ASKING, True)


@pytest.mark.parametrize(
    ("profile", "after"), [(ENCODE_FIRST, [Act.ENCODE, Act.PREPARE, Act.MARK, Act.EJECT]), (PRINT_FIRST, [Act.ENCODE, Act.EJECT])]
)
def test_an_empty_chip_of_the_same_card_is_written_and_the_picture_loaded_again(profile: Profile, after: list[Act]) -> None:
    """The machine was without power meanwhile: what it had in memory is gone."""
    bench = Bench(profile=profile)
    bench.run_to(S.INTENT_ENCODE)
    bench.machine.lose_power(0)
    bench.kill()
    assert _acts(bench) == [Act.LOOK, *after]
    assert (bench.phase, bench.cards[0].is_good, bool(bench.cards[0].written)) == (Phase.ASKING, True, True)


@pytest.mark.parametrize(("profile", "ends"), [(ENCODE_FIRST, L.AUTHORISED), (PRINT_FIRST, L.MISPRINTED)])
@pytest.mark.parametrize("written", [b"EK", b"somebody else"])
def test_a_half_written_chip_costs_the_blank_and_after_ink_the_attempt(profile: Profile, ends: LockState, written: bytes) -> None:
    bench = Bench(profile=profile)
    bench.run_to(S.INTENT_ENCODE)
    _chip(bench, written, half=written == b"EK")
    bench.kill()
    assert _acts(bench) == [Act.LOOK, Act.SET_ASIDE]
    assert (bench.lock_state(), bench.bucket(1), bench.cards[0].place) == (ends, Bucket.WASTE_HELD, "reject")


@pytest.mark.parametrize("profile", [ENCODE_FIRST, PRINT_FIRST])
def test_a_chip_that_cannot_be_read_at_all_leaves_doubt(profile: Profile) -> None:
    bench = Bench(profile=profile)
    bench.run_to(S.INTENT_ENCODE)
    _chip(bench, b"", dead=True)
    bench.kill()
    assert _acts(bench) == [Act.LOOK]
    assert (bench.lock_state(), bench.bucket(1)) == (L.SUSPECT, Bucket.SUSPECT)


@pytest.mark.parametrize(
    ("profile", "ends"),
    [(ENCODE_FIRST, (L.AUTHORISED, Bucket.WASTE_HELD)), (PRINT_FIRST, (L.SUSPECT, Bucket.SUSPECT))],
)
def test_a_driver_that_cannot_read_the_chip_claims_nothing_of_it(
    profile: Profile, ends: tuple[LockState, Bucket]
) -> None:
    """Before ink it costs a blank; a printed card may be good, and people look at it."""
    bench = Bench(profile=profile, lacks=Can.READS_CHIP)
    bench.run_to(S.INTENT_ENCODE)
    bench.work_unseen()
    bench.kill()
    assert bench.performs[0].order.chip == b"", "it is not asked either"
    assert _acts(bench)[-1] is Act.SET_ASIDE
    assert (bench.lock_state(), bench.bucket(1)) == ends
    assert bench.cards[0].place == "reject"


@pytest.mark.parametrize(("log", "ends"), [("volatile", L.SUSPECT), ("kept", L.SUSPECT)])
def test_a_printed_card_that_sticks_on_its_way_out_is_no_misprint_by_a_machines_word(log: str, ends: LockState) -> None:
    bench = Bench(profile=PRINT_FIRST, log=log)
    bench.run_to(S.INTENT_ENCODE)
    bench.work()
    assert bench.performs[0].order.act is Act.EJECT
    bench.machine.position = CardPosition.JAMMED
    bench.performs.clear()
    bench.put(messages.Drove(PRINTER, Failed("jam")))
    bench.settle()
    assert (bench.cards[0].is_good, bench.lock_state(), bench.cards[0].place) == (True, ends, "reject")


def test_a_printed_card_that_the_device_itself_calls_spoiled_is_a_misprint() -> None:
    bench = Bench(profile=PRINT_FIRST, log="kept")
    bench.run_to(S.INTENT_ENCODE)
    bench.work()
    bench.machine.strikes = {"printer_jam"}.__contains__
    bench.work()
    bench.machine.strikes = NEVER
    bench.settle()
    assert (bench.lock_state(), bench.bucket(1), bench.cards[0].place) == (L.MISPRINTED, Bucket.WASTE_HELD, "reject")


@pytest.mark.parametrize("step", [S.START, S.FED, S.UID_BOUND, S.INTENT_MARK, S.EJECTED])
def test_the_chip_is_read_only_where_something_may_have_been_written(step: PressStep) -> None:
    bench = Bench()
    bench.run_to(step)
    bench.kill()
    assert (bench.performs[0].order.act, bench.performs[0].order.chip) == (Act.LOOK, b"")


def test_a_printed_card_that_will_not_come_out_is_given_up_and_stays_suspect() -> None:
    """Printed and encoded, but never delivered: nobody has seen it."""
    bench, turns = Bench(profile=PRINT_FIRST), 0
    bench.run_to(S.INTENT_ENCODE)
    while bench.lock_state() is L.IN_PRESS:
        if bench.persists:
            bench.commit()
        elif bench.performs[0].order.act is Act.EJECT:
            turns += 1
            bench.performs.clear()
            bench.put(messages.Drove(PRINTER, Failed("the flap is closed")))
        else:
            bench.work()
    assert (turns, bench.lock_state(), bench.cards[0].place) == (1 + TURNS, L.SUSPECT, "reject")


@pytest.mark.parametrize("happens", [Bench.tick, lambda bench: bench.machine.lose_power(0)])
def test_a_card_noted_as_delivered_waits_for_its_operator_also_after_a_kill(happens: Callable[[Bench], None]) -> None:
    bench = Bench(log="volatile")
    bench.run_to(S.EJECTED)
    happens(bench)
    bench.kill()
    assert _acts(bench) == [Act.LOOK]
    assert bench.phase is Phase.ASKING
    bench.ask(Conclude(FIRST, 1, Outcome.GOOD, BlankPlace.OUTPUT, Certainty.OPERATOR), OPERATOR)
    bench.settle()
    assert bench.lock_state() is L.PRINTED


def test_a_card_noted_as_delivered_is_doubted_if_another_is_inside() -> None:
    bench = Bench()
    bench.run_to(S.EJECTED)
    bench.machine.inside, bench.machine.position = bench.machine.hopper.pop(0), CardPosition.HEAD
    bench.kill()
    bench.settle()
    assert bench.lock_state() is L.SUSPECT
