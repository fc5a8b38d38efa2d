"""The same transport, with the real libusb between it and the device."""

from collections.abc import Callable
from time import monotonic, sleep

import pytest

from ektp_usb import port_status
from ektp_usb.software_bus import Plugged, SoftwareBus
from tests.drivers.usb.toy import Toy, plugged
from tests.drivers.usb.umock.conftest import Outside

pytestmark = pytest.mark.processes


def until(holds: Callable[[], bool]) -> None:
    end = monotonic() + 60
    while not holds() and monotonic() < end:
        sleep(0.02)
    assert holds()


def test_printers_are_identified_by_their_own_words(bus: SoftwareBus, outside: Outside) -> None:
    plugged(bus, "T-1", "1-1")
    plugged(bus, "T-2", "1-2")
    until(lambda: len(outside.run("print(*find(anything))")[0].split("Seen")) == 3)
    printed = outside.run(
        "for seen in sorted(find(anything), key=lambda one: one.serial):\n"
        "    line = open_line(seen.serial, anything)\n"
        "    name = line.device_id(2000)\n"
        "    print(seen.serial, seen.make, seen.model, seen.note or 'well', name.model, name.value('CMD'))\n"
        "    line.close()\n"
    )
    assert printed == [f"T-{n} Toy Card One well Card One ESC,ECHO" for n in (1, 2)]


@pytest.fixture
def toy(bus: SoftwareBus, outside: Outside) -> tuple[Toy, Plugged]:
    toy, one = plugged(bus)
    until(lambda: outside.run("print(len(find(anything)))") == ["1"])
    return toy, one


def test_the_port_status_is_read(outside: Outside, toy: tuple[Toy, Plugged]) -> None:
    printer, _ = toy
    assert outside.run("print(open_line('T-1', anything).port_status(2000).raw)") == ["24"]
    printer.status = port_status.write(paper_empty=True)
    assert outside.run("print(open_line('T-1', anything).port_status(2000).paper_empty)") == ["True"]


def test_bytes_go_both_ways_and_large_ones_arrive_whole(outside: Outside, toy: tuple[Toy, Plugged]) -> None:
    printer, _ = toy
    printed = outside.run(
        "line = open_line('T-1', anything)\n"
        "line.write(bytes(range(256)) * 1200, 60000)\n"
        "line.write(b'who?\\r', 2000)\n"
        "print(line.read(2000))\n"
    )
    assert printed == ["b'heard who?\\r'"]
    assert bytes(printer.taken) == bytes(range(256)) * 1200 + b"who?\r"


def test_a_short_write_tells_how_much_went_out(outside: Outside, toy: tuple[Toy, Plugged]) -> None:
    printer, _ = toy
    printer.stop_after = 20_001
    printed = outside.run(
        "line = open_line('T-1', anything)\n"
        "try: line.write(bytes(50_000), 600)\n"
        "except ShortWrite as error: print(error.sent, error.at_most)\n"
    )
    assert printed == ["20001 20001"]
    assert len(printer.taken) == 20_001


def test_a_read_without_an_answer_is_a_timeout(outside: Outside, toy: tuple[Toy, Plugged]) -> None:
    program = "try: open_line('T-1', anything).read(300)\nexcept DriverTimeout: print('timeout')\n"
    assert outside.run(program) == ["timeout"]


def test_a_stall_is_told_and_cleared(outside: Outside, toy: tuple[Toy, Plugged]) -> None:
    printer, one = toy
    printer.stall_out = True
    printed = outside.run(
        "line = open_line('T-1', anything)\n"
        "try: line.write(b'first', 2000)\n"
        "except LineStalled as error: print('stalled', error.sent)\n"
        "line.write(b'second', 2000)\n"
    )
    assert printed == ["stalled 0"]
    assert (bytes(printer.taken), one.cleared) == (b"second", 1)


def test_pulled_out_mid_read_the_line_is_lost_and_the_printer_comes_back_by_serial(bus: SoftwareBus, outside: Outside, toy: tuple[Toy, Plugged]) -> None:
    _, one = toy
    program = outside.start(
        "line = open_line('T-1', anything)\n"
        "print('reading', flush=True)\n"
        "try: line.read(60000)\n"
        "except DriverLost: print('lost', flush=True)\n"
        "try: line.write(b'x', 2000)\n"
        "except DriverLost: print('still lost', flush=True)\n"
        "line.close()\n"
        "input()\n"
        "line = open_line('T-1', anything)\n"
        "line.write(b'back', 2000)\n"
        "print('back', flush=True)\n"
    )
    assert program.stdout is not None and program.stdin is not None
    assert program.stdout.readline() == "reading\n"
    bus.unplug(one)
    assert [program.stdout.readline() for _ in range(2)] == ["lost\n", "still lost\n"]
    again, _ = plugged(bus)
    until(lambda: outside.run("print(len(find(anything)))") == ["1"])
    program.stdin.write("\n")
    program.stdin.flush()
    assert program.stdout.readline() == "back\n"
    assert bytes(again.taken) == b"back"


def test_opening_neither_resets_nor_configures(outside: Outside, toy: tuple[Toy, Plugged]) -> None:
    _, one = toy
    outside.run("open_line('T-1', anything).close()")
    assert (one.resets, one.configured, one.alternates) == (0, 0, {})


def test_the_systems_driver_gets_its_interface_back(bus: SoftwareBus, outside: Outside) -> None:
    _, one = plugged(bus, kernel_driver=True)
    until(lambda: outside.run("print(len(find(anything)))") == ["1"])
    program = outside.start("line = open_line('T-1', anything)\nprint('open', flush=True)\ninput()\nline.close()\n")
    assert program.stdout is not None
    assert program.stdout.readline() == "open\n"
    assert (one.kernel_driver, set(one.claimed_by)) == (False, {0})
    program.communicate("\n")
    assert (one.kernel_driver, set(one.claimed_by)) == (True, set())


def test_a_second_program_finds_it_busy_and_a_killed_one_leaves_it_free(outside: Outside, toy: tuple[Toy, Plugged]) -> None:
    _, one = toy
    program = outside.start("line = open_line('T-1', anything)\nprint('open', flush=True)\ninput()\n")
    assert program.stdout is not None
    assert program.stdout.readline() == "open\n"
    assert outside.run("try: open_line('T-1', anything)\nexcept LineBusy: print('busy')\n") == ["busy"]
    program.kill()
    program.wait()
    until(lambda: not one.claimed_by)
    assert outside.run("print(open_line('T-1', anything).port_status(2000).raw)") == ["24"]


def test_a_serial_that_cannot_be_read_says_why(bus: SoftwareBus, outside: Outside) -> None:
    plugged(bus, None)
    until(lambda: outside.run("print(*[seen.note for seen in find(anything)])")[0].startswith("the USB device declined"))
