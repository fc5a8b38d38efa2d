"""Windows' own print spooler (spooler Windows) through ctypes: winspool.drv and gdi32.dll, and nothing else.

**Never run.** Written from Microsoft's documentation (OpenPrinter, GetPrinter and SetPrinter with
PRINTER_INFO_2, EnumJobs with JOB_INFO_2, SetJob, CreateDC, StartDoc, StretchDIBits); loaded on Windows only. The
maker's driver draws the page, so a bitmap goes through a device context of the printer. A call is a call to
another process and cannot be cut short: its deadline is looked at before it, and the station kills a
driver that is late.
"""

import ctypes
from collections.abc import Callable
from contextlib import suppress
from ctypes import POINTER, byref, c_int, c_int32, c_short, c_uint32, c_void_p, c_wchar_p
from typing import Any

from attrs import define, field

from ektp_core.boundary.card_printer import DriverError, DriverLost
from ektp_driver_windows.bits import Attribute, JobBit, JobControl, PrinterBit, PrinterControl
from ektp_driver_windows.picture import Bitmap, turned
from ektp_driver_windows.queue import Job, Queue
from ektp_driving.deadline import Deadline
from ektp_driving.declined import Declined, NotAllowed, NotThere

_ADMINISTER, _USE = 0x4, 0x8  # PRINTER_ACCESS_*
_DENIED, _NO_JOB, _TOO_SMALL, _NO_PRINTER = 5, 87, 122, 1801  # GetLastError
_RPC_FAILED = frozenset({6, 1722, 1723, 1726, 1727})  # invalid handle; the service is gone, busy, or died in the call
_WIDTH_PX, _HEIGHT_PX, _DPI_X, _DPI_Y, _PAGE_WIDTH, _PAGE_HEIGHT = 8, 10, 88, 90, 110, 111  # GetDeviceCaps
_COPY = 0x00CC0020  # SRCCOPY
_MOST_BYTES = 8 << 20
_HUNDREDTHS_PER_INCH = 2540


class _Defaults(ctypes.Structure):
    """PRINTER_DEFAULTSW."""

    _fields_ = (("datatype", c_wchar_p), ("mode", c_void_p), ("access", c_uint32))


class _Mode(ctypes.Structure):
    """The beginning of DEVMODEW, up to the number of copies."""

    _fields_ = (
        ("device", ctypes.c_uint16 * 32), ("versions", ctypes.c_uint16 * 4), ("fields", c_uint32),
        ("before", c_short * 5), ("copies", c_short),
    )  # fmt: skip


class _Printer(ctypes.Structure):
    """PRINTER_INFO_2W."""

    _fields_ = (
        ("server", c_wchar_p), ("name", c_wchar_p), ("share", c_wchar_p), ("port", c_wchar_p), ("driver", c_wchar_p),
        ("comment", c_wchar_p), ("location", c_wchar_p), ("mode", POINTER(_Mode)), ("separator", c_wchar_p),
        ("processor", c_wchar_p), ("datatype", c_wchar_p), ("parameters", c_wchar_p), ("security", c_void_p),
        ("attributes", c_uint32), ("priority", c_uint32), ("default_priority", c_uint32), ("from_minute", c_uint32),
        ("until_minute", c_uint32), ("status", c_uint32), ("jobs", c_uint32), ("pages_per_minute", c_uint32),
    )  # fmt: skip


class _Job(ctypes.Structure):
    """JOB_INFO_2W."""

    _fields_ = (
        ("job_id", c_uint32), ("printer", c_wchar_p), ("machine", c_wchar_p), ("user", c_wchar_p),
        ("document", c_wchar_p), ("notify", c_wchar_p), ("datatype", c_wchar_p), ("processor", c_wchar_p),
        ("parameters", c_wchar_p), ("driver", c_wchar_p), ("mode", c_void_p), ("words", c_wchar_p),
        ("security", c_void_p), ("status", c_uint32), ("priority", c_uint32), ("position", c_uint32),
        ("from_minute", c_uint32), ("until_minute", c_uint32), ("pages", c_uint32), ("size", c_uint32),
        ("submitted", ctypes.c_uint16 * 8), ("time_ms", c_uint32), ("printed", c_uint32),
    )  # fmt: skip


