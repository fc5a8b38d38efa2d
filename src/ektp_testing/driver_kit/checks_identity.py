"""Who is there (jati diri): a device is known by its own serial, and only what is there is named."""

from attrs import evolve

from ektp_core.boundary.card_printer import Identity
from ektp_testing.driver_kit.asking import always
from ektp_testing.driver_kit.check import Check
from ektp_testing.driver_kit.stage import ACT_MS, Stage


def _found_once(stage: Stage) -> None:
    found = stage.attempt(lambda: stage.driver.discover(stage.bench.hint))
    stage.expect(isinstance(found, list), "discovery raised an error; a device that does not answer is not there")
    assert isinstance(found, list)
    here = [one for one in found if one.serial == stage.bench.serial]
    stage.expect(len(here) == 1, f"discovery names the device on the bench {len(here)} times")
    stage.expect(here[0].driver == stage.driver.name, "discovery names the device under another driver's name")


def _found_again(stage: Stage) -> None:
    with stage.unmoved("discovery moved a card"):
        first = stage.done(lambda: stage.driver.discover(stage.bench.hint), "discovery failed")
        second = stage.done(lambda: stage.driver.discover(stage.bench.hint), "the second discovery failed")
    stage.expect(first == second, "the second discovery names something else")
    stage.expect(any(one.serial == stage.bench.serial for one in second), "asked again, it does not name the device")


def _nothing_elsewhere(stage: Stage) -> None:
    found = stage.attempt(lambda: stage.driver.discover(f"{stage.bench.hint}-nothing"))
    stage.expect(isinstance(found, list), "discovery raised an error where no device is")
    stage.expect(found == [], "discovery names a device where none is")


def _other_serial(stage: Stage) -> None:
    other = evolve(stage.seen(), serial=f"{stage.bench.serial}X")

    def opened() -> None:
        stage.let_go(stage.driver.open(other))

    stage.refused(opened, "a device of another serial was opened in its place")


def _identity(stage: Stage) -> None:
    printer = stage.raw()
    first: Identity = stage.done(lambda: printer.identify(ACT_MS), "identify failed")
    stage.expect(first.serial == stage.bench.serial, "it names another serial than the device has")
    stage.expect(first.make and first.model, "it names no make or no model")
    stage.expect(printer.identify(ACT_MS) == first, "it is somebody else at the second question")
    stage.let_go(printer)


def _capabilities(stage: Stage) -> None:
    printer = stage.raw()
    first = stage.done(lambda: printer.capabilities(ACT_MS), "capabilities failed")
    stage.expect(first == printer.capabilities(ACT_MS), "it can do something else at the second question")
    stage.expect(first == stage.capabilities, "it can do something else than on another bench")
    sizes = (first.width_px, first.height_px, first.dpi, first.hoppers)
    stage.expect(all(size > 0 for size in sizes), "a size of the picture or the number of hoppers is not above 0")
    stage.let_go(printer)


IDENTITY_CHECKS = (
    Check("found-once", "Discovery names the device once, by its own serial.", always, _found_once, moves=False),
    Check("found-again", "A second discovery names the same and moves nothing.", always, _found_again, moves=False),
    Check("nothing-elsewhere", "Where no device is, none is named.", always, _nothing_elsewhere, moves=False),
    Check("other-serial", "A device of another serial is not opened.", always, _other_serial, moves=False),
    Check("identity", "It says who it is, with the serial it was found by.", always, _identity, moves=False),
    Check("capabilities", "What it can do is the same whenever it is asked.", always, _capabilities, moves=False),
)
