"""A card on a scripted line: what is said, in which order, and what is declared."""

from collections.abc import Callable

import pytest

from ektp_core.boundary.card_printer import (
    Artwork,
    Bin,
    Can,
    CardPosition,
    CardPrinter,
    Condition,
    CounterName,
    DriverError,
    DriverLost,
    Found,
    PrintToken,
    Recovery,
    ResetLevel,
    Settings,
    Station,
)
from ektp_core.vocabulary.verdict import BlankPlace, Certainty, Outcome
from ektp_driver_evolis.driver import EvolisPrinter
from ektp_driver_evolis.raster import unpack
from ektp_driver_evolis.replies import StatusWords, write_status_words
from ektp_usb.device_id import DeviceId
from ektp_usb.troubles import LineBusy
from tests.drivers.evolis.scripted_line import SERIAL, ScriptedLine

MS = 5_000
TOKEN = PrintToken("record", 1, 1)
QUESTIONS = ("R", "Sk")


def acts(line: ScriptedLine) -> list[str]:
    """What was ordered, without the questions."""
    return [said for said in line.said if not said.startswith(QUESTIONS)]


def with_words(line: ScriptedLine, words: StatusWords) -> None:
    line.answers["Rstw"] = write_status_words(words).decode()


def up_to_mark(printer: EvolisPrinter, art: Artwork) -> None:
    printer.feed(MS)
    printer.prepare(art, MS)
    printer.move(Station.HEAD, MS)


def test_it_fulfils_the_contract(printer: EvolisPrinter) -> None:
    assert isinstance(printer, CardPrinter)


@pytest.mark.rule(22)
def test_one_card_is_said_in_this_order(printer: EvolisPrinter, line: ScriptedLine, art: Artwork) -> None:
    up_to_mark(printer, art)
    assert acts(line) == ["Si", "Wcb;a", "Si"]
    assert (line.fed, line.panels) == (8, 50)
    assert printer.mark(TOKEN, MS) == ""
    assert acts(line)[3:] == ["Ss", "Sr", "Db;y;128", "Db;m;128", "Db;c;128", "Db;k;2", "Db;o;2"]
    assert (line.inside, line.panels) == (True, 54)
    printer.deliver(Bin.OUTPUT, MS)
    assert acts(line)[10:] == ["Se", "Wcb;a"]
    assert (line.inside, line.panels, line.pictures) == (False, 55, {})


def test_the_picture_is_sent_as_it_was_drawn(printer: EvolisPrinter, line: ScriptedLine, art: Artwork) -> None:
    up_to_mark(printer, art)
    printer.mark(TOKEN, MS)
    black = unpack(line.pictures["k"], 2)
    assert [divmod(at, 648) for at, dot in enumerate(black) if dot] == [(3, 642)]
    yellow = unpack(line.pictures["y"], 128)
    assert [divmod(at, 648) for at, dot in enumerate(yellow) if dot] == [(10, 640)]


@pytest.mark.rule(22)
def test_a_download_is_never_sent_before_the_mark(printer: EvolisPrinter, line: ScriptedLine, art: Artwork) -> None:
    up_to_mark(printer, art)
    assert not [said for said in line.said if said.startswith(("Db", "Ss"))]


def test_with_one_panel_marking_ejects_and_delivering_only_looks(
    printer: EvolisPrinter, line: ScriptedLine, art: Artwork
) -> None:
    line.ribbon = "kb"
    up_to_mark(printer, art)
    printer.mark(TOKEN, MS)
    assert acts(line)[3:] == ["Ss", "Sr", "Db;k;2", "Se"]
    assert printer.observe("", MS).verdict.blank is BlankPlace.OUTPUT
    printer.deliver(Bin.OUTPUT, MS)
    assert acts(line)[7:] == ["Wcb;a"]
    with pytest.raises(DriverError):
        printer.deliver(Bin.OUTPUT, MS)


def opened(line: ScriptedLine, *, model: str = "Evolis Primacy", address: str = "usb") -> EvolisPrinter:
    """A printer of another model, or of which a person said what is built in."""
    line.answers["Rtp"] = model
    printer = EvolisPrinter(Found("evolis", address, SERIAL), line)
    printer.configure(Settings(), MS)
    line.said.clear()
    return printer


