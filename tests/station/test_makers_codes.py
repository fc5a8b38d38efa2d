"""The maker's own codes reach the page, the log and the book: whoever calls the maker needs them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from ektp_core.boundary.card_printer import CardPosition, CardPrinter, Condition, Notice, Settings, Severity, Status
from ektp_driver_evolis import plugin as evolis
from ektp_driver_virtual import launch
from ektp_driver_virtual import plugin as virtual
from ektp_firmware_evolis.bench import make_bench_with_words
from ektp_station import messages, notices
from ektp_station.acts import Act, Done, Failed, Order, perform
from ektp_station.asking_station import say
from ektp_station.duty import Limits
from ektp_station.press import BLANKS_FAIL, Phase
from ektp_station.press_seen import with_its_code
from ektp_station.showing_status import device_says, show_status
from ektp_station.snapshot import snapshot
from tests.station.press_bench import PRINTER, Bench

MS = 60_000
NIK = "5203054408999001"
JAM = Notice(Condition.JAM, Severity.ERROR, 8, "V234", "card stuck")
LOW = Notice(Condition.RIBBON_LOW, Severity.REPORT, 1106, "V109", "ribbon low")


@pytest.fixture(autouse=True)
def in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EKTP_LANG", "en")


def status(*found: Notice) -> Status:
    return Status(found, CardPosition.NONE, 1, False)


@pytest.mark.parametrize(("notice", "said"), [
    (JAM, "prtAlertCode 8, V234, card stuck"),
    (Notice(Condition.JAM, Severity.ERROR), ""),
    (Notice(Condition.JAM, Severity.ERROR, 1, "", "stuck"), "stuck"),
    (Notice(Condition.OTHER, Severity.ERROR, 2, "X\x1b1", " a\n b "), "X 1, a b"),
])  # fmt: skip
def test_a_code_is_put_into_one_line(notice: Notice, said: str) -> None:
    assert notices.code_of(notice) == said


@pytest.mark.rule(40)
def test_what_a_maker_says_is_masked_and_short() -> None:
    told = Notice(Condition.OTHER, Severity.ERROR, 2, NIK, f"{NIK} " + "x" * 900)
    (shown,) = notices.shown(status(told))
    assert NIK not in str(shown) and len(str(shown["vendor_text"])) == notices.LONGEST
    assert NIK not in str(notices.with_code(status(told)))


def test_only_what_stops_a_card_is_in_a_line_of_the_log_and_all_of_it_on_the_page() -> None:
    assert notices.with_code(status(LOW)) == notices.with_code(None) == {}
    assert notices.with_code(status(JAM, LOW, JAM)) == {"code": "; ".join(["prtAlertCode 8, V234, card stuck"] * 2)}
    ready = Notice(Condition.READY, Severity.REPORT)
    assert [(one["alert_code"], one["vendor_code"], one["stops"]) for one in notices.shown(status(JAM, ready, LOW))] == [
        (8, "V234", True), (1106, "V109", False),
    ]  # fmt: skip
    assert notices.shown(None) == []


@pytest.fixture(params=["virtual", "evolis"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[CardPrinter]:
    """A printer without blanks, through its own driver."""
    printer: CardPrinter | None
    if request.param == "virtual":
        running = launch.start(tmp_path / "vp", "VP-0001")
        (found,) = virtual.ektp_discover_printers(str(running.folder))
        printer, end = virtual.ektp_open_printer(found), running.kill
    else:
        bench = make_bench_with_words(str(tmp_path / "b"))
        (found,) = evolis.ektp_discover_printers(bench.hint)
        printer, end = evolis.ektp_open_printer(found), bench.close
    assert printer is not None
    printer.configure(Settings(), MS)
    yield printer
    printer.close()
    end()


@pytest.mark.processes
def test_a_code_that_a_driver_gives_reaches_page_status_printers_and_log(empty: CardPrinter) -> None:
    bench = Bench(limits={PRINTER: Limits()})
    bench.up()
    bench.tick()
    assert bench.phase is Phase.CHECKING
    result = perform(empty, Order(Act.CHECK), None, MS)
    assert isinstance(result, Done)
    (wanted,) = [one for one in result.look.status.notices if one.condition is Condition.HOPPER_EMPTY]
    assert wanted.alert_code == 808 and wanted.vendor_code
    bench.put(messages.Drove(PRINTER, result))
    with bench.store.read() as view:
        page = snapshot(bench.state, view, bench.now_ms)
    (one,) = page["printers"]
    shown = next(told for told in one["notices"] if told["condition"] == "media-empty")
    assert (shown["alert_code"], shown["vendor_code"]) == (808, wanted.vendor_code)
    line = f"it reports: no blanks in the hopper (prtAlertCode 808, {wanted.vendor_code}"
    assert any(told.startswith(line) for told in device_says(one, say))
    assert f"{PRINTER}: {line}" in show_status(page, say)
    (told,) = [alarm for alarm in bench.alarms if "reports" in alarm.what]
    assert f"prtAlertCode 808, {wanted.vendor_code}" in str(told.facts["code"])


def test_another_report_of_a_printer_that_stands_still_is_logged_too() -> None:
    bench = Bench(records=0, limits={PRINTER: Limits()})
    bench.up()
    for notice in (JAM, JAM, Notice(Condition.COVER_OPEN, Severity.WARNING, 3, "V301", "cover open")):
        bench.tick(11_000)
        bench.put(messages.Drove(PRINTER, Done(looks(bench, notice))))
    codes = [alarm.facts["code"] for alarm in bench.alarms if "reports" in alarm.what]
    assert codes == ["prtAlertCode 8, V234, card stuck", "prtAlertCode 3, V301, cover open"]


def looks(bench: Bench, *found: Notice) -> Any:
    """What the bench's machine shows, with these notices."""
    look = bench.machine.look("", 1_000)
    return evolve(look, status=evolve(look.status, notices=found))


def test_the_trouble_of_a_card_is_logged_with_the_code() -> None:
    bench = Bench()
    bench.start()
    assert bench.phase is Phase.SIZING
    bench.put(messages.Drove(PRINTER, Done(looks(bench, JAM))))
    (told,) = [alarm for alarm in bench.alarms if alarm.what == "the printer cannot start"]
    assert told.facts["code"] == "prtAlertCode 8, V234, card stuck"


def test_a_card_in_doubt_is_logged_with_the_code() -> None:
    bench = Bench(blind=True)
    bench.start()
    while bench.phase is not Phase.LOOKING:
        if bench.persists:
            bench.commit()
        elif bench.performs[0].order.act is Act.MARK:
            bench.work_unseen()
            bench.put(messages.Drove(PRINTER, Failed("unplugged", is_silent=True)))
        else:
            bench.work()
    bench.put(messages.Drove(PRINTER, Done(looks(bench, JAM))))
    (told,) = [alarm for alarm in bench.alarms if alarm.what == "the card is suspect"]
    assert told.facts["code"] == "prtAlertCode 8, V234, card stuck"


def test_a_printer_that_is_closed_for_its_blanks_keeps_the_code_as_a_reason() -> None:
    bench = Bench()
    bench.start()
    press = evolve(bench.press, seen=Done(looks(bench, JAM)))
    assert with_its_code(press, BLANKS_FAIL) == f"{BLANKS_FAIL}; the printer says: prtAlertCode 8, V234, card stuck"
    assert with_its_code(bench.press, BLANKS_FAIL) == BLANKS_FAIL
