"""What each order does to a printer, and that whatever goes wrong comes back as a value."""

from random import Random

import pytest

from ektp_core.boundary.card_printer import Artwork, CardPosition, PrintToken
from ektp_core.vocabulary.verdict import Outcome
from ektp_station.acts import Act, Done, Failed, Order, perform, spoiled
from ektp_testing.sim.plastic import Card
from ektp_testing.sim.printer import Machine
from tests.station.press_bench import NEVER

ART, TOKEN = Artwork(b"picture"), PrintToken("52.03-000001", 1, 1)


def _machine(log: str = "kept", *, blind: bool = False) -> Machine:
    machine = Machine("p1", Random(1), lambda: 0, lambda _: None, NEVER, log, blind)
    machine.hopper = [Card(1, "00000000000001", "hopper"), Card(2, "00000000000002", "hopper")]
    return machine


def _done(machine: Machine, act: Act) -> Done:
    result = perform(machine, Order(act, TOKEN, chip=b"" if act is Act.LOOK else b"content"), ART, 1_000)
    assert isinstance(result, Done), result
    return result


def test_a_card_is_made_order_by_order_and_each_ends_with_a_look() -> None:
    machine = _machine()
    assert _done(machine, Act.LOOK).look.status.position is CardPosition.NONE
    assert _done(machine, Act.FEED).look.status.position is CardPosition.HOPPER_EXIT
    assert _done(machine, Act.READ_UID).uid == "00000000000001"
    _done(machine, Act.PREPARE)
    assert _done(machine, Act.ENCODE).chip_fits is True
    marked = _done(machine, Act.MARK)
    assert marked.job is not None
    assert marked.job.verdict.outcome is Outcome.GOOD
    assert not spoiled(marked)
    assert _done(machine, Act.EJECT).look.status.position is CardPosition.NONE


def test_whatever_the_driver_raises_comes_back_as_failed() -> None:
    machine = _machine()
    machine.lose_power(5_000)
    for act in Act:
        assert isinstance(perform(machine, Order(act, TOKEN), ART, 1_000), Failed)


def test_nothing_is_tried_twice() -> None:
    machine = _machine()
    machine.strikes = {"printer_silent"}.__contains__
    assert isinstance(perform(machine, Order(Act.FEED, TOKEN), ART, 1_000), Failed)
    assert len(machine.fed_ever) == 1


def test_a_look_names_the_chip_of_a_card_that_lies_free_inside() -> None:
    machine = _machine()
    _done(machine, Act.FEED)
    seen = _done(machine, Act.LOOK)
    assert (seen.uid, seen.look.uid, seen.look.status.position) == (
        "00000000000001", "00000000000001", CardPosition.CONTACTLESS,
    )  # fmt: skip


@pytest.mark.parametrize("position", [CardPosition.JAMMED, CardPosition.EXIT, CardPosition.TRANSFER])
def test_a_look_moves_no_card_that_is_stuck_or_on_its_way_out(position: CardPosition) -> None:
    machine = _machine()
    _done(machine, Act.FEED)
    machine.position = position
    seen = _done(machine, Act.LOOK)
    assert (seen.uid, seen.look.status.position) == ("", position)


def test_a_look_at_a_dead_chip_is_still_a_look() -> None:
    machine = _machine()
    machine.hopper[0].has_dead_chip = True
    _done(machine, Act.FEED)
    assert _done(machine, Act.LOOK).uid == ""


@pytest.mark.parametrize("position", [CardPosition.CONTACTLESS, CardPosition.EXIT])
@pytest.mark.parametrize(
    ("holds", "half", "written"), [(b"", False, False), (b"content", False, True), (b"con", True, None), (b"other", False, None)]
)
def test_a_look_for_the_chip_says_whether_it_holds_what_was_ordered(
    position: CardPosition, holds: bytes, half: bool, written: bool | None
) -> None:
    machine = _machine()
    _done(machine, Act.FEED)
    card, machine.position = machine.inside, position
    assert card is not None
    card.written, card.is_half_written = holds, half
    seen = perform(machine, Order(Act.LOOK, TOKEN, chip=b"content"), ART, 1_000)
    assert isinstance(seen, Done)
    assert (seen.uid, seen.chip_written) == (card.uid, written)


def test_a_restart_that_the_first_glance_told_is_not_forgotten_by_the_second() -> None:
    """A device says only once that it restarted; a look takes two glances."""
    machine = _machine()
    _done(machine, Act.FEED)
    machine.lose_power(0)
    assert _done(machine, Act.LOOK).look.status.rebooted


@pytest.mark.parametrize("position", [CardPosition.HEAD, CardPosition.JAMMED])
def test_a_card_set_aside_lies_in_the_reject_tray(position: CardPosition) -> None:
    machine = _machine()
    _done(machine, Act.FEED)
    card, machine.position = machine.inside, position
    _done(machine, Act.SET_ASIDE)
    assert card is not None
    assert card.place == "reject"


def test_a_device_that_says_the_job_went_wrong_is_believed_and_one_that_cannot_tell_is_not_heard() -> None:
    blind, kept = _machine(blind=True), _machine("complete")
    for machine in (blind, kept):
        for act in (Act.FEED, Act.PREPARE):
            _done(machine, act)
    assert not spoiled(_done(blind, Act.MARK))
    never = perform(kept, Order(Act.LOOK, TOKEN), ART, 1_000)
    assert isinstance(never, Done)
    assert spoiled(Done(never.look, job=never.look.job))


def test_the_payload_and_the_chips_content_are_not_shown() -> None:
    order = Order(Act.ENCODE, TOKEN, b"payload of a person", b"chip of a person")
    assert "person" not in repr(order)
    assert order.job_key == "52.03-000001/1/1"
