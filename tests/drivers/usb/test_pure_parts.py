"""Port status, faces, quirks, hints, numbers: pure, each typed by hand."""

import re
from pathlib import Path

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

import ektp_usb
from ektp_core.boundary.card_printer import DriverError, DriverLost, DriverTimeout
from ektp_usb import bus as words
from ektp_usb import descriptors, port_status
from ektp_usb.bus import BusError, Endpoint, Interface, printer_interface
from ektp_usb.faces import printer_face
from ektp_usb.hints import bus_of, is_usb
from ektp_usb.port_status import PortStatus
from ektp_usb.quirks import TABLE, Quirk, Quirks, quirks_of
from ektp_usb.remote_bus import RemoteBus
from ektp_usb.troubles import NotPermitted, ShortWrite, Trouble, error_for, meaning_of, number_of
from tests.drivers.usb.toy import device

OUT, IN = Endpoint(0x02), Endpoint(0x81)


def setting(protocol: int, *pipes: Endpoint, number: int = 0, alternate: int = 0, subclass: int = 1) -> Interface:
    return Interface(number, 7, subclass, protocol, pipes, alternate)


@given(st.booleans(), st.booleans(), st.booleans())
def test_a_port_status_is_read_as_it_was_written(paper_empty: bool, selected: bool, error: bool) -> None:
    read = port_status.parse(port_status.write(paper_empty=paper_empty, selected=selected, error=error))
    assert (read.paper_empty, read.selected, read.error) == (paper_empty, selected, error)


@given(st.binary(max_size=8))
def test_any_bytes_are_a_port_status_or_a_driver_error(raw: bytes) -> None:
    try:
        assert port_status.parse(raw).raw == raw[0]
    except DriverError:
        assert not raw


def test_all_well_is_0x18_and_undefined_bits_change_nothing() -> None:
    well = PortStatus(paper_empty=False, selected=True, error=False, raw=0x18)
    assert port_status.parse(b"\x18") == well
    assert evolve(port_status.parse(b"\xd8"), raw=0x18) == well  # bits 6 and 7 are some vendor's
    assert port_status.parse(b"\x10") == PortStatus(paper_empty=False, selected=True, error=True, raw=0x10)


@pytest.mark.parametrize(
    ("settings", "chosen"),
    [
        ([setting(2, OUT, IN)], (0, 0, 0x02, 0x81, False)),
        ([setting(1, OUT)], (0, 0, 0x02, None, False)),
        ([setting(1, OUT, IN)], (0, 0, 0x02, None, False)),  # says it is one way
        ([setting(1, OUT), setting(2, OUT, IN, alternate=1)], (0, 1, 0x02, 0x81, True)),
        ([setting(4, OUT, IN), setting(2, OUT, IN, number=1)], (1, 0, 0x02, 0x81, False)),
        ([setting(2, IN), setting(1, OUT, number=3)], (3, 0, 0x02, None, False)),
        ([setting(2, Endpoint(0x03, 8, 3), OUT, Endpoint(0x84, 8, 3), IN)], (0, 0, 0x02, 0x81, False)),
    ],
)
def test_the_best_face_is_chosen(settings: list[Interface], chosen: tuple[int, int, int, int | None, bool]) -> None:
    face = printer_face(settings)
    assert face is not None
    inward = face.inward.address if face.inward else None
    assert (face.number, face.alternate, face.output.address, inward, face.has_alternates) == chosen


@pytest.mark.parametrize(
    "settings",
    [[], [setting(4, OUT, IN)], [setting(3, OUT, IN)], [setting(2, IN)], [setting(2, OUT, IN, subclass=2)], [Interface(0, 8, 1, 2, (OUT, IN))]],
)
def test_what_is_no_raw_printer_has_no_face(settings: list[Interface]) -> None:
    assert printer_face(settings) is None


def test_the_lines_of_a_device_are_joined() -> None:
    table = (Quirk(1, None, "a", no_reattach=True), Quirk(1, 2, "b", unidirectional=True), Quirk(1, 3, "c", no_clear_halt=True))
    assert quirks_of(1, 2, table) == Quirks(no_reattach=True, unidirectional=True)
    assert quirks_of(9, 2, table) == Quirks()


def test_every_line_of_the_table_says_something_and_whence() -> None:
    for line in TABLE:
        assert line.source
        assert quirks_of(line.vendor, line.product or 0) != Quirks()


def test_what_is_told_of_known_printers() -> None:
    assert quirks_of(0x0D16, 0x0502).no_clear_halt  # HiTi P520
    assert quirks_of(0x0A5F, 0x0001).unidirectional  # any Zebra
    assert quirks_of(0x0F49, 0x0A00) == Quirks()  # Evolis


