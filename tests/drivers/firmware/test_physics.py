"""The model's own physics, whatever a host sends and whatever goes wrong.

Cards are conserved; ink never leaves a card; what answers OK happened; counters are what happened.
"""

import json
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ektp_core.boundary.card_printer import CardPosition
from ektp_driver_virtual import messages
from ektp_driver_virtual.truth import FILE, Place, Truth, read_truth
from ektp_firmware_evolis.mishaps import CAN, Kind, When
from ektp_usb.bus import BusError
from tests.drivers.firmware.line import Line, command, download, printer_in

BLANKS = 4
SENT = (
    "Si", "Si", "Sis", "Sic", "Ss", "Sr", "k", "o", "k", "o", "Se", "Ser", "Wcb;a", "Sc", "Ssd;k", "Sp;o", "Sie", "St", "Scs",
    "Srs", "Pem;0", "Pem;2", "Pem;1", "Pmi;F", "Pmi;B", "Pmk;s;i", "Psc", "Xyz", "Rlr", "Rco;c",
)  # fmt: skip
#: Only where the printer is, and not whether it can be reached, is physics.
PHYSICAL = [
    f"{kind.value} {at.value}"
    for kind in Kind
    for at in CAN[kind]
    if kind not in (Kind.COUNTER_WRAP, Kind.SHORT_WRITE) and at is not When.BYTE
]
ACTIONS = st.lists(
    st.tuples(st.just("send"), st.sampled_from(SENT))
    | st.tuples(st.just("order"), st.sampled_from(PHYSICAL))
    | st.tuples(st.just("person"), st.sampled_from(["mend", "off", "on", "ribbon", "take", "soft"])),
    max_size=30,
)


def do(line: Line, kind: str, word: str) -> str:
    """One action; the answer, if it was a command."""
    if kind == "order":
        line.order(word)
        return ""
    if kind == "send":
        try:
            return line.say(download(word) if word in ("k", "o") else command(word))
        except BusError:
            return "nothing"
    match word:
        case "mend":
            line.tell("mend")
        case "ribbon":
            line.panel(messages.NewRibbon())
        case "take":
            line.panel(messages.TakeOut((messages.TakeFrom.OUTPUT, messages.TakeFrom.REJECT)))
        case "soft":
            try:
                line.control(0x21, 2)
            except BusError:
                return ""
        case _:
            line.panel(messages.SwitchPower(word == "on"))
    return ""


def reopened(line: Line) -> Line:
    """A host that opens the printer again whenever it went away."""
    line.printer.bus.close(line.handle)
    return Line(line.printer).open() if line.printer.bus.devices() else line


def conserved(truth: Truth, loaded: int) -> None:
    """Every card lies in one place."""
    own = [card for card in truth.cards.values() if not card.serial.startswith("FOREIGN")]
    assert len(own) == loaded
    assert sorted(truth.hopper) == sorted(card.serial for card in truth.lying(Place.HOPPER))
    inside = {card.serial for card in truth.cards.values() if card.place is Place.INSIDE}
    assert inside == {*truth.behind, *filter(None, [truth.inside])}
    assert bool(truth.inside) == (truth.position is not CardPosition.NONE)


def ink_stays(before: dict[str, Any], truth: Truth) -> None:
    """What is on a card stays on it, and a spoiled card is never good again."""
    for serial, card in truth.cards.items():
        was = before.get(serial)
        if was is not None:
            assert card.panels.startswith(was.panels)
            assert card.marks >= was.marks
            assert card.spoiled >= was.spoiled
            assert card.fed >= was.fed
        assert bool(card.panels) <= card.marked
        assert not (card.printed_good and not card.spoiled) or (card.marks == 1 and card.panels in ("ko", "ok", "k"))


def happened(word: str, answer: str, truth: Truth, line: Line) -> None:
    """An OK is true."""
    if answer != "OK":
        return
    places = {"Si": CardPosition.HEAD, "Sis": CardPosition.CONTACT, "Sic": CardPosition.CONTACTLESS}
    if word in places:
        assert truth.position is places[word]
    if word == "Ss":
        assert truth.inside
    if word in ("Se", "Ser", "Sc", "St", "Sie") and line.printer.firmware.memory.kept.ejection == "s":
        assert not truth.inside


