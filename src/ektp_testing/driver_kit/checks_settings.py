"""Settings (pengaturan): what lets a device print by itself is off, and what is read back is true."""

from attrs import evolve

from ektp_core.boundary.card_printer import CardPrinter, DriverError, Settings
from ektp_core.boundary.driver_bench import Moment, Strike
from ektp_testing.driver_kit.asking import always, offers
from ektp_testing.driver_kit.check import Check
from ektp_testing.driver_kit.laws import ink_once
from ektp_testing.driver_kit.stage import ACT_MS, Stage
from ektp_testing.driver_kit.way import new_way


def _read_back(stage: Stage) -> None:
    printer = stage.raw()
    wanted = Settings()
    got = stage.done(lambda: printer.configure(wanted, ACT_MS), "configure failed")
    stage.expect(got.device_retries == 0, f"it goes on retrying {got.device_retries} times by itself")
    stage.expect(not got.keeps_bitmaps, "it goes on keeping pictures")
    stage.expect(evolve(got, digest="") == wanted, "other settings were read back than were required")


def _digest(stage: Stage) -> None:
    printer = stage.raw()
    first = stage.done(lambda: printer.configure(Settings(), ACT_MS), "configure failed").digest
    stage.expect(first, "the settings have no digest")
    stage.expect(printer.configure(Settings(), ACT_MS).digest == first, "the digest of the same settings changed")
    stage.let_go(printer)
    again = stage.raw()
    stage.expect(again.configure(Settings(), ACT_MS).digest == first, "the digest changed when it was opened again")


def _two_copies(stage: Stage) -> None:
    printer = stage.open()
    dangerous = Settings(device_retries=3, copies=2, keeps_bitmaps=True)
    got = stage.attempt(lambda: printer.configure(dangerous, ACT_MS))
    if not isinstance(got, DriverError):
        stage.expect(isinstance(got, Settings), f"configure gives {type(got).__name__}")
        stage.expect(got.copies == 1, f"it would print {got.copies} copies")
        stage.expect(got.device_retries == 0 and not got.keeps_bitmaps, "it agrees to retry, or to keep pictures")
    new_way(stage, printer).go()
    inked = [card for card in ink_once(stage) if card.marks]
    stage.expect(len(inked) <= 1, f"one leave to print marked {len(inked)} cards")
    if not inked:  # it would not print like that; so it is asked for what it needs, and prints one
        stage.done(lambda: printer.configure(Settings(), ACT_MS), "it cannot be made safe again")
        new_way(stage, printer).whole("a card after it was made safe again")
        inked = [card for card in ink_once(stage) if card.marks]
        stage.expect(len(inked) == 1, f"one leave to print marked {len(inked)} cards")


def _drift(stage: Stage) -> None:
    printer = stage.open()
    before = printer.configure(Settings(), ACT_MS).digest
    stage.strike(Strike.SETTINGS_DRIFT, Moment.NOW)
    after = stage.attempt(lambda: printer.configure(Settings(), ACT_MS))
    is_seen = isinstance(after, DriverError)
    if not isinstance(after, DriverError):
        stage.expect(isinstance(after, Settings), f"configure gives {type(after).__name__}")
        is_seen = after.digest != before or evolve(after, digest="") != Settings()
    if not is_seen:  # put right by the question itself; then a card that was not asked about must be declined
        stage.fresh()
        printer = stage.open()
        stage.strike(Strike.SETTINGS_DRIFT, Moment.NOW)
        is_seen = bool(printer.status(ACT_MS).stops) or new_way(stage, printer).go().error is not None
    stage.expect(is_seen, "settings changed by themselves; digest, values and status hide it, and a card is printed")


def _refused(stage: Stage) -> None:
    """It says yes to every setting and keeps its own, which are dangerous: nobody reads back what was asked for."""
    printer = stage.open()
    stage.strike(Strike.SETTINGS_REFUSED, Moment.NOW)
    _asked_in_vain(stage, printer)
    again = stage.attempt(stage.raw)
    if not isinstance(again, DriverError):
        _asked_in_vain(stage, again)
    stage.bench.mend()
    mended = stage.done(stage.open, "it cannot be opened after a person mended the device")
    new_way(stage, mended).whole("the next card after its settings were put right")
    ink_once(stage)


def _asked_in_vain(stage: Stage, printer: CardPrinter) -> None:
    got = stage.attempt(lambda: printer.configure(Settings(), ACT_MS))
    if not isinstance(got, DriverError):
        stage.expect(isinstance(got, Settings), f"configure gives {type(got).__name__}")
        is_told = evolve(got, digest="") != Settings()
        stage.expect(is_told, "the device keeps its own settings, and configure gives back what was asked for")
    stage.let_go(printer)


SETTINGS_CHECKS = (
    Check(
        "settings-read-back", "Retries, copies and kept pictures are off as read back.", always, _read_back, moves=False
    ),
    Check("settings-digest", "The same settings have the same digest.", always, _digest, moves=False),
    Check("one-copy", "No setting lets one leave to print mark two cards.", always, _two_copies),
    Check("settings-drift", "Settings that changed by themselves are seen.", offers(Strike.SETTINGS_DRIFT), _drift),
    Check(
        "settings-refused",
        "Settings that the device does not take are never told as taken.",
        offers(Strike.SETTINGS_REFUSED),
        _refused,
    ),
)