def test_hints_name_the_real_bus_or_one_behind_a_socket() -> None:
    assert bus_of("usb") is None
    found = bus_of("bus:/run/printer/usb.sock")
    assert isinstance(found, RemoteBus) and found.path == "/run/printer/usb.sock"
    assert bus_of("/some/script, usb") is None


@pytest.mark.parametrize("hint", ["", "bus:", "usb:", "cups:/run/cups.sock#P1", "usb,bus:/x", "unix:/run/x"])
def test_other_hints_are_refused(hint: str) -> None:
    with pytest.raises(DriverError, match="USB buses"):
        bus_of(hint)


def test_each_part_of_a_hint_is_judged_alone() -> None:
    assert [is_usb(one) for one in ("usb", " bus:/x ", "bus:", "unix:/x")] == [True, True, False, False]


@pytest.mark.parametrize("trouble", Trouble)
def test_every_trouble_is_an_error_of_the_contract(trouble: Trouble) -> None:
    assert isinstance(error_for(trouble, "reading"), DriverError)
    assert isinstance(error_for(Trouble.GONE, "reading"), DriverLost)
    assert isinstance(error_for(Trouble.TIMED_OUT, "reading"), DriverTimeout)


def test_no_permission_names_the_rule() -> None:
    assert "udev rule" in str(NotPermitted(str(error_for(Trouble.NO_PERMISSION, "opening"))))


@given(st.integers(min_value=-200, max_value=20000))
def test_every_number_has_a_meaning(number: int) -> None:
    assert meaning_of(number) in Trouble
    assert isinstance(error_for(meaning_of(number), "x"), DriverError)


@pytest.mark.parametrize(
    ("code", "trouble"),
    [(-1, Trouble.GONE), (-3, Trouble.NO_PERMISSION), (-4, Trouble.GONE), (-6, Trouble.BUSY), (-7, Trouble.TIMED_OUT), (-8, Trouble.OVERFLOW), (-9, Trouble.STALLED), (-99, Trouble.OTHER), (None, Trouble.OTHER)],
)
def test_libusbs_own_numbers_count_not_the_systems(code: int | None, trouble: Trouble) -> None:
    """ETIMEDOUT is 110 on Linux, 60 and 10060 elsewhere; libusb's -7 is -7 everywhere."""
    error = OSError(60, "some system's number")
    error.backend_error_code = code  # type: ignore[attr-defined]  # pyusb sets it
    assert meaning_of(number_of(error)) is trouble


def test_what_may_have_gone_out_is_never_less_than_what_surely_did() -> None:
    error = ShortWrite("x", 5, 3)
    assert (error.sent, error.at_most) == (5, 5)


def test_a_bus_error_says_its_number_and_words() -> None:
    assert str(BusError(words.STALL)) == "32 the device declined (stall)"
    assert "9999" in str(BusError(9999))


def test_descriptors_have_the_lengths_they_announce() -> None:
    one = device("T-1", "1-1", setting(4, OUT, IN), printer_interface(), setting(2, OUT, IN, alternate=1))
    head, body = descriptors.device_bytes(one), descriptors.configuration_bytes(one)
    assert (len(head), head[0], head[1]) == (18, 18, 1)
    assert int.from_bytes(body[2:4], "little") == len(body)
    at, kinds = 0, []
    while at < len(body):
        kinds.append(body[at + 1])
        at += body[at]
    assert kinds == [2, 4, 5, 5, 4, 5, 5, 4, 5, 5]


def test_strings_are_answered_where_there_is_one() -> None:
    one = device(None)
    assert descriptors.string_bytes(one, 0) == b"\x04\x03\x09\x04"
    assert descriptors.string_bytes(one, descriptors.MAKE) == b"\x08\x03T\x00o\x00y\x00"
    assert descriptors.string_bytes(one, descriptors.SERIAL) is None
    assert descriptors.device_bytes(device(""))[16] == 0


def test_only_the_two_socket_files_know_what_is_not_on_every_system() -> None:
    """The rest works wherever pyusb does: no socket, no path, no process, no signal."""
    system = re.compile(r"^(?:import|from) (?:socket|os|signal|pathlib|fcntl|select|subprocess)\b", re.MULTILINE)
    folder = Path(next(iter(ektp_usb.__path__)))
    assert {one.name for one in folder.glob("*.py") if system.search(one.read_text("utf-8"))} == {"remote_bus.py", "bus_server.py"}


def test_only_one_file_knows_pyusb() -> None:
    knows = re.compile(r"^\s*(?:import|from) usb\b", re.MULTILINE)
    folder = Path(next(iter(ektp_usb.__path__)))
    assert [one.name for one in folder.glob("*.py") if knows.search(one.read_text("utf-8"))] == ["transport.py"]
