"""What this printer does by itself when it is let: the reasons why a host sets its error mode."""

from pathlib import Path

import pytest

from ektp_driver_virtual import messages
from ektp_driver_virtual.truth import Place
from tests.drivers.firmware.line import Line, command, download, printer_in

pytestmark = pytest.mark.rule(22)


def stopped_in_mode(tmp_path: Path, mode: int, mishap: str) -> tuple[Line, str]:
    """A printer in this error mode whose card went wrong at the second colour, and what it answered."""
    line = printer_in(tmp_path)
    assert line.ask(f"Pem;{mode}") == "OK"
    line.order(mishap)
    for one in ("Si", "Wcb;a", "Ss", "Sr"):
        assert line.ask(one) == "OK"
    line.say(download("y"))
    line.say(download("m"))
    return line, line.say(download("c"))


def test_mode_0_waits_and_prints_again_on_another_card(tmp_path: Path) -> None:
    line, answer = stopped_in_mode(tmp_path, 0, "jam mark")
    assert answer == "nothing"
    assert line.ask("Rsn") == "nothing", "nothing is carried out meanwhile"
    line.tell("mend")
    assert (line.hear(), line.hear()) == ("OK", "EV-0001")
    first, second = line.truth.cards["T 1"], line.truth.cards["T 2"]
    assert (first.place, first.marks) == (Place.JAMMED_REMOVED, 1)
    assert (second.panels, second.marks) == ("ym", 1), "one leave to print, two cards with ink on them"
    for one in "ko":
        assert line.say(download(one)) == "OK"
    assert line.ask("Se") == "OK"
    assert line.truth.cards["T 2"].printed_good
    assert line.ask("Rco;c") == "2"


def test_mode_0_prints_over_the_same_card_when_it_is_still_there(tmp_path: Path) -> None:
    line, answer = stopped_in_mode(tmp_path, 0, "ribbon-out mark")
    assert answer == "nothing"
    line.panel(messages.NewRibbon())
    assert line.hear() == "OK"
    card = line.truth.cards["T 1"]
    assert (card.marks, card.spoiled) == (2, True)


def test_mode_0_prints_the_whole_card_again_when_the_end_went_wrong(tmp_path: Path) -> None:
    line = printer_in(tmp_path)
    line.ask("Pem;0")
    line.order("jam panel 5")
    for one in ("Si", "Wcb;a", "Ss", "Sr"):
        line.ask(one)
    for one in "ymcko":
        line.say(download(one))
    assert line.ask("Se") == "nothing"
    line.tell("mend")
    assert line.hear() == "OK"
    assert [line.truth.cards[one].marks for one in ("T 1", "T 2")] == [1, 1]
    assert line.truth.cards["T 2"].place is Place.OUTPUT


@pytest.mark.parametrize("mode", [2, 3, 16, 18])
def test_other_modes_answer_and_print_nothing_more(tmp_path: Path, mode: int) -> None:
    line, answer = stopped_in_mode(tmp_path, mode, "jam mark")
    assert answer == "ERR MECHANICAL"
    line.tell("mend")
    assert line.hear() == "nothing"
    assert not line.truth.cards["T 2"].fed
    assert line.ask("Rsn") == "EV-0001"


def test_a_printer_fresh_from_the_factory_is_in_the_dangerous_mode(tmp_path: Path) -> None:
    from ektp_firmware_evolis.printer import EvolisPrinter

    printer = EvolisPrinter(tmp_path)
    printer.switch_on()
    line = Line(printer).open()
    assert (line.ask("Rem"), line.ask("Rmi")) == ("0;0", "F")


def test_insertion_from_the_hopper_only_brings_two_cards_together(tmp_path: Path) -> None:
    line = printer_in(tmp_path)
    line.ask("Pmi;F")
    assert (line.ask("Si"), line.ask("Si")) == ("OK", "ERR MECHANICAL")
    line.tell("mend")
    assert [line.truth.cards[one].place for one in ("T 1", "T 2")] == [Place.JAMMED_REMOVED] * 2


def test_ejection_that_inserts_brings_a_card_nobody_asked_for(tmp_path: Path) -> None:
    line = printer_in(tmp_path)
    line.ask("Pmk;s;i")
    line.print_card()
    assert (line.ask("Rco;c"), line.truth.inside) == ("2", "T 2")


def test_a_dead_hosts_print_is_finished_by_the_next_ones_end(tmp_path: Path) -> None:
    line = printer_in(tmp_path)
    for one in ("Si", "Ss", "Sr"):
        line.ask(one)
    for one in "ymcko":
        line.say(download(one))
    line.printer.bus.close(line.handle)
    again = Line(line.printer).open()
    assert again.say(command("Se")) == "OK"
    assert line.truth.cards["T 1"].printed_good
