"""Everything that can be ordered to go wrong happens once, and the truth says what it did."""

from pathlib import Path

import pytest

from ektp_core.boundary.card_printer import CardPosition
from ektp_core.boundary.driver_bench import Strike
from ektp_driver_virtual import messages
from ektp_driver_virtual.body import Stopped
from ektp_driver_virtual.truth import Place
from ektp_firmware_evolis.mishaps import CAN, Kind, read_words
from ektp_firmware_evolis.person import at_panel
from ektp_usb.bus import BusError
from tests.drivers.firmware.line import Line, command, download, printer_in


@pytest.fixture
def line(tmp_path: Path) -> Line:
    """A printer with four blanks, host handles errors."""
    return printer_in(tmp_path, 4)


def reopened(line: Line) -> Line:
    """The same printer after the cable or the power was away."""
    line.tell("mend")
    return Line(line.printer).open()


def feed_and_begin(line: Line) -> None:
    """A card is inside and a print begun."""
    assert [line.ask(one) for one in ("Si", "Wcb;a", "Ss", "Sr")] == ["OK"] * 4


def until_error(line: Line) -> list[str]:
    """Print a card up to the first answer that is not OK; all answers."""
    answers = []
    for sent in ("Si", "Wcb;a", "Ss", "Sr", "y", "m", "c", "k", "o", "Se"):
        answers.append(line.say(download(sent) if sent in "ymcko" else command(sent)))
        if answers[-1] != "OK":
            break
    return answers


def test_an_open_cover_stops_whatever_would_move(line: Line) -> None:
    line.order("cover-open")
    before = line.truth.events
    assert [line.ask(one) for one in ("Si", "Sic", "Ss", "Sp;y", "Se")] == [*["ERR COVER"] * 3, "ERR PARAMETER", "ERR COVER"]
    assert (line.truth.events, line.control(0xA1, 1, 1)) == (before, b"\x08")
    line.tell("mend")
    assert line.ask("Si") == "OK"


def test_a_cover_that_nobody_watches_stops_nothing(line: Line) -> None:
    line.ask("Pem;1")
    line.order("cover-open")
    assert line.ask("Si") == "OK"


def test_a_cover_opened_in_a_card_leaves_it_half_printed(line: Line) -> None:
    line.order("cover-open mark")
    assert until_error(line)[-1] == "ERR COVER"
    line.tell("mend")
    card = line.truth.cards["T 1"]
    assert (card.panels, card.spoiled, card.place, line.ask("Rco;p")) == ("y", True, Place.INSIDE, "1")
    assert (line.ask("Se"), line.ask("Rco;p")) == ("OK", "1"), "the print is over: it comes out as it is"


def test_a_cover_opened_between_two_colours_ends_the_print(line: Line) -> None:
    feed_and_begin(line)
    line.say(download("y"))
    line.say(download("m"))
    line.order("cover-open")
    line.tell("mend")
    assert line.say(download("c")) == "OK", "stored; nothing is printed any more"
    assert (line.ask("Rco;p"), line.truth.cards["T 1"].spoiled) == ("1", True)


def test_a_hopper_that_shows_nothing_gives_nothing(line: Line) -> None:
    line.order("hopper-empty")
    assert (line.ask("Si"), line.ask("Sk;f"), line.ask("Rco;c")) == ("ERR FEEDER", "3", "0")
    assert line.control(0xA1, 1, 1) == b"\x38"
    line.tell("mend")
    assert line.ask("Si") == "OK"


@pytest.mark.parametrize(("at", "comes_out"), [("feed", True), ("move", True), ("mark", False), ("deliver", False)])
def test_a_jam_holds_the_card_and_only_one_before_the_head_is_rejected(line: Line, at: str, *, comes_out: bool) -> None:
    line.order(f"jam {at}")
    if at == "move":
        line.ask("Si")
        assert line.ask("Sic") == "ERR MECHANICAL"
    else:
        assert until_error(line)[-1] == "ERR MECHANICAL"
    card = line.truth.cards["T 1"]
    assert (line.truth.position, card.spoiled, line.ask("Rlr;p")) == (CardPosition.JAMMED, True, "ERR CARD")
    assert line.ask("Si") == "ERR MECHANICAL"
    assert line.control(0xA1, 1, 1)[0] & 0x08 == 0
    assert line.ask("Ser") == ("OK" if comes_out else "ERR MECHANICAL")
    line.tell("mend")
    assert line.truth.cards["T 1"].place is (Place.REJECT if comes_out else Place.JAMMED_REMOVED)
    assert (line.ask("Scs"), line.ask("Si")) == ("OK", "OK")