class _Document(ctypes.Structure):
    """DOCINFOW."""

    _fields_ = (
        ("size", c_int), ("name", c_wchar_p), ("output", c_wchar_p), ("datatype", c_wchar_p), ("kind", c_uint32),
    )  # fmt: skip


class _Picture(ctypes.Structure):
    """BITMAPINFOHEADER; a positive height: the lowest row comes first."""

    _fields_ = (
        ("size", c_uint32), ("width", c_int32), ("height", c_int32), ("planes", ctypes.c_uint16),
        ("bits", ctypes.c_uint16), ("compression", c_uint32), ("image_bytes", c_uint32), ("x_per_metre", c_int32),
        ("y_per_metre", c_int32), ("colours", c_uint32), ("important", c_uint32),
    )  # fmt: skip


def load(name: str) -> Any:
    """A library of Windows, by its name; one that calls by the system's own convention.

    Raises:
        DriverLost: this is no Windows.
    """
    loader = getattr(ctypes, "WinDLL", None)
    if loader is None:
        raise DriverLost("a Windows queue can be reached from Windows only")
    return loader(name, use_last_error=True)


def last_error() -> int:
    """The number of what went wrong in the last call."""
    return int(getattr(ctypes, "get_last_error", lambda: 0)())


def refusal(what: str, error: int) -> DriverError:
    """What a failed call means. `error`: as GetLastError gave it."""
    text = f"Windows declined {what} (error {error})"
    if error == _DENIED:
        return NotAllowed(text)
    if error in (_NO_JOB, _NO_PRINTER):
        return NotThere(text)
    return DriverLost(text) if error in _RPC_FAILED else Declined(text)


