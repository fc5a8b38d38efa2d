"""The driver on a model of the printer's firmware, which was written from PROTOCOL.md alone."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from ektp_core.boundary.card_printer import (
    Artwork,
    Bin,
    CardPosition,
    DriverError,
    DriverTimeout,
    Found,
    PrintToken,
    Recovery,
    Settings,
    Station,
)
from ektp_core.vocabulary.verdict import BlankPlace, Outcome
from ektp_driver_evolis import language, plugin
from ektp_driver_evolis.conversation import Conversation
from ektp_driver_evolis.driver import EvolisPrinter
from ektp_driver_virtual.launch import RunningPrinter
from ektp_driver_virtual.truth import Place
from ektp_driving.deadline import Deadline
from ektp_firmware_evolis import launch
from ektp_firmware_evolis.printer import EvolisPrinter as FirmwareModel
from ektp_usb.transport import open_line
from tests.drivers.evolis.scripted_line import drawn
from tests.drivers.firmware.line import Line

MS = 20_000
TOKEN = PrintToken("record", 1, 1)
KINDS = (
    "lost-reply reply", "garbled-reply reply", "power-cut byte", "unplug byte", "cover-open byte", "jam panel",
    "jam byte", "ribbon-out byte", "panel-cancel byte",
    "lost-reply answer", "garbled-reply answer", "power-cut answer", "unplug answer", "silence answer",
)  # fmt: skip


@pytest.fixture
def running(tmp_path: Path) -> Iterator[RunningPrinter]:
    printer = launch.start(tmp_path / "printer", card_ms=10, download_stops_ms=300)
    printer.panel.load("T", 1, 4)
    yield printer
    printer.stop()


def opened(running: RunningPrinter) -> EvolisPrinter:
    """Found on its bus and opened, as a driver process does it."""
    (found,) = plugin.ektp_discover_printers(launch.hint_of(running.folder))
    printer = plugin.ektp_open_printer(found)
    assert printer is not None and found.serial == running.serial
    return printer


def model_in(folder: Path, *, shows_words: bool = False) -> Line:
    """A model in this process, switched on and loaded, that nobody has opened."""
    model = Line(FirmwareModel(folder, shows_words=shows_words, download_stops_ms=100))
    model.printer.switch_on()
    model.load(3)
    return model


def on(model: Line) -> EvolisPrinter:
    """Opened on the bus of a model in this process."""
    serial = model.printer.serial
    line = open_line(serial, lambda seen: seen.vendor == plugin.VENDOR, model.printer.bus)
    return EvolisPrinter(Found("evolis", "bus", serial), line)


def whole_card(printer: EvolisPrinter, art: Artwork, token: PrintToken, timeout_ms: int = MS) -> None:
    """One card, as a station without a reader has it made."""
    printer.feed(timeout_ms)
    printer.prepare(art, timeout_ms)
    printer.move(Station.HEAD, timeout_ms)
    printer.mark(token, timeout_ms)
    printer.deliver(Bin.OUTPUT, timeout_ms)


@pytest.mark.processes
@pytest.mark.rule(22)
def test_a_card_is_printed_through_usb_and_its_picture_is_right(running: RunningPrinter, art: Artwork) -> None:
    printer = opened(running)
    assert printer.identify(MS).serial == running.serial
    printer.configure(Settings(), MS)
    for attempt in (1, 2):
        whole_card(printer, art, PrintToken("record", attempt, 1))
    printer.close()
    good = [card for card in running.truth().cards.values() if card.place is Place.OUTPUT]
    assert [(card.marks, card.printed_good) for card in good] == [(1, True)] * 2
    with Image.open(running.folder / "cards" / Path(good[0].picture).name) as picture:
        dots = picture.convert("RGB")
    red, green, blue = dots.getpixel((10, 7))  # type: ignore[misc]  # a picture of three bands
    assert red > 150 and green < 100 and blue < 100
    assert max(dots.getpixel((3, 5))) < 80  # type: ignore[arg-type]  # as above
    assert min(dots.getpixel((3, 640))) > 150  # type: ignore[arg-type]  # as above


@pytest.mark.processes
@pytest.mark.rule(22)
def test_a_process_that_ends_inside_a_download_leaves_a_printer_that_can_be_asked_again(
    running: RunningPrinter, art: Artwork
) -> None:
    first = opened(running)
    first.configure(Settings(), MS)
    first.feed(MS)
    talk = Conversation(first.line, running.serial)
    for word in (language.BEGIN, language.FRONT, language.download("y", 128, bytes(576_072))):
        talk.order(word, Deadline.after(MS))
    first.line.write(language.frame(language.download("m", 128, bytes(576_072)))[:300_000], MS)
    first.close()
    second = opened(running)
    assert second.identify(MS).serial == running.serial
    assert second.observe(TOKEN.job_key, MS).verdict.outcome is Outcome.UNKNOWN
    assert second.status(MS).stops
    second.recover(Recovery.REJECT_CARD, MS)
    second.configure(Settings(), MS)
    whole_card(second, art, TOKEN)
    second.close()
    places = [card.place for card in running.truth().cards.values()]
    assert places.count(Place.REJECT) == 1 and places.count(Place.OUTPUT) == 1


def test_with_status_words_the_position_is_followed(tmp_path: Path, art: Artwork) -> None:
    printer = on(model_in(tmp_path, shows_words=True))
    assert printer.status(MS).rebooted
    printer.configure(Settings(), MS)
    seen = [printer.status(MS).position]
    steps: tuple[Callable[[], object], ...] = (
        lambda: printer.feed(MS),
        lambda: printer.move(Station.CONTACTLESS, MS),
        lambda: printer.move(Station.CONTACT, MS),
        lambda: printer.move(Station.HEAD, MS),
        lambda: printer.deliver(Bin.REJECT, MS),
    )
    for step in steps:
        step()
        seen.append(printer.status(MS).position)
    assert seen == [
        CardPosition.NONE, CardPosition.HEAD, CardPosition.CONTACTLESS, CardPosition.CONTACT, CardPosition.HEAD,
        CardPosition.NONE,
    ]  # fmt: skip


@pytest.mark.rule(22)
def test_a_ribbon_that_ends_in_a_card_spoils_it(tmp_path: Path, art: Artwork) -> None:
    model = model_in(tmp_path)
    printer = on(model)
    printer.configure(Settings(), MS)
    printer.feed(MS)
    printer.prepare(art, MS)
    model.order("ribbon-out panel 3")
    with pytest.raises(DriverError):
        printer.mark(TOKEN, MS)
    verdict = printer.observe("", MS).verdict
    assert (verdict.outcome, verdict.blank) == (Outcome.SPOILED, BlankPlace.IN_PRINTER)
    printer.deliver(Bin.REJECT, MS)
    (card,) = [card for card in model.truth.cards.values() if card.place is Place.REJECT]
    assert card.marks == 1 and not card.printed_good


@pytest.mark.parametrize("shows_words", [False, True])
@pytest.mark.parametrize("mishap", ["jam feed", "jam panel 2", "cover-open mark", "blank-feed feed"])
def test_a_shown_error_is_cleared_at_the_next_opening_once_no_card_is_inside(
    tmp_path: Path, art: Artwork, mishap: str, shows_words: bool
) -> None:
    model = model_in(tmp_path, shows_words=shows_words)
    printer = on(model)
    printer.configure(Settings(), MS)
    model.order(mishap)
    with pytest.raises(DriverError):
        whole_card(printer, art, TOKEN)
    model.tell("mend")
    if model.printer.machine.inside is not None:
        printer.deliver(Bin.REJECT, MS)
    printer.status(MS)
    printer.close()
    again = on(model)
    again.configure(Settings(), MS)
    assert not again.status(MS).stops
    again.close()


def test_an_error_stays_shown_until_it_is_cleared_and_people_may_order_that(tmp_path: Path, art: Artwork) -> None:
    model = model_in(tmp_path)
    printer = on(model)
    printer.configure(Settings(), MS)
    model.order("jam panel 2")
    with pytest.raises(DriverError):
        whole_card(printer, art, TOKEN)
    model.tell("mend")
    assert printer.status(MS).stops
    printer.recover(Recovery.CLEAR_ERROR, MS)
    assert not printer.status(MS).stops


@pytest.mark.rule(22)
@pytest.mark.parametrize("what", ["cover-open now", "panel-cancel now", "reboot now"])
@pytest.mark.parametrize("shows_words", [False, True])
def test_a_print_that_ended_between_mark_and_delivery_is_no_delivery(
    tmp_path: Path, art: Artwork, what: str, shows_words: bool
) -> None:
    model = model_in(tmp_path, shows_words=shows_words)
    printer = on(model)
    printer.configure(Settings(), MS)
    printer.feed(MS)
    printer.prepare(art, MS)
    printer.mark(TOKEN, MS)
    model.order(what)
    model.tell("mend")
    if what == "reboot now":  # the old line is gone
        printer = on(model)
        printer.configure(Settings(), MS)
    with pytest.raises(DriverError, match=r"4 of its 5 panels|nothing is known"):
        printer.deliver(Bin.OUTPUT, MS)
    (card,) = [card for card in model.truth.cards.values() if card.place is not Place.HOPPER]
    assert not card.printed_good and card.place is (Place.INSIDE if what == "reboot now" else Place.OUTPUT)
    assert printer.observe(TOKEN.job_key, MS).verdict.outcome is not Outcome.GOOD


@pytest.mark.rule(22)
def test_settings_that_drift_are_seen_before_the_next_card(tmp_path: Path, art: Artwork) -> None:
    model = model_in(tmp_path)
    printer = on(model)
    printer.configure(Settings(), MS)
    model.order("settings-drift now")
    assert printer.status(MS).stops
    with pytest.raises(DriverError, match="settings"):
        printer.feed(MS)
    assert not [card for card in model.truth.cards.values() if card.place is not Place.HOPPER]


@pytest.mark.rule(22)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(KINDS), st.floats(0, 1), st.booleans())
def test_whatever_goes_wrong_anywhere_no_card_is_marked_twice_and_none_is_called_good(
    tmp_path_factory: pytest.TempPathFactory, kind: str, where: float, has_words: bool
) -> None:
    most = {"byte": 1_900_000, "reply": 60, "panel": 5, "answer": 300}[kind.split()[1]]
    model = model_in(tmp_path_factory.mktemp("printer"), shows_words=has_words)
    printer = on(model)
    printer.configure(Settings(), MS)
    model.order(f"{kind} {1 + int(where * (most - 1))}")
    with suppress(DriverError):
        whole_card(printer, drawn(), TOKEN, timeout_ms=400)
    assert_honest(printer, model)
    printer.close()
    model.tell("mend")
    again = on(model)
    assert_honest(again, model)
    with suppress(DriverTimeout):
        again.configure(Settings(), MS)
    with suppress(DriverError):
        again.recover(Recovery.REJECT_CARD, MS)
    again.close()
    assert all(card.marks <= 1 for card in model.truth.cards.values())
    model.printer.close()


def assert_honest(printer: EvolisPrinter, model: Line) -> None:
    """What it says of the job, if it says anything, is not more than what happened."""
    with suppress(DriverError):
        verdict = printer.observe(TOKEN.job_key, 400).verdict
        card = next((card for card in model.truth.cards.values() if card.marks), None)
        assert verdict.outcome is Outcome.UNKNOWN or (verdict.outcome is Outcome.SPOILED and card is not None)
        if verdict.outcome is Outcome.SPOILED and card is not None:
            assert not card.printed_good
        if verdict.blank is BlankPlace.OUTPUT:
            assert card is not None and card.place is Place.OUTPUT
