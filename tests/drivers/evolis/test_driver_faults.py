"""Everything that goes wrong with a card: nothing is sent twice, and nothing is believed too early."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ektp_core.boundary.card_printer import (
    Artwork,
    Bin,
    Condition,
    DriverError,
    DriverLost,
    DriverTimeout,
    Found,
    PrintToken,
    Recovery,
    ResetLevel,
    Settings,
    Severity,
    Station,
)
from ektp_core.vocabulary.verdict import BlankPlace, Certainty, Outcome
from ektp_driver_evolis.driver import EvolisPrinter
from ektp_driver_evolis.replies import Declined
from tests.drivers.evolis.scripted_line import SERIAL, ScriptedLine

MS = 3_000
TOKEN = PrintToken("record", 1, 1)
MARKING = ("Ss", "Sr", "Db;y;128", "Db;m;128", "Db;c;128", "Db;k;2", "Db;o;2")
pytestmark = pytest.mark.rule(22)


def and_then(line: ScriptedLine, name: str, value: Callable[[], int | bool]) -> Callable[[bytes], bytes]:
    """Something else happens in the printer before it answers as usual."""

    def change(reply: bytes) -> bytes:
        setattr(line, name, value())
        return reply

    return change


@pytest.fixture
def ready(printer: EvolisPrinter, line: ScriptedLine, art: Artwork) -> EvolisPrinter:
    """A card at the head and its picture prepared."""
    printer.feed(MS)
    printer.prepare(art, MS)
    line.said.clear()
    return printer


@pytest.mark.parametrize("at", MARKING)
def test_an_error_in_the_mark_ends_it_and_nothing_is_sent_again(
    ready: EvolisPrinter, line: ScriptedLine, at: str
) -> None:
    line.answers[at] = "ERR RIBBON"
    with pytest.raises(Declined):
        ready.mark(TOKEN, MS)
    assert line.said[-1] == at
    verdict = ready.observe("", MS).verdict
    printed = line.panels - 50
    assert verdict.outcome is (Outcome.SPOILED if printed else Outcome.UNKNOWN)
    assert verdict.blank is BlankPlace.IN_PRINTER
    with pytest.raises(DriverError):
        ready.mark(TOKEN, MS)
    assert [line.said.count(word) for word in MARKING] == [int(MARKING.index(word) <= MARKING.index(at)) for word in MARKING]


@pytest.mark.parametrize("at", MARKING)
@pytest.mark.parametrize("change", [lambda _: None, lambda _: b"\x9c\0", lambda _: b"KO\0"], ids=["lost", "bad", "odd"])
def test_a_lost_or_garbled_reply_leaves_the_job_unknown(
    ready: EvolisPrinter, line: ScriptedLine, at: str, change: Callable[[bytes], bytes | None]
) -> None:
    line.garble(at, change)
    with pytest.raises(DriverError):
        ready.mark(TOKEN, MS)
    assert [word for word in line.said if word in MARKING][-1] == at
    verdict = ready.observe(TOKEN.job_key, MS).verdict
    assert verdict.outcome is Outcome.UNKNOWN
    assert line.said.count("Ss") == 1


def test_a_timeout_is_an_error_and_the_line_is_found_again(ready: EvolisPrinter, line: ScriptedLine) -> None:
    line.lose("Db;k;2")
    with pytest.raises(DriverTimeout):
        ready.mark(TOKEN, MS)
    line.said.clear()
    ready.deliver(Bin.REJECT, MS)
    assert line.said[:2] == ["Rsn", "Rlr"] and "Ser" in line.said and "Se" not in line.said
    assert ready.observe("", MS).verdict.blank is BlankPlace.REJECT


def test_a_cut_download_is_not_followed_by_a_word(ready: EvolisPrinter, line: ScriptedLine) -> None:
    write = line.write

    def cut(data: bytes, timeout_ms: int) -> None:
        if data.startswith(b"\x1bDb;c"):
            line.short_after = 1_000
        write(data, timeout_ms)

    line.write = cut  # type: ignore[method-assign]  # this line alone is cut
    with pytest.raises(DriverTimeout):
        ready.mark(TOKEN, MS)
    said = list(line.said)
    for act in (ready.status, ready.counters, lambda ms: ready.deliver(Bin.REJECT, ms)):
        with pytest.raises(DriverLost):
            act(MS)
    assert line.said == said
    ready.recover(Recovery.CLEAR_ERROR, MS)
    assert line.resets == 1 and line.said[len(said) :] == ["Rsn", "Rlr", "Scs"]


def test_a_printer_that_goes_away_in_the_mark(ready: EvolisPrinter, line: ScriptedLine) -> None:
    line.garble("Db;m;128", lambda _: setattr(line, "gone", True))
    with pytest.raises(DriverLost):
        ready.mark(TOKEN, MS)
    with pytest.raises(DriverLost):
        ready.status(MS)


def test_a_second_card_in_the_mark_is_an_error(ready: EvolisPrinter, line: ScriptedLine) -> None:
    line.garble("Sr", and_then(line, "fed", lambda: line.fed + 1))
    with pytest.raises(DriverError, match="1 cards taken"):
        ready.mark(TOKEN, MS)
    verdict = ready.observe("", MS).verdict
    assert (verdict.outcome, verdict.certainty) == (Outcome.UNKNOWN, Certainty.TRANSPORT)


def test_panels_that_were_not_counted_are_an_error(ready: EvolisPrinter, line: ScriptedLine) -> None:
    line.garble("Db;o;2", and_then(line, "panels", lambda: line.panels - 1))
    with pytest.raises(DriverError, match="3 panels and not 4"):
        ready.mark(TOKEN, MS)


def test_marking_without_a_card_sends_nothing(printer: EvolisPrinter, line: ScriptedLine, art: Artwork) -> None:
    printer.prepare(art, MS)
    line.said.clear()
    with pytest.raises(DriverError, match="no card"):
        printer.mark(TOKEN, MS)
    assert not set(line.said) & set(MARKING)
    assert line.fed == 7


@pytest.mark.parametrize(("question", "reply"), [("Rem", "0;2"), ("Rmi", "F"), ("Rmk", "s;i")])
def test_settings_that_changed_by_themselves_stop_mark_and_feed(
    ready: EvolisPrinter, line: ScriptedLine, question: str, reply: str
) -> None:
    line.modes[question] = reply
    with pytest.raises(DriverError, match="settings"):
        ready.mark(TOKEN, MS)
    with pytest.raises(DriverError, match="settings"):
        ready.feed(MS)
    assert not [word for word in line.said if not word.startswith("R")]
    assert any(notice.vendor_code == "Rem" for notice in ready.status(MS).stops)
    ready.configure(Settings(), MS)
    assert ready.mark(TOKEN, MS) == ""  # nothing had been sent with this token


@pytest.mark.parametrize(("question", "reply"), [("Rem", "0;2"), ("Rmi", "F"), ("Rmk", "s;i")])
def test_settings_that_changed_by_themselves_stop_a_move_too(
    ready: EvolisPrinter, line: ScriptedLine, question: str, reply: str
) -> None:
    line.modes[question] = reply
    with pytest.raises(DriverError, match="settings"):
        ready.move(Station.HEAD, MS)
    assert "Si" not in line.said


def test_nothing_is_fed_onto_a_card(ready: EvolisPrinter, line: ScriptedLine) -> None:
    with pytest.raises(DriverError, match="inside already"):
        ready.feed(MS)
    assert "Si" not in line.said


def test_a_feed_that_brings_nothing_is_an_error(printer: EvolisPrinter, line: ScriptedLine) -> None:
    line.answers["Si"] = "ERR FEEDER"
    with pytest.raises(Declined):
        printer.feed(MS)
    status = printer.status(MS)
    assert [(one.condition, one.severity) for one in status.notices] == [(Condition.NOT_FED, Severity.REPORT)]
    assert line.said.count("Si") == 1


@pytest.mark.parametrize("counted", [0, 2, 2**32 - 7])
def test_a_feed_that_is_not_counted_as_one_card_is_an_error(
    printer: EvolisPrinter, line: ScriptedLine, counted: int
) -> None:
    line.garble("Si", and_then(line, "fed", lambda: (7 + counted) % 2**32))
    with pytest.raises(DriverError, match="cards taken"):
        printer.feed(MS)


def test_a_counter_that_wraps_is_no_error(printer: EvolisPrinter, line: ScriptedLine) -> None:
    line.fed = 2**32 - 1
    line.garble("Si", and_then(line, "fed", lambda: 0))
    printer.feed(MS)


def test_a_move_without_a_card_sends_nothing(line: ScriptedLine) -> None:
    printer = EvolisPrinter(Found("evolis", "usb,has:contact,has:contactless", SERIAL), line)
    printer.configure(Settings(), MS)
    line.said.clear()
    for station in Station:
        with pytest.raises(DriverError, match="no card"):
            printer.move(station, MS)
    assert line.fed == 7 and not set(line.said) & {"Si", "Sis", "Sic"}


def test_a_card_that_does_not_leave_is_an_error(ready: EvolisPrinter, line: ScriptedLine) -> None:
    ready.mark(TOKEN, MS)
    line.garble("Se", and_then(line, "inside", lambda: True))
    with pytest.raises(DriverError, match="still inside"):
        ready.deliver(Bin.OUTPUT, MS)
    line.inside = False
    with pytest.raises(DriverError, match="no card"):
        ready.deliver(Bin.REJECT, MS)


def test_a_card_that_came_out_without_its_last_panel_is_not_called_delivered(
    ready: EvolisPrinter, line: ScriptedLine
) -> None:
    ready.mark(TOKEN, MS)
    line.waiting = ""  # somebody opened the cover and closed it: the print is over, and `Se` only ejects
    with pytest.raises(DriverError, match="4 of its 5 panels"):
        ready.deliver(Bin.OUTPUT, MS)
    assert not line.inside and line.said.count("Se") == 1
    verdict = ready.observe("", MS).verdict
    assert (verdict.outcome, verdict.blank, verdict.certainty) == (
        Outcome.SPOILED, BlankPlace.OUTPUT, Certainty.COUNTER
    )  # fmt: skip


def test_a_card_this_process_knows_nothing_of_is_not_delivered_as_if_it_were_whole(
    ready: EvolisPrinter, line: ScriptedLine
) -> None:
    ready.mark(TOKEN, MS)
    again = EvolisPrinter(ready.found, line)
    again.configure(Settings(), MS)
    with pytest.raises(DriverError, match="nothing is known"):
        again.deliver(Bin.OUTPUT, MS)
    assert line.inside and "Se" not in line.said
    again.deliver(Bin.REJECT, MS)
    assert not line.inside


def test_a_card_somebody_put_in_after_ours_is_not_delivered(ready: EvolisPrinter, line: ScriptedLine) -> None:
    ready.mark(TOKEN, MS)
    ready.deliver(Bin.OUTPUT, MS)
    line.inside = True
    line.said.clear()
    with pytest.raises(DriverError, match="nothing is known"):
        ready.deliver(Bin.OUTPUT, MS)
    assert "Se" not in line.said


def test_a_model_that_knows_no_clearing_of_errors_rejects_and_configures_all_the_same(
    ready: EvolisPrinter, line: ScriptedLine
) -> None:
    line.answers["Scs"] = "ERR COMMAND"
    ready.deliver(Bin.REJECT, MS)
    assert not line.inside
    ready.configure(Settings(), MS)


def test_a_ribbon_that_ends_in_the_overlay_spoils_the_card(ready: EvolisPrinter, line: ScriptedLine) -> None:
    ready.mark(TOKEN, MS)
    line.answers["Se"] = "ERR RIBBON"
    with pytest.raises(Declined):
        ready.deliver(Bin.OUTPUT, MS)
    verdict = ready.observe("", MS).verdict
    assert (verdict.outcome, verdict.blank, verdict.certainty) == (
        Outcome.SPOILED, BlankPlace.IN_PRINTER, Certainty.COUNTER
    )  # fmt: skip


@pytest.mark.parametrize("reply", ["ERR PARAMETER", "DONE"])
def test_bitmaps_that_are_not_clear_are_an_error(
    printer: EvolisPrinter, line: ScriptedLine, art: Artwork, reply: str
) -> None:
    line.answers["Wcb;a"] = reply
    with pytest.raises(DriverError):
        printer.prepare(art, MS)
    line.last = "OK"
    printer.feed(MS)
    with pytest.raises(DriverError):
        printer.deliver(Bin.OUTPUT, MS)
    line.answers["Wcb;a"], line.last = "OK", "OK"
    line.answers["Rlr"] = "ERR MECHANICAL"
    with pytest.raises(DriverError, match="clear"):
        printer.prepare(art, MS)


def test_a_ribbon_at_its_end_is_found_before_the_card_is_marked(
    printer: EvolisPrinter, line: ScriptedLine, art: Artwork
) -> None:
    line.answers["Rcr"] = "ERR RIBBON"
    with pytest.raises(DriverError, match="end mark"):
        printer.prepare(art, MS)
    assert Condition.RIBBON_EMPTY in {one.condition for one in printer.status(MS).stops}


def test_a_reset_is_refused_where_a_card_is_seen(printer: EvolisPrinter, line: ScriptedLine) -> None:
    line.inside = True
    with pytest.raises(DriverError, match="inside"):
        printer.reset(ResetLevel.SOFT, MS)
    assert line.resets == 0
    line.inside = False
    printer.reset(ResetLevel.SOFT, MS)
    assert line.resets == 1


def test_a_printer_that_cannot_be_asked_is_reset_when_people_order_it(
    printer: EvolisPrinter, line: ScriptedLine
) -> None:
    line.lose("Rlr;p")
    printer.reset(ResetLevel.SOFT, MS)
    assert line.resets == 1
    assert not printer.status(MS).stops


def test_a_reset_is_refused_while_the_card_it_fed_may_lie_inside(ready: EvolisPrinter, line: ScriptedLine) -> None:
    line.short_after = 2
    with pytest.raises(DriverTimeout):
        ready.mark(TOKEN, MS)
    with pytest.raises(DriverError, match="a card is inside, or was"):
        ready.reset(ResetLevel.SOFT, MS)
    assert line.resets == 0
    ready.recover(Recovery.CLEAR_ERROR, MS)
    ready.deliver(Bin.REJECT, MS)
    ready.reset(ResetLevel.SOFT, MS)


def test_a_card_of_another_process_is_only_moved_out(line: ScriptedLine, art: Artwork) -> None:
    line.inside, line.waiting = True, "o"
    printer = EvolisPrinter(Found("evolis", "usb", SERIAL), line)
    printer.configure(Settings(), MS)
    assert printer.look(TOKEN.job_key, MS).job is None
    assert printer.observe(TOKEN.job_key, MS).verdict.outcome is Outcome.UNKNOWN
    printer.recover(Recovery.REJECT_CARD, MS)
    assert not line.inside and "Ser" in line.said


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(st.none(), st.binary(max_size=20), st.sampled_from([b"OK\0", b"0\0", b"ERR\0"])), max_size=25))
def test_whatever_a_printer_answers_only_the_contracts_errors_come_out(answers: list[bytes | None]) -> None:
    line = ScriptedLine()
    left = list(answers)

    def write(data: bytes, timeout_ms: int) -> None:
        if left:
            line.out += left.pop(0) or b""
        else:
            ScriptedLine.write(line, data, timeout_ms)

    line.write = write  # type: ignore[method-assign]  # this line alone behaves so
    printer = EvolisPrinter(Found("evolis", "usb", SERIAL), line)
    for act in (printer.identify, printer.capabilities, printer.status, printer.feed, printer.counters):
        try:
            act(500)
        except DriverError:
            continue
    assert line.fed - 7 <= 1
