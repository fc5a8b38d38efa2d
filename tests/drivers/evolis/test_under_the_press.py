"""The real press over this driver over the model of the firmware: what the book says, against the plastic."""

from contextlib import suppress
from pathlib import Path

import pytest

from ektp_core.boundary.card_printer import DriverError, Settings
from ektp_core.vocabulary.state import LockState
from ektp_driver_evolis.driver import EvolisPrinter
from ektp_driver_virtual.truth import CardTruth, Place
from ektp_firmware_evolis import person
from ektp_station import messages
from ektp_station.acts import Act, Failed, Order, Result, perform
from ektp_station.press import Phase
from tests.drivers.evolis.scripted_line import drawn
from tests.drivers.evolis.test_on_firmware import MS, model_in, on
from tests.drivers.firmware.line import Line
from tests.station.press_bench import PRINTER, Bench

pytestmark = pytest.mark.rule(22)
MOST = 60
SOON_MS = 2_000  # for an act whose reply is lost: to wait longer shows nothing more
GOES_WRONG = [
    ("cover-open now", Act.EJECT),
    ("panel-cancel now", Act.EJECT),
    ("reboot now", Act.EJECT),
    ("power-cut feed", Act.FEED),
    ("jam mark", Act.MARK),
    ("lost-reply mark", Act.MARK),
    ("lost-reply deliver", Act.EJECT),
    ("cover-open deliver", Act.EJECT),
]


def carried_out(
    model: Line, printer: EvolisPrinter | None, order: Order, timeout_ms: int = MS
) -> tuple[EvolisPrinter | None, Result]:
    """One order as a station's worker does it: after each failure the driver is given up, and a person mends."""
    try:
        if printer is None:
            printer = on(model)
            printer.configure(Settings(), MS)
        result = perform(printer, order, drawn(), timeout_ms)
    except DriverError as error:
        result = Failed(str(error))
    if isinstance(result, Failed):
        with suppress(DriverError):
            if printer is not None:
                printer.close()
        printer = None
        person.mend(model.printer)
    return printer, result


def run(model: Line, bench: Bench, mishap: str = "", at: Act | None = None) -> list[str]:
    """One card until the press rests, asks or shuts; every act, with a mark behind those that failed."""
    printer: EvolisPrinter | None = on(model)
    assert printer is not None
    printer.configure(Settings(), MS)
    bench.put(messages.PrinterUp(PRINTER, printer.capabilities(MS)))
    acts: list[str] = []
    for _ in range(MOST):
        if bench.persists:
            bench.commit()
        elif bench.performs:
            order = bench.performs.pop(0).order
            if order.act is at:
                model.order(mishap)
                if mishap.endswith("now"):
                    person.mend(model.printer)  # opened and closed again, as if nothing had been
            is_lost = order.act is at and mishap.startswith("lost")
            printer, result = carried_out(model, printer, order, SOON_MS if is_lost else MS)
            acts.append(order.act.name + ("!" if isinstance(result, Failed) else ""))
            bench.put(messages.Drove(PRINTER, result))
        elif bench.phase in (Phase.ASKING, Phase.SHUT) or bench.lock_state() is LockState.SUSPECT:
            break
        else:
            bench.tick()
    if printer is not None:
        printer.close()
    return acts


def cards(model: Line) -> list[CardTruth]:
    """Every card that left the hopper."""
    return [card for card in model.truth.cards.values() if card.place is not Place.HOPPER]


@pytest.mark.parametrize("ribbon", ["ymcko", "kb"])
@pytest.mark.parametrize("shows_words", [False, True])
def test_a_whole_card_ends_before_an_operator(tmp_path: Path, ribbon: str, shows_words: bool) -> None:
    model, bench = model_in(tmp_path, shows_words=shows_words), Bench()
    model.printer.firmware.memory.put_in(ribbon)
    assert run(model, bench) == ["LOOK", "FEED", "PREPARE", "MARK", "EJECT"]
    assert (bench.phase, bench.lock_state()) == (Phase.ASKING, LockState.IN_PRESS)
    (card,) = cards(model)
    assert card.printed_good and card.place is Place.OUTPUT and card.marks == 1


@pytest.mark.parametrize("shows_words", [False, True])
@pytest.mark.parametrize(("mishap", "at"), GOES_WRONG)
def test_a_card_that_may_not_be_whole_is_suspect_and_nobody_is_asked_to_call_it_good(
    tmp_path: Path, mishap: str, at: Act, shows_words: bool
) -> None:
    model, bench = model_in(tmp_path, shows_words=shows_words), Bench()
    acts = run(model, bench, mishap, at)
    assert f"{at.name}!" in acts and acts.count("MARK") + acts.count("MARK!") <= 1
    assert bench.lock_state() is LockState.SUSPECT
    assert len(cards(model)) == 1 and cards(model)[0].marks <= 1
