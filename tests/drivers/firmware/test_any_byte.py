"""It fails at any byte: of a download that comes in, of an answer that goes out; and at every byte the truth agrees."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ektp_core.boundary.card_printer import CardPosition
from ektp_driver_virtual.truth import Place
from ektp_firmware_evolis.settings import DRIFTS
from ektp_usb.bus import BusError
from tests.drivers.firmware.line import SIZES, Line, command, download, printer_in

BEFORE = ("Si", "Wcb;a", "Ss", "Sr")
READ = ("Rsn", "Rem", "Rco;c", "Rlr")


@pytest.fixture
def line(tmp_path: Path) -> Line:
    """A printer with four blanks, host handles errors."""
    return printer_in(tmp_path, 4)


def begin(line: Line) -> None:
    """A card is inside, and its yellow is there and waits."""
    assert [line.ask(one) for one in BEFORE] == ["OK"] * 4
    assert line.say(download("y")) == "OK"


@pytest.mark.parametrize("at", [1, 9, SIZES["m"] // 2, SIZES["m"] + 10])
@pytest.mark.parametrize(("what", "word"), [("jam", "OK"), ("ribbon-out", "ERR RIBBON"), ("panel-cancel", "OK")])
def test_what_happens_at_a_byte_of_a_download_ends_the_print(line: Line, what: str, word: str, at: int) -> None:
    begin(line)
    line.order(f"{what} byte {at}")
    assert line.say(download("m")) == word
    assert not line.printer.waiting.ones, "it happened"
    for colour in "cko":
        line.say(download(colour))
    assert (line.ask("Se") == "ERR MECHANICAL") is (what == "jam")
    card = line.truth.cards["T 1"]
    assert not card.printed_good
    assert card.spoiled or not card.marked
    assert (line.truth.position is CardPosition.JAMMED) is (what == "jam")


def test_a_jam_with_no_card_inside_is_none(line: Line) -> None:
    line.order("jam byte 1")
    assert (line.ask("Rlr"), line.truth.position) == ("OK", CardPosition.NONE)
    assert line.print_card()[-1] == "OK"


@pytest.mark.parametrize("at", [1, 2, 3])
def test_an_answer_ends_at_any_byte_and_what_was_told_is_done(line: Line, at: int) -> None:
    line.order(f"lost-reply answer {at}")
    assert line.ask("Si") == ("OK"[: at - 1] or "nothing")
    assert (line.truth.position, line.ask("Rlr")) == (CardPosition.HEAD, "OK")


def test_a_lost_end_lets_two_answers_run_into_one(line: Line) -> None:
    line.order("lost-reply answer 3")
    line.send(command("Si"))
    line.send(command("Rsn"))
    assert line.hear() == "OKEV-0001"


@pytest.mark.parametrize(
    ("asked", "at", "heard"), [("Si", 1, "XK"), ("Si", 2, "OX"), ("Rsn", 7, "EV-0002"), ("Rem", 1, "3;2"), ("Rco;c", 1, "1")]
)
def test_a_byte_of_an_answer_turns_into_another_sign_of_the_language(line: Line, asked: str, at: int, heard: str) -> None:
    line.order(f"garbled-reply answer {at}")
    assert line.ask(asked) == heard


@given(st.sampled_from(READ), st.integers(1, 8), st.sampled_from(["power-cut", "reboot", "unplug", "silence", "lost-reply"]))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_at_whatever_byte_of_an_answer_it_ends_a_card_can_be_printed_later(
    tmp_path_factory: pytest.TempPathFactory, asked: str, at: int, what: str
) -> None:
    line = printer_in(tmp_path_factory.mktemp("p"), 2)
    line.order(f"{what} answer {at}")
    line.send(command(asked))
    heard = line.hear() if not line.printer.hung and line.printer.bus.devices() and what == "lost-reply" else ""
    assert len(heard) < at or heard == "nothing" or line.printer.waiting.ones
    with suppress(BusError):
        line.printer.bus.close(line.handle)
    line.tell("mend")
    again = Line(line.printer).open()
    while again.hear() != "nothing":
        pass
    assert set(again.host_mode().print_card()) == {"OK"}
    assert again.truth.cards["T 1"].printed_good


def test_the_power_goes_in_an_answer_and_the_card_lies_where_it_was(line: Line) -> None:
    line.order("power-cut answer 2")
    line.send(command("Si"))
    assert (line.printer.body.powered, line.truth.position) == (False, CardPosition.HEAD)
    line.tell("mend")
    assert Line(line.printer).open().ask("Rlr;p") == "ERR CARD"


@pytest.mark.parametrize("sort", range(1, len(DRIFTS) + 1))
def test_each_drift_is_read_back(line: Line, sort: int) -> None:
    def shown() -> list[str]:
        return [line.ask(one) for one in ("Rem", "Rmi", "Rmk", "Rc;a")]

    before = shown()
    line.order(f"settings-drift now {sort}")
    assert shown() != before


def test_another_host_prints_on_the_card_that_lies_inside(line: Line) -> None:
    assert [line.ask(one) for one in ("Si", "Sic")] == ["OK", "OK"]
    line.order("foreign-print")
    card = line.truth.cards["T 1"]
    assert (card.marks, card.job_keys, card.place) == (1, ("somebody-else",), Place.OUTPUT)
    assert (line.ask("Rlr;p"), line.ask("Rco;c")) == ("NO CARD", "1")
    assert not line.printer.foreign_cards


def test_another_host_waits_for_the_end_of_a_print(line: Line) -> None:
    begin(line)
    line.order("foreign-print")
    assert (line.truth.cards["T 1"].job_keys, line.printer.foreign_cards) == ((), 1)
    for sent in (*(download(one) for one in "mcko"), command("Se")):
        assert line.say(sent) == "OK"
    line.printer.turn()
    assert [line.truth.cards[f"T {n}"].marks for n in (1, 2, 3)] == [1, 1, 0]
