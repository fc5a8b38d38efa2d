"""What is looked at after each act and before the next: counters, presence, whose card it is, and what a look tells."""

from collections.abc import Callable
from typing import Any

import pytest

from ektp_core.boundary.card_printer import (
    Artwork,
    Bin,
    Condition,
    DriverError,
    DriverTimeout,
    Found,
    PrintToken,
    Recovery,
    ResetLevel,
    Settings,
    Severity,
    Station,
)
from ektp_driver_evolis.driver import EvolisPrinter
from ektp_driver_evolis.raster import panels
from ektp_driver_evolis.replies import Declined, StatusWords, write_status_words
from ektp_usb.port_status import PortStatus
from tests.drivers.evolis.scripted_line import SERIAL, ScriptedLine
from tests.drivers.evolis.test_raster import inked, png

MS = 3_000
TOKEN, NEXT = PrintToken("record", 1, 1), PrintToken("record", 2, 1)
pytestmark = pytest.mark.rule(22)


def meanwhile(line: ScriptedLine, **values: Any) -> Callable[[bytes], bytes]:
    """These things change in the printer before it answers as usual."""

    def change(reply: bytes) -> bytes:
        for name, value in values.items():
            setattr(line, name, value)
        return reply

    return change


@pytest.fixture
def ready(printer: EvolisPrinter, line: ScriptedLine, art: Artwork) -> EvolisPrinter:
    """A card at the head and its picture prepared."""
    printer.feed(MS)
    printer.prepare(art, MS)
    line.said.clear()
    return printer


def broken_off(printer: EvolisPrinter, line: ScriptedLine) -> None:
    """The line breaks within the second order of a mark, so nothing can be asked on it."""
    line.garble("Ss", meanwhile(line, short_after=2))
    with pytest.raises(DriverTimeout):
        printer.mark(TOKEN, MS)


# -- after a move -------------------------------------------------------------------------------


@pytest.mark.parametrize("counted", [1, 2, 2**32 - 1])
def test_a_move_that_took_a_card_is_an_error(ready: EvolisPrinter, line: ScriptedLine, counted: int) -> None:
    line.garble("Si", meanwhile(line, fed=(line.fed + counted) % 2**32))
    with pytest.raises(DriverError, match=f"counted {counted} cards taken and not 0"):
        ready.move(Station.HEAD, MS)
    assert line.said.count("Si") == 1


def test_a_move_after_which_no_card_is_inside_is_an_error(ready: EvolisPrinter, line: ScriptedLine) -> None:
    line.garble("Si", meanwhile(line, inside=False))
    with pytest.raises(DriverError, match="no card is inside"):
        ready.move(Station.HEAD, MS)
    assert line.said.count("Si") == 1


# -- after a mark -------------------------------------------------------------------------------


def test_a_card_that_is_gone_after_its_mark_is_an_error(ready: EvolisPrinter, line: ScriptedLine) -> None:
    line.garble("Db;o;2", meanwhile(line, inside=False))
    with pytest.raises(DriverError, match="no card is inside"):
        ready.mark(TOKEN, MS)


def test_a_card_that_is_still_inside_after_the_mark_that_ejects_is_an_error(
    printer: EvolisPrinter, line: ScriptedLine, art: Artwork
) -> None:
    line.ribbon = "kb"
    printer.feed(MS)
    printer.prepare(art, MS)
    line.garble("Se", meanwhile(line, inside=True))
    with pytest.raises(DriverError, match="still inside"):
        printer.mark(TOKEN, MS)


def test_a_card_put_in_after_one_that_the_mark_ejected_is_not_delivered(
    printer: EvolisPrinter, line: ScriptedLine, art: Artwork
) -> None:
    line.ribbon = "kb"
    printer.feed(MS)
    printer.prepare(art, MS)
    printer.mark(TOKEN, MS)
    printer.deliver(Bin.OUTPUT, MS)
    line.inside = True
    line.said.clear()
    with pytest.raises(DriverError, match="nothing is known"):
        printer.deliver(Bin.OUTPUT, MS)
    assert line.inside and "Se" not in line.said


@pytest.mark.parametrize("ribbon", ["ymcko", "kb"])
def test_a_card_that_came_out_is_not_remembered_as_inside(
    printer: EvolisPrinter, line: ScriptedLine, art: Artwork, ribbon: str
) -> None:
    line.ribbon = ribbon
    printer.feed(MS)
    printer.prepare(art, MS)
    printer.mark(TOKEN, MS)
    printer.deliver(Bin.OUTPUT, MS)
    line.short_after = 2
    with pytest.raises(DriverTimeout):
        printer.status(MS)
    printer.reset(ResetLevel.SOFT, MS)  # though nothing can be asked
    assert line.resets == 1