def test_a_ribbon_that_ends_in_a_card_breaks_the_panel_off(line: Line) -> None:
    line.order("ribbon-out mark")
    assert until_error(line)[-1] == "ERR RIBBON"
    assert (line.ask("Rcr"), line.ask("Rco;p"), line.truth.cards["T 1"].panels) == ("ERR RIBBON", "1", "y")
    line.ask("Ser")
    assert until_error(line) == [*["OK"] * 5, "ERR RIBBON"]
    assert not line.truth.cards["T 2"].marked, "no ribbon, no ink"
    line.panel(messages.NewRibbon())
    assert line.ask("Rcr") == "OK"


def test_the_last_card_of_a_ribbon_is_printed_whole(tmp_path: Path) -> None:
    line = printer_in(tmp_path, ribbon_cards=1)
    assert set(line.print_card()) == {"OK"}
    assert (line.truth.cards["T 1"].printed_good, line.ask("Rcr"), line.ask("Rco;l")) == (True, "ERR RIBBON", "0")


def test_a_misprint_is_told_by_nobody(line: Line) -> None:
    line.order("misprint")
    assert set(line.print_card()) == {"OK"}
    card = line.truth.cards["T 1"]
    assert (card.spoiled, card.printed_good, card.place, line.ask("Rco;p")) == (True, False, Place.OUTPUT, "5")


def test_two_cards_at_once_count_as_one(line: Line) -> None:
    line.order("double-feed")
    assert set(line.print_card()) == {"OK"}
    first, second = line.truth.cards["T 1"], line.truth.cards["T 2"]
    assert (first.marks, second.marks) == (1, 0)
    assert (first.place, second.place, line.ask("Rco;c")) == (Place.OUTPUT, Place.OUTPUT, "1")
    assert (line.truth.inside, line.truth.behind) == ("", [])


def test_a_feed_that_brings_no_card_takes_none(line: Line) -> None:
    line.order("blank-feed")
    assert (line.ask("Si"), line.ask("Rco;c"), line.ask("Rlr;p")) == ("ERR FEEDER", "0", "NO CARD")
    assert line.ask("Si") == "OK"


@pytest.mark.parametrize(("kind", "heard"), [("lost-reply", "nothing"), ("garbled-reply", "\xcfK")])
def test_an_answer_is_lost_or_damaged_and_the_act_is_done(line: Line, kind: str, heard: str) -> None:
    line.order(f"{kind} reply 2")
    assert (line.ask("Rlr"), line.ask("Si"), line.ask("Rlr")) == ("OK", heard, "OK")
    assert line.truth.inside == "T 1"


def test_a_lost_answer_of_an_act_is_that_acts(line: Line) -> None:
    line.order("lost-reply mark")
    assert until_error(line) == [*["OK"] * 6, "nothing"]
    assert line.truth.cards["T 1"].panels == "ym", "the panel is on the card all the same"


def test_a_printer_that_hangs_does_nothing_until_it_is_switched_off_and_on(line: Line) -> None:
    line.order("silence mark")
    assert until_error(line)[-1] == "nothing"
    with pytest.raises(BusError):
        line.send(command("Rsn"))
    with pytest.raises(BusError):
        line.control(0xA1, 1, 1)
    again = reopened(line)
    assert (again.ask("Rsn"), again.truth.session, again.truth.cards["T 1"].spoiled) == ("EV-0001", 2, True)


def test_a_short_write_takes_a_part_and_the_print_stays_open(line: Line) -> None:
    feed_and_begin(line)
    line.order("short-write byte 1000")
    assert line.send(download("y")) == 1000
    line.tell("mend")
    assert line.ask("Rsn") == "nothing", "it is picture"
    line.control(0x21, 2)
    assert line.ask("Rsn") == "EV-0001"


