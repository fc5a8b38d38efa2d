"""The driver and this model meet only here: over a served bus, through pyusb, as in a station."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from ektp_core.boundary.card_printer import Artwork, Bin, CardPrinter, DriverError, PrintToken, Settings, Station
from ektp_core.boundary.driver_bench import CardOnBench, Lies, Moment, Strike
from ektp_core.vocabulary.verdict import Outcome
from ektp_driver_evolis import plugin
from ektp_firmware_evolis.bench import EvolisBench, make_bench, make_bench_with_words
from ektp_firmware_evolis.settings import DRIFTS

pytestmark = pytest.mark.processes
MS = 20_000


@pytest.fixture(params=[make_bench, make_bench_with_words], ids=["plain", "status words"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[EvolisBench]:
    """A printer with three blanks."""
    made: EvolisBench = request.param(str(tmp_path / "b"))
    made.load(3)
    yield made
    made.close()


@pytest.fixture
def printer(bench: EvolisBench) -> Iterator[CardPrinter]:
    """The driver, opened and configured."""
    (found,) = plugin.ektp_discover_printers(f"{bench.hint},has:contactless")
    opened = plugin.ektp_open_printer(found)
    assert opened is not None
    opened.configure(Settings(), MS)
    yield opened
    opened.close()


def one_card(printer: CardPrinter, picture: bytes, number: int = 1) -> None:
    """Feed, move, print, deliver."""
    printer.prepare(Artwork(picture), MS)
    printer.feed(MS)
    printer.move(Station.CONTACTLESS, MS)
    printer.mark(PrintToken("r", 1, number), MS)
    printer.deliver(Bin.OUTPUT, MS)


def out(bench: EvolisBench) -> list[CardOnBench]:
    """Cards in the output tray."""
    return [card for card in bench.cards() if card.lies is Lies.OUTPUT]


def test_the_picture_on_the_card_is_the_picture_that_was_sent(
    bench: EvolisBench, printer: CardPrinter, picture: bytes
) -> None:
    one_card(printer, picture)
    (card,) = out(bench)
    assert (card.whole, card.marks) == (True, 1)
    with Image.open(bench.folder / "cards" / "BENCH_1.png") as found, Image.open(io.BytesIO(picture)) as sent:
        differs = ImageChops.difference(found, sent.convert("RGB")).histogram()
    far = [sum(differs[band + 5 : band + 256]) for band in (0, 256, 512)]
    assert far == [0, 0, 0], "128 levels of each colour are less than 5 of 256 apart"


@pytest.mark.rule(22)
def test_a_power_cut_in_a_card_is_no_good_card_and_no_second_one(
    bench: EvolisBench, printer: CardPrinter, picture: bytes
) -> None:
    bench.strike(Strike.POWER_CUT, Moment.MARK)
    with pytest.raises(DriverError):
        one_card(printer, picture)
    bench.mend()
    (found,) = plugin.ektp_discover_printers(bench.hint)
    again = plugin.ektp_open_printer(found)
    assert again is not None
    assert again.observe("r/1/1", MS).verdict.outcome is not Outcome.GOOD
    again.close()
    assert [card.marks for card in bench.cards()] == [1, 0, 0]
    assert not any(card.whole for card in bench.cards())


HARMLESS = 5  # how fast black is printed: no card more or less


@pytest.mark.parametrize("sort", range(1, len(DRIFTS) + 1))
def test_whichever_setting_drifts_no_card_is_printed_by_it_that_was_not_asked_for(
    bench: EvolisBench, printer: CardPrinter, picture: bytes, sort: int
) -> None:
    before = printer.configure(Settings(), MS)
    bench.person.tell("settings-drift", "now", str(sort))
    if sort == HARMLESS:
        one_card(printer, picture)
        assert [card.marks for card in bench.cards()] == [1, 0, 0]
        assert printer.configure(Settings(), MS) == before, "set back"
        return
    with pytest.raises(DriverError):
        one_card(printer, picture)
    assert [card.marks for card in bench.cards()] == [0, 0, 0]