def test_moves_use_the_words_of_their_stations(line: ScriptedLine) -> None:
    printer = opened(line, model="Evolis Quantum")
    printer.feed(MS)
    for station in (Station.CONTACT, Station.CONTACTLESS, Station.HEAD):
        printer.move(station, MS)
    assert acts(line) == ["Si", "Sis", "Sic", "Si"]
    assert line.fed == 8


STATIONS = Can.CONTACT_STATION | Can.CONTACTLESS_STATION | Can.REJECT_TRAY


@pytest.mark.parametrize(
    ("model", "address", "configuration", "built_in"),
    [
        ("Evolis Tattoo", "usb", 0, Can.REJECT_TRAY),
        ("Evolis Dualys 3", "usb", 0, Can.REJECT_TRAY | Can.CONTACTLESS_STATION),
        ("EVOLIS QUANTUM", "usb", 0, STATIONS),
        ("Evolis Primacy", "usb", 0, Can.REJECT_TRAY),
        ("Evolis Primacy", "usb,has:contactless", 0, Can.REJECT_TRAY | Can.CONTACTLESS_STATION),
        ("Evolis Zenius", "usb", 0, Can.NOTHING),
        ("Evolis Zenius", "usb, has:reject , has:wings", 0, Can.REJECT_TRAY),
        ("Evolis Zenius", "usb", 0x00040000, Can.CONTACT_STATION),
        ("Evolis Zenius", "usb", 0x000C0020, STATIONS),
    ],
)
def test_what_is_not_known_to_be_built_in_is_neither_declared_nor_used(
    line: ScriptedLine, model: str, address: str, configuration: int, built_in: Can
) -> None:
    if configuration:
        with_words(line, StatusWords(configuration=configuration))
    printer = opened(line, model=model, address=address)
    assert printer.capabilities(MS).can & STATIONS == built_in
    printer.feed(MS)
    line.said.clear()
    ways: tuple[tuple[Can, str, Callable[[], object]], ...] = (
        (Can.CONTACT_STATION, "Sis", lambda: printer.move(Station.CONTACT, MS)),
        (Can.CONTACTLESS_STATION, "Sic", lambda: printer.move(Station.CONTACTLESS, MS)),
        (Can.REJECT_TRAY, "Ser", lambda: printer.deliver(Bin.REJECT, MS)),
    )
    for can, word, way in ways:
        if can in built_in:
            way()
        else:
            with pytest.raises(DriverError, match="this printer has no"):
                way()
        assert (word in line.said) is (can in built_in)


def test_a_job_is_never_called_held_after_its_print(printer: EvolisPrinter, line: ScriptedLine) -> None:
    for ribbon in ("ymcko", "kb"):
        line.ribbon = ribbon
        assert Can.HOLD_AFTER_PRINT not in printer.capabilities(MS).can


