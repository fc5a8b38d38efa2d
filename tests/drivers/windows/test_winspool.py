"""The calls of Windows' spooler, against libraries made of Python: layouts, sizes, errors. Not Windows."""

import ctypes
from collections.abc import Callable
from typing import Any

import pytest

from ektp_core.boundary.card_printer import DriverError, DriverLost
from ektp_driver_windows import winspool
from ektp_driver_windows.bits import Attribute, JobBit, JobControl, PrinterBit, PrinterControl
from ektp_driver_windows.picture import bitmap
from ektp_driver_windows.queue import Job
from ektp_driver_windows.winspool import Winspool
from ektp_driving.deadline import Deadline
from ektp_driving.declined import Declined, NotAllowed, NotThere

MS = 10_000


class Library:
    """Answers each call by its name; what was called is kept."""

    def __init__(self, **answers: Any) -> None:
        self.called: list[tuple[Any, ...]] = []
        self.answers = answers

    def __getattr__(self, name: str) -> Callable[..., int]:
        def call(*arguments: Any) -> int:
            self.called.append((name, *arguments))
            answer = self.answers.get(name, 1)
            return int(answer(*arguments) if callable(answer) else answer)

        self.__dict__[name] = call
        return call

    def names(self) -> list[str]:
        return [one[0] for one in self.called]


def filling(value: Any, count_at: int | None = None) -> Callable[..., int]:
    """Fills a buffer as Windows does: too small at first."""
    raw = bytes(value)

    def fill(*arguments: Any) -> int:
        buffer, size, needed = next(
            arguments[at : at + 3] for at in range(len(arguments)) if isinstance(arguments[at], ctypes.Array)
        )
        needed._obj.value = len(raw)
        if count_at is not None:
            arguments[count_at]._obj.value = len(raw) // ctypes.sizeof(winspool._Job)
        if size < len(raw):
            return 0
        ctypes.memmove(buffer, raw, len(raw))
        return 1

    return fill