def counters_are_true(line: Line, folder: Path) -> None:
    """The printer's counters are what the file says happened."""
    truth = read_truth(folder)
    fed = [json.loads(one) for one in (folder / FILE).read_text().splitlines()]
    passed = sum(
        one["what"] == "fed" and "detail" not in one and fed[i - 1]["what"] != "fed" for i, one in enumerate(fed)
    )
    shown = (line.printer.firmware.memory.shown("c", truth.counters["fed"]), truth.counters.get("panels", 0))
    assert shown == (passed, sum(len(card.panels) for card in truth.cards.values()))
    assert truth.cards == line.truth.cards


@settings(max_examples=60, deadline=None)
@given(ACTIONS)
def test_nothing_a_host_or_a_mishap_does_breaks_the_physics(actions: list[tuple[str, str]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        line = printer_in(folder, BLANKS, ribbon="ko")
        before = dict(line.truth.cards)
        for kind, word in actions:
            answer = do(line, kind, word)
            truth = line.printer.body.truth
            if line.heard or answer in ("nothing", ""):
                line = reopened(line)
            else:
                happened(word, answer, truth, line)
            conserved(truth, BLANKS)
            ink_stays(before, truth)
            before = dict(truth.cards)
        counters_are_true(line, folder)
        line.printer.close()


def conversation() -> list[bytes]:
    """One card on a ribbon of two colours."""
    begin = [command(one) for one in ("Si", "Sic", "Si", "Wcb;a", "Ss", "Sr")]
    return [*begin, download("k"), download("o"), *(command(one) for one in ("Se", "Wcb;a", "Rlr"))]


def cuts() -> list[int]:
    """Every byte of every command, and in the pictures the edges and some between."""
    found, at = [], 0
    for one in conversation():
        head = min(len(one), 10)
        found += [at + n for n in range(1, head + 1)]
        if len(one) > head:
            found += [at + n for n in (4096, 41_000, len(one) - 2, len(one) - 1, len(one))]
        at += len(one)
    return found


@pytest.mark.parametrize("how", ["power-cut", "reboot"])
def test_a_power_cut_at_any_byte_leaves_one_truth(tmp_path: Path, how: str) -> None:
    ends = []
    for byte in cuts():
        folder = tmp_path / str(byte)
        line = printer_in(folder, 2, ribbon="ko")
        line.order(f"{how} byte {byte}")
        answers = []
        for one in conversation():
            try:
                answers.append(line.say(one))
            except BusError:
                break
        line.tell("mend")
        again = Line(line.printer).open()
        truth = read_truth(folder)
        card = truth.cards["T 1"]
        ends.append(answers.count("OK"))
        assert (again.ask("Rlr"), again.ask("Rem"), truth.session) == ("OK", "2;2", 2)
        assert again.ask("Rco;c") == str(int(card.fed))
        assert again.ask("Rco;p") == str(len(card.panels))
        assert (again.ask("Rlr;p") == "ERR CARD") == (truth.inside == "T 1")
        assert card.marks <= 1
        assert not truth.cards["T 2"].fed
        assert card.spoiled == (card.marked and not card.printed_good), "half a card is a spoiled one"
        assert again.ask("Rsn") == line.printer.serial
        counters_are_true(again, folder)
        line.printer.close()
    assert ends == sorted(ends)
    assert {0, len(conversation()) - 1} <= set(ends), "the cuts went over the whole conversation"


@pytest.mark.parametrize("panel", range(1, 6))
def test_a_power_cut_at_any_colour_leaves_the_colours_before_it(tmp_path: Path, panel: int) -> None:
    line = printer_in(tmp_path)
    line.order(f"power-cut panel {panel}")
    sent = [command(one) for one in ("Si", "Ss", "Sr")] + [download(one) for one in "ymcko"] + [command("Se")]
    with suppress(BusError):
        for one in sent:
            line.say(one)
    card = read_truth(tmp_path).cards["T 1"]
    assert (card.panels, card.marks, card.spoiled) == ("ymcko"[: panel - 1], 1, True)
