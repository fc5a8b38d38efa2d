"""Hints, bits, conditions, pictures: what is pure in the driver for Windows queues."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ektp_core.boundary.card_printer import Condition, DriverError, Severity
from ektp_driver_windows.bits import Attribute, JobBit, JobControl, PrinterBit, words
from ektp_driver_windows.conditions import BITS, notices, stops
from ektp_driver_windows.hint import Hint, is_meant, read_hint
from ektp_driver_windows.picture import bitmap, turned
from ektp_driver_windows.plugin import ektp_discover_printers
from ektp_driver_windows.queue import Job, Queue, foreign, held_words, job_name
from tests.drivers.bad_pictures import BAD


@pytest.mark.parametrize(("hint", "meant"), [
    ("windows:Fargo HDP5000", Hint("Fargo HDP5000")),
    (" windows:Kartu (lantai 2)?unguarded ", Hint("Kartu (lantai 2)", is_guarded=False)),
    ("windows-scripted:/run/s.sock", Hint("", "/run/s.sock")),
])  # fmt: skip
def test_a_hint_names_a_queue_of_this_machine(hint: str, meant: Hint) -> None:
    assert read_hint(hint) == meant


@pytest.mark.parametrize("hint", [
    "windows:", "windows: ", r"windows:\\server\printer", "windows:A,XpsFormat", "windows:a\nb", "windows:" + "x" * 300,
    "windows-scripted:relative", "windows-scripted:/a\0b",
])  # fmt: skip
def test_another_form_is_refused_and_says_which_one_is_taken(hint: str) -> None:
    assert is_meant(hint)
    with pytest.raises(DriverError, match="the address of a"):
        ektp_discover_printers(hint)


@pytest.mark.parametrize("hint", ["usb", "cups:/run/cups.sock#a", "unix:/x", ""])
def test_a_hint_of_another_driver_is_no_error(hint: str) -> None:
    assert ektp_discover_printers(hint) == []


def test_a_windows_queue_is_not_there_on_another_system(capsys: pytest.CaptureFixture[str]) -> None:
    assert ektp_discover_printers("windows:Card") == []
    assert "from Windows only" in capsys.readouterr().err


def test_every_bit_of_a_printer_has_a_meaning_but_paused_which_is_told_in_words_of_our_own() -> None:
    assert set(BITS) == set(PrinterBit) - {PrinterBit.PAUSED}


#: Copied by hand from Microsoft's documentation of PRINTER_INFO_2, JOB_INFO_2 and SetJob.
@pytest.mark.parametrize(("ours", "theirs"), [
    (PrinterBit.PAPER_JAM, 0x8), (PrinterBit.OFFLINE, 0x80), (PrinterBit.OUTPUT_BIN_FULL, 0x800),
    (PrinterBit.NO_TONER, 0x40000), (PrinterBit.DOOR_OPEN, 0x400000), (PrinterBit.DRIVER_UPDATE_NEEDED, 0x4000000),
    (JobBit.SPOOLING, 0x8), (JobBit.PRINTING, 0x10), (JobBit.PRINTED, 0x80), (JobBit.BLOCKED, 0x200),
    (JobBit.RESTART, 0x800), (JobBit.COMPLETE, 0x1000), (JobBit.RETAINED, 0x2000), (Attribute.QUEUED, 0x1),
    (Attribute.KEEP_PRINTED_JOBS, 0x100), (Attribute.WORK_OFFLINE, 0x400), (JobControl.DELETE, 5), (JobControl.RETAIN, 8),
])  # fmt: skip
def test_the_bits_are_those_of_windows(ours: int, theirs: int) -> None:
    assert int(ours) == theirs


@given(st.integers(0, 0xFFFFFFFF))
def test_any_bits_are_told_and_an_unknown_one_stops_new_cards(raw: int) -> None:
    status = PrinterBit(raw)
    told = notices(status)
    known = sum(int(one) for one in PrinterBit)
    assert len(told) == sum(one in status for one in BITS) + bool(raw & ~known)
    assert bool(stops(status)) == any(one.severity is not Severity.REPORT for one in told)
    if raw & ~known:
        assert stops(status) and told[-1].condition is Condition.OTHER
    assert words(JobBit(raw))


@given(st.text(max_size=60))
def test_a_jobs_name_is_a_digest_and_shows_nothing_of_the_key(key: str) -> None:
    name = job_name(key)
    assert Job(1, name).is_ours and len(name) == 37
    assert len(key) < 6 or key not in name


def test_a_queue_is_held_by_the_words_before_the_offices_comment() -> None:
    held = Queue("A", "USB001", "D", comment=f"{held_words('1a')} | second floor", status=PrinterBit.PAUSED)
    assert held.is_held_by("1a") and not held.is_held_by("2b") and held.own_comment == "second floor"
    assert not Queue("A", "USB001", "D", comment=held.comment).is_held_by("1a"), "it must be stopped too"
    assert Queue("A", "USB001", "D", comment="hall").own_comment == "hall"


@pytest.mark.parametrize(("page", "is_card"), [
    ((5398, 8560), True), ((8560, 5398), True), ((8600, 5400), True), ((0, 0), True), ((21000, 29700), False),
    ((8560, 8560), False),
])  # fmt: skip
def test_a_page_of_another_size_is_seen(page: tuple[int, int], *, is_card: bool) -> None:
    assert Queue("A", "USB001", "D", page=page).is_of_cards is is_card


@pytest.mark.parametrize("attributes", [
    Attribute.DIRECT, Attribute.QUEUED | Attribute.KEEP_PRINTED_JOBS, Attribute.QUEUED | Attribute.DIRECT, Attribute.SHARED,
])  # fmt: skip
def test_a_queue_that_is_set_otherwise_is_seen(attributes: Attribute) -> None:
    assert not Queue("A", "USB001", "D", attributes=attributes).is_as_wanted
    assert not Queue("A", "USB001", "D", copies=2).is_as_wanted
    assert Queue("A", "USB001", "D").is_as_wanted


def test_jobs_that_were_printed_and_are_kept_do_not_stand_in_the_way() -> None:
    ours = Job(2, job_name("r/1/1"))
    assert foreign((Job(1, "x", JobBit.PRINTED), ours, Job(3, "y", JobBit.PRINTING), Job(4, ""))) == 2


def test_a_document_of_somebody_that_begins_as_ours_do_is_not_ours() -> None:
    assert Job(1, job_name("r/1/1")).is_ours
    assert not any(Job(1, name).is_ours for name in ("ektp-antrian", "ektp-", job_name("r/1/1") + "0"))


def test_a_picture_becomes_rows_of_blue_green_red_from_below(picture: bytes) -> None:
    found = bitmap(picture)
    assert (found.width_px, found.height_px, len(found.rows)) == (1016, 648, found.row_bytes * 648)
    with Image.open(io.BytesIO(picture)) as image:
        lowest = image.convert("RGB").getpixel((25, 647))
        assert tuple(found.rows[75:78][::-1]) == lowest
        upright = turned(found)
        assert (upright.width_px, upright.height_px) == (648, 1016)
        assert tuple(upright.rows[0:3][::-1]) == image.convert("RGB").getpixel((0, 0)), "a quarter turn to the left"


@pytest.mark.parametrize("size", [(648, 1016), (10, 10)])
def test_a_picture_of_another_size_is_refused(size: tuple[int, int]) -> None:
    out = io.BytesIO()
    Image.new("RGB", size).save(out, "PNG")
    with pytest.raises(DriverError, match="the card takes 1016 x 648"):
        bitmap(out.getvalue())


@pytest.mark.parametrize("wrong", BAD)
def test_a_picture_that_is_a_bomb_or_broken_is_refused_in_words_of_the_contract(picture: bytes, wrong: str) -> None:
    with pytest.raises(DriverError, match="the card takes"):
        bitmap(BAD[wrong](picture))
