"""The station's own hands on a queue: what its printer thread does for one card, in its order."""

from collections.abc import Callable

import pytest

from ektp_core.boundary.card_printer import Artwork
from ektp_core.boundary.driver_bench import Lies
from ektp_core.press.evidence import Evidence
from ektp_core.press.recover import Answer, recover
from ektp_core.vocabulary.state import PressStep
from ektp_core.vocabulary.verdict import Certainty, Outcome
from ektp_station.acts import Act, Done, Order, Result
from ektp_station.config import PrinterConfig
from ektp_station.judging import fed_count
from ektp_station.machine import Machine
from tests.drivers.cups.conftest import MS, Office
from tests.drivers.queue_office import token

pytestmark = [pytest.mark.processes, pytest.mark.rule(22)]


def _done(result: Result) -> Done:
    assert isinstance(result, Done), result
    return result


def test_a_station_makes_a_card_through_a_queue_and_is_left_with_nothing_but_the_operators_eyes(
    office: Callable[..., Office],
) -> None:
    at = office()
    config = PrinterConfig("A", "cups", at.bench.hint, at.bench.serial, timeout_ms=MS)
    machine = Machine(config, lambda _: Artwork(at.picture))
    try:
        assert machine.open().is_blind
        look = _done(machine.carry_out(Order(Act.LOOK))).look
        assert (look.status.stops, fed_count(look)) == ((), -1)
        for act in (Act.FEED, Act.PREPARE, Act.MARK, Act.EJECT):
            seen = _done(machine.carry_out(Order(act, token(), b"payload")))
        assert seen.look.job is not None
        verdict = seen.look.job.verdict
        assert (verdict.outcome, verdict.certainty) == (Outcome.UNKNOWN, Certainty.TRANSPORT)
        assert [one.lies for one in at.marked()] == [Lies.OUTPUT] and at.marked()[0].whole
        _done(machine.carry_out(Order(Act.CHECK)))
    finally:
        machine.let_go()


def test_of_a_queue_every_interrupted_step_is_in_doubt(office: Callable[..., Office]) -> None:
    can = office().open().capabilities(MS)
    assert all(recover(step, Evidence(blind=can.is_blind)) is Answer.DOUBT for step in PressStep)
