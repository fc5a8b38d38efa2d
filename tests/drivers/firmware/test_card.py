"""One card's way, as the language tells it: what is done, when it is answered, and what the plastic shows."""

from pathlib import Path

import pytest
from PIL import Image

from ektp_core.boundary.card_printer import CardPosition
from ektp_driver_virtual.truth import Place, read_truth
from tests.drivers.firmware.line import Line, command, download, printer_in


@pytest.fixture
def line(tmp_path: Path) -> Line:
    """A printer with three blanks, host handles errors."""
    return printer_in(tmp_path)


def counters(line: Line) -> tuple[int, int]:
    """Cards and panels as the printer shows them."""
    return int(line.ask("Rco;c")), int(line.ask("Rco;p"))


def test_a_whole_card_is_one_picture_in_the_tray(line: Line, tmp_path: Path) -> None:
    assert set(line.print_card()) == {"OK"}
    card = line.truth.cards["T 1"]
    assert (card.place, card.marks, card.panels, card.printed_good) == (Place.OUTPUT, 1, "ymcko", True)
    assert counters(line) == (1, 5)
    assert read_truth(tmp_path).cards == line.truth.cards, "what is on the disk is what is"
    with Image.open(tmp_path / card.picture) as picture:
        assert picture.size == (1016, 648)
        assert picture.getpixel((10, 10)) != (255, 255, 255)


def test_a_panel_is_printed_when_the_next_came_and_the_last_by_the_end(line: Line) -> None:
    assert [line.ask(one) for one in ("Si", "Ss", "Sr")] == ["OK"] * 3
    shown = []
    for colour in "ymcko":
        assert line.say(download(colour)) == "OK"
        shown.append(counters(line)[1])
    assert shown == [0, 1, 2, 3, 4]
    assert line.truth.position is CardPosition.HEAD
    assert line.ask("Rlr;p") == "ERR CARD"
    assert line.ask("Se") == "OK"
    assert counters(line) == (1, 5)
    assert line.ask("Rlr;p") == "NO CARD"


def test_no_ink_before_the_second_download(line: Line) -> None:
    for one in ("Si", "Ss", "Sr"):
        line.ask(one)
    line.say(download("y"))
    assert not line.truth.cards["T 1"].marked
    line.say(download("m"))
    assert line.truth.cards["T 1"].marked


def test_a_download_outside_a_print_prints_nothing(line: Line) -> None:
    line.ask("Si")
    assert [line.say(download(one)) for one in "ymcko"] == ["OK"] * 5
    assert line.ask("Se") == "OK"
    card = line.truth.cards["T 1"]
    assert (card.marked, card.place) == (False, Place.OUTPUT)


@pytest.mark.parametrize(
    ("words", "at"), [("Si", CardPosition.HEAD), ("Sis", CardPosition.CONTACT), ("Sic", CardPosition.CONTACTLESS)]
)
def test_a_move_takes_a_card_once(line: Line, words: str, at: CardPosition) -> None:
    assert line.ask(words) == "OK"
    assert line.truth.position is at
    for one in ("Sic", "Sis", "Si", words):
        assert line.ask(one) == "OK"
    assert counters(line) == (1, 0)
    assert line.ask("Ser") == "OK"
    assert line.truth.cards["T 1"].place is Place.REJECT
    assert (line.ask("Ser"), line.ask("Se")) == ("ERR CARD", "ERR CARD")


def test_a_print_that_is_rejected_lays_nothing_more(line: Line) -> None:
    for one in ("Si", "Ss", "Sr"):
        line.ask(one)
    line.say(download("y"))
    line.say(download("m"))
    assert line.ask("Ser") == "OK"
    card = line.truth.cards["T 1"]
    assert (card.panels, card.place, card.spoiled) == ("y", Place.REJECT, True)


def test_one_colour_is_printed_and_brought_out_by_the_end(tmp_path: Path) -> None:
    line = printer_in(tmp_path, ribbon="kb")
    assert set(line.print_card("k")) == {"OK"}
    assert line.truth.cards["T 1"].printed_good
    line.ask("Si")
    line.ask("Ss")
    assert line.say(download("y")) == "ERR PARAMETER", "the ribbon has no yellow"