def test_an_id_that_cannot_be_had_is_left_out(
    printer: EvolisPrinter, line: ScriptedLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(_timeout_ms: int) -> DeviceId:
        raise LineBusy("another program has the USB interface")

    monkeypatch.setattr(line, "device_id", busy)
    assert printer.identify(MS).ieee1284_id == ""


@pytest.mark.rule(22)
def test_a_token_marks_once(printer: EvolisPrinter, line: ScriptedLine, art: Artwork) -> None:
    up_to_mark(printer, art)
    printer.mark(TOKEN, MS)
    printer.deliver(Bin.OUTPUT, MS)
    up_to_mark(printer, art)
    with pytest.raises(DriverError, match="used before"):
        printer.mark(TOKEN, MS)
    assert printer.mark(PrintToken("record", 1, 2), MS) == ""


def test_a_picture_serves_one_card(printer: EvolisPrinter, line: ScriptedLine, art: Artwork) -> None:
    up_to_mark(printer, art)
    printer.mark(TOKEN, MS)
    printer.deliver(Bin.OUTPUT, MS)
    printer.feed(MS)
    with pytest.raises(DriverError, match="no picture"):
        printer.mark(PrintToken("record", 1, 2), MS)


@pytest.mark.rule(22)
def test_no_job_is_ever_called_good(printer: EvolisPrinter, line: ScriptedLine, art: Artwork) -> None:
    assert printer.observe(TOKEN.job_key, MS).verdict.certainty is Certainty.TRANSPORT
    up_to_mark(printer, art)
    printer.mark(TOKEN, MS)
    inside = printer.observe("", MS).verdict
    assert (inside.outcome, inside.blank, inside.certainty) == (
        Outcome.UNKNOWN, BlankPlace.IN_PRINTER, Certainty.COUNTER
    )  # fmt: skip
    printer.deliver(Bin.OUTPUT, MS)
    found = printer.look(TOKEN.job_key, MS)
    assert found.job is not None and found.job.verdict.outcome is Outcome.UNKNOWN
    assert found.job.verdict.blank is BlankPlace.OUTPUT
    assert printer.look("another", MS).job is None
    assert printer.observe("another", MS).verdict.blank is BlankPlace.UNKNOWN


def test_who_is_there(printer: EvolisPrinter, line: ScriptedLine) -> None:
    found = printer.identify(MS)
    assert (found.make, found.model, found.serial, found.firmware) == ("Evolis", "Evolis Primacy", SERIAL, "1519")
    assert "MFG:Evolis" in found.ieee1284_id
    line.answers["Rfv"] = "ERR COMMAND"
    assert printer.identify(MS).firmware == ""
    line.answers["Rsn"] = "EV-0002"
    with pytest.raises(DriverError, match="EV-0002"):
        printer.identify(MS)


def test_without_status_words_it_is_blind_and_says_so(printer: EvolisPrinter, line: ScriptedLine) -> None:
    found = printer.capabilities(MS)
    assert found.is_blind
    assert not found.can & (Can.CARD_POSITION | Can.BOOT_MARKER | Can.JOB_ID | Can.JOB_LOG | Can.RESERVATION)
    assert found.can & Can.COUNTS_FED and found.can & Can.HOST_ERROR_MODE
    assert (found.width_px, found.height_px, found.dpi, found.ribbon_panels) == (1016, 648, 300, "YMCKO")
    printer.status(MS)
    printer.capabilities(MS)
    assert line.said.count("Rstw") == 1


def test_with_status_words_it_shows_position_and_restart(printer: EvolisPrinter, line: ScriptedLine) -> None:
    with_words(line, StatusWords(information=0x02010000))
    line.inside = True
    found = printer.capabilities(MS).can
    assert Can.CARD_POSITION in found and Can.BOOT_MARKER not in found
    status = printer.status(MS)
    assert status.position is CardPosition.HEAD and status.rebooted
    with_words(line, StatusWords())
    status = printer.status(MS)  # the presence sensor still sees a card
    assert status.position is CardPosition.UNKNOWN and not status.rebooted and status.stops


def test_a_restart_the_probe_saw_is_told_with_the_next_status(printer: EvolisPrinter, line: ScriptedLine) -> None:
    with_words(line, StatusWords(information=0x00010000, extensions=(0x00000400, 0, 0, 0)))
    printer.capabilities(MS)
    with_words(line, StatusWords())
    line.garble("Rlr;p", lambda _: b"?\0")
    with pytest.raises(DriverError):
        printer.status(MS)
    status = printer.status(MS)
    assert status.rebooted and Condition.PANEL_CANCEL in {one.condition for one in status.notices}
    assert not printer.status(MS).rebooted


def test_a_garbled_answer_to_the_probe_means_no_status_words(printer: EvolisPrinter, line: ScriptedLine) -> None:
    line.garble("Rstw", lambda _: b"\xff\0")
    assert printer.capabilities(MS).is_blind


def test_a_card_inside_keeps_the_next_from_being_started(printer: EvolisPrinter, line: ScriptedLine) -> None:
    assert not printer.status(MS).stops
    line.inside = True
    status = printer.status(MS)
    assert status.position is CardPosition.UNKNOWN and status.stops


def test_counters_say_when_they_move(printer: EvolisPrinter, line: ScriptedLine) -> None:
    found = printer.counters(MS)
    fed, panels = found.get(CounterName.FED), found.get(CounterName.PANELS)
    assert fed and (fed.value, fed.increments_at, fed.width_bits) == (7, "feed", 32)
    assert panels and (panels.value, panels.increments_at) == (50, "mark")
    assert found.get(CounterName.EJECTED) is None


def test_supplies_are_forecasts(printer: EvolisPrinter, line: ScriptedLine) -> None:
    assert [(one.name, one.remaining) for one in printer.supplies(MS)] == [("ribbon", 120), ("blanks", None)]
    line.answers["Rco;l"] = "ERR COMMAND"
    assert printer.supplies(MS)[0].remaining is None


def test_settings_are_set_and_read_back(printer: EvolisPrinter, line: ScriptedLine) -> None:
    found = printer.configure(Settings(), MS)
    assert line.modes == {"Rem": "2;2", "Rmi": "B", "Rmk": "s;s"}
    assert found == Settings(digest=found.digest) and len(found.digest) == 64
    line.answers["Rx"] = "11"
    assert printer.configure(Settings(), MS).digest != found.digest


@pytest.mark.parametrize(
    ("question", "reply"),
    [("Rem", "0;0"), ("Rem", "2;0"), ("Rem", "0;2"), ("Rem", "OK"), ("Rmi", "F"), ("Rmk", "s;i"), ("Rmk", "s")],
)
@pytest.mark.rule(22)
def test_a_danger_that_is_not_off_as_read_back_refuses_the_printer(
    printer: EvolisPrinter, line: ScriptedLine, question: str, reply: str
) -> None:
    line.answers[question] = reply
    with pytest.raises(DriverError):
        printer.configure(Settings(), MS)


@pytest.mark.parametrize(
    "wanted", [Settings(host_handles_errors=False), Settings(device_retries=1), Settings(copies=2), Settings(keeps_bitmaps=True)]
)  # fmt: skip
def test_dangerous_settings_are_not_set_on_order(
    printer: EvolisPrinter, line: ScriptedLine, wanted: Settings
) -> None:
    with pytest.raises(DriverError):
        printer.configure(wanted, MS)
    assert not acts(line)


def test_the_quantum_gets_its_own_error_mode(line: ScriptedLine, printer: EvolisPrinter) -> None:
    line.answers["Rtp"] = "Evolis Quantum"
    again = EvolisPrinter(printer.found, line)
    again.configure(Settings(), MS)
    assert line.modes["Rem"] == "18;18"


@pytest.mark.rule(22)
def test_configuring_clears_pictures_and_the_shown_error_only_without_a_card(
    printer: EvolisPrinter, line: ScriptedLine
) -> None:
    printer.configure(Settings(), MS)
    assert acts(line)[-2:] == ["Scs", "Wcb;a"]
    line.said.clear()
    line.inside = True
    printer.configure(Settings(), MS)
    assert not {"Wcb;a", "Scs"} & set(line.said)


def test_a_reservation_is_only_the_claim_on_the_line(printer: EvolisPrinter, line: ScriptedLine) -> None:
    printer.reserve("station", MS)
    printer.reserve("station", MS)
    with pytest.raises(DriverError, match="station"):
        printer.reserve("another", MS)
    printer.release(MS)
    printer.reserve("another", MS)
    assert not line.said


def test_what_it_has_not_it_refuses(printer: EvolisPrinter, line: ScriptedLine, art: Artwork) -> None:
    for act in (
        lambda: printer.flip(MS), lambda: printer.read_uid(MS), lambda: printer.read_chip(MS),
        lambda: printer.encode(b"x", MS), lambda: printer.recover(Recovery.RESUME_SAME_CARD, MS),
        lambda: printer.prepare(Artwork(art.front_png, art.front_png), MS),
        lambda: printer.reset(ResetLevel.BUS, MS), lambda: printer.reset(ResetLevel.REBOOT, MS),
    ):  # fmt: skip
        with pytest.raises(DriverError):
            act()
    assert not acts(line)


def test_a_closed_printer_says_so(printer: EvolisPrinter, line: ScriptedLine) -> None:
    printer.close()
    for act in (printer.status, printer.counters, printer.identify, printer.feed, printer.release):
        with pytest.raises(DriverLost):
            act(MS)