def test_a_card_that_was_marked_but_not_fed_here_may_lie_inside_too(
    printer: EvolisPrinter, line: ScriptedLine, art: Artwork
) -> None:
    line.inside = True  # an earlier process fed it
    printer.prepare(art, MS)
    broken_off(printer, line)
    with pytest.raises(DriverError, match="a card is inside, or was"):
        printer.reset(ResetLevel.SOFT, MS)
    assert line.resets == 0


# -- after a delivery ---------------------------------------------------------------------------


def test_a_shown_error_is_cleared_before_the_card_is_rejected_and_never_before_it_is_delivered(
    ready: EvolisPrinter, line: ScriptedLine
) -> None:
    line.answers["Db;m;128"] = line.answers["Ser"] = "ERR RIBBON"  # the error is shown, and keeps the card inside

    def cleared(reply: bytes) -> bytes:
        del line.answers["Ser"]
        return reply

    line.garble("Scs", cleared)
    with pytest.raises(Declined):
        ready.mark(TOKEN, MS)
    assert "Scs" not in line.said
    ready.recover(Recovery.REJECT_CARD, MS)
    assert not line.inside and [word for word in line.said if word.startswith("S")][-2:] == ["Scs", "Ser"]
    line.said.clear()
    ready.feed(MS)
    ready.deliver(Bin.OUTPUT, MS)
    assert "Scs" not in line.said


def test_a_new_card_is_not_judged_by_the_job_before(ready: EvolisPrinter, line: ScriptedLine) -> None:
    line.answers["Db;c;128"] = "ERR RIBBON"
    with pytest.raises(Declined):
        ready.mark(TOKEN, MS)
    ready.deliver(Bin.REJECT, MS)
    assert ready.look(TOKEN.job_key, MS).job is not None
    ready.feed(MS)
    assert ready.look(TOKEN.job_key, MS).job is None
    assert ready.observe("", MS).job_id == ""
    ready.deliver(Bin.OUTPUT, MS)  # a blank, and whole as it is: the job before had some of its panels only
    assert not line.inside


# -- a look -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("port", "condition", "severity"),
    [
        (PortStatus(False, True, True, 0x10), Condition.OTHER, Severity.ERROR),
        (PortStatus(False, False, False, 0x08), Condition.COVER_OPEN, Severity.WARNING),
        (PortStatus(True, True, False, 0x38), Condition.HOPPER_EMPTY, Severity.WARNING),
    ],
)
def test_what_the_port_says_stops_the_next_card(
    printer: EvolisPrinter, line: ScriptedLine, port: PortStatus, condition: Condition, severity: Severity
) -> None:
    assert not printer.status(MS).stops
    line.port = port
    (notice,) = printer.status(MS).stops
    assert (notice.condition, notice.severity, notice.vendor_code) == (condition, severity, f"port:{port.raw:02X}")


@pytest.mark.parametrize(("question", "reply"), [("Rem", "0;2"), ("Rmi", "F"), ("Rmk", "s;i")])
@pytest.mark.parametrize("words", ["", write_status_words(StatusWords()).decode()], ids=["blind", "seeing"])
def test_settings_that_changed_by_themselves_are_told_with_and_without_status_words(
    line: ScriptedLine, question: str, reply: str, words: str
) -> None:
    if words:
        line.answers["Rstw"] = words
    printer = EvolisPrinter(Found("evolis", "usb", SERIAL), line)
    printer.configure(Settings(), MS)
    assert not printer.status(MS).stops
    line.modes[question] = reply
    (notice,) = printer.status(MS).stops
    assert (notice.vendor_code, notice.severity) == ("Rem", Severity.WARNING)


# -- the picture --------------------------------------------------------------------------------


@pytest.mark.parametrize("colour", [(40, 40, 40), (40, 0, 0), (0, 40, 0), (0, 0, 40)])
def test_a_dot_of_40_is_black(colour: tuple[int, int, int]) -> None:
    yellow, magenta, cyan, black, _ = panels(png({(0, 0): colour}), "ymcko")
    assert inked(black) == {(0, 647): 1} and not (inked(yellow) or inked(magenta) or inked(cyan))


@pytest.mark.parametrize("colour", [(41, 41, 41), (41, 0, 0), (0, 41, 0), (0, 0, 41)])
def test_a_dot_of_41_is_dark_and_not_black(colour: tuple[int, int, int]) -> None:
    """Counted by hand: where the threshold moves, text or faces print in the wrong ink."""
    yellow, _, _, black, _ = panels(png({(0, 0): colour}), "ymcko")
    assert not inked(black) and set(inked(yellow)) == {(0, 647)}