def test_a_download_that_stops_is_thrown_away_in_time(tmp_path: Path) -> None:
    now = [0.0]
    line = printer_in(tmp_path, clock=lambda: now[0])
    feed_and_begin(line)
    line.say(download("y"))
    line.say(download("m"))
    line.send(download("c")[:5000])
    now[0] = 4.9
    assert line.hear() == "nothing"
    now[0] = 9.9
    assert line.hear() == "ERR TIMEOUT"
    assert (line.ask("Rlr"), line.truth.cards["T 1"].spoiled) == ("ERR TIMEOUT", True)


def test_a_pulled_cable_loses_the_answer_and_not_the_act(line: Line) -> None:
    line.order("unplug feed")
    assert line.ask("Si") == "nothing"
    assert line.printer.bus.devices() == ()
    again = reopened(line)
    assert (again.hear(), again.ask("Rco;c"), again.truth.session) == ("nothing", "1", 1)


def test_a_restart_by_itself_is_a_new_session(line: Line) -> None:
    line.order("reboot mark")
    assert until_error(line)[-1] == "nothing"
    with pytest.raises(BusError):
        line.send(command("Rsn"))
    again = Line(line.printer).open()
    assert (again.ask("Rlr"), again.truth.session, again.truth.cards["T 1"].panels) == ("OK", 2, "y")
    assert again.truth.cards["T 1"].spoiled


def test_counters_turn_over(line: Line) -> None:
    line.order("counter-wrap")
    assert (line.ask("Rco;c"), line.ask("Rco;p")) == (str(2**32 - 1), str(2**32 - 2))
    line.print_card()
    assert (line.ask("Rco;c"), line.ask("Rco;p")) == ("0", "3")


def test_another_host_prints_a_card_and_leaves_its_picture(line: Line) -> None:
    line.order("foreign-print")
    card = line.truth.cards["T 1"]
    assert (card.marks, card.printed_good, card.place, line.ask("Rco;c")) == (1, True, Place.OUTPUT, "1")
    line.ask("Ss")
    assert line.ask("Ssd;y") == "OK"


def test_a_card_of_nobody_lies_inside(line: Line) -> None:
    line.order("foreign-card")
    assert (line.ask("Rlr;p"), line.ask("Rco;c"), line.ask("Ser")) == ("ERR CARD", "0", "OK")
    assert line.truth.cards["FOREIGN 1"].place is Place.REJECT


def test_a_cancel_ends_the_card_in_work(line: Line) -> None:
    line.order("panel-cancel mark")
    assert until_error(line)[-1] == "ERR CANCEL"
    assert line.truth.cards["T 1"].spoiled
    line.order("panel-cancel")
    assert line.ask("Ser") == "OK"


def test_settings_drift_into_the_dangerous_mode(line: Line) -> None:
    contrast = line.ask("Rc;a")
    line.order("settings-drift")
    assert line.ask("Rem") == "0;2"
    assert line.ask("Rc;a") != contrast


def test_settings_that_are_refused_are_answered_ok_and_are_dangerous_until_a_person_comes(line: Line) -> None:
    line.order("settings-refused")
    assert (line.ask("Pem;2;s"), line.ask("Pmi;B;s"), line.ask("Pmk;s;s")) == ("OK", "OK", "OK")
    assert line.ask("Rem") == "0;2"
    at_panel(line.printer, messages.Tell(("mend",)))
    assert (line.ask("Pem;2;s"), line.ask("Rem")) == ("OK", "2;2")


def test_another_ribbon_is_read_from_its_tag(line: Line) -> None:
    line.order("ribbon-swap")
    line.ask("Ss")
    assert (line.ask("Rr"), line.say(download("y"))) == ("kb", "ERR PARAMETER")


def test_every_mishap_of_the_contract_but_the_chips_and_the_queues_is_known() -> None:
    unknown = {one.value for one in Strike} - {one.value for one in Kind}
    assert unknown == {Strike.DEAD_CHIP.value, Strike.SPOOLER_KILLED.value}
    assert set(CAN) == set(Kind)


@pytest.mark.parametrize("words", ["", "flood", "jam now", "jam mark 0", "jam mark x", "jam mark 1 2", "misprint byte 3"])
def test_what_is_no_mishap_is_declined(line: Line, words: str) -> None:
    with pytest.raises(Stopped):
        read_words(words.split())
    assert isinstance(at_panel(line.printer, messages.Tell(tuple(words.split()))), messages.Declined)