def test_what_was_begun_anew_is_printed_over(line: Line) -> None:
    for one in ("Si", "Ss", "Sr"):
        line.ask(one)
    line.say(download("y"))
    line.say(download("m"))
    line.ask("Ss")
    line.say(download("y"))
    line.say(download("m"))
    card = line.truth.cards["T 1"]
    assert (card.marks, card.spoiled) == (2, True)


def test_pictures_stay_until_they_are_cleared(line: Line) -> None:
    line.print_card()
    assert line.ask("Ssd;y") == "ERR PARAMETER", "the card's last step cleared them"
    for one in "ymcko":
        line.say(download(one))
    line.ask("Si")
    line.ask("Ss")
    assert line.ask("Wcb;a") == "ERR PARAMETER", "not within a print"
    assert [line.ask(f"Ssd;{one}") for one in "ymcko"] == ["OK"] * 5
    assert line.ask("Se") == "OK"
    assert line.truth.cards["T 2"].printed_good
    assert line.ask("Sc") == "OK"
    assert line.truth.cards["T 3"].printed_good, "the same picture again, on a card nobody asked for"
    assert counters(line) == (3, 15)


def test_reads_change_nothing(line: Line) -> None:
    line.ask("Xyz")
    before = line.truth.events
    for one in ("Rtp", "Rsn", "Rco;c", "Rem", "Rlr;p", "Sk;f", "Rqq", "Rsc", "Rcr"):
        line.ask(one)
    assert (line.ask("Rlr"), line.truth.events) == ("ERR COMMAND", before)


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        ("Pem;7", "ERR PARAMETER"), ("Pem;2;x", "ERR PARAMETER"), ("Pmi;Z", "ERR PARAMETER"), ("Wcb;q", "ERR PARAMETER"),
        ("Si;1", "ERR PARAMETER"), ("Sv", "ERR COMMAND"), ("Hello", "ERR COMMAND"), ("Db;y;3;abc", "ERR PARAMETER"),
        ("Rco;z", "ERR PARAMETER"), ("Rstw", "ERR COMMAND"), ("Psc;1", "ERR PARAMETER"), ("Sib", "ERR FEEDER"),
    ],
)  # fmt: skip
def test_what_it_does_not_know_it_declines_and_does_not_do(line: Line, sent: str, answer: str) -> None:
    before = line.truth.events
    assert line.ask(sent) == answer
    assert line.truth.events == before
    assert line.truth.cards["T 1"].place is Place.HOPPER


def test_other_special_characters_hold_until_they_are_changed_back(line: Line) -> None:
    assert line.ask("Psc;60;47;62") == "OK"
    assert line.say(b"<Pem/2/s>") == "OK"
    assert line.say(b"<Psc>") == "OK"
    assert line.ask("Rsc") == "27;59;13"


def test_answers_wait_for_whoever_reads_next(line: Line) -> None:
    line.send(command("Rsn") + command("Rtp"))
    line.printer.bus.close(line.handle)
    again = Line(line.printer).open()
    assert (again.hear(), again.hear()) == ("EV-0001", "Evolis Primacy")


def test_settings_last_over_a_restart_and_pictures_do_not(line: Line) -> None:
    line.ask("Pem;2")
    line.ask("Pmi;M")
    line.say(download("k"))
    line.printer.cut_power("test")
    line.printer.switch_on()
    again = Line(line.printer).open()
    assert (again.ask("Rem"), again.ask("Rmi"), again.ask("Rlr")) == ("2;2", "M", "OK")
    assert again.ask("Ssd;k") == "ERR PARAMETER"
    assert line.truth.session == 2


@pytest.mark.parametrize(
    ("sent", "asked", "answer"), [("Pem;18;s", "Rem", "18;18"), ("Pmi;F", "Rmi", "F"), ("Pmk;f;i", "Rmk", "f;i"), ("Scp", "Rco;n", "1")]
)
def test_each_setting_is_kept_by_itself(line: Line, sent: str, asked: str, answer: str) -> None:
    assert line.ask(sent) == "OK"
    line.printer.cut_power("test")
    line.printer.switch_on()
    assert Line(line.printer).open().ask(asked) == answer