@pytest.fixture(autouse=True)
def error(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Sets what GetLastError says; at first that a buffer is too small."""
    held = [winspool._TOO_SMALL]
    monkeypatch.setattr(winspool, "last_error", lambda: held[0])
    return lambda number: held.__setitem__(0, number)


def in_time() -> Deadline:
    return Deadline.after(MS)


@pytest.mark.skipif(ctypes.sizeof(ctypes.c_void_p) != 8, reason="the sizes are those of 64-bit Windows")
@pytest.mark.parametrize(("layout", "size"), [
    (winspool._Printer, 136), (winspool._Job, 160), (winspool._Document, 40), (winspool._Picture, 40),
    (winspool._Defaults, 24),
])  # fmt: skip
def test_layouts_are_as_large_as_those_of_64_bit_windows(layout: type[ctypes.Structure], size: int) -> None:
    assert ctypes.sizeof(layout) == size
    assert winspool._Mode.copies.offset == 86


def test_a_queue_is_read_with_its_page() -> None:
    mode = winspool._Mode(copies=1)
    info = winspool._Printer(
        name="Card", port="USB001", driver="Maker", comment="hall", status=0x81, attributes=0x101,
        mode=ctypes.pointer(mode),
    )  # fmt: skip
    caps = {110: 1012, 111: 638, 88: 300, 90: 300}
    gdi = Library(CreateDCW=7, GetDeviceCaps=lambda _, which: caps[which])
    queue = Winspool("Card", Library(GetPrinterW=filling(info)), gdi).queue(in_time())
    assert (queue.serial, queue.driver, queue.comment, queue.copies) == ("Card@USB001", "Maker", "hall", 1)
    assert queue.status == PrinterBit.OFFLINE | PrinterBit.PAUSED
    assert queue.attributes == Attribute.QUEUED | Attribute.KEEP_PRINTED_JOBS
    assert queue.page == (8568, 5401) and queue.is_of_cards
    assert gdi.names()[-1] == "DeleteDC"


def test_jobs_are_read_and_an_empty_list_is_none() -> None:
    raw = (winspool._Job * 2)()
    raw[0] = winspool._Job(job_id=4, document="ektp-1", status=0x2090, pages=1, printed=1)
    raw[1] = winspool._Job(job_id=5, status=0)
    found = Winspool("Card", Library(EnumJobsW=filling(raw, 7)), Library()).jobs(in_time())
    bits = JobBit.PRINTING | JobBit.PRINTED | JobBit.RETAINED
    assert found == (Job(4, "ektp-1", bits, 1, 1), Job(5, "", JobBit.NOTHING))
    assert Winspool("Card", Library(EnumJobsW=filling(b"", 7)), Library()).jobs(in_time()) == ()


def test_orders_carry_windows_numbers() -> None:
    spool = Library(SetPrinterW=1, SetJobW=1)
    line = Winspool("Card", spool, Library())
    line.order(PrinterControl.PAUSE, in_time())
    line.order_job(9, JobControl.RETAIN, in_time())
    assert spool.called[-2][2:] == (0, None, 1) and spool.called[-1][2:] == (9, 0, None, 8)
    line.close()
    assert spool.names()[-1] == "ClosePrinter"


def test_settings_are_changed_and_all_else_stays() -> None:
    before = winspool._Printer(name="Card", location="hall", attributes=0x100, security=99)
    seen: list[Any] = []

    def set_printer(_handle: Any, level: int, raw: Any, command: int) -> int:
        sent = winspool._Printer.from_buffer(raw)
        seen.append((level, command, sent.attributes, sent.comment, sent.location, sent.security))
        return 1

    spool = Library(GetPrinterW=filling(before), SetPrinterW=set_printer)
    Winspool("Card", spool, Library()).change(Attribute.QUEUED, "held", in_time())
    assert seen == [(2, 0, 1, "held", "hall", None)]
    assert before.location == "hall", "it lives as long as its copy"


@pytest.mark.parametrize(("width", "height", "drawn"), [(1016, 648, (1016, 648)), (648, 1016, (648, 1016))])
def test_a_page_is_drawn_over_all_of_it_and_turned_where_it_stands_upright(
    picture: bytes, width: int, height: int, drawn: tuple[int, int]
) -> None:
    gdi = Library(CreateDCW=7, StartDocW=12, StretchDIBits=648, GetDeviceCaps=lambda _, one: {8: width, 10: height}[one])
    line = Winspool("Card", Library(), gdi)
    assert line.begin("ektp-1", in_time()) == 12
    line.page(bitmap(picture), in_time())
    line.end(in_time())
    call = next(one for one in gdi.called if one[0] == "StretchDIBits")
    assert call[4:6] == (width, height) and call[8:10] == drawn
    assert [one for one in gdi.names() if one != "GetDeviceCaps"] == [
        "CreateDCW", "StartDocW", "StartPage", "StretchDIBits", "EndPage", "EndDoc", "DeleteDC",
    ]  # fmt: skip


def test_an_unfinished_document_is_given_up() -> None:
    gdi = Library(CreateDCW=7, StartDocW=12)
    line = Winspool("Card", Library(), gdi)
    line.begin("ektp-1", in_time())
    line.close()
    assert gdi.names()[-2:] == ["AbortDoc", "DeleteDC"]


@pytest.mark.parametrize(("number", "kind"), [
    (5, NotAllowed), (87, NotThere), (1801, NotThere), (1722, DriverLost), (6, DriverLost), (31, Declined),
])  # fmt: skip
def test_an_error_of_windows_is_told_by_its_number(
    error: Callable[[int], None], number: int, kind: type[DriverError]
) -> None:
    error(number)
    with pytest.raises(kind, match=f"error {number}"):
        Winspool("Card", Library(OpenPrinterW=0), Library()).jobs(in_time())


def test_after_the_service_was_gone_the_queue_is_opened_anew(error: Callable[[int], None]) -> None:
    spool = Library(SetPrinterW=0)
    line = Winspool("Card", spool, Library())
    error(1722)
    for _ in range(2):
        with pytest.raises(DriverLost):
            line.order(PrinterControl.RESUME, in_time())
    assert spool.names().count("OpenPrinterW") == 2


def test_it_is_not_there_on_another_system() -> None:
    with pytest.raises(DriverLost, match="from Windows only"):
        winspool.load("winspool.drv")