@define(eq=False)
class Winspool:
    """One queue of this machine. Implements `Spooler`. `spool`, `gdi`: the two libraries."""

    name: str
    spool: Any = field(factory=lambda: load("winspool.drv"))
    gdi: Any = field(factory=lambda: load("gdi32"))
    _handle: c_void_p | None = field(init=False, default=None)
    _context: c_void_p | None = field(init=False, default=None)

    def __attrs_post_init__(self) -> None:
        self.gdi.CreateDCW.restype = c_void_p  # an address: the usual int would cut it in half

    def queue(self, deadline: Deadline) -> Queue:
        """How the queue is; its page as the maker's driver says."""
        raw = self._printer(deadline)
        found = _Printer.from_buffer(raw)
        page = self._page_size(found.name or self.name)
        name, copies = found.name or self.name, found.mode.contents.copies if found.mode else 1
        words = (found.port or "", found.driver or "", found.processor or "", found.comment or "")
        return Queue(name, *words, PrinterBit(found.status), Attribute(found.attributes), copies, page)

    def jobs(self, deadline: Deadline) -> tuple[Job, ...]:
        """All jobs in its list."""
        handle, count = self._opened(deadline), c_uint32()

        def ask(buffer: Any, size: int, needed: Any) -> int:
            return int(self.spool.EnumJobsW(handle, 0, 0xFFFF, 2, buffer, size, needed, byref(count)))

        raw = self._filled("the list of jobs", ask)
        found = (_Job * count.value).from_buffer(raw) if count.value else ()
        return tuple(Job(one.job_id, one.document or "", JobBit(one.status), one.pages, one.printed) for one in found)

    def order(self, what: PrinterControl, deadline: Deadline) -> None:
        """Stop the queue, or let it run."""
        self._must(what.name.lower(), self.spool.SetPrinterW(self._opened(deadline), 0, None, int(what)))

    def change(self, attributes: Attribute, comment: str, deadline: Deadline) -> None:
        """Set how the queue works, and its comment; all else stays as it was read."""
        raw = self._printer(deadline)
        found = _Printer.from_buffer(raw)
        found.attributes, found.comment, found.security = int(attributes), comment, None
        self._must("setting the queue", self.spool.SetPrinterW(self._opened(deadline), 2, raw, 0))

    def begin(self, name: str, deadline: Deadline) -> int:
        """Begin a document on a device context of its own."""
        deadline.check()
        self._give_up()
        self._context = self._new_context(self.name)
        document = _Document(ctypes.sizeof(_Document), name, None, None, 0)
        return self._must("beginning a document", self.gdi.StartDocW(self._context, byref(document)), 1)

    def page(self, picture: Bitmap, deadline: Deadline) -> None:
        """Draw the card over the whole page; it is turned for a page that stands upright."""
        deadline.check()
        width, height = self._caps(_WIDTH_PX), self._caps(_HEIGHT_PX)
        if width < height:
            picture = turned(picture)
        head = _Picture(ctypes.sizeof(_Picture), picture.width_px, picture.height_px, 1, 24, 0, len(picture.rows))
        self._must("beginning a page", self.gdi.StartPage(self._context), 1)
        drawn = self.gdi.StretchDIBits(
            self._context, 0, 0, width, height, 0, 0, picture.width_px, picture.height_px, picture.rows, byref(head),
            0, _COPY,
        )  # fmt: skip
        self._must("drawing", drawn, 1)
        self._must("ending a page", self.gdi.EndPage(self._context), 1)

    def end(self, deadline: Deadline) -> None:
        """End the document."""
        deadline.check()
        context, self._context = self._context, None
        try:
            self._must("ending a document", self.gdi.EndDoc(context), 1)
        finally:
            self.gdi.DeleteDC(context)

    def order_job(self, job_id: int, what: JobControl, deadline: Deadline) -> None:
        """Order something about one job."""
        done = self.spool.SetJobW(self._opened(deadline), job_id, 0, None, int(what))
        self._must(f"{what.name.lower()} of a job", done)

    def close(self) -> None:
        """Let go of it; an unfinished document is given up."""
        self._give_up()
        handle, self._handle = self._handle, None
        if handle is not None:
            self.spool.ClosePrinter(handle)

    def _give_up(self) -> None:
        context, self._context = self._context, None
        if context is not None:
            self.gdi.AbortDoc(context)
            self.gdi.DeleteDC(context)

    def _opened(self, deadline: Deadline) -> c_void_p:
        deadline.check()
        if self._handle is not None:
            return self._handle
        handle = c_void_p()
        for access in (_ADMINISTER | _USE, _USE):  # without the right to manage it can still be looked at
            if self.spool.OpenPrinterW(self.name, byref(handle), byref(_Defaults(None, None, access))):
                self._handle = handle
                return handle
        raise refusal("opening the queue", last_error())

    def _printer(self, deadline: Deadline) -> Any:
        handle = self._opened(deadline)

        def ask(buffer: Any, size: int, needed: Any) -> int:
            return int(self.spool.GetPrinterW(handle, 2, buffer, size, needed))

        return self._filled("the state of the queue", ask)

    def _filled(self, what: str, ask: Callable[[Any, int, Any], int]) -> Any:
        """A buffer as large as the answer; it may grow between two questions, so a few are asked."""
        needed, raw = c_uint32(), ctypes.create_string_buffer(1)
        for _ in range(4):
            if ask(raw, len(raw), byref(needed)):
                return raw
            error = last_error()
            if error != _TOO_SMALL or needed.value > _MOST_BYTES:
                self._drop(error)
                raise refusal(what, error)
            raw = ctypes.create_string_buffer(needed.value)
        raise Declined(f"Windows does not come to an end with {what}")

    def _page_size(self, name: str) -> tuple[int, int]:
        with suppress(DriverError):
            context = self._new_context(name)
            try:
                wanted = (_PAGE_WIDTH, _PAGE_HEIGHT, _DPI_X, _DPI_Y)
                caps = [int(self.gdi.GetDeviceCaps(context, one)) for one in wanted]
            finally:
                self.gdi.DeleteDC(context)
            if all(caps):
                width, height, dpi_x, dpi_y = caps
                return width * _HUNDREDTHS_PER_INCH // dpi_x, height * _HUNDREDTHS_PER_INCH // dpi_y
        return 0, 0

    def _new_context(self, name: str) -> c_void_p:
        found = self.gdi.CreateDCW("WINSPOOL", name, None, None)
        if not found:
            raise refusal("a drawing context", last_error())
        return c_void_p(found)

    def _caps(self, which: int) -> int:
        return int(self.gdi.GetDeviceCaps(self._context, which))

    def _must(self, what: str, done: Any, least: int = 1) -> int:
        if int(done) < least:
            error = last_error()
            self._drop(error)
            raise refusal(what, error)
        return int(done)

    def _drop(self, error: int) -> None:
        """A handle of a service that is gone leads nowhere; the next question opens a new one."""
        if error in _RPC_FAILED:
            self._handle = None
